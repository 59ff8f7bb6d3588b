"""Notes that break what edits front matter elsewhere: each is edited to the byte, or refused.

Every case is a file, named by what is odd about it, with what adding a tag must come to: "kept"
(one insertion, all else as it was), or "refused" (with a line, and the note still readable). All
other edits of them are row R2 of the scorecard.
"""

from __future__ import annotations

import pytest

from notekeep.errors import Refused
from notekeep.markdown.fields import field_edit, frontmatter
from notekeep.markdown.note import read_note
from tests.support.odd_notes import ALL, KEPT, REFUSED


def test_a_tag_is_added_and_every_byte_kept() -> None:
    for name, data in KEPT.items():
        new = field_edit.add_item(data, "tags", "new")
        pairs = enumerate(zip(data, new, strict=False))
        head = next((n for n, (a, b) in pairs if a != b), len(data))
        tail = len(data) - head
        assert len(new) > len(data), name
        assert new.endswith(data[head:]), name
        assert new[: len(new) - tail].startswith(data[:head]), name
        tags = frontmatter.read_frontmatter(new).words["tags"]
        listed = tags if isinstance(tags, list) else tags.replace(",", " ").split()
        assert "new" in listed, name


@pytest.mark.parametrize(("data", "line"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_proven_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(Refused) as caught:
        field_edit.add_item(data, "tags", "new")
    assert caught.value.message
    assert caught.value.line is not None
    assert caught.value.column is not None
    if line:
        assert caught.value.line == line


def test_every_note_is_readable() -> None:
    for name, data in ALL.items():
        note = read_note("inbox/Odd.md", data)
        assert note.title, name
        matter = frontmatter.read_frontmatter(data)
        if matter.error is not None:
            assert note.problem is not None, name
            assert matter.fields == note.fields == {}, name
