"""A draft's body as its generator needs it: every rewriter run, checked, and told line by line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notekeep.export import guard
from notekeep.export.embeds import is_title
from notekeep.export.remarks import Remarks
from notekeep.export.rewrite import (
    blocks,
    callouts,
    code,
    layout,
    links,
    marks,
    notes,
    prose,
    tex,
)
from notekeep.export.rewrite.work import Work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from notekeep.export.dialect import Dialect
    from notekeep.export.draft import Draft
    from notekeep.export.options import Options
    from notekeep.export.passage import Change, Origin, Passage
    from notekeep.export.rewrite.links import Addresses, Anchors


@dataclass(slots=True)
class Body:
    """A body as it stands in the site.

    Attributes:
        text: It.
        origins: Where each of its lines came from.
        ids: The ids that were written for links.
        changes: What was done, by line of the note.
        remarks: What the person should know.
    """

    text: str
    origins: Sequence[Origin] = ()
    ids: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    remarks: Remarks = field(default_factory=Remarks)


def write_body(
    draft: Draft,
    dialect: Dialect,
    addresses: Addresses,
    anchors: Anchors,
    wanted: AbstractSet[str],
    options: Options,
) -> Body:
    """Return the body of a draft for an engine.

    Args:
        draft: The draft.
        dialect: What the engine understands.
        addresses: Where the things are that the draft points at.
        anchors: The ids that the draft's places can have.
        wanted: Which of them some link leads to.
        options: What the person chose; `linebreaks` must be settled.

    Raises:
        Refused: The body cannot be written for the engine without changing what it says.
    """
    body = Body("")
    passage = draft.passage
    work = Work(passage, dialect, body.remarks)
    _drop_title(work, draft)
    callouts.rewrite(work)
    links.links(work, draft.refs, addresses, options)
    body.ids = links.places(work, anchors, wanted)
    blocks.rules(work)
    blocks.diagrams(work)
    blocks.fences(work)
    blocks.tasks(work)
    blocks.teaser(work)
    code.rewrite(work)
    tex.rewrite(work)
    marks.rewrite(work, keep_breaks=options.linebreaks == "keep")
    prose.rewrite(work)
    passage = _done(work, body)
    if not dialect.footnotes:
        for step in (notes.mark, notes.gather):
            work = Work(passage, dialect, body.remarks)
            step(work)
            passage = _done(work, body)
    if dialect.engine != "commonmark":
        work = Work(passage, dialect, body.remarks)
        layout.rewrite(work)
        passage = _done(work, body)
        if not work.heads:  # what is indented below an admonition is code to CommonMark
            guard.check_code(work.passage, passage)
    if dialect.engine == "python":
        work = Work(passage, dialect, body.remarks)
        layout.in_order(work)
        passage = _done(work, body)
    body.text, body.origins = passage.text, passage.origins
    return body


def _drop_title(work: Work, draft: Draft) -> None:
    """Drop the first heading when it is the title, which every theme prints."""
    blocks_ = work.tree.root.children
    if work.dialect.keep_title or not blocks_ or not is_title(blocks_[0], draft.post.title):
        return
    title = blocks_[0]
    end = work.tree.lines[title.last].start if title.last < len(work.tree.lines) else title.end
    work.claimed.update(title.walk())
    work.put(title.start, end, "", "the heading repeats the title, which the site prints")


def _done(work: Work, body: Body) -> Passage:
    passage = work.passage.splice(work.splices)
    guard.check(work.passage, passage, work.splices, work.loose)
    body.changes += work.passage.changes(work.splices)
    return passage
