"""Nikola's engine, asked itself: what it makes of a laid-out body is what CommonMark meant.

Each case is a trap: naive text that Python-Markdown reads in another way than the vault does.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from tests.support.sites import write_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.rewrite.dialect import Dialect

    Engine = Callable[[str], str]

SEEN = frozenset(
    (
        *("blockquote", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "pre"),
        *("em", "strong", "a", "code", "del", "mark", "dd"),
    )
)
ALIKE = {"s": "del", "b": "strong", "i": "em"}
VOID = frozenset(("br", "hr", "img"))

TRAPS = {
    "a list right under a paragraph": "para\n- a\n- b",
    "two spaces nest": "- a\n  - b\n    - c\n- d",
    "numbers nest": "1. a\n   - b\n     1. c\n2. d",
    "a wide number": "10. a\n    - b\n\n      c",
    "brackets behind numbers": "1) a\n2) b",
    "two lists": "- a\n- b\n\n* c\n* d",
    "a paragraph in an item": "- a\n\n  b\n- c",
    "code in an item": "1. a\n   ```sh\n   echo x\n     y\n   ```\n2. b",
    "code first in an item": "- ```\n  x\n  ```\n- b",
    "code behind a nested list": "- a\n  - b\n\n  ```\n  x\n  ```\n- c",
    "two code blocks in an item": "- a\n\n  ```\n  x\n  ```\n\n  ```\n  y\n  ```",
    "code in a quote": "> a\n> ```py\n> x = 1\n> ```\n> b",
    "a shebang in an item": "- a\n\n  ```\n  #!/bin/sh\n  x\n  ```",
    "a shebang in indented code": "    #!/bin/sh\n    x",
    "a fence right under a paragraph": "a\n```\nx\n```\nb",
    "a fence that is not closed": "a\n\n```\nx",
    "a fence off the margin": "  ```\n  x\n    y\n  ```",
    "a longer closing fence": "```\nx\n`````\n\nb",
    "words behind a fence": '```python title="x.py" {1,2}\nx\n```',
    "a fence in a fence": "````\n```\nx\n```\n````",
    "a quote in an item": "- a\n\n  > b\n  > c\n- d",
    "a lazy quote": "> a\nb\n\nc",
    "two quotes": "> a\n\n> b",
    "a list in a quote": "> a\n> - b\n>   - c",
    "a heading under a list": "- a\n# B",
    "a heading off the margin": "a\n\n  ## B",
    "a heading of two lines": "a\nb\n===",
    "a tag at a line's start": "#tag and\n#another",
    "hashes at a heading's end": "# C#\n\n## F# ##",
    "braces at a heading's end": "# Sets {1, 2}",
    "braces behind marks": "**a**{b} `c`{d} and {.e}",
    "braces alone": "a\n{.b}",
    "escapes of CommonMark": "\\$5 \\~ \\< \\& \\= \\: \\| \\\" \\' \\/ \\@ \\% \\^ \\, \\; \\?",
    "escapes that both know": "\\* \\_ \\# \\[ \\` \\! \\. \\- \\+ \\( \\) \\{ \\} \\\\ \\>",
    "a backslash break": "a\\\nb",
    "a table under a paragraph": "a\n| x | y |\n|---|---|\n| 1 | 2 |",
    "pipes in code": "| a | b |\n|---|---|\n| `x\\|y` | z\\|w |",
    "an address": "see https://x.org/a_b_c, and (https://y.org/(z))",
    "a definition list that is none": "term\n: words",
    "an abbreviation that is none": "*[abbr]: words",
    "a tag that is none": "see <example.org> and a <b",
    "a link that is none": "[words](not a link here)",
    "an address of another kind": "<mailto:a@b.org> <tel:+123>",
    "words in HTML": "<div>\n\n*a*\n\n</div>",
    "words in two tags of a line": "<div><div>\n\n*a*\n\n</div></div>\n\n*b*",
    "words in a cell of HTML": "<table>\n<tr><td>\n\n*a*\n\n</td><td>\n\n- b\n\n</td></tr></table>",
    "words in an item of HTML": "<ul>\n<li>\n\n*a*\n\n<li>\n\n[b](c)\n\n</ul>",
    "words in a term of HTML": "<dl>\n<dt>\n\n*a*\n\n</dt>\n<dd>\n\n*b*\n\n</dd></dl>",
    "words in a centred paragraph": '<p align="center">\n\n*a*\n\n</p>\n\n*b*',
    "words in the centre": "<center>\n\n*a*\n\n</center>",
    "footnotes": "a[^x] b[^y]\n\n[^y]: second\n    more\n\n    - list\n[^x]: first",
    "a rule between": "a\n\n***\n\n- b\n\n---",
    "numbers in a paragraph": "In the year\n1986. It was",
    "emphasis in words": "snake_case_name and 2*3*4 and __init__",
}


class _Outline(HTMLParser):
    """What stands in what, words joined."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.found: list[tuple[tuple[str, ...], str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag not in VOID:
            self.open.append(ALIKE.get(tag, tag))

    def handle_endtag(self, tag: str) -> None:
        tag = ALIKE.get(tag, tag)
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        path = tuple(tag for tag in self.open if tag in SEEN)
        if "pre" in path:
            path = path[: path.index("pre") + 1]
        if self.found and self.found[-1][0] == path:
            self.found[-1] = (path, self.found[-1][1] + data)
        elif data.strip():
            self.found.append((path, data))


