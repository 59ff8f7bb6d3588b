"""The index on disk: file names, commit stamps, the write lock, fields.

It does not import Whoosh, so that commands can check the state of the index quickly.
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

SCHEMA_VERSION = 13
"""Increased when a field, the analyzer or a file format changes; old indexes are rebuilt."""

VERSION_FILE = "schema-version"

FEW_SEGMENTS = 20
"""With this many segments, which double the time of a query, a merge runs in the background."""

BOOSTS = {
    "title": 3.0,
    "aliases": 2.0,
    "tags": 2.0,
    "headings": 1.5,
    "matter": 1.0,
    "body": 1.0,
    "quotes": 1.0,
    "attached": 0.5,
    "marks": 0.0,
}
"""The fields and the weight of their words. "quotes" contains words that "body" contains, too.
"marks" contains terms that are not words: one for each tag and its parents, to combine tags and
words without the catalog, and one for the note's language if it differs from the vault's."""

_OWN_WORDS = ("title", "aliases", "tags", "headings", "matter", "body")

SCOPES: dict[str, tuple[str, ...]] = {
    "any": (*_OWN_WORDS, "attached"),
    "note": _OWN_WORDS,
    "title": ("title", "aliases"),
    "body": ("body",),
    "heading": ("headings",),
    "tag": ("tags",),
    "quote": ("quotes",),
}
"""The fields for each scope of the query language."""

_COMMIT = re.compile(r"_MAIN_(\d+)\.toc$")
_LEFT_BEHIND = re.compile(r".*\.(?:tmp|[\d.]+)$")
_SEGMENT = re.compile(r"MAIN_\w{16}\.trm$")
_STAMP = re.compile(r"reached-(\d+)$")


class CommitStamp(NamedTuple):
    """The state of a commit."""

    generation: int  # of the catalog; the index contains all changes up to it
    notes: int
    languages: tuple[str, ...] = ()  # languages in `lang:` of notes


class IndexFolder:
    """The folder of one index.

    A commit is Whoosh's rename of its table of contents, number N. Its stamp `reached-N` is written
    first, so that both take effect together: if the process is killed in between, `reached-N` is
    ignored.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def newest_commit(self) -> int | None:
        """Return the number of the newest table of contents, or None if there is no index."""
        commits = filter(None, map(_COMMIT.match, self._names()))
        return max((int(found[1]) for found in commits), default=None)

    def count_segments(self) -> int:
        """Count the segments, including those that a killed writer left behind."""
        return sum(map(bool, map(_SEGMENT.match, self._names())))

    def _names(self) -> list[str]:
        try:
            return os.listdir(self.path)
        except OSError:
            return []

    def state(self) -> tuple[int, int | None]:
        """Return a value that changes with the index: inode of the folder, newest commit."""
        try:
            return self.path.stat().st_ino, self.newest_commit()
        except OSError:
            return 0, None

    def read_stamp(self) -> CommitStamp | None:
        """Return the stamp of the newest commit; None if the index is unusable."""
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
        """Write the stamp of a commit, before the commit or to correct it."""
        data = json.dumps(stamp._asdict()).encode()
        cache_files.write_cache_file(str(self.path), f"reached-{number}", data)

    def is_ours(self, language: str) -> bool:
        """Whether the index may be opened.

        Whoosh's files contain pickles, which can run code: the folder must belong to this user and
        not be writable by others.
        """
        try:
            about = self.path.lstat()
            version = (self.path / VERSION_FILE).read_text("utf-8")
        except (OSError, ValueError):
            return False
        return _is_private(about) and version == _version(language)

    def create(self, language: str) -> None:
        """Create an empty folder with mode 0700 and a version file."""
        remove_path(self.path)
        cache_files.make_cache_folder(str(self.path.parent))
        self.path.mkdir(mode=0o700)
        cache_files.write_cache_file(str(self.path), VERSION_FILE, _version(language).encode())

    def remove_leftovers(self) -> None:
        """Delete the files of killed writers. The caller must hold the lock."""
        current = self.newest_commit()
        for entry in list(os.scandir(self.path)):
            stamp = _STAMP.match(entry.name)
            if _LEFT_BEHIND.match(entry.name) or (stamp and int(stamp[1]) != current):
                remove_path(Path(entry.path))

    def replace_with(self, new: IndexFolder) -> None:
        """Replace this folder with another. Readers of the old folder keep their open files."""
        old = self.path.with_name(self.path.name + ".old")
        remove_path(old)
        with contextlib.suppress(FileNotFoundError):
            self.path.rename(old)
        new.path.rename(self.path)
        remove_path(old)

    @contextlib.contextmanager
    def lock(self, wait: float = 0) -> Iterator[None]:
        """Hold the write lock, or raise IndexBusy after `wait` seconds."""
        # The lock file is next to the folder, because the folder is replaced.
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(hold_lock_file(f"{self.path}.lock", wait))
            except Locked:
                raise IndexBusy(
                    "Another notekeep process is updating the search index.",
                    "Nothing is lost: the next refresh indexes the change.",
                ) from None
            yield


def document_fields(doc: WordDoc, language: str) -> dict[str, str]:
    """Return the arguments of `add_document` for a note."""
    foreign = base_language(doc.language)
    foreign = "" if foreign == language else foreign
    found = {"path": doc.path}
    for name in filter(BOOSTS.get, BOOSTS):
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
    """Return the term for all notes in a language; the digit distinguishes it from words."""
    return f"lang0{code}"


def tag_term(key: str) -> str:
    """Return the term for all notes with a tag or one of its children, by its folded name."""
    return f"tag0{digest_of(key.encode(errors='replace'), 8)}"


def remove_path(path: Path) -> None:
    """Delete a file or folder if it exists."""
    if path.is_dir() and not path.is_symlink():
        import shutil  # slow import

        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_private(about: os.stat_result) -> bool:
    if not stat.S_ISDIR(about.st_mode):
        return False
    if sys.platform == "win32":
        return True  # modes have no meaning there, and the folder is in the user profile
    return not about.st_mode & 0o022 and about.st_uid == os.geteuid()


def _version(language: str) -> str:
    return f"{SCHEMA_VERSION} {language or '-'} {sys.byteorder}\n"
