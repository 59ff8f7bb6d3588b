"""Two versions of a note: every line of both is seen, and what changed in it stands out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.notes.plan import NoteChange
from notekeep.tui.render.glyphs import ASCII_GLYPHS, UNICODE
from notekeep.tui.render.styled_text import StyledLine, line_text, line_width
from notekeep.tui.render.text_diff import (
    change_counts,
    changes_lines,
    compare,
    side_by_side,
    unified,
)

TEXTS = st.lists(
    st.sampled_from([b"one\n", b"two\n", b"two\r\n", b"", b"\n", b"\xff bad\n", b"\x1b[31m red\n"])
    | st.text("ab é漢\t.", max_size=9).map(lambda text: text.encode() + b"\n"),
    max_size=14,
).map(b"".join)


def shown(lines: list[StyledLine]) -> list[str]:
    return [line_text(line).rstrip() for line in lines]


@given(TEXTS, TEXTS)
def test_every_line_of_both_versions_is_there_once(before: bytes, after: bytes) -> None:
    found = compare(before, after, context=99)
    for data, sides in (
        (before, [pair.before for pair in found.pairs if pair.before]),
        (after, [pair.after for pair in found.pairs if pair.after]),
    ):
        if found.is_empty:
            assert before == after
            continue
        count = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
        assert [side.number for side in sides] == list(range(1, count + 1))
    gone = sum(pair.before is not None and not pair.same for pair in found.pairs)
    came = sum(pair.after is not None and not pair.same for pair in found.pairs)
    assert (gone, came) == (found.removed, found.added)


@given(TEXTS, TEXTS, st.integers(12, 60))
def test_no_line_is_wider_than_its_pane(before: bytes, after: bytes, width: int) -> None:
    found = compare(before, after)
    for line in unified(found, width, UNICODE):
        assert line_width(line) <= width
    for line in side_by_side(found, width, ASCII_GLYPHS):
        assert line_width(line) <= width


def test_what_changed_is_shown_with_the_lines_around_it() -> None:
    before = b"a\nb\nc\nd\ne\nf\ng\nh\n"
    after = b"a\nb\nc\nd\nE\nf\ng\nnew\nh\n"
    assert shown(unified(compare(before, after), 40, UNICODE)) == [
        "  ────── 2 lines the same",
        "3   c",
        "4   d",
        "5 - e",
        "5 + E",
        "6   f",
        "7   g",
        "8 + new",
        "9   h",
    ]
    assert line_text(change_counts(compare(before, after))) == "+2 -1"


def test_the_words_that_changed_stand_out() -> None:
    before, after = b"Depth needs hours without a phone.\n", b"Depth needs days without a phone.\n"
    lines = unified(compare(before, after), 60, UNICODE)
    marked = [piece.text for line in lines for piece in line if "-words" in piece.role]
    assert marked == ["hours", "days"]


def test_two_versions_stand_side_by_side_each_under_its_name() -> None:
    lines = side_by_side(compare(b"x\nold\n", b"x\nnew\nmore\n"), 41, UNICODE, ("mine", "theirs"))
    assert shown(lines) == [
        "mine                │ theirs",
        "─" * 41,
        "1   x               │ 1   x",
        "2 - old             │ 2 + new",
        "                    │ 3 + more",
    ]


def test_a_changed_line_stands_beside_what_became_of_it() -> None:
    before = b"Depth needs hours without a phone.\nend\n"
    after = b"Another device wrote this.\n\nDepth needs days without a phone.\nend\n"
    lines = side_by_side(compare(before, after), 91, UNICODE)
    assert shown(lines)[:3] == [
        " " * 45 + "│ 1 + Another device wrote this.",
        " " * 45 + "│ 2 +",
        "1 - Depth needs hours without a phone.       │ 3 + Depth needs days without a phone.",
    ]
    marked = [piece.text for line in lines for piece in line if "-words" in piece.role]
    assert marked == ["hours", "days"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"a\n", b"a\r\n", ["1 - a  LF line ending", "1 + a  CRLF line ending"]),
        (b"a\n", b"a", ["1 - a  LF line ending", "1 + a  no line ending"]),
        (b"a\n", b"a\n", ["No differences."]),
    ],
)
def test_what_cannot_be_seen_of_a_line_is_said(
    before: bytes, after: bytes, said: list[str]
) -> None:
    assert shown(unified(compare(before, after), 60, UNICODE)) == said


def test_a_long_line_goes_on_below_and_loses_no_character() -> None:
    text = b"word " * 30 + b"unbroken" * 9
    lines = unified(compare(b"", text), 30, UNICODE)
    assert all(line_width(line) <= 30 for line in lines)
    assert "".join(line_text(line)[4:] for line in lines).replace(" ", "") == (
        text.decode().replace(" ", "") + "noline" + "end"
    ).replace("nolineend", "")


def test_a_step_is_told_file_by_file() -> None:
    changes = [
        NoteChange("a.md", b"x\n", b"y\n"),
        NoteChange("new.md", None, b"n\n"),
        NoteChange("gone.md", b"g\n", None),
        NoteChange("old.md", b"s\n", b"s\n", "other/old.md"),
        NoteChange("cover.png", b"\0\1", b"\0\2\3"),
    ]
    assert shown(changes_lines(changes, 40, UNICODE)) == [
        "a.md",
        "1 - x",
        "1 + y",
        "",
        "new.md new",
        "1 + n",
        "",
        "gone.md to the trash",
        "",
        "old.md → other/old.md",
        "",
        "cover.png",
        "3 bytes, not text",
    ]
