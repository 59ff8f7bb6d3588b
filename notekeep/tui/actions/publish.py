"""What can be done on Publish."""

from __future__ import annotations

from notekeep.tui.actions.action import MOVE, PUBLISH, Action

PUBLISHING: tuple[Action, ...] = (
    Action(
        "write-export",
        "Write",
        ("enter", "w"),
        "publish",
        PUBLISH,
        "Write what the diff shows into the blog.",
        label="write",
        command="export NOTE",
    ),
    Action(
        "next-target",
        "Target",
        ("t",),
        "publish",
        PUBLISH,
        "Choose what the draft is shaped for.",
        label="target",
        command="export --to TARGET",
    ),
    Action(
        "choose-site",
        "Folder",
        ("f",),
        "publish",
        PUBLISH,
        "Choose the blog's folder.",
        label="folder",
        command="export --site DIR",
    ),
    Action(
        "show-drafts",
        "Drafts",
        ("escape", "h", "left"),
        "publish",
        MOVE,
        "Back to the list of drafts.",
    ),
)
