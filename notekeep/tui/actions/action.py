"""What an action is, and the headings it can stand under."""

from __future__ import annotations

from typing import NamedTuple

MOVE, FIND, NOTE, CHANGE, HABIT, PUBLISH, GO, PROGRAM = (
    "Move",
    "Find",
    "Notes",
    "Change",
    "Habits",
    "Publish",
    "Screens",
    "notekeep",
)
"""The headings of help."""


class Action(NamedTuple):
    """Something a person can do.

    Attributes:
        id: Its stable name, by which a person gives it other keys: "new-note".
        title: What it does, as the palette shows it.
        keys: The keys it has unless the person chose others; none means palette only.
        context: Where it works; one of CONTEXTS.
        group: The heading it stands under in help.
        help: One sentence that says more than the title.
        label: What the footer calls it; "" keeps it out of the footer.
        command: The verb that does the same on the command line, or "".
        also: Words by which it is found in the palette besides those of its title.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    context: str
    group: str
    help: str
    label: str = ""
    command: str = ""
    also: str = ""

    @property
    def method(self) -> str:
        """The name by which Textual calls it, without its `action_`."""
        return self.id.replace("-", "_")
