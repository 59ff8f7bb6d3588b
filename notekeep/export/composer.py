"""Drafts into posts as they are to be in the site: text, front matter, pictures, manifest entries.

Every rewriter of a body runs here, is checked by the guard, and tells what it did line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from notekeep.errors import NotekeepError, Refused
from notekeep.export import guard
from notekeep.export.addresses import PublishedNote, SiteAddresses, name_assets
from notekeep.export.assets import Asset
from notekeep.export.batch import Batch, refuse_on_error
from notekeep.export.draft import Draft
from notekeep.export.embeds import extract_teaser, is_title
from notekeep.export.html_pages import HTML_DIALECT, to_html
from notekeep.export.manifest import ManifestEntry
from notekeep.export.metadata import can_strip, check_unstripped, strip_metadata
from notekeep.export.references import Ref
from notekeep.export.rewrite import block_syntax, inline_marks, layout, site_links, verbatim
from notekeep.export.rewrite.dialect import Dialect, RewriteJob
from notekeep.export.rewrite.site_links import AddressResolver, AnchorIds
from notekeep.export.source import Options
from notekeep.export.source_map import (
    LineWarning,
    MappedText,
    Origin,
    SourceChange,
    group_warnings,
)


class ComposedPost(NamedTuple):
    """A post as it is to be in the site, ready to be compared with what is there."""

    draft: Draft
    entry: ManifestEntry
    data: bytes
    assets: list[Asset]
    changes: list[SourceChange]
    warnings: list[str]


@dataclass(slots=True)
class RewrittenBody:
    """A body as it stands in the site."""

    text: str
    origins: Sequence[Origin] = ()  # where each of its lines came from
    ids: set[str] = field(default_factory=set)  # the ids that were written for links
    changes: list[SourceChange] = field(default_factory=list)
    remarks: list[LineWarning] = field(default_factory=list)


def compose_posts(batch: Batch) -> list[ComposedPost]:
    """Write the posts that were asked for, and of the existing ones those that may change."""
    while True:
        drafts = _changeable(batch) | batch.requested
        posts: list[ComposedPost] = []
        refused: dict[str, Refused] = {}
        addresses: dict[str, SiteAddresses] = {}
        for path, draft in (batch.existing | drafts).items():
            with refuse_on_error(path, refused):
                addresses[path] = _addresses_for(batch, draft)
        wanted = _linked_ids(batch, addresses, refused)
        for path, draft in drafts.items():
            with refuse_on_error(path, refused):
                if path in addresses:
                    posts.append(_compose(batch, draft, addresses[path], wanted.get(path, set())))
        if not refused:
            return posts
        for path, why in refused.items():
            _withdraw(batch, path, why)


def _changeable(batch: Batch) -> dict[str, Draft]:
    """Return the existing drafts whose notes say what they said when they were exported."""
    return {
        path: draft
        for path, draft in batch.existing.items()
        if (known := batch.manifest.of_note(path)) and known[1].text == draft.digest
    }


def _withdraw(batch: Batch, path: str, error: Refused) -> None:
    """Leave a post as it was written last, if it was, and the slug it has with it."""
    if path not in batch.drafts:
        return
    if path in batch.requested:
        batch.refused[path] = error
    draft = batch.requested.pop(path, None) or batch.existing.pop(path)
    known = batch.manifest.of_note(path)
    if known is None:
        del batch.published[path]
        return
    # Its page is there as it was written last; which places it has is not known.
    draft.post.slug = known[0]
    batch.published[path] = PublishedNote(draft.post)


def _linked_ids(
    batch: Batch, addresses: dict[str, SiteAddresses], refused: dict[str, Refused]
) -> dict[str, set[str]]:
    """Return for each note the ids that links lead to; one that was written once stays."""
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
    target = batch.published.get(addresses.draft.note.path if local else ref.path)
    if target is None or target.anchors is None:
        return
    if found := local or target.anchors.find(ref):
        is_html = batch.target.dialect.html
        name = found if is_html else target.anchors.nearest_heading(found)
        ids.setdefault(target.post.path, set()).add(name)


def _addresses_for(batch: Batch, draft: Draft) -> SiteAddresses:
    anchors = batch.published[draft.note.path].anchors or AnchorIds()
    cover = _find_cover(batch, draft)
    files = [ref.path for ref in draft.used_references() if ref.kind == "asset"]
    names = name_assets([*files, cover] if cover else files)
    return SiteAddresses(batch.target, draft, anchors, batch.published, names, cover)


def _find_cover(batch: Batch, draft: Draft) -> str:
    """Return the cover's file; "" for none, and for an address on the web."""
    name = draft.post.cover.removeprefix("[[").removesuffix("]]").split("|")[0]
    if not name or "://" in name:
        return ""
    path, attachments = draft.note.path, batch.drafter.attachments
    try:
        found = attachments.find(name, path)
        if found is not None:
            attachments.read(found)
            return found
        batch.warnings.append(f"{path}: the cover {name!r} does not exist")
    except NotekeepError as error:
        batch.warnings.append(f"{path}: the cover was not exported: {error.message}")
    return ""


