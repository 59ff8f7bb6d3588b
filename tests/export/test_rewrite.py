"""What each engine's body looks like, concern by concern."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.export.rewrite.dialect import Dialect
from notekeep.export.targets.jekyll import Jekyll
from notekeep.export.targets.target import open_target
from notekeep.markdown.nodes import parse_tree
from tests.support.generators import FILES, RICH_HUGO, make_site
from tests.support.markdown_pieces import BLOCKS, MARKS
from tests.support.sites import TRAPS, make_hugo_site, write_text

if TYPE_CHECKING:
    from pathlib import Path

EDITED = [
    *("\n> [!info|a] T", "\n> [!note|https://x.org] \n> b", "\n> [!tip]- ", "[!tip|==x==] ", "|"),
    *("\n- [|] a", "\n- [$] a", "\n- [x] ", "{{ x }}", "{% y %}", "{: .b}", "https://x.org/a_b"),
    *("<br>", "\n# A title", "\n<!-- more -->\n", "\n\n  <!-- more -->\n\n", "![a|b](u)", "` `"),
    *("$a|b$", " ^id1", "\n^id2", "\\|", "\\@", "$5", "<tel:+1>", "1986. ", "\n: c", "*[a]: "),
]
"""What one rewriter or another edits."""


def test_a_portable_note_that_needs_no_change_keeps_every_byte(portable_dialect: Dialect) -> None:
    text = (TRAPS / "notes" / "Plain.md").read_text()
    body = write_text(text, portable_dialect, title="Plain")
    assert body.text == text
    assert body.changes == []


@pytest.mark.parametrize(
    ("text", "portable", "nikola", "hugo"),
    [
        ("==a *b*==", "<mark>a *b*</mark>", "<mark>a *b*</mark>", "**a *b***"),
        ("~~a~~", "~~a~~", "~~a~~", "~~a~~"),
        ("- [x] a", "- [x] a", "- ☑ a", "- [x] a"),
        ("- [>] a", "- ☑ a", "- ☑ a", "- ☑ a"),
        ("$a_b$", "$a_b$", "\\\\(a\\_b\\\\)", "\\\\(a\\_b\\\\)"),
        ("https://x.org", "https://x.org", "<https://x.org>", "https://x.org"),
        ("a\\\nb", "a\\\nb", "a  \nb", "a\\\nb"),
        ("a ^id", "a", "a", "a"),
        ("a\n---\nb", "a\n\n---\nb", "a\n\n---\n\nb", "a\n\n---\nb"),
        ("a\n----\nb", "a\n----\nb", "a\n----\n\nb", "a\n----\nb"),
        ("`{{% x %}}`", "`{{% x %}}`", "`{{% raw %}}{{{% /raw %}}{% x %}}`", "`{{%/* x */%}}`"),
        ("{{% x %}}", "{{% x %}}", "{\\{% x %}}", "{\\{% x %}}"),
        ("> [!tip]\n> a", "> [!tip]\n> a", "> **Tip**\n>\n> a", "> **Tip**\n>\n> a"),
        ("> [!tip]+ T\n> a", "> **T**\n>\n> a", "> **T**\n>\n> a", "> **T**\n>\n> a"),
        ("> [!tip] \n> a", "> [!tip] \n> a", "> **Tip**\n>\n> a", "> **Tip**\n>\n> a"),
        ("> [!info|m] T\n> a", "> **T**\n>\n> a", "> **T**\n>\n> a", "> **T**\n>\n> a"),
        ("> [!info|==m==] T", "> **T**", "> **T**", "> **T**"),
        ("> [!info|https://x.org] T", "> **T**", "> **T**", "> **T**"),
        ("> [!tip] ^id", "> **Tip**", "> **Tip**", "> **Tip**"),
        ("> [!faq]- A **b**", "> A **b**", "> A **b**", "> A **b**"),
        ("> [!note] T", "> **T**", "> **T**", "> **T**"),
        ("> a\n> [!note]", "> a\n> [!note]", "> a\n> [!note]", "> a\n> [!note]"),
        ("- > [!note] T\n  > a", "- > **T**\n  >\n  > a", "- > **T**\n    >\n    > a", None),
        ("![a](https://x.org/b.png)\n*c*", "![a](https://x.org/b.png)\\\n*c*", None, None),
        ("![a](https://x.org/b.png)\n*c*", None, "![a](https://x.org/b.png)  \n*c*", None),
    ],
)
def test_a_mark_is_written_as_each_engine_reads_it(
    text: str,
    portable: str | None,
    nikola: str | None,
    hugo: str | None,
    portable_dialect: Dialect,
    nikola_dialect: Dialect,
    hugo_dialect: Dialect,
) -> None:
    wanted = ((portable, portable_dialect), (nikola, nikola_dialect), (hugo, hugo_dialect))
    for body, dialect in wanted:
        if body is not None:
            assert write_text(text, dialect).text == body


@pytest.mark.parametrize(
    ("text", "teaser"),
    [
        ("a\n\nb", "a\n\nMORE\n\nb"),
        ("# H\n\na\n\nb", "# H\n\na\n\nMORE\n\nb"),
        ("![p](https://x.org/p.png)\n\na\n\nb", "![p](https://x.org/p.png)\n\na\n\nMORE\n\nb"),
        ("> q\n\na\n\nb", "> q\n\na\n\nMORE\n\nb"),
        ("- l\n\na\n\nb", "- l\n\na\n\nMORE\n\nb"),
        ("a", "a"),
        ("a[^1]\n\n[^1]: n", "a[^1]\n\n[^1]: n"),
        # Passages as an import writes them: ids leave nothing, and no teaser ends between them.
        ("> q\n\n^kc-a\n\n> r\n\n^kc-b\n", "> q\n\n> r\n\n"),
        ("> q\n\n^kc-a\n\nmine ^kc-a-n\n\n> r\n", "> q\n\nmine\n\n> r\n"),
        ("a\n\n> q\n\n^kc-a\n\n> r\n", "a\n\nMORE\n\n> q\n\n> r\n"),
        ("- l\n\n```\nc\n```", "- l\n\n```\nc\n```"),
        ("a\n\nb\n\n%% more %%\n\nc", "a\n\nb\n\nMORE\n\nc"),
        ("a %% more %% b\n\nc", "a\n\nMORE\n\nb\n\nc"),
        ("- a\n\n  %% more %%\n\nb", "- a\n\nMORE\n\nb"),
        ("- a\n\n  %% more %%\n\n  %% more %%\n\nb", "- a\n\nMORE\n\nb"),
        ("a\n\n%% more %%\n\nb\n\n<!-- more -->\n\nc", "a\n\nMORE\n\nb\n\nc"),
    ],
)
def test_the_teaser_ends_where_it_should(text: str, teaser: str, hugo_dialect: Dialect) -> None:
    assert write_text(text, hugo_dialect).text == teaser.replace("MORE", "<!--more-->")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\n\n%% more %%\n\nb", "a\n\nb"),
        ("a\n\n<!-- more -->\n\n%% more %%\n\nb", "a\n\nb"),
        ("a %% more %% b", "a\n\nb"),
        ("a\n<!-- more -->\nb", "a\n\nb"),
        ("- a\n\n  %% more %%\n\n  b", "- a\n\n  b"),
    ],
)
def test_no_hole_is_left_where_a_site_has_no_mark(text: str, written: str) -> None:
    assert write_text(text, Dialect(more="")).text == written


def test_the_heading_that_repeats_the_title_goes_where_themes_print_it(
    hugo_dialect: Dialect, portable_dialect: Dialect
) -> None:
    text = "# A *title*!\n\nwords"
    assert write_text(text, hugo_dialect, title="A title").text.strip() == "words"
    assert write_text(text, portable_dialect, title="A title").text == text
    other = "# Another\n\nwords"
    assert write_text(other, hugo_dialect, title="A title").text == other


@pytest.mark.parametrize(
    ("text", "identified"),
    [
        ("## One two\n\nx", "## One two {#one-two}\n\nx"),
        ("## One two ##", "## One two {#one-two}"),
        ("One two\n---\n\nx", "One two {#one-two}\n\n---\n\nx"),
        ("One two\n===", "One two {#one-two}\n==="),
        ("## One two ^b", "## One two {#one-two}"),
    ],
)
def test_only_a_heading_that_is_linked_gets_an_id(
    text: str, identified: str, hugo_dialect: Dialect
) -> None:
    body = write_text(text, hugo_dialect, wanted=frozenset({"one-two"}))
    assert body.text == identified
    assert "{#" not in write_text(text, hugo_dialect).text


@pytest.mark.parametrize(
    ("text", "anchored"),
    [
        ("a\nb ^x", '<a id="x"></a>a\nb'),
        ("- a ^x\n- b", '- <a id="x"></a>a\n- b'),
        ("- [ ] a ^x", '- [ ] <a id="x"></a>a'),
        ("> q\n\n^x", '<a id="x"></a>\n\n> q\n'),
        (
            "> a\n>\n> | a |\n> |---|\n>\n> ^x",
            '> a\n>\n> <a id="x"></a>\n>\n> | a |\n> |---|\n>\n> ',
        ),
        ("## H\n\n^x", '## <a id="x"></a>H\n'),
    ],
)
def test_a_block_that_is_linked_gets_an_anchor(
    text: str, anchored: str, portable_dialect: Dialect
) -> None:
    assert write_text(text, portable_dialect, wanted=frozenset({"x"})).text == anchored


def test_line_breaks_are_kept_when_obsidian_shows_them(
    hugo_dialect: Dialect, nikola_dialect: Dialect
) -> None:
    text = "a\nb\n\n> c\n> d\n\n- e\n  f\n\n```\ng\nh\n```"
    kept = write_text(text, hugo_dialect, linebreaks="keep").text
    assert kept.startswith("a\\\nb\n")
    assert "> c\\\n> d" in kept
    assert "- e\\\n  f" in kept
    assert "g\nh" in kept
    assert write_text("a\nb", nikola_dialect, linebreaks="keep").text == "a  \nb"
    assert write_text("a\n^id\n\nb", hugo_dialect, linebreaks="keep").text.startswith("a\n\n")
    assert write_text("a<br>\nb", hugo_dialect, linebreaks="keep").text == "a\\\nb"


def test_every_change_is_told_with_the_line_it_was_made_on(nikola_dialect: Dialect) -> None:
    body = write_text("# A title\n\na\n\n==b== https://x.org\n", nikola_dialect)
    told = {(change.line, change.reason) for change in body.changes}
    assert (1, "removed the heading that repeats the title") in told
    assert (5, "wrote a highlight as <mark>") in told
    assert (5, "made an address a link") in told


def test_raw_html_that_a_site_drops_is_told(hugo_dialect: Dialect) -> None:
    body = write_text("a <sup>b</sup>\n\n<div>c</div>\n\nd", hugo_dialect)
    assert [str(remark) for remark in body.remarks] == [
        "n.md, line 1: The site drops raw HTML. Removed the tag <sup>.",
        "n.md, line 1: The site drops raw HTML. Removed the tag </sup>.",
        "n.md, line 3: The site drops raw HTML. Removed this block.",
    ]


def test_markdown_in_html_is_told_where_the_site_cannot_read_it(nikola_dialect: Dialect) -> None:
    text = "<table><tr><td>\n\n**a**\n\n</td></tr></table>"
    assert write_text(text, nikola_dialect).remarks == []
    (remark,) = write_text(text, replace(nikola_dialect, markdown_in_html=False)).remarks
    assert "md_in_html" in remark.what


def test_signs_that_only_an_extension_reads_are_words(nikola_dialect: Dialect) -> None:
    extended = replace(nikola_dialect, single_tilde=True, emoji=True)
    written = write_text("H~2~O at 10:30:45 :smile: ~ a ~ b", extended).text
    assert written == "H&#126;2&#126;O at 10:30:45 &#58;smile: ~ a ~ b"


def test_a_fence_off_the_margin_of_a_callout_stays_a_fence(nikola_dialect: Dialect) -> None:
    dialect = replace(nikola_dialect, superfences=True, admonitions="plain")
    text = "> [!note] T\n>  ```md\n>  a\n>  ```\n> b"
    assert write_text(text, dialect).text == ('!!! note "T"\n\n    ```md\n    a\n    ```\n\n    b')


def test_a_list_that_a_site_renumbers_is_told(nikola_dialect: Dialect) -> None:
    body = write_text("3. a\n4. b", nikola_dialect)
    assert str(next(iter(body.remarks))).startswith("n.md, line 1: The list starts at 3")


def test_a_diagram_is_what_mermaid_looks_for(nikola_dialect: Dialect) -> None:
    text = "```mermaid\nA --> B & C\n\nB --> {{%x%}}\n```"
    assert write_text(text, nikola_dialect).text == (
        '<pre class="mermaid">\nA --&gt; B &amp; C\n\nB --&gt; &#123;{%x%}}\n</pre>'
    )


def test_dollars_in_prose_are_guarded_where_math_has_one_dollar(nikola_dialect: Dialect) -> None:
    math = nikola_dialect.math._replace(dollar="<span>&#36;</span>")
    dialect = replace(nikola_dialect, math=math)
    text = "costs $5 and \\$6, `$7`"
    assert write_text(text, dialect).text == (
        "costs <span>&#36;</span>5 and <span>&#36;</span>6, `$7`"
    )
    assert write_text("- [$] saved", dialect).text == "- ☑ saved"


def test_an_engine_without_attributes_gets_html_anchors() -> None:
    dialect = Dialect(heading_ids=False, default_teaser=False)
    text = write_text("## One two", dialect, wanted=frozenset({"one-two"})).text
    assert text == '## <a id="one-two"></a>One two'


def test_every_rewritten_body_parses_into_the_same_headings(
    tmp_path: Path, nikola_dialect: Dialect, hugo_dialect: Dialect
) -> None:
    del tmp_path
    text = "# One\n\na\n\nTwo\n===\n\n## Three ##\n\n> ## Four\n\n- ## Five"
    wanted = [node.plain() for node in parse_tree(text).find("heading")]
    for dialect in (nikola_dialect, hugo_dialect):
        assert [
            n.plain() for n in parse_tree(write_text(text, dialect).text).find("heading")
        ] == wanted


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a | b", "a \\| b"),
        ("`a|b`", "`a|b`"),
        ("> [!info|meta] T\n> a", "> **T**\n>\n> a"),
        ("> [!info|meta] a | b", "> **a \\| b**"),
        ("- [|] a | b", "- ☑ a \\| b"),
        ("![a|b](u)\nc\n===", "# ![a|b](u) c"),
        ("![a|b](https://x.org)", "![a\\|b](https://x.org)"),
        ("$a|b$ and $\\|z\\|$", "$$a\\vert b$$ and $$\\Vert z\\Vert$$"),
        ("$a$", "\\$$a$$"),
        ("$a$ b", "$$a$$ b"),
        ("{{ x }} {% y %}", "{{ '{{' }} x }} {{ '{%' }} y %}"),
        ("`{{ x }}`", "`{{ '{{' }} x }}`"),
        ("```\n{% raw %}\n```", "```\n{{ '{%' }} raw %}\n```"),
        ("a\n1986. b", "a\n1986\\. b"),
        ("1) a", "1. a"),
        ("# C#", "# C\\#"),
        ("a {: .b}", "a \\{: .b}"),
        ("term\n: a", "term\n\\: a"),
        ("\\& \\@ \\$", "&amp; @ \\$"),
        ("- a\n\n* b", "- a\n\n<!-- -->\n\n* b"),
        ("> - a\n>\n> * b", "> - a\n>\n> <!-- -->\n>\n> * b"),
        ("a\n| b |\n|---|", "a\n\n| b |\n|---|"),
        ('```py title="x"\na', "```py\na\n```"),
        ("  ```\n  a\n  ```", "```\na\n```"),
        ("- ```js {1}\n  a\n  ```", "- ```js\n  a\n  ```"),
        ("` `", "<code>&#32;</code>"),
        ("##\n\na", "\n\na"),
        ("<tel:+1>", "[tel:+1](<tel:+1>)"),
        ("see https://x.org", "see <https://x.org>"),
        (
            "<table><tr><td>\n\n**a**\n\n</td></tr></table>",
            (
                '<table markdown="block"><tr markdown="block"><td markdown="block">'
                "\n\n**a**\n\n</td></tr></table>"
            ),
        ),
    ],
)
def test_kramdown_reads_what_commonmark_meant(tmp_path: Path, text: str, written: str) -> None:
    """Each of these was read back from kramdown 2.5 itself, as Jekyll 4.3 calls it."""
    (tmp_path / "_config.yml").write_text("")
    dialect = replace(Jekyll(str(tmp_path)).dialect, default_teaser=False)
    assert write_text(text, dialect).text == written


@pytest.fixture(scope="module")
def dialects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dialect]:
    """What every kind of site reads, by its name."""
    base = tmp_path_factory.mktemp("sites")
    sites = {kind: make_site(base / kind, kind) for kind in (*FILES, "hugo")}
    sites["rich hugo"] = make_hugo_site(base / "rich", RICH_HUGO)
    pages = dict.fromkeys(("html", "ghost", "wordpress", "portable"), base / "none")
    return {
        kind: open_target(kind.rsplit(" ", 1)[-1], str(site)).dialect
        for kind, site in {**sites, **pages}.items()
    }


@example(" ^id1\n---\n")
@given(st.lists(st.sampled_from([*EDITED, *EDITED, *BLOCKS, *MARKS]), max_size=8).map("".join))
def test_no_two_edits_of_a_body_overlap(dialects: dict[str, Dialect], text: str) -> None:
    """A body that cannot be written is refused with its line; two edits of one place are a bug."""
    for dialect in dialects.values():
        for linebreaks in ("keep", "join"):
            with contextlib.suppress(Refused):
                write_text(text, dialect, linebreaks=linebreaks)


def test_a_callout_with_metadata_is_no_alert(hugo_dialect: Dialect) -> None:
    alerts = replace(hugo_dialect, alerts=True)
    assert write_text("> [!note]\n> a", alerts).text == "> [!note]\n> a"
    assert write_text("> [!note|wide]\n> a", alerts).text == "> **Note**\n>\n> a"
