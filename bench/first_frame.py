"""How long until something can be seen: the interface against the smallest Textual program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bench import measure, minimal_app
from bench.table import Line

if TYPE_CHECKING:
    from bench.ground import Ground

PEER = "a Textual app of one line"


def bench(ground: Ground) -> list[Line]:
    """A first start, without a frame to remember; then a later one, which has one."""
    notes = ground.large
    ground.index(notes)
    smallest = measure.Command(
        measure.python(os.path.abspath(minimal_app.__file__)).words, ground.env
    )
    first = ground.command(notes, "--no-prelude")
    shows = "Podcasts"
    ours, theirs = measure.best_frames((first, shows), (smallest, minimal_app.SHOWS))
    later, _ = measure.best_frames((ground.command(notes), shows), (smallest, minimal_app.SHOWS))
    return [
        Line(f"first frame, {notes:,} notes", ours.wall, PEER, theirs.wall, 1.2),
        Line("the same, CPU until quit", ours.cpu, PEER, theirs.cpu),
        Line("something to see at the next start", later.wall, PEER, theirs.wall, 0.5),
    ]
