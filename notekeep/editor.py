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
        UsageError: There is no editor.
    """
    import shlex
    import shutil

    command = chosen or environment.get("VISUAL") or environment.get("EDITOR") or ""
    if not command:
        command = next((name for name in EDITORS if shutil.which(name)), "")
    if not command:
        raise UsageError("There is no editor.", 'Set EDITOR, or `editor = "…"` in your settings.')
    return shlex.split(command)
