"""Select, draft, rewrite, plan, write, audit."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from notekeep.errors import Conflict, NotekeepError, Refused, UsageError
from notekeep.export import audit, guard
from notekeep.export.addresses import PublishedNote, SiteAddresses, name_assets
from notekeep.export.assets import Asset
from notekeep.export.audit import Audit
from notekeep.export.batch import (
    draft_existing,
    draft_requested,
    find_orphaned_slugs,
    refuse_on_error,
)
from notekeep.export.draft import WarningList, group_warnings
from notekeep.export.embeds import extract_teaser, is_title
from notekeep.export.html_pages import HTML_DIALECT, to_html
from notekeep.export.manifest import ManifestEntry
from notekeep.export.metadata import can_strip, report, strip_metadata
from notekeep.export.plan import WRITTEN_STATUSES, ExportPlan, ExportResult, PlannedPost
from notekeep.export.post import Post
from notekeep.export.post_identity import clash, resolve_posts
from notekeep.export.private_terms import normalize_for_audit
from notekeep.export.rewrite import block_syntax, inline_marks, layout, site_links, verbatim
from notekeep.export.rewrite.block_syntax import is_diagram
from notekeep.export.rewrite.dialect import RewriteJob
from notekeep.export.rewrite.site_links import AnchorIds
from notekeep.export.site_diff import SiteComparison
from notekeep.export.source import Options
from notekeep.storage.open_folder import remove_empty_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from notekeep.export.batch import Batch
    from notekeep.export.draft import Draft
    from notekeep.export.manifest import Bases, VaultKey
    from notekeep.export.plan import SiteChange
    from notekeep.export.private_terms import PrivateTerm
    from notekeep.export.rewrite.dialect import Dialect
    from notekeep.export.rewrite.site_links import AddressResolver
    from notekeep.export.source import VaultSource
    from notekeep.export.source_map import MappedText, Origin, SourceChange
    from notekeep.export.targets.target import Target
    from notekeep.storage.history import History


# Plan an export, and make it: the two calls that the rest of notekeep knows of this room.


def plan_export(
    source: VaultSource,
    paths: Sequence[str],
    *,
    target: str | None = None,
    site: str | os.PathLike[str] | None = None,
    options: Options | None = None,
    vault: VaultKey | None = None,
    history: History | None = None,
    tells: bool = False,
) -> ExportPlan:
    """Plan the export of some notes; nothing is written.

    Args:
        source: The vault.
        paths: The notes, vault-relative.
        target: The target's id; None asks the site.
        site: The site's folder; None is for portable Markdown, beside the vault.
        options: What the person chose.
        vault: What the site's manifest calls the vault; by default made of its folder's name.
        history: The history of the vault, which knows what was written last and what notes were
            called; without it what was changed by hand cannot be merged.
        tells: Whether the plan is only to tell how things stand, also where all are refused.

    Returns:
        The plan. Notes that may not leave are in `refused`, unless there is nothing else to do.

    Raises:
        Refused: The only note may not leave; or a file would hold something private.
        NotFound: The site is none.
        UsageError: There is no such target, or the site's settings cannot be read.
    """
    from notekeep.export.batch import Batch
    from notekeep.export.draft import Drafter
    from notekeep.export.manifest import Manifest, VaultKey
    from notekeep.export.post_identity import find_renamed_notes
    from notekeep.export.targets.target import open_target

    key = vault or VaultKey.of_folder(os.path.basename(os.path.normpath(source.root)))
    folder = site_folder(source.root, target, site, key.folder)
    if site is None:
        target = target or "portable"
    opened = open_target(target, folder)
    _refuse_nesting(source.root, opened)
    log = tuple if history is None else history.records
    manifest = find_renamed_notes(Manifest.read(folder), key, source.notes, log)
    chosen = resolve_options(options or Options(), source.root, opened)
    opened.address = chosen.address

    def begun(refused: dict[str, Refused]) -> Batch:
        plan = ExportPlan(opened.id, opened.name, folder, refused=dict(refused))
        return Batch(source, opened, manifest, chosen, key, Drafter(source, chosen), plan)

    plan = _audited(begun, paths, history)
    if len(plan.refused) == 1 and not plan.posts and not tells and not _leaves_files(plan):
        raise next(iter(plan.refused.values()))
    return plan


def _leaves_files(plan: ExportPlan) -> bool:
    """Whether there are files in the site that no note stands behind."""
    return any(file.status in {"orphan", "removed"} for file in plan.files)


def _audited(
    begun: Callable[[dict[str, Refused]], Batch], paths: Sequence[str], history: History | None
) -> ExportPlan:
    """Plan, and plan again without what would leak: one such note hides none of the others.

    Args:
        begun: Begins an export, given the notes that are refused already and why.
        paths: The notes.
        history: The history of the vault.

    Raises:
        Refused: A file that belongs to none of these notes would hold something private.
    """
    from notekeep.export.manifest import Bases

    leaking: dict[str, Refused] = {}
    while True:
        batch = begun(leaking)
        plan = batch.plan
        fill_plan(batch, [path for path in paths if path not in leaking], Bases(history, plan.site))
        found = plan.audit.find(_leaving(plan, lambda file: file.after))
        if not found:
            return plan
        refused = _leaking(plan, found)
        if not refused:
            raise plan.audit.refusal(found)
        leaking |= refused


def _leaking(
    plan: ExportPlan, found: Sequence[tuple[audit.OutgoingFile, PrivateTerm]]
) -> dict[str, Refused]:
    """Return the notes that are left out for what was found, and why.

    One that links to another of them may show only what that link says, so it waits for a plan in
    which the other is no post.
    """
    notes = {file.path: file.note for file in plan.files}
    hits: dict[str, list[tuple[audit.OutgoingFile, PrivateTerm]]] = {}
    for hit in found:
        hits.setdefault(notes[hit[0].path], []).append(hit)
    own = [planned for planned in plan.posts if planned.post.path in hits]
    alone = [one for one in own if not _links_to(one, hits.keys() - {one.post.path})]
    return {one.post.path: plan.audit.refusal(hits[one.post.path]) for one in alone or own}


def _links_to(planned: PlannedPost, notes: AbstractSet[str]) -> bool:
    return any(ref.kind == "note" and ref.path in notes for ref in planned.draft.used_references())


def site_folder(
    root: str, target: str | None, site: str | os.PathLike[str] | None, vault: str
) -> str:
    """Return where drafts go: a site, or a folder beside the vault.

    Raises:
        UsageError: The target needs a site, and none is named.
    """
    from notekeep.export.targets.target import load_target

    if site is not None:
        return os.path.abspath(os.path.expanduser(os.fspath(site)))
    if target is not None and not load_target(target).anywhere:
        raise UsageError(f"{target} needs the folder of its site", "name it with --site")
    beside = os.path.dirname(os.path.realpath(root))
    kind = "drafts" if target in {None, "portable"} else target
    return os.path.join(beside, f"{vault}-{kind}")


def _refuse_nesting(root: str, target: Target) -> None:
    """Keep drafts out of the vault, where they are notes, and the vault out of a site's pages.

    Raises:
        UsageError: One lies in the other.
    """
    from notekeep.export.post import Post
    from notekeep.storage.file_names import is_within
    from notekeep.storage.scan import is_ignored_folder

    vault, site = os.path.realpath(root), os.path.realpath(target.folder)
    probe = target.post_path(Post("", "", date=datetime.now(UTC), slug="x"))
    posts = os.path.realpath(os.path.dirname(os.path.join(site, *probe.split("/"))))
    if target.ending == ".md" and is_within(posts, vault):
        inner = os.path.relpath(posts, vault).replace(os.sep, "/")
        if not is_ignored_folder(vault, inner):
            ignored = f", or write {inner}/ into its .notekeepignore" if inner != "." else ""
            raise UsageError(
                f"{target.folder} is in the vault, where drafts would be notes of their own",
                f"name a folder outside the vault with --site{ignored}",
            )
    if vault != site and is_within(vault, site):
        inner = os.path.relpath(vault, site).replace(os.sep, "/")
        if target.makes_pages(inner):
            raise UsageError(
                f"the vault is in the folder {inner} of the site, where {target.name} makes a page"
                " of every note, private ones too",
                "move the vault out of the site, or to a folder of it that is not published",
            )


def _leaving(
    plan: ExportPlan, holds: Callable[[SiteChange], bytes | None]
) -> list[audit.OutgoingFile]:
    """Return what will be in the site of a plan's files, also of those that stay as they are."""
    return [
        audit.OutgoingFile(file.path, data, file.note if file.is_post else "")
        for file in plan.files
        if file.status != "conflict"
        and not (file.status == "unchanged" and file.ours is not None)
        and file.after is not None
        and (data := holds(file)) is not None
    ]


