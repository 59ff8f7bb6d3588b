"""Versions and steps: `history`, `restore`, `forget`, `undo`, `redo`, `trash`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import (
    change_options,
    dry_run_option,
    json_options,
    limit_option,
    note_argument,
    yes_option,
)
from notekeep.cli.confirmation import apply_plan, confirm, write_diff
from notekeep.cli.context import is_json
from notekeep.cli.opening import open_refreshed, open_vault
from notekeep.cli.output import count_noun, format_time
from notekeep.notes.plan import WritePlan
from notekeep.notes.restore import (
    find_traces,
    find_versions,
    forget_traces,
    plan_restore,
    plan_untrash,
)
from notekeep.services.history import HistoryStep
from notekeep.storage.trash import empty_trash, list_trash


@click.command(short_help="List earlier versions of a note.")
@note_argument
@click.option("--diff", "number", type=int, metavar="N", help="Show the changes since version N.")
@limit_option()
@json_options
def history(note: tuple[str, ...], *, number: int | None, limit: int | None) -> int:
    """List the saved versions of NOTE, newest first. NOTE can be a deleted note.

    `restore NOTE@N` restores one of them.

    \b
    notekeep history "Deep Work"
    notekeep history "Deep Work" --diff 2
    """
    vault = open_refreshed()
    past = find_versions(vault.workspace, vault.history.store, " ".join(note))
    if number is not None:
        before = vault.history.store.blobs.read(past.version(number).digest)
        plan = WritePlan("history", past.path)
        plan.edit(past.path, before, past.now or b"")
        write_diff(plan.diff())
        return 0 if plan.changes else 1
    rows = [
        (str(number), format_time(version.time), version.verb, version.digest[:8])
        for number, version in enumerate(past.versions[:limit], 1)
    ]
    keys = ("version", "time", "verb", "digest")
    versions = [dict(zip(keys, row, strict=True)) for row in rows]
    answer = {"path": past.path, "there": past.now is not None, "versions": versions}
    return output.write_answer(
        rows, json=answer, empty=f"There are no earlier versions of {past.path}."
    )


@click.command(short_help="Restore an earlier version of a note.")
@click.argument(
    "note", nargs=-1, required=True, metavar="NOTE@N", shell_complete=shell_completion.complete_note
)
@change_options
def restore(note: tuple[str, ...], *, dry_run: bool) -> int:
    """Restore version N of NOTE, as numbered by `history NOTE`.

    A deleted note is created again. Without @N its last version is restored.

    \b
    notekeep history "Deep Work"
    notekeep restore "Deep Work@2"
    """
    vault = open_refreshed()
    plan = plan_restore(vault.workspace, vault.history.store, " ".join(note))
    if not plan.changes:
        output.write_message(f"{plan.label}: No change.")
    return apply_plan(vault, plan, dry_run=dry_run)


@click.command(short_help="Delete a note's history and index entries for good.")
@note_argument
@yes_option
@change_options
def forget(note: tuple[str, ...], *, yes: bool, dry_run: bool) -> int:
    """Delete the versions of NOTE from history, and its index entries, for good.

    NOTE can be a deleted note; an existing note is not changed. This cannot be undone.

    \b
    notekeep forget "Letter to my old manager" --dry-run
    """
    vault = open_refreshed()
    traces = find_traces(vault.workspace, vault.history.store, " ".join(note))
    versions, steps = count_noun(traces.versions, "version"), count_noun(traces.steps, "step")
    for name in traces.names:
        output.write_message(f"  {name}")
    output.write_message(f"{versions} and {steps} in history, and the index entries")
    if dry_run:
        return 0
    confirm("Delete them for good?", f"This would delete {versions} for good.", yes=yes)
    removed = forget_traces(vault, traces)
    vault.indexing.refresh()
    output.write(f"{traces.path}: deleted {count_noun(removed, 'version')} from history")
    if traces.exists:
        output.write_message("The note itself was not changed and is indexed again.")
    for path in traces.trashed:
        output.write_message(f"{path} is still in the trash. `notekeep trash empty` deletes it.")
    return 0


SHOWN = 20


@click.command(short_help="Undo the last changes.")
@click.argument("count", type=click.IntRange(min=1), default=1)
@click.option("--list", "listing", is_flag=True, help="List the last steps, newest first.")
@dry_run_option
@yes_option
@json_options
def undo(count: int, *, listing: bool, dry_run: bool, yes: bool) -> int:
    """Undo the last COUNT steps, made in the interface or on the command line.

    Check-ins and answers to quotes are undone by an added line that restores the day. If a file has
    changed since, the changes are merged, or nothing is undone. If an export removed private text
    from a site, undoing it asks for confirmation.
    """
    vault = open_vault()
    if listing:
        if damage := vault.history.find_damage():
            output.write_message(f"{damage.message} {damage.hint}")
        steps = vault.history.steps(SHOWN)
        return output.write_answer(
            [
                (format_time(step.time), step.verb, step.label, "undone" if step.undone else "")
                for step in steps
            ],
            json=_answer(steps),
            empty="There are no changes yet.",
            stretch=2,
        )
    done = "Would undo" if dry_run else "Undid"
    if not dry_run and vault.history.restores_private_text(count):
        why = "This would put private text back into the site."
        confirm("Put private text back into the site?", why, yes=yes)
    return _report(done, vault.history.undo(count, dry_run=dry_run, reveal=True))


@click.command(short_help="Redo the last undone step.")
@dry_run_option
@json_options
def redo(*, dry_run: bool) -> int:
    """Redo the last undone step."""
    done = "Would redo" if dry_run else "Redid"
    return _report(done, [open_vault().history.redo(dry_run=dry_run)])


def _report(done: str, steps: Sequence[HistoryStep]) -> int:
    if is_json():
        output.write_json(_answer(steps))
    else:
        for step in steps:
            output.write(f"{done}: {step.verb} {step.label}".rstrip())
    return 0


def _answer(steps: Sequence[HistoryStep]) -> dict[str, Any]:
    objects = [
        {
            "time": format_time(step.time),
            "verb": step.verb,
            "label": step.label,
            "paths": list(step.paths),
            "undone": step.undone,
        }
        for step in steps
    ]
    return {"total": len(objects), "steps": objects}


@click.group(invoke_without_command=True, short_help="List deleted files, and restore them.")
@json_options
@click.pass_context
def trash(ctx: click.Context) -> int:
    """List the files in the vault's .trash, newest first."""
    if ctx.invoked_subcommand is not None:
        return 0
    found = list_trash(open_vault().root)
    files = [
        {
            "path": one.path,
            "was": one.old_path,
            "bytes": one.size,
            "deleted": format_time(one.deleted),
        }
        for one in found
    ]
    return output.write_answer(
        [(format_time(one.deleted), one.old_path) for one in found],
        json={"total": len(files), "files": files},
        empty="The trash is empty.",
        stretch=1,
    )


