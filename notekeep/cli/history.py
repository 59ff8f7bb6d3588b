"""history, restore, forget, undo, redo, trash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import output, shell_completion
from notekeep.cli.confirmation import apply_plan, confirm, write_diff
from notekeep.cli.options import (
    dry_run_option,
    json_option,
    limit_option,
    open_vault,
    refresh_first,
    verb_options,
)
from notekeep.cli.output import format_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.services.history import TakenStep


# Earlier versions: `history`, `restore`, `forget`.


@click.command(short_help="The earlier versions of a note.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_note)
@click.option("--diff", "number", type=int, metavar="N", help="What changed since version N.")
@limit_option()
@json_option
@verb_options
def history(
    note: tuple[str, ...],
    *,
    number: int | None,
    limit: int | None,
    as_json: bool,
    vault: str | None,
) -> int:
    """List the versions of NOTE that are kept, newest first; NOTE may be gone.

    `restore NOTE@N` brings one of them back.

    \b
    notekeep history "Deep Work"
    notekeep history "Deep Work" --diff 2
    """
    from notekeep.notes.restore import find_versions

    opened = open_vault(vault)
    refresh_first(opened)
    past = find_versions(opened.plan, opened.history, " ".join(note))
    if number is not None:
        from notekeep.notes.plan import NoteChange, WritePlan

        before = opened.history.blob(past.version(number).digest)
        plan = WritePlan("history", past.path)
        if before != past.now:
            plan.changes.append(NoteChange(past.path, before, past.now or b""))
        write_diff(plan)
        return 0 if plan.changes else 1
    rows = [
        (str(number), format_time(version.time), version.verb, version.digest[:8])
        for number, version in enumerate(past.versions[:limit], 1)
    ]
    if as_json:
        keys = ("version", "time", "verb", "digest")
        versions = [dict(zip(keys, row, strict=True)) for row in rows]
        there = past.now is not None
        output.write_json({"path": past.path, "there": there, "versions": versions})
    else:
        output.table(rows)
    if not rows:
        output.write_message(f"no earlier version of {past.path} is kept")
    return 0 if rows else 1


@click.command(short_help="Bring an earlier version of a note back.")
@click.argument(
    "note", nargs=-1, required=True, metavar="NOTE@N", shell_complete=shell_completion.complete_note
)
@dry_run_option
@verb_options
def restore(note: tuple[str, ...], *, dry_run: bool, vault: str | None) -> int:
    """Give NOTE the content of its version N, as `history NOTE` counts them.

    A note that is gone is made again; without @N as it was last.

    \b
    notekeep history "Deep Work"
    notekeep restore "Deep Work@2"
    """
    from notekeep.notes.restore import plan_restore

    opened = open_vault(vault)
    refresh_first(opened)
    plan = plan_restore(opened.plan, opened.history, " ".join(note))
    if not plan.changes:
        output.write_message(f"{plan.label}: that is what it holds")
    return apply_plan(opened, plan, dry_run=dry_run, done=str)


@click.command(short_help="Remove every trace of a note from history and index.")
@click.argument("note", nargs=-1, required=True, shell_complete=shell_completion.complete_note)
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@verb_options
def forget(note: tuple[str, ...], *, yes: bool, dry_run: bool, vault: str | None) -> int:
    """Remove the versions of NOTE from history, and what the index knows of it, for good.

    NOTE itself stays where it is; it may be gone already. This cannot be undone.

    \b
    notekeep forget "Letter to my old manager" --dry-run
    """
    from notekeep.notes import restore as forgetting

    opened = open_vault(vault)
    refresh_first(opened)
    traces = forgetting.find_traces(opened, " ".join(note))
    versions = "1 version" if traces.versions == 1 else f"{traces.versions} versions"
    steps = "1 step" if traces.steps == 1 else f"{traces.steps} steps"
    for name in traces.names:
        output.write_message(f"  {name}")
    output.write_message(f"{versions} and {steps} in history, and what the index knows")
    if dry_run:
        return 0
    if not yes:
        confirm("Forget them for good?", f"this would remove {versions} for good")
    removed = forgetting.forget_traces(opened, traces)
    opened.refresh()
    gone = "1 content is" if removed == 1 else f"{removed} contents are"
    output.write(f"{traces.path} is forgotten; {gone} gone from history")
    if traces.there:
        output.write_message("the note itself is where it was, and the index has what it holds")
    for path in traces.trashed:
        output.write_message(f"{path} stays; `notekeep trash empty` removes it")
    return 0


# Taking back: `undo`, `redo`.


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


def _list(steps: Sequence[TakenStep], *, as_json: bool) -> int:
    if as_json:
        output.write_json({"total": len(steps), "steps": [_object(step) for step in steps]})
    else:
        rows = [
            (format_time(step.time), step.verb, step.label, "taken back" if step.undone else "")
            for step in steps
        ]
        output.table(rows, stretch=2)
        if not rows:
            output.write_message("notekeep has changed nothing here yet")
    return 0 if steps else 1


def _tell(what: str, steps: Sequence[TakenStep], *, as_json: bool) -> None:
    if as_json:
        output.write_json({"total": len(steps), "steps": [_object(step) for step in steps]})
        return
    for step in steps:
        output.write(f"{what}: {step.verb} {step.label}".rstrip())


def _object(step: TakenStep) -> dict[str, Any]:
    return {
        "time": format_time(step.time),
        "verb": step.verb,
        "label": step.label,
        "paths": list(step.paths),
        "undone": step.undone,
    }


# The trash: `trash`, `trash restore`, `trash empty`.


@click.group(invoke_without_command=True, short_help="What was deleted, and its way back.")
@json_option
@verb_options
@click.pass_context
def trash(ctx: click.Context, *, as_json: bool, vault: str | None) -> int:
    """List what is in the vault's .trash, the last deleted first."""
    if ctx.invoked_subcommand is not None:
        ctx.obj = ctx.obj._replace(vault=vault or ctx.obj.vault)
        return 0
    from notekeep.storage.trash import list_trash

    found = list_trash(open_vault(vault).root)
    if as_json:
        rows = [
            {
                "path": one.path,
                "was": one.was,
                "bytes": one.size,
                "deleted": format_time(one.deleted),
            }
            for one in found
        ]
        output.write_json({"total": len(rows), "files": rows})
    else:
        output.table([(format_time(one.deleted), one.was) for one in found], stretch=1)
    if not found:
        output.write_message("the trash is empty")
    return 0 if found else 1


