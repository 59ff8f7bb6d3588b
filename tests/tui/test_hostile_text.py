"""Text that anyone may write or send: to draw it takes time in proportion to its length."""

from __future__ import annotations

import pytest

from notekeep.markdown import parser
from notekeep.markdown.note import read_note
from notekeep.tui.page.page import NoteRendering
from notekeep.tui.page.page_lines import NoteSurroundings, Picture
from notekeep.tui.render.glyphs import UNICODE
from notekeep.tui.render.styled_text import line_text
from tests.support.slow_markdown import TEXTS, assert_linear


def drawn(text: str) -> NoteRendering:
    note = read_note("notes/N.md", text.encode("utf-8", "surrogatepass"))
    around = NoteSurroundings({"a.png": Picture("a.png", problem="it is gone")}, is_live=True)
    return NoteRendering(note, 100, UNICODE, around)


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_time_to_draw_grows_with_the_length_only(name: str) -> None:
    assert_linear(drawn, TEXTS[name])


@pytest.mark.parametrize("sign", ["> ", "- ", "1. "])
def test_what_stands_too_deep_is_shown_as_it_is_written(sign: str) -> None:
    rows = [line_text(row.line) for row in drawn(sign * 2_000 + "word").lines]
    assert any("word" in row for row in rows)


class PanicException(BaseException):
    """What a panic in Rust is to Python."""


def test_a_text_that_the_parser_fails_on_is_shown_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parse = parser._parse

    def fail(text: str, source: str = "") -> object:
        if "bad" in text:
            raise PanicException("index out of bounds")
        return parse(text, source)

    monkeypatch.setattr(parser, "_parse", fail)
    rows = [line_text(row.line).strip() for row in drawn("*one*\n\n- *bad*\n\n*two*").lines]
    assert rows[-7:] == [
        "The Markdown parser failed (index out of bounds). The note is read as plain text.",
        *("", "*one*", "", "- *bad*", "", "*two*"),
    ]
