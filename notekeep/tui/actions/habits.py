"""What can be done on Habits."""

from __future__ import annotations

from notekeep.tui.actions.action import HABIT, MOVE, NOTE, Action

HABITS: tuple[Action, ...] = (
    Action(
        "done",
        "Done",
        ("space",),
        "habits",
        HABIT,
        "Mark the day as done, or clear it.",
        label="done",
        command="habit ID",
    ),
    Action(
        "amount",
        "Amount",
        ("plus", "equals_sign"),
        "habits",
        HABIT,
        "Type what was done, as 12 min or = 30; a digit starts it too.",
        label="amount",
        command="habit ID 12 min",
    ),
    Action(
        "skip",
        "Skip",
        ("s",),
        "habits",
        HABIT,
        "A day that does not count, with a reason if you like.",
        label="skip",
        command="habit ID skip",
    ),
    Action(
        "miss",
        "Missed",
        ("x",),
        "habits",
        HABIT,
        "Say that it was missed.",
        label="missed",
        command="habit ID miss",
    ),
    Action(
        "habit-note",
        "Note",
        ("n",),
        "habits",
        HABIT,
        "Write a few words about that day.",
        command="habit ID -- words",
    ),
    Action(
        "day-before",
        "The day before",
        ("h", "left"),
        "habits",
        MOVE,
        "Fill in an earlier day: every key works there too.",
    ),
    Action(
        "day-after", "The day after", ("l", "right"), "habits", MOVE, "One day on, up to today."
    ),
    Action("to-today", "To today", ("t",), "habits", MOVE, "Back to this day and week."),
    Action(
        "open-habit",
        "Open the habit",
        ("enter",),
        "habits",
        NOTE,
        "Read the note that defines the habit.",
        label="open",
    ),
)
