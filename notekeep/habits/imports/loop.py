"""Loop Habit Tracker: what its tables and its CSV files say, of every version that has them.

Values of days are its own: a check, one that it worked out by itself, a no, a skip, unknown, or
thousandths of an amount. What it works out by itself is counted anew here and is no entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.imports.source import Taken
from notekeep.habits.imports.words import DONE, MISS, SKIP, line_of, often, text_of, unit_of
from notekeep.habits.log import Value
from notekeep.habits.schedule import InDays, parse_schedule
from notekeep.habits.spans import spans
from notekeep.habits.units import number

if TYPE_CHECKING:
    from notekeep.habits.imports.source import Gathering

UNKNOWN, NO, AUTO, YES, SKIPPED = -1, 0, 1, 2, 3
MARKS = {"UNKNOWN": UNKNOWN, "NO": NO, "YES_AUTO": AUTO, "YES_MANUAL": YES, "SKIP": SKIPPED}
_PERIODS = {1: "", 7: "/week", 30: "/month"}


class Facts(NamedTuple):
    """What Loop says of a habit, whichever of its files it stands in.

    Attributes:
        name: Its name.
        times: How often it is due.
        days: In so many days.
        is_numeric: Whether days have amounts.
        unit: The unit of amounts, as written.
        target: The amount to reach, thousandths.
        is_most: Whether the target is the most that is allowed.
        question: What it asks.
        description: What was written about it.
        is_archived: Whether it is put away.
        identity: What tells it from all others, "" in files that do not say.
    """

    name: str
    times: int = 1
    days: int = 1
    is_numeric: bool = False
    unit: str = ""
    target: int = 0
    is_most: bool = False
    question: str = ""
    description: str = ""
    is_archived: bool = False
    identity: str = ""


def habit_of(facts: Facts, found: Gathering) -> Taken:
    """Make a habit of what Loop says of it, and name what does not fit."""
    name = line_of(facts.name) or "Untitled"
    about = "\n\n".join(
        text for text in (text_of(facts.question), text_of(facts.description)) if text
    )
    habit = found.add(Taken(name, facts.identity, about=about, is_archived=facts.is_archived))
    if facts.is_numeric:
        _numeric(habit, facts, found)
        return habit
    schedule = often(facts.times, facts.days)
    if schedule is None:
        found.lose(f"the schedule {facts.times} in {facts.days} days; it becomes daily", name)
        schedule = "daily"
    habit.schedule = schedule
    if facts.times > facts.days:
        found.lose(f"{facts.times} times in {facts.days} days; it becomes daily", name)
    return habit


def _numeric(habit: Taken, facts: Facts, found: Gathering) -> None:
    unit = unit_of(facts.unit)
    if unit != line_of(facts.unit):
        found.lose(
            f"the unit {line_of(facts.unit)}; it becomes {unit or 'a bare number'}", habit.name
        )
    if facts.days not in _PERIODS or facts.times != 1:
        found.lose(f"the target for {facts.days} days; it becomes one for a day", habit.name)
    sign = "<=" if facts.is_most else ">="
    words = f"{sign} {number(facts.target)} {unit}".rstrip()
    habit.goal = words + _PERIODS.get(facts.days, "")
    habit.unit = unit


def set_ends(habit: Taken) -> None:
    """Let a habit begin, and one that is over end, with the days that Loop counts as covered."""
    schedule = parse_schedule(str(habit.schedule))
    checks = sorted(said.day for said in habit.entries if said.value == DONE)
    covered = spans(checks, *schedule) if isinstance(schedule, InDays) else []
    if not covered:
        return
    days = [said.day for said in habit.entries]
    habit.since = min(covered[0][0], *days)
    if habit.is_archived:
        habit.until = max(covered[-1][1], *days)


def say(
    habit: Taken, day: int, value: int, note: str, *, is_numeric: bool, found: Gathering
) -> None:
    """Add what Loop says of one day."""
    note = line_of(note)
    if value == SKIPPED:
        habit.say(day, SKIP, note)
    elif is_numeric and value >= 0:
        habit.say(day, Value("amount", value, habit.unit or None), note)
    elif value == YES:
        habit.say(day, DONE, note)
    elif value == NO:
        habit.say(day, MISS, note)
    elif note:
        found.lose("notes on days without an entry", habit.name)
    elif value not in (AUTO, UNKNOWN):
        found.lose(f"days with the value {value}", habit.name)
