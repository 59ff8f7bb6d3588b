"""Text onto the clipboard: through the terminal, and through the system's own program for it.

Some terminals do not do what OSC 52 asks, and say nothing; a program that is there does it too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from notekeep.markdown.clean import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

SECONDS = 5.0

_PROGRAMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-in")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("WSL_DISTRO_NAME", ("clip.exe",)),
    ("", ("pbcopy",)),
)


def copy(app: App[Any], text: str) -> None:
    """Put text on the clipboard, clean, as it may be pasted where it would be obeyed.

    What a program does for it is done in the background.
    """
    text = clean(text)
    app.copy_to_clipboard(text)
    command = program_for(os.environ)
    if command:
        from notekeep.tui.jobs import in_background

        in_background(app, lambda: hand_over(command, text), lambda _: None, group="clipboard")


def program_for(environment: Mapping[str, str]) -> list[str]:
    """Return the command that takes text for the clipboard, or nothing when there is none."""
    for needs, command in _PROGRAMS:
        if needs and not environment.get(needs):
            continue
        program = shutil.which(command[0], path=environment.get("PATH"))
        if program is not None:
            return [program, *command[1:]]
    return []


def hand_over(command: list[str], text: str) -> bool:
    """Give text to a program; tell whether it took it."""
    try:
        # Some stay in the background to serve the clipboard, and would hold a pipe open.
        done = subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
