"""Export notes to a site: select, draft, rewrite, plan, audit, write.

`plan_export` says what would be done and `write_export` does it. In between lies a plain value, the
plan, which a person may look at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from notekeep.errors import Conflict, Refused, UsageError
from notekeep.export.audit import Audit, Hit, OutgoingFile
from notekeep.export.batch import Batch, ComposedPost, compose_posts
from notekeep.export.manifest import Bases, Manifest, VaultKey
from notekeep.export.plan import (
    WRITTEN_STATUSES,
    ExportPlan,
    ExportRequest,
    ExportResult,
    PlannedPost,
    SiteChange,
)
from notekeep.export.post import Post
from notekeep.export.post_identity import resolve_posts
from notekeep.export.private_terms import normalize_for_audit
from notekeep.export.site_diff import SiteDiff
from notekeep.export.source import Options, VaultSource
from notekeep.export.targets.target import Target, load_target, open_target
from notekeep.obsidian import FOLDER, read_json
from notekeep.storage.content import digest_of
from notekeep.storage.file_names import is_within
from notekeep.storage.history import History
from notekeep.storage.open_folder import content_at, remove_empty_folders
from notekeep.storage.operation_log import HID_PRIVATE
from notekeep.storage.scan import is_ignored_folder

_FIELD = re.compile(r"^(?:\.\. )?([\w-]+) ?[:=]", re.MULTILINE)


def plan_export(
    source: VaultSource,
    request: ExportRequest,
    key: VaultKey,
    history: History,
    *,
    for_status: bool = False,
) -> ExportPlan:
    """Plan an export; nothing is written.

    Args:
        source: The vault.
        request: What goes where.
        key: What the site's manifest calls the vault.
        history: Knows what was written last, which edits in the site are merged by, and what notes
            were called.
        for_status: Whether the plan only tells how things stand, also where all notes are refused.

    Raises:
        Refused: The only note may not leave; or a file would hold something private.
        NotFound: The site is none.
        UsageError: There is no such target, or the site's settings cannot be read.
    """
    folder = site_folder(source.root, request.target, request.site)
    target = open_target(request.target or ("" if request.site else "portable"), folder)
    _refuse_nesting(source.root, target)
    manifest = Manifest.read(folder).locate_notes(key, source.notes, history)
    options = settle_linebreaks(request.options, source.root, target)
    bases = Bases(history, folder)
    # Planned again without what would leak: one such note hides none of the others.
    leaking: dict[str, Refused] = {}
    while True:
        batch = Batch(source, target, manifest, options, key, dict(leaking))
        plan = _plan(batch, bases, request)
        audit = Audit(source, plan)
        hits = audit.find(outgoing_files(plan))
        if not hits:
            break
        refused = _leaking_notes(plan, audit, hits)
        if not refused:
            raise audit.refusal(hits)
        leaking |= refused
    is_nothing = not plan.posts and not any(f.status in {"orphan", "removed"} for f in plan.files)
    if len(plan.refused) == 1 and is_nothing and not for_status:
        raise next(iter(plan.refused.values()))
    return plan


def _plan(batch: Batch, bases: Bases, request: ExportRequest) -> ExportPlan:
    target = batch.target
    batch.draft_requested([path for path in request.paths if path not in batch.refused])
    batch.draft_existing()
    resolve_posts(batch)
    posts = compose_posts(batch)
    found = ExportPlan(
        target.id,
        target.name,
        target.folder,
        published=batch.published,
        request=request,
        drafts=[one.draft for one in posts],
        own_words=_own_words(target, posts),
        known_slugs=list(batch.manifest.posts),
        hides_drafts=target.hides_drafts,
    )
    audit = Audit(batch.source, found)

    def shows_private(data: bytes, note: str) -> bool:
        # A person may type in the site what a field of the note says.
        hits = audit.find([OutgoingFile("", data, note)])
        return any(not hit.term.is_field for hit in hits)

    diff = SiteDiff(batch, bases, shows_private)
    diff.compare(posts)
    requested = [one for one in posts if one.draft.post.path in batch.requested]
    warnings = [*target.warnings, *batch.warnings]
    warnings += [warning for one in requested for warning in one.warnings]
    warnings += diff.warnings
    return replace(
        found,
        files=diff.files,
        posts=[
            PlannedPost(one.draft.post, target.post_path(one.draft.post), one.draft, one.changes)
            for one in requested
        ],
        refused=batch.refused,
        warnings=list(dict.fromkeys(warnings)),
    )


def _leaking_notes(plan: ExportPlan, audit: Audit, hits: Sequence[Hit]) -> dict[str, Refused]:
    """Return the notes that are left out for what was found, and why; links between them wait."""
    notes = {file.path: file.note for file in plan.files}
    by_note: dict[str, list[Hit]] = {}
    for hit in hits:
        by_note.setdefault(notes[hit.file.path], []).append(hit)
    own = [planned for planned in plan.posts if planned.post.path in by_note]
    alone = [one for one in own if not _links_to(one, by_note.keys() - {one.post.path})]
    return {one.post.path: audit.refusal(by_note[one.post.path]) for one in alone or own}


def _links_to(planned: PlannedPost, notes: AbstractSet[str]) -> bool:
    return any(ref.kind == "note" and ref.path in notes for ref in planned.draft.used_references())


def _own_words(target: Target, posts: Sequence[ComposedPost]) -> list[str]:
    """Return the words that are in every post of the site: names of folders and of fields."""
    words = []
    for one in {one.draft.post.draft: one for one in posts}.values():
        post = one.draft.post
        bare = Post("", "", post.date, draft=post.draft, slug=post.slug)
        # Word by word: what a target writes in a row may be something it should not know.
        text = target.compose(one.draft, target.head(bare, ""), "")
        words += sorted({*normalize_for_audit(text).split()})
    for one in posts:
        words.append(target.post_path(one.draft.post))
        words += _FIELD.findall(one.head)
        words += [target.asset_path(one.draft.post, "") for _ in one.assets]
    return words


def site_folder(root: str, target: str, site: str) -> str:
    """Return where drafts go: a site, or a folder beside the vault."""
    if site:
        return os.path.abspath(os.path.expanduser(site))
    if target and not load_target(target).anywhere:
        raise UsageError(f"{target} needs the folder of the site", "use --site DIR")
    beside = os.path.dirname(os.path.realpath(root))
    kind = "drafts" if target in {"", "portable"} else target
    return os.path.join(beside, f"{os.path.basename(os.path.normpath(root))}-{kind}")


def _refuse_nesting(root: str, target: Target) -> None:
    """Keep drafts out of the vault, where they are notes, and the vault out of a site's pages."""
    vault, site = os.path.realpath(root), os.path.realpath(target.folder)
    probe = target.post_path(Post("", "", date=datetime.now(UTC), slug="x"))
    posts = os.path.realpath(os.path.dirname(os.path.join(site, *probe.split("/"))))
    if target.ending == ".md" and is_within(posts, vault):
        inner = os.path.relpath(posts, vault).replace(os.sep, "/")
        if not is_ignored_folder(vault, inner):
            ignored = f", or write {inner}/ into its .notekeepignore" if inner != "." else ""
            raise UsageError(
                f"{target.folder} is in the vault, so drafts would become notes",
                f"use --site with a folder outside the vault{ignored}",
            )
    if vault != site and is_within(vault, site):
        inner = os.path.relpath(vault, site).replace(os.sep, "/")
        if target.makes_pages(inner):
            raise UsageError(
                f"the vault is in the folder {inner} of the site, where {target.name} publishes"
                " every note, including private ones",
                "move the vault out of the site, or into a folder that is not published",
            )