def write_export(plan: ExportPlan, history: History) -> ExportResult:
    """Make a planned export as one step, which `undo` takes back.

    What was written is read back and audited; if it holds anything private, it is taken back.

    Args:
        plan: The plan.
        history: The history of the vault, which keeps what the site's files held.

    Raises:
        Conflict: A file of the site changed since the plan was made; nothing was written.
        Refused: The audit found something private; nothing is left of the export.
        Failure: The system did not let it be written; nothing is left of it.
    """
    changes = [file for file in plan.files if file.status in WRITTEN_STATUSES]
    exported = ExportResult(
        plan.target,
        plan.site,
        conflicts=[file.path for file in plan.conflicts],
        notes=[planned.post.path for planned in plan.posts] + plan.relinked,
        refused=dict(plan.refused),
        warnings=list(plan.warnings),
    )
    if os.path.isdir(plan.site):
        history.sweep_temps(plan.site)
    if not changes:
        return exported
    plan.audit.check(_leaving(plan, lambda file: file.after))
    os.makedirs(plan.site, exist_ok=True)
    _keep_bases(plan)
    step = _make(plan, history)
    try:
        plan.audit.check(_leaving(plan, partial(_read_back, plan.site)))
    except Refused:
        history.undo_step(plan.site, step)
        raise
    exported.written = [file.path for file in changes if file.status != "removed"]
    exported.removed = [file.path for file in changes if file.status == "removed"]
    return exported


