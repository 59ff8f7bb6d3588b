"""A body as a generator reads it.

Every rewriter runs here, is checked by the guard, and tells what it did line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from notekeep.export.addresses import SiteAddresses
from notekeep.export.draft import Draft
from notekeep.export.embeds import is_title
from notekeep.export.rewrite import (
    block_syntax,
    guard,
    inline_marks,
    layout,
    site_links,
    verbatim,
)
from notekeep.export.rewrite.dialect import Dialect, RewriteJob
from notekeep.export.source import Options
from notekeep.export.source_map import LineWarning, MappedText, Origin, SourceChange


@dataclass(slots=True)
class RewrittenBody:
    """A body as it stands in the site."""

    text: str
    origins: Sequence[Origin] = ()  # where each of its lines came from
    ids: set[str] = field(default_factory=set)  # the ids that were written for links
    changes: list[SourceChange] = field(default_factory=list)
    remarks: list[LineWarning] = field(default_factory=list)


def write_body(
    draft: Draft,
    dialect: Dialect,
    addresses: SiteAddresses,
    wanted: AbstractSet[str],
    options: Options,
) -> RewrittenBody:
    """Write the body of a draft for an engine, or refuse it where that would change what it says.

    `wanted` are the ids of its places that links lead to.
    """
    body = RewrittenBody("")
    job = RewriteJob(draft.passage, dialect, body.remarks)
    _drop_title(job, draft)
    block_syntax.rewrite_callouts(job)
    site_links.rewrite_links(job, draft.refs, addresses, options)
    body.ids = site_links.write_anchors(job, addresses, wanted)
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
    starts = job.tree.starts
    end = starts[title.last] if title.last < len(starts) else title.end
    job.claimed.update(title.walk())
    job.put(title.start, end, "", "removed the heading that repeats the title")