def settle_linebreaks(options: Options, root: str, target: Target) -> Options:
    """Return options that say how single newlines are shown: as chosen, else as Obsidian does."""
    if options.linebreaks:
        return options
    shown: Literal["keep", "join"] = "join"
    folder = os.path.join(root, FOLDER)
    if target.id != "portable" and os.path.isdir(folder):
        shown = "keep"
        with suppress(ValueError):  # a file that holds no settings says nothing
            if read_json(os.path.join(folder, "app.json"), dict).get("strictLineBreaks") is True:
                shown = "join"
    return replace(options, linebreaks=shown)


def outgoing_files(plan: ExportPlan) -> list[OutgoingFile]:
    """Return what will be in the site of a plan's files, also of those that stay as they are."""
    return [
        OutgoingFile(file.path, file.after, file.note if file.is_post else "")
        for file in _outgoing(plan)
        if file.after is not None
    ]


def _outgoing(plan: ExportPlan) -> Iterator[SiteChange]:
    for file in plan.files:
        stays_by_hand = file.status == "unchanged" and file.ours is not None
        if file.status != "conflict" and not stays_by_hand and file.after is not None:
            yield file


def write_export(plan: ExportPlan, audit: Audit, history: History) -> ExportResult:
    """Make a planned export as one step of history, which `undo` takes back.

    What was written is read back and audited; if it holds anything private, it is taken back.

    Raises:
        Conflict: A file of the site changed since the plan was made; nothing was written.
        Refused: The audit found something private; nothing is left of the export.
        Failure: The system did not let it be written; nothing is left of it.
    """
    changes = [file for file in plan.files if file.status in WRITTEN_STATUSES]
    exported = ExportResult(
        plan.site,
        conflicts=[file.path for file in plan.conflicts],
        refused=dict(plan.refused),
        warnings=list(plan.warnings),
        draft_notice=plan.draft_notice,
    )
    if not changes:
        return exported
    audit.check(outgoing_files(plan))
    os.makedirs(plan.site, exist_ok=True)
    # What is made of notes whose files stay as a person changed them, or are merged.
    settled = [file for file in plan.files if file.status != "conflict"]
    Bases(history, plan.site).keep(
        (file.path, file.ours) for file in settled if file.ours is not None
    )
    gone = [OutgoingFile(file.path, file.before or b"", file.note) for file in changes]
    step = _write_files(plan, history, hides=bool(audit.find(gone)))
    try:
        audit.check(_read_back(plan.site, file) for file in _outgoing(plan))
    except Refused:
        history.undo(plan.site, step)
        raise
    exported.written = [file.path for file in changes if file.status != "removed"]
    exported.removed = [file.path for file in changes if file.status == "removed"]
    return exported


def _write_files(plan: ExportPlan, history: History, *, hides: bool) -> str:
    names = [planned.post.title for planned in plan.posts]
    label = names[0] if len(names) == 1 else f"{len(names)} notes"
    step = history.step(
        "export",
        f"{label} to {plan.target_name}{HID_PRIVATE if hides else ''}",
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
            parts = file.path.split("/")
            folders = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
            remove_empty_folders(plan.site, folders)
    return step.id


def _read_back(site: str, file: SiteChange) -> OutgoingFile:
    """Read a file that was written, and make sure that it is what was planned."""
    there = content_at(site, file.path)
    if there is None or there != file.after:
        raise Conflict(
            f"{file.path}: changed by another program during the export",
            "check the file, then export again",
        )
    return OutgoingFile(file.path, there, file.note if file.is_post else "")
