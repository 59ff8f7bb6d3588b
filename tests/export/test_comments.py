"""Comments are found whatever stands around them, and none is left in what is exported."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.export.privacy.private import strip_private
from notekeep.export.source_map import TEASER_COMMENT, MappedText
from notekeep.markdown.nodes import MATH
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.tree import CODE_KINDS
from tests.support.markdown_pieces import texts

OPENING = re.compile(r"%%|<!--")

# fmt: off
MARKS = [
    "%%", "%%", "%% ", " %%", "<!--", "-->", "<!-- ", " -->", "<!-->", "<!--->", "%%%", "\\%%",
    "%% a %%", "%% a\nb %%", "%%\n\na\n\n%%", "<!-- a -->", "<!-- a\nb -->", "<!--\n\n- a\n-->",
    "%% ` %%", "%% `a` %%", "<!-- ` -->", "%%\n```\n%%", "%%\n~~~\n%%", "<!--\n```\n-->",
    "%% $ %%", "%% $$ %%", "<!-- $$\n-->", "%%\n    code\n%%", "%% [x]: /y %%", "%%\n[x]: /y\n%%",
    "%% a %% %% b %%", "%% a %%%% b %%", "%% <!-- %% -->", "<!-- %% -->", "%% <div>\n%%",
    "%%\\%%", "- %% a\n  b %%\n", "> %% a\n> b %%\n", "- <!-- a\n-->",
    "| a | %% b %% |\n|---|---|\n", "`%% a %%`", "`` %% ` ``", "$%% a$", "$$\n%% a %%\n$$",
    "\n```\n%% a %%\n```\n", "\n    %% a %%\n", "\n```", "```\n", "\n````\n", "\n~~~\n",
    "\n> ```\n", "\n- ```\n", "`", "``", "$", "$$", "~", "\n", "\n", "\n\n", "\n\n", "    ", "  ",
    " ", "\t", "a", "word ", "\\", "\r\n", "\r\n\r\n", "\n- ", "\n  - ", "\n1. ", "\n> ", "\n> > ",
    "\n# ", "\n---\n", "\n|-|\n", "|", "\n===\n", "<div>\n", "</div>\n", "<b>", "<script>\n",
    "<pre>", "[^1]: ", "[^1]", "[x]: /y\n", "[x]", "[[", "]]: ", "[a]( `", "![", "](u)", "==", "*",
    "{{", "\0", "é", "\u00a0", "\x0b", "> [!private] x\n", "\n## B #private\n", "<!-- more -->",
    "%% more %%", "%% private %%", "%% /private %%",
]
# fmt: on


def left_of(text: str) -> str | None:
    """Return what is exported of a text, or None when it is refused."""
    try:
        return strip_private(MappedText.of_file("n.md", text, 1)).passage.text
    except Refused:
        return None


def openings_in_words(text: str) -> list[str]:
    """Return the lines on which something outside of code and math opens a comment."""
    # All spans: the tree of an export omits code in the description of a picture.
    code = [span for span in parse_markdown(text).spans if span.kind in CODE_KINDS | MATH]
    return [
        text[text.rfind("\n", 0, mark.start()) + 1 :].partition("\n")[0].strip()
        for mark in OPENING.finditer(text)
        if not any(span.start <= mark.start() < span.end for span in code)
        and text[mark.start() - 1 : mark.start()] != "\\"
    ]


@given(st.lists(st.sampled_from(MARKS), max_size=24).map("".join))
@example("%% a\nb %% text %% secret %%")
@example("%% a\nb %% text %% secret %% more")
@example("<!-- a\n   b --> text <!-- secret --> more")
@example("- a\n\n> [!private] x\n\n    %% secret %%\n")
@example("- a\n\n%% b %%\n\n    %% secret %%\n")
@example("- [[N]]: %%\n`a\n%%\n\n`%% b %%`\n")
@example("```\n%% a %%\n```\n%%\n```\n%%\n\n`x %% y\n%% z`\n")
@example("```\n```\n\na <!--\n```\n-->\n\nWords %% b %%\n")
@example("![`%% a`](u)\n")
def test_what_is_left_of_a_note_holds_no_comment(text: str) -> None:
    left = left_of(text)
    if left is not None:
        assert set(openings_in_words(left)) <= {TEASER_COMMENT}


@given(texts(), st.lists(st.sampled_from(MARKS), max_size=8), st.data())
def test_text_of_any_kind_keeps_no_comment(
    text: str, marks: list[str], data: st.DataObject
) -> None:
    for mark in marks:
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + mark + text[at:]
    left = left_of(text)
    if left is not None:
        assert set(openings_in_words(left)) <= {TEASER_COMMENT}


@pytest.mark.parametrize(
    "text",
    [
        "`%% a %%` and ``%% ` b``",
        "```\n%% a %%\n<!-- b -->\n```",
        "x\n\n    %% a %%",
        "$a \\%\\% b$",
        "\\%% a and \\%% b",
        "![`%% a %%` and $%% b$](u)",
    ],
)
def test_marks_in_code_math_and_escapes_stay(text: str) -> None:
    assert left_of(f"{text}\n") == f"{text}\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a <!-- b\n\n```\n--> c %%d%% e\n", "a c e\n"),
        ("a <!-- b\n\n```\n--> c\n\n```\n%% d %%\n```\n", "a c\n\n```\n%% d %%\n```\n"),
        ("a %% b\n\nc %% d\n", "a d\n"),
        ("a `x` <!-- ` --> %% b %% `y`\n", "a `x` `y`\n"),
        ("![a %% b %% `%% c`](u)\n", "![a `%% c`](u)\n"),
    ],
)
def test_a_comment_that_hides_code_hides_no_other_comment(text: str, left: str) -> None:
    assert left_of(text) == left


def test_many_comments_over_blocks_go_in_one_note() -> None:
    text = "".join(f"Words {n}, `code`.\n\n%% what\nis ` {n} %%\n\n" for n in range(200))
    left = left_of(text)
    assert left is not None
    assert "what" not in left
    assert left.count("`code`") == 200
