"""What the readers of reading lists share: how they write days, reviews, shelves and states."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING

from notekeep.importing.formats.reading import isbn13
from notekeep.importing.records import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.importing.records import Work

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


def read_state(shelf: str) -> str:
    """Return the status that a shelf means; "" for one that a person made for something else."""
    name = "-".join(shelf.casefold().split())
    return _STATES.get(name) or ("dropped" if _DROPPED.search(name) else "")


def read_day(text: object) -> str:
    """Return `2025/10/25` or `[2025-10-25]` as an ISO day, `2025/10` as a month; "" for none."""
    found = _DAY.search(clean_line(text))
    if not found:
        return ""
    parts = (found[1], f"{int(found[2]):02d}", f"{int(found[3]):02d}" if found[3] else "")
    return "-".join(filter(None, parts))


def read_number(text: object) -> float:
    """Return a number such as a rating; 0 for none."""
    try:
        number = float(clean_line(text))
    except ValueError:
        return 0
    if not isfinite(number):
        return 0
    return int(number) if number == int(number) else number


def read_text(text: object) -> str:
    """Return a review as Markdown, which may be written as HTML."""
    plain = clean_text(text).strip()
    if _IS_HTML.search(plain):
        # Its libraries take longer to import than most files take to read.
        from notekeep.importing.formats.html_markdown import parse_html, write_markdown

        return write_markdown(parse_html(plain), lambda *_: "")
    return plain


def split_title(title: str) -> tuple[str, str]:
    """Split `The Garden (Beds, #1)` into the title and the series, `Beds #1`."""
    found = _SERIES.search(title)
    return (title[: found.start()], f"{found[1]} #{found[2]}") if found else (title, "")


def set_isbn(work: Work, *texts: object) -> None:
    """Set the first ISBN among texts, one of 13 digits before one of ten, or an ASIN."""
    found = sorted(filter(None, texts), key=lambda text: sum(map(str.isdigit, str(text))) < 13)
    work.fields["isbn"] = next(filter(None, map(isbn13, found)), "")
    asins = (clean_line(text) for text in texts)
    work.fields["asin"] = next((text for text in asins if _ASIN.fullmatch(text)), "")


def set_reads(work: Work, reads: Iterable[tuple[str, str]]) -> None:
    """Set when a book was read: each time by its first day, "" for none, and its last one."""
    known = sorted({read for read in reads if read[1]}, key=lambda read: read[1])
    if not known:
        return
    work.fields["started"], work.fields["finished"] = known[-1]
    if len(known) > 1:
        work.fields["reads"] = [f"{start}/{end}" if start else end for start, end in known]


def set_sections(work: Work, review: object, private: object = "") -> None:
    """Set a review, and notes that nobody else was meant to see, which are never published."""
    if text := read_text(review):
        work.sections["Review"] = text
    if text := read_text(private):
        work.sections["Private notes #private"] = text
