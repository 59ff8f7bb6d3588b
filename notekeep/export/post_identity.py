"""Sets the permanent properties of posts: slug, date, and whether a post is published.

The manifest stores them. They never depend on which other notes are exported, so of two notes with
the same slug, neither is preferred: both are refused.
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
from notekeep.markdown.fields.frontmatter_block import find_key_line
from notekeep.settings import VAULT_SETTINGS
from notekeep.storage.file_names import name_key
from notekeep.storage.open_folder import content_at

_ELSEWHERE = "a post from another vault"


class SlugClash(Refused):
    """A slug is not unique. `is_taken` means that an existing post already has it."""

    def __init__(self, path: str, others: Iterable[str], slug: str, *, is_taken: bool) -> None:
        owners = ", ".join(sorted(others))
        self.slug = slug
        self.is_taken = is_taken
        self._is_elsewhere = owners.startswith(_ELSEWHERE)
        message = f"{path}: The slug {slug!r} is also used by {owners}."
        super().__init__(message, self.advise(", or use --fix-slugs"))

    def advise(self, how: str) -> str:
        """Return the hint; `how` is appended to the command that changes the slug."""
        advice = f"Give one of them another slug: set slug={self.slug}-2{how}."
        if self._is_elsewhere:
            advice += (
                f" If that vault is a copy of this one, sync {VAULT_SETTINGS} between them first."
            )
        return advice


def resolve_posts(batch: Batch) -> None:
    """Set the slug, date and state of every post. Existing posts keep theirs."""
    _choose_slugs(batch)
    used = {draft.post.slug for draft in batch.requested.values()}
    for path, draft in batch.requested.items():
        known = batch.manifest.of_note(path)
        is_chosen = batch.options.draft is not None or draft.note.fields.get("draft") is not None
        if known is not None and known[1].published and not is_chosen:
            draft.post.draft = False  # published with --publish
        _resolve_date(batch, draft)
        draft.post.former = _former_slugs(batch, draft, used)
    for path, draft in batch.existing.items():
        known = batch.manifest.of_note(path)
        if known is not None:
            draft.post.slug, entry = known
            draft.post.date = entry.moment() or batch.options.moment()
            draft.post.draft = entry.draft
            draft.post.former = [slug for slug in entry.former if slug not in used]
    if batch.options.series_links:
        add_series_links(batch.drafts.values(), batch.target)
    for path, draft in batch.drafts.items():
        batch.published[path] = draft.post


def _choose_slugs(batch: Batch) -> None:
    refused: dict[str, Refused] = {}
    claims: dict[str, list[str]] = {}
    for path, draft in batch.requested.items():
        with refuse_on_error(path, refused):
            slug = draft.post.slug = _slug_for(batch, draft)
            if owner := _owner(batch, path, slug):
                raise SlugClash(path, [owner], slug, is_taken=True)
            claims.setdefault(name_key(slug), []).append(path)
    for paths in claims.values():
        for path in paths if len(paths) > 1 else ():
            others = [other for other in paths if other != path]
            slug = batch.requested[path].post.slug
            refused[path] = SlugClash(path, others, slug, is_taken=False)
    for path in refused:
        del batch.requested[path]
    batch.refused |= refused


def _slug_for(batch: Batch, draft: Draft) -> str:
    path = draft.note.path
    try:
        slug = read_slug(draft.note.fields.get("slug"), path)
    except Refused as error:
        error.line = find_key_line(batch.source.read(path), "slug")
        raise
    known = batch.manifest.of_note(path)
    return slug or (known[0] if known else make_slug(draft.post.title, path))


def _owner(batch: Batch, path: str, slug: str) -> str:
    """Describe the other post that uses this slug, or return "" if there is none."""
    taken_slug = batch.manifest.names.get(name_key(slug))
    if taken_slug is None:
        for other, entry in batch.manifest.posts.items():
            # That post still redirects from the slug, so two pages would have the same address.
            if slug in entry.former and not batch.is_own(entry):
                return f"{_ELSEWHERE}, which used it before"
            if slug in entry.links and entry.note not in batch.requested:
                return f"{entry.name(other)}, which still links to it: export that post too"
        return ""
    owner = batch.manifest.posts[taken_slug]
    if owner.note == path:
        return ""
    if not batch.is_own(owner):
        return _ELSEWHERE
    if taken_slug == slug and not owner.note and batch.manifest.of_note(path) is None:
        return ""  # most likely the same note, renamed
    return owner.note or owner.name(taken_slug)


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
            f"{post.path}: The date is in the future. Many sites hide such posts until then."
        )


def _former_slugs(batch: Batch, draft: Draft, used: set[str]) -> list[str]:
    """Return the earlier slugs under which a post was public."""
    known = batch.manifest.of_note(draft.note.path)
    if known is None:
        return []
    slug, entry = known
    former = [*entry.former]
    if slug != draft.post.slug and not entry.draft and not _is_edited(batch, entry):
        former.append(slug)
    # An address that another post uses cannot redirect.
    return [slug for slug in dict.fromkeys(former) if slug not in used]


def _is_edited(batch: Batch, entry: ManifestEntry) -> bool:
    """Whether a file of the post was edited on the site. Such a post keeps its old address."""
    found = [(content_at(batch.target.folder, path), known) for path, known in entry.files.items()]
    return any(data is not None and fingerprint(data) != known for data, known in found)


def suggest_slugs(plan: ExportPlan, manifest: Manifest) -> dict[str, str]:
    """Return unused slugs for notes with duplicate slugs; the first of the notes keeps its own."""
    used = {name_key(post.slug) for post in plan.published.values()}
    for slug, entry in manifest.posts.items():
        used |= {name_key(name) for name in (slug, *entry.former)}
    slugs: dict[str, str] = {}
    for path, error in sorted(plan.refused.items()):
        if not isinstance(error, SlugClash):
            continue
        if not error.is_taken and name_key(error.slug) not in used:
            used.add(name_key(error.slug))
            continue
        number, stem = 2, error.slug[:100]
        while name_key(f"{stem}-{number}") in used:
            number += 1
        slugs[path] = f"{stem}-{number}"
        used.add(name_key(slugs[path]))
    return slugs
