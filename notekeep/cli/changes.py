"""Changing notes: `set`, `tag`, `tags`, `fields`, `rename`, `mv`, `rm`."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from notekeep.catalog.name_lookup import resolve_names, select, split_names
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import RawCommand, answer_options, change_options, yes_option
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.opening import open_refreshed
from notekeep.errors import InvalidValue, NotFound, UsageError
from notekeep.markdown.sanitize import clean
from notekeep.storage.file_names import is_within, vault_path

if TYPE_CHECKING:
    from notekeep.catalog.records import Row
    from notekeep.notes.plan import WritePlan
    from notekeep.vault import Vault


_CHANGE = re.compile(r"[^\s=]+?[+-]?=")
_SPACED_CHANGE = re.compile(r"[^\s=][^=]*=")  # where `--` tells it from a title, as "E = mc2"
_TAG = re.compile(r"[+-]#?[^\s+-]")
PIPED = "-"  # stands for the notes that are named on standard input


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
    """Change fields in the front matter of NOTE, or of all notes that match QUERY.

    `k=v` sets a field, `k+=v` adds to a list, `k-=v` removes from it, `k=` deletes the field.
    Dates can be words: `finished=yesterday`, `mon`, `-3`, `"3 days ago"`. For status=finished or
    status=reading it offers to set an empty finished or started to today.

    \b
    notekeep set rating=5 status=finished -- "Deep Work"
    notekeep set genre+=classic -- type:book published\\<1990
    """
    shape = _SPACED_CHANGE if "--" in words else _CHANGE
    changes, name = _split(words, shape, "KEY=VALUE")
    vault = open_refreshed()
    paths = _select(vault, name)
    try:
        plan = vault.notes.plan_set(paths, changes, force=force)
    except InvalidValue as error:
        hint = f"{error.hint} --force writes it anyway."
        raise InvalidValue(error.message, hint.strip()) from None
    plan = _offer_dates(vault, plan, name, asks=not dry_run and not yes)
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes)


def _offer_dates(vault: Vault, plan: WritePlan, name: str, *, asks: bool) -> WritePlan:
    """The plan with the dates that go with a new status, if a person at a terminal wants them.

    They are not filled in unasked: who catches up on old books did not finish them today.
    """
    offer = vault.notes.find_date_offer(plan)
    if offer is None:
        return plan
    pairs = " ".join(f"{field}={offer.day}" for field in offer.fields)
    where = f" in {offer.notes} notes" if offer.notes > 1 else ""
    if asks and sys.stdin.isatty():
        is_wanted = click.confirm(clean(f"Also set {pairs}{where}?"), default=True, err=True)
        return offer.plan if is_wanted else plan
    plan.remarks += [f"{field} is empty{where}" for field in offer.fields]
    if offer.notes == 1:
        plan.remarks[-1] += (
            f"; `notekeep set {offer.fields[0]}=today -- {shlex.quote(name)}` sets it"
        )
    return plan


@click.command(
    cls=RawCommand, metavar="+TAG -TAG... -- NOTE|QUERY", short_help="Add and remove tags."
)
@yes_option
@change_options
def tag(words: tuple[str, ...], *, yes: bool, dry_run: bool) -> int:
    """Add and remove tags in the front matter of NOTE, or of all notes that match QUERY.

    \b
    notekeep tag +reread -inbox -- "Deep Work"
    """
    tags, name = _split(words, _TAG, "+TAG or -TAG")
    vault = open_refreshed()
    paths = _select(vault, name)
    add = [word[1:] for word in tags if word[0] == "+"]
    remove = [word[1:] for word in tags if word[0] == "-"]
    plan = vault.notes.plan_tag(paths, add, remove)
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes)


def _split(words: tuple[str, ...], shape: re.Pattern[str], form: str) -> tuple[list[str], str]:
    """The changes, and what they are made to: after `--`, or after the last change."""
    if "--" in words:
        at = words.index("--")
        changes, rest = list(words[:at]), words[at + 1 :]
    else:
        at = next((n for n, word in enumerate(words) if not shape.match(word)), len(words))
        changes, rest = list(words[:at]), words[at:]
    for change in changes:
        if not shape.match(change):
            raise UsageError(f"{change!r} is not {form}", f"usage: {form} ... -- NOTE or QUERY")
    if not changes or not rest:
        missing = "which note?" if changes else "what should change?"
        raise UsageError(missing, f"usage: {form} ... -- NOTE or QUERY")
    return changes, " ".join(rest)


def _select(vault: Vault, words: str) -> list[str]:
    """The notes that words mean; the search is loaded only where they are a query."""
    rows = select(vault.catalog, words, vault.root, lambda: vault.search.rows(words).rows)
    return [row.path for row in rows]


@click.command(short_help="List the fields that queries can use.")
@answer_options
def fields() -> int:
    """List the fields in this vault and the type of each."""
    vault = open_refreshed()
    known = vault.search.fields()
    rows = [(name, field.type) for name in known.names() if (field := known.find(name))]
    found = [{"field": name, "type": kind} for name, kind in rows]
    return output.write_answer(rows, json={"total": len(found), "fields": found})


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
        empty="no tags yet; `notekeep tag +TAG -- NOTE` adds one",
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
    vault = open_refreshed()
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
    vault = open_refreshed()
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
    `-` instead of NOTE reads names from standard input, one a line or separated by NUL.

    \b
    notekeep mv "Deep Work" "Atomic Habits" books/read
    notekeep ls --null 'type:book rating<3' | notekeep mv - books/dropped
    """
    vault = open_refreshed()
    rows, folder = _notes(vault, note), _folder(vault, folder)
    if len(rows) == 1:
        plan = vault.notes.plan_move(rows[0].path, folder)
    else:
        plan = vault.notes.plan_moves([row.path for row in rows], folder)
    return apply_plan(vault, plan, dry_run=dry_run, yes=yes)


@click.command(short_help="Move notes to the trash.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_each_note)
@yes_option
@change_options
def rm(note: tuple[str, ...], *, yes: bool, dry_run: bool) -> int:
    """Move each NOTE to the vault's .trash in one step. `notekeep undo` restores them all.

    `-` instead of NOTE reads names from standard input, one a line or separated by NUL.

    \b
    notekeep rm "Garden sensor" "Talk notes"
    notekeep ls --null path:inbox/ 'modified<2025' | notekeep rm -
    """
    vault = open_refreshed()
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
    given = [name for word in words for name in (piped if word == PIPED else [word])]
    if not given:
        raise NotFound(
            "no notes on standard input", "`notekeep ls --null QUERY` lists the notes of a query"
        )
    return resolve_names(vault.catalog, given, vault.root)


def _folder(vault: Vault, folder: str) -> str:
    """A folder of the vault, where it was named as a shell completes it."""
    is_here = folder == "." and is_within(os.path.realpath("."), os.path.realpath(vault.root))
    is_relative = folder == ".." or folder.startswith(("./", "../"))
    is_absolute = os.path.isabs(folder) and folder.strip("/") and os.path.isdir(folder)
    if not is_here and not is_relative and not is_absolute:
        return folder
    return f"{vault_path(vault.root, folder)}/"
