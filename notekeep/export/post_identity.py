"""What a post keeps once it has it: its slug, its date, that it is published; also through renames.

A slug is frozen in the manifest. Nothing here depends on which other notes are exported: two that
want the same slug are both refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.export.addresses import PublishedNote, add_series_links
from notekeep.export.batch import refuse_on_error
from notekeep.export.manifest import Manifest, fingerprint
from notekeep.export.slugs import make_slug, read_slug
from notekeep.markdown.frontmatter_block import find_key_line
from notekeep.settings import VAULT_SETTINGS
from notekeep.storage.file_names import name_key
from notekeep.storage.open_folder import content_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from notekeep.export.batch import Batch
    from notekeep.export.draft import Draft
    from notekeep.export.manifest import ManifestEntry, VaultKey
    from notekeep.export.plan import ExportPlan
    from notekeep.export.source import NoteFinder
    from notekeep.storage.operation_log import StepRecord

_ELSEWHERE = "a post of another vault"


class SlugClash(Refused):
    """A note that cannot have its slug, since another post has it or wants it.

    Attributes:
        is_taken: Whether a post in the site has it, so that none of these notes can.
    """

    def __init__(self, path: str, paths: Sequence[str], slug: str, *, is_taken: bool) -> None:
        others = ", ".join(sorted(other for other in paths if other != path)) or "another post"
        hint = f"give one of them another: write slug: {slug}-2 in it, or let --fix-slugs do it"
        if any(other.startswith(_ELSEWHERE) for other in paths):
            hint += (
                f"; if it is this vault on another device, bring its {VAULT_SETTINGS} here first"
            )
        super().__init__(f"{path}: its slug {slug!r} is also that of {others}", hint)
        self.slug = slug
        self.is_taken = is_taken


def resolve_posts(batch: Batch) -> None:
    """Give every post its slug, date and state: those it had, else new ones."""
    _choose_slugs(batch)
    taken = {draft.post.slug for draft in batch.requested.values()}
    for draft in batch.requested.values():
        _resolve_state(batch, draft)
        _resolve_date(batch, draft)
        draft.post.former = _former_slugs(batch, draft, taken)
    for path, draft in batch.existing.items():
        known = batch.known(path)
        if known is not None:
            draft.post.slug, entry = known
            draft.post.date = entry.moment() or batch.options.moment()
            draft.post.draft = entry.draft
            draft.post.former = [one for one in entry.former if one not in taken]
    if batch.options.series_links:
        add_series_links(batch.drafts.values(), batch.target)
    for path, draft in batch.drafts.items():
        batch.published[path] = PublishedNote(draft.post, batch.anchors[path])


def _choose_slugs(batch: Batch) -> None:
    """Give every post that was asked for its slug; those that clash are all refused.

    One that is refused keeps the slug it had, which then is free for nobody else.
    """
    refused: dict[str, Refused] = {}
    for path, draft in batch.requested.items():
        with refuse_on_error(path, refused):
            draft.post.slug = _wanted_slug(batch, draft)
    while True:
        batch.refused |= refused
        for path in refused:
            del batch.requested[path]
        refused = _clashing(batch)
        if not refused:
            return


def _wanted_slug(batch: Batch, draft: Draft) -> str:
    """Return the slug a note gives, the one it had, or one made of its title."""
    path = draft.note.path
    try:
        slug = read_slug(draft.note.fields.get("slug"), path)
    except Refused as error:
        error.line = find_key_line(batch.source.read(path), "slug")
        raise
    known = batch.known(path)
    return slug or (known[0] if known else make_slug(draft.post.title, path))


def _clashing(batch: Batch) -> dict[str, Refused]:
    wanted: dict[str, list[str]] = {}
    refused: dict[str, Refused] = {}
    for path, draft in batch.requested.items():
        slug = draft.post.slug
        if why := _why_taken(batch, path, slug):
            refused[path] = why
        else:
            wanted.setdefault(name_key(slug), []).append(path)
    for paths in wanted.values():
        for path in paths if len(paths) > 1 else ():
            slug = batch.requested[path].post.slug
            refused[path] = SlugClash(path, paths, slug, is_taken=False)
    return refused


def _why_taken(batch: Batch, path: str, slug: str) -> Refused | None:
    """Return why a note cannot have a slug: another one's post has it, and does not go now."""
    twin = batch.manifest.find_same_name(slug)
    if twin is None:
        # A post of another vault that leads on from a slug is not written now, so the site would
        # have two pages at one address.
        if any(
            not batch.is_own(one) and slug in one.former for one in batch.manifest.posts.values()
        ):
            others = [path, f"{_ELSEWHERE}, which had it before"]
            return SlugClash(path, others, slug, is_taken=True)
        return None
    owner = batch.manifest.posts[twin]
    if owner.note == path:
        return None
    if not batch.is_own(owner):
        return SlugClash(path, [path, _ELSEWHERE], slug, is_taken=True)
    if twin != slug or not _leaves_slug(batch, owner, slug):
        return SlugClash(path, [path, owner.note or owner.name(twin)], slug, is_taken=True)
    if owner.note not in batch.present and batch.known(path) is None:
        return None  # most likely it is that note, under another name
    its_slug = f"{path}: its slug {slug!r} is that of {owner.name(twin)}"
    if not _is_as_written(batch, owner):
        return Refused(
            f"{its_slug}, which was changed by hand and so stays where it is",
            f"look at that post in the site, or give this note another slug: write slug: {slug}-2",
        )
    if linking := _still_linking(batch, slug, owner):
        return Refused(f"{its_slug}, to which {linking} links", "export that too")
    return None


