"""Habits from and for other programs: `habit import`, `habit export`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import dry_run_option, json_options, verb_options
from notekeep.cli.context import is_json
from notekeep.cli.opening import open_vault
from notekeep.errors import Failure, Refused, UsageError

if TYPE_CHECKING:
    from datetime import date

    from notekeep.importing.habit_import import HabitImport, PlannedHabit
    from notekeep.notes.plan import WriteResult


@click.command("import", short_help="Import habits from another program.")
@click.argument("path")
@click.option(
    "--from", "origin", metavar="FORMAT", default="", help="The format, when it is not known."
)
@click.option("--write", is_flag=True, help="Write it; without this it is only shown.")
@dry_run_option
@json_options
def import_(path: str, *, origin: str, write: bool, dry_run: bool) -> int:
    """Show what PATH, a file, a folder or a zip, would bring, and what would be lost.

    With --write it is written as one step that `undo` takes back. A day that the vault says
    something of already stays as it is, so the same import twice changes nothing.

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
    dijo             habit_record.json, or the folder it lies in
    notekeep         what `habit export csv` or `json` wrote
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
        output.write_styled([("What does not come along", "bold")])
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
            "nothing is written yet; --write does it, as one step that `undo` takes back"
            if found.plan.changes
            else "all of it is in the vault already"
        )
    elif done.step:
        count = output.count_of(len(done.paths), "file")
        output.write_message(f"{count} written; `notekeep undo` takes it back")
    else:
        output.write_message("all of it is in the vault already; nothing was written")


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
@click.option("--out", metavar="FILE", default="", help="The file; without it, stdout.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@verb_options
def export_(form: str, habits: tuple[str, ...], *, out: str, force: bool) -> int:
    """Write HABITs, or all of them, in a form that other programs read.

    \b
    csv    a line for each entry that counts: date,habit,value,amount,unit,time,note
    json   definitions and entries, with stable keys; `habit import` takes both back
    loop   the zip that Loop Habit Tracker exports
    ics    reminders as events for a calendar

    Nothing of the vault changes.
    """
    found = open_vault().habits.export(form, habits)
    if out:
        _save(os.path.expanduser(out), found.data, force=force)
    elif form == "loop" and sys.stdout.isatty():
        raise UsageError("an archive is nothing for a terminal", "--out FILE writes it to a file")
    elif sys.stdout.isatty():
        output.write(found.data.decode().rstrip("\n"))
    else:
        output.write_bytes(found.data)
    for loss in found.losses:
        output.write_message(f"not in it: {loss}")
    if form == "ics" and not found.habits:
        output.write_message('no habit has a reminder; `remind: ["07:30"]` in its note makes one')
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
        raise Refused(f"{path} is there already", "--force writes over it") from error
    except OSError as error:
        raise Failure(f"{path}: cannot be written: {error.strerror}") from error
