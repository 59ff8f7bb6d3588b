"""A copy of the sample vault for the demo.

The copy is in a temporary folder, together with its settings, cache and state. Its dates are
shifted by whole weeks, so that the habit log ends this week and weekdays stay the same. Due dates
of tasks are shifted by days, so that there are always one late task and two that are due soon.
"""

from __future__ import annotations

import atexit
import datetime as dt
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress

from notekeep.config import Places, current_time
from notekeep.dates import parse_iso
from notekeep.errors import NotFound

PREFIX = "notekeep-demo-"
UNUSED_SECONDS = 7 * 24 * 3600
HOME = "home"
VAULT = "sample"
OWNER = "pid"
"""The file next to a copy with the id of its process, which removes the file when it ends."""
_DATE = re.compile(rb"(due:)?(?<![\d-])(20\d\d-\d\d-\d\d)(?![\d-])")
_CHANGED = re.compile(
    rb"^(?:created|finished|listened|date|since): (\d{4}-\d\d-\d\d)", re.MULTILINE
)
WELCOME = ("Start here.md", "Atomic Habits.md")
"""The notes that lists show first."""
_LOG_LINE = re.compile(rb"^- (\d{4}-\d\d-\d\d) ", re.MULTILINE)
_LOG_NAME = re.compile(r"^(\d{4}-\d\d)\.(.+)\.md$")
REACH = dt.timedelta(days=550)
"""Dates farther from the last log entry are not shifted, such as a book's year of publication."""

_homes: dict[str, str] = {}  # the copies made by this process, by folder
_own_home: list[str | None] = []  # NOTEKEEP_HOME before a copy was opened


def use_home_of(root: str) -> None:
    """Set NOTEKEEP_HOME for a copy of the sample, and reset it for another vault."""
    if is_copy(root):
        _own_home[:] = _own_home or [os.environ.get("NOTEKEEP_HOME")]
        os.environ["NOTEKEEP_HOME"] = _homes[root]
    elif _own_home:
        home = _own_home.pop()
        if home is None:
            del os.environ["NOTEKEEP_HOME"]
        else:
            os.environ["NOTEKEEP_HOME"] = home


def own_places() -> Places:
    """Return the user's own folders, even while a copy of the sample is open."""
    home = _own_home[0] if _own_home else os.environ.get("NOTEKEEP_HOME")
    return Places.for_machine({**os.environ, "NOTEKEEP_HOME": home or ""})


def is_copy(root: str) -> bool:
    """Whether a folder is a copy of the sample that this process made."""
    return root in _homes


