"""Capturing: `new`, `add`, `attach`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from notekeep.cli import offers, output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, json_option, open_vault, verb_options
from notekeep.cli.raw import RawCommand
from notekeep.cli.writing import carry_out, tell_done
from notekeep.errors import UsageError

if TYPE_CHECKING:
    from notekeep.markdown.note import Value


@click.command(short_help="Make a new note.")
@click.argument("kind", shell_complete=offers.kinds)
@click.argument("title", nargs=-1, required=True)
@click.option(
    "-t",
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    help="A tag; may be repeated.",
    shell_complete=offers.tags,
)
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="A field of the note.",
    shell_complete=offers.change,
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
    plan = opened.plan.new(kind, " ".join(title), fields=fields, tags=tags, body=body)
    if as_json:
        path = plan.changes[0].path if dry_run else opened.carry_out(plan).paths[0]
        output.write_json({"path": path})
        return 0
    return carry_out(opened, plan, dry_run=dry_run, done=str)


class AddCommand(RawCommand):
    """`add` takes its text raw: an item of a list begins with a dash."""

    words_metavar = "TEXT..."


@click.command(cls=AddCommand, short_help="Add a line to a note, by default today's.")
@click.option(
    "--to",
    metavar="NOTE#Section",
    default="",
    help="The note, and the section in it.",
    shell_complete=offers.each_note,
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
        return carry_out(opened, opened.plan.add(text, to), dry_run=True, done=str)
    tell_done(opened.add(text, to))
    return 0


@click.command(short_help="Copy a file into the vault and link it from a note.")
@click.argument("note", shell_complete=offers.notes)
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
    return carry_out(opened, opened.plan.attach(note, file), dry_run=dry_run, done=str)


def _pair(pair: str) -> tuple[str, Value]:
    key, equals, value = pair.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {pair}: needs KEY=VALUE", "for example --set rating=4")
    return key.strip(), value.strip()
