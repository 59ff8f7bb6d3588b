"""Formats numbers, dates, ratings, kinds and fields for display."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date

from rich.cells import cell_len

from notekeep.catalog.columns import COLUMNS
from notekeep.dates import MONTHS, parse_iso
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.styled_text import Piece, StyledLine

_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
BEST_RATING = 5  # the default of a vault
MAX_NAMED = 4  # names to list; others are counted


def thousands(number: int) -> str:
    """Return a count with spaces between thousands: 10 412."""
    return f"{number:,}".replace(",", " ")


def count_of(shown: int, total: int) -> str:
    """Return the visible part of a list: "37 of 10 412", or only the total if all is shown."""
    if shown == total:
        return thousands(total)
    return f"{thousands(shown)} of {thousands(total)}"


def plural(number: int, one: str, many: str = "") -> str:
    """Return a count and its noun: "1 note", "3 notes"."""
    return f"{thousands(number)} {one if number == 1 else many or one + 's'}"


def list_some(names: Sequence[str], room: int) -> str:
    """Return the names that fit into `room` cells, at most four, and the number of the rest."""
    for shown in range(min(len(names), MAX_NAMED), 0, -1):
        more = len(names) - shown
        text = ", ".join(names[:shown]) + (f" and {more} more" if more else "")
        if cell_len(text) <= room:
            return text
    return thousands(len(names))


def size_text(count: int) -> str:
    """Return a number of bytes with a unit: "412 B", "2.1 kB", "38 kB", "1.4 MB"."""
    for unit, step in (("MB", 1e6), ("kB", 1e3)):
        if count >= step:
            return f"{count / step:.{0 if count >= 10 * step else 1}f} {unit}"
    return f"{count} B"


def kind_name(kind: str) -> str:
    """Return the plural name of a kind: "Books"."""
    if kind == "daily":
        return "Daily notes"
    name = clean_line(kind).replace("-", " ").replace("_", " ")
    return name[:1].upper() + name[1:] + ("" if name.endswith("s") else "s")


def stars(rating: float, glyphs: Glyphs) -> str:
    """Return a rating as five characters, or as a number if it is outside the scale."""
    if not 0 <= rating <= glyphs.best:
        return f"{rating:g}".ljust(5)
    halves = round(rating / glyphs.best * 10)
    full, half = divmod(halves, 2)
    text = glyphs.star * full + (glyphs.half_star if half else "")
    return text + glyphs.no_star * (5 - len(text))


def rating_pieces(rating: float, glyphs: Glyphs) -> StyledLine:
    """Return a rating as five stars; on another scale, as a number."""
    if glyphs.best != BEST_RATING or not 0 <= rating <= BEST_RATING:
        scale = max(glyphs.best, rating)
        of = f"/{scale:g}" if glyphs.best != BEST_RATING else ""
        return [Piece(f"{glyphs.star} {rating:g}{of}", "star")]
    shown = stars(rating, glyphs)
    full = shown.rstrip(glyphs.no_star)
    return [Piece(full, "star"), Piece(shown[len(full) :], "faint")]


def parse_rating(value: Value) -> float | None:
    """Return a rating as a number, or None if the value is not a number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def short_date(day: date, today: date) -> str:
    """Return a day in at most eight cells: "24 Nov", or "Mar 2024" in another year."""
    return day_and_month(day) if day.year == today.year else f"{MONTHS[day.month - 1]} {day.year}"


def day_and_month(day: date) -> str:
    """Return a day without its year: "24 Nov"."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def long_date(day: date) -> str:
    """Return a day with its year: "2 Mar 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def field_date(value: Value) -> date | None:
    """Return the day of a date field, or None if it has no date."""
    return parse_iso(value[:10]) if isinstance(value, str) else None


def field_text(value: Value) -> str:
    """Return a field as one line of text; lists are joined by commas."""
    if isinstance(value, list):
        return ", ".join(field_text(item) for item in value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if _DATE_AND_TIME.match(text):
        return text[:10]
    # A link in an Obsidian property: [[target|text]].
    if text.startswith("[[") and text.endswith("]]"):
        target, _, shown = text[2:-2].partition("|")
        text = shown or target.rpartition("/")[2]
    return clean_line(text)


def column_head(name: str) -> str:
    """Return the column header for a field: "changed" for "modified"."""
    column = COLUMNS.get(name)
    return clean_line((column and column.head) or name)


def shorten_home(path: str) -> str:
    """Return a folder with ~ for the home directory."""
    home = os.path.expanduser("~")
    return f"~{path[len(home) :]}" if path == home or path.startswith(home + os.sep) else path


_STEP_VERBS = {"rm": "delete", "mv": "move", "tags": "rename tag", "saved": "save search"}


def name_step(verb: str, label: str) -> str:
    """Describe a step of the history: `delete Dune`, `rename tag learning to study`."""
    if verb == "tags":
        label = label.removeprefix("rename ").replace(" -> ", " to ")
    elif verb == "rm" and label.endswith(".md"):
        label = label.rpartition("/")[2].removesuffix(".md")
    return clean_line(f"{_STEP_VERBS.get(verb, verb)} {label}")
