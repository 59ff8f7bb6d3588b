"""Links, pictures and the places that links lead to, as a site addresses them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

from notekeep.export.embeds import (
    BlockMark,
    block_ids,
    heading_words,
    is_title,
    normalize_heading,
)
from notekeep.export.references import Ref, ReferenceTable
from notekeep.export.rewrite.dialect import RewriteJob, blank_line, is_alone
from notekeep.export.slugs import make_slug
from notekeep.export.source import Options
from notekeep.export.source_map import MappedText, remove_lines
from notekeep.markdown.nodes import Node, parse_tree

_BOX = re.compile(r"\[.\] ", re.DOTALL)


class AddressResolver(Protocol):
    """Where the things that a post points at are in the site."""

    def note(self, ref: Ref) -> str | None:
        """Return the address of a note's page, fragment included; None if it has none."""

    def local(self, ref: Ref) -> str | None:
        """Return the id of a place within the post itself; None when the ref leads elsewhere."""

    def asset(self, ref: Ref) -> str:
        """Return the address of a file that goes along."""


class AnchorBlock(NamedTuple):
    """A block of a body, as it is known without the page: its kind, and its first character."""

    kind: str
    start: int


class AnchorIds:
    """The ids that headings and blocks of a body can have, looked for when one is asked for."""

    def __init__(self, passage: MappedText | None = None, title: str | None = None) -> None:
        """Look for ids in a body, if it is at hand; a first heading that is `title` has none."""
        self._passage = passage
        self._title = title

    @cached_property
    def _ids(self) -> _Ids:
        """The first of two like headings is the one that links mean."""
        ids = _Ids()
        passage = self._passage
        if passage is None:
            return ids
        tree = parse_tree(passage.text)  # of its own, as a passage may forget its tree
        title = next(iter(tree.root.children), None)
        if title is None or self._title is None or not is_title(title, self._title):
            title = None
        places: list[tuple[int, Node, BlockMark | None]] = [
            (node.start, node, None) for node in tree.find("heading")
        ]
        places += [(mark.start, mark.block, mark) for mark in block_ids(tree)]
        for start, node, mark in sorted(places, key=lambda place: (place[0], place[2] is None)):
            path = passage.origin(start).path
            words = heading_words(node) if mark is None else mark.name
            table = ids.headings if mark is None else ids.blocks
            key = (path, normalize_heading(words) if mark is None else words.casefold())
            if node is title:
                ids.title = key if mark is None else ids.title
                continue
            name = ids.free(make_slug(words, words))
            ids.places[name] = AnchorBlock(node.kind, node.start)
            table.setdefault(key, name)
        return ids

    @property
    def places(self) -> Mapping[str, AnchorBlock]:
        """For each id, the block that it is the id of."""
        return self._ids.places

    def is_title(self, ref: Ref) -> bool:
        """Whether a link leads to the heading that the page has as its title."""
        return self._ids.title == (ref.path, normalize_heading(ref.heading))

    def nearest_heading(self, name: str) -> str:
        """Return the id itself if a heading has it, else that of the heading above; "" for none."""
        place = self.places[name]
        if place.kind == "heading":
            return name
        above = [
            (other.start, found)
            for found, other in self.places.items()
            if other.kind == "heading" and other.start < place.start
        ]
        return max(above)[1] if above else ""

    def find(self, ref: Ref) -> str | None:
        """Return the id that a link into a note leads to."""
        if ref.heading:
            return self._ids.headings.get((ref.path, normalize_heading(ref.heading)))
        return self._ids.blocks.get((ref.path, ref.block.casefold())) if ref.block else None


@dataclass(slots=True)
class _Ids:
    """Ids by a note's path and a heading's compared words, or a block id in lower case."""

    headings: dict[tuple[str, str], str] = field(default_factory=dict)
    blocks: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[str, AnchorBlock] = field(default_factory=dict)
    title: tuple[str, str] | None = None

    def free(self, name: str) -> str:
        """Return an id that no place has."""
        number, free = 1, name
        while free in self.places:
            number += 1
            free = f"{name}-{number}"
        return free


def rewrite_links(
    job: RewriteJob, refs: ReferenceTable, addresses: AddressResolver, options: Options
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
    job.replace(node, text, f"pointed a picture to {target}")


def _title_attribute(node: Node) -> str:
    return f' title="{html.escape(node.title)}"' if node.title else ""


def _size(ref: Ref) -> str:
    height = f' height="{ref.height}"' if ref.height else ""
    return f'width="{ref.width}"{height}'


def write_anchors(job: RewriteJob, anchors: AnchorIds, wanted: Iterable[str]) -> set[str]:
    """Write an id at every place that some link leads to, and take the vault's block ids away."""
    wanted = set(wanted)
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
    for name in sorted(wanted & anchors.places.keys()) if wanted else ():
        place = anchors.places[name]
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
    end = job.tree.lines[node.first].end if node.info.startswith("#") else last
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