def _compose(
    batch: Batch, draft: Draft, addresses: SiteAddresses, wanted: AbstractSet[str]
) -> ComposedPost:
    post, path, target = draft.post, draft.note.path, batch.target
    tree = draft.passage.tree
    post.has_math = bool(tree.find("math", "math_double", "math_block"))
    body = write_body(draft, target.dialect, addresses, addresses.anchors, wanted, batch.options)
    if target.teaser_in_head:
        post.teaser = _teaser(draft, addresses, batch.options)
    cover = post.cover if "://" in post.cover else ""
    if addresses.cover:
        cover = target.cover_url(post, addresses.names[addresses.cover])
        addresses.shown.append(addresses.cover)
    assets, notices = _read_assets(batch, addresses)
    text = target.compose(draft, target.head(post, cover), body.text)
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
        target.notice(post),
        *(f"{path}: {notice}" for notice in notices),
        target.diagram_notice() if any(map(block_syntax.is_diagram, tree.find("fence"))) else "",
    ]
    if post.former and not target.former_addresses(post):
        warnings.append(
            f"{path}: it was {', '.join(post.former)} before; this site cannot redirect"
            " the old address: add a redirect at your host"
        )
    draft.passage.forget()
    changes = sorted({*draft.changes, *body.changes})
    return ComposedPost(draft, entry, text.encode(), assets, changes, [*filter(None, warnings)])


def _teaser(draft: Draft, addresses: SiteAddresses, options: Options) -> str:
    """Return the author's teaser as HTML; "" where there is none."""
    part = extract_teaser(draft.passage)
    if part is None:
        return ""
    own = replace(draft, passage=part)
    return to_html(write_body(own, HTML_DIALECT, addresses, addresses.anchors, (), options).text)


def _read_assets(batch: Batch, addresses: SiteAddresses) -> tuple[list[Asset], list[str]]:
    """Return the files that go along, and what there is to know of them."""
    assets: list[Asset] = []
    unstripped: dict[str, bytes] = {}
    for path in sorted({*addresses.shown}):
        data = batch.drafter.attachments.read(path)
        if path not in batch.options.keep_metadata:
            if can_strip(path, data):
                data = strip_metadata(path, data)
            else:
                unstripped[path] = data
        assets.append(Asset(path, addresses.names[path], data))
    return assets, check_unstripped(unstripped)


def write_body(
    draft: Draft,
    dialect: Dialect,
    addresses: AddressResolver,
    anchors: AnchorIds,
    wanted: Iterable[str],
    options: Options,
) -> RewrittenBody:
    """Write the body of a draft for an engine, or refuse it where that would change what it says.

    `anchors` are the ids that the draft's places can have, `wanted` those that links lead to.
    """
    body = RewrittenBody("")
    job = RewriteJob(draft.passage, dialect, body.remarks)
    _drop_title(job, draft)
    block_syntax.rewrite_callouts(job)
    site_links.rewrite_links(job, draft.refs, addresses, options)
    body.ids = site_links.write_anchors(job, anchors, wanted)
    block_syntax.separate_rules(job)
    block_syntax.rewrite_diagrams(job)
    block_syntax.fence_indented_code(job)
    block_syntax.rewrite_tasks(job)
    block_syntax.end_teaser(job)
    verbatim.guard_code(job)
    verbatim.rewrite_formulas(job)
    inline_marks.rewrite_marks(job, keep_breaks=options.linebreaks == "keep")
    inline_marks.escape_prose(job)
    passage = _apply(job, body)
    for rewrite in _further_rewriters(dialect):
        before, job = passage, RewriteJob(passage, dialect, body.remarks)
        rewrite(job)
        passage = _apply(job, body)
        # What is indented below an admonition is code to CommonMark.
        if rewrite is layout.lay_out_blocks and not job.replaced_lines:
            guard.check_code(before, passage)
    body.text, body.origins = passage.text, passage.origins
    return body


def _further_rewriters(dialect: Dialect) -> Iterator[Callable[[RewriteJob], None]]:
    """Yield the rewriters that each need a text of their own, read anew."""
    if not dialect.footnotes:
        yield block_syntax.number_footnotes
        yield block_syntax.list_footnotes
    if dialect.engine != "commonmark":
        yield layout.lay_out_blocks
    if dialect.engine == "python":
        yield layout.order_footnotes


def _apply(job: RewriteJob, body: RewrittenBody) -> MappedText:
    passage = job.passage.splice(job.edits)
    guard.check_rewrite(job.passage, passage, job.edits, job.unguarded)
    body.changes += job.passage.changes(job.edits)
    return passage


def _drop_title(job: RewriteJob, draft: Draft) -> None:
    """Drop the first heading when it is the title, which every theme prints."""
    blocks = job.tree.root.children
    if job.dialect.keep_title or not blocks or not is_title(blocks[0], draft.post.title):
        return
    title = blocks[0]
    lines = job.tree.lines
    end = lines[title.last].start if title.last < len(lines) else title.end
    job.claimed.update(title.walk())
    job.put(title.start, end, "", "removed the heading that repeats the title")
