"""Slug and date kept, also through renames."""

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


# What a post keeps once it has it: its slug, its date, and that it is published.


_ELSEWHERE = "a post of another vault"


class SlugClash(Refused):
    """A note that cannot have its slug, since another post has it or wants it.

    Attributes:
        slug: The slug.
        is_taken: Whether a post in the site has it, so that none of these notes can.
    """

    def __init__(self, message: str, hint: str, slug: str, *, is_taken: bool) -> None:
        super().__init__(message, hint)
        self.slug = slug
        self.is_taken = is_taken


def resolve_posts(batch: Batch) -> None:
    """Give every post its slug, date and state: those it had, else new ones."""
    _choose_slugs(batch)
    for draft in batch.asked.values():
        _settle_state(batch, draft)
        _settle_date(batch, draft)
        draft.post.former = _former(batch, draft)
    taken = {draft.post.slug for draft in batch.asked.values()}
    for path, draft in batch.earlier.items():
        known = batch.known(path)
        if known is not None:
            draft.post.slug, entry = known
            draft.post.date = entry.moment() or batch.options.moment()
            draft.post.draft = entry.draft
            draft.post.former = [one for one in entry.former if one not in taken]
    if batch.options.series_links:
        add_series_links((batch.earlier | batch.asked).values(), batch.target)
    for path, draft in (batch.earlier | batch.asked).items():
        batch.published[path] = PublishedNote(draft.post, batch.anchors[path])


def _choose_slugs(batch: Batch) -> None:
    """Give every post that was asked for its slug; those that clash are all refused.

    One that is refused keeps the slug it had, which then is free for nobody else.
    """
    refused: dict[str, Refused] = {}
    for path, draft in batch.asked.items():
        with refuse_on_error(path, refused):
            draft.post.slug = _wanted(batch, draft)
    while True:
        batch.plan.refused |= refused
        for path in refused:
            del batch.asked[path]
        refused = _clashing(batch)
        if not refused:
            return


def _wanted(batch: Batch, draft: Draft) -> str:
    """Return the slug a note asks for: what it says itself, what it had, or one made of its title.

    Raises:
        Refused: It is none.
    """
    path = draft.note.path
    try:
        slug = read_slug(draft.note.fields.get("slug"), path)
    except Refused as error:
        error.line = find_key_line(batch.source.read(path), "slug")
        raise
    known = batch.known(path)
    return slug or (known[0] if known else make_slug(draft.post.title, path))


def _clashing(batch: Batch) -> dict[str, Refused]:
    """Return the notes that cannot have the slugs they want, and why."""
    wanted: dict[str, list[str]] = {}
    refused: dict[str, Refused] = {}
    for path, draft in batch.asked.items():
        slug = draft.post.slug
        if why := _owned(batch, path, slug):
            refused[path] = why
        else:
            wanted.setdefault(name_key(slug), []).append(path)
    for paths in wanted.values():
        for path in paths if len(paths) > 1 else ():
            refused[path] = clash(path, paths, batch.asked[path].post.slug)
    return refused


def _owned(batch: Batch, path: str, slug: str) -> Refused | None:
    """Return why a note cannot have a slug: another one's post has it, and does not go now."""
    twin = batch.manifest.twin(slug)
    if twin is None:
        return _leads_on(batch, path, slug)
    owner = batch.manifest.posts[twin]
    if owner.note == path:
        return None
    if not batch.owns(owner):
        return clash(path, [path, _ELSEWHERE], slug, is_taken=True)
    if twin != slug or not _goes(batch, owner, slug):
        return clash(path, [path, owner.note or owner.name(twin)], slug, is_taken=True)
    if owner.note not in batch.there and batch.known(path) is None:
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


def _leads_on(batch: Batch, path: str, slug: str) -> Refused | None:
    """Return why a note cannot have a slug: a post of another vault had it and leads on from it.

    That post is not written now, so the site would have two pages at one address.
    """
    for entry in batch.manifest.posts.values():
        if not batch.owns(entry) and slug in entry.former:
            return clash(path, [path, f"{_ELSEWHERE}, which had it before"], slug, is_taken=True)
    return None


def _still_linking(batch: Batch, slug: str, owner: ManifestEntry) -> str:
    """Return the note of another post that stays as it is and links to one, or ""."""
    for other, entry in batch.manifest.posts.items():
        if slug not in entry.links or entry is owner or entry.note in batch.asked:
            continue
        draft = batch.earlier.get(entry.note)
        says_the_same = draft is not None and draft.digest == entry.text
        if not says_the_same or not _is_as_written(batch, entry):
            return entry.name(other)
    return ""


def _goes(batch: Batch, owner: ManifestEntry, slug: str) -> bool:
    """Whether a post leaves its slug with this export."""
    if owner.note not in batch.there:
        return True
    moving = batch.asked.get(owner.note)
    if moving is not None:
        return name_key(moving.post.slug) != name_key(slug)
    return batch.options.prune and owner.note in batch.withdrawn


