"""Publish: every draft and post with its state in each site, and what an export would write."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from textual import getters
from textual.containers import Horizontal, Vertical
from textual.widgets import Label

from notekeep.errors import NotekeepError, NotFound
from notekeep.export.consent import is_draft
from notekeep.export.plan import ExportPlan, ExportResult, SiteChange, list_states
from notekeep.export.targets.target import TARGETS, load_target, open_target
from notekeep.markdown.sanitize import clean_line
from notekeep.tui import external_programs
from notekeep.tui.dialogs.dialog import Choice, Option, Prompt, ask, open_dialog
from notekeep.tui.keyboard import bindings
from notekeep.tui.messages import EditNote, PublishNotes, VaultChanged
from notekeep.tui.program import PendingAnswer, program
from notekeep.tui.render.formatting import plural, shorten_home
from notekeep.tui.render.list_rows import (
    NO_DRAFTS_HINT,
    NO_FOLDER_HINT,
    ORPHANED_POST_HINT,
    ListedTitle,
    PostRow,
    counts_text,
    error_lines,
    post_rows,
)
from notekeep.tui.render.plan_lines import (
    export_hint,
    exported_lines,
    patch_lines,
    plan_lines,
    report_lines,
)
from notekeep.tui.render.styled_text import Piece
from notekeep.tui.screens.note_operations import NO_NOTES, Step, carry_out, run_editor
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.widgets.line_view import DiffView
from notekeep.tui.widgets.row_lists import PostList
from notekeep.tui.workers import (
    WRITE_GROUP,
    in_background,
    notify_done,
    show_error,
    show_message,
    work_status,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.app import ComposeResult

    from notekeep.catalog.records import Row
    from notekeep.export.check.site_build import PreviewCommand
    from notekeep.export.check.site_check import CheckReport
    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.services.publishing import SiteStanding
    from notekeep.tui.widgets.line_view import ListView

PLAN_DELAY = 0.12
"""Seconds on a row before its plan is made, so that the next key can make it unnecessary."""
QUEUE_SECONDS = 1.0  # how long a key waits for the plan that it is about
NOT_LOADED_YET = "Still loading. Press the key again"
EDITED_IN_SITE_HINT = "Not written: edited on the site. Press s to decide"
UP_TO_DATE = "Nothing to write: everything is up to date"
NOTE_DELETED = "The note of this post was deleted"
POST_ACTIONS = ("open", "open-post", "write-export", "plan-all", "settle-by-hand", "check-export")
"""Actions of the bottom line that want a draft or a post."""
OTHER = "other"  # the answer that is none of those listed


T = TypeVar("T")


class _PlanKey(NamedTuple):
    paths: tuple[str, ...]
    target: str
    site: str
    how: Mapping[str, object] | None


class _States(NamedTuple):
    titles: Mapping[str, ListedTitle]  # of drafts and posts by path
    standings: Sequence[SiteStanding]  # how they stand in each site
    result: tuple[str, ...] | None  # whose result was on the screen before


class PublishScreen(VaultScreen):
    """A note is chosen at the left; at the right stands what an export would write.

    Nothing is written before the person says so, and what they say it to is the plan they see.
    """

    BINDINGS = bindings("publish")
    CSS_PATH = "publish.tcss"
    OPENED_BY = "show-publish"
    labels = {"open": "open plan"}  # noqa: RUF012 - never changed
    PLACE = "publish"

    posts = getters.query_one("#drafts", PostList)
    diff = getters.query_one(DiffView)

    shown: ExportPlan | WritePlan | None = None
    """The plan on the screen, of an export or of a note; None while there is none."""
    exported: ExportPlan | None = None
    """The plan that was written last, as long as its result is on the screen."""
    target = ""  # the target that was chosen, or ""
    site = ""  # the folder that was chosen, or ""
    _takes_default = False  # whether the folder beside the vault was chosen
    _asked: tuple[str, ...] = ()
    """The notes that a plan was asked for, whether they are listed or not."""
    _result_of: tuple[str, ...] | None = None
    """The notes whose result or report stays to be read, although the list is asked for again."""
    _made_for: _PlanKey | None = None
    _problem: NotekeepError | None = None  # why there is no plan
    _is_left = False  # whether the screen was left, and its plan is not there again yet
    _standings: Sequence[SiteStanding] = ()
    _where = ""  # the generator and the folder of the site, as the top line names them

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="publish-panes"):
            with Vertical(id="drafts-pane"):
                yield Label(id="site", markup=False)
                yield PostList(id="drafts")
            yield DiffView()

    def on_mount(self) -> None:
        self._titles: Mapping[str, ListedTitle] = {}
        self._plan_answer = PendingAnswer(self, "export")
        self._written_answer = PendingAnswer(self, WRITE_GROUP)
        self.posts.nothing = [[Piece("No drafts yet", "muted")]]
        self.posts.focus()
        self.vault_changed()

    # The list: titles at once, states when they are known.

    def vault_changed(self) -> None:
        if self.is_unseen():
            return
        self.load("drafts", partial(self._load_list, self.chosen), self._list)

    def _load_list(self, chosen: Sequence[str]) -> tuple[dict[str, ListedTitle], dict[str, str]]:
        """Return the titles, and where chosen notes are by now that are gone; "" for nowhere."""
        gone = set(chosen) - self.vault.catalog.rows_of(chosen).keys()
        moved = self.vault.publishing.history.find_moved(gone) if gone else {}
        return self._load_titles(), {path: moved.get(path, "") for path in gone}

    def _load_titles(self) -> dict[str, ListedTitle]:
        rows = self.vault.search.rows(self.vault.publishing.drafts()).rows
        self.vault.search.distinguish_titles(rows)
        return {row.path: _list_title(row) for row in rows}

    def _load_states(self) -> _States:
        result = self._result_of
        self._where = self._site_name()
        publishing, chosen = self.vault.publishing, (self.target, self.site)
        is_known = chosen in [(one.target, one.folder) for one in publishing.sites]
        standings = publishing.standings(*(() if is_known else chosen))
        paths = {post.note for one in standings for post in one.posts}
        rows = self.vault.catalog.rows_of(paths)
        self.vault.search.distinguish_titles([*rows.values()])
        names = {path: ListedTitle(path.rpartition("/")[2].removesuffix(".md")) for path in paths}
        posts = names | {path: _list_title(row) for path, row in rows.items()}
        # A site that cannot be read takes no draft from the list.
        return _States(self._load_titles() | posts, standings, result)

    def _list(self, loaded: tuple[dict[str, ListedTitle], dict[str, str]]) -> None:
        titles, moved = loaded
        self._asked = tuple(path for one in self._asked if (path := moved.get(one, one)))
        # What only a site knows stays until its states are read.
        known = {path: title for path, title in self._titles.items() if not moved.get(path)}
        self._titles = {**titles, **known}
        self._show_rows(moved)
        self.load("states", self._load_states, self._show_states)

    def _show_states(self, loaded: _States) -> None:
        self._titles, self._standings = loaded.titles, loaded.standings
        self._show_rows()
        if loaded.result is self._result_of:
            self._replace_old_result()
        errors = [one.error for one in self._standings if one.error]
        if errors and not self.diff.is_busy:
            self.diff.say([Piece(clean_line(errors[-1]), "warn")])
        elif not errors and not self._titles and not self._asked:
            self.diff.say(*NO_DRAFTS_HINT)

    def _replace_old_result(self) -> None:
        """Show a plan in place of what was written or checked, once that was undone or changed."""
        rows = [row for row in self._list_rows() if row.path in (self._result_of or ())]
        states = [row.states[self.posts.site] if row.states else "" for row in rows]
        if self._result_of and not {"new", "changed", ""}.isdisjoint(states):
            self.make_plan(self._result_of)

    @property
    def _has_folder(self) -> bool:
        """Whether somebody chose the folder to write into."""
        try:
            return self._takes_default or self.vault.publishing.has_site(self.target, self.site)
        except NotekeepError:
            return False

    def _list_rows(self) -> list[PostRow]:
        # In a folder that nobody chose everything would be new, which says nothing.
        return post_rows(self._titles, self._standings if self._has_folder else ())

    def _show_rows(self, moved: Mapping[str, str] | None = None) -> None:
        """Show the list with the cursor on the note whose plan is shown, also if it was moved.

        That note stays in the list even if it is neither draft nor post, or not any more.
        """
        chosen = [(moved or {}).get(path) or path for path in self.chosen]
        if unlisted := [path for path in chosen if path not in self._titles]:
            found = self.vault.catalog.rows_of(unlisted)
            self.vault.search.distinguish_titles([*found.values()])
            titles = {path: _list_title(row) for path, row in found.items()}
            self._titles = {**self._titles, **titles}
        rows = self._list_rows()
        self.posts.show(rows, chosen[0] if chosen else None)
        if not rows:
            self._drop_plan()
        self._count(rows)

    def _count(self, rows: Sequence[PostRow]) -> None:
        counts = counts_text(rows, self.posts.site)
        total = plural(len(rows), "draft or post", "drafts and posts")
        if rows and self._standings and not self._has_folder:
            counts = "no site folder"
        counts = f"{counts} · {total}" if counts else total
        self.query_one("#site", Label).update(self._where)
        self.set_status(counts)
        self.set_idle_actions(*(() if rows else POST_ACTIONS))

    def _show_states_of(self, plan: ExportPlan) -> None:
        """Show how the posts of a plan stand: the site may have changed since it was read."""
        found = list_states(plan)
        self._standings = [
            one._replace(posts=[found.get(post.note, post) for post in one.posts])
            if (one.target, one.site) == (plan.target, plan.site)
            else one
            for one in self._standings
        ]
        rows = self._list_rows()
        self.posts.show_states(rows)
        self._count(rows)

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        row = self.posts.item
        if event.view is not self.posts or row is None:
            return
        if self.posts.is_moved:
            self._asked = ()
        paths = self._asked or (row.path,)
        if not self._asked and self.vault.catalog.row(row.path) is None:
            self._drop_plan()
            self.diff.say(*ORPHANED_POST_HINT)
        elif paths != self._result_of:
            made = self._made_for
            # What was chosen for the edits of a post stays when the list is read again.
            how = made.how if made is not None and made.paths == paths else None
            self.make_plan(paths, pause=PLAN_DELAY, how=how)

    def on_list_view_selected(self) -> None:
        self.diff.focus()

    # The plan.

    def chosen_notes(self) -> list[str]:
        """Return the notes that a typed command changes; a post may have none any more."""
        return [*self.vault.catalog.rows_of(self.chosen)]

    @property
    def chosen(self) -> tuple[str, ...]:
        """The notes that are meant: those asked for, else the one under the cursor."""
        row = self.posts.item
        return self._asked or ((row.path,) if row is not None else ())

    def plan(self, paths: Sequence[str]) -> None:
        """Show what an export of some notes would write, whether they are listed or not."""
        self._asked = tuple(paths)
        self.posts.is_moved = False
        self._show_rows()
        self.make_plan(self._asked)

    def make_plan(
        self, paths: Sequence[str], *, pause: float = 0.0, how: Mapping[str, object] | None = None
    ) -> None:
        """Show what an export of notes would write; until then nothing can be written."""
        if not self._has_folder:
            self._drop_plan()
            self.diff.say(*NO_FOLDER_HINT)
            return
        made_for = _PlanKey(tuple(paths), self.target, self.site, how)
        if made_for != self._made_for:
            self.shown, self._is_left = None, False
            self._plan_answer.drop()
        self._made_for, self._result_of, self.exported = made_for, None, None
        self._problem = None
        self._plan(made_for, pause)

    def _drop_plan(self) -> None:
        self.shown = self.exported = self._made_for = None

    def _plan(self, made_for: _PlanKey, pause: float = 0.0) -> None:
        def plan() -> ExportPlan:
            publishing = self.vault.publishing
            options = publishing.export_options(**(made_for.how or {}))
            target, site = made_for.target, made_for.site
            return publishing.plan_export(made_for.paths, target=target, site=site, options=options)

        show = partial(self._show_plan, made_for)
        self._plan_answer.ask(plan, show, pause=pause, failed=self.show_problem)

    def _show_plan(self, made_for: _PlanKey, plan: ExportPlan) -> None:
        # Meanwhile the cursor may have gone to something else, which is shown without a plan; and
        # a plan that comes when the person has left is made again when they are back.
        if self.is_covered or made_for != self._made_for:
            self._plan_answer.drop()
        else:
            if not made_for.how:  # else it says what would become of the posts
                self._show_states_of(plan)
            # A result stays to be read, unless there is more to write when one comes back to it.
            # What is not seen is not written: such a plan was under way when that was.
            is_seen = made_for.paths != self._result_of or (self._is_left and not plan.is_empty)
            self.shown = plan if is_seen or plan.is_empty else None
            if is_seen:
                lines = partial(plan_lines, plan, glyphs=self.glyphs)
                self.diff.show(lines, stays=self._is_left)
            self._is_left = False

    def on_screen_suspend(self) -> None:
        """Keep no plan that nobody sees: it holds the files of its site."""
        if self.is_covered:
            self._is_left = True
            self.exported = None
            if isinstance(self.shown, ExportPlan):
                self.shown = None
            self.diff.release()

    def on_screen_resume(self) -> None:
        if self._is_left and self._made_for is not None and self.shown is None:
            self._plan(self._made_for)

    def show_problem(self, error: NotekeepError) -> None:
        self.shown, self._problem = None, error
        self.diff.show(partial(error_lines, error, hint=export_hint(error)))

    # Keys about a plan that is on its way: kept until it is there.

    @property
    def _awaited(self) -> PendingAnswer:
        """What is being written, else the plan."""
        return self._plan_answer if self._written_answer.is_there else self._written_answer

    def _wait(self, deed: Callable[[], object]) -> None:
        answer = self._awaited

        def give_up() -> None:
            answer.stop_waiting()
            show_message(self, NOT_LOADED_YET)

        answer.when_there(deed, late=give_up, seconds=QUEUE_SECONDS)

    def _about_plan(self, deed: Callable[[], object]) -> None:
        """Do what is about the plan that is shown or was written, or about the one that comes."""
        if self.shown or self.exported or self._awaited.is_there:
            deed()
        else:
            self._wait(partial(self._about_plan, deed))

    # Writing.

    def action_write_export(self) -> None:
        if not self._has_folder:
            self._ask_folder()
        elif (plan := self.shown) is None:
            if not self._awaited.is_there:
                self._wait(self.action_write_export)
            elif self._problem is not None:
                show_message(self, f"Not written: {self._problem.message}")
            else:
                show_message(self, UP_TO_DATE if self.exported else "Nothing to write")
        elif not isinstance(plan, ExportPlan):
            self._write(partial(self.vault.notes.apply, plan), self._was_pulled)
        elif plan.is_empty:
            refused = next(iter(plan.refused.values()), None)
            why = f"Not written: {refused.message}" if refused is not None else UP_TO_DATE
            show_message(self, EDITED_IN_SITE_HINT if plan.conflicts else why)
        else:
            export = partial(self.vault.publishing.export, plan)
            self._write(export, partial(self._was_written, plan, self.chosen))

    def _write(self, what: Callable[[], T], then: Callable[[T], object]) -> None:
        self.shown, chosen = None, self.chosen

        def failed(error: NotekeepError) -> None:
            if chosen == self.chosen:
                self.show_problem(error)
            else:  # the plan of another note is shown by now
                show_error(self, error)

        self._written_answer.ask(what, then, failed=failed)

    def _was_written(self, plan: ExportPlan, chosen: tuple[str, ...], done: ExportResult) -> None:
        if chosen == self.chosen:  # else the plan of another note is shown by now
            self._result_of, self.exported = chosen, plan
            new = {file.path for file in plan.files if file.status == "new"}
            self.diff.show(lambda width: exported_lines(done, width, self.glyphs, new))
        count = plural(len(done.written) + len(done.removed), "file")
        left = f" · {len(done.conflicts)} edited on the site (s)" if done.conflicts else ""
        show_message(self, f"Wrote {count} to {shorten_home(done.site)}{left} · u undo")
        self.post_message(VaultChanged())

    def _was_pulled(self, done: WriteResult) -> None:
        notify_done(self, f"Changed {plural(len(done.paths), 'note')}", done)
        self.reload()

    def action_plan_all(self) -> None:
        def show(paths: Sequence[str]) -> None:
            if paths:
                self.plan(paths)
            else:
                show_message(self, "No public notes yet")

        self._load_publishable(show)

    def action_prune_posts(self) -> None:
        """Show what would go: files of notekeep that nobody touched, and no note stands behind."""
        self._load_publishable(partial(self.make_plan, how={"prune": True}))

    def _load_publishable(self, then: Callable[[Sequence[str]], object]) -> None:
        load = partial(self.vault.publishing.publishable, self.target, self.site)
        self._plan_answer.ask(load, then, failed=self.show_problem)

    # Files that were changed by hand in the site.

    def action_settle_by_hand(self) -> None:
        self._about_plan(self._ask_site_edits)

    def _ask_site_edits(self) -> None:
        plan = self.shown or self.exported
        edited: list[SiteChange] = []
        if isinstance(plan, ExportPlan):  # of one that was written, what it left alone
            edited = plan.edited if plan is self.shown else plan.conflicts
        if not isinstance(plan, ExportPlan) or not edited:
            show_message(self, f"{self._name_chosen()}: not edited on the site")
            return
        options = _answers(edited)
        if not options:
            show_message(self, f"{edited[0].path}: {edited[0].why}")
            return
        # The answer is about what was shown, also when the cursor is elsewhere by then.
        paths = tuple(planned.post.path for planned in plan.posts) or self.chosen
        target, site = self.target, self.site

        def show_patch(plan: WritePlan) -> None:
            self.shown, self._made_for = plan, None
            self.diff.show(lambda width: patch_lines(plan, width, self.glyphs))

        def answered(how: str) -> None:
            if how == "pull":
                pull = partial(self.vault.post_notes.plan_pull, paths, target=target, site=site)
                self._plan_answer.ask(pull, show_patch, failed=self.show_problem)
            else:
                self.make_plan(paths, how={"by_hand": how})

        ask(self, Choice("Edited on the site", options), answered)

    # What was written: checked, opened, previewed.

    def action_check_export(self) -> None:
        self._about_plan(self._check_posts)

    def _check_posts(self) -> None:
        """Build the site with what was written, and read its pages back."""
        plan = self.exported or self.shown
        if not isinstance(plan, ExportPlan) or not plan.posts:
            show_message(self, "No post to check")
            return
        if not plan.is_empty and plan is not self.exported:
            show_message(self, "Write it first. The check reads the site")
            return

        def check() -> CheckReport:
            with work_status(self, "Building the site …"):
                return self.vault.publishing.check_export(plan)

        def show(report: CheckReport) -> None:
            if chosen != self.chosen:  # the plan of another note is shown by now
                show_message(self, f"{name}: {'check passed' if report.ok else 'check failed'}")
                return
            self._result_of = chosen
            self.diff.show(lambda width: report_lines(report, width, self.glyphs))

        chosen, name = self.chosen, self._name_chosen()
        in_background(self, check, show, group="check", exclusive=True)

    def action_open_post(self) -> None:
        self._about_plan(self._open_post)

    def _open_post(self) -> None:
        plan = self.exported or self.shown
        if not isinstance(plan, ExportPlan):
            return
        places = [os.path.join(plan.site, file.path) for file in plan.files if file.is_post]
        place = next(filter(os.path.isfile, places), "")
        if not place:
            show_message(self, "Not in the site yet")
            return
        run_editor(self, place)
        self.reload()

    def action_run_preview(self) -> None:
        """Give the terminal to the generator's own preview until the person ends it."""
        prepare = partial(self.vault.publishing.preview, self.target, self.site)

        def run(preview: PreviewCommand) -> None:
            external_programs.run_in_terminal(self.app, preview.run)

        in_background(self, prepare, run, group="preview", exclusive=True)

    # The notes themselves: their text, whether they are drafts, a post that is begun from them.

    def _name_chosen(self) -> str:
        """Return the title of the note that is meant, or how many are."""
        titles = [self._titles[path].title for path in self.chosen if path in self._titles]
        return titles[0] if len(titles) == 1 else plural(len(self.chosen), "note")

    def action_edit_draft(self) -> None:
        row = self.posts.item
        if row is not None and self.vault.catalog.row(row.path) is not None:
            self.post_message(EditNote(row.path))
        elif row is not None:
            show_message(self, NOTE_DELETED)

    def action_toggle_draft(self) -> None:
        """Have the site show the chosen notes, or hide them again where it shows all."""
        rows = self.vault.catalog.rows_of(self.chosen)
        if not rows:
            show_message(self, NOTE_DELETED if self.chosen else NO_NOTES)
            return
        value = "false" if any(is_draft(row.fields) for row in rows.values()) else "true"
        title = f"Set draft: {value} in {self._name_chosen()}"
        step = Step([*rows], title, lambda _: title)
        carry_out(self, step, partial(self.vault.notes.plan_set, step.paths, [f"draft={value}"]))

    def action_start_post(self) -> None:
        marked = () if self._asked else sorted(program(self).marked_notes)
        start_post(self, marked or self.chosen)

    # Where an export goes: the kind of site, and its folder.

    def action_next_target(self) -> None:
        options = [Option(load_target(target).name, target, target) for target in TARGETS]
        options.insert(0, Option("Detect from the folder", "", OTHER))

        def chosen(target: str) -> None:
            self._set_destination(self.site, target.removeprefix(OTHER))

        ask(self, Choice("Site generator", options, self.target, has_filter=True), chosen)

    def action_choose_site(self) -> None:
        sites = self.vault.publishing.sites
        if len(sites) < 2:
            self._ask_folder()
            return

        def chosen(folder: str) -> None:
            if folder == OTHER:
                self._ask_folder()
            else:
                at = [one.folder for one in sites].index(folder)
                self._set_destination(folder, sites[at].target, at)

        options = [Option(shorten_home(one.folder), "", one.folder) for one in sites]
        options.append(Option("Another folder", "", OTHER))
        ask(self, Choice("Site folder", options), chosen)

    def _ask_folder(self) -> None:
        try:
            here = shorten_home(self.vault.publishing.folder(self.target, self.site))
        except NotekeepError:  # this generator has no folder beside the vault
            here = ""

        def find(folder: str) -> tuple[str, bool]:
            # The folder beside the vault is made by the first export.
            is_default = folder == here and not self.site
            if is_default or not folder:
                return "", is_default
            site = os.path.abspath(os.path.expanduser(folder))
            if not os.path.isdir(site):
                raise NotFound(f"There is no folder {folder}.", "Create it first, or type another.")
            return site, False

        def entered(found: tuple[str, bool]) -> None:
            site, self._takes_default = found
            self._set_destination(site, self.target)

        hint = "The folder of your site."
        if self.vault.publishing.sites:
            hint += " Empty: the folder from your settings."
        elif here and not self.site:
            hint += " No site yet? Press enter to use this folder next to your vault."
        prompt = Prompt("Site folder", value=here, example="~/blog", hint=hint, is_selected=True)
        open_dialog(self, prompt, find, entered, group="site")

    def _set_destination(self, site: str, target: str, at: int = 0) -> None:
        self.site, self.target, self.posts.site = site, target, at
        self._where = self._site_name()
        self._count(self._list_rows())
        self._remember_site()
        self.reload()

    def _site_name(self) -> str:
        """Return the generator and the folder of the site, or "" where none was chosen."""
        target, site = self.vault.publishing.site(self.target, self.site)
        if not site:
            return ""
        try:
            return f"{open_target(target, site).name} · {shorten_home(site)}"
        except NotekeepError:
            return shorten_home(site)

    def _remember_site(self) -> None:
        """Add the chosen folder to the personal settings."""
        if not os.path.isdir(self.site):
            return

        def remembered(is_new: object) -> None:
            if is_new:
                show_message(self, "Saved as this vault's site.")

        remember = partial(self.vault.remember_site, self.target, self.site)
        in_background(self, remember, remembered, group=WRITE_GROUP)

    def reload(self) -> None:
        """Look again at the site: something about it was chosen, or has changed."""
        self.load("states", self._load_states, self._show_states)
        if self.chosen:
            self.make_plan(self.chosen)

    # Panes and marks.

    def action_show_drafts(self) -> None:
        self.posts.focus()

    def action_open(self) -> None:
        self.diff.focus()


