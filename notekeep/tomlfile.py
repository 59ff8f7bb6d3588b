"""Files of settings, read as TOML once and kept as JSON until they are others.

To import the reader of TOML and read a file of ten lines takes longer than opening a vault.
"""

from __future__ import annotations

import os
import stat
from typing import Any

from notekeep.errors import Failure, UsageError

LARGEST = 1_000_000
"""Bytes of a file of settings; what is larger is something else."""

SETTLED_NS = 2_000_000_000
"""Nanoseconds after which what is written into a file makes it look otherwise."""


def read_toml(path: str, kept: str = "") -> dict[str, Any]:
    """Read a TOML file; a missing one is empty.

    Args:
        path: The file.
        kept: Where what was read last is kept as JSON, which Python reads in a third of the time;
            "" keeps nothing.

    Raises:
        UsageError: It is not TOML; the message has the file and what the parser said of it.
        Failure: It cannot be read, or is no file.
    """
    try:
        with open(path, "rb", opener=_at_once) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Failure(f"{path}: cannot be read: it is no file", "put a file there")
            looks = _looks(about)
            if kept and (known := _kept(kept, looks)) is not None:
                return known
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        hint = "make it a file that you may read"
        raise Failure(f"{path}: cannot be read: {error.strerror}", hint) from error
    if len(data) > LARGEST:
        raise UsageError(f"{path}: larger than settings can be", f"shorten it: {path}")
    import tomllib

    try:
        read = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8, so no TOML", f"save it as UTF-8: {path}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}", f"correct it: {path}") from error
    if kept:
        _keep(kept, looks, read)
    return read


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for who writes into a pipe: a vault of others may have one here."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _looks(about: os.stat_result) -> list[int]:
    """What is another number when a file was written, or is another file."""
    return [about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns]


def _kept(place: str, looks: list[int]) -> dict[str, Any] | None:
    """Return what was read when the file looked like this; None when that is not known."""
    import json

    try:
        with open(place, encoding="utf-8") as file:
            found = json.load(file)
        return found["data"] if found["looks"] == looks and type(found["data"]) is dict else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(place: str, looks: list[int], data: dict[str, Any]) -> None:
    import json
    import time

    from notekeep.kept import write

    # What was written this very moment may be written again and look the same.
    if time.time_ns() - max(looks[-2:]) < SETTLED_NS:
        return
    # Dates are in TOML and not in JSON, and none of the settings is one.
    try:
        text = json.dumps({"looks": looks, "data": data})
        write(*os.path.split(place), text.encode())
    except (OSError, TypeError):
        return
