"""From notes to a plan: which posts there will be, under which slugs, and what each file holds.

Notes exported earlier are drafted along with those that were asked for, so that links between all
of them are right: a post is written anew when only a link of its has changed, and never when its
note has, unless it was asked for.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from notekeep.errors import NotekeepError, Refused
from notekeep.export import audit
from notekeep.export.addresses import Published, SiteAddresses, asset_names
from notekeep.export.assets import Asset
from notekeep.export.body import write_body
from notekeep.export.compare import Comparison
from notekeep.export.consent import Unmarked
from notekeep.export.draft import Draft, Drafter
from notekeep.export.manifest import Entry, Manifest
from notekeep.export.metadata import strip_metadata
from notekeep.export.plan import Plan, PlannedPost
from notekeep.export.remarks import Remarks
from notekeep.export.rewrite.links import Anchors
from notekeep.export.slugs import given_slug, make_slug
from notekeep.files.paths import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.export.options import Options
    from notekeep.export.passage import Change
    from notekeep.export.refs import Ref
    from notekeep.export.source import Source
    from notekeep.export.targets.target import Target

_FIELD = re.compile(r"^(?:\.\. )?([\w-]+) ?[:=]", re.MULTILINE)


@dataclass(slots=True)
class Written:
    """A post as it is to be in the site, ready to be compared with what is there."""

    draft: Draft
    entry: Entry
    data: bytes
    assets: list[Asset] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Planner:
    """Makes one plan."""

    def __init__(
        self, source: Source, target: Target, manifest: Manifest, options: Options, vault: str
    ) -> None:
        self.source = source
        self.target = target
        self.manifest = manifest
        self.options = replace(options, linebreaks=_linebreaks(source.root, target, options))
        self.vault = vault
        self.drafter = Drafter(source, self.options)
        self.plan = Plan(target.id, target.name, target.folder)
        self.asked: dict[str, Draft] = {}
        self.earlier: dict[str, Draft] = {}
        self.published: dict[str, Published] = {}
        self.withdrawn: set[str] = set()

    def run(self, paths: Sequence[str]) -> Plan:
        """Plan the export of some notes."""
        self._draft_asked(paths)
        self._draft_earlier()
        self._settle_posts()
        written = self._write_all()
        drafts = [one.draft for one in written]
        self._tell(written)
        comparison = Comparison(self.plan, self.target, self.manifest, self.options, self.vault)
        comparison.run(written, gone=self._gone())
        self.plan.published = {path: found.post for path, found in self.published.items()}
        self.plan.needles = audit.needles(self.source, drafts)
        named = [f"{slug} {entry.note}" for slug, entry in self.manifest.posts.items()]
        self.plan.listed = audit.compared(" ".join(named))
        self.plan.said = audit.public_words(self.source, drafts, self._own_words(written))
        self.plan.warnings = list(dict.fromkeys([*self.target.warnings, *self.plan.warnings]))
        return self.plan

    def _own_words(self, written: Iterable[Written]) -> list[str]:
        """Return the words that are in every post of the site: names of folders and of fields."""
        words = []
        for one in written:
            words.append(self.target.post_path(one.draft.post))
            words += _FIELD.findall(self.target.head(one.draft.post, ""))
            words += [self.target.asset_path(one.draft.post, "") for _ in one.assets]
        return words

    def _tell(self, written: Iterable[Written]) -> None:
        """Put the posts that were asked for into the plan, and what there is to know of them."""
        for one in written:
            post = one.draft.post
            if post.path in self.asked:
                path = self.target.post_path(post)
                self.plan.posts.append(PlannedPost(post, path, one.draft, one.changes))
                self.plan.warnings += one.warnings

    def _draft_asked(self, paths: Sequence[str]) -> None:
        """Draft what was asked for; one note that is refused hides none of the others."""
        unmarked: list[Refused] = []
        for path in dict.fromkeys(paths):
            try:
                self.drafter.consent(path, named=self.options.named)
            except Unmarked as error:
                unmarked.append(error)
            except Refused as error:
                self.plan.refused[path] = error
                self.withdrawn.add(path)
        if unmarked and len(unmarked) == len(set(paths)):
            self.plan.refused |= dict(zip(paths, unmarked, strict=False))
        elif unmarked:
            self.plan.warnings.append(
                f"{len(unmarked)} of {len(set(paths))} notes are left out:"
                " they are not marked publish: true"
            )
        for path in sorted(self.drafter.consented):
            try:
                self.asked[path] = self.drafter.draft(path)
            except Refused as error:
                self.plan.refused[path] = error
                self.drafter.consented.discard(path)
        self.asked = {path: self.asked[path] for path in paths if path in self.asked}

    def _draft_earlier(self) -> None:
        """Draft the notes of posts that are in the site already, where they still may leave."""
        for entry in self.manifest.posts.values():
            path = entry.note
            if entry.vault != self.vault or path in self.asked or path not in self.source.notes:
                continue
            if path in self.plan.refused:
                continue
            try:
                self.drafter.consent(path, named=True)
            except NotekeepError:
                self.withdrawn.add(path)
                continue
            try:
                self.earlier[path] = self.drafter.draft(path)
            except NotekeepError:
                self.drafter.consented.discard(path)

    def _settle_posts(self) -> None:
        """Give every post its slug and date: those it had, else new ones."""
        self._choose_slugs()
        for draft in self.asked.values():
            self._settle_date(draft)
        for path, draft in self.earlier.items():
            known = self.manifest.of_note(path, self.vault)
            if known is not None:
                draft.post.slug, entry = known
                draft.post.date = entry.moment() or self.options.moment()
                draft.post.draft = entry.draft
        for path, draft in (self.earlier | self.asked).items():
            title = None if self.target.dialect.keep_title else draft.post.title
            self.published[path] = Published(draft.post, Anchors.of(draft.passage, title))

    def _choose_slugs(self) -> None:
        """Give every post that was asked for its slug; those that clash are all refused."""
        wanted: dict[str, list[str]] = {}
        for path, draft in self.asked.items():
            try:
                draft.post.slug = self._slug(draft)
                wanted.setdefault(name_key(draft.post.slug), []).append(path)
            except Refused as error:
                self.plan.refused[path] = error
        for paths in wanted.values():
            for path in paths if len(paths) > 1 else ():
                self.plan.refused[path] = _clash(path, paths, self.asked[path].post.slug)
        for path in self.plan.refused:
            self.asked.pop(path, None)

    def _slug(self, draft: Draft) -> str:
        """Return a note's slug: what it says itself, what it had, or one made of its title.

        Raises:
            Refused: It is none, or another note's post has it.
        """
        path = draft.note.path
        known = self.manifest.of_note(path, self.vault)
        slug = given_slug(draft.note.fields.get("slug"), path)
        slug = slug or (known[0] if known else make_slug(draft.post.title, path))
        twin = self.manifest.twin(slug)
        owner = self.manifest.posts[twin] if twin is not None else None
        if owner is None or (owner.note == path and owner.vault == self.vault):
            return slug
        moved = owner.vault == self.vault and owner.note not in self.source.notes
        if moved and twin == slug and known is None:
            return slug
        raise _clash(path, [path, owner.note], slug)

    def _settle_date(self, draft: Draft) -> None:
        post = draft.post
        entry = self.manifest.posts.get(post.slug)
        known = self.manifest.of_note(post.path, self.vault)
        frozen = entry or (known[1] if known else None)
        if post.date is None and frozen is not None:
            post.date = frozen.moment()
        if post.date is None and self.target.dated:
            post.date = self.options.moment()
        if self.target.dated and post.date and post.date > self.options.moment():
            self.plan.warnings.append(
                f"{post.path}: its date lies ahead, and many sites leave such posts out until then"
            )

    def _write_all(self) -> list[Written]:
        """Write the posts that were asked for, and of the earlier ones those that may change.

        One that cannot be written is refused, and the others are written as if it were not there.
        """
        while True:
            drafts = self._changeable() | self.asked
            wanted = self._wanted(drafts.values())
            written, refused = [], dict[str, Refused]()
            for path, draft in drafts.items():
                try:
                    written.append(self._write(draft, wanted.get(path, set())))
                except Refused as error:
                    refused[path] = error
            if not refused:
                return written
            for path, why in refused.items():
                self._give_up(path, why)

    def _changeable(self) -> dict[str, Draft]:
        """Return the earlier drafts whose notes say what they said when they were exported."""
        return {
            path: draft
            for path, draft in self.earlier.items()
            if (known := self.manifest.of_note(path, self.vault))
            and known[1].text == _digest(draft)
        }

    def _give_up(self, path: str, error: Refused) -> None:
        if path in self.asked:
            self.plan.refused[path] = error
        draft = self.asked.pop(path, None) or self.earlier.pop(path)
        if self.manifest.of_note(path, self.vault) is None:
            del self.published[path]
        else:
            # Its page is there as it was written last; which places it has is not known.
            self.published[path] = Published(draft.post)

    def _wanted(self, drafts: Iterable[Draft]) -> dict[str, set[str]]:
        """Return for each note the ids that links lead to; one that was written once stays."""
        wanted: dict[str, set[str]] = {
            entry.note: set(entry.ids)
            for entry in self.manifest.posts.values()
            if entry.vault == self.vault
        }
        for draft in [*drafts, *self.earlier.values()]:
            addresses = self._addresses(draft, Remarks())
            for ref in used_refs(draft):
                if ref.kind != "note":
                    continue
                local = addresses.local(ref)
                here = self.published.get(draft.note.path if local else ref.path)
                found = local or (here and here.anchors and here.anchors.find(ref))
                if here is not None and here.anchors is not None and found:
                    name = (
                        found if self.target.dialect.html else here.anchors.nearest_heading(found)
                    )
                    wanted.setdefault(here.post.path, set()).add(name)
        return wanted

    def _addresses(self, draft: Draft, remarks: Remarks) -> SiteAddresses:
        anchors = self.published[draft.note.path].anchors or Anchors()
        names = asset_names(ref.path for ref in used_refs(draft) if ref.kind == "asset")
        if cover := self._cover_path(draft):
            names = asset_names([*names, cover])
        return SiteAddresses(self.target, draft, anchors, self.published, names, remarks)

    def _cover_path(self, draft: Draft) -> str:
        """Return the cover's file; "" for none, and for an address on the web."""
        said = draft.post.cover.removeprefix("[[").removesuffix("]]").split("|")[0]
        if not said or "://" in said:
            return ""
        try:
            found = self.drafter.attachments.find(said, draft.note.path)
            if found is not None:
                self.drafter.attachments.read(found)
        except NotekeepError as error:
            self.plan.warnings.append(f"{draft.note.path}: its cover is left out: {error.message}")
            return ""
        if found is None:
            self.plan.warnings.append(f"{draft.note.path}: there is no file {said!r} for its cover")
        return found or ""

    def _write(self, draft: Draft, wanted: set[str]) -> Written:
        post, path = draft.post, draft.note.path
        remarks = Remarks()
        addresses = self._addresses(draft, remarks)
        anchors = addresses.anchors
        post.has_math = bool(draft.passage.page.find("math", "math_double", "math_block"))
        body = write_body(draft, self.target.dialect, addresses, anchors, wanted, self.options)
        cover = post.cover if "://" in post.cover else ""
        if cover_path := self._cover_path(draft):
            cover = self.target.cover_url(post, addresses.names[cover_path])
            addresses.shown.append(cover_path)
        assets = [
            self._asset(addresses.names[shown], shown) for shown in sorted({*addresses.shown})
        ]
        text = self.target.compose(draft, self.target.head(post, cover), body.text)
        date = post.date.isoformat() if post.date else ""
        entry = Entry(path, self.vault, date, post.draft, _digest(draft), sorted(body.ids))
        said = [*map(str, body.remarks.all), *map(str, remarks.all), self.target.notice(post)]
        return Written(
            draft,
            entry,
            text.encode(),
            assets,
            sorted({*draft.changes, *body.changes}),
            [line for line in [*draft.warnings, *said] if line],
        )

    def _asset(self, name: str, path: str) -> Asset:
        data = self.drafter.attachments.read(path)
        return Asset(path, name, strip_metadata(path, data))

    def _gone(self) -> dict[str, str]:
        """Return the slugs of posts that no note stands behind any more, and why."""
        gone = {}
        slugs = {draft.post.slug for draft in self.asked.values()}
        for slug, entry in self.manifest.posts.items():
            if entry.vault != self.vault or slug in slugs:
                continue
            if entry.note not in self.source.notes:
                gone[slug] = "its note is not in the vault any more"
            elif entry.note in self.withdrawn:
                gone[slug] = "its note may not leave the vault any more"
            elif entry.note in self.asked:
                gone[slug] = "its note has another slug"
        return gone


