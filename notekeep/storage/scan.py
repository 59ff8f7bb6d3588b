"""A sweep of a vault: which notes are new, changed or gone since the last one.

A sweep uses names and `stat` only and opens no note, so a vault of many thousand notes is swept in
the time it takes to list it. What a changed note says is for the index to read.
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
"""A fingerprint as a plain tuple, for the many that are only compared."""

NOTE_SUFFIXES = (".md", ".MD", ".Md", ".mD")

IGNORE_FILE = ".notekeepignore"
"""What a person keeps out of the vault's lists, in the syntax of .gitignore. A file of that name
counts for its own folder and everything below it; the deepest one that says anything about a path
wins, as in git."""

# The coarsest clock a file system keeps is FAT's: two seconds.
_TICK_NS = 2_000_000_000

# A file a cloud keeps for itself: reading it means downloading it.
_DARWIN_DATALESS = 0x40000000  # SF_DATALESS in sys/stat.h
_WINDOWS_AWAY = 0x1000 | 0x40000 | 0x400000  # offline, recall on open, recall on data access


class Fingerprint(NamedTuple):
    """What `stat` says of a file, times in ns; only compared for equality: clocks may be wrong."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class ScanResult:
    """What differs between the files and what is known of them; paths are vault paths."""

    def __init__(self, *, removed: list[str] | None = None, known: int = 0, moved: int = 0) -> None:
        self.added: dict[str, Fingerprint] = {}
        # The content may still be the same: a fingerprint that was not sure, a file only touched.
        self.modified: dict[str, Fingerprint] = {}
        self.removed: list[str] = removed or []  # nothing below an unreadable folder
        self.unreadable: dict[str, str] = {}  # with the system's reason
        # Conflict copies, with the note each is a copy of, which need not exist; never notes.
        self.conflicts: dict[str, str] = {}
        # What a cloud has taken off this machine. To read it would download it, so each stays as it
        # is known, and is neither modified nor removed.
        self.away: list[str] = []
        self.temps: list[str] = []  # what a save left unfinished
        self.known = known  # how many notes were known before, in what was swept
        self.moved = moved  # how many of the removed ones are among the added, under another path
        self.total = 0
        self.cancelled = False  # then nothing counts as removed

    def __len__(self) -> int:
        return len(self.added) + len(self.modified) + len(self.removed)

    def looks_incomplete(self, own: int = 0) -> bool:
        """Return whether so many notes are gone that a drive may be missing or a sync half done.

        `own` of them were moved or deleted by notekeep.
        """
        # A few files gone from a handful are an ordinary afternoon.
        lost = len(self.removed) - max(self.moved, own)
        return lost > 50 or (lost > 2 and lost * 5 > self.known) or 0 < lost == self.known


class IgnoreRules(NamedTuple):
    """One ignore file, with the vault path of its folder: "" or with a "/" at its end."""

    prefix: str
    spec: pathspec.GitIgnoreSpec


def is_ignored_folder(root: str, path: str) -> bool:
    """Return whether the sweep leaves out a folder: hidden ones, and what ignore files hide."""
    return not _FolderWalk(root, ScanResult(), None).start(path)


def _is_ignored(rules: tuple[IgnoreRules, ...], path: str) -> bool:
    """Tell whether rules, the deepest last, hide a path; that of a folder ends with "/"."""
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
    log_folder: str = "habits/log",
    cancelled: Callable[[], bool] | None = None,
) -> ScanResult:
    """Compare the notes on disk with the fingerprints that are known of them.

    A file that cannot be read hides no other; a link to a folder is not followed, a link to a note
    inside the vault is. With `under` only that folder is swept. In `log_folder` conflict copies are
    read too: lines of a log merge. Failure is raised when the vault cannot be listed.
    """
    changes = ScanResult()
    unseen = dict(known)
    walk = _FolderWalk(os.fspath(root), changes, cancelled)
    edge = time.time_ns() - _TICK_NS
    below = "/".join([*split_path(under), ""])
    changes.known = sum(path.startswith(below) for path in known) if below else len(known)
    for prefix, entries in walk.folders(under):
        notes = [entry for entry in reversed(entries) if entry.name.endswith(NOTE_SUFFIXES)]
        entries.clear()  # an entry holds what `stat` said of it, so each goes when it is done
        if not prefix.startswith(f"{log_folder}/"):
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
    """List the folders that a sweep reads: absolute paths, the vault first."""
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
        changes.away.append(path)
        return
    fingerprint = Fingerprint(*mark)
    # One that changed so lately could change again and look the same. A time in the future that was
    # set by hand is no reason; a change time in the future is: the disk's clock is ahead of ours.
    if fingerprint.ctime_ns >= edge or edge <= fingerprint.mtime_ns <= edge + 2 * _TICK_NS:
        fingerprint = fingerprint._replace(ctime_ns=-1)  # equals none, so the content decides
    (changes.added if before is None else changes.modified)[path] = fingerprint


