"""The clipboard: copies text, quotes with their source and links; pastes pictures and files.

Text is copied through the terminal and through a system program, because some terminals silently
ignore OSC 52. A terminal pastes only text: a dropped file arrives as a path, and a picture on the
clipboard is read by a system program.
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
from notekeep.notes.capture import PICTURE_SUFFIXES, Attachment
from notekeep.tui.page.page import NoteRendering
from notekeep.tui.page.page_lines import CopyPassage
from notekeep.tui.page.selection import Selectable
from notekeep.tui.render.formatting import field_text
from notekeep.tui.render.styled_text import BUTTON_PREFIX, TASK_LINK, line_text
from notekeep.tui.workers import in_background

TIMEOUT = 10.0  # seconds to wait for a system program
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
"""The environment variable that each program needs."""


def _find_programs(
    commands: Iterable[tuple[str, ...]], environment: Mapping[str, str]
) -> Iterator[list[str]]:
    for name, *arguments in commands:
        program = shutil.which(name, path=environment.get("PATH"))
        if program is not None and (name not in _NEEDS or environment.get(_NEEDS[name])):
            yield [program, *arguments]


def copy_text(app: App[Any], text: str) -> None:
    """Copy text without control characters, because it may be pasted into a shell."""
    text = clean(text)
    app.copy_to_clipboard(text)
    command = clipboard_command(os.environ)
    if command:
        in_background(
            app, lambda: run_clipboard_command(command, text), lambda _: None, group="clipboard"
        )


def clipboard_command(environment: Mapping[str, str]) -> list[str]:
    """Return the command that copies its input; empty if no such program is installed."""
    return next(_find_programs(_COPY_PROGRAMS, environment), [])


def run_clipboard_command(command: list[str], text: str) -> None:
    """Pass text to a program; ignore errors, because the terminal also copies the text."""
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            # Some programs stay in the background to serve the clipboard, and keep pipes open.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=False,
        )


# The selection in a note.

_MOMENT = re.compile(r"\[((?:\d{1,3}:)?\d{1,2}:\d{2})\]\s*")
_MARKS = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)


ClipboardText: TypeAlias = tuple[str, str]
"""A text, and a description of it for the message."""


def copy_selection(rendering: NoteRendering, chosen: Selectable | None) -> ClipboardText | None:
    """Return the text of the selection, or None if nothing can be copied."""
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
            if row.source == chosen.source and any(piece.link == chosen.link for piece in row.line)
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
    """Return a quote with its source on the next line."""
    fields = note.fields
    who = field_text(fields.get("author")) or field_text(fields.get("guest"))
    parts = [who, clean_line(note.title)]
    if note.kind == "podcast":
        parts.append(field_text(fields.get("show")))
    return f"{text.strip()}\n— {', '.join(part for part in (*parts, locator) if part)}"


MAX_PATH_LENGTH = 4096
MAX_DROPPED = 100 * MAX_PATH_LENGTH  # the longest list of dropped paths
_PNG = b"\x89PNG\r\n\x1a\n"


def pasted_picture(text: str) -> str:
    """Return the path of a picture in a pasted text, or "" for any other text."""
    path = text.strip()
    if not path or len(path) > MAX_PATH_LENGTH or "\n" in path:
        return ""
    path = _read_path(path)
    return path if os.path.isabs(path) and path.lower().endswith(PICTURE_SUFFIXES) else ""


def _read_path(path: str) -> str:
    """Parse the path of a dropped file, which terminals write plain, quoted or as a URL."""
    if path[0] == path[-1] and path[0] in "'\"":
        path = path[1:-1]
    elif path.startswith("file://"):
        path = unquote(urlsplit(path).path)
    elif os.sep == "/":
        path = path.replace("\\ ", " ").replace("\\(", "(").replace("\\)", ")")
    return os.path.expanduser(path)


def pasted_paths(text: str) -> list[str]:
    """Return the paths in a text; a line contains one path, or several separated by spaces."""
    found: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        words: list[str] = []
        with suppress(ValueError):  # unbalanced quotes
            words = [*map(_read_path, filter(None, shlex.split(line, posix=os.sep == "/")))]
        path = _read_path(line)
        is_single = os.path.exists(path) or not any(map(os.path.exists, words))
        found += [path] if is_single else words
    return found


def dropped_files(text: str) -> list[str]:
    """Return the files in a pasted text; none for a single picture or any other text."""
    if len(text) > MAX_DROPPED or pasted_picture(text):
        return []
    paths = pasted_paths(text)
    return paths if all(os.path.isabs(path) and os.path.exists(path) for path in paths) else []


def attach_clipboard_picture() -> Attachment:
    """Return the picture on the clipboard, named after the current time."""
    name = f"Pasted image {config.current_time():%Y%m%d%H%M%S}.png"
    return Attachment(name, data=clipboard_picture(os.environ))


def clipboard_picture(environment: Mapping[str, str]) -> bytes:
    """Return the picture on the clipboard as PNG; raise Failure if there is none."""
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
