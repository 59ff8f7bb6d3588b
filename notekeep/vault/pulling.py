"""Edits of posts as a plan for their notes: shown, written and taken back like any other change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, NotFound, Refused
from notekeep.export import plan_export
from notekeep.export.pulling import pull
from notekeep.writing.plan import FileChange, WritePlan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.export import FileChange as Exported
    from notekeep.export import Plan, Source
    from notekeep.vault.publishing import Publishing


def plan_pull(
    vault: Publishing, source: Source, paths: Sequence[str], target: str, site: str
) -> WritePlan:
    """Plan to bring edits of posts back into their notes.

    Args:
        vault: The vault.
        source: It, as an export sees it.
        paths: The notes.
        target: Their site's target, or "".
        site: Its folder, or "".

    Raises:
        NotFound: None of their posts was changed by hand.
    """

    def exported(seen: Source) -> Plan:
        return plan_export(
            seen,
            paths,
            target=target or None,
            site=site or None,
            options=replace(vault.export_options(), address=vault.address_of(site)),
            vault=vault.key,
            history=vault.history,
        )

    before = exported(source)
    edited = [file for file in before.files if file.is_post and file.ours is not None]
    if not edited:
        raise NotFound("nothing was changed by hand in the site", "`notekeep export status` tells")
    plan = WritePlan("pull", _label(edited))
    for file in edited:
        try:
            _plan_one(vault, source, file, plan)
        except Refused as error:
            plan.refuse(file.note, error)
    _tell_what_differs(exported, source, plan)
    return plan


def _label(edited: Sequence[Exported]) -> str:
    return edited[0].note if len(edited) == 1 else f"{len(edited)} notes from the site"


def _plan_one(vault: Publishing, source: Source, file: Exported, plan: WritePlan) -> None:
    from notekeep.markdown.changes import FieldChange, apply_changes
    from notekeep.markdown.edits import Edit
    from notekeep.writing.text import edit_body

    if file.base is None or file.before is None:
        raise Refused(
            f"{file.note}: what was written last is not in the history of this machine",
            "look at both files, and export again with --overwrite or --keep",
        )
    data = source.read(file.note)
    note = source.note(file.note)
    pulled = pull(note.body, file.base, file.before)
    plan.remarks += [f"{file.note}: not brought back: {what}" for what in pulled.left]
    body = [] if pulled.body == note.body else [Edit(0, len(note.body), pulled.body)]
    after = edit_body(note, data, body)
    edits = [FieldChange(name, "=", value) for name, value in pulled.fields.items()]
    after = apply_changes(after, edits, vault.schema, note.kind)
    if after != data:
        plan.changes.append(FileChange(file.note, data, after))


def _tell_what_differs(exported: Callable[[Source], Plan], source: Source, plan: WritePlan) -> None:
    """Say of which posts an export of the changed notes would still write something else."""
    after = {change.path: change.after or b"" for change in plan.changes}
    if not after:
        return
    read = source.read
    seen = replace(source, read=lambda path: after[path] if path in after else read(path))
    try:
        planned = exported(seen)
    except NotekeepError as error:
        plan.remarks.append(f"the changed note could not be exported: {error.message}")
        return
    for file in planned.files:
        if file.is_post and file.note in after and file.ours not in (None, file.before):
            plan.remarks.append(
                f"{file.note}: an export will still write {file.path} in another way than it is"
                " there; `notekeep export` shows the difference"
            )