def _keep_bases(plan: ExportPlan) -> None:
    """Keep what is made of notes whose files stay as a person changed them, or are merged."""
    if plan.bases is not None:
        settled = [file for file in plan.files if file.status != "conflict"]
        plan.bases.keep((file.path, file.ours) for file in settled if file.ours is not None)


def _make(plan: ExportPlan, history: History) -> str:
    """Make the step; returns its id."""
    from notekeep.storage.content import digest_of

    names = [planned.post.title for planned in plan.posts]
    label = names[0] if len(names) == 1 else f"{len(names)} notes"
    step = history.step(
        "export",
        f"{label} to {plan.target_name}",
        root=plan.site,
        whole=True,
        elsewhere=True,
    )
    with step:
        for file in plan.files:
            if file.status == "new" and file.after is not None:
                step.create(file.path, file.after)
            elif file.status == "changed" and file.before is not None and file.after is not None:
                step.edit(file.path, file.after, digest_of(file.before), keep_ours=False)
            elif file.status == "removed":
                step.trash(file.path)
    for file in plan.files:
        if file.status == "removed":
            remove_empty_folders(plan.site, _above(file.path))
    return step.id


def _above(path: str) -> list[str]:
    """Return the folders a path lies in, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _read_back(site: str, file: SiteChange) -> bytes:
    """Read a file that was written, and make sure that it is what was planned.

    Raises:
        Conflict: It is not.
    """
    from notekeep.storage.open_folder import content_at

    there = content_at(site, file.path)
    if there is None or there[0] != file.after:
        raise Conflict(
            f"{file.path}: another program changed it while it was written",
            "look at it, then export again",
        )
    return there[0]


# A draft's body as its generator needs it: every rewriter run, checked, and told line by line.


@dataclass(slots=True)
class RewrittenBody:
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
    changes: list[SourceChange] = field(default_factory=list)
    remarks: WarningList = field(default_factory=WarningList)


def write_body(
    draft: Draft,
    dialect: Dialect,
    addresses: AddressResolver,
    anchors: AnchorIds,
    wanted: AbstractSet[str],
    options: Options,
) -> RewrittenBody:
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
    body = RewrittenBody("")
    passage = draft.passage
    work = RewriteJob(passage, dialect, body.remarks)
    _drop_title(work, draft)
    block_syntax.rewrite_callouts(work)
    site_links.rewrite_links(work, draft.refs, addresses, options)
    body.ids = site_links.write_anchors(work, anchors, wanted)
    block_syntax.rules(work)
    block_syntax.rewrite_diagrams(work)
    block_syntax.fence_indented_code(work)
    block_syntax.rewrite_tasks(work)
    block_syntax.end_teaser(work)
    verbatim.guard_code(work)
    verbatim.rewrite_formulas(work)
    inline_marks.rewrite_marks(work, keep_breaks=options.linebreaks == "keep")
    inline_marks.escape_prose(work)
    passage = _done(work, body)
    if not dialect.footnotes:
        for step in (block_syntax.number_footnotes, block_syntax.list_footnotes):
            work = RewriteJob(passage, dialect, body.remarks)
            step(work)
            passage = _done(work, body)
    if dialect.engine != "commonmark":
        work = RewriteJob(passage, dialect, body.remarks)
        layout.lay_out_for_python_markdown(work)
        passage = _done(work, body)
        if not work.heads:  # what is indented below an admonition is code to CommonMark
            guard.check_code(work.passage, passage)
    if dialect.engine == "python":
        work = RewriteJob(passage, dialect, body.remarks)
        layout.order_footnotes(work)
        passage = _done(work, body)
    body.text, body.origins = passage.text, passage.origins
    return body


def _drop_title(work: RewriteJob, draft: Draft) -> None:
    """Drop the first heading when it is the title, which every theme prints."""
    blocks_ = work.tree.root.children
    if work.dialect.keep_title or not blocks_ or not is_title(blocks_[0], draft.post.title):
        return
    title = blocks_[0]
    end = work.tree.lines[title.last].start if title.last < len(work.tree.lines) else title.end
    work.claimed.update(title.walk())
    work.put(title.start, end, "", "the heading repeats the title, which the site prints")


def _done(work: RewriteJob, body: RewrittenBody) -> MappedText:
    passage = work.passage.splice(work.splices)
    guard.check_rewrite(work.passage, passage, work.splices, work.loose)
    body.changes += work.passage.changes(work.splices)
    return passage


# Posts as they are to be in the site: text, front matter, pictures, and their manifest entries.


@dataclass(slots=True)
class ComposedPost:
    """A post as it is to be in the site, ready to be compared with what is there."""

    draft: Draft
    entry: ManifestEntry
    data: bytes
    assets: list[Asset] = field(default_factory=list)
    changes: list[SourceChange] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Composer:
    """Writes the posts of one export."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def write_all(self) -> list[ComposedPost]:
        """Write the posts that were asked for, and of the earlier ones those that may change.

        One that cannot be written is refused, and the others are written as if it were not there.
        """
        while True:
            drafts = self._changeable() | self.batch.asked
            written, refused = [], dict[str, Refused]()
            wanted = self._wanted(drafts.values(), refused)
            for path, draft in drafts.items():
                with refuse_on_error(path, refused):
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
        self.batch.published[path] = PublishedNote(draft.post)
        waiting = [one for one, draft in self.batch.asked.items() if draft.post.slug == known[0]]
        for other in waiting:
            self._give_up(other, clash(other, [path, other], known[0], is_taken=True))

    def _wanted(self, drafts: Iterable[Draft], refused: dict[str, Refused]) -> dict[str, set[str]]:
        """Return for each note the ids that links lead to; one that was written once stays."""
        wanted: dict[str, set[str]] = {
            entry.note: set(entry.ids) for entry in self.batch.manifest.posts.values() if entry.note
        }
        for draft in [*drafts, *self.batch.earlier.values()]:
            with refuse_on_error(draft.note.path, refused):
                self._add_wanted(draft, wanted)
        return wanted

    def _add_wanted(self, draft: Draft, wanted: dict[str, set[str]]) -> None:
        addresses = self._addresses(draft, WarningList())
        for ref in draft.used_references():
            if ref.kind != "note":
                continue
            local = addresses.local(ref)
            here = self.batch.published.get(draft.note.path if local else ref.path)
            found = local or (here and here.anchors and here.anchors.find(ref))
            if here is not None and here.anchors is not None and found:
                html = self.batch.target.dialect.html
                name = found if html else here.anchors.nearest_heading(found)
                wanted.setdefault(here.post.path, set()).add(name)

    def _addresses(self, draft: Draft, remarks: WarningList) -> SiteAddresses:
        anchors = self.batch.published[draft.note.path].anchors or AnchorIds()
        names = name_assets(ref.path for ref in draft.used_references() if ref.kind == "asset")
        if cover := self._cover_path(draft):
            names = name_assets([*names, cover])
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

    def _write(self, draft: Draft, wanted: set[str]) -> ComposedPost:
        post, path = draft.post, draft.note.path
        remarks = WarningList()
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
        entry = ManifestEntry(
            key.note(path), key.vault, date, post.draft, draft.digest, sorted(body.ids), note=path
        )
        entry.published = not post.draft and draft.note.fields.get("draft") is None
        entry.links, entry.former = sorted(addresses.linked), list(post.former)
        said = [*group_warnings([*body.remarks.all, *remarks.all]), self.batch.target.notice(post)]
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
        return ComposedPost(
            draft,
            entry,
            text.encode(),
            assets,
            sorted({*draft.changes, *body.changes}),
            [line for line in [*draft.warnings, *said] if line],
        )

    def _teaser(self, draft: Draft, addresses: SiteAddresses) -> str:
        """Return the author's teaser as HTML; "" where there is none."""
        part = extract_teaser(draft.passage)
        if part is None:
            return ""
        own = replace(draft, passage=part)
        anchors = addresses.anchors
        return to_html(
            write_body(own, HTML_DIALECT, addresses, anchors, set(), self.batch.options).text
        )

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


