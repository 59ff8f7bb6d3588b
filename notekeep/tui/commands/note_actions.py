"""Actions on notes: in Browse, the preview, the grid and the editor."""

from __future__ import annotations

from notekeep.tui.commands.action import Action, action, in_context

NOTE_ACTIONS: tuple[Action, ...] = (
    *in_context(
        "browse",
        action("back", "Back", "escape").with_help(
            "One step back: close the note, clear the marks, then the search."
        ),
        action("note-before", "Previous note", "backspace alt+left").with_help(
            "Go back to the note you saw before this one."
        ),
        action("note-after", "Next note", "alt+right").with_help("Go forward again."),
        action("toggle-sidebar", "Sidebar", "b").with_help("Show or hide kinds, folders and tags."),
        action("toggle-folders", "Folders", "O", also="tree directories").with_help(
            "Show or hide the folders in the sidebar."
        ),
        action("keep-note", "Keep beside", "vertical_line", also="split two panes").with_help(
            "Keep the note at the right, next to the list and another note. Again, close it."
        ),
        action("zoom", "Zoom", "z").with_help(
            "Use the whole width for the focused pane, and back."
        ),
        action("sort", "Sort", "s").with_help(
            "Change the order: best match or title, last changed, created, rating."
        ),
        action("save-query", "Save search", "ctrl+s", command="saved add").with_help(
            "Save the search and its order in the sidebar, with the number of notes it finds."
        ),
        action("pin", "Pin", "B", command="set").with_help(
            "Pin the note to the top of the sidebar, or unpin it: pinned: true in its front matter."
        ),
        action("edit", "Edit", "e", label="edit").with_help(
            "Edit the note at the line you are reading. Only the lines you edit change."
        ),
        action("edit-fields", "Fields", "f", command="set", also="properties metadata").with_help(
            "Edit the fields in a form: dates, numbers, lists, choices."
        ),
        action("edit-outside", "Edit in $EDITOR", "E ctrl+e", command="open").with_help(
            "Open the file in your $EDITOR. notekeep waits and reads it again."
        ),
        action("rename", "Rename", "r", command="rename").with_help(
            "Change the title. Links to the note are updated."
        ),
        action("edit-tags", "Tags", "t", label="tags", command="tag").with_help(
            "Add and remove tags: +this -that."
        ),
        action(
            "add-quote",
            "Add quote",
            "quotation_mark",
            label="quote",
            command="quote",
            also="passage page",
        ).with_help("Add a passage with its page to the quotes of the note."),
        action("delete", "Delete", "d", command="rm", also="remove trash").with_help(
            "Move the note to the .trash folder of the vault. Undo restores it."
        ),
        action(
            "export", "Publish note", "p", label="publish", command="export", also="blog post"
        ).with_help("Show what an export of this note would write."),
        action(
            "begin-post", "Start a post", "", command="export start NOTE", also="blog"
        ).with_help("Start a post from the marked notes, with their quotes and sources."),
        action("copy", "Copy", "y").with_help("Copy a link to the note, or the selected text."),
        action("copy-path", "Copy path", "").with_help("Copy the path of the file."),
        action("history", "History", "H", command="history").with_help(
            "List the earlier versions of the note, compare them, restore one."
        ),
        action("links", "Links", "o", command="links").with_help(
            "List links, backlinks and headings."
        ),
        action(
            "toggle-grid",
            "Grid or list",
            "v",
            command="ls --cols",
            also="table columns spreadsheet",
        ).with_help("Show the notes as a table of their fields, or as a list."),
        action("set-field", "Set a field", "F", command="set", also="bulk").with_help(
            "Set fields of the marked notes: rating=5 genre+=classic status=. You see the changes "
            "first."
        ),
        action("move-note", "Move to a folder", "greater_than_sign", command="mv").with_help(
            "Move the marked notes to another folder. Links to them are updated."
        ),
        action("replace", "Replace", "R", command="replace", also="find substitute").with_help(
            "Replace text in the marked notes, or in all listed ones. You see every line first."
        ),
        action("may-publish", "Allow publishing", "P", command="set publish=yes").with_help(
            "Set whether the marked notes may be published."
        ),
    ),
    *in_context(
        "list",
        action("open", "Open", "enter l right", label="open", command="show").with_help(
            "Read the note."
        ),
    ),
    *in_context(
        "rows",
        action("mark", "Mark", "m", label="mark").with_help(
            "Mark or unmark the note. Commands then act on all marked notes."
        ),
        action("page-preview", "Scroll the preview", "space").with_help(
            "Scroll the preview without leaving the list."
        ),
        action("mark-range", "Mark range", "M").with_help(
            "Mark every note from the last marked one to this one."
        ),
        action("mark-all", "Mark all or none", "A").with_help(
            "Mark all notes of the list. If all are marked, unmark them."
        ),
        action("mark-others", "Invert marks", "asterisk").with_help("Invert the selection."),
    ),
    *in_context(
        "sidebar",
        action("choose", "Choose", "enter", label="choose").with_help(
            "Show these notes. While searching, limit the results to them, or show all again."
        ),
        action("open-folder", "Open folder", "l right").with_help(
            "Show the subfolders. Without any, choose the line."
        ),
        action("leave-sidebar", "Back to the list", "h left", label="list").with_help(
            "Close the folder, or go to the folder it is in. Elsewhere, go to the list of notes."
        ),
        action(
            "drop-entry", "Remove from the sidebar", "delete D", label="remove", command="saved rm"
        ).with_help("Delete a saved search, or unpin a note. Undo restores it."),
    ),
    *in_context(
        "search",
        action("clear-search", "Clear", "escape", label="clear").with_help(
            "Clear the marks, then the search, then leave the search box."
        ),
        action("to-results", "Go to the results", "enter", label="results").with_help(
            "Go to the list. If nothing is found, create the note."
        ),
        action("earlier-search", "Earlier search", "up", label="earlier").with_help(
            "Put an earlier search into the box."
        ),
        action("later-search", "Later search", "down").with_help(
            "Put the later search into the box again. After the last one, go to the list."
        ),
        action(
            "explain", "Explain search", "f6", label="explain", command="search --explain"
        ).with_help("Show how the search is parsed, what each part finds, and its errors."),
    ),
    *in_context(
        "preview",
        action("leave", "Back to the list", "h left", label="list").with_help(
            "Go back to the list."
        ),
        action("next-page", "Next page", "space", label="read on").with_help(
            "Scroll down. On a selected task: tick it."
        ),
        action("next-link", "Next link or task", "right_square_bracket", label="links").with_help(
            "Go to the next link, task, timestamp, footnote or picture."
        ),
        action("previous-link", "Previous link or task", "left_square_bracket").with_help(
            "Go to the previous link, task, timestamp, footnote or picture."
        ),
        action("next-passage", "Next passage", "right_curly_bracket").with_help(
            "Go to the next heading, quote, code, formula, table or picture. y copies it."
        ),
        action("previous-passage", "Previous passage", "left_curly_bracket").with_help(
            "Go to the previous heading, quote, code, formula, table or picture."
        ),
        action("follow", "Follow link", "enter", label="follow").with_help(
            "Open the selected link, picture or timestamp, tick the task, or unfold the section."
        ),
        action("tick-here", "Tick task", "x", command="tasks --tick PATH:LINE").with_help(
            "Tick or untick the selected task. If none is selected, select the next one."
        ),
        action("fold", "Fold section", "c", label="fold").with_help(
            "Fold or unfold the current section."
        ),
        action("fold-all", "Fold all sections", "C").with_help(
            "Fold all sections. If one is folded, unfold all."
        ),
        action(
            "link-mentions", "Link mentions", "L", command="backlinks --mentions --link"
        ).with_help("Turn mentions of the note in other notes into links. You see them first."),
        action("view-picture", "Large picture", "I").with_help(
            "Show the selected picture, or the next one, in full size."
        ),
    ),
    *in_context(
        "picture",
        action("open-picture", "Open in viewer", "o enter", label="viewer").with_help(
            "Open the picture in the default program."
        ),
    ),
    *in_context(
        "grid",
        action("edit-cell", "Edit cell", "enter", label="change", command="set").with_help(
            "Edit the field in place. You can also start with a digit. On a title: open the note."
        ),
        action("next-column", "Column right", "right l").with_help(
            "Go to the column on the right."
        ),
        action("previous-column", "Column left", "left h").with_help(
            "Go to the column on the left."
        ),
        action("first-column", "First column", "ctrl+left").with_help("Go to the title."),
        action("last-column", "Last column", "ctrl+right").with_help("Go to the last column."),
        action("sort-column", "Sort by column", "s", label="sort", command="ls --sort").with_help(
            "Sort by this column, then in reverse, then as before."
        ),
        action("clear-cell", "Clear cell", "delete", command="set").with_help(
            "Remove the field from the note."
        ),
    ),
    *in_context(
        "cell",
        action("take-cell", "Save", "enter ctrl+s", label="save", command="set").with_help(
            "Save the value in the front matter. Undo restores the old one."
        ),
        action("leave-cell", "Cancel", "escape", label="cancel").with_help("Close without saving."),
    ),
    *in_context(
        "cell-stars",
        action("more-stars", "Half a star more", "right up plus", label="half a star").with_help(
            "Add half a star. A digit sets the stars, a dot after it adds half a star."
        ),
        action("fewer-stars", "Half a star less", "left down minus").with_help(
            "Remove half a star."
        ),
        action("no-stars", "No rating", "backspace delete", label="none").with_help(
            "Remove the rating."
        ),
    ),
    *in_context(
        "cell-date",
        action("later-day", "Next day", "right").with_help("Go to the next day."),
        action("earlier-day", "Previous day", "left").with_help("Go to the previous day."),
        action("later-week", "Next week", "down").with_help("Go to the same day of the next week."),
        action("earlier-week", "Previous week", "up").with_help(
            "Go to the same day of the previous week."
        ),
        action("later-month", "Next month", "pagedown").with_help("Go to the next month."),
        action("earlier-month", "Previous month", "pageup").with_help("Go to the previous month."),
    ),
    *in_context(
        "cell-list",
        action("item-down", "Down", "down").with_help("Go to the next item."),
        action("item-up", "Up", "up").with_help("Go to the previous item."),
        action("turn-item", "Add or remove", "tab", label="add or remove").with_help(
            "Add the item under the cursor, or remove it. Space does the same."
        ),
    ),
    *in_context(
        "plan",
        action("do-plan", "Apply", "enter ctrl+s y", label="apply").with_help(
            "Apply the changes as one step. Undo reverts them all."
        ),
        action("drop-plan", "Cancel", "escape q n", label="cancel").with_help(
            "Close without changing anything."
        ),
    ),
    *in_context(
        "plan-lines",
        action("leave-out-line", "Leave out", "x space", label="leave out").with_help(
            "Leave the line unchanged, or include it again."
        ),
        action("leave-out-all", "All or none", "A").with_help(
            "Leave out all lines, or include all."
        ),
    ),
    *in_context(
        "replace",
        action("next-match", "Match", "ctrl+t", label="match").with_help(
            "Find the exact text, any case, whole words, or a regular expression."
        ),
    ),
    *in_context(
        "edit",
        action("finish", "Save and close", "escape", label="save and close").with_help(
            "Save the text as one step and close the editor. Undo reverts it."
        ),
        action("save", "Save", "ctrl+s", label="save").with_help(
            "Save and continue. Lines you did not edit keep every byte."
        ),
        action("complete", "Complete", "tab", label="complete").with_help(
            "Accept the suggestion after [[ or # or in the front matter. Without one, indent."
        ),
        action("next-offer", "Next suggestion", "ctrl+n").with_help(
            "Select the next suggestion. Arrow keys work too."
        ),
        action("undo-typing", "Undo typing", "ctrl+z").with_help("Undo typing."),
        action("redo-typing", "Redo typing", "ctrl+r").with_help("Redo typing."),
        action("find-here", "Find in text", "ctrl+f", label="find").with_help(
            "Find words in this text. Case and accents are ignored."
        ),
        # The arrow keys have these functions by default; the actions are for key maps.
        action("cursor-up", "Line up", "").with_help("Move one line up."),
        action("cursor-down", "Line down", "").with_help("Move one line down."),
        action("cursor-left", "Character left", "").with_help("Move left."),
        action("cursor-right", "Character right", "").with_help("Move right."),
        action("cursor-line-start", "Start of the line", "").with_help(
            "Go to the start of the line."
        ),
        action("cursor-line-end", "End of the line", "").with_help("Go to the end of the line."),
        action("cursor-word-left", "Word left", "").with_help("Move one word left."),
        action("cursor-word-right", "Word right", "").with_help("Move one word right."),
        action("cut", "Cut", "").with_help("Cut the selection, or the line."),
        action("paste", "Paste", "").with_help("Paste."),
        action("text-top", "Start of the text", "ctrl+home").with_help("Go to the first line."),
        action("text-end", "End of the text", "ctrl+end").with_help("Go to the end."),
        action("fields-here", "Fields", "ctrl+g", label="fields").with_help(
            "Edit the fields in a form. Changes go into the text you are editing."
        ),
        action("attach-here", "Attach file", "ctrl+l", command="attach").with_help(
            "Copy a file, or the picture in the clipboard, into the attachments and link it."
        ),
        action("quote-here", "Add quote", "", command="quote", also="passage page").with_help(
            "Add a passage with its page to the quotes of the note you are editing."
        ),
        action("history-here", "History", "ctrl+t", command="history").with_help(
            "Save, and list the earlier versions of the note."
        ),
        action(
            "hand-over", "Continue in $EDITOR", "ctrl+e", label="$EDITOR", command="open"
        ).with_help("Save, and open the file in your $EDITOR."),
    ),
    *in_context(
        "find",
        action("find-next", "Next match", "enter down", label="next").with_help(
            "Go to the next match. After the last comes the first."
        ),
        action("find-previous", "Previous match", "up", label="previous").with_help(
            "Go to the previous match. Before the first comes the last."
        ),
        action("find-close", "Close", "escape", label="close").with_help(
            "Continue editing at the match."
        ),
    ),
)
