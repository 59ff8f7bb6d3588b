"""new, add, attach, quote, show, open."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import click

from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import RawCommand
from notekeep.cli.confirmation import apply_plan, report_result
from notekeep.cli.options import (
    dry_run_option,
    json_option,
    no_refresh_option,
    open_vault,
    refresh_first,
    verb_options,
)
from notekeep.config import editor_command, split_command
from notekeep.errors import Failure, UsageError

if TYPE_CHECKING:
    from notekeep.markdown.field_values import Value


# Capturing: `new`, `add`, `attach`.


@click.command(short_help="Make a new note.")
@click.argument("kind", shell_complete=shell_completion.complete_kind)
@click.argument("title", nargs=-1, required=True)
@click.option(
    "-t",
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    help="A tag; may be repeated.",
    shell_complete=shell_completion.complete_tag,
)
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="A field of the note.",
    shell_complete=shell_completion.complete_change,
)
@dry_run_option
@json_option
@verb_options
def new(
    kind: str,
    title: tuple[str, ...],
    *,
    tags: tuple[str, ...],
    pairs: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    vault: str | None,
) -> int:
    """Make a note of KIND called TITLE; text from a pipe becomes its body.

    \b
    notekeep new book "Deep Work" -t focus --set author="Cal Newport" --set pages=296
    pbpaste | notekeep new note "Something I read"
    """
    opened = open_vault(vault)
    body = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    fields = dict(_pair(pair) for pair in pairs)
    plan = opened.notes.plan.new(kind, " ".join(title), fields=fields, tags=tags, body=body)
    if as_json:
        path = plan.changes[0].path if dry_run else opened.notes.apply(plan).paths[0]
        output.write_json({"path": path})
        return 0
    return apply_plan(opened, plan, dry_run=dry_run, done=str)


class AddCommand(RawCommand):
    """`add` takes its text raw: an item of a list begins with a dash."""

    words_metavar = "TEXT..."


@click.command(cls=AddCommand, short_help="Add a line to a note, by default today's.")
@click.option(
    "--to",
    metavar="NOTE#Section",
    default="",
    help="The note, and the section in it.",
    shell_complete=shell_completion.complete_each_note,
)
@dry_run_option
@verb_options
def add(words: tuple[str, ...], *, to: str, dry_run: bool, vault: str | None) -> int:
    """Add TEXT at the end of a note or section; a list grows by an item.

    Without TEXT, or with `-`, it is read from a pipe.

    \b
    notekeep add "Ask Mira about the talk"
    notekeep add "- [ ] a task" --to "Ideas for the winter#Garden"
    """
    opened = open_vault(vault)
    if to:
        refresh_first(opened)
    text = " ".join(words[words[:1] == ("--",) :])
    if text == "-" or not (words or sys.stdin is None or sys.stdin.isatty()):
        text = sys.stdin.read().rstrip("\n")
    if dry_run:
        return apply_plan(opened, opened.notes.plan.add(text, to), dry_run=True, done=str)
    report_result(opened.notes.add(text, to))
    return 0


@click.command(short_help="Copy a file into the vault and link it from a note.")
@click.argument("note", shell_complete=shell_completion.complete_note)
@click.argument("file", type=click.Path())
@dry_run_option
@verb_options
def attach(note: str, file: str, *, dry_run: bool, vault: str | None) -> int:
    """Copy FILE into the attachments and link it at the end of NOTE.

    \b
    notekeep attach "Garden sensor" ~/pictures/probe.jpg
    """
    opened = open_vault(vault)
    refresh_first(opened)
    return apply_plan(opened, opened.notes.plan.attach(note, file), dry_run=dry_run, done=str)


def _pair(pair: str) -> tuple[str, Value]:
    key, equals, value = pair.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {pair}: needs KEY=VALUE", "for example --set rating=4")
    return key.strip(), value.strip()


# `quote`: somebody's words into a note, with the page or the second.


@click.command(short_help="Add a quote to a note.")
@click.argument("note", shell_complete=shell_completion.complete_note)
@click.argument("text", nargs=-1, required=True)
@click.option("--page", metavar="N", default="", help="The page it is on.")
@click.option("--loc", metavar="N", default="", help="Its location in an electronic book.")
@click.option("--at", metavar="TIME", default="", help="The second it is said at: 12:34, 1:02:33.")
@dry_run_option
@verb_options
def quote(
    note: str,
    text: tuple[str, ...],
    *,
    page: str,
    loc: str,
    at: str,
    dry_run: bool,
    vault: str | None,
) -> int:
    """Add TEXT to NOTE as a block quote, under its heading Quotes if it has one.

    \b
    notekeep quote "Atomic Habits" "Every action is a vote." --page 38
    notekeep quote "Naval Ravikant on JRE" "Read what you love." --at 12:01
    """
    opened = open_vault(vault)
    refresh_first(opened)
    plan = opened.notes.plan.quote(note, " ".join(text), page=page, loc=loc, at=at)
    return apply_plan(opened, plan, dry_run=dry_run, done=str)


# Reading one note: `show`, `open`.


@click.command(short_help="Print a note.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_note)
@json_option
@no_refresh_option
@verb_options
def show(note: tuple[str, ...], *, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """Print NOTE: a path, a title, an alias, or the beginning of one.

    On a terminal it goes through $PAGER when one is set; into a pipe its bytes go as they are.

    \b
    notekeep show "Deep Work"
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    row = opened.search.resolve(" ".join(note))
    opened.open_counts.count(row.path)
    if as_json:
        from notekeep.cli.lists import row_object

        read = opened.search.read(row.path)
        output.write_json({**row_object(row), "body": read.body})
        return 0
    data = opened.search.read_bytes(row.path)
    if not output.is_terminal():
        output.write_bytes(data)
        return 0
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\n")
    pager = os.environ.get("PAGER", "").strip()
    if pager:
        from notekeep.markdown.sanitize import clean

        return _run(split_command(pager, "$PAGER"), [], "$PAGER", feed=clean(text) + "\n")
    output.write(text)
    return 0


@click.command("open", short_help="Edit a note in $EDITOR.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_note)
@no_refresh_option
@verb_options
def open_(note: tuple[str, ...], *, no_refresh: bool, vault: str | None) -> int:
    """Edit NOTE in the editor of your settings, $VISUAL or $EDITOR.

    \b
    notekeep open "Deep Work"
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    row = opened.search.resolve(" ".join(note))
    opened.open_counts.count(row.path)
    command = editor_command(opened.person.editor, os.environ)
    code = _run(command, [opened.absolute(row.path)], "the editor")
    opened.indexing.refresh(for_answer=True, words=False)
    return code


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
            "set it to one that can",
        ) from error
    if done.returncode:
        raise Failure(f"{what} ended with code {done.returncode}: {shlex.join(command)}")
    return 0
