"""What can be done from everywhere beside the screens: capture, tasks, other vaults."""

from __future__ import annotations

from notekeep.tui.actions.action import CHANGE, FIND, GO, MOVE, NOTE, PROGRAM, Action

REACH: tuple[Action, ...] = (
    # Everywhere
    Action(
        "capture",
        "Write down",
        ("ctrl+n",),
        "app",
        NOTE,
        "One line into today's note or the inbox, without leaving where you are.",
        command="add",
        also="quick note inbox",
    ),
    Action(
        "show-tasks",
        "Tasks",
        ("T",),
        "app",
        GO,
        "List the tasks of all notes, and tick them.",
        label="tasks",
        command="tasks",
    ),
    Action(
        "switch-vault",
        "Vaults",
        (),
        "app",
        PROGRAM,
        "Open another vault; this one opens where you left it.",
        command="vaults",
        also="open folder",
    ),
    # Tasks
    Action(
        "tick-task",
        "Tick",
        ("space", "x"),
        "tasks",
        CHANGE,
        "Tick the task, or open it again: a change of its line alone.",
        label="tick",
        command="tasks --tick",
    ),
    Action(
        "open-task",
        "Open",
        ("enter", "l", "right"),
        "tasks",
        MOVE,
        "Read the note at the line of the task.",
        label="open",
    ),
    Action(
        "edit-task", "Edit", ("e",), "tasks", CHANGE, "Edit the note at that line.", label="edit"
    ),
    Action(
        "filter-tasks",
        "Filter",
        ("slash",),
        "tasks",
        FIND,
        "Show only tasks with some words in them, in the title or the path of their note.",
        label="filter",
    ),
    Action(
        "show-done",
        "Done ones too",
        ("v",),
        "tasks",
        FIND,
        "Show what is ticked as well, or no longer.",
        label="done too",
        command="tasks --all",
    ),
    Action(
        "leave-tasks",
        "Back",
        ("escape", "h", "left"),
        "tasks",
        MOVE,
        "Show all tasks again, then back to where you came from.",
        label="back",
    ),
    # The filter of tasks
    Action(
        "clear-filter",
        "Clear",
        ("escape",),
        "task-filter",
        FIND,
        "Clear the words; a second time leaves the line.",
        label="clear",
    ),
    Action(
        "to-tasks",
        "To the tasks",
        ("enter", "down"),
        "task-filter",
        MOVE,
        "Go to the list.",
        label="to the tasks",
    ),
    # Quick capture
    Action(
        "next-place",
        "Another place",
        ("tab", "shift+tab"),
        "capture",
        NOTE,
        "Choose between today's note and the inbox.",
    ),
    Action(
        "attach-picture",
        "Add a picture",
        ("ctrl+l",),
        "capture",
        NOTE,
        "Keep the picture on the clipboard along; a picture that is dropped here is kept too.",
        command="attach",
    ),
)