def start_post(screen: VaultScreen, paths: Sequence[str]) -> None:
    """Ask for the title of a post that begins with what notes say, and open it."""
    if not paths:
        show_message(screen, NO_NOTES)
        return

    def start(title: str) -> WriteResult | None:
        if not title:
            return None
        return screen.vault.notes.apply(screen.vault.post_notes.plan_start(paths, title))

    def started(done: WriteResult) -> None:
        notify_done(screen, "", done)
        for path in done.paths[:1]:
            show_message(screen, f"Created {path}")  # u is a letter in the editor
            screen.post_message(PublishNotes((path,)))
            screen.post_message(EditNote(path))
        program(screen).unmark_notes(paths)

    row = screen.vault.catalog.row(paths[0])
    title = "Start a post" if len(paths) == 1 else f"Start a post from {plural(len(paths), 'note')}"
    hint = "Facts, your text and quotes with sources. Nothing private."
    prompt = Prompt(title, value=row.title if row is not None else "", hint=hint, is_selected=True)
    open_dialog(screen, prompt, start, started)


def _list_title(row: Row) -> ListedTitle:
    return ListedTitle(row.title, row.apart)


def _answers(edited: Sequence[SiteChange]) -> list[Option]:
    """What can become of files that were changed by hand, or that somebody else made."""
    known = {answer for file in edited for answer in file.answers}
    if any(file.can_merge for file in edited):
        known.add("merge")
    options = (
        Option("Copy it to the note", "you see the changes first", "pull"),
        Option("Merge it with the note", "you see the changes first", "merge"),
        Option("Keep it on the site", "until the note changes", "keep"),
        Option("Overwrite it", "the history keeps the site's text", "overwrite"),
    )
    return [option for option in options if option.value in known]
