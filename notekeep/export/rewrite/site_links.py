"""Links, pictures and the places that links lead to, as a site addresses them."""

from __future__ import annotations

import html
import re
from collections.abc import Set as AbstractSet

from notekeep.export.addresses import SiteAddresses
from notekeep.export.embeds import block_ids
from notekeep.export.references import Ref, ReferenceTable
from notekeep.export.rewrite.dialect import RewriteJob, blank_line, is_alone
from notekeep.export.source import Options
from notekeep.export.source_map import MappedText, remove_lines
from notekeep.markdown.nodes import Node

_BOX = re.compile(r"\[.\] ", re.DOTALL)


def rewrite_links(
    job: RewriteJob, refs: ReferenceTable, addresses: SiteAddresses, options: Options
) -> None:
    """Give every link and picture the address it has in the site."""
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
            job.remark(node, "the site shows a picture without its width here")
    job.replace(node, text, f"pointed a picture to {target}")


def _title_attribute(node: Node) -> str:
    return f' title="{html.escape(node.title)}"' if node.title else ""


def _size(ref: Ref) -> str:
    height = f' height="{ref.height}"' if ref.height else ""
    return f'width="{ref.width}"{height}'


def write_anchors(job: RewriteJob, addresses: SiteAddresses, wanted: AbstractSet[str]) -> set[str]:
    """Write an id at every place that some link leads to, and take the vault's block ids away."""
    marks = [mark for mark in block_ids(job.tree) if job.is_free(mark.block)]
    line_ends = {node.start: node for node in job.tree.find("soft_break", "hard_break")}
    for mark in marks:
        leaf = job.tree.lines[job.tree.line_of(mark.start)].leaf
        if leaf is not None and leaf.parent is job.tree.root and leaf.start == mark.start:
            # It is all of its paragraph, which would leave blank lines behind.
            job.claimed.update(leaf.walk())
            lines = leaf.first, leaf.last
            job.edits.append(remove_lines(job.passage, *lines, "removed a block id"))
            continue
        job.put(mark.start, mark.end, "", "removed a block id")
        if mark.start in line_ends:
            job.claimed.add(line_ends[mark.start])
    written = set()
    anchors = addresses.anchors(addresses.draft.note.path) if wanted else None
    places = anchors.places if anchors else {}
    for name in sorted(wanted & places.keys()):
        place = places[name]
        node = next(one for one in job.tree.find(place.kind) if one.start == place.start)
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
    # Whatever hashes close the heading go: attributes have to be the last thing on the line.
    end = job.passage.line_end(node.first) if node.info.startswith("#") else last
    job.put(last, end, f" {{#{name}}}", reason)


def _block_id(job: RewriteJob, node: Node, name: str) -> None:
    tag = f'<a id="{name}"></a>'
    reason = f"added the id {name} to a block for a link"
    paragraph = node
    while paragraph.kind in {"item", "list"} and paragraph.children:
        paragraph = paragraph.children[0]
    if paragraph.kind == "paragraph" and paragraph.children:
        at = _behind_box(job, paragraph)
        job.put(at, at, tag, reason)
        return
    marks = job.marks(node.first, node.start)
    job.put(node.start, node.start, tag + blank_line(marks), reason)


def _behind_box(job: RewriteJob, paragraph: Node) -> int:
    """Return where a paragraph's own words begin: behind the box of a task, if it has one."""
    in_item = paragraph.parent is not None and paragraph.parent.kind == "item"
    box = _BOX.match(job.passage.text, paragraph.start) if in_item else None
    return box.end() if box else paragraph.start
