"""How long until something can be seen: the interface against the smallest Textual program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bench import measure, minimal_app
from bench.table import Line

if TYPE_CHECKING:
    from bench.ground import Ground

PEER = "a Textual app of one line"
BROWSE = b"\x1bOQ"
"""What a terminal sends for F2."""


TIMES = 11


def bench(ground: Ground) -> list[Line]:
    """The list of notes: drawn by the interface alone, then with the last frame shown first."""
    return [line for notes in ground.sizes for line in _frames(ground, notes)]


def _frames(ground: Ground, notes: int) -> list[Line]:
    ground.index(notes)
    shows = _first_title(ground, notes)
    opened = ground.command(notes)
    # A person who left the list finds it again; a first start of the day opens Today instead. The
    # second visit is one of a person who has been here before, as nearly all are.
    measure.visit(opened, ("Today", BROWSE), (shows, measure.QUIT))
    measure.visit(opened, (shows, measure.QUIT))
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    env = ground.env | {"PYTHONPATH": here}
    bare = env | {"NOTEKEEP_NO_PRELUDE": "1"}
    words = ("notekeep", "--vault", str(ground.vault(notes)))
    rounds = [
        (
            measure.stamped(ground.folder, shows, words, bare),
            measure.stamped(ground.folder, minimal_app.SHOWS, ["minimal"], env),
            measure.visit(opened, (shows, measure.QUIT)),
        )
        for _ in range(TIMES)
    ]
    ours, theirs = ([run[n] for run in rounds] for n in (0, 1))
    wall, bare_wall = (min(cost.wall for cost in costs) for costs in (ours, theirs))
    cpu, bare_cpu = (min(cost.cpu for cost in costs) for costs in (ours, theirs))
    last = min(run[2].wall for run in rounds)
    return [
        Line(f"first frame with {notes:,} notes", wall, PEER, bare_wall, 1.35),
        Line("the same, CPU", cpu, PEER, bare_cpu, 1.35),
        Line("the last frame, shown at once", last, "P", measure.start_of_python().wall, 5.0),
    ]


def _first_title(ground: Ground, notes: int) -> str:
    """The first row of the list, which is sorted by title: the earliest day."""
    return min((ground.vault(notes) / "daily").rglob("*.md")).stem
