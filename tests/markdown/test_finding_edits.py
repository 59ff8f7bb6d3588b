"""The edits that an editor applies to turn one text into another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.text_edit import TextEdit, apply
from notekeep.markdown.text_merge import find_edits

TEXTS = st.lists(st.sampled_from(["a", "b b", "[[Old]]", "🌱é", "\n", "\r\n", "\r", "\u2028"]))


@given(before=TEXTS.map("".join), after=TEXTS.map("".join))
def test_edits_turn_one_text_into_the_other(before: str, after: str) -> None:
    edits = find_edits(before, after)
    assert apply(before, edits) == after
    for edit in edits:
        for place in (edit.start, edit.end):
            assert before[place - 1 : place + 1] != "\r\n", "an editor has no position there"


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        ("same\n", "same\n", []),
        ("See [[Old]].\n", "See [[New]].\n", [TextEdit(6, 9, "New")]),
        ("a\r\nc\r\n", "a\r\nb\r\nc\r\n", [TextEdit(3, 3, "b\r\n")]),
        ("one [[Old]]\n\ntwo [[Old]]\n", "one [[New]]\n\ntwo [[New]]\n", [
            TextEdit(6, 9, "New"), TextEdit(19, 22, "New"),
        ]),
        ("end", "end\nmore\n", [TextEdit(3, 3, "\nmore\n")]),
    ],
)  # fmt: skip
def test_edits_are_small(before: str, after: str, edits: list[TextEdit]) -> None:
    assert find_edits(before, after) == edits
