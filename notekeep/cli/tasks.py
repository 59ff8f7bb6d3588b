"""`tasks`: what is left to do in the notes, and ticking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import (
    dry_run_option,
    json_option,
    limit_option,
    no_refresh_option,
    open_vault,
    verb_options,
)
from notekeep.cli.raw import RawCommand, as_query
from notekeep.errors import UsageError

if TYPE_CHECKING:
    from notekeep.index.rows import TaskRow


class TasksCommand(RawCommand):
    """`tasks` takes its query raw."""

    words_metavar = "[QUERY...]"


@click.command(cls=TasksCommand, short_help="The open tasks of all notes.")
@click.option("--done", is_flag=True, help="Those that are ticked.")
@click.option("--all", "both", is_flag=True, help="Open and ticked ones.")
@click.option("--tick", metavar="PATH:LINE", help="Tick a task of the list, or open it again.")
@limit_option()
@click.option("--null", is_flag=True, help="PATH:LINE only, with a NUL after each, for xargs -0.")
@dry_run_option
@json_option
@no_refresh_option
@verb_options
def tasks(
    words: tuple[str, ...],
    *,
    done: bool,
    both: bool,
    tick: str | None,
    limit: int | None,
    null: bool,
    dry_run: bool,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """List the open tasks of the notes that QUERY finds, of all notes when there is none.

    \b
    notekeep tasks '#project'
    notekeep tasks --tick 'inbox/Garden sensor.md:12'
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    if tick is not None:
        from notekeep.cli.writing import carry_out

        plan = opened.plan.toggle_task(*_place(tick))
        return carry_out(opened, plan, dry_run=dry_run, done=str)
    found = opened.tasks(as_query(words), done=None if both else done)
    shown = found[:limit]
    if as_json:
        output.write_json({"total": len(found), "tasks": [task._asdict() for task in shown]})
    elif null:
        output.write_null(f"{task.path}:{task.line}" for task in shown)
    else:
        _write(shown)
    if not found and not as_json:
        output.note("no task")
    return 0 if found else 1


def _place(text: str) -> tuple[str, int]:
    path, _, line = text.rpartition(":")
    if not path or not line.isdecimal():
        raise UsageError(f"{text!r} is no PATH:LINE", "`notekeep tasks` lists them")
    return path, int(line)


def _write(found: list[TaskRow]) -> None:
    marks = [f"[{task.mark}]" for task in found]
    rows = [
        (mark, task.text, f"{task.path}:{task.line}")
        for mark, task in zip(marks, found, strict=True)
    ]
    output.table(rows, stretch=1, whole=2)
