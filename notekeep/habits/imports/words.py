"""Days, numbers and units as other programs write them, in the form that a log line has."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from notekeep import dates
from notekeep.errors import Refused
from notekeep.habits import units
from notekeep.habits.log import FIRST_YEAR, LAST_YEAR, Value
from notekeep.habits.schedule import MOST_DAYS

DONE, MISS, SKIP = Value("done"), Value("miss"), Value("skip")


def day_of(text: str) -> int | None:
    """A day written as `2026-01-05`, also with a time after it; None for anything else."""
    head = text.strip()[:10]
    rest = text.strip()[10:11]
    day = dates.parse_iso(head) if rest in ("", "T", " ") else None
    return day.toordinal() if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def amount_of(number: object, unit: str = "") -> Value | None:
    """A number as an amount, rounded to thousandths; None for what a log line cannot hold."""
    if isinstance(number, bool) or not isinstance(number, str | int | float):
        return None
    text = f"{number:.3f}" if isinstance(number, float) else str(number).strip()
    thousandths = units.parse_number(text)
    return None if thousandths is None else Value("amount", thousandths, unit or None)


def line_of(text: object) -> str:
    """Text as one line that can be written; halves of characters become a question mark."""
    plain = str(text).encode("utf-8", "replace").decode("utf-8")
    return " ".join(plain.split())


def text_of(text: object) -> str:
    """Text of several lines that can be written."""
    plain = str(text).encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return "\n".join(line.rstrip() for line in plain.splitlines()).strip()


def unit_of(text: object) -> str:
    """A unit as a log line can hold it: `glass of water` is `glass-of-water`; "" for none."""
    word = "-".join(line_of(text).split())
    if re.fullmatch(units.UNIT, word):
        return word
    kept = re.sub(r"[^\w.%°€$£¥-]+", "-", word).strip("-_.0123456789")
    return kept if re.fullmatch(units.UNIT, kept) else ""


def often(times: int, days: int) -> str | None:
    """So many times in any so many days, as a schedule; None where there is none like it."""
    if times <= 0:
        return "none"
    if not 1 <= days <= MOST_DAYS:
        return None
    return "daily" if times >= days else f"{times}/{days}d"


def rows_of(text: str, name: str) -> list[list[str]]:
    """The rows of a CSV file, without empty ones.

    Raises:
        Refused: It is none.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        return [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Refused(f"{name}: not CSV: {error}", line=reader.line_num) from error


def json_of(text: str, name: str) -> Any:
    """The value of a JSON file.

    Raises:
        Refused: It is none.
    """
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Refused(f"{name}: not JSON: {error}") from error
