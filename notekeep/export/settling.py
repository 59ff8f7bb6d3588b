"""What a post keeps for ever once it has it: its slug and its date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.export.addresses import Published
from notekeep.export.bases import fingerprint
from notekeep.export.rewrite.links import Anchors
from notekeep.export.series import add_series_links
from notekeep.export.slugs import given_slug, make_slug
from notekeep.files.look import content_at
from notekeep.files.paths import name_key
from notekeep.markdown.split import line_of_key

if TYPE_CHECKING:
    from notekeep.export.batch import Batch
    from notekeep.export.draft import Draft
    from notekeep.export.manifest import Entry


def settle_posts(batch: Batch) -> None:
    """Give every post its slug and date: those it had, else new ones."""
    _choose_slugs(batch)
    for draft in batch.asked.values():
        _settle_date(batch, draft)
        draft.post.former = _former(batch, draft)
    for path, draft in batch.earlier.items():
        known = batch.known(path)
        if known is not None:
            draft.post.slug, entry = known
            draft.post.date = entry.moment() or batch.options.moment()
            draft.post.draft = entry.draft
            draft.post.former = list(entry.former)
    if batch.options.series_links:
        add_series_links((batch.earlier | batch.asked).values(), batch.target)
    for path, draft in (batch.earlier | batch.asked).items():
        title = None if batch.target.dialect.keep_title else draft.post.title
        batch.published[path] = Published(draft.post, Anchors.of(draft.passage, title))


def _choose_slugs(batch: Batch) -> None:
    """Give every post that was asked for its slug; those that clash are all refused."""
    wanted: dict[str, list[str]] = {}
    for path, draft in batch.asked.items():
        try:
            draft.post.slug = _slug(batch, draft)
            wanted.setdefault(name_key(draft.post.slug), []).append(path)
        except Refused as error:
            batch.plan.refused[path] = error
    for paths in wanted.values():
        for path in paths if len(paths) > 1 else ():
            batch.plan.refused[path] = _clash(path, paths, batch.asked[path].post.slug)
    for path in batch.plan.refused:
        batch.asked.pop(path, None)


def _slug(batch: Batch, draft: Draft) -> str:
    """Return a note's slug: what it says itself, what it had, or one made of its title.

    Raises:
        Refused: It is none, or another note's post has it.
    """
    path = draft.note.path
    known = batch.known(path)
    try:
        slug = given_slug(draft.note.fields.get("slug"), path)
    except Refused as error:
        error.line = line_of_key(batch.source.read(path), "slug")
        raise
    slug = slug or (known[0] if known else make_slug(draft.post.title, path))
    twin = batch.manifest.twin(slug)
    owner = batch.manifest.posts[twin] if twin is not None else None
    if owner is None or (owner.note == path and owner.vault == batch.vault):
        return slug
    moved = owner.vault == batch.vault and owner.note not in batch.source.notes
    if moved and twin == slug and known is None:
        return slug
    raise _clash(path, [path, owner.note], slug)


def _settle_date(batch: Batch, draft: Draft) -> None:
    post = draft.post
    entry = batch.manifest.posts.get(post.slug)
    known = batch.known(post.path)
    frozen = entry or (known[1] if known else None)
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
    return [one for one in dict.fromkeys(former) if one != draft.post.slug]


def _is_as_written(batch: Batch, entry: Entry) -> bool:
    """Whether nobody changed the files of a post, so that it goes when another takes its place."""
    there = [(content_at(batch.target.folder, path), said) for path, said in entry.files.items()]
    return all(found is None or fingerprint(found[0]) == said for found, said in there)


def _clash(path: str, paths: list[str], slug: str) -> Refused:
    others = ", ".join(sorted(other for other in paths if other != path)) or "another post"
    return Refused(
        f"{path}: its slug {slug!r} is also that of {others}",
        f"give one of them another: write slug: {slug}-2 in it",
    )
