"""The screens that are opened over another one, and what they ask of the program."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from notekeep.tui.jobs import in_background, say
from notekeep.tui.render.words import plural
from notekeep.tui.screens.base import VaultScreen
from notekeep.tui.undoing import Undoing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual.widget import AwaitMount

    from notekeep.files.swap import Unsaved
    from notekeep.tui.editor import Editors
    from notekeep.tui.messages import EditNote, ShowConflicts, ShowHistory
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.screens.over import OverScreen
    from notekeep.writing.conflicting import Pair


class Over(Undoing):
    """An app with screens over its screens.

    Attributes:
        glyphs: The characters to draw with.
        today: The day it is.
        editors: The notes that are being edited.
    """

    glyphs: Glyphs
    today: date
    editors: Editors

    unseen = 0
    """How many errors have not been looked at."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._over: list[OverScreen] = []
        self._conflicts: Sequence[Pair] = ()

    def open_over(self, screen: OverScreen) -> None:
        """Show a screen over the one that is shown."""
        self._over.append(screen)
        self.push_screen(screen, lambda _: self._over.remove(screen))

    def close_over(self) -> None:
        """Leave the screens that lie over the one they were opened from."""
        while isinstance(here := self.screen, VaultScreen) and here.LIES_OVER:
            here.dismiss(None)

    def show_on(self, mode: str, show: Callable[[Any], object]) -> None:
        """Switch to a screen, leave all that lies over it there, and show something on it.

        Args:
            mode: The screen.
            show: Called with the screen when it is there.
        """
        self.close_over()
        if self.editors.left_for(partial(self.show_on, mode, show)):
            return
        if mode != self.current_mode:
            self.switch_mode(mode)
            # Something may lie over this one, too, from when it was shown last.
            self.show_on(mode, show)
            return
        screen = self.screen_stack[0]
        screen.call_after_refresh(show, screen)

    def over_changed(self) -> None:
        """Have each look at the vault again."""
        for screen in self._over:
            if screen.is_mounted:
                screen.vault_changed()

    def switch_mode(self, mode: str) -> AwaitMount:
        """Switch to a screen; the one that is shown already comes out from under others."""
        if mode == self.current_mode:
            self.close_over()
        return super().switch_mode(mode)

    def on_show_history(self, event: ShowHistory) -> None:
        from notekeep.tui.screens.history import HistoryScreen

        here = self.screen
        if not (isinstance(here, HistoryScreen) and here.path == event.path):
            self.open_over(HistoryScreen(self.vault, self.glyphs, self.today, event.path))

    def on_edit_note(self, event: EditNote) -> None:
        self.close_over()
        self.editors.open(event.path, event.line)

    def action_show_steps(self) -> None:
        from notekeep.tui.screens.steps import StepsScreen

        if not isinstance(self.screen, StepsScreen):
            self.open_over(StepsScreen(self.vault, self.glyphs, self.today))

    def action_show_conflicts(self) -> None:
        self._show_conflicts("")

    def on_show_conflicts(self, event: ShowConflicts) -> None:
        self._show_conflicts(event.path)

    def _show_conflicts(self, path: str) -> None:
        from notekeep.tui.screens.conflicts import ConflictsScreen

        self.clear_notifications()  # what they tell is on that screen
        if not isinstance(self.screen, ConflictsScreen):
            self.open_over(ConflictsScreen(self.vault, self.glyphs, self.today, path))

    # Notes with two versions.

    @property
    def conflicts(self) -> Sequence[Pair]:
        """The conflicts of the vault, as of the last look."""
        return self._conflicts

    def look_for_conflicts(self) -> None:
        """Look for notes with two versions, and show on every screen that there are some."""

        def look() -> list[Pair]:
            from notekeep.writing.conflicting import conflicts

            return conflicts(self.vault.plan)

        in_background(
            self, look, self._flag, group="conflicts", exclusive=True, failed=lambda _error: None
        )

    def _flag(self, found: Sequence[Pair]) -> None:
        self._conflicts = found
        for screen in self.standing_screens():
            screen.flag(found)

    # What was typed and never saved.

    def on_ready(self) -> None:
        self.call_after_refresh(self._look_for_unsaved)

    def _look_for_unsaved(self) -> None:
        in_background(
            self,
            self._unsaved,
            self._remind,
            group="unsaved",
            failed=lambda _error: None,
        )

    def _unsaved(self) -> list[Unsaved]:
        from notekeep.tui.screens.unsaved import left_unsaved

        return left_unsaved(self.vault)

    def _remind(self, found: list[Unsaved]) -> None:
        """Tell of unsaved text: with a question, unless the person is at something else already."""
        if not found:
            return
        if self.has_typed or len(self.screen_stack) > 1:
            say(self, f"Unsaved text of {plural(len(found), 'note')} · ctrl+p, unsaved")
        else:
            self._ask_unsaved(found)

    def action_show_unsaved(self) -> None:
        def show(found: list[Unsaved]) -> None:
            if found:
                self._ask_unsaved(found)
            else:
                say(self, "No text was left unsaved")

        in_background(self, self._unsaved, show, group="unsaved", exclusive=True)

    def _ask_unsaved(self, found: list[Unsaved]) -> None:
        from notekeep.tui.screens.unsaved import UnsavedScreen

        def answered(unsaved: Unsaved | None) -> None:
            if unsaved is not None:
                self.editors.open(unsaved.path, unsaved=unsaved)

        self.push_screen(UnsavedScreen(self.vault, self.glyphs, found), answered)

    def standing_screens(self) -> Sequence[VaultScreen]:
        """Return those and the ones that lie over them, which are there already."""
        return [one for one in (*self.vault_screens(), *self._over) if one.is_mounted]

    def vault_screens(self) -> Sequence[VaultScreen]:
        """Return the screens that lie at the bottom."""
        raise NotImplementedError

    def action_show_trash(self) -> None:
        from notekeep.tui.screens.trash import open_trash

        open_trash(self)
