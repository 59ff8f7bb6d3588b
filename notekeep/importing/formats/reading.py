"""Shared by the readers: functions that detect files, and parse rows and values.

A damaged file or record is reported as a loss, and the other files are still read.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

from notekeep.dates import find_month
from notekeep.errors import NotekeepError, Refused
from notekeep.importing.input_files import HOW_TO_SPLIT, MAX_SOURCE, InputFiles
from notekeep.importing.records import Loss, Record, clean_text, one_line

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

Records: TypeAlias = Iterator[Record | Loss]
Detect: TypeAlias = Callable[[str, bytes], bool]
Read: TypeAlias = Callable[[InputFiles], Records]
Resolve: TypeAlias = Callable[[str, str, bool], str]
"""Given an address, its text and whether it is a picture, returns a link, or "" for the default."""

RAW_TAG = "nk-raw"
"""The tag for Markdown in an HTML tree."""

MAX_TEXT = 1 << 20
"""Maximum number of characters in a highlight or its note."""

MAX_RECORDS = 50_000
"""Maximum number of passages, links or rows. Each needs much more memory than its text."""

MAX_PAGES = 15_000
"""Maximum number of notes. All of them are in memory, because they link to each other."""

MAX_PAGE_TEXT = 32 << 20
"""Maximum number of characters in all notes."""

_BROKEN = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    *(sqlite3.Error, SyntaxError, MemoryError),
)
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?")
_DAY = re.compile(
    r"@?(?:([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?|(\d{1,2}) ([A-Za-z]{3,9})\.?)"
    r",? (\d{4})(?!\d)"
)
_MAX_LINE = 4 << 20
_NOT_LETTERS = re.compile(r"[\W_]+")
_NOT_ISBN = re.compile(r"[^0-9X]")
_ADDRESS = re.compile(r"(?i)https?://[^\s/]")


# Detection by name and first bytes


def head_text(head: bytes) -> str:
    """Return the first bytes of a file as text."""
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return head.decode(encoding, "replace")


def is_database(head: bytes) -> bool:
    """Whether the first bytes are from an SQLite database."""
    return head.startswith(b"SQLite format 3\0")


def has_columns(*columns: str, endings: tuple[str, ...] = (".csv",)) -> Detect:
    """Return a function that checks whether a file is a table with these columns."""

    def detect(name: str, head: bytes) -> bool:
        if not name.casefold().endswith(endings):
            return False
        lines = head_text(head).splitlines()[:1]
        cells = next(csv.reader(lines, delimiter=_find_sign("".join(lines))), [])
        return set(columns) <= {cell.strip() for cell in cells}

    return detect


def has_words(endings: str | tuple[str, ...], *words: str | tuple[str, ...]) -> Detect:
    """Return a check that the first bytes contain each word, and a word of each tuple."""

    def detect(name: str, head: bytes) -> bool:
        if not name.casefold().endswith(endings):
            return False
        text = head_text(head).casefold()
        choices = [(choice,) if isinstance(choice, str) else choice for choice in words]
        return all(any(word.casefold() in text for word in choice) for choice in choices)

    return detect


def either(*checks: Detect) -> Detect:
    """Return a check that passes if any of the checks passes."""
    return lambda name, head: any(check(name, head) for check in checks)


# Reading files, rows and records


def each_file(read: Callable[[InputFiles, str], Records]) -> Read:
    """Return a reader that calls `read` for each detected file."""

    def read_all(files: InputFiles) -> Records:
        for name in files.detected:
            yield from guard("files", name, read, files, name)

    return read_all


def each_text(read: Callable[[str, TextIO], Records], max_size: int = MAX_SOURCE) -> Read:
    """Return a reader that calls `read` with the name and text of each detected file."""

    def read_one(files: InputFiles, name: str) -> Records:
        with files.open_text(name, max_size) as text:
            yield from read(name, text)

    return each_file(read_one)


def each_row(what: str, convert: Callable[[dict[str, str], str], Iterable[Record | Loss]]) -> Read:
    """Return a reader that calls `convert` for each row of each detected CSV file."""
    return each_text(lambda name, text: convert_rows(what, name, text, convert))


def convert_rows(
    what: str,
    name: str,
    text: TextIO,
    convert: Callable[[dict[str, str], str], Iterable[Record | Loss]],
) -> Records:
    """Yield the records of each row of a CSV file. `convert` receives the row and its place."""
    for line, row in read_csv(text):
        place = f"{name}:{line}"
        yield from guard(what, place, convert, row, place)


def convert_each(
    what: str, place: str, rows: Iterable[Any], convert: Callable[[Any], Iterable[Any] | None]
) -> Iterator[Any]:
    """Yield the records of each row. A damaged row is a loss with its number."""
    for number, row in enumerate(rows, 1):
        check_count(number, what)
        yield from guard(what, f"{place}, {number}", convert, row)


def check_count(count: int, what: str, most: int = MAX_RECORDS) -> None:
    """Raise Refused if there are more records than the maximum."""
    if count > most:
        raise Refused(f"more than {most:,} {what}; {HOW_TO_SPLIT}.")


def guard(
    what: str, place: str, read: Callable[..., Iterable[Any] | None], *values: object
) -> Iterator[Any]:
    """Yield the records of a reader. An error becomes a loss with its place."""
    try:
        yield from read(*values) or ()
    except NotekeepError as error:
        reason = error.message.removesuffix(".")
        yield Loss(f"{what} that cannot be read: {reason}", place=place)
    except _BROKEN as error:
        reason = one_line(error)[:80] or type(error).__name__
        if isinstance(error, KeyError):
            reason = f"no {one_line(error.args[0])[:80]}"
        yield Loss(f"{what} that are damaged: {reason}", place=place)


def read_lines(text: TextIO) -> Iterator[str]:
    """Yield lines with their line ends. Raises Refused for a line of more than 4 MB."""
    while line := text.readline(_MAX_LINE + 1):
        if len(line) > _MAX_LINE:
            raise Refused(f"a line of more than {_MAX_LINE >> 20} MB")
        yield line


def read_csv(
    text: TextIO, *needed: str, max_rows: int = MAX_RECORDS
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the last line number and the cells (by column) of each row.

    The first line determines whether commas, semicolons or tabs separate the cells. Missing cells
    are "". Extra cells are joined to the last column, because they are parts of an unquoted text.

    Raises Refused if a needed column is missing.
    """
    lines = read_lines(text)
    first = next(lines, "")
    sign = _find_sign(first)
    rows = read_rows(chain([first], lines), sign)
    head = [one_line(cell) for cell in next(rows, (0, []))[1]]
    if not set(needed) <= set(head):
        raise Refused(f"the first line does not have the columns {', '.join(needed)}")
    for number, (line, row) in enumerate(rows, 1):
        check_count(number, "rows", max_rows)
        cells = [*row[: len(head) - 1], sign.join(row[len(head) - 1 :])]
        yield line, dict(zip(head, cells + [""] * len(head), strict=False))


