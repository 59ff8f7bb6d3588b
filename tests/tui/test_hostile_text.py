"""Text that anyone may write or send: to draw it takes time in proportion to its length."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from notekeep.markdown import parser
from notekeep.markdown.note import read_note
from notekeep.tui.render.around import Around, Picture
from notekeep.tui.render.glyphs import UNICODE
from notekeep.tui.render.pieces import plain
from notekeep.tui.render.rendering import Rendering

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = 6_000
TIMES = 4
SLACK = 2.5

TEXTS: dict[str, Callable[[int], str]] = {
    "one line of items": lambda size: "- a " * (size // 4),
    "images begun and ended": lambda size: "![" * (size // 4) + "](a)" * (size // 8),
    "links begun": lambda size: "[a](" * (size // 4),
    "highlights begun": lambda size: "==a " * (size // 4),
    "wikilinks begun": lambda size: "[[a|" * (size // 4),
    "inline notes begun": lambda size: "^[" * (size // 2),
    "inline notes in each other": lambda size: "^[a " * (size // 8) + "]" * (size // 8),
    "brackets in each other": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "emphasis begun": lambda size: "*a **b " * (size // 7),
    "quotes in each other": lambda size: ">" * size,
    "lists in each other": lambda size: "1. " * (size // 3),
    "callouts in a callout": lambda size: "> [!a] b\n" + "> > [!a] b\n" * (size // 11),
    "comments begun": lambda size: "%% a " * (size // 5),
    "lines of comment signs": lambda size: "%%\na\n" * (size // 5),
    "lines of math signs": lambda size: "$$\n" * (size // 3),
    "dollars": lambda size: "$a " * (size // 3),
    "backticks": lambda size: "`a ``b " * (size // 7),
    "fences": lambda size: "```\na\n" * (size // 6),
    "HTML tags": lambda size: "<b>x " * (size // 5),
    "HTML blocks": lambda size: "<div><b>\n\n" * (size // 10),
    "HTML comments begun": lambda size: "<!-- " * (size // 5),
    "a wide table": lambda size: "".join(
        cell * (size // 8) + "|\n" for cell in ("|a", "|-", "|x", "|y")
    ),
    "a long table": lambda size: "|a|b|\n|-|-|\n" + "|x|y|\n" * (size // 6),
    "references": lambda size: "".join(
        f"[a{number}]: /u\n\nSee [a{number}] and [b].\n\n" for number in range(size // 40)
    ),
    "footnotes": lambda size: "".join(
        f"x[^{number}]\n\n[^{number}]: y\n\n" for number in range(size // 30)
    ),
    "headings": lambda size: "# a\n" * (size // 4),
    "tags": lambda size: "#a " * (size // 3),
    "one long word": lambda size: "é" * size,
    "embeds": lambda size: "![[a.png]]\n" * (size // 11),
}


def drawn(text: str) -> Rendering:
    note = read_note("notes/N.md", text.encode())
    around = Around({"a.png": Picture("a.png", problem="it is gone")}, is_live=True)
    rendering = Rendering(note, 100, UNICODE, around)
    rendering.draw_lines(10**9)
    return rendering


def cost(text: str) -> float:
    """Return the CPU time that drawing a note takes."""
    found = []
    for _ in range(3):
        begun = time.process_time()
        drawn(text)
        found.append(time.process_time() - begun)
    return min(found)


@pytest.mark.parametrize("name", TEXTS)
def test_time_to_draw_grows_with_the_length_only(name: str) -> None:
    text = TEXTS[name]
    drawn(text(100))
    small, large = cost(text(SMALL)), cost(text(SMALL * TIMES))
    assert large < (small + 0.002) * TIMES * SLACK


@pytest.mark.parametrize("sign", ["> ", "- ", "1. "])
def test_what_stands_too_deep_is_shown_as_it_is_written(sign: str) -> None:
    rows = [plain(row.line) for row in drawn(sign * 2_000 + "word").lines]
    assert any("word" in row for row in rows)


class PanicException(BaseException):
    """What a panic in Rust is to Python."""


def test_what_the_parser_fails_on_is_plain_text_and_the_rest_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parse = parser._parse

    def fail(text: str, source: str = "") -> object:
        if "bad" in text:
            raise PanicException("index out of bounds")
        return parse(text, source)

    monkeypatch.setattr(parser, "_parse", fail)
    rows = [plain(row.line).strip() for row in drawn("*one*\n\n- *bad*\n\n*two*").lines]
    assert rows[-7:] == [
        *(
            "one",
            "",
            "The Markdown parser failed (index out of bounds). The note is read as plain text.",
        ),
        *("", "- *bad*", "", "two"),
    ]
