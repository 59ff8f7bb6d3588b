"""A stat sweep: which notes are new, changed or gone since they were last read.

It looks at names and `stat` only and opens no note, so a vault of many thousand notes is swept in
the time it takes to list it. What a changed note says is for the index to read.
"""

from __future__ import annotations

import os
import sys
import time
from stat import S_ISLNK, S_ISREG
from typing import TYPE_CHECKING

from notekeep.errors import Failure
from notekeep.files.changes import Changes, Fingerprint, Mark
from notekeep.files.conflicts import conflict_of, may_be_conflict
from notekeep.files.ignore import IGNORE_FILE, Rules, ignores, read_rules
from notekeep.files.paths import TEMP_PREFIX, is_skipped, is_skipped_folder, is_within, split
from notekeep.giving_way import give_way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NOTE_SUFFIXES = (".md", ".MD", ".Md", ".mD")

# The coarsest clock a file system keeps is FAT's: two seconds.
_TICK_NS = 2_000_000_000

# A file a cloud keeps for itself: reading it means downloading it.
_DARWIN_DATALESS = 0x40000000  # SF_DATALESS in sys/stat.h
_WINDOWS_AWAY = 0x1000 | 0x40000 | 0x400000  # offline, recall on open, recall on data access


def sweep(
    root: str | os.PathLike[str],
    known: Mapping[str, Mark],
    *,
    under: str = "",
    log_folder: str = "habits/log",
    cancelled: Callable[[], bool] | None = None,
) -> Changes:
    """Compare the notes on disk with what is known of them.

    Args:
        root: The vault.
        known: The fingerprints of the last sweep, by vault path; plain tuples do.
        under: Sweep this folder of the vault only; notes elsewhere are left out of the answer.
        log_folder: Where every file is read, conflict copies too: lines of a log merge by
            themselves.
        cancelled: Asked once a folder; when it says yes, the sweep ends there.

    Returns:
        What changed. A file that could not be looked at is named among the unreadable and hides no
        other; a link to a folder is not followed, a link to a note inside the vault is.

    Raises:
        Failure: The vault itself is not there or cannot be listed: that is not an empty vault.
        Refused: `under` leads out of the vault.
    """
    return sweep_out(root, dict(known), under=under, log_folder=log_folder, cancelled=cancelled)


def sweep_out(
    root: str | os.PathLike[str],
    known: dict[str, Mark],
    *,
    under: str = "",
    log_folder: str = "habits/log",
    cancelled: Callable[[], bool] | None = None,
) -> Changes:
    """Do what `sweep` does; what is as it was goes from `known`, with the memory that it took."""
    changes = Changes()
    walk = _Walk(os.fspath(root), changes, cancelled)
    edge = time.time_ns() - _TICK_NS
    below = "/".join(split(under)) + "/" if under else ""
    changes.known = sum(path.startswith(below) for path in known) if below else len(known)
    for prefix, entries in walk.folders("/".join(split(under))):
        notes = [entry for entry in reversed(entries) if entry.name.endswith(NOTE_SUFFIXES)]
        entries.clear()  # an entry holds what `stat` said of it, so each goes when it was looked at
        if not prefix.startswith(f"{log_folder}/"):
            notes = _without_conflicts(changes, prefix, notes)
        changes.total += len(notes)
        while notes:
            give_way()
            entry = notes.pop()
            path = prefix + entry.name
            before = known.pop(path, None)
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                found = None
            if found is not None and before == (
                found.st_size,
                found.st_mtime_ns,
                found.st_ctime_ns,
                found.st_ino,
            ):
                continue
            if found is None or not S_ISREG(found.st_mode):
                found = walk.stat(entry, prefix)
            is_other = found is None or _take(changes, path, found, before, edge)
            changes.total -= found is None
            if before is not None and is_other:
                known[path] = before
    _note_removed(changes, known, below)
    return changes


def swept_folders(root: str | os.PathLike[str]) -> list[str]:
    """The folders that a sweep looks into: absolute paths, the vault first.

    Args:
        root: The vault.

    Raises:
        Failure: It is not there or cannot be listed.
    """
    walk = _Walk(os.fspath(root), Changes(), None)
    found = []
    for prefix, _ in walk.folders(""):
        give_way()
        found.append(os.path.join(walk.root, prefix.rstrip("/")) if prefix else walk.root)
    return found


