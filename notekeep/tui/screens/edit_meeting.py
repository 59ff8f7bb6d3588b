"""What other programs do to a note that is being edited: taken in, merged, or asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import NotFound
from notekeep.tui.jobs import in_background, say
from notekeep.tui.messages import VaultChanged
from notekeep.tui.screens.edit_dialogs import MINE, THEIRS, ask_whose

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.screens.edit import EditScreen


class Meeting:
    """Brings an editor together with what its file holds.

    Attributes:
        is_asking: Whether the person is asked whose version stays.
    """

    def __init__(self, screen: EditScreen) -> None:
        self._screen = screen
        self.is_asking = False

    def look(self, then: Callable[[], object] | None = None) -> None:
        """Read the file, and bring the screen together with it.

        Args:
            then: What to do when the person does not have to be asked.
        """
        screen = self._screen

        def read() -> bytes | None:
            try:
                return screen.vault.bytes_of(screen.path)
            except NotFound:
                return None

        def met(theirs: bytes | None) -> None:
            if self.meet(theirs) and then is not None:
                then()

        in_background(screen, read, met, group="look", exclusive=True)

    def meet(self, theirs: bytes | None) -> bool:
        """Meet what the file holds; False when the person has to be asked."""
        screen = self._screen
        if screen.is_busy:
            return False
        editing, area = screen.editing, screen.area
        gone_before = editing.disk is None
        met = editing.meet(theirs, area.lines)
        if met == "conflict":
            self._ask_whose(theirs or b"")
            return False
        if met in {"reloaded", "merged"}:
            area.put(editing.lines)
        if met == "merged":
            say(screen, "Merged with what another program saved · ctrl+z takes that out")
            screen.keeping.keep()
        elif met == "gone" and not gone_before:
            say(screen, f"{screen.path} is gone from the vault; ctrl+s makes it again")
        screen.tell()
        return True

    def _ask_whose(self, theirs: bytes) -> None:
        screen = self._screen
        screen.forget_plans()
        self.is_asking = True
        screen.keeping.keep_now()

        def answered(answer: str | None) -> None:
            self.is_asking = False
            if answer == MINE:
                screen.editing.keep_mine(theirs, screen.area.lines)
                say(screen, "Yours stays: ctrl+s saves it, and theirs is kept in history")
                self.look()  # what came while the person was asked
            elif answer == THEIRS:
                self._take(theirs, "Theirs is shown; yours is kept in history")
            elif answer is not None:
                self._take(theirs, "Theirs is shown; yours is in {copy}", beside=True)
            screen.tell()

        ask_whose(screen, theirs, screen.editing.content(screen.area.lines), answered)

    def _take(self, theirs: bytes, told: str, *, beside: bool = False) -> None:
        """Show theirs once ours is kept, in history or in a file beside the note."""
        screen = self._screen
        ours = screen.editing.content(screen.area.lines)

        def keep() -> str:
            from notekeep.files.copies import keep_beside

            vault = screen.vault
            vault.history.saw_changed([(screen.path, ours)])
            return keep_beside(vault.root, screen.path, ours) if beside else ""

        def kept(copy: str) -> None:
            screen.editing.take_theirs(theirs)
            screen.area.put(screen.editing.lines)
            screen.keeping.discard()
            say(screen, told.format(copy=copy))
            screen.tell()
            if copy:
                screen.app.post_message(VaultChanged())
            self.look()

        in_background(screen, keep, kept, group="write")
