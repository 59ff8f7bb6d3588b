"""What can be done on Today."""

from __future__ import annotations

from notekeep.tui.actions.action import HABIT, MOVE, Action

TODAY: tuple[Action, ...] = (
    Action(
        "tick",
        "Tick",
        ("space", "x"),
        "today",
        HABIT,
        "Tick the habit, or take the tick back; tick the task.",
        label="tick",
        command="habit ID",
    ),
    Action(
        "open-row",
        "Open",
        ("enter", "l", "right"),
        "today",
        MOVE,
        "Open the note of this row.",
        label="open",
    ),
)
