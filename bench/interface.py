"""How the interface feels: keys, hops from note to note, held-up keys, memory, over one session.

The session runs in a process and a real terminal of its own: see `session.py`. Its figures are by
the clock, since that is what a person feels, so this bench wants a machine that does nothing else;
what the loop's own thread computed meanwhile is beside them and stands a busy one. Every figure is
beside its budget.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from bench import measure
from bench.session import Told
from bench.table import Line, megabytes, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.ground import Ground

KEY, HOP, STALL = 1.5, 3.0, 10.0
"""The most that each may take, in starts of Python."""
MINIMAL = """
import sys
from pathlib import Path
from bench.minimal_app import Minimal
from bench.session import memory

async def tell(pilot):
    import asyncio
    await asyncio.sleep(1)
    Path(sys.argv[1]).write_text(str(memory()))
    pilot.app.exit()

Minimal().run(auto_pilot=tell)
"""
TIMEOUT_SECONDS = 900.0
_MEMORY = ("90 MB", 90e6, 1.0, megabytes)


def bench(ground: Ground) -> list[Line]:
    """One session for each size of vault."""
    return [line for notes in ground.sizes for line in _session(ground, notes)]


def _session(ground: Ground, notes: int) -> list[Line]:
    ground.index(notes)
    site = ground.forget(f"site-{notes}")
    site.mkdir()
    (site / "hugo.toml").write_text('baseURL = "https://example.org"\n', "utf-8")
    report = str(ground.folder / f"session-{notes}.json")
    root = str(ground.vault(notes))
    _run(measure.python("-m", "bench.session", report, root, str(site), env=_env(ground)))
    with open(report, encoding="utf-8") as file:
        told = Told(**json.load(file))
    return list(_lines(told, notes, _minimal(ground), measure.start_of_python().wall))


def _lines(told: Told, notes: int, bare: int, start: float) -> Sequence[Line]:
    with_notes = f"{notes:,} notes"
    typed = {part: held for part, held in told.stalls.items() if part not in {"start", "quiet"}}
    worst = max(typed, key=lambda part: typed[part])
    worked = max(typed, key=lambda part: told.work[part])
    first, last = told.rounds[0], told.rounds[-1]
    return [
        Line(f"a key until painted, p95, {with_notes}", _p95(told.keys), "P", start, KEY),
        Line("a hop to another preview, p95", _p95(told.hops), "P", start, HOP),
        Line(f"longest stall ({worst})", typed[worst], "P", start, STALL),
        Line(f"the same, computed ({worked})", told.work[worked], "P", start, STALL),
        Line("memory over minimal, started", told.start - bare, "minimal", bare, None, megabytes),
        Line("the same, before a search", told.browsed - bare, "minimal", bare, None, megabytes),
        Line("the same, after a search and an export", first - bare, *_MEMORY),
        Line("memory after two rounds", last, "after one round", first, 1.1, megabytes),
        Line("the whole session", told.seconds, "ten minutes", 600.0, None, seconds),
    ]


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int((len(times) - 1) * 0.95)]


def _env(ground: Ground) -> dict[str, str]:
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return ground.env | {"PYTHONPATH": here}


def _minimal(ground: Ground) -> int:
    report = ground.folder / "minimal-memory"
    _run(measure.python("-c", MINIMAL, str(report), env=_env(ground)))
    return int(report.read_text("ascii"))


def _run(command: measure.Command) -> None:
    """Run a program in a terminal to its end.

    Raises:
        RuntimeError: It failed, or did not end.
    """
    start = time.monotonic()
    code, drawn = measure.in_terminal(command, TIMEOUT_SECONDS)
    if code:
        took = time.monotonic() - start
        raise RuntimeError(f"ended with {code} after {took:.0f} s; it drew {drawn[-500:]!r}")
