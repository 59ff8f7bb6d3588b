"""The editors that are open, seen from the program: opened, saved before it ends, never lost."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, NotFound, Refused
from notekeep.tui.jobs import show_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.files.swap import Unsaved
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.edit import EditScreen

LONGEST = 5 << 20
"""Bytes from which on a note is left to the person's own editor."""


class Editors:
    """The notes that are being edited in one program."""

    def __init__(self, app: NotekeepApp) -> None:
        self._app = app
        self._open: list[EditScreen] = []

    def open(self, path: str, line: int | None = None, *, unsaved: Unsaved | None = None) -> None:
        """Edit a note.

        It is read here and now, so that the next key is typed into it and not taken for a command.

        Args:
            path: The note, as a vault path.
            line: The line of the file to begin at, counted from 1.
            unsaved: A text that was left unsaved and is wanted; its note may be gone.
        """
        from notekeep.tui.editing import Editing
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
            screen = EditScreen(app.vault, app.glyphs, app.today, Editing(path, data), line)
            screen.restores = unsaved is not None
        except NotekeepError as error:
            show_error(app, error)
            return
        self._open.append(screen)
        app.push_screen(screen, lambda _: self._open.remove(screen))

    def _data(self, path: str, unsaved: Unsaved | None) -> bytes:
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

    def left_for(self, then: Callable[[], object]) -> bool:
        """Save and leave the editor that is shown, then go on; False when none is."""
        screen = self.here
        if screen is None:
            return False
        screen.leave_for(then)
        return True

    def saved_for(self, then: Callable[[], object]) -> bool:
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
            screen.keep_unsaved()
