"""What a post keeps once it has it: its slug, its date, that it is published.

A slug is frozen in the manifest. Nothing here depends on which other notes are exported: two that
want the same slug are both refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from notekeep.errors import Refused
from notekeep.export.addresses import add_series_links
from notekeep.export.batch import Batch, refuse_on_error
from notekeep.export.draft import Draft
from notekeep.export.manifest import Manifest, ManifestEntry, fingerprint
from notekeep.export.plan import ExportPlan
from notekeep.export.post import make_slug, read_slug
from notekeep.markdown.frontmatter_block import find_key_line
from notekeep.settings import VAULT_SETTINGS
from notekeep.storage.file_names import name_key
from notekeep.storage.open_folder import content_at

_ELSEWHERE = "a post from another vault"


class SlugClash(Refused):
    """A note that cannot have its slug; where it `is_taken` by a post of the site, no note can."""

    def __init__(self, path: str, others: Iterable[str], slug: str, *, is_taken: bool) -> None:
        named = ", ".join(sorted(others))
        self.slug = slug
        self.is_taken = is_taken
        self._is_elsewhere = named.startswith(_ELSEWHERE)
        message = f"{path}: its slug {slug!r} is also used by {named}"
        super().__init__(message, self.advise(", or use --fix-slugs"))

    def advise(self, how: str) -> str:
        """Return what a person can do, `how` being said of the change of a slug."""
        advice = f"give one of them another slug: set slug={self.slug}-2{how}"
        if self._is_elsewhere:
            advice += f"; if it is this vault on another device, sync its {VAULT_SETTINGS} first"
        return advice


def resolve_posts(batch: Batch) -> None:
    """Give every post its slug, date and state: those it had, else new ones."""
    _choose_slugs(batch)
    taken = {draft.post.slug for draft in batch.requested.values()}
    for path, draft in batch.requested.items():
        known = batch.manifest.of_note(path)
        is_chosen = batch.options.draft is not None or draft.note.fields.get("draft") is not None
        if known is not None and known[1].published and not is_chosen:
            draft.post.draft = False  # published by the person, of which the note says nothing
        _resolve_date(batch, draft)
        draft.post.former = _former_slugs(batch, draft, taken)
    for path, draft in batch.existing.items():
        known = batch.manifest.of_note(path)
        if known is not None:
            draft.post.slug, entry = known
            draft.post.date = entry.moment() or batch.options.moment()
            draft.post.draft = entry.draft
            draft.post.former = [one for one in entry.former if one not in taken]
    if batch.options.series_links:
        add_series_links(batch.drafts.values(), batch.target)
    for path, draft in batch.drafts.items():
        batch.published[path] = draft.post


def _choose_slugs(batch: Batch) -> None:
    """Give every post that was asked for its slug; those that clash are all refused."""
    refused: dict[str, Refused] = {}
    wanted: dict[str, list[str]] = {}
    for path, draft in batch.requested.items():
        with refuse_on_error(path, refused):
            slug = draft.post.slug = _wanted_slug(batch, draft)
            if owner := _owner(batch, path, slug):
                raise SlugClash(path, [owner], slug, is_taken=True)
            wanted.setdefault(name_key(slug), []).append(path)
    for paths in wanted.values():
        for path in paths if len(paths) > 1 else ():
            others = [other for other in paths if other != path]
            slug = batch.requested[path].post.slug
            refused[path] = SlugClash(path, others, slug, is_taken=False)
    for path in refused:
        del batch.requested[path]
    batch.refused |= refused


def _wanted_slug(batch: Batch, draft: Draft) -> str:
    path = draft.note.path
    try:
        slug = read_slug(draft.note.fields.get("slug"), path)
    except Refused as error:
        error.line = find_key_line(batch.source.read(path), "slug")
        raise
    known = batch.manifest.of_note(path)
    return slug or (known[0] if known else make_slug(draft.post.title, path))


def _owner(batch: Batch, path: str, slug: str) -> str:
    """Return which other post has a slug, so that a note cannot have it; "" for none."""
    twin = batch.manifest.names.get(name_key(slug))
    if twin is None:
        for other, entry in batch.manifest.posts.items():
            # A post of another vault that leads on from a slug is not written now, so the site
            # would have two pages at one address.
            if slug in entry.former and not batch.is_own(entry):
                return f"{_ELSEWHERE}, which used it before"
            if slug in entry.links and entry.note not in batch.requested:
                return f"{entry.name(other)}, which still links to it: export that post too"
        return ""
    owner = batch.manifest.posts[twin]
    if owner.note == path:
        return ""
    if not batch.is_own(owner):
        return _ELSEWHERE
    if twin == slug and not owner.note and batch.manifest.of_note(path) is None:
        return ""  # most likely it is that note, under another name
    return owner.note or owner.name(twin)


def _resolve_date(batch: Batch, draft: Draft) -> None:
    post = draft.post
    known = batch.manifest.of_note(post.path)
    frozen = known[1] if known else batch.manifest.posts.get(post.slug)
    if post.date is None and frozen is not None:
        post.date = frozen.moment()
    if post.date is None and batch.target.dated:
        post.date = batch.options.moment()
    if batch.target.dated and post.date and post.date > batch.options.moment():
        batch.warnings.append(
            f"{post.path}: its date is in the future; many sites hide such posts until then"
        )


def _former_slugs(batch: Batch, draft: Draft, taken: set[str]) -> list[str]:
    """Return the slugs a post had; a draft's that nobody could visit is none of them."""
    known = batch.manifest.of_note(draft.note.path)
    if known is None:
        return []
    slug, entry = known
    former = [*entry.former]
    if slug != draft.post.slug and not entry.draft and _is_as_written(batch, entry):
        former.append(slug)
    # An address that leads to a post of its own leads nobody on.
    return [one for one in dict.fromkeys(former) if one not in taken]


def _is_as_written(batch: Batch, entry: ManifestEntry) -> bool:
    """Whether nobody changed the files of a post, so that it goes when another takes its place."""
    there = [(content_at(batch.target.folder, path), known) for path, known in entry.files.items()]
    return all(found is None or fingerprint(found) == known for found, known in there)


def suggest_slugs(plan: ExportPlan, manifest: Manifest) -> dict[str, str]:
    """Return free slugs for notes that are refused for theirs; the first of several keeps it."""
    taken = {name_key(post.slug) for post in plan.published.values()}
    for slug, entry in manifest.posts.items():
        taken |= {name_key(one) for one in (slug, *entry.former)}
    slugs: dict[str, str] = {}
    for path, error in sorted(plan.refused.items()):
        if not isinstance(error, SlugClash):
            continue
        if not error.is_taken and name_key(error.slug) not in taken:
            taken.add(name_key(error.slug))
            continue
        number, stem = 2, error.slug[:100]
        while name_key(f"{stem}-{number}") in taken:
            number += 1
        slugs[path] = f"{stem}-{number}"
        taken.add(name_key(slugs[path]))
    return slugs
