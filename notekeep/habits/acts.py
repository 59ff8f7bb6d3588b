"""What each day of a habit was with its goal and its pauses in view: the ground of all counting.

An act is one byte a day. Schedules then say what the acts were worth: see `timeline`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits.days import MARKED, POSITIVE, VALUE
from notekeep.habits.fold import AMOUNT, DONE, MISS, NONE, SKIP

if TYPE_CHECKING:
    from array import array

    from notekeep.habits.days import Days
    from notekeep.habits.definition import Definition
    from notekeep.habits.goal import Goal

ACTS = EMPTY, MISSED, SKIPPED, SUCCESS, QUIET, WITHIN, PAUSED, OFF, OUTSIDE = tuple(range(9))
"""Nothing that counts; a miss; a skip; a success; silence where silence is a success; not more
than allowed on a day that is not over; in a pause; outside of since..until; a success out there."""


def acts_of(habit: Definition, days: Days, first: int, last: int, today: int) -> bytes:
    """The act of each day from `first` to `last`.

    Args:
        habit: Its goal, pauses, and first and last day are used.
        days: What was logged.
        first: The first day wanted; without `since` it is the habit's first day.
        last: The last day wanted.
        today: The day that is not over yet.
    """
    codes, amounts = days.window(first, last)
    acts = bytearray(codes.translate(_meanings(habit.goal, counts_silence=habit.counts_silence)))
    if habit.goal.kind != "done" and habit.goal.per == "day":
        _judge_amounts(acts, codes, amounts, habit.goal)
    over = max(0, min(len(acts), today - first))
    acts[:over] = acts[:over].replace(bytes([WITHIN]), bytes([SUCCESS]))
    for start, end in habit.pauses:
        _change(acts, start - first, end - first + 1, _IN_PAUSE)
    if habit.since is not None:
        _change(acts, 0, habit.since - first, _OUTSIDE)
    if habit.until is not None:
        _change(acts, habit.until - first + 1, len(acts), _OUTSIDE)
    return bytes(acts)


def _change(acts: bytearray, start: int, end: int, table: bytes) -> None:
    start, end = max(start, 0), min(end, len(acts))
    if start < end:
        acts[start:end] = acts[start:end].translate(table)


def _judge_amounts(acts: bytearray, codes: bytes, amounts: array[int], goal: Goal) -> None:
    is_least = goal.kind == "least"
    for place, code in enumerate(codes):
        if code & VALUE != AMOUNT:
            continue
        if is_least:
            is_met = code & MARKED or amounts[place] >= goal.target
            acts[place] = SUCCESS if is_met else EMPTY
        elif amounts[place] > goal.target:
            acts[place] = MISSED
        else:
            acts[place] = SUCCESS if code & MARKED else WITHIN


def _meanings(goal: Goal, *, counts_silence: bool) -> bytes:
    """What each code means before amounts are compared with the goal of a day."""
    silence = QUIET if counts_silence and goal.per == "day" else EMPTY
    acts = {NONE: silence, MISS: MISSED, SKIP: SKIPPED, DONE: SUCCESS}
    table = bytearray(256)
    for code in range(128):
        value = code & VALUE
        if value == AMOUNT:
            is_active = code & (MARKED | POSITIVE) and goal.kind != "most"
            table[code] = SUCCESS if is_active else EMPTY
        else:
            table[code] = acts.get(value, EMPTY)
    return bytes(table)


def mapping(changes: dict[int, int]) -> bytes:
    """A table for `bytes.translate` that changes some codes and keeps the others."""
    table = bytearray(range(256))
    for code, becomes in changes.items():
        table[code] = becomes
    return bytes(table)


_IN_PAUSE = mapping(dict.fromkeys((EMPTY, MISSED, SKIPPED, QUIET, WITHIN), PAUSED))
_OUTSIDE = mapping({**dict.fromkeys(ACTS, OFF), SUCCESS: OUTSIDE})