def _still_linking(batch: Batch, slug: str, owner: ManifestEntry) -> str:
    """Return the note of another post that stays as it is and links to one, or ""."""
    for other, entry in batch.manifest.posts.items():
        if slug not in entry.links or entry is owner or entry.note in batch.requested:
            continue
        draft = batch.existing.get(entry.note)
        says_the_same = draft is not None and draft.digest == entry.text
        if not says_the_same or not _is_as_written(batch, entry):
            return entry.name(other)
    return ""


def _leaves_slug(batch: Batch, owner: ManifestEntry, slug: str) -> bool:
    """Whether a post leaves its slug with this export."""
    if owner.note not in batch.present:
        return True
    moving = batch.requested.get(owner.note)
    if moving is not None:
        return name_key(moving.post.slug) != name_key(slug)
    return batch.options.prune and owner.note in batch.withdrawn


def _resolve_state(batch: Batch, draft: Draft) -> None:
    """Leave a post published that the person published, unless its note or they say otherwise."""
    known = batch.known(draft.note.path)
    is_chosen = batch.options.draft is not None or draft.note.fields.get("draft") is not None
    if known is not None and known[1].published and not is_chosen:
        draft.post.draft = False


def _resolve_date(batch: Batch, draft: Draft) -> None:
    post = draft.post
    before = batch.manifest.posts.get(post.slug)
    if before is not None and before.note in batch.present:
        before = None  # the post of another note that leaves its slug to this one
    known = batch.known(post.path)
    frozen = known[1] if known else before
    if post.date is None and frozen is not None:
        post.date = frozen.moment()
    if post.date is None and batch.target.dated:
        post.date = batch.options.moment()
    if batch.target.dated and post.date and post.date > batch.options.moment():
        batch.warnings.append(
            f"{post.path}: its date lies ahead, and many sites leave such posts out until then"
        )


def _former_slugs(batch: Batch, draft: Draft, taken: set[str]) -> list[str]:
    """Return the slugs a post had; a draft's that nobody could visit is none of them."""
    known = batch.known(draft.note.path)
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
    return all(found is None or fingerprint(found[0]) == known for found, known in there)


def suggest_slugs(plan: ExportPlan, manifest: Manifest) -> dict[str, str]:
    """Return free slugs for notes that are refused for theirs.

    Of several that want one slug the first keeps it, where no post in the site has it.
    """
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


def find_renamed_notes(
    manifest: Manifest,
    key: VaultKey,
    notes: NoteFinder,
    log: Callable[[], Iterable[StepRecord]] = tuple,
) -> Manifest:
    """Return a manifest whose entries of one vault know where their notes are by now.

    An address does not move when a note does: the post keeps its slug, under the note's new name.
    The log of what was done in the vault, oldest first, is read only when a note is gone.
    """
    own = {slug: entry for slug, entry in manifest.posts.items() if entry.vault == key.vault}
    if not own:
        return manifest
    wanted = {entry.digest for entry in own.values()}
    found = {digest: path for path in notes.paths() if (digest := key.note(path)) in wanted}
    if gone := wanted - found.keys():
        moved = _follow_moves(gone, key, log())
        there = notes.known(moved.values()) - {*found.values()}
        found |= {digest: path for digest, path in moved.items() if path in there}
    posts = dict(manifest.posts)
    for slug, entry in own.items():
        path = found.get(entry.digest, "")
        digest = key.note(path) if path else entry.digest
        posts[slug] = replace(entry, digest=digest, note=path)
    return Manifest(posts)


def _follow_moves(gone: set[str], key: VaultKey, records: Iterable[StepRecord]) -> dict[str, str]:
    """Return where notes are that were moved, by the digest of their first path."""
    digests: dict[str, str] = {}  # by the path of the moment
    for record in records:
        for change in () if record.root else record.changes:
            if change.kind != "move":
                continue
            made = key.note(change.path)
            if digest := digests.pop(change.path, made if made in gone else ""):
                digests[change.to] = digest
    return {digest: path for path, digest in digests.items()}
