"""What a command costs beside starting Python: CPU, which a busy machine hardly changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import measure
from bench.table import Line

if TYPE_CHECKING:
    from bench.ground import Ground

PEER = "python -c pass"


def bench(ground: Ground) -> list[Line]:
    """A check-in, a list of books and one note, each answered on the larger vault."""
    notes = ground.large
    ground.index(notes)
    nothing = measure.python("-c", "pass", env=ground.env)
    verbs = {
        "habit meditate": ("habit", "meditate", "10min"),
        "ls type:book": ("ls", "type:book"),
        "ls type:book --no-refresh": ("ls", "--no-refresh", "type:book"),
        "show NOTE": ("show", _some_book(ground, notes)),
    }
    for words in verbs.values():
        measure.run(ground.command(notes, *words))
    lines = []
    for what, words in verbs.items():
        ours, theirs = measure.best(ground.command(notes, *words), nothing)
        goal = 8.0 if what == "habit meditate" else None
        lines.append(Line(f"{what}, CPU", ours.cpu, PEER, theirs.cpu, goal))
    return lines


def _some_book(ground: Ground, notes: int) -> str:
    book = min((ground.vault(notes) / "books").iterdir())
    return book.relative_to(ground.vault(notes)).as_posix()
