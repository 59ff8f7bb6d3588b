"""Edits by place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.text_edit import TextEdit, apply


def test_edits_are_made_where_they_stand_whatever_their_order() -> None:
    assert (
        apply("abcdef", [TextEdit(4, 6, "!"), TextEdit(0, 1, ""), TextEdit(2, 2, "-")]) == "b-cd!"
    )
    assert apply("abc", []) == "abc"


def test_what_is_inserted_at_one_place_keeps_its_order() -> None:
    assert apply("ab", [TextEdit(1, 1, "1"), TextEdit(1, 1, "2"), TextEdit(1, 2, "3")]) == "a123"


@pytest.mark.parametrize(
    "edits",
    [
        [TextEdit(0, 2, ""), TextEdit(1, 3, "")],
        [TextEdit(2, 9, "")],
        [TextEdit(2, 1, "")],
        [TextEdit(-1, 0, "")],
    ],
)
def test_edits_that_overlap_or_lie_outside_are_a_mistake(edits: list[TextEdit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply("abcdef", edits)


@given(st.text(), st.lists(st.integers(0, 40)))
def test_replacing_text_by_itself_changes_nothing(text: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts})
    edits = [TextEdit(a, b, text[a:b]) for a, b in zip(places[::2], places[1::2], strict=False)]
    assert apply(text, edits) == text
