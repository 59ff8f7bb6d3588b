"""The clipboard: text, quotes with their source and links copied, pictures pasted.

Text goes through the terminal, and through the system's own program for it: some terminals do not
do what OSC 52 asks, and say nothing. A terminal pastes text only: what is dropped on it arrives as
a path, and a picture on the clipboard is asked of the system's program.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from textual.app import App

from notekeep import config
from notekeep.errors import Failure
from notekeep.markdown.note import Note
from notekeep.markdown.sanitize import clean, clean_line
from notekeep.notes.capture import PICTURE_SUFFIXES
from notekeep.tui.page.drawn_lines import CopyPassage
from notekeep.tui.page.page import NoteRendering
from notekeep.tui.page.selection import Selectable
from notekeep.tui.render.formatting import field_text
from notekeep.tui.render.styled_text import BUTTON_PREFIX, TASK_LINK, line_text
from notekeep.tui.workers import in_background

TIMEOUT = 10.0  # seconds that a program of the system may take
_COPY_PROGRAMS = (
    ("wl-copy",),
    ("xclip", "-selection", "clipboard", "-in"),
    ("xsel", "--clipboard", "--input"),
    ("clip.exe",),
    ("pbcopy",),
)
_PICTURE_PROGRAMS = (
    ("wl-paste", "--no-newline", "--type", "image/png"),
    ("xclip", "-selection", "clipboard", "-target", "image/png", "-out"),
    ("pngpaste", "-"),
)
_NEEDS = {
    "wl-copy": "WAYLAND_DISPLAY",
    "wl-paste": "WAYLAND_DISPLAY",
    "xclip": "DISPLAY",
    "xsel": "DISPLAY",
    "clip.exe": "WSL_DISTRO_NAME",
}
"""What the environment says where a program is of use."""


def _find_programs(
    commands: Iterable[tuple[str, ...]], environment: Mapping[str, str]
) -> Iterator[list[str]]:
    for name, *arguments in commands:
        program = shutil.which(name, path=environment.get("PATH"))
        if program is not None and (name not in _NEEDS or environment.get(_NEEDS[name])):
            yield [program, *arguments]


def copy_text(app: App[Any], text: str) -> None:
    """Put text on the clipboard, clean, as it may be pasted where it would be obeyed."""
    text = clean(text)
    app.copy_to_clipboard(text)
    command = clipboard_command(os.environ)
    if command:
        in_background(
            app, lambda: run_clipboard_command(command, text), lambda _: None, group="clipboard"
        )


def clipboard_command(environment: Mapping[str, str]) -> list[str]:
    """Return the command that takes text for the clipboard, or nothing when there is none."""
    return next(_find_programs(_COPY_PROGRAMS, environment), [])


def run_clipboard_command(command: list[str], text: str) -> None:
    """Give text to a program; the terminal has it already."""
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            # Some stay in the background to serve the clipboard, and would hold a pipe open.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=False,
        )


# What is chosen in a note, as it goes onto the clipboard.

_MOMENT = re.compile(r"\[((?:\d{1,3}:)?\d{1,2}:\d{2})\]\s*")
_MARKS = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)


ClipboardText: TypeAlias = tuple[str, str]
"""A text for the clipboard, and what it is in a few words."""


def copy_selection(rendering: NoteRendering, chosen: Selectable | None) -> ClipboardText | None:
    """Return what is chosen, or None when nothing is or nothing of it can be copied."""
    if chosen is None:
        return None
    if chosen.passage is not None:
        return _passage(rendering, chosen.passage)
    if chosen.link.startswith(TASK_LINK):
        source = int(chosen.link.removeprefix(TASK_LINK))
        text = rendering.text.task_at(source)
        return (clean_line(text), "the task") if text else None
    if chosen.link.startswith(BUTTON_PREFIX):
        words = [
            line_text(row.line).strip()
            for row in rendering.lines
            if row.source == chosen.source and any(one.link == chosen.link for one in row.line)
        ]
        return (" ".join(words), "the line") if words else None
    return clean_line(chosen.link), "the link"


def _passage(rendering: NoteRendering, passage: CopyPassage) -> ClipboardText:
    note = rendering.note
    if passage.kind == "quote":
        text, locator = rendering.text.quote_at(passage.line) or (passage.text, "")
        cited = cite_quote(note, clean(_MARKS.sub("", text)), locator)
        return cited, "the quote with its source"
    if passage.kind == "moment":
        match = _MOMENT.match(passage.text)
        locator = match[1] if match is not None else ""
        text = clean(_MOMENT.sub("", passage.text, count=1))
        return cite_quote(note, text, locator), "the time with its source"
    if passage.kind == "picture":
        return f"![[{clean_line(passage.text)}]]", "the picture's link"
    return clean(passage.text), f"the {passage.kind}"


def cite_quote(note: Note, text: str, locator: str) -> str:
    """Return somebody's words with a line below them that says where they are from."""
    fields = note.fields
    who = field_text(fields.get("author")) or field_text(fields.get("guest"))
    parts = [who, clean_line(note.title)]
    if note.kind == "podcast":
        parts.append(field_text(fields.get("show")))
    return f"{text.strip()}\n— {', '.join(part for part in (*parts, locator) if part)}"


