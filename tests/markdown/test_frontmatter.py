"""Reading front matter: where it is, what it says, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frontmatter as python_frontmatter
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.fields.field_values import BareText, render_new, type_scalar
from notekeep.markdown.fields.frontmatter import read_frontmatter
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.fields.yaml_reader import NoteHandler

if TYPE_CHECKING:
    from notekeep.markdown.fields.field_values import Value

TEXT = st.text(st.characters(codec="utf-8"), max_size=10)

SPLITS = {
    "yaml": (b"---\na: 1\n---\nb", "yaml", b"a: 1\n", b"b"),
    "with a byte order mark": (b"\xef\xbb\xbf---\na: 1\n---\nb", "yaml", b"a: 1\n", b"b"),
    "with CR LF": (b"---\r\na: 1\r\n---\r\nb", "yaml", b"a: 1\r\n", b"b"),
    "with CR": (b"---\ra: 1\r---\rb", "yaml", b"a: 1\r", b"b"),
    "ended with dots": (b"---\na: 1\n...\nb", "yaml", b"a: 1\n", b"b"),
    "ended with the file": (b"---\na: 1\n---", "yaml", b"a: 1\n", b""),
    "empty": (b"---\n---\nb", "yaml", b"", b"b"),
    "toml": (b"+++\na = 1\n+++\nb", "toml", b"a = 1\n", b"b"),
    "json": (b'{\n"a": 1\n}\nb', "json", b'{\n"a": 1\n}', b"b"),
    "json between semicolons": (b';;;\n{"a": 1}\n;;;\nb', "json", b'{"a": 1}\n', b"b"),
    "none": (b"b", "none", b"", b"b"),
    "a rule": (b"---\n\nWords, no second rule.\n", "none", b"", b"---\n\nWords, no second rule.\n"),
    "four dashes": (b"----\na: 1\n----\nb", "none", b"", b"----\na: 1\n----\nb"),
    "braces that are no JSON": (b"{{title}}\n", "none", b"", b"{{title}}\n"),
    "not on the first line": (b"\n---\na: 1\n---\n", "none", b"", b"\n---\na: 1\n---\n"),
    "is not closed": (b"---\na: 1\nb", "unclosed", b"", b"---\na: 1\nb"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "kind", "block", "body"), SPLITS.values(), ids=SPLITS)
def test_a_file_is_split(data: bytes, kind: str, block: bytes, body: bytes) -> None:
    parts = split_frontmatter(data)
    assert parts.kind == kind
    assert data[parts.start : parts.end] == block
    assert data[parts.body :] == body


def test_line_ends_are_those_of_the_file() -> None:
    assert split_frontmatter(b"---\r\na: 1\r\n---\r\n").eol == b"\r\n"
    assert split_frontmatter(b"a\r\nb\r\n").eol == b"\r\n"
    assert split_frontmatter(b"a\rb\r").eol == b"\r"
    assert split_frontmatter(b"a").eol == b"\n"


@given(st.binary())
def test_every_file_is_split_into_itself(data: bytes) -> None:
    parts = split_frontmatter(data)
    assert 0 <= parts.start <= parts.end <= parts.body <= len(data)
    assert data[: parts.start].strip(b"\xef\xbb\xbf-+; \t\r\n") == b""


BLOCK = b"""---
title: Atomic Habits # a remark
tags: [habit, "learning/ml"]
rating: 4.50
pages: 320
isbn: 0735211292
time: 12:30
yes: yes
on: 2026-11-24
publish: true
nothing:
list:
  - a
  - 2
  -
link: [[Index]]
template: {{title}}
nested: {a: [1, 2]}
text: |
  one
  two
