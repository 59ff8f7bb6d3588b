"""Notes that break what edits front matter elsewhere: each is edited to the byte, or refused.

Every case is a file, named by what is odd about it, with what adding a tag must come to: "kept"
(one insertion, all else as it was), or "refused" (with a line, and the note still readable).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from notekeep.errors import Refused
from notekeep.markdown import fieldedits, frontmatter
from notekeep.markdown.note import read_note
from notekeep.markdown.spell import Plain
from tests.support import outside
from tests.support.hostile import ALL, BOM, KEPT, REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable

OPS: Final = {
    "add": lambda data: fieldedits.add_item(data, "tags", "new"),
    "remove": lambda data: fieldedits.remove_item(data, "tags", "a"),
    "set list": lambda data: fieldedits.set_field(data, "tags", ["p", "q: r"]),
    "set text": lambda data: fieldedits.set_field(data, "title", "1.10"),
    "set number": lambda data: fieldedits.set_field(data, "rating", Plain("4.50")),
    "rename": lambda data: fieldedits.rename_key(data, "title", "name"),
    "delete": lambda data: fieldedits.delete_key(data, "tags"),
}


@pytest.mark.parametrize("data", KEPT.values(), ids=KEPT)
def test_a_tag_is_added_and_every_byte_kept(data: bytes) -> None:
    new = fieldedits.add_item(data, "tags", "new")
    head = next((n for n, (a, b) in enumerate(zip(data, new, strict=False)) if a != b), len(data))
    tail = len(data) - head
    assert len(new) > len(data)
    assert new.endswith(data[head:])
    assert new[: len(new) - tail].startswith(data[:head])
    tags = frontmatter.read(new).words["tags"]
    listed = tags if isinstance(tags, list) else tags.replace(",", " ").split()
    assert "new" in listed


@pytest.mark.parametrize(("data", "line"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_proven_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(Refused) as caught:
        fieldedits.add_item(data, "tags", "new")
    assert caught.value.message
    assert caught.value.line is not None
    assert caught.value.column is not None
    if line:
        assert caught.value.line == line


@pytest.mark.parametrize("op", OPS.values(), ids=OPS)
@pytest.mark.parametrize("data", ALL.values(), ids=ALL)
def test_the_body_survives_every_edit(data: bytes, op: Callable[[bytes], bytes]) -> None:
    before = frontmatter.read(data)
    new = outside.tried(op, data)
    if isinstance(new, Refused):
        assert new.line
        return
    after = frontmatter.read(new)
    assert after.error is None
    assert new[after.split.body :] == data[before.split.body :]
    assert new.startswith(BOM) == data.startswith(BOM)


@pytest.mark.parametrize("data", ALL.values(), ids=ALL)
def test_every_note_is_readable(data: bytes) -> None:
    note = read_note("inbox/Odd.md", data)
    assert note.title
    matter = frontmatter.read(data)
    if matter.error is not None:
        assert note.problem is not None
        assert matter.fields == note.fields == {}
