"""How long until something can be seen: the interface against the smallest Textual program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bench import measure, minimal_app
from bench.table import Line
from notekeep.tui.location import PLACE_FILE

if TYPE_CHECKING:
    from bench.ground import Ground

PEER = "a Textual app of one line"
BROWSE = b"\x1bOQ"
"""What a terminal sends for F2."""
TODAY_SHOWS = "Habits 0 of"


TIMES = 11
APART = ("daily", "habits")
"""Folders whose notes the list does not begin with."""


def bench(ground: Ground) -> list[Line]:
    """Today and the list of notes, by the interface alone; then with the last frame first."""
    return [
        line
        for notes in ground.sizes
        for line in (*_first_of_day(ground, notes), *_frames(ground, notes))
    ]


def _first_of_day(ground: Ground, notes: int) -> list[Line]:
    """Today, at the first start of a day."""
    ground.index(notes)
    env, bare = _environments(ground)
    words = ("notekeep", "--vault", str(ground.vault(notes)))
    rounds = []
    for _ in range(TIMES):
        for place in ground.folder.rglob(PLACE_FILE):
            place.unlink()
        rounds.append(
            (
                measure.stamped(ground.folder, TODAY_SHOWS, words, bare),
                measure.stamped(ground.folder, minimal_app.SHOWS, ["minimal"], env),
            )
        )
    return _beside(f"first frame of Today, {notes:,} notes", rounds, 1.5)


def _frames(ground: Ground, notes: int) -> list[Line]:
    ground.index(notes)
    shows = _first_title(ground, notes)
    opened = ground.command(notes)
    # A person who left the list finds it again; a first start of the day opens Today instead. The
    # second visit is one of a person who has been here before, as nearly all are.
    measure.visit(opened, ("Today", BROWSE), (shows, measure.QUIT))
    measure.visit(opened, (shows, measure.QUIT))
    env, bare = _environments(ground)
    words = ("notekeep", "--vault", str(ground.vault(notes)))
    rounds = [
        (
            measure.stamped(ground.folder, shows, words, bare),
            measure.stamped(ground.folder, minimal_app.SHOWS, ["minimal"], env),
            measure.visit(opened, (shows, measure.QUIT)),
        )
        for _ in range(TIMES)
    ]
    last = min(run[2].wall for run in rounds)
    return [
        *_beside(f"first frame of the list, {notes:,} notes", [run[:2] for run in rounds], 1.4),
        Line("the last frame, shown at once", last, "P", measure.start_of_python().wall, 5.0),
    ]


def _environments(ground: Ground) -> tuple[dict[str, str], dict[str, str]]:
    """The environment of a start, and of one that does not show the last frame first."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    env = ground.env | {"PYTHONPATH": here}
    return env, env | {"NOTEKEEP_NO_PRELUDE": "1"}


def _beside(what: str, rounds: list[tuple[measure.Cost, measure.Cost]], most: float) -> list[Line]:
    """The best frame of the interface beside the best of the smallest program."""
    ours, theirs = zip(*rounds, strict=True)
    wall, bare_wall = (min(cost.wall for cost in costs) for costs in (ours, theirs))
    cpu, bare_cpu = (min(cost.cpu for cost in costs) for costs in (ours, theirs))
    return [
        Line(what, wall, PEER, bare_wall, most),
        Line("the same, CPU", cpu, PEER, bare_cpu, most),
    ]


def _first_title(ground: Ground, notes: int) -> str:
    """How the first row of the list begins: the note changed last, for days are folded."""
    root = ground.vault(notes)
    files = (path for path in root.rglob("*.md") if path.relative_to(root).parts[0] not in APART)
    return " ".join(max(files, key=lambda path: path.stat().st_mtime_ns).stem.split()[:2])
