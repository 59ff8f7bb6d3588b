"""Edit, rename, tag, move, delete; one or many."""

from __future__ import annotations

import os
import shlex
from functools import partial
from typing import TYPE_CHECKING

from notekeep.config import editor_command
from notekeep.errors import NotekeepError, NotFound, Refused, UsageError
from notekeep.markdown.field_changes import FieldChange, read_change, resolve_date, typed_value
from notekeep.markdown.sanitize import clean_line
from notekeep.markdown.schema import FIELD_CHOICES, canonical
from notekeep.tui import clipboard, external_programs
from notekeep.tui.dialogs.field_prompt import WordsPrompt
from notekeep.tui.dialogs.prompts import Choice, Confirm, Option, Prompt, open_dialog
from notekeep.tui.messages import OpenNote, ShowQuery, VaultChanged, WorkStatus
from notekeep.tui.notifications import notify_done
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.styled_text import ACTION_LINK
from notekeep.tui.screens.plan_preview import PlanScreen
from notekeep.tui.workers import in_background, show_error, show_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.catalog.records import Backlink, LinkRow, Row
    from notekeep.markdown.note import Note
    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.tui.screens.grid_mode import GridMode
    from notekeep.tui.screens.vault_screen import VaultScreen
    from notekeep.vault import Vault


# What can be done with a note from any screen: edit, rename, retag, delete, follow its links.


MANY = 20
"""More notes than this are asked about before they are changed at once."""


def edit_note(screen: VaultScreen, path: str) -> None:
    """Open a note in the person's editor, and read it again afterwards."""
    vault = screen.vault
    try:
        command = editor_command(vault.person.editor, os.environ)
        external_programs.run_editor(screen.app, command, vault.absolute(path))
    except NotekeepError as error:
        show_error(screen, error)
    in_background(
        screen,
        vault.refresh,
        lambda _refreshed: screen.post_message(VaultChanged()),
        group="write",
    )


def rename_note(screen: VaultScreen, row: Row) -> None:
    """Ask for another title, and give it."""

    def apply(title: str) -> tuple[str, WriteResult] | None:
        is_other = bool(title) and title != row.title
        return (title, screen.vault.rename(row.path, title)) if is_other else None

    hint = "Links to it follow. The file is named by its title."
    prompt = Prompt("Rename", value=row.title, hint=hint)
    open_dialog(screen, prompt, apply, partial(_renamed, screen))


def edit_fields(screen: VaultScreen, path: str) -> None:
    """Show the fields of a note as a form, and write what was changed as one step."""
    vault = screen.vault

    def plan(changes: list[FieldChange]) -> WritePlan:
        made = vault.plan.set_fields([path], changes)
        made.raise_if_nothing_left()
        return made

    def apply(changes: list[FieldChange]) -> tuple[str, WriteResult]:
        return " ".join(map(str, changes)), vault.carry_out(plan(changes))

    def then(answer: tuple[str, WriteResult]) -> None:
        text, done = answer
        notify_done(screen, f"Wrote {text}", done)

    def show(note: Note) -> None:
        from notekeep.tui.dialogs.form import FormScreen
        from notekeep.tui.field_forms import list_form_fields

        if note.problem is not None:
            show_error(screen, Refused(note.problem.message, "e opens it in the editor."))
            return
        fields = list_form_fields(note, vault.schema)
        form = FormScreen(vault, note.title, fields, plan, screen.glyphs, screen.today)
        open_dialog(screen, form, apply, then)

    in_background(
        screen,
        lambda: vault.read(path),
        show,
        group="form",
        exclusive=True,
        holds_keys=True,
    )


