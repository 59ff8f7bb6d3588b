"""TOML front matter: reading it, and changing one key of it through tomlkit."""

from __future__ import annotations

from typing import Any

from notekeep.markdown.guard import Suspect


def sources(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a block: its values, and the source text of each.

    Raises:
        Suspect: It is not TOML.
    """
    import tomlkit
    from tomlkit.exceptions import ParseError, TOMLKitError

    try:
        document = tomlkit.parse(text)
    except ParseError as error:
        message = f"TOML cannot read it: {str(error).split(' at line')[0]}."
        raise Suspect(message, error.line - 1, error.col) from error
    except (TOMLKitError, RecursionError) as error:
        raise Suspect(f"TOML cannot read it: {error}.") from error
    values = document.unwrap()
    raw = {key: document[key].as_string().strip().replace("\r\n", "\n") for key in values}
    return values, raw
