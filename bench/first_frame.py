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


def bench(ground: Ground) -> list[Line]:
    """The list of notes: drawn by the interface alone, then with the last frame shown first."""
    notes = ground.large
    ground.index(notes)
    shows = _first_title(ground, notes)
    opened = ground.command(notes)
    # A person who left the list finds it again; a first start of the day opens Today instead.
    measure.visit(opened, ("Today", BROWSE), (shows, measure.QUIT))
    bare = opened._replace(env=ground.env | {"NOTEKEEP_NO_PRELUDE": "1"})
    smallest = measure.python(os.path.abspath(minimal_app.__file__), env=ground.env)
    ours, theirs = measure.best_frames((bare, shows), (smallest, minimal_app.SHOWS))
    again, after = measure.best_frames((opened, shows), (smallest, minimal_app.SHOWS))
    return [
        Line(f"first frame with {notes:,} notes", ours.wall, PEER, theirs.wall, 1.2),
        Line("the same until it has quit, CPU", ours.cpu, PEER, theirs.cpu),
        Line("the last frame, shown at once", again.wall, PEER, after.wall),
    ]


def _first_title(ground: Ground, notes: int) -> str:
    """The first row of the list, which is sorted by title: the earliest day."""
    return min((ground.vault(notes) / "daily").rglob("*.md")).stem
