"""Search budgets, each a ratio to a peer in the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import measure
from bench.table import Line, megabytes, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.contest import Contest

AGAINST_FTS5 = {"key": 0.5, "word": 1.1, "or": 1.1, "tag": 1.1, "and": 1.1, "phrase": 2.5}
"""The highest allowed ratio of 95th percentiles, by kind of question."""

LARGE = 10_000
"""The smallest vault that budgets apply to: in smaller ones the fixed cost of a query dominates."""


def budgets(contest: Contest) -> str:
    """Return the budgets of one vault as a table."""
    return f"### Budgets at {contest.notes:,} notes\n\n{render(list(_lines(contest)))}"


def compare_sizes(contests: Sequence[Contest]) -> str:
    """Return a table that compares a cold search of the last vault with one of the first."""
    return f"### Growth with the size of the vault\n\n{render([_growth(contests)])}"


def _lines(contest: Contest) -> Iterator[Line]:
    whoosh, ours = contest.builds["plain Whoosh"], contest.builds["notekeep"]
    is_large = contest.notes >= LARGE
    limit = 0.45 if is_large else None
    yield Line("a full index, CPU", ours["cpu"], "plain Whoosh", whoosh["cpu"], limit)
    yield Line("size on disk", ours["size"], "plain Whoosh", whoosh["size"], None, megabytes)
    for kind, limit in AGAINST_FTS5.items():
        ours_p95, peer = _p95(contest, "notekeep", kind), _p95(contest, "FTS5", kind)
        yield Line(f"{kind}, p95", ours_p95, "FTS5", peer, limit if is_large else None)
    saves = contest.saves["notekeep"]
    found = _percentile(saves["wall"], 0.5)
    yield Line("a save until it is found", found, "P", measure.start_of_python().wall, 10.0)
    cold, bare = contest.cold["notekeep search --no-refresh"], contest.cold["python -c pass"]
    yield Line("a search as a command, CPU", cold.cpu, "python -c pass", bare.cpu, 16.0)


def _growth(contests: Sequence[Contest]) -> Line:
    first, last = (
        contest.cold["notekeep search --no-refresh"].cpu for contest in (contests[0], contests[-1])
    )
    label = f"a search as a command, {contests[-1].notes:,} notes"
    return Line(label, last, f"{contests[0].notes:,} notes", first, 1.25)


def _p95(contest: Contest, engine: str, kind: str) -> float:
    return _percentile(contest.query_results[engine]["times"][kind], 0.95)


def _percentile(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[int((len(ordered) - 1) * share)]
