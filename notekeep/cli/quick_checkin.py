"""The way of a check-in that needs no click: `habit meditate`, `h water 2 glass @09:00`.

Importing click takes a third of what such a command takes in all. Words that are plainly those of
a check-in are taken straight to it; anything else, options above all, goes the way of every verb.
Both ways end in the same function, so nothing but the time differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS = ("habit", "h")


class CheckInRequest(NamedTuple):
    """A check-in: the vault as `--vault` named it before the verb, and the words."""

    vault: str | None
    words: tuple[str, ...]


def find_check_in(arguments: Sequence[str]) -> CheckInRequest | None:
    """Find a check-in in the words of a command line; None where click has to look at them."""
    rest = list(arguments)
    vault = None
    if rest[:1] == ["--vault"] and len(rest) > 2:
        vault, rest = rest[1], rest[2:]
    if len(rest) < 2 or rest[0] not in VERBS:
        return None
    from notekeep.habits.definition import RESERVED

    words = rest[1:]
    if not words[0] or words[0].startswith("-") or words[0] in RESERVED:
        return None
    for word in words:
        if word == "--":
            break
        if word.startswith("-") and not word[1:2].isdigit():
            return None
    return CheckInRequest(vault, tuple(words))


def run_check_in(check_in: CheckInRequest) -> int:
    """Check in; give the exit code."""
    from notekeep.cli import habit_checkin

    return habit_checkin.check_in(check_in.words, vault=check_in.vault)
