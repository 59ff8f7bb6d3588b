"""What is shown in place in a note: pictures, years of habits, and what blocks of HTML say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.sanitize import clean, clean_line
from notekeep.tui.page.drawn_lines import CopyPassage, DrawnLine, draw_source
from notekeep.tui.page.inline_text import HTML_ROLES
from notekeep.tui.page.pictures import fit_picture
from notekeep.tui.render.glyphs import ASCII_GLYPHS
from notekeep.tui.render.styled_text import Piece, StyledLine, line_text, wrap_line

if TYPE_CHECKING:
    from notekeep.tracking.habit_details import HabitYear
    from notekeep.tui.page.drawn_lines import DrawContext, Picture

MAX_HTML_LENGTH = 20_000
"""Characters of HTML that are read; a longer block is data."""

_SIZE = re.compile(r"(\d{1,5})(?:x\d+)?")


def draw_picture(picture: Picture, words: str, frame: DrawContext, at: int) -> list[DrawnLine]:
    """Draw a picture of the vault, with what it is called below it."""
    caption, wanted = _caption(words)
    dot = frame.glyphs.dot
    name = picture.path.rpartition("/")[2]
    passage = CopyPassage("picture", at, picture.path)
    drawn: list[DrawnLine] = []
    if frame.around.draws_pictures and picture.width and picture.height:
        columns, rows = fit_picture(picture, frame.width, wanted)
        for row in range(rows):
            link = picture.link(row, rows, columns)
            drawn.append(DrawnLine([Piece(" " * columns, "picture", link)], at, passage))
    about: StyledLine = [
        Piece(f"{frame.glyphs.image} ", "image"),
        Piece(clean_line(caption or name), "caption", picture.link()),
    ]
    if picture.problem:
        about.append(Piece(f" {dot} {clean_line(picture.problem)}", "warn"))
    elif picture.width:
        by = "x" if frame.glyphs is ASCII_GLYPHS else "×"  # noqa: RUF001 - by
        about.append(Piece(f" {dot} {picture.width}{by}{picture.height}", "faint"))
    drawn.extend(DrawnLine(row, at, passage) for row in wrap_line(about, frame.width))
    return drawn


def _caption(words: str) -> tuple[str, int]:
    """Return what a picture is called and the width it should have in pixels, 0 for its own."""
    parts = [part.strip() for part in words.split("|")]
    sizes = [match for part in parts if (match := _SIZE.fullmatch(part))]
    caption = " ".join(part for part in parts if part and not _SIZE.fullmatch(part))
    return caption, int(sizes[0][1]) if sizes else 0


def draw_year(shown: HabitYear, link: str, frame: DrawContext, at: int) -> list[DrawnLine]:
    """Draw the calendar that the Habits screen has, and below it what it shows in a sentence."""
    # Most notes show none, and do without what habits need.
    from notekeep.tui.render.habit_page import year_heading, year_lines, year_width

    width = year_width(shown.calendar, frame.width)
    head = [Piece(clean_line(shown.title), "embed link", link), Piece(f"  {shown.year}", "muted")]
    lines = [
        year_heading(head, shown.calendar, frame.glyphs, frame.width),
        *year_lines(shown.calendar, shown.today, frame.glyphs, frame.width),
        *wrap_line([Piece(clean_line(shown.sentence), "muted")], width),
    ]
    return [DrawnLine(line, at) for line in lines]


# Blocks of HTML in a note as what they say: text, links, pictures, rows of cells.
#
# What says nothing here is left out: how something is placed or coloured. A block with comments,
# scripts or declarations is shown as its source, so that nothing in a note goes unseen.

_BREAKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
        *("details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main"),
        *("nav", "ol", "p", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    )
)
_SHOWN_APART = {"iframe": "src", "video": "src", "audio": "src", "source": "src", "embed": "src"}
_SOURCE = re.compile("<!|<[?]|<(?:script|style)", re.IGNORECASE)
_ROLES = {
    **HTML_ROLES,
    **{f"h{level}": f"heading h{min(level, 4)}" for level in range(1, 7)},
    **dict.fromkeys(("summary", "th", "dt", "caption"), "strong"),
    # It is a link only where it leads somewhere.
    "a": "",
    "blockquote": "quote",
    "figcaption": "caption",
}


class _Row(NamedTuple):
    """A line before it is wrapped: its pieces, its line in the source, the picture it names."""

    line: StyledLine
    source: int
    picture: str = ""
    words: str = ""


def draw_html(source: str, frame: DrawContext, at: int) -> list[DrawnLine]:
    """Draw a block of HTML; nothing when it says nothing."""
    if len(source) > MAX_HTML_LENGTH or _SOURCE.search(source):
        role = "comment" if source.startswith("<!--") else "faint"
        return draw_source(source, frame, at, role)
    reader = _HtmlReader(frame)
    reader.feed(source)
    reader.close()
    drawn: list[DrawnLine] = []
    for row in reader.rows():
        picture = frame.around.pictures.get(row.picture) if row.picture else None
        if picture is not None:
            drawn.extend(draw_picture(picture, row.words, frame, at + row.source))
        else:
            lines = wrap_line(row.line, frame.width)
            drawn.extend(DrawnLine(line, at + row.source) for line in lines)
    return drawn


class _HtmlReader(HTMLParser):
    """One walk over a block, which puts what it says into rows."""

    def __init__(self, frame: DrawContext) -> None:
        super().__init__(convert_charrefs=True)
        self._glyphs = frame.glyphs
        self._rows: list[_Row] = []
        self._line: StyledLine = []
        self._open: list[str] = []
        self._links: list[str] = []

    def rows(self) -> list[_Row]:
        self._break()
        return self._rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _BREAKS:
            self._break()
        if tag == "li":
            self._add(f"{self._glyphs.bullets[0]} ", "bullet")
        elif tag in ("td", "th") and self._line:
            self._add(f" {self._glyphs.column} ", "faint")
        elif tag == "img":
            self._picture(values.get("src", ""), values.get("alt", ""))
        elif tag in _SHOWN_APART and values.get(_SHOWN_APART[tag]):
            address = values[_SHOWN_APART[tag]]
            self._add(f"{self._glyphs.image} {values.get('title') or address}", "link", address)
        if tag == "a":
            self._links.append(values.get("href", ""))
        if tag in _ROLES:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._links.pop()
        if tag in self._open:
            self._open.reverse()
            self._open.remove(tag)
            self._open.reverse()
        if tag in _BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words:
            words = " " if data and self._line else ""
        elif data[0].isspace() and self._line:
            words = f" {words}"
        if words.strip() and data[-1].isspace():
            words += " "
        if words:
            link = self._links[-1] if self._links else ""
            self._add(words, "link" if link else "", link)

    def handle_comment(self, data: str) -> None:
        self._add(f"</{data}>", "faint")  # an end tag that is none

    def _picture(self, address: str, words: str) -> None:
        self._break()
        name = words or address.rpartition("/")[2] or address
        piece = Piece(clean_line(f"{self._glyphs.image} {name}"), "image", clean_line(address))
        self._rows.append(_Row([piece], self.getpos()[0] - 1, address, words))

    def _add(self, text: str, role: str = "", link: str = "") -> None:
        roles = [_ROLES.get(tag, "") for tag in self._open]
        whole = " ".join(word for word in (*roles, role) if word)
        self._line.append(Piece(clean(text), whole, clean_line(link)))

    def _break(self) -> None:
        """End the line, if anything is in it."""
        if line_text(self._line).strip():
            last = self._line[-1]
            self._line[-1] = last._replace(text=last.text.rstrip())
            self._rows.append(_Row(self._line, self.getpos()[0] - 1))
        self._line = []
