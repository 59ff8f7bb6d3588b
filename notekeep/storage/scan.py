"""Sweep a vault: find the notes that are new, changed or deleted since the last sweep.

A sweep uses only names and `stat`, so it takes as long as listing the folders. The indexer reads
the changed notes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from stat import S_ISLNK, S_ISREG
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.background import yield_to_ui
from notekeep.errors import Failure
from notekeep.log_folders import LOG_FOLDERS
from notekeep.storage.file_names import (
    TEMP_PREFIX,
    find_original,
    is_skipped,
    is_skipped_folder,
    is_within,
    may_be_conflict,
    split_path,
)

if TYPE_CHECKING:
    import pathspec

StatMark: TypeAlias = tuple[int, int, int, int]
"""A fingerprint as a plain tuple, for fast comparison."""

NOTE_SUFFIXES = (".md", ".MD", ".Md", ".mD")

IGNORE_FILE = ".notekeepignore"
"""The name of files that list patterns of files to hide, in the syntax of .gitignore. A pattern
applies to the folder and everything below; the deepest file with a matching pattern wins, as in
git."""

# FAT has the coarsest times of all file systems: two seconds.
_TICK_NS = 2_000_000_000

# The flags of files that are only in the cloud: reading such a file downloads it.
_DARWIN_DATALESS = 0x40000000  # SF_DATALESS in sys/stat.h
_WINDOWS_AWAY = 0x1000 | 0x40000 | 0x400000  # offline, recall on open, recall on data access


class Fingerprint(NamedTuple):
    """The `stat` of a file. It is only compared for equality, because clocks may be wrong."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class ScanResult:
    """The differences between the files and their known fingerprints; paths are vault paths."""

    def __init__(self, *, removed: list[str] | None = None, known: int = 0, moved: int = 0) -> None:
        self.added: dict[str, Fingerprint] = {}
        # The content may be the same: the fingerprint was uncertain, or the file was only touched.
        self.modified: dict[str, Fingerprint] = {}
        self.removed: list[str] = removed or []  # without files below an unreadable folder
        self.unreadable: dict[str, str] = {}  # path to reason
        self.conflicts: dict[str, str] = {}  # conflict copy to its note, which may not exist
        self.in_cloud: list[str] = []  # neither modified nor removed
        self.temps: list[str] = []  # temporary files of interrupted saves
        self.known = known  # the number of notes before the sweep
        self.moved = moved  # the number of removed notes that were added under another path
        self.total = 0
        self.cancelled = False  # if true, no file counts as removed

    def __len__(self) -> int:
        return len(self.added) + len(self.modified) + len(self.removed)

    def looks_incomplete(self, own: int = 0) -> bool:
        """Whether many notes are missing, as with an unmounted drive or an incomplete sync.

        `own` is the number of notes that notekeep itself moved or deleted.
        """
        # Deleting a few notes of a small vault is normal.
        lost = len(self.removed) - max(self.moved, own)
        return lost > 50 or (lost > 2 and lost * 5 > self.known) or 0 < lost == self.known


class IgnoreRules(NamedTuple):
    """The rules of an ignore file."""

    prefix: str  # the vault path of its folder: "" or ending in "/"
    spec: pathspec.GitIgnoreSpec


def is_ignored_folder(root: str, path: str) -> bool:
    """Whether a sweep skips a folder, because it is hidden or ignored."""
    return not _FolderWalk(root, ScanResult(), None).start(path)


def _is_ignored(rules: tuple[IgnoreRules, ...], path: str) -> bool:
    """Whether rules, deepest last, hide a path; the path of a folder ends with "/"."""
    for rule in reversed(rules):
        verdict = rule.spec.check_file(path[len(rule.prefix) :]).include
        if verdict is not None:
            return bool(verdict)
    return False


