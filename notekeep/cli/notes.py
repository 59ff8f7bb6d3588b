"""Notes: `new`, `add`, `attach`, `quote`, `show`, `open`, `set`, `tag`, `tags`, `rename` ..."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence

import click

from notekeep.catalog.name_lookup import find_exact, resolve_names, split_names
from notekeep.catalog.records import Row
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import (
    RawCommand,
    answer_options,
    change_options,
    dry_run_option,
    json_options,
    no_refresh_option,
    note_argument,
    tag_option,
    verb_options,
    yes_option,
)
from notekeep.cli.confirmation import apply_plan, create_note, report_result
from notekeep.cli.context import is_json
from notekeep.cli.opening import find_paths, open_refreshed, open_vault, show_progress
from notekeep.config import editor_command, split_command
from notekeep.dates import parse_day
from notekeep.errors import Failure, InvalidValue, NotFound, UsageError
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.fields.schema import CURRENT_NOTES, FIXED_KINDS
from notekeep.markdown.sanitize import clean
from notekeep.notes.plan import WritePlan
from notekeep.storage.file_names import is_within, vault_path
from notekeep.vault import Vault

_CHANGE = re.compile(r"[^\s=]+?[+-]?=")
# Only recognized before `--`, because it could be a title: "E = mc2".
_SPACED_CHANGE = re.compile(r"[^\s=][^=]*=")
_TAG = re.compile(r"[+-]#?[^\s+-]")
PIPED = "-"  # stands for the names on standard input


@click.command(short_help="Create a note.")
@click.argument("kind", shell_complete=shell_completion.complete_kind)
@click.argument("title", nargs=-1, required=True)
@tag_option
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set a field. Can be repeated.",
    shell_complete=shell_completion.complete_change,
)
@dry_run_option
@json_options
def new(
    kind: str,
    title: tuple[str, ...],
    *,
    tags: tuple[str, ...],
    pairs: tuple[str, ...],
    dry_run: bool,
) -> int:
    """Create a note of KIND with TITLE. Text from a pipe becomes its body.

    KIND is book, podcast, habit, post, daily, note, a kind in your settings, or the name of a
    template in the vault: `movie` for `Movie Template.md`.

    \b
    notekeep new book "Deep Work" -t focus --set author="Cal Newport" --set pages=296
    pbpaste | notekeep new note "Something I read"
    """
    vault = open_vault()
    folder = vault.schema.folders.get(kind)
    has_folder = folder is not None and os.path.isdir(vault.absolute(folder))
    if kind not in FIXED_KINDS and not has_folder:
        with show_progress() as progress:  # the index is needed to find the folder
            vault.indexing.refresh(words=False, progress=progress)
    body = "" if sys.stdin.isatty() else sys.stdin.read()
    fields = dict(_pair(pair) for pair in pairs)
    plan = vault.notes.plan_new(kind, " ".join(title), fields=fields, tags=tags, body=body)
    return create_note(vault, plan, dry_run=dry_run)


@click.command(
    cls=RawCommand, metavar="TEXT...", short_help="Add a line to today's note or another note."
)
@click.option(
    "--to",
    metavar="NOTE#Section",
    default="",
    help="Note and section to add to.",
    shell_complete=shell_completion.complete_each_note,
)
@click.option(
    "--day",
    metavar="DAY",
    default="",
    help="Add to the daily note of DAY: yesterday, mon, tomorrow, 2026-12-24.",
    shell_complete=shell_completion.complete_day,
)
@click.option("--at", metavar="TIME", default="", help="Start the line with a time: 21:30.")
@change_options
def add(words: tuple[str, ...], *, to: str, day: str, at: str, dry_run: bool) -> int:
    """Add TEXT at the end of a note or section, as a new item if it ends with a list.

    Without TEXT, or with `-`, reads it from a pipe. A weekday is the latest one, including today;
    for a day in the future, use tomorrow or a date.

    \b
    notekeep add "Ask Mira about the talk"
    notekeep add "- [ ] a task" --to "Ideas for the winter#Garden"
    notekeep add "Dinner with Mira" --day tuesday --at 21:30
    """
    vault = open_refreshed() if to else open_vault()
    text = " ".join(words[words[:1] == ("--",) :])
    if text == "-" or not (words or sys.stdin.isatty()):
        text = sys.stdin.read().rstrip("\n")
    of_day = parse_day(day, vault.today()) if day else None
    if dry_run:
        return apply_plan(vault, vault.notes.plan_add(text, to, of_day, at), dry_run=True)
    report_result(vault.notes.add(text, to, of_day, at))
    return 0


@click.command(short_help="Copy a file into the vault and link it from a note.")
@click.argument("note", shell_complete=shell_completion.complete_note)
@click.argument("file", type=click.Path())
@change_options
def attach(note: str, file: str, *, dry_run: bool) -> int:
    """Copy FILE to the attachments and link to it at the end of NOTE.

    \b
    notekeep attach "Garden sensor" ~/pictures/probe.jpg
    """
    vault = open_refreshed()
    return apply_plan(vault, vault.notes.plan_attach(note, file), dry_run=dry_run)


def _pair(pair: str) -> tuple[str, Value]:
    key, equals, value = pair.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {pair} needs KEY=VALUE.", "For example: `--set rating=4`")
    return key.strip(), value.strip()


@click.command(short_help="Add a quote to a note.")
@click.argument("note", shell_complete=shell_completion.complete_note)
@click.argument("text", nargs=-1, required=True)
@click.option("--page", metavar="N", default="", help="Page number.")
@click.option("--loc", metavar="N", default="", help="Location in an e-book.")
@click.option("--at", metavar="TIME", default="", help="Time in an episode: 12:34, 1:02:33.")
@change_options
def quote(note: str, text: tuple[str, ...], *, page: str, loc: str, at: str, dry_run: bool) -> int:
    """Add TEXT to NOTE as a block quote, under its heading Quotes or Highlights.

    A note without such a heading gets one at its end.

    \b
    notekeep quote "Atomic Habits" "Every action is a vote." --page 38
    notekeep quote "Naval Ravikant on JRE" "Read what you love." --at 12:01
    """
    vault = open_refreshed()
    plan = vault.notes.plan_quote(note, " ".join(text), page=page, loc=loc, at=at)
    return apply_plan(vault, plan, dry_run=dry_run)


@click.command(short_help="Print a note.")
@note_argument
@answer_options
def show(note: tuple[str, ...]) -> int:
    """Print NOTE, given as a path, a title, an alias, or the start of one.

    On a terminal it uses $PAGER if set. In a pipe it prints the file unchanged.

    \b
    notekeep show "Deep Work"
    """
    vault = open_refreshed()
    row = vault.workspace.resolve(" ".join(note))
    vault.open_counts.count(row.path)
    data = vault.workspace.read(row.path)
    if is_json():
        output.write_json({**row.as_object(), "body": vault.workspace.note(row.path, data).body})
        return 0
    if not output.is_terminal():
        output.write_bytes(data)
        return 0
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\n")
    pager = os.environ.get("PAGER", "").strip()
    if pager:
        return _run(split_command(pager, "$PAGER"), [], "$PAGER", feed=clean(text) + "\n")
    output.write(text)
    return 0


@click.command("open", short_help="Edit a note in $EDITOR.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_open)
@no_refresh_option
@verb_options
def open_(note: tuple[str, ...]) -> int:
    """Edit NOTE in your editor: the setting `editor`, $VISUAL or $EDITOR.

    `today`, `week` and `month` are the notes of today, this week and this month, unless a note has
    that name. If the note does not exist, it is created from its template. Weekly and monthly notes
    are off until you turn them on in the vault's settings or in Obsidian.

    \b
    notekeep open "Deep Work"
    notekeep open today
    """
    vault = open_refreshed()
    name = " ".join(note)
    kind = CURRENT_NOTES.get(name.casefold())
    templates = {settings.template for settings in vault.settings.obsidian.periodic.values()}
    named = kind and {row.path for row in vault.catalog.named(name, in_lists=True)} - templates
    if kind is not None and not named:
        done = vault.notes.open_periodic(kind)
        report_result(done, lambda _: "")
        path = done.paths[0]
    else:
        path = vault.workspace.resolve(name).path
    vault.open_counts.count(path)
    code = edit_file(vault, path)
    vault.indexing.refresh(for_answer=True, words=False)
    return code


def edit_file(vault: Vault, path: str) -> int:
    """Open a file in the user's editor, and wait until it is closed."""
    command = editor_command(vault.person.editor, os.environ)
    return _run(command, [vault.absolute(path)], "the editor")


