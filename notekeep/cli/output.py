"""All output to stdout: text, tables and JSON, without control characters.

Table columns are separated by two spaces. On a terminal, tables are cut to its width; elsewhere,
they are complete.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from json import dumps
from typing import Any, TypeAlias

from notekeep.cli.context import current_context, is_json
from notekeep.markdown.sanitize import clean

Piece: TypeAlias = tuple[str, str]  # a text and its style, or ""
Columns: TypeAlias = "Mapping[str, Sequence[Piece]]"

STYLES = {
    "bold": "1",
    "dim": "2",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "red": "31",
    "white on black": "97;40",
}
GAP = "  "
_NO_CELL = frozenset({"Mn", "Me", "Cf"})
"""Accents, variation selectors and joiners, which have no width."""
ELLIPSIS = "…"
MIN_WIDTH = 6  # of a column
READABLE_WIDTH = 20  # `stretch` is cut to this width before other columns are cut


def is_terminal() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def write(text: str) -> None:
    """Write one or more lines, without control characters."""
    _write_line(clean(text))


def write_json(value: Any) -> None:
    """Write a value as JSON, with escaped control characters."""
    text = dumps(value, ensure_ascii=False, indent=2, default=str)
    _write_line(text if text.isascii() else "".join(map(_escaped, text)))


def write_null(values: Iterable[str]) -> None:
    """Write values unchanged, each followed by NUL, for `xargs -0`."""
    write_bytes(b"".join(os.fsencode(value) + b"\0" for value in values))


def write_bytes(data: bytes) -> None:
    """Write bytes unchanged; only use this for a pipe, never for a terminal."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_message(text: str) -> None:
    """Write a message to stderr."""
    sys.stderr.write(replace_unencodable(clean(text)) + "\n")


def style_text(text: str, style: str) -> str:
    """Remove control characters from a text, and add a style of STYLES if colours are enabled."""
    text = clean(text)
    if not style or not is_terminal() or os.environ.get("NO_COLOR") or current_context().plain:
        return text
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def write_styled(parts: Iterable[Piece]) -> None:
    """Write a line of pieces without control characters."""
    _write_line("".join(style_text(text, style) for text, style in parts))


def _write_line(text: str) -> None:
    sys.stdout.write(replace_unencodable(text) + "\n")