def _without_conflicts(
    changes: ScanResult, prefix: str, notes: list[os.DirEntry[str]]
) -> list[os.DirEntry[str]]:
    """Move the conflict copies among a folder's notes to `changes.conflicts`."""
    # All names of a folder at once: nearly always there is none among them.
    if not may_be_conflict("\n".join([entry.name for entry in notes])):
        return notes
    suspects = [entry for entry in notes if may_be_conflict(entry.name)]
    beside = {entry.name for entry in notes}
    copies = set()
    for entry in suspects:
        original = find_original(entry.name, beside)
        if original is not None:
            copies.add(entry.name)
            changes.conflicts[prefix + entry.name] = prefix + original
    return [entry for entry in notes if entry.name not in copies] if copies else notes


def list_files(root: str | os.PathLike[str]) -> Iterator[str]:
    """List the vault paths of all files that are not ignored, attachments too."""
    walk = _FolderWalk(os.fspath(root), ScanResult(), None)
    for prefix, entries in walk.folders(""):
        for entry in entries:
            path = prefix + entry.name
            if not is_skipped(entry.name) and walk.stat(entry, prefix) is not None:
                yield path


def is_in_cloud(stat: os.stat_result, platform: str = sys.platform) -> bool:
    """Return whether a cloud keeps the content of a file, so that reading it would download it."""
    if platform == "darwin":
        return bool(getattr(stat, "st_flags", 0) & _DARWIN_DATALESS)
    if platform == "win32":
        return bool(getattr(stat, "st_file_attributes", 0) & _WINDOWS_AWAY)
    return False


def _find_removed(changes: ScanResult, unseen: Mapping[str, StatMark], below: str) -> None:
    hidden = tuple(f"{path}/" for path in changes.unreadable)
    away = set(changes.away)
    changes.removed = [
        path
        for path in unseen
        if path.startswith(below)
        and path not in away
        and path not in changes.unreadable
        and not path.startswith(hidden)
    ]
    if changes.removed:
        arrived = {_identity(fingerprint) for fingerprint in changes.added.values()}
        changes.moved = sum(_identity(unseen[path]) in arrived for path in changes.removed)


def _identity(mark: StatMark) -> tuple[int, int]:
    """What a file keeps when it is moved; Windows has no inode in a listing."""
    size, mtime_ns, _, inode = mark
    return size, inode or mtime_ns


class _FolderWalk:
    """The folders of a vault that may hold notes; what is met on the way goes into `report`."""

    __slots__ = ("base", "cancelled", "report", "root")

    def __init__(self, root: str, report: ScanResult, cancelled: Callable[[], bool] | None) -> None:
        self.root = root
        self.base = os.path.realpath(root)  # links followed
        self.report = report
        self.cancelled = cancelled

    def folders(self, under: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
        """Yield each folder's vault path ("" or ending in "/") and files, a list to be emptied."""
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
        """Ask about a file; None for what is no file, is gone, or lies behind a link outside."""
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
                self.report.unreadable[prefix + entry.name] = "it is a link that leads nowhere"
        except OSError as error:
            self.report.unreadable[prefix + entry.name] = error.strerror or str(error)
        return None

    def start(self, under: str) -> list[tuple[str, tuple[IgnoreRules, ...]]]:
        """Return the first folder with the rules of those above it; none for one left out."""
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
            self.report.away.append(prefix + name[1:-7])

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
        """List a folder; None for one that vanished, or is unreadable, which is reported."""
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
