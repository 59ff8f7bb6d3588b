"""What screens ask of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence


class CreateNote(Message):
    """A new note is wanted; what is not known yet is asked for."""

    def __init__(self, title: str = "", kind: str = "") -> None:
        super().__init__()
        self.title = title
        self.kind = kind


class OpenNote(Message):
    """A note should be shown in Browse.

    Attributes:
        path: The note.
        line: The line of the file to begin at, counted from 1, or None.
        read: Whether to give it the whole width.
        among_all: Whether the list should show all notes, and not what was searched for.
        as_listed: Whether the list stays as it is: the note is in it, or was until now.
    """

    def __init__(
        self,
        path: str,
        *,
        line: int | None = None,
        read: bool = False,
        among_all: bool = False,
        as_listed: bool = False,
    ) -> None:
        super().__init__()
        self.among_all = among_all
        self.as_listed = as_listed
        self.path = path
        self.line = line
        self.read = read


class ShowHabit(Message):
    """A habit should be shown among the others, by its id, with the cursor on it."""

    def __init__(self, habit: str) -> None:
        super().__init__()
        self.habit = habit


class ShowQuery(Message):
    """The notes that match a query should be shown in Browse."""

    def __init__(self, query: str) -> None:
        super().__init__()
        self.query = query


class PublishNotes(Message):
    """What an export of these notes would write should be shown in Publish."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__()
        self.paths = tuple(paths)


class EditNote(Message):
    """A note should be opened in the editor.

    Attributes:
        path: The note.
        line: The line of the file to begin at, counted from 1, or None.
    """

    def __init__(self, path: str, line: int | None = None) -> None:
        super().__init__()
        self.path = path
        self.line = line


class ShowHistory(Message):
    """The earlier versions of a note should be shown; the note may be gone."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class ShowConflicts(Message):
    """The notes with two versions should be shown, the one with this path first; "" is any."""

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self.path = path


class VaultChanged(Message):
    """Something in the vault is not what the screens show.

    Attributes:
        is_step: Whether it was a change made here, which `undo` takes back.
    """

    def __init__(self, *, is_step: bool = False) -> None:
        super().__init__()
        self.is_step = is_step


class WorkStatus(Message):
    """Something goes on in the background; an empty text means that it is over."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class IndexingStatus(Message):
    """The index is being built, or not any more.

    Attributes:
        share: How much of it is there, from 0 to 1; None when it is all there.
        text: How far it is, in words, or "".
    """

    def __init__(self, share: float | None, text: str = "") -> None:
        super().__init__()
        self.share = share
        self.text = text


class ErrorReported(Message):
    """Something could not be done, and the person was told; it is kept until it is seen."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__()
        self.message = message
        self.hint = hint


class HabitLogged(Message):
    """A habit was logged; what `undo` takes back first is that."""
