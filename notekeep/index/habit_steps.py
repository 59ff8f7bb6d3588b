"""The check-ins of this device as steps, newest first, as `undo` lists and takes them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.log import format_entry
from notekeep.index.moments import Moments
from notekeep.index.taking_back import REDO, TOGETHER, UNDO, own_lines, own_since_undo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.habits.log import Entry
    from notekeep.index.habits import HabitIndex


class CheckedIn(NamedTuple):
    """One check-in.

    Attributes:
        time: When it was written, in seconds since 1970.
        text: What was said, without the bullet and what only the log needs.
        undone: Whether it is taken back.
        again: Whether it only says again what had been taken back.
    """

    time: float
    text: str
    undone: bool
    again: bool


def check_ins(index: HabitIndex) -> Iterator[CheckedIn]:
    """The check-ins of this device, newest first; what takes one back is not among them."""
    moments = Moments(index.places.state)
    taken_back = 0
    for entry, text in own_lines(index):
        signs = dict(entry.extra)
        if UNDO in signs:
            taken_back += signs[UNDO] != TOGETHER
            continue
        undone = taken_back > 0
        taken_back -= undone
        yield CheckedIn(moments.of(entry, text), said(entry), undone, REDO in signs)


def last_undone(index: HabitIndex) -> CheckedIn | None:
    """The step back that `redo` would take back, with its own time; None when there is none."""
    own = own_since_undo(index)
    if not own:
        return None
    entry, text = own[-1]
    return CheckedIn(Moments(index.places.state).of(entry, text), said(entry), True, False)


def said(entry: Entry) -> str:
    """What an entry says, as a person reads it."""
    return format_entry(entry._replace(extra=(), revision=0)).removeprefix("- ")
