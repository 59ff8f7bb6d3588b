"""A read-only view of a vault for an export, and the options of an export.

The view is small, so that an export needs neither the catalog nor `Vault`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Literal, NamedTuple, Protocol, TypeAlias

from notekeep.export.privacy.consent import (
    PRIVATE_LABEL,
    fold_private_name,
    holds_name,
    is_withheld,
)
from notekeep.markdown.fields.frontmatter import without_lead
from notekeep.markdown.fields.schema import Schema
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.note_names import note_stem

HiddenWords: TypeAlias = "Callable[[str, str], str | None]"
"""Returns the public text of a link, given its target and text; None if it is not hidden."""


class NoteFinder(Protocol):
    """Finds notes, as of a single point in time."""

    def known(self, paths: Iterable[str]) -> set[str]:
        """Return those of the paths that are notes."""

    def paths(self) -> Iterable[str]:
        """Return the paths of all notes."""

    def names(self, paths: Iterable[str]) -> list[tuple[str, str, list[str]]]:
        """Return the path, title and aliases of notes, sorted by title."""

    def private_paths(self) -> frozenset[str]:
        """Return the notes whose names must not be published."""

    def resolve(self, target: str, from_path: str) -> list[str]:
        """Return the possible paths of a link target in the note `from_path`, best first."""

    def prefetch(self, targets: Iterable[str], from_path: str) -> None:
        """Resolve several targets in one query, for later calls of `resolve`."""


class HeatmapPicture(NamedTuple):
    """A generated picture for a post. `name` is a vault path that no file has."""

    name: str
    alt: str
    data: bytes


@dataclass(frozen=True)
class VaultSource:
    """A read-only view of a vault."""

    root: str
    notes: NoteFinder
    read: Callable[[str], bytes]  # returns a note's bytes, given its path
    schema: Schema
    published: frozenset[str] = frozenset()  # notes that match the vault's publish queries
    # For notes that match only by tags: these tags. The note's public text must contain one.
    publish_tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    attachments: str = "attachments"  # in the vault; relative to the note if it starts with "./"
    canaries: tuple[str, ...] = ()  # words that must never be exported
    # Draws the picture for an embedded heading. Returns None if it has none.
    draw: Callable[[str, str], HeatmapPicture | None] = lambda _path, _heading: None
    # Returns other notes that may be public: notes with the field `publish`.
    marked: Callable[[], Iterable[str]] = tuple
    _private_names: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _real_folders: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def note(self, path: str) -> Note:
        """Read a note from its file. Only tags in the front matter are read."""
        data = self.read(path)
        note = read_note(path, data, self.schema, in_body=False)
        if note.problem is not None and len(rest := without_lead(data)) < len(data):
            # Some generators read front matter that is not on the first line. If the block is
            # invalid or private, the note is refused because of its position.
            late = read_note(path, rest, self.schema, in_body=False)
            if late.problem is None and not late.private and not is_withheld(late.fields):
                late.body_line += data.count(b"\n", 0, len(data) - len(rest))
                note = late
        note.private = note.private or bool(self.private_name(path))
        return note

    def private_name(self, path: str) -> str:
        """Return the path of a file in a private folder, after following links; "" for none."""
        if path not in self._private_names:
            self._private_names[path] = self._find_private_name(path)
        return self._private_names[path]

    def _find_private_name(self, path: str) -> str:
        if self.schema.is_private(path):
            return path
        folder, _, name = path.rpartition("/")
        place = os.path.join(self._real_folder(folder), name)
        try:
            info = os.lstat(place)
            if stat.S_ISLNK(info.st_mode):
                place = os.path.realpath(place)
                info = os.stat(place)
        except OSError:
            info = None  # no file to export
        real = os.path.relpath(place, self._real_folder("")).replace(os.sep, "/")
        if self.schema.is_private(real):
            return real
        if info is None or info.st_nlink < 2:
            return ""
        return self._hard_links.get((info.st_dev, info.st_ino), "")

    def _real_folder(self, folder: str) -> str:
        if folder not in self._real_folders:
            self._real_folders[folder] = os.path.realpath(os.path.join(self.root, folder))
        return self._real_folders[folder]

    @cached_property
    def _hard_links(self) -> dict[tuple[int, int], str]:
        """Files in private folders with several hard links: path by device and inode."""
        found = {}
        for base, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name != ".git"]
            for name in files:
                place = os.path.join(base, name)
                path = os.path.relpath(place, self.root).replace(os.sep, "/")
                if self.schema.is_private(path):
                    with suppress(FileNotFoundError):
                        info = os.lstat(place)
                        if info.st_nlink > 1:
                            found[info.st_dev, info.st_ino] = path
        return found

    def find(self, target: str, from_path: str) -> str | None:
        """Return the note with a name, or None."""
        found = self.notes.resolve(target, from_path)
        return found[0] if found else None

    def find_hidden(self, target: str) -> str | None:
        """Return the hidden note whose name is spelled differently in a link."""
        is_page = not target or target.startswith("/")  # a page of the site
        return None if is_page else self._hidden_names.get(fold_private_name(note_stem(target)))

    @cached_property
    def _hidden_names(self) -> dict[str, str]:
        found = self.notes.names(self.notes.private_paths())
        return {
            fold_private_name(name): path
            for path, title, aliases in found
            for name in (title, note_stem(path), *aliases)
        }

    def public_words(self, words: str, target: str, path: str = "") -> str:
        """Return the text of a link to a hidden note, or a label if it contains the note's name.

        `path` is the note of the link's `target`, if there is one.
        """
        place, *inner = re.split("[#^]+", target)
        names = [note_stem(place), *inner]
        for _, title, aliases in self.notes.names([path]) if path else ():
            names += [title, note_stem(path), *aliases]
        return PRIVATE_LABEL if not words or holds_name(words, names) else words

    def is_hidden(self, path: str) -> bool:
        """Whether a note's name must not be published."""
        return path in self.notes.private_paths() or bool(self.private_name(path))

    def make_hidden_words(self, from_path: str) -> HiddenWords:
        """Return a function that returns the public text of a link to a hidden note."""
        hides = self.make_hidden_check(from_path)

        def public_text(target: str, words: str) -> str | None:
            name = target.partition("#")[0].strip()
            if not hides(name):
                return None
            return self.public_words(
                words, target, self.find(name, from_path) or self.find_hidden(name) or ""
            )

        return public_text

    def make_hidden_check(self, from_path: str) -> Callable[[str], bool]:
        """Return a function that checks whether a link target in a note is hidden."""

        def hides(target: str) -> bool:
            if self._is_in_private_folder(target, from_path):
                return True
            found = self.find(target, from_path)
            if found is None:
                return self.find_hidden(target) is not None
            return self.is_hidden(found)

        return hides

    def _is_in_private_folder(self, target: str, from_path: str) -> bool:
        """Whether a path is in a private folder, even if the file does not exist."""
        if "/" not in target:
            return False
        name = target.strip("/")
        if target.startswith("/"):  # may be a page of the site
            return self.schema.is_private(name) and os.path.lexists(os.path.join(self.root, name))
        relative = os.path.normpath(os.path.join(os.path.dirname(from_path), name))
        return self.schema.is_private(name) or self.schema.is_private(relative)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of an export."""

    named: bool = True  # if not, only notes marked `publish: true` are exported
    draft: bool | None = None  # None: use the note's `draft:`, which is true by default
    # a single newline is a line break ("keep"), a space ("join"), or as in Obsidian ("")
    linebreaks: Literal["", "keep", "join"] = ""
    # for links to unpublished notes: keep the text, remove it, or keep and mark it
    unpublished: Literal["text", "strip", "stub"] = "text"
    # how `learning/ml` is written: unchanged, "ml" or "learning-ml"
    nested_tags: Literal["keep", "last", "dash"] = "dash"
    series_links: bool = True  # link the parts of a series to each other
    extra_fields: tuple[str, ...] = ()  # more front matter fields to export
    keep_metadata: tuple[str, ...] = ()  # files to export with their metadata
    by_hand: Literal["", "overwrite", "merge", "keep"] = ""  # for posts edited on the site; "": ask
    prune: bool = False  # remove files that no longer belong to an exported note
    zone: tzinfo | None = None  # the author's time zone; None: this machine's time zone
    now: datetime | None = None  # also the date of posts without a date; None: the current time

    def moment(self) -> datetime:
        """Return the time of the export in the author's zone, to the second."""
        now = self.now or datetime.now(UTC)
        return now.astimezone(self.zone).replace(microsecond=0)
