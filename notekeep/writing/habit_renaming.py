"""A habit's new id in every line of the log, for those who want the log to read like that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits import log
from notekeep.habits.definition import fold_name
from notekeep.writing.plan import FileChange, WritePlan

if TYPE_CHECKING:
    from notekeep.index.habits import Habit, HabitIndex
    from notekeep.writing.plans import Plans


def plan_rewrite(
    plan: WritePlan, plans: Plans, habits: HabitIndex, habit: Habit, new: str
) -> WritePlan:
    """Plan another name in all lines of a habit.

    Args:
        plan: What happens to the note that defines it.
        plans: The vault.
        habits: Its habits, refreshed.
        habit: The one.
        new: Its new id.

    Returns:
        One plan of both, which is written whole or not at all.
    """
    whole = WritePlan("rename habit", f"{habit.definition.id} {new}", [*plan.changes])
    whole.refused, whole.remarks = plan.refused, plan.remarks
    numbers: dict[str, list[int]] = {}
    for line in habits.lines(habit):
        if fold_name(line.entry.habit) != fold_name(new):
            numbers.setdefault(line.path, []).append(line.number)
    for path, places in sorted(numbers.items()):
        data = plans.read(path)
        rows = data.split(b"\n")
        for number in places:
            text = rows[number - 1].decode("utf-8", "surrogateescape")
            rows[number - 1] = log.rename(text, new).encode("utf-8", "surrogateescape")
        whole.changes.append(FileChange(path, data, b"\n".join(rows)))
    return whole