def table(
    rows: Sequence[Sequence[str]],
    *,
    heads: Sequence[str] = (),
    stretch: int = 0,
    whole: int | None = None,
) -> None:
    """Write rows in columns.

    Args:
        rows: The cells; all rows have the same length.
        heads: The names of the columns.
        stretch: The column to cut first on a narrow terminal.
        whole: A column that is never cut, because users copy it. If it needs more than half of the
            line, the row wraps.
    """
    lines = [[clean(cell).replace("\n", " ").replace("\t", " ") for cell in row] for row in rows]
    every = [list(heads), *lines] if heads else lines
    if not every:
        return
    widths = [max(width(row[column]) for row in every) for column in range(len(every[0]))]
    if is_terminal():
        line = terminal_width() - len(GAP) * (len(widths) - 1)
        if whole is None:
            widths = _within(widths, line, stretch)
        else:
            size = min(widths.pop(whole), line // 2)
            widths = _within(widths, line - size, stretch - (stretch > whole))
            widths.insert(whole, size)
    for number, row in enumerate(every):
        cells = [
            cell if column == whole and width(cell) > size else fit_text(cell, size)
            for column, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        text = GAP.join(cells).rstrip()
        if heads and number == 0:
            text = style_text(text, "bold")
        _write_line(text)


def write_answer(
    rows: Sequence[Sequence[str]],
    *,
    json: Any = None,
    null: Iterable[str] | None = None,
    empty: str = "",
    heads: Sequence[str] = (),
    stretch: int = 0,
    whole: int | None = None,
) -> int:
    """Write a list as JSON, NUL-separated names or a table; return the exit code, 1 if it is empty.

    `null` are the names for `--null`, or None; for the other arguments, see `table`.
    """
    if is_json():
        write_json(json)
    elif null is not None:
        write_null(null)
    else:
        table(rows, heads=heads if rows else (), stretch=stretch, whole=whole)
    if not rows and not is_json() and empty:
        write_message(empty)
    return 0 if rows else 1


def _within(widths: list[int], room: int, stretch: int) -> list[int]:
    """Return widths that fit: first cut `stretch` to READABLE_WIDTH, then all wide columns."""
    share, left, rest = room, len(widths), room
    for size in sorted(widths):
        share = max(MIN_WIDTH, rest // left)
        if size > share:
            break
        rest, left = rest - size, left - 1
    missing = sum(widths) - room
    if missing <= widths[stretch] - min(share, READABLE_WIDTH):
        return [
            size - max(0, missing) if place == stretch else size
            for place, size in enumerate(widths)
        ]
    return [min(size, share) for size in widths]


def write_columns(
    rows: Sequence[Columns],
    optional: Sequence[str],
    headings: Mapping[int, str] | None = None,
) -> None:
    """Write rows with columns of styled pieces, which include the gaps.

    Args:
        rows: The pieces of each column by name; the last row has all columns.
        optional: The columns to omit on a narrow terminal, in this order; then the title is cut,
            and then the last column.
        headings: The heading above a row, by row number.
    """
    room = terminal_width() if is_terminal() else None
    for left_out in range(len(optional) + 1):
        without = optional[:left_out]
        names = [name for row in rows[-1:] for name in row if name not in without]
        sizes = {name: max(_pieces_width(row.get(name, ())) for row in rows) for name in names}
        missing = 0 if room is None else sum(sizes.values()) - room
        if missing <= 0:
            break
    for name in ("title", *names[-1:]) if names else ():
        shorter = max(0, min(missing, sizes[name] - MIN_WIDTH))
        sizes[name] -= shorter
        missing -= shorter
    for number, row in enumerate(rows):
        if headings and number in headings:
            write_styled([(headings[number], "bold")])
        pieces: list[Piece] = []
        for name, size in sizes.items():
            pieces += _fit_pieces(row.get(name, ()), size)
        while pieces and not pieces[-1][0].strip():
            pieces.pop()
        write_styled([*pieces[:-1], *((text.rstrip(), style) for text, style in pieces[-1:])])


def _pieces_width(pieces: Sequence[Piece]) -> int:
    return sum(width(text) for text, _ in pieces)


def _fit_pieces(pieces: Sequence[Piece], size: int) -> list[Piece]:
    """Pad pieces to a size, or cut a single piece; the marks of a month may overflow."""
    missing = size - _pieces_width(pieces)
    if missing < 0 and len(pieces) == 1:
        text, style = pieces[0]
        return [(fit_text(text, size), style)]
    return [*pieces, (" " * missing, "")]


def width(text: str) -> int:
    """Return the width of a line in terminal cells."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.category(c) in _NO_CELL for c in text)


def fit_text(text: str, cells: int) -> str:
    """Pad a text to a width, or cut it with an ellipsis."""
    size = width(text)
    if size <= cells:
        return text + " " * (cells - size)
    start = ""
    for c in text:
        if width(start + c) > cells - 1:
            break
        start += c
    return start + ELLIPSIS + " " * (cells - 1 - width(start))


def replace_unencodable(text: str) -> str:
    """Replace characters that stdout cannot encode."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "replace").decode(encoding)
    return text


def terminal_width() -> int:
    """Return the width of the terminal in cells."""
    import shutil  # a check-in does not need it

    return shutil.get_terminal_size().columns


def _escaped(c: str) -> str:
    return c if clean(c) == c and not "\ud800" <= c <= "\udfff" else f"\\u{ord(c):04x}"


def count_noun(count: int, word: str) -> str:
    """Return `1 file` or `3 files`."""
    return f"{count} {word}" + ("" if count == 1 else "s")


def format_time(seconds: float) -> str:
    """Format seconds since 1970 in local time: `2026-11-24 21:15`."""
    return f"{dt.datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"  # noqa: DTZ006 - local time
