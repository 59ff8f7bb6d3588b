"""Publish: drafts and published notes, and what an export of one would write."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from textual import getters
from textual.containers import Horizontal

from notekeep.markdown.clean import clean_line
from notekeep.tui.jobs import in_background, say
from notekeep.tui.keys import bindings
from notekeep.tui.messages import VaultChanged
from notekeep.tui.render.diff import home_path
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.render.words import plural
from notekeep.tui.screens.base import VaultScreen
from notekeep.tui.screens.dialogs import Choice, Option, Prompt
from notekeep.tui.widgets.diff_view import DiffView
from notekeep.tui.widgets.list_pane import Source
from notekeep.tui.widgets.note_list import PAGE_ROWS, NoteList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from notekeep.errors import NotekeepError
    from notekeep.export.plan import Exported, Plan
    from notekeep.tui.widgets.line_view import ListView
    from notekeep.vault import Rows

DRAFTS = "is:draft OR publish:true"
"""The notes that are listed: what may be published, in the query language."""
PAUSE = 0.12
DETECT = "detect"


class PublishScreen(VaultScreen):
    """A note is chosen at the left; at the right stands what an export would write.

    Nothing is written before the person says so, and what they say it to is the plan they see.
    """

    BINDINGS = bindings("publish")
    CSS_PATH = "publish.tcss"
    OPENED_BY = "show-publish"

    notes = getters.query_one("#drafts", NoteList)
    diff = getters.query_one(DiffView)

    _plan: Plan | None = None
    _asked: tuple[str, ...] = ()
    _written: tuple[str, ...] = ()
    _made_for: tuple[tuple[str, ...], str, str] | None = None
    _target = ""
    _site = ""

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="publish-panes"):
            yield NoteList(self.glyphs, self.today, id="drafts")
            yield DiffView(self.glyphs)

    def on_mount(self) -> None:
        super().on_mount()
        self.notes.nothing = _no_drafts()
        self.notes.focus()
        self.vault_changed()

    def place(self) -> str:
        return "publish"

    def vault_changed(self) -> None:
        in_background(
            self,
            lambda: self.vault.rows(DRAFTS, limit=PAGE_ROWS),
            self._list,
            group="drafts",
            exclusive=True,
        )

    def _list(self, rows: Rows) -> None:
        row = self.notes.row
        keep = self._asked[0] if self._asked else row.path if row is not None else None
        self.notes.show_rows(Source(self.vault, DRAFTS, rows), keep)
        self.say(plural(rows.total, "note to publish", "notes to publish"))

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        row = self.notes.row
        if event.view is not self.notes or row is None:
            return
        if self.notes.is_moved and not self.notes.marked:
            self._asked = ()
        paths = self._asked or (row.path,)
        # What was written stays to be read, although the list has been asked for again.
        if paths != self._written:
            self._make_plan(paths, pause=PAUSE)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self.diff.focus()

    def plan(self, paths: Sequence[str]) -> None:
        """Show what an export of some notes would write, whether they are listed or not."""
        self._asked = tuple(paths)
        self.notes.is_moved = False
        self._list_cursor_to(paths)
        self._make_plan(self._asked)

    def _list_cursor_to(self, paths: Sequence[str]) -> None:
        for index in range(self.notes.note_count):
            row = self.notes.row_of(index)
            if row is not None and row.path in paths:
                self.notes.move_to(index)
                return

    def _make_plan(self, paths: tuple[str, ...], *, pause: float = 0.0) -> None:
        made_for = (paths, self._target, self._site)
        if made_for != self._made_for:
            # Until another plan is there, no key can mean it; the same one may be made again.
            self._plan = None
        self._made_for, self._written = made_for, ()
        in_background(
            self,
            lambda: self.vault.plan_export(paths, target=self._target, site=self._site),
            self._show_plan,
            group="plan",
            exclusive=True,
            pause=pause,
            failed=self._cannot_plan,
        )

    def _show_plan(self, plan: Plan) -> None:
        self._plan = plan
        self.diff.show_plan(plan)

    def _cannot_plan(self, error: NotekeepError) -> None:
        lines: list[Line] = [[Piece(clean_line(error.message), "warn")]]
        if error.hint:
            lines.append([Piece(clean_line(error.hint), "muted")])
        self.diff.say(*lines)

    # What the person decides.

    def action_write_export(self) -> None:
        plan = self._plan
        if plan is None:
            return
        if plan.is_empty:
            say(self, "Nothing to write: the drafts are as they should be")
            return
        self._plan = None
        in_background(
            self,
            partial(self.vault.export, plan),
            self._was_written,
            group="write",
            failed=self._cannot_plan,
        )

    def _was_written(self, done: Exported) -> None:
        row = self.notes.row
        self._written = self._asked or ((row.path,) if row is not None else ())
        self.diff.show_exported(done)
        count = plural(len(done.written), "file")
        say(self, f"Wrote {count} into {home_path(done.site)} · u undo")
        self.post_message(VaultChanged(is_step=True))

    def action_next_target(self) -> None:
        from notekeep.export.targets import TARGETS, load

        options = [
            Option("Whatever the folder is a site of", "", DETECT),
            *(Option(load(target).name, target, target) for target in TARGETS),
        ]
        here = TARGETS.index(self._target) + 1 if self._target in TARGETS else 0

        def answered(value: str | None) -> None:
            if value is not None:
                self._target = "" if value == DETECT else value
                self._again()

        self.app.push_screen(Choice("Shape the draft for", options, self.glyphs, here), answered)

    def action_choose_site(self) -> None:
        def answered(folder: str | None) -> None:
            if folder is not None:
                self._site = os.path.abspath(os.path.expanduser(folder)) if folder else ""
                self._again()

        here = self._site or (self._plan.site if self._plan is not None else "")
        hint = "The folder of your blog. Empty takes the one from your settings."
        prompt = Prompt("Write into", value=home_path(here), example="~/blog", hint=hint)
        self.app.push_screen(prompt, answered)

    def _again(self) -> None:
        row = self.notes.row
        paths = self._asked or ((row.path,) if row is not None else ())
        if paths:
            self._make_plan(paths)

    def action_show_drafts(self) -> None:
        self.notes.focus()

    def action_open(self) -> None:
        self.diff.focus()

    def action_page_preview(self) -> None:
        self.diff.action_page_down()

    def action_mark(self) -> None:
        """Mark a note, so that all marked ones are exported together."""
        self.notes.toggle_mark()
        if self.notes.marked:
            self._asked = tuple(sorted(self.notes.marked))
            self._make_plan(self._asked)


def _no_drafts() -> list[Line]:
    return [
        [],
        [Piece("Nothing to publish yet.", "title")],
        [],
        [Piece("A post with draft: true stands here,", "muted")],
        [Piece("and every note with publish: true.", "muted")],
        [],
        [Piece("p", "key"), Piece("  on any note shows its draft", "muted")],
    ]
