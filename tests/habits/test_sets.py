"""Random sets of log lines: whatever order, repetition or file, a day is what its lines say.

`NOTEKEEP_HABIT_SETS` is how many sets there are; `make habits-long` asks for more.
"""

from __future__ import annotations

import os
from datetime import date
from random import Random

import pytest

from notekeep.habits.days import DayHistory, DayValue, reduce_entries
from notekeep.habits.definition import read_definition
from notekeep.habits.evaluation import evaluate_days
from notekeep.habits.log import LogEntry, format_entry, parse_file
from notekeep.habits.measures import streak, strength
from tests.support.sizes import sized

SETS = int(os.environ.get("NOTEKEEP_HABIT_SETS", sized(400, 2000)))
PARTS = 8
DAYS = [f"2026-11-{day:02}" for day in range(16, 24)]
VALUES_SAID = ("done", "miss", "skip", "clear", "5", "12 min", "1h", "= 30", "= 12.5 min", "3 km")
TODAY = date(2026, 11, 24).toordinal()
NAMES = ("a", "b")


def some_lines(chance: Random) -> list[str]:
    """A log of a few days: repeats, revisions, contradictions, prose, and what is no entry."""
    lines = []
    for _ in range(chance.randint(1, 14)):
        line = f"- {chance.choice(DAYS)} {chance.choice(NAMES)}: {chance.choice(VALUES_SAID)}"
        if chance.random() < 0.6:
            line += f" @{chance.randint(0, 35):02}:{chance.randint(0, 59):02}"
        if chance.random() < 0.4:
            line += f" ~{chance.randint(1, 3)}"
        if chance.random() < 0.2:
            line += " -- a remark"
        lines.append(line)
    noise = ("# A heading", "", "prose", "- 2026-11-20 a:", "- [ ] 2026-11-20 a", "- 24/11 a: done")
    return [*lines, *chance.sample(noise, 2)]


def entries_of(lines: list[str]) -> list[LogEntry]:
    placed = parse_file("\n".join(lines))
    return [each.line.entry for each in placed if each.line.entry is not None]


def folded(entries: list[LogEntry], unit: str) -> dict[tuple[str, int], DayValue]:
    by_day: dict[tuple[str, int], list[LogEntry]] = {}
    for entry in entries:
        by_day.setdefault((entry.habit, entry.day), []).append(entry)
    return {key: reduce_entries(some, unit) for key, some in by_day.items()}


def in_plain_words(entries: list[LogEntry]) -> tuple[str, int]:
    """What one day was, by the rules as they are written down, in minutes: value and thousandths.

    Identical lines count once; of those the highest revision counts; in it amounts add up, unless
    some set the day, of which the largest wins; then done, skip, miss, clear.
    """
    distinct = {format_entry(entry) for entry in entries}
    top = max(entry.revision for entry in entries)
    left = [next(e for e in entries if format_entry(e) == text) for text in sorted(distinct)]
    left = [entry for entry in left if entry.revision == top]
    minutes = {None: 1, "min": 1, "h": 60}
    amounts = [entry for entry in left if entry.kind == "amount" and entry.unit in minutes]
    sums = [(entry.is_set, entry.amount * minutes[entry.unit]) for entry in amounts]
    if any(is_set for is_set, _ in sums):
        return "amount", max(amount for is_set, amount in sums if is_set)
    if sums:
        return "amount", sum(amount for _, amount in sums)
    kinds = {"done" if entry.kind == "amount" else entry.kind for entry in left}
    ranked = ("done", "skip", "miss", "clear")
    best = next(kind for kind in ranked if kind in kinds)
    return ("none" if best == "clear" else best), 0


@pytest.mark.parametrize("part", range(PARTS))
def test_a_day_is_what_the_set_of_its_lines_says(part: int) -> None:
    chance = Random(part)
    for _ in range(SETS // PARTS):
        lines = some_lines(chance)
        entries = entries_of(lines)
        whole = folded(entries, "min")
        again = [*entries, *chance.choices(entries, k=3)] if entries else []
        chance.shuffle(again)
        assert folded(again, "min") == whole
        by_day: dict[tuple[str, int], list[LogEntry]] = {}
        for entry in again:
            by_day.setdefault((entry.habit, entry.day), []).append(entry)
        for key, some in by_day.items():
            day = reduce_entries(some, "min")
            assert whole[key] == day
            assert (day.value, day.amount) == in_plain_words(some), some


@pytest.mark.parametrize("part", range(PARTS))
def test_two_devices_give_the_same_state_however_their_files_meet(part: int) -> None:
    chance = Random(1000 + part)
    habit = read_definition({"habit": "a", "goal": ">= 10 min", "since": "2026-11-16"})
    assert habit is not None
    for _ in range(SETS // PARTS // 4):
        mine, theirs = some_lines(chance), some_lines(chance)
        shared = [*mine, *theirs]
        mixed = chance.sample(shared, len(shared))
        union = list(dict.fromkeys([*theirs, *mine]))
        states = []
        for lines in (shared, mixed, union, ["<<<<<<< a", *mine, "=======", *theirs, ">>>>>>> b"]):
            days = DayHistory(
                {
                    day: reduce_entries(
                        [e for e in entries_of(lines) if (e.habit, e.day) == ("a", day)], "min"
                    )
                    for day in {e.day for e in entries_of(lines) if e.habit == "a"}
                }
            )
            line = evaluate_days(habit, days, TODAY)
            states.append((days, streak(line), strength(habit, days, line)))
        assert all(state == states[0] for state in states)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_kept_of_days_says_what_their_lines_say(part: int) -> None:
    """A history that is kept as bytes and read again gives the same streak and strength."""
    chance = Random(2000 + part)
    habit = read_definition({"habit": "a", "schedule": "3/week", "since": "2026-11-16"})
    assert habit is not None
    for _ in range(SETS // PARTS // 4):
        days = DayHistory()
        for (name, day), folded_day in folded(entries_of(some_lines(chance)), "").items():
            if name == "a":
                days.put(day, folded_day)
        kept = DayHistory.unpack(*days.pack())
        assert kept == days
        line, again = (evaluate_days(habit, each, TODAY) for each in (days, kept))
        assert line == again
        assert strength(habit, kept, again) == strength(habit, days, line)
