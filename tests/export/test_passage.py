"""Splices change text, and every line still knows which line of which file it came from."""

from __future__ import annotations

import pytest

from notekeep.export.source_map import MappedText, Origin, SourceEdit, remove_lines


def lines_of(passage: MappedText) -> list[tuple[str, int]]:
    origins = [origin.line for origin in passage.origins]
    return list(zip(passage.text.split("\n"), origins, strict=True))


def test_lines_keep_their_origin_when_lines_before_them_go() -> None:
    passage = MappedText.of_file("n.md", "a\nb\nc\nd", 10)
    after = passage.splice([SourceEdit(2, 4, "", "b goes")])
    assert lines_of(after) == [("a", 10), ("c", 12), ("d", 13)]


def test_what_is_put_in_is_of_the_line_it_stands_on() -> None:
    passage = MappedText.of_file("n.md", "a\nb", 1)
    after = passage.splice([SourceEdit(1, 1, "\nx\ny", "two lines come in")])
    assert lines_of(after) == [("a", 1), ("x", 1), ("y", 1), ("b", 2)]


def test_text_of_another_note_brings_its_origins() -> None:
    passage = MappedText.of_file("n.md", "a\n![[m]]\nb", 1)
    other = (Origin("m.md", 7), Origin("m.md", 8))
    after = passage.splice([SourceEdit(2, 8, "one\ntwo", "embed", other)])
    assert after.origins[1:3] == [Origin("m.md", 7), Origin("m.md", 8)]
    assert after.origins[3] == Origin("n.md", 3)


def test_splices_at_one_place_are_made_in_their_order() -> None:
    passage = MappedText.of_file("n.md", "ab", 1)
    assert passage.splice([SourceEdit(1, 1, "1", ""), SourceEdit(1, 1, "2", "")]).text == "a12b"
    assert passage.splice([SourceEdit(1, 2, "B", ""), SourceEdit(1, 1, "-", "")]).text == "a-B"


def test_overlapping_splices_are_an_error() -> None:
    passage = MappedText.of_file("n.md", "abcd", 1)
    with pytest.raises(ValueError, match="overlap"):
        passage.splice([SourceEdit(0, 3, "", ""), SourceEdit(2, 4, "", "second")])


def test_changes_name_the_line_of_the_file() -> None:
    passage = MappedText.of_file("n.md", "a\nb\nc", 5)
    splices = [SourceEdit(4, 5, "", "gone"), SourceEdit(0, 0, "", ""), SourceEdit(0, 3, "", "two")]
    changes = passage.changes(splices)
    assert changes == [("n.md", 7, "gone", 0), ("n.md", 5, "two", 6)]
    assert [change.lines for change in changes] == ["7", "5-6"]


@pytest.mark.parametrize(
    ("text", "first", "last", "left"),
    [
        ("a\n\nx\n\nb", 2, 3, "a\n\nb"),
        ("x\nb", 0, 1, "b"),
        ("a\nx", 1, 2, "a"),
        ("x", 0, 1, ""),
        ("> a\n>\n> x\n>\n> b", 2, 3, "> a\n>\n> b"),
    ],
)
def test_a_block_that_goes_leaves_one_blank_line(
    text: str, first: int, last: int, left: str
) -> None:
    passage = MappedText.of_file("n.md", text, 1)
    assert passage.splice([remove_lines(passage, first, last, "")]).text == left


def test_line_ends_and_nul_become_what_the_parser_reads() -> None:
    assert MappedText.of_file("n.md", "a\r\nb\rc\0", 1).text == "a\nb\nc\ufffd"
