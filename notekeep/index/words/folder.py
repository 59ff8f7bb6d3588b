"""The folder of the words index: what it says of itself, who may write, how one replaces another.

Knows file names, and nothing of what Whoosh writes into its files, so that a verb can ask how far
the index is without importing Whoosh.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from notekeep import kept
from notekeep.errors import Failure, NotekeepError

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA_VERSION = 5
"""Goes up when a field, the analyzer, a stemmer or the form of a block changes: an index of another
one is rebuilt."""

VERSION_FILE = "schema-version"

FEW_SEGMENTS = 20
"""From here on they are merged when it is quiet: a query over 20 takes twice as long as over one"""

INDEX = "MAIN"
"""Whoosh's name for an index that was given none."""

_TOC = re.compile(r"_MAIN_(\d+)\.toc$")
_LEFT_BEHIND = re.compile(r"_MAIN_\d+\.toc\.\d|.*\.tmp$")
_SEGMENT = re.compile(r"MAIN_\w{16}\.trm$")
_REACHED = re.compile(r"reached-(\d+)$")


class Busy(NotekeepError):
    """Another process is writing the index; the change stays pending and is made later."""


class Unusable(Failure):
    """The index is missing, of another version or damaged; a refresh builds it again."""


class Reached(NamedTuple):
    """What a commit stood for.

    Attributes:
        generation: The catalog's generation up to which the index holds every change.
        notes: How many notes it holds.
        languages: Codes of the languages that notes name for themselves.
    """

    generation: int
    notes: int
    languages: tuple[str, ...] = ()


class Folder:
    """One folder with one index.

    A commit is Whoosh's rename of its table of contents number N. What the commit stands for is
    written to `reached-N` before it, so that both become true at the same moment: a process killed
    in between leaves a `reached-N` that nothing reads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._newest: int | None = None

    def toc(self) -> int | None:
        """Return the number of the newest table of contents, or None when there is no index."""
        newest = self._newest
        if newest is None or not (self._has_toc(newest) and not self._has_toc(newest + 1)):
            newest = self._newest = self._listed_toc()
        return newest

    def _has_toc(self, number: int) -> bool:
        return os.path.exists(f"{self.path}/_MAIN_{number}.toc")

    def _listed_toc(self) -> int | None:
        """Go through the folder, which has a dozen files for each segment.

        It is asked a dozen times for every note that is saved; but a commit deletes all tables of
        contents but its own, so that the last one that was seen is the newest while it is there and
        has none behind it.
        """
        try:
            names = os.listdir(self.path)
        except OSError:
            return None
        tocs = [name for name in names if name[:6] == "_MAIN_"]
        return max((int(m[1]) for m in map(_TOC.match, tocs) if m), default=None)

    def segments(self) -> int:
        """Return of how many segments there are files; a killed writer's go at the next commit."""
        try:
            return sum(map(bool, map(_SEGMENT.match, os.listdir(self.path))))
        except OSError:
            return 0

    def reached(self) -> Reached | None:
        """Return what the newest commit stands for; None when the index cannot be used."""
        number = self.toc()
        if number is None:
            return None
        try:
            said = json.loads((self.path / f"reached-{number}").read_text("utf-8"))
            return Reached(
                int(said["generation"]), int(said["notes"]), tuple(map(str, said["languages"]))
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def reach(self, number: int, reached: Reached) -> None:
        """Write what commit `number` stands for; before that commit, or to correct it later."""
        write(self.path / f"reached-{number}", json.dumps(reached._asdict()))

    def is_ours(self, language: str) -> bool:
        """Return whether the index in the folder may be opened.

        Whoosh's table of contents is a pickle, so opening the index of another person would run
        their code: the folder must belong to this user, and nobody else may write into it.
        """
        try:
            about = self.path.lstat()
            said = (self.path / VERSION_FILE).read_text("utf-8")
        except (OSError, ValueError):
            return False
        return _is_private(about) and said == _version(language)

    def create(self, language: str) -> None:
        """Make the folder new and empty, mode 0700, marked with the version."""
        remove(self.path)
        kept.make_folder(str(self.path.parent))
        self.path.mkdir(mode=0o700)
        write(self.path / VERSION_FILE, _version(language))

    def sweep(self) -> None:
        """Delete what killed writers left; only while holding the lock.

        Segments that no table of contents names are deleted by Whoosh at each commit.
        """
        current = self.toc()
        for entry in list(os.scandir(self.path)):
            reached = _REACHED.match(entry.name)
            if _LEFT_BEHIND.match(entry.name) or (reached and int(reached[1]) != current):
                remove(Path(entry.path))

    def replace_by(self, new: Folder) -> None:
        """Put another folder in this one's place. Readers of the old one keep their open files."""
        old = self.path.with_name(self.path.name + ".old")
        remove(old)
        with contextlib.suppress(FileNotFoundError):
            self.path.rename(old)
        new.path.rename(self.path)
        remove(old)

    @contextlib.contextmanager
    def lock(self, wait: float = 0) -> Iterator[None]:
        """Hold the right to write, or raise Busy when another process has it for too long.

        The lock is beside the folder, because the folder itself is replaced. The system frees it
        when its holder dies.

        Args:
            wait: For how many seconds to wait for it.
        """
        from filelock import FileLock, Timeout

        kept.make_folder(str(self.path.parent))
        lock = FileLock(self.path.with_name(self.path.name + ".lock"), mode=0o600)
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            raise Busy(
                "Another notekeep is writing the search index",
                "Nothing is lost: the change is taken in at the next refresh",
            ) from None
        try:
            yield
        finally:
            lock.release()

    def state(self) -> tuple[int, int | None]:
        """Return what changes whenever the index does: the folder's inode and its newest commit."""
        try:
            inode = self.path.stat().st_ino
        except OSError:
            return 0, None
        return inode, self.toc()


def write(path: Path, text: str) -> None:
    """Write a small file whole or not at all. No fsync: the index is a cache."""
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def remove(path: Path) -> None:
    """Delete a file or folder if it is there."""
    if path.is_dir() and not path.is_symlink():
        import shutil  # brings three kinds of compression along

        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_private(about: os.stat_result) -> bool:
    """Return whether a folder is this user's, and nobody else may write into it."""
    if not stat.S_ISDIR(about.st_mode):
        return False
    if sys.platform == "win32":
        return True  # its mode says nothing; it lies among what is this user's own
    return not about.st_mode & 0o022 and about.st_uid == os.geteuid()


def _version(language: str) -> str:
    return f"{SCHEMA_VERSION} {language or '-'} {sys.byteorder}\n"
