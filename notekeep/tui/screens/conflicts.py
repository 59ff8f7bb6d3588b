"""Conflicts: compare two versions of a note and choose one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from notekeep.errors import Conflict, NotekeepError
from notekeep.notes.conflict_pairs import (
    Choice,
    ConflictPair,
    list_conflicts,
    mark_lines,
    plan_keep,
    plan_merge,
    read_sides,
)
from notekeep.notes.plan import WritePlan, WriteResult
from notekeep.storage.file_names import copy_origin
from notekeep.tui.dialogs.dialog import Option, OptionRows
from notekeep.tui.keyboard import bindings
from notekeep.tui.messages import EditNote
from notekeep.tui.render.formatting import size_text
from notekeep.tui.render.list_rows import empty_lines
from notekeep.tui.render.styled_text import Piece, StyledLine, spread_line
from notekeep.tui.render.text_diff import (
    MIN_SPLIT_WIDTH,
    TextComparison,
    change_counts,
    compare,
    side_by_side,
    unified,
)
from notekeep.tui.screens.vault_screen import PREVIEW_DELAY, OverlayScreen
from notekeep.tui.workers import (
    LONG,
    WRITE_GROUP,
    in_background,
    notify_done,
    show_error,
    show_message,
)
from notekeep.vault import Vault

NAMES: dict[Choice, str] = {"mine": "the note", "theirs": "the copy", "both": "both"}


class ConflictRow(NamedTuple):
    """A conflict in the list."""

    pair: ConflictPair
    lines: list[int]  # the lines of git's conflict markers


class ConflictVersions(NamedTuple):
    """Both versions of a note, first the version in the note's own file."""

    comparison: TextComparison
    headings: tuple[str, str]
    is_deleted: bool  # whether only the copy exists


