"""What each day of a habit was with its goal and its pauses in view: the ground of all counting.

An act is one byte a day. Schedules then say what the acts were worth: see `timeline`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from notekeep.habits.days import MARKED, POSITIVE, VALUE
from notekeep.habits.fold import AMOUNT, DONE, MISS, NONE, SKIP

if TYPE_CHECKING:
    from array import array

    from notekeep.habits.days import Days
    from notekeep.habits.definition import Definition
    from notekeep.habits.goal import Goal

REACHED = 0b1000_0000
"""A bit beside those of a day's code: its amount reaches the goal of a day, or exceeds it."""

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
    goal = habit.goal
    is_by_day = goal.per == "day"
    table = _meanings(goal.kind, is_by_day=is_by_day, counts_silence=habit.counts_silence)
    if goal.kind != "done" and is_by_day:
        codes = _compared(codes, amounts, goal)
    acts = bytearray(codes.translate(table))
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


def _compared(codes: bytes, amounts: array[int], goal: Goal) -> bytes:
    """Codes with REACHED where an amount reaches the target of a day, or exceeds it (`most`).

    Ten years of days are compared by one `map` and put together as one long number, which takes a
    tenth of a loop over them.
    """
    compare = goal.target.__le__ if goal.kind == "least" else goal.target.__lt__
    reached = int.from_bytes(bytes(map(compare, amounts)), "little") * REACHED
    return (int.from_bytes(codes, "little") | reached).to_bytes(len(codes), "little")


@lru_cache(maxsize=16)
def _meanings(kind: str, *, is_by_day: bool, counts_silence: bool) -> bytes:
    """What each code means under a kind of goal, over a day or over a week or month."""
    silence = QUIET if counts_silence and is_by_day else EMPTY
    acts = {NONE: silence, MISS: MISSED, SKIP: SKIPPED, DONE: SUCCESS}
    table = bytearray(256)
    for code in range(256):
        if code & VALUE != AMOUNT:
            table[code] = acts.get(code & VALUE, EMPTY)
        elif kind == "least" and is_by_day:
            table[code] = SUCCESS if code & (MARKED | REACHED) else EMPTY
        elif kind == "most" and is_by_day:
            within = SUCCESS if code & MARKED else WITHIN
            table[code] = MISSED if code & REACHED else within
        elif kind != "most" and code & (MARKED | POSITIVE):
            table[code] = SUCCESS
        else:
            table[code] = EMPTY
    return bytes(table)


def mapping(changes: dict[int, int]) -> bytes:
    """A table for `bytes.translate` that changes some codes and keeps the others."""
    table = bytearray(range(256))
    for code, becomes in changes.items():
        table[code] = becomes
    return bytes(table)


_IN_PAUSE = mapping(dict.fromkeys((EMPTY, MISSED, SKIPPED, QUIET, WITHIN), PAUSED))
_OUTSIDE = mapping({**dict.fromkeys(ACTS, OFF), SUCCESS: OUTSIDE})
