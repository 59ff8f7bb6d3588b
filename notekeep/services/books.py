"""A year of books: the books finished in each month, with pages, stars and authors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from notekeep.catalog.records import Row
from notekeep.dates import MONTHS
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.note_names import note_stem
from notekeep.markdown.sanitize import clean_line
from notekeep.services.search import SearchService


class ReadBook(NamedTuple):
    """A book that was finished in the year."""

    row: Row
    finished: str  # a day, a month or a year, as in its note
    authors: tuple[str, ...]
    pages: int  # 0 if unknown
    rating: float | None

    @property
    def month(self) -> int:
        """The month in which it was finished, from 1 to 12; 0 if only the year is known."""
        return int(self.finished[5:7] or 0)


class BookList(NamedTuple):
    """Books in the order in which they were finished, and their totals."""

    books: Sequence[ReadBook]

    @property
    def pages(self) -> int:
        """The sum of the known page counts."""
        return sum(book.pages for book in self.books)

    @property
    def stars(self) -> float | None:
        """The average rating, or None."""
        ratings = [book.rating for book in self.books if book.rating is not None]
        return round(sum(ratings) / len(ratings), 1) if ratings else None

    @property
    def authors(self) -> list[tuple[str, int]]:
        """The authors and their number of books, most books first."""
        counts = Counter(author for book in self.books for author in book.authors)
        return sorted(counts.items(), key=lambda one: (-one[1], one[0].casefold()))

    @property
    def months(self) -> dict[int, BookList]:
        """The books by month, without empty months; month 0 is unknown."""
        numbers = sorted({book.month for book in self.books}, key=lambda month: month or 13)
        return {
            number: BookList([book for book in self.books if book.month == number])
            for number in numbers
        }

    def as_object(self) -> dict[str, Any]:
        """Return the totals as JSON data; the keys are stable."""
        return {
            "books": len(self.books),
            "pages": self.pages,
            "stars": self.stars,
            "authors": [{"author": name, "books": count} for name, count in self.authors],
        }


def gather_book_year(search: SearchService, year: int) -> BookList:
    """Return the books that were finished in a year."""
    rows = search.rows(f"type:book finished:{year} sort:finished sort:title").rows
    return BookList([_read_book(row) for row in rows])


def book_year_object(year: int, found: BookList) -> dict[str, Any]:
    """Return a year of books as JSON data; the keys are stable."""
    months = [
        {"month": number or None, **month.as_object()} for number, month in found.months.items()
    ]
    notes = [
        {
            "path": book.row.path,
            "title": book.row.title,
            "authors": list(book.authors),
            "finished": book.finished,
            "pages": book.pages or None,
            "rating": book.rating,
        }
        for book in found.books
    ]
    return {"year": year, **found.as_object(), "months": months, "notes": notes}


def _read_book(row: Row) -> ReadBook:
    fields = row.fields
    rating, pages = _number(fields.get("rating")), _number(fields.get("pages"))
    written = fields.get("author") or ()
    names = (str(name) for name in (written if isinstance(written, list) else [written]))
    shown = (clean_line(name).strip("[]").rpartition("|")[2] for name in names)
    authors = tuple(filter(None, shown))
    return ReadBook(row, str(fields["finished"])[:10], authors, int(pages or 0), rating)


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def month_name(month: int) -> str:
    """Return the short name of a month; 0 means unknown."""
    return MONTHS[month - 1] if month else "Other"


def format_totals(books: BookList) -> str:
    """Format the totals of books: `9 books, 2710 pages, 4.1 stars on average`."""
    count = len(books.books)
    parts = [f"{count} {'book' if count == 1 else 'books'}"]
    if books.pages:
        parts.append(f"{books.pages} {'page' if books.pages == 1 else 'pages'}")
    if books.stars is not None:
        stars = "star" if books.stars == 1 else "stars"
        parts.append(f"{books.stars:g} {stars}{' on average' if count > 1 else ''}")
    return ", ".join(parts)


MONTH_HEADS = ("month", "books", "pages", "stars", "authors")


def month_rows(found: BookList) -> list[tuple[str, str, str, str, str]]:
    """Return the cells of each month, in the order of `MONTH_HEADS`."""
    rows = []
    for number, month in found.months.items():
        names = (f"{name} ({count})" if count > 1 else name for name, count in month.authors)
        stars = "" if month.stars is None else f"{month.stars:g}"
        figures = str(len(month.books)), str(month.pages or ""), stars
        rows.append((month_name(number), *figures, ", ".join(names)))
    return rows


def markdown_lines(found: BookList) -> Iterable[str]:
    """Yield a year as Markdown lines: a table of months, then the books."""
    yield from (f"{format_totals(found)}.", "")
    yield from (f"| {' | '.join(MONTH_HEADS)} |", "|---|---:|---:|---:|---|")
    for row in month_rows(found):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield from ("", "## Books", "")
    for book in found.books:
        stem = note_stem(book.row.path)
        title = clean_line(book.row.title)
        link = f"[[{stem}]]" if stem == title else f"[[{stem}|{title}]]"
        authors = f" by {', '.join(book.authors)}" if book.authors else ""
        stars = f", {book.rating:g} stars" if book.rating is not None else ""
        # A link cannot contain these characters.
        yield f"- {title if set('[]|#^') & set(stem) else link}{authors}{stars}"
