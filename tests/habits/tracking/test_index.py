"""What can be asked of the index of habits."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

from notekeep.habits.calendar import LEVEL_MORE, LEVEL_NONE
from notekeep.habits.summary import count_habits
from notekeep.tracking.habit_details import load_habit_details


def test_habits_come_by_group_and_title_with_the_days_asked_for(notebook: Any) -> None:
    notebook.write("habits/Stretch.md", "---\nhabit: stretch\ngroup: Body\n---\n")
    views = notebook.index().views(first=date(2026, 11, 23), last=date(2026, 11, 29))
    assert [view.id for view in views] == ["stretch", "water", "gym", "meditate"]
    assert [cell.day.day for cell in views[0].cells] == [23, 24, 25, 26, 27, 28, 29]
    assert [view.today.day for view in views] == [date(2026, 11, 24)] * 4


def test_a_list_can_be_seen_as_of_another_day(notebook: Any) -> None:
    notebook.log("- 2026-11-22 med: 10 min", "- 2026-11-23 med: 10 min")
    index = notebook.index()
    streaks = {
        day: next(v.streak for v in index.views(date(2026, 11, day)) if v.id == "meditate")
        for day in (22, 23, 24, 26)
    }
    assert streaks == {22: 1, 23: 2, 24: 2, 26: 0}


def test_entries_come_by_day_and_time_and_say_whether_they_count(notebook: Any) -> None:
    notebook.log("- 2026-11-23 med: 5 min @08:00", "- 2026-11-23 med: = 6 min @09:00 ~1 -- watch")
    notebook.log("- 2026-11-22 [[meditate]]: done", "  because", device="laptop")
    index = notebook.index()
    found = index.lines(index.resolve("med"), date(2026, 11, 1))
    assert [(line.entry.day, line.counts, line.more) for line in found] == [
        (date(2026, 11, 22).toordinal(), True, "  because"),
        (date(2026, 11, 23).toordinal(), False, ""),
        (date(2026, 11, 23).toordinal(), True, ""),
    ]
    assert (found[-1].path, found[-1].number) == ("habits/log/2026-11.phone.md", 2)
    assert len(index.lines(index.resolve("med"), until=date(2026, 11, 22))) == 1


def test_a_year_is_laid_out_for_a_heatmap(notebook: Any) -> None:
    notebook.log("- 2026-11-23 med: 12 min")
    index = notebook.index()
    year = load_habit_details(index, "med").calendar
    squares = {square.day: square for column in year.columns for square in column if square}
    assert squares[date(2026, 11, 23)].level == LEVEL_MORE
    assert squares[date(2026, 11, 22)].level == LEVEL_NONE
    assert len(squares) == 365


def test_many_threads_may_ask_at_once(notebook: Any) -> None:
    notebook.log(*(f"- 2026-11-{day:02} med: {day} min" for day in range(1, 24)))
    index = notebook.index()
    expected = index.views()
    found: list[Any] = []

    def ask() -> None:
        for _ in range(10):
            index.refresh()
            found.append(index.views())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 40


def test_a_view_changes_with_an_entry_and_only_then(notebook: Any) -> None:
    index = notebook.index()
    before = {view.id: view for view in index.views()}
    index.check_in("med", "12")
    after = {view.id: view for view in index.views()}
    assert after["meditate"].today.amount == "12 min"
    assert {key for key in after if after[key] != before[key]} == {"meditate"}


def test_check_ins_of_many_threads_at_once_all_count(notebook: Any) -> None:
    index = notebook.index()
    ready = threading.Barrier(8)

    def drink() -> None:
        ready.wait(30)
        for _ in range(4):
            index.check_in("water", "+1")

    threads = [threading.Thread(target=drink) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (water,) = [view for view in notebook.index().views() if view.id == "water"]
    assert water.today.amount == "32 glass"


def test_archived_habits_are_not_counted(notebook: Any) -> None:
    notebook.write("habits/Old.md", "---\nhabit: old\narchived: true\n---\n")
    index = notebook.index()
    index.check_in("old")
    assert count_habits(index.views()) == (0, 3, 0)
    index.check_in("meditate", "10 min")
    assert count_habits(index.views()) == (1, 3, 0)
