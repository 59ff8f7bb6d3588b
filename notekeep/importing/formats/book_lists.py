"""Book lists: the tables that Goodreads, LibraryThing and The StoryGraph export."""

from __future__ import annotations

import re
from collections.abc import Iterable

from notekeep.importing.formats.reading import (
    Records,
    each_row,
    first_of,
    has_columns,
    html_text,
    isbn13,
    letters_of,
    read_number,
    source_text,
    split_list,
    split_people,
    turn_name,
)
from notekeep.importing.records import Format, Loss, Work, one_line

_STATES = {
    "read": "finished",
    "finished": "finished",
    "currently-reading": "reading",
    "reading": "reading",
    "to-read": "to-read",
    "want-to-read": "to-read",
}
_DROPPED = re.compile(r"dnf|did-?not-?finish|abandon|gave-?up|unfinished|dropped")
_DAY = re.compile(r"(\d{4})[/-](\d{1,2})(?:[/-](\d{1,2}))?")
_ASIN = re.compile(r"B0[0-9A-Z]{8}")
_IS_HTML = re.compile(r"</?[A-Za-z][^<>]*>")
_SERIES = re.compile(r"\s*\(([^()]+?),?\s+#([\d.]+(?:-[\d.]+)?)\)\s*$")
_AUTHOR_ROLES = ("", "author", "co-author", "coauthor")
_STORYGRAPH_LOSSES = {
    "Content Warning Description": "content warnings",
    "Contributors": "contributors such as narrators",
    "Moods": "moods and pace",
    "Content Warnings": "content warnings",
}


def _read_goodreads(row: dict[str, str], place: str) -> Records:
    title, series = first_of(row, "Title"), ""
    if found := _SERIES.search(title):  # `The Garden (Beds, #1)`
        title, series = title[: found.start()], f"{found[1]} #{found[2]}"
    number = first_of(row, "Book Id")
    if not title or not number:
        yield Loss("books without a title or number", place=place)
        return
    others = split_people(first_of(row, "Additional Authors").replace(",", ";"))
    people = dict.fromkeys([*split_people(first_of(row, "Author")), *others])
    work = Work("book", title, (f"goodreads:{number}",), tuple(people))
    _set_isbn(work, row.get("ISBN13"), row.get("ISBN"))
    shelf = first_of(row, "Exclusive Shelf")
    state = _read_state(shelf)
    names = [*split_list(first_of(row, "Bookshelves")), "" if state else shelf]
    work.tags = tuple(dict.fromkeys(name for name in names if name and not _read_state(name)))
    _set_reads(work, [("", _read_day(row.get("Date Read")))])
    work.fields |= {
        "rating": read_number(row.get("My Rating")),
        "status": state,
        "series": series,
        "pages": read_number(row.get("Number of Pages")),
        "publisher": first_of(row, "Publisher"),
        "published": first_of(row, "Original Publication Year", "Year Published"),
    }
    _set_sections(work, row.get("My Review"), row.get("Private Notes"))
    more = int(read_number(row.get("Read Count"))) - 1
    if more > 0:
        yield Loss("earlier reads, whose dates are not in the file", title, place, more)
    if first_of(row, "Spoiler").casefold() == "true":
        yield Loss("reviews marked as spoilers, which are not marked here", title, place)
    yield work


def _read_storygraph(row: dict[str, str], place: str) -> Records:
    title = first_of(row, "Title")
    if not title:
        yield Loss("books without a title", place=place)
        return
    authors = split_people(first_of(row, "Authors").replace(", ", "; "))
    key = first_of(row, "ISBN/UID") or letters_of(f"{title} {' '.join(authors)}")
    work = Work("book", title, (f"storygraph:{key}",), authors)
    _set_isbn(work, row.get("ISBN/UID"))
    work.tags = split_list(first_of(row, "Tags"))
    work.fields["rating"] = read_number(row.get("Star Rating"))
    work.fields["status"] = _read_state(first_of(row, "Read Status"))
    reads = [_read_span(text) for text in first_of(row, "Dates Read").split(",")]
    if not any(end for _, end in reads):
        reads = [("", _read_day(row.get("Last Date Read")))]
    _set_reads(work, reads)
    # Such books have the date on which they were abandoned. There is no field for it.
    if work.fields["status"] == "dropped" and (day := work.fields.pop("finished", None)):
        yield Loss(f"the date abandoned: {day}", title, place)
    _set_sections(work, row.get("Review"))
    for column, lost in _STORYGRAPH_LOSSES.items():
        if _read_review(row.get(column)):
            yield Loss(lost, place=place)
    yield work


