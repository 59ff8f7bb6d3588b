"""Changes of notes: each is a plan that is applied; `plan` alone shows what would be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.errors import Conflict
from notekeep.notes.plan import apply_plan
from notekeep.notes.workspace import Workspace
from notekeep.storage.open_folder import NameTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from notekeep.markdown.field_values import Value
    from notekeep.markdown.schema import Schema
    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.services.habits import HabitService
    from notekeep.services.indexing import IndexService
    from notekeep.services.search import SearchService
    from notekeep.settings import VaultSettings
    from notekeep.storage.history import History

MAX_RETRIES = 5
"""How often a line is added again where others write into the same note."""


class NoteService:
    """Changes of the notes of one vault."""

    def __init__(
        self,
        root: str,
        settings: VaultSettings,
        schema: Schema,
        search: SearchService,
        habits: HabitService,
        indexing: IndexService,
        open_history: Callable[[], History],
    ) -> None:
        self.root = root
        self.plan = Workspace(Path(root), settings, schema, search.catalog)
        self.search = search
        self.habits = habits
        self.indexing = indexing
        self._open_history = open_history  # a plan that is only shown needs none

    def apply(self, plan: WritePlan) -> WriteResult:
        """Write a plan as one step that `undo` takes back, and index what it wrote.

        Raises:
            Conflict: A file is no longer what it was; both versions are kept.
            Failure: The system did not let us; nothing is half-written.
        """
        done = apply_plan(plan, self.root, self._open_history())
        return done._replace(remarks=[*done.remarks, *self.indexing.record_written()])

    def create(
        self,
        kind: str,
        title: str,
        *,
        fields: Mapping[str, Value] | None = None,
        tags: Sequence[str] = (),
        body: str = "",
    ) -> WriteResult:
        """Make a new note, named by its title, in the folder of its kind.

        Raises:
            UsageError: There is no such kind.
            Refused: The title gives no name that a file can have.
        """
        return self.apply(self.plan.new(kind, title, fields=fields, tags=tags, body=body))

    def review(self, span: str = "week") -> WriteResult:
        """Write the last week or month of habits as a note for the person to finish.

        `span` is `week` or `month`, and after it any day in the one that is meant.

        Raises:
            UsageError: It is neither, or days that have not come yet.
            Refused: There is a review of those days already.
        """
        return self.apply(self.plan.review(self.habits.tracker, span))

    def add(self, text: str, to: str = "") -> WriteResult:
        """Add a line to a note or one of its sections (`NOTE#Section`), by default today's.

        Where another program wrote there first, it is added to what that wrote.

        Raises:
            Conflict: Others were quicker each time, or one saved at the same moment.
        """
        for _ in range(MAX_RETRIES):
            try:
                return self.apply(self.plan.add(text, to))
            except NameTaken:
                pass  # today's note was made meanwhile
            except Conflict as error:
                if error.copy:
                    raise
        return self.apply(self.plan.add(text, to))

    def attach(self, name: str, file: str) -> WriteResult:
        """Copy a file into the attachments and link it at the end of a note."""
        return self.apply(self.plan.attach(name, file))

    def set_fields(
        self, paths: Iterable[str], changes: Sequence[str], *, force: bool = False
    ) -> WriteResult:
        """Edit front matter: `rating=5`, `author+=Ann`, `genre-=old`, `status=` (delete)."""
        return self.apply(self.plan.set_fields(paths, changes, force=force))

    def tag(
        self, paths: Iterable[str], add: Sequence[str], remove: Sequence[str] = ()
    ) -> WriteResult:
        """Add and remove tags in the front matter of notes."""
        return self.apply(self.plan.tag(paths, add, remove))

    def link_mentions(self, name: str) -> WriteResult:
        """Link the places where notes name a note without linking to it."""
        return self.apply(
            self.plan.link_mentions(self.search.resolve(name), self.search.mentions(name))
        )

    def rename(self, name: str, title: str) -> WriteResult:
        """Give a note another title and file name; links to it follow."""
        return self.apply(self.plan.rename(name, title))

    def move(self, name: str, folder: str) -> WriteResult:
        """Move a note into another folder of the vault; links to it follow."""
        return self.apply(self.plan.move(name, folder))

    def delete(self, name: str) -> WriteResult:
        """Move a note to the vault's trash."""
        return self.apply(self.plan.delete(name))

    def toggle_task(self, path: str, line: int, text: str = "") -> WriteResult:
        """Tick or untick the task on a line of a note, counted from 1 in the whole file.

        With `text`, what the task says, it is found again when its line has moved.

        Raises:
            NotFound: There is no such task any more.
        """
        return self.apply(self.plan.toggle_task(path, line, text))
