"""Changes of notes: every one is a plan carried out; `plan` alone shows what would be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Conflict, NotekeepError
from notekeep.services.search import SearchService

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from notekeep.markdown.field_values import Value
    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.services.history import TakenStep

ADDED_AGAIN = 5
"""How often a line is added anew where others write into the same note."""


class NoteService(SearchService):
    """The changes, and the way back."""

    def carry_out(self, plan: WritePlan) -> WriteResult:
        """Write a plan as one step that `undo` takes back, and take it into the catalog.

        Raises:
            Conflict: A file is no longer what it was; both versions are kept.
            Failure: The system did not let us; nothing is half-written.
        """
        from notekeep.notes.plan import apply_plan

        done = apply_plan(plan, self.root, self.history)
        return done._replace(remarks=[*done.remarks, *self._taken_in()])

    def _taken_in(self) -> list[str]:
        """Take what was written into the catalog; say why, where that cannot be done now.

        The files are written and the step is noted by then: to fail would say that they are not,
        and what is done again would be there twice.
        """
        try:
            self.refresh(words=False)
        except NotekeepError as error:
            return [f"it is written; the index does not know yet: {error.message}", error.hint]
        return []

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
        return self.carry_out(self.plan.new(kind, title, fields=fields, tags=tags, body=body))

    def review(self, words: str = "week") -> WriteResult:
        """Write the last week or month of habits as a note for the person to finish.

        Args:
            words: `week` or `month`, and after it any day in the one that is meant.

        Raises:
            UsageError: The words mean neither, or days that have not come yet.
            Refused: There is a review of those days already.
        """
        return self.carry_out(self.plan.review(self.habit_index, words))

    def add(self, text: str, to: str = "") -> WriteResult:
        """Add a line to a note or one of its sections (`NOTE#Section`), by default today's.

        Where another program wrote there first, it is added to what that wrote.

        Raises:
            Conflict: Others were quicker each time, or one saved at the same moment.
        """
        from notekeep.storage.open_folder import NameTaken

        for _ in range(ADDED_AGAIN):
            try:
                return self.carry_out(self.plan.add(text, to))
            except NameTaken:
                pass  # today's note was made meanwhile
            except Conflict as error:
                if error.copy:
                    raise
        return self.carry_out(self.plan.add(text, to))

    def attach(self, name: str, file: str) -> WriteResult:
        """Copy a file into the attachments and link it at the end of a note."""
        return self.carry_out(self.plan.attach(name, file))

    def set_fields(
        self, paths: Iterable[str], changes: Sequence[str], *, force: bool = False
    ) -> WriteResult:
        """Edit front matter: `rating=5`, `author+=Ann`, `genre-=old`, `status=` (delete)."""
        return self.carry_out(self.plan.set_fields(paths, changes, force=force))

    def tag(
        self, paths: Iterable[str], add: Sequence[str], remove: Sequence[str] = ()
    ) -> WriteResult:
        """Add and remove tags in the front matter of notes."""
        return self.carry_out(self.plan.tag(paths, add, remove))

    def link_mentions(self, name: str) -> WriteResult:
        """Make links of the places where notes say a note's name without linking to it."""
        return self.carry_out(self.plan.link_mentions(self.resolve(name), self.mentions(name)))

    def rename(self, name: str, title: str) -> WriteResult:
        """Give a note another title and file name; links to it follow."""
        return self.carry_out(self.plan.rename(name, title))

    def move(self, name: str, folder: str) -> WriteResult:
        """Move a note into another folder of the vault; links to it follow."""
        return self.carry_out(self.plan.move(name, folder))

    def delete(self, name: str) -> WriteResult:
        """Move a note to the vault's trash."""
        return self.carry_out(self.plan.delete(name))

    def toggle_task(self, path: str, line: int, text: str = "") -> WriteResult:
        """Tick or untick the task on a line of a note, counted from 1 in the whole file.

        Args:
            path: The note.
            line: The line.
            text: What the task says; with it the task is found again when its line has moved.

        Raises:
            NotFound: There is no such task any more.
        """
        return self.carry_out(self.plan.toggle_task(path, line, text))

    def undo(self, count: int = 1) -> list[TakenStep]:
        """Take back the newest steps, check-ins included; give what was taken back.

        Raises:
            NotFound: There is nothing to take back.
            Conflict: A file changed since in the same place; that step was not taken back.
        """
        taken = self.steps.undo(count)
        self._taken_in()
        return taken

    def redo(self) -> TakenStep:
        """Do the step again that was taken back last."""
        step = self.steps.redo()
        self._taken_in()
        return step
