"""What screens ask of the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

# What nobody compares or prints has no methods for it: each takes a start some time.


@dataclass(eq=False, repr=False)
class CreateNote(Message):
    """A new note is wanted; what is not known yet is asked for."""

    title: str = ""
    kind: str = ""


@dataclass(eq=False, repr=False)
class OpenNote(Message):
    """A note should be shown in Browse."""

    path: str
    line: int | None = None  # the line of the file to begin at, counted from 1
    read: bool = False  # whether to give it the whole width
    as_listed: bool = False  # whether the list stays as it is: the note is in it, or was until now


@dataclass(eq=False, repr=False)
class ShowHabit(Message):
    """A habit should be shown among the others, by its id, with the cursor on it."""

    habit: str


@dataclass(eq=False, repr=False)
class ShowQuery(Message):
    """The notes that match a query should be shown in Browse."""

    query: str


@dataclass(eq=False, repr=False)
class PublishNotes(Message):
    """What an export of these notes would write should be shown in Publish."""

    paths: Sequence[str]


@dataclass(eq=False, repr=False)
class EditNote(Message):
    """A note should be opened in the editor, at a line of the file counted from 1."""

    path: str
    line: int | None = None


class ShowOverlay(Message):
    """A screen should open over the current one, by its name in `navigation.OVERLAYS`."""

    def __init__(self, name: str, *subject: str) -> None:
        super().__init__()
        self.name, self.subject = name, subject


class VaultChanged(Message):
    """Something in the vault is not what the screens show."""


@dataclass(eq=False, repr=False)
class WorkStatus(Message):
    """Something goes on in the background; an empty text means that it is over."""

    text: str


@dataclass(eq=False, repr=False)
class IndexingStatus(Message):
    """The index is being built, or not any more."""

    share: float | None  # how much of it is there, from 0 to 1; None when it is all there
    text: str = ""  # how far it is, in words, or ""


@dataclass(eq=False, repr=False)
class ErrorReported(Message):
    """Something could not be done, and the person was told; it is kept until it is seen."""

    message: str
    hint: str = ""
