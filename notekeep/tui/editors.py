"""Open editors: opened, merged, saved before quit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from notekeep.errors import NotekeepError, NotFound, Refused
from notekeep.markdown.editor_text import EditorText
from notekeep.markdown.text_merge import merge_texts
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.tui.workers import show_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.storage.autosave import UnsavedText
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.edit import EditScreen


# A note being edited: what its file holds, what is on the screen, and how the two come together.
#
# Nothing here draws or writes. Lines are as a text field shows them; see
# `notekeep.markdown.splice`.


Met: TypeAlias = Literal["same", "reloaded", "merged", "gone", "conflict"]
"""What came of meeting the file: nothing, theirs, both, no file, or a question to the person."""


class EditSession:
    """One note in the editor."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self._known = data
        self.disk = data
        self._spliced = EditorText.checked(data)
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
        change = NoteChange(self.path, self.disk, self.content(lines))
        return WritePlan("edit", label, [change])

    def saved(self, data: bytes) -> None:
        """Take it that the file holds this content, which was on the screen."""
        self.disk = data
        self._show(data)

    def meet(self, theirs: bytes | None, lines: Sequence[str]) -> Met:
        """Bring the screen together with what the file holds by now."""
        if theirs == self.disk:
            return "same"
        if theirs is None:
            self.disk = None
            return "gone"
        ours = self.content(lines)
        merged = merge_texts(self.base, ours, theirs)
        if merged is None:
            return "conflict"
        was_changed = ours not in (self.disk, theirs)
        self.disk = theirs
        self._show(merged)
        return "merged" if was_changed else "reloaded"

    def keep_own_text(self, theirs: bytes, lines: Sequence[str]) -> None:
        """Let the screen replace what another program wrote, at the next save."""
        ours = self.content(lines)
        self.disk = theirs
        self._show(ours)

    def take_file_text(self, theirs: bytes) -> None:
        """Show what another program wrote, and nothing of what was typed."""
        self.disk = theirs
        self._show(theirs)

    def show(self, data: bytes) -> None:
        """Show a text in the place of what is typed, as if it had been typed."""
        self._show(data)

    def restore(self, unsaved: UnsavedText) -> None:
        """Show a text that was not saved, as if it had just been typed into what it was made from.

        The file's own content has to be met afterwards.
        """
        self.disk = unsaved.base_data
        self._show(unsaved.data)

    def _show(self, data: bytes) -> None:
        self._spliced = EditorText(data, self.stand_ins)


# The editors that are open, seen from the program: opened, saved before it ends, never lost.


LONGEST = 5 << 20
"""Bytes from which on a note is left to the person's own editor."""


class Editors:
    """The notes that are being edited in one program."""

    def __init__(self, app: NotekeepApp) -> None:
        self._app = app
        self._open: list[EditScreen] = []

    def open(
        self, path: str, line: int | None = None, *, unsaved: UnsavedText | None = None
    ) -> None:
        """Edit a note.

        It is read here and now, so that the next key is typed into it and not taken for a command.
        """
        from notekeep.tui.screens.edit import EditScreen

        app = self._app
        if any(screen.path == path for screen in self._open):
            return
        try:
            data = self._data(path, unsaved)
            if len(data) > LONGEST:
                raise Refused(
                    f"'{path}' is too long to be edited here.", "E opens it in your editor."
                )
            screen = EditScreen(app.vault, app.glyphs, app.today, EditSession(path, data), line)
            screen.restores = unsaved is not None
        except NotekeepError as error:
            show_error(app, error)
            return
        self._open.append(screen)
        app.push_screen(screen, lambda _: self._open.remove(screen))

    def _data(self, path: str, unsaved: UnsavedText | None) -> bytes:
        """What a note holds; of one that is gone, what its unsaved text was made from."""
        try:
            return self._app.vault.bytes_of(path)
        except NotFound:
            if unsaved is None:
                raise
            return unsaved.base_data

    @property
    def here(self) -> EditScreen | None:
        """The editor that is shown, if one is."""
        return next((screen for screen in self._open if screen is self._app.screen), None)

    def standing(self) -> list[EditScreen]:
        """Return those that are there already."""
        return [screen for screen in self._open if screen.is_mounted]

    def changed(self) -> None:
        """Have each look at its file: something in the vault is not what it was."""
        for screen in self.standing():
            screen.vault_changed()

    def leave_then(self, then: Callable[[], object]) -> bool:
        """Save and leave the editor that is shown, then go on; False when none is."""
        screen = self.here
        if screen is None:
            return False
        screen.leave_for(then)
        return True

    def save_then(self, then: Callable[[], object]) -> bool:
        """Save what is not saved, then go on; False when all is saved.

        When the person has to be asked, it does not go on. What they gave up is not saved.
        """
        for screen in self._open:
            if screen.is_changed and not screen.is_given_up:
                screen.save(partial(self._app.call_later, then), leaving=True)
                return True
        return False

    def keep(self) -> None:
        """Keep what is not saved where the next start finds it, before this returns."""
        for screen in self._open:
            screen.autosave_unsaved()
