"""What can be done with notes: on Browse, in the preview, the grid and the editor."""

from __future__ import annotations

from notekeep.tui.commands.action import (
    CHANGE,
    FIND,
    GO,
    MOVE,
    NOTE,
    PUBLISH,
    Action,
    action,
    in_context,
)

NOTE_ACTIONS: tuple[Action, ...] = (
    *in_context(
        "browse",
        action("search", "Search", "slash", FIND, label="search", command="search").with_help(
            "Type to filter the list; the whole query language works."
        ),
        action("back", "Back", "escape", MOVE).with_help(
            "One step out: clear the search, leave the preview, end a zoom."
        ),
        action("note-before", "The note before", "backspace alt+left", MOVE).with_help(
            "Back to the note that was shown before this one."
        ),
        action("note-after", "The note after", "alt+right", MOVE).with_help("Forward again."),
        action("toggle-sidebar", "Sidebar", "b", GO).with_help("Show or hide kinds and tags."),
        action("zoom", "Zoom", "z", GO).with_help(
            "Give the whole width to the pane in focus, and back."
        ),
        action("sort", "Sort", "s", FIND).with_help(
            "Next order: best match or title, last changed, created, rating."
        ),
        action("save-query", "Save the search", "ctrl+s", FIND, command="saved add").with_help(
            "Keep the search and its order by name, in the sidebar with how many notes it finds."
        ),
        action("pin", "Pin", "B", CHANGE, command="set").with_help(
            "Keep the note at the top of the sidebar, or no longer: pinned: true in its front "
            "matter."
        ),
        action("edit", "Edit", "e", CHANGE, label="edit").with_help(
            "Edit the text here; saving changes no line that you did not."
        ),
        action(
            "edit-fields", "Fields", "f", CHANGE, command="set", also="properties metadata"
        ).with_help("A form for the fields of the note's kind: dates, numbers, lists, choices."),
        action("edit-outside", "Edit in $EDITOR", "E ctrl+e", CHANGE, command="open").with_help(
            "Open the file in your $EDITOR; notekeep waits and reads it again."
        ),
        action("rename", "Rename", "r", CHANGE, command="rename").with_help(
            "Give the note another title; links to it follow."
        ),
        action("edit-tags", "Tags", "t", CHANGE, label="tags", command="tag").with_help(
            "Add and remove tags: +this -that."
        ),
        action("delete", "Delete", "d", CHANGE, command="rm").with_help(
            "Move the note to the vault's .trash; undo brings it back."
        ),
        action(
            "export", "Publish", "p", PUBLISH, label="publish", command="export", also="blog post"
        ).with_help("Show what an export of this note would write."),
        action("copy", "Copy", "y", NOTE).with_help(
            "Copy a link to the note, or the selected text of the preview."
        ),
        action("copy-path", "Copy the path", "", NOTE).with_help("Copy where the file is."),
        action("history", "History", "H", NOTE, command="history").with_help(
            "List the earlier versions of the note; compare them, bring one back."
        ),
        action("links", "Links", "o", NOTE, command="links").with_help(
            "List what this note links to, what links to it, and its headings."
        ),
        action(
            "toggle-grid",
            "Grid or list",
            "v",
            GO,
            command="ls --cols",
            also="table columns spreadsheet",
        ).with_help("Show the notes as a grid of their fields, and as a list again."),
        action("set-field", "Set a field", "F", CHANGE, command="set").with_help(
            "Set fields of the marked notes: rating=5 genre+=classic status=; the plan is shown "
            "first."
        ),
        action(
            "move-note", "Move to a folder", "greater_than_sign", CHANGE, command="mv"
        ).with_help("Move the marked notes to another folder of the vault; links to them follow."),
        action(
            "may-publish", "Publish: yes or no", "P", PUBLISH, command="set publish=yes"
        ).with_help("Say in the marked notes whether they may be published."),
    ),
    *in_context(
        "list",
        action("open", "Open", "enter l right", MOVE, label="open", command="show").with_help(
            "Read the note: the preview gets the focus."
        ),
    ),
    *in_context(
        "rows",
        action("mark", "Mark", "m", CHANGE).with_help(
            "Mark the note, or unmark it; verbs then act on all marked notes at once."
        ),
        action("page-preview", "Page the preview", "space", MOVE).with_help(
            "Read on in the preview without leaving the list."
        ),
        action("mark-range", "Mark up to here", "M", CHANGE).with_help(
            "Mark every note from the one that was marked last up to this one."
        ),
        action("mark-all", "Mark all or none", "A", CHANGE).with_help(
            "Mark all notes of the list; when all are marked, unmark them."
        ),
        action("mark-others", "Mark the others", "asterisk", CHANGE).with_help(
            "Mark the notes of the list that are not marked, and unmark the others."
        ),
    ),
    *in_context(
        "sidebar",
        action("choose", "Choose", "enter l right", FIND, label="choose").with_help(
            "Show these notes; while searching, only those of them that were found, and all again."
        ),
        action(
            "drop-entry",
            "Delete from the sidebar",
            "delete D",
            CHANGE,
            label="delete",
            command="saved rm",
        ).with_help("Delete a saved search, or unpin a note; undo brings it back."),
    ),
    *in_context(
        "search",
        action("clear-search", "Clear", "escape", FIND, label="clear").with_help(
            "Clear the search; a second time leaves the box."
        ),
        action("to-results", "To the results", "enter down", FIND, label="to the list").with_help(
            "Go to the list; when nothing was found, make the note."
        ),
        action(
            "explain",
            "Explain the search",
            "question_mark",
            FIND,
            label="explain",
            command="search --explain",
        ).with_help(
            "Show how the search is read, what each part finds alone, and what is wrong with it."
        ),
    ),
    *in_context(
        "preview",
        action("leave", "Back to the list", "h left", MOVE, label="list").with_help(
            "Give the focus back to the list."
        ),
        action("next-page", "Next page", "space", MOVE, label="read on").with_help(
            "Read on; on a chosen task, tick it."
        ),
        action(
            "next-link", "Next link or task", "right_square_bracket", MOVE, label="links"
        ).with_help("Go to the next link, task, footnote or picture in the text."),
        action("previous-link", "Link or task before", "left_square_bracket", MOVE).with_help(
            "Go to the link, task, footnote or picture before."
        ),
        action("next-passage", "Next passage", "right_curly_bracket", MOVE).with_help(
            "Go to the next heading, quote, block of code, formula, table or picture; y copies it."
        ),
        action("previous-passage", "Passage before", "left_curly_bracket", MOVE).with_help(
            "Go to the heading, quote, block of code, formula, table or picture before."
        ),
        action("follow", "Follow the link", "enter", MOVE, label="follow").with_help(
            "Open the note or address of the chosen link; tick the task, open the fold or the "
            "picture."
        ),
        action(
            "tick-here", "Tick the task", "x", CHANGE, command="tasks --tick PATH:LINE"
        ).with_help(
            "Tick the chosen task in the file, or open it again; without one, choose the next."
        ),
        action("fold", "Fold the section", "c", MOVE, label="fold").with_help(
            "Fold or open the section that you are in."
        ),
        action("fold-all", "Fold all sections", "C", MOVE).with_help(
            "Fold every section; when one is folded, open all."
        ),
        action("view-picture", "Large picture", "I", NOTE).with_help(
            "Show the chosen picture, or the next one, as large as the screen allows."
        ),
    ),
    *in_context(
        "picture",
        action(
            "open-picture", "Open in the system's viewer", "o enter", NOTE, label="viewer"
        ).with_help("Show the picture in the program that the system has for it."),
    ),
    *in_context(
        "grid",
        action(
            "edit-cell", "Change the cell", "enter", CHANGE, label="change", command="set"
        ).with_help("Change the field in place; a digit begins it too. On a title: read the note."),
        action("next-column", "Column right", "right l", MOVE).with_help(
            "To the column at the right."
        ),
        action("previous-column", "Column left", "left h", MOVE).with_help(
            "To the column at the left."
        ),
        action("first-column", "First column", "ctrl+left", MOVE).with_help(
            "To the title of the note."
        ),
        action("last-column", "Last column", "ctrl+right", MOVE).with_help("To the last column."),
        action(
            "sort-column", "Sort by the column", "s", FIND, label="sort", command="ls --sort"
        ).with_help("Sort by this column, then the other way round, then as before."),
        action("clear-cell", "Empty the cell", "delete", CHANGE, command="set").with_help(
            "Take the field out of the note."
        ),
    ),
    *in_context(
        "cell",
        action("take-cell", "Write", "enter", CHANGE, label="write", command="set").with_help(
            "Write the value into the front matter; undo takes it back."
        ),
        action("leave-cell", "Leave", "escape", MOVE, label="leave it").with_help(
            "Leave the cell as it was."
        ),
    ),
    *in_context(
        "cell-stars",
        action(
            "more-stars", "Half a star more", "right up plus", CHANGE, label="half a star"
        ).with_help(
            "Half a star more; a digit sets so many stars, and a point after it half a star more."
        ),
        action("fewer-stars", "Half a star less", "left down minus", CHANGE).with_help(
            "Half a star less."
        ),
        action("no-stars", "No rating", "backspace delete", CHANGE, label="none").with_help(
            "Take the rating out of the note."
        ),
    ),
    *in_context(
        "cell-date",
        action("later-day", "A day later", "right", MOVE).with_help("The next day."),
        action("earlier-day", "A day earlier", "left", MOVE).with_help("The day before."),
        action("later-week", "A week later", "down", MOVE).with_help("The same day next week."),
        action("earlier-week", "A week earlier", "up", MOVE).with_help("The same day last week."),
        action("later-month", "A month later", "pagedown", MOVE).with_help("The next month."),
        action("earlier-month", "A month earlier", "pageup", MOVE).with_help("The month before."),
    ),
    *in_context(
        "cell-list",
        action("item-down", "Down", "down", MOVE).with_help("To the next item."),
        action("item-up", "Up", "up", MOVE).with_help("To the item before."),
        action("turn-item", "Put in or take out", "tab", CHANGE, label="in or out").with_help(
            "Put the item under the cursor into the list, or take it out; a space does it too "
            "there."
        ),
    ),
    *in_context(
        "plan",
        action("do-plan", "Do it", "enter y", CHANGE, label="do it").with_help(
            "Write what is shown as one step, which one undo takes back."
        ),
        action("drop-plan", "Leave it", "escape q n", MOVE, label="leave it").with_help(
            "Close the plan, and write nothing."
        ),
    ),
    *in_context(
        "edit",
        action("finish", "Save and leave", "escape", CHANGE, label="done").with_help(
            "Save what was typed, and go back to where you came from."
        ),
        action("save", "Save", "ctrl+s", CHANGE, label="save").with_help(
            "Save what was typed, and stay; lines you did not touch keep every byte."
        ),
        action("complete", "Complete", "tab", CHANGE, label="complete").with_help(
            "Take what is offered after [[, # or in the front matter; else indent."
        ),
        action("next-offer", "Another offer", "ctrl+n", CHANGE).with_help(
            "Offer the next title, tag or key that begins like this."
        ),
        action("undo-typing", "Undo typing", "ctrl+z", CHANGE).with_help(
            "Take back what was typed last."
        ),
        action("redo-typing", "Redo typing", "ctrl+r", CHANGE).with_help(
            "Do again what ctrl+z took back while typing."
        ),
        action("find-here", "Find in the text", "ctrl+f", FIND, label="find").with_help(
            "Look for words in the text that is edited, whatever their case and accents."
        ),
        # Arrows do this anyway; here it is for key maps.
        action("cursor-up", "Line up", "", MOVE).with_help("One line up."),
        action("cursor-down", "Line down", "", MOVE).with_help("One line down."),
        action("cursor-left", "Character left", "", MOVE).with_help("One character to the left."),
        action("cursor-right", "Character right", "", MOVE).with_help(
            "One character to the right."
        ),
        action("cursor-line-start", "Start of the line", "", MOVE).with_help(
            "To where the line begins."
        ),
        action("cursor-line-end", "End of the line", "", MOVE).with_help("To where the line ends."),
        action("cursor-word-left", "Word left", "", MOVE).with_help("One word to the left."),
        action("cursor-word-right", "Word right", "", MOVE).with_help("One word to the right."),
        action("cut", "Cut", "", CHANGE).with_help("Cut what is selected, or the line."),
        action("paste", "Paste", "", CHANGE).with_help("Put in what was copied or cut."),
        action("text-top", "To the top", "ctrl+home", MOVE).with_help("To the first line."),
        action("text-end", "To the end", "ctrl+end", MOVE).with_help("To the end of the text."),
        action("fields-here", "Fields", "ctrl+g", CHANGE, label="fields").with_help(
            "A form for the fields of the note's kind, written into the text that is edited."
        ),
        action("attach-here", "Attach a file", "ctrl+l", CHANGE, command="attach").with_help(
            "Copy a file, or the picture on the clipboard, into the attachments, and link it here."
        ),
        action("history-here", "History", "ctrl+t", NOTE, command="history").with_help(
            "Save, and list the earlier versions of the note."
        ),
        action(
            "hand-over", "Go on in $EDITOR", "ctrl+e", CHANGE, label="$EDITOR", command="open"
        ).with_help("Save, and open the file in your own editor."),
    ),
    *in_context(
        "find",
        action("find-next", "Next place", "enter down", FIND, label="next").with_help(
            "Go to the next place, and after the last to the first."
        ),
        action("find-previous", "Place before", "up", FIND, label="before").with_help(
            "Go to the place before, and from the first to the last."
        ),
        action("find-close", "Back to the text", "escape", FIND, label="text").with_help(
            "Go on editing where the last place is selected."
        ),
    ),
)