# From notes to a plan: which posts there will be, under which slugs, and what each file holds.
#
# Notes exported earlier are drafted along with those that were asked for, so that links between
# all of them are right: a post is written anew when only a link of its has changed, and never
# when its note has, unless it was asked for.


TREES_KEPT = 100
"""How many notes are held with their trees, which take much room."""

_FIELD = re.compile(r"^(?:\.\. )?([\w-]+) ?[:=]", re.MULTILINE)


def fill_plan(batch: Batch, paths: Sequence[str], bases: Bases) -> None:
    """Plan the export of some notes, those of the batch's plan that are refused left out."""
    target, manifest, plan = batch.target, batch.manifest, batch.plan
    batch.is_large = len(paths) + len(manifest.posts) > TREES_KEPT
    draft_requested(batch, paths)
    draft_existing(batch)
    resolve_posts(batch)
    written = Composer(batch).write_all()
    drafts = [one.draft for one in written]
    _tell(batch, written)
    comparison = SiteComparison(plan, target, manifest, batch.options, bases)
    comparison.run(written, gone=find_orphaned_slugs(batch))
    plan.published = {path: found.post for path, found in batch.published.items()}
    # The batch has the plan: an audit that had the batch would keep both until a collection, and
    # with them what is known of every note.
    own = partial(_own_words, target, written)
    plan.audit = Audit(batch.source, drafts, own, list(manifest.posts))
    plan.bases = bases
    between = target.between(plan.published.values())
    plan.warnings = list(dict.fromkeys([*target.warnings, *plan.warnings, *between]))


