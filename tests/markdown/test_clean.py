"""What a vault's text looks like once it is safe to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.sanitize import clean, clean_line


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇"),
        (
            "\x1b]8;;https://evil.example\x1b\\good.example",
            "␛]8;;https://evil.example␛\\good.example",
        ),
        ("\x9b31m", "\ufffd31m"),
        ("a\x00b\x08c\x7fd", "a␀b␈c␡d"),
        ("txt.\u202eexe", "txt.\ufffdexe"),
        ("\u2066a\u2069\u200f", "\ufffda\ufffd\ufffd"),
        ("name\udcff.md", "name\ufffd.md"),
        ("over\rwritten", "over␍written"),
    ],
)
def test_what_a_terminal_would_obey_is_made_visible(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


def test_lines_and_tabs_are_kept_and_a_crlf_is_a_line_end() -> None:
    assert clean("one\ttwo\r\nthree\n\x1b") == "one\ttwo\nthree\n␛"


def test_ordinary_text_is_returned_as_it_is() -> None:
    text = "naïve 日本語 👩\u200d👩\u200d👧 e\u0301 [/nope] \\x1b\n"
    assert clean(text) is text


def test_a_row_of_a_list_is_one_line() -> None:
    assert clean_line("a\r\n\tb\u2028c\x1b[2J") == "a b c␛[2J"


@given(st.text())
def test_nothing_unsafe_is_ever_left(text: str) -> None:
    for char in clean(text):
        assert char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
        assert unicodedata.bidirectional(char) not in {"RLO", "LRO", "RLE", "LRE", "PDF"}
    clean(text).encode("utf-8")


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert "\n" not in clean_line(text)
