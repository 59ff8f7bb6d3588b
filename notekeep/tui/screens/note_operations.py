"""Operations on the marked notes or the note at the cursor: edit, rename, tag, move, delete.

A change to several notes is one step, and is shown as a plan first. A change to only the note at
the cursor is applied at once. `undo` reverts both.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from notekeep.config import editor_command
from notekeep.errors import NotekeepError, Refused, UsageError
from notekeep.markdown.fields.field_changes import FieldChange
from notekeep.markdown.fields.schema import FIELD_CHOICES
from notekeep.markdown.note import Note
from notekeep.markdown.sanitize import clean_line
from notekeep.markdown.text_edit import LineEdit
from notekeep.notes.capture import quote_location
from notekeep.notes.fields_and_tags import DateOffer
from notekeep.notes.plan import WritePlan, WriteResult
from notekeep.notes.replace import Replacement, Replacements
from notekeep.tui import clipboard, external_programs
from notekeep.tui.completion import WordSuggester
from notekeep.tui.dialogs.dialog import (
    Choice,
    Confirm,
    Option,
    Prompt,
    ask,
    open_dialog,
)
from notekeep.tui.dialogs.form import FormScreen, QuoteDialog
from notekeep.tui.dialogs.plan import LinePlanScreen, PlanScreen
from notekeep.tui.dialogs.replace import ReplaceDialog
from notekeep.tui.list_model import find_words
from notekeep.tui.messages import EditNote, OpenNote, PublishNotes, VaultChanged
from notekeep.tui.program import program
from notekeep.tui.render.formatting import plural
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.workers import (
    WRITE_GROUP,
    in_background,
    notify_done,
    show_error,
    show_message,
    work_status,
)

if TYPE_CHECKING:
    from notekeep.catalog.records import Row
    from notekeep.tui.screens.browse import BrowseScreen

NO_NOTES = "No note selected"
NO_MENTIONS = "No unlinked mentions. Names that are common words in the vault are ignored."


def open_in_editor(screen: VaultScreen, place: str) -> None:
    """Open a file in $EDITOR, which takes over the terminal."""
    try:
        command = editor_command(screen.vault.person.editor, os.environ)
        external_programs.run_editor(screen.app, command, place)
    except NotekeepError as error:
        show_error(screen, error)


def edit_outside(screen: VaultScreen, path: str) -> None:
    """Open a note in $EDITOR, then index the changes."""

    def refreshed(_: object) -> None:
        screen.post_message(VaultChanged())

    open_in_editor(screen, screen.vault.absolute(path))
    in_background(screen, screen.vault.indexing.refresh, refreshed, group=WRITE_GROUP)


def require_current_links(screen: VaultScreen) -> None:
    """Index changes by other programs to find new links; raise Refused if there are many."""
    if screen.vault.indexing.refresh(words=False, defer=True).pending:
        screen.post_message(VaultChanged())  # the app indexes them
        raise Refused("Notes are still being indexed.", "Try again in a moment.")


def plan_current_moves(screen: VaultScreen, paths: Sequence[str], folder: str) -> WritePlan:
    """Plan to move notes to a folder and update all links to them."""
    require_current_links(screen)
    return screen.vault.notes.plan_moves(paths, "" if folder == "." else folder)


def ask_dates(screen: VaultScreen, plan: WritePlan, then: Callable[[WritePlan], object]) -> None:
    """Call `then` with the plan; if the user agrees, add dates for a new status first."""

    def ask_offer(offer: DateOffer | None) -> None:
        if offer is None:
            then(plan)
            return
        dated, names = offer.plan, " and ".join(offer.fields)
        dates = f"{names}: {offer.day} in {plural(offer.notes, 'note')}"

        def answered(sets_dates: bool | None) -> None:  # noqa: FBT001 - the answer of the dialog
            then(dated if sets_dates else plan)

        dialog = Confirm(f"Set {names} to today?", dates, "set", no="leave empty")
        screen.app.push_screen(dialog, answered)

    find = partial(screen.vault.notes.find_date_offer, plan)
    in_background(screen, find, ask_offer, group="dates", holds_keys=True)


class NoteOperation(NamedTuple):
    """A change to notes."""

    paths: list[str]
    title: str
    format_done: Callable[[str], str]  # the message for a count such as "3 notes"


def carry_out(screen: VaultScreen, step: NoteOperation, plan: Callable[[], WritePlan]) -> None:
    """Plan a step in a thread, show the plan if it changes several notes, and apply it."""

    def make() -> WritePlan:
        with work_status(screen, f"Reading {_count(step.paths)} …"):
            return plan()

    def show(made: WritePlan) -> None:
        ask_dates(screen, made, partial(_show_plan, screen, step))

    in_background(screen, make, show, group="plan", exclusive=True, holds_keys=True)


def _show_plan(screen: VaultScreen, step: NoteOperation, plan: WritePlan) -> None:
    """Apply a plan, after confirmation if it changes more than the note at the cursor."""
    is_about_one = len(step.paths) == 1 and not screen.has_marks
    if is_about_one and len(plan.changes) <= 1 and not plan.refused:
        _write(screen, step, plan)
    else:
        confirm_plan(screen, step, plan)


def confirm_plan(screen: VaultScreen, step: NoteOperation, plan: WritePlan) -> None:
    """Show a plan, and apply it as one step after confirmation."""

    def write(_: bool) -> None:  # noqa: FBT001 - the answer of the dialog
        plan.remarks.clear()  # shown with the plan
        _write(screen, step, plan)

    ask(screen, PlanScreen(step.title, plan, step.paths), write)


def _write(screen: VaultScreen, step: NoteOperation, plan: WritePlan) -> None:
    def done(result: WriteResult) -> None:
        screen.follow_plan(plan)
        # Refusals in the plan were already shown.
        fresh = [problem for problem in result.refused if problem not in plan.refused]
        changed = {change.path for change in plan.changes} & set(step.paths)
        text = step.format_done(plural(len(changed) - len(fresh), "note"))
        left = len(result.refused)
        notify_done(screen, text, result._replace(refused=fresh), left=left)

    # Keys wait, because the next one may act on a row that is about to disappear.
    apply = partial(screen.vault.notes.apply, plan)
    in_background(screen, apply, done, group=WRITE_GROUP, holds_keys=True)


def confirm_lines(
    screen: VaultScreen,
    step: NoteOperation,
    lines: Sequence[LineEdit],
    plan: WritePlan,
    plan_lines: Callable[[Sequence[LineEdit]], WritePlan],
) -> None:
    """Show the lines of a plan, and write the lines that the user includes as one step."""

    def write(included: Sequence[LineEdit]) -> None:
        def show(made: WritePlan) -> None:
            made.remarks.clear()  # shown with the lines
            _write(screen, step, made)

        in_background(screen, partial(plan_lines, included), show, group="plan", holds_keys=True)

    ask(screen, LinePlanScreen(step.title, plan, lines), write)


def link_mentions(screen: VaultScreen, path: str) -> None:
    """Show the unlinked mentions of a note, and link the mentions that the user includes."""
    vault = screen.vault

    def find() -> tuple[Row, list[LineEdit], WritePlan]:
        row = vault.workspace.resolve(path)
        lines = vault.notes.find_mention_lines(row, vault.search.mentions(path))
        return row, lines, vault.notes.plan_mention_lines(row, lines)

    def show(found: tuple[Row, list[LineEdit], WritePlan]) -> None:
        row, lines, plan = found
        if not lines:
            show_message(screen, NO_MENTIONS)
            return
        title = clean_line(row.title)
        paths = [line.path for line in lines]
        step = NoteOperation(
            list(dict.fromkeys(paths)),
            f"Link to {title}",
            lambda count: f"Linked {title} in {count}",
        )
        confirm_lines(screen, step, lines, plan, partial(vault.notes.plan_mention_lines, row))

    in_background(screen, find, show, group="plan", exclusive=True, holds_keys=True)


def start_post(screen: VaultScreen, paths: Sequence[str]) -> None:
    """Ask for the title of a new post from notes, create it and open it."""
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
            # No undo hint, because u types a letter in the editor.
            show_message(screen, f"Created {path}")
            screen.post_message(PublishNotes((path,)))
            screen.post_message(EditNote(path))
        program(screen).unmark_notes(paths)

    row = screen.vault.catalog.row(paths[0])
    title = "Start a post" if len(paths) == 1 else f"Start a post from {plural(len(paths), 'note')}"
    hint = "Includes facts, your text, and quotes with sources. Nothing private."
    prompt = Prompt(title, value=row.title if row is not None else "", hint=hint, is_selected=True)
    open_dialog(screen, prompt, start, started)


class NoteOperations:
    """The actions on notes in Browse."""

    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen

    def edit_outside(self) -> None:
        if (row := self._screen.current_note) is not None:
            edit_outside(self._screen, row.path)

    def start_post(self) -> None:
        start_post(self._screen, self._screen.chosen_notes())

    def rename(self) -> None:
        screen, row = self._screen, self._screen.current_note
        if row is None:
            return

        def apply(title: str) -> tuple[str, WriteResult] | None:
            if not title or title == row.title:
                return None
            require_current_links(screen)
            return title, screen.vault.notes.rename(row.path, title)

        def renamed(answer: tuple[str, WriteResult]) -> None:
            title, done = answer
            notify_done(screen, f"Renamed to {title}", done)
            # The step also changed the notes that link to it.
            rows = filter(None, map(screen.vault.catalog.row, done.paths))
            path = next((row.path for row in rows if row.title == title), None)
            if path is not None:
                screen.post_message(OpenNote(path, as_listed=True))

        hint = "Links to it are updated. The file gets the same name."
        open_dialog(screen, Prompt("Rename", value=row.title, hint=hint), apply, renamed)

    def add_quote(self) -> None:
        screen, row = self._screen, self._screen.current_note
        if row is None:
            return

        def apply(answer: tuple[str, str]) -> WriteResult:
            text, page = answer
            notes = screen.vault.notes
            return notes.apply(notes.plan_quote(row.path, text, **quote_location(page)))

        done = partial(notify_done, screen, f"Added a quote to {row.title}")
        open_dialog(screen, QuoteDialog(row.title), apply, done)

    def edit_fields(self) -> None:
        screen, vault, row = self._screen, self._screen.vault, self._screen.current_note
        if row is None:
            return

        def plan(changes: list[FieldChange]) -> WritePlan:
            made = vault.notes.plan_set([row.path], changes)
            made.raise_if_nothing_left()
            return made

        def apply(changes: list[FieldChange]) -> tuple[str, WriteResult]:
            return f"Saved {' '.join(map(str, changes))}", vault.notes.apply(plan(changes))

        def show(note: Note) -> None:
            if note.problem is not None:
                show_error(
                    screen, Refused(note.problem.message, "Press e to open it in the editor.")
                )
                return
            form = FormScreen(note, plan)
            open_dialog(screen, form, apply, lambda answer: notify_done(screen, *answer))

        read = partial(vault.search.read, row.path)
        in_background(screen, read, show, group="form", exclusive=True, holds_keys=True)

    def edit_tags(self) -> None:
        vault, paths, row = (
            self._screen.vault,
            self._screen.chosen_notes(),
            self._screen.current_note,
        )
        is_one = len(paths) == 1
        tags = row.tags if is_one and row is not None and row.path == paths[0] else []
        has = f" Now: {' '.join(f'#{tag}' for tag in tags)}." if tags else ""

        def plan(text: str) -> WritePlan:
            add, remove = parse_tag_changes(text)
            if not add and not remove:
                raise UsageError("No tag given.", "Type +this to add a tag, -that to remove one.")
            return vault.notes.plan_tag(paths, add, remove)

        prompt = Prompt(
            "Tags" if is_one else f"Tags of {_count(paths)}",
            hint=f"-tag removes, separate with spaces.{has}",
            example="+reading -inbox",
            suggester=WordSuggester(" "),
        )
        self._ask(prompt, paths, plan, ("Tag", "Tagged"), lambda: list(vault.catalog.tag_counts()))

    def set_field(self) -> None:
        """Ask for field changes in the syntax of the command line."""
        vault, paths = self._screen.vault, self._screen.chosen_notes()

        def plan(text: str) -> WritePlan:
            return vault.notes.plan_set(paths, split_field_changes(text))

        prompt = Prompt(
            f"Set a field of {_count(paths)}",
            hint="field=value, field+=item, field-=item, or field= to clear it. "
            "Quote values with spaces.",
            example="rating=5 status=finished",
            suggester=WordSuggester(" "),
        )

        def load_words() -> list[str]:
            kinds = vault.schema.kinds.values()
            names = set(vault.catalog.field_names()).union(*(kind.fields for kind in kinds))
            usual = [
                f"{name}={value}" for (_, name), values in FIELD_CHOICES.items() for value in values
            ]
            return [*(f"{name}=" for name in names), *usual]

        self._ask(prompt, paths, plan, ("Change", "Changed"), load_words)

    def replace(self) -> None:
        """Replace text in the marked notes, or else in all notes of the list."""
        screen, vault = self._screen, self._screen.vault
        marked, query = sorted(screen.notes.marked), screen.current_query
        where = f"in {_count(marked)}" if marked else "in the listed notes"

        def find(request: Replacement) -> tuple[Replacements, WritePlan]:
            require_current_links(screen)
            found = vault.notes.find_replacements(request, marked or vault.search.paths(query))
            return found, found.plan()

        def show(answer: tuple[Replacements, WritePlan]) -> None:
            found, plan = answer
            label = clean_line(found.request.label)
            paths = list(dict.fromkeys(line.path for line in found.lines))
            step = NoteOperation(
                paths, f"Replace {label}", lambda count: f"Replaced {label} in {count}"
            )
            confirm_lines(screen, step, found.lines, plan, found.plan)

        dialog = ReplaceDialog(f"Replace {where}", find_words(screen.pane.typed))
        open_dialog(screen, dialog, find, show, group="plan")

    def move(self) -> None:
        vault, paths = self._screen.vault, self._screen.chosen_notes()

        def plan(text: str) -> WritePlan:
            if not text:
                raise UsageError("No folder given.", 'Type a folder. "." is the vault itself.')
            return plan_current_moves(self._screen, paths, text)

        prompt = Prompt(
            f"Move {_count(paths)} to a folder",
            value=self._screen.folder_under_cursor,
            hint='Links are updated. A new folder is created. "." is the vault itself.',
            example="books/read",
            suggester=WordSuggester(),
        )

        def load_folders() -> list[str]:
            return sorted({path.rpartition("/")[0] for path in vault.search.paths()} - {""})

        self._ask(prompt, paths, plan, ("Move", "Moved"), load_folders)

    def ask_publishable(self) -> None:
        screen, paths = self._screen, self._screen.chosen_notes()
        if not paths:
            show_message(screen, NO_NOTES)
            return

        def plan(value: str) -> None:
            change = FieldChange("publish", "=", None if value == "-" else value)
            title = f"{change} in {_count(paths)}"
            step = NoteOperation(paths, title, lambda count: f"{change} in {count}")
            carry_out(screen, step, lambda: screen.vault.notes.plan_set(paths, [change]))

        options = [
            Option("Yes", "publish: true", "true"),
            Option("No", "publish: false", "false"),
            Option("No value", "remove the field", "-"),
        ]
        title = f"Allow publishing of {_count(paths)}?"
        ask(screen, Choice(title, options), plan)

    def delete(self) -> None:
        screen, paths = self._screen, self._screen.chosen_notes()
        is_marked = bool(screen.notes.marked)
        # After a second press of the key, the note is already deleted.
        if not is_marked and not screen.vault.catalog.rows_of(paths):
            return

        def format_done(count: str) -> str:
            return f"Moved {count if is_marked else os.path.basename(paths[0])} to the trash"

        def plan() -> WritePlan:
            require_current_links(screen)  # the plan lists links that will break
            return screen.vault.notes.plan_delete(paths)

        carry_out(screen, NoteOperation(paths, f"Delete {_count(paths)}", format_done), plan)

    def copy(self) -> None:
        """Copy the selected text or passage, or else links to the notes."""
        screen, preview = self._screen, self._screen.current_preview
        chosen = None
        if screen.focused is preview and preview.rendering is not None:
            chosen = clipboard.copy_selection(preview.rendering, preview.chosen)
        if selected := screen.get_selected_text():
            self._copy_text(selected)
        elif chosen is not None:
            self._copy_text(*chosen)
        elif screen.notes.marked:
            self._copy_links()
        elif (row := screen.current_note) is not None:
            self._copy_text(f"[[{clean_line(row.title)}]]")

    def copy_path(self) -> None:
        if (row := self._screen.current_note) is not None:
            self._copy_text(self._screen.vault.absolute(row.path))

    def _copy_text(self, text: str, what: str = "") -> None:
        """Copy text, and show its description and first words."""
        clipboard.copy_text(self._screen.app, text)
        about = f" {what}:" if what else ""
        show_message(self._screen, f"Copied{about} {clean_line(text)[:60]}")

    def _copy_links(self) -> None:
        screen, paths = self._screen, self._screen.chosen_notes()

        def load() -> list[str]:
            titles = [row.title for row in screen.vault.catalog.rows_of(paths).values()]
            return [clean_line(title) for title in sorted(titles, key=str.casefold)]

        def copied(titles: list[str]) -> None:
            clipboard.copy_text(screen.app, "\n".join(f"[[{title}]]" for title in titles))
            show_message(screen, f"Copied {plural(len(titles), 'link')}")

        in_background(screen, load, copied, group="copy")

    def _ask(
        self,
        prompt: Prompt,
        paths: list[str],
        plan: Callable[[str], WritePlan],
        verb: tuple[str, str],  # for example "Tag", "Tagged"
        load_words: Callable[[], list[str]],
    ) -> None:
        """Ask for input, plan its changes, and apply them as `carry_out` does."""
        screen = self._screen
        if not paths:
            show_message(screen, NO_NOTES)
            return

        def apply(text: str) -> tuple[str, WritePlan]:
            made = plan(text)
            made.raise_if_nothing_left()
            return clean_line(text), made

        def show(answer: tuple[str, WritePlan]) -> None:
            what, made = answer
            title = f"{verb[0]} {_count(paths)}: {what}"
            step = NoteOperation(paths, title, lambda count: f"{verb[1]} {count}: {what}")
            ask_dates(screen, made, partial(_show_plan, screen, step))

        open_dialog(screen, prompt, apply, show, group="plan")
        screen.load("known", load_words, prompt.offer, is_quiet=True)


def _count(paths: Sequence[str]) -> str:
    return plural(len(paths), "note")


def parse_tag_changes(text: str) -> tuple[list[str], list[str]]:
    """Parse `+this -that #other` into tags to add and tags to remove."""
    words = text.replace(",", " ").split()
    add = [word.lstrip("+#") for word in words if not word.startswith("-")]
    remove = [word.lstrip("-#") for word in words if word.startswith("-")]
    return [word for word in add if word], [word for word in remove if word]


def split_field_changes(text: str) -> list[str]:
    """Split typed field changes: `rating=5 author+='Ann B'`."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError("A quote is not closed.", "Add the closing quote.") from None
    if not words:
        raise UsageError("No change given.", "Type field=value.")
    return words