def sweep(
    root: str | os.PathLike[str],
    known: Mapping[str, StatMark],
    *,
    under: str = "",
    cancelled: Callable[[], bool] | None = None,
) -> ScanResult:
    """Compare the notes on disk with their known fingerprints.

    Links to notes inside the vault are followed, links to folders are not. With `under`, only that
    folder is swept. Conflict copies in LOG_FOLDERS count as logs, because their lines merge. Raises
    Failure if the vault cannot be listed.
    """
    changes = ScanResult()
    unseen = dict(known)
    walk = _FolderWalk(os.fspath(root), changes, cancelled)
    edge = time.time_ns() - _TICK_NS
    below = "/".join([*split_path(under), ""])
    logs = tuple(f"{folder}/" for folder in LOG_FOLDERS)
    changes.known = sum(path.startswith(below) for path in known) if below else len(known)
    for prefix, entries in walk.folders(under):
        notes = [entry for entry in reversed(entries) if entry.name.endswith(NOTE_SUFFIXES)]
        entries.clear()  # entries cache their `stat`, so free each one after use
        if not prefix.startswith(logs):
            notes = _without_conflicts(changes, prefix, notes)
        changes.total += len(notes)
        while notes:
            yield_to_ui()
            entry = notes.pop()
            path = prefix + entry.name
            stat = walk.stat(entry, prefix)
            if stat is None:
                changes.total -= 1
            else:
                _compare(changes, path, stat, unseen.pop(path, None), edge)
    if not changes.cancelled:
        _find_removed(changes, unseen, below)
    return changes


def list_folders(root: str | os.PathLike[str]) -> list[str]:
    """List the absolute paths of the folders that a sweep reads, starting with the vault."""
    walk = _FolderWalk(os.fspath(root), ScanResult(), None)
    found = []
    for prefix, _ in walk.folders(""):
        yield_to_ui()
        found.append(os.path.join(walk.root, prefix.rstrip("/")) if prefix else walk.root)
    return found


def _compare(
    changes: ScanResult, path: str, stat: os.stat_result, before: StatMark | None, edge: int
) -> None:
    mark = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    if before == mark:
        return
    if is_in_cloud(stat):
        changes.in_cloud.append(path)
        return
    fingerprint = Fingerprint(*mark)
    # A file that has just changed may change again within the same clock tick. A change time in the
    # future means that the disk's clock is ahead; a modification time far in the future was set by
    # hand.
    if fingerprint.ctime_ns >= edge or edge <= fingerprint.mtime_ns <= edge + 2 * _TICK_NS:
        fingerprint = fingerprint._replace(ctime_ns=-1)  # never equal, so the file is read again
    (changes.added if before is None else changes.modified)[path] = fingerprint


def _without_conflicts(
    changes: ScanResult, prefix: str, notes: list[os.DirEntry[str]]
) -> list[os.DirEntry[str]]:
    # Check all names at once, because most folders have no conflict copy.
    if not may_be_conflict("\n".join([entry.name for entry in notes])):
        return notes
    names = {entry.name for entry in notes}
    others = []
    for entry in notes:
        original = find_original(entry.name, names) if may_be_conflict(entry.name) else None
        if original is None:
            others.append(entry)
        else:
            changes.conflicts[prefix + entry.name] = prefix + original
    return others


def list_files(root: str | os.PathLike[str]) -> Iterator[str]:
    """List the vault paths of all files that are not ignored, including attachments."""
    walk = _FolderWalk(os.fspath(root), ScanResult(), None)
    for prefix, entries in walk.folders(""):
        for entry in entries:
            path = prefix + entry.name
            if not is_skipped(entry.name) and walk.stat(entry, prefix) is not None:
                yield path


def is_in_cloud(stat: os.stat_result, platform: str = sys.platform) -> bool:
    """Whether the content of a file is only in the cloud."""
    if platform == "darwin":
        return bool(getattr(stat, "st_flags", 0) & _DARWIN_DATALESS)
    if platform == "win32":
        return bool(getattr(stat, "st_file_attributes", 0) & _WINDOWS_AWAY)
    return False


def _find_removed(changes: ScanResult, unseen: Mapping[str, StatMark], below: str) -> None:
    hidden = tuple(f"{path}/" for path in changes.unreadable)
    in_cloud = set(changes.in_cloud)
    changes.removed = [
        path
        for path in unseen
        if path.startswith(below)
        and path not in in_cloud
        and path not in changes.unreadable
        and not path.startswith(hidden)
    ]
    if changes.removed:
        arrived = {_identity(fingerprint) for fingerprint in changes.added.values()}
        changes.moved = sum(_identity(unseen[path]) in arrived for path in changes.removed)


def _identity(mark: StatMark) -> tuple[int, int]:
    """Return the part that a move does not change. Listings on Windows contain no inode."""
    size, mtime_ns, _, inode = mark
    return size, inode or mtime_ns