def edit_tags(screen: VaultScreen, paths: Sequence[str], row: Row | None) -> None:
    """Ask for tags to add and remove, as `+this -that`."""
    if not paths:
        return

    def apply(text: str) -> WriteResult | None:
        words = text.replace(",", " ").split()
        add = [word.lstrip("+#") for word in words if not word.startswith("-")]
        remove = [word.lstrip("-#") for word in words if word.startswith("-")]
        if not add and not remove:
            return None
        plan = screen.vault.plan.tag(paths, add, remove)
        plan.raise_if_nothing_left()
        return screen.vault.carry_out(plan)

    tags = row.tags if row is not None and len(paths) == 1 else []
    has = "It has " + " ".join(f"#{tag}" for tag in tags) + "." if tags else ""
    title = "Tags" if len(paths) == 1 else f"Tags of {plural(len(paths), 'note')}"
    prompt = Prompt(
        title, example="reading -inbox", hint=f"A minus takes a tag away. {has}".strip()
    )
    then = partial(notify_done, screen, f"Tagged {plural(len(paths), 'note')}")
    _ask_if_many(screen, paths, "Change", lambda: open_dialog(screen, prompt, apply, then))


def delete_notes(
    screen: VaultScreen, paths: Sequence[str], over: Callable[[], object] = lambda: None
) -> None:
    """Move notes to the vault's trash, as one step."""
    if not paths:
        return

    def delete_all() -> WriteResult:
        from notekeep.notes.plan import WritePlan

        plans = [screen.vault.plan.delete(path) for path in paths]
        if len(plans) == 1:
            return screen.vault.carry_out(plans[0])
        together = WritePlan(plans[0].verb, plural(len(plans), "note"))
        for plan in plans:
            together.changes.extend(plan.changes)
            together.refused.extend(plan.refused)
        return screen.vault.carry_out(together)

    what = os.path.basename(paths[0]) if len(paths) == 1 else plural(len(paths), "note")

    def deleted(done: WriteResult) -> None:
        over()
        notify_done(screen, f"Moved {what} to .trash", done)

    def failed(error: NotekeepError) -> None:
        over()
        show_error(screen, error)

    _ask_if_many(
        screen,
        paths,
        "Delete",
        lambda: in_background(screen, delete_all, deleted, group="write", failed=failed),
    )


def copy_and_notify(screen: VaultScreen, text: str, what: str = "") -> None:
    """Put text on the clipboard, and say so: by what it is, or by how it begins."""
    clipboard.copy_text(screen.app, text)
    begin = clean_line(text)[:60]
    show_message(screen, f"Copied {what}: {begin}" if what else f"Copied {begin}")


def follow(screen: VaultScreen, link: str, source: str) -> None:
    """Go where a link in the note `source` leads: a note, the notes of a tag, or an address."""
    if link.startswith(ACTION_LINK):
        screen.call_later(screen.run_action, link.removeprefix(ACTION_LINK))
    elif link.startswith("#"):
        screen.post_message(ShowQuery(f"tag:{link[1:]}"))
    elif link.startswith("[["):
        _follow_note(screen, link[2:-2], source)
    elif "://" in link or link.startswith("mailto:"):
        _follow_address(screen, link)
    else:
        _follow_note(screen, link, source)


def _follow_note(screen: VaultScreen, target: str, source: str) -> None:
    from urllib.parse import unquote

    name, part = map(unquote, target.partition("#")[::2])
    row = screen.vault.linked(name, source)
    if row is not None and not part:
        screen.post_message(OpenNote(row.path, read=True))
        return
    in_background(
        screen,
        partial(_place_in, screen.vault, row, part) if row else partial(_miss, screen.vault, name),
        screen.post_message,
        group="follow",
        exclusive=True,
    )


def _place_in(vault: Vault, row: Row, part: str) -> OpenNote:
    """Where a link to a part of a note leads: to its line, or to the note when it has none."""
    from notekeep.markdown.outline import read_body
    from notekeep.markdown.text_edit import find_line

    note = vault.read_known(row)
    body = note.body_lf
    line = find_line(body, read_body(body), part)
    return OpenNote(row.path, line=None if line is None else note.body_line + line + 1, read=True)


def _miss(vault: Vault, name: str) -> OpenNote:
    """Say that a link leads nowhere, and what may have been meant."""
    near = vault.resolve(name)
    raise NotFound(f"there is no note called {name!r}", f"did you mean {near.title!r}?")