def _take(
    changes: Changes, path: str, stat: os.stat_result, before: Mark | None, edge: int
) -> bool:
    """Note a file as new or changed, unless it is neither; returns whether it is another."""
    fingerprint = Fingerprint(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    if before == fingerprint:
        return False
    if is_away(stat):
        changes.away.append(path)
        return True
    if _is_fresh(fingerprint, edge):
        fingerprint = fingerprint.unsure()
    (changes.added if before is None else changes.modified)[path] = fingerprint
    return True


def _without_conflicts(
    changes: Changes, prefix: str, notes: list[os.DirEntry[str]]
) -> list[os.DirEntry[str]]:
    """Take the conflict copies out of a folder's notes and note them apart."""
    # All names of a folder at once: nearly always there is none among them.
    if not may_be_conflict("\n".join([entry.name for entry in notes])):
        return notes
    suspects = [entry for entry in notes if may_be_conflict(entry.name)]
    beside = {entry.name for entry in notes}
    copies = set()
    for entry in suspects:
        original = conflict_of(entry.name, beside)
        if original is not None:
            copies.add(entry.name)
            changes.conflicts[prefix + entry.name] = prefix + original
    return [entry for entry in notes if entry.name not in copies] if copies else notes


def files(root: str | os.PathLike[str]) -> Iterator[str]:
    """List every file of the vault that the rules of the walk leave in, attachments too.

    Yields:
        Vault paths, folder by folder. What cannot be listed is left out.

    Raises:
        Failure: The vault itself cannot be listed.
    """
    walk = _Walk(os.fspath(root), Changes(), None)
    for prefix, entries in walk.folders(""):
        for entry in entries:
            path = prefix + entry.name
            if not is_skipped(entry.name) and walk.stat(entry, prefix) is not None:
                yield path


def is_away(stat: os.stat_result, platform: str = sys.platform) -> bool:
    """Tell whether a cloud keeps the content of a file, so that reading it would download it."""
    if platform == "darwin":
        return bool(getattr(stat, "st_flags", 0) & _DARWIN_DATALESS)
    if platform == "win32":
        return bool(getattr(stat, "st_file_attributes", 0) & _WINDOWS_AWAY)
    return False


def _is_fresh(fingerprint: Fingerprint, edge: int) -> bool:
    """Tell whether a file changed so lately that it could change again and look the same.

    The clock only widens the net here: a time in the future of a file that was set there by hand is
    no reason, a change time in the future is, because then the disk's clock is ahead of ours.
    """
    if fingerprint.ctime_ns >= edge:
        return True
    return edge <= fingerprint.mtime_ns <= edge + 2 * _TICK_NS


def _note_removed(changes: Changes, known: Mapping[str, Mark], below: str) -> None:
    """Find what is known and was not seen, leaving out what could not be seen."""
    if changes.cancelled:
        return
    gone = [path for path in known if path.startswith(below) and path not in changes.modified]
    if gone:
        hidden = tuple(f"{path}/" for path in changes.unreadable)
        away = set(changes.away)
        changes.removed = [
            path
            for path in gone
            if path not in away
            and path not in changes.unreadable
            and not (hidden and path.startswith(hidden))
        ]
        arrived = {_identity(fingerprint) for fingerprint in changes.added.values()}
        changes.moved = sum(_identity(known[path]) in arrived for path in changes.removed)


def _identity(mark: Mark) -> tuple[int, int]:
    """Give what a file keeps when it is moved; Windows has no inode in a listing."""
    size, mtime_ns, _, inode = mark
    return size, inode or mtime_ns


class _Walk:
    """The folders of a vault that may hold notes, one after the other, without recursion.

    Attributes:
        root: The vault as given.
        base: The vault with every link followed.
        report: Where unreadable places, unfinished files and files kept by a cloud are noted.
        cancelled: Asked before each folder.
    """

    __slots__ = ("base", "cancelled", "report", "root")

    def __init__(self, root: str, report: Changes, cancelled: Callable[[], bool] | None) -> None:
        self.root = root
        self.base = os.path.realpath(root)
        self.report = report
        self.cancelled = cancelled

    def folders(self, under: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
        """List each folder's files: (vault path ending in "/", or "" for the vault, entries)."""
        if under and any(is_skipped_folder(part) for part in under.split("/")):
            return
        stack: list[tuple[str, tuple[Rules, ...]]] = [self._start(under)]
        while stack:
            if self.cancelled is not None and self.cancelled():
                self.report.cancelled = True
                return
            prefix, rules = stack.pop()
            place = os.path.join(self.root, prefix) if prefix else self.root
            try:
                with os.scandir(place) as listing:
                    entries = list(listing)
            except OSError as error:
                self._unlisted(prefix, error)
                continue
            kept, below, ignored = self._sorted(prefix, entries)
            del entries  # whoever asks may let go of one after the other
            if ignored:
                rules = self._with_rules(rules, place, prefix)
            if rules:
                kept = [one for one in kept if not ignores(rules, prefix + one.name, folder=False)]
                below = [one for one in below if not ignores(rules, prefix + one, folder=True)]
            stack += [(f"{prefix}{name}/", rules) for name in below]
            yield prefix, kept

    def _sorted(
        self, prefix: str, entries: list[os.DirEntry[str]]
    ) -> tuple[list[os.DirEntry[str]], list[str], bool]:
        """Sort a listing into files, names of folders, and whether an ignore file is among it."""
        kept: list[os.DirEntry[str]] = []
        below: list[str] = []
        ignored = False
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                if name == IGNORE_FILE:
                    ignored = True
                else:
                    self._hidden(prefix, name)
            elif entry.is_dir(follow_symlinks=False):
                if not is_skipped_folder(name):
                    below.append(name)
            else:
                kept.append(entry)
        return kept, below, ignored

    def stat(self, entry: os.DirEntry[str], prefix: str) -> os.stat_result | None:
        """Look at a file; None for what is no file, is gone, or lies behind a link outside."""
        try:
            stat = entry.stat(follow_symlinks=False)
            if S_ISREG(stat.st_mode):
                return stat
            if not S_ISLNK(stat.st_mode):
                return None
            if not is_within(os.path.realpath(entry.path), self.base):
                self.report.unreadable[prefix + entry.name] = (
                    "it is a link that leads out of the vault"
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

    def _start(self, under: str) -> tuple[str, tuple[Rules, ...]]:
        """Give the first folder, with the rules of the folders above it."""
        rules: tuple[Rules, ...] = ()
        prefix = ""
        for part in under.split("/") if under else ():
            place = os.path.join(self.root, prefix)
            if os.path.lexists(os.path.join(place, IGNORE_FILE)):
                rules = self._with_rules(rules, place, prefix)
            prefix += f"{part}/"
        return prefix, rules

    def _hidden(self, prefix: str, name: str) -> None:
        """Note the hidden names that mean something: ours, and iCloud's stand-in for a file."""
        if name.startswith(TEMP_PREFIX):
            self.report.temps.append(prefix + name)
        elif name.endswith(".icloud") and name[1:-7].endswith(NOTE_SUFFIXES):
            self.report.away.append(prefix + name[1:-7])

    def _with_rules(self, rules: tuple[Rules, ...], place: str, prefix: str) -> tuple[Rules, ...]:
        try:
            return (*rules, read_rules(place, prefix))
        except (OSError, ValueError) as error:
            self.report.unreadable[prefix + IGNORE_FILE] = str(error)
            return rules

    def _unlisted(self, prefix: str, error: OSError) -> None:
        """Note a folder that cannot be listed; one that vanished meanwhile is simply gone."""
        if not prefix:
            raise Failure(
                f"The vault '{self.root}' cannot be listed: {error.strerror or error}.",
                "Is its drive connected, and may you read it?",
            ) from error
        if not isinstance(error, FileNotFoundError):
            self.report.unreadable[prefix.rstrip("/")] = error.strerror or str(error)
