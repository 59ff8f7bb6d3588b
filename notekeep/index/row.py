"""The row of a note: what lists show of it. Pure, and little, since the first frame needs it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notekeep.markdown.note import Value


@dataclass(slots=True)
class Row:
    """What a list shows of a note.

    Attributes:
        path: Vault-relative, "/"-separated, as found on disk.
        title: Its title.
        kind: The id of its kind.
        mtime_ns: When the file was last modified, in nanoseconds since 1970.
        size: Bytes of the file.
        private: Whether it must never leave the vault.
        problem: Why it could not be read whole, or None.
        words: How many words its body has.
        facts: Tags, aliases and fields as JSON; read when first asked for, since a list of many
            thousand rows asks few.
        apart: What tells it from other notes of its title, where a list needs that; see
            `namesakes`.
    """

    path: str
    title: str
    kind: str
    mtime_ns: int
    size: int
    private: bool
    problem: str | None
    words: int
    facts: str = field(repr=False)
    apart: str = field(default="", repr=False, compare=False)
    _read: dict[str, Any] | None = field(default=None, init=False, repr=False, compare=False)

    def _fact(self, name: str) -> Any:
        if self._read is None:
            self._read = json.loads(self.facts)
        return self._read[name]

    @property
    def tags(self) -> list[str]:
        """Its tags, without "#", in the order they stand in the note."""
        found: list[str] = self._fact("tags")
        return found

    @property
    def aliases(self) -> list[str]:
        """Its other names."""
        if self._read is None and has_no_aliases(self.facts):
            return []
        found: list[str] = self._fact("aliases")
        return found

    @property
    def fields(self) -> dict[str, Value]:
        """Its front matter under canonical names, dates as ISO text."""
        found: dict[str, Value] = self._fact("fields")
        return found

    @property
    def language(self) -> str:
        """The language that it names for itself, or "" for the vault's."""
        named = self.fields.get("lang")
        return named if isinstance(named, str) else ""


def has_no_aliases(facts: str) -> bool:
    """Whether facts name no aliases, told without reading them."""
    # Tags come before them and are texts, in which a quote is escaped: this is the key itself.
    return facts.partition('"aliases": ')[2].startswith("[]")
