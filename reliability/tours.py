"""Ways through the interface that lead to every screen and dialog, with keys alone.

A screen tells that it was opened, so that a tour waits for it, however busy the machine is, and so
that one which no tour leads to is known.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any, TypeAlias

from reliability.terminal import Awaited

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

TELLING = """
import os
from textual.app import App
from textual.screen import Screen

begun, copied = Screen.__init__, App.copy_to_clipboard

def tell(name):
    with open(os.environ["OPENED"], "a", encoding="utf-8") as file:
        print(name, file=file)

def begin(self, *args, **options):
    tell(type(self).__name__)
    begun(self, *args, **options)

def copy(self, text):
    tell("copied")
    copied(self, text)

Screen.__init__, App.copy_to_clipboard = begin, copy
from notekeep.__main__ import run
run()
"""
"""The program, each screen of which writes its name into the file OPENED, and each copy COPIED."""

COPIED = "copied"

Step: TypeAlias = "bytes | tuple[bytes, str]"
"""A key; with the name of a screen, it opens it; with COPIED, it copies."""

F1, F2, F3, F4, F6, ESC = b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[17~", b"\x1b"
ENTER, TAB, RIGHT = b"\r", b"\t", b"\x1b[C"
QUIT = b"\x11"
CLIPPINGS = "../elsewhere/My Clippings.txt"  # from the vault
NO_KEY = b""  # what opens by itself does so only where nothing was typed

BROWSE: Step = (F2, "BrowseScreen")


def _look_for(query: bytes) -> tuple[Step, ...]:
    return (BROWSE, b"/", query, ENTER)


TOURS: dict[str, Sequence[Step]] = {
    "browse": [BROWSE, b"j", b"j", b"j", ENTER, b" ", b"]", b"h", b"j", b"b", b"z", b"z"],
    "copying": [
        *_look_for(b"attack type:book"),
        *((b"y", COPIED), b"v", b"A", (b"y", COPIED), b"v"),
        *_look_for(b"path:a0.md"),
        *(ENTER, b"]", (b"y", COPIED), b"]", (b"y", COPIED), b"}", (b"y", COPIED)),
        *(b"}", (b"y", COPIED), b"}", (b"y", COPIED)),
    ],
    "picture": [*_look_for(b"path:seen.md"), ENTER, (b"I", "PictureScreen"), ESC],
    "questions": [
        *_look_for(b"path:a0.md"),
        *((b"\x13", "Prompt"), ESC, (b"o", "Choice"), ESC, (b"s", "Choice"), ESC),
    ],
    "new": [BROWSE, (b"n", "NewNoteDialog"), TAB, ESC, (b"?", "HelpScreen"), b"j", ESC],
    "problems": [BROWSE, (b"!", "ProblemsScreen"), b"j", ESC],
    "capture": [BROWSE, (b"\x0e", "CaptureScreen"), b"x", TAB, ESC],
    "switch": [BROWSE, b"\x0f", b"a", ESC],
    "palette": [BROWSE, (b":", "Palette"), b"a", ESC],
    "explain": [BROWSE, b"/", b"attack", (F6, "ExplainScreen"), ESC, ENTER],
    "verbs": [
        *_look_for(b"path:a1.md"),
        *((b"r", "Prompt"), ESC, (b"t", "Prompt"), ESC, (b"F", "Prompt"), b"rating=3", ENTER),
        *(ESC, b"u", (b">", "Prompt"), ESC, b"P", ESC, b"d", ESC, b"u"),
        *((b'"', "QuoteDialog"), b"words", ESC),
        *((b"H", "HistoryScreen"), b"j", b"v", b"v", (b"X", "Confirm"), ESC, ESC, b"p", ESC),
    ],
    "form": [
        *_look_for(b"path:a1.md"),
        *((b"f", "FormScreen"), (ENTER, "FieldPrompt"), ESC, b"j", ENTER, ESC, b"j", ENTER, ESC),
        *(b"j", ENTER, ESC, b"q", ESC),
    ],
    "many": [
        *_look_for(b"type:book -is:invalid"),
        *(b"v", b"A", (b"F", "Prompt"), b"rating=3", (ENTER, "PlanScreen"), ESC, b"v"),
    ],
    # The columns of books: author, rating, status, started, finished, tags, pages.
    "grid": [
        *_look_for(b"type:book -is:invalid"),
        *(b"v", RIGHT, (ENTER, "ListCellEditor"), ESC, RIGHT, (ENTER, "StarsCellEditor"), ESC),
        *(RIGHT, (ENTER, "ChoiceCellEditor"), ESC, RIGHT, (ENTER, "DateCellEditor"), ESC),
        *(RIGHT, RIGHT, RIGHT, (ENTER, "TextCellEditor"), ESC),
    ],
    "editor": [
        *_look_for(b"path:target.md"),
        *((b"e", "EditScreen"), b"typed", (b"\x07", "FormScreen"), b"q", (b"\x0c", "Prompt"), ESC),
        *((b"\x14", "HistoryScreen"), ESC, b"[[", TAB, b" #", ESC, ESC),
    ],
    "beside": [
        *(BROWSE, b"g", (b"c", "ConflictsScreen"), b"j", b"v", ENTER, ESC, ESC),
        *(b"g", (b"s", "StepsScreen"), b"j", ESC, b"g", (b"x", "TasksScreen"), b"v", b"/a", ESC),
        *(ESC, b"g", b"v", ESC, b"g", (b"y", "BooksScreen"), b"[", ESC),
    ],
    "import": [
        *(BROWSE, (b":", "Palette"), b"import", (ENTER, "Prompt"), CLIPPINGS.encode()),
        *((ENTER, "ImportScreen"), b"j", b"j", ESC),
    ],
    "habits": [
        *((F3, "HabitsScreen"), (b"a", "HabitDialog"), ESC, b"j", b"j", (b"c", "HabitDialog"), ESC),
        *(ENTER, b"[", b"]"),
        *(ESC, b"v", b"v", b"v"),
        *((b"S", "Prompt"), ESC, (b"n", "Prompt"), ESC, b"+", ESC, b"y", b"t", b"R"),
        *(ESC, (b"/", "Prompt"), b"h", ESC),
    ],
    "publish": [
        *((F4, "PublishScreen"), b"j", ENTER, ESC, b"a", ESC, b"t", ESC, b"c", ESC),
        *((b"f", "Prompt"), ESC, (b"b", "Prompt"), ESC, (b"?", "HelpScreen"), ESC),
    ],
    "today": [(F1, "TodayScreen"), b"j", b" ", b"j", b"j", ENTER, ESC],
    "unsaved": [(NO_KEY, "UnsavedScreen"), (b"v", "DiffDialog"), ESC, ESC],
}
"""Keys that lead to every screen; ctrl+q comes after them."""


def steps(tour: Sequence[Step], opened: Path) -> Iterator[bytes | Awaited]:
    """The keys of a tour, those that open a screen with the wait for it."""
    wanted: dict[str, int] = {}
    for step in tour:
        if isinstance(step, bytes):
            yield step
            continue
        key, name = step
        count = wanted[name] = wanted.get(name, 0) + 1

        def there(name: str = name, count: int = count) -> bool:
            return names(opened).count(name) >= count

        yield Awaited(key, there)


def copies(tour: Sequence[Step]) -> int:
    """How often a tour copies."""
    return sum(not isinstance(step, bytes) and step[1] == COPIED for step in tour)


def names(opened: Path) -> list[str]:
    """The names of the screens that were opened, in order, and COPIED for each copy."""
    return opened.read_text("utf-8").split() if opened.exists() else []


def screens() -> set[str]:
    """The names of all screens there are, but for those that others are made from."""
    from textual.screen import Screen

    import notekeep.tui.screens as room

    for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        importlib.import_module(module.name)
    found: set[str] = set()
    left: list[type[Screen[Any]]] = [Screen]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if kind.__module__.startswith("notekeep.") and not kind.__subclasses__():
            found.add(kind.__name__)
    return found
