"""One item of a list in front matter gives way to another, and everything else stays."""

from __future__ import annotations

import pytest

from notekeep.errors import Refused
from notekeep.markdown.fields.field_edit import replace_item

CASES = {
    "a line": ("tags:\n  - a # one\n  - b\n", "tags:\n  - new # one\n  - b\n"),
    "in brackets": ("tags: [b,  a,c] # x\n", "tags: [b,  new,c] # x\n"),
    "in single quotes": ("tags: ['a', b]\n", "tags: ['new', b]\n"),
    "in double quotes": ('tags:\n- "a"\n', 'tags:\n- "new"\n'),
    "in text with commas": ("tags: b,  a, c\n", "tags: b,  new, c\n"),
    "in words": ("tags: b a c\n", "tags: b new c\n"),
    "the only one": ("tags: a\n", "tags: new\n"),
    "one that holds it": ("tags: [ab, a]\n", "tags: [ab, new]\n"),
    "the first of two": ("tags: [a, a]\n", "tags: [new, a]\n"),
    "over lines": ("tags: [\n  a, # why\n  b\n]\n", "tags: [\n  new, # why\n  b\n]\n"),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_an_item_is_replaced_where_it_stands(before: str, after: str) -> None:
    data = f"---\nx: 1\n{before}y: 2\n---\na\n".encode()
    assert replace_item(data, "tags", "a", "new") == f"---\nx: 1\n{after}y: 2\n---\na\n".encode()


@pytest.mark.parametrize("block", ["tags: [b]", "x: 1", "tags:", "tags: []"])
def test_what_is_not_there_changes_nothing(block: str) -> None:
    data = f"---\n{block}\n---\na\n".encode()
    assert replace_item(data, "tags", "a", "new") is data


def test_an_item_is_quoted_where_it_would_be_a_number() -> None:
    assert replace_item(b"---\ntags: [a]\n---\n", "tags", "a", "1e3") == (
        b'---\ntags: ["1e3"]\n---\n'
    )


def test_toml_keeps_its_comments() -> None:
    data = b'+++\ntags = [\n  "a", # one\n  "b",\n]\n+++\n'
    assert replace_item(data, "tags", "a", "new") == (
        b'+++\ntags = [\n  "new", # one\n  "b",\n]\n+++\n'
    )


def test_an_alias_is_not_written_over() -> None:
    data = b"---\nx: &a a\ntags: [*a, b]\n---\n"
    with pytest.raises(Refused):
        replace_item(data, "tags", "a", "new")
