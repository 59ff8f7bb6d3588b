"""Opens editors, saves them before quitting, and restores unsaved text after a crash."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, NotFound
from notekeep.tui.render.formatting import plural
from notekeep.tui.workers import in_background, report_error, show_error, show_message

if TYPE_CHECKING:
    from notekeep.storage.autosave import UnsavedText
    from notekeep.tui.program import Program
    from notekeep.tui.screens.edit import EditScreen


class Editors:
    """The open editors of the app."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._open: list[EditScreen] = []

    def open(
        self, path: str, line: int | None = None, *, unsaved: UnsavedText | None = None
    ) -> None:
        """Edit a note immediately, so that the next key goes to the editor."""
        from notekeep.tui.screens.edit import EditScreen
        from notekeep.tui.screens.edit_conflicts import EditSession

        app = self._app
        if any(screen.path == path for screen in self._open):
            return
        try:
            try:
                data = app.vault.workspace.read(path)
            except NotFound:
                if unsaved is None:
                    raise
                data = unsaved.base_data
            screen = EditScreen(EditSession(path, data), line, restores=unsaved is not None)
        except NotekeepError as error:
            show_error(app, error)
            return
        self._open.append(screen)
        app.push_screen(screen, lambda _: self._open.remove(screen))

    @property
    def here(self) -> EditScreen | None:
        return next((screen for screen in self._open if screen is self._app.screen), None)

    def leave_then(self, then: Callable[[], object]) -> bool:
        """Save and close the current editor, then call `then`; return False if there is none."""
        screen = self.here
        if screen is None:
            return False
        screen.leave_then(then)
        return True

    def save_then(self, then: Callable[[], object]) -> bool:
        """Save unsaved text that was not given up, then call `then`; return False if none."""
        for screen in self._open:
            if screen.is_changed and screen.state != "given up":
                screen.save(partial(self._app.call_later, then), leaves=True)
                return True
        return False

    def keep_unsaved(self) -> None:
        """Write unsaved text to autosave files for the next start, without a thread."""
        for screen in self._open:
            screen.autosave_unsaved()

    def show_unsaved(self, *, by_user: bool) -> None:
        """List unsaved texts; at start, if the user is already typing, only show a toast."""
        app = self._app

        def find() -> list[UnsavedText]:
            from notekeep.tui.screens.edit_conflicts import find_unsaved_texts

            return find_unsaved_texts(app.vault)

        def show(found: list[UnsavedText]) -> None:
            from notekeep.tui.screens.edit_conflicts import UnsavedScreen

            is_busy = app.keyboard.has_typed or len(app.screen_stack) > 1
            if found and (by_user or not is_busy):
                app.push_screen(UnsavedScreen(found), restore)
            elif found:
                show_message(app, f"Unsaved text in {plural(len(found), 'note')} · ctrl+p, unsaved")
            elif by_user:
                show_message(app, "There is no unsaved text.")

        def restore(unsaved: UnsavedText | None) -> None:
            if unsaved is not None:
                self.open(unsaved.path, unsaved=unsaved)

        in_background(
            app,
            find,
            show,
            group="unsaved",
            exclusive=by_user,
            failed=None if by_user else partial(report_error, app),
        )
