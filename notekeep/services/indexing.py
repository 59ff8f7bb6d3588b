"""Bring catalog and full text up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.services.container import ServiceContainer

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.catalog.indexer import Refreshed
    from notekeep.search.whoosh_index import WhooshIndex


# What the vault does for history by itself: letting the old go.


class HistoryUpkeep(ServiceContainer):
    """The care for history."""

    def tidy(self) -> None:
        """Let old versions go where there are too many, once a day at most; for quiet moments.

        What stands in the way of it is no reason to trouble anybody: the next quiet moment comes.
        """
        from contextlib import suppress

        with suppress(NotekeepError):
            self.history.prune_daily()


# Bringing what is known of a vault up to date with its files, or what an answer needs of it.


SAVED_NOTES = 5
"""So many notes that were just saved are taken in before an answer; more when it is quiet."""

ANSWER_BUDGET = 500
"""With more changed notes than this an answer comes from what is there, and says so."""


class IndexService(HistoryUpkeep):
    """The refreshes.

    Attributes:
        words_at_once: Of more changed notes than this the full text is left for later too, where a
            refresh may leave something.
    """

    words_at_once = ANSWER_BUDGET

    def refresh(
        self,
        *,
        full: bool = False,
        verify: bool = False,
        forget_missing: bool = False,
        words: bool = True,
        for_answer: bool = False,
        defer: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Refreshed:
        """Bring the index up to date with the files.

        Args:
            full: Throw the index away and build it from the files.
            verify: Read every file, also those that look unchanged.
            forget_missing: Take it as meant that many notes are gone at once.
            words: Take changed notes into the full text too, which only `search` needs.
            for_answer: Leave more than ANSWER_BUDGET changed notes for later; `pending` says so.
            defer: Leave them, and the full text of more notes, for `background`; `deferred` says so
            progress: Called now and then with the notes done and their total.

        Returns:
            What changed, and what could not be read.
        """
        # An answer that needs the words waits for an index, though not for all that is new in it.
        has_words = words and for_answer and self.words.generation is not None
        refreshed = self.indexer.refresh(
            full=full,
            verify=verify,
            forget_missing=forget_missing,
            words=words,
            budget=ANSWER_BUDGET if for_answer or defer else None,
            words_budget=self.words_at_once if defer or has_words else None,
            progress=progress,
        )
        if refreshed.changes.temps:
            self.history.sweep_temps(self.root, refreshed.changes.temps)
        return refreshed

    def _ready_words(self) -> WhooshIndex:
        """The full text, with what changed taken in."""
        if self.catalog.dirty() or self.words.generation is None:
            self.refresh(for_answer=True)
        return self.words

    def _take_saved_in(self) -> None:
        """Take what was saved a moment ago into the full text, which costs some 10 ms a note."""
        if 0 < len(self.catalog.dirty()) <= SAVED_NOTES and self.words.generation is not None:
            self.indexer.index_saved()
