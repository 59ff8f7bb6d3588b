"""The day that a check-in counts for: nights in which the clock is changed, and travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("moment", "line"),
    [
        # The hour from two to three comes twice: both still belong to the evening before.
        ("2026-10-25T01:59", "- 2026-10-24 meditate: done @25:59"),
        ("2026-10-25T02:30", "- 2026-10-24 meditate: done @26:30"),
        ("2026-10-25T03:59", "- 2026-10-24 meditate: done @27:59"),
        ("2026-10-25T04:00", "- 2026-10-25 meditate: done @04:00"),
        # The hour from two to three does not come at all.
        ("2026-03-29T01:59", "- 2026-03-28 meditate: done @25:59"),
        ("2026-03-29T03:00", "- 2026-03-28 meditate: done @27:00"),
        ("2026-03-29T04:00", "- 2026-03-29 meditate: done @04:00"),
    ],
)
def test_a_night_with_a_changed_clock_belongs_to_its_evening(
    notebook: Any, at: Callable[[str], None], moment: str, line: str
) -> None:
    at(moment)
    assert notebook.index().check_in("med").line == line


def test_the_same_minute_again_is_another_entry(notebook: Any, at: Callable[[str], None]) -> None:
    for _ in range(2):
        at("2026-10-25T02:30")
        done = notebook.index().check_in("water", "1 glass")
    assert done.cell.amount == "2 glass"
    assert done.line == "- 2026-10-24 water: 1 glass @26:30:00"


def test_a_flight_to_the_west_makes_a_day_longer_and_to_the_east_shorter(
    notebook: Any, at: Callable[[str], None]
) -> None:
    at("2026-11-20T23:30")
    notebook.index().check_in("water", "1")
    at("2026-11-20T15:10")  # nine time zones back
    assert notebook.index().check_in("water", "2").cell.amount == "3 glass"
    at("2026-11-22T08:00")  # a day was lost on the way; it can be said by its name
    index = notebook.index()
    index.check_in("water", "8", index.today().replace(day=21))
    view = index.view(index.find("water"))
    assert [cell.amount for cell in view.cells[-3:]] == ["3 glass", "8 glass", ""]


def test_another_start_of_the_day_changes_nothing_that_is_written(
    notebook: Any, at: Callable[[str], None]
) -> None:
    at("2026-11-21T02:00")
    notebook.index().check_in("med")
    before = notebook.tree()
    notebook.places.settings.day_start = 0
    notebook.places = notebook.places._replace(cache=str(notebook.root.parent / "anew"))
    index = notebook.index()
    index.refresh()
    assert notebook.tree() == before
    assert [line.text for line in index.lines(index.resolve("med"))] == [
        "- 2026-11-20 meditate: done @26:00"
    ]
    assert index.check_in("med").line == "- 2026-11-21 meditate: done @02:00"