def _read_librarything(row: dict[str, str], place: str) -> Records:
    title, number = first_of(row, "Title"), first_of(row, "Book Id")
    if not title or not number:
        yield Loss("books without a title or number", place=place)
        return
    names = [first_of(row, "Primary Author")]
    others = first_of(row, "Secondary Author").split("|")
    roles = first_of(row, "Secondary Author Roles").split("|")
    for name, role in zip(others, roles, strict=False):
        if role.strip().casefold() in _AUTHOR_ROLES:
            names.append(name)
        elif name.strip():
            yield Loss("contributors other than authors, such as translators", title, place)
    people = dict.fromkeys(turn_name(name) for name in names if name.strip())
    work = Work("book", title, (f"librarything:{number}",), tuple(people))
    _set_isbn(work, row.get("ISBN"), *first_of(row, "ISBNs").split(","))
    started, finished = _read_day(row.get("Date Started")), _read_day(row.get("Date Read"))
    _set_reads(work, [(started, finished)])
    collections = set(split_list(first_of(row, "Collections").casefold()))
    if finished:
        state = "finished"
    elif started or "currently reading" in collections:
        state = "reading"
    else:
        state = "to-read" if collections & {"to read", "wishlist"} else ""
    work.fields |= {
        "started": started,
        "status": state,
        "rating": read_number(row.get("Rating")),
        "pages": read_number(row.get("Page Count")),
        "publisher": first_of(row, "Publication").partition(" (")[0],
        "published": first_of(row, "Date"),
    }
    work.tags = split_list(first_of(row, "Tags"))
    _set_sections(work, row.get("Review"), row.get("Private Comment"))
    if first_of(row, "Comment"):
        work.sections["Comment"] = first_of(row, "Comment")
    yield work


# Shared functions for days, reviews, shelves and states


def _read_state(shelf: str) -> str:
    """Return the status for a shelf name; "" for other shelves."""
    name = "-".join(shelf.casefold().split())
    return _STATES.get(name) or ("dropped" if _DROPPED.search(name) else "")


def _read_day(text: object) -> str:
    """Return `2025/10/25` or `[2025-10-25]` as an ISO day, `2025/10` as a month; "" for none."""
    found = _DAY.search(one_line(text))
    if not found:
        return ""
    parts = (found[1], f"{int(found[2]):02d}", f"{int(found[3]):02d}" if found[3] else "")
    return "-".join(filter(None, parts))


def _read_span(text: str) -> tuple[str, str]:
    """Parse the first and last day of a read, `2024/01/01-2024/02/03`, or only the last day."""
    first, _, last = text.partition("-")
    return (_read_day(first), _read_day(last)) if _read_day(last) else ("", _read_day(first))


def _read_review(text: object) -> str:
    plain = source_text(text)
    return html_text(plain) if _IS_HTML.search(plain) else plain


def _set_isbn(work: Work, *texts: object) -> None:
    """Set the first ISBN in the texts, preferably with 13 digits, and the ASIN."""
    found = sorted(filter(None, texts), key=lambda text: sum(map(str.isdigit, str(text))) < 13)
    work.fields["isbn"] = next(filter(None, map(isbn13, found)), "")
    asins = (one_line(text) for text in texts)
    work.fields["asin"] = next((text for text in asins if _ASIN.fullmatch(text)), "")


def _set_reads(work: Work, reads: Iterable[tuple[str, str]]) -> None:
    """Set the dates of each read: first day ("" if unknown) and last day."""
    known = sorted({read for read in reads if read[1]}, key=lambda read: read[1])
    if not known:
        return
    work.fields["started"], work.fields["finished"] = known[-1]
    if len(known) > 1:
        work.fields["reads"] = [f"{start}/{end}" if start else end for start, end in known]


def _set_sections(work: Work, review: object, private: object = "") -> None:
    """Set the review and the private notes. Private notes are never published."""
    if text := _read_review(review):
        work.sections["Review"] = text
    if text := _read_review(private):
        work.sections["Private notes #private"] = text


_IS_GOODREADS = has_columns("Book Id", "Exclusive Shelf", "My Rating")
_IS_STORYGRAPH = has_columns("ISBN/UID", "Read Status", "Star Rating")
_IS_LIBRARYTHING = has_columns(
    "Book Id", "Primary Author", "Collections", endings=(".tsv", ".txt", ".xls")
)
_READ_LIBRARYTHING = each_row("books", _read_librarything)
FORMATS = (
    Format("goodreads", "Goodreads", "gr", _IS_GOODREADS, each_row("books", _read_goodreads)),
    Format("librarything", "LibraryThing", "lt", _IS_LIBRARYTHING, _READ_LIBRARYTHING),
    Format(
        "storygraph", "The StoryGraph", "sg", _IS_STORYGRAPH, each_row("books", _read_storygraph)
    ),
)
