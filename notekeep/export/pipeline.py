"""Export notes to a site: `plan_export` returns a plan, and `write_export` writes it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
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
from notekeep.export.privacy.private_terms import normalize_for_audit
from notekeep.export.site_diff import SiteDiff
from notekeep.export.source import Options, VaultSource
from notekeep.export.targets.target import Target, load_target, open_target
from notekeep.extensions import ExtensionFailed
from notekeep.markdown.note import Note
from notekeep.obsidian import FOLDER, read_settings_file
from notekeep.storage.content import digest_of
from notekeep.storage.file_names import is_within
from notekeep.storage.history import History
from notekeep.storage.open_folder import content_at, remove_empty_folders
from notekeep.storage.operation_log import REMOVED_PRIVATE_TEXT
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
        request: The notes to export, and the destination.
        key: Identifies the vault in the manifest.
        history: Contains the last written texts, for merges, and the earlier paths of notes.
        for_status: Return a plan even if all notes are refused.

    Raises:
        Refused: The only note may not be exported, or a file would contain private text.
        NotFound: The folder is not a site.
        UsageError: Unknown target, or invalid settings of the site.
    """
    folder = site_folder(source.root, request.target, request.site)
    target = open_target(request.target or ("" if request.site else "portable"), folder)
    _refuse_nesting(source.root, target)
    manifest = Manifest.read(folder).locate_notes(key, source.notes, history)
    options = resolve_linebreaks(request.options, source.root, target)
    bases = Bases(history, folder)
    # Plan again without the notes that would leak, so that the others are exported.
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
    is_empty = not plan.posts and not any(f.status in {"orphan", "removed"} for f in plan.files)
    if len(plan.refused) == 1 and is_empty and not for_status:
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
        drafts=[post.draft for post in posts],
        own_words=_own_words(target, posts),
        known_slugs=list(batch.manifest.posts),
        hides_drafts=target.hides_drafts,
    )
    audit = Audit(batch.source, found)

    def shows_private(data: bytes, note: str) -> bool:
        # The user may have entered a field's value on the site.
        hits = audit.find([OutgoingFile("", data, note)])
        return any(not hit.term.is_field for hit in hits)

    diff = SiteDiff(batch, bases, shows_private)
    diff.compare(posts)
    requested = [post for post in posts if post.draft.post.path in batch.requested]
    warnings = [*target.warnings, *batch.warnings]
    warnings += [warning for post in requested for warning in post.warnings]
    warnings += diff.warnings
    return replace(
        found,
        files=diff.files,
        posts=[
            PlannedPost(
                post.draft.post, target.post_path(post.draft.post), post.draft, post.changes
            )
            for post in requested
        ],
        refused=batch.refused,
        warnings=list(dict.fromkeys(warnings)),
    )


def _leaking_notes(plan: ExportPlan, audit: Audit, hits: Sequence[Hit]) -> dict[str, Refused]:
    """Return the leaking notes to refuse now: first those without links to other leaking notes."""
    notes = {file.path: file.note for file in plan.files}
    by_note: dict[str, list[Hit]] = {}
    for hit in hits:
        by_note.setdefault(notes[hit.file.path], []).append(hit)
    own = [planned for planned in plan.posts if planned.post.path in by_note]
    alone = [
        planned
        for planned in own
        if not any(
            ref.kind == "note" and ref.path in by_note and ref.path != planned.post.path
            for ref in planned.draft.used_references()
        )
    ]
    paths = [planned.post.path for planned in alone or own]
    return {path: audit.refusal(by_note[path]) for path in paths}


def _own_words(target: Target, posts: Sequence[ComposedPost]) -> list[str]:
    """Return the words that the target itself writes, such as names of folders and fields."""
    words = []
    for composed in {composed.draft.post.draft: composed for composed in posts}.values():
        post = composed.draft.post
        bare = Post("", "", post.date, draft=post.draft, slug=post.slug)
        # Single words, because a target may write private text as a phrase. An empty note is used,
        # so that no word of a note counts as the target's own.
        draft = replace(composed.draft, note=Note("", ""), post=bare)
        with suppress(ExtensionFailed):  # if the target cannot write an empty note
            text = target.compose(draft, target.head(bare, ""), "")
            words += sorted({*normalize_for_audit(text).split()})
    for composed in posts:
        words.append(target.post_path(composed.draft.post))
        words += _FIELD.findall(composed.head)
        words += [target.asset_path(composed.draft.post, "") for _ in composed.assets]
    return words


