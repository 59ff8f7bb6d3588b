"""`habit remind`: what is to be remembered now, and what a person installs to be told of it.

Nothing runs in the background and nothing is installed: the lines for a crontab are only shown.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import click

from notekeep import config
from notekeep.cli import output
from notekeep.cli.context import dry_run_option, json_option, verb_options
from notekeep.cli.context import vault_places as places_of
from notekeep.errors import UsageError
from notekeep.habits.timer import cron_lines, moments
from notekeep.index.habits import HabitIndex
from notekeep.index.reminding import Due, due, not_yet_told, times_of

if TYPE_CHECKING:
    from notekeep.index.reminding import Times

NONE_YET = 'no habit has a reminder: `remind: ["07:30", "mon,fri 18:00"]` in its note makes one'


@click.command("remind", short_help="Reminders: now, and by cron.")
@click.option("--check", is_flag=True, help="What has come today and is not answered.")
@click.option("--notify", is_flag=True, help="With --check: tell it on the desktop, once.")
@click.option("--cron", is_flag=True, help="Show lines for `crontab -e` that notify you.")
@dry_run_option
@json_option
@verb_options
def remind_(
    *,
    check: bool,
    notify: bool,
    cron: bool,
    dry_run: bool,
    as_json: bool,
    vault: str | None,
) -> int:
    """Show the reminders of all habits; with --check those that have come and are not answered.

    \b
    notekeep habit remind                       all of them
    notekeep habit remind --check               silent when nothing is to be remembered
    notekeep habit remind --cron                lines for a crontab
    """
    if (check and cron) or (notify and not check):
        raise UsageError("these options do not go together", "`notekeep habit remind --help`")
    places = places_of(vault)
    index = HabitIndex(places)
    if check:
        return _check(index, notify=notify and not dry_run, as_json=as_json)
    found = times_of(index)
    for path, words in found.wrong:
        output.note(f"{path}: not a reminder: {words}")
    if not found.all:
        output.note(NONE_YET)
        return 1
    if cron:
        command = [*_environment(), sys.executable, "-m", "notekeep", "--vault", places.root]
        command += ["habit", "remind", "--check", "--notify"]
        for line in cron_lines(moments(reminder for _, reminder in found.all), command):
            output.write(line)
        output.note("nothing is installed: put these lines into `crontab -e`")
        return 0
    _list(found, as_json=as_json)
    return 0


def _environment() -> list[str]:
    """Settings, state and desktop of this session, which cron knows nothing of."""
    names = ("NOTEKEEP_HOME", "DBUS_SESSION_BUS_ADDRESS")
    said = [f"{name}={os.environ[name]}" for name in names if os.environ.get(name)]
    return [shutil.which("env") or "/usr/bin/env", *said] if said else []


def _list(found: Times, *, as_json: bool) -> None:
    ordered = sorted(found.all, key=lambda each: (each[1].time, each[0].title.casefold()))
    if as_json:
        rows = [
            {"habit": view.id, "title": view.title, "remind": reminder.words, "call": view.call}
            for view, reminder in ordered
        ]
        output.write_json({"total": len(rows), "reminders": rows})
        return
    output.table([(each.words, view.title, view.note) for view, each in ordered], stretch=1)


def _check(index: HabitIndex, *, notify: bool, as_json: bool) -> int:
    """Tell what has come; exit 0 when there is something, 1 when there is nothing."""
    found = due(index, config.now())
    if notify:
        found = not_yet_told(index.places.state, found, index.today())
        # A habit that has two reminders behind it is told of once.
        for one in {one.habit.id: one for one in found}.values():
            _tell(one)
        return 0
    if as_json:
        rows = [
            {"habit": one.habit.id, "title": one.habit.title, "remind": one.reminder.words}
            for one in found
        ]
        output.write_json({"total": len(rows), "due": rows})
    else:
        output.table([_words(one) for one in found], stretch=1)
    return 0 if found else 1


def _words(one: Due) -> tuple[str, str, str]:
    text = one.habit.note
    if one.habit.is_at_risk and one.habit.tiny:
        text = f"{text}: {one.habit.tiny}" if text else one.habit.tiny
    return one.reminder.time, one.habit.title, text


def _tell(one: Due) -> None:
    """Tell one on the desktop; where there is none, in words, which cron sends by mail."""
    _, title, text = _words(one)
    command = _notifier(title, text)
    if command is not None:
        try:
            done = subprocess.run(command, check=False, capture_output=True, timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            done = None
        if done is not None and done.returncode == 0:
            return
    output.write(f"{title}: {text}" if text else title)


def _notifier(title: str, text: str) -> list[str] | None:
    """The program that tells something on this desktop; words are arguments, never code."""
    if program := shutil.which("notify-send"):
        return [program, "--app-name=notekeep", "--", title, text]
    if program := shutil.which("osascript"):
        script = (
            "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend"
        )
        return [program, "-e", script, title, text]
    return None
