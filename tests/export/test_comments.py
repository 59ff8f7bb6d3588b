"""Comments are found without parsing more than is needed, and the same ones as by parsing it all.

Here a note is parsed anew after each comment that could change what stands behind it, and asked
for its code each time: that says what a comment is, and takes minutes for a large vault.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.export import codes
from notekeep.export.codes import may_be_code
from notekeep.export.comments import TEASER, Comment, find_comments
from notekeep.export.nodes import CODE, MATH
from notekeep.export.parse import parse, parse_by_rules
from notekeep.export.passage import Passage
from notekeep.export.private import strip_private
from tests.support.markdown_pieces import texts
from tests.support.pages import told

if TYPE_CHECKING:
    from notekeep.export.nodes import Node

OPENING = re.compile(r"%%|<!--")
DISTURBING = re.compile(r"[`~$<\n\\]")


def parsed_each_time(text: str) -> list[Comment] | int:
    """Return the comments of a text, or where one begins that is not closed."""
    found: list[Comment] = []
    code, at = code_of(text), 0
    while opening := OPENING.search(text, at):
        start = opening.start()
        if inside := around(code, start):
            at = inside.end
        elif start and text[start - 1] == "\\":
            at = opening.end()
        else:
            comment = closed(text, opening, code)
            if comment is None:
                return start
            found.append(comment)
            at = comment.end
            if DISTURBING.search(comment.words):
                code = code_of(without(text, found))
    return found


def closed(text: str, opening: re.Match[str], code: list[Node]) -> Comment | None:
    start, inner = opening.span()
    if opening[0] == "<!--":
        short = re.compile("<!--(-?)>").match(text, start)
        end = short.end() if short else text.find("-->", inner) + 3
        return Comment(start, end, text[inner : max(inner, end - 3)]) if end > 2 else None
    at = inner
    while (end := text.find("%%", at)) >= 0:
        inside = around(code, end)
        lines = inside is not None and "\n" in text[inside.start : inside.end]
        if inside is None or (lines and inside.kind == "code_span"):
            return Comment(start, end + 2, text[inner:end])
        at = max(inside.end, end + 2)
    return None


def without(text: str, comments: list[Comment]) -> str:
    for one in comments:
        blank = re.sub(r"[^\n]", " ", text[one.start : one.end])
        text = text[: one.start] + blank + text[one.end :]
    return text


def code_of(text: str) -> list[Node]:
    return parse_by_rules(text).find(*CODE, *MATH)


def around(code: list[Node], offset: int) -> Node | None:
    return next((node for node in code if node.start <= offset < node.end), None)


def found_in(text: str) -> list[Comment] | int:
    passage = Passage.of_file("n.md", text, 1)
    try:
        return find_comments(passage)
    except Refused as error:
        return error.line or 0


def expected_in(text: str) -> list[Comment] | int:
    text = Passage.of_file("n.md", text, 1).text
    found = parsed_each_time(text)
    return found if isinstance(found, list) else text.count("\n", 0, found) + 1


MARKS = [
    *("%%", "%%", "%% ", " %%", "<!--", "-->", "<!-- ", " -->", "<!-->", "<!--->", "%%%", "\\%%"),
    *("%% a %%", "%% a\nb %%", "%%\n\na\n\n%%", "<!-- a -->", "<!-- a\nb -->", "<!--\n\n- a\n-->"),
    *("%% ` %%", "%% `a` %%", "<!-- ` -->", "%%\n```\n%%", "%%\n~~~\n%%", "<!--\n```\n-->"),
    *(
        "%% $ %%",
        "%% $$ %%",
        "<!-- $$\n-->",
        "%%\n    code\n%%",
        "%% [x]: /y %%",
        "%%\n[x]: /y\n%%",
    ),
    *(
        "%% a %% %% b %%",
        "%% a %%%% b %%",
        "%% <!-- %% -->",
        "<!-- %% -->",
        "%% <div>\n%%",
        "%%\\%%",
    ),
    *("- %% a\n  b %%\n", "> %% a\n> b %%\n", "- <!-- a\n-->", "| a | %% b %% |\n|---|---|\n"),
    *(
        "`%% a %%`",
        "`` %% ` ``",
        "$%% a$",
        "$$\n%% a %%\n$$",
        "\n```\n%% a %%\n```\n",
        "\n    %% a %%\n",
    ),
    *("\n```", "```\n", "\n````\n", "\n~~~\n", "\n> ```\n", "\n- ```\n", "`", "``", "$", "$$", "~"),
    *("\n", "\n", "\n\n", "\n\n", "    ", "  ", " ", "\t", "a", "word ", "\\", "\r\n", "\r\n\r\n"),
    *("\n- ", "\n  - ", "\n1. ", "\n> ", "\n> > ", "\n# ", "\n---\n", "\n|-|\n", "|", "\n===\n"),
    *(
        "<div>\n",
        "</div>\n",
        "<b>",
        "<script>\n",
        "<pre>",
        "[^1]: ",
        "[^1]",
        "[x]: /y\n",
        "[x]",
        "[[",
    ),
    *("]]: ", "[a]( `", "![", "](u)", "==", "*", "{{", "\0", "é", "\u00a0", "\x0b"),
]


@given(st.lists(st.sampled_from(MARKS), max_size=24).map("".join))
@example("%% a\nb %% text %% secret %%")
@example("- [[N]]: %%\n`a\n%%\n\n`%% b %%`\n")
@example("```\n%% a %%\n```\n%%\n```\n%%\n\n`x %% y\n%% z`\n")
@example("```\n```\n\na <!--\n```\n-->\n\nWords %% b %%\n")
def test_the_comments_are_those_that_parsing_each_time_finds(text: str) -> None:
    assert found_in(text) == expected_in(text)


@given(texts(), st.lists(st.sampled_from(MARKS), max_size=8), st.data())
def test_so_they_are_in_texts_of_any_kind(text: str, marks: list[str], data: st.DataObject) -> None:
    for mark in marks:
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + mark + text[at:]
    assert found_in(text) == expected_in(text)


@given(st.lists(st.sampled_from(MARKS), max_size=16).map("".join))
def test_no_code_is_taken_for_text_that_cannot_be_code(text: str) -> None:
    text = Passage.of_file("n.md", text, 1).text
    for node in code_of(text):
        for mark in OPENING.finditer(text, node.start, node.end):
            assert may_be_code(text, mark.start())


MANY = "".join(
    f"Words of {n}, `code` and $x$.\n\n%% what\nis ` {n} private %% and what is not\n\n"
    for n in range(60)
)


def test_where_no_code_can_be_nothing_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the parser was asked")

    monkeypatch.setattr(codes, "parse", refuse)
    monkeypatch.setattr(codes, "windows", refuse)
    assert len(find_comments(Passage.of_file("n.md", MANY, 1))) == 60


@pytest.mark.parametrize("first", ["```\ncode\n```\n\n", "$$\nx\n$$\n\n"])
def test_a_long_note_is_not_parsed_for_each_of_its_comments(
    monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    parsed = []

    def counted(text: str) -> object:
        parsed.append(len(text))
        return parse(text)

    monkeypatch.setattr(codes, "parse", counted)
    monkeypatch.setattr("notekeep.export.windows.parse", counted)
    text = first + MANY
    assert len(find_comments(Passage.of_file("n.md", text, 1))) == 60
    assert sum(parsed) < 4 * len(text)


@given(st.lists(st.sampled_from(MARKS), max_size=16).map("".join))
@example("```\n```\n\na\n\n<!-- b\n-->\n\n%% c %%\n")
def test_the_note_itself_is_read_as_before(text: str) -> None:
    passage = Passage.of_file("n.md", text, 1)
    with suppress(Refused):
        find_comments(passage)
    assert told(passage.page) == told(parse(passage.text))


ABOUT = [
    *MARKS,
    "> [!private] x\n",
    "\n## B #private\n",
    "<!-- more -->",
    "%% more %%",
    "%% private %%",
]


@given(st.lists(st.sampled_from([*ABOUT, "%% /private %%"]), max_size=20).map("".join))
@example("%% a\nb %% text %% secret %% more")
@example("<!-- a\n   b --> text <!-- secret --> more")
@example("- a\n\n> [!private] x\n\n    %% secret %%\n")
@example("- a\n\n%% b %%\n\n    %% secret %%\n")
def test_what_is_left_of_a_note_holds_no_comment(text: str) -> None:
    try:
        left = strip_private(Passage.of_file("n.md", text, 1)).passage.text
    except Refused:
        return
    found = parsed_each_time(left)
    assert isinstance(found, list)
    assert all(left[one.start : one.end] == TEASER for one in found)
