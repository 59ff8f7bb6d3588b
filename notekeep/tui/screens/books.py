"""A year in books: finished books by month, and totals."""

from __future__ import annotations

from functools import partial

from notekeep.markdown.sanitize import clean_line
from notekeep.services.books import (
    MONTH_HEADS,
    BookList,
    ReadBook,
    format_totals,
    gather_book_year,
    month_name,
    month_rows,
)
from notekeep.tui.keyboard import bindings
from notekeep.tui.messages import OpenNote
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.list_rows import OTHER_STARTS, empty_lines, key_hint
from notekeep.tui.render.note_rows import RowLook, group_row, note_row
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, section_line, spread_line
from notekeep.tui.screens.vault_screen import OverlayScreen
from notekeep.tui.widgets.line_view import ListView

TEXT_WIDTH = 80  # the maximum width of a summary line
TOP_AUTHORS = 12


class BookRows(ListView[ReadBook | str]):
    """The books finished in a year, by month."""

    @property
    def book(self) -> ReadBook | None:
        return self.item if isinstance(self.item, ReadBook) else None

    def show(self, found: BookList) -> None:
        book = self.book
        rows: list[ReadBook | str] = []
        for number, month in found.months.items():
            rows += [""] if rows else []
            rows += [f"{month_name(number)} · {plural(len(month.books), 'book')}", *month.books]
        self._show(rows, lambda row: book is not None and row == book)

    def draw_item(self, item: ReadBook | str, width: int, *, here: bool) -> StyledLine:
        if isinstance(item, str):
            return group_row(item, width - 1, self.glyphs) if item else []
        look = RowLook(here=here, dated_by="finished", is_grouped=True)
        return note_row(item.row, width, self.glyphs, self.today, look)


class BooksScreen(OverlayScreen):
    """The books finished in a year, with totals at the right."""

    BINDINGS = bindings("books", "over")
    OPENED_BY = "show-books"
    PLACE = "books"
    ROW_ACTIONS = ("read-text",)

    def __init__(self) -> None:
        self.books = BookRows()
        super().__init__(self.books)
        self._year = self.today.year

    def vault_changed(self) -> None:
        self.load("books", partial(gather_book_year, self.vault.search, self._year), self._list)

    def _list(self, found: BookList) -> None:
        year, glyphs = self._year, self.glyphs
        empty = empty_lines(f"No books finished in {year}.")
        hints = key_hint("[", "year before"), key_hint("n", "new note"), *OTHER_STARTS
        self.books.placeholder = [*empty, *hints]
        self.books.show(found)
        self.show_list(f"{year} · {plural(len(found.books), 'book')}", is_empty=not found.books)
        self.text.show(lambda width: summary_lines(year, found, min(width, TEXT_WIDTH), glyphs))

    def action_read_text(self) -> None:
        if (book := self.books.book) is not None:
            self.app.post_message(OpenNote(book.row.path, read=True))

    def action_turn_year(self, years: int) -> None:
        if self._year + years <= self.today.year:
            self._year += years
            self.vault_changed()


def summary_lines(year: int, found: BookList, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return the totals of a year, by month and by author."""
    if not found.books:
        return []
    lines = [section_line(str(year), format_totals(found), width, glyphs), []]
    for number, (name, *figures, authors) in enumerate([MONTH_HEADS, *month_rows(found)]):
        cells = Piece("".join(f"{figure:>7}" for figure in figures), "" if number else "muted")
        lines.append(
            fit_line([Piece(f"{name:6}", "muted"), cells, Piece(f"  {authors}", "muted")], width)
        )
    lines += [[], section_line("Authors", str(len(found.authors)), width, glyphs)]
    for author, count in found.authors[:TOP_AUTHORS]:
        lines.append(spread_line([Piece(clean_line(author))], [Piece(f"{count}", "muted")], width))
    return lines
