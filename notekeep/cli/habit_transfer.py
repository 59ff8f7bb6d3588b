"""Habits from and for other programs: `habit import`, `habit export`."""

from __future__ import annotations

import os
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import dry_run_option, json_options, verb_options
from notekeep.cli.context import is_json
from notekeep.cli.opening import open_vault
from notekeep.errors import Failure, Refused, UsageError

if TYPE_CHECKING:
    from notekeep.importing.habit_import import HabitImport, PlannedHabit
    from notekeep.notes.plan import WriteResult


@click.command("import", short_help="Import habits from another program.")
@click.argument("path")
@click.option("--from", "origin", metavar="FORMAT", default="", help="Format (default: detect).")
@click.option("--write", is_flag=True, help="Write the changes (default: show them only).")
@dry_run_option
@json_options
def import_(path: str, *, origin: str, write: bool, dry_run: bool) -> int:
    """Show what would be imported from PATH (a file, folder or zip), and what would be lost.

    --write imports it as one step that `undo` can revert. Days that already have an entry are not
    changed, so importing the same file twice changes nothing.

    \b
    loop             Loop Habit Tracker: full backup (.db), or zip of CSV files
    harsh            the folder with `habits` and `log`
    habitctl         the same
    org              an org file with habits of Emacs
    tracker21        Obsidian's Habit Tracker 21: the folder of habits
    obsidian-habits  Obsidian's habits plug-in: the folder of habits
    daily            a folder of daily notes with check boxes
    beaver           Beaver Habit Tracker: JSON
    habitbull        HabitBull: CSV
    dijo             habit_record.json, or its folder
    notekeep         a file from `habit export csv` or `json`
    """
    vault = open_vault()
    found = vault.habits.plan_import(os.path.expanduser(path), origin)
    done = vault.notes.apply(found.plan) if write and not dry_run else None
    if is_json():
        output.write_json(_object(found, done))
    else:
        _show(found)
        _report_import(found, done)
    return 0 if found.habits else 1


def _show(found: HabitImport) -> None:
    from notekeep.importing.habit_formats import FORMATS

    days = sum(row.entries for row in found.habits)
    bounds = [day for row in found.habits for day in (row.first, row.last) if day]
    span = f", {min(bounds)} to {max(bounds)}" if bounds else ""
    head = f"{FORMATS[found.source.format].title}: {output.count_of(len(found.habits), 'habit')}"
    output.write_styled([(head, "bold"), (f", {output.count_of(days, 'day')}{span}", "")])
    heads = ("habit", "id", "days", "new", "from", "to", "where")
    output.table([_row(row) for row in found.habits], heads=heads if found.habits else ())
    if found.losses:
        output.write_styled([("Not imported", "bold")])
    for loss in found.losses:
        whose = f"{loss.habit}: " if loss.habit else ""
        often, at = (f" ({loss.times} times)", "first at") if loss.times > 1 else ("", "at")
        output.write(
            f"  {whose}{loss.message}{often}{f', {at} {loss.place}' if loss.place else ''}"
        )


def _row(row: PlannedHabit) -> tuple[str, ...]:
    figures = (str(row.entries), str(row.added), _iso(row.first), _iso(row.last))
    return (row.name, row.id, *figures, f"{row.path} (new)" if row.is_new else row.path)


def _report_import(found: HabitImport, done: WriteResult | None) -> None:
    for remark in found.plan.remarks:
        output.write_message(remark)
    if done is None:
        output.write_message(
            "nothing written yet; --write imports it as one step that `undo` can revert"
            if found.plan.changes
            else "everything is already in the vault"
        )
    elif done.step:
        count = output.count_of(len(done.paths), "file")
        output.write_message(f"{count} written; `notekeep undo` reverts this")
    else:
        output.write_message("nothing to write: everything is already in the vault")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _object(found: HabitImport, done: WriteResult | None) -> dict[str, Any]:
    return {
        "format": found.source.format,
        "written": bool(done and done.step),
        "habits": [
            {**row._asdict(), "first": _iso(row.first), "last": _iso(row.last)}
            for row in found.habits
        ],
        "losses": [loss._asdict() for loss in found.losses],
        "remarks": found.plan.remarks,
        "paths": done.paths if done else [change.path for change in found.plan.changes],
    }


@click.command("export", short_help="Export habits for another program.")
@click.argument("form", metavar="csv|json|loop|ics")
@click.argument(
    "habits", nargs=-1, metavar="[HABIT]...", shell_complete=shell_completion.complete_habit
)
@click.option("--out", metavar="FILE", default="", help="Output file (default: stdout).")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@verb_options
def export_(form: str, habits: tuple[str, ...], *, out: str, force: bool) -> int:
    """Export HABITs, or all habits, in a format for other programs.

    \b
    csv    a line for each entry that counts: date,habit,value,amount,unit,time,note
    json   definitions and entries, with stable keys; `habit import` reads csv and json
    loop   the zip that Loop Habit Tracker exports
    ics    reminders as events for a calendar

    The vault is not changed.
    """
    found = open_vault().habits.export(form, habits)
    if out:
        _save(os.path.expanduser(out), found.data, force=force)
    elif form == "loop" and sys.stdout.isatty():
        raise UsageError("cannot write a zip to a terminal", "use --out FILE")
    elif sys.stdout.isatty():
        output.write(found.data.decode().rstrip("\n"))
    else:
        output.write_bytes(found.data)
    for loss in found.losses:
        output.write_message(f"not exported: {loss}")
    if form == "ics" and not found.habits:
        output.write_message('no reminders; add `remind: ["07:30"]` to the note of a habit')
    elif out:
        word = "reminder" if form == "ics" else "habit"
        output.write_message(f"{out}: {output.count_of(found.habits, word)}")
    return 0 if found.habits else 1


def _save(path: str, data: bytes, *, force: bool) -> None:
    """Write a new file, or put one in the place of another: whole or not at all."""
    temporary = f"{path}.{os.getpid()}" if force else path
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except FileExistsError as error:
        raise Refused(f"{path} already exists", "--force overwrites it") from error
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}") from error
