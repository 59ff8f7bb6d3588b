"""What an export sees of a vault, and what a person can choose about it.

The view is small, so that an export needs neither the catalog nor the `Vault`: whoever exports
fills it in.
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

from notekeep.export.consent import PRIVATE_LABEL, fold_name, holds_name, is_withheld
from notekeep.markdown.frontmatter import without_lead
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.note_names import note_stem
from notekeep.markdown.schema import Schema

HiddenWords: TypeAlias = "Callable[[str, str], str | None]"
"""Gives what may be shown of a link, by its target and words; None if its target is not hidden."""


class NoteFinder(Protocol):
    """What finds notes, as of one moment."""

    def known(self, paths: Iterable[str]) -> set[str]:
        """Return those of some paths at which there is a note."""

    def paths(self) -> Iterable[str]:
        """Return the paths of all notes."""

    def names(self, paths: Iterable[str]) -> list[tuple[str, str, list[str]]]:
        """Return path, title and aliases of some notes, by title."""

    def withheld(self) -> frozenset[str]:
        """Return the notes whose names must not be shown: private, or marked as not for others."""

    def resolve(self, target: str, from_path: str) -> list[str]:
        """Return the paths that `target`, written in the note `from_path`, can mean, best first."""

    def learn(self, targets: Iterable[str], from_path: str) -> None:
        """Find out at once what several targets mean, which will be asked one by one."""


class HeatmapPicture(NamedTuple):
    """A picture that a post shows: its path beside the note it is made of, which no file has."""

    name: str
    alt: str
    data: bytes


@dataclass(frozen=True)
class VaultSource:
    """A vault, read-only."""

    root: str
    notes: NoteFinder
    read: Callable[[str], bytes]  # returns a note's bytes, given its path
    schema: Schema
    # paths of notes that the vault's own publish queries match
    published: frozenset[str] = frozenset()
    # of those the tags by which alone they match, without which they are not published
    publish_tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # the folder that attached files go to, vault-relative; from the note on where it begins with
    # "./"
    attachments: str = "attachments"
    canaries: tuple[str, ...] = ()  # words that must never leave, whatever holds them
    # draws what an embed of a part of a note shows as a picture, given the note and the part; None
    # where it shows text
    drawn: Callable[[str, str], HeatmapPicture | None] = lambda _path, _heading: None
    _private_names: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _real_folders: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def note(self, path: str) -> Note:
        """Read a note from its file; of its tags those of its front matter, which pass."""
        data = self.read(path)
        note = read_note(path, data, self.schema, in_body=False)
        if note.problem is not None and len(rest := without_lead(data)) < len(data):
            # Some generators read such front matter. What cannot be read, or withholds the note, is
            # refused for where it stands.
            late = read_note(path, rest, self.schema, in_body=False)
            if late.problem is None and not late.private and not is_withheld(late.fields):
                late.body_line += data.count(b"\n", 0, len(data) - len(rest))
                note = late
        note.private = note.private or bool(self.private_name(path))
        return note

    def private_name(self, path: str) -> str:
        """Return the path that a file, also behind links, has in a private folder; "" for none."""
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
            info = None  # nothing there that could leave
        real = os.path.relpath(place, self._real_folder("")).replace(os.sep, "/")
        if self.schema.is_private(real):
            return real
        if info is None or info.st_nlink < 2:
            return ""
        return self._hard_links.get((info.st_dev, info.st_ino), "")

    def _real_folder(self, folder: str) -> str:
        if folder not in self._real_folders:  # most notes share one with others
            self._real_folders[folder] = os.path.realpath(os.path.join(self.root, folder))
        return self._real_folders[folder]

    @cached_property
    def _hard_links(self) -> dict[tuple[int, int], str]:
        """The path of each file of a private folder that has other names, by device and inode."""
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
        """Return the note that a name means, or None."""
        found = self.notes.resolve(target, from_path)
        return found[0] if found else None

    def find_hidden(self, target: str) -> str | None:
        """Return the note that must not be shown whose name a link has in another spelling."""
        is_page = not target or target.startswith("/")  # of the person's own site
        return None if is_page else self._hidden_names.get(fold_name(note_stem(target)))

    @cached_property
    def _hidden_names(self) -> dict[str, str]:
        found = self.notes.names(self.notes.withheld())
        return {
            fold_name(name): path
            for path, title, aliases in found
            for name in (title, note_stem(path), *aliases)
        }

    def public_words(self, words: str, target: str, path: str = "") -> str:
        """Return the words of a link to a hidden note, unless they hold a name of that note.

        `target` is what the link leads to, and `path` the note that this is, if there is one.
        """
        place, *inner = re.split("[#^]+", target)
        names = [note_stem(place), *inner]
        for _, title, aliases in self.notes.names([path]) if path else ():
            names += [title, note_stem(path), *aliases]
        return PRIVATE_LABEL if not words or holds_name(words, names) else words

    def is_hidden(self, path: str) -> bool:
        """Whether a note's name must not be shown: it is private or marked as not for others."""
        return path in self.notes.withheld() or bool(self.private_name(path))

    def make_hidden_words(self, from_path: str) -> HiddenWords:
        """Return what gives the words of a note's links to hidden notes; None for other links."""
        hides = self.make_hidden_check(from_path)

        def shown(target: str, words: str) -> str | None:
            name = target.partition("#")[0].strip()
            if not hides(name):
                return None
            return self.public_words(
                words, target, self.find(name, from_path) or self.find_hidden(name) or ""
            )

        return shown

    def make_hidden_check(self, from_path: str) -> Callable[[str], bool]:
        """Return what says whether a link in a note leads to a name that must not be shown."""

        def hides(target: str) -> bool:
            if self._is_in_private_folder(target, from_path):
                return True
            found = self.find(target, from_path)
            if found is None:
                return self.find_hidden(target) is not None
            return self.is_hidden(found)

        return hides

    def _is_in_private_folder(self, target: str, from_path: str) -> bool:
        """Whether a path leads into a private folder, also to what the vault does not know."""
        if "/" not in target:
            return False
        name = target.strip("/")
        if target.startswith("/"):  # which may be a page of the person's own site
            return self.schema.is_private(name) and os.path.lexists(os.path.join(self.root, name))
        beside = os.path.normpath(os.path.join(os.path.dirname(from_path), name))
        return self.schema.is_private(name) or self.schema.is_private(beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to export."""

    # whether the person named each note, which is consent to it as a draft; without, only notes
    # that are marked `publish: true` go
    named: bool = True
    # whether the posts are drafts; None leaves it to each note's `draft:`, which is true unless it
    # says false
    draft: bool | None = None
    # whether a single newline is shown as one ("keep") or as a space ("join"); "" does what
    # Obsidian shows in this vault
    linebreaks: Literal["", "keep", "join"] = ""
    # what becomes of a link to a note that is not published: its words stay ("text"), go ("strip"),
    # or stay and are marked ("stub")
    unpublished: Literal["text", "strip", "stub"] = "text"
    # how `learning/ml` is written: as it is ("keep"), "ml" ("last") or "learning-ml" ("dash")
    nested_tags: Literal["keep", "last", "dash"] = "dash"
    series_links: bool = True  # whether the parts of a series link to each other
    # keys of the front matter that pass besides those every post has
    extra_fields: tuple[str, ...] = ()
    # files of the vault that leave with all they say of places and people
    keep_metadata: tuple[str, ...] = ()
    # what becomes of files that were changed by hand in the site: they are overwritten, get these
    # changes and those of the note, or stay until the note says otherwise; "" is to be asked
    by_hand: Literal["", "overwrite", "merge", "keep"] = ""
    prune: bool = False  # whether files that belong to no exported note any more are removed
    zone: tzinfo | None = None  # the author's time zone; None is this machine's
    # when the export is made; None is the clock. A post without a date gets it
    now: datetime | None = None

    def moment(self) -> datetime:
        """Return now, with the offset of the author's zone, to the second."""
        now = self.now or datetime.now(UTC)
        return now.astimezone(self.zone).replace(microsecond=0)