def _follow_address(screen: VaultScreen, link: str) -> None:
    def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual hands the answer over so
        if yes and screen.app.is_web:
            screen.app.open_url(link)  # in the person's browser, which is on another machine
        elif yes:
            in_background(
                screen,
                lambda: external_programs.open_address(link),
                lambda _: None,
                group="browser",
            )

    try:
        external_programs.check_address(link)
    except NotekeepError as error:
        show_error(screen, error)
    else:
        screen.app.push_screen(Confirm("Open in the browser", link, "opens it"), answered)


def choose_link(screen: VaultScreen, row: Row) -> None:
    """List a note's links, backlinks and headings, and go to the chosen one."""
    catalog = screen.vault.catalog
    outline = [
        Option("  " * (level - 1) + text, "", f"line:{line}")
        for line, level, text in catalog.headings(row.path)
    ]
    options = [
        *_section("Links", [_link_option(link) for link in catalog.links(row.path)]),
        *_section("Backlinks", [_backlink_option(link) for link in catalog.backlinks(row.path)]),
        *_section("Outline", outline),
    ]
    if not options:
        show_message(screen, "No links lead out of this note or into it")
        return

    def answered(value: str | None) -> None:
        if value is None:
            return
        if value.startswith("line:"):
            screen.post_message(OpenNote(row.path, line=int(value[5:]), read=True))
        elif value.startswith("note:"):
            screen.post_message(OpenNote(value[5:], read=True))
        else:
            follow(screen, value, row.path)

    screen.app.push_screen(Choice(row.title, options, screen.glyphs), answered)


def _section(title: str, options: Sequence[Option]) -> list[Option]:
    once = list(dict.fromkeys(options))  # a note may link to another one more than once
    return [Option(f"{title} {len(once)}", "", ""), *once] if once else []


def _link_option(link: LinkRow) -> Option:
    # What stands before a bar in a picture's text is its size, and no name.
    size, bar, name = link.text.partition("|")
    shown = (name if bar and size.replace("x", "").isdecimal() else link.text) or link.target
    if link.path is not None:
        return Option(shown, link.path, f"note:{link.path}")
    if link.state == "web":
        return Option(shown, link.target, link.target)
    return Option(shown, link.state, f"[[{link.target}]]")


def _backlink_option(link: Backlink) -> Option:
    return Option(link.title, link.source, f"note:{link.source}")


def _ask_if_many(
    screen: VaultScreen, paths: Sequence[str], verb: str, do: Callable[[], object]
) -> None:
    """Ask before more notes are changed at once than one can look over."""
    if len(paths) <= MANY:
        do()
        return
    text = f"{verb} {plural(len(paths), 'note')} at once? u takes it back."

    def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual hands the answer over so
        if yes:
            do()

    screen.app.push_screen(Confirm(verb, text, "does it"), answered)


def _renamed(screen: VaultScreen, answer: tuple[str, WriteResult]) -> None:
    """Go to the note under its other name; the notes that link to it were written too."""
    title, done = answer
    notify_done(screen, f"Renamed to {title}", done)
    rows = map(screen.vault.catalog.row, done.paths)
    path = next((row.path for row in rows if row is not None and row.title == title), None)
    if path is not None:
        screen.post_message(OpenNote(path, as_listed=True))


# Verbs on the marked notes: asked for, planned, shown, and written as one step.
#
# With nothing marked they are about the note under the cursor, and what changes that note alone
# is done without being shown first: undo takes it back.


def tag_marked(screen: GridMode) -> None:
    """Ask for tags to add to the marked notes and to take away, as `+this -that`."""
    paths = _paths(screen)

    def planned(text: str) -> WritePlan:
        add, remove = parse_tag_changes(text)
        if not add and not remove:
            raise UsageError("No tag yet", "Write +this to add one and -that to take one away.")
        return screen.vault.plan.tag(paths, add, remove)

    words = WordsPrompt(f"Tags of {_count(paths)}", "A minus takes a tag away.", "+reading -inbox")
    _ask(screen, words, paths, planned, ("Tag", "Tagged"), lambda: list(screen.vault.tags()))


