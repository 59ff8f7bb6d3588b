"""Parse, convert and format amounts.

Amounts are whole thousandths, so that sums are exact. Only min↔h, m↔km and ml↔l are converted;
every other unit is a word that equals its plural and its other spellings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MILLI = 1000
MAX_DIGITS = 12  # longer numbers are typos and do not fit into the catalog

UNIT_NAME = r"(?:[^\W\d_][\w.-]*|[%°€$£¥]\w*)"
UNIT = rf"{UNIT_NAME}(?:/{UNIT_NAME})?"
NUMBER = r"[0-9]+(?:\.[0-9]+)?"

TIMES = frozenset({"time", "times"})
"""The unit of habits that count their entries: each `done` is an amount of one."""
_FACTORS = {
    "min": ("min", 1),
    "h": ("min", 60),
    "m": ("m", 1),
    "km": ("m", 1000),
    "ml": ("ml", 1),
    "l": ("ml", 1000),
}
_SPELLINGS = {
    "minute": "min",
    "hr": "h",
    "hour": "h",
    "metre": "m",
    "meter": "m",
    "kilometre": "km",
    "kilometer": "km",
    "millilitre": "ml",
    "milliliter": "ml",
    "litre": "l",
    "liter": "l",
    "p": "page",
    "pp": "page",
    "pg": "page",
}
MINUTES = r"[0-9]+m(?:in)?"  # the second word of `1h 20m`
_ES_AFTER = ("s", "x", "z", "ch", "sh")
_HOURS = r"([0-9]+) ?h ?([0-9]+) ?(?:m|min)?"


def parse_thousandths(text: str) -> int | None:
    """Parse a decimal number into thousandths, rounded; None if it is not a number."""
    whole, point, decimals = text.partition(".")
    if not text.isascii() or not whole.isdigit() or len(whole) > MAX_DIGITS:
        return None
    if point and not decimals.isdigit():
        return None
    digits = f"{decimals}0000"
    return int(whole) * MILLI + int(digits[:3]) + (digits[3] >= "5")


def read_amount(words: Sequence[str]) -> tuple[int, str | None, int] | None:
    """Read the amount at the start of a list of words; None if there is none.

    Return thousandths, the unit or None, and the number of words read. `1h30` is 90 minutes.
    """
    found = re.fullmatch(rf"({NUMBER})({UNIT})?", words[0])
    if found is None:
        return None
    digits, unit = found.groups()
    count = 1
    if unit is None:
        if len(words) > 1 and re.fullmatch(UNIT, words[1]):
            unit, count = words[1], 2
    elif unit[0] in "hH":
        minutes = _parse_hours(words[0])
        if minutes is None and len(words) > 1 and re.fullmatch(MINUTES, words[1]):
            minutes, count = _parse_hours(words[0] + words[1]), 2
        if minutes is not None:
            return minutes, "min", count
        count = 1
    amount = parse_thousandths(digits)
    return None if amount is None else (amount, unit, count)


def _parse_hours(text: str) -> int | None:
    """Return `1h30m`, `1h 30m` or `1h30` in thousandths of a minute."""
    found = re.fullmatch(_HOURS, text)
    if not found or max(len(found[1]), len(found[2])) > MAX_DIGITS - 3:
        return None
    return (int(found[1]) * 60 + int(found[2])) * MILLI


def format_number(amount: int) -> str:
    """Format thousandths as a number: `5200` is `5.2`."""
    whole, rest = divmod(amount, MILLI)
    return f"{whole}.{rest:03}".rstrip("0") if rest else str(whole)


def format_amount(amount: int, unit: str) -> str:
    """Format an amount and its unit: `5.2 km`, or `5.2` without a unit."""
    return f"{format_number(amount)} {unit}" if unit else format_number(amount)


def plural_unit(amount: int, unit: str) -> str:
    """Return the form of a unit after an amount: `2 cups`, `10 min`, `5 km`."""
    name = normalize_unit(unit)
    is_short = name in _FACTORS or len(name) < 3 or not name.isalpha()
    if is_short or name != unit or amount == MILLI:
        return unit
    return unit + ("es" if unit.endswith(_ES_AFTER) else "s")


def pluralize(amount: str) -> str:
    """Return an amount with its unit in the plural where needed: `25 pages` for `25 page`."""
    number, _, unit = amount.partition(" ")
    return f"{number} {plural_unit(parse_thousandths(number) or 0, unit)}" if unit else amount


def normalize_unit(unit: str) -> str:
    """Return the canonical name of a unit: singular, lower case, abbreviated if convertible."""
    name = unit.casefold()
    if len(name) > 3 and name.endswith("es") and name[:-2].endswith(_ES_AFTER):
        name = name[:-2]
    elif len(name) > 2 and name.endswith("s") and not name.endswith("ss"):
        name = name[:-1]
    return _SPELLINGS.get(name, name)


def to_base_unit(amount: int, unit: str | None, habit_unit: str) -> int | None:
    """Convert an amount into thousandths of the base unit of a habit; None if impossible.

    The base unit is `min`, `m` or `ml` for convertible units, because thousandths of hours would be
    rounded, and otherwise the unit itself. An amount without a unit is in the habit's unit; in a
    habit without a unit, amounts are not converted.
    """
    own = normalize_unit(habit_unit)
    name = own if unit is None else normalize_unit(unit)
    if not own:
        return amount
    if name == "m" and own in ("min", "h"):
        name = "min"  # "30m" of meditation is minutes
    base, factor = _FACTORS.get(name, (name, 1))
    own_base = _FACTORS.get(own, (own, 1))[0]
    return amount * factor if base == own_base else None


def from_base_unit(amount: int, habit_unit: str) -> int:
    """Convert thousandths of the base unit back into thousandths of the habit's unit, rounded."""
    factor = _FACTORS.get(normalize_unit(habit_unit), ("", 1))[1]
    return (2 * amount + factor) // (2 * factor)


def exact_amount(amount: int, habit_unit: str) -> tuple[int, str]:
    """Return thousandths and unit for an amount in the base unit, without rounding."""
    base, factor = _FACTORS.get(normalize_unit(habit_unit), (habit_unit, 1))
    return (amount, base) if amount % factor else (amount // factor, habit_unit)


def format_in_habit_unit(amount: int, habit_unit: str) -> str:
    """Convert an amount from the base unit to the habit's unit, and format it."""
    return format_amount(from_base_unit(amount, habit_unit), habit_unit)
