"""Earlier versions: `history`, `restore`, `forget`."""

from __future__ import annotations

import click

from notekeep.cli import offers, output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import (
    dry_run_option,
    json_option,
    limit_option,
    open_vault,
    verb_options,
)
from notekeep.cli.when import moment
from notekeep.cli.writing import agree, carry_out, write_diff


@click.command(short_help="The earlier versions of a note.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.notes)
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
    from notekeep.writing.restoring import past_of

    opened = open_vault(vault)
    refresh_first(opened)
    past = past_of(opened.plan, opened.history, " ".join(note))
    if number is not None:
        from notekeep.writing.plan import FileChange, WritePlan

        before = opened.history.blob(past.version(number).digest)
        plan = WritePlan("history", past.path)
        if before != past.now:
            plan.changes.append(FileChange(past.path, before, past.now or b""))
        write_diff(plan)
        return 0 if plan.changes else 1
    rows = [
        (str(number), moment(version.time), version.verb, version.digest[:8])
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
        output.note(f"no earlier version of {past.path} is kept")
    return 0 if rows else 1


@click.command(short_help="Bring an earlier version of a note back.")
@click.argument("note", nargs=-1, required=True, metavar="NOTE@N", shell_complete=offers.notes)
@dry_run_option
@verb_options
def restore(note: tuple[str, ...], *, dry_run: bool, vault: str | None) -> int:
    """Give NOTE the content of its version N, as `history NOTE` counts them.

    A note that is gone is made again; without @N as it was last.

    \b
    notekeep history "Deep Work"
    notekeep restore "Deep Work@2"
    """
    from notekeep.writing.restoring import plan_restore

    opened = open_vault(vault)
    refresh_first(opened)
    plan = plan_restore(opened.plan, opened.history, " ".join(note))
    if not plan.changes:
        output.note(f"{plan.label}: that is what it holds")
    return carry_out(opened, plan, dry_run=dry_run, done=str)


@click.command(short_help="Remove every trace of a note from history and index.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.notes)
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@verb_options
def forget(note: tuple[str, ...], *, yes: bool, dry_run: bool, vault: str | None) -> int:
    """Remove the versions of NOTE from history, and what the index knows of it, for good.

    NOTE itself stays where it is; it may be gone already. This cannot be undone.

    \b
    notekeep forget "Letter to my old manager" --dry-run
    """
    from notekeep.writing import forgetting

    opened = open_vault(vault)
    refresh_first(opened)
    traces = forgetting.traces_of(opened, " ".join(note))
    versions = "1 version" if traces.versions == 1 else f"{traces.versions} versions"
    steps = "1 step" if traces.steps == 1 else f"{traces.steps} steps"
    for name in traces.names:
        output.note(f"  {name}")
    output.note(f"{versions} and {steps} in history, and what the index knows")
    if dry_run:
        return 0
    if not yes:
        agree("Forget them for good?", f"this would remove {versions} for good")
    removed = forgetting.forget(opened, traces)
    opened.refresh()
    gone = "1 content is" if removed == 1 else f"{removed} contents are"
    output.write(f"{traces.path} is forgotten; {gone} gone from history")
    if traces.there:
        output.note("the note itself is where it was, and the index has what it holds")
    for path in traces.trashed:
        output.note(f"{path} stays; `notekeep trash empty` removes it")
    return 0
