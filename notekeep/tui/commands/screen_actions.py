"""Actions of the whole app, of Today, Habits and Publish, of overlays, and of dialogs."""

from __future__ import annotations

from notekeep.tui.commands.action import Action, action, in_context


def _change_habit(name: str) -> Action:
    """Return the action for the list of habits or the page of a habit."""
    command = "habit edit ID --goal ..."
    return action(name, "Change habit", "c", label="change", command=command).with_help(
        "Edit schedule, goal, minimum and group. The past keeps its schedule and goal."
    )


SCREEN_ACTIONS: tuple[Action, ...] = (
    *in_context(
        "today",
        action("tick", "Tick", "space", label="tick", command="habit ID").with_help(
            "Tick or untick the habit or the task."
        ),
        action("miss-today", "Missed", "x", label="missed", command="habit ID miss").with_help(
            "Mark the habit as missed today."
        ),
        action(
            "log-amount", "Amount", "plus equals_sign", label="amount", command="habit ID 12"
        ).with_help("Enter an amount: 12 min adds to the day, = 30 sets its total."),
        action("timer-today", "Timer", "w", command="habit start ID").with_help(
            "Start the timer of the habit, or stop the running one and log its minutes."
        ),
        action("open-row", "Open", "enter", label="open").with_help("Open the note of this row."),
        action("other-column", "Other column", "tab l right h left").with_help(
            "Go to the other column, where there are two."
        ),
    ),
    *in_context(
        "habits",
        action("done", "Done", "space", label="done", command="habit ID").with_help(
            "Mark the day as done, or clear it. If the day has an amount, enter a new one."
        ),
        action(
            "amount", "Amount", "plus equals_sign", label="amount", command="habit ID 12 min"
        ).with_help(
            "Enter an amount: 12 min adds to the day, = 30 sets its total. Or type a digit."
        ),
        action("timer", "Timer", "w", command="habit start ID").with_help(
            "Start the timer of the habit, or stop the running one and log its minutes."
        ),
        action("skip", "Skip", "s", label="skip", command="habit ID skip").with_help(
            "Skip the day. It does not count."
        ),
        action(
            "skip-because", "Skip with a reason", "S", command="habit ID skip reason=flu -- words"
        ).with_help("Skip the day and say why. The review shows it."),
        action("miss", "Missed", "x", label="missed", command="habit ID miss").with_help(
            "Mark the day as missed."
        ),
        action("habit-note", "Note", "n", command="habit ID -- words").with_help(
            "Write a short note about that day."
        ),
        action("day-before", "Previous day", "h left").with_help(
            "Go to the previous day. All keys work on that day."
        ),
        action("day-after", "Next day", "l right").with_help("Go to the next day, up to today."),
        action("to-today", "Today", "t").with_help("Go back to today."),
        action("to-yesterday", "Yesterday", "y", command="habit ask yesterday").with_help(
            "Go to yesterday, to the first habit not logged."
        ),
        action(
            "next-span", "Week, month, year", "v", label="view", command="habit month"
        ).with_help("Switch between week, month and year."),
        action("add-habit", "Add habit", "a", label="add", command="habit add").with_help(
            "Create a habit: name, schedule and goal."
        ),
        action("pause-habit", "Pause or resume", "P", command="habit pause ID").with_help(
            "Pause the marked habits from today, or resume them. Paused days do not count."
        ),
        action("mark-habit", "Mark", "m").with_help("Mark or unmark the habit, to pause several."),
        action("mark-all-habits", "Mark all or none", "A").with_help(
            "Mark all habits. If all are marked, unmark them."
        ),
        action("filter-habits", "Filter", "f").with_help(
            "Filter habits by title or group. Empty shows all."
        ),
        action("review", "Weekly review", "R", command="review week").with_help(
            "Create the review of last week, or open it."
        ),
        action("review-month", "Monthly review", "M", command="review month").with_help(
            "Create the review of last month, or open it."
        ),
        action("edit-habit", "Edit habit", "e", command="habit edit ID").with_help(
            "Edit the note that defines the habit."
        ),
        action(
            "show-detail",
            "Details",
            "enter",
            label="details",
            command="habit stats ID",
            also="stats chart",
        ).with_help("Show the year, strength, streaks, rates, weekdays and notes."),
        _change_habit("change-habit"),
    ),
    *in_context(
        "habit-detail",
        action("close-detail", "Back", "escape q h left backspace", label="back").with_help(
            "Go back to all habits."
        ),
        action("next-habit", "Next habit", "tab", label="next habit").with_help(
            "Show the next habit."
        ),
        action("previous-habit", "Previous habit", "shift+tab").with_help(
            "Show the previous habit."
        ),
        action("open-habit", "Open note", "enter", label="note").with_help(
            "Open the note that defines the habit."
        ),
        _change_habit("change-this-habit"),
        action(
            "year-before", "Previous year", "left_square_bracket", command="habit year ID 2025"
        ).with_help("Show the previous year."),
        action("year-after", "Next year", "right_square_bracket").with_help(
            "Show the next year, up to this one."
        ),
    ),
    *in_context(
        "publish",
        action("write-export", "Write", "enter w", label="write", command="export NOTE").with_help(
            "Write the changes shown into the site. In the list, enter opens the plan first."
        ),
        action("plan-all", "All changes", "a", label="all", command="export --all").with_help(
            "Preview an export of everything."
        ),
        action(
            "settle-by-hand", "Edited on site", "s", label="edited on site", command="export pull"
        ).with_help(
            "Decide what to do with edits made on the site: use, keep, merge or overwrite."
        ),
        action(
            "check-export", "Check", "c", label="check", command="export NOTE --check"
        ).with_help("Build the site and check the pages."),
        action("run-preview", "Preview", "v", label="preview", command="export preview").with_help(
            "Start the preview server of the site, with drafts."
        ),
        action("open-post", "Open post", "o", label="file").with_help(
            "Open the post in the site with your editor."
        ),
        action("edit-draft", "Edit note", "e").with_help(
            "Edit the note of the post, then come back to its plan."
        ),
        action(
            "toggle-draft",
            "Draft: on or off",
            "D",
            command="set draft=false",
            also="publish hide unpublish show take down",
        ).with_help("Set whether the site shows the post or hides it as a draft."),
        action("prune-posts", "Prune", "x", command="export --prune").with_help(
            "Show which posts of deleted notes would be removed."
        ),
        action("start-post", "Start a post", "b", command="export start NOTE").with_help(
            "Start a post from the marked notes, with their quotes and sources."
        ),
        action(
            "next-target", "Target", "t", label="target", command="export --to TARGET"
        ).with_help("Choose the site generator."),
        action("choose-site", "Folder", "f", label="folder", command="export --site DIR").with_help(
            "Choose the folder of the site."
        ),
        action("show-drafts", "Drafts", "escape h left").with_help("Go back to the list."),
    ),
    *in_context(
        "books",
        action(
            "books-before", "Previous year", "left_square_bracket", label="previous year"
        ).with_help("Show the books of the previous year."),
        action("books-after", "Next year", "right_square_bracket", label="next year").with_help(
            "Show the books of the next year, up to this one."
        ),
    ),
    *in_context(
        "base",
        action(
            "view-before", "Previous view", "left_square_bracket", label="previous view"
        ).with_help("Show the previous view of the base."),
        action("view-after", "Next view", "right_square_bracket", label="next view").with_help(
            "Show the next view of the base."
        ),
    ),
    *in_context(
        "quotes",
        action("open-quote", "Open", "enter l right", label="open").with_help(
            "Open the note at the quote. In a narrow window, show the quote first."
        ),
        action("copy-quote", "Copy", "y", label="copy", command="quotes").with_help(
            "Copy the quote with its source."
        ),
        action(
            "favourite-quote",
            "Favourite",
            "asterisk",
            label="favourite",
            command="recall answer KEY favourite",
        ).with_help("Mark or unmark the quote as a favourite. The note is not changed."),
        action("filter-quotes", "Filter", "slash", label="filter", command="quotes").with_help(
            "Filter by words or any query."
        ),
        action("sort-quotes", "Order", "s", label="order").with_help(
            "Order by source, author, tag, or newest first."
        ),
    ),
    *in_context(
        "recall",
        action("grade-again", "Again", "1", command="recall answer KEY again").with_help(
            "Answer: forgotten. It comes back tomorrow."
        ),
        action("grade-hard", "Hard", "2", command="recall answer KEY hard").with_help(
            "Answer: remembered with difficulty."
        ),
        action("grade-good", "Good", "3", command="recall answer KEY good").with_help(
            "Answer: remembered."
        ),
        action("grade-easy", "Easy", "4", command="recall answer KEY easy").with_help(
            "Answer: remembered at once."
        ),
        action("skip-passage", "Next", "space", label="next").with_help(
            "Show the answer of a card, or go to the next one without an answer."
        ),
        action(
            "keep-passage", "Keep", "k", label="keep", command="recall answer KEY keep"
        ).with_help(
            "Seen, without a grade. It comes back after the same time again, at least 30 days."
        ),
        action(
            "later-passage", "Later", "l", label="later", command="recall answer KEY later 30d"
        ).with_help("Choose in how many days it comes back."),
        action(
            "stop-passage", "Stop", "x", label="stop", command="recall answer KEY stop"
        ).with_help("Do not show it again, until you answer it again."),
        action(
            "favourite-passage",
            "Favourite",
            "asterisk f",
            label="favourite",
            command="recall answer KEY favourite",
        ).with_help("Mark or unmark it as a favourite."),
        action("open-passage", "Open", "o enter", label="open").with_help(
            "Open the note at the quote."
        ),
        action("write-thought", "Thought", "n", label="thought").with_help(
            "Write a paragraph below the quote in its note."
        ),
        action("tag-passage", "Tag", "t", command="tag").with_help("Add tags to the note."),
        action("edit-passage", "Edit", "e").with_help("Edit the note at the quote."),
        action("leave-recall", "Back", "escape q", label="back").with_help(
            "Close. Answers are already saved."
        ),
    ),
    *in_context(
        "over",
        action("leave-over", "Back", "escape q h left", label="back").with_help(
            "Go back: from the text to the list, then close."
        ),
        action("read-text", "Read", "enter l right", label="read").with_help(
            "Read the text beside the list."
        ),
        action("page-text", "Next page", "space").with_help("Scroll the text."),
        action("zoom-text", "Zoom", "z").with_help("Use the whole width for the text, and back."),
    ),
    *in_context(
        "history",
        action("restore", "Restore", "r", label="restore", command="restore").with_help(
            "Restore this version. Undo reverts it."
        ),
        action("next-view", "Switch view", "v", label="view", command="history --diff").with_help(
            "Show what the version changed, what changed since, or its text."
        ),
        action("open-note", "Edit note", "e", label="edit").with_help("Edit the current note."),
        action("forget", "Forget", "X", command="forget").with_help(
            "Delete all earlier versions. This cannot be undone, so you are asked first."
        ),
    ),
    *in_context(
        "steps",
        action("take-back", "Undo this step", "t", label="undo step", command="undo").with_help(
            "Undo only the step under the cursor. Later steps stay."
        ),
        action(
            "step-history", "History of note", "H", label="versions", command="history"
        ).with_help("List the earlier versions of a note in this step, even if it was deleted."),
    ),
    *in_context(
        "conflicts",
        action(
            "keep-mine", "Keep note", "1", label="keep note", command="conflicts keep"
        ).with_help("Keep the version on the left. The other one goes to the trash."),
        action(
            "keep-theirs", "Keep copy", "2", label="keep copy", command="conflicts keep"
        ).with_help("Keep the version on the right. The other one stays in the history."),
        action("merge", "Merge", "m", label="merge", command="conflicts merge").with_help(
            "Merge both versions, if they changed different lines."
        ),
        action(
            "keep-both", "Keep both", "b", label="keep both", command="conflicts keep"
        ).with_help("Keep the copy as its own note. With Git conflict markers, keep both sides."),
        action("edit-conflict", "Edit", "e", label="edit").with_help(
            "Edit the note, at the first Git conflict marker if it has one."
        ),
        action("beside", "Side by side", "v", command="conflicts show").with_help(
            "Show the versions side by side, or one below the other."
        ),
    ),
    *in_context(
        "proposals",
        action("apply-proposal", "Apply", "w", label="apply", command="proposals apply").with_help(
            "Apply the proposal as one step. Undo reverts it."
        ),
        action(
            "reject-proposal", "Reject", "x delete", label="reject", command="proposals reject"
        ).with_help("Remove the proposal. No note is changed."),
    ),
    *in_context(
        "import",
        action(
            "write-import", "Write", "w", label="write", command="import PATH --write"
        ).with_help("Write the import as one step. Undo reverts it."),
        action(
            "match-note", "Match a note", "m", label="match a note", command="import --match"
        ).with_help("Choose the note for a book with several candidates, or create one."),
        action(
            "skip-row", "Leave out", "x delete", label="leave out", command="import --skip"
        ).with_help("Leave this note out, or include it again."),
        action("open-source", "Open", "o", label="open").with_help(
            "Open the note, or the file with the skipped parts."
        ),
        action(
            "take-source", "Use the source", "t", label="use source", command="import --take"
        ).with_help("Replace your own changes with the source's text, too."),
    ),
    *in_context(
        "form",
        action("finish-form", "Apply", "ctrl+s", label="apply", command="set").with_help(
            "Save the changed fields as one step. Undo reverts it."
        ),
        action("edit-field", "Edit field", "enter", label="edit").with_help(
            "Type a value, or choose one."
        ),
        action("step-field", "Next value", "right l plus", label="next value").with_help(
            "Next choice, next day, half a star more. An empty date becomes today."
        ),
        action("step-field-back", "Previous value", "left h minus").with_help(
            "Previous choice, previous day, half a star less."
        ),
        action("date-status", "Date the status", "t").with_help(
            "Set the date of the chosen status to today: finished, started, listened."
        ),
        action("clear-field", "Clear field", "delete d", label="empty").with_help(
            "Remove the field from the note."
        ),
        action("reset-field", "Reset field", "backspace", label="restore").with_help(
            "Restore the saved value."
        ),
        action("drop-form", "Cancel", "escape q", label="cancel").with_help(
            "Close the form without saving."
        ),
    ),
    *in_context(
        "unsaved",
        action("restore-unsaved", "Restore", "enter", label="restore").with_help(
            "Open the unsaved text in the editor."
        ),
        action("discard-unsaved", "Discard", "delete D", label="discard").with_help(
            "Discard the text. It stays in the history of the note."
        ),
        action("compare-unsaved", "Difference", "v space", label="difference").with_help(
            "Show how it differs from the saved note."
        ),
    ),
    *in_context(
        "app",
        action(
            "capture", "Quick note", "ctrl+n", command="add", also="capture write inbox"
        ).with_help("Add text to today's note, the inbox or any note."),
        action("show-agenda", "Agenda", "W", command="agenda", also="week days ahead").with_help(
            "Show tasks and habits of the next two weeks by day, late tasks first."
        ),
        action(
            "show-tasks", "Tasks", "T", label="tasks", command="tasks", also="todo due"
        ).with_help(
            "List the tasks of all notes, late ones first. due:2026-12-01 sets the date of one."
        ),
        action(
            "open-daily", "Today's note", "", command="open today", also="daily journal"
        ).with_help("Open the daily note of today, or create it."),
        action(
            "open-weekly", "This week's note", "", command="open week", also="weekly journal"
        ).with_help("Open the weekly note of this week, or create it."),
        action(
            "open-monthly", "This month's note", "", command="open month", also="monthly journal"
        ).with_help("Open the monthly note of this month, or create it."),
        action(
            "show-quotes", "Quotes", "", command="quotes", also="passages highlights favourites"
        ).with_help("List the quotes of all notes."),
        action(
            "show-recall", "Recall", "", command="recall", also="review remember spaced repetition"
        ).with_help("Go through the quotes that are due today."),
        action(
            "show-books",
            "Year in books",
            "",
            command="books",
            also="pages stars authors read stats chart",
        ).with_help("Show the books you finished, with pages, stars and authors by month."),
        action(
            "show-bases",
            "Bases",
            "",
            command="base",
            also="obsidian table database view",
        ).with_help("Choose a base of Obsidian and show it as a table."),
        action(
            "import-files",
            "Import",
            "",
            command="import PATH",
            also="highlights kindle readwise goodreads",
        ).with_help(
            "Import from another program. Check what is new or cannot be imported, then write."
        ),
        action("open-sample", "Sample vault", "", command="demo", also="tour try").with_help(
            "Open a copy of the sample vault, 70 notes to look around in."
        ),
        action("switch-vault", "Vaults", "", command="vaults", also="open folder").with_help(
            "Open another vault."
        ),
    ),
    *in_context(
        "tasks",
        action("tick-task", "Tick", "space x", label="tick", command="tasks --tick").with_help(
            "Tick or untick the task. One that repeats adds the next."
        ),
        action("open-task", "Open", "enter l right", label="open").with_help(
            "Open the note at the task."
        ),
        action("edit-task", "Edit", "e", label="edit").with_help("Edit the note at the task."),
        action("filter-tasks", "Filter", "slash", label="filter").with_help(
            "Filter tasks by their words, or the title or path of their note."
        ),
        action(
            "show-done", "Show done tasks", "v", label="show done", command="tasks --all"
        ).with_help("Show or hide completed tasks."),
        action("leave-tasks", "Back", "escape q h left", label="back").with_help(
            "Clear the filter. Press it again to close."
        ),
    ),
    *in_context(
        "task-filter",
        action("clear-filter", "Clear", "escape", label="clear").with_help(
            "Clear the filter. Press it again to close it."
        ),
        action("to-tasks", "Go to the tasks", "enter down", label="tasks").with_help(
            "Go to the list."
        ),
    ),
    *in_context(
        "capture",
        action("next-place", "Switch note", "tab").with_help(
            "Switch between today's note, the open note, the inbox and another note."
        ),
        action("new-line", "New line", "ctrl+j alt+enter shift+enter").with_help(
            "Start a new line. Enter saves."
        ),
        action("attach-picture", "Add a picture", "ctrl+l", command="attach").with_help(
            "Attach the picture on the clipboard. Dropped pictures are attached too."
        ),
    ),
    *in_context(
        "app",
        action("show-today", "Today", "f1", command="today").with_help(
            "Open Today: habits and tasks due."
        ),
        action("show-browse", "Browse", "f2", command="ls").with_help("Open the list of notes."),
        action("show-habits", "Habits", "f3", command="habit week").with_help(
            "Open the habits of this week."
        ),
        action("show-publish", "Publish", "f4", command="export status").with_help(
            "Open drafts and posts."
        ),
        action("go", "Go to …", "g").with_help(
            "Press one more key for a screen, or g for the top. The bottom line lists them."
        ),
        action("control-x", "Emacs' ctrl+x …", "").with_help(
            "Press one more key: ctrl+s saves, ctrl+c quits, ctrl+f and b switch notes, u undoes."
        ),
        action("twice-d", "Delete (two keys)", "").with_help(
            "Press d to delete the note, as in vim."
        ),
        action("twice-z", "Quit (two keys)", "").with_help("Press Z or Q to quit, as in vim."),
        action("search", "Search", "slash", label="search", command="search").with_help(
            "Filter notes as you type. All query syntax works."
        ),
        action("switch-note", "Switch note", "ctrl+o", command="open").with_help(
            "Open a note by its title. A new title creates a note."
        ),
        action("new-note", "New note", "n", label="new", command="new").with_help(
            "Create a note and edit it."
        ),
        action("undo", "Undo", "u", command="undo").with_help(
            "Undo the last change. A change of an earlier session is shown first: press u again."
        ),
        action("redo", "Redo", "ctrl+r", command="redo").with_help("Redo what you undid."),
        action("show-steps", "Steps", "", command="undo --list", also="undo redo log").with_help(
            "List all changes, newest first. Any of them can be undone."
        ),
        action("show-conflicts", "Conflicts", "", command="conflicts").with_help(
            "List notes with two versions, and choose one."
        ),
        action("show-proposals", "Proposals", "", command="proposals", also="mcp").with_help(
            "List the changes that assistants propose, and apply or reject them."
        ),
        action("sync", "Sync", "", command="sync", also="git push pull").with_help(
            "Sync the vault with other machines through git."
        ),
        action("show-trash", "Trash", "", command="trash", also="deleted bin").with_help(
            "List deleted notes and restore them."
        ),
        action("show-unsaved", "Unsaved text", "", also="recover crash").with_help(
            "Recover unsaved text, for example after a crash: restore or discard."
        ),
        action(
            "refresh", "Check for changes", "f5", command="index", also="reload sync index"
        ).with_help("Check the vault for changes by other programs."),
        action(
            "show-problems",
            "Problems",
            "exclamation_mark",
            command="doctor",
            also="error message warning log",
        ).with_help("List errors and files that could not be read, each with its fix."),
        action("help", "Help", "question_mark", label="help", command="keys").with_help(
            "Show the keys and symbols of this screen."
        ),
        action("palette", "All commands", "ctrl+p colon", label="commands").with_help(
            "Find any command, note or habit."
        ),
        action("change-theme", "Change theme", "", also="colours colors dark light").with_help(
            "Choose a theme, with a preview."
        ),
        action("suspend", "Suspend", "ctrl+z").with_help("Go back to the shell. fg returns here."),
        action("quit", "Quit", "ctrl+q", also="exit close leave").with_help(
            "Quit. Everything is saved."
        ),
        action("explain-quit", "How to quit", "q").with_help(
            "Show the key that quits. q also closes lists and dialogs."
        ),
    ),
    *in_context(
        "lines",
        action("line-up", "Up", "up k").with_help("Move up."),
        action("line-down", "Down", "down j").with_help("Move down."),
        action("page-up", "Page up", "pageup ctrl+b").with_help("Scroll one page up."),
        action("page-down", "Page down", "pagedown ctrl+f").with_help("Scroll one page down."),
        action("first-line", "Top", "home").with_help("Go to the first row."),
        action("last-line", "Bottom", "end G").with_help("Go to the last row."),
    ),
    *in_context(
        "switcher",
        action("close-switcher", "Close", "escape ctrl+o", label="close").with_help("Close."),
        action("switch", "Open", "enter", label="open").with_help(
            "Open the note, or create one with that title."
        ),
        action("switcher-down", "Down", "down ctrl+n tab").with_help("Go to the next title."),
        action("switcher-up", "Up", "up ctrl+p shift+tab").with_help("Go to the previous title."),
    ),
    *in_context(
        "new-note",
        action("next-kind", "Next kind", "tab down").with_help("Choose the next kind of note."),
        action("previous-kind", "Previous kind", "shift+tab up").with_help(
            "Choose the previous kind of note."
        ),
    ),
    *in_context(
        "help",
        action("search-help", "Search help", "slash", label="search").with_help(
            "Search all keys and commands."
        ),
    ),
    *in_context(
        "dialog",
        action("apply-dialog", "Apply", "ctrl+s").with_help("Apply, as enter does."),
        action("dismiss", "Close", "escape", label="close").with_help(
            "Close without applying anything."
        ),
    ),
)
