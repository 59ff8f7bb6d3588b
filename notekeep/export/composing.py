"""Posts as they are to be in the site: text, front matter, pictures, and their manifest entries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, Refused
from notekeep.export.addresses import Published, SiteAddresses, asset_names
from notekeep.export.assets import Asset
from notekeep.export.batch import refusing
from notekeep.export.body import write_body
from notekeep.export.embeds import cut_teaser
from notekeep.export.inspection import report
from notekeep.export.manifest import Entry
from notekeep.export.metadata import can_strip, strip_metadata
from notekeep.export.remarks import Remarks, grouped
from notekeep.export.render import to_html
from notekeep.export.rewrite.blocks import is_diagram
from notekeep.export.rewrite.links import Anchors
from notekeep.export.settling import clash
from notekeep.export.targets.pages import DIALECT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.export.batch import Batch
    from notekeep.export.draft import Draft
    from notekeep.export.passage import Change


@dataclass(slots=True)
class Written:
    """A post as it is to be in the site, ready to be compared with what is there."""

    draft: Draft
    entry: Entry
    data: bytes
    assets: list[Asset] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Composer:
    """Writes the posts of one export."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def write_all(self) -> list[Written]:
        """Write the posts that were asked for, and of the earlier ones those that may change.

        One that cannot be written is refused, and the others are written as if it were not there.
        """
        while True:
            drafts = self._changeable() | self.batch.asked
            written, refused = [], dict[str, Refused]()
            wanted = self._wanted(drafts.values(), refused)
            for path, draft in drafts.items():
                with refusing(path, refused):
                    written.append(self._write(draft, wanted.get(path, set())))
            if not refused:
                return written
            for path, why in refused.items():
                self._give_up(path, why)

    def _changeable(self) -> dict[str, Draft]:
        """Return the earlier drafts whose notes say what they said when they were exported."""
        return {
            path: draft
            for path, draft in self.batch.earlier.items()
            if (known := self.batch.known(path)) and known[1].text == draft.digest
        }

    def _give_up(self, path: str, error: Refused) -> None:
        """Leave a post as it was written last, if it was, and the slug it has with it."""
        if path not in self.batch.asked.keys() | self.batch.earlier.keys():
            return
        if path in self.batch.asked:
            self.batch.plan.refused[path] = error
        draft = self.batch.asked.pop(path, None) or self.batch.earlier.pop(path)
        known = self.batch.known(path)
        if known is None:
            del self.batch.published[path]
            return
        # Its page is there as it was written last; which places it has is not known.
        draft.post.slug = known[0]
        self.batch.published[path] = Published(draft.post)
        waiting = [one for one, draft in self.batch.asked.items() if draft.post.slug == known[0]]
        for other in waiting:
            self._give_up(other, clash(other, [path, other], known[0], is_taken=True))

    def _wanted(self, drafts: Iterable[Draft], refused: dict[str, Refused]) -> dict[str, set[str]]:
        """Return for each note the ids that links lead to; one that was written once stays."""
        wanted: dict[str, set[str]] = {
            entry.note: set(entry.ids) for entry in self.batch.manifest.posts.values() if entry.note
        }
        for draft in [*drafts, *self.batch.earlier.values()]:
            with refusing(draft.note.path, refused):
                self._add_wanted(draft, wanted)
        return wanted

    def _add_wanted(self, draft: Draft, wanted: dict[str, set[str]]) -> None:
        addresses = self._addresses(draft, Remarks())
        for ref in draft.refs_used():
            if ref.kind != "note":
                continue
            local = addresses.local(ref)
            here = self.batch.published.get(draft.note.path if local else ref.path)
            found = local or (here and here.anchors and here.anchors.find(ref))
            if here is not None and here.anchors is not None and found:
                html = self.batch.target.dialect.html
                name = found if html else here.anchors.nearest_heading(found)
                wanted.setdefault(here.post.path, set()).add(name)

    def _addresses(self, draft: Draft, remarks: Remarks) -> SiteAddresses:
        anchors = self.batch.published[draft.note.path].anchors or Anchors()
        names = asset_names(ref.path for ref in draft.refs_used() if ref.kind == "asset")
        if cover := self._cover_path(draft):
            names = asset_names([*names, cover])
        return SiteAddresses(
            self.batch.target, draft, anchors, self.batch.published, names, remarks
        )

    def _cover_path(self, draft: Draft) -> str:
        """Return the cover's file; "" for none, and for an address on the web."""
        said = draft.post.cover.removeprefix("[[").removesuffix("]]").split("|")[0]
        if not said or "://" in said:
            return ""
        try:
            found = self.batch.drafter.attachments.find(said, draft.note.path)
            if found is not None:
                self.batch.drafter.attachments.read(found)
        except NotekeepError as error:
            self.batch.plan.warnings.append(
                f"{draft.note.path}: its cover is left out: {error.message}"
            )
            return ""
        if found is None:
            self.batch.plan.warnings.append(
                f"{draft.note.path}: there is no file {said!r} for its cover"
            )
        return found or ""

    def _write(self, draft: Draft, wanted: set[str]) -> Written:
        post, path = draft.post, draft.note.path
        remarks = Remarks()
        addresses = self._addresses(draft, remarks)
        anchors = addresses.anchors
        post.has_math = bool(draft.passage.tree.find("math", "math_double", "math_block"))
        post.has_diagrams = any(map(is_diagram, draft.passage.tree.find("fence")))
        body = write_body(
            draft, self.batch.target.dialect, addresses, anchors, wanted, self.batch.options
        )
        if self.batch.target.teaser_in_head:
            post.teaser = self._teaser(draft, addresses)
        cover = post.cover if "://" in post.cover else ""
        if cover_path := self._cover_path(draft):
            cover = self.batch.target.cover_url(post, addresses.names[cover_path])
            addresses.shown.append(cover_path)
        assets, notices = self._assets(addresses)
        text = self.batch.target.compose(draft, self.batch.target.head(post, cover), body.text)
        text, assets = self.batch.target.packed(post, text, assets)
        date = post.date.isoformat() if post.date else ""
        key = self.batch.key
        entry = Entry(
            key.note(path), key.vault, date, post.draft, draft.digest, sorted(body.ids), note=path
        )
        entry.published = not post.draft and draft.note.fields.get("draft") is None
        entry.links, entry.former = sorted(addresses.linked), list(post.former)
        said = [*grouped([*body.remarks.all, *remarks.all]), self.batch.target.notice(post)]
        said += [f"{path}: {notice}" for notice in notices]
        if post.has_diagrams:
            said.append(self.batch.target.diagram_notice())
        if post.former and not self.batch.target.former_addresses(post):
            said.append(
                f"{path}: it was {', '.join(post.former)} before, and this site cannot lead"
                " visitors on by itself: add a redirect where it is hosted"
            )
        if self.batch.is_large:
            draft.passage.forget()
        return Written(
            draft,
            entry,
            text.encode(),
            assets,
            sorted({*draft.changes, *body.changes}),
            [line for line in [*draft.warnings, *said] if line],
        )

    def _teaser(self, draft: Draft, addresses: SiteAddresses) -> str:
        """Return the author's teaser as HTML; "" where there is none."""
        part = cut_teaser(draft.passage)
        if part is None:
            return ""
        own = replace(draft, passage=part)
        anchors = addresses.anchors
        return to_html(write_body(own, DIALECT, addresses, anchors, set(), self.batch.options).text)

    def _assets(self, addresses: SiteAddresses) -> tuple[list[Asset], list[str]]:
        """Return the files that go along, and what there is to know of them."""
        assets: list[Asset] = []
        as_they_are: dict[str, bytes] = {}
        for path in sorted({*addresses.shown}):
            data = self.batch.drafter.attachments.read(path)
            if path not in self.batch.options.keep_metadata:
                if can_strip(path, data):
                    data = strip_metadata(path, data)
                else:
                    as_they_are[path] = data
            assets.append(Asset(path, addresses.names[path], data))
        return assets, report(as_they_are)
