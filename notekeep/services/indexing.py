"""Bring catalog and full text up to date with the files, or what an answer needs of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from notekeep.catalog.indexer import Indexer, Refreshed
from notekeep.errors import NotekeepError, Problem

if TYPE_CHECKING:
    from notekeep.notes.workspace import Workspace
    from notekeep.search.whoosh_index import WhooshIndex
    from notekeep.storage.content import OutsideVersion
    from notekeep.storage.history import History

SAVED_NOTES = 5
"""So many notes that were just saved are indexed before an answer; more when it is quiet."""

ANSWER_BUDGET = 500
"""With more changed notes than this an answer comes from what is there, and says so."""


class IndexService:
    """Refreshes of one vault's index."""

    words_at_once = ANSWER_BUDGET
    """Of more changed notes than this the full text is left for later too."""

    def __init__(
        self,
        workspace: Workspace,
        open_full_text: Callable[[], WhooshIndex],
        open_history: Callable[[], History],
    ) -> None:
        self.root = workspace.root
        self.catalog = workspace.catalog
        self._open_full_text = open_full_text
        self._open_history = open_history  # recovery reads the journal: only when it is needed
        self.indexer = Indexer(
            self.root,
            self.catalog,
            open_full_text,
            workspace.schema,
            self.record_outside,
            self._find_own,
        )

    def record_outside(self, versions: list[OutsideVersion]) -> list[Problem]:
        """Keep what other programs wrote; return what could not be kept: no index waits for it."""
        try:
            self._open_history().record_outside_versions(versions)
        except NotekeepError as error:
            message = f"Cannot save its content in history: {error.message}"
            return [Problem(one.path, None, message, error.hint, "history") for one in versions]
        return []

    def _find_own(self, paths: list[str]) -> set[str]:
        try:
            return self._open_history().find_removed(paths)
        except NotekeepError:
            return set()

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
            forget_missing: It is meant that many notes are gone at once.
            words: Update the full text too, which only `search` needs.
            for_answer: Leave more than ANSWER_BUDGET changed notes for later; `pending` says so.
            defer: Leave them, and the full text of more notes, for the background; `deferred` says
                so.
            progress: Called now and then with the notes done and their total.
        """
        # An answer that needs the words waits for an index, though not for all that is new in it.
        has_words = words and for_answer and self._open_full_text().generation is not None
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
            self._open_history().sweep_temps(self.root, refreshed.changes.temps)
        return refreshed

    def ready_for_search(self) -> WhooshIndex:
        """Return the full text with what changed in it."""
        full_text = self._open_full_text()
        if self.catalog.dirty() or full_text.generation is None:
            self.refresh(for_answer=True)
        return full_text

    def index_saved(self) -> None:
        """Index what was saved a moment ago, which costs some 10 ms a note."""
        is_few = 0 < len(self.catalog.dirty()) <= SAVED_NOTES
        if is_few and self._open_full_text().generation is not None:
            self.indexer.index_saved()

    def record_written(self) -> list[str]:
        """Index what was just written; return why, where that cannot be done now."""
        # The files are written and the step is noted: to fail would say that they are not, and what
        # is done again would be there twice.
        try:
            self.refresh(words=False)
        except NotekeepError as error:
            return [f"saved, but not indexed yet: {error.message}", error.hint]
        return []
