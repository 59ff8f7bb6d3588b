"""Messages from screens and widgets to the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

# Without the methods for comparison and printing, which cost time at start.


@dataclass(eq=False, repr=False)
class CreateNote(Message):
    """A note should be created; a dialog asks for the rest."""

    title: str = ""
    kind: str = ""


@dataclass(eq=False, repr=False)
class OpenNote(Message):
    """A note should be shown in Browse."""

    path: str
    line: int | None = None  # line of the file to show, counted from 1
    read: bool = False  # show it in the whole width
    as_listed: bool = False  # keep the list: the note is in it, or was until now


@dataclass(eq=False, repr=False)
class ShowHabit(Message):
    """Habits should be shown, with the cursor on this id."""

    habit: str


@dataclass(eq=False, repr=False)
class ShowQuery(Message):
    """Browse should show the results of a query."""

    query: str


@dataclass(eq=False, repr=False)
class PublishNotes(Message):
    """Publish should show a plan for these notes."""

    paths: Sequence[str]


@dataclass(eq=False, repr=False)
class EditNote(Message):
    """A note should open in the editor, at a line of the file counted from 1."""

    path: str
    line: int | None = None


class ShowOverlay(Message):
    """An overlay should open, by its name in `navigation.OVERLAYS`."""

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
    text: str = ""  # the progress in words


@dataclass(eq=False, repr=False)
class ErrorReported(Message):
    """An error, to be kept until it is read on the Problems screen."""

    message: str
    hint: str = ""
