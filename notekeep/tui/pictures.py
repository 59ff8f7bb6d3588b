"""Pictures from elsewhere: a path that a terminal pastes for a dropped file, and the clipboard.

A terminal pastes text only. What is dropped on it arrives as a path; a picture on the clipboard is
asked of the system's own program for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from notekeep import config
from notekeep.errors import Failure
from notekeep.writing.capture import PICTURES

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 10.0
"""How long a program may take to hand over the clipboard."""
LONGEST_PATH = 4096

_PROGRAMS: tuple[tuple[str, ...], ...] = (
    ("wl-paste", "--no-newline", "--type", "image/png"),
    ("xclip", "-selection", "clipboard", "-target", "image/png", "-out"),
    ("pngpaste", "-"),
)
_NEEDS = {"wl-paste": "WAYLAND_DISPLAY", "xclip": "DISPLAY"}
_PNG = b"\x89PNG\r\n\x1a\n"


def pasted_picture(text: str) -> str:
    """Give the path of the picture that a pasted text names, or "" when it is any other text.

    Terminals write the path of a dropped file plainly, in quotes, with backslashes before blanks,
    or as an address.
    """
    path = text.strip()
    if not path or len(path) > LONGEST_PATH or "\n" in path:
        return ""
    if path[0] == path[-1] and path[0] in "'\"":
        path = path[1:-1]
    elif path.startswith("file://"):
        path = unquote(urlsplit(path).path)
    elif os.sep == "/":
        path = path.replace("\\ ", " ").replace("\\(", "(").replace("\\)", ")")
    path = os.path.expanduser(path)
    return path if os.path.isabs(path) and path.lower().endswith(PICTURES) else ""


def clipboard_file() -> tuple[str, bytes]:
    """Give the picture on the clipboard a name by the time, and read it.

    Raises:
        Failure: See `clipboard_picture`.
    """
    data = clipboard_picture(os.environ)
    return f"Pasted image {config.now():%Y%m%d%H%M%S}.png", data


def clipboard_picture(environment: Mapping[str, str]) -> bytes:
    """Read the picture on the clipboard, as PNG.

    Raises:
        Failure: There is none, or no program here that could read it.
    """
    found = False
    for command in _PROGRAMS:
        needs = _NEEDS.get(command[0])
        program = shutil.which(command[0], path=environment.get("PATH"))
        if program is None or (needs and not environment.get(needs)):
            continue
        found = True
        try:
            done = subprocess.run(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                env=dict(environment),
            )
        except (OSError, subprocess.SubprocessError):
            continue
        if done.returncode == 0 and done.stdout.startswith(_PNG):
            return done.stdout
    if found:
        raise Failure("There is no picture on the clipboard.", "Copy one, or give a file's path.")
    raise Failure(
        "No program here can read a picture from the clipboard.",
        "Install wl-clipboard, xclip or pngpaste, or give a file's path.",
    )
