"""Hugo asked itself: every case is a page of one site, built once for each of three settings."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from notekeep.errors import Refused
from notekeep.export.targets.hugo import Hugo
from tests.support.built_page import Element, read_page
from tests.support.programs import needed
from tests.support.sites import HUGO_SETTINGS, make_hugo_site, write_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.export.rewrite.dialect import Dialect

PLAIN = HUGO_SETTINGS
MATH = """
[markup.goldmark.extensions.passthrough]
enable = true
[markup.goldmark.extensions.passthrough.delimiters]
block = [['\\[', '\\]'], ['$$', '$$']]
inline = [['\\(', '\\)'], ['$', '$']]
"""
RICH = f"""{HUGO_SETTINGS}
[markup.goldmark.renderer]
unsafe = true
[markup.goldmark.extensions.extras.mark]
enable = true
{MATH}"""


class Case(NamedTuple):
    """Text of a vault, and what of it a visitor reads."""

    text: str
    words: str


CODE = {
    "shortcode in a span": Case("`{{< x >}}` a", "{{< x >}} a"),
    "shortcode of the other kind": Case("`{{% x %}}`", "{{% x %}}"),
    "two in a line": Case("`{{< a >}}{{% b %}}`", "{{< a >}}{{% b %}}"),
    "an escaped one": Case("`{{</* x */>}}`", "{{</* x */>}}"),
    "an escaped escape": Case("`{{</*/* x */*/>}}`", "{{</*/* x */*/>}}"),
    "shortcode in a fence": Case("```\n{{< x\n y >}}\n```", "{{< x\n y >}}"),
    "braces": Case("`{{ .Title }} {% x %}`", "{{ .Title }} {% x %}"),
    "in prose": Case("a {{< b >}} c {{% d", "a {{< b >}} c {{% d"),
    "in a heading": Case("## a {{< b >}}", "a {{< b >}}"),
    "indented": Case("a\n\n    {{% x %}}", "a\n\n{{% x %}}"),
}
PROSE = {
    "braces at a heading's end": Case("## A {.b}", "A {.b}"),
    "numbers in braces": Case("## A {1, 2}", "A {1, 2}"),
    "a definition that is none": Case("term\n: words", "term\n: words"),
    "prices": Case("from $5 to $10, or \\$7", "from $5 to $10, or $7"),
    "one tilde": Case("H~2~O and PROGRA~1\\X~2, ~~gone~~", "H~2~O and PROGRA~1\\X~2, gone"),
    "a task of another kind": Case("- [-] a\n- [x] b", "☒ a b"),
}
TEX = {
    "inline": r"a_{i} < b_{j} * c*d",
    "marks": r"[x]_1 \& y ~ z' \"o -- ... :a: ^2",
    "braces": r"\{a\}_{b}",
    "a shortcode": r"{{< x >}}",
}
ALL = CODE | PROSE


def pages(folder: Path, settings: str, program: str) -> tuple[Dialect, dict[str, Element]]:
    """Build one site with every case as a page; returns what Hugo made of each."""
    site = make_hugo_site(folder, settings)
    dialect = Hugo(str(site)).dialect
    texts = {name: case.text for name, case in ALL.items()}
    texts |= {f"tex {name}": f"so ${tex}$ is" for name, tex in TEX.items()}
    texts["display"] = "$$\na\n+ b\n\n- c\n# d\n> e\n1. f\n---\n$$"
    texts["marks"] = "==a *b*== and <mark>c</mark>, <kbd>d</kbd>, <b>e</b>, f<br>g"
    texts["alert"] = "> [!note]\n> a"
    texts["emphasis"] = "可以在**`设置` → 附件**中。 再**“引用”**说 *“设”*中。2 * 3。"
    for number, (name, text) in enumerate(texts.items()):
        place = site / "content" / f"p{number}.md"
        place.write_text(f"---\ntitle: x\n---\n{write_text(text, dialect).text}")
        texts[name] = f"p{number}"
    command = [program, "--destination", str(folder / "out"), "--quiet"]
    subprocess.run(command, cwd=site, check=True, capture_output=True)
    built = {}
    for name, page in texts.items():
        html = (folder / "out" / page / "index.html").read_text()
        built[name] = next(
            element for element in read_page(html).walk() if element.has_class("post-content")
        )
    return dialect, built


Built = tuple["Dialect", dict[str, Element]]


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory, generators: str) -> Built:
    return pages(tmp_path_factory.mktemp("p") / "s", PLAIN, needed("hugo", path=generators))


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory, generators: str) -> Built:
    return pages(tmp_path_factory.mktemp("r") / "s", RICH, needed("hugo", path=generators))


def read(element: Element) -> str:
    """What a visitor reads, typographic quotes plain."""
    text = element.text().translate(str.maketrans("\u2018\u2019\u201c\u201d", "''\"\""))
    return "\n".join(line.strip() for line in text.strip().splitlines())


@pytest.mark.generator
@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_words_and_code_are_what_was_written(name: str, plain: Built) -> None:
    assert " ".join(read(plain[1][name]).split()) == " ".join(ALL[name].words.split())


@pytest.mark.generator
@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_they_are_so_where_math_and_html_are_on(name: str, rich: Built) -> None:
    assert " ".join(read(rich[1][name]).split()) == " ".join(ALL[name].words.split())


@pytest.mark.generator
@pytest.mark.slow
@pytest.mark.parametrize("name", TEX)
def test_tex_is_in_the_page_as_it_was_written(name: str, plain: Built, rich: Built) -> None:
    tex = TEX[name].replace("{{<", "{ {<")
    assert plain[1][f"tex {name}"].text().strip() == f"so \\({tex}\\) is"
    assert rich[1][f"tex {name}"].text().strip() == f"so \\({tex}\\) is"


@pytest.mark.generator
@pytest.mark.slow
def test_tex_of_many_lines_begins_no_list(plain: Built, rich: Built) -> None:
    for page in (plain[1]["display"], rich[1]["display"]):
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
            "---",
            "$$",
        ]
        assert not page.find("li", "h1", "h2", "blockquote", "hr")


@pytest.mark.generator
@pytest.mark.slow
def test_marks_are_shown_with_and_without_raw_html(plain: Built, rich: Built) -> None:
    assert [e.text() for e in plain[1]["marks"].find("strong")] == ["a b", "c", "e"]
    assert [e.text() for e in plain[1]["marks"].find("code")] == ["d"]
    assert len(plain[1]["marks"].find("br")) == 1
    assert [e.text() for e in rich[1]["marks"].find("mark")] == ["a b", "c"]
    assert [e.text() for e in rich[1]["marks"].find("kbd", "b")] == ["d", "e"]


@pytest.mark.generator
@pytest.mark.slow
def test_emphasis_needs_no_blanks_around_it(rich: Built) -> None:
    marked = [element.text() for element in rich[1]["emphasis"].find("strong", "em")]
    assert marked == ["设置 → 附件", "“引用”", "“设”"]
    assert "2 * 3" in rich[1]["emphasis"].text()


def test_emphasis_that_the_site_does_not_see_is_told(hugo_dialect: Dialect) -> None:
    (remark,) = write_text("在**“引用”**说", hugo_dialect).remarks
    assert "shows the asterisks of emphasis" in remark.what


def test_a_callout_is_a_quote_where_the_site_renders_no_alerts(plain: Built) -> None:
    (quote,) = plain[1]["alert"].find("blockquote")
    assert [e.text() for e in quote.find("strong")] == ["Note"]
    assert quote.text().split() == ["Note", "a"]


def test_a_shortcode_without_an_end_in_code_is_refused(hugo_dialect: Dialect) -> None:
    with pytest.raises(Refused, match="line 3") as caught:
        write_text("a\n\n`{{< x`", hugo_dialect)
    assert caught.value.line == 3


def test_the_teaser_s_mark_in_code_before_it_is_refused(hugo_dialect: Dialect) -> None:
    with pytest.raises(Refused, match="<!--more-->"):
        write_text("`<!--more-->`\n\n%% more %%\n\nb", hugo_dialect)
    write_text("a\n\n%% more %%\n\n`<!--more-->`", hugo_dialect)


@pytest.fixture
def settings(tmp_path: Path) -> Callable[[str], Dialect]:
    def read_settings(text: str) -> Dialect:
        return Hugo(str(make_hugo_site(tmp_path / "s", text))).dialect

    return read_settings


def test_the_switches_of_the_site_are_read(settings: Callable[[str], Dialect]) -> None:
    dialect = settings(RICH)
    assert dialect.html
    assert dialect.mark == "equals"
    assert dialect.math.raw
    assert dialect.math.inline == ("\\(", "\\)")
    assert dialect.math.dollar == "\\$"
