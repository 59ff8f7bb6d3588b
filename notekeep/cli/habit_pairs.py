"""Habits in pairs: `habit stats A B` and `habit stats --pairs`."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

from notekeep.cli import output
from notekeep.cli.habit_show import percent
from notekeep.habits.pairs import LAGS, MANY, logged_days, pairs
from notekeep.habits.weekday import FEWEST_DAYS, FEWEST_IN_ROW

if TYPE_CHECKING:
    from notekeep.habits.pairs import Pair
    from notekeep.index.habits import Habit, HabitIndex

WHEN = {0: "the same day", 1: "the next day"}


def show_pair(index: HabitIndex, first: str, second: str, *, as_json: bool) -> int:
    """Say how the second habit goes with the first, on the same day and on the next."""
    index.refresh()
    chosen = [index.find(first), index.find(second)]
    names = [habit.definition.id for habit in chosen]
    found = _pairs(index, chosen, [(names[0], names[1], lag) for lag in LAGS])
    if as_json:
        output.write_json({"total": len(found), "pairs": [_object(pair) for pair in found]})
        return 0
    for pair in sorted(found, key=lambda pair: pair.lag):
        output.write_styled([(f"{pair.first}, {pair.second} {WHEN[pair.lag]}", "bold")])
        for row in _table(pair):
            output.write(f"  {row}")
        output.write(f"  {_verdict(pair)}")
    output.note("two habits out of many: look at `--pairs` before you make something of it")
    return 0


def show_pairs(index: HabitIndex, *, as_json: bool) -> int:
    """List the pairs of all habits that stand out from all that were looked at."""
    index.refresh()
    habits = [
        habit
        for habit in index.known()
        if habit.definition.path and not habit.definition.is_archived
    ]
    names = [habit.definition.id for habit in habits]
    wanted = [(one, other, 0) for one, other in combinations(names, 2)]
    wanted += [(one, other, 1) for one, other in permutations(names, 2)]
    found = _pairs(index, habits, wanted)
    worth = [pair for pair in found if pair.is_worth_a_try]
    if as_json:
        output.write_json({"total": len(found), "pairs": [_object(pair) for pair in worth]})
        return 0 if worth else 1
    for pair in worth:
        output.write(f"{_sentence(pair)}; worth a try")
    asked = sum(pair.chance is not None for pair in found)
    output.note(f"{asked} pairs with enough days were compared, {len(worth)} stand out")
    return 0 if worth else 1


def _pairs(
    index: HabitIndex, habits: list[Habit], wanted: list[tuple[str, str, int]]
) -> list[Pair]:
    lines = {habit.definition.id: index.timeline(habit) for habit in habits}
    logged = logged_days(index.days(habit) for habit in index.known())
    return pairs(lines, logged, wanted)


def _sentence(pair: Pair) -> str:
    with_first, without = percent(pair.table.rate_with), percent(pair.table.rate_without)
    when = " the day after" if pair.lag else ""
    return (
        f"{pair.second} on {with_first} of days{when or ' with'} {pair.first}, "
        f"{without} without (n={pair.table.days})"
    )


def _table(pair: Pair) -> list[str]:
    both, only_first, only_second, neither = pair.table
    heads = f"{'':14}{'done':>8}{'not':>8}"
    rows = [
        f"{f'with {pair.first}':14.14}{both:>8}{only_first:>8}",
        f"{'without':14}{only_second:>8}{neither:>8}",
    ]
    phi = "" if pair.table.phi is None else f"φ {pair.table.phi:+.2f}"
    return [_sentence(pair), heads, *rows, *([phi] if phi else [])]


def _verdict(pair: Pair) -> str:
    if pair.chance is None:
        return (
            f"too little to say anything: it takes {FEWEST_DAYS} days, "
            f"and {FEWEST_IN_ROW} with and without"
        )
    if pair.chance <= 1 / MANY:
        return "hardly chance; worth a try"
    share = f"{pair.chance * 100:.0f} of 100 other orders of the weeks show as much"
    return f"{share}; {'worth a try' if pair.is_worth_a_try else 'it may well be chance'}"


def _object(pair: Pair) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "lag": pair.lag,
        "both": pair.table.both,
        "only_first": pair.table.only_first,
        "only_second": pair.table.only_second,
        "neither": pair.table.neither,
        "rate_with": pair.table.rate_with,
        "rate_without": pair.table.rate_without,
        "phi": pair.table.phi,
        "chance": pair.chance,
        "worth_a_try": pair.is_worth_a_try,
    }