again: &x [p]
alias: *x
---
body
"""


def test_values_are_typed_and_keep_their_source() -> None:
    matter = read_frontmatter(BLOCK)
    assert matter.fields == {
        "title": "Atomic Habits",
        "tags": ["habit", "learning/ml"],
        "rating": 4.5,
        "pages": 320,
        "isbn": "0735211292",
        "time": "12:30",
        "yes": "yes",
        "on": "2026-11-24",
        "publish": True,
        "nothing": None,
        "list": ["a", 2, None],
        "link": "[[Index]]",
        "template": "{{title}}",
        "nested": "{a: [1, 2]}",
        "text": "one\ntwo\n",
        "again": ["p"],
        "alias": ["p"],
    }
    assert list(matter.raw) == list(matter.fields)
    assert matter.raw["rating"] == "4.50"
    assert matter.raw["tags"] == '[habit, "learning/ml"]'
    assert matter.raw["list"] == "- a\n  - 2\n  -"
    assert matter.raw["title"] == "Atomic Habits"
    assert matter.raw["text"] == "|\n  one\n  two"
    assert matter.raw["alias"] == "*x"
    assert matter.words["rating"] == "4.50"
    assert matter.words["list"] == ["a", "2", ""]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("nil", "nil"),
        ("true", True), ("False", False), ("yes", "yes"), ("off", "off"),
        ("0", 0), ("-7", -7), ("+7", 7), ("007", "007"), ("1_000", "1_000"), ("0x1F", "0x1F"),
        ("1.10", 1.1), (".5", 0.5), ("1e3", 1000.0), ("1.2.3", "1.2.3"), (".inf", ".inf"),
        ("12:30", "12:30"), ("2026-11-24", "2026-11-24"), ("+49 30 1234", "+49 30 1234"),
        ("9780735211292", 9780735211292), ("12345678901234567890", "12345678901234567890"),
        ("1e999", "1e999"), ("٣", "٣"),
    ],
)  # fmt: skip
def test_plain_text_is_typed_without_the_traps_of_yaml(text: str, value: object) -> None:
    found = type_scalar(text)
    assert found == value
    assert type(found) is type(value)


def test_toml_and_json_are_read_too() -> None:
    toml = read_frontmatter(
        b"+++\ntitle = 'x'\ntags = ['a']\ndate = 2026-11-24\n[extra]\ny = 1\n+++\n"
    )
    assert toml.fields == {"title": "x", "tags": ["a"], "date": "2026-11-24", "extra": '{"y": 1}'}
    assert toml.raw["title"] == "'x'"
    json = read_frontmatter(b'{\n"title": "x", "n": [1, null], "o": {"p": 1}\n}\nbody')
    assert json.fields == {"title": "x", "n": [1, None], "o": '{"p": 1}'}


ERRORS = {
    "a quote": (b"---\na: 1\nb: 'x\nc: 1\n---\n", 3, 4, "A quote is not closed."),
    "a colon": (b"---\na: b: c\n---\n", 2, 5, "A value that contains `: ` needs quotes."),
    "a sign": (b"---\r\na: 1\r\nb: @x\r\n---\r\n", 3, 4, "Values that start with @ need"),
    "a bracket": (b"---\na: [b\n---\n", 3, 1, "A [ list is not closed"),
    "a key twice": (b"---\na: 1\na: 2\n---\n", 3, 1, "The key `a` occurs twice."),
    "no mapping": (b"---\n- a\n---\n", 2, 1, "It is not a set of `key: value` lines."),
    "is not closed": (b"---\na: 1\n", 1, 1, "is not closed"),
    "not UTF-8": (b"---\na: 1\nb: no \xe9\n---\n", 3, 7, "not UTF-8"),
    "toml": (b"+++\na = 1\nb = \n+++\n", 3, 5, "TOML cannot read it"),
    "json": (b";;;\n{]\n;;;\n", 2, 2, "JSON cannot read it"),
}


@pytest.mark.parametrize(("data", "line", "column", "message"), ERRORS.values(), ids=ERRORS)
def test_an_error_has_its_place_in_the_file(
    data: bytes, line: int, column: int, message: str
) -> None:
    matter = read_frontmatter(data)
    assert matter.error is not None
    assert (matter.error.line, matter.error.column) == (line, column)
    assert message in matter.error.message
    assert matter.fields == matter.raw == {}


def test_python_frontmatter_reads_with_notekeeps_handler() -> None:
    handler = NoteHandler()
    post = python_frontmatter.loads("---\nat: 12:30\nok: yes\nn: 1\n---\n\nbody", handler=handler)
    assert post.metadata == {"at": "12:30", "ok": "yes", "n": 1}
    assert post.content == "body"
    with pytest.raises(TypeError, match="span"):
        python_frontmatter.dumps(post, handler=handler)


@given(
    st.dictionaries(
        TEXT.filter(bool),
        st.none() | st.booleans() | st.integers(-(10**14), 10**14) | TEXT
        | st.lists(st.booleans() | TEXT, max_size=3),
        max_size=4,
    )
)  # fmt: skip
def test_a_new_note_reads_back_as_it_was_made(fields: dict[str, Value]) -> None:
    text = render_new(fields, "body\n")
    matter = read_frontmatter(text.encode())
    assert matter.error is None
    assert matter.fields == fields
    assert text.encode()[matter.split.body :] == b"body\n"


def test_a_new_note_is_plain_where_it_can_be() -> None:
    fields: dict[str, Value] = {
        "title": "A note",
        "tags": ["a", "b c"],
        "created": BareText("2026-11-24"),
        "x": None,
    }
    assert render_new(fields, "# A note\n") == (
        "---\ntitle: A note\ntags:\n  - a\n  - b c\ncreated: 2026-11-24\nx:\n---\n# A note\n"
    )
    assert render_new({}, "text") == "text"


def test_libyaml_is_there() -> None:
    assert yaml.__with_libyaml__
