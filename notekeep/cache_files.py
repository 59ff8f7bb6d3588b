"""Small private files and folders of notekeep, stored outside vaults."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

MAX_APPENDED = 1 << 17
"""The size in bytes above which the older half of a file's lines is dropped."""


def make_cache_folder(folder: str) -> None:
    """Create a folder and its parents with mode 0700; make an existing folder private."""
    try:
        os.mkdir(folder, 0o700)
        os.chmod(folder, 0o700)
    except FileNotFoundError:
        above = os.path.dirname(folder)
        if above in ("", folder):
            raise
        make_cache_folder(above)
        make_cache_folder(folder)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise
        about = os.lstat(folder)
        is_own = sys.platform != "win32" and about.st_uid == os.geteuid()
        if is_own and stat.S_ISDIR(about.st_mode) and about.st_mode & 0o077:
            with suppress(OSError):  # the file system has no modes
                os.chmod(folder, 0o700)


def write_cache_file(folder: str, name: str, data: bytes, *, durable: bool = False) -> None:
    """Replace a file; without `durable`, the old file may be back after a power cut."""
    path = os.path.join(folder, name)
    draft = f"{path}.{os.getpid()}"  # a different name in each process
    try:
        with open(draft, "wb", opener=lambda place, flags: os.open(place, flags, 0o600)) as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def store_state(folder: str, name: str, state: Mapping[str, object]) -> None:
    """Store a JSON object for the next start; ignore errors."""
    with suppress(OSError):
        make_cache_folder(folder)
        write_cache_file(folder, name, json.dumps(state).encode())


def load_state(folder: str, name: str) -> dict[str, Any]:
    """Return the stored JSON object, or an empty one if it cannot be read."""
    with suppress(OSError, ValueError), open(os.path.join(folder, name), encoding="utf-8") as file:
        found: Any = json.load(file)
        return found if isinstance(found, dict) else {}
    return {}


def append_bounded_line(folder: str, name: str, line: str) -> None:
    """Append a line to a file, and drop the older half of a large file; ignore errors."""
    path = os.path.join(folder, name)
    with suppress(OSError):
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(fd, f"{line}\n".encode())
            size = os.fstat(fd).st_size
        finally:
            os.close(fd)
        if size > MAX_APPENDED:
            with open(path, "rb") as file:
                rows = file.read().splitlines(keepends=True)
            write_cache_file(folder, name, b"".join(rows[len(rows) // 2 :]))
