"""Messages from screens and widgets to the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

# The dataclasses have no comparison and repr methods, because these slow down the start.


@dataclass(eq=False, repr=False)
class CreateNote(Message):
    """Create a note; a dialog asks for the missing values."""

    title: str = ""
    kind: str = ""


@dataclass(eq=False, repr=False)
class OpenNote(Message):
    """Show a note in Browse."""

    path: str
    line: int | None = None  # line of the file to show, counted from 1
    read: bool = False  # show it at full width
    as_listed: bool = False  # keep the list, because it contains or contained the note


@dataclass(eq=False, repr=False)
class ShowHabit(Message):
    """Show Habits, with the cursor on the habit with this ID."""

    habit: str


@dataclass(eq=False, repr=False)
class ShowQuery(Message):
    """Show the results of a query in Browse."""

    query: str


@dataclass(eq=False, repr=False)
class PublishNotes(Message):
    """Show the plan for these notes in Publish."""

    paths: Sequence[str]


@dataclass(eq=False, repr=False)
class EditNote(Message):
    """Open a note in the editor, at a line of the file counted from 1."""

    path: str
    line: int | None = None


class ShowOverlay(Message):
    """Open an overlay by its name in `navigation.OVERLAYS`."""

    def __init__(self, name: str, *subject: str) -> None:
        super().__init__()
        self.name, self.subject = name, subject


class VaultChanged(Message):
    """The vault has changed, so the screens must reload."""


@dataclass(eq=False, repr=False)
class WorkStatus(Message):
    """Background work has started; an empty text means that it has ended."""

    text: str


@dataclass(eq=False, repr=False)
class IndexingStatus(Message):
    """Progress of indexing."""

    share: float | None  # the indexed share, from 0 to 1; None when complete
    text: str = ""  # the progress as text


@dataclass(eq=False, repr=False)
class ErrorReported(Message):
    """An error to keep until the user reads it on the Problems screen."""

    message: str
    hint: str = ""
