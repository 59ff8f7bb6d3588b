"""Plan an export, and make it: the two calls that the rest of notekeep knows of this room."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import Conflict, Refused, UsageError
from notekeep.export import audit
from notekeep.export.options import Options
from notekeep.export.plan import WRITTEN, Exported, Plan
from notekeep.files.folder import unmake_folders
from notekeep.files.undo import undo_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from notekeep.export.batch import Batch
    from notekeep.export.manifest import VaultKey
    from notekeep.export.plan import FileChange, PlannedPost
    from notekeep.export.source import Source
    from notekeep.export.targets.target import Target
    from notekeep.export.unseen import Needle
    from notekeep.files.history import History


def plan_export(
    source: Source,
    paths: Sequence[str],
    *,
    target: str | None = None,
    site: str | os.PathLike[str] | None = None,
    options: Options | None = None,
    vault: VaultKey | None = None,
    history: History | None = None,
    tells: bool = False,
) -> Plan:
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
    from notekeep.export.planning import settled
    from notekeep.export.renames import find_notes
    from notekeep.export.targets import open_target

    key = vault or VaultKey.of_folder(os.path.basename(os.path.normpath(source.root)))
    folder = site_folder(source.root, target, site, key.folder)
    if site is None:
        target = target or "portable"
    opened = open_target(target, folder)
    _refuse_nesting(source.root, opened)
    log = tuple if history is None else history.records
    manifest = find_notes(Manifest.read(folder), key, source.notes, log)
    chosen = settled(options or Options(), source.root, opened)
    opened.address = chosen.address

    def begun(refused: dict[str, Refused]) -> Batch:
        plan = Plan(opened.id, opened.name, folder, refused=dict(refused))
        return Batch(source, opened, manifest, chosen, key, Drafter(source, chosen), plan)

    plan = _audited(begun, paths, history)
    if len(plan.refused) == 1 and not plan.posts and not tells and not _leaves_files(plan):
        raise next(iter(plan.refused.values()))
    return plan


def _leaves_files(plan: Plan) -> bool:
    """Whether there are files in the site that no note stands behind."""
    return any(file.status in {"orphan", "removed"} for file in plan.files)


def _audited(
    begun: Callable[[dict[str, Refused]], Batch], paths: Sequence[str], history: History | None
) -> Plan:
    """Plan, and plan again without what would leak: one such note hides none of the others.

    Args:
        begun: Begins an export, given the notes that are refused already and why.
        paths: The notes.
        history: The history of the vault.

    Raises:
        Refused: A file that belongs to none of these notes would hold something private.
    """
    from notekeep.export.bases import Bases
    from notekeep.export.planning import fill_plan

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


def _leaking(plan: Plan, found: Sequence[tuple[audit.Leaving, Needle]]) -> dict[str, Refused]:
    """Return the notes that are left out for what was found, and why.

    One that links to another of them may show only what that link says, so it waits for a plan in
    which the other is no post.
    """
    notes = {file.path: file.note for file in plan.files}
    hits: dict[str, list[tuple[audit.Leaving, Needle]]] = {}
    for hit in found:
        hits.setdefault(notes[hit[0].path], []).append(hit)
    own = [planned for planned in plan.posts if planned.post.path in hits]
    alone = [one for one in own if not _links_to(one, hits.keys() - {one.post.path})]
    return {one.post.path: plan.audit.refusal(hits[one.post.path]) for one in alone or own}


def _links_to(planned: PlannedPost, notes: AbstractSet[str]) -> bool:
    return any(ref.kind == "note" and ref.path in notes for ref in planned.draft.refs_used())


def site_folder(
    root: str, target: str | None, site: str | os.PathLike[str] | None, vault: str
) -> str:
    """Return where drafts go: a site, or a folder beside the vault.

    Raises:
        UsageError: The target needs a site, and none is named.
    """
    from notekeep.export.targets import load

    if site is not None:
        return os.path.abspath(os.path.expanduser(os.fspath(site)))
    if target is not None and not load(target).anywhere:
        raise UsageError(f"{target} needs the folder of its site", "name it with --site")
    beside = os.path.dirname(os.path.realpath(root))
    kind = "drafts" if target in {None, "portable"} else target
    return os.path.join(beside, f"{vault}-{kind}")


def _refuse_nesting(root: str, target: Target) -> None:
    """Keep drafts out of the vault, where they are notes, and the vault out of a site's pages.

    Raises:
        UsageError: One lies in the other.
    """
    from notekeep.export.properties import Post
    from notekeep.files.ignore import is_left_out
    from notekeep.files.paths import is_within

    vault, site = os.path.realpath(root), os.path.realpath(target.folder)
    probe = target.post_path(Post("", "", date=datetime.now(UTC), slug="x"))
    posts = os.path.realpath(os.path.dirname(os.path.join(site, *probe.split("/"))))
    if target.ending == ".md" and is_within(posts, vault):
        inner = os.path.relpath(posts, vault).replace(os.sep, "/")
        if not is_left_out(vault, inner):
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


def _leaving(plan: Plan, holds: Callable[[FileChange], bytes | None]) -> list[audit.Leaving]:
    """Return what will be in the site of a plan's files, also of those that stay as they are."""
    return [
        audit.Leaving(file.path, data, file.note if file.is_post else "")
        for file in plan.files
        if file.status != "conflict"
        and not (file.status == "unchanged" and file.ours is not None)
        and file.after is not None
        and (data := holds(file)) is not None
    ]


def write(plan: Plan, history: History) -> Exported:
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
    changes = [file for file in plan.files if file.status in WRITTEN]
    exported = Exported(
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
        undo_named(history, plan.site, step)
        raise
    exported.written = [file.path for file in changes if file.status != "removed"]
    exported.removed = [file.path for file in changes if file.status == "removed"]
    return exported


def _keep_bases(plan: Plan) -> None:
    """Keep what is made of notes whose files stay as a person changed them, or are merged."""
    if plan.bases is not None:
        settled = [file for file in plan.files if file.status != "conflict"]
        plan.bases.keep((file.path, file.ours) for file in settled if file.ours is not None)


def _make(plan: Plan, history: History) -> str:
    """Make the step; returns its id."""
    from notekeep.files.save import digest_of

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
            unmake_folders(plan.site, _above(file.path))
    return step.id


def _above(path: str) -> list[str]:
    """Return the folders a path lies in, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _read_back(site: str, file: FileChange) -> bytes:
    """Read a file that was written, and make sure that it is what was planned.

    Raises:
        Conflict: It is not.
    """
    from notekeep.files.look import content_at

    there = content_at(site, file.path)
    if there is None or there[0] != file.after:
        raise Conflict(
            f"{file.path}: another program changed it while it was written",
            "look at it, then export again",
        )
    return there[0]
