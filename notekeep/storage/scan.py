"""Stat sweep, ignore rules; attachments by name."""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import suppress
from functools import cached_property
from stat import S_ISLNK, S_ISREG
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import unquote

from notekeep.background import yield_to_ui
from notekeep.errors import Failure
from notekeep.storage import file_names
from notekeep.storage.conflict_names import find_original, may_be_conflict
from notekeep.storage.file_names import (
    TEMP_PREFIX,
    is_skipped,
    is_skipped_folder,
    is_within,
    split_path,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pathspec


# What a sweep of the vault sees: fingerprints of files, and what changed between two sweeps.


StatMark: TypeAlias = tuple[int, int, int, int]
"""A fingerprint as a plain tuple, for the many that are only compared: size, mtime_ns, ctime_ns,
inode."""


class Fingerprint(NamedTuple):
    """What `stat` says of a file; two equal ones mean the file need not be read again.

    Times are in nanoseconds, and are only ever compared for equality: clocks may be wrong.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    def unsure(self) -> Fingerprint:
        """Give the same fingerprint made to equal no file.

        A file that changed moments before the sweep could change again within one tick of the
        disk's clock and look the same. Kept like this, the next sweep reports it as modified, and
        whoever reads it then finds out by its content.
        """
        return self._replace(ctime_ns=-1)

    @property
    def sure(self) -> bool:
        """Whether an equal fingerprint means equal content."""
        return self.ctime_ns != -1


class ScanResult:
    """What differs between the files and what is known of them.

    Attributes:
        added: Paths (vault-relative, "/"-separated) that are new, with their fingerprints.
        modified: Paths whose fingerprint is another. The content may still be the same: a
            fingerprint that was not sure, a file that was only touched.
        removed: Paths that are gone. Nothing below an unreadable folder is among them.
        unreadable: Paths or folders that could not be looked at, each with the system's reason.
        conflicts: Conflict copies of notes, each with the path of the note it is a copy of, which
            need not exist; never among the notes.
        away: Notes a cloud has taken off this machine. Reading one would download it, so each
            stays as it is known, and is neither modified nor removed.
        temps: Files a save left unfinished, by this program or one that was killed.
        known: How many files were known before the sweep, in what was swept.
        moved: How many of the removed ones are among the added, under another path.
        total: How many notes the sweep saw.
        cancelled: Whether the sweep was stopped; then nothing counts as removed.
    """

    # Written out: `dataclasses` costs more to import than all else that a check-in loads of files.
    __slots__ = (
        "added",
        "away",
        "cancelled",
        "conflicts",
        "known",
        "modified",
        "moved",
        "removed",
        "temps",
        "total",
        "unreadable",
    )

    def __init__(self, *, removed: list[str] | None = None, known: int = 0, moved: int = 0) -> None:
        self.added: dict[str, Fingerprint] = {}
        self.modified: dict[str, Fingerprint] = {}
        self.removed: list[str] = removed or []
        self.unreadable: dict[str, str] = {}
        self.conflicts: dict[str, str] = {}
        self.away: list[str] = []
        self.temps: list[str] = []
        self.known = known
        self.moved = moved
        self.total = 0
        self.cancelled = False

    def __len__(self) -> int:
        return len(self.added) + len(self.modified) + len(self.removed)

    @property
    def suspicious(self) -> bool:
        """Whether so many notes are gone that a drive may be missing or a sync half done.

        Whoever keeps rows of them should keep those rows and ask. Files that only moved are not
        missed, and a few files gone from a handful are an ordinary afternoon.
        """
        lost = len(self.removed) - self.moved
        return lost > 50 or (lost > 2 and lost * 5 > self.known) or 0 < lost == self.known


# What a person keeps out of the vault's lists with `.notekeepignore`, in the syntax of
# .gitignore.
#
# A file of that name counts for its own folder and everything below it; the deepest one that
# says anything about a path wins, as in git. It hides files from the sweep and touches none of
# them.


IGNORE_FILE = ".notekeepignore"


class Rules(NamedTuple):
    """The rules of one ignore file.

    Attributes:
        prefix: The vault path of its folder, with a "/" at the end; "" for the vault itself.
        spec: The patterns, read.
    """

    prefix: str
    spec: pathspec.GitIgnoreSpec


def read_ignore_rules(folder: str, prefix: str) -> Rules:
    """Read the ignore file of a folder.

    Args:
        folder: The folder on disk.
        prefix: Its vault path, with a "/" at the end; "" for the vault itself.

    Raises:
        OSError: The file cannot be read.
        ValueError: A line of it is not a pattern.
    """
    import pathspec

    with open(
        os.path.join(folder, IGNORE_FILE), encoding="utf-8", errors="surrogateescape"
    ) as file:
        return Rules(prefix, pathspec.GitIgnoreSpec.from_lines(file.read().splitlines()))


def is_ignored_folder(root: str, path: str) -> bool:
    """Tell whether the sweep leaves out a folder of the vault: hidden ones, and what rules hide.

    Args:
        root: The vault.
        path: The folder's vault path; it need not be there.
    """
    rules: tuple[Rules, ...] = ()
    prefix = ""
    for part in path.split("/"):
        if part == ".":
            return False
        with suppress(OSError, ValueError):
            rules = (*rules, read_ignore_rules(os.path.join(root, prefix), prefix))
        if is_skipped_folder(part) or matches_rules(rules, f"{prefix}{part}", folder=True):
            return True
        prefix += f"{part}/"
    return False


def matches_rules(rules: tuple[Rules, ...], path: str, *, folder: bool) -> bool:
    """Tell whether rules hide a path.

    Args:
        rules: From the vault's own down to the deepest.
        path: The vault path, below the folders of all the rules.
        folder: Whether it is a folder: what a pattern with a "/" at its end needs to know.
    """
    for rule in reversed(rules):
        verdict = rule.spec.check_file(path[len(rule.prefix) :] + ("/" if folder else "")).include
        if verdict is not None:
            return bool(verdict)
    return False


# A stat sweep: which notes are new, changed or gone since they were last read.
#
# It looks at names and `stat` only and opens no note, so a vault of many thousand notes is swept
# in the time it takes to list it. What a changed note says is for the index to read.


NOTE_SUFFIXES = (".md", ".MD", ".Md", ".mD")

# The coarsest clock a file system keeps is FAT's: two seconds.
_TICK_NS = 2_000_000_000

# A file a cloud keeps for itself: reading it means downloading it.
_DARWIN_DATALESS = 0x40000000  # SF_DATALESS in sys/stat.h
_WINDOWS_AWAY = 0x1000 | 0x40000 | 0x400000  # offline, recall on open, recall on data access


def sweep(
    root: str | os.PathLike[str],
    known: Mapping[str, StatMark],
    *,
    under: str = "",
    log_folder: str = "habits/log",
    cancelled: Callable[[], bool] | None = None,
) -> ScanResult:
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
    return sweep_and_drain(
        root, dict(known), under=under, log_folder=log_folder, cancelled=cancelled
    )


def sweep_and_drain(
    root: str | os.PathLike[str],
    known: dict[str, StatMark],
    *,
    under: str = "",
    log_folder: str = "habits/log",
    cancelled: Callable[[], bool] | None = None,
) -> ScanResult:
    """Do what `sweep` does; what is as it was goes from `known`, with the memory that it took."""
    changes = ScanResult()
    walk = _FolderWalk(os.fspath(root), changes, cancelled)
    edge = time.time_ns() - _TICK_NS
    below = "/".join(split_path(under)) + "/" if under else ""
    changes.known = sum(path.startswith(below) for path in known) if below else len(known)
    for prefix, entries in walk.folders("/".join(split_path(under))):
        notes = [entry for entry in reversed(entries) if entry.name.endswith(NOTE_SUFFIXES)]
        entries.clear()  # an entry holds what `stat` said of it, so each goes when it was looked at
        if not prefix.startswith(f"{log_folder}/"):
            notes = _without_conflicts(changes, prefix, notes)
        changes.total += len(notes)
        while notes:
            yield_to_ui()
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
    walk = _FolderWalk(os.fspath(root), ScanResult(), None)
    found = []
    for prefix, _ in walk.folders(""):
        yield_to_ui()
        found.append(os.path.join(walk.root, prefix.rstrip("/")) if prefix else walk.root)
    return found


def _take(
    changes: ScanResult, path: str, stat: os.stat_result, before: StatMark | None, edge: int
) -> bool:
    """Note a file as new or changed, unless it is neither; returns whether it is another."""
    fingerprint = Fingerprint(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    if before == fingerprint:
        return False
    if is_in_cloud(stat):
        changes.away.append(path)
        return True
    if _is_fresh(fingerprint, edge):
        fingerprint = fingerprint.unsure()
    (changes.added if before is None else changes.modified)[path] = fingerprint
    return True


def _without_conflicts(
    changes: ScanResult, prefix: str, notes: list[os.DirEntry[str]]
) -> list[os.DirEntry[str]]:
    """Take the conflict copies out of a folder's notes and note them apart."""
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


def files(root: str | os.PathLike[str]) -> Iterator[str]:
    """List every file of the vault that the rules of the walk leave in, attachments too.

    Yields:
        Vault paths, folder by folder. What cannot be listed is left out.

    Raises:
        Failure: The vault itself cannot be listed.
    """
    walk = _FolderWalk(os.fspath(root), ScanResult(), None)
    for prefix, entries in walk.folders(""):
        for entry in entries:
            path = prefix + entry.name
            if not is_skipped(entry.name) and walk.stat(entry, prefix) is not None:
                yield path


def is_in_cloud(stat: os.stat_result, platform: str = sys.platform) -> bool:
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


def _note_removed(changes: ScanResult, known: Mapping[str, StatMark], below: str) -> None:
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


def _identity(mark: StatMark) -> tuple[int, int]:
    """Give what a file keeps when it is moved; Windows has no inode in a listing."""
    size, mtime_ns, _, inode = mark
    return size, inode or mtime_ns


class _FolderWalk:
    """The folders of a vault that may hold notes, one after the other, without recursion.

    Attributes:
        root: The vault as given.
        base: The vault with every link followed.
        report: Where unreadable places, unfinished files and files kept by a cloud are noted.
        cancelled: Asked before each folder.
    """

    __slots__ = ("base", "cancelled", "report", "root")

    def __init__(self, root: str, report: ScanResult, cancelled: Callable[[], bool] | None) -> None:
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
                kept = [
                    one for one in kept if not matches_rules(rules, prefix + one.name, folder=False)
                ]
                below = [
                    one for one in below if not matches_rules(rules, prefix + one, folder=True)
                ]
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
            return (*rules, read_ignore_rules(place, prefix))
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


# The files of a vault that are no notes, found as Obsidian finds what a link names.


class AttachmentFinder:
    """Finds attached files.

    Attributes:
        root: The vault.
        folder: The folder that attached files go to; from the note on where it begins with "./".
    """

    def __init__(self, root: str, folder: str) -> None:
        self.root = root
        self.folder = folder

    def find(self, target: str, from_path: str) -> str | None:
        """Return the path of the file that a link written in a note means, or None.

        Tried in turn: beside the note, from the vault's root, in the attachment folder, and any
        file with that name, the nearest to the note first.

        Raises:
            Refused: The link leads out of the vault.
        """
        target = target.strip()
        folder = os.path.dirname(from_path)
        for name in dict.fromkeys((target, unquote(target))):
            if not name or name.startswith("~") or re.match(r"[A-Za-z]:|[\\/]{2}", name):
                raise file_names.outside(target)
            plain = name.lstrip("/")
            attached = self.folder
            if attached.split("/")[0] == ".":
                attached = os.path.join(folder, attached)
            candidates = [plain, os.path.join(attached, plain)]
            if not name.startswith("/"):
                candidates.insert(0, os.path.join(folder, name))
            for candidate in candidates:
                if found := self._existing(candidate):
                    return found
            if "/" not in plain and (found := self._by_name(plain, folder)):
                return found
        if target.startswith("/") or os.path.normpath(os.path.join(folder, target)).startswith(
            ".."
        ):
            raise file_names.outside(target)
        return None

    def exists(self, path: str) -> bool:
        """Whether a path from the vault's root leads to something."""
        return self._existing(path.lstrip("/")) is not None

    def _existing(self, path: str) -> str | None:
        normal = os.path.normpath(path)
        if normal.startswith(("..", os.sep)):
            return None
        found = os.path.lexists(os.path.join(self.root, normal))
        return normal.replace(os.sep, "/") if found else None

    def _by_name(self, name: str, folder: str) -> str | None:
        below = f"{folder}/" if folder else ""
        found = self._names.get(file_names.name_key(name), [])
        return min(
            found,
            key=lambda path: (not path.startswith(below), path.count("/"), path),
            default=None,
        )

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        root = self.root
        for base, folders, files in os.walk(root):
            folders[:] = [name for name in folders if not file_names.is_skipped_folder(name)]
            for name in files:
                if not name.endswith(NOTE_SUFFIXES) and not file_names.is_skipped(name):
                    path = os.path.relpath(os.path.join(base, name), root).replace(os.sep, "/")
                    names.setdefault(file_names.name_key(name), []).append(path)
        return names
