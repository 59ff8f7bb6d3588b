"""The order in which habits stand on a screen: by group, each behind the one it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.definition import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.habits.view import HabitView

UNASKED = frozenset({"off", "paused", "rest", "future", "skipped", "covered"})
"""The statuses of a day on which nothing was asked."""


class Placed(NamedTuple):
    """A habit in a list, and whether it stands below the one it follows."""

    habit: HabitView
    is_stacked: bool = False


def arranged(habits: Sequence[HabitView]) -> Iterator[Placed]:
    """Yield habits by group, those without one last, each stacked one below its anchor.

    A habit that follows another stands there once that one is done: that is when it is time for it.
    """
    anchors = {name: habit for habit in habits for name in _names(habit)}
    below: dict[str, list[HabitView]] = {}
    for habit in habits:
        anchor = anchors.get(fold_name(habit.after)) if habit.after else None
        if anchor is not None and anchor.id != habit.id and anchor.call == "done":
            below.setdefault(anchor.id, []).append(habit)
    stacked = {habit.id for some in below.values() for habit in some}
    shown: set[str] = set()

    def stack(habit: HabitView, *, is_stacked: bool) -> Iterator[Placed]:
        if habit.id in shown:
            return
        shown.add(habit.id)
        yield Placed(habit, is_stacked)
        for next_one in below.get(habit.id, ()):
            yield from stack(next_one, is_stacked=True)

    ordered = sorted(habits, key=lambda habit: not habit.group)
    for habit in ordered:
        if habit.id not in stacked:
            yield from stack(habit, is_stacked=False)
    for habit in ordered:  # a circle has no anchor to stand below
        yield from stack(habit, is_stacked=False)


def _names(habit: HabitView) -> Iterator[str]:
    yield fold_name(habit.id)
    yield fold_name(habit.title)
    yield fold_name(habit.path.rpartition("/")[2].removesuffix(".md"))


def left_open(habits: Sequence[HabitView]) -> list[HabitView]:
    """Habits that yesterday asked for and that nothing was said of; the cells end today."""
    return [habit for habit in habits if len(habit.cells) > 1 and habit.cells[-2].is_unanswered]


def last_days(habits: Sequence[HabitView], bars: str) -> str:
    """How much of what each of the last days asked for was done, a bar for each, today last."""
    text = ""
    for place in range(-7, 0):
        cells = [habit.cells[place] for habit in habits if len(habit.cells) >= -place]
        asked = [cell for cell in cells if cell.status not in UNASKED]
        if not asked:
            text += " "
            continue
        done = sum(cell.mark in {"done", "ok"} for cell in asked)
        text += bars[min(len(bars) - 1, done * len(bars) // len(asked))]
    return text
