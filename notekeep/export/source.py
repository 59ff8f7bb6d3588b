"""What the exporter sees of a vault: its notes by path, their bytes, and how names resolve.

A small view, so that this room needs neither the catalog nor the `Vault`: whoever exports fills
it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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

    def expect(self, targets: Iterable[str], from_path: str) -> None:
        """Be told what `resolve` is about to be asked for, which may be looked up at once."""

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

    def note(self, path: str) -> Note:
        """Read a note from its file; of its tags those of its front matter, which pass."""
        from notekeep.markdown.note import read_note

        return read_note(path, self.read(path), self.schema, in_body=False)

    def find(self, target: str, from_path: str) -> str | None:
        """Return the note that a name means, or None."""
        found = self.notes.resolve(target, from_path)
        return found[0] if found else None

    def hidden(self, path: str) -> bool:
        """Whether a note's name must not be shown: it is private or marked as not for others."""
        return path in self.notes.withheld()
