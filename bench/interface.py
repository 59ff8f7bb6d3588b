"""The responsiveness of the interface in one session: keys, previews, stalls and memory.

The session runs in a separate process in a real terminal: see `session.py`. Its figures are wall
times, because users notice those, so run this bench on an idle machine. The CPU time of the event
loop's thread is listed too; a busy machine hardly changes it.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from bench import measure
from bench.session import SessionResult
from bench.table import Line, megabytes, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.ground import Ground

KEY, HOP, STALL = 1.5, 3.0, 10.0
"""The budgets, in starts of Python."""
MINIMAL = """
import sys
from pathlib import Path
from bench.minimal_app import Minimal
from bench.session import memory

async def report(pilot):
    import asyncio
    await asyncio.sleep(1)
    Path(sys.argv[1]).write_text(str(memory()))
    pilot.app.exit()

Minimal().run(auto_pilot=report)
"""
TIMEOUT_SECONDS = 900.0
_MEMORY = ("90 MB", 90e6, 1.0, megabytes)


def bench(ground: Ground) -> list[Line]:
    """Run one session for each size of vault."""
    return [line for notes in ground.sizes for line in _session(ground, notes)]


def _session(ground: Ground, notes: int) -> list[Line]:
    ground.index(notes)
    site = ground.empty_path(f"site-{notes}")
    site.mkdir()
    (site / "hugo.toml").write_text('baseURL = "https://example.org"\n', "utf-8")
    report = str(ground.folder / f"session-{notes}.json")
    root = str(ground.vault(notes))
    _run(measure.python("-m", "bench.session", report, root, str(site), env=_env(ground)))
    with open(report, encoding="utf-8") as file:
        result = SessionResult(**json.load(file))
    return list(_lines(result, notes, _minimal_memory(ground), measure.start_of_python().wall))


def _lines(result: SessionResult, notes: int, bare: int, start: float) -> Sequence[Line]:
    # No keys are pressed during the other parts.
    stalls = {
        part: stall for part, stall in result.stalls.items() if part not in {"start", "quiet"}
    }
    worst = max(stalls, key=lambda part: stalls[part])
    busiest = max(stalls, key=lambda part: result.work[part])
    first, last = result.rounds[0], result.rounds[-1]
    return [
        Line(f"a key until painted, p95, {notes:,} notes", _p95(result.keys), "P", start, KEY),
        Line("next note in the preview, p95", _p95(result.hops), "P", start, HOP),
        Line(f"longest stall ({worst})", stalls[worst], "P", start, STALL),
        Line(f"the same, CPU ({busiest})", result.work[busiest], "P", start, STALL),
        Line("memory over minimal, started", result.start - bare, "minimal", bare, None, megabytes),
        Line("the same, before a search", result.browsed - bare, "minimal", bare, None, megabytes),
        Line("the same, after a search and an export", first - bare, *_MEMORY),
        Line("memory after two rounds", last, "after one round", first, 1.1, megabytes),
        Line("the whole session", result.seconds, "ten minutes", 600.0, None, seconds),
    ]


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int((len(times) - 1) * 0.95)]


def _env(ground: Ground) -> dict[str, str]:
    repository = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return ground.env | {"PYTHONPATH": repository}


def _minimal_memory(ground: Ground) -> int:
    report = ground.folder / "minimal-memory"
    _run(measure.python("-c", MINIMAL, str(report), env=_env(ground)))
    return int(report.read_text("ascii"))


def _run(command: measure.Command) -> None:
    """Run a program in a terminal and wait for it to exit.

    Raises:
        RuntimeError: The program failed or timed out.
    """
    start = time.monotonic()
    code, output = measure.in_terminal(command, TIMEOUT_SECONDS)
    if code:
        elapsed = time.monotonic() - start
        raise RuntimeError(
            f"exited with {code} after {elapsed:.0f} s; its last output: {output[-500:]!r}"
        )
