"""The command that edits a file, for the verbs and the interface alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

EDITORS = ("nano", "vim", "vi")


def editor_command(chosen: str, environment: Mapping[str, str]) -> list[str]:
    """Return the words of the command that edits a file.

    Args:
        chosen: What the person's settings say; a vault's settings are never asked.
        environment: Where $VISUAL and $EDITOR are.

    Raises:
        UsageError: There is no editor, or a quote in its command is not closed.
    """
    import shutil

    given = (chosen, environment.get("VISUAL", ""), environment.get("EDITOR", ""))
    command = next((text for text in given if text.strip()), "")
    if not command:
        command = next((name for name in EDITORS if shutil.which(name)), "")
    if not command:
        raise UsageError("There is no editor.", 'Set EDITOR, or `editor = "…"` in your settings.')
    return words_of(command, "the editor")


def words_of(command: str, what: str) -> list[str]:
    """The words of a person's own command, as a shell would part them.

    Args:
        command: The command.
        what: Which one it is, for the message.

    Raises:
        UsageError: A quote in it is not closed.
    """
    import shlex

    try:
        return shlex.split(command)
    except ValueError:
        raise UsageError(
            f"{what} is set to a command with an open quote: {command}",
            "Put a quote at its end as well.",
        ) from None
