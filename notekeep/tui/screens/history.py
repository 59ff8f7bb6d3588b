"""History: the versions of a note, all steps of the vault, and the trash."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import getters
from textual.app import ComposeResult
from textual.reactive import reactive

from notekeep.markdown.note import read_note
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.restore import (
    NoteVersions,
    Traces,
    find_traces,
    find_versions,
    forget_traces,
    plan_untrash,
    plan_version,
)
from notekeep.storage.content import digest_of
from notekeep.storage.trash import TrashedFile, list_trash
from notekeep.tui.dialogs.dialog import Choice, Confirm, Option, ask
from notekeep.tui.keyboard import bindings
from notekeep.tui.messages import EditNote, ShowOverlay, VaultChanged
from notekeep.tui.page.page import NoteRendering
from notekeep.tui.page.page_lines import NoteSurroundings
from notekeep.tui.program import program
from notekeep.tui.render.formatting import name_step, plural, shorten_home, size_text
from notekeep.tui.render.list_rows import empty_lines
from notekeep.tui.render.styled_text import Piece, StyledLine, line_width, spread_line, wrap_line
from notekeep.tui.render.text_diff import (
    TextComparison,
    change_counts,
    changes_lines,
    compare,
    unified,
)
from notekeep.tui.screens.vault_screen import PREVIEW_DELAY, OverlayScreen
from notekeep.tui.widgets.bars import CHOICE_LINK, ChoiceBar
from notekeep.tui.widgets.preview import Preview
from notekeep.tui.widgets.row_lists import TimelineList, TimelineRow
from notekeep.tui.workers import WRITE_GROUP, in_background, notify_done, show_message

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from notekeep.notes.plan import WriteResult
    from notekeep.services.history import HistoryStep, StepDetails
    from notekeep.storage.operation_log import Version
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.line_view import DiffView
    from notekeep.vault import Vault


CHANGE_VIEW, SINCE_VIEW, TEXT_VIEW = "This change", "Since then", "Text"
VIEWS = {CHANGE_VIEW: "Change", SINCE_VIEW: "Since", TEXT_VIEW: "Text"}
"""The views, with their short names."""
COUNTS_WIDTH = len(" +123 -123")  # the width of most line counts

CURRENT_VERSION = "now"  # the key of the file's text if it is not in history yet

VERBS = {"": "first seen", "seen": "elsewhere"}
"""Names of versions that notekeep did not write."""

NAMED_VERBS = frozenset({"set", "tag", "tags", "rename", "mv", "tick", "undo", "redo", "restore"})
"""Verbs whose label contains more than the name of the note."""


class _ViewTabs(ChoiceBar):
    """The views in a row, the current one highlighted."""

    about: reactive[StyledLine] = reactive(list)

    def draw(self, width: int) -> StyledLine:
        # Reserve space for the counts before they are known, so that the tabs do not move.
        room = width - max(COUNTS_WIDTH, line_width(self.about) + 1)
        tabs = self._tabs("   ", list(VIEWS))
        if line_width(tabs) > room:
            tabs = self._tabs("  ", list(VIEWS.values()))
        return spread_line(tabs, self.about, width)

    def _tabs(self, gap: str, names: Sequence[str]) -> StyledLine:
        tabs: StyledLine = []
        for view, name in zip(VIEWS, names, strict=True):
            role = "active" if view == self.chosen else "muted"
            tabs += [*([Piece(gap)] if tabs else []), Piece(name, role, CHOICE_LINK + view)]
        return tabs


class HistoryScreen(OverlayScreen):
    """The versions of a note; the changes or the text of the selected version on the right."""

    BINDINGS = bindings("history", "over")
    OPENED_BY = "history"
    PLACE = "history"

    versions: TimelineList
    note = getters.query_one(Preview)
    views = getters.query_one(_ViewTabs)

    def __init__(self, path: str) -> None:
        self.versions = TimelineList()
        super().__init__(self.versions)
        self.path = self.subject = path
        self._past: NoteVersions | None = None

    def compose_text(self) -> ComposeResult:
        yield _ViewTabs(list(VIEWS), CHANGE_VIEW)
        yield from super().compose_text()
        yield Preview(id="version")

    def on_mount(self) -> None:
        self.watch(self.views, "chosen", self._choose, init=False)

    @property
    def reading(self) -> DiffView | Preview:
        return self.note if self.views.chosen == TEXT_VIEW else self.text

    def vault_changed(self) -> None:
        load = partial(_load, self.vault, self.path, self.glyphs)
        self.load("versions", load, lambda loaded: self._list(*loaded))

    def _list(self, past: NoteVersions, moments: list[TimelineRow]) -> None:
        self._past = past
        self.versions.placeholder = empty_lines(
            "No earlier versions yet.",
            "notekeep saves the previous text on each change,",
            "and versions of other programs when it sees them.",
        )
        self.versions.show(moments, self.versions.key)
        count = plural(len(past.versions), "version") if past.versions else "no earlier version"
        deleted = "" if past.now is not None else " · deleted; r restores it"
        row = self.vault.catalog.row(self.path)
        title = row.title if row is not None else self.path
        self.show_list(f"{title} · {count}{deleted}", is_empty=not moments)

    def action_next_view(self) -> None:
        self.views.step(1)

    def _choose(self, view: str) -> None:
        was_reading = self.focused is not self.versions
        self.views.about = []
        self.set_class(view == TEXT_VIEW, "-as-note")
        if was_reading:
            self.reading.focus()
        # The new pane has no width before the refresh.
        self.call_after_refresh(self.show_row)

    def on_preview_widened(self) -> None:
        if self.views.chosen == TEXT_VIEW:
            self.show_row()

    def show_row(self) -> None:
        past, version, view = self._past, self._version(), self.views.chosen
        if past is None or not self.versions.key:
            return
        vault, width, glyphs = self.vault, self.note.text_width, self.glyphs
        around = NoteSurroundings(toggled=self.note.folds.setdefault(self.path, set()))

        def content(of: Version | None) -> bytes:
            return past.now or b"" if of is None else vault.history.store.blobs.read(of.digest)

        def render() -> NoteRendering:
            note = read_note(past.path, content(version), vault.schema)
            return NoteRendering(note, width, glyphs, around)

        def compare_versions() -> TextComparison:
            if view == SINCE_VIEW:
                return compare(content(version), content(None))
            older = past.versions[past.versions.index(version) + 1 if version is not None else 0 :]
            return compare(content(older[0]) if older else b"", content(version))

        if view == TEXT_VIEW:
            self.load("version", render, self.note.show, pause=PREVIEW_DELAY)
        else:
            self.load("version", compare_versions, self._present, pause=PREVIEW_DELAY)

    def _present(self, comparison: TextComparison) -> None:
        self.views.about = change_counts(comparison)
        self.text.show(lambda width: unified(comparison, width, self.glyphs))

    action_leave = OverlayScreen.action_leave_over

    def action_restore(self) -> None:
        if (version := self._version()) is None:
            show_message(self, "There is no earlier version to restore")
            return

        def restore() -> WriteResult:
            notes, store = self.vault.notes, self.vault.history.store
            return notes.apply(plan_version(notes.workspace, store, self.path, version.digest))

        def restored(done: WriteResult) -> None:
            if done.step:
                notify_done(self, f"Restored {self.path}", done)
            else:
                show_message(self, "The note already has this text")

        in_background(self, restore, restored, group=WRITE_GROUP)

    def _version(self) -> Version | None:
        """Return the version at the cursor; None for the file's text."""
        versions = self._past.versions if self._past is not None else []
        return next((each for each in versions if _key(each) == self.versions.key), None)

    def action_open_note(self) -> None:
        self.app.post_message(EditNote(self.path))

    def action_forget(self) -> None:
        vault = self.vault
        find = partial(find_traces, vault.workspace, vault.history.store, self.path)
        in_background(self, find, self._ask_to_forget, group="traces", holds_keys=True)

    def _ask_to_forget(self, traces: Traces) -> None:
        def forget() -> int:
            removed = forget_traces(self.vault, traces)
            self.vault.indexing.refresh()
            return removed

        def forgotten(removed: int) -> None:
            show_message(self, f"Deleted {plural(removed, 'version')} of {self.path} from history")
            self.app.post_message(VaultChanged())

        versions, steps = plural(traces.versions, "version"), plural(traces.steps, "step")
        stays = " The note itself is not deleted." if traces.exists else ""
        text = (
            f"Delete {versions} of {self.path} and {steps} from history for good?"
            f"{stays} This cannot be undone."
        )
        confirm = Confirm("Forget", text, "delete them")
        ask(self, confirm, lambda _: in_background(self, forget, forgotten, group=WRITE_GROUP))


