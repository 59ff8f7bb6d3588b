"""Addresses in a site: of other posts and places in them, of files, of the parts of a series."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from notekeep.export.assets import web_name
from notekeep.export.draft import Draft
from notekeep.export.post import Post
from notekeep.export.references import Ref, escape_text
from notekeep.export.rewrite.site_links import AnchorIds
from notekeep.export.source_map import LineWarning, SourceChange, SourceEdit
from notekeep.export.targets.target import Target
from notekeep.storage.file_names import name_key

SERIES_REASON = "links to the parts of its series"


@dataclass(slots=True)
class PublishedNote:
    """A note that has a post in the site."""

    # its post; of one that is not part of the plan, slug and state are all that is right
    post: Post
    # the ids that places in it can have; None when its text is not at hand
    anchors: AnchorIds | None = None


@dataclass(slots=True)
class SiteAddresses:
    """The addresses as one post sees them."""

    target: Target
    draft: Draft
    anchors: AnchorIds  # the ids its own places can have
    published: Mapping[str, PublishedNote]
    names: Mapping[str, str]  # the name in the site of each file that the post may show, by path
    cover: str = ""
    remarks: list[LineWarning] = field(default_factory=list)
    # the files that the post shows, as they are asked for; likewise the slugs `linked`
    shown: list[str] = field(default_factory=list)
    linked: set[str] = field(default_factory=set)

    def note(self, ref: Ref) -> str | None:
        """Return the address of a note's page; None when it has none that this post may link."""
        found = self.published.get(ref.path)
        if found is None or not self.target.reaches(self.draft.post, found.post):
            return None
        anchor = ""
        if found.anchors is not None:
            known = found.anchors.find(ref)
            if ref.place and known is None and not found.anchors.is_title(ref):
                what = f"{ref.path} has no {ref.place}; the link goes to the page instead"
                self.remarks.append(LineWarning(ref.origin, what))
            if known:
                anchor = self._writable(found.anchors, known)
        if ref.path == self.draft.note.path and not anchor:
            return "#"
        self.linked.add(found.post.slug)
        return self.target.link(found.post, anchor)

    def local(self, ref: Ref) -> str | None:
        """Return the id of a place within this post, its embedded parts included."""
        is_elsewhere = ref.path != self.draft.note.path and ref.path in self.published
        if ref.kind != "note" or not ref.place or is_elsewhere:
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

    def _writable(self, anchors: AnchorIds, anchor: str) -> str:
        """Return the id itself, or for a block where no block can have one, its heading's."""
        return anchor if self.target.dialect.html else anchors.nearest_heading(anchor)


def name_assets(paths: Iterable[str]) -> dict[str, str]:
    """Return a name in the site for each file; all that would share one get a hash of the path."""
    plain = {path: web_name(path) for path in dict.fromkeys(paths)}
    counts = Counter(map(name_key, plain.values()))
    return {
        path: name if counts[name_key(name)] == 1 else _hashed(name, path)
        for path, name in plain.items()
    }


def _hashed(name: str, path: str) -> str:
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    stem, dot, ending = name.rpartition(".")
    return f"{stem}-{digest}{dot}{ending}" if dot else f"{name}-{digest}"


def add_series_links(drafts: Iterable[Draft], target: Target) -> None:
    """Write at the end of each draft of a series which part it is, with links to its neighbours.

    `series:` is enough; `part:` puts the notes in order, else their dates do. The links are written
    as any other link of the note, so a part that is not published yet comes in when it is.
    """
    parts: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.post.series:
            parts.setdefault(draft.post.series.casefold(), []).append(draft)
    for members in parts.values():
        members.sort(key=_series_place)
        for draft in members:
            shown = [one for one in members if one is draft or target.reaches(draft.post, one.post)]
            if len(shown) > 1:
                _add_series_line(draft, shown)


def _series_place(draft: Draft) -> tuple[float, float, str]:
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
            f"{draft.note.path}, line {origin.line}: the text ends inside an open block, so the"
            " links to the other parts of the series were not added"
        )
