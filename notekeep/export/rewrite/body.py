"""Rewrites the body of a draft for a generator: runs all rewriters, checked by the guard."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from notekeep.export.addresses import SiteAddresses
from notekeep.export.draft import Draft
from notekeep.export.embeds import block_ids, is_title
from notekeep.export.references import Ref, ReferenceTable
from notekeep.export.rewrite import block_syntax, guard, inline_marks, layout, verbatim
from notekeep.export.rewrite.dialect import Dialect, RewriteJob, blank_line, is_alone
from notekeep.export.source import Options
from notekeep.export.source_map import (
    LineWarning,
    MappedText,
    Origin,
    SourceChange,
    remove_lines,
)
from notekeep.markdown.nodes import Node

_CHECKBOX = re.compile(r"\[.\] ", re.DOTALL)


@dataclass(slots=True)
class RewrittenBody:
    """The body of a post."""

    text: str
    origins: Sequence[Origin] = ()  # of each line
    ids: set[str] = field(default_factory=set)  # written for links
    changes: list[SourceChange] = field(default_factory=list)
    remarks: list[LineWarning] = field(default_factory=list)


def write_body(
    draft: Draft,
    dialect: Dialect,
    addresses: SiteAddresses,
    linked: AbstractSet[str],
    options: Options,
) -> RewrittenBody:
    """Write the body of a draft for an engine. Refuse a note whose meaning would change.

    `linked` are the ids that links point to.
    """
    body = RewrittenBody("")
    job = RewriteJob(draft.passage, dialect, body.remarks)
    _drop_title(job, draft)
    block_syntax.rewrite_callouts(job)
    _rewrite_links(job, draft.refs, addresses, options)
    body.ids = _write_anchors(job, addresses, linked)
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
        # In CommonMark, indented text below an admonition is code.
        if rewrite is layout.lay_out_blocks and not job.replaced_lines:
            guard.check_code(before, passage)
    body.text, body.origins = passage.text, passage.origins
    return body


def _further_rewriters(dialect: Dialect) -> Iterator[Callable[[RewriteJob], None]]:
    """Yield the rewriters that need the text to be parsed again."""
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
    """Remove the first heading if it repeats the title, which all themes print."""
    blocks = job.tree.root.children
    if job.dialect.keep_title or not blocks or not is_title(blocks[0], draft.post.title):
        return
    title = blocks[0]
    starts = job.tree.starts
    end = starts[title.last] if title.last < len(starts) else title.end
    job.claimed.update(title.walk())
    job.put(title.start, end, "", "removed the heading that repeats the title")


# Links, pictures and link targets.


def _rewrite_links(
    job: RewriteJob, refs: ReferenceTable, addresses: SiteAddresses, options: Options
) -> None:
    for node in job.tree.find("link", "image"):
        ref = refs.get(node.info)
        if ref is None or not job.is_free(node):
            continue
        if node.kind == "image":
            _picture(job, node, ref, addresses.asset(ref))
            continue
        if local := addresses.local(ref):
            target: str | None = f"#{local}"
        else:
            target = addresses.note(ref) if ref.kind == "note" else addresses.asset(ref)
        if target is None:
            _unlink(job, node, options)
        else:
            _readdress(job, node, target)


def _readdress(job: RewriteJob, node: Node, target: str) -> None:
    close = node.children[-1].end if node.children else node.start + 1
    reason = f"pointed a link to {target}"
    if job.dialect.as_html:
        job.put(node.start, node.start + 1, f'<a href="{target}"{_title_attribute(node)}>', reason)
        job.put(close, node.end, "</a>")
        job.unguarded.append((node.start, node.end))
        return
    title = f' "{html.escape(node.title)}"' if node.title else ""
    job.put(node.start, node.start + 1, "[", reason)
    job.put(close, node.end, f"]({target}{title})")


def _unlink(job: RewriteJob, node: Node, options: Options) -> None:
    reason = "replaced a link to an unpublished note with its text"
    if options.unpublished == "strip":
        job.replace(node, "", reason)
        return
    close = node.children[-1].end if node.children else node.start + 1
    mark = " (unpublished)" if options.unpublished == "stub" else ""
    job.put(node.start, node.start + 1, "", reason)
    job.put(close, node.end, mark)


def _picture(job: RewriteJob, node: Node, ref: Ref, target: str) -> None:
    source = job.tree.source(node)
    words = source[2 : source.rindex("](")]
    title = f' "{html.escape(node.title)}"' if node.title else ""
    text = f"![{words}]({target}{title})"
    alt = MappedText(words, []).tree.root.children[0].plain() if words.strip() else ""
    sized = job.dialect.sizes if ref.width else ""
    match "tag" if job.dialect.as_html else sized:
        case "tag":
            size = f" {_size(ref)}" if ref.width else ""
            alt = html.escape(alt)
            text = f'<img src="{target}" alt="{alt}"{size}{_title_attribute(node)}>'
            job.html_pictures.add(node)
        case "attributes":
            text += f"{{ {_size(ref)} }}"
        case "shortcode" if is_alone(node):
            quoted = alt.replace("\\", "\\\\").replace('"', '\\"')
            text = f'{{{{< figure src="{target}" alt="{quoted}" {_size(ref)} >}}}}'
            job.unguarded.append((node.start, node.end))
        case _ if ref.width:
            job.remark(node, "The site shows a picture without its width here.")
    job.replace(node, text, f"pointed a picture to {target}")


def _title_attribute(node: Node) -> str:
    return f' title="{html.escape(node.title)}"' if node.title else ""


def _size(ref: Ref) -> str:
    height = f' height="{ref.height}"' if ref.height else ""
    return f'width="{ref.width}"{height}'


def _write_anchors(job: RewriteJob, addresses: SiteAddresses, linked: AbstractSet[str]) -> set[str]:
    """Write an id at each link target, and remove the vault's block ids."""
    marks = [mark for mark in block_ids(job.tree) if job.is_free(mark.block)]
    line_ends = {node.start: node for node in job.tree.find("soft_break", "hard_break")}
    for mark in marks:
        leaf = job.tree.lines[job.tree.line_of(mark.start)].leaf
        if leaf is not None and leaf.parent is job.tree.root and leaf.start == mark.start:
            # The paragraph contains only the id: remove the blank line too.
            job.claimed.update(leaf.walk())
            lines = leaf.first, leaf.last
            job.edits.append(remove_lines(job.passage, *lines, "removed a block id"))
            continue
        job.put(mark.start, mark.end, "", "removed a block id")
        if mark.start in line_ends:
            job.claimed.add(line_ends[mark.start])
    written = set()
    anchors = addresses.anchors(addresses.draft.note.path) if linked else None
    places = anchors.places if anchors else {}
    for name in sorted(linked & places.keys()):
        place = places[name]
        node = next(n for n in job.tree.find(place.kind) if n.start == place.start)
        if node.kind == "heading":
            _heading_id(job, node, name)
            written.add(name)
        elif job.dialect.html:
            _block_id(job, node, name)
            written.add(name)
    return written


def _heading_id(job: RewriteJob, node: Node, name: str) -> None:
    reason = f"added the id {name} to a heading for a link"
    last = node.children[-1].end if node.children else node.start + node.level
    if not job.dialect.heading_ids:
        start = node.children[0].start if node.children else last
        job.put(start, start, f'<a id="{name}"></a>', reason)
        return
    # Closing hashes are removed: attributes must come last on the line.
    end = job.passage.line_end(node.first) if node.info.startswith("#") else last
    job.put(last, end, f" {{#{name}}}", reason)


def _block_id(job: RewriteJob, node: Node, name: str) -> None:
    tag = f'<a id="{name}"></a>'
    reason = f"added the id {name} to a block for a link"
    paragraph = node
    while paragraph.kind in {"item", "list"} and paragraph.children:
        paragraph = paragraph.children[0]
    if paragraph.kind == "paragraph" and paragraph.children:
        is_item = paragraph.parent is not None and paragraph.parent.kind == "item"
        box = _CHECKBOX.match(job.passage.text, paragraph.start) if is_item else None
        at = box.end() if box else paragraph.start
        job.put(at, at, tag, reason)
        return
    marks = job.marks(node.first, node.start)
    job.put(node.start, node.start, tag + blank_line(marks), reason)
