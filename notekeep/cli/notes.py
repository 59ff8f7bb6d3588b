"""Making and reading notes: `new`, `add`, `attach`, `quote`, `show`, `open`."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import click

from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import (
    RawCommand,
    answer_options,
    change_options,
    dry_run_option,
    json_options,
    no_refresh_option,
    note_argument,
    verb_options,
)
from notekeep.cli.confirmation import apply_plan, report_result
from notekeep.cli.context import is_json
from notekeep.cli.lists import row_object
from notekeep.cli.opening import open_refreshed, open_vault, show_progress
from notekeep.config import editor_command, split_command
from notekeep.errors import Failure, UsageError
from notekeep.markdown.sanitize import clean
from notekeep.markdown.schema import FIXED_KINDS

if TYPE_CHECKING:
    from notekeep.markdown.field_values import Value
    from notekeep.vault import Vault


@click.command(short_help="Create a note.")
@click.argument("kind", shell_complete=shell_completion.complete_kind)
@click.argument("title", nargs=-1, required=True)
@click.option(
    "-t",
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    help="Add a tag. Can be repeated.",
    shell_complete=shell_completion.complete_tag,
)
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

    KIND is book, podcast, habit, post, daily, note, a kind of your settings, or what a template of
    the vault is for: `movie` with `Movie Template.md`.

    \b
    notekeep new book "Deep Work" -t focus --set author="Cal Newport" --set pages=296
    pbpaste | notekeep new note "Something I read"
    """
    vault = open_vault()
    folder = vault.schema.folders.get(kind)
    has_folder = folder is not None and os.path.isdir(vault.absolute(folder))
    if kind not in FIXED_KINDS and not has_folder:
        with show_progress() as progress:  # so that it is known where such notes are
            vault.indexing.refresh(words=False, progress=progress)
    body = "" if sys.stdin.isatty() else sys.stdin.read()
    fields = dict(_pair(pair) for pair in pairs)
    plan = vault.notes.plan_new(kind, " ".join(title), fields=fields, tags=tags, body=body)
    if is_json():
        path = plan.changes[0].path if dry_run else vault.notes.apply(plan).paths[0]
        output.write_json({"path": path})
        return 0
    return apply_plan(vault, plan, dry_run=dry_run)


@click.command(
    cls=RawCommand, metavar="TEXT...", short_help="Add a line to today's note or another."
)
@click.option(
    "--to",
    metavar="NOTE#Section",
    default="",
    help="Note and section to add to.",
    shell_complete=shell_completion.complete_each_note,
)
@change_options
def add(words: tuple[str, ...], *, to: str, dry_run: bool) -> int:
    """Add TEXT at the end of a note or section, as a new item if it ends with a list.

    Without TEXT, or with `-`, reads it from a pipe.

    \b
    notekeep add "Ask Mira about the talk"
    notekeep add "- [ ] a task" --to "Ideas for the winter#Garden"
    """
    vault = open_refreshed() if to else open_vault()
    text = " ".join(words[words[:1] == ("--",) :])
    if text == "-" or not (words or sys.stdin.isatty()):
        text = sys.stdin.read().rstrip("\n")
    if dry_run:
        return apply_plan(vault, vault.notes.plan_add(text, to), dry_run=True)
    report_result(vault.notes.add(text, to))
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
        raise UsageError(f"--set {pair}: needs KEY=VALUE", "example: --set rating=4")
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
    row = vault.search.resolve(" ".join(note))
    vault.open_counts.count(row.path)
    if is_json():
        read = vault.search.read(row.path)
        output.write_json({**row_object(row), "body": read.body})
        return 0
    data = vault.workspace.read(row.path)
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
@note_argument
@no_refresh_option
@verb_options
def open_(note: tuple[str, ...]) -> int:
    """Edit NOTE in your editor: the setting `editor`, $VISUAL or $EDITOR.

    \b
    notekeep open "Deep Work"
    """
    vault = open_refreshed()
    row = vault.search.resolve(" ".join(note))
    vault.open_counts.count(row.path)
    code = edit_file(vault, row.path)
    vault.indexing.refresh(for_answer=True, words=False)
    return code


def edit_file(vault: Vault, path: str) -> int:
    """Open a file of the vault in the person's editor, and wait for it."""
    command = editor_command(vault.person.editor, os.environ)
    return _run(command, [vault.absolute(path)], "the editor")


def _run(command: list[str], arguments: list[str], what: str, feed: str | None = None) -> int:
    """Run a person's own command, never through a shell, with `--` before any path."""
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
            f"{what} could not be started: {shlex.join(command)}: {error.strerror}",
            "set it to an editor that is installed",
        ) from error
    if done.returncode:
        raise Failure(f"{what} ended with code {done.returncode}: {shlex.join(command)}")
    return 0
