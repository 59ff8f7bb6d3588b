"""A body's nodes know where they stand: `text[start:end]` is the thing as written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notekeep.markdown.nodes import containers, parse_tree

PIECES = st.sampled_from(
    [
        *("word", "two words", " ", "  ", "\n", "\n\n", "\n- ", "\n  - ", "\n1. ", "\n> ", "\n# "),
        *("*em*", "**strong**", "~~s~~", "==m==", "`code`", "``a ` b``", "$x_1$", "$$y$$", "\\*"),
        *("[[Note]]", "[[Note|text]]", "![[a.png|30]]", "[t](u 'v')", "<https://x.org>", "&amp;"),
        *("\n```\ncode\n```\n", "\n    indented\n", "| a | b |\n|---|---|\n| `x\\|y` | c |\n"),
        *("\n[^1]: note\n", "[^1]", "\n[r]: http://x\n", "[r]", "<b>", "\n<div>\n", "\t", "[", "]"),
        *("  \n", "\\\n", "\n---\n", "é", "日本", "^id", "%%", "\n$$\nx\n$$\n", "> ", "!"),
        *("\u00a0", "\n\u00a0\n", "\n\n\u3000", "\x0b", "[[Note]]: said"),
    ]
)


def test_every_inline_mark_is_found_where_it_stands() -> None:
    text = "A *em* **strong** ~~s~~ ==m `x`== `c` $a_b$ [[N|t]] ![[p.png]] [l](u) <https://x.y> \\*"
    tree = parse_tree(text)
    found = {node.kind: tree.source(node) for node in tree.find("paragraph")[0].children}
    assert found["em"] == "*em*"
    assert found["strong"] == "**strong**"
    assert found["strike"] == "~~s~~"
    assert found["mark"] == "==m `x`=="
    assert found["code_span"] == "`c`"
    assert found["math"] == "$a_b$"
    assert found["wikilink"] == "![[p.png]]"
    assert found["link"] == "[l](u)"
    assert found["autolink"] == "<https://x.y>"
    assert found["special"] == "\\*"


def test_a_cell_with_an_escaped_pipe_is_mapped_to_the_source() -> None:
    tree = parse_tree("| a | b |\n|---|---|\n| `x\\|y` z | [[q\\|r]] |\n")
    (code,) = tree.find("code_span")
    (link,) = tree.find("wikilink")
    assert tree.source(code) == "`x\\|y`"
    assert tree.source(link) == "[[q\\|r]]"
    assert (link.info, link.title) == ("q", "r")


def test_lines_say_where_their_own_text_begins() -> None:
    text = "> - a\n>   b\n>\n>   ```\n>     x\n>   ```\nlazy"
    tree = parse_tree(text)
    own = [text[line.content : line.end] for line in tree.lines if line.content is not None]
    assert own == ["a", "b", "```", "  x", "```", "lazy"]
    (fence,) = tree.find("fence")
    assert [node.kind for node in containers(fence)] == ["quote", "item"]
    assert fence.content == "  x\n"


def test_a_price_is_no_math() -> None:
    assert parse_tree("It costs $5 and $10 a year, or $ 7.").find("math") == []
    assert [node.content for node in parse_tree("$5 and $x_1$").find("math")] == ["x_1"]
    assert [node.content for node in parse_tree("$a < c$ and $5 and $10").find("math")] == ["a < c"]


def test_a_break_reaches_to_the_next_line_s_words() -> None:
    text = "> one\n>   two"
    (soft,) = parse_tree(text).find("soft_break")
    assert text[soft.start : soft.end] == "\n>   "


@pytest.mark.parametrize(
    ("text", "label"), [("[r]: http://x 'T'\n", "r"), ("> [Q r]: <u v>\n", "Q r")]
)
def test_definitions_of_links_are_nodes(text: str, label: str) -> None:
    (definition,) = parse_tree(text).find("definition")
    assert definition.info == label


@pytest.mark.parametrize(
    "before",
    [
        "\u00a0",
        "\u00a0\n",
        "> \u3000\n> ",
        "# \u00a0",
        "- \x0b",
        "a\n\u00a0\n",
        "\n\u00a0 \n\u00a0",
    ],
)
def test_blanks_that_are_no_spaces_move_nothing(before: str) -> None:
    text = f"{before}[[Note]] and `code`\n"
    tree = parse_tree(text)
    (link,), (code,) = tree.find("wikilink"), tree.find("code_span")
    assert tree.source(link) == "[[Note]]"
    assert tree.source(code) == "`code`"


@settings(derandomize=True)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_spans_are_right_whatever_stands_in_a_body(text: str) -> None:
    tree = parse_tree(text)
    for node in tree.root.walk():
        source = text[node.start : node.end]
        if node.kind == "text":
            assert source.replace("\x0b", " ") == node.content
        elif node.kind == "code_span":
            assert source.startswith("`")
            assert source.endswith("`")
        elif node.kind == "em":
            assert source[0] == source[-1]
            assert source[0] in "*_"
        elif node.kind == "wikilink":
            assert re.fullmatch(r"!?\[\[.+\]\]", source, re.DOTALL)
        elif node.kind == "mark":
            assert source.startswith("==")
            assert source.endswith("==")
        elif node.kind.endswith("_break"):
            assert "\n" in source
        for child in node.children:
            assert node.start <= child.start <= child.end <= max(node.end, child.start)
