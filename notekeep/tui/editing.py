"""A note being edited: what its file holds, what is on the screen, and how the two come together.

Nothing here draws or writes. Lines are as a text field shows them; see `notekeep.markdown.splice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from notekeep.files.merge import merge
from notekeep.markdown.splice import Spliced
from notekeep.writing.plan import FileChange, WritePlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.files.swap import Unsaved

Met: TypeAlias = Literal["same", "reloaded", "merged", "gone", "conflict"]
"""What came of meeting the file: nothing, theirs, both, no file, or a question to the person."""


class Editing:
    """One note in the editor.

    Attributes:
        path: The note, as a vault path.
        disk: What its file holds, as far as is known: what a save expects there; None when it is
            gone.
        lines: What the screen should show, after `restore` and `meet` changed it.
    """

    def __init__(self, path: str, data: bytes) -> None:
        """Begin to edit.

        Args:
            path: The note.
            data: What its file holds.

        Raises:
            Refused: It cannot be shown without changing it.
        """
        self.path = path
        self._known = data
        self.disk = data
        self._spliced = Spliced.checked(data)
        self.stand_ins = self._spliced.stand_ins

    @property
    def lines(self) -> list[str]:
        return self._spliced.lines

    @property
    def base(self) -> bytes:
        """What the text was made from, for a merge: the file as it was known last.

        A file that is gone may come back as it was, with the drive it is on.
        """
        return self._known

    @property
    def disk(self) -> bytes | None:
        return self._disk

    @disk.setter
    def disk(self, data: bytes | None) -> None:
        self._disk = data
        if data is not None:
            self._known = data

    def content(self, lines: Sequence[str]) -> bytes:
        """What the file would hold with these lines."""
        if lines == self._spliced.lines:
            return self._spliced.data
        return self._spliced.joined(lines)

    def is_changed(self, lines: Sequence[str]) -> bool:
        """Whether the screen shows something that is not in the file."""
        return self.content(lines) != self.disk

    def plan(self, lines: Sequence[str], label: str) -> WritePlan:
        """Plan a save: it is carried out only if the file still holds what is known of it."""
        change = FileChange(self.path, self.disk, self.content(lines))
        return WritePlan("edit", label, [change])

    def saved(self, data: bytes) -> None:
        """Take it that the file holds this content, which was on the screen."""
        self.disk = data
        self._show(data)

    def meet(self, theirs: bytes | None, lines: Sequence[str]) -> Met:
        """Bring the screen together with what the file holds by now.

        Args:
            theirs: What the file holds; None when it is gone, so that what is on the screen is all
                there is of it.
            lines: What is on the screen.
        """
        if theirs == self.disk:
            return "same"
        if theirs is None:
            self.disk = None
            return "gone"
        ours = self.content(lines)
        merged = merge(self.base, ours, theirs)
        if merged is None:
            return "conflict"
        was_changed = ours not in (self.disk, theirs)
        self.disk = theirs
        self._show(merged)
        return "merged" if was_changed else "reloaded"

    def keep_mine(self, theirs: bytes, lines: Sequence[str]) -> None:
        """Let the screen replace what another program wrote, at the next save."""
        ours = self.content(lines)
        self.disk = theirs
        self._show(ours)

    def take_theirs(self, theirs: bytes) -> None:
        """Show what another program wrote, and nothing of what was typed."""
        self.disk = theirs
        self._show(theirs)

    def show(self, data: bytes) -> None:
        """Show a text in the place of what is typed, as if it had been typed."""
        self._show(data)

    def restore(self, unsaved: Unsaved) -> None:
        """Show a text that was not saved, as if it had just been typed into what it was made from.

        The file's own content has to be met afterwards.
        """
        self.disk = unsaved.base_data
        self._show(unsaved.data)

    def _show(self, data: bytes) -> None:
        self._spliced = Spliced(data, self.stand_ins)