class ConflictsScreen(OverlayScreen):
    """The conflicts, and below them both versions of the selected conflict."""

    BINDINGS = bindings("conflicts", "over")
    OPENED_BY = "show-conflicts"
    PLACE = "conflicts"
    ROW_ACTIONS = "keep-mine", "keep-theirs", "merge", "keep-both", "edit-conflict", "read-text"

    def __init__(self, path: str = "") -> None:
        self.pairs = OptionRows()
        super().__init__(self.pairs)
        self.add_class("-stacked")
        self._found: list[ConflictRow] = []
        self._versions: ConflictVersions | None = None
        self._is_split: bool | None = None  # None: depends on the width
        self._first = path

    @property
    def conflict(self) -> ConflictRow | None:
        return self._found[int(self.pairs.value)] if self._found else None

    def vault_changed(self) -> None:
        self.load("pairs", partial(_load, self.vault), self._list)

    def _list(self, found: list[ConflictRow]) -> None:
        conflict = self.conflict
        path, self._first = self._first or (conflict.pair.copy if conflict is not None else ""), ""
        self._found = found
        self.pairs.placeholder = empty_lines(
            "No conflicts.",
            "Conflict copies of Syncthing, Dropbox, Nextcloud and others appear here,",
            "and notes with git conflict markers.",
        )
        paths = [(row.pair.note, row.pair.copy) for row in found]
        at = next((number for number, pair in enumerate(paths) if path in pair), "")
        rows = [Option(row.pair.note, _about(*row), str(n)) for n, row in enumerate(found)]
        self.pairs.show(rows, str(at))
        room = min(len(found), max(2, self.app.size.height // 3))
        self.query_one("#over-list").styles.height = room if found else "1fr"
        self._versions = self._versions if found else None
        self.show_list("" if found else "no conflicts", is_empty=not found)

    def show_row(self) -> None:
        if (conflict := self.conflict) is not None:
            read = partial(_read, self.vault, conflict)
            self.load("versions", read, self._show, pause=PREVIEW_DELAY)

    def _show(self, versions: ConflictVersions) -> None:
        self._versions = versions
        comparison, heads, _ = versions
        glyphs, is_split = self.glyphs, self._is_split

        def lines(width: int) -> list[StyledLine]:
            if versions.is_deleted:
                about = [
                    [Piece("The note was deleted.", "warn")],
                    [Piece(heads[1], "muted")],
                    [Piece("2 keeps the copy as the note; 1 moves it to the trash.", "muted")],
                    [],
                ]
                return [*about, *unified(comparison, width, glyphs)]
            if width >= MIN_SPLIT_WIDTH if is_split is None else is_split:
                return side_by_side(comparison, width, glyphs, heads)
            counted = [*change_counts(comparison), Piece(" ")]
            about = [
                spread_line([Piece(f"- {heads[0]}", "removed")], counted, width),
                [Piece(f"+ {heads[1]}", "added")],
                [Piece(glyphs.rule * width, "rule")],
            ]
            return [*about, *unified(comparison, width, glyphs)]

        self.text.show(lines)

    def action_beside(self) -> None:
        if self._is_split is None:
            self._is_split = self.text.inner_width >= MIN_SPLIT_WIDTH
        self._is_split = not self._is_split
        if self._versions is not None:
            self._show(self._versions)

    def action_keep(self, choice: Choice) -> None:
        if (conflict := self.conflict) is not None:
            plan = partial(plan_keep, self.vault.workspace, conflict.pair, choice)
            self._settle(plan, f"Kept {NAMES[choice]}")

    def action_merge(self) -> None:
        if (conflict := self.conflict) is not None:
            vault = self.vault
            plan = partial(plan_merge, vault.workspace, vault.history.store, conflict.pair)
            self._settle(plan, "Merged both")

    def _settle(self, plan: Callable[[], WritePlan], text: str) -> None:
        def settled(done: WriteResult) -> None:
            self.app.clear_notifications()  # they may be about this conflict
            notify_done(self, text, done)

        def failed(error: NotekeepError) -> None:
            if not isinstance(error, Conflict):
                show_error(self, error)
                return
            # The conflict is already listed, so this is a message and not an error.
            hint = "Nothing was changed. 1 or 2 keeps one, b keeps both, e edits the note."
            show_message(self, f"{error.message}\n{hint}", seconds=LONG, severity="error")

        apply = self.vault.notes.apply
        in_background(self, lambda: apply(plan()), settled, group=WRITE_GROUP, failed=failed)

    def action_edit_conflict(self) -> None:
        if (conflict := self.conflict) is not None:
            is_deleted = self._versions is not None and self._versions.is_deleted
            path = conflict.pair.copy if is_deleted else conflict.pair.note
            self.app.post_message(EditNote(path, conflict.lines[0] if conflict.lines else None))


def _load(vault: Vault) -> list[ConflictRow]:
    found = []
    for pair in list_conflicts(vault.workspace):
        try:
            found.append(ConflictRow(pair, mark_lines(vault.workspace, pair)))
        except NotekeepError:
            continue  # resolved in the meantime
    return found


def _read(vault: Vault, listed: ConflictRow) -> ConflictVersions:
    pair = listed.pair
    mine, theirs = read_sides(vault.workspace, pair)
    if pair.kind == "marks":
        heads = ("1  first side", "2  second side")
    elif pair.kind == "git":
        heads = ("1  the note", "2  the other side")
    else:
        note = _version_text(vault, "the note", pair.note, mine)
        origin = copy_origin(pair.copy)
        name = f"the copy, {origin}" if origin else "the copy"
        heads = (f"1  {note}", f"2  {_version_text(vault, name, pair.copy, theirs)}")
    return ConflictVersions(compare(mine or b"", theirs), heads, mine is None)


def _version_text(vault: Vault, name: str, path: str, data: bytes | None) -> str:
    if data is None:
        return name
    try:
        when = os.stat(vault.absolute(path)).st_mtime
    except OSError:
        return name
    saved = time.strftime("%Y-%m-%d %H:%M", time.localtime(when))
    return f"{name} · {saved} · {size_text(len(data))}"


def _about(pair: ConflictPair, lines: Sequence[int]) -> str:
    if pair.kind == "marks":
        shown = ", ".join(map(str, lines[:4]))
        more = " …" if len(lines) > 4 else ""
        return f"git conflict, line {shown}{more}" if lines else "git conflict"
    if pair.kind == "git":
        return "not merged by git"
    name = pair.copy.rpartition("/")[2]
    return f"{name} · log" if pair.kind == "log" else name