@trash.command("restore", short_help="Restore a deleted file.")
@click.argument("name", nargs=-1, required=True)
@click.option("--to", metavar="PATH", default="", help="Restore it to this path instead.")
@change_options
def restore_from_trash(name: tuple[str, ...], *, to: str, dry_run: bool) -> int:
    """Restore a file from the trash. NAME is its path or file name."""
    vault = open_vault()
    plan = plan_untrash(vault.workspace, vault.history.store, " ".join(name), to)
    return apply_plan(vault, plan, dry_run=dry_run)


@trash.command(short_help="Empty the trash for good.")
@yes_option
@change_options
def empty(*, yes: bool, dry_run: bool) -> int:
    """Delete the files in the trash. The last version of each note stays in history."""
    vault = open_vault()
    found = list_trash(vault.root)
    if not found:
        output.write_message("The trash is empty.")
        return 1
    for one in found:
        output.write_message(f"  {one.old_path}")
    if dry_run:
        return 0
    count = count_noun(len(found), "file")
    confirm(f"Delete {count} for good?", f"This would delete {count} for good.", yes=yes)
    removed = empty_trash(vault.root, vault.history.store)
    output.write(f"deleted {count_noun(len(removed), 'file')}")
    output.write_message("`notekeep restore NOTE` still restores the last version of a note.")
    return 0
