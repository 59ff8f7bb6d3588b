"""The time to the first frame, compared with a minimal Textual app."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bench import measure, minimal_app
from bench.table import Line
from notekeep.tui.location import PLACE_FILE

if TYPE_CHECKING:
    from bench.ground import Ground

PEER = "a minimal Textual app"
BROWSE = b"\x1bOQ"
"""The key sequence of F2."""
TODAY_TEXT = "Habits 0 of"

ROUNDS = 11
NOT_FIRST = ("daily", "habits")
"""Folders whose notes are never the first row of the list."""


def bench(ground: Ground) -> list[Line]:
    """Time Today and the list of notes without the saved frame, then the saved frame."""
    return [
        line for notes in ground.sizes for line in (*_today(ground, notes), *_list(ground, notes))
    ]


def _today(ground: Ground, notes: int) -> list[Line]:
    """Time Today at the first start of a day."""
    ground.index(notes)
    env, bare = _environments(ground)
    words = ("notekeep", "--vault", str(ground.vault(notes)))
    rounds = []
    for _ in range(ROUNDS):
        for place in ground.folder.rglob(PLACE_FILE):
            place.unlink()
        rounds.append(
            (
                measure.stamped(ground.folder, TODAY_TEXT, words, bare),
                measure.stamped(ground.folder, minimal_app.TEXT, ["minimal"], env),
            )
        )
    return _compare(f"first frame of Today, {notes:,} notes", rounds, 1.5)


def _list(ground: Ground, notes: int) -> list[Line]:
    ground.index(notes)
    title = _first_title(ground, notes)
    app = ground.command(notes)
    # The app reopens the last screen, but opens Today at the first start of a day: the first visit
    # leaves the app at the list, the second saves the frame of the list.
    measure.visit(app, ("Today", BROWSE), (title, measure.QUIT))
    measure.visit(app, (title, measure.QUIT))
    env, bare = _environments(ground)
    words = ("notekeep", "--vault", str(ground.vault(notes)))
    rounds = [
        (
            measure.stamped(ground.folder, title, words, bare),
            measure.stamped(ground.folder, minimal_app.TEXT, ["minimal"], env),
            measure.visit(app, (title, measure.QUIT)),
        )
        for _ in range(ROUNDS)
    ]
    saved = min(run[2].wall for run in rounds)
    return [
        *_compare(f"first frame of the list, {notes:,} notes", [run[:2] for run in rounds], 1.4),
        Line("the saved frame", saved, "P", measure.start_of_python().wall, 5.0),
    ]


def _environments(ground: Ground) -> tuple[dict[str, str], dict[str, str]]:
    """Return the environment of an ordinary start, and of one without the saved frame."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    env = ground.env | {"PYTHONPATH": here}
    return env, env | {"NOTEKEEP_NO_PRELUDE": "1"}


def _compare(
    label: str, rounds: list[tuple[measure.Cost, measure.Cost]], limit: float
) -> list[Line]:
    """Compare the best first frame of notekeep with the best of the minimal app."""
    ours, theirs = zip(*rounds, strict=True)
    wall, bare_wall = (min(cost.wall for cost in costs) for costs in (ours, theirs))
    cpu, bare_cpu = (min(cost.cpu for cost in costs) for costs in (ours, theirs))
    return [
        Line(label, wall, PEER, bare_wall, limit),
        Line("the same, CPU", cpu, PEER, bare_cpu, limit),
    ]


def _first_title(ground: Ground, notes: int) -> str:
    """Return the start of the first row: the note changed last, since daily notes are folded."""
    root = ground.vault(notes)
    files = (
        path for path in root.rglob("*.md") if path.relative_to(root).parts[0] not in NOT_FIRST
    )
    return " ".join(max(files, key=lambda path: path.stat().st_mtime_ns).stem.split()[:2])
