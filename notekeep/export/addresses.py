"""Addresses of posts, headings, blocks and files in a site, and links between series parts."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from notekeep.export.draft import Draft
from notekeep.export.embeds import (
    BlockMark,
    block_ids,
    heading_words,
    is_title,
)
from notekeep.export.post import Post, make_slug
from notekeep.export.references import Ref, escape_text
from notekeep.export.source_map import LineWarning, MappedText, SourceChange, SourceEdit
from notekeep.export.targets.target import Target
from notekeep.markdown.nodes import Node, parse_tree
from notekeep.markdown.text_edit import normalize_heading
from notekeep.storage.file_names import name_key

_WEB_NAME = re.compile(r"[^\w.]+")
SERIES_REASON = "links to the parts of its series"


class AnchorBlock(NamedTuple):
    """The kind and start offset of a block."""

    kind: str
    start: int


@dataclass(slots=True)
class AnchorIds:
    """The ids of the headings and blocks in a body. If headings are equal, the first one is used.

    Keys are the path of a note, with a normalized heading or a lower-case block id.
    """

    headings: dict[tuple[str, str], str] = field(default_factory=dict)
    blocks: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[str, AnchorBlock] = field(default_factory=dict)  # by id
    title: tuple[str, str] | None = None  # the heading printed by the theme

    @classmethod
    def of(cls, passage: MappedText, title: str | None) -> AnchorIds:
        """Collect the ids in a body. A first heading equal to `title` gets none."""
        ids = cls()
        tree = parse_tree(passage.text)  # not `passage.tree`, which stays in memory
        first = next(iter(tree.root.children), None)
        if first is None or title is None or not is_title(first, title):
            first = None
        places: list[tuple[int, Node, BlockMark | None]] = [
            (node.start, node, None) for node in tree.find("heading")
        ]
        places += [(mark.start, mark.block, mark) for mark in block_ids(tree)]
        for start, node, mark in sorted(places, key=lambda place: (place[0], place[2] is None)):
            path = passage.origin(start).path
            words = heading_words(node) if mark is None else mark.name
            table = ids.headings if mark is None else ids.blocks
            key = (path, normalize_heading(words) if mark is None else words.casefold())
            if node is first:
                ids.title = key if mark is None else ids.title
                continue
            name = ids._unique(make_slug(words, words))
            ids.places[name] = AnchorBlock(node.kind, node.start)
            table.setdefault(key, name)
        return ids

    def _unique(self, name: str) -> str:
        number, unique = 1, name
        while unique in self.places:
            number += 1
            unique = f"{name}-{number}"
        return unique

    def is_title(self, ref: Ref) -> bool:
        """Whether a link points to the heading that the theme prints as the title."""
        return self.title == (ref.path, normalize_heading(ref.heading))

    def nearest_heading(self, name: str) -> str:
        """Return the id of the nearest heading at or above an id; "" for none."""
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
        """Return the id for the fragment of a link, or None."""
        if ref.heading:
            return self.headings.get((ref.path, normalize_heading(ref.heading)))
        return self.blocks.get((ref.path, ref.block.casefold()))


@dataclass(slots=True)
class SiteAddresses:
    """The addresses for the links and pictures of one post."""

    target: Target
    draft: Draft
    published: Mapping[str, Post]  # by note
    anchors: Callable[[str], AnchorIds | None]  # by note; None for a note without a draft
    names: Mapping[str, str]  # file names in the site, by path in the vault
    cover: str = ""  # path in the vault
    cover_problem: str = ""
    remarks: list[LineWarning] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)  # paths of the files in the post
    linked: set[str] = field(default_factory=set)  # slugs of linked posts

    def note(self, ref: Ref) -> str | None:
        """Return the address of a note's page; None if this post cannot link to it."""
        post = self.published.get(ref.path)
        if post is None or not self.target.reaches(self.draft.post, post):
            return None
        anchor = ""
        if ref.place and (anchors := self.anchors(ref.path)):
            if known := anchors.find(ref):
                anchor = self._writable(anchors, known)
            elif not anchors.is_title(ref):
                message = f"{ref.path} has no {ref.place}. The link goes to the page instead."
                self.remarks.append(LineWarning(ref.origin, message))
        if ref.path == self.draft.note.path and not anchor:
            return "#"
        self.linked.add(post.slug)
        return self.target.link(post, anchor)

    def local(self, ref: Ref) -> str | None:
        """Return the id of a link target within this post or its embeds; None for other targets."""
        path = self.draft.note.path
        is_elsewhere = ref.path != path and ref.path in self.published
        if ref.kind != "note" or not ref.place or is_elsewhere:
            return None
        anchors = self.anchors(path)
        if anchors is None or (known := anchors.find(ref)) is None:
            return None
        return self._writable(anchors, known)

    def asset(self, ref: Ref) -> str:
        """Return the address of a file, and record that the post shows it."""
        if ref.kind == "web":
            return ref.path
        self.shown.add(ref.path)
        return self.target.asset_url(self.draft.post, self.names[ref.path])

    def _writable(self, anchors: AnchorIds, anchor: str) -> str:
        """Return an id. If blocks cannot have ids in this site, return the nearest heading's id."""
        return anchor if self.target.dialect.html else anchors.nearest_heading(anchor)


