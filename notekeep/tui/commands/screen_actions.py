"""What can be done everywhere, on Today, Habits and Publish, and on what lies over a screen."""

from __future__ import annotations

from notekeep.tui.commands.action import (
    CHANGE,
    FIND,
    GO,
    HABIT,
    MOVE,
    NOTE,
    PROGRAM,
    PUBLISH,
    Action,
    action,
    in_context,
)

SCREEN_ACTIONS: tuple[Action, ...] = (
    *in_context(
        "today",
        action("tick", "Tick", "space x", HABIT, label="tick", command="habit ID").with_help(
            "Tick the habit, or take the tick back; tick the task."
        ),
        action("open-row", "Open", "enter", MOVE, label="open").with_help(
            "Open the note of this row."
        ),
        action("other-column", "Other column", "tab l right h left", MOVE).with_help(
            "Go to the other column, where there are two."
        ),
    ),
    *in_context(
        "habits",
        action("done", "Done", "space", HABIT, label="done", command="habit ID").with_help(
            "Mark the day as done, or clear it."
        ),
        action(
            "amount", "Amount", "plus equals_sign", HABIT, label="amount", command="habit ID 12 min"
        ).with_help("Type what was done, as 12 min or = 30; a digit starts it too."),
        action("skip", "Skip", "s", HABIT, label="skip", command="habit ID skip").with_help(
            "A day that does not count."
        ),
        action(
            "skip-because",
            "Skip with a reason",
            "S",
            HABIT,
            command="habit ID skip reason=flu -- words",
        ).with_help("A day that does not count, and why; a review asks for it."),
        action("miss", "Missed", "x", HABIT, label="missed", command="habit ID miss").with_help(
            "Say that it was missed."
        ),
        action("habit-note", "Note", "n", HABIT, command="habit ID -- words").with_help(
            "Write a few words about that day."
        ),
        action("day-before", "The day before", "h left", MOVE).with_help(
            "Fill in an earlier day: every key works there too."
        ),
        action("day-after", "The day after", "l right", MOVE).with_help("One day on, up to today."),
        action("to-today", "To today", "t", MOVE).with_help("Back to this day and week."),
        action("to-yesterday", "To yesterday", "y", MOVE, command="habit ask yesterday").with_help(
            "To yesterday, on the first habit that it left open."
        ),
        action(
            "next-span", "Week, month, year", "v", GO, label="view", command="habit month"
        ).with_help("Show a week, a month, a year, and a week again."),
        action("add-habit", "Add a habit", "a", CHANGE, label="add", command="habit add").with_help(
            "Say what it is, how often and how much; its note is made of that."
        ),
        action("pause-habit", "Pause, or go on", "P", CHANGE, command="habit pause ID").with_help(
            "Pause the habit from today on: no day counts until the same key ends it."
        ),
        action("filter-habits", "Filter", "slash", FIND).with_help(
            "Show the habits whose title or group has some letters; nothing shows all."
        ),
        action("review", "Review", "R", NOTE, command="review week").with_help(
            "Write the last week as a note for you to finish, or go on with it."
        ),
        action("review-month", "Review of a month", "M", NOTE, command="review month").with_help(
            "Write the last month as a note for you to finish, or go on with it."
        ),
        action("edit-habit", "Edit the definition", "e", CHANGE, command="habit edit ID").with_help(
            "Edit the note that defines the habit."
        ),
        action(
            "show-detail", "Detail", "enter", NOTE, label="detail", command="habit stats ID"
        ).with_help("A year, the line of strength, streaks, rates, weekdays and remarks."),
    ),
    *in_context(
        "habit-detail",
        action(
            "close-detail", "Back to the grid", "escape h left backspace", MOVE, label="back"
        ).with_help("Back to all habits."),
        action("open-habit", "Open the note", "enter", NOTE, label="note").with_help(
            "Read the note that defines the habit."
        ),
        action(
            "year-before",
            "The year before",
            "left_square_bracket",
            MOVE,
            command="habit year ID 2025",
        ).with_help("Show the year before."),
        action("year-after", "The year after", "right_square_bracket", MOVE).with_help(
            "Show the year after, up to this one."
        ),
    ),
    *in_context(
        "publish",
        action(
            "write-export", "Write", "enter w", PUBLISH, label="write", command="export NOTE"
        ).with_help("Write what the diff shows into the blog."),
        action(
            "plan-all", "All that changed", "a", PUBLISH, label="all", command="export --all"
        ).with_help("Show what an export of every public or exported note would write."),
        action(
            "settle-by-hand",
            "Changed by hand",
            "s",
            PUBLISH,
            label="by hand",
            command="export pull",
        ).with_help(
            "Bring an edit of the site back into the note, keep it, merge it or overwrite it."
        ),
        action(
            "check-export", "Check", "c", PUBLISH, label="check", command="export NOTE --check"
        ).with_help("Build the site with its generator and read the pages back."),
        action(
            "run-preview", "Preview", "v", PUBLISH, label="preview", command="export preview"
        ).with_help("Show the site with its drafts by its generator's own preview."),
        action("open-post", "Open in the site", "o", PUBLISH, label="file").with_help(
            "Open the post's file in the site with your editor."
        ),
        action("prune-posts", "Prune", "x", PUBLISH, command="export --prune").with_help(
            "Show which posts of notes that are gone would be removed."
        ),
        action("start-post", "Begin a post", "b", PUBLISH, command="export start NOTE").with_help(
            "Begin a post from the notes that are marked, with their quotes and sources."
        ),
        action(
            "next-target", "Target", "t", PUBLISH, label="target", command="export --to TARGET"
        ).with_help("Choose what the draft is shaped for."),
        action(
            "choose-site", "Folder", "f", PUBLISH, label="folder", command="export --site DIR"
        ).with_help("Choose the blog's folder."),
        action("show-drafts", "Drafts", "escape h left", MOVE).with_help(
            "Back to the list of drafts."
        ),
    ),
    *in_context(
        "books",
        action(
            "books-before", "Year before", "left_square_bracket", MOVE, label="year before"
        ).with_help("Show the books of the year before."),
        action(
            "books-after", "Year after", "right_square_bracket", MOVE, label="year after"
        ).with_help("Show the books of the year after, up to this one."),
    ),
    *in_context(
        "over",
        action("leave-over", "Back", "escape h left", MOVE, label="back").with_help(
            "One step out: from the text to the list, from the list to where you came from."
        ),
        action("read-text", "Read", "enter l right", MOVE, label="read").with_help(
            "Give the focus to the text beside the list."
        ),
        action("page-text", "Next page", "space", MOVE).with_help("Read on in the text."),
        action("zoom-text", "Zoom", "z", GO).with_help(
            "Give the whole width to the text, and back."
        ),
    ),
    *in_context(
        "history",
        action("restore", "Restore", "r", CHANGE, label="restore", command="restore").with_help(
            "Give the note this version's text again; undo takes it back."
        ),
        action(
            "next-view", "Another view", "v", NOTE, label="view", command="history --diff"
        ).with_help("What the version changed, what changed since, or the version itself."),
        action("open-note", "Open the note", "e", NOTE, label="edit").with_help(
            "Edit the note as it is in the vault."
        ),
        action("forget", "Forget", "X", CHANGE, command="forget").with_help(
            "Remove every earlier version for good; asks first, as nothing takes it back."
        ),
    ),
    *in_context(
        "steps",
        action(
            "take-back", "Take this step back", "t", CHANGE, label="take back", command="undo"
        ).with_help("Take back the step under the cursor alone, whatever was done since."),
        action(
            "step-history", "History of the note", "H", NOTE, label="versions", command="history"
        ).with_help(
            "List the earlier versions of a note that the step changed, also of one that is gone."
        ),
    ),
    *in_context(
        "conflicts",
        action(
            "keep-mine", "Keep the note", "1", CHANGE, label="the note", command="conflicts keep"
        ).with_help("Keep the version on the left; the other one goes to the trash."),
        action(
            "keep-theirs", "Keep the copy", "2", CHANGE, label="the copy", command="conflicts keep"
        ).with_help("Keep the version on the right; the other one stays in history."),
        action("merge", "Merge", "m", CHANGE, label="merge", command="conflicts merge").with_help(
            "Bring the changes of both together, where they are in different lines."
        ),
        action(
            "keep-both", "Keep both", "b", CHANGE, label="both", command="conflicts keep"
        ).with_help("Make the copy a note of its own; between marks of git, keep both sides."),
        action("edit-conflict", "Edit", "e", CHANGE, label="edit").with_help(
            "Open the note in the editor, at the first mark of git if it has any."
        ),
        action("beside", "Side by side", "v", NOTE, command="conflicts show").with_help(
            "Show both versions beside each other, or one below the other."
        ),
    ),
    *in_context(
        "form",
        action(
            "finish-form", "Write and close", "escape ctrl+s", CHANGE, label="write", command="set"
        ).with_help(
            "Write what was changed as one step, each field a line of its own; undo takes it back."
        ),
        action("edit-field", "Edit the field", "enter", CHANGE, label="edit").with_help(
            "Type its value, or choose one."
        ),
        action("step-field", "The next value", "right l plus", CHANGE, label="more").with_help(
            "The next choice, a day later, half a star more; an empty date is today."
        ),
        action("step-field-back", "The value before", "left h minus", CHANGE).with_help(
            "The choice before, a day earlier, half a star less."
        ),
        action("clear-field", "Empty the field", "delete d", CHANGE, label="empty").with_help(
            "Take the field out of the note."
        ),
        action("reset-field", "As it was", "backspace", CHANGE, label="undo").with_help(
            "Give the field the value that it had."
        ),
        action("drop-form", "Leave", "q", MOVE, label="leave").with_help(
            "Close the form and write nothing."
        ),
    ),
    *in_context(
        "unsaved",
        action("restore-unsaved", "Restore", "enter", CHANGE, label="restore").with_help(
            "Open the note in the editor with the unsaved text in it."
        ),
        action("discard-unsaved", "Discard", "delete D", CHANGE, label="discard").with_help(
            "Let the text go; it is kept in the history of the note."
        ),
        action("compare-unsaved", "Difference", "v space", NOTE, label="difference").with_help(
            "Show how it differs from the note as it is."
        ),
    ),
    *in_context(
        "app",
        action(
            "capture", "Write down", "ctrl+n", NOTE, command="add", also="quick note inbox"
        ).with_help("One line into today's note or the inbox, without leaving where you are."),
        action("show-tasks", "Tasks", "T", GO, label="tasks", command="tasks").with_help(
            "List the tasks of all notes, and tick them."
        ),
        action(
            "show-books", "Year in books", "", GO, command="books", also="pages stars authors read"
        ).with_help("Show the books you finished, with pages, stars and authors by month."),
        action(
            "switch-vault", "Vaults", "", PROGRAM, command="vaults", also="open folder"
        ).with_help("Open another vault; this one opens where you left it."),
    ),
    *in_context(
        "tasks",
        action(
            "tick-task", "Tick", "space x", CHANGE, label="tick", command="tasks --tick"
        ).with_help("Tick the task, or open it again: a change of its line alone."),
        action("open-task", "Open", "enter l right", MOVE, label="open").with_help(
            "Read the note at the line of the task."
        ),
        action("edit-task", "Edit", "e", CHANGE, label="edit").with_help(
            "Edit the note at that line."
        ),
        action("filter-tasks", "Filter", "slash", FIND, label="filter").with_help(
            "Show only tasks with some words in them, in the title or the path of their note."
        ),
        action(
            "show-done", "Done ones too", "v", FIND, label="done too", command="tasks --all"
        ).with_help("Show what is ticked as well, or no longer."),
        action("leave-tasks", "Back", "escape h left", MOVE, label="back").with_help(
            "Show all tasks again, then back to where you came from."
        ),
    ),
    *in_context(
        "task-filter",
        action("clear-filter", "Clear", "escape", FIND, label="clear").with_help(
            "Clear the words; a second time leaves the line."
        ),
        action("to-tasks", "To the tasks", "enter down", MOVE, label="to the tasks").with_help(
            "Go to the list."
        ),
    ),
    *in_context(
        "capture",
        action("next-place", "Another place", "tab shift+tab", NOTE).with_help(
            "Choose between today's note and the inbox."
        ),
        action("attach-picture", "Add a picture", "ctrl+l", NOTE, command="attach").with_help(
            "Keep the picture on the clipboard along; a picture that is dropped here is kept too."
        ),
    ),
    *in_context(
        "app",
        action("show-today", "Today", "f1", GO, command="today").with_help(
            "Open what this day asks for."
        ),
        action("show-browse", "Browse", "f2", GO, command="ls").with_help(
            "Open the list of notes."
        ),
        action("show-habits", "Habits", "f3", GO, command="habit week").with_help(
            "Open the week of habits."
        ),
        action("show-publish", "Publish", "f4", GO, command="export status").with_help(
            "Open drafts and what an export would write."
        ),
        action("go", "Go to …", "g", GO).with_help(
            "Wait for one more key: t, b, h, p, c, s, x, y or v for a screen, g for the top."
        ),
        action("control-x", "Emacs' ctrl+x …", "", PROGRAM).with_help(
            "Wait for one more key: ctrl+s saves, ctrl+c quits, ctrl+f and b switch, u undoes."
        ),
        action("twice-d", "Delete, typed twice", "", PROGRAM).with_help(
            "Wait for a d, which deletes the note, as in vim."
        ),
        action("twice-z", "Quit, typed twice", "", PROGRAM).with_help(
            "Wait for Z or Q, which quit, as in vim."
        ),
        action("switch-note", "Switch to a note", "ctrl+o", FIND, command="open").with_help(
            "Type a few letters of any title; a title that is new makes a note."
        ),
        action("new-note", "New note", "n", NOTE, label="new", command="new").with_help(
            "Ask for a kind and a title, and make the file."
        ),
        action("undo", "Undo", "u", CHANGE, command="undo").with_help(
            "Take back the last change, made here or on the command line."
        ),
        action("redo", "Redo", "ctrl+r", CHANGE, command="redo").with_help(
            "Do again what undo took back."
        ),
        action("show-steps", "Steps: undo and redo", "", GO, command="undo --list").with_help(
            "List all that notekeep did here, newest first; any step can be taken back."
        ),
        action("show-conflicts", "Conflicts", "", GO, command="conflicts").with_help(
            "List notes of which there are two versions, and choose."
        ),
        action("show-trash", "Trash", "", GO, command="trash", also="deleted bin").with_help(
            "List what was deleted, and bring it back."
        ),
        action("show-unsaved", "Unsaved text", "", CHANGE).with_help(
            "List text that was typed and never saved, as after a crash: restore it, or let it go."
        ),
        action(
            "refresh",
            "Look for changed files",
            "f5",
            PROGRAM,
            command="index",
            also="reload sync index",
        ).with_help("Sweep the vault for what other programs changed."),
        action(
            "show-problems",
            "Problems",
            "exclamation_mark",
            PROGRAM,
            command="doctor",
            also="errors messages warnings",
        ).with_help(
            "List what went wrong here, and files that could not be read, each with its remedy."
        ),
        action("help", "Help", "question_mark", PROGRAM, label="help", command="keys").with_help(
            "Show the keys of the place you are in."
        ),
        action("palette", "All commands", "ctrl+p colon", PROGRAM, label="commands").with_help(
            "Find any action, note or habit by name."
        ),
        action(
            "change-theme", "Change the theme", "", PROGRAM, also="colours dark light"
        ).with_help("Choose colours; they are tried as you move."),
        action("suspend", "To the shell", "ctrl+z", PROGRAM).with_help(
            "Go to the shell that notekeep was started from; fg comes back."
        ),
        action("quit", "Quit", "ctrl+q", PROGRAM).with_help("Leave; nothing is ever unsaved."),
    ),
    *in_context(
        "lines",
        action("line-up", "Up", "up k", MOVE).with_help("One row up."),
        action("line-down", "Down", "down j", MOVE).with_help("One row down."),
        action("page-up", "Page up", "pageup ctrl+b", MOVE).with_help("One page up."),
        action("page-down", "Page down", "pagedown ctrl+f", MOVE).with_help("One page down."),
        action("first-line", "Top", "home", MOVE).with_help("To the first row."),
        action("last-line", "Bottom", "end G", MOVE).with_help("To the last row."),
    ),
    *in_context(
        "switcher",
        action("close-switcher", "Close", "escape ctrl+o", MOVE, label="close").with_help(
            "Close without switching."
        ),
        action("switch", "Open", "enter", MOVE, label="open").with_help(
            "Open the note, or make one with that title."
        ),
        action("switcher-down", "Down", "down ctrl+n tab", MOVE).with_help("The next title."),
        action("switcher-up", "Up", "up ctrl+p shift+tab", MOVE).with_help("The title before."),
    ),
    *in_context(
        "new-note",
        action("next-kind", "Next kind", "tab down", NOTE).with_help(
            "Choose the next kind of note."
        ),
        action("previous-kind", "Kind before", "shift+tab up", NOTE).with_help(
            "Choose the kind before."
        ),
    ),
    *in_context(
        "help",
        action("search-help", "Search the help", "slash", FIND, label="search").with_help(
            "Show only what some words say of: any action, wherever it works."
        ),
    ),
    *in_context(
        "dialog",
        action("dismiss", "Close", "escape", MOVE, label="close").with_help(
            "Close without doing anything."
        ),
    ),
)
