"""Making links of the places where notes say another note's name."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.index.rows import name_key
from notekeep.markdown.edits import Edit
from notekeep.writing.plan import FileChange, WritePlan
from notekeep.writing.text import edit_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.index.mentions import Mention
    from notekeep.index.rows import Row
    from notekeep.writing.plans import Plans


def plan_link_mentions(plans: Plans, row: Row, mentions: Iterable[Mention]) -> WritePlan:
    """Plan to put a link where notes mention a note; what is read stays the same.

    Args:
        plans: Reads the notes.
        row: The note that is mentioned.
        mentions: Where, by note, as `index.mentions` found it.
    """
    plan = WritePlan("link", row.title)
    target = _target(plans, row)
    for path, of_note in groupby(mentions, key=attrgetter("path")):
        data = plans.read(path)
        note = plans.note(path, data)
        edits = [
            Edit(said.start, said.end, _link(target, note.body[said.start : said.end]))
            for said in of_note
        ]
        try:
            plan.changes.append(FileChange(path, data, edit_body(note, data, edits)))
        except Refused as error:
            plan.refuse(path, error)
    return plan


def _target(plans: Plans, row: Row) -> str:
    """How a link names the note: by its file name, with its folder where others have it too."""
    stem = row.path.removesuffix(".md")
    name = stem.rpartition("/")[2]
    return name if len(plans.catalog.named(name)) == 1 else stem


def _link(target: str, said: str) -> str:
    said = " ".join(said.split())
    return f"[[{said}]]" if name_key(said) == name_key(target) else f"[[{target}|{said}]]"
