"""Draws pictures, habit years and HTML blocks in a note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from notekeep.markdown.sanitize import clean, clean_line
from notekeep.markdown.tree import Span
from notekeep.tracking.habit_details import EmbeddedYear
from notekeep.tui.page.inline_text import HTML_ROLES
from notekeep.tui.page.page_lines import (
    CopyPassage,
    DrawContext,
    PageLine,
    Picture,
    PictureRow,
    draw_source,
    draw_text,
)
from notekeep.tui.render.habit_page import legend_line, year_lines, year_width
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, line_text, wrap_line

PIXELS_PER_CELL = 8  # for picture widths set in notes
MIN_COLUMNS, MIN_ROWS = 24, 8  # a smaller picture is unrecognizable: only its caption is shown
MAX_HTML_LENGTH = 20_000  # characters; a longer block is data

_SIZE = re.compile(r"(\d{1,5})(?:x\d+)?")


def draw_picture(picture: Picture, words: str, frame: DrawContext, at: int) -> list[PageLine]:
    """Draw a picture and its caption."""
    parts = [part.strip() for part in words.split("|")]
    sizes = [match for part in parts if (match := _SIZE.fullmatch(part))]
    caption = " ".join(part for part in parts if part and not _SIZE.fullmatch(part))
    name = caption or picture.path.rpartition("/")[2]
    dot = frame.glyphs.dot
    passage = CopyPassage("picture", at, picture.path)
    lines: list[PageLine] = []
    if frame.glyphs.draws_pictures and picture.width and picture.height:
        pixels = int(sizes[0][1]) if sizes else 0
        wide = -(-(pixels or picture.width) // PIXELS_PER_CELL)
        columns, rows = picture.fit(max(1, min(frame.width, wide)))
        for row in range(rows if columns >= MIN_COLUMNS and rows >= MIN_ROWS else 0):
            part = PictureRow(picture, row, rows, columns)
            lines.append(PageLine([Piece(" " * columns, "picture")], at, passage, part))
    about: StyledLine = [
        Piece(f"{frame.glyphs.image} ", "image"),
        Piece(clean_line(name), "caption", picture.link),
    ]
    if picture.problem:
        about.append(Piece(f" {dot} {clean_line(picture.problem)}", "warn"))
    elif picture.width:
        by = "x" if frame.glyphs.is_ascii else "×"  # noqa: RUF001 - multiplication sign
        about.append(Piece(f" {dot} {picture.width}{by}{picture.height}", "faint"))
    lines += [row._replace(passage=passage) for row in draw_text(about, frame, at)]
    return lines


def draw_year(shown: EmbeddedYear, link: str, frame: DrawContext, at: int) -> list[PageLine]:
    """Draw a year of a habit, as on the Habits screen, with a one-sentence summary."""
    width = year_width(shown.calendar, frame.width)
    head = [Piece(clean_line(shown.title), "embed link", link), Piece(f"  {shown.year}", "muted")]
    lines = [
        fit_line(head, width),
        *year_lines(shown.calendar, shown.today, frame.glyphs, frame.width),
        legend_line([], shown.calendar, frame.glyphs, frame.width),
        *wrap_line([Piece(clean_line(shown.sentence), "muted")], width),
    ]
    return [PageLine(line, at) for line in lines]


# HTML blocks: text, links, pictures and table rows. Layout, comments and scripts are ignored.

_BREAKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
        *("details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main"),
        *("nav", "ol", "p", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    )
)
_MEDIA_TAGS = frozenset({"iframe", "video", "audio", "source", "embed"})
_BLANKS = re.compile(r"\s+")
_IGNORED_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[!?][^>]*>?", re.IGNORECASE | re.DOTALL
)
_ROLES = {
    **HTML_ROLES,
    **{f"h{level}": f"heading h{min(level, 4)}" for level in range(1, 7)},
    **dict.fromkeys(("summary", "th", "dt", "caption"), "strong"),
    "a": "",  # the role depends on its target
    "blockquote": "quote",
    "figcaption": "caption",
}


def draw_html(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
    """Return the lines of an HTML block, possibly none."""
    source, at = part[0].words.rstrip("\n"), frame.line_of(part[0])
    if len(source) > MAX_HTML_LENGTH:
        return draw_source(source, frame, at, "faint")
    reader = _HtmlReader(frame, at)
    # Keep the newlines of comments and scripts, so that line numbers stay correct.
    reader.feed(_IGNORED_MARKUP.sub(lambda found: "\n" * found[0].count("\n"), source))
    reader.close()
    reader.end_line()
    return reader.lines


class _HtmlReader(HTMLParser):
    """Draws a block as it is parsed."""

    def __init__(self, frame: DrawContext, at: int) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[PageLine] = []
        self._frame, self._at = frame, at
        self._glyphs = frame.glyphs
        self._line: StyledLine = []
        self._open: list[str] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _BREAKS:
            self.end_line()
        if tag == "li":
            self._add(f"{self._glyphs.bullets[0]} ", "bullet")
        elif tag in ("td", "th") and self._line:
            self._add(f" {self._glyphs.column} ", "faint")
        elif tag == "img":
            self._picture(values.get("src", ""), values.get("alt", ""))
        elif tag in _MEDIA_TAGS and (address := values.get("src")):
            self._add(f"{self._glyphs.image} {values.get('title') or address}", "link", address)
        if tag == "a":
            self._links.append(values.get("href", ""))
        if tag in _ROLES:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._links.pop()
        if tag in self._open:
            last = len(self._open) - 1 - self._open[::-1].index(tag)
            del self._open[last]
        if tag in _BREAKS:
            self.end_line()

    def handle_data(self, data: str) -> None:
        words = _BLANKS.sub(" ", data)
        if not self._line:
            words = words.lstrip()
        if words:
            link = self._links[-1] if self._links else ""
            self._add(words, "link" if link else "", link)

    def handle_comment(self, data: str) -> None:
        self._add(f"</{data}>", "faint")  # HTMLParser reports invalid end tags as comments

    def _picture(self, address: str, words: str) -> None:
        self.end_line()
        picture = self._frame.around.pictures.get(address)
        if picture is not None:
            line = self._at + self.getpos()[0] - 1
            self.lines += draw_picture(picture, words, self._frame, line)
            return
        name = words or address.rpartition("/")[2] or address
        self._add(clean_line(f"{self._glyphs.image} {name}"), "image", address)
        self.end_line()

    def _add(self, text: str, role: str = "", link: str = "") -> None:
        roles = [_ROLES.get(tag, "") for tag in self._open]
        all_roles = " ".join(name for name in (*roles, role) if name)
        self._line.append(Piece(clean(text), all_roles, clean_line(link)))

    def end_line(self) -> None:
        if line_text(self._line).strip():
            self.lines += draw_text(self._line, self._frame, self._at + self.getpos()[0] - 1)
        self._line = []
