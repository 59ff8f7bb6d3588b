"""Drafts and composes the posts of one export.

Previously exported notes are drafted again with the requested ones, so that links between them are
correct.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from notekeep.errors import NotekeepError, Refused
from notekeep.export.addresses import AnchorIds, SiteAddresses, name_assets
from notekeep.export.draft import Draft, Drafter
from notekeep.export.embeds import extract_teaser
from notekeep.export.html_pages import HTML_DIALECT, to_html
from notekeep.export.manifest import Manifest, ManifestEntry, VaultKey
from notekeep.export.metadata import check_unstripped, strip_metadata
from notekeep.export.post import Post
from notekeep.export.privacy.consent import UnmarkedNote
from notekeep.export.references import Ref
from notekeep.export.rewrite.block_syntax import is_diagram
from notekeep.export.rewrite.body import write_body
from notekeep.export.source import Options, VaultSource
from notekeep.export.source_map import SourceChange, group_warnings
from notekeep.export.targets.target import Target

NOTE_MISSING = "its note is no longer in the vault"
SLUG_CHANGED = "its note has a different slug"
CONSENT_WITHDRAWN = "its note may no longer be exported"


@contextmanager
def refuse_on_error(path: str, refused: dict[str, Refused]) -> Iterator[None]:
    """Convert an error about one note to a refusal, so that the others are exported."""
    try:
        yield
    except Refused as error:
        refused[path] = error
    except NotekeepError as error:
        named = error.message if path in error.message else f"{path}: {error.message}"
        refused[path] = Refused(named, error.hint)
    except Exception as error:  # noqa: BLE001 - one note must not stop an export of thousands
        refused[path] = Refused(
            f"{path}: Internal error: {type(error).__name__}: {error}.",
            "The other notes are not affected. Please report this with the text of the note.",
        )
        refused[path].__cause__ = error


class Batch:
    """The state of an export while it is planned."""

    def __init__(
        self,
        source: VaultSource,
        target: Target,
        manifest: Manifest,
        options: Options,
        key: VaultKey,
        refused: dict[str, Refused],
    ) -> None:
        self.source = source
        self.target = target
        self.manifest = manifest
        self.options = options  # with `linebreaks` set
        self.key = key
        self.refused = refused
        self.warnings: list[str] = []
        self.drafter = Drafter(source, options)
        self.requested: dict[str, Draft] = {}  # by path
        self.existing: dict[str, Draft] = {}  # other notes with a post
        # By path, for all notes with a post. Without a draft, only slug and state are correct.
        self.published: dict[str, Post] = {}
        self.withdrawn: set[str] = set()  # notes that may not be exported
        self._anchors: dict[str, AnchorIds] = {}

    @property
    def drafts(self) -> dict[str, Draft]:
        """All drafts, by path."""
        return self.existing | self.requested

    def draft_requested(self, paths: Sequence[str]) -> None:
        """Draft the requested notes; a refused note does not stop the others."""
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
                f"{len(unmarked)} of {count} notes were skipped: they are not marked publish: true."
            )

    def draft_existing(self) -> None:
        """Draft the notes of existing posts that may still be exported."""
        for entry in self.manifest.posts.values():
            path = entry.note
            if not path or path in self.requested or path in self.refused:
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
        draft.passage.forget()  # the parsed text of all notes would not fit in memory
        return draft

    def anchors(self, path: str) -> AnchorIds | None:
        """Return the ids in a draft; None for a note without a draft."""
        draft = self.requested.get(path) or self.existing.get(path)
        if draft is None:
            return None
        if path not in self._anchors:
            title = None if self.target.dialect.keep_title else draft.post.title
            self._anchors[path] = AnchorIds.of(draft.passage, title)
        return self._anchors[path]

    def is_own(self, entry: ManifestEntry) -> bool:
        """Whether a post was exported from this vault."""
        return entry.vault == self.key.vault

    def orphaned_slugs(self) -> dict[str, str]:
        """Return the slugs of posts without an exported note, with reasons."""
        found = {}
        slugs = {draft.post.slug for draft in self.requested.values()}
        for slug, entry in self.manifest.posts.items():
            if not self.is_own(entry) or slug in slugs:
                continue
            if not entry.note:
                found[slug] = NOTE_MISSING
            elif entry.note in self.withdrawn:
                found[slug] = CONSENT_WITHDRAWN
            elif entry.moved or entry.note in self.requested:
                found[slug] = SLUG_CHANGED
        return found


class ComposedPost(NamedTuple):
    """A post ready to be compared with the site."""

    draft: Draft
    entry: ManifestEntry
    head: str  # the front matter
    data: bytes
    assets: dict[str, bytes]  # by name
    changes: list[SourceChange]
    warnings: list[str]


def compose_posts(batch: Batch) -> list[ComposedPost]:
    """Compose the requested posts, and the existing ones whose notes are unchanged."""
    while True:
        # The links of unchanged notes may change.
        drafts = {
            path: draft
            for path, draft in batch.existing.items()
            if (known := batch.manifest.of_note(path)) and known[1].text == draft.digest
        } | batch.requested
        posts: list[ComposedPost] = []
        refused: dict[str, Refused] = {}
        addresses: dict[str, SiteAddresses] = {}
        for path, draft in (batch.existing | drafts).items():
            with refuse_on_error(path, refused):
                cover, problem = _find_cover(batch, draft)
                files = [ref.path for ref in draft.used_references() if ref.kind == "asset"]
                names = name_assets([*files, cover] if cover else files)
                addresses[path] = SiteAddresses(
                    batch.target, draft, batch.published, batch.anchors, names, cover, problem
                )
        linked = _linked_ids(batch, addresses, refused)
        for path, draft in drafts.items():
            with refuse_on_error(path, refused):
                if path in addresses:
                    posts.append(_compose(batch, draft, addresses[path], linked.get(path, set())))
        if not refused:
            return posts
        for path, why in refused.items():
            _withdraw(batch, path, why)


def _withdraw(batch: Batch, path: str, error: Refused) -> None:
    """Leave an existing post and its slug unchanged, or drop a new post."""
    if path not in batch.drafts:
        return
    if path in batch.requested:
        batch.refused[path] = error
    draft = batch.requested.pop(path, None) or batch.existing.pop(path)
    known = batch.manifest.of_note(path)
    if known is None:
        del batch.published[path]
        return
    # The page exists, but its ids are unknown.
    draft.post.slug = known[0]
    batch.published[path] = draft.post


def _linked_ids(
    batch: Batch, addresses: dict[str, SiteAddresses], refused: dict[str, Refused]
) -> dict[str, set[str]]:
    """Return the linked ids of each note, including those of earlier exports."""
    ids = {entry.note: set(entry.ids) for entry in batch.manifest.posts.values() if entry.note}
    for path, known in addresses.items():
        with refuse_on_error(path, refused):
            for ref in known.draft.used_references():
                if ref.kind == "note":
                    _add_linked_id(batch, known, ref, ids)
    return ids


def _add_linked_id(
    batch: Batch, addresses: SiteAddresses, ref: Ref, ids: dict[str, set[str]]
) -> None:
    local = addresses.local(ref)
    path = addresses.draft.note.path if local else ref.path
    anchors = batch.anchors(path) if ref.place else None
    if anchors is None:
        return
    if found := local or anchors.find(ref):
        name = found if batch.target.dialect.html else anchors.nearest_heading(found)
        ids.setdefault(path, set()).add(name)


def _find_cover(batch: Batch, draft: Draft) -> tuple[str, str]:
    """Return the file of the cover ("" for none or a web address) and a warning."""
    name = draft.post.cover.removeprefix("[[").removesuffix("]]").split("|")[0]
    if not name or "://" in name:
        return "", ""
    path, attachments = draft.note.path, batch.drafter.attachments
    try:
        found = attachments.find(name, path)
        if found is not None:
            attachments.read(found)
            return found, ""
    except NotekeepError as error:
        return "", f"{path}: The cover was not exported: {error.message}"
    return "", f"{path}: The cover {name!r} does not exist."


def _compose(
    batch: Batch, draft: Draft, addresses: SiteAddresses, linked: AbstractSet[str]
) -> ComposedPost:
    post, path, target = draft.post, draft.note.path, batch.target
    tree = draft.passage.tree
    post.has_math = bool(tree.find("math", "math_double", "math_block"))
    body = write_body(draft, target.dialect, addresses, linked, batch.options)
    if target.teaser_in_head and (part := extract_teaser(draft.passage)) is not None:
        own = replace(draft, passage=part)
        post.teaser = to_html(write_body(own, HTML_DIALECT, addresses, set(), batch.options).text)
    cover = post.cover if "://" in post.cover else ""
    if addresses.cover:
        cover = target.cover_url(post, addresses.names[addresses.cover])
        addresses.shown.add(addresses.cover)
    assets, notices = _read_assets(batch, addresses)
    head = target.head(post, cover)
    text = target.compose(draft, head, body.text)
    text, assets = target.packed(post, text, assets)
    entry = ManifestEntry(
        batch.key.note(path),
        batch.key.vault,
        post.date.isoformat() if post.date else "",
        post.draft,
        draft.digest,
        sorted(body.ids),
        links=sorted(addresses.linked),
        former=[*post.former],
        published=not post.draft and draft.note.fields.get("draft") is None,
        note=path,
    )
    warnings = [
        *draft.warnings,
        *group_warnings([*body.remarks, *addresses.remarks]),
        addresses.cover_problem,
        target.notice(post),
        target.tag_notice(post),
        *(f"{path}: {notice}" for notice in notices),
        target.diagram_notice if any(map(is_diagram, tree.find("fence"))) else "",
    ]
    if post.former and not target.former_addresses(post):
        warnings.append(
            f"{path}: The slug was {', '.join(post.former)} before. This site cannot redirect the"
            " old address. Add a redirect at your host."
        )
    draft.passage.forget()
    changes = sorted({*draft.changes, *body.changes})
    warnings = [*filter(None, warnings)]
    return ComposedPost(draft, entry, head, text.encode(), assets, changes, warnings)


def _read_assets(batch: Batch, addresses: SiteAddresses) -> tuple[dict[str, bytes], list[str]]:
    assets: dict[str, bytes] = {}
    unstripped: dict[str, bytes] = {}
    for path in sorted(addresses.shown):
        data = batch.drafter.attachments.read(path)
        if path not in batch.options.keep_metadata:
            clean = strip_metadata(path, data)
            if clean is None:
                unstripped[path] = data
            else:
                data = clean
        assets[addresses.names[path]] = data
    return assets, check_unstripped(unstripped)