def used_refs(draft: Draft) -> list[Ref]:
    """Return what a draft's text points at; notes it embeds in part pointed at more."""
    nodes = draft.passage.page.find("link", "image")
    return [ref for node in nodes if (ref := draft.refs.get(node.info)) is not None]


def _digest(draft: Draft) -> str:
    """Return a digest of what is exported of a note, whatever the site makes of it."""
    post = draft.post
    said = [post.title, post.description, post.tags, post.categories, post.series, post.part]
    said += [
        post.canonical,
        post.lang,
        post.cover,
        str(post.updated),
        str(sorted(post.extra.items())),
    ]
    refs = [[r.kind, r.path, r.heading, r.block, r.width, r.height] for r in used_refs(draft)]
    neutral = draft.passage.text.replace(draft.refs.scheme, "nk")
    text = json.dumps([neutral, refs, said], ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _clash(path: str, paths: list[str], slug: str) -> Refused:
    others = ", ".join(sorted(other for other in paths if other != path)) or "another post"
    return Refused(
        f"{path}: its slug {slug!r} is also that of {others}",
        f"give one of them another: write slug: {slug}-2 in it",
    )


def _linebreaks(root: str, target: Target, options: Options) -> Literal["keep", "join"]:
    """Return how single newlines are shown: as chosen, else as Obsidian shows them in this vault.

    Portable Markdown is for editors as much as for sites, and keeps them as they are.
    """
    if options.linebreaks:
        return options.linebreaks
    if target.id == "portable" or not os.path.isdir(os.path.join(root, ".obsidian")):
        return "join"
    try:
        with open(os.path.join(root, ".obsidian", "app.json"), encoding="utf-8") as file:
            said = json.load(file)
    except (OSError, ValueError):
        return "keep"
    return "join" if isinstance(said, dict) and said.get("strictLineBreaks") is True else "keep"
