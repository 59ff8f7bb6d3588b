"""What is promised of searching, each promise as a ratio to a peer of the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.table import Line, megabytes, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.contest import Contest

APP_MEMORY = 60e6
SAVE_CPU = 0.010
SAVE_FOUND = 0.100

AGAINST_FTS5 = {"key": 0.25, "word": 1.0, "or": 1.0, "tag": 1.0, "and": 3.0, "phrase": 4.0}
"""By kind of question, the highest ratio of the 95th percentiles."""


def promises(one: Contest) -> str:
    """The promises as a table for one vault."""
    return f"### Promises at {one.notes:,} notes\n\n{render(list(_lines(one)))}"


def from_size_to_size(contests: Sequence[Contest]) -> str:
    """How a cold search grows from the first vault to the last."""
    return f"### The same from vault to vault\n\n{render([_flat(contests)])}"


def _lines(one: Contest) -> Iterator[Line]:
    whoosh, ours = one.built["plain Whoosh"], one.built["notekeep"]
    yield Line("a build, CPU", ours["cpu"], "plain Whoosh", whoosh["cpu"], 1 / 2.5)
    yield Line("size on disk", ours["size"], "plain Whoosh", whoosh["size"], 0.8, megabytes)
    keys = _p95(one, "plain Whoosh", "key")
    yield Line("a key, p95", _p95(one, "notekeep", "key"), "plain Whoosh", keys, 1 / 200)
    for kind, goal in AGAINST_FTS5.items():
        yield Line(
            f"{kind}, p95", _p95(one, "notekeep", kind), "FTS5", _p95(one, "FTS5", kind), goal
        )
    saved = one.saved["notekeep"]
    yield Line("a save, median CPU", _median(saved["cpu"]), "10 ms", SAVE_CPU, 1.0)
    yield Line("a save until found, p95", _at(saved["wall"], 0.95), "100 ms", SAVE_FOUND, 1.0)
    cold, bare = one.cold["notekeep search --no-refresh"], one.cold["python -c pass"]
    yield Line("a search as a command, CPU", cold.cpu, "python -c pass", bare.cpu, 18.0)
    memory = one.asked["notekeep"]["memory"]
    yield Line("memory for all questions", memory, "60 MB", APP_MEMORY, 1.0, megabytes)


def _flat(contests: Sequence[Contest]) -> Line:
    first, last = (
        one.cold["notekeep search --no-refresh"].cpu for one in (contests[0], contests[-1])
    )
    what = f"a search as a command, {contests[-1].notes:,} notes"
    return Line(what, last, f"{contests[0].notes:,} notes", first, 1.25)


def _p95(one: Contest, engine: str, kind: str) -> float:
    return _at(one.asked[engine]["times"][kind], 0.95)


def _median(times: Sequence[float]) -> float:
    return _at(times, 0.5)


def _at(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[int((len(ordered) - 1) * share)]