def read_rows(lines: Iterable[str], sign: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Yield the last line number and the cells of each non-empty row. Raises Refused if invalid."""
    limit = csv.field_size_limit(_MAX_LINE)  # applies to the entire process
    reader = csv.reader(lines, delimiter=sign)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise Refused(f"not CSV: {error}") from error
    finally:
        csv.field_size_limit(limit)


def _find_sign(line: str) -> str:
    """Return the separator of a table: the most frequent separator in its first line."""
    return max(",;\t", key=re.sub('"[^"]*"', "", line).count)


def read_table(
    opened: sqlite3.Connection, table: str, columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table by column. Missing columns are None."""
    tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")  # not a view
    if table.casefold() not in {str(name).casefold() for (name,) in tables}:
        raise Refused(f"the database has no table {table}")
    names = {str(row[1]).casefold() for row in opened.execute(f'PRAGMA table_info("{table}")')}
    known = [column for column in columns if column.casefold() in names]
    if not known:
        raise Refused(f"the table {table} has none of the columns that are known")
    names_sql = ", ".join(f'"{column}"' for column in known)
    for row in opened.execute(f'SELECT {names_sql} FROM "{table}"'):  # noqa: S608 - our own names
        yield {**dict.fromkeys(columns), **dict(zip(known, row, strict=True))}


# Days and times


def iso_time(value: object) -> str:
    """Return a time as `2026-07-17T14:00`, or only the day if it has no time; "" if invalid."""
    found = _TIME.match(one_line(value))
    if not found:
        return ""
    return f"{found[1]}T{found[2]}" if found[2] else found[1]


def iso_day(value: object) -> str:
    """Return the day of a time in ISO format; "" if invalid."""
    return iso_time(value)[:10]


def pad_year(text: str) -> str:
    """Return a year with four digits, `-750` as `-0750`. Other texts are unchanged."""
    sign, year = text[: text.startswith("-")], text.removeprefix("-")
    return f"{sign}{year:0>4}" if year.isdecimal() else text


def unix_day(value: object) -> str:
    """Convert seconds, milliseconds or microseconds since 1970 to a day; "" if invalid."""
    text = one_line(value)
    if not text.removeprefix("-").isdecimal() or len(text) > 17:
        return ""
    seconds = int(text)
    while abs(seconds) > 1 << 33:
        seconds //= 1000
    if seconds == 0:
        return ""
    # UTC, so that all devices write the same line.
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()


def day_in_words(text: str) -> str:
    """Convert a day such as `October 25, 2025`, `Jun 3rd, 2026` or `3 Jun 2026` to ISO, or ""."""
    found = _DAY.match(text)
    if not found:
        return iso_day(text)
    month, day = find_month(found[1] or found[4]), int(found[2] or found[3])
    return f"{found[5]}-{month:02d}-{day:02d}" if month else ""


def clock_locator(seconds: float) -> str:
    """Format the time in an episode as a locator: `[00:12:14]`."""
    total = max(0, int(seconds))
    return f"[{total // 3600:02d}:{total // 60 % 60:02d}:{total % 60:02d}]"


# Texts, names and numbers


def source_text(value: object) -> str:
    """Return a multi-line text. Raises Refused for more than `MAX_TEXT` characters."""
    text = clean_text(value).strip()
    if len(text) > MAX_TEXT:
        raise Refused(f"a text of more than {MAX_TEXT >> 20} MB")
    return text


def first_of(row: Mapping[str, Any], *keys: str) -> str:
    """Return the first non-empty value as one line; "" for none."""
    return next((text for key in keys if (text := one_line(row.get(key)))), "")


def split_list(text: str, sign: str = ",") -> tuple[str, ...]:
    """Split a list such as tags, without duplicates."""
    parts = (part.strip() for part in text.split(sign))
    return tuple(dict.fromkeys(part for part in parts if part))


def web_address(value: object) -> str:
    """Return an http or https address; "" for other texts."""
    address = one_line(value)
    return address if _ADDRESS.match(address) else ""


def escape_address(address: str) -> str:
    """Escape the characters in an address that would end a Markdown link."""
    return re.sub(r"[\s()<>\\]", lambda sign: f"%{ord(sign[0]):02X}", address)


def read_number(value: object) -> float:
    """Return a number such as a page or a rating; 0 for other texts."""
    try:
        number = float(one_line(value))
    except ValueError:
        return 0
    if not isfinite(number):
        return 0
    return int(number) if number == int(number) else number


def isbn13(value: object) -> str:
    """Return an ISBN of 10 or 13 digits as 13 digits; "" for other texts."""
    digits = _NOT_ISBN.sub("", one_line(value).upper())
    if len(digits) == 10 and digits[:9].isdigit():
        digits = f"978{digits[:9]}"
        total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
        digits += str(-total % 10)
    return digits if len(digits) == 13 and digits.isdigit() else ""


def split_people(value: object) -> tuple[str, ...]:
    """Split a list of people at `;` and line ends. Without them, split at `and`, `&` and commas.

    `Example, Ann` stays one name. `Ann, Bo, and Cy` are three.
    """
    text = one_line(str(value or "").replace("\n", ";"))
    parts = text.split(";") if ";" in text else []
    is_list = bool(re.search(r",\s(?:and|&)\s", text))
    for part in re.split(r"\s(?:and|&)\s", text) if not parts else ():
        names = [name.strip() for name in part.split(",") if name.strip()]
        is_cut = is_list or len(names) > 2 or all(" " in name for name in names)
        parts += names if is_cut else [part]
    parts = [part.strip() for part in parts if part.strip()]
    return tuple(dict.fromkeys(map(turn_name, parts)))


def turn_name(name: str) -> str:
    """Return `Example, Ann` as `Ann Example`."""
    last, comma, first = (part.strip() for part in name.partition(","))
    return f"{first} {last}".strip() if comma and "," not in first else name.strip()


def surnames(names: Iterable[str]) -> frozenset[str]:
    """Return the case-folded surnames: the last word of each name."""
    people = (person for name in names for person in split_people(name))
    return frozenset(letters_of(person.split()[-1]) for person in people if person.split())


def letters_of(text: str) -> str:
    """Return the letters and digits of a text, case-folded."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


# Markdown and HTML


def change_outside_code(text: str, change: Callable[[str], str]) -> str:
    """Apply `change` to Markdown outside code blocks."""
    parts = re.split(r"(?m)^([ \t]*(?:```|~~~).*)$", text)
    is_code = False
    for at, part in enumerate(parts):
        if at % 2:
            is_code = not is_code
        elif not is_code:
            parts[at] = change(part)
    return "".join(parts)


def html_text(
    html: str,
    resolve: Resolve = lambda *_: "",
    change: Callable[[BeautifulSoup], Tag] = lambda soup: soup,
    **allowed: Iterable[str],
) -> str:
    """Return HTML as Markdown.

    Args:
        html: A document or a fragment.
        resolve: Returns links for addresses of pages and files in the export.
        change: Changes the tree, and returns the part to write.
        allowed: `tags` and `attributes` of `parse_html`.
    """
    # The HTML libraries are slow to import.
    from notekeep.importing.formats.html_markdown import parse_html, write_markdown

    return write_markdown(change(parse_html(html, **allowed)), resolve)


def raw_markdown(soup: BeautifulSoup, markdown: str) -> Tag:
    """Return a tag for Markdown in a tree."""
    return soup.new_tag(RAW_TAG, attrs={"text": markdown})
