"""The index on disk: fields, commits, damage."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import sys
from array import array
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from whoosh.fields import ID, TEXT, Schema
from whoosh.formats import Positions

from notekeep import cache_files
from notekeep.catalog.records import tag_keys
from notekeep.errors import IndexBusy
from notekeep.search.analyzer import BREAK, ForeignText, analyzer, base_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.catalog.documents import WordDoc


# The folder of the words index: what it says of itself, who may write, how one replaces another.
#
# Knows file names, and nothing of what Whoosh writes into its files, so that a verb can ask how
# far the index is without importing Whoosh.


SCHEMA_VERSION = 6
"""Goes up when a field, the analyzer, a stemmer or the form of a block changes: an index of another
one is rebuilt."""

VERSION_FILE = "schema-version"

FEW_SEGMENTS = 20
"""From here on they are merged when it is quiet: a query over 20 takes twice as long as over one"""

INDEX_NAME = "MAIN"
"""Whoosh's name for an index that was given none."""

_TOC = re.compile(r"_MAIN_(\d+)\.toc$")
_LEFT_BEHIND = re.compile(r"_MAIN_\d+\.toc\.\d|.*\.tmp$")
_SEGMENT = re.compile(r"MAIN_\w{16}\.trm$")
_REACHED = re.compile(r"reached-(\d+)$")


class CommitStamp(NamedTuple):
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

    def reached(self) -> CommitStamp | None:
        """Return what the newest commit stands for; None when the index cannot be used."""
        number = self.toc()
        if number is None:
            return None
        try:
            said = json.loads((self.path / f"reached-{number}").read_text("utf-8"))
            return CommitStamp(
                int(said["generation"]), int(said["notes"]), tuple(map(str, said["languages"]))
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def reach(self, number: int, reached: CommitStamp) -> None:
        """Write what commit `number` stands for; before that commit, or to correct it later."""
        write_small_file(self.path / f"reached-{number}", json.dumps(reached._asdict()))

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
        remove_path(self.path)
        cache_files.make_cache_folder(str(self.path.parent))
        self.path.mkdir(mode=0o700)
        write_small_file(self.path / VERSION_FILE, _version(language))

    def sweep(self) -> None:
        """Delete what killed writers left; only while holding the lock.

        Segments that no table of contents names are deleted by Whoosh at each commit.
        """
        current = self.toc()
        for entry in list(os.scandir(self.path)):
            reached = _REACHED.match(entry.name)
            if _LEFT_BEHIND.match(entry.name) or (reached and int(reached[1]) != current):
                remove_path(Path(entry.path))

    def replace_by(self, new: Folder) -> None:
        """Put another folder in this one's place. Readers of the old one keep their open files."""
        old = self.path.with_name(self.path.name + ".old")
        remove_path(old)
        with contextlib.suppress(FileNotFoundError):
            self.path.rename(old)
        new.path.rename(self.path)
        remove_path(old)

    @contextlib.contextmanager
    def lock(self, wait: float = 0) -> Iterator[None]:
        """Hold the right to write, or raise IndexBusy when another process has it for too long.

        The lock is beside the folder, because the folder itself is replaced. The system frees it
        when its holder dies.

        Args:
            wait: For how many seconds to wait for it.
        """
        from filelock import FileLock, Timeout

        cache_files.make_cache_folder(str(self.path.parent))
        lock = FileLock(self.path.with_name(self.path.name + ".lock"), mode=0o600)
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            raise IndexBusy(
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


def write_small_file(path: Path, text: str) -> None:
    """Write a small file whole or not at all. No fsync: the index is a cache."""
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def remove_path(path: Path) -> None:
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


# The fields of the words index, what each is worth, and how positions are stored.


# mypy: untyped-calls-exclude="whoosh"


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
"""What a word is worth where it stands. "quotes" holds words of the body a second time. "marks"
holds terms that are no words: one for each tag and each tag above it, so that a tag and a word meet
without asking the catalog, and one for the note's language where that is not the vault's."""

SCOPES: dict[str, tuple[str, ...]] = {
    "any": ("title", "aliases", "tags", "headings", "matter", "body"),
    "title": ("title", "aliases"),
    "body": ("body",),
    "heading": ("headings",),
    "tag": ("tags",),
    "quote": ("quotes",),
}
"""The fields in which each scope of the query language looks."""

WIDE = 0xFFFF
"""Positions from here on need 32 bits; as the first of 16 it says that all of them have them."""


WIDE_MARK = b"\xff\xff"


class PackedPositions(Positions):
    """Positions as an array of 16-bit numbers, or 32-bit ones after the mark 0xFFFF.

    Whoosh's own format pickles a list for every posting, which takes a quarter of a build. The
    byte order is the machine's: the index is a local cache, and its folder says which order it has.
    """

    def encode(self, poslist: Sequence[int]) -> bytes:
        """Return rising positions as bytes."""
        if poslist[-1] < WIDE:
            return array("H", poslist).tobytes()
        return WIDE_MARK + array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """Return the positions."""
        if valuestring[:2] == WIDE_MARK:
            return array("I", valuestring[2:]).tolist()
        return self.narrow(valuestring).tolist()

    def narrow(self, valuestring: bytes) -> array[int]:
        """Return the positions of one value or several, none of which begins with the mark."""
        return array("H", valuestring)

    def decode_frequency(self, valuestring: bytes) -> int:
        """Return how many positions there are."""
        if valuestring[:2] == WIDE_MARK:
            return (len(valuestring) - 2) // 4
        return len(valuestring) // 2


@cache
def schema(language: str) -> Schema:
    """Return the schema of an index in a language."""
    shared = analyzer(language)
    # The path is not stored but kept as a column: a whole column is read at once.
    fields: dict[str, Any] = {"path": ID(unique=True, sortable=True)}
    for name in BOOSTS:
        fields[name] = TEXT(analyzer=shared)
        fields[name].format = PackedPositions()
    return Schema(**fields)


def values(doc: WordDoc, language: str) -> dict[str, str]:
    """Return the keyword arguments with which a Whoosh writer adds a note.

    Half a surrogate pair, which no UTF-8 can hold, becomes a question mark.
    """
    foreign = base_language(doc.language)
    foreign = "" if foreign == language else foreign
    texts = {
        "title": doc.title,
        "aliases": _joined(doc.aliases),
        "headings": _joined(doc.headings),
        "tags": _joined(doc.tags),
        "quotes": _joined(doc.quotes),
        "matter": _joined(doc.matter),
        "body": doc.body,
    }
    found = {"path": doc.path}
    for name, text in texts.items():
        if text:
            clean = _utf8(text)
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
    return f"tag0{blake2b(key.encode(errors='replace'), digest_size=8).hexdigest()}"


def _joined(texts: tuple[str, ...]) -> str:
    return f" {BREAK} ".join(texts)


def _utf8(text: str) -> str:
    if text.isascii():
        return text
    return text.encode(errors="replace").decode()
