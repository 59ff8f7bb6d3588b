"""The notes of one export while it is planned: which there are, and what is known of them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, Refused
from notekeep.export.rewrite.links import Anchors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.export.addresses import Published
    from notekeep.export.draft import Draft, Drafter
    from notekeep.export.manifest import Entry, Manifest, VaultKey
    from notekeep.export.options import Options
    from notekeep.export.plan import Plan
    from notekeep.export.source import Source
    from notekeep.export.targets.target import Target


@contextmanager
def refusing(path: str, refused: dict[str, Refused]) -> Iterator[None]:
    """Refuse one note for what goes wrong with it, so that the others are exported.

    Args:
        path: The note.
        refused: Gets the error, a fault of notekeep's own as well.
    """
    try:
        yield
    except Refused as error:
        refused[path] = error
    except NotekeepError as error:
        named = error.message if path in error.message else f"{path}: {error.message}"
        refused[path] = Refused(named, error.hint)
    except Exception as error:  # noqa: BLE001 - one note must not stop an export of thousands
        refused[path] = Refused(
            f"{path}: something unforeseen went wrong: {type(error).__name__}: {error}",
            "the other notes are not affected; please report this with the note's text",
        )
        refused[path].__cause__ = error


@dataclass(slots=True)
class Batch:
    """One export on its way to a plan.

    Attributes:
        source: The vault.
        target: The site.
        manifest: What was written there last.
        options: What the person chose; `linebreaks` is settled.
        key: What the manifest calls the vault and its notes.
        drafter: Makes the drafts.
        plan: The plan, to be filled.
        asked: The drafts of the notes that were asked for, by path.
        earlier: The drafts of notes that have a post already and were not asked for.
        anchors: The ids that the places of each draft can have, by path.
        published: Every note that has or gets a post.
        withdrawn: Notes that may not leave any more, or never might.
        there: Those of the manifest's notes that are in the vault.
        is_large: Whether so many notes are drafted that what was read of each is forgotten.
    """

    source: Source
    target: Target
    manifest: Manifest
    options: Options
    key: VaultKey
    drafter: Drafter
    plan: Plan
    asked: dict[str, Draft] = field(default_factory=dict)
    earlier: dict[str, Draft] = field(default_factory=dict)
    anchors: dict[str, Anchors] = field(default_factory=dict)
    published: dict[str, Published] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    there: frozenset[str] = field(init=False)
    is_large: bool = False

    def __post_init__(self) -> None:
        """Look up the notes of all posts at once."""
        noted = {entry.note for entry in self.manifest.posts.values()} - {""}
        self.there = frozenset(self.source.notes.known(noted))

    def draft(self, path: str) -> Draft:
        """Make the draft of a note; of many, each is read again when it is needed.

        Raises:
            Refused: It cannot be made.
        """
        draft = self.drafter.draft(path)
        title = None if self.target.dialect.keep_title else draft.post.title
        # A series adds its line at the end only, so these stay right.
        self.anchors[path] = Anchors(draft.passage, title)
        if self.is_large:
            draft.passage.forget()
        return draft

    def known(self, path: str) -> tuple[str, Entry] | None:
        """Return slug and manifest entry of a note's post, or None when it has none."""
        return self.manifest.of_note(path)

    def owns(self, entry: Entry) -> bool:
        """Whether a post is of this vault."""
        return entry.vault == self.key.vault
