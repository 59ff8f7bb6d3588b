"""The index on disk: its files, what each commit stands for, who may write, its fields.

Knows file names, and nothing of what Whoosh writes into its files, so that a command can ask how
far the index is without importing Whoosh.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from notekeep import cache_files
from notekeep.catalog.records import tag_keys
from notekeep.errors import IndexBusy
from notekeep.locks import Locked, hold_lock_file
from notekeep.search.analyzer import BREAK, ForeignText, base_language
from notekeep.storage.content import digest_of

if TYPE_CHECKING:
    from notekeep.catalog.documents import WordDoc

SCHEMA_VERSION = 11
"""Goes up when a field, the analyzer, a stemmer or the form of a file changes: an index of another
one is rebuilt."""

VERSION_FILE = "schema-version"

FEW_SEGMENTS = 20
"""From here on they are merged when it is quiet: a query over 20 takes twice as long as over one"""

BOOSTS = {
    "title": 3.0,
    "aliases": 2.0,
    "tags": 2.0,
    "headings": 1.5,
    "matter": 1.0,
    "body": 1.0,
    "quotes": 1.0,
    "marks": 0.0,
}
"""The fields, and what a word is worth where it stands. "quotes" holds words of the body a second
time. "marks" holds terms that are no words: one for each tag and each tag above it, so that a tag
and a word meet without asking the catalog, and one for the note's language where that is not the
vault's."""

SCOPES: dict[str, tuple[str, ...]] = {
    "any": ("title", "aliases", "tags", "headings", "matter", "body"),
    "title": ("title", "aliases"),
    "body": ("body",),
    "heading": ("headings",),
    "tag": ("tags",),
    "quote": ("quotes",),
}
"""The fields in which each scope of the query language looks."""

_COMMIT = re.compile(r"_MAIN_(\d+)\.toc$")
_LEFT_BEHIND = re.compile(r".*\.(?:tmp|[\d.]+)$")
_SEGMENT = re.compile(r"MAIN_\w{16}\.trm$")
_STAMP = re.compile(r"reached-(\d+)$")


class CommitStamp(NamedTuple):
    """What a commit stands for."""

    generation: int  # of the catalog, up to which the index holds every change
    notes: int
    languages: tuple[str, ...] = ()  # those that notes name for themselves


class IndexFolder:
    """One folder with one index.

    A commit is Whoosh's rename of its table of contents number N. What the commit stands for is
    written to `reached-N` before it, so that both become true at the same moment: a process killed
    in between leaves a `reached-N` that nothing reads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def newest_commit(self) -> int | None:
        """The number of the newest table of contents, or None when there is no index."""
        commits = filter(None, map(_COMMIT.match, self._names()))
        return max((int(found[1]) for found in commits), default=None)

    def count_segments(self) -> int:
        """Of how many segments there are files; a killed writer's go at the next commit."""
        return sum(map(bool, map(_SEGMENT.match, self._names())))

    def _names(self) -> list[str]:
        try:
            return os.listdir(self.path)
        except OSError:
            return []

    def state(self) -> tuple[int, int | None]:
        """What changes whenever the index does: the folder's inode and its newest commit."""
        try:
            return self.path.stat().st_ino, self.newest_commit()
        except OSError:
            return 0, None

    def read_stamp(self) -> CommitStamp | None:
        """What the newest commit stands for; None when the index cannot be used."""
        number = self.newest_commit()
        if number is None:
            return None
        try:
            stamp = json.loads((self.path / f"reached-{number}").read_text("utf-8"))
            return CommitStamp(
                int(stamp["generation"]), int(stamp["notes"]), tuple(map(str, stamp["languages"]))
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write_stamp(self, number: int, stamp: CommitStamp) -> None:
        """Write what commit `number` stands for; before that commit, or to correct it later."""
        data = json.dumps(stamp._asdict()).encode()
        cache_files.write_cache_file(str(self.path), f"reached-{number}", data)

    def is_ours(self, language: str) -> bool:
        """Whether the index in the folder may be opened.

        Whoosh's tables and lists are pickles, so opening the index of another person would run
        their code: the folder must belong to this user, and nobody else may write into it.
        """
        try:
            about = self.path.lstat()
            version = (self.path / VERSION_FILE).read_text("utf-8")
        except (OSError, ValueError):
            return False
        return _is_private(about) and version == _version(language)

    def create(self, language: str) -> None:
        """Make the folder new and empty, mode 0700, marked with the version."""
        remove_path(self.path)
        cache_files.make_cache_folder(str(self.path.parent))
        self.path.mkdir(mode=0o700)
        cache_files.write_cache_file(str(self.path), VERSION_FILE, _version(language).encode())

    def remove_leftovers(self) -> None:
        """Delete what killed writers left; only while holding the lock."""
        current = self.newest_commit()
        for entry in list(os.scandir(self.path)):
            stamp = _STAMP.match(entry.name)
            if _LEFT_BEHIND.match(entry.name) or (stamp and int(stamp[1]) != current):
                remove_path(Path(entry.path))

    def replace_with(self, new: IndexFolder) -> None:
        """Put another folder in this one's place. Readers of the old one keep their open files."""
        old = self.path.with_name(self.path.name + ".old")
        remove_path(old)
        with contextlib.suppress(FileNotFoundError):
            self.path.rename(old)
        new.path.rename(self.path)
        remove_path(old)

    @contextlib.contextmanager
    def lock(self, wait: float = 0) -> Iterator[None]:
        """Hold the right to write, for which to wait so many seconds, or raise IndexBusy."""
        # The lock is beside the folder, because the folder itself is replaced.
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(hold_lock_file(f"{self.path}.lock", wait))
            except Locked:
                raise IndexBusy(
                    "Another notekeep is updating the search index",
                    "Nothing is lost: the change will be indexed at the next refresh",
                ) from None
            yield


def document_fields(doc: WordDoc, language: str) -> dict[str, str]:
    """Return the keyword arguments with which a Whoosh writer adds a note."""
    foreign = base_language(doc.language)
    foreign = "" if foreign == language else foreign
    found = {"path": doc.path}
    for name in ("title", "aliases", "headings", "tags", "quotes", "matter", "body"):
        texts: str | tuple[str, ...] = getattr(doc, name)
        if text := texts if isinstance(texts, str) else f" {BREAK} ".join(texts):
            clean = text if text.isascii() else text.encode(errors="replace").decode()
            found[name] = ForeignText(clean, foreign) if foreign else clean
    marks = [tag_term(key) for key in tag_keys(doc.tags)]
    if foreign:
        marks.append(language_term(foreign))
    if marks:
        found["marks"] = " ".join(marks)
    return found


def language_term(code: str) -> str:
    """Return the term of all notes that are in a language; its digit keeps it from being a word."""
    return f"lang0{code}"


def tag_term(key: str) -> str:
    """Return the term of all notes with a tag or one below it, given as the catalog compares it."""
    return f"tag0{digest_of(key.encode(errors='replace'), 8)}"


def remove_path(path: Path) -> None:
    """Delete a file or folder if it is there."""
    if path.is_dir() and not path.is_symlink():
        import shutil  # brings three kinds of compression along

        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_private(about: os.stat_result) -> bool:
    if not stat.S_ISDIR(about.st_mode):
        return False
    if sys.platform == "win32":
        return True  # its mode says nothing; it lies among what is this user's own
    return not about.st_mode & 0o022 and about.st_uid == os.geteuid()


def _version(language: str) -> str:
    return f"{SCHEMA_VERSION} {language or '-'} {sys.byteorder}\n"
