"""One run of an export: the notes that may leave, and the drafts they become.

Notes exported earlier are drafted along with those that were asked for, so that links between all
of them are right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from notekeep.errors import NotekeepError, Refused
from notekeep.export.addresses import PublishedNote
from notekeep.export.consent import UnmarkedNote
from notekeep.export.draft import Draft, Drafter
from notekeep.export.manifest import Manifest, ManifestEntry, VaultKey
from notekeep.export.rewrite.site_links import AnchorIds
from notekeep.export.source import Options, VaultSource
from notekeep.export.targets.target import Target

NOTE_GONE = "its note is no longer in the vault"
SLUG_CHANGED = "its note has another slug"
CONSENT_WITHDRAWN = "its note may no longer be exported"


@contextmanager
def refuse_on_error(path: str, refused: dict[str, Refused]) -> Iterator[None]:
    """Refuse one note for what goes wrong with it, so that the others are exported."""
    try:
        yield
    except Refused as error:
        refused[path] = error
    except NotekeepError as error:
        named = error.message if path in error.message else f"{path}: {error.message}"
        refused[path] = Refused(named, error.hint)
    except Exception as error:  # noqa: BLE001 - one note must not stop an export of thousands
        refused[path] = Refused(
            f"{path}: internal error: {type(error).__name__}: {error}",
            "the other notes are not affected; please report this with the text of the note",
        )
        refused[path].__cause__ = error


@dataclass(slots=True)
class Batch:
    """An export on its way to a plan."""

    source: VaultSource
    target: Target
    manifest: Manifest
    options: Options  # what the person chose; `linebreaks` is settled
    key: VaultKey
    drafter: Drafter
    refused: dict[str, Refused]
    warnings: list[str] = field(default_factory=list)
    # the drafts of the notes that were asked for, by path
    requested: dict[str, Draft] = field(default_factory=dict)
    # the drafts of notes that have a post already and were not asked for
    existing: dict[str, Draft] = field(default_factory=dict)
    # the ids that the places of each draft can have, by path
    anchors: dict[str, AnchorIds] = field(default_factory=dict)
    # every note that has or gets a post
    published: dict[str, PublishedNote] = field(default_factory=dict)
    # notes that may not leave any more, or never might
    withdrawn: set[str] = field(default_factory=set)
    # those of the manifest's notes that are in the vault
    present: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        noted = {entry.note for entry in self.manifest.posts.values()} - {""}
        self.present = frozenset(self.source.notes.known(noted))

    @property
    def drafts(self) -> dict[str, Draft]:
        """All drafts, by path."""
        return self.existing | self.requested

    def draft_requested(self, paths: Sequence[str]) -> None:
        """Draft what was asked for; one note that is refused hides none of the others."""
        unmarked: dict[str, Refused] = {}
        for path in dict.fromkeys(paths):
            with refuse_on_error(path, self.refused):
                try:
                    self._check_consent(path, named=self.options.named)
                except UnmarkedNote as error:
                    unmarked[path] = error
                else:
                    self.requested[path] = self._draft(path)
        count = len(set(paths))
        if unmarked and len(unmarked) == count:
            self.refused |= unmarked
        elif unmarked:
            self.warnings.append(
                f"{len(unmarked)} of {count} notes were skipped: they are not marked publish: true"
            )

    def draft_existing(self) -> None:
        """Draft the notes of posts that are in the site already, where they still may leave."""
        for entry in self.manifest.posts.values():
            path = entry.note
            if path in self.requested or path in self.refused or path not in self.present:
                continue
            with refuse_on_error(path, {}):
                self._check_consent(path, named=True)
                self.existing[path] = self._draft(path)

    def _check_consent(self, path: str, *, named: bool) -> None:
        try:
            self.drafter.check_consent(path, named=named)
        except UnmarkedNote:
            raise
        except Refused:
            self.withdrawn.add(path)
            raise

    def _draft(self, path: str) -> Draft:
        draft = self.drafter.draft(path)
        title = None if self.target.dialect.keep_title else draft.post.title
        # A series adds its line at the end only, so these stay right.
        self.anchors[path] = AnchorIds(draft.passage, title)
        draft.passage.forget()  # the trees of thousands of notes do not fit into memory
        return draft

    def is_own(self, entry: ManifestEntry) -> bool:
        """Whether a post is of this vault."""
        return entry.vault == self.key.vault

    def orphaned_slugs(self) -> dict[str, str]:
        """Return the slugs of posts that no note stands behind any more, and why."""
        gone = {}
        slugs = {draft.post.slug for draft in self.requested.values()}
        for slug, entry in self.manifest.posts.items():
            if not self.is_own(entry) or slug in slugs:
                continue
            if entry.note not in self.present:
                gone[slug] = NOTE_GONE
            elif entry.note in self.withdrawn:
                gone[slug] = CONSENT_WITHDRAWN
            elif entry.moved or entry.note in self.requested:
                gone[slug] = SLUG_CHANGED
        return gone
