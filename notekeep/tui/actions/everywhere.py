"""The actions that no screen owns: of the program, of every list and of what lies over a screen."""

from __future__ import annotations

from notekeep.tui.actions.action import CHANGE, FIND, GO, MOVE, NOTE, PROGRAM, Action

EVERYWHERE: tuple[Action, ...] = (
    # Everywhere
    Action(
        "show-today", "Today", ("f1",), "app", GO, "Open what this day asks for.", command="today"
    ),
    Action("show-browse", "Browse", ("f2",), "app", GO, "Open the list of notes.", command="ls"),
    Action(
        "show-habits",
        "Habits",
        ("f3",),
        "app",
        GO,
        "Open the week of habits.",
        command="habit week",
    ),
    Action(
        "show-publish",
        "Publish",
        ("f4",),
        "app",
        GO,
        "Open drafts and what an export would write.",
        command="export status",
    ),
    Action(
        "go",
        "Go to …",
        ("g",),
        "app",
        GO,
        "Wait for one more key: t, b, h or p for a screen, g for the top.",
    ),
    Action(
        "switch-note",
        "Switch to a note",
        ("ctrl+o",),
        "app",
        FIND,
        "Type a few letters of any title; a title that is new makes a note.",
        command="open",
    ),
    Action(
        "new-note",
        "New note",
        ("n",),
        "app",
        NOTE,
        "Ask for a kind and a title, and make the file.",
        label="new",
        command="new",
    ),
    Action(
        "undo",
        "Undo",
        ("u",),
        "app",
        CHANGE,
        "Take back the last change, made here or on the command line.",
        command="undo",
    ),
    Action(
        "redo", "Redo", ("ctrl+r",), "app", CHANGE, "Do again what undo took back.", command="redo"
    ),
    Action(
        "refresh",
        "Look for changed files",
        ("f5",),
        "app",
        PROGRAM,
        "Sweep the vault for what other programs changed.",
        command="index",
    ),
    Action(
        "show-problems",
        "Problems",
        ("exclamation_mark",),
        "app",
        PROGRAM,
        "List files that could not be read, and why.",
        command="doctor",
    ),
    Action(
        "help",
        "Help",
        ("question_mark",),
        "app",
        PROGRAM,
        "Show the keys of the place you are in.",
        label="help",
        command="keys",
    ),
    Action(
        "palette",
        "All commands",
        ("ctrl+p", "colon"),
        "app",
        PROGRAM,
        "Find any action, note or habit by name.",
        label="commands",
    ),
    Action(
        "change-theme",
        "Change the theme",
        (),
        "app",
        PROGRAM,
        "Choose colours; they are tried as you move.",
    ),
    Action("quit", "Quit", ("ctrl+q",), "app", PROGRAM, "Leave; nothing is ever unsaved."),
    # Lists and pages
    Action("line-up", "Up", ("up", "k"), "lines", MOVE, "One row up."),
    Action("line-down", "Down", ("down", "j"), "lines", MOVE, "One row down."),
    Action("page-up", "Page up", ("pageup", "ctrl+b"), "lines", MOVE, "One page up."),
    Action("page-down", "Page down", ("pagedown", "ctrl+f"), "lines", MOVE, "One page down."),
    Action("first-line", "Top", ("home",), "lines", MOVE, "To the first row."),
    Action("last-line", "Bottom", ("end", "G"), "lines", MOVE, "To the last row."),
    # Over a screen
    Action(
        "close-switcher",
        "Close",
        ("escape", "ctrl+o"),
        "switcher",
        MOVE,
        "Close without switching.",
        label="close",
    ),
    Action(
        "switch",
        "Open",
        ("enter",),
        "switcher",
        MOVE,
        "Open the note, or make one with that title.",
        label="open",
    ),
    Action("switcher-down", "Down", ("down", "ctrl+n", "tab"), "switcher", MOVE, "The next title."),
    Action(
        "switcher-up", "Up", ("up", "ctrl+p", "shift+tab"), "switcher", MOVE, "The title before."
    ),
    Action(
        "next-kind", "Next kind", ("tab", "down"), "new-note", NOTE, "Choose the next kind of note."
    ),
    Action(
        "previous-kind",
        "Kind before",
        ("shift+tab", "up"),
        "new-note",
        NOTE,
        "Choose the kind before.",
    ),
    Action(
        "dismiss",
        "Close",
        ("escape",),
        "dialog",
        MOVE,
        "Close without doing anything.",
        label="close",
    ),
)
