"""The CPU time of commands, compared with starting Python.

CPU time hardly changes on a busy machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import measure
from bench.table import Line

if TYPE_CHECKING:
    from bench.ground import Ground

PEER = "python -c pass"


def bench(ground: Ground) -> list[Line]:
    """Time a check-in, a list of books and showing a note in the larger vault."""
    notes = ground.large
    ground.index(notes)
    bare = measure.python("-c", "pass", env=ground.env)
    commands = {
        "habit meditate": ("habit", "meditate", "10min"),
        "ls type:book": ("ls", "type:book"),
        "ls type:book --no-refresh": ("ls", "--no-refresh", "type:book"),
        "show NOTE": ("show", _some_book(ground, notes)),
    }
    for words in commands.values():
        measure.run(ground.command(notes, *words))
    lines = []
    for name, words in commands.items():
        ours, theirs = measure.best(ground.command(notes, *words), bare)
        limit = 8.0 if name == "habit meditate" else None
        lines.append(Line(f"{name}, CPU", ours.cpu, PEER, theirs.cpu, limit))
    return lines


def _some_book(ground: Ground, notes: int) -> str:
    book = min((ground.vault(notes) / "books").iterdir())
    return book.relative_to(ground.vault(notes)).as_posix()
