"""Open what a person gives to an import, with distrust: a file, a folder, an archive, a database.

Only regular files with a name that some format has are read; links are not followed, and there
is an end to how much is taken into memory.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import zipfile
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from notekeep.errors import Failure, NotFound, Refused
from notekeep.habits.formats import loop
from notekeep.habits.formats.habit_data import HabitSource, Loss
from notekeep.storage.file_names import is_skipped, is_skipped_folder, name_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_SQLITE_SIGNATURE = b"SQLite format 3\x00"
_PAIR = ("habits", "log")
_ENDINGS = (".csv", ".json", ".md", ".org")


class Limits(NamedTuple):
    """What an archive may hold."""

    entries: int
    size: int  # how many bytes all of them may have, unpacked
    ratio: int = 100  # how often an entry of more than a megabyte may be as large as it is packed


LIMITS = Limits(entries=100_000, size=256 << 20)
"""The history of a life in every format there is takes a few megabytes."""


class GivenFiles(NamedTuple):
    """What was given: its path, and its contents by relative path, none for a database."""

    path: str
    files: dict[str, bytes]
    is_database: bool = False

    def texts(self, *endings: str) -> dict[str, str]:
        """Return the files with such an ending, as text; all of them without one."""
        return {
            name: data.decode("utf-8", "replace").removeprefix("\ufeff")
            for name, data in sorted(self.files.items())
            if not endings or name.casefold().endswith(endings)
        }

    def text(self, name: str) -> str:
        """Return the text of the file of a name, whichever folder it lies in; "" without."""
        found = self.texts(name).items()
        return next((text for path, text in found if path.rpartition("/")[2] == name), "")


def read_given(path: str) -> GivenFiles:
    """Read what a person gives; Refused for an archive that cannot be trusted, or is too large."""
    if os.path.isdir(path):
        return GivenFiles(path, dict(_read_folder(path)))
    if not os.path.isfile(path):
        raise NotFound(f"there is no file or folder {path}", "use the path of an export")
    try:
        with open(path, "rb") as file:
            head = file.read(len(_SQLITE_SIGNATURE))
            size = os.fstat(file.fileno()).st_size
            if head == _SQLITE_SIGNATURE:
                return GivenFiles(path, {}, is_database=True)
            if head.startswith(_ZIP_SIGNATURES):
                return GivenFiles(path, read_zip(path))
            _check_size(path, size)
            files = {os.path.basename(path): head + file.read()}
    except OSError as error:
        raise Failure(f"{path}: cannot read the file: {error.strerror}") from error
    if os.path.basename(path) in _PAIR:
        for name in _PAIR:
            other = os.path.join(os.path.dirname(path), name)
            if name not in files and os.path.isfile(other):
                files[name] = _read_bytes(other, LIMITS.size)
    return GivenFiles(path, files)


def _read_folder(path: str) -> Iterator[tuple[str, bytes]]:
    room = LIMITS.size
    for number, name in enumerate(_find_names(path, "")):
        if number == LIMITS.entries:
            raise Refused(
                f"{path}: more than {LIMITS.entries} files", "use a folder with only habits"
            )
        data = _read_bytes(os.path.join(path, *name.split("/")), room)
        room -= len(data)
        yield name, data


def _find_names(root: str, folder: str) -> Iterator[str]:
    try:
        with os.scandir(os.path.join(root, folder)) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        raise Failure(f"{error.filename}: cannot read the file: {error.strerror}") from error
    for entry in entries:
        name = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            if not is_skipped_folder(entry.name):
                yield from _find_names(root, name)
        elif entry.is_file(follow_symlinks=False) and _is_wanted(name):
            yield name


def _read_bytes(path: str, room: int) -> bytes:
    try:
        with open(path, "rb") as file:
            _check_size(path, os.fstat(file.fileno()).st_size, room)
            return file.read()
    except OSError as error:
        raise Failure(f"{path}: cannot read the file: {error.strerror}") from error


def _check_size(path: str, size: int, room: int = LIMITS.size) -> None:
    if size > room:
        raise Refused(f"{path}: more than {LIMITS.size >> 20} MB in all", "use only the export")


def _is_wanted(name: str) -> bool:
    base = name.rpartition("/")[2]
    return base in _PAIR or (base.casefold().endswith(_ENDINGS) and not is_skipped(base))


# A zip archive that may come from anybody: nothing of it is ever written to the disk, so no name in
# it can lead anywhere. One with a name that tries to, a link, two entries of one name, entries that
# share bytes, or more than any export holds is refused whole: no entry deserves more trust.

_LOCAL_HEADER = 30
_SMALL = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
_HINT = "export it again from the other program"


def read_zip(path: str) -> dict[str, bytes]:
    """Read the wanted files of an archive; Refused for what no honest program writes."""
    try:
        with zipfile.ZipFile(path) as opened:
            entries = opened.infolist()
            check_archive(path, entries)
            found: dict[str, bytes] = {}
            room = LIMITS.size
            for entry in entries:
                if entry.is_dir() or not _is_wanted(entry.filename):
                    continue
                found[entry.filename] = _unpack(opened, entry, path, room)
                room -= len(found[entry.filename])
            return found
    except OSError as error:
        raise Failure(f"{path}: cannot read the file: {error.strerror or error}") from error
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
        *(RuntimeError, ValueError, MemoryError),
    ) as error:
        raise Refused(f"{path}: the archive is damaged: {error}", _HINT) from error


def check_archive(
    path: str, entries: Sequence[zipfile.ZipInfo], limits: Limits | None = None
) -> None:
    """Raise Refused for an archive that no honest program writes, or that holds too much."""
    limits = limits or LIMITS
    if len(entries) > limits.entries:
        raise Refused(f"{path}: the archive has {len(entries)} entries", _HINT)
    total = sum(entry.file_size for entry in entries)
    if total > limits.size:
        raise Refused(f"{path}: the archive unpacks to {total} bytes", _HINT)
    seen: set[str] = set()
    for entry in entries:
        reason = name_problem(entry.orig_filename) or _kind_problem(entry)
        key = name_key(entry.filename.rstrip("/"))
        if not reason and key in seen:
            reason = "occurs twice"
        if reason:
            raise Refused(f"{path}: '{entry.orig_filename}' in the archive {reason}", _HINT)
        seen.add(key)
    _check_places(path, entries)


def name_problem(name: str) -> str:
    """Return why a name does not stay within a folder, to be read after it; "" when it does."""
    if "\\" in name or "\0" in name:
        return "has an invalid character in its name"
    if name.startswith("/") or _DRIVE.match(name):
        return "has a path outside of it"
    if ".." in name.split("/"):
        return "has a path outside of it"
    return "" if name.strip("/. ") else "has no name"


def _kind_problem(entry: zipfile.ZipInfo) -> str:
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if entry.flag_bits & 1:
        return "needs a password"
    if entry.file_size > max(_SMALL, entry.compress_size * LIMITS.ratio):
        return f"unpacks to more than {LIMITS.ratio} times its size"
    return ""


def _check_places(path: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse entries that share bytes, which is how a small archive becomes a very large one."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise Refused(f"{path}: entries of the archive overlap", _HINT)
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size


def _unpack(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str, room: int) -> bytes:
    """Unpack one entry; one that holds more than it says is refused before all of it is there."""
    with opened.open(entry) as file:
        data = file.read(min(entry.file_size, room) + 1)
    if len(data) > entry.file_size or len(data) > room:
        raise Refused(f"{path}: '{entry.filename}' in the archive is larger than declared", _HINT)
    return data


# The database of another program, opened as an immutable file, so that SQLite makes no lock,
# journal or index of its own. Only tables are read, never a view, and every question has an end.

_MAX_ROWS = 5_000_000
_MAX_TEXT = 1 << 20
_STEPS = 100_000
_MOST_STEPS = 20_000
"""A question is ended after so many times so many steps of SQLite's machine."""

