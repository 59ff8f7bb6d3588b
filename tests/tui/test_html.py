"""HTML in a note as what it says, and nothing of it as what a terminal would obey."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notekeep.tui.page.embedded_content import MAX_HTML_LENGTH
from notekeep.tui.page.page_lines import (
    DrawContext,
    EmbeddedNote,
    NoteSurroundings,
    Picture,
)
from notekeep.tui.render.glyphs import ASCII_GLYPHS, UNICODE
from notekeep.tui.render.styled_text import BUTTON_PREFIX, Piece, StyledLine, line_text
from tests.support.preview_blocks import draw_blocks

PICTURES = {"a.png": Picture("attachments/a.png", 16, 8)}


def drawn(text: str, width: int = 60) -> list[StyledLine]:
    frame = DrawContext(width, UNICODE, around=NoteSurroundings(PICTURES))
    return [row.line for row in draw_blocks(text, frame)]


def shown(text: str, width: int = 60) -> list[str]:
    return [line_text(line) for line in drawn(text, width)]


def piece_with(text: str, source: str) -> Piece:
    return next(piece for line in drawn(source) for piece in line if text in piece.text)


def test_tags_are_left_out_and_what_they_break_is_broken() -> None:
    assert shown("<div>\n<h2>Head</h2><p>One\n  two</p><p>three<br>four</p>\n</div>") == [
        *("Head", "One two", "three", "four"),
    ]
    assert piece_with("Head", "<h2>Head</h2>").role == "heading h2"
    assert shown("<ul><li>a</li><li><b>b</b></li></ul>") == ["• a", "• b"]
    assert shown("<table><tr><th>a</th><td>1</td></tr><tr><td>b</td></tr></table>") == [
        *("a │ 1", "b"),
    ]


def test_what_says_nothing_takes_no_line_and_leaves_what_stands_between() -> None:
    text = "<details>\n<summary>More</summary>\n\nHidden *words*.\n\n</details>"
    assert shown(text) == ["More", "Hidden words."]
    assert piece_with("More", text).role == "strong"


def test_links_and_what_is_played_lead_where_they_say() -> None:
    text = '<p>See <a href="https://example.org?a&amp;b">the <i>site</i></a>.</p>'
    assert shown(text) == ["See the site."]
    assert piece_with("site", text) == Piece("site", "em link", "https://example.org?a&b")
    assert piece_with("here", "<p><a name='x'>here</a></p>").role == ""
    video = '<iframe src="https://example.org/v" title="A talk"></iframe>'
    assert shown(video) == ["▣ A talk"]
    assert piece_with("A talk", video).link == "https://example.org/v"


def test_a_picture_is_that_of_the_vault_or_its_words() -> None:
    assert shown('<p align="center"><img src="a.png" alt="A sea" width="9"><br>by me</p>') == [
        *("▣ A sea · 16×8", "by me"),  # noqa: RUF001 - by
    ]
    assert shown('<img src="https://example.org/b.png">') == ["▣ b.png"]


def test_comments_and_scripts_are_left_out_and_data_is_shown_as_it_stands() -> None:
    assert shown("<!-- one\n\ntwo -->\n\nafter") == ["after"]
    assert shown("before\n\n<!-- more -->\n\nafter") == ["before", "after"]
    assert shown("<script>\nlet a = 1;\n</script>") == []
    long = f"<div>\n{'<p>x</p>' * (MAX_HTML_LENGTH // 8)}\n</div>"
    assert shown(long)[0] == "<div>"


def test_tags_within_a_line_are_links_and_pictures_too() -> None:
    text = 'See <a href="https://example.org">this <b>site</b></a> <img src="a.png" alt="A sea">.'
    assert shown(text) == ["See this site ▣ A sea."]
    assert piece_with("site", text) == Piece("site", "link strong", "https://example.org")
    assert shown('An <a name="x">anchor</a> *and <a href="u">b*</a>.')[0].startswith("An anchor")


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "<div>",
                    "</div>",
                    "<a href='",
                    "'>",
                    "</a>",
                    "<img src=",
                    '"x"',
                    ">",
                    "<!",
                    "<![x",
                ),
                *("&#27;[2J", "&#x9b;", "&#0;fold:x", "<a href='&#0;fold:x'>", "text", "\n", "\t"),
                *(
                    "<script>",
                    "</script>",
                    "<!--",
                    "-->",
                    "<?",
                    "<td>",
                    "<li>",
                    "&amp;",
                    "&#xd800;",
                ),
                *("<iframe src='&#27;]52;c;x&#7;'>", "\u202e", "<h1>", "<b>", "</b>", "日本"),
            ]
        ),
        max_size=25,
    ).map(lambda parts: f"<div>{''.join(parts)}"),
    st.integers(8, 40),
)
def test_nothing_in_html_is_obeyed_or_fails(text: str, width: int) -> None:
    for line in drawn(text, width):
        for piece in line:
            assert piece.text.isprintable()
            assert not piece.link.startswith(BUTTON_PREFIX)
            assert piece.link.isprintable()


def test_plain_terminals_get_plain_characters_of_pictures_and_html() -> None:
    around = NoteSurroundings(PICTURES, {"B": EmbeddedNote("B", "[[B]]", problem="circular embed")})
    text = '![[a.png]]\n\n![[B]]\n\n<ul><li>a <img src="a.png"></li></ul>\n\n<td>1</td><td>2</td>'
    frame = DrawContext(60, ASCII_GLYPHS, around=around)
    lines = [line_text(row.line) for row in draw_blocks(text, frame)]
    assert lines == [
        *("# a.png . 16x8", "| B . circular embed", "- a", "# a.png . 16x8", "1 | 2"),
    ]
