"""What counts as the same text, and the same name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.query.folding import as_unicode, fold_key, fold_text, is_unicode


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Café", "cafe"),
        ("CAFE\u0301", "cafe"),
        ("Straße", "strasse"),
        ("  two\t words\n", "two words"),
        ("\uff21\uff22", "ab"),
        ("組件", "組件"),
        ("℠", "sm"),
        ("Ørsted", "orsted"),
        ("Йод", "йод"),
    ],
)
def test_case_accents_width_and_blanks_do_not_count(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@pytest.mark.parametrize(
    ("text", "whole"),
    [("café", "café"), ("ros\udce9", "ros\ufffd"), ("\ud83d", "\ufffd"), ("", ""), ("😀", "😀")],
)
def test_half_a_character_is_a_mark_of_the_same_length(text: str, whole: str) -> None:
    assert as_unicode(text) == whole
    assert len(whole) == len(text)
    assert is_unicode(text) == (whole == text)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


def test_names_of_fields_are_the_same_however_they_are_joined() -> None:
    assert {fold_key(name) for name in ("readDate", "read_date", "Read Date", "read-date")} == {
        "readdate"
    }