def _run(command: list[str], arguments: list[str], what: str, feed: str | None = None) -> int:
    """Run the user's program without a shell, with `--` before the arguments."""
    try:
        done = subprocess.run(
            [*command, *(["--", *arguments] if arguments else [])],
            input=feed,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise Failure(
            f"Cannot start {what}: {shlex.join(command)}: {error.strerror}.",
            "Set it to an editor that is installed.",
        ) from error
    if done.returncode:
        raise Failure(f"{shlex.join(command)} ended with code {done.returncode}.")
    return 0


@click.command(
    "set",
    cls=RawCommand,
    metavar="KEY=VALUE... -- NOTE|QUERY",
    short_help="Change fields of notes.",
)
@click.option("--force", is_flag=True, help="Accept values outside the allowed range or choices.")
@yes_option
@change_options
def set_(words: tuple[str, ...], *, force: bool, yes: bool, dry_run: bool) -> int:
    """Change fields in the front matter of each NOTE, or of all notes that match QUERY.

    `k=v` sets a field, `k+=v` adds to a list, `k-=v` removes from it, `k=` deletes the field.
    Dates can be words: `finished=yesterday`, `mon`, `-3`, `"3 days ago"`. For status=finished or
    status=reading it offers to set an empty finished or started to today.

    \b
    notekeep set rating=5 status=finished -- "Deep Work"
    notekeep set genre+=classic -- type:book published\\<1990
    """
    shape = _SPACED_CHANGE if "--" in words else _CHANGE
    changes, names = _split(words, shape, "KEY=VALUE")
    vault = open_refreshed()
    paths = _find_paths(vault, names)
    try:
        plan = vault.notes.plan_set(paths, changes, force=force)
    except InvalidValue as error:
        hint = f"{error.hint} --force writes it anyway."
        raise InvalidValue(error.message, hint.strip()) from None
    plan = _offer_dates(vault, plan, " ".join(names), asks=not dry_run and not yes)
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes)