def outline(html: str) -> list[tuple[tuple[str, ...], str]]:
    reader = _Outline()
    reader.feed(html)
    reader.close()
    joined = [(path, " ".join(text.split())) for path, text in reader.found]
    return [(path, text) for path, text in joined if text]


def without_notes(html: str) -> str:
    """Footnotes are numbered and placed in other ways; C13 looks at them."""
    html = re.sub(r'<(?:div|section) class="footnotes?">.*', "", html, flags=re.DOTALL)
    return re.sub(r"<sup.*?</sup>", "", html, flags=re.DOTALL)


def meant(text: str) -> str:
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


@pytest.mark.generator
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name in TRAPS if name not in {"footnotes", "an address"}]
)
def test_the_engine_reads_what_commonmark_meant(
    name: str, nikola_dialect: Dialect, python_markdown: Engine
) -> None:
    text = TRAPS[name]
    html = python_markdown(write_text(text, nikola_dialect).text)
    assert outline(html) == outline(meant(text))


@pytest.mark.generator
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        *("a list right under a paragraph", "two spaces nest", "code in an item"),
        *("a tag at a line's start", "hashes at a heading's end", "braces at a heading's end"),
        *("escapes of CommonMark", "pipes in code", "a definition list that is none"),
        *("a fence off the margin", "words behind a fence", "a table under a paragraph"),
        *("words in a cell of HTML", "words in an item of HTML", "words in a term of HTML"),
        *("words in two tags of a line", "words in a centred paragraph", "words in the centre"),
    ],
)
def test_each_trap_is_one(name: str, python_markdown: Engine) -> None:
    """Without care the engine reads something else, or the case above would show nothing."""
    assert outline(python_markdown(TRAPS[name])) != outline(meant(TRAPS[name]))


@pytest.mark.generator
@pytest.mark.slow
def test_addresses_are_linked(nikola_dialect: Dialect, python_markdown: Engine) -> None:
    html = python_markdown(write_text(TRAPS["an address"], nikola_dialect).text)
    assert re.findall(r'href="([^"]+)"', html) == ["https://x.org/a_b_c", "https://y.org/(z)"]


@pytest.mark.generator
@pytest.mark.slow
def test_footnotes_are_numbered_as_they_are_read(
    nikola_dialect: Dialect, python_markdown: Engine
) -> None:
    html = python_markdown(write_text(TRAPS["footnotes"], nikola_dialect).text)
    numbers = re.findall(r'href="#fn:(\w)">(\d)</a>', html)
    assert numbers == [("x", "1"), ("y", "2")]
    assert re.search(r'<li id="fn:y">\s*<p>second\s+more</p>\s*<ul>', html)


@pytest.mark.generator
@pytest.mark.slow
@pytest.mark.parametrize(
    "tex",
    [
        r"a_{i} < b_{j}",
        r"\frac{a*b*c}{d_e}",
        r"[x] \& y ~ z",
        r"a | b",
        r"f'(x) -- y ... \`a",
        r"\{a\} ^2",
    ],
)
def test_tex_is_in_the_page_as_it_was_written(
    tex: str, nikola_dialect: Dialect, python_markdown: Engine
) -> None:
    from tests.support.built_page import read_page

    page = read_page(python_markdown(write_text(f"so ${tex}$ is", nikola_dialect).text))
    assert page.text().strip() == f"so \\({tex}\\) is"


@pytest.mark.generator
@pytest.mark.slow
def test_tex_of_many_lines_begins_no_list(nikola_dialect: Dialect, python_markdown: Engine) -> None:
    from tests.support.built_page import read_page

    text = "$$\na\n+ b\n\n- c\n# d\n> e\n1. f\n= g\n$$"
    page = read_page(python_markdown(write_text(text, nikola_dialect).text))
    assert page.text().split() == [
        "$$",
        "a",
        "+",
        "b",
        "-",
        "c",
        "#",
        "d",
        ">",
        "e",
        "1.",
        "f",
        "=",
        "g",
        "$$",
    ]
    assert not page.find("li", "h1", "blockquote")
