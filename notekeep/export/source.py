"""What the exporter sees of a vault: its notes by path, their bytes, and how names resolve.

A small view, so that this room needs neither the catalog nor the `Vault`: whoever exports fills
it in.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from notekeep.export.heatmap import Picture
    from notekeep.markdown.kinds import Schema
    from notekeep.markdown.note import Note


class Row(Protocol):
    """What is known of a note without reading it."""

    @property
    def path(self) -> str:
        """Where it is in the vault."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def aliases(self) -> Sequence[str]:
        """Its other names."""


class Notes(Protocol):
    """What finds notes, as of one moment."""

    def known(self, paths: Iterable[str]) -> set[str]:
        """Return those of some paths at which there is a note."""

    def paths(self) -> Iterable[str]:
        """Return the paths of all notes."""

    def rows(self, paths: Iterable[str]) -> Sequence[Row]:
        """Return what is known of some notes, by title."""

    def withheld(self) -> frozenset[str]:
        """Return the notes whose names must not be shown: private ones, and those not for others.

        See `consent.withheld`.
        """

    def resolve(self, target: str, from_path: str) -> list[str]:
        """Return the paths that `target`, written in the note `from_path`, can mean, best first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A vault, read-only.

    Attributes:
        root: Its folder.
        notes: Finds its notes.
        read: Returns a note's bytes, given its path.
        schema: What kinds and private folders the vault has.
        published: Paths of notes that the vault's own publish queries match.
        attachments: The folder that attached files go to, vault-relative; from the note on where
            it begins with "./".
        canaries: Words that must never leave, whatever holds them.
        drawn: Draws what an embed of a part of a note shows as a picture, given the note and the
            part; None where it shows text.
    """

    root: str
    notes: Notes
    read: Callable[[str], bytes]
    schema: Schema
    published: frozenset[str] = frozenset()
    attachments: str = "attachments"
    canaries: tuple[str, ...] = ()
    drawn: Callable[[str, str], Picture | None] = lambda _path, _heading: None
    _private_names: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _hard_links: dict[tuple[int, int], str] = field(default_factory=dict, repr=False, compare=False)

    def note(self, path: str) -> Note:
        """Read a note from its file; of its tags those of its front matter, which pass."""
        from notekeep.markdown.note import read_note

        note = read_note(path, self.read(path), self.schema, in_body=False)
        note.private = note.private or bool(self.private_name(path))
        return note

    def private_name(self, path: str) -> str:
        """Return the path that a file has in a private folder; "" when it has none.

        A symbolic link is judged by the file it leads to, a hard link by all names of its file.
        """
        if path not in self._private_names:
            self._private_names[path] = self._find_private_name(path)
        return self._private_names[path]

    def _find_private_name(self, path: str) -> str:
        if self.schema.is_private(path):
            return path
        place = os.path.join(self.root, path)
        real = os.path.relpath(os.path.realpath(place), os.path.realpath(self.root))
        real = real.replace(os.sep, "/")
        if self.schema.is_private(real):
            return real
        try:
            info = os.stat(place)
        except OSError:
            return ""  # nothing there that could leave
        if info.st_nlink < 2:
            return ""
        if not self._hard_links:
            self._hard_links.update(self._find_hard_links())
        return self._hard_links.get((info.st_dev, info.st_ino), "")

    def _find_hard_links(self) -> Iterator[tuple[tuple[int, int], str]]:
        """Yield device and inode of each file of a private folder that has other names."""
        for base, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name != ".git"]
            for name in files:
                place = os.path.join(base, name)
                path = os.path.relpath(place, self.root).replace(os.sep, "/")
                if self.schema.is_private(path):
                    with suppress(FileNotFoundError):
                        info = os.lstat(place)
                        if info.st_nlink > 1:
                            yield (info.st_dev, info.st_ino), path

    def find(self, target: str, from_path: str) -> str | None:
        """Return the note that a name means, or None."""
        found = self.notes.resolve(target, from_path)
        return found[0] if found else None

    def hidden(self, path: str) -> bool:
        """Whether a note's name must not be shown: it is private or marked as not for others."""
        return path in self.notes.withheld() or bool(self.private_name(path))

    def hides_from(self, from_path: str) -> Callable[[str], bool]:
        """Return what says whether a link in a note leads to a name that must not be shown."""

        def hides(target: str) -> bool:
            if self._is_in_private_folder(target, from_path):
                return True
            found = self.find(target, from_path)
            return found is not None and self.hidden(found)

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
