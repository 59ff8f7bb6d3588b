"""What is typed and not saved, kept in its swap file while a note is edited.

When what is kept is offered again, and what is saved, is the screen's to decide.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.files.swap import Swap, Unsaved
from notekeep.tui.jobs import in_background, show_error

if TYPE_CHECKING:
    from textual.timer import Timer

    from notekeep.tui.screens.edit import EditScreen

SWAP_SECONDS = 2.0
SWAP_KEYS = 200
"""What a crash can take at most: whichever comes first."""


class Keeping:
    """Keeps the text of one editor."""

    def __init__(self, screen: EditScreen) -> None:
        self._screen = screen
        self._swap = Swap(screen.vault.places.state, screen.path)
        self._due: Timer | None = None
        self._keys = 0

    def left(self) -> Unsaved | None:
        """Give what an editor of the note left unsaved that is gone, unless the file holds it."""
        while (unsaved := self._swap.take()) is not None:
            if unsaved.data != self._screen.editing.disk:
                return unsaved
            self._swap.discard()
        return None

    def typed(self) -> None:
        """Take note of a key: what is typed is kept soon, or at once after many."""
        self._keys += 1
        if self._keys >= SWAP_KEYS:
            self.keep()
        elif self._due is None:
            self._due = self._screen.set_timer(SWAP_SECONDS, self.keep)

    def keep(self) -> None:
        """Write what is typed into the swap file, in a thread."""
        self._keys = 0
        if self._due is not None:
            self._due.stop()
            self._due = None
        if not self._screen.is_changed:
            self._swap.discard()
            return
        write = partial(self._swap.write, self._unsaved())
        in_background(self._screen, write, _ignore, group="swap")

    def keep_now(self) -> bool:
        """Write what is typed into the swap file before this returns; tell whether it is there."""
        try:
            self._swap.write(self._unsaved(), durable=True)
        except NotekeepError as error:
            show_error(self._screen, error)
            return False
        return True

    def discard(self) -> None:
        """Remove what is kept: it is saved, or not wanted."""
        self._swap.discard()

    def let_go(self) -> None:
        """Leave what is kept to the next editor: this one is closed."""
        self._swap.release()

    def _unsaved(self) -> Unsaved:
        area, editing = self._screen.area, self._screen.editing
        content = editing.content(area.lines)
        return Unsaved.of(self._screen.path, content, editing.base, area.cursor_location)


def _ignore(_: object) -> None:
    """Take an answer that nothing follows from."""