def parse_tag_changes(text: str) -> tuple[list[str], list[str]]:
    """Read `+this -that #other` into what is added and what is taken away."""
    words = text.replace(",", " ").split()
    add = [word.lstrip("+#") for word in words if not word.startswith("-")]
    remove = [word.lstrip("-#") for word in words if word.startswith("-")]
    return [word for word in add if word], [word for word in remove if word]


def set_field_of_marked(screen: GridMode) -> None:
    """Ask for changes of fields as the command line takes them, and make them in every note."""
    paths = _paths(screen)
    vault = screen.vault

    def planned(text: str) -> WritePlan:
        return vault.plan.set_fields(paths, parse_field_changes(vault, text))

    words = WordsPrompt(
        f"Set a field of {_count(paths)}",
        "field=value, field+=item, field-=item, or field= to empty it; quotes around blanks.",
        "rating=5 status=finished",
    )
    _ask(screen, words, paths, planned, ("Change", "Changed"), lambda: _fields(vault))


def parse_field_changes(vault: Vault, text: str) -> list[FieldChange]:
    """Read changes of fields as a person types them.

    Raises:
        UsageError: There is none, or a value that its field cannot hold.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError("A quote is not closed", "Put one at the end as well.") from None
    if not words:
        raise UsageError("Nothing to change yet", "Write field=value.")
    changes = [resolve_date(read_change(word), vault.schema, vault.today()) for word in words]
    for change in changes:
        if change.op == "=" and change.value is not None:
            name = canonical(change.key)
            typed_value(name, vault.schema.type_of("", name), change.value)
    return changes


def _fields(vault: Vault) -> list[str]:
    """Give what a change may begin with: the fields of the vault, and the usual values."""
    kinds = vault.schema.kinds.values()
    names = {*vault.catalog.field_names(), *(name for kind in kinds for name in kind.fields)}
    usual = [f"{name}={value}" for (_, name), values in FIELD_CHOICES.items() for value in values]
    return [*(f"{name}=" for name in names), *usual]


def ask_publishable(screen: GridMode) -> None:
    """Ask whether the notes may be published."""
    paths = _paths(screen)
    if not paths:
        screen.show_nothing_listed()
        return
    options = [
        Option("Yes", "publish: true", "true"),
        Option("No", "publish: false", "false"),
        Option("Say nothing", "the field goes away", "-"),
    ]

    def answered(value: str | None) -> None:
        if value is not None:
            change = FieldChange("publish", "=", None if value == "-" else value)
            _plan(
                screen,
                f"{change} in {_count(paths)}",
                paths,
                lambda: screen.vault.plan.set_fields(paths, [change]),
                (lambda count: f"{change} in {count}"),
            )

    title = f"May {_count(paths)} be published?"
    screen.app.push_screen(Choice(title, options, screen.glyphs), answered)


def move_marked(screen: GridMode) -> None:
    """Ask for a folder, and move the notes there."""
    paths = _paths(screen)

    def planned(text: str) -> WritePlan:
        if not text:
            raise UsageError("Which folder?", "A new one is made; a point is the vault itself.")
        return screen.vault.plan.move_all(paths, "" if text == "." else text)

    words = WordsPrompt(
        f"Move {_count(paths)} to a folder",
        "Links follow. A new folder is made; a point is the vault itself.",
        "books/read",
        is_one=True,
    )
    _ask(screen, words, paths, planned, ("Move", "Moved"), lambda: _folders(screen.vault))


def _folders(vault: Vault) -> list[str]:
    found = {path.rpartition("/")[0] for path in vault.paths()}
    return sorted(found - {""})


def delete_marked(screen: GridMode) -> None:
    """Move the notes to the vault's trash."""
    paths = _paths(screen)
    _plan(
        screen,
        f"Delete {_count(paths)}",
        paths,
        lambda: screen.vault.plan.delete_all(paths),
        lambda count: f"Moved {count} to .trash",
    )


