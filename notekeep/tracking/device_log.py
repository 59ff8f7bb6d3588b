"""The log files that this device writes: appending and reading lines, and the device name.

Habits and passage reviews have such logs, each in its own folder with a file for each month and
device. This module does not depend on the format of the lines.
"""

from __future__ import annotations

import os
import re
import sys
import time
import unicodedata
from binascii import crc32
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta

from notekeep import cache_files, dates
from notekeep.errors import Failure, UsageError, remedy
from notekeep.storage.append import append_line


def log_path(folder: str, state: str, day: date) -> str:
    """Return the path of this device's log file for a day, relative to the vault."""
    return f"{folder}/{day:%Y-%m}.{device_name(state)}.md"


def append_to_log(root: str, state: str, path: str, line: str, header: str) -> None:
    """Append a line to a log file of this device, and record the time; see `append_line`."""
    append_line(os.path.join(root, *path.split("/")), line, header, root=root)
    row = f"{_checksum(line)} {time.time():.6f}"
    cache_files.append_bounded_line(state, TIMES_FILE, row)


def read_own_logs(root: str, state: str, folder: str) -> Iterator[str]:
    """Yield the text of each log file of this device, starting with the last written."""
    ending = f".{device_name(state)}.md"
    try:
        with os.scandir(os.path.join(root, *folder.split("/"))) as listing:
            files = [entry for entry in listing if entry.name.endswith(ending) and entry.is_file()]
    except FileNotFoundError:
        return
    for file in sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True):
        with open(file.path, "rb") as opened:
            yield opened.read().decode("utf-8", "replace").removeprefix("\ufeff")


# The time at which this device wrote each line, so that `undo` can order log lines and changes to
# notes
#
# The time in a line is the time that the user entered. The time of writing is stored in the state
# folder; if that is lost, only this order is lost.


TIMES_FILE = "checkins"
"""File in the state folder: for each line, its checksum and the time of writing."""


def read_times(state: str) -> dict[str, float]:
    """Return the time at which each line was written, in seconds since 1970, by checksum."""
    times: dict[str, float] = {}
    with suppress(OSError), open(os.path.join(state, TIMES_FILE), encoding="ascii") as file:
        for row in file:
            checksum, _, seconds = row.partition(" ")
            with suppress(ValueError):
                times[checksum] = float(seconds)
    return times


def time_written(times: Mapping[str, float], line: str, day: int, clock: str | None) -> float:
    """Return the time at which a line was written, or else the line's own day and time."""
    if (known := times.get(_checksum(line))) is not None:
        return known
    seconds = dates.clock_seconds(clock)
    return (datetime.fromordinal(day) + timedelta(seconds=seconds)).timestamp()


def _checksum(line: str) -> str:
    return f"{crc32(line.rstrip().encode('utf-8', 'surrogateescape')):08x}"


# The name of this device. Each device appends to its own log files, so that git merges never
# conflict. Several devices may have the same host name, so a generated name ends with random
# characters.


DEVICE_FILE = "device"
LONGEST = 40

_RANDOM = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters and digits that do not look alike."""
_RANDOM_LENGTH = 4
_NAMELESS = frozenset({"", "localhost", "unknown"})


def device_name(state: str) -> str:
    """Return the name of this device. The first call generates it: `laptop-k3f9`.

    Raises Failure if the name cannot be saved, because it must not change between entries.
    """
    try:
        with open(os.path.join(state, DEVICE_FILE), encoding="utf-8") as file:
            name = file.read().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        name = ""
    except OSError as error:
        raise _failure(state, error) from error
    is_plain = name.isascii() and name.replace("-", "").isalnum()
    return name if is_plain else set_device_name(state, name if device_slug(name) else _new_name())


def set_device_name(state: str, name: str) -> str:
    """Rename this device; return the name in the form used in file names."""
    found = device_slug(name)
    if not found:
        raise UsageError(f'"{name}" is not a valid device name.', "Use letters and digits.")
    try:
        cache_files.make_cache_folder(state)
        cache_files.write_cache_file(state, DEVICE_FILE, f"{found}\n".encode("ascii"))
    except OSError as error:
        raise _failure(state, error) from error
    return found


def device_slug(name: str) -> str:
    """Return a name in a form that is a valid file name on every system: `mias-laptop`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:LONGEST].strip("-")


def _new_name() -> str:
    if sys.platform == "win32":
        name = os.environ.get("COMPUTERNAME", "")
    else:
        name = os.uname().nodename
    host = device_slug(name.partition(".")[0])[: LONGEST - _RANDOM_LENGTH - 1].strip("-")
    ending = "".join(_RANDOM[byte % len(_RANDOM)] for byte in os.urandom(_RANDOM_LENGTH))
    return f"{'device' if host in _NAMELESS else host}-{ending}"


def _failure(state: str, error: OSError) -> Failure:
    return Failure(
        f"Cannot save the device name in {os.path.join(state, DEVICE_FILE)}: {error.strerror}.",
        remedy(error),
    )
