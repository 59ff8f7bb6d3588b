"""Plans an import: reads the files, then plans each record."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from notekeep.errors import UsageError
from notekeep.importing.formats import find_formats
from notekeep.importing.formats.reading import MAX_PAGE_TEXT, MAX_PAGES, check_count
from notekeep.importing.habit_import import VERB, HabitPlanner
from notekeep.importing.import_state import (
    COUNTS,
    HabitRow,
    ImportOptions,
    ImportRow,
    ImportState,
    TextConflict,
    format_counts,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.note_import import NotePlanner
from notekeep.importing.records import Bookmark, Format, Loss, Page, Work
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.notes.workspace import Workspace
from notekeep.tracking.tracker import HabitIndex


class ImportPlan(NamedTuple):
    """A planned import, with a row for each note or habit."""

    formats: tuple[Format, ...]
    rows: tuple[ImportRow, ...]
    losses: tuple[Loss, ...]
    plan: WritePlan
    inputs: ExitStack  # open files and archives

    def close(self) -> None:
        """Close the files. Call it after the plan is applied or discarded."""
        self.inputs.close()

    @property
    def habits(self) -> list[HabitRow]:
        """The habits. An import has either habits or notes."""
        return [row for row in self.rows if isinstance(row, HabitRow)]

    @property
    def changes(self) -> list[TextConflict]:
        """Texts that both the source and the user changed."""
        return [change for row in self.rows for change in row.changes]

    @property
    def questions(self) -> list[ImportRow]:
        """Works that match several notes. The user must choose a note for each."""
        return [row for row in self.rows if row.choices]

    def counts(self) -> dict[str, int]:
        """Return the total for each key of `COUNTS`."""
        counts = (row.counts for row in self.rows)
        total = sum(counts, Counter({"notes": sum(row.is_new for row in self.rows)}))
        return {name: total[name] for name in COUNTS}

    def summarize(self) -> str:
        """Return the totals as text."""
        return format_counts(self.counts()) or "everything is up to date"


def plan_import(
    workspace: Workspace,
    tracker: HabitIndex,
    paths: Sequence[str],
    *,
    format_id: str = "",
    options: ImportOptions | None = None,
    earlier: Callable[[str], Iterable[bytes]] = lambda _: (),
    on_read: Callable[[str], None] = lambda _: None,
) -> ImportPlan:
    """Plan an import, as `ImportService.plan`. `earlier` returns the versions of a note."""
    state = ImportState(workspace, options or ImportOptions(), earlier, on_read)
    formats: list[Format] = []
    plan: WritePlan | None = None
    with ExitStack() as stack:
        for path in paths:
            files = stack.enter_context(InputFiles(path, on_read))
            for loss in files.losses:
                state.add_loss(loss)
            files.columns = state.options.columns
            files.id_column = state.options.id_column
            for form, names in find_formats(
                files, format_id, only_habits=state.options.only_habits
            ):
                files.detected = names
                formats.append(form)
                if not form.is_for_habits:
                    _plan_records(state, form, files)
                elif len(paths) > 1:
                    hint = f"For example: notekeep import {shlex.quote(path)}"
                    raise UsageError(f"{path} has habits. Import them alone.", hint)
                else:
                    plan = HabitPlanner(state, tracker, form, files).plan()
        plan = plan or _make_plan(state, formats)
        return ImportPlan(
            tuple({form.id: form for form in formats}.values()),
            tuple(state.rows),
            tuple(state.losses.values()),
            plan,
            stack.pop_all() if plan.copies else ExitStack(),
        )


def _plan_records(state: ImportState, form: Format, files: InputFiles) -> None:
    works: dict[str, Work] = {}
    pages: dict[str, Page] = {}
    bookmarks: list[Bookmark] = []
    count = size = 0
    for record in form.read(files):
        count += len(record.passages) if isinstance(record, Work) else isinstance(record, Bookmark)
        check_count(count, "passages or links")
        if isinstance(record, Loss):
            state.add_loss(record)
        elif isinstance(record, Page):
            pages.setdefault(record.key, record)
            size += len(record.body)
            check_count(len(pages), "notes", MAX_PAGES)
            check_count(size, "characters of notes", MAX_PAGE_TEXT)
        elif isinstance(record, Bookmark):
            bookmarks.append(record)
        elif isinstance(record, Work):
            known = works.setdefault(record.ids[0], record)
            if known is not record:
                # Several files may contain parts of the same work.
                known.passages += record.passages
    for work in works.values():
        live = {passage.key for passage in work.passages if not passage.is_deleted}
        # A deleted copy of a passage must not delete the other copy.
        passages = (item for item in work.passages if not item.is_deleted or item.key not in live)
        work.passages = list({passage.key: passage for passage in passages}.values())
    if bookmarks:
        page = Page(f"{form.id}:links", f"Links from {form.title}", "", bookmarks=bookmarks)
        pages[page.key] = page
    NotePlanner(state, form, files).plan([*works.values(), *pages.values()])


def _make_plan(state: ImportState, formats: Iterable[Format]) -> WritePlan:
    title = ", ".join(dict.fromkeys(form.title for form in formats))
    count = sum(row.is_changed for row in state.rows)
    plan = WritePlan(VERB, f"{count} {'note' if count == 1 else 'notes'} from {title}", whole=True)
    for path in list(state.notes):
        note = state.notes.pop(path)  # to free its memory
        after = note.result()
        if after != note.before:
            plan.changes.append(NoteChange(note.path, note.before, after))
    plan.copies = list(state.copies.values())
    for ledger in state.ledgers.values():
        if change := ledger.change():
            plan.changes.append(change)
    for path, error in state.refused:
        plan.refuse(path, error)
    return plan
