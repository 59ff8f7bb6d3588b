"""The budgets of searching, each as a ratio to a peer of the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import measure
from bench.table import Line, megabytes, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.contest import Contest

AGAINST_FTS5 = {"key": 0.5, "word": 1.1, "or": 1.1, "tag": 1.1, "and": 1.1, "phrase": 2.5}
"""By kind of question, the highest ratio of the 95th percentiles."""

LARGE = 10_000
"""Notes from which the budgets hold; with fewer, what every question costs counts most."""


def budgets(one: Contest) -> str:
    """The budgets as a table for one vault."""
    return f"### Budgets at {one.notes:,} notes\n\n{render(list(_lines(one)))}"


def from_size_to_size(contests: Sequence[Contest]) -> str:
    """How a cold search grows from the first vault to the last."""
    return f"### The same from vault to vault\n\n{render([_flat(contests)])}"


def _lines(one: Contest) -> Iterator[Line]:
    whoosh, ours = one.built["plain Whoosh"], one.built["notekeep"]
    is_large = one.notes >= LARGE
    most = 0.45 if is_large else None
    yield Line("a full index, CPU", ours["cpu"], "plain Whoosh", whoosh["cpu"], most)
    yield Line("size on disk", ours["size"], "plain Whoosh", whoosh["size"], None, megabytes)
    for kind, goal in AGAINST_FTS5.items():
        ours_p95, peer = _p95(one, "notekeep", kind), _p95(one, "FTS5", kind)
        yield Line(f"{kind}, p95", ours_p95, "FTS5", peer, goal if is_large else None)
    saved = one.saved["notekeep"]
    found = _at(saved["wall"], 0.5)
    yield Line("a save until it is found", found, "P", measure.start_of_python().wall, 10.0)
    cold, bare = one.cold["notekeep search --no-refresh"], one.cold["python -c pass"]
    yield Line("a search as a command, CPU", cold.cpu, "python -c pass", bare.cpu, 16.0)


def _flat(contests: Sequence[Contest]) -> Line:
    first, last = (
        one.cold["notekeep search --no-refresh"].cpu for one in (contests[0], contests[-1])
    )
    what = f"a search as a command, {contests[-1].notes:,} notes"
    return Line(what, last, f"{contests[0].notes:,} notes", first, 1.25)


def _p95(one: Contest, engine: str, kind: str) -> float:
    return _at(one.asked[engine]["times"][kind], 0.95)


def _at(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[int((len(ordered) - 1) * share)]
