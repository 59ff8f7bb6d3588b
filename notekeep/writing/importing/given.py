"""What a person gives to an import: a file, a folder or an archive, as names and bytes.

Only regular files with a name that some format has are read; links are not followed, and there is
an end to how much is taken into memory.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Failure, NotFound, Refused
from notekeep.files.paths import is_skipped, is_skipped_folder
from notekeep.writing.importing.archive import SIGNATURES, Limits, read_zip
from notekeep.writing.importing.database import SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = Limits(entries=100_000, size=256 << 20)
"""The history of a life in every format there is takes a few megabytes."""

PAIR = ("habits", "log")
_ENDINGS = (".csv", ".json", ".md", ".org")


class Given(NamedTuple):
    """What was given.

    Attributes:
        path: Where it lies.
        files: The contents by relative path; empty for a database.
        is_database: Whether it is one of SQLite.
    """

    path: str
    files: dict[str, bytes]
    is_database: bool = False

    def texts(self, *endings: str) -> dict[str, str]:
        """The files with such an ending, as text; all of them without one."""
        return {
            name: data.decode("utf-8", "replace").removeprefix("\ufeff")
            for name, data in sorted(self.files.items())
            if not endings or name.casefold().endswith(endings)
        }

    def text(self, name: str) -> str:
        """The text of the file of a name, whichever folder it lies in; "" without."""
        for path, text in self.texts(name).items():
            if path.rpartition("/")[2] == name:
                return text
        return ""


def read_given(path: str) -> Given:
    """Read what a person gives.

    Raises:
        NotFound: There is nothing there.
        Refused: It is an archive that cannot be trusted, or larger than any export.
        Failure: It cannot be read.
    """
    if os.path.isdir(path):
        return Given(path, dict(_folder(path)))
    if not os.path.isfile(path):
        raise NotFound(f"there is no file or folder {path}", "give the path of an export")
    try:
        with open(path, "rb") as file:
            head = file.read(len(SIGNATURE))
            size = os.fstat(file.fileno()).st_size
            if head == SIGNATURE:
                return Given(path, {}, is_database=True)
            if head.startswith(SIGNATURES):
                return Given(path, read_zip(path, _is_wanted, LIMITS))
            _check_size(path, size)
            files = {os.path.basename(path): head + file.read()}
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from error
    if os.path.basename(path) in PAIR:
        files.update(_beside(path))
    return Given(path, files)


def _beside(path: str) -> Iterator[tuple[str, bytes]]:
    """The other file of two that belong together."""
    for name in PAIR:
        other = os.path.join(os.path.dirname(path), name)
        if name != os.path.basename(path) and os.path.isfile(other):
            yield name, _bytes(other, LIMITS.size)


def _folder(path: str) -> Iterator[tuple[str, bytes]]:
    room = LIMITS.size
    for number, name in enumerate(_names(path, "")):
        if number == LIMITS.entries:
            raise Refused(
                f"{path}: more than {LIMITS.entries} files", "give a folder of habits alone"
            )
        data = _bytes(os.path.join(path, *name.split("/")), room)
        room -= len(data)
        yield name, data


def _names(root: str, folder: str) -> Iterator[str]:
    """The files below a folder that some format has, folder by folder, in order."""
    try:
        with os.scandir(os.path.join(root, folder)) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        raise Failure(f"{error.filename}: cannot be read: {error.strerror}") from error
    for entry in entries:
        name = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            if not is_skipped_folder(entry.name):
                yield from _names(root, name)
        elif entry.is_file(follow_symlinks=False) and _is_wanted(name):
            yield name


def _bytes(path: str, room: int) -> bytes:
    try:
        with open(path, "rb") as file:
            _check_size(path, os.fstat(file.fileno()).st_size, room)
            return file.read()
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from error


def _check_size(path: str, size: int, room: int = LIMITS.size) -> None:
    if size > room:
        raise Refused(f"{path}: more than {LIMITS.size >> 20} MB in all", "give the export alone")


def _is_wanted(name: str) -> bool:
    base = name.rpartition("/")[2]
    return base in PAIR or (base.casefold().endswith(_ENDINGS) and not is_skipped(base))
