"""What can be done in the editor, besides typing."""

from __future__ import annotations

from notekeep.tui.actions.action import CHANGE, MOVE, NOTE, Action

EDIT: tuple[Action, ...] = (
    Action(
        "finish",
        "Save and leave",
        ("escape",),
        "edit",
        CHANGE,
        "Save what was typed, and go back to where you came from.",
        label="done",
    ),
    Action(
        "save",
        "Save",
        ("ctrl+s",),
        "edit",
        CHANGE,
        "Save what was typed, and stay; lines you did not touch keep every byte.",
        label="save",
    ),
    Action(
        "complete",
        "Complete",
        ("tab",),
        "edit",
        CHANGE,
        "Take what is offered after [[, # or in the front matter; else indent.",
        label="complete",
    ),
    Action(
        "next-offer",
        "Another offer",
        ("ctrl+n",),
        "edit",
        CHANGE,
        "Offer the next title, tag or key that begins like this.",
    ),
    Action(
        "redo-typing",
        "Redo typing",
        ("ctrl+r",),
        "edit",
        CHANGE,
        "Do again what ctrl+z took back while typing.",
    ),
    Action("text-top", "To the top", ("ctrl+home",), "edit", MOVE, "To the first line."),
    Action("text-end", "To the end", ("ctrl+end",), "edit", MOVE, "To the end of the text."),
    Action(
        "fields-here",
        "Fields",
        ("ctrl+g",),
        "edit",
        CHANGE,
        "A form for the fields of the note's kind, written into the text that is edited.",
        label="fields",
    ),
    Action(
        "history-here",
        "History",
        ("ctrl+t",),
        "edit",
        NOTE,
        "Save, and list the earlier versions of the note.",
        command="history",
    ),
    Action(
        "hand-over",
        "Go on in $EDITOR",
        ("ctrl+e",),
        "edit",
        CHANGE,
        "Save, and open the file in your own editor.",
        label="$EDITOR",
        command="open",
    ),
)
