"""What says by itself what it is makes the same page as the parser's rules make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.export import parse as parsing
from notekeep.export.parse import parse, parse_by_rules
from tests.support.markdown_pieces import texts
from tests.support.pages import told

LINES = st.sampled_from(
    [
        *("Words.", "some words, [[Note]] and *more* ", "**Bold** start", "_lean_ start", "*x*"),
        *("- item", "- [ ] task", "- [x] done [[N|t]]", "* star", "+ plus", "-", "- ", "-- two"),
        *("# Title", "## Title with `code`", "# T #", "#", "#tag word", "###### Six", "####### 7"),
        *("> quoted", "> [!note] Title", ">", "> > two", ">bare", "> - item", "> # T", "> "),
        *("```", "```python", "````", "~~~ x", "    indented", "  two", " one", "\ttab", "---"),
        *("===", "***", "* * *", "- - -", "___", "1. one", "1990 was", "3) x", "2024-01-02 a"),
        *("| a | b |", "|---|---|", ":-- | --:", "a | b", "<div>", "<https://x.y>", "$$", "$x$"),
        *("[00:12:34] said", "[a](b) c", "[t](/p/x-y.z#id)", "[t](nk0af3:12)", "![i](u)", "![[p]]"),
        *("a `b` c", "a ` b", "`` c ` d ``", "` `", "` x `", "**b**c*d*e", "***x***", "*a***b**"),
        *(
            "a_b_c",
            "__x__",
            "==m==",
            "~~s~~",
            "a ~ = ^ ! b",
            "^id",
            "text ^id",
            "e\u0301é 日本\u3000",
        ),
        *(
            "a  ",
            "a\\",
            "&amp; & b",
            "%% x %%",
            "[a] [b]",
            "[a][b]",
            "[b]: /x",
            "[^1]: note",
            "[^1]",
            "^[in]",
            "\u2003x",
            "x\u00a0",
        ),
        *("<!--more-->", "<!-- a --> b", "<!-- open", '[a]({{< relref "/p" >}}) b', "a < b", "<b>"),
        *("[a]({% post_url x %}#y)", "[a]({{ 'b' | c }})", '[a]({{ "b" }})', "[a]({% (b) %})"),
        *("[a](https://X.org/B_c#d)", "![a b](https://x.org/a.png)", "![](p/q.png) b", "![a](<b>)"),
        *(
            "[a](https://x.org:80/)",
            "[a](http://x..-/)",
            "[a](b c)",
            "[a](https://é.org)",
            "[!](x)",
        ),
        *("", "", "", " ", "\t"),
    ]
)


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_lines_of_every_kind_make_the_page_that_the_rules_make(text: str) -> None:
    assert told(parse(text)) == told(parse_by_rules(text))


@given(texts())
def test_any_text_makes_the_page_that_the_rules_make(text: str) -> None:
    assert told(parse(text)) == told(parse_by_rules(text))


@pytest.mark.parametrize(
    "text",
    [
        *("- a\n- b\n", "- a\n\n- b\n", "- a\n- b\n\n\n- c\n\nend", "- a\n\n* b\n", "- a\nlazy\n"),
        *(
            "- a\n\n  more\n",
            "- a\n  - b\n",
            "* a\n* * *\n",
            "- a\n---\n",
            "- a\n\n1. b\n",
            "- a\n- \n",
        ),
        *("a\n- b\n", "a\n===\n", "a\n|-\n", "a\n# b\n", "a\n> b\n", "a\n1. b\n", "a\n2. b\n"),
        *("> a\n> b\n\n> c\n", "> a\nlazy\n", "> a\n> - b\n", ">a\n", "> a\n\n    code\n"),
        *(
            "```\na\n\nb\n```\nc\n",
            "````\n```\n````\n",
            "```\nopen\n",
            "```\n\ta\n```\n",
            "``` `\nx\n",
        ),
        *("# a\nb\n", "# a #\n", "a  \nb\n", "a \nb\n", "a\n b\n", "a\\\nb\n", "<!-- a -->\nb\n"),
        *(
            "[a]\n\n[a]: b\n",
            "a[^1]\n\n[^1]: b\n",
            "a\u2003\n",
            "",
            "\n",
            "   ",
            "a\n   \n\n",
            "\n\n# a",
        ),
    ],
)
def test_where_blocks_meet_the_rules_are_kept(text: str) -> None:
    assert told(parse(text)) == told(parse_by_rules(text))


PLAIN = """# Title of it

A paragraph with [[Link|words]], [more](/posts/x#y), `code`, **bold** and *leaning* words.
Its second line, [00:12:34] a moment, snake_case.

- item
- [ ] task with [[Link]]

> A quote (p. 12)
> of two lines.

```python
x = 1

y = 2
```

Last words.
"""


def test_what_most_notes_hold_needs_no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the parser was asked")

    expected = told(parse_by_rules(PLAIN))
    monkeypatch.setattr(parsing, "parser", refuse)
    assert told(parse(PLAIN)) == expected
