"""Update catalog and full text from the files."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from notekeep.catalog.indexer import Indexer, RefreshResult
from notekeep.errors import NotekeepError, Problem

if TYPE_CHECKING:
    from notekeep.catalog.attached_text import AttachedTexts
    from notekeep.notes.workspace import Workspace
    from notekeep.search.whoosh_index import WhooshIndex
    from notekeep.storage.content import OutsideVersion
    from notekeep.storage.history import History

SAVED_NOTES = 5
"""The maximum number of saved notes to index immediately; more are indexed when idle."""

ANSWER_BUDGET = 500
"""The maximum number of changed notes to index before an answer; with more, it has a message."""


class IndexService:
    """Refreshes of one vault's index."""

    words_at_once = ANSWER_BUDGET
    """The maximum number of changed notes to add to the full text immediately."""

    def __init__(
        self,
        workspace: Workspace,
        open_full_text: Callable[[], WhooshIndex],
        open_history: Callable[[], History],
        *,
        is_copy: bool = False,
    ) -> None:
        """With `is_copy`, versions of the files are not stored in history."""
        self.root = workspace.root
        self.catalog = workspace.catalog
        self._settings = workspace.settings
        self._open_full_text = open_full_text
        self._open_history = open_history  # lazy, because opening it reads the journal
        self.indexer = Indexer(
            self.root,
            self.catalog,
            open_full_text,
            workspace.schema,
            None if is_copy else self.record_outside,
            self._find_own,
        )

    def record_outside(self, versions: list[OutsideVersion]) -> list[Problem]:
        """Store versions by other programs in history; return problems instead of raising."""
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
    ) -> RefreshResult:
        """Update the index from the files.

        Args:
            full: Delete the index and build it again.
            verify: Read every file, even if it looks unchanged.
            forget_missing: The user confirmed that many notes were deleted.
            words: Also update the full text, which only `search` needs.
            for_answer: Skip changed notes over ANSWER_BUDGET; `pending` is their number.
            defer: Like `for_answer`, and also update part of the full text later; `deferred` is
                then set.
            progress: Called repeatedly with the number of finished notes and the total.
        """
        # A search waits for the first full-text index, but not for all changes.
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

    def refresh_for_search(self) -> WhooshIndex:
        """Update the full text and return it."""
        full_text = self._open_full_text()
        if self.catalog.dirty() or full_text.generation is None:
            self.refresh(for_answer=True)
        return full_text

    def index_few_saved(self) -> None:
        """Index the saved notes if there are only a few; each takes about 10 ms."""
        is_few = 0 < len(self.catalog.dirty()) <= SAVED_NOTES
        if is_few and self._open_full_text().generation is not None:
            self.indexer.index_few()

    def refresh_attached(self) -> None:
        """Read new and changed attached files, and index the notes that link to them."""
        if self.attached.refresh():
            self.refresh()

    @cached_property
    def attached(self) -> AttachedTexts:
        """The texts of attached files, which only the indexing process refreshes."""
        from notekeep.catalog.attached_text import AttachedTexts  # not needed for most commands

        return AttachedTexts(self.root, self._settings, self.catalog)

    @property
    def needs_process(self) -> bool:
        """Whether the indexing process has work other than changed notes."""
        return self._open_full_text().should_merge or self.attached.is_outdated()

    def index_written(self) -> list[str]:
        """Index the written files; return messages on failure."""
        # Do not raise: the files are written, and a retry would write them twice.
        try:
            self.refresh(words=False)
        except NotekeepError as error:
            return [f"Saved, but not indexed yet: {error.message}", error.hint]
        return []
