"""One run of an export: the notes chosen, and what each becomes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, Refused
from notekeep.export.consent import UnmarkedNote
from notekeep.export.rewrite.site_links import AnchorIds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.export.addresses import PublishedNote
    from notekeep.export.draft import Draft, Drafter
    from notekeep.export.manifest import Manifest, ManifestEntry, VaultKey
    from notekeep.export.plan import ExportPlan
    from notekeep.export.source import Options, VaultSource
    from notekeep.export.targets.target import Target


# The notes of one export while it is planned: which there are, and what is known of them.


@contextmanager
def refuse_on_error(path: str, refused: dict[str, Refused]) -> Iterator[None]:
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

    source: VaultSource
    target: Target
    manifest: Manifest
    options: Options
    key: VaultKey
    drafter: Drafter
    plan: ExportPlan
    asked: dict[str, Draft] = field(default_factory=dict)
    earlier: dict[str, Draft] = field(default_factory=dict)
    anchors: dict[str, AnchorIds] = field(default_factory=dict)
    published: dict[str, PublishedNote] = field(default_factory=dict)
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
        self.anchors[path] = AnchorIds(draft.passage, title)
        if self.is_large:
            draft.passage.forget()
        return draft

    def known(self, path: str) -> tuple[str, ManifestEntry] | None:
        """Return slug and manifest entry of a note's post, or None when it has none."""
        return self.manifest.of_note(path)

    def owns(self, entry: ManifestEntry) -> bool:
        """Whether a post is of this vault."""
        return entry.vault == self.key.vault


# Which notes an export is about: those that were asked for and may leave, and those before them.
#
# Notes exported earlier are drafted along with those that were asked for, so that links between
# all of them are right.


NOTE_GONE = "its note is not in the vault any more"
SLUG_CHANGED = "its note has another slug"
CONSENT_WITHDRAWN = "its note may not leave the vault any more"


def draft_requested(batch: Batch, paths: Sequence[str]) -> None:
    """Draft what was asked for; one note that is refused hides none of the others."""
    unmarked: list[Refused] = []
    for path in dict.fromkeys(paths):
        with refuse_on_error(path, batch.plan.refused):
            try:
                batch.drafter.consent(path, named=batch.options.named)
            except UnmarkedNote as error:
                unmarked.append(error)
            except Refused:
                batch.withdrawn.add(path)
                raise
    if unmarked and len(unmarked) == len(set(paths)):
        batch.plan.refused |= dict(zip(paths, unmarked, strict=False))
    elif unmarked:
        batch.plan.warnings.append(
            f"{len(unmarked)} of {len(set(paths))} notes are left out:"
            " they are not marked publish: true"
        )
    for path in sorted(batch.drafter.consented):
        with refuse_on_error(path, batch.plan.refused):
            batch.asked[path] = batch.draft(path)
    batch.drafter.consented -= batch.plan.refused.keys()
    batch.asked = {path: batch.asked[path] for path in paths if path in batch.asked}


def draft_existing(batch: Batch) -> None:
    """Draft the notes of posts that are in the site already, where they still may leave."""
    for entry in batch.manifest.posts.values():
        path = entry.note
        if path in batch.asked or path not in batch.there:
            continue
        if path in batch.plan.refused:
            continue
        left: dict[str, Refused] = {}
        with refuse_on_error(path, left):
            try:
                batch.drafter.consent(path, named=True)
            except Refused:
                batch.withdrawn.add(path)
                raise
            batch.earlier[path] = batch.draft(path)
        batch.drafter.consented -= left.keys()


def find_orphaned_slugs(batch: Batch) -> dict[str, str]:
    """Return the slugs of posts that no note stands behind any more, and why."""
    gone = {}
    slugs = {draft.post.slug for draft in batch.asked.values()}
    for slug, entry in batch.manifest.posts.items():
        if not batch.owns(entry) or slug in slugs:
            continue
        if entry.note not in batch.there:
            gone[slug] = NOTE_GONE
        elif entry.note in batch.withdrawn:
            gone[slug] = CONSENT_WITHDRAWN
        elif entry.moved or entry.note in batch.asked:
            gone[slug] = SLUG_CHANGED
    return gone
