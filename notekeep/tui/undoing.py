"""Taking back and doing again, from wherever one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui import place as places
from notekeep.tui.jobs import in_background, say
from notekeep.tui.keyboard import Keyboard
from notekeep.tui.messages import VaultChanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.taking_back import Undone
    from notekeep.vault import Vault
    from notekeep.writing.steps import Taken

CHECK_IN, CHANGE = "check-in", "change"


class Undoing(Keyboard):
    """An app that knows what was done last in it.

    Attributes:
        vault: The vault it is over.
    """

    vault: Vault

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._done: list[str] = []

    def show_changed(self) -> None:
        """Show on all screens that something in the vault is not what they show."""
        raise NotImplementedError

    def did_change(self) -> None:
        """Take note that what `undo` means next is a change of notes."""
        self._done.append(CHANGE)

    def on_checked_in(self) -> None:
        self._done.append(CHECK_IN)
        self.show_changed()

    def action_undo(self) -> None:
        """Take back what was done last: a check-in or a change of notes.

        Each has a history of its own. Before anything is done here, the screen says which is meant.
        """
        last = self._done.pop() if self._done else ""
        if last == CHECK_IN or (not last and self.current_mode == places.HABITS):
            in_background(self, self.vault.habit_index.undo, self._unchecked, group="write")
        else:
            in_background(self, self.vault.undo, self._undone, group="write")

    def _unchecked(self, undone: Undone) -> None:
        self.clear_notifications()  # one may offer the undo that was just done
        say(self, f"Took back: {undone.habit.title}")
        self.show_changed()

    def _undone(self, steps: Sequence[Taken]) -> None:
        what = ", ".join(f"{step.verb} {step.label}" for step in steps)
        self.clear_notifications()  # one may offer the undo that was just done
        say(self, f"Took back: {what} · ctrl+r does it again")
        self.post_message(VaultChanged())

    def action_redo(self) -> None:
        in_background(self, self.vault.redo, self._redone, group="write")

    def _redone(self, step: Taken) -> None:
        say(self, f"Did again: {step.verb} {step.label} · u undo")
        self.post_message(VaultChanged())
