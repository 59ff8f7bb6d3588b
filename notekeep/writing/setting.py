"""Fields and tags changed in the front matter of notes: `set`, `tag`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.dates import parse_iso, short
from notekeep.errors import InvalidValue
from notekeep.markdown.changes import FieldChange, apply_changes, read_change, with_date
from notekeep.markdown.kinds import canonical
from notekeep.writing.plan import FileChange, WritePlan
from notekeep.writing.text import require_utf8

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from notekeep.writing.plans import Plans


SLIP = 0.75
"""How like a known field a new one is called to be taken for a slip; `order` is not `folder`."""


def plan_set(
    plans: Plans,
    paths: Iterable[str],
    changes: Sequence[str | FieldChange],
    *,
    force: bool = False,
) -> WritePlan:
    """Plan the same changes of fields in each note; words for a day are the day they mean today.

    Args:
        plans: The vault.
        paths: The notes.
        changes: The changes.
        force: Write values outside the range or the choices of their field, too.

    Raises:
        UsageError: One is no change, or its value does not fit its field.
        InvalidValue: A value is outside the range or the choices of its field in every note. Where
            it is so in some, those are left out of the plan.
    """
    today = plans.today()
    asked = [read_change(one) if isinstance(one, str) else one for one in changes]
    edits = [with_date(edit, plans.schema, today) for edit in asked]
    label = " ".join(map(str, edits))
    plan = _edited(plans, "set", label, paths, edits, force=force)
    plan.remarks += _days_meant(asked, edits, today)
    _add_new_fields(plans, plan, edits)
    return plan


def plan_tag(
    plans: Plans, paths: Iterable[str], add: Sequence[str], remove: Sequence[str]
) -> WritePlan:
    """Plan tags added to and removed from the front matter of each note."""
    edits = [FieldChange("tags", "+=", tag.lstrip("#")) for tag in add]
    edits += [FieldChange("tags", "-=", tag.lstrip("#")) for tag in remove]
    label = " ".join([*(f"+{tag}" for tag in add), *(f"-{tag}" for tag in remove)])
    plan = _edited(plans, "tag", label, paths, edits)
    for change in plan.changes:
        plan.remarks += _inline_tags(plans, change, remove)
    return plan


def _edited(
    plans: Plans,
    verb: str,
    label: str,
    paths: Iterable[str],
    edits: Sequence[FieldChange],
    *,
    force: bool = False,
) -> WritePlan:
    """The same edits in the front matter of each note; one that must be refused is left out."""
    for edit in edits:
        require_utf8(str(edit), f"what {edit.key} is to be")
    plan = WritePlan(verb, label)
    invalid: list[InvalidValue] = []

    def edited(path: str, data: bytes) -> bytes:
        kind = plans.note(path, data).kind
        try:
            return apply_changes(data, edits, plans.schema, kind, force=force)
        except InvalidValue as error:
            invalid.append(error)
            raise

    files = plans.distinct(paths)
    plans.edit_each(plan, files, edited)
    if len(invalid) == len(files) and len({error.message for error in invalid}) == 1:
        raise invalid[0]  # once, and not for each of many notes
    return plan


def _days_meant(
    asked: Sequence[FieldChange], edits: Sequence[FieldChange], today: dt.date
) -> Iterator[str]:
    """What words for a day were taken for, since `mon` might have meant the next one."""
    for before, after in zip(asked, edits, strict=True):
        day = parse_iso(str(after.value)) if after != before else None
        if day is not None:
            yield f"{after.key}: {before.value} is {short(day, today)}"


def _add_new_fields(plans: Plans, plan: WritePlan, edits: Sequence[FieldChange]) -> None:
    """Name the fields that no note has yet, and those of them that look like a slip."""
    unknown = [
        key
        for key in dict.fromkeys(edit.key for edit in edits)
        if plans.schema.type_of("", canonical(key)) is None
    ]
    if not unknown:
        return
    from notekeep.index.fieldnames import known_fields

    known = known_fields(plans.catalog, plans.schema)
    for key in unknown:
        if known.find(key):
            continue
        if any(one.key == key and one.op != "-=" and one.value is not None for one in edits):
            plan.new_fields.append(key)
        near = known.nearest_field(key, SLIP)
        if near is not None:
            plan.remarks.append(f"{key} is a field that no note had before; there is {near}")


def _inline_tags(plans: Plans, change: FileChange, removed: Sequence[str]) -> list[str]:
    """Where a removed tag still stands in the text of a note."""
    wanted = {tag.lstrip("#").casefold() for tag in removed}
    note = plans.note(change.path, change.after or b"")
    return [
        f"{change.path}:{tag.line + note.body_line + 1}: #{tag.name} stays in the text"
        for tag in (note.spans.tags if note.spans else ())
        if tag.name.casefold() in wanted
    ]
