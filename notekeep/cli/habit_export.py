"""`habit export`: habits as CSV, JSON, an archive for Loop, or a calendar of reminders."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from notekeep.cli import offers, output
from notekeep.cli.context import open_vault, verb_options
from notekeep.errors import Failure, Refused, UsageError

if TYPE_CHECKING:
    from notekeep.index.habit_export import HabitExport


@click.command("export", short_help="Write habits for another program.")
@click.argument("form", metavar="csv|json|loop|ics")
@click.argument("habits", nargs=-1, metavar="[HABIT]...", shell_complete=offers.habits)
@click.option("--out", metavar="FILE", default="", help="The file; without it, stdout.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@verb_options
def export_(form: str, habits: tuple[str, ...], *, out: str, force: bool, vault: str | None) -> int:
    """Write HABITs, or all of them, in a form that other programs read.

    \b
    csv    a line for each entry that counts: date,habit,value,amount,unit,time,note
    json   definitions and entries, with stable keys; `habit import` takes both back
    loop   the zip that Loop Habit Tracker exports
    ics    reminders as events for a calendar

    Nothing of the vault changes.
    """
    found = open_vault(vault).export_habits(form, habits)
    if out:
        _save(os.path.expanduser(out), found.data, force=force)
    elif form == "loop" and sys.stdout.isatty():
        raise UsageError("an archive is nothing for a terminal", "--out FILE writes it to a file")
    elif sys.stdout.isatty():
        output.write(found.data.decode().rstrip("\n"))
    else:
        output.write_bytes(found.data)
    _say(found, form, out)
    return 0 if found.habits else 1


def _say(found: HabitExport, form: str, out: str) -> None:
    for loss in found.losses:
        output.note(f"not in it: {loss}")
    if form == "ics" and not found.habits:
        output.note('no habit has a reminder; `remind: ["07:30"]` in its note makes one')
    elif out:
        word = "reminder" if form == "ics" else "habit"
        output.note(f"{out}: {found.habits} {word}{'' if found.habits == 1 else 's'}")


def _save(path: str, data: bytes, *, force: bool) -> None:
    """Write a new file, or put one in the place of another: whole or not at all.

    Raises:
        Refused: There is one already.
        Failure: It cannot be written.
    """
    temporary = f"{path}.{os.getpid()}"
    try:
        if not force:
            with open(path, "xb") as file:
                file.write(data)
            return
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except FileExistsError as error:
        raise Refused(f"{path} is there already", "--force writes over it") from error
    except OSError as error:
        raise Failure(f"{path}: cannot be written: {error.strerror}") from error
