"""Every row of the scorecard holds, at a size of seconds; the table is printed at the end."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from reliability.board import Result, Row, Sizes, render
from reliability.rows import ROWS
from reliability.run import run_one

if TYPE_CHECKING:
    from collections.abc import Callable


QUICK = {"R1", "R10", "R11"}
"""The others take long, or show with more notes what tests of their area show with a few."""


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row.id, marks=[] if row.id in QUICK else [pytest.mark.slow])
        for row in ROWS
    ],
)
def test_the_row_holds(row: Row, record_property: Callable[[str, Any], None]) -> None:
    result = run_one(row.id, "check")
    record_property("scorecard", [f"{row.id} {row.title}", asdict(result)])
    if result.skipped:
        pytest.skip(result.skipped)
    assert result.passed, "\n".join(result.faults)


def test_rows_are_numbered_in_order_and_larger_before_a_release() -> None:
    numbers = [int(row.id[1:]) for row in ROWS]
    assert numbers == sorted(set(numbers))
    assert numbers == list(range(1, 19))
    assert all(list(row.sizes) == sorted(row.sizes) for row in ROWS)


def test_a_row_that_breaks_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_size: int, _folder: object) -> Result:
        raise ZeroDivisionError

    row = Row("R0", "broken", Sizes(1, 1, 1), broken)
    monkeypatch.setattr("reliability.run.ROWS", (row, *ROWS))
    result = run_one("R0", "check")
    assert not result.passed
    assert "ZeroDivisionError" in result.faults[0]


def test_the_table_shows_what_was_lost_and_what_was_not_run() -> None:
    bad = Result(size="3 notes", seconds=1.5)
    bad.lose("all of it")
    table = render([("R1 one", bad), ("R6 six", Result(skipped="no disk"))])
    assert "| R1 one | 3 notes" in table
    assert table.splitlines()[2].count("✗") == 1
    assert "not run: no disk" in table
