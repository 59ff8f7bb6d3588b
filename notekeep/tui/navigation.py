"""One stack of screens and overlays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from notekeep.tui import location as places
from notekeep.tui.keyboard import Keyboard
from notekeep.tui.messages import VaultChanged
from notekeep.tui.render.formatting import plural
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.workers import in_background, show_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual.widget import AwaitMount

    from notekeep.notes.conflict_pairs import ConflictPair
    from notekeep.services.history import TakenStep
    from notekeep.storage.autosave import UnsavedText
    from notekeep.tracking.checkin_undo import Undone
    from notekeep.tui.editors import Editors
    from notekeep.tui.messages import EditNote, ShowConflicts, ShowHistory
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.screens.vault_screen import OverlayScreen
    from notekeep.vault import Vault


# Taking back and doing again, from wherever one is.


CHECK_IN, CHANGE = "check-in", "change"


class UndoActions(Keyboard):
    """An app that knows what was done last in it."""

    vault: Vault

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._done: list[str] = []

    def show_changed(self) -> None:
        """Show on all screens that something in the vault is not what they show."""
        raise NotImplementedError

    def record_change(self) -> None:
        """Take note that what `undo` means next is a change of notes."""
        self._done.append(CHANGE)

    def on_habit_logged(self) -> None:
        self._done.append(CHECK_IN)
        self.show_changed()

    def action_undo(self) -> None:
        """Take back what was done last: a check-in or a change of notes.

        Each has a history of its own. Before anything is done here, the screen says which is meant.
        """
        last = self._done.pop() if self._done else ""
        if last == CHECK_IN or (not last and self.current_mode == places.HABITS_SCREEN):
            in_background(self, self.vault.habit_index.undo, self._unchecked, group="write")
        else:
            in_background(self, self.vault.undo, self._undone, group="write")

    def _unchecked(self, undone: Undone) -> None:
        self.clear_notifications()  # one may offer the undo that was just done
        show_message(self, f"Took back: {undone.habit.title}")
        self.show_changed()

    def _undone(self, steps: Sequence[TakenStep]) -> None:
        what = ", ".join(f"{step.verb} {step.label}" for step in steps)
        self.clear_notifications()  # one may offer the undo that was just done
        show_message(self, f"Took back: {what} · ctrl+r does it again")
        self.post_message(VaultChanged())

    def action_redo(self) -> None:
        in_background(self, self.vault.redo, self._redone, group="write")

    def _redone(self, step: TakenStep) -> None:
        show_message(self, f"Did again: {step.verb} {step.label} · u undo")
        self.post_message(VaultChanged())


# The screens that are opened over another one, and what they ask of the program.


class Over(UndoActions):
    """An app with screens over its screens."""

    glyphs: Glyphs
    today: date
    editors: Editors

    unseen = 0
    """How many errors have not been looked at."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._over: list[OverlayScreen] = []
        self._conflicts: Sequence[ConflictPair] = ()

    def open_over(self, screen: OverlayScreen) -> None:
        """Show a screen over the one that is shown."""
        self._over.append(screen)
        self.push_screen(screen, lambda _: self._over.remove(screen))

    def close_overlays(self) -> None:
        """Leave the screens that lie over the one they were opened from."""
        while isinstance(here := self.screen, VaultScreen) and here.LIES_OVER:
            here.dismiss(None)

    def show_on_screen(self, mode: str, show: Callable[[Any], object]) -> None:
        """Switch to a screen, leave all that lies over it there, and show something on it."""
        self.close_overlays()
        if self.editors.leave_then(partial(self.show_on_screen, mode, show)):
            return
        if mode != self.current_mode:
            self.switch_mode(mode)
            # Something may lie over this one, too, from when it was shown last.
            self.show_on_screen(mode, show)
            return
        screen = self.screen_stack[0]
        screen.call_after_refresh(show, screen)

    def overlays_changed(self) -> None:
        """Have each look at the vault again."""
        for screen in self._over:
            if screen.is_mounted:
                screen.vault_changed()

    def switch_mode(self, mode: str) -> AwaitMount:
        """Switch to a screen; the one that is shown already comes out from under others."""
        if mode == self.current_mode:
            self.close_overlays()
        return super().switch_mode(mode)

    def on_show_history(self, event: ShowHistory) -> None:
        from notekeep.tui.screens.history import HistoryScreen

        here = self.screen
        if not (isinstance(here, HistoryScreen) and here.path == event.path):
            self.open_over(HistoryScreen(self.vault, self.glyphs, self.today, event.path))

    def on_edit_note(self, event: EditNote) -> None:
        self.close_overlays()
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
    def conflicts(self) -> Sequence[ConflictPair]:
        """The conflicts of the vault, as of the last look."""
        return self._conflicts

    def find_conflicts(self) -> None:
        """Look for notes with two versions, and show on every screen that there are some."""

        def look() -> list[ConflictPair]:
            from notekeep.notes.conflict_pairs import list_conflicts

            return list_conflicts(self.vault.plan)

        in_background(
            self, look, self._flag, group="conflicts", exclusive=True, failed=lambda _error: None
        )

    def _flag(self, found: Sequence[ConflictPair]) -> None:
        self._conflicts = found
        for screen in self.loaded_screens():
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

    def _unsaved(self) -> list[UnsavedText]:
        from notekeep.tui.screens.unsaved import find_unsaved_texts

        return find_unsaved_texts(self.vault)

    def _remind(self, found: list[UnsavedText]) -> None:
        """Tell of unsaved text: with a question, unless the person is at something else already."""
        if not found:
            return
        if self.has_typed or len(self.screen_stack) > 1:
            show_message(self, f"Unsaved text of {plural(len(found), 'note')} · ctrl+p, unsaved")
        else:
            self._ask_unsaved(found)

    def action_show_unsaved(self) -> None:
        def show(found: list[UnsavedText]) -> None:
            if found:
                self._ask_unsaved(found)
            else:
                show_message(self, "No text was left unsaved")

        in_background(self, self._unsaved, show, group="unsaved", exclusive=True)

    def _ask_unsaved(self, found: list[UnsavedText]) -> None:
        from notekeep.tui.screens.unsaved import UnsavedScreen

        def answered(unsaved: UnsavedText | None) -> None:
            if unsaved is not None:
                self.editors.open(unsaved.path, unsaved=unsaved)

        self.push_screen(UnsavedScreen(self.vault, self.glyphs, found), answered)

    def loaded_screens(self) -> Sequence[VaultScreen]:
        """Return those and the ones that lie over them, which are there already."""
        return [one for one in (*self.vault_screens(), *self._over) if one.is_mounted]

    def vault_screens(self) -> Sequence[VaultScreen]:
        """Return the screens that lie at the bottom."""
        raise NotImplementedError

    def action_show_trash(self) -> None:
        from notekeep.tui.screens.steps import show_trash

        show_trash(self)