def _offer_dates(vault: Vault, plan: WritePlan, name: str, *, asks: bool) -> WritePlan:
    """Return the plan with the dates for a new status if the user accepts them.

    Dates are not set without asking, because the book may have been finished long ago.
    """
    offer = vault.notes.find_date_offer(plan)
    if offer is None:
        return plan
    pairs = " ".join(f"{field}={offer.day}" for field in offer.fields)
    where = f" in {offer.notes} notes" if offer.notes > 1 else ""
    if asks and sys.stdin.isatty():
        is_accepted = click.confirm(clean(f"Also set {pairs}{where}?"), default=True, err=True)
        return offer.plan if is_accepted else plan
    plan.remarks += [f"{field} is empty{where}." for field in offer.fields]
    if offer.notes == 1:
        plan.remarks[-1] += (
            f" `notekeep set {offer.fields[0]}=today -- {shlex.quote(name)}` sets it."
        )
    return plan


@click.command(
    cls=RawCommand, metavar="+TAG -TAG... -- NOTE|QUERY", short_help="Add and remove tags."
)
@yes_option
@change_options
def tag(words: tuple[str, ...], *, yes: bool, dry_run: bool) -> int:
    """Add and remove tags in the front matter of each NOTE, or of all notes that match QUERY.

    \b
    notekeep tag +reread -inbox -- "Deep Work"
    """
    tags, names = _split(words, _TAG, "+TAG or -TAG")
    vault = open_refreshed()
    paths = _find_paths(vault, names)
    add = [word[1:] for word in tags if word[0] == "+"]
    remove = [word[1:] for word in tags if word[0] == "-"]
    plan = vault.notes.plan_tag(paths, add, remove)
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes)


def _find_paths(vault: Vault, words: Sequence[str]) -> list[str]:
    """Return the notes with these names, or the notes that match a single name or query."""
    names = split_names(vault.catalog, words, vault.root)
    if len(names) > 1 and all(find_exact(vault.catalog, name, vault.root) for name in names):
        return [row.path for row in resolve_names(vault.catalog, names, vault.root)]
    return find_paths(vault, " ".join(words))


def _split(
    words: tuple[str, ...], shape: re.Pattern[str], form: str
) -> tuple[list[str], Sequence[str]]:
    """Split words into changes and notes, at `--` or after the last change."""
    if "--" in words:
        at = words.index("--")
        changes, rest = list(words[:at]), words[at + 1 :]
    else:
        at = next((n for n, word in enumerate(words) if not shape.match(word)), len(words))
        changes, rest = list(words[:at]), words[at:]
    for change in changes:
        if not shape.match(change):
            raise UsageError(f'"{change}" is not {form}.', f"Usage: `{form} ... -- NOTE or QUERY`")
    if not changes or not rest:
        missing = "Which note?" if changes else "What should change?"
        raise UsageError(missing, f"Usage: `{form} ... -- NOTE or QUERY`")
    return changes, rest