_ALLOWED = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_FUNCTION}
)


def read_loop(path: str) -> HabitSource:
    """Read the backup of Loop Habit Tracker; Refused for a damaged file, or another."""
    try:
        with closing(open_database(path)) as opened:
            names = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {str(name).casefold(): str(name) for (name,) in names}
            if not {"habits", "repetitions"} <= tables.keys():
                raise Refused(
                    f"{path}: not a database of Loop",
                    "use Loop's backup: Settings, Export full backup",
                )
            habits = list(_rows(opened, tables["habits"], loop.HABIT_COLUMNS))
            days = _rows(opened, tables["repetitions"], loop.DAY_COLUMNS)
            return _without_log(path, loop.read_loop_tables(habits, days))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise Refused(
            f"{path}: cannot read the database: {error}", "create the backup again"
        ) from error


def _without_log(path: str, source: HabitSource) -> HabitSource:
    """Name what stands in the log beside a database, which an immutable one is read without."""
    try:
        size = os.stat(f"{path}-wal").st_size
    except OSError:
        return source
    loss = Loss("changes not yet written to the file", place=f"{path}-wal")
    return source._replace(losses=(*source.losses, loss)) if size else source


def open_database(path: str, *, is_immutable: bool = True) -> sqlite3.Connection:
    """Open the database of another program to read its tables, within limits."""
    mode = "mode=ro&immutable=1" if is_immutable else "mode=rw"
    opened = sqlite3.connect(f"file:{quote(path)}?{mode}", uri=True)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        opened.execute(f"PRAGMA {pragma}")
    opened.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_TEXT)
    opened.text_factory = lambda data: data.decode("utf-8", "replace")
    steps = iter(range(_MOST_STEPS))
    opened.set_progress_handler(lambda: next(steps, None) is None, _STEPS)
    opened.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
    )
    return opened


def _rows(
    opened: sqlite3.Connection, table: str, wanted: Sequence[str]
) -> Iterator[dict[str, Any]]:
    known = {str(row[1]).casefold() for row in opened.execute(f'PRAGMA table_info("{table}")')}
    columns = [name for name in wanted if name in known]
    if not columns:
        raise Refused(f"the table {table} has no columns of Loop")
    names = ", ".join(f'"{name}"' for name in columns)
    found = opened.execute(f'SELECT {names} FROM "{table}" LIMIT {_MAX_ROWS}')  # noqa: S608 - names that were compared with ours
    for row in found:
        yield dict(zip(columns, row, strict=True))