def _own_words(target: Target, written: Sequence[ComposedPost]) -> list[str]:
    """Return the words that are in every post of the site: names of folders and of fields."""
    words = []
    for one in {one.draft.post.draft: one for one in written}.values():
        post = one.draft.post
        bare = Post("", "", post.date, draft=post.draft, slug=post.slug)
        # Word by word: what a target writes in a row may be something it should not know.
        words += sorted(
            {*normalize_for_audit(target.compose(one.draft, target.head(bare, ""), "")).split()}
        )
    for one in written:
        words.append(target.post_path(one.draft.post))
        words += _FIELD.findall(target.head(one.draft.post, ""))
        words += [target.asset_path(one.draft.post, "") for _ in one.assets]
    return words


def _tell(batch: Batch, written: Iterable[ComposedPost]) -> None:
    """Put the posts that were asked for into the plan, and what there is to know of them."""
    for one in written:
        post = one.draft.post
        if post.path in batch.asked:
            path = batch.target.post_path(post)
            batch.plan.posts.append(PlannedPost(post, path, one.draft, one.changes))
            batch.plan.warnings += one.warnings


def resolve_options(options: Options, root: str, target: Target) -> Options:
    """Return options with what they leave to the vault settled."""
    return replace(options, linebreaks=_linebreaks(root, target, options))


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
