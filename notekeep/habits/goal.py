"""What a day, week or month of a habit must hold: done at all, at least or at most an amount."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

from notekeep.errors import UsageError
from notekeep.habits import units
from notekeep.habits.fold import AMOUNT, DONE, MISS, SKIP

Kind: TypeAlias = Literal["done", "least", "most"]
Per: TypeAlias = Literal["day", "week", "month"]

HINT = 'write done, ">= 10 min", "<= 2 cup" or ">= 20 km/week"'
PER_DAYS: dict[Per, int] = {"day": 1, "week": 7, "month": 30}
_PERS: dict[str | None, Per] = {None: "day", "day": "day", "week": "week", "month": "month"}

_GOAL = (
    rf"(?:(>=|<=|≥|≤) ?)?(?:([0-9]+h ?[0-9]+m(?:in)?)|({units.NUMBER}) ?({units.UNIT_NAME})?)"
    r" ?(?:(?:/|per ) ?(day|week|month))?"
)


class Goal(NamedTuple):
    """What must be reached.

    Attributes:
        kind: `done` for any entry that says so, `least` or `most` for an amount.
        target: Thousandths of the base unit (see `units.to_base`).
        unit: The unit as written, "" without.
        per: The time in which amounts add up.
    """

    kind: Kind = "done"
    target: int = 0
    unit: str = ""
    per: Per = "day"

    @property
    def day_target(self) -> float:
        """What one day has to hold, in thousandths; the average day of a week or month."""
        return self.target / PER_DAYS[self.per]

    def is_met_by(self, value: int, amount: int, *, is_marked: bool) -> bool:
        """Whether one day, taken alone, was a success; silence is never one here."""
        if value == DONE or is_marked:
            return self.kind != "most" or amount <= self.target
        if value != AMOUNT:
            return False
        if self.kind == "least":
            return amount >= self.target
        return amount <= self.target if self.kind == "most" else amount > 0

    def share(self, value: int, amount: int, *, is_marked: bool) -> float:
        """How much of the goal a day has, 0.0 to 1.0, amounts over a week or month by the day."""
        if value in (MISS, SKIP):
            return 0.0
        if self.kind != "least" or is_marked:
            return float(self.is_met_by(value, amount, is_marked=is_marked))
        return min(1.0, amount / self.day_target) if self.target else 1.0


def parse_goal(text: str) -> Goal:
    """Read a goal.

    Raises:
        UsageError: It is none.
    """
    words = " ".join(text.split())
    if words.casefold() == "done":
        return Goal()
    found = re.fullmatch(_GOAL, words)
    # Without a sign and a unit, `3/week` is a schedule in the wrong place.
    if not found or not (found[1] or found[2] or found[4]):
        raise UsageError(f"not a goal: {text}", HINT, text=text, position=0)
    sign, hours, digits, unit, per = found.groups()
    unit = "min" if hours else unit or ""
    if not sign:
        sign, unit = ">=", units.same_unit(unit)
    amount = units.parse_hours(hours) if hours else units.parse_number(digits)
    if amount is None:
        raise UsageError(f"the number is too long: {text}", HINT, text=text, position=0)
    target = units.to_base(amount, unit or None, unit)
    kind: Kind = "least" if sign in (">=", "≥") else "most"
    return Goal(kind, target or 0, unit, _PERS[per])


def format_goal(goal: Goal) -> str:
    """Write a goal as `parse_goal` reads it."""
    if goal.kind == "done":
        return "done"
    sign = ">=" if goal.kind == "least" else "<="
    per = f"/{goal.per}" if goal.per != "day" else ""
    return f"{sign} {units.show(goal.target, goal.unit)}{per}"
