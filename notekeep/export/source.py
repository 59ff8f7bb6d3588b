"""What the exporter sees of a vault: its notes by path, their bytes, and how names resolve.

A small view, so that this room needs neither the catalog nor the `Vault`: whoever exports fills
it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from notekeep.export.heatmap import Picture
    from notekeep.markdown.kinds import Schema
    from notekeep.markdown.note import Note, Value


class Row(Protocol):
    """What is known of a note without reading it."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def aliases(self) -> Sequence[str]:
        """Its other names."""

    @property
    def fields(self) -> Mapping[str, Value]:
        """Its front matter under canonical names."""

    @property
    def private(self) -> bool:
        """Whether it must never leave."""


class Names(Protocol):
    """What finds the notes that a name means."""

    def resolve(self, target: str, from_path: str) -> list[str]:
        """Return the paths that `target`, written in the note `from_path`, can mean, best first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A vault, read-only.

    Attributes:
        root: Its folder.
        notes: Every note, by its path.
        read: Returns a note's bytes, given its path.
        resolver: Finds notes by name.
        schema: What kinds and private folders the vault has.
        published: Paths of notes that the vault's own publish queries match.
        attachments: The folder that attached files go to, vault-relative; from the note on where
            it begins with "./".
        canaries: Words that must never leave, whatever holds them.
        plain: Notes whose front matter is known to say nothing of who may see it, so that it need
            not be read for that; any other's is.
        drawn: Draws what an embed of a part of a note shows as a picture, given the note and the
            part; None where it shows text.
    """

    root: str
    notes: Mapping[str, Row]
    read: Callable[[str], bytes]
    resolver: Names
    schema: Schema
    published: frozenset[str] = frozenset()
    attachments: str = "attachments"
    canaries: tuple[str, ...] = ()
    plain: frozenset[str] = frozenset()
    drawn: Callable[[str, str], Picture | None] = lambda _path, _heading: None

    def note(self, path: str) -> Note:
        """Read a note from its file; of its tags those of its front matter, which pass."""
        from notekeep.markdown.note import read_note

        return read_note(path, self.read(path), self.schema, in_body=False)

    def find(self, target: str, from_path: str) -> str | None:
        """Return the note that a name means, or None."""
        found = self.resolver.resolve(target, from_path)
        return found[0] if found else None

    def hidden(self, path: str) -> bool:
        """Whether a note's name must not be shown: it is private or marked as not for others."""
        from notekeep.export.consent import withheld

        row = self.notes.get(path)
        if row is None or row.private:
            return row is not None
        return path not in self.plain and withheld(row.fields)
