"""What can be done in the grid of notes, in a cell of it, and with a plan that is shown."""

from __future__ import annotations

from notekeep.tui.actions.action import CHANGE, FIND, MOVE, Action

GRID: tuple[Action, ...] = (
    # The grid
    Action(
        "edit-cell",
        "Change the cell",
        ("enter",),
        "grid",
        CHANGE,
        "Change the field in place; a digit begins it too. On a title: read the note.",
        label="change",
        command="set",
    ),
    Action(
        "next-column", "Column right", ("right", "l"), "grid", MOVE, "To the column at the right."
    ),
    Action(
        "previous-column", "Column left", ("left", "h"), "grid", MOVE, "To the column at the left."
    ),
    Action(
        "first-column", "First column", ("ctrl+left",), "grid", MOVE, "To the title of the note."
    ),
    Action("last-column", "Last column", ("ctrl+right",), "grid", MOVE, "To the last column."),
    Action(
        "sort-column",
        "Sort by the column",
        ("s",),
        "grid",
        FIND,
        "Sort by this column, then the other way round, then as before.",
        label="sort",
        command="ls --sort",
    ),
    Action(
        "clear-cell",
        "Empty the cell",
        ("delete",),
        "grid",
        CHANGE,
        "Take the field out of the note.",
        command="set",
    ),
    # A cell of the grid
    Action(
        "take-cell",
        "Write",
        ("enter",),
        "cell",
        CHANGE,
        "Write the value into the front matter; undo takes it back.",
        label="write",
        command="set",
    ),
    Action(
        "leave-cell",
        "Leave",
        ("escape",),
        "cell",
        MOVE,
        "Leave the cell as it was.",
        label="leave it",
    ),
    Action(
        "more-stars",
        "Half a star more",
        ("right", "up", "plus"),
        "cell-stars",
        CHANGE,
        "Half a star more; a digit sets so many stars, and a point after it half a star more.",
        label="half a star",
    ),
    Action(
        "fewer-stars",
        "Half a star less",
        ("left", "down", "minus"),
        "cell-stars",
        CHANGE,
        "Half a star less.",
    ),
    Action(
        "no-stars",
        "No rating",
        ("backspace", "delete"),
        "cell-stars",
        CHANGE,
        "Take the rating out of the note.",
        label="none",
    ),
    Action("later-day", "A day later", ("right",), "cell-date", MOVE, "The next day."),
    Action("earlier-day", "A day earlier", ("left",), "cell-date", MOVE, "The day before."),
    Action("later-week", "A week later", ("down",), "cell-date", MOVE, "The same day next week."),
    Action("earlier-week", "A week earlier", ("up",), "cell-date", MOVE, "The same day last week."),
    Action("later-month", "A month later", ("pagedown",), "cell-date", MOVE, "The next month."),
    Action("earlier-month", "A month earlier", ("pageup",), "cell-date", MOVE, "The month before."),
    Action("item-down", "Down", ("down",), "cell-list", MOVE, "To the next item."),
    Action("item-up", "Up", ("up",), "cell-list", MOVE, "To the item before."),
    Action(
        "turn-item",
        "Put in or take out",
        ("tab",),
        "cell-list",
        CHANGE,
        "Put the item under the cursor into the list, or take it out; a space does it too there.",
        label="in or out",
    ),
    # What a verb would do with the marked notes
    Action(
        "do-plan",
        "Do it",
        ("enter", "y"),
        "plan",
        CHANGE,
        "Write what is shown as one step, which one undo takes back.",
        label="do it",
    ),
    Action(
        "drop-plan",
        "Leave it",
        ("escape", "q", "n"),
        "plan",
        MOVE,
        "Close the plan, and write nothing.",
        label="leave it",
    ),
)
