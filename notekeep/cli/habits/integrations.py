"""`notekeep habit import`, `export`, `remind` and `prompt`.

Nothing is installed or runs in the background: lines for a crontab are only printed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress

import click

from notekeep import config
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import dry_run_option, json_options, verb_options
from notekeep.cli.context import cron_command, is_json
from notekeep.cli.habits.output import timer_object
from notekeep.cli.opening import open_vault
from notekeep.errors import Failure, Refused, UsageError
from notekeep.habits.reminders import (
    Due,
    cron_lines,
    due,
    filter_unsent,
    list_reminders,
    reminder_times,
)
from notekeep.habits.summary import count_habits, format_today
from notekeep.tracking.tracker import HabitIndex

NO_REMINDERS = 'No reminders. Add `remind: ["07:30", "mon,fri 18:00"]` to the note of a habit.'


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
    habitctl         the same folder
    org              an Org file with Emacs habits
    tracker21        Obsidian's Habit Tracker 21: the folder of habits
    obsidian-habits  Obsidian's habits plug-in: the folder of habits
    daily            a folder of daily notes with checkboxes
    beaver           Beaver Habit Tracker: JSON
    habitbull        HabitBull: CSV
    habitkit         HabitKit: JSON export
    mhabit           Table Habit: JSON backup
    tickmate         Tickmate: database (.db)
    rewire           Rewire: database (.db)
    dijo             habit_record.json, or its folder
    notekeep         a file from `habit export csv` or `json`
    """
    from notekeep.cli.imports import run_import

    return run_import([path], origin, write=write and not dry_run, only_habits=True)


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
    ics    reminders as calendar events

    The vault is not changed.
    """
    from notekeep.services.habit_export import export_habits

    found = export_habits(open_vault().habits, form, habits)
    if out:
        save_export(os.path.expanduser(out), found.data, force=force)
    elif form == "loop" and sys.stdout.isatty():
        raise UsageError("A zip cannot be written to a terminal.", "Use --out FILE.")
    elif sys.stdout.isatty():
        output.write(found.data.decode().rstrip("\n"))
    else:
        output.write_bytes(found.data)
    for loss in found.losses:
        output.write_message(f"Not exported: {loss}")
    if form == "ics" and not found.habits:
        output.write_message(NO_REMINDERS)
    elif out:
        word = "reminder" if form == "ics" else "habit"
        output.write_message(f"{out}: {output.count_noun(found.habits, word)}")
    return 0 if found.habits else 1


def save_export(path: str, data: bytes, *, force: bool) -> None:
    """Create or overwrite a file atomically."""
    temporary = f"{path}.{os.getpid()}" if force else path
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except FileExistsError as error:
        raise Refused(f"{path} already exists.", "--force overwrites it.") from error
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}.") from error


@click.command("remind", short_help="Show reminders: all, due, or for cron.")
@click.option("--check", is_flag=True, help="Show due reminders of habits not logged yet.")
@click.option("--notify", is_flag=True, help="With --check: notify on the desktop, once.")
@click.option("--cron", is_flag=True, help="Print lines for `crontab -e`.")
@dry_run_option
@json_options
def remind_(*, check: bool, notify: bool, cron: bool, dry_run: bool) -> int:
    """Show the reminders of all habits, or with --check reminders due now for habits not logged.

    \b
    notekeep habit remind                       all reminders
    notekeep habit remind --check               prints nothing if none is due
    notekeep habit remind --cron                lines for a crontab
    """
    if (check and cron) or (notify and not check):
        raise UsageError("These options cannot be combined.", "See `notekeep habit remind --help`.")
    index = open_vault().habits
    if check:
        return _check(index, notify=notify and not dry_run)
    found = list_reminders(index.views())
    for path, words in found.wrong:
        output.write_message(f'{path}: "{words}" is not a reminder.')
    if cron and found.all:
        check_words = ("habit", "remind", "--check", "--notify")
        command = cron_command(index.places.root, *check_words, keep="DBUS_SESSION_BUS_ADDRESS")
        for line in cron_lines(reminder_times(reminder for _, reminder in found.all), command):
            output.write(line)
        output.write_message("Nothing is installed. Add these lines with `crontab -e`.")
        return 0
    ordered = sorted(found.all, key=lambda each: (each[1].time, each[0].title.casefold()))
    reminders = [
        {"habit": view.id, "title": view.title, "remind": reminder.text(), "call": view.call}
        for view, reminder in ordered
    ]
    return output.write_answer(
        [(reminder.text(), view.title, view.note) for view, reminder in ordered],
        json={"total": len(reminders), "reminders": reminders},
        empty=NO_REMINDERS,
        stretch=1,
    )


def _check(index: HabitIndex, *, notify: bool) -> int:
    """Print due reminders or notify of them; return the exit code, 1 if there are none."""
    found = due(index.views(), config.current_time(), index.places.settings.day_start)
    if notify:
        found = filter_unsent(index.places.state, found, index.today())
        # One notification for each habit, even if two of its reminders are due.
        for one in {one.habit.id: one for one in found}.values():
            _notify(one)
        return 0
    objects = [
        {"habit": one.habit.id, "title": one.habit.title, "remind": one.reminder.text()}
        for one in found
    ]
    return output.write_answer(
        [_row(one) for one in found], json={"total": len(objects), "due": objects}, stretch=1
    )


def _row(one: Due) -> tuple[str, str, str]:
    text = one.habit.note
    if one.habit.is_at_risk and one.habit.tiny:
        text = f"{text}: {one.habit.tiny}" if text else one.habit.tiny
    return one.reminder.time, one.habit.title, text


def _notify(one: Due) -> None:
    """Notify on the desktop; if that fails, print a line, which cron sends by mail."""
    _, title, text = _row(one)
    command = []  # text is passed as arguments, never as code
    if program := shutil.which("notify-send"):
        command = [program, "--app-name=notekeep", "--", title, text]
    elif program := shutil.which("osascript"):
        script = (
            "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend"
        )
        command = [program, "-e", script, title, text]
    with suppress(OSError, subprocess.TimeoutExpired):
        if (
            command
            and not subprocess.run(command, check=False, capture_output=True, timeout=10).returncode
        ):
            return
    output.write(f"{title}: {text}" if text else title)


@click.command("prompt", short_help="Print a short status for shell prompts and bars.")
@json_options
def prompt_() -> int:
    """Print today's status: `5/8 !1 read 10:05` means 5 of 8 done, 1 at risk, and a timer."""
    index = open_vault().habits
    views = index.views()
    if is_json():
        done, due_count, at_risk = count_habits(views)
        day = index.today().isoformat()
        timer = timer_object(index.timer) if index.timer else None
        output.write_json(
            {"date": day, "done": done, "asked": due_count, "at_risk": at_risk, "timer": timer}
        )
    elif text := format_today(views):
        output.write(text)
    return 0
