"""Blocks of HTML in a note as what they say: text, links, pictures, rows of cells.

What says nothing here is left out: how something is placed or coloured. Comments, scripts and what
cannot be read are shown as their source, so that nothing in a note goes unseen.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.clean import clean, clean_line
from notekeep.tui.render.drawn import Drawn, Frame, source_lines
from notekeep.tui.render.inline import HTML_ROLES
from notekeep.tui.render.pieces import Line, Piece, plain, wrap
from notekeep.tui.render.places import picture_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    line: Line
    source: int
    picture: str = ""
    words: str = ""


def html_lines(source: str, frame: Frame, at: int) -> list[Drawn]:
    """Draw a block of HTML; nothing when it says nothing.

    Args:
        source: The block; it is clean, but what it spells as `&#27;` is not.
        frame: Where it is drawn.
        at: The line of the body it begins at.
    """
    if len(source) > LONGEST:
        return source_lines(source, frame, at, "faint")
    reader = _Reader(frame)
    try:
        reader.feed(source)
        reader.close()
    except AssertionError:
        # The parser says so of declarations that it does not know.
        return source_lines(source, frame, at, "faint")
    drawn: list[Drawn] = []
    for row in reader.rows():
        picture = frame.around.pictures.get(row.picture) if row.picture else None
        if picture is not None:
            drawn.extend(picture_lines(picture, row.words, frame, at + row.source))
        else:
            lines = wrap(row.line, frame.width)
            drawn.extend(Drawn(line, at + row.source) for line in lines)
    return drawn


class _Reader(HTMLParser):
    """One walk over a block, which puts what it says into rows."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(convert_charrefs=True)
        self._glyphs = frame.glyphs
        self._rows: list[_Row] = []
        self._line: Line = []
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
        if plain(self._line).strip():
            last = self._line[-1]
            self._line[-1] = last._replace(text=last.text.rstrip())
            self._rows.append(_Row(self._line, self.getpos()[0] - 1))
        self._line = []
