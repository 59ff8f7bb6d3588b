"""HTML that leaves cannot act: whatever a note holds, no page that shows it runs anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notekeep.export.dom import read_page
from notekeep.export.render import to_html

if TYPE_CHECKING:
    from notekeep.export.dom import Element

ATTACKS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    '<img src="javascript:alert(1)">',
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><maction actiontype='statusline#' xlink:href='javascript:alert(1)'>x</maction></math>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='data:text/html,<script>alert(1)</script>'>",
    "<a href='java&#x09;script:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://example.org/x.png)',
    '[x](https://example.org "t\\" onmouseover=\\"alert(1)")',
    '<https://example.org/"onmouseover="alert(1)>',
    "[x]: javascript:alert(1)\n\n[x]",
    "<form action='javascript:alert(1)'><input type=submit></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='https://evil.example/'>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<video><source onerror=alert(1)></video>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<xss id=x tabindex=1 onactivate=alert(1)></xss>",
    '<a href="#" onclick="alert(1)">x</a>',
    '```html" onload="alert(1)\n<script>alert(1)</script>\n```',
    "`<script>alert(1)</script>`",
    "$<script>alert(1)</script>$",
    "$$\n</span><script>alert(1)</script>\n$$",
    "==<script>alert(1)</script>==",
    "| <script>alert(1)</script> |\n| --- |\n| <img src=x onerror=alert(1)> |",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\style{background:url(javascript:alert(1))}{x}$",
    r"$\text{</mtext></math><img src=x onerror=alert(1)>}$",
    r"$\class{x\" onclick=\"alert(1)}{x}$",
    "<math href='javascript:alert(1)'><mi href='javascript:alert(1)'>x</mi></math>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror=alert(1)>'>",
    "<p id='<script>alert(1)</script>'>x</p>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
ALLOWED = frozenset({"http", "https", "mailto", "tel"})


def unsafe(page: Element) -> list[str]:
    """Return what of a page could act."""
    found = []
    for element in page.walk():
        if element.tag in {"script", "iframe", "object", "embed", "form", "style", "svg", "base"}:
            found.append(element.tag)
        for name, value in element.attributes.items():
            if name.startswith("on") or name in {"style", "srcdoc", "formaction", "xlink:href"}:
                found.append(name)
            scheme = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", value))
            if name in {"href", "src"} and scheme and scheme[1].lower() not in ALLOWED:
                found.append(value)
    return found


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("around", ["{}", "- item\n\n  {}", "> {}", "a {} b", "[^1]\n\n[^1]: {}"])
def test_nothing_that_could_act_comes_through(attack: str, around: str) -> None:
    text = around.format(attack)
    for said in ({}, {"highlight": True}, {"mathml": True}, {"mathml": True, "cards": True}):
        assert unsafe(read_page(to_html(text, **said))) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from([*ATTACKS, "\n\n", "\n", " ", '"', "'", ">", "<", "`", "-->"])))
def test_no_mixture_of_attacks_comes_through(parts: list[str]) -> None:
    assert unsafe(read_page(to_html("".join(parts), mathml=True))) == []


def test_what_writers_use_comes_through() -> None:
    text = (
        "<kbd>Ctrl</kbd> ==high== H<sub>2</sub>O <abbr title='t'>A</abbr> <br> ~~old~~\n\n"
        "<details open><summary>S</summary>\n\n*in*\n\n</details>\n\n"
        '<img src="https://example.org/x.png" alt="a" width="3">\n'
    )
    page = read_page(to_html(text))
    tags = {element.tag for element in page.walk()}
    assert {"kbd", "mark", "sub", "abbr", "br", "s", "details", "summary", "em", "img"} <= tags
    assert page.find("img")[0].attributes == {
        "src": "https://example.org/x.png",
        "alt": "a",
        "width": "3",
    }


def test_code_is_coloured_by_classes_and_keeps_its_characters() -> None:
    code = "def f(x):\n    return x < 1 & 2  # “odd”\n\n\n"
    page = read_page(to_html(f"```python\n{code}```\n", highlight=True))
    block = page.find("code")[0]
    assert block.text() == code
    assert {"k", "nf"} <= {e.attributes.get("class", "") for e in block.find("span")}


def test_code_of_a_language_that_nobody_knows_is_shown_plainly() -> None:
    page = read_page(to_html("```nothing\n<x>\n```\n", highlight=True))
    assert page.find("code")[0].text() == "<x>\n"
    assert page.find("code")[0].has_class("language-nothing")


def test_the_end_of_the_teaser_is_the_only_comment() -> None:
    html = to_html("a\n\n<!--more-->\n\nb <!-- c -->\n\n<!--more-->\n")
    assert html == "<p>a</p>\n<!--more-->\n<p>b </p>\n"


def test_cells_keep_their_sides() -> None:
    cells = read_page(to_html("| a | b |\n| :-: | --: |\n| 1 | 2 |\n")).find("td")
    assert [cell.attributes for cell in cells] == [{"align": "center"}, {"align": "right"}]


def test_formulas_stand_between_marks_that_scripts_know() -> None:
    page = read_page(to_html("a $x<y$ b\n\n$$\nz & w\n$$\n"))
    assert [e.text() for e in page.find("span")] == ["\\(x<y\\)", "$$\nz & w\n$$"]


def test_formulas_become_mathml_with_their_source() -> None:
    page = read_page(to_html("a $x<y$ b\n\n$$\n\\frac{a}{b}\n$$\n", mathml=True))
    found = [
        (e.attributes["display"], e.attributes["alttext"], e.text()) for e in page.find("math")
    ]
    assert found == [("inline", "x<y", "x<y"), ("block", r"\frac{a}{b}", "ab")]
    assert len(page.find("mfrac")) == 1
    assert page.find("span") == []


@pytest.mark.parametrize(
    "tex",
    [
        r"\foo{x}",
        r"\ce{H2O}",
        r"\left( x \right",
        "x_{",
        "a^b^c",
        r"\begin{tikzcd} A & B \end{tikzcd}",
        r"\text{a $x$}",
        r"\newcommand{\a}{\a x}\a",
        "%",
        "{" * 5000,
    ],
)
def test_a_formula_that_is_not_understood_stays_tex(tex: str) -> None:
    page = read_page(to_html(f"$$\n{tex}\n$$\n", mathml=True))
    assert page.find("math") == []
    assert page.find("span")[0].text() == f"$$\n{tex}\n$$"


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{aligned}a&=b\\c&=d\end{aligned}",
        r"\begin{align}a&=b\\c&=d\end{align}",
        r"\begin{gather*}a=b\\c=d\end{gather*}",
        r"\begin{cases}a&=b\\c&=d\end{cases}",
    ],
)
def test_equations_of_several_lines_keep_their_lines(tex: str) -> None:
    page = read_page(to_html(f"$$\n{tex}\n$$\n", mathml=True))
    assert [row.text() for row in page.find("mtr")] == ["a=b", "c=d"]
