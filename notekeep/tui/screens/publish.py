"""Publish: drafts and posts with their state on each site, and the plan of an export."""

from __future__ import annotations

import os
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from textual.widgets import Label

from notekeep.errors import NotekeepError, NotFound
from notekeep.export.plan import ExportPlan, ExportResult, SiteChange, list_states
from notekeep.export.privacy.consent import is_draft
from notekeep.export.targets.target import load_targets, open_target
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.plan import WritePlan
from notekeep.tui import external_programs
from notekeep.tui.dialogs.dialog import Choice, Option, Prompt, ask, open_dialog
from notekeep.tui.keyboard import bindings
from notekeep.tui.messages import EditNote, VaultChanged
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
from notekeep.tui.screens.note_operations import (
    NO_NOTES,
    NoteOperation,
    carry_out,
    open_in_editor,
    start_post,
)
from notekeep.tui.screens.vault_screen import ListAndText
from notekeep.tui.widgets.row_lists import PostList
from notekeep.tui.workers import (
    WRITE_GROUP,
    in_background,
    notify_done,
    show_error,
    show_failed_extensions,
    show_message,
    work_status,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from textual.app import ComposeResult

    from notekeep.catalog.records import Row
    from notekeep.export.check.site_build import PreviewCommand
    from notekeep.export.check.site_check import CheckReport
    from notekeep.notes.plan import WriteResult
    from notekeep.services.publishing import SiteStatus

PLAN_DELAY = 0.12
"""Seconds before the plan of a row is made, because the next key may leave the row."""
QUEUE_SECONDS = 1.0  # seconds that a key waits for its plan
NOT_LOADED_YET = "Still loading. Press the key again"
EDITED_IN_SITE_HINT = "Not written: edited on the site. Press s to decide"
UP_TO_DATE = "Nothing to write: everything is up to date"
NOTE_DELETED = "The note of this post was deleted"
PULL = {"by_hand": "pull"}
"""The answer that copies edits on the site to the notes; all others are export options."""
OTHER = "other"  # the answer for a target that is not listed


T = TypeVar("T")


class Destination(NamedTuple):
    """The parts of the export target that the user chose; the settings define the rest."""

    target: str = ""
    folder: str = ""
    is_default: bool = False  # whether the folder next to the vault was chosen


class PostIndex(NamedTuple):
    """The content of the list."""

    titles: Mapping[str, ListedTitle] = {}  # the titles of drafts and posts, by path
    site_statuses: Sequence[SiteStatus] = ()  # their states on each site
    site_name: str = ""  # the generator and folder, shown above the list


class PlanRequest(NamedTuple):
    """The parameters of a plan."""

    paths: tuple[str, ...]
    destination: Destination
    how: Mapping[str, object] | None  # options of the export, or PULL


# The states of the text on the right; None if it is empty.


class Planning(NamedTuple):
    """The plan is not ready, or is being written."""

    request: PlanRequest


class Shown(NamedTuple):
    """The plan that `w` writes: for an export, or for changes to notes."""

    request: PlanRequest
    plan: ExportPlan | WritePlan | None  # None from leaving the screen until it is recreated


class Written(NamedTuple):
    """The result of an export or the report of a check, shown until the notes change."""

    request: PlanRequest
    plan: ExportPlan | None
    notes: tuple[str, ...]


class Refused(NamedTuple):
    """The reason why there is no plan."""

    request: PlanRequest | None
    problem: NotekeepError


class PublishScreen(ListAndText):
    """Drafts and posts on the left; on the right, the export plan of the selected post.

    Only the visible plan is ever written.
    """

    BINDINGS = bindings("publish")
    CSS_PATH: ClassVar[Any] = ["over.tcss", "publish.tcss"]
    OPENED_BY = "show-publish"
    labels = {"open": "open plan"}  # noqa: RUF012 - never changed
    PLACE = "publish"
    ROW_ACTIONS = "open", "open-post", "write-export", "plan-all", "settle-by-hand", "check-export"

    destination = Destination()
    state: Planning | Shown | Written | Refused | None = None
    _index = PostIndex()
    _requested: tuple[str, ...] = ()
    """The notes of the plan, if they are not the note at the cursor."""

    def __init__(self) -> None:
        self.posts = PostList(id="drafts")
        super().__init__(self.posts)
        self.posts.placeholder = [[Piece("No drafts yet", "muted")]]
        self._plan_answer = PendingAnswer(self, "export")
        self._written_answer = PendingAnswer(self, WRITE_GROUP)

    def compose_list(self) -> ComposeResult:
        yield Label(id="site", markup=False)
        yield self.posts

    # The list shows titles immediately, and states when they are loaded.

    def vault_changed(self) -> None:
        if not self.defer_reload():
            self.load("drafts", partial(self._load_list, self.chosen), self._list)

    def _load_list(self, chosen: Sequence[str]) -> tuple[dict[str, ListedTitle], dict[str, str]]:
        """Return the titles, and the new paths of moved selected notes ("" if deleted)."""
        missing = set(chosen) - self.vault.catalog.rows_of(chosen).keys()
        moved = self.vault.publishing.history.find_moved(missing) if missing else {}
        return self._load_titles(), {path: moved.get(path, "") for path in missing}

    def _load_titles(self) -> dict[str, ListedTitle]:
        rows = self.vault.search.rows(self.vault.publishing.drafts()).rows
        return self._title_rows(rows)

    def _title_rows(self, rows: Iterable[Row]) -> dict[str, ListedTitle]:
        rows = [*rows]
        self.vault.search.distinguish_titles(rows)
        return {row.path: ListedTitle(row.title, row.title_suffix) for row in rows}

    def _list(self, loaded: tuple[dict[str, ListedTitle], dict[str, str]]) -> None:
        titles, moved = loaded
        self._requested = tuple(path for old in self._requested if (path := moved.get(old, old)))
        # Keep posts that exist only on a site until its states are read.
        known = {path: title for path, title in self._index.titles.items() if not moved.get(path)}
        self._index = self._index._replace(titles={**titles, **known})
        self._show_rows(moved)
        self._read_states()

    def _read_states(self) -> None:
        self.load("states", self._load_states, partial(self._show_states, self.state))

    def _load_states(self) -> PostIndex:
        publishing, destination = self.vault.publishing, self.destination
        chosen = (destination.target, destination.folder)
        is_known = chosen in [(site.target, site.folder) for site in publishing.sites]
        site_statuses = publishing.site_statuses(*(() if is_known else chosen))
        paths = {post.note for status in site_statuses for post in status.posts}
        names = {path: ListedTitle(path.rpartition("/")[2].removesuffix(".md")) for path in paths}
        posts = names | self._title_rows(self.vault.catalog.rows_of(paths).values())
        # Drafts stay in the list even if a site cannot be read.
        return PostIndex(self._load_titles() | posts, site_statuses, self._site_name())

    def _show_states(self, before: object, index: PostIndex) -> None:
        self._index = index
        self._show_rows()
        state = self.state
        if isinstance(state, Written) and state is before:
            # Replace the result with a plan if it was undone or its notes changed.
            rows = [row for row in self._list_rows() if row.path in state.notes]
            states = [row.states[self.posts.site] if row.states else "" for row in rows]
            if not {"new", "changed", ""}.isdisjoint(states):
                self.make_plan(state.notes)
        errors = [status.error for status in index.site_statuses if status.error]
        if errors and not self.text.is_busy:
            self.text.show_lines([Piece(clean_line(errors[-1]), "warn")])
        elif not errors and not index.titles and not self._requested:
            self.text.show_lines(*NO_DRAFTS_HINT)

    @property
    def _has_folder(self) -> bool:
        """Whether the user chose a site folder."""
        target, folder, is_default = self.destination
        try:
            return is_default or self.vault.publishing.has_site(target, folder)
        except NotekeepError:
            return False

    def _list_rows(self) -> list[PostRow]:
        # Without a chosen folder, every post would be "new".
        return post_rows(self._index.titles, self._index.site_statuses if self._has_folder else ())

    def _show_rows(self, moved: Mapping[str, str] | None = None) -> None:
        """Show the list with the cursor on the note of the plan, even if it was moved.

        The list contains this note even if it is neither a draft nor a post.
        """
        chosen = [(moved or {}).get(path) or path for path in self.chosen]
        titles = self._index.titles
        if unlisted := [path for path in chosen if path not in titles]:
            found = self._title_rows(self.vault.catalog.rows_of(unlisted).values())
            self._index = self._index._replace(titles={**titles, **found})
        rows = self._list_rows()
        self.posts.show(rows, chosen[0] if chosen else None)
        if not rows:
            self.state = None
        self._count(rows)

    def _count(self, rows: Sequence[PostRow]) -> None:
        counts = counts_text(rows, self.posts.site)
        total = plural(len(rows), "draft or post", "drafts and posts")
        if rows and self._index.site_statuses and not self._has_folder:
            counts = "no site folder"
        self.query_one("#site", Label).update(self._index.site_name)
        self.set_status(f"{counts} · {total}" if counts else total)
        self.set_idle_actions(*(() if rows else self.ROW_ACTIONS))

    def _show_states_of(self, plan: ExportPlan) -> None:
        """Update the states from a plan, because the site may have changed since it was read."""
        found = list_states(plan)
        site_statuses = [
            status._replace(posts=[found.get(post.note, post) for post in status.posts])
            if (status.target, status.site) == (plan.target, plan.site)
            else status
            for status in self._index.site_statuses
        ]
        self._index = self._index._replace(site_statuses=site_statuses)
        rows = self._list_rows()
        self.posts.show_states(rows)
        self._count(rows)

    def show_row(self) -> None:
        if (row := self.posts.item) is None:
            return
        if self.posts.was_moved:
            self._requested = ()
        paths = self._requested or (row.path,)
        request = self._request
        if not self._requested and self.vault.catalog.row(row.path) is None:
            self.state = None
            self.text.show_lines(*ORPHANED_POST_HINT)
        elif not (isinstance(self.state, Written) and self.state.notes == paths):
            # Keep the choice for edits on the site when the list reloads.
            how = request.how if request is not None and request.paths == paths else None
            self.make_plan(paths, pause=PLAN_DELAY, how=how)

    # The plan.

    def chosen_notes(self) -> list[str]:
        """Return the notes that a typed command changes; skip posts without a note."""
        return [*self.vault.catalog.rows_of(self.chosen)]

    @property
    def chosen(self) -> tuple[str, ...]:
        """The requested notes, or else the note at the cursor."""
        row = self.posts.item
        return self._requested or ((row.path,) if row is not None else ())

    @property
    def shown(self) -> ExportPlan | WritePlan | None:
        """The visible plan, or the plan of the visible result."""
        return self.state.plan if isinstance(self.state, Shown | Written) else None

    @property
    def _request(self) -> PlanRequest | None:
        return self.state.request if self.state is not None else None

    def plan(self, paths: Sequence[str]) -> None:
        """Show the export plan of notes, whether or not they are listed."""
        self._requested = tuple(paths)
        self.posts.was_moved = False
        self._show_rows()
        self.make_plan(self._requested)

    def make_plan(
        self, paths: Sequence[str], *, pause: float = 0.0, how: Mapping[str, object] | None = None
    ) -> None:
        if not self._has_folder:
            self.state = None
            self.text.show_lines(*NO_FOLDER_HINT)
            return
        request = PlanRequest(tuple(paths), self.destination, how)
        if request != self._request:
            self._plan_answer.drop()
        if request != self._request or isinstance(self.state, Written | Refused):
            self.state = Planning(request)
        self._plan(request, pause)

    def _plan(self, request: PlanRequest, pause: float = 0.0) -> None:
        publishing, paths, how = self.vault.publishing, request.paths, request.how
        target, site = request.destination.target, request.destination.folder

        def plan() -> ExportPlan | WritePlan:
            if how == PULL:
                return self.vault.post_notes.plan_pull(paths, target=target, site=site)
            options = publishing.export_options(**(how or {}))
            return publishing.plan_export(paths, target=target, site=site, options=options)

        show = partial(self._show_plan, request)
        self._plan_answer.ask(plan, show, pause=pause, failed=self.show_problem)

    def _show_plan(self, request: PlanRequest, plan: ExportPlan | WritePlan) -> None:
        state = self.state
        has_result = isinstance(state, Written) and state.plan is not None
        if self.is_covered or request != self._request or has_result:
            self._plan_answer.drop()
            return
        if isinstance(plan, ExportPlan) and not request.how:
            self._show_states_of(plan)  # with options, the plan has the states after the export
        if isinstance(plan, ExportPlan) and isinstance(state, Written) and plan.is_empty:
            self.state = state._replace(plan=plan)  # the result stays visible
            return
        self.state = Shown(request, plan)
        glyphs, is_same = self.glyphs, isinstance(state, Shown | Written)
        if isinstance(plan, ExportPlan):
            self.text.show(lambda width: plan_lines(plan, width, glyphs), stays=is_same)
        else:
            self.text.show(lambda width: patch_lines(plan, width, glyphs), stays=is_same)

    def on_screen_suspend(self) -> None:
        """Release the plan of a hidden screen, because it holds the files of the site in memory."""
        if self.is_covered:
            if isinstance(self.state, Shown | Written):
                self.state = self.state._replace(plan=None)
            self.text.release()

    def on_screen_resume(self) -> None:
        if self._request is not None and self.shown is None and self._awaited.is_done:
            self._plan(self._request)

    def show_problem(self, error: NotekeepError) -> None:
        self.state = Refused(self._request, error)
        self.text.show(partial(error_lines, error, hint=export_hint(error)))

    # Keys that need a plan wait until it is ready.

    @property
    def _awaited(self) -> PendingAnswer:
        """The write in progress, or else the plan in progress."""
        return self._plan_answer if self._written_answer.is_done else self._written_answer

    def _wait(self, action: Callable[[], object]) -> bool:
        """Return whether an action must wait for the plan; if so, run it when the plan is ready."""
        answer = self._awaited
        if self.shown or answer.is_done:
            return False

        def give_up() -> None:
            answer.drop_callbacks()
            show_message(self, NOT_LOADED_YET)

        answer.when_ready(action, late=give_up, seconds=QUEUE_SECONDS)
        return True

    # Writing.

    def action_write_export(self) -> None:
        def pulled(done: WriteResult) -> None:
            notify_done(self, f"Changed {plural(len(done.paths), 'note')}", done)
            self.reload()

        match self.state:
            case _ if not self._has_folder:
                self._ask_folder()
            case Shown(_, WritePlan() as pull):
                self._write(partial(self.vault.notes.apply, pull), pulled)
            case Shown(request, ExportPlan() as plan) if not plan.is_empty:
                export = partial(self.vault.publishing.export, plan)
                self._write(export, partial(self._was_written, request, plan, self.chosen))
            case Shown(_, ExportPlan() as plan) | Written(_, ExportPlan() as plan):
                refused = next(iter(plan.refused.values()), None)
                why = f"Not written: {refused.message}" if refused is not None else UP_TO_DATE
                show_message(self, EDITED_IN_SITE_HINT if plan.conflicts else why)
            case _ if self._wait(self.action_write_export):
                pass
            case Refused(_, problem):
                show_message(self, f"Not written: {problem.message}")
            case _:
                show_message(self, "Nothing to write")

    def _write(self, what: Callable[[], T], then: Callable[[T], object]) -> None:
        request, chosen = self._request, self.chosen
        self.state = Planning(request) if request is not None else None

        def failed(error: NotekeepError) -> None:
            if chosen == self.chosen:
                self.show_problem(error)
            else:  # the plan of another note is visible
                show_error(self, error)

        self._written_answer.ask(what, then, failed=failed)

    def _was_written(
        self, request: PlanRequest, plan: ExportPlan, chosen: tuple[str, ...], done: ExportResult
    ) -> None:
        if chosen == self.chosen:  # if not, the plan of another note is visible
            self.state = Written(request, plan, chosen)
            new = {file.path for file in plan.files if file.status == "new"}
            self.text.show(lambda width: exported_lines(done, width, self.glyphs, new))
        count = plural(len(done.written) + len(done.removed), "file")
        left = f" · {len(done.conflicts)} edited on the site (s)" if done.conflicts else ""
        show_message(self, f"Wrote {count} to {shorten_home(done.site)}{left} · u undo")
        self.post_message(VaultChanged())

    def action_plan_all(self) -> None:
        def show(paths: Sequence[str]) -> None:
            if paths:
                self.plan(paths)
            else:
                show_message(self, "No public notes yet")

        self._load_publishable(show)

    def action_prune_posts(self) -> None:
        """Plan the removal of exported files without a note; files edited by hand are kept."""
        self._load_publishable(partial(self.make_plan, how={"prune": True}))

    def _load_publishable(self, then: Callable[[Sequence[str]], object]) -> None:
        target, folder, _ = self.destination
        load = partial(self.vault.publishing.publishable, target, folder)
        self._plan_answer.ask(load, then, failed=self.show_problem)

    # Files edited on the site.

    def action_settle_by_hand(self) -> None:
        if self._wait(self.action_settle_by_hand):
            return
        plan, edited = self.shown, list[SiteChange]()
        if isinstance(plan, ExportPlan):
            is_written = isinstance(self.state, Written) and not plan.is_empty
            edited = plan.conflicts if is_written else plan.edited
        if not isinstance(plan, ExportPlan) or not edited:
            show_message(self, f"{self._name_chosen()}: not edited on the site")
            return
        options = _answers(edited)
        if not options:
            show_message(self, f"{edited[0].path}: {edited[0].why}")
            return
        # The answer applies to this plan, even if the cursor moves.
        paths = tuple(planned.post.path for planned in plan.posts) or self.chosen

        def answered(how: str) -> None:
            self.make_plan(paths, how={"by_hand": how})

        ask(self, Choice("Edited on the site", options), answered)

    # Checking, opening and previewing the posts on the site.

    def action_check_export(self) -> None:
        """Build the site, and check the pages of the exported posts."""
        if self._wait(self.action_check_export):
            return
        plan, request, chosen = self.shown, self._request, self.chosen
        if request is None or not isinstance(plan, ExportPlan) or not plan.posts:
            show_message(self, "No post to check")
            return
        if isinstance(self.state, Shown) and not plan.is_empty:
            show_message(self, "Write it first. The check reads the site")
            return

        def check() -> CheckReport:
            with work_status(self, "Building the site …"):
                return self.vault.publishing.check_export(plan)

        def show(report: CheckReport) -> None:
            if chosen != self.chosen:  # the plan of another note is visible
                show_message(self, f"{name}: {'check passed' if report.ok else 'check failed'}")
                return
            self.state = Written(request, plan, chosen)
            self.text.show(lambda width: report_lines(report, width, self.glyphs))

        name = self._name_chosen()
        in_background(self, check, show, group="check", exclusive=True)

    def action_open_post(self) -> None:
        if self._wait(self.action_open_post):
            return
        plan = self.shown
        if not isinstance(plan, ExportPlan):
            return
        places = [os.path.join(plan.site, file.path) for file in plan.files if file.is_post]
        place = next(filter(os.path.isfile, places), "")
        if not place:
            show_message(self, "Not in the site yet")
            return
        open_in_editor(self, place)
        self.reload()

    def action_run_preview(self) -> None:
        """Run the generator's preview server in the terminal until the user stops it."""
        target, folder, _ = self.destination
        prepare = partial(self.vault.publishing.preview, target, folder)

        def run(preview: PreviewCommand) -> None:
            external_programs.run_in_terminal(self.app, preview.run)

        in_background(self, prepare, run, group="preview", exclusive=True)

    # Editing notes, setting draft, starting a post.

    def _name_chosen(self) -> str:
        """Return the title of the selected note, or the number of notes."""
        titles = [
            self._index.titles[path].title for path in self.chosen if path in self._index.titles
        ]
        return titles[0] if len(titles) == 1 else plural(len(self.chosen), "note")

    def action_edit_draft(self) -> None:
        row = self.posts.item
        if row is not None and self.vault.catalog.row(row.path) is not None:
            self.post_message(EditNote(row.path))
        elif row is not None:
            show_message(self, NOTE_DELETED)

    def action_toggle_draft(self) -> None:
        """Set `draft: false` in the selected notes, or `draft: true` if none is a draft."""
        rows = self.vault.catalog.rows_of(self.chosen)
        if not rows:
            show_message(self, NOTE_DELETED if self.chosen else NO_NOTES)
            return
        value = "false" if any(is_draft(row.fields) for row in rows.values()) else "true"
        title = f"Set draft: {value} in {self._name_chosen()}"
        step = NoteOperation([*rows], title, lambda _: title)
        carry_out(self, step, partial(self.vault.notes.plan_set, step.paths, [f"draft={value}"]))

    def action_start_post(self) -> None:
        marked = () if self._requested else sorted(program(self).marked_notes)
        start_post(self, marked or self.chosen)

    # The target of an export.

    def action_next_target(self) -> None:
        options = [Option(kind.name, kind.id, kind.id) for kind in load_targets()]
        show_failed_extensions(self)
        options.insert(0, Option("Detect from the folder", "", OTHER))

        def chosen(target: str) -> None:
            self._set_destination(self.destination._replace(target=target.removeprefix(OTHER)))

        current = self.destination.target
        ask(self, Choice("Site generator", options, current, has_filter=True), chosen)

    def action_choose_site(self) -> None:
        sites = self.vault.publishing.sites
        if len(sites) < 2:
            self._ask_folder()
            return

        def chosen(folder: str) -> None:
            if folder == OTHER:
                self._ask_folder()
            else:
                at = [site.folder for site in sites].index(folder)
                self._set_destination(Destination(sites[at].target, folder), at)

        options = [Option(shorten_home(site.folder), "", site.folder) for site in sites]
        options.append(Option("Another folder", "", OTHER))
        ask(self, Choice("Site folder", options), chosen)

    def _ask_folder(self) -> None:
        target, site = self.destination.target, self.destination.folder
        try:
            current = shorten_home(self.vault.publishing.folder(target, site))
        except NotekeepError:  # this generator has no folder next to the vault
            current = ""

        def find(folder: str) -> Destination:
            # The folder next to the vault is created by the first export.
            is_default = folder == current and not site
            if is_default or not folder:
                return Destination(target, "", is_default)
            path = os.path.abspath(os.path.expanduser(folder))
            if not os.path.isdir(path):
                raise NotFound(f"There is no folder {folder}.", "Create it first, or type another.")
            return Destination(target, path)

        hint = "The folder of your site."
        if self.vault.publishing.sites:
            hint += " Empty: the folder from your settings."
        elif current and not site:
            hint += " No site yet? Press enter to use this folder next to your vault."
        prompt = Prompt("Site folder", value=current, example="~/blog", hint=hint, is_selected=True)
        open_dialog(self, prompt, find, self._set_destination, group="site")

    def _set_destination(self, destination: Destination, at: int = 0) -> None:
        self.destination, self.posts.site = destination, at
        self._index = self._index._replace(site_name=self._site_name())
        self._count(self._list_rows())
        self.reload()
        if not os.path.isdir(destination.folder):
            return

        def remembered(is_new: bool) -> None:  # noqa: FBT001 - the result of `remember_site`
            if is_new:
                show_message(self, "Saved as this vault's site.")

        remember = partial(self.vault.remember_site, destination.target, destination.folder)
        in_background(self, remember, remembered, group=WRITE_GROUP)

    def _site_name(self) -> str:
        """Return the generator and the folder of the site, or "" without a folder."""
        chosen_target, folder, _ = self.destination
        target, site = self.vault.publishing.site(chosen_target, folder)
        if not site:
            return ""
        try:
            return f"{open_target(target, site).name} · {shorten_home(site)}"
        except NotekeepError:
            return shorten_home(site)

    def reload(self) -> None:
        """Read the site again."""
        self._read_states()
        if self.chosen:
            self.make_plan(self.chosen)

    action_show_drafts = property(attrgetter("posts.focus"))
    action_open = ListAndText.action_read_text


def _answers(edited: Sequence[SiteChange]) -> list[Option]:
    """Return the options for files that were edited by hand or created by another program."""
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
