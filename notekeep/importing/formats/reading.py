"""What the readers share: one broken file costs that file, one broken record that record."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import unicodedata
from typing import TYPE_CHECKING, Any, TypeVar

from notekeep.errors import NotekeepError, Refused
from notekeep.importing.records import Loss, clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

T = TypeVar("T")

MAX_VALUES = 1_000_000
"""How many values a JSON file may hold: each takes far more memory than its text."""

_BROKEN = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    *(csv.Error, sqlite3.Error, SyntaxError, MemoryError),
)
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?")
_NOT_LETTERS = re.compile(r"[\W_]+")
_NOT_ISBN = re.compile(r"[^0-9X]")


def read_each(
    given: InputFiles, read: Callable[[str, str], Iterable[Record | Loss]]
) -> Iterator[Record | Loss]:
    """Read each recognized file by its name and text; one that is broken is a loss."""
    for name in given.detected:
        yield from guard(name, lambda name=name: read(name, given.text(name)))  # type: ignore[misc]


def guard(place: str, read: Callable[[], Iterable[T]]) -> Iterator[T | Loss]:
    """Yield what a reader yields; what breaks it is a loss at a place."""
    try:
        yield from read()
    except NotekeepError as error:
        yield Loss(f"files that cannot be read: {error.message}", place=place)
    except _BROKEN as error:
        yield Loss(f"files that are damaged: {_reason(error)}", place=place)


def convert_each(
    rows: Iterable[T], convert: Callable[[T], Iterable[Any]], place: str, what: str = "record"
) -> Iterator[Any]:
    """Yield what each row becomes; one that breaks is a loss with its number."""
    for number, row in enumerate(rows, 1):
        try:
            yield from list(convert(row))
        except _BROKEN as error:
            yield Loss(f"{what}s that are damaged: {_reason(error)}", place=f"{place}, {number}")


def _reason(error: BaseException) -> str:
    return clean_line(error)[:80] or type(error).__name__


def read_json(name: str, text: str) -> Any:
    """Read a JSON file; Refused when it is none or too large."""
    if text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        raise Refused(f"{name} has more than {MAX_VALUES} values")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from error


def read_csv(text: str, *, delimiter: str = ",") -> Iterator[tuple[int, dict[str, str]]]:
    """Read the rows of a CSV file with the line on which each ends, by the columns' names.

    A row that ends early has "" in the columns behind it; cells behind the last column are joined
    to it with their commas, since a text that was not quoted ends there.
    """
    limit = csv.field_size_limit(16 << 20)  # holds for the whole process
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        head = [clean_line(cell) for cell in next(reader, [])]
        for row in reader:
            if any(cell.strip() for cell in row) and head:
                cells = [*row[: len(head) - 1], delimiter.join(row[len(head) - 1 :])]
                yield reader.line_num, dict(zip(head, cells + [""] * len(head), strict=False))
    finally:
        csv.field_size_limit(limit)


def change_outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change Markdown, but not what stands in blocks of code."""
    parts = re.split(r"(?m)^([ \t]*(?:```|~~~).*)$", text)
    is_code = False
    for at, part in enumerate(parts):
        if at % 2:
            is_code = not is_code
        elif not is_code:
            parts[at] = change(part)
    return "".join(parts)


def head_text(head: bytes) -> str:
    """Return the first bytes of a file as text, for `detect`."""
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return head.decode(encoding, "replace")


def csv_columns(head: bytes, delimiter: str = ",") -> set[str]:
    """Return the names of the columns in a file's first line, for `detect`."""
    first = head_text(head).partition("\n")[0].strip()
    return {cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])}


def iso_time(value: object) -> str:
    """Return a moment as `2026-07-17T14:00`, or a day, as the source writes it; "" for none."""
    found = _TIME.match(clean_line(value))
    if not found:
        return ""
    return f"{found[1]}T{found[2]}" if found[2] else found[1]


def iso_day(value: object) -> str:
    """Return the day of a moment."""
    return iso_time(value)[:10]


def isbn13(value: object) -> str:
    """Return an ISBN as 13 digits, also of ten; "" for what is none."""
    digits = _NOT_ISBN.sub("", clean_line(value).upper())
    if len(digits) == 10 and digits[:9].isdigit():
        digits = f"978{digits[:9]}"
        total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
        digits += str(-total % 10)
    return digits if len(digits) == 13 and digits.isdigit() else ""


def split_names(value: object) -> tuple[str, ...]:
    """Split a list of people: by `;`, a line end, ` and ` or `&`, else by commas of full names.

    `Example, Ann` stays one name: what follows the comma is then one word or more of a person whose
    surname is one word.
    """
    text = clean_line(str(value or "").replace("\n", ";"))
    parts = [part.strip() for part in re.split(r";| and | & ", text) if part.strip()]
    if len(parts) == 1 and "," in parts[0]:
        pieces = [piece.strip() for piece in parts[0].split(",") if piece.strip()]
        if len(pieces) > 2 or all(" " in piece for piece in pieces):
            parts = pieces
    return tuple(dict.fromkeys(map(turn_name, parts)))


def turn_name(name: str) -> str:
    """Return `Example, Ann` as `Ann Example`."""
    last, comma, first = (part.strip() for part in name.partition(","))
    return f"{first} {last}".strip() if comma and "," not in first else name.strip()


def fold_letters(text: str) -> str:
    """Fold a text to its letters and digits, so that quotes and spaces do not count."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


def surnames(names: Iterable[str]) -> frozenset[str]:
    """Return the last words of names, which most spellings of a person share."""
    people = (person for name in names for person in split_names(name))
    return frozenset(fold_letters(person.split()[-1]) for person in people if person.split())


def first_of(row: Mapping[str, Any], *keys: str) -> str:
    """Return the first value that is there, as one line; "" for none."""
    return next((text for key in keys if (text := clean_line(row.get(key)))), "")


def read_table(
    opened: sqlite3.Connection, table: str, columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table by column; a column that this version lacks is None."""
    tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")  # and no view
    if table.casefold() not in {str(name).casefold() for (name,) in tables}:
        raise Refused(f"the database has no table {table}")
    names = {str(row[1]).casefold() for row in opened.execute(f'PRAGMA table_info("{table}")')}
    known = [column for column in columns if column.casefold() in names]
    if not known:
        raise Refused(f"the table {table} has none of the columns that are known")
    wanted = ", ".join(f'"{column}"' for column in known)
    for row in opened.execute(f'SELECT {wanted} FROM "{table}"'):  # noqa: S608 - our own names
        yield {**dict.fromkeys(columns), **dict(zip(known, row, strict=True))}


def format_clock(seconds: float) -> str:
    """Return a second of an episode as a locator: `[00:12:14]`."""
    whole = max(0, int(seconds))
    return f"[{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}]"


def is_database(head: bytes) -> bool:
    """Whether the first bytes are those of an SQLite database."""
    return head.startswith(b"SQLite format 3\0")
