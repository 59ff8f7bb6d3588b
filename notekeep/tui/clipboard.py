"""The clipboard: text, quotes with their source and links copied, pictures pasted.

Text goes through the terminal, and through the system's own program for it: some terminals do not
do what OSC 52 asks, and say nothing. A terminal pastes text only: what is dropped on it arrives as
a path, and a picture on the clipboard is asked of the system's program.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from notekeep import config
from notekeep.errors import Failure
from notekeep.markdown.sanitize import clean, clean_line
from notekeep.notes.capture import PICTURE_SUFFIXES
from notekeep.tui.render.formatting import field_text
from notekeep.tui.render.styled_text import BUTTON_PREFIX, TASK_LINK, line_text
from notekeep.tui.workers import in_background

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

    from notekeep.markdown.note import Note
    from notekeep.tui.page.drawn_lines import CopyPassage
    from notekeep.tui.page.page import NoteRendering
    from notekeep.tui.page.selection import Selectable


COPY_TIMEOUT = 5.0
_COPY_PROGRAMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-in")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("WSL_DISTRO_NAME", ("clip.exe",)),
    ("", ("pbcopy",)),
)


def copy_text(app: App[Any], text: str) -> None:
    """Put text on the clipboard, clean, as it may be pasted where it would be obeyed.

    What a program does for it is done in the background.
    """
    text = clean(text)
    app.copy_to_clipboard(text)
    command = clipboard_command(os.environ)
    if command:
        in_background(
            app, lambda: run_clipboard_command(command, text), lambda _: None, group="clipboard"
        )


def clipboard_command(environment: Mapping[str, str]) -> list[str]:
    """Return the command that takes text for the clipboard, or nothing when there is none."""
    for needs, command in _COPY_PROGRAMS:
        if needs and not environment.get(needs):
            continue
        program = shutil.which(command[0], path=environment.get("PATH"))
        if program is not None:
            return [program, *command[1:]]
    return []


def run_clipboard_command(command: list[str], text: str) -> bool:
    """Give text to a program; tell whether it took it."""
    try:
        # Some stay in the background to serve the clipboard, and would hold a pipe open.
        done = subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=COPY_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


# What is chosen in a note, as it goes onto the clipboard.

_MOMENT = re.compile(r"\[((?:\d{1,3}:)?\d{1,2}:\d{2})\]\s*")
_MARKS = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)


class ClipboardText(NamedTuple):
    """A text for the clipboard, and what it is in a few words."""

    text: str
    what: str


def copy_selection(rendering: NoteRendering, chosen: Selectable) -> ClipboardText | None:
    """Return what is chosen, or None when nothing of it can be copied."""
    if chosen.passage is not None:
        return _passage(rendering, chosen.passage)
    if chosen.link.startswith(TASK_LINK):
        source = int(chosen.link.removeprefix(TASK_LINK))
        text = rendering.text.task_at(source)
        return ClipboardText(clean_line(text), "the task") if text else None
    if chosen.link.startswith(BUTTON_PREFIX):
        words = [
            line_text(row.line).strip()
            for row in rendering.lines
            if row.source == chosen.source and any(one.link == chosen.link for one in row.line)
        ]
        return ClipboardText(" ".join(words), "the line") if words else None
    return ClipboardText(clean_line(chosen.link), "the link")


def _passage(rendering: NoteRendering, passage: CopyPassage) -> ClipboardText:
    note = rendering.note
    if passage.kind == "quote":
        quote = rendering.text.quote_at(passage.line)
        if quote is not None:
            text, locator = clean(_MARKS.sub("", quote[0])), quote[1]
            return ClipboardText(cite_quote(note, text, locator), "the quote with its source")
        return ClipboardText(cite_quote(note, clean(passage.text), ""), "the quote with its source")
    if passage.kind == "moment":
        match = _MOMENT.match(passage.text)
        locator = match[1] if match is not None else ""
        text = clean(_MOMENT.sub("", passage.text, count=1))
        return ClipboardText(cite_quote(note, text, locator), "the moment with its source")
    if passage.kind == "picture":
        return ClipboardText(f"![[{clean_line(passage.text)}]]", "the picture's link")
    return ClipboardText(clean(passage.text), f"the {passage.kind}")


def cite_quote(note: Note, text: str, locator: str) -> str:
    """Return somebody's words with a line below them that says where they are from."""
    fields = note.fields
    who = field_text(fields.get("author")) or field_text(fields.get("guest"))
    parts = [who, clean_line(note.title)]
    if note.kind == "podcast":
        parts.append(field_text(fields.get("show")))
    return f"{text.strip()}\n— {', '.join(part for part in (*parts, locator) if part)}"


# Pictures from elsewhere.

PICTURE_TIMEOUT = 10.0
"""How long a program may take to hand over the clipboard."""
MAX_PATH_LENGTH = 4096

_PICTURE_PROGRAMS: tuple[tuple[str, ...], ...] = (
    ("wl-paste", "--no-newline", "--type", "image/png"),
    ("xclip", "-selection", "clipboard", "-target", "image/png", "-out"),
    ("pngpaste", "-"),
)
_NEEDS = {"wl-paste": "WAYLAND_DISPLAY", "xclip": "DISPLAY"}
_PNG = b"\x89PNG\r\n\x1a\n"


def pasted_picture(text: str) -> str:
    """Return the path of the picture that a pasted text names, or "" for any other text.

    Terminals write the path of a dropped file plainly, in quotes, with backslashes before blanks,
    or as an address.
    """
    path = text.strip()
    if not path or len(path) > MAX_PATH_LENGTH or "\n" in path:
        return ""
    if path[0] == path[-1] and path[0] in "'\"":
        path = path[1:-1]
    elif path.startswith("file://"):
        path = unquote(urlsplit(path).path)
    elif os.sep == "/":
        path = path.replace("\\ ", " ").replace("\\(", "(").replace("\\)", ")")
    path = os.path.expanduser(path)
    return path if os.path.isabs(path) and path.lower().endswith(PICTURE_SUFFIXES) else ""


def name_clipboard_picture() -> tuple[str, bytes]:
    """Read the picture on the clipboard, and name it by the time.

    Raises:
        Failure: See `clipboard_picture`.
    """
    data = clipboard_picture(os.environ)
    return f"Pasted image {config.current_time():%Y%m%d%H%M%S}.png", data


def clipboard_picture(environment: Mapping[str, str]) -> bytes:
    """Read the picture on the clipboard, as PNG.

    Raises:
        Failure: There is none, or no program here that could read it.
    """
    found = False
    for command in _PICTURE_PROGRAMS:
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
                timeout=PICTURE_TIMEOUT,
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
