"""What a person can choose about an export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime, tzinfo


Answer = Literal["", "overwrite", "merge", "keep"]
"""What becomes of a file that was changed by hand in the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to export.

    Attributes:
        named: Whether the person named each note, which is consent to it as a draft; without,
            only notes that are marked `publish: true` go.
        draft: Whether the posts are drafts; None leaves it to each note's `draft:`, which is true
            unless it says false.
        linebreaks: Whether a single newline is shown as one ("keep") or as a space ("join"); ""
            does what Obsidian shows in this vault.
        unpublished: What becomes of a link to a note that is not published: its words stay
            ("text"), go ("strip"), or stay and are marked ("stub").
        nested_tags: How `learning/ml` is written: as it is ("keep"), "ml" ("last") or
            "learning-ml" ("dash").
        series_links: Whether the parts of a series link to each other.
        extra_fields: Keys of the front matter that pass besides those every post has.
        keep_metadata: Files of the vault that leave with all they say of places and people.
        overwrite: Paths in the site whose hand-made changes may be overwritten; "*" is all.
        merge: Paths that are to have the hand-made changes and those of the note.
        keep: Paths that are to stay as they were changed by hand, until the note says otherwise.
        address: Where visitors find the site, for targets that need it; "" is not known.
        prune: Whether files that belong to no exported note any more are removed.
        zone: The author's time zone; None is this machine's.
        now: When the export is made; None is the clock. A post without a date gets it.
    """

    named: bool = True
    draft: bool | None = None
    linebreaks: Literal["", "keep", "join"] = ""
    unpublished: Literal["text", "strip", "stub"] = "text"
    nested_tags: Literal["keep", "last", "dash"] = "dash"
    series_links: bool = True
    extra_fields: tuple[str, ...] = ()
    keep_metadata: tuple[str, ...] = ()
    overwrite: frozenset[str] = frozenset()
    merge: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    address: str = ""
    prune: bool = False
    zone: tzinfo | None = None
    now: datetime | None = None

    def answer(self, path: str) -> Answer:
        """Return what the person wants of a file that was changed by hand; "" is to be asked."""
        said: dict[Answer, frozenset[str]] = {
            "overwrite": self.overwrite,
            "merge": self.merge,
            "keep": self.keep,
        }
        named = [name for name, paths in said.items() if path in paths]
        general = [name for name, paths in said.items() if "*" in paths]
        return next(iter([*named, *general]), "")

    def moment(self) -> datetime:
        """Return now, with the offset of the author's zone, to the second."""
        from datetime import UTC, datetime

        now = self.now or datetime.now(UTC)
        return now.astimezone(self.zone).replace(microsecond=0)
