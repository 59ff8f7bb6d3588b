"""HTML that leaves cannot act: whatever a note holds, no page that shows it runs anything."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notekeep.export.html_pages import to_html
from tests.support.built_page import read_page
from tests.support.markdown_pieces import texts
from tests.support.slow_markdown import TEXTS, assert_linear

if TYPE_CHECKING:
    from tests.support.built_page import Element

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

WRITTEN = {
    "a *b* **c** ~~d~~ ==e==": "<p>a <em>b</em> <strong>c</strong> <s>d</s> <mark>e</mark></p>",
    "x ==a\nb== y": "<p>x <mark>a\nb</mark> y</p>",
    "a  \nb \nc\\\nd": "<p>a<br>\nb\nc<br>\nd</p>",
    "# A\n\nB\n===\n\n### C ###": "<h1>A</h1>\n<h1>B</h1>\n<h3>C</h3>",
    "- a\n- b\n  - c": "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>",
    "- a\n\n- b": "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>",
    "1. a\n2. b": "<ol>\n<li>a</li>\n<li>b</li>\n</ol>",
    "7) a": '<ol start="7">\n<li>a</li>\n</ol>',
    "- a\n  > b\n\n  c": "<ul>\n<li>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n<p>c</p>\n"
    "</li>\n</ul>",
    "- a\n  ```\n  b\n  ```\n  c": "<ul>\n<li>a\n<pre><code>b\n</code></pre>\nc</li>\n</ul>",
    "-": "<ul>\n<li></li>\n</ul>",
    "    a\n\n     b": "<pre><code>a\n\n b\n</code></pre>",
    "```py\na": '<pre><code class="language-py">a\n</code></pre>',
    "a\n\n***\n\nb": "<p>a</p>\n<hr>\n<p>b</p>",
    "[*a*](/b 'c')": '<p><a href="/b" title="c"><em>a</em></a></p>',
    "[a][B]\n\n[b]: /c (d)": '<p><a href="/c" title="d">a</a></p>',
    "[a](/ü%20b%zz?c=d&e)": '<p><a href="/%C3%BC%20b%25zz?c=d&amp;e">a</a></p>',
    "<https://a.b/c> <me@a.b>": '<p><a href="https://a.b/c">https://a.b/c</a>'
    ' <a href="mailto:me@a.b">me@a.b</a></p>',
    "![a *b* `c`\n$d$ [e](f)](/g 'h')": '<p><img src="/g" alt="a b c\nd e" title="h"></p>',
    "![](/a)": '<p><img src="/a" alt=""></p>',
    "`a *b*` ``c ` d``": "<p><code>a *b*</code> <code>c ` d</code></p>",
    "\\*a\\* &copy; &lt; & <": "<p>*a* © &lt; &amp; &lt;</p>",
    "a\n<b>\nc</b>": "<p>a\n<b>\nc</b></p>",
    "<div>\n*a*\n\n*b*\n</div>": "<div>\n*a*\n<p><em>b</em></p>\n</div>",
    "> <kbd\n> id='a'>b</kbd>": '<blockquote>\n<p><kbd id="a">b</kbd></p>\n</blockquote>',
    "#tag and a ^block\n\n[1:20] b": "<p>#tag and a ^block</p>\n<p>[1:20] b</p>",
    "[1:20](/a)": '<p><a href="/a">1:20</a></p>',
    "[[a]] [[b|c]] ![[d]]": "<p>a c d</p>",
    "a[^1]\n\n[^1]: b": "<p>a<sup>1</sup></p>\n<p>b</p>",
    "a^[b *c*]": "<p>a<sup>b <em>c</em></sup></p>",
    "a %%b *c*%% d\n\n%%\ne\n\nf\n%%\n\ng": "<p>a  d</p>\n<p>g</p>",
    "a $p\nq$ b": '<p>a <span class="math">\\(p\nq\\)</span> b</p>',
    "5$a$ and $5": "<p>5$a$ and $5</p>",
    "> - $$\n>   a\n>   > b\n>   $$": "<blockquote>\n<ul>\n<li>\n"
    '<p><span class="math">$$\na\n&gt; b\n$$</span></p>\n</li>\n</ul>\n</blockquote>',
}
"""Markdown and the HTML that it means."""


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


AROUND = ("{}", "- item\n\n  {}", "> {}", "a {} b", "[^1]\n\n[^1]: {}")


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_could_act_comes_through(attack: str) -> None:
    for around in AROUND:
        text = around.format(attack)
        for said in ({}, {"highlight": True}, {"mathml": True}, {"mathml": True, "cards": True}):
            assert unsafe(read_page(to_html(text, **said))) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from([*ATTACKS, "\n\n", "\n", " ", '"', "'", ">", "<", "`", "-->"])))
def test_no_mixture_of_attacks_comes_through(parts: list[str]) -> None:
    assert unsafe(read_page(to_html("".join(parts), mathml=True))) == []


SIGNS = st.text("\"'<>&=/ aonclick`\\:;%é", min_size=1, max_size=12)


@settings(deadline=None)
@given(SIGNS)
def test_no_text_ends_the_attribute_it_stands_in(text: str) -> None:
    bare = re.sub(r"[\\`]", "", text).strip() or "a"
    escaped = re.sub(r'(["<>&\[\]])', r"\\\1", bare)
    page = read_page(to_html(f'[a](<u{escaped}> "{escaped}") ![{escaped}](u)\n\n```{bare}\n```\n'))
    [link], [picture], [code] = (page.find(tag) for tag in ("a", "img", "code"))
    assert {*link.attributes} <= {"href", "title"}
    assert link.attributes["title"] == bare
    assert {*picture.attributes} == {"src", "alt"}
    assert picture.attributes["alt"] == bare
    assert {*code.attributes} == {"class"}


@settings(deadline=None)
@given(SIGNS)
def test_code_shows_its_signs_and_no_tag(text: str) -> None:
    page = read_page(to_html(f"    x{text}\n\n$x{text.replace('`', '')}x$\n"))
    assert page.find("code")[0].text() == f"x{text}\n"
    assert {element.tag for element in page.walk()} <= {page.tag, "p", "pre", "code", "span"}


@pytest.mark.parametrize(("text", "html"), WRITTEN.items(), ids=WRITTEN)
def test_markdown_becomes_the_html_it_means(text: str, html: str) -> None:
    assert to_html(text) == html + "\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_time_to_make_html_grows_with_the_length_only(name: str) -> None:
    assert_linear(partial(to_html, mathml=True), TEXTS[name])


@pytest.mark.parametrize(
    "text",
    [
        "> " * 5_000 + "deep",
        "- " * 5_000 + "deep",
        "*a " * 5_000 + "deep" + "*" * 5_000,
        "![" * 5_000 + "deep" + "](b)" * 5_000,
        "".join(" " * level + "- a\n" for level in range(0, 2_000, 2)) + " " * 2_000 + "- deep",
    ],
)
def test_words_at_any_depth_are_shown(text: str) -> None:
    assert "deep" in to_html(text)


def test_tags_that_nobody_closes_are_shown_as_words_from_some_depth_on() -> None:
    html = to_html("<div>\n\n" * 2_000 + "deep")
    assert html.count("<div>") == 500
    assert html.count("&lt;div&gt;") == 1_500
    assert "<p>deep</p>" in html


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


def test_words_of_a_short_row_keep_their_columns() -> None:
    page = read_page(to_html("| a | b |\n| - | -: |\n| ==c== |\n| d | $e\\|f$ |\n"))
    cells = page.find("tr")[-1].find("td")
    assert [cell.text() for cell in cells] == ["d", "\\(e|f\\)"]
    assert cells[1].attributes == {"align": "right"}


@settings(deadline=None)
@given(texts())
def test_every_text_becomes_html_that_cannot_act(text: str) -> None:
    for said in ({"highlight": True}, {"mathml": True, "cards": True}):
        assert unsafe(read_page(to_html(text, **said))) == []


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
