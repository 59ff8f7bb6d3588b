"""Plan changes to notes, and apply the plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, Self

from notekeep.catalog.name_lookup import Mention
from notekeep.catalog.records import Row
from notekeep.errors import Conflict, NotFound, UsageError
from notekeep.notes import capture, fields_and_tags, moves
from notekeep.notes.plan import WritePlan, WriteResult, apply_plan
from notekeep.notes.workspace import Workspace
from notekeep.services.indexing import IndexService
from notekeep.settings import VAULT_SETTINGS
from notekeep.storage.history import History
from notekeep.storage.open_folder import NameExists

if TYPE_CHECKING:
    from notekeep.markdown.text_edit import LineEdit
    from notekeep.notes.duplicates import Duplicate
    from notekeep.notes.lint import Lint
    from notekeep.notes.replace import Replacement, Replacements

_Params = ParamSpec("_Params")
MAX_RETRIES = 5  # for a plan, if other programs write the same note


class NoteService:
    """Changes to the notes of one vault. The package `notekeep.notes` makes the plans."""

    def __init__(
        self,
        workspace: Workspace,
        indexing: IndexService,
        open_history: Callable[[], History],
        on_event: Callable[..., object],
    ) -> None:
        self.workspace = workspace
        self.indexing = indexing
        self._on_event = on_event  # called with an event and its notes
        self._open_history = open_history  # lazy, because plans do not need it
        self.plan_new = partial(capture.plan_new, workspace)
        self.plan_add = partial(capture.plan_add_to, workspace)
        self.plan_capture = partial(capture.plan_capture, workspace)
        self.plan_set = partial(fields_and_tags.plan_set, workspace)
        self.find_date_offer = partial(fields_and_tags.find_date_offer, workspace)
        self.plan_tag = partial(fields_and_tags.plan_tag, workspace)
        self.plan_rename_tag = partial(fields_and_tags.plan_rename_tag, workspace)
        self.plan_toggle_task = partial(fields_and_tags.plan_toggle_task, workspace)
        self.plan_moves = partial(moves.plan_moves, workspace)
        self.plan_links = partial(moves.plan_links, workspace)
        self.create = self._applied(self.plan_new)
        self.set_fields = self._applied(self.plan_set)
        self.tag = self._applied(self.plan_tag)
        self.rename = self._applied(self.plan_rename)
        self.toggle_task = self._applied(self.plan_toggle_task)

    def _applied(self, make_plan: Callable[_Params, WritePlan]) -> Callable[_Params, WriteResult]:
        """Return a function that makes a plan and applies it."""
        return lambda *args, **kwargs: self.apply(make_plan(*args, **kwargs))

    def with_open_texts(self, texts: Mapping[str, bytes]) -> Self:
        """Return a service that plans changes to files open in an editor, by path, as typed.

        The editor applies these plans, because it has the files open.
        """
        workspace = self.workspace._replace(open_texts=texts)
        return type(self)(workspace, self.indexing, self._open_history, self._on_event)

    def apply(
        self, plan: WritePlan, should_continue: Callable[[str], bool] = lambda _: True
    ) -> WriteResult:
        """Apply a plan as one step that `undo` reverts, and index the notes.

        `should_continue` is called with each path before its file is written; False stops the step.

        Raises Conflict if a file has changed since the plan was made, and Failure for a system
        error. No file is left half-written.
        """
        done = apply_plan(plan, self.workspace.root, self._open_history(), should_continue)
        remarks = [*done.remarks, *self.indexing.index_written()]
        if plan.resolved:
            from notekeep.notes import conflict_pairs

            remarks += conflict_pairs.resolve_in_git(self.workspace, plan.resolved)
        if done.step and plan.verb in ("new", "import"):
            self._on_event(plan.verb, [path for path in done.paths if path.endswith(".md")])
        return done._replace(remarks=remarks)

    def merge_copies(self) -> None:
        """Merge the conflict copies of sync programs, if possible."""
        from notekeep.notes import conflict_pairs

        is_indexed = self.workspace.catalog.meta("reader") is not None
        self.indexing.refresh(words=False, defer=is_indexed)
        plan = conflict_pairs.plan_merge_all(self.workspace, self._open_history(), of_others=True)
        if plan.changes:
            self.apply(plan)

    def apply_again(self, make_plan: Callable[[], WritePlan]) -> WriteResult:
        """Make and apply a plan; retry if another program saved at the same time."""
        for _ in range(MAX_RETRIES):
            try:
                return self.apply(make_plan())
            except NameExists:
                pass  # another program has created the file
            except Conflict as error:
                if error.copy:  # the plan was applied, and the other version became a copy
                    raise
        return self.apply(make_plan())

    def add(self, text: str, to: str = "", day: dt.date | None = None, at: str = "") -> WriteResult:
        """Add a line, even if another program saves at the same time; see `plan_add`."""
        return self.apply_again(lambda: self.plan_add(text, to, day, at))

    def open_periodic(self, kind: str) -> WriteResult:
        """Return the path of the note for today, this week or this month; create it if necessary.

        `kind` is `daily`, `weekly` or `monthly`. Raises UsageError if such notes are turned off.
        """
        path = self.workspace.daily_path(self.workspace.today(), kind)
        done = self.apply_again(lambda: capture.plan_periodic(self.workspace, kind))
        return done if done.paths else done._replace(paths=[path])

    def capture(
        self, text: str, place: str, attachment: capture.Attachment | None = None
    ) -> WriteResult:
        """Save a quick note; see `plan_capture`."""
        return self.apply_again(lambda: self.plan_capture(text, place, attachment))

    def plan_quote(
        self, name: str, text: str, *, page: str = "", loc: str = "", at: str = ""
    ) -> WritePlan:
        """Plan to add a quote, with its page, location or time, to the section for quotes."""
        row = self.workspace.resolve(name)
        before = self.workspace.read(row.path)
        plan = capture.plan_quote(row.path, before, text, page=page, loc=loc, at=at)
        plan.label = row.title
        return plan

    def plan_thought(self, path: str, line: int, text: str) -> WritePlan:
        """Plan to add a paragraph below the quote on a line of a note."""
        from notekeep.notes.passage_edits import plan_thought

        return plan_thought(self.workspace, path, line, text)

    def plan_attach(self, name: str, file: str) -> WritePlan:
        """Plan to copy a file to the attachments, and to add a link to a note."""
        return capture.plan_attach(self.workspace, self.workspace.resolve(name).path, file)

    def plan_rename(self, name: str, title: str) -> WritePlan:
        """Plan a new title and file name for a note, and link updates."""
        return moves.plan_rename(self.workspace, self.workspace.resolve(name), title)

    def plan_rename_heading(self, path: str, line: int, title: str) -> WritePlan:
        """Plan a new text for the heading on a line of a note, from 1; update links to it."""
        from notekeep.notes.heading_links import plan_rename_heading

        return plan_rename_heading(self.workspace, path, line, title)

    def plan_delete(self, paths: Iterable[str]) -> WritePlan:
        """Plan to move notes to the trash; a remark names the notes that link to them."""
        return moves.plan_delete(self.workspace, sorted(set(paths)))

    def find_replacements(self, request: Replacement, paths: Iterable[str]) -> Replacements:
        """Find the lines that a text replacement would change."""
        from notekeep.notes.replace import find_replacements

        return find_replacements(self.workspace, request, paths)

    def find_mention_lines(self, row: Row, mentions: Iterable[Mention]) -> list[LineEdit]:
        """Return edits of lines that turn mentions of a note into links."""
        from notekeep.notes.link_repair import find_mention_lines

        return find_mention_lines(self.workspace, row, mentions)

    def plan_mention_lines(self, row: Row, lines: Iterable[LineEdit]) -> WritePlan:
        """Plan some of the edits from `find_mention_lines`."""
        from notekeep.notes.link_repair import plan_mention_lines

        return plan_mention_lines(self.workspace, row, lines)

    def plan_save_query(self, name: str, query: str) -> WritePlan:
        """Plan to save a query in the vault's settings; an empty query removes it."""
        import tomlkit  # slow to load
        from tomlkit.exceptions import TOMLKitError

        name = name.strip()
        if not name or not name.isprintable():
            raise UsageError("The name of a saved query must be one line.", "Use a short name.")
        before = self.workspace.read_if_exists(VAULT_SETTINGS)
        hint = "Fix it, then save again."
        try:
            document: Any = tomlkit.parse((before or b"").decode("utf-8-sig"))
        except (TOMLKitError, UnicodeDecodeError) as error:
            raise UsageError(f"{VAULT_SETTINGS} is not valid TOML: {error}.", hint) from error
        table = document.setdefault("saved", tomlkit.table())
        if not isinstance(table, dict):
            raise UsageError(f"In {VAULT_SETTINGS}, `saved` is not a table.", hint)
        if query:
            table[name] = query
        elif table.pop(name, None) is None:
            raise NotFound(f"There is no saved query {name!r}.", "`notekeep saved` lists them.")
        plan = WritePlan("saved", name)
        plan.edit(VAULT_SETTINGS, before, tomlkit.dumps(document).encode("utf-8"))
        return plan

    def lint(self, paths: Iterable[str], label: str = "") -> Lint:
        """Find problems in notes and logs, with a plan of fixes."""
        from notekeep.notes.lint import lint_notes

        return lint_notes(self.workspace, paths, label)

    def duplicates(self, paths: Iterable[str]) -> list[Duplicate]:
        """Find near-duplicates, most similar first."""
        from notekeep.notes.duplicates import find_duplicates

        return find_duplicates(self.workspace.root, paths)

    def move(self, name: str, folder: str) -> WriteResult:
        """Move a note into another folder; see `plan_moves`."""
        return self.apply(self.plan_moves([self.workspace.resolve(name).path], folder))

    def delete(self, name: str) -> WriteResult:
        """Move a note to the vault's trash."""
        return self.apply(self.plan_delete([self.workspace.resolve(name).path]))