@trash.command("restore", short_help="Bring a file back to where it was.")
@click.argument("name", nargs=-1, required=True)
@click.option("--to", metavar="PATH", default="", help="Where it goes, when its place is taken.")
@dry_run_option
@verb_options
def restore_from_trash(name: tuple[str, ...], *, to: str, dry_run: bool, vault: str | None) -> int:
    """Bring a file back from the trash; NAME is its path or its file name."""
    from notekeep.notes.restore import plan_untrash

    opened = open_vault(vault)
    plan = plan_untrash(opened.plan, opened.history, " ".join(name), to)
    return apply_plan(opened, plan, dry_run=dry_run, done=str)


@trash.command(short_help="Remove what is in the trash for good.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@verb_options
def empty(*, yes: bool, dry_run: bool, vault: str | None) -> int:
    """Remove what is in the trash; the last version of each note stays in history."""
    from notekeep.storage import trash as files

    opened = open_vault(vault)
    found = files.list_trash(opened.root)
    if not found:
        output.write_message("the trash is empty")
        return 1
    for one in found:
        output.write_message(f"  {one.was}")
    if dry_run:
        return 0
    count = "1 file" if len(found) == 1 else f"{len(found)} files"
    if not yes:
        confirm(f"Remove {count} for good?", f"this would remove {count} for good")
    removed = files.empty_trash(opened.root, opened.history)
    output.write("1 file removed" if len(removed) == 1 else f"{len(removed)} files removed")
    output.write_message("`notekeep restore NOTE` still brings the last version of a note back")
    return 0
