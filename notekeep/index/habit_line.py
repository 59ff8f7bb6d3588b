"""The one line about today that shells and bars show: kept in a file, so that showing it is a read.

The first line of the file is the day and what is shown, `2026-11-24 5/8 !1`: so many done of those
that today asks for, and so many at risk. What follows lets a check-in change it without judging
all other habits anew. Like all of the cache it may be deleted; where it cannot be written nothing
is lost but the line.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep import kept
from notekeep.dates import parse_iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from notekeep.config import VaultPlaces
    from notekeep.habits.view import HabitView
    from notekeep.index.habits import HabitIndex

FILE = "habits.line"


class State(NamedTuple):
    """How a habit stands today.

    Attributes:
        call: What today asks of it, see `view.Call`.
        is_at_risk: Whether today is its last chance, or the day not to miss twice.
    """

    call: str
    is_at_risk: bool


class Line(NamedTuple):
    """What the file holds.

    Attributes:
        day: The day it is about.
        text: What is shown, `5/8 !1`; "" when today asks for nothing.
        day_start: The hour at which the days of the vault begin.
        rows: What the file holds of each habit: its folded id, its call, and whether it is at risk.
    """

    day: date
    text: str
    day_start: int
    rows: list[str]

    def states(self) -> dict[str, State]:
        """How each habit stands, by its folded id."""
        parts = (row.split("\t") for row in self.rows)
        return {part[0]: State(part[1], part[2] == "!") for part in parts if len(part) == 3}


def line_path(cache: str) -> str:
    """Where the line of a vault is.

    Args:
        cache: The vault's cache folder.
    """
    return os.path.join(cache, FILE)


def read_line(path: str) -> Line | None:
    """Read the file; None where there is none that can be read."""
    try:
        with open(path, encoding="utf-8") as file:
            shown, hour, *rows = file.read().split("\n")
        day = parse_iso(shown[:10])
        return None if day is None else Line(day, shown[11:], int(hour), rows)
    except (OSError, ValueError):
        return None


def count(states: Iterable[State]) -> tuple[int, int, int]:
    """How many are done, how many today asks for in all, and how many of the others are at risk."""
    asked = [state for state in states if state.call in ("due", "done")]
    open_ones = [state for state in asked if state.call == "due"]
    return len(asked) - len(open_ones), len(asked), sum(state.is_at_risk for state in open_ones)


def keep_all(places: VaultPlaces, views: Iterable[HabitView], day: date) -> None:
    """Keep how all habits stand on the day that it is."""
    from notekeep.habits.definition import fold_name

    states = {fold_name(view.id): _state(view) for view in views if not view.is_archived}
    _write(places, day, states)


def keep_one(index: HabitIndex, view: HabitView, day: date) -> None:
    """Keep how one habit stands after a check-in; the others are as they were.

    Where the file is of another day, or about other habits, all are looked at.
    """
    from notekeep.habits.definition import fold_name  # only showing the line must be light

    line = read_line(line_path(index.places.cache))
    states = line.states() if line is not None and line.day == day else {}
    wanted = {habit.key for habit in index.known() if not habit.definition.is_archived}
    key = fold_name(view.id)
    if key not in wanted:
        return
    if states.keys() != wanted:
        index.habits(day)
        return
    if states[key] != _state(view):
        _write(index.places, day, {**states, key: _state(view)})


def _state(view: HabitView) -> State:
    return State(view.call, view.is_at_risk)


def _write(places: VaultPlaces, day: date, states: Mapping[str, State]) -> None:
    done, asked, at_risk = count(states.values())
    text = f"{done}/{asked}" + (f" !{at_risk}" if at_risk else "") if asked else ""
    head = f"{day.isoformat()} {text}".rstrip(), str(places.settings.day_start)
    rows = (f"{key}\t{call}\t{'!' if risk else ''}" for key, (call, risk) in states.items())
    data = ("\n".join([*head, *rows]) + "\n").encode("utf-8", "surrogateescape")
    path = line_path(places.cache)
    with suppress(OSError):
        with suppress(FileNotFoundError), open(path, "rb") as file:
            if file.read() == data:
                return
        kept.write(places.cache, FILE, data)