def site_folder(root: str, target: str, site: str) -> str:
    """Return the folder for drafts: the site, or a folder next to the vault."""
    if site:
        return os.path.abspath(os.path.expanduser(site))
    if target and not load_target(target).anywhere:
        raise UsageError(f"{target} needs the folder of the site.", "Use --site DIR.")
    parent = os.path.dirname(os.path.realpath(root))
    kind = "drafts" if target in {"", "portable"} else target
    return os.path.join(parent, f"{os.path.basename(os.path.normpath(root))}-{kind}")


def _refuse_nesting(root: str, target: Target) -> None:
    """Refuse a site whose drafts would become notes, or a site that would publish the vault."""
    vault, site = os.path.realpath(root), os.path.realpath(target.folder)
    probe = target.post_path(Post("", "", date=datetime.now(UTC), slug="x"))
    posts = os.path.realpath(os.path.dirname(os.path.join(site, *probe.split("/"))))
    if target.ending == ".md" and is_within(posts, vault):
        inner = os.path.relpath(posts, vault).replace(os.sep, "/")
        if not is_ignored_folder(vault, inner):
            ignored = f", or add {inner}/ to its .notekeepignore" if inner != "." else ""
            raise UsageError(
                f"{target.folder} is in the vault, so drafts would become notes.",
                f"Use --site with a folder outside the vault{ignored}.",
            )
    if vault != site and is_within(vault, site):
        inner = os.path.relpath(vault, site).replace(os.sep, "/")
        # An extension cannot allow the vault to be in its folder of posts.
        if target.makes_pages(inner) or Target.makes_pages(target, inner):
            raise UsageError(
                f"The vault is in the folder {inner} of the site. {target.name} would publish every"
                " note in it, including private ones.",
                "Move the vault out of the site, or into a folder that is not published.",
            )


def resolve_linebreaks(options: Options, root: str, target: Target) -> Options:
    """Return the options with `linebreaks` set; the default is from Obsidian's settings."""
    if options.linebreaks:
        return options
    shown: Literal["keep", "join"] = "join"
    folder = os.path.join(root, FOLDER)
    if target.id != "portable" and os.path.isdir(folder):
        shown = "keep"
        with suppress(ValueError):  # invalid settings
            settings = read_settings_file(os.path.join(folder, "app.json"), dict)
            if settings.get("strictLineBreaks") is True:
                shown = "join"
    return replace(options, linebreaks=shown)


def outgoing_files(plan: ExportPlan) -> list[OutgoingFile]:
    """Return the files of a plan as they will be in the site, including unchanged ones."""
    return [
        OutgoingFile(file.path, file.after, file.note if file.is_post else "")
        for file in _outgoing(plan)
        if file.after is not None
    ]


def _outgoing(plan: ExportPlan) -> Iterator[SiteChange]:
    for file in plan.files:
        keeps_edits = file.status == "unchanged" and file.ours is not None
        if file.status != "conflict" and not keeps_edits and file.after is not None:
            yield file


def write_export(plan: ExportPlan, audit: Audit, history: History) -> ExportResult:
    """Write a plan as one step of history, which `undo` reverts.

    The written files are read back and audited. The export is reverted if they contain private
    text.

    Raises:
        Conflict: A file of the site changed since the plan; nothing was written.
        Refused: The audit found private text; the export was reverted.
        Failure: The files could not be written; the export was reverted.
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
    # Later merges need the exported versions of posts that keep or merge edits from the site.
    Bases(history, plan.site).store(
        (file.path, file.ours)
        for file in plan.files
        if file.status != "conflict" and file.ours is not None
    )
    replaced = [OutgoingFile(file.path, file.before, file.note) for file in changes if file.before]
    step = _write_files(plan, history, hides=bool(audit.find(replaced)))
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
        f"{label} to {plan.target_name}{REMOVED_PRIVATE_TEXT if hides else ''}",
        root=plan.site,
        whole=True,
        in_site=True,
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
    """Read a written file. Raises Conflict if it differs from the plan."""
    data = content_at(site, file.path)
    if data is None or data != file.after:
        raise Conflict(
            f"{file.path}: Another program changed the file during the export.",
            "Check the file, then export again.",
        )
    return OutgoingFile(file.path, data, file.note if file.is_post else "")
