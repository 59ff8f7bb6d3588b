"""Import: the plan of an import with updates, new notes and losses; `w` writes it."""

from __future__ import annotations

import os
import time
from asyncio import CancelledError
from contextlib import closing
from functools import partial
from itertools import groupby
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import Worker, get_current_worker

from notekeep.errors import NotFound
from notekeep.importing.import_plan import ImportPlan
from notekeep.importing.import_state import ImportOptions, format_counts, format_loss
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.clipboard import pasted_paths
from notekeep.tui.completion import PathSuggester
from notekeep.tui.dialogs.dialog import Choice, Option, OptionRows, Prompt, ask, open_dialog
from notekeep.tui.keyboard import bindings
from notekeep.tui.messages import OpenNote, ShowOverlay, WorkStatus
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.list_rows import error_lines
from notekeep.tui.render.note_rows import band_lines
from notekeep.tui.render.styled_text import Piece, StyledLine, wrap_line
from notekeep.tui.render.text_diff import changes_lines, compare
from notekeep.tui.screens.note_operations import open_in_editor
from notekeep.tui.screens.vault_screen import OverlayScreen
from notekeep.tui.workers import (
    WRITE_GROUP,
    in_background,
    notify_done,
    show_error,
    show_message,
    work_status,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.dom import DOMNode

    from notekeep.errors import NotekeepError
    from notekeep.notes.plan import NoteChange, WriteResult
    from notekeep.tui.render.glyphs import Glyphs

GROUPS = {"Updates": "~", "New notes": "+", "To decide": "!", "Unchanged": "=", "Left out": "-"}
"""The groups of the list, with the symbol of their rows."""
MAX_QUOTES = 5  # new passages to show above the changes of a note
REPORT_SECONDS = 0.1
NEW_NOTE = "\0new"  # an answer that cannot be a note's path


def ask_import(node: DOMNode, paths: str = "") -> None:
    """Ask for files, and show the plan to import them."""

    def check(typed: str) -> list[str]:
        found = [os.path.abspath(path) for path in pasted_paths(typed)]
        for path in found or [""]:
            if not os.path.exists(path):
                text = f"There is no file {path}." if path else "No file given."
                raise NotFound(text, "Type the path of a file.")
        return found

    hint = "Files, folders or archives; nothing is written yet. → completes a name."
    suggester = PathSuggester()
    prompt = Prompt("Import", value=paths, hint=hint, example="~/Downloads/", suggester=suggester)

    def show(found: list[str]) -> None:
        node.post_message(ShowOverlay("import", *found))

    open_dialog(node, prompt, check, show, group="import")


class PlanRow(NamedTuple):
    """A row of the list."""

    group: str
    title: str
    about: str
    lines: Sequence[Piece]  # the text above the changes
    path: str = ""
    id: str = ""
    choices: Sequence[str] = ()  # the notes that may match
    take: Sequence[str] = ()  # IDs of conflicting changes of the source
    place: str = ""  # the location in the source


def plan_rows(found: ImportPlan) -> Iterator[PlanRow]:
    """Yield a row for each work, refusal and loss of an import."""
    losses = [(format_loss(loss), loss) for loss in found.losses]
    for row in found.rows:
        if row.is_skipped:
            lines = [Piece("Left out by you. x includes it again.", "muted")]
            yield PlanRow("Left out", row.title, "by you", lines, "", row.id)
        if row.choices:
            lines = [Piece("Left out, because it could be several notes. m chooses one.", "warn")]
            lines += [Piece(path, "muted") for path in row.choices]
            yield PlanRow("To decide", row.title, "which note?", lines, "", row.id, row.choices)
        if not row.path and not row.counts:
            continue  # a question or a refusal
        about = format_counts(row.counts)
        lines = [Piece(" · ".join(filter(None, (row.author, about))), "muted")]
        if row.is_guess:
            lines.append(Piece("Matched by title and author. m makes a new note instead.", "muted"))
        lost = [text for text, loss in losses if loss.title == row.title]
        lines += [Piece(f"Not imported, or only in part: {text}", "warn") for text in lost]
        kept = ", ".join(row.kept_fields)
        lines += [Piece(f"Kept yours: {kept}", "muted")] * bool(kept)
        if row.changes:
            lines.append(Piece("The source changed this too. Yours stays; t uses theirs.", "warn"))
        for change in row.changes:
            lines += [Piece(f"- {change.theirs}", "removed"), Piece(f"+ {change.yours}", "added")]
        group = "New notes" if row.is_new else "Updates" if row.is_changed else "Unchanged"
        group = "To decide" if row.changes else group if row.path else "Left out"
        choices = [row.path] if row.is_guess else []
        take = [change.id for change in row.changes]
        yield PlanRow(group, row.title, about, lines, row.path, row.id, choices, take)
    for problem in found.plan.refused:
        lines = [Piece(problem.message, "warn"), Piece(problem.hint, "muted")]
        yield PlanRow("Left out", problem.path, "refused", lines)
    for text, loss in losses:
        place = f"first at {loss.place}" if loss.place and loss.times > 1 else loss.place
        lines = [
            Piece(line, "muted") for line in ("Not imported, or only in part", loss.title, place)
        ]
        yield PlanRow("Left out", text, loss.title, lines, place=loss.place)


class ImportScreen(OverlayScreen):
    """The notes of an import in groups; the changes to the selected note on the right.

    The plan is recreated when the vault changes, so `w` writes the visible plan.
    """

    BINDINGS = bindings("import", "over")
    OPENED_BY = "import-files"
    PLACE = "import"
    ROW_ACTIONS = ("write-import", "match-note", "take-source", "skip-row", "open-source")

    state: Worker[None] | ImportPlan | Event | None = None
    """The worker that reads the files, the visible plan, or the event that stops writing."""
    _rows: Sequence[PlanRow] = ()
    _reported_at = 0.0

    def __init__(self, *paths: str) -> None:
        self.works = OptionRows()
        super().__init__(self.works)
        self.works.placeholder = [[Piece("Nothing to import", "muted")]]
        self.paths = paths
        self.subject = "\n".join(paths)
        self._options = ImportOptions()

    @property
    def row(self) -> PlanRow | None:
        return self._rows[int(self.works.value)] if self.works.value else None

    def vault_changed(self) -> None:
        if isinstance(self.state, Event):
            return  # the files are read again after the write
        self._drop()
        self.set_status("reading")
        if not self._rows:
            self.text.show_lines([Piece("Reading …", "muted")])
        read = partial(self._read, self._options)
        self.state = in_background(self, read, self._show, group="import", failed=self.show_problem)

    def _drop(self) -> None:
        """Release the visible plan, or cancel the plan in progress."""
        match self.state:
            case Worker():
                self.state.cancel()
            case ImportPlan():
                self.state.close()
        self.state = None

    def on_unmount(self) -> None:
        self._drop()

    def _read(self, options: ImportOptions) -> ImportPlan:
        worker = get_current_worker()
        is_planned = False

        def on_read(name: str) -> None:
            # Writing reads the files again, and is stopped by an event.
            if worker.is_cancelled and not is_planned:
                raise CancelledError
            self._report(f"Reading {name}")

        with work_status(self, "Reading …"):
            found = self.vault.imports.plan(self.paths, options=options, on_read=on_read)
            is_planned = True
        if worker.is_cancelled:
            found.close()
        return found

    def _report(self, text: str) -> None:
        """Show the progress, at a readable rate."""
        if time.monotonic() - self._reported_at > REPORT_SECONDS:
            self._reported_at = time.monotonic()
            self.app.post_message(WorkStatus(text))

    def _show(self, found: ImportPlan) -> None:
        self.state = found
        is_empty = not (found.plan.changes or found.plan.copies)
        self.set_status("everything is up to date" if is_empty else "nothing written yet")
        self._list(list(plan_rows(found)))

    def _list(self, rows: Sequence[PlanRow]) -> None:
        old, self._rows, found = self.row, rows, self.state
        files = ", ".join(clean_line(os.path.basename(path)) for path in self.paths)
        options = [Option(files, found.summarize(), "")] if isinstance(found, ImportPlan) else []
        for group, sign in GROUPS.items():
            members = [
                Option(f"{sign} {row.title}", row.about, str(number))
                for number, row in enumerate(rows)
                if row.group == group
            ]
            if members:
                options += [Option("", "", "")] if options else []
                options += [Option(group, str(len(members)), ""), *members]
        at = (str(n) for n, row in enumerate(rows) if old and row.title == old.title)
        self.text.show_lines()
        self.works.show(options, next(at, ""))

    def show_problem(self, error: NotekeepError) -> None:
        self.state = None
        self._list([])
        self.show_list("", is_empty=True)
        self.text.show(partial(error_lines, error))

    def show_row(self) -> None:
        found, row, glyphs = self.state, self.row, self.glyphs
        if not isinstance(found, ImportPlan) or row is None:
            return
        changes = [change for change in found.plan.changes if change.path == row.path]
        idle = {
            "write-import": found.plan.changes or found.plan.copies,
            "match-note": row.choices,
            "take-source": row.take,
            "skip-row": row.id,
            "open-source": row.path or row.place,
        }
        self.set_idle_actions(*(name for name, use in idle.items() if not use))

        def lines(width: int) -> list[StyledLine]:
            head, about = wrap_line([Piece(clean_line(row.title), "title")], width - 2), []
            for piece in (Piece("" if changes else row.path, "muted"), *row.lines):
                if text := clean_line(piece.text):
                    about += wrap_line([piece._replace(text=text)], width - 2)
            band = band_lines([[Piece(" "), *line] for line in (*head, *about)], width, glyphs)
            quotes = [line for each in changes for line in _new_quotes(each, width, glyphs)]
            return [*band, [], *quotes, *changes_lines(changes, width, glyphs)]

        self.text.show(lines)

    def action_write_import(self) -> None:
        if not isinstance(found := self.state, ImportPlan):
            is_writing = isinstance(found, Event)
            show_message(self, "Still writing" if is_writing else "Nothing is read yet")
            return
        if not (found.plan.changes or found.plan.copies):
            show_message(self, "Nothing to write")
            return
        stop = self.state = Event()

        def should_continue(path: str) -> bool:
            self._report(f"Writing {path} · esc stops")
            return not stop.is_set()

        def write() -> WriteResult:
            with work_status(self, "Writing … · esc stops"), closing(found):
                return self.vault.notes.apply(found.plan, should_continue)

        def failed(error: NotekeepError) -> None:
            self.state = None
            show_error(self, error)
            self.vault_changed()

        def done(result: WriteResult) -> None:
            self.state = None
            is_complete = len(result.paths) == len(found.plan.changes) + len(found.plan.copies)
            text = found.plan.label if is_complete else plural(len(result.paths), "file")
            notify_done(self, f"Imported {text}", result)

        in_background(self, write, done, group=WRITE_GROUP, failed=failed)

    def action_leave_over(self) -> None:
        """Stop writing and keep the files written so far; if nothing is being written, go back."""
        if isinstance(self.state, Event):
            self.state.set()
        else:
            super().action_leave_over()

    def action_skip_row(self) -> None:
        """Skip the work or note at the cursor, or include it again."""
        row = self.row
        if row is None or not row.id:
            show_message(self, "Nothing to leave out here")
            return
        skip = set(self._options.skip) ^ {row.id}
        self._plan_with(self._options._replace(skip=skip))

    def action_open_source(self) -> None:
        """Open the note at the cursor, or the source of a loss."""
        row = self.row
        if row is not None and row.path and self.vault.catalog.row(row.path) is not None:
            self.app.post_message(OpenNote(row.path, read=True))
        elif row is not None and (place := _find_source(self.paths, row.place)):
            open_in_editor(self, place)
        else:
            show_message(self, "Not written yet" if row and row.path else "Nothing to open here")

    def action_match_note(self) -> None:
        row = self.row
        if row is None or not row.choices:
            show_message(self, "Nothing to choose here")
            return

        def chosen(value: str) -> None:
            match = {**self._options.match, row.id: value.removeprefix(NEW_NOTE)}
            self._plan_with(self._options._replace(match=match))

        options = [Option(path, "", path) for path in row.choices]
        ask(self, Choice("Which note?", [*options, Option("New note", "", NEW_NOTE)]), chosen)

    def action_take_source(self) -> None:
        """Use the source's text where both the source and the user changed it."""
        row = self.row
        if row is not None and row.take:
            self._plan_with(self._options._replace(take=[*self._options.take, *row.take]))
        else:
            show_message(self, "Not changed by you")

    def _plan_with(self, options: ImportOptions) -> None:
        self._options = options
        self.vault_changed()


def _new_quotes(change: NoteChange, width: int, glyphs: Glyphs) -> Iterator[StyledLine]:
    """Yield the passages that a change adds, as quotes."""
    pairs = compare(change.before or b"", change.after or b"").pairs
    new = [pair.after.text for pair in pairs if pair.after is not None and not pair.same]
    runs = groupby(new, lambda text: text.startswith(">"))
    quotes = [list(lines) for is_quote, lines in runs if is_quote]
    for line in (line for quote in quotes[:MAX_QUOTES] for line in (*quote, "")):
        for row in wrap_line([Piece(clean_line(line[1:].strip()), "quote")], width - 4):
            head = [Piece("+ ", "added"), Piece(f"{glyphs.quote} ", "quote-bar")] if line else []
            yield [*head, *row]
    if (more := len(quotes) - MAX_QUOTES) > 0:
        yield from ([Piece(f"{more} more", "muted")], [])


def _find_source(paths: Sequence[str], place: str) -> str:
    """Return the file of a location such as `notes.csv:12`, or "" if it is in an archive."""
    for path in paths:
        for name in (place, place.rpartition(":")[0], place.partition(", ")[0]):
            is_itself = name == os.path.basename(path)
            found = path if is_itself else os.path.join(path, name)
            if name and os.path.isfile(found):
                return found
    return ""
