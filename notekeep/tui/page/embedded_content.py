"""Pictures, embedded notes, habit years in place."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.sanitize import clean, clean_line
from notekeep.tui.page import blocks
from notekeep.tui.page.blocks import find_definitions, split_blocks
from notekeep.tui.page.drawn_lines import (
    CopyPassage,
    DrawContext,
    DrawnLine,
    draw_source,
    draw_text,
)
from notekeep.tui.page.inline_text import HTML_ROLES, draw_inline
from notekeep.tui.render.glyphs import ASCII_GLYPHS
from notekeep.tui.render.styled_text import Piece, StyledLine, line_text, wrap_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.markdown.tree import Span
    from notekeep.tracking.habit_details import HabitYear
    from notekeep.tui.page.drawn_lines import EmbeddedNote, Picture


# A paragraph whose lines are pictures, notes or years of habits shown in place.


WIDE_PIXELS = 8
"""Pixels that a cell is wide, about, where a note gives the width of a picture."""
MOST_ROWS = 20

_SIZE = re.compile(r"(\d{1,5})(?:x\d+)?")


def with_embeds(spans: Sequence[Span], frame: DrawContext) -> list[DrawnLine]:
    """Draw a paragraph, with the lines of it that are embeds shown in place."""
    drawn: list[DrawnLine] = []
    text: list[Span] = []
    line: list[Span] = []
    for part in [*blocks.group_spans(spans), None]:
        if part is not None and part[0].kind not in {"soft_break", "hard_break"}:
            line.extend(part)
            continue
        shown = _shown(line, frame)
        if shown is None:
            text.extend(line)
        if text and (shown is not None or part is None):
            words = text[:-1] if text[-1].kind in {"soft_break", "hard_break"} else text
            drawn.extend(draw_text(draw_inline(words, frame), frame, frame.line_of(text[0])))
            text = []
        drawn.extend(shown or [])
        if part is not None and shown is None:
            text.extend(part)
        line = []
    return drawn


def _shown(line: Sequence[Span], frame: DrawContext) -> list[DrawnLine] | None:
    """Draw a line that is only an embed of what can be shown."""
    seen = [part[0] for part in blocks.group_spans(line) if frame.text_of(part[0]).strip()]
    if len(seen) != 1 or seen[0].kind not in {"embed", "image"}:
        return None
    target, words, at = seen[0].info.strip(), seen[0].words, frame.line_of(seen[0])
    if (picture := frame.around.pictures.get(target)) is not None:
        return draw_picture(picture, words, frame, at)
    if (embedded := frame.around.embeds.get(target)) is not None:
        return _embedded(embedded, frame, at)
    if (year := frame.around.years.get(target)) is not None:
        return _year(year, f"[[{target}]]", frame, at)
    return None


# Pictures.


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


def fit_picture(
    picture: Picture, width: int, wanted: int = 0, most: int = MOST_ROWS
) -> tuple[int, int]:
    """Return how many columns and rows a picture takes, a row being two columns high."""
    columns = max(1, min(width, -(-(wanted or picture.width) // WIDE_PIXELS)))
    rows = max(1, round(columns * picture.height / picture.width / 2))
    if rows > most:
        columns = max(1, round(columns * most / rows))
        rows = most
    return columns, rows


# Notes.


def _embedded(embedded: EmbeddedNote, frame: DrawContext, at: int) -> list[DrawnLine]:
    inside = replace(frame.narrower(2), around=embedded.around)
    head: StyledLine = [Piece(clean_line(embedded.title), "embed link", embedded.link)]
    if embedded.problem:
        head.append(Piece(f" {frame.glyphs.dot} {clean_line(embedded.problem)}", "warn"))
    drawn = [DrawnLine(row, at) for row in wrap_line(head, inside.width)]
    references = find_definitions(embedded.text)
    for number, block in enumerate(split_blocks(embedded.text)):
        rows = blocks.draw(block, inside, references)
        if rows and number:
            drawn.append(DrawnLine([], at))
        drawn.extend(DrawnLine(row.line, at, row.passage) for row in rows)
    bar = Piece(f"{frame.glyphs.quote} ", "embed-bar")
    # Lines of another note have no place in this one: all stand where the embed does.
    return [
        DrawnLine(
            [bar, *row.line],
            at,
            row.passage._replace(line=at) if row.passage is not None else None,
        )
        for row in drawn
    ]


# Years of habits.


def _year(seen: HabitYear, link: str, frame: DrawContext, at: int) -> list[DrawnLine]:
    """Draw the calendar that the Habits screen has, and below it what it shows in a sentence."""
    from notekeep.tui.render.habit_page import year_heading, year_lines, year_width

    width = year_width(seen.calendar, frame.width)
    head = [Piece(clean_line(seen.title), "embed link", link), Piece(f"  {seen.year}", "muted")]
    lines = [
        year_heading(head, seen.calendar, frame.glyphs, frame.width),
        *year_lines(seen.calendar, seen.today, frame.glyphs, frame.width),
        *wrap_line([Piece(clean_line(seen.sentence), "muted")], width),
    ]
    return [DrawnLine(line, at) for line in lines]


# Blocks of HTML in a note as what they say: text, links, pictures, rows of cells.
#
# What says nothing here is left out: how something is placed or coloured. Comments, scripts and
# what cannot be read are shown as their source, so that nothing in a note goes unseen.


LONGEST = 20_000
"""Characters of HTML that are read; a longer block is data."""

_BREAKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
        *("details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main"),
        *("nav", "ol", "p", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    )
)
_SHOWN_APART = {"iframe": "src", "video": "src", "audio": "src", "source": "src", "embed": "src"}
_RAW = frozenset({"script", "style"})
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
    if len(source) > LONGEST:
        return draw_source(source, frame, at, "faint")
    reader = _HtmlReader(frame)
    try:
        reader.feed(source)
        reader.close()
    except AssertionError:
        # The parser says so of declarations that it does not know.
        return draw_source(source, frame, at, "faint")
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

    def rows(self) -> Sequence[_Row]:
        """Return what was read; nothing is open any more."""
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
        elif tag in _RAW:
            self._add(self.get_starttag_text() or "", "faint")
        if tag == "a":
            self._links.append(values.get("href", ""))
        if tag in _ROLES or tag in _RAW:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._links.pop()
        if tag in _RAW:
            self._add(f"</{tag}>", "faint")
        if tag in self._open:
            self._open.reverse()
            self._open.remove(tag)
            self._open.reverse()
        if tag in _BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in _RAW:
            self._add(data, "faint")
            return
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
        self._break()
        for number, line in enumerate(f"<!--{data}-->".split("\n")):
            piece = Piece(clean(line), "comment")
            self._rows.append(_Row([piece], self.getpos()[0] - 1 + number))

    def handle_decl(self, decl: str) -> None:
        self._add(f"<!{decl}>", "faint")

    def handle_pi(self, data: str) -> None:
        self._add(f"<?{data}>", "faint")

    def unknown_decl(self, data: str) -> None:
        self._add(f"<![{data}]>", "faint")

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
