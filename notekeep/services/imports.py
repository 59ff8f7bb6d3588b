"""Imports from other programs: what `notekeep import` and the interface ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError

if TYPE_CHECKING:
    from notekeep.importing.import_plan import ImportPlan
    from notekeep.importing.import_state import ImportOptions
    from notekeep.notes.workspace import Workspace
    from notekeep.services.indexing import IndexService
    from notekeep.storage.history import History
    from notekeep.tracking.tracker import HabitIndex

MAX_VERSIONS = 50
"""How many earlier versions of a note are searched for what a passage was imported as."""


class ImportService:
    """Imports into one vault."""

    def __init__(
        self,
        workspace: Workspace,
        indexing: IndexService,
        tracker: HabitIndex,
        open_history: Callable[[], History],
    ) -> None:
        self.workspace = workspace
        self.indexing = indexing
        self.tracker = tracker
        self._open_history = open_history

    def plan(
        self,
        paths: Sequence[str],
        format_id: str = "",
        *,
        options: ImportOptions | None = None,
        on_read: Callable[[str], None] = lambda _: None,
    ) -> ImportPlan:
        """Plan an import of files, folders and archives; `notes.apply` writes its plan.

        Args:
            paths: What the person gives.
            format_id: The format of all files; "" finds out.
            options: What the person asks for besides.
            on_read: Called with each file before it is read; what it raises cancels the import.

        Raises:
            NotFound: There is no such file.
            UsageError: A path is of no format that is known.
            Ambiguous: A file could be of several formats.
            Refused: An archive cannot be trusted.
        """
        # Every reader is imported with it.
        from notekeep.importing.import_plan import plan_import

        # What a step that was killed left is taken back before it is read as if it were there.
        self._open_history()
        self.indexing.refresh(words=False)
        return plan_import(
            self.workspace,
            self.tracker,
            paths,
            format_id=format_id,
            options=options,
            earlier=self._earlier,
            on_read=on_read,
        )

    def _earlier(self, path: str) -> Iterator[bytes]:
        """Yield the versions of a note that history has, newest first."""
        history = self._open_history()
        for version in history.versions(path)[:MAX_VERSIONS]:
            try:
                yield history.blobs.read(version.digest)
            except NotekeepError:
                continue
