"""Titles for what is being typed, found in a thread so that no key waits for them."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from notekeep.tui.jobs import in_background

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode

    from notekeep.index.found import Found
    from notekeep.vault import Vault

QUICK = 0.05
"""Seconds up to which titles are looked for at every letter."""
PAUSE = 0.1
"""Seconds without a key after which they are looked for where that takes longer."""


class Titles:
    """The titles, aliases and tags that the last text typed may be about; see `Vault.suggest`."""

    def __init__(
        self, node: DOMNode, vault: Vault, show: Callable[[str, Found], object], limit: int
    ) -> None:
        """Prepare.

        Args:
            node: Where it is typed; when it goes, the answer is dropped.
            vault: Whose notes.
            show: Shows the answer, with the text it is for.
            limit: How many notes at most.
        """
        self._node, self._vault, self._show, self._limit = node, vault, show, limit
        self._turn = 0
        self._finding = threading.Lock()
        self._spent: list[float] = []
        self._awaited: tuple[str, str] | None = None

    def ask(self, typed: str, query: str | None = None) -> None:
        """Ask for the titles of a text; those of a text before that are still missing are dropped.

        Args:
            typed: The text.
            query: What to ask, where that is more than the text.
        """
        self._turn += 1
        self._awaited = typed, typed if query is None else query
        in_background(
            self._node,
            partial(self._find, self._turn, self._awaited[1]),
            partial(self._found, self._turn),
            group="titles",
            exclusive=True,
            # The answer to a letter would keep that to the next one waiting.
            pause=0.0 if self._is_quick else PAUSE,
        )

    def drop(self) -> None:
        """Want no answer any more."""
        self._turn += 1
        self._awaited = None

    @property
    def are_shown(self) -> bool:
        """Whether none are on their way."""
        return self._awaited is None

    def _find(self, turn: int, query: str) -> Found | None:
        # Of many keys in one moment only the last one's answer is worth finding: it does not stand
        # in a line behind those of the others.
        with self._finding:
            if turn != self._turn:
                return None
            begun = time.thread_time()
            found = self._vault.suggest(query, limit=self._limit)
            self._spent = [*self._spent[-1:], time.thread_time() - begun]
            return found

    @property
    def _is_quick(self) -> bool:
        """Whether titles are found quickly in this vault; the first time is none to go by."""
        return len(self._spent) < 2 or min(self._spent) <= QUICK

    def _found(self, turn: int, found: Found | None) -> None:
        if found is None or turn != self._turn or self._awaited is None:
            return
        typed, self._awaited = self._awaited[0], None
        self._show(typed, found)
