"""Reminders of a definition, and the lines of a crontab that a person may install for them."""

from __future__ import annotations

import shlex

import pytest

from notekeep.errors import Refused
from notekeep.habits.reminders import cron_lines, reminder_times
from notekeep.habits.schedule import Reminder, parse_reminders

WEEKENDS = (*(False,) * 5, True, True)
MON_FRI = (True, False, False, False, True, False, False)


@pytest.mark.parametrize(
    ("words", "found", "wrong"),
    [
        (["07:30"], [Reminder(7, 30)], []),
        (["7:30", "07:30"], [Reminder(7, 30)], []),
        (["mon,fri 18:00"], [Reminder(18, 0, MON_FRI)], []),
        (["mon", "fri 18:00", "07:30"], [Reminder(18, 0, MON_FRI), Reminder(7, 30)], []),
        (["weekends 10:00"], [Reminder(10, 0, WEEKENDS)], []),
        (["daily 10:00"], [Reminder(10, 0)], []),
        (["24:00", "10:60", "3/week 10:00", "someday 9:00"], [], None),
        (["mon"], [], ["mon"]),
        (["noon", "07:30"], [Reminder(7, 30)], ["noon"]),
        ([], [], []),
    ],
)
def test_reminders(words: list[str], found: list[Reminder], wrong: list[str] | None) -> None:
    assert parse_reminders(words) == (found, words if wrong is None else wrong)


def test_words_are_read_again() -> None:
    for reminder in (Reminder(7, 5), Reminder(18, 0, MON_FRI)):
        assert parse_reminders([reminder.text()]) == ([reminder], [])


def test_one_time_runs_once_for_all_habits() -> None:
    times = [Reminder(18, 0, MON_FRI), Reminder(7, 30), Reminder(18, 0, WEEKENDS)]
    either = (True, False, False, False, True, True, True)
    assert reminder_times(times) == [Reminder(7, 30), Reminder(18, 0, either)]
    assert reminder_times([*times, Reminder(18, 0)]) == [Reminder(7, 30), Reminder(18, 0)]


def test_lines_of_a_crontab_are_what_a_shell_takes_for_the_command() -> None:
    command = ["/usr/bin/python3", "--vault", "/home/a b/it's 50 %"]
    lines = cron_lines(
        [Reminder(7, 5), Reminder(18, 0, MON_FRI), Reminder(0, 0, WEEKENDS)], command
    )
    assert [line.split(" /usr")[0] for line in lines] == [
        "5 7 * * *",
        "0 18 * * 1,5",
        "0 0 * * 6,0",
    ]
    # cron itself takes the backslash off before a percent sign.
    words = lines[0].split(maxsplit=5)[5].replace("\\%", "%")
    assert shlex.split(words) == command


def test_a_line_break_in_a_path_is_refused() -> None:
    with pytest.raises(Refused):
        cron_lines([Reminder(7, 30)], ["/bin/x", "/notes\n* * * * * evil"])
