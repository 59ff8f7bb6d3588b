"""Which files of habits the index does not know as they are: logs, and notes that define one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from notekeep.files.changes import Changes, Fingerprint
from notekeep.files.scan import sweep

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

LOG_FOLDER = "habits/log"
"""Entries count here and nowhere else, whatever folder habits themselves are in."""


class Swept(NamedTuple):
    """What differs between the files of habits and what is known of them.

    Attributes:
        changed: Files that are new or changed, by vault path.
        removed: Files that are gone.
        unreadable: Files and folders that could not be looked at, each with the reason.
    """

    changed: dict[str, Fingerprint]
    removed: list[str]
    unreadable: dict[str, str]


def look(
    root: str, folder: str, connection: sqlite3.Connection, elsewhere: Iterable[str] | None = None
) -> Swept:
    """Compare the files of habits with what is known of them.

    Args:
        root: The vault.
        folder: The folder of habit notes, vault-relative.
        connection: The index.
        elsewhere: Notes outside of it that define habits; None are those that are known.
    """
    known = {
        path: Fingerprint(*map(int, mark.split()))
        for path, mark in connection.execute(
            "SELECT path, mark FROM files UNION ALL SELECT path, mark FROM definitions"
        )
    }
    found = Swept({}, [], {})
    for place in _folders(folder):
        changes = _sweep(root, place, known)
        found.changed.update(changes.added)
        found.changed.update(changes.modified)
        found.removed.extend(changes.removed)
        found.unreadable.update(changes.unreadable)
    swept = tuple(f"{place}/" for place in _folders(folder))
    outside = {path for path in known if not path.startswith(swept)}
    wanted = outside if elsewhere is None else set(elsewhere)
    found.removed.extend(outside - wanted)
    for path in wanted:
        if path.startswith(swept):
            continue
        mark = mark_of(root, path)
        if mark is not None and known.get(path) != mark:
            found.changed[path] = mark
        elif mark is None and path in known:
            found.removed.append(path)
    # One that is no text cannot be kept in the index, and would hide all other habits.
    odd = [path for path in found.changed if not path.isascii()]
    if odd:
        from notekeep.query.fold import is_unicode

        odd = [path for path in odd if not is_unicode(path)]
    for path in odd:
        del found.changed[path]
        found.unreadable[path] = "its name is not UTF-8; rename it"
    return found


def is_log(path: str) -> bool:
    """Whether a vault path lies where entries count."""
    return path.startswith(f"{LOG_FOLDER}/")


def _folders(folder: str) -> list[str]:
    """The folders to sweep, none of them within another."""
    if not folder:
        return [LOG_FOLDER]  # the vault's root holds everything; the catalog knows its habits
    if f"{LOG_FOLDER}/".startswith(f"{folder}/"):
        return [folder]
    return [folder, LOG_FOLDER]


def _sweep(root: str, folder: str, known: dict[str, Fingerprint]) -> Changes:
    if os.path.isdir(os.path.join(root, folder)):
        return sweep(root, known, under=folder, log_folder=LOG_FOLDER)
    return Changes(removed=[path for path in known if path.startswith(f"{folder}/")])


def mark_of(root: str, path: str) -> Fingerprint | None:
    """The fingerprint of a file; None when it is not there."""
    try:
        stat = os.stat(os.path.join(root, path))
    except OSError:
        return None
    return Fingerprint(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def write_mark(mark: Fingerprint) -> str:
    """Write a fingerprint as the index keeps it; an inode may be larger than SQLite's numbers."""
    return " ".join(map(str, mark))
