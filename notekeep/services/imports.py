"""Imports from other programs, for `notekeep import` and the app."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, Refused
from notekeep.notes.capture import plan_new

if TYPE_CHECKING:
    from notekeep.importing.import_plan import ImportPlan
    from notekeep.importing.import_state import ImportOptions
    from notekeep.notes.plan import WritePlan
    from notekeep.notes.workspace import Workspace
    from notekeep.services.indexing import IndexService
    from notekeep.storage.history import History
    from notekeep.tracking.tracker import HabitIndex

MAX_VERSIONS = 50
"""The number of earlier versions of a note to search for the imported text of a passage."""


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
            paths: Files, folders and archives.
            format_id: The format of all files; "" to detect it.
            options: The options of the command.
            on_read: Called with the next file or progress. It can raise to cancel the import.

        Raises:
            NotFound: A file does not exist.
            UsageError: A path is in no known format.
            Ambiguous: A file could be in several formats.
            Refused: An archive is suspicious, or a file of habits is damaged.
        """
        # Slow to import, because it imports all readers.
        from notekeep.importing.import_plan import plan_import

        # Opening history finishes interrupted steps.
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

    def plan_clip(
        self,
        name: str,
        data: bytes,
        *,
        address: str = "",
        tags: Sequence[str] = (),
        again: bool = False,
    ) -> WritePlan:
        """Plan a note with the text of a web page; see `read_web_page`.

        It has the tag `clippings`, as the notes of Obsidian's Web Clipper. Raises Refused if a note
        already has the address of the page, unless `again` is set.
        """
        # Their libraries are slow to import.
        from notekeep.importing.matching import NoteMatcher
        from notekeep.importing.web_page import read_web_page

        title, body, fields = read_web_page(name, data, address)
        self.indexing.refresh(words=False)
        if not again and (path := NoteMatcher(self.workspace).find((), dict(fields))):
            raise Refused(
                f"{path} already has the page {fields['url']}.",
                "`--again` saves it as another note.",
            )
        tags = tuple(dict.fromkeys(("clippings", *tags)))
        return plan_new(self.workspace, "note", title, fields=fields, tags=tags, body=body)

    def _earlier(self, path: str) -> Iterator[bytes]:
        history = self._open_history()
        for version in history.versions(path)[:MAX_VERSIONS]:
            try:
                yield history.blobs.read(version.digest)
            except NotekeepError:
                continue
