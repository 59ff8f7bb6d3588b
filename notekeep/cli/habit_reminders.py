"""`habit remind`, and `habit prompt`: a line about today for shells and bars.

Nothing runs in the background and nothing is installed: the lines for a crontab are only shown.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress

import click

from notekeep import config
from notekeep.cli import output
from notekeep.cli.arguments import dry_run_option, json_options
from notekeep.cli.context import cron_command, is_json, vault_places
from notekeep.errors import UsageError
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

NONE_YET = 'no reminders; add `remind: ["07:30", "mon,fri 18:00"]` to the note of a habit'


@click.command("remind", short_help="Show reminders: all, due, or for cron.")
@click.option("--check", is_flag=True, help="Show reminders that are due today and not answered.")
@click.option("--notify", is_flag=True, help="With --check: notify on the desktop, once.")
@click.option("--cron", is_flag=True, help="Print lines for `crontab -e`.")
@dry_run_option
@json_options
def remind_(*, check: bool, notify: bool, cron: bool, dry_run: bool) -> int:
    """Show the reminders of all habits, or with --check those that are due and not answered.

    \b
    notekeep habit remind                       all of them
    notekeep habit remind --check               prints nothing if none is due
    notekeep habit remind --cron                lines for a crontab
    """
    if (check and cron) or (notify and not check):
        raise UsageError("these options cannot be combined", "`notekeep habit remind --help`")
    places = vault_places()
    index = HabitIndex(places)
    if check:
        return _check(index, notify=notify and not dry_run)
    found = list_reminders(index.habits())
    for path, words in found.wrong:
        output.write_message(f"{path}: not a reminder: {words}")
    if not found.all:
        output.write_message(NONE_YET)
        return 1
    if cron:
        check_words = ("habit", "remind", "--check", "--notify")
        command = cron_command(places.root, *check_words, keep="DBUS_SESSION_BUS_ADDRESS")
        for line in cron_lines(reminder_times(reminder for _, reminder in found.all), command):
            output.write(line)
        output.write_message("nothing was installed; add these lines with `crontab -e`")
        return 0
    ordered = sorted(found.all, key=lambda each: (each[1].time, each[0].title.casefold()))
    reminders = [
        {"habit": view.id, "title": view.title, "remind": reminder.words, "call": view.call}
        for view, reminder in ordered
    ]
    return output.write_answer(
        [(reminder.words, view.title, view.note) for view, reminder in ordered],
        json={"total": len(reminders), "reminders": reminders},
        stretch=1,
    )


def _check(index: HabitIndex, *, notify: bool) -> int:
    """Tell what has come; exit 0 when there is something, 1 when there is nothing."""
    found = due(index.habits(), config.current_time(), index.places.settings.day_start)
    if notify:
        found = filter_unsent(index.places.state, found, index.today())
        # A habit that has two reminders behind it is told of once.
        for one in {one.habit.id: one for one in found}.values():
            _notify(one)
        return 0
    objects = [
        {"habit": one.habit.id, "title": one.habit.title, "remind": one.reminder.words}
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
    """Tell one on the desktop; where there is none, in words, which cron sends by mail."""
    _, title, text = _row(one)
    command = []  # words are arguments, never code
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
    """Print the status of today: `5/8 !1` means 5 of 8 done, 1 at risk."""
    index = HabitIndex(vault_places())
    views = index.habits()
    if is_json():
        done, asked, at_risk = count_habits(views)
        day = index.today().isoformat()
        output.write_json({"date": day, "done": done, "asked": asked, "at_risk": at_risk})
    elif text := format_today(views):
        output.write(text)
    return 0