def copy_links_to_marked(screen: GridMode) -> None:
    """Put links to the marked notes on the clipboard, one on each line."""
    paths = _paths(screen)

    def copied(titles: list[str]) -> None:
        clipboard.copy_text(screen.app, "\n".join(f"[[{title}]]" for title in titles))
        show_message(screen, f"Copied {plural(len(titles), 'link')}")

    in_background(
        screen,
        lambda: [clean_line(row.title) for row in _rows(screen.vault, paths)],
        copied,
        group="copy",
    )


def _rows(vault: Vault, paths: Sequence[str]) -> list[Row]:
    return sorted(vault.catalog.rows_of(paths).values(), key=lambda row: row.title.casefold())


# From the question to the step.


def _paths(screen: GridMode) -> list[str]:
    return [*screen.chosen_notes()]


def _count(paths: Sequence[str]) -> str:
    return plural(len(paths), "note")


def _ask(
    screen: GridMode,
    words: WordsPrompt,
    paths: Sequence[str],
    planned: Callable[[str], WritePlan],
    verb: tuple[str, str],
    known: Callable[[], list[str]],
) -> None:
    """Ask for words, plan what they say, show the plan when it is about many, and do it."""
    if not paths:
        screen.show_nothing_listed()
        return

    def plan(text: str) -> tuple[str, WritePlan]:
        made = planned(text)
        made.raise_if_nothing_left()
        return clean_line(text), made

    def show(answer: tuple[str, WritePlan]) -> None:
        what, made = answer
        title = f"{verb[0]} {_count(paths)}: {what}"
        _show(screen, title, paths, made, lambda count: f"{verb[1]} {count}: {what}")

    open_dialog(screen, words, plan, show, group="plan")
    in_background(
        screen, known, words.know, group="known", exclusive=True, failed=lambda _error: None
    )


def _plan(
    screen: GridMode,
    title: str,
    paths: Sequence[str],
    plan: Callable[[], WritePlan],
    said: Callable[[str], str],
) -> None:
    """Make a plan, show it when it is about many, and do it."""
    screen.post_message(WorkStatus(f"Looking at {_count(paths)}"))

    def show(made: WritePlan) -> None:
        screen.post_message(WorkStatus(""))
        _show(screen, title, paths, made, said)

    in_background(screen, plan, show, group="plan", exclusive=True, holds_keys=True)


def _show(
    screen: GridMode,
    title: str,
    paths: Sequence[str],
    plan: WritePlan,
    said: Callable[[str], str],
) -> None:
    """Show a plan when it is about many notes, and do it."""
    if not screen.notes.marked and len(plan.changes) <= 1 and not plan.refused:
        _do(screen, plan, paths, said)
        return

    def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual hands the answer over so
        if yes:
            plan.remarks.clear()  # they were shown with it
            _do(screen, plan, paths, said)

    screen.app.push_screen(PlanScreen(title, plan, screen.glyphs, paths), answered)


def _do(
    screen: GridMode, plan: WritePlan, paths: Sequence[str], said: Callable[[str], str]
) -> None:
    def done(result: WriteResult) -> None:
        written = {change.target or change.path: change.path for change in plan.changes}
        written = {new: old for new, old in written.items() if new in set(result.paths)}
        marks = {old: new for new, old in written.items() if old != new}
        count = len(set(written.values()) & set(paths))
        notes = screen.notes
        gone = {change.path for change in plan.changes if change.after is None}
        notes.follow_marks(marks, {*notes.marked, *marks.values()} - gone)
        # What the plan left out was shown with it.
        fresh = [problem for problem in result.refused if problem not in plan.refused]
        text = said(plural(count, "note"))
        notify_done(screen, text, result._replace(refused=fresh), left=len(result.refused))

    in_background(screen, lambda: screen.vault.carry_out(plan), done, group="write")
