"""A year in books: those that were finished, month by month, and what they come to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.sanitize import clean_line
from notekeep.services.books import MONTH_HEADS, month_name, month_rows, sum_up
from notekeep.tui.keys import bindings
from notekeep.tui.messages import OpenNote
from notekeep.tui.render.formatting import plural, stars
from notekeep.tui.render.list_rows import key_hint
from notekeep.tui.render.note_rows import gutter, kind_sign
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    line_width,
    pad_line,
    section_line,
    spread_line,
)
from notekeep.tui.screens.vault_screen import OverlayScreen, empty_lines, problem_lines
from notekeep.tui.widgets.row_lists import RowList

if TYPE_CHECKING:
    from notekeep.errors import NotekeepError
    from notekeep.services.books import BookList, ReadBook
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.line_view import ListView

COLUMN = 7  # cells of a figure
TEXT_WIDTH = 80  # cells of a line of the summary at most
TOP_AUTHORS = 12


class BookRow(NamedTuple):
    """A book, or with None the name of its month and what that comes to."""

    book: ReadBook | None
    title: str = ""
    about: str = ""


class BookRows(RowList[BookRow]):
    """The books of a year, under the months in which they were finished."""

    @property
    def book(self) -> ReadBook | None:
        return self._item.book if self._item is not None else None

    def show(self, found: BookList) -> None:
        here = self.book
        rows: list[BookRow] = []
        for number, month in found.months.items():
            rows += [BookRow(None)] if rows else []
            rows.append(BookRow(None, month_name(number), plural(len(month.books), "book")))
            rows += map(BookRow, month.books)
        self._show(rows, lambda row: here is not None and row.book == here)

    def is_heading(self, item: BookRow) -> bool:
        return item.book is None

    def draw_item(self, item: BookRow, width: int, *, here: bool) -> StyledLine:
        room = width - 4
        if (book := item.book) is None:
            line = section_line(item.title, item.about, room, self._glyphs) if item.title else []
            return [Piece("  "), *line]
        rated = "" if book.rating is None else stars(book.rating, self._glyphs)
        room -= len(rated) + 2
        title = [kind_sign(book.row.kind, self._glyphs), Piece(f" {clean_line(book.row.title)}")]
        author = Piece(f"  {clean_line(', '.join(book.authors))}", "muted")
        left = [*title, author] if line_width([*title, author]) <= room else fit_line(title, room)
        right = [Piece("  "), Piece(rated, "star")]
        return [*gutter(self._glyphs, here=here), *pad_line(left, room), *right]


class BooksScreen(OverlayScreen):
    """The books that were finished in a year, and the year in figures beside them."""

    BINDINGS = bindings("books", "over")
    OPENED_BY = "show-books"
    PLACE = "books"

    def __init__(self) -> None:
        self.books = BookRows(self.glyphs)
        super().__init__(self.books)
        self._year = self.today.year

    def show_problem(self, error: NotekeepError) -> None:
        self.books.nothing = problem_lines(error)

    def vault_changed(self) -> None:
        self.load("books", partial(self.vault.search.book_year, self._year), self._list)

    def _list(self, found: BookList) -> None:
        year = self._year
        self.books.nothing = [
            *empty_lines(f"No books finished in {year}."),
            key_hint("[", "year before"),
        ]
        self.books.show(found)
        self.set_status(f"{year} in books · {plural(len(found.books), 'book')}")
        self.set_idle_actions(*(() if found.books else ("read-text",)))
        glyphs = self.glyphs
        self.text.show(lambda width: summary_lines(year, found, min(width, TEXT_WIDTH), glyphs))

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self.action_read_text()

    def action_read_text(self) -> None:
        """Read the book under the cursor."""
        if (book := self.books.book) is not None:
            self.app.post_message(OpenNote(book.row.path, read=True))

    def action_books_before(self) -> None:
        self._turn(-1)

    def action_books_after(self) -> None:
        self._turn(1)

    def _turn(self, years: int) -> None:
        if self._year + years <= self.today.year:
            self._year += years
            self.vault_changed()


def summary_lines(year: int, found: BookList, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return a year in figures: what it comes to, its months, its authors."""
    if not found.books:
        return []
    lines = [section_line(str(year), sum_up(found), width, glyphs), []]
    for number, (name, *figures, authors) in enumerate([MONTH_HEADS, *month_rows(found)]):
        role = "" if number else "muted"
        cells = "".join(f"{figure:>{COLUMN}}" for figure in figures)
        line = [Piece(f"{name:6}", "muted"), Piece(cells, role), Piece(f"  {authors}", "muted")]
        lines.append(fit_line(line, width))
    lines += [[], section_line("Authors", str(len(found.authors)), width, glyphs)]
    for author, count in found.authors[:TOP_AUTHORS]:
        lines.append(spread_line([Piece(clean_line(author))], [Piece(f"{count}", "muted")], width))
    return lines
