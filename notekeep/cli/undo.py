"""Taking back: `undo`, `redo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import output
from notekeep.cli.context import dry_run_option, json_option, open_vault, verb_options
from notekeep.cli.when import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.writing.steps import Taken

SHOWN = 20


@click.command(short_help="Take back what notekeep did last.")
@click.argument("count", type=click.IntRange(min=1), default=1)
@click.option("--list", "listing", is_flag=True, help="List the steps, newest first.")
@dry_run_option
@json_option
@verb_options
def undo(count: int, *, listing: bool, dry_run: bool, as_json: bool, vault: str | None) -> int:
    """Take back the last COUNT steps that notekeep made, in the interface or here.

    Check-ins are among them: a line is added that makes the day what it was. Where a file has
    changed since, both changes are merged, or nothing is done.
    """
    opened = open_vault(vault)
    if listing:
        return _list(opened.steps.listed(SHOWN), as_json=as_json)
    if dry_run:
        _tell("would be taken back", opened.steps.undo(count, dry_run=True), as_json=as_json)
        return 0
    _tell("taken back", opened.undo(count), as_json=as_json)
    return 0


@click.command(short_help="Do again what `undo` took back.")
@dry_run_option
@json_option
@verb_options
def redo(*, dry_run: bool, as_json: bool, vault: str | None) -> int:
    """Do the step again that was taken back last."""
    opened = open_vault(vault)
    if dry_run:
        _tell("would be done again", [opened.steps.redo(dry_run=True)], as_json=as_json)
        return 0
    _tell("done again", [opened.redo()], as_json=as_json)
    return 0


def _list(steps: Sequence[Taken], *, as_json: bool) -> int:
    if as_json:
        output.write_json({"total": len(steps), "steps": [_object(step) for step in steps]})
    else:
        rows = [
            (moment(step.time), step.verb, step.label, "taken back" if step.undone else "")
            for step in steps
        ]
        output.table(rows, stretch=2)
        if not rows:
            output.note("notekeep has changed nothing here yet")
    return 0 if steps else 1


def _tell(what: str, steps: Sequence[Taken], *, as_json: bool) -> None:
    if as_json:
        output.write_json({"total": len(steps), "steps": [_object(step) for step in steps]})
        return
    for step in steps:
        output.write(f"{what}: {step.verb} {step.label}".rstrip())


def _object(step: Taken) -> dict[str, Any]:
    return {
        "time": moment(step.time),
        "verb": step.verb,
        "label": step.label,
        "paths": list(step.paths),
        "undone": step.undone,
    }
