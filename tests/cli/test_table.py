"""Tables on a terminal: whole where there is room, and never wider than the terminal."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.cli import output
from notekeep.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS = [
    ("A Philosophy of Software Design", "book", "books/A Philosophy of Software Design.md"),
    ("Deep Work", "book", "books/Deep Work.md"),
]


class Terminal(io.StringIO):
    """A terminal that keeps what is written."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def written(
    rows: Sequence[Sequence[str]], columns: int, stretch: int = 0, whole: int | None = None
) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        terminal = Terminal()
        patch.setattr("sys.stdout", terminal)
        patch.setenv("COLUMNS", str(columns))
        patch.setenv("TERM", "xterm")
        output.table(rows, stretch=stretch, whole=whole)
    return terminal.getvalue().splitlines()


def test_one_column_gives_way_before_the_others_are_cut() -> None:
    assert written(ROWS, 80) == [
        "A Philosophy of Software Design  book  books/A Philosophy of Software Design.md",
        "Deep Work                        book  books/Deep Work.md",
    ]
    assert written(ROWS, 78)[0] == (
        "A Philosophy of Software Desi…  book  books/A Philosophy of Software Design.md"
    )
    assert written(ROWS, 40) == [
        "A Philosophy of…  book  books/A Philoso…",
        "Deep Work         book  books/Deep Work…",
    ]


def test_a_column_that_is_copied_is_whole_on_any_terminal() -> None:
    tasks = [
        ("[ ]", "Write to the library", "daily/2026-11-16.md:10"),
        ("[ ]", "日本 order paper", "inbox/A word that I keep looking up.md:7"),
    ]
    for columns in (200, 80, 60, 40, 20):
        for (_, _, place), line in zip(tasks, written(tasks, columns, 1, whole=2), strict=True):
            assert line.endswith(f"  {place}")
            # What is longer than half of the line runs over; no other row does.
            assert output.width(line) <= columns or len(place) > columns // 2 - 2
    assert written(tasks, 60, 1, whole=2) == [
        "[ ]  Write to the library  daily/2026-11-16.md:10",
        "[ ]  日本 order paper      inbox/A word that I keep looking up.md:7",
    ]
    first = [(place, text) for _, text, place in tasks]
    assert written(first, 60, 1, whole=0) == [
        "daily/2026-11-16.md:10         Write to the library",
        "inbox/A word that I keep looking up.md:7  日本 order paper",
    ]


@given(
    rows=st.integers(1, 6).flatmap(
        lambda count: st.lists(
            st.lists(st.text("ab日é 👩\u200d🚀", max_size=60), min_size=count, max_size=count),
            min_size=1,
            max_size=5,
        )
    ),
    columns=st.integers(20, 200),
    data=st.data(),
)
def test_no_line_is_wider_than_the_terminal(
    rows: list[list[str]], columns: int, data: st.DataObject
) -> None:
    count = len(rows[0])
    least = count * output.MIN_WIDTH + (count - 1) * len(output.GAP)
    stretch = data.draw(st.integers(0, count - 1))
    for line in written(rows, max(columns, least), stretch):
        assert output.width(line) <= max(columns, least)


@pytest.mark.parametrize(
    ("text", "cells"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("👩\u200d🚀", 4), ("\u2708\ufe0f", 1), ("é", 1)],
)
def test_accents_joiners_and_selectors_take_no_cell(text: str, cells: int) -> None:
    assert output.width(text) == cells


def seen(vault: Path, columns: int, *words: str) -> list[str]:
    """The lines of a command on a terminal of so many columns."""
    with pytest.MonkeyPatch.context() as patch:
        terminal = Terminal()
        patch.setattr("sys.stdout", terminal)
        patch.setenv("COLUMNS", str(columns))
        patch.setenv("TERM", "xterm")
        patch.setenv("NO_COLOR", "1")
        patch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
        assert main(["--vault", str(vault), *words]) == 0
    return terminal.getvalue().splitlines()


@pytest.mark.parametrize("command", ["todo", "list", "week", "month"])
def test_a_row_of_a_habit_is_one_line_of_the_terminal(sample: Path, command: str) -> None:
    """An aim and the best streak go first; what is left to do and the title stay."""
    for columns in (110, 80, 60, 48):
        rows = seen(sample, columns, "habit", command)
        assert [row for row in rows if output.width(row) > columns] == []
        assert [row for row in rows if row != row.rstrip() or "  …" in row] == []
        read = next(row for row in rows if "Read" in row)
        assert columns < 80 or re.search(r"\d %", read)
        assert command == "month" or columns < 80 or "weeks" in read
        assert command != "todo" or "pages this week" in read
    assert any("(best " in row for row in seen(sample, 200, "habit", command))


def test_the_marks_of_a_month_run_over_where_there_is_no_room(sample: Path) -> None:
    rows = seen(sample, 24, "habit", "month")
    assert any(row.count("✓") > 9 for row in rows), rows


def test_the_place_of_a_task_and_of_a_link_can_be_copied(sample: Path) -> None:
    places = [line.rsplit("  ", 1)[1] for line in seen(sample, 40, "tasks", "path:daily")]
    assert len(places) > 5
    for place in places:
        path, _, line = place.rpartition(":")
        assert "- [ ]" in (sample / path).read_text("utf-8").splitlines()[int(line) - 1]
    for line in seen(sample, 40, "backlinks", "Deep Work"):
        assert (sample / line.split(".md:")[0]).with_suffix(".md").exists()
