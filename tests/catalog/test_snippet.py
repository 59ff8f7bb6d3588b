"""The passage that is shown of a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.search.results import (
    NO_PASSAGE,
    SNIPPET_WIDTH,
    FileStart,
    body_opening,
    choose_passage,
    join_spans,
    read_file_start,
)

if TYPE_CHECKING:
    from pathlib import Path


LINKS = [
    "[the console](https://example.org/a/long/address_(of_pages)/and/its/parts?with=a&query=too)",
    '[the console](https://example.org/a/long/address "with the title of the page")',
    "[![the badge of a build](https://example.org/badge.svg)](https://example.org/build/of/it)",
    "[[folder/of/The note with a long name#and a heading in it|that note]]",
    '<span class="the-class of-the-footer" style="width: 40%">',
    "%% a comment that only the writer of the note reads %%",
]


def spans(text: str, *words: str) -> list[tuple[int, int]]:
    found = [
        (at, at + len(word))
        for word in words
        for at in range(len(text))
        if text.startswith(word, at)
    ]
    return sorted(found)


def test_the_window_has_the_most_different_words() -> None:
    far = "filler words here " * 30
    text = f"one one one {far}one and two and three {far}two two"
    shown = choose_passage(FileStart(text, 0), spans(text, "one", "two", "three"))
    said = shown.snippet
    assert [said.text[start:end] for start, end in said.marks] == ["one", "two", "three"]
    assert said.text.startswith("…")
    assert said.text.endswith("…")


def test_the_body_goes_before_the_front_matter() -> None:
    text = "---\ntitle: word\n---\nthe word itself\n"
    body = text.index("the")
    shown = choose_passage(FileStart(text, body), spans(text, "word"))
    assert shown.snippet.text == "the word itself\n"
    assert shown.line == 4
    assert not shown.snippet.is_of_fields
    matter = choose_passage(FileStart(text, body), spans(text, "title"))
    assert matter.line == 2
    assert matter.snippet.is_of_fields


def test_a_heading_is_not_cut_in_two() -> None:
    heading = "## The quotes that I keep coming back to, with their pages"
    text = f"{'words ' * 20}\n{heading}\nNo broken windows {'anywhere ' * 40}\n"
    shown = choose_passage(FileStart(text, 0), spans(text, "windows"))
    assert shown.snippet.text.startswith(f"…{heading}\n")


def test_the_title_is_not_shown_again_below_itself() -> None:
    text = "---\nrating: 4\n---\n# Tiny Habits\n\nThree habits, and why they are tiny.\n"
    body = text.index("# ")
    shown = choose_passage(FileStart(text, body), spans(text, "abits", "tiny"), "Tiny Habits")
    assert shown.snippet.text == "Three habits, and why they are tiny.\n"
    only = choose_passage(FileStart(text, body), spans(text, "Tiny"), "Tiny Habits")
    assert (only.snippet.text, only.snippet.marks) == (shown.snippet.text.strip(), ())
    assert only.line == 4
    other = choose_passage(FileStart(text, body), spans(text, "Tiny"), "Another title")
    assert other.snippet.text.startswith("# Tiny Habits")


def test_forms_of_a_word_count_once() -> None:
    far = "filler words here " * 30
    text = f"a version of versions {far}the version track"
    shown = choose_passage(FileStart(text, 0), spans(text, "version", "versions", "track")).snippet
    assert [shown.text[start:end] for start, end in shown.marks] == ["version", "track"]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("before", range(20, 220, 9))
def test_no_link_is_cut_in_two(link: str, before: int) -> None:
    text = f"{'lead ' * 40}word{' then' * (before // 5)} {link} {'more ' * 60}"
    plain = choose_passage(FileStart(text, 0), spans(text, "word")).snippet.plain().text
    assert not set(plain) & set("[]()<>%")
    text = f"{'lead ' * 40}{link}{' then' * (before // 5)} word {'more ' * 60}"
    plain = choose_passage(FileStart(text, 0), spans(text, "word")).snippet.plain().text
    assert not set(plain) & set("[]()<>%")


def test_a_beginning_does_not_end_in_a_link() -> None:
    text = f"{'word ' * 30}[{'the console ' * 12}](https://example.org/{'a' * 90}) and on\n"
    assert body_opening(FileStart(text, 0)).snippet.text == f"{'word ' * 30}".rstrip() + "…"


def test_a_word_of_the_text_goes_before_one_in_an_address() -> None:
    text = f"[a](https://word.org) {'filler ' * 60}the word {'filler ' * 60}"
    shown = choose_passage(FileStart(text, 0), spans(text, "word")).snippet
    assert "the word" in shown.text
    address = choose_passage(FileStart(text, 0), spans(text, "word.org")).snippet.plain()
    assert address.text.startswith("a https://word.org filler")
    assert [address.text[start:end] for start, end in address.marks] == ["word.org"]


def test_a_row_of_a_table_is_shown_by_its_cells() -> None:
    rows = "".join(f"| name {number} | a value of {number} |\n" for number in range(40))
    text = f"# Values\n\n| Name | Value |\n|:---|---:|\n{rows}"
    shown = choose_passage(FileStart(text, 0), spans(text, "value of 20")).snippet.plain().text
    assert "|" not in shown
    assert "name 20 · a value of 20 · name 21 · a value of 21" in shown
    first = choose_passage(FileStart(text, 0), spans(text, "name 0")).snippet.plain().text
    assert first.startswith("Name · Value · name 0 · a value of 0 · name 1")


def test_addresses_do_not_make_a_passage_shorter() -> None:
    link = f"[here](https://example.org/{'a' * 90})"
    text = f"The term {link} and {link}, {'then some more words ' * 40}"
    plain = choose_passage(FileStart(text, 0), spans(text, "term")).snippet.plain().text
    assert SNIPPET_WIDTH - 30 < len(plain) <= SNIPPET_WIDTH + 30


def test_a_note_that_is_named_like_the_query_begins_with_its_words_marked() -> None:
    text = "# Deep Work\n\nOn work and rest.\n"
    shown = choose_passage(FileStart(text, 0), spans(text, "Work", "work"), is_named=True).snippet
    assert shown.text == "On work and rest."
    assert [shown.text[start:end] for start, end in shown.marks] == ["work"]


def test_without_a_word_it_is_how_the_body_begins() -> None:
    text = "---\na: b\n---\n\n# Title\n\n> Some words.\nAnd more.\n"
    shown = choose_passage(FileStart(text, text.index("\n# ")), [])
    assert shown.snippet.text == "Some words.\nAnd more."
    assert (shown.snippet.marks, shown.line) == ((), None)


@pytest.mark.parametrize("text", ["", "\n\n", "# Only a title\n"])
def test_a_note_without_text_shows_nothing(text: str) -> None:
    assert body_opening(FileStart(text, 0)) == NO_PASSAGE


def test_a_long_beginning_is_cut_between_words() -> None:
    shown = body_opening(FileStart("word " * 100, 0)).snippet.text
    assert shown.endswith("word…")
    assert len(shown) <= SNIPPET_WIDTH + 1


def test_a_file_is_read_up_to_its_head(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("\ufeff---\r\na: é\r\n---\r\nbödy\r\n".encode() + b"\xff")
    text = read_file_start(str(tmp_path), "a.md")
    assert text is not None
    assert text.whole[text.body :] == "bödy\r\n\ufffd"
    assert read_file_start(str(tmp_path), "gone.md") is None


@given(
    st.text(alphabet="ab \n", min_size=1, max_size=900),
    st.lists(st.tuples(st.integers(0, 899), st.integers(1, 20)), min_size=1, max_size=20),
    st.integers(0, 300),
)
def test_marks_are_the_words_themselves(
    text: str, places: list[tuple[int, int]], body: int
) -> None:
    found = sorted({(at, min(at + size, len(text))) for at, size in places if at < len(text)})
    shown = choose_passage(FileStart(text, min(body, len(text))), found)
    said = shown.snippet
    bare = said.text.removeprefix("…").removesuffix("…")
    assert bare in text
    assert len(said.text) <= SNIPPET_WIDTH + 30
    apart = {text[start:end] for start, end in join_spans(found)}
    for start, end in said.marks:
        assert 0 <= start < end <= len(said.text)
        assert any(said.text[start:end] in whole for whole in apart)
    if found:
        assert said.marks
        assert shown.line is not None