def _settle_state(batch: Batch, draft: Draft) -> None:
    """Leave a post published that the person published, unless its note or they say otherwise."""
    known = batch.known(draft.note.path)
    is_said = batch.options.draft is not None or draft.note.fields.get("draft") is not None
    if known is not None and known[1].published and not is_said:
        draft.post.draft = False


def _settle_date(batch: Batch, draft: Draft) -> None:
    post = draft.post
    before = batch.manifest.posts.get(post.slug)
    if before is not None and before.note in batch.there:
        before = None  # the post of another note that leaves its slug to this one
    known = batch.known(post.path)
    frozen = known[1] if known else before
    if post.date is None and frozen is not None:
        post.date = frozen.moment()
    if post.date is None and batch.target.dated:
        post.date = batch.options.moment()
    if batch.target.dated and post.date and post.date > batch.options.moment():
        batch.plan.warnings.append(
            f"{post.path}: its date lies ahead, and many sites leave such posts out until then"
        )


def _former(batch: Batch, draft: Draft) -> list[str]:
    """Return the slugs a post had; a draft's that nobody could visit is none of them."""
    known = batch.known(draft.note.path)
    if known is None:
        return []
    slug, entry = known
    former = [*entry.former]
    if slug != draft.post.slug and not entry.draft and _is_as_written(batch, entry):
        former.append(slug)
    # An address that leads to a post of its own leads nobody on.
    taken = {other.post.slug for other in batch.asked.values()}
    return [one for one in dict.fromkeys(former) if one not in taken]


def _is_as_written(batch: Batch, entry: ManifestEntry) -> bool:
    """Whether nobody changed the files of a post, so that it goes when another takes its place."""
    there = [(content_at(batch.target.folder, path), said) for path, said in entry.files.items()]
    return all(found is None or fingerprint(found[0]) == said for found, said in there)


def clash(path: str, paths: Sequence[str], slug: str, *, is_taken: bool = False) -> SlugClash:
    """Return the error for a slug that several notes want, or that a post in the site has."""
    others = ", ".join(sorted(other for other in paths if other != path)) or "another post"
    hint = f"give one of them another: write slug: {slug}-2 in it, or let --fix-slugs do it"
    if any(other.startswith(_ELSEWHERE) for other in paths):
        hint += f"; if it is this vault on another device, bring its {VAULT_SETTINGS} here first"
    message = f"{path}: its slug {slug!r} is also that of {others}"
    return SlugClash(message, hint, slug, is_taken=is_taken)


def suggest_slugs(plan: ExportPlan, manifest: Manifest) -> dict[str, str]:
    """Return for notes that are refused for their slugs others that nobody has.

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


# Where the notes of a manifest's posts are by now, also those that were renamed since.
#
# An address does not move when a note does: the post keeps its slug, under the note's new name.


def find_renamed_notes(
    manifest: Manifest,
    key: VaultKey,
    notes: NoteFinder,
    log: Callable[[], Iterable[StepRecord]] = tuple,
) -> Manifest:
    """Return a manifest whose entries know where their notes are, for those of one vault.

    Its entries are those of the present format then: what names the vault is made of its id.

    Args:
        manifest: As it is in the site.
        key: What the vault and its notes are called there.
        notes: The notes of the vault.
        log: Reads what was done in the vault, oldest first; asked only when a note is gone.
    """
    names = key.vault, key.former.vault
    own = {slug: entry for slug, entry in manifest.posts.items() if entry.vault in names}
    if not own:
        return manifest
    wanted = {entry.digest for entry in own.values()}
    found = key.find(wanted, notes)
    if gone := wanted - found.keys():
        now = _called_now(gone, key, log())
        there = notes.known(now.values()) - {*found.values()}
        found |= {digest: path for digest, path in now.items() if path in there}
    posts = dict(manifest.posts)
    for slug, entry in own.items():
        path = found.get(entry.digest, "")
        digest = key.note(path) if path else entry.digest
        posts[slug] = replace(entry, digest=digest, vault=key.vault, note=path)
    return Manifest(posts)


def _called_now(
    gone: Iterable[str], key: VaultKey, records: Iterable[StepRecord]
) -> dict[str, str]:
    """Follow notes through the moves of the log; they are known by their digests."""
    gone = {*gone}
    first: dict[str, str] = {}
    for record in records:
        for change in () if record.root else record.changes:
            if change.kind != "move":
                continue
            digest = first.pop(change.path, "") or next(
                (
                    one
                    for one in (key.note(change.path), key.former.note(change.path))
                    if one in gone
                ),
                "",
            )
            if digest:
                first[change.to] = digest
    return {digest: path for path, digest in first.items()}
