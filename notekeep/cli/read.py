"""Reading one note: `show`, `open`."""

from __future__ import annotations

import os
import shlex
import subprocess

import click

from notekeep.cli import offers, output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import json_option, no_refresh_option, open_vault, verb_options
from notekeep.editor import editor_command, words_of
from notekeep.errors import Failure


@click.command(short_help="Print a note.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.notes)
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
    row = opened.resolve(" ".join(note))
    opened.opened.count(row.path)
    if as_json:
        from notekeep.cli.ls import as_object

        read = opened.read(row.path)
        output.write_json({**as_object(row), "body": read.body})
        return 0
    data = opened.bytes_of(row.path)
    if not output.is_terminal():
        output.write_bytes(data)
        return 0
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\n")
    pager = os.environ.get("PAGER", "").strip()
    if pager:
        from notekeep.markdown.clean import clean

        return _run(words_of(pager, "$PAGER"), [], "$PAGER", feed=clean(text) + "\n")
    output.write(text)
    return 0


@click.command("open", short_help="Edit a note in $EDITOR.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.notes)
@no_refresh_option
@verb_options
def open_(note: tuple[str, ...], *, no_refresh: bool, vault: str | None) -> int:
    """Edit NOTE in the editor of your settings, $VISUAL or $EDITOR.

    \b
    notekeep open "Deep Work"
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    row = opened.resolve(" ".join(note))
    opened.opened.count(row.path)
    command = editor_command(opened.person.editor, os.environ)
    code = _run(command, [opened.absolute(row.path)], "the editor")
    opened.refresh(for_answer=True, words=False)
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
