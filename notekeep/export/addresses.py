"""Where the things a post points at are in its site: other posts, places in them, files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notekeep.export.assets import web_name
from notekeep.files.paths import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from notekeep.export.draft import Draft
    from notekeep.export.properties import Post
    from notekeep.export.refs import Ref
    from notekeep.export.remarks import Remarks
    from notekeep.export.rewrite.links import Anchors
    from notekeep.export.targets.target import Target


@dataclass(slots=True)
class Published:
    """A note that has a post in the site.

    Attributes:
        post: Its post; of one that is not part of the plan, slug and state are all that is right.
        anchors: The ids that places in it can have; None when its text is not at hand.
    """

    post: Post
    anchors: Anchors | None = None


@dataclass(slots=True)
class SiteAddresses:
    """The addresses as one post sees them.

    Attributes:
        target: The site.
        draft: The post's draft.
        anchors: The ids its own places can have.
        published: Every note that has a post, by path.
        names: The name in the site of each file that the post may show, by path.
        remarks: What the person should know.
        shown: The files that the post shows, as they are asked for.
        linked: The slugs of the posts it links to, likewise.
    """

    target: Target
    draft: Draft
    anchors: Anchors
    published: Mapping[str, Published]
    names: Mapping[str, str]
    remarks: Remarks
    shown: list[str] = field(default_factory=list)
    linked: set[str] = field(default_factory=set)

    def note(self, ref: Ref) -> str | None:
        """Return the address of a note's page; None when it has none that this post may link."""
        found = self.published.get(ref.path)
        if found is None or not self.target.reaches(self.draft.post, found.post):
            return None
        place = f"#{ref.heading}" if ref.heading else f"#^{ref.block}" if ref.block else ""
        anchor = found.anchors.find(ref) if found.anchors is not None else None
        if place and found.anchors is not None and not self._has_place(found.anchors, ref):
            self.remarks.add(ref.origin, f"there is no {place} in {ref.path}; the link leads to it")
        anchor = anchor and self._writable(found.anchors, anchor)
        if ref.path == self.draft.note.path and not anchor:
            return "#"
        self.linked.add(found.post.slug)
        return self.target.link(self.draft.post, found.post, anchor or "")

    def local(self, ref: Ref) -> str | None:
        """Return the id of a place within this post, its embedded parts included."""
        if ref.kind != "note" or not (ref.heading or ref.block):
            return None
        if ref.path != self.draft.note.path and ref.path in self.published:
            return None
        anchor = self.anchors.find(ref)
        return self._writable(self.anchors, anchor) if anchor else None

    def asset(self, ref: Ref) -> str:
        """Return the address of a file, and note that the post shows it."""
        if ref.kind == "web":
            return ref.path
        if ref.path not in self.shown:
            self.shown.append(ref.path)
        return self.target.asset_url(self.draft.post, self.names[ref.path])

    def _has_place(self, anchors: Anchors, ref: Ref) -> bool:
        return anchors.find(ref) is not None or anchors.is_title(ref)

    def _writable(self, anchors: Anchors | None, anchor: str) -> str:
        """Return the id itself, or for a block where no block can have one, its heading's."""
        if anchors is None or self.target.dialect.html:
            return anchor
        return anchors.nearest_heading(anchor)


def asset_names(paths: Iterable[str]) -> dict[str, str]:
    """Return a name in the site for each file; those that would share one get a hash of the path.

    Which of two came first never matters: both get one.
    """
    plain = {path: web_name(path) for path in dict.fromkeys(paths)}
    counts: dict[str, int] = {}
    for name in plain.values():
        counts[name_key(name)] = counts.get(name_key(name), 0) + 1
    return {
        path: name if counts[name_key(name)] == 1 else _hashed(name, path)
        for path, name in plain.items()
    }


def _hashed(name: str, path: str) -> str:
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    stem, dot, ending = name.rpartition(".")
    return f"{stem}-{digest}{dot}{ending}" if dot else f"{name}-{digest}"
