"""What a note's body looks like in the preview."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.tui.page.page_lines import DrawContext, PageLine
from notekeep.tui.render.glyphs import ASCII_GLYPHS, UNICODE
from notekeep.tui.render.styled_text import Piece, line_text, line_width
from tests.support.preview_blocks import draw_blocks


def drawn(text: str, width: int = 40) -> list[PageLine]:
    return draw_blocks(dedent(text).strip("\n"), DrawContext(width, UNICODE))


def shown(text: str, width: int = 40) -> list[str]:
    return [line_text(row.line).rstrip() for row in drawn(text, width)]


def piece_of(text: str, content: str) -> Piece:
    return next(
        piece for row in drawn(text) for piece in row.line if piece.text.strip() == content.strip()
    )


@pytest.mark.parametrize(
    ("text", "content", "role"),
    [
        ("a **bold** word", "bold", "strong"),
        ("an *inclined* word", "inclined", "em"),
        ("**bold and *both***", "both", "strong em"),
        ("~~gone~~", "gone", "struck"),
        ("some `code`", "code", "code"),
        ("==marked==", "marked", "highlight"),
        ("a #learning/ml tag", "#learning/ml", "tag"),
        ("costs $x^2$ here", "x²", "math"),
        ("# A title", "A title", "heading h1"),
        ("see [^1]\n\n[^1]: there", "[1]", "footnote"),
        ("see ^[there *now*]", "now", "footnote em"),
        ("[00:12:34] on reading", "[00:12:34]", "timestamp"),
        ("press <kbd>x</kbd> now", "x", "code"),
        ("a <mark>b *c*</mark> d", "c", "highlight em"),
        ("x ==a\nb== y", "b", "highlight"),
        ("===x===", "===x===", ""),
        ("(#tag2)", "#tag2", "tag"),
    ],
)
def test_each_thing_has_its_role(text: str, content: str, role: str) -> None:
    assert piece_of(text, content).role == role


@pytest.mark.parametrize(
    ("text", "content", "link"),
    [
        ("[[Deep Work]]", "Deep Work", "[[Deep Work]]"),
        ("[[books/Deep Work#Rules|the rules]]", "the rules", "[[books/Deep Work#Rules]]"),
        ("[[Deep Work#Rules]]", "Deep Work ▸ Rules", "[[Deep Work#Rules]]"),
        ("[a site](https://example.org/x)", "a site", "https://example.org/x"),
        ("at https://example.org/x.", "https://example.org/x", "https://example.org/x"),
        ("[the site][home]\n\n[home]: https://example.org", "the site", "https://example.org"),
        ("[b][Two\n words]\n\n- [two words]: <a b>", "b", "a b"),
        ("[a]\n\n[A]: x\n\n[a]: y", "a", "x"),
        ("[12:34](https://v.org?t=1) said", "12:34", "https://v.org?t=1"),
        ("![[cover.png|200]]", "▣ cover.png", "cover.png"),
        ("![A cover](a/cover.png)", "▣ A cover", "a/cover.png"),
    ],
)
def test_links_know_where_they_lead(text: str, content: str, link: str) -> None:
    assert piece_of(text, content).link == link


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $6",
        "5$a$",
        "[^none]",
        "issue #123",
        "a#b",
        r"\#no",
        "2 == 3 == 4",
        "x^2",
        "[[unclosed",
    ],
)
def test_what_only_looks_like_markup_stays_text(text: str) -> None:
    assert shown(text) == [text.replace("\\", "")]
    assert {piece.role for row in drawn(text) for piece in row.line} == {""}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a $p +\nq$ b", ["a p + q b"]),
        ("%% one %%\nwords\n%% two %%", ["words"]),
        ("> words\n> $$\n> a\n> $$", ["▎ words", "▎     a"]),
        ("> [!note] T\n> | a |\n> |---|\n> | 1 |", ["▌ i T", "▌ a", "▌ ───", "▌ 1"]),
        ("|a|b|\n|-|-|\n|1|\n|#2x|", ["a     b", "─────────", "1", "#2x"]),
        ("0. none\n1. one", ["0. none", "1. one"]),
        ("> [!tip] $x$ T\n>\n> %%\n> - a\n> %%", ["▌ → x T"]),
        ("Term\n: What it means", ["Term", ": What it means"]),
        ("- [x]", ["• [x]"]),
    ],
)
def test_each_block_is_drawn_as_it_is_read(text: str, lines: list[str]) -> None:
    assert shown(text) == lines


def test_lists_nest_number_and_tick() -> None:
    assert shown("""
        - one
          - two
        - [ ] open
        - [x] done
        """) == ["• one", "  ◦ two", "□ open", "✓ done"]
    assert shown("""
        9. nine
        10. ten that is long enough to wrap over two lines
        """) == [" 9. nine", "10. ten that is long enough to wrap over", "    two lines"]


def test_a_quote_in_a_list_does_not_spread_the_list() -> None:
    assert shown("- a\n  - b\n    > q\n- c") == ["• a", "  ◦ b", "    ▎ q", "• c"]


def test_a_quote_and_a_callout_have_a_bar() -> None:
    assert shown("> Small habits compound.\n> (p. 27)") == [
        "▎ Small habits compound.",
        "▎ (p. 27)",
    ]
    rows = drawn("> [!warning] Mind this\n> - item")
    assert [line_text(row.line).rstrip() for row in rows] == ["▌ ! Mind this", "▌ • item"]
    assert rows[0].line[0].role == "callout tone-warn"
    # The ground of a callout is a block, however short its lines are.
    assert {line_width(row.line) for row in rows} == {40}


def test_code_is_kept_as_it_is_and_names_its_language() -> None:
    assert shown("""
        ```python
        def f():
            return "*x*"
        ```
        """) == [" def f():                        python", '     return "*x*"']


def test_a_table_fits_its_width_and_wraps_its_cells() -> None:
    table = """
        | Name | What it is |
        | --- | ---: |
        | A | a long description of it |
        """
    assert shown(table, 24) == [
        "Name          What it is",
        "────────────────────────",
        "A                 a long",
        "       description of it",
    ]


def test_a_table_without_room_for_its_columns_is_a_list() -> None:
    table = """
        | Name | Author | Downloads |
        | --- | --- | ---: |
        | Dataview | blacksmith | 1234567 |
        | Other | | 12 |
        """
    assert shown(table, 20) == [
        *("Name: Dataview", "Author: blacksmith", "Downloads: 1234567"),
        *("────────", "Name: Other", "Downloads: 12"),
    ]


def test_tags_of_html_are_not_shown_where_they_only_name_or_colour() -> None:
    assert shown('a <span style="x">b</span> </b>c') == ["a b c"]
    assert shown("a <weird>b</weird>") == ["a b"]


def test_single_line_ends_are_kept_unless_the_text_was_filled_by_hand() -> None:
    assert shown("roses are red\nviolets are blue") == ["roses are red", "violets are blue"]
    filled = "This paragraph was filled by an editor at seventy-two columns, so its\nlines flow."
    assert shown(filled, 100) == [filled.replace("\n", " ")]


def test_every_line_knows_its_source_line() -> None:
    text = "# One\n\npara\n\n- a\n- b\n\n> [!tip] T\n> inside\n\n```\nx\ny\n```"
    assert {line_text(row.line).strip(" ▌•→"): row.source for row in drawn(text)} == {
        "One": 0,
        "para": 2,
        "a": 4,
        "b": 5,
        "T": 7,
        "inside": 8,
        "x": 11,
        "y": 12,
    }


def test_escapes_never_survive_not_even_as_entities() -> None:
    text = "a &#27;[31m \x1b]52;c;x\x07 `\x1b[2J` [l](https://x/\x1b) &#x202e;b\n\n```\n\x9b\n```"
    for row in drawn(text):
        for piece in row.line:
            assert not set(piece.text + piece.link) & {"\x1b", "\x07", "\x9b", "\u202e"}


def test_plain_terminals_get_plain_characters() -> None:
    rows = draw_blocks("- a\n- [x] b\n\n> q\n\n---", DrawContext(20, ASCII_GLYPHS))
    assert all(line_text(row.line).isascii() for row in rows)


@given(st.text("a*_`[]()#>|-+=$%^!~<\n 日\t1.", max_size=120), st.integers(8, 40))
def test_any_text_is_drawn_within_its_width(text: str, width: int) -> None:
    for row in drawn(text, width):
        assert line_width(row.line) <= max(width, 16)
        assert "\n" not in line_text(row.line)


def test_a_footnote_goes_on_in_what_is_set_in_below_it() -> None:
    text = "[^long]: One that is\n    wrapped.\n\n    - and a list\n\n    ```\n    code\n    ```"
    rows = draw_blocks(text, DrawContext(30, UNICODE))
    lines = [line_text(row.line).rstrip() for row in rows]
    assert lines == [
        *("[long] One that is", "       wrapped.", "", "       • and a list", "", "        code")
    ]
