"""What days of the month, far intervals, times a day and goals with two ends come to: a table.

Each line has a schedule, a goal, the log (days of 2026), today, and the answer: met and missed
units, the streak, and today's status.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from notekeep.habits.evaluation import evaluate_days
from notekeep.habits.measures import rate, streak, strength

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.habits.conftest import Made

# All begin on Thursday 1 January 2026.
CASES = """
1st,15th | done | 01-01; 01-15; 02-01 | 02-10 | 3 met, 0 missed, streak 3, rest
1st,15th | done | 01-01; 02-01 | 02-10 | 2 met, 1 missed, streak 1, rest
1st,15th | done | 01-01; 01-14; 02-01 | 02-10 | 2 met, 1 missed, streak 1, rest
1st,15th | done | 01-01; 01-15 skip; 02-01 | 02-10 | 2 met, 0 missed, streak 2, rest
1st,15th | done | 01-01; 01-15; 02-01 | 02-15 | 3 met, 0 missed, streak 3, pending
1st,15th | done | 01-01; 01-15 | 02-02 | 2 met, 1 missed, streak 0, rest
last day | done | 01-31; 02-28; 03-31 | 04-30 | 3 met, 0 missed, streak 3, pending
last day | done | 01-30; 02-28 | 03-01 | 1 met, 1 missed, streak 1, rest
31st | done | 01-31; 03-31 | 04-30 | 2 met, 0 missed, streak 2, rest
30th | done | 01-30 | 03-29 | 1 met, 0 missed, streak 1, rest
first mon | done | 01-05; 02-02 | 03-02 | 2 met, 0 missed, streak 2, pending
first mon | done | 01-12; 02-02 | 03-01 | 1 met, 1 missed, streak 1, rest
third thu | done | 01-15; 02-19 | 02-20 | 2 met, 0 missed, streak 2, rest
last fri | done | 01-30; 02-27 | 02-28 | 2 met, 0 missed, streak 2, rest
last fri | done | 01-23; 02-27 | 02-28 | 1 met, 1 missed, streak 1, rest
first mon,last mon | done | 01-05; 01-26; 02-02 | 02-03 | 3 met, 0 missed, streak 3, rest
first mon,1st | done | 01-01; 01-05 | 01-06 | 2 met, 0 missed, streak 2, rest
5 may | done | 05-05 | 06-01 | 1 met, 0 missed, streak 1, rest
5 may | done | 05-04 | 06-01 | 0 met, 1 missed, streak 0, rest
5 may,24 dec | done | 05-05 | 12-24 | 1 met, 0 missed, streak 1, pending
29 feb | done | 02-28 | 03-01 | 0 met, 0 missed, streak 0, rest
first sun of may | done | 05-03 | 05-04 | 1 met, 0 missed, streak 1, rest
every 3 months | done | 02-14; 06-30; 07-01 | 08-01 | 3 met, 0 missed, streak 3, covered
every 3 months | done | 02-14 | 05-01 | 1 met, 0 missed, streak 1, pending
every 3 months | done | 02-14; 07-01 | 08-01 | 2 met, 1 missed, streak 1, covered
every 3 months | done | 02-14; 05-01 skip; 07-01 | 08-01 | 2 met, 0 missed, streak 2, covered
every 3 months from 2026-02 | done | 01-14; 02-01 | 04-30 | 2 met, 0 missed, streak 2, covered
every 2 months | done | 01-01; 03-01; 05-01 | 06-30 | 3 met, 0 missed, streak 3, covered
every year | done | 12-31 | 12-31 | 1 met, 0 missed, streak 1, done
every year | done | 01-01 | 12-31 | 1 met, 0 missed, streak 1, covered
2/day | done | 01-01 2 times; 01-02 1 time | 01-03 | 1 met, 1 missed, streak 0, pending
2/day | done | 01-01 2 times; 01-02 3 times | 01-03 | 2 met, 0 missed, streak 2, pending
2/day | done | 01-01 done; 01-02 2 times | 01-03 | 1 met, 1 missed, streak 1, pending
daily | 7-9 h | 01-01 8 h; 01-02 7 h; 01-03 9 h | 01-04 | 3 met, 0 missed, streak 3, pending
daily | 7-9 h | 01-01 8 h; 01-02 6.9 h | 01-03 | 1 met, 1 missed, streak 0, pending
daily | 7-9 h | 01-01 8 h; 01-02 9.1 h | 01-03 | 1 met, 1 missed, streak 0, pending
daily | 7-9 h | 01-01 8 h; 01-02 6 h | 01-02 | 1 met, 0 missed, streak 1, pending
daily | 7-9 h | 01-01 8 h; 01-02 8 h | 01-02 | 2 met, 0 missed, streak 2, done
daily | 7-9 h | 01-01 8 h; 01-02 10 h | 01-02 | 1 met, 1 missed, streak 0, missed
daily | 7-9 h | 01-01 done | 01-02 | 1 met, 0 missed, streak 1, pending
daily | 7-9 h | 01-01 skip; 01-02 8 h | 01-03 | 1 met, 0 missed, streak 1, pending
1st | 100-200 € | 01-01 150 €; 02-01 250 € | 02-02 | 1 met, 1 missed, streak 0, rest
daily | 2-4 h/week | 01-01 1.5 h; 01-06 3 h | 01-12 | 2 met, 0 missed, streak 2, pending
daily | 2-4 h/week | 01-05 5 h | 01-06 | 0 met, 2 missed, streak 0, gap
daily | 2-4 h/week | 01-05 3 h | 01-06 | 1 met, 1 missed, streak 1, covered
daily | 2-4 h/week | 01-05 1 h | 01-06 | 0 met, 1 missed, streak 0, pending
daily | under 2 cups | 01-01 1 cup; 01-02 2 cups | 01-03 | 1 met, 1 missed, streak 0, ok-so-far
daily | under 2 cups | 01-01 1 cup; 01-02 1.9 cups | 01-02 | 1 met, 0 missed, streak 1, ok-so-far
daily | at most 2 cups | 01-01 1 cup; 01-02 2 cups | 01-03 | 2 met, 0 missed, streak 2, ok-so-far
daily | under 3 cups a week | 01-06 3 cups | 01-07 | 1 met, 1 missed, streak 0, gap
daily | at most 3 cups a week | 01-06 3 cups | 01-07 | 1 met, 0 missed, streak 1, ok-so-far
daily | never | 01-02 1 | 01-04 | 2 met, 1 missed, streak 1, ok-so-far
daily | avoid | 01-02 missed | 01-03 | 1 met, 1 missed, streak 0, ok-so-far
"""


def read_line(entry: str) -> str:
    day, *value = entry.split()
    return f"- 2026-{day} h: {' '.join(value) or 'done'}"


@pytest.mark.parametrize("case", CASES.strip().splitlines())
def test_units_are_met_and_missed_as_the_table_says(case: str, made: Callable[..., Made]) -> None:
    schedule, goal, log, today, answer = (cell.strip() for cell in case.split("|"))
    lines = [read_line(entry) for entry in log.split(";")]
    habit, days = made(*lines, schedule=schedule, goal=goal, since="2026-01-01")
    line = evaluate_days(habit, days, date.fromisoformat(f"2026-{today}").toordinal())
    found = rate(line)
    said = f"{found.met} met, {found.missed} missed, streak {streak(line).current}"
    assert f"{said}, {line.status(line.today)}" == answer


@pytest.mark.parametrize(
    ("schedule", "goal", "log", "expected"),
    [
        # One day of a daily habit moves it by 1 - 0.5 ** (1 / 13).
        ("daily", "7-9 h", "01-01 8 h", 0.051922),
        ("daily", "7-9 h", "01-01 3.5 h", 0.025961),
        ("daily", "7-9 h", "01-01 13.5 h", 0.025961),  # half of the upper end too much
        ("daily", "7-9 h", "01-01 18 h", 0.0),
        ("2/day", "done", "01-01 2 times", 0.051922),
        ("2/day", "done", "01-01 1 time", 0.025961),
    ],
)
def test_strength_moves_by_the_share_of_the_goal(
    schedule: str, goal: str, log: str, expected: float, made: Callable[..., Made]
) -> None:
    habit, days = made(read_line(log), schedule=schedule, goal=goal, since="2026-01-01")
    line = evaluate_days(habit, days, date(2026, 1, 2).toordinal())
    assert strength(habit, days, line) == pytest.approx(expected, abs=1e-6)