def name_assets(paths: Iterable[str]) -> dict[str, str]:
    """Return a name in the site for each file; duplicates get a hash of the path."""
    plain = {path: web_name(path) for path in dict.fromkeys(paths)}
    counts = Counter(map(name_key, plain.values()))
    return {
        path: name if counts[name_key(name)] == 1 else _hashed(name, path)
        for path, name in plain.items()
    }


def web_name(path: str) -> str:
    """Return the name of a file in a site: `My Grid (1).PNG` is `my-grid-1.png`."""
    stem, dot, ending = os.path.basename(path).rpartition(".")
    if not stem:
        stem, ending = ending, ""
    ending = _WEB_NAME.sub("", ending).lower()
    return make_slug(stem, path) + (dot and ending and f".{ending}")


def _hashed(name: str, path: str) -> str:
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    stem, dot, ending = name.rpartition(".")
    return f"{stem}-{digest}{dot}{ending}" if dot else f"{name}-{digest}"


def add_series_links(drafts: Iterable[Draft], target: Target) -> None:
    """Add a line to each draft of a series: its number, and links to the previous and next part.

    Parts are sorted by `part:`, then by date. Parts that a draft cannot link to are left out.
    """
    parts: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.post.series:
            parts.setdefault(draft.post.series.casefold(), []).append(draft)
    for members in parts.values():
        members.sort(key=_series_order)
        for draft in members:
            linked = [
                part for part in members if part is draft or target.reaches(draft.post, part.post)
            ]
            if len(linked) > 1:
                _add_series_line(draft, linked)


def _series_order(draft: Draft) -> tuple[float, float, str]:
    post = draft.post
    part = float("inf") if post.part is None else post.part
    return part, post.date.timestamp() if post.date else 0.0, post.path


def _add_series_line(draft: Draft, parts: Sequence[Draft]) -> None:
    at = parts.index(draft)
    passage = draft.passage
    origin = passage.origin(len(passage.text))
    links = []
    for name, number in (("before it", at - 1), ("next", at + 1)):
        if 0 <= number < len(parts):
            other = parts[number].post
            address = draft.refs.add(Ref("note", other.path, origin))
            links.append(f"{name}: [{escape_text(other.title)}]({address})")
    series = escape_text(draft.post.series)
    line = f"*{series}*, part {at + 1} of {len(parts)} · {' · '.join(links)}"
    end = len(passage.text.rstrip("\n"))
    edit = SourceEdit(end, len(passage.text), f"\n\n{line}\n", SERIES_REASON)
    longer = passage.splice([edit])
    last = longer.tree.root.children[-1]
    if last.kind == "paragraph" and longer.tree.source(last).strip() == line:
        draft.passage = longer
        draft.changes.append(SourceChange(origin.path, origin.line, SERIES_REASON))
    else:
        draft.warnings.append(
            f"{draft.note.path}, line {origin.line}: The text ends inside an open block, so the"
            " links to the other parts of the series were not added."
        )