def sample_folder() -> str:
    """Find the sample vault: in the installed package, or next to it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.path.join(package, "sample"), os.path.join(package, os.pardir, "vault")):
        if os.path.isdir(os.path.join(folder, "habits")):
            return os.path.realpath(folder)
    raise NotFound("The sample vault is not installed.", "Install notekeep again.")


def copy_sample_vault(today: dt.date, parent: str | None = None) -> str:
    """Copy the sample vault, shifted to `today`; return its folder. See `use_home_of`."""
    _delete_unused(parent or tempfile.gettempdir())
    base = tempfile.mkdtemp(prefix=PREFIX, dir=parent)
    root, home = os.path.join(base, VAULT), os.path.join(base, HOME)
    shutil.copytree(sample_folder(), root, ignore=shutil.ignore_patterns(".make"))
    os.mkdir(home, 0o700)
    _homes[root] = home
    owner = os.path.join(base, OWNER)
    with open(owner, "w", encoding="ascii") as file:
        file.write(str(os.getpid()))
    atexit.register(_release, owner)
    move_dates(root, today)
    _set_times(root, today)
    return root


def _set_times(root: str, today: dt.date) -> None:
    """Set the modification time of each note to its latest date, for lists by time."""
    now = dt.datetime.combine(today, current_time().time())
    for path, data in _notes(root):
        found = (parse_iso(day.decode()) for day in _CHANGED.findall(data))
        dates = [day for day in found if day and day <= today]
        time = dt.datetime.combine(max(dates), dt.time(12)) if dates else now - REACH
        time = min(time, now - dt.timedelta(hours=1))
        name = os.path.basename(path)
        if name in WELCOME:
            time = now - dt.timedelta(minutes=WELCOME.index(name))
        os.utime(path, (time.timestamp(), time.timestamp()))


def _release(owner: str) -> None:
    with suppress(OSError):
        os.unlink(owner)


def delete_copy(root: str) -> None:
    """Delete a copy of the sample vault with its settings and cache, but no other vault."""
    base = os.path.dirname(root)
    if os.path.basename(base).startswith(PREFIX):
        shutil.rmtree(base, ignore_errors=True)


def _delete_unused(parent: str) -> None:
    """Delete copies whose process was killed, and copies that have not changed for a week."""
    with os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False):
                is_own = not hasattr(os, "getuid") or entry.stat().st_uid == os.getuid()
                if is_own and (_was_killed(entry.path) or _is_unused(entry.path)):
                    shutil.rmtree(entry.path, ignore_errors=True)


def _was_killed(base: str) -> bool:
    if not hasattr(os, "getuid"):  # on Windows, signal 0 would end the process
        return False
    try:
        with open(os.path.join(base, OWNER), encoding="ascii") as file:
            os.kill(int(file.read()), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _is_unused(base: str) -> bool:
    paths = (
        os.path.join(folder, name)
        for folder, folders, files in os.walk(base)
        for name in (*folders, *files, "")
    )
    try:
        last = max(os.lstat(path).st_mtime for path in paths)
    except OSError:  # a file was removed in the meantime, so the copy is in use
        return False
    return time.time() - last > UNUSED_SECONDS


def move_dates(root: str, today: dt.date) -> int:
    """Shift recent dates in a vault by whole weeks to this week; return the number of weeks.

    Due days are shifted by the days since the last check-in.
    """
    # Check-ins and daily notes after today are dropped.
    before = dict(_notes(root))
    days = [
        day.decode()
        for path, data in before.items()
        if _LOG_NAME.match(os.path.basename(path))
        for day in _LOG_LINE.findall(data)
    ]
    if not days:
        return 0
    last = dt.date.fromisoformat(max(days))
    monday, last_monday = (day - dt.timedelta(days=day.weekday()) for day in (today, last))
    weeks = (monday - last_monday).days // 7
    if last == today:
        return 0
    shift = dt.timedelta(weeks=weeks)
    after: dict[str, bytes] = {}
    for path, data in before.items():
        folder, name = os.path.split(path)
        moved = _shift_dates(data, last, shift, today - last)
        if _LOG_NAME.match(name):
            _sort_lines(path, moved, after, today)
            continue
        name = _shift_dates(os.fsencode(name), last, shift, shift).decode()
        if not _is_after(name.removesuffix(".md"), today):
            after[os.path.join(folder, name)] = moved
    for path in before.keys() - after.keys():
        os.unlink(path)
    for path, data in after.items():
        with open(path, "wb") as file:
            file.write(data)
    return weeks


def _notes(root: str) -> Iterator[tuple[str, bytes]]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".md"):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    yield path, file.read()


def _shift_dates(data: bytes, last: dt.date, shift: dt.timedelta, due: dt.timedelta) -> bytes:
    def move(match: re.Match[bytes]) -> bytes:
        day = parse_iso(match[2].decode())
        if day is None or abs(last - day) > REACH:
            return match[0]
        sign = match[1] or b""
        return sign + (day + (due if sign else shift)).isoformat().encode()

    return _DATE.sub(move, data)


def _is_after(name: str, today: dt.date) -> bool:
    day = parse_iso(name)
    return day is not None and day > today


def _sort_lines(path: str, data: bytes, after: dict[str, bytes], today: dt.date) -> None:
    folder, name = os.path.split(path)
    match = _LOG_NAME.match(name)
    device = match[2] if match else ""
    target = ""
    for line in data.splitlines(keepends=True):
        day = _LOG_LINE.match(line)
        if day and _is_after(day[1].decode(), today):
            target = ""
        elif day:
            month = day[1][:7].decode()
            target = os.path.join(folder, f"{month}.{device}.md")
            after[target] = after.get(target, f"# Habit log {month}\n\n".encode()) + line
        elif target and line.startswith(b"  "):
            after[target] += line
