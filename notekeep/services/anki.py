"""Export passages as a text file for Anki.

https://docs.ankiweb.net/importing/text-files.html describes the format. The key of a passage
becomes the GUID of the note in Anki, so that importing again updates it.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from notekeep.errors import NotekeepError
from notekeep.export.privacy.consent import may_mention_private
from notekeep.export.privacy.private import strip_private
from notekeep.export.source_map import MappedText
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.note import Note
from notekeep.notes.workspace import Workspace
from notekeep.recall.passages import read_cards, read_passages
from notekeep.services.recall import ReviewItem

HEADERS = (
    *("#separator:tab", "#html:true", "#notetype:Basic", "#deck:notekeep"),
    *("#columns:GUID\tFront\tBack\tTags", "#guid column:1", "#tags column:4"),
)


class AnkiFile(NamedTuple):
    """A file for Anki."""

    lines: Sequence[str]  # without line breaks
    cards: int
    private: int  # the number of private passages, which are left out


def make_anki_file(workspace: Workspace, items: Iterable[ReviewItem]) -> AnkiFile:
    """Return a file for Anki: the text on the front, the answer and source on the back.

    Private passages are left out, because decks can be shared.
    """
    by_path: dict[str, list[ReviewItem]] = {}
    rows: dict[str, str] = {}
    private = 0
    for item in items:
        by_path.setdefault(item.passage.source.path, []).append(item)
    for path, group in by_path.items():
        note = None if group[0].passage.source.private else _public_note(workspace, path)
        found = (*read_passages(note), *read_cards(note)) if note else ()
        public = {(one.text, one.answer) for one in found}
        for item in group:
            if note is not None and (item.passage.text, item.passage.answer) in public:
                rows.setdefault(item.passage.key, _row(item, note))
            else:
                private += 1
    return AnkiFile([*HEADERS, *rows.values()], len(rows), private)


def _public_note(workspace: Workspace, path: str) -> Note | None:
    """Return a note without its private parts; None if it no longer exists or a mark is invalid."""
    try:
        data = workspace.read(path)
        note = workspace.note(path, data)
        if not may_mention_private(note.body):
            return note
        text = strip_private(MappedText.of_note(note)).passage.text
    except NotekeepError:  # for example, the mark of a private part is misspelled
        return None
    return workspace.note(path, data[: split_frontmatter(data).body] + text.encode())


def _row(item: ReviewItem, note: Note) -> str:
    passage = item.passage
    source = ", ".join(filter(None, (note.title, passage.author, passage.locator)))
    tags = " ".join("_".join(tag.split()).replace("/", "::") for tag in note.tags)
    back = "\n\n".join(filter(None, (passage.answer, source)))
    return "\t".join((passage.key, _field(passage.text), _field(back), _field(tags)))


def _field(text: str) -> str:
    return html.escape(text.replace("\t", " ")).replace("\n", "<br>")
