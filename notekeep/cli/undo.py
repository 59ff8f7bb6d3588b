"""Taking back: `undo`, `redo`, `history`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.context import json_option, open_vault, verb_options

if TYPE_CHECKING:
    from notekeep.files.history import Listed
    from notekeep.files.ledger import StepRecord

SHOWN = 20


@click.command(short_help="Take back what notekeep did last.")
@click.argument("count", type=click.IntRange(min=1), default=1)
@click.option("--list", "listing", is_flag=True, help="List the steps, newest first.")
@json_option
@verb_options
def undo(count: int, *, listing: bool, as_json: bool, vault: str | None) -> int:
    """Take back the last COUNT steps that notekeep made, in the interface or here.

    Where a file has changed since, both changes are merged, or nothing is done.
    """
    opened = open_vault(vault)
    if listing:
        return _list(opened.history.steps(SHOWN), as_json=as_json)
    _tell("taken back", opened.undo(count), as_json=as_json)
    return 0


@click.command(short_help="Do again what `undo` took back.")
@json_option
@verb_options
def redo(*, as_json: bool, vault: str | None) -> int:
    """Do the step again that was taken back last."""
    _tell("done again", [open_vault(vault).redo()], as_json=as_json)
    return 0


@click.command(short_help="The earlier versions of a note.")
@click.argument("note", nargs=-1, required=True)
@json_option
@verb_options
def history(note: tuple[str, ...], *, as_json: bool, vault: str | None) -> int:
    """List the versions of NOTE that are kept, newest first."""
    opened = open_vault(vault)
    path = opened.resolve(" ".join(note)).path
    versions = opened.history.versions(path)
    rows = [
        (str(number), _when(version.time), version.verb, version.digest[:8])
        for number, version in enumerate(versions, 1)
    ]
    if as_json:
        keys = ("version", "time", "verb", "digest")
        output.write_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        output.table(rows)
    if not rows:
        output.note(f"no earlier version of {path} is kept")
    return 0 if rows else 1


def _list(steps: list[Listed], *, as_json: bool) -> int:
    rows = [
        (_when(record.time), record.verb, record.label, "taken back" if undone else "")
        for record, undone in steps
    ]
    if as_json:
        keys = ("time", "verb", "label", "state")
        output.write_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        output.table(rows, stretch=2)
    return 0 if rows else 1


def _tell(what: str, steps: list[StepRecord], *, as_json: bool) -> None:
    if as_json:
        output.write_json(
            [
                {"verb": step.verb, "label": step.label, "paths": [c.path for c in step.changes]}
                for step in steps
            ]
        )
        return
    for step in steps:
        output.write(f"{what}: {step.verb} {step.label}")


def _when(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"  # noqa: DTZ006 - the person's clock
