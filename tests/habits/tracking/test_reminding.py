"""What is to be remembered now: come, not answered, and told once."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from notekeep.habits.reminders import Due, due, filter_unsent, list_reminders

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.habits.tracking.conftest import Notebook

HEAD = "since: 2026-11-01\n---\n"


@pytest.fixture
def reminded(notebook: Notebook) -> Notebook:
    notebook.write(
        "habits/Meditate.md", f'---\nhabit: meditate\nremind: ["07:30", "21:00"]\n{HEAD}'
    )
    notebook.write(
        "habits/Gym.md", f"---\nhabit: gym\nschedule: mon,tue\nremind: tue 18:00\n{HEAD}"
    )
    notebook.write("habits/Sleep.md", f"---\nhabit: sleep\nremind: 00:30\n{HEAD}")
    notebook.write("habits/Rest.md", f"---\nhabit: rest\nschedule: sun\nremind: 06:00\n{HEAD}")
    notebook.write("habits/Old.md", f"---\nhabit: old\narchived: true\nremind: 06:00\n{HEAD}")
    return notebook


def come(notebook: Notebook, moment: str) -> list[Due]:
    index = notebook.index()
    day_start = index.places.settings.day_start
    return due(index.views(), datetime.fromisoformat(moment), day_start)


def found(notebook: Notebook, moment: str) -> list[str]:
    return [f"{one.reminder.time} {one.habit.id}" for one in come(notebook, moment)]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24T07:29", []),
        ("2026-11-24T07:30", ["07:30 meditate"]),
        ("2026-11-24T18:00", ["07:30 meditate", "18:00 gym"]),
        ("2026-11-24T23:00", ["07:30 meditate", "18:00 gym", "21:00 meditate"]),
        # Half past midnight belongs to the day before, and comes last of it.
        ("2026-11-25T00:30", ["07:30 meditate", "18:00 gym", "21:00 meditate", "00:30 sleep"]),
        ("2026-11-25T04:00", []),
        ("2026-11-23T18:30", ["07:30 meditate"]),
    ],
)
def test_what_has_come(
    reminded: Notebook, at: Callable[[str], None], moment: str, expected: list[str]
) -> None:
    at(moment)
    assert found(reminded, moment) == expected


@pytest.mark.parametrize("value", ["done", "skip", "miss", "3 min"])
def test_any_entry_of_today_answers(reminded: Notebook, value: str) -> None:
    reminded.index().check_in("meditate", value)
    assert found(reminded, "2026-11-24T21:15") == ["18:00 gym"]


def test_each_is_told_once_a_day(reminded: Notebook) -> None:
    state, today = reminded.places.state, date(2026, 11, 24)

    def told(moment: str, day: date = today) -> list[str]:
        unsent = filter_unsent(state, come(reminded, moment), day)
        return [one.reminder.time for one in unsent]

    assert told("2026-11-24T07:35") == ["07:30"]
    assert told("2026-11-24T07:36") == []
    assert told("2026-11-24T21:05") == ["18:00", "21:00"]
    assert told("2026-11-24T21:06") == []
    assert told("2026-11-24T21:06", date(2026, 11, 25)) == ["07:30", "18:00", "21:00"]


def test_words_that_are_no_reminder_are_named_with_their_note(reminded: Notebook) -> None:
    reminded.write("habits/Odd.md", f"---\nhabit: odd\nremind: at noon\n{HEAD}")
    assert list_reminders(reminded.index().views()).wrong == [("habits/Odd.md", "at noon")]