class _FolderWalk:
    """Walks the folders of a vault that may contain notes, and adds problems to `report`."""

    __slots__ = ("base", "cancelled", "report", "root")

    def __init__(self, root: str, report: ScanResult, cancelled: Callable[[], bool] | None) -> None:
        self.root = root
        self.base = os.path.realpath(root)  # links followed
        self.report = report
        self.cancelled = cancelled

    def folders(self, under: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
        """Yield each folder's vault path ("" or ending in "/") and its files."""
        stack = self.start(under)
        while stack:
            if self.cancelled is not None and self.cancelled():
                self.report.cancelled = True
                return
            prefix, rules = stack.pop()
            place = os.path.join(self.root, prefix) if prefix else self.root
            files: list[os.DirEntry[str]] = []
            below: list[str] = []
            entries = self._list(place, prefix)
            if entries is None:
                continue
            while entries:
                entry = entries.pop()
                name = entry.name
                if name == IGNORE_FILE:
                    rules = self._with_rules(rules, place, prefix)
                elif name[0] == ".":
                    self._add_hidden(prefix, name)
                elif not entry.is_dir(follow_symlinks=False):
                    files.append(entry)
                elif not is_skipped_folder(name):
                    below.append(f"{prefix}{name}/")
            if rules:
                files = [one for one in files if not _is_ignored(rules, prefix + one.name)]
                below = [path for path in below if not _is_ignored(rules, path)]
            stack += [(path, rules) for path in below]
            yield prefix, files

    def stat(self, entry: os.DirEntry[str], prefix: str) -> os.stat_result | None:
        """Return the `stat` of a file; None for other entries and links out of the vault."""
        try:
            stat = entry.stat(follow_symlinks=False)
            if S_ISREG(stat.st_mode):
                return stat
            if not S_ISLNK(stat.st_mode):
                return None
            if not is_within(os.path.realpath(entry.path), self.base):
                self.report.unreadable[prefix + entry.name] = (
                    "it is a link to a place outside the vault"
                )
                return None
            stat = os.stat(entry.path)
            return stat if S_ISREG(stat.st_mode) else None
        except FileNotFoundError:
            if entry.is_symlink():
                self.report.unreadable[prefix + entry.name] = "it is a broken link"
        except OSError as error:
            self.report.unreadable[prefix + entry.name] = error.strerror or str(error)
        return None

    def start(self, under: str) -> list[tuple[str, tuple[IgnoreRules, ...]]]:
        """Return the first folder with its parents' rules, or nothing if it is skipped."""
        rules: tuple[IgnoreRules, ...] = ()
        prefix = ""
        for part in split_path(under):
            place = os.path.join(self.root, prefix)
            if os.path.lexists(os.path.join(place, IGNORE_FILE)):
                rules = self._with_rules(rules, place, prefix)
            if is_skipped_folder(part) or _is_ignored(rules, f"{prefix}{part}/"):
                return []
            prefix += f"{part}/"
        return [(prefix, rules)]

    def _add_hidden(self, prefix: str, name: str) -> None:
        if name.startswith(TEMP_PREFIX):
            self.report.temps.append(prefix + name)
        elif name.endswith(".icloud") and name[1:-7].endswith(NOTE_SUFFIXES):
            self.report.in_cloud.append(prefix + name[1:-7])

    def _with_rules(
        self, rules: tuple[IgnoreRules, ...], place: str, prefix: str
    ) -> tuple[IgnoreRules, ...]:
        import pathspec

        ignore_file = os.path.join(place, IGNORE_FILE)
        try:
            with open(ignore_file, encoding="utf-8", errors="surrogateescape") as file:
                spec = pathspec.GitIgnoreSpec.from_lines(file.read().splitlines())
            return (*rules, IgnoreRules(prefix, spec))
        except (OSError, ValueError) as error:
            self.report.unreadable[prefix + IGNORE_FILE] = str(error)
            return rules

    def _list(self, place: str, prefix: str) -> list[os.DirEntry[str]] | None:
        """List a folder; return None if it is missing or unreadable, and report the latter."""
        try:
            with os.scandir(place) as listing:
                return list(listing)
        except OSError as error:
            if not prefix:
                raise Failure(
                    f"The vault '{self.root}' cannot be read: {error.strerror or error}.",
                    "Check that the drive is connected and that you can read it.",
                ) from error
            if not isinstance(error, FileNotFoundError):
                self.report.unreadable[prefix.rstrip("/")] = error.strerror or str(error)
            return None
