"""Publish: every draft and post with its state in each site, and what an export would write."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual import getters
from textual.containers import Horizontal

from notekeep.export.plan import ExportPlan, list_states
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.messages import VaultChanged
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.list_rows import counts_text, no_drafts_hint, orphaned_post_hint, post_rows
from notekeep.tui.render.plan_lines import shorten_home
from notekeep.tui.render.styled_text import Piece
from notekeep.tui.screens import publish_actions
from notekeep.tui.screens.vault_screen import QueuedKeys, VaultScreen
from notekeep.tui.widgets.plan_view import PlanView
from notekeep.tui.widgets.row_lists import PostList
from notekeep.tui.workers import WRITE_GROUP, in_background, show_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.app import ComposeResult

    from notekeep.errors import NotekeepError
    from notekeep.export.plan import ExportResult
    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.services.publishing import SiteStanding
    from notekeep.tui.render.list_rows import PostRow
    from notekeep.tui.widgets.line_view import ListView

PLAN_DELAY = 0.12
"""Seconds on a row before its plan is made, so that the next key can make it unnecessary."""
EDITED_IN_SITE_HINT = "Left as changed by hand: s says what becomes of it"
UP_TO_DATE = "Nothing to write: the drafts are as they should be"
POST_ACTIONS = ("open", "open-post", "write-export", "plan-all", "settle-by-hand", "check-export")
"""Actions of the bottom line that want a draft or a post."""


class _PlanKey(NamedTuple):
    """What a plan is made for."""

    paths: tuple[str, ...]
    target: str
    site: str
    how: Mapping[str, object] | None


class PublishScreen(VaultScreen):
    """A note is chosen at the left; at the right stands what an export would write.

    Nothing is written before the person says so, and what they say it to is the plan they see.
    """

    BINDINGS = bindings("publish")
    CSS_PATH = "publish.tcss"
    OPENED_BY = "show-publish"

    posts = getters.query_one("#drafts", PostList)
    diff = getters.query_one(PlanView)

    shown: ExportPlan | WritePlan | None = None
    """The plan on the screen, of an export or of a note; None while there is none."""
    exported: ExportPlan | None = None
    """The plan that was written last, as long as its result is on the screen."""
    target = ""
    """The target that was chosen, or ""."""
    site = ""
    """The folder that was chosen, or ""."""
    _asked: tuple[str, ...] = ()
    _written: tuple[str, ...] | None = None
    _made_for: _PlanKey | None = None
    _planned_row = ""
    """The note of the row that was planned, or seen to be gone, last."""
    _is_left = False
    _reads_on = False
    """Whether what was shown when the screen was left is no plan, but came of one."""
    _standings: Sequence[SiteStanding] = ()
    _titles: dict[str, str]

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="publish-panes"):
            yield PostList(self.glyphs, id="drafts")
            yield PlanView(self.glyphs)

    def on_mount(self) -> None:
        self.queued = QueuedKeys(self)
        self._titles = {}
        self.posts.nothing = [[Piece("No drafts yet", "muted")]]
        self.posts.focus()
        self.vault_changed()

    def place(self) -> str:
        return "publish"

    # The list: titles at once, states when they are known.

    def vault_changed(self) -> None:
        if self.is_unseen():
            return
        in_background(self, self._read_titles, self._list, group="drafts", exclusive=True)
        self._ask_states()

    def _read_titles(self) -> dict[str, str]:
        return {
            row.path: row.title
            for row in self.vault.search.rows(self.vault.publishing.drafts()).rows
        }

    def _ask_states(self) -> None:
        ask = partial(publish_actions.load_states, self)
        in_background(self, ask, self._show_states, group="states", exclusive=True)

    def _list(self, titles: dict[str, str]) -> None:
        self._titles = titles | self._titles
        self._show_rows()

    def _show_states(self, answer: tuple[dict[str, str], list[SiteStanding]]) -> None:
        titles, self._standings = answer
        is_whole = not any(one.error for one in self._standings)
        # A site that cannot be read takes no draft from the list.
        self._titles = titles if is_whole else self._titles | titles
        self._show_rows()
        if is_whole and not titles and not self._asked:
            self.diff.say(*no_drafts_hint())
        for one in self._standings:
            if one.error and not self.diff.is_busy:
                self.diff.say([Piece(clean_line(one.error), "warn")])

    def _show_rows(self) -> None:
        rows = post_rows(self._titles, self._standings)
        row = self.posts.row
        keep = self._asked[0] if self._asked else row.path if row is not None else None
        self.posts.show(rows, keep)
        self._count(rows)

    def _count(self, rows: Sequence[PostRow]) -> None:
        counts = counts_text(rows, self.posts.site)
        total = plural(len(rows), "draft or post", "drafts and posts")
        self.set_status(f"{counts} · {total}" if counts else total)
        self.set_idle_actions(*(() if rows else POST_ACTIONS))

    def _show_states_of(self, plan: ExportPlan) -> None:
        """Show how the posts of a plan stand: the site may have changed since it was read."""
        found = list_states(plan)
        standings = [
            one._replace(posts=[found.get(post.note, post) for post in one.posts])
            if (one.target, one.site) == (plan.target, plan.site)
            else one
            for one in self._standings
        ]
        if standings != self._standings:
            self._standings = standings
            rows = post_rows(self._titles, standings)
            self.posts.show_states(rows)
            self._count(rows)

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        if event.view is self.posts:
            self._plan_row()

    def _plan_row(self) -> None:
        """Plan what the cursor is on."""
        row = self.posts.row
        if row is None:
            return
        self._planned_row = row.path
        if self.posts.is_moved and not self.posts.marked:
            self._asked = ()
        paths = self._asked or (row.path,)
        if not self._asked and self.vault.catalog.row(row.path) is None:
            self.shown = self._made_for = None
            self.diff.say(*orphaned_post_hint())
            return
        # What was written stays to be read, although the list has been asked for again.
        if paths != self._written:
            self.make_plan(paths, pause=PLAN_DELAY)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self.diff.focus()

    # The plan.

    @property
    def chosen(self) -> tuple[str, ...]:
        """The notes that are meant: those asked for or marked, else the one under the cursor."""
        row = self.posts.row
        return self._asked or ((row.path,) if row is not None else ())

    def plan(self, paths: Sequence[str]) -> None:
        """Show what an export of some notes would write, whether they are listed or not."""
        self._asked = tuple(paths)
        self.posts.is_moved = False
        if paths:
            self.posts.go_to(paths[0])
        self.make_plan(self._asked)

    def make_plan(
        self, paths: Sequence[str], *, pause: float = 0.0, how: Mapping[str, object] | None = None
    ) -> None:
        """Show what an export of notes would write; until then nothing can be written."""
        made_for = _PlanKey(tuple(paths), self.target, self.site, how)
        if made_for != self._made_for:
            self.shown = None
            self.queued.cancel()
        self._made_for, self._written, self.exported = made_for, None, None
        self._plan(made_for, partial(self._show_plan, made_for), pause)

    def _plan(
        self, made_for: _PlanKey, then: Callable[[ExportPlan], object], pause: float = 0.0
    ) -> None:
        self.queued.is_coming = True
        in_background(
            self,
            lambda: self.vault.publishing.plan_export(
                made_for.paths,
                target=made_for.target,
                site=made_for.site,
                options=self.vault.publishing.export_options(**(made_for.how or {})),
            ),
            then,
            group="plan",
            exclusive=True,
            pause=pause,
            failed=self.show_problem,
        )

    def _show_plan(self, made_for: _PlanKey, plan: ExportPlan, *, stays: bool = False) -> None:
        # Meanwhile the cursor may have gone to something else, which is shown without a plan; and
        # a plan that comes when the person has left is made again when they are back.
        if self.is_covered:
            self.queued.cancel()
        elif made_for == self._made_for:
            self.shown = plan
            if not made_for.how:  # else it says what would become of the posts
                self._show_states_of(plan)
            # A plan that was under way when another was written takes that from nobody's eyes.
            if made_for.paths != self._written:
                self.diff.show_plan(plan, stays=stays)
            self.queued.run()

    def on_screen_suspend(self) -> None:
        """Keep no plan that nobody sees: it holds the files of its site."""
        if self.is_covered:
            self._is_left = True
            known = self.exported or self.shown
            self._reads_on = known is not None and not self.diff.is_plan
            if isinstance(self.shown, ExportPlan):
                self.shown = None
            self.exported = None
            self.diff.release()

    def on_screen_resume(self) -> None:
        made_for, was_left = self._made_for, self._is_left
        self._is_left = False
        if was_left and made_for is not None and self.shown is None:
            self._plan(made_for, partial(self._show_again, made_for))

    def _show_again(self, made_for: _PlanKey, plan: ExportPlan) -> None:
        if not self._reads_on:
            self._show_plan(made_for, plan, stays=self.diff.is_plan)
        elif made_for == self._made_for and plan.is_empty:
            # What was written, or a report, stays to be read; there is nothing that it hides.
            self.shown = plan
            self.queued.run()
        else:
            self.queued.cancel()

    def show_patch(self, plan: WritePlan) -> None:
        """Show what would come back into notes."""
        self.shown, self._made_for = plan, None
        self.diff.show_patch(plan)
        self.queued.run()

    def show_problem(self, error: NotekeepError) -> None:
        """Say in place of a plan why there is none."""
        self.shown = None
        self.diff.show_reason(error)
        self.queued.cancel()

    # What the person decides.

    def action_write_export(self) -> None:
        self._catch_up()
        plan = self.shown
        if plan is None:
            if not self.queued.add(self.action_write_export) and self.exported is None:
                show_message(self, "There is nothing here to write")
            return
        self.shown = None
        if not isinstance(plan, ExportPlan):
            self.queued.is_coming = True
            in_background(
                self,
                partial(self.vault.notes.apply, plan),
                self._was_pulled,
                group=WRITE_GROUP,
                failed=self.show_problem,
            )
            return
        if plan.is_empty:
            self.shown = plan
            show_message(self, EDITED_IN_SITE_HINT if plan.conflicts else UP_TO_DATE)
            return
        self.queued.is_coming = True
        in_background(
            self,
            partial(self.vault.publishing.export, plan),
            partial(self._was_written, plan),
            group=WRITE_GROUP,
            failed=self.show_problem,
        )

    def _was_written(self, plan: ExportPlan, done: ExportResult) -> None:
        self._written, self.exported = self.chosen, plan
        self.diff.show_exported(done)
        count = plural(len(done.written) + len(done.removed), "file")
        left = f" · {len(done.conflicts)} left to you, with s" if done.conflicts else ""
        show_message(self, f"Wrote {count} into {shorten_home(done.site)}{left} · u undo")
        self.post_message(VaultChanged(is_step=True))
        self.queued.run()

    def _was_pulled(self, done: WriteResult) -> None:
        show_message(self, f"Changed {plural(len(done.paths), 'note')} · u undo")
        self.post_message(VaultChanged(is_step=bool(done.step)))
        self.reload()

    def action_plan_all(self) -> None:
        publish_actions.plan_all(self)

    def _catch_up(self) -> None:
        """Look at the row under the cursor, where a key has overtaken what the list tells of it."""
        row = self.posts.row
        if row is not None and row.path != self._planned_row:
            self._plan_row()

    def _about_plan(self, deed: Callable[[PublishScreen], object]) -> None:
        """Do what is about the plan that is shown or was written, or about the one that comes."""
        self._catch_up()
        if self.shown or self.exported or not self.queued.add(partial(self._about_plan, deed)):
            deed(self)

    def action_settle_by_hand(self) -> None:
        self._about_plan(publish_actions.ask_site_edits)

    def action_prune_posts(self) -> None:
        publish_actions.plan_prune(self)

    def action_check_export(self) -> None:
        self._about_plan(publish_actions.check_posts)

    def action_open_post(self) -> None:
        self._about_plan(publish_actions.open_post)

    def action_run_preview(self) -> None:
        publish_actions.run_preview(self)

    def action_start_post(self) -> None:
        publish_actions.start_post(self, self.chosen)

    def action_next_target(self) -> None:
        publish_actions.choose_target(self)

    def action_choose_site(self) -> None:
        publish_actions.choose_site(self)

    def set_destination(self, site: str, target: str, at: int = 0) -> None:
        """Write into another folder, or for another target, from now on."""
        self.site, self.target, self.posts.site = site, target, at
        self.reload()

    def reload(self) -> None:
        """Look again at the site: something about it was chosen, or has changed."""
        self._ask_states()
        if self.chosen:
            self.make_plan(self.chosen)

    def action_show_drafts(self) -> None:
        self.posts.focus()

    def action_open(self) -> None:
        self.diff.focus()

    def action_page_preview(self) -> None:
        self.diff.action_page_down()

    def action_mark(self) -> None:
        """Mark a note, so that all marked ones are exported together."""
        self.posts.toggle_mark()
        if self.posts.marked:
            self._asked = tuple(sorted(self.posts.marked))
            self.make_plan(self._asked)