def _load(vault: Vault, path: str, glyphs: Glyphs) -> tuple[NoteVersions, list[TimelineRow]]:
    """Return the versions of a note and their rows."""
    past = find_versions(vault.workspace, vault.history.store, path)
    now = digest_of(past.now) if past.now is not None else None
    shown = next((version for version in past.versions if version.digest == now), None)
    moments = []
    if past.now is not None and shown is None:
        row = vault.catalog.row(path)
        saved = row.mtime_ns / 1e9 if row is not None else 0.0
        moments.append(_version_row(CURRENT_VERSION, saved, [Piece("current")], len(past.now)))
    for version in past.versions:
        verb = VERBS.get(version.verb, clean_line(version.verb))
        left: StyledLine = [Piece(verb)]
        if version is shown:
            left = [Piece(verb, "bright"), Piece(f" {glyphs.marked}", "accent")]
        blob = vault.history.store.blobs.find(version.digest)
        label, size = version.label if version.verb in NAMED_VERBS else "", blob.size if blob else 0
        moments.append(_version_row(_key(version), version.time, left, size, label))
    return past, moments


def _version_row(
    key: str, when: float, left: StyledLine, size: int, label: str = ""
) -> TimelineRow:
    more = [Piece(f" {clean_line(label)}", "faint")] if label else []
    return TimelineRow(key, when, left, [Piece(size_text(size), "faint")], more)


def _key(version: Version) -> str:
    return f"{version.digest} {version.time}"


