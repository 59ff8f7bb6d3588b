"""What can be done with a note from any screen: edit, rename, retag, delete, follow its links."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from notekeep.editor import editor_command
from notekeep.errors import NotekeepError, NotFound, Refused
from notekeep.markdown.clean import clean_line
from notekeep.tui import clipboard, outside
from notekeep.tui.jobs import in_background, say, show_error
from notekeep.tui.messages import OpenNote, ShowQuery, VaultChanged
from notekeep.tui.render.pieces import ACTION_LINK
from notekeep.tui.render.words import plural
from notekeep.tui.screens.dialogs import Choice, Confirm, Option, Prompt, ask
from notekeep.tui.telling import tell_done

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.index.rows import Backlink, LinkRow, Row
    from notekeep.markdown.changes import FieldChange
    from notekeep.markdown.note import Note
    from notekeep.tui.screens.base import VaultScreen
    from notekeep.vault import Vault
    from notekeep.writing.plan import Done, WritePlan

MANY = 20
"""More notes than this are asked about before they are changed at once."""


def edit(screen: VaultScreen, path: str) -> None:
    """Open a note in the person's editor, and read it again afterwards."""
    vault = screen.vault
    try:
        command = editor_command(vault.person.editor, os.environ)
        outside.edit(screen.app, command, vault.absolute(path))
    except NotekeepError as error:
        show_error(screen, error)
    in_background(
        screen,
        vault.refresh,
        lambda _refreshed: screen.post_message(VaultChanged()),
        group="write",
    )


def rename(screen: VaultScreen, row: Row) -> None:
    """Ask for another title, and give it."""

    def apply(title: str) -> tuple[str, Done] | None:
        is_other = bool(title) and title != row.title
        return (title, screen.vault.rename(row.path, title)) if is_other else None

    hint = "Links to it follow. The file is named by its title."
    prompt = Prompt("Rename", value=row.title, hint=hint)
    ask(screen, prompt, apply, partial(_renamed, screen))


def edit_fields(screen: VaultScreen, path: str) -> None:
    """Show the fields of a note as a form, and write what was changed as one step."""
    vault = screen.vault

    def plan(changes: list[FieldChange]) -> WritePlan:
        made = vault.plan.set_fields([path], changes)
        made.raise_if_all_refused()
        return made

    def apply(changes: list[FieldChange]) -> tuple[str, Done]:
        return " ".join(map(str, changes)), vault.carry_out(plan(changes))

    def then(answer: tuple[str, Done]) -> None:
        text, done = answer
        tell_done(screen, f"Wrote {text}", done)

    def show(note: Note) -> None:
        from notekeep.tui.fields import fields_of
        from notekeep.tui.screens.form import FormScreen

        if note.problem is not None:
            show_error(screen, Refused(note.problem.message, "e opens it in the editor."))
            return
        fields = fields_of(note, vault.schema)
        form = FormScreen(vault, note.title, fields, plan, screen.glyphs, screen.today)
        ask(screen, form, apply, then)

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

    def apply(text: str) -> Done | None:
        words = text.replace(",", " ").split()
        add = [word.lstrip("+#") for word in words if not word.startswith("-")]
        remove = [word.lstrip("-#") for word in words if word.startswith("-")]
        if not add and not remove:
            return None
        plan = screen.vault.plan.tag(paths, add, remove)
        plan.raise_if_all_refused()
        return screen.vault.carry_out(plan)

    tags = row.tags if row is not None and len(paths) == 1 else []
    has = "It has " + " ".join(f"#{tag}" for tag in tags) + "." if tags else ""
    title = "Tags" if len(paths) == 1 else f"Tags of {plural(len(paths), 'note')}"
    prompt = Prompt(
        title, example="reading -inbox", hint=f"A minus takes a tag away. {has}".strip()
    )
    then = partial(tell_done, screen, f"Tagged {plural(len(paths), 'note')}")
    _ask_if_many(screen, paths, "Change", lambda: ask(screen, prompt, apply, then))


def delete(
    screen: VaultScreen, paths: Sequence[str], over: Callable[[], object] = lambda: None
) -> None:
    """Move notes to the vault's trash, as one step.

    Args:
        screen: Where it was asked for.
        paths: The notes.
        over: Called when it was done, or could not be done.
    """
    if not paths:
        return

    def delete_all() -> Done:
        from notekeep.writing.plan import WritePlan

        plans = [screen.vault.plan.delete(path) for path in paths]
        if len(plans) == 1:
            return screen.vault.carry_out(plans[0])
        together = WritePlan(plans[0].verb, plural(len(plans), "note"))
        for plan in plans:
            together.changes.extend(plan.changes)
            together.refused.extend(plan.refused)
        return screen.vault.carry_out(together)

    what = os.path.basename(paths[0]) if len(paths) == 1 else plural(len(paths), "note")

    def deleted(done: Done) -> None:
        over()
        tell_done(screen, f"Moved {what} to .trash", done)

    def failed(error: NotekeepError) -> None:
        over()
        show_error(screen, error)

    _ask_if_many(
        screen,
        paths,
        "Delete",
        lambda: in_background(screen, delete_all, deleted, group="write", failed=failed),
    )


def copy(screen: VaultScreen, text: str, what: str = "") -> None:
    """Put text on the clipboard, and say so: by what it is, or by how it begins."""
    clipboard.copy(screen.app, text)
    begin = clean_line(text)[:60]
    say(screen, f"Copied {what}: {begin}" if what else f"Copied {begin}")


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
    from notekeep.markdown.sections import line_of

    note = vault.read_known(row)
    body = note.body_lf
    line = line_of(body, read_body(body), part)
    return OpenNote(row.path, line=None if line is None else note.body_line + line + 1, read=True)


def _miss(vault: Vault, name: str) -> OpenNote:
    """Say that a link leads nowhere, and what may have been meant.

    Raises:
        NotFound: Always, unless there are several notes whose names begin so.
        Ambiguous: There are.
    """
    near = vault.resolve(name)
    raise NotFound(f"there is no note called {name!r}", f"did you mean {near.title!r}?")


def _follow_address(screen: VaultScreen, link: str) -> None:
    def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual hands the answer over so
        if yes and screen.app.is_web:
            screen.app.open_url(link)  # in the person's browser, which is on another machine
        elif yes:
            in_background(
                screen, lambda: outside.open_address(link), lambda _: None, group="browser"
            )

    try:
        outside.checked_address(link)
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
        say(screen, "No links lead out of this note or into it")
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


def _renamed(screen: VaultScreen, answer: tuple[str, Done]) -> None:
    """Go to the note under its other name; the notes that link to it were written too."""
    title, done = answer
    tell_done(screen, f"Renamed to {title}", done)
    rows = map(screen.vault.catalog.row, done.paths)
    path = next((row.path for row in rows if row is not None and row.title == title), None)
    if path is not None:
        screen.post_message(OpenNote(path, as_listed=True))
