"""Lines with roles, fitted into cells."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    line_text,
    line_width,
    mark_matches,
    pad_line,
    spread_line,
    wrap_line,
)

lines = st.lists(
    st.builds(
        Piece,
        st.text("ab 日本語👩\u200d👧é-,。", min_size=1, max_size=12),
        st.sampled_from(["", "em"]),
    ),
    max_size=6,
)


def texts(rows: list[StyledLine]) -> list[str]:
    return [line_text(row) for row in rows]


def test_what_does_not_fit_is_cut_and_says_so() -> None:
    assert line_text(fit_line([Piece("Deep Work")], 9)) == "Deep Work"
    assert line_text(fit_line([Piece("Deep Work")], 6)) == "Deep …"
    assert line_text(fit_line([Piece("Deep Work")], 0)) == ""


def test_a_wide_character_is_never_shown_in_half() -> None:
    assert line_text(fit_line([Piece("日本語テキスト")], 6)) == "日本…"
    assert line_width(fit_line([Piece("👩\u200d👧👩\u200d👧👩\u200d👧")], 4)) <= 4


def test_the_ellipsis_looks_like_what_it_cuts() -> None:
    assert fit_line([Piece("Title"), Piece(" by somebody", "faint")], 9) == [
        Piece("Title"),
        Piece(" by", "faint"),
        Piece("…", "faint"),
    ]


def test_a_row_keeps_its_left_side_when_there_is_no_room_for_both() -> None:
    left, right = [Piece("The Pragmatic Programmer")], [Piece("2 Mar 2026", "faint")]
    assert line_text(spread_line(left, right, 40)) == "The Pragmatic Programmer      2 Mar 2026"
    assert line_text(spread_line(left, right, 30)) == "The Pragmatic Pro…  2 Mar 2026"
    assert line_text(spread_line(left, right, 20)) == "The Pragmatic Progr…"


def test_text_breaks_at_blanks_and_keeps_what_touches_together() -> None:
    line = [Piece("so "), Piece("very", "strong"), Piece(", very long")]
    assert texts(wrap_line(line, 9)) == ["so very,", "very long"]
    assert wrap_line(line, 9)[0][1] == Piece("very", "strong")


def test_scripts_without_blanks_break_anywhere_but_before_a_closing_mark() -> None:
    assert texts(wrap_line([Piece("日本語です。はい")], 10)) == ["日本語で", "す。はい"]


def test_a_word_wider_than_the_row_is_broken() -> None:
    assert texts(wrap_line([Piece("see https://example.org/a/long/path")], 12)) == [
        "see",
        "https://exam",
        "ple.org/a/lo",
        "ng/path",
    ]


def test_a_newline_breaks_and_an_empty_line_stays_a_row() -> None:
    assert texts(wrap_line([Piece("a\n\nb")], 10)) == ["a", "", "b"]
    assert texts(wrap_line([], 10)) == [""]


def test_matches_are_marked_across_parts() -> None:
    line = [Piece("Ato"), Piece("mic habits", "strong")]
    assert mark_matches(line, lambda text: [(text.index("Atomic"), 6)]) == [
        Piece("Ato", "mark"),
        Piece("mic", "strong mark"),
        Piece(" habits", "strong"),
    ]


@given(lines, st.integers(2, 30))
@example([Piece("\u200d \u200da。")], 2)
@example([Piece("\u200d\u200daaa")], 2)
def test_wrapping_keeps_every_word_and_the_width(line: StyledLine, width: int) -> None:
    rows = wrap_line(line, width)
    assert all(line_width(row) <= width for row in rows)
    assert re.sub(r"\s", "", "".join(texts(rows))) == re.sub(r"\s", "", line_text(line))


@given(lines, st.integers(0, 30))
@example([Piece("\u200d\u200d。a")], 2)
def test_a_padded_line_is_exactly_as_wide_as_asked(line: StyledLine, width: int) -> None:
    assert line_width(pad_line(line, width)) == width
