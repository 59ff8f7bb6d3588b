"""Values as they are written: plain where every reader takes them for what they are."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.fields.field_values import (
    BareText,
    format_field,
    format_inline_list,
    format_like,
    format_scalar,
)

PLAIN = [
    "word", "two words", "Atomic Habits", "https://example.org/a#b", "a, b", "it's", "50% done",
    "2026-11-24", "2026-11-24T08:00", "1.2.3", "978-0735211292", "日本語", "a - b", "(x)", "C++",
    "a:b", "a#b", "/path", "3/5", "👩‍👩‍👧", 'a "b" c', "$5", "learning/ml",
]  # fmt: skip
QUOTED = [
    "", " a", "a ", "yes", "No", "on", "y", "true", "null", "~", "1", "1.10", "007", "0x1F",
    "1e3", "1_0", "12:30", "01:02:33", ".5", ".inf", "=", "<<", "[[Note]]", "[a", "{a", "a: b",
    "a:", "a #b", "#a", "- a", "-", "? a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "'a",
    '"a', ": a", "a\nb", "a\tb", "\u2028", "\x85", "\x00", "\ufeff", "---", "-a",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_text_stays_plain(text: str) -> None:
    assert format_scalar(text) == text


@pytest.mark.parametrize("text", QUOTED, ids=map(repr, QUOTED))
def test_text_is_quoted_where_it_would_be_something_else(text: str) -> None:
    assert format_scalar(text)[0] in "\"'"
    assert yaml.safe_load(format_scalar(text)) == text


@given(st.text(st.characters(codec="utf-8")), st.booleans())
def test_any_text_reads_back_in_yaml_1_1_too(text: str, flow: object) -> None:
    written = f"[{format_scalar(text, flow=True)}]" if flow else f"a: {format_scalar(text)}\n"
    read = yaml.load(written, Loader=_NoDates)  # noqa: S506 - a safe loader without dates
    assert read == ([text] if flow else {"a": text})


class _NoDates(yaml.CSafeLoader):
    """YAML 1.1, but a date is its text, as notekeep writes it plain."""


_NoDates.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if not pair[0].endswith("timestamp")]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def test_numbers_bools_and_plain_text_have_no_quotes() -> None:
    assert [format_scalar(4), format_scalar(4.5), format_scalar(True), format_scalar(None)] == [
        "4",
        "4.5",
        "true",
        "",
    ]
    assert format_scalar(BareText("4.50")) == "4.50"
    assert format_inline_list(["a", "b, c", 1, None, "[x]"]) == '[a, "b, c", 1, null, "[x]"]'


def test_quotes_stay_of_the_kind_they_were() -> None:
    assert format_like("a", '"') == '"a"'
    assert format_like("it's", "'") == "'it''s'"
    assert format_like("a\nb", "'") == '"a\\nb"'
    assert format_like("a", None) == "a"
    assert format_like(5, '"') == "5"


def test_a_field_is_one_line_and_one_for_each_item() -> None:
    assert format_field("a b", "x", eol="\r\n", indent="  ") == "  a b: x\r\n"
    assert format_field("a", None) == "a:\n"
    assert format_field("a", []) == "a: []\n"
    assert format_field("yes", ["b", None], step="") == '"yes":\n- b\n- null\n'
