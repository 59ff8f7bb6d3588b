"""Reading one note: `show`, `open`."""

from __future__ import annotations

import os
import shlex
import subprocess

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import json_option, no_refresh_option, open_vault, verb_options
from notekeep.errors import Failure, UsageError

EDITORS = ("nano", "vi")


@click.command(short_help="Print a note.")
@click.argument("note", nargs=-1, required=True)
@json_option
@no_refresh_option
@verb_options
def show(note: tuple[str, ...], *, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """Print NOTE: a path, a title, an alias, or the beginning of one.

    On a terminal it goes through $PAGER when one is set; into a pipe its bytes go as they are.
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    row = opened.resolve(" ".join(note))
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
    pager = os.environ.get("PAGER", "")
    if pager:
        from notekeep.markdown.clean import clean

        return _run(pager, [], "$PAGER", feed=clean(text) + "\n")
    output.write(text)
    return 0


@click.command("open", short_help="Edit a note in $EDITOR.")
@click.argument("note", nargs=-1, required=True)
@no_refresh_option
@verb_options
def open_(note: tuple[str, ...], *, no_refresh: bool, vault: str | None) -> int:
    """Edit NOTE in the editor of your settings, $VISUAL or $EDITOR."""
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    row = opened.resolve(" ".join(note))
    code = _run(editor(opened.person.editor), [opened.absolute(row.path)], "the editor")
    opened.refresh(for_answer=True, words=False)
    return code


def editor(chosen: str = "") -> str:
    """The command that edits a file: the settings', $VISUAL, $EDITOR, or what is there.

    Raises:
        UsageError: There is none.
    """
    import shutil

    found = chosen or os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not found:
        found = next((name for name in EDITORS if shutil.which(name)), "")
    if not found:
        raise UsageError("there is no editor", 'set EDITOR, or `editor = "…"` in your settings')
    return found


def _run(command: str, arguments: list[str], what: str, feed: str | None = None) -> int:
    """Run a person's own command, never through a shell, with `--` before any path."""
    words = shlex.split(command)
    try:
        done = subprocess.run(
            [*words, *(["--", *arguments] if arguments else [])],
            input=feed,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise Failure(
            f"{what} could not be started: {command}: {error.strerror}", "set it to one that can"
        ) from error
    if done.returncode:
        raise Failure(f"{what} ended with code {done.returncode}: {command}")
    return 0