# All steps.

MAX_STEPS = 1000  # older steps are only in the history of each note


class StepsScreen(OverlayScreen):
    """The undo list, newest first."""

    BINDINGS = bindings("steps", "over")
    OPENED_BY = "show-steps"
    PLACE = "steps"
    ROW_ACTIONS = ("take-back", "step-history", "read-text")

    def __init__(self) -> None:
        self.moments = TimelineList()
        super().__init__(self.moments)
        self._steps: dict[str, HistoryStep] = {}

    def vault_changed(self) -> None:
        self.load("steps", lambda: self.vault.history.steps(MAX_STEPS), self._list)

    def _list(self, steps: list[HistoryStep]) -> None:
        self._steps = {f"{step.id} {step.time}": step for step in steps}
        about = "Every change made here", "is listed and can be", "undone."
        self.moments.placeholder = empty_lines("No changes yet.", *about)
        rows = []
        for key, step in self._steps.items():
            left = [Piece(name_step(step.verb, step.label), "faint struck" if step.undone else "")]
            notes = len(set(step.paths))
            right = "undone" if step.undone else str(notes) if notes else ""
            rows.append(TimelineRow(key, step.time, left, [Piece(right, "faint")]))
        self.moments.show(rows, self.moments.key)
        undone = sum(step.undone for step in steps)
        back = f" · {undone} undone" if undone else ""
        self.show_list(f"{plural(len(steps), 'step')}{back}", is_empty=not steps)

    @property
    def _step(self) -> HistoryStep | None:
        return self._steps.get(self.moments.key)

    def show_row(self) -> None:
        if (step := self._step) is None:
            return
        if not step.id:
            about = Piece("A line in a log. Undo adds another line.", "muted")
            title = Piece(clean_line(step.label), "title")
            self.text.show(
                lambda width: [*wrap_line([title], width), [], *wrap_line([about], width)]
            )
            return
        load, show = partial(self.vault.history.show, step.id), partial(self._show, step)
        self.load("step", load, show, pause=PREVIEW_DELAY)

    def _show(self, step: HistoryStep, details: StepDetails) -> None:
        glyphs = self.glyphs

        def lines(width: int) -> list[StyledLine]:
            head = _step_head(step, details, width, glyphs)
            return [*head, *changes_lines(details.changes, width, glyphs)]

        self.text.show(lines)

    def action_take_back(self) -> None:
        def undone(step: HistoryStep) -> None:
            show_message(self, f"Undid: {name_step(step.verb, step.label)} · ctrl+r redo")
            self.app.post_message(VaultChanged())

        if (step := self._step) is None:
            return
        if step.undone:
            show_message(self, "This step is already undone · ctrl+r redo")
        elif not step.id:
            where = "check-ins on Habits, or" if step.is_check_in else "answers"
            show_message(self, f"Undo {where} with u if it is the last step")
        else:
            undo = partial(self.vault.history.undo_step, step.id)
            in_background(self, undo, undone, group=WRITE_GROUP)

    def action_step_history(self) -> None:
        step = self._step
        paths = sorted(set(step.paths)) if step is not None else []
        if len(paths) == 1:
            self.app.post_message(ShowOverlay("history", paths[0]))
        elif paths:
            choice = Choice("History of", [Option(path, "", path) for path in paths])
            ask(self, choice, lambda path: self.app.post_message(ShowOverlay("history", path)))
        else:
            show_message(self, "This step has no note")


def _step_head(
    step: HistoryStep, details: StepDetails, width: int, glyphs: Glyphs
) -> list[StyledLine]:
    lines = wrap_line([Piece(name_step(step.verb, step.label), "title")], width)
    if details.root:
        lines += wrap_line([Piece(f"in {clean_line(shorten_home(details.root))}", "muted")], width)
    if step.undone:
        lines.append([Piece("undone", "warn")])
    for path in details.pruned:
        text = f"{glyphs.warning} history no longer has the old text of {clean_line(path)}"
        lines += wrap_line([Piece(text, "warn")], width)
    if details.more:
        lines.append([Piece(f"and {plural(details.more, 'more file')}", "faint")])
    return [*lines, [Piece(glyphs.rule * width, "rule")]]


# The trash: a list of files to restore.


def show_trash(app: DOMNode) -> None:
    """List deleted files, most recently deleted first."""
    vault = program(app).vault

    def choose(found: list[TrashedFile]) -> None:
        if not found:
            show_message(app, "The trash is empty")
            return
        options = []
        for file in found:
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(file.deleted))
            options.append(Option(file.old_path, f"{size_text(file.size)} · {when}", file.path))
        ask(app, Choice("Restore from trash", options), restore)

    def restore(path: str) -> None:
        def apply() -> WriteResult:
            return vault.notes.apply(plan_untrash(vault.workspace, vault.history.store, path))

        def restored(done: WriteResult) -> None:
            notify_done(app, f"Restored {', '.join(done.paths)}", done)

        in_background(app, apply, restored, group=WRITE_GROUP)

    find = partial(list_trash, vault.root)
    in_background(app, find, choose, group="trash", exclusive=True, holds_keys=True)
