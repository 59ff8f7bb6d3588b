"""`habit remind`: what is to be remembered now, and what a person installs to be told of it.

Nothing runs in the background and nothing is installed unasked: a timer or a crontab line is shown,
and a timer is written where systemd looks for it only with `--write`.
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
from notekeep.errors import Failure, Refused, UsageError
from notekeep.habits.timer import MARK, cron_lines, moments, systemd_units
from notekeep.index.habits import HabitIndex
from notekeep.index.reminding import Due, due, not_yet_told, times_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.config import VaultPlaces
    from notekeep.habits.reminders import Reminder
    from notekeep.index.reminding import Times

NONE_YET = 'no habit has a reminder: `remind: ["07:30", "mon,fri 18:00"]` in its note makes one'


@click.command("remind", short_help="Reminders: now, and by a timer.")
@click.option("--check", is_flag=True, help="What has come today and is not answered.")
@click.option("--notify", is_flag=True, help="With --check: tell it on the desktop, once.")
@click.option("--systemd", is_flag=True, help="The timer that tells it, for systemd.")
@click.option("--cron", is_flag=True, help="The same as lines for `crontab -e`.")
@click.option("--write", is_flag=True, help="With --systemd: write the timer, outside the vault.")
@dry_run_option
@json_option
@verb_options
def remind_(
    *,
    check: bool,
    notify: bool,
    systemd: bool,
    cron: bool,
    write: bool,
    dry_run: bool,
    as_json: bool,
    vault: str | None,
) -> int:
    """Show the reminders of all habits; with --check those that have come and are not answered.

    \b
    notekeep habit remind                       all of them
    notekeep habit remind --check               silent when nothing is to be remembered
    notekeep habit remind --cron                lines for a crontab
    notekeep habit remind --systemd             a timer, shown
    notekeep habit remind --systemd --write     a timer, written; you enable it
    """
    if sum((check, systemd, cron)) > 1 or (notify and not check) or (write and not systemd):
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
    times = moments(reminder for _, reminder in found.all)
    command = [*_home(), sys.executable, "-m", "notekeep", "--vault", places.root]
    command += ["habit", "remind", "--check", "--notify"]
    if cron:
        for line in cron_lines(times, command):
            output.write(line)
        output.note("nothing is installed: put these lines into `crontab -e`")
        return 0
    if systemd:
        return _systemd(places, times, command, write=write and not dry_run)
    _list(found, as_json=as_json)
    return 0


def _home() -> list[str]:
    """What a timer needs before a command to find the same settings and state as this one."""
    home = os.environ.get("NOTEKEEP_HOME")
    return [shutil.which("env") or "/usr/bin/env", f"NOTEKEEP_HOME={home}"] if home else []


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


def _systemd(
    places: VaultPlaces, times: Sequence[Reminder], command: Sequence[str], *, write: bool
) -> int:
    service, timer = systemd_units(times, command)
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    folder = os.path.join(base, "systemd", "user")
    name = f"notekeep-habits-{places.id}"
    units = {
        os.path.join(folder, f"{name}.service"): service,
        os.path.join(folder, f"{name}.timer"): timer,
    }
    for path in units:
        _check_free(path)
    for path, text in units.items():
        if write:
            _write(path, text)
            output.write(path)
        else:
            output.write(f"# {path}\n{text}")
    if not write:
        output.note("nothing is written yet; --write does it")
    output.note(
        f"to start it: systemctl --user daemon-reload && systemctl --user enable --now {name}.timer"
    )
    return 0


def _check_free(path: str) -> None:
    """Refuse to write over a unit that somebody else wrote."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            is_ours = file.readline().startswith(MARK)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from error
    if not is_ours:
        raise Refused(f"{path} was not written by notekeep", "move it away")


def _write(path: str, text: str) -> None:
    fresh = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(fresh, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(fresh, path)
    except OSError as error:
        raise Failure(f"{path}: cannot be written: {error.strerror}") from error