@click.group(
    invoke_without_command=True, short_help="List all tags, with the number of notes for each."
)
@answer_options
@click.pass_context
def tags(ctx: click.Context) -> int:
    """List all tags, with the number of notes for each. Notes with a child tag count too."""
    if ctx.invoked_subcommand is not None:
        return 0
    vault = open_refreshed()
    found = vault.catalog.tag_counts()
    objects = [{"tag": tag, "notes": count} for tag, count in found.items()]
    return output.write_answer(
        [(str(count), f"#{tag}") for tag, count in found.items()],
        json={"total": len(objects), "tags": objects},
        empty="No tags yet. `notekeep tag +TAG -- NOTE` adds one.",
        stretch=1,
    )


@tags.command("rename", short_help="Rename a tag in all notes.")
@click.argument("old", metavar="A", shell_complete=shell_completion.complete_tag)
@click.argument("new", metavar="B", shell_complete=shell_completion.complete_tag)
@yes_option
@change_options
def rename_tag(old: str, new: str, *, yes: bool, dry_run: bool) -> int:
    """Rename tag A to B in the front matter and text of all notes.

    Child tags are renamed too: a/x becomes b/x. If a note has both tags, B is kept once.
    """
    vault = open_refreshed(whole=True)
    plan = vault.notes.plan_rename_tag(old, new)
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes)


@click.command(short_help="Rename a note and update links to it.")
@click.argument("note", shell_complete=shell_completion.complete_note)
@click.argument("title", nargs=-1, required=True)
@yes_option
@change_options
def rename(note: str, title: tuple[str, ...], *, yes: bool, dry_run: bool) -> int:
    """Change the title and file name of NOTE, and update every link to it.

    \b
    notekeep rename "Deep Work" "Deep Work, read twice"
    """
    vault = open_refreshed(whole=True)
    plan = vault.notes.plan_rename(note, " ".join(title))
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes)


@click.command(short_help="Move notes to another folder and update links to them.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_each_note)
@click.argument("folder")
@yes_option
@change_options
def mv(note: tuple[str, ...], folder: str, *, yes: bool, dry_run: bool) -> int:
    """Move each NOTE to FOLDER in the vault and update links. FOLDER is created if needed.

    `.`, `..` and `./FOLDER` are relative to the current folder; outside the vault `.` is the vault.
    `-` instead of NOTE reads names from standard input, one per line or separated by NUL.

    \b
    notekeep mv "Deep Work" "Atomic Habits" books/read
    notekeep ls --null 'type:book rating<3' | notekeep mv - books/dropped
    """
    vault = open_refreshed(whole=True)
    rows, folder = _notes(vault, note), _folder(vault, folder)
    plan = vault.notes.plan_moves([row.path for row in rows], folder)
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes)


@click.command(short_help="Move notes to the trash.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_each_note)
@yes_option
@change_options
def rm(note: tuple[str, ...], *, yes: bool, dry_run: bool) -> int:
    """Move each NOTE to the vault's .trash in one step. `notekeep undo` restores them all.

    `-` instead of NOTE reads names from standard input, one per line or separated by NUL.

    \b
    notekeep rm "Garden sensor" "Talk notes"
    notekeep ls --null path:inbox/ 'modified<2025' | notekeep rm -
    """
    vault = open_refreshed(whole=True)
    plan = vault.notes.plan_delete([row.path for row in _notes(vault, note)])
    return apply_plan(
        vault, plan, dry_run=dry_run, done=lambda path: f"moved {path} to the trash", yes=yes
    )


def _notes(vault: Vault, words: Sequence[str]) -> list[Row]:
    if PIPED not in words:
        names = split_names(vault.catalog, words, vault.root)
        return resolve_names(vault.catalog, names, vault.root)
    data = sys.stdin.buffer.read()
    parts = data.split(b"\0") if b"\0" in data else data.splitlines()
    piped = [os.fsdecode(part) for part in parts if part.strip()]
    names = [name for word in words for name in (piped if word == PIPED else [word])]
    if not names:
        raise NotFound(
            "No notes on standard input.", "`notekeep ls --null QUERY` lists the notes of a query."
        )
    return resolve_names(vault.catalog, names, vault.root)


def _folder(vault: Vault, folder: str) -> str:
    """Return a folder relative to the vault, even for a path that the shell completed."""
    is_current = folder == "." and is_within(os.path.realpath("."), os.path.realpath(vault.root))
    is_relative = folder == ".." or folder.startswith(("./", "../"))
    is_absolute = os.path.isabs(folder) and folder.strip("/") and os.path.isdir(folder)
    if not is_current and not is_relative and not is_absolute:
        return folder
    return f"{vault_path(vault.root, folder)}/"
