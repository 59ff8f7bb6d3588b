"""What an import found, in the words of a log line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits.log import LogEntry, format_entry

if TYPE_CHECKING:
    from notekeep.habits.formats.habit_data import HabitSource, ImportedHabit


def lines(habit: ImportedHabit) -> list[str]:
    """The entries of a habit: `2026-01-05 done -- note`."""
    return [
        format_entry(
            LogEntry(
                said.day,
                "h",
                said.value.kind,
                said.value.amount,
                said.value.unit,
                said.value.is_set,
                said.time or None,
                0,
                said.extra,
                said.note or None,
            )
        )
        .removeprefix("- ")
        .replace(" h:", "", 1)
        for said in habit.entries
    ]


def losses(source: HabitSource) -> dict[str, int]:
    """What does not come along, and how often: `Stretch: the star` is one of a habit."""
    return {
        f"{loss.habit}: {loss.message}" if loss.habit else loss.message: loss.times
        for loss in source.losses
    }