MAX_PATH_LENGTH = 4096
MAX_DROPPED = 100 * MAX_PATH_LENGTH  # how long the paths of files that are dropped together may be
_PNG = b"\x89PNG\r\n\x1a\n"


def pasted_picture(text: str) -> str:
    """Return the path of the picture that a pasted text names, or "" for any other text."""
    path = text.strip()
    if not path or len(path) > MAX_PATH_LENGTH or "\n" in path:
        return ""
    path = _read_path(path)
    return path if os.path.isabs(path) and path.lower().endswith(PICTURE_SUFFIXES) else ""


def _read_path(path: str) -> str:
    """Read a path as terminals write that of a dropped file: plain, quoted or as an address."""
    if path[0] == path[-1] and path[0] in "'\"":
        path = path[1:-1]
    elif path.startswith("file://"):
        path = unquote(urlsplit(path).path)
    elif os.sep == "/":
        path = path.replace("\\ ", " ").replace("\\(", "(").replace("\\)", ")")
    return os.path.expanduser(path)


def pasted_paths(text: str) -> list[str]:
    """Return the paths that a text names: one or several in a line, or one in each line."""
    found: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        words: list[str] = []
        with suppress(ValueError):  # a quote is missing
            words = [*map(_read_path, filter(None, shlex.split(line, posix=os.sep == "/")))]
        whole = _read_path(line)
        is_one = os.path.exists(whole) or not any(map(os.path.exists, words))
        found += [whole] if is_one else words
    return found


def dropped_files(text: str) -> list[str]:
    """Return the files that a pasted text names; none for a picture, or for any other text."""
    if len(text) > MAX_DROPPED or pasted_picture(text):
        return []
    paths = pasted_paths(text)
    return paths if all(os.path.isabs(path) and os.path.exists(path) for path in paths) else []


def name_clipboard_picture() -> tuple[str, bytes]:
    """Read the picture on the clipboard, and name it by the time."""
    data = clipboard_picture(os.environ)
    return f"Pasted image {config.current_time():%Y%m%d%H%M%S}.png", data


def clipboard_picture(environment: Mapping[str, str]) -> bytes:
    """Read the picture on the clipboard, as PNG; Failure where that cannot be done."""
    commands = [*_find_programs(_PICTURE_PROGRAMS, environment)]
    for command in commands:
        with suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT,
                check=False,
                env=dict(environment),
            )
            if done.returncode == 0 and done.stdout.startswith(_PNG):
                return done.stdout
    if commands:
        raise Failure(
            "There is no picture on the clipboard.", "Copy one, or give the path of a file."
        )
    raise Failure(
        "No program found to read a picture from the clipboard.",
        "Install wl-clipboard, xclip or pngpaste, or give the path of a file.",
    )
