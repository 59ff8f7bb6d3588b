"""Making links of the places where notes say another note's name."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.markdown.edits import Edit
from notekeep.markdown.resolve import stem_of
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
    name = stem_of(row.path)
    is_only = len(plans.catalog.named(name)) == 1
    found = {path: list(said) for path, said in groupby(mentions, key=attrgetter("path"))}
    for path in plans.distinct(found):
        data = plans.read(path)
        note = plans.note(path, data)
        edits = [
            Edit(said.start, said.end, plans.links.link(row.path, path, text=text, is_only=is_only))
            for said in found[path]
            if (text := " ".join(note.body[said.start : said.end].split()))
        ]
        try:
            plan.changes.append(FileChange(path, data, edit_body(note, data, edits)))
        except Refused as error:
            plan.refuse(path, error)
    return plan
