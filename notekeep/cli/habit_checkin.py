"""A check-in from the words of a command line, written and answered; it needs no click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep import dates
from notekeep.cli import output
from notekeep.cli.habit_show import glyphs, logged_object, write_logged
from notekeep.cli.habit_words import read_words
from notekeep.cli.scene import vault_places
from notekeep.errors import NotFound
from notekeep.index import checkin
from notekeep.index.habits import HabitIndex

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_in(
    words: Sequence[str],
    *,
    day: str = "",
    force: bool = False,
    dry_run: bool = False,
    as_json: bool = False,
    vault: str | None = None,
) -> int:
    """Write what some words say, all of it or nothing, and answer with a line for each habit.

    Args:
        words: Habits, and after each a value, a day, a time; see `habit_words`.
        day: The day for those that have none of their own, in words; "" is today.
        force: Also a day ahead, or a unit that does not convert.
        dry_run: Write nothing.
        as_json: Answer as JSON.
        vault: The vault, as `--vault` names it.

    Returns:
        The exit code.

    Raises:
        NotekeepError: A word is not understood, a name means several, or nothing can be written.
    """
    index = HabitIndex(vault_places(vault))
    index.refresh()
    today = index.today()
    wanted = dates.parse_day(day, today) if day else None
    try:
        said = read_words(words, index, day=wanted, is_forced=force)
    except NotFound:
        index = _with_all_notes(index)
        said = read_words(words, index, day=wanted, is_forced=force)
    for one in said:
        checkin.check(index, one)
    done = [checkin.check_in(index, one, dry_run=dry_run) for one in said]
    if as_json:
        output.write_json({"entries": [logged_object(one) for one in done]})
        return 0
    signs = glyphs(index.places.settings)
    for entry in done:
        write_logged(entry, signs, today)
        if dry_run:
            output.note(f"{entry.path}: {entry.line}")
    return 0


def _with_all_notes(index: HabitIndex) -> HabitIndex:
    """The same index, which also knows the habits that are defined outside of their folder.

    Only the catalog knows where they are, and it is asked only for a name that is not known.
    """
    from notekeep.vault import Vault

    vault = Vault.open(index.places.root)
    vault.refresh(words=False, for_answer=True)
    vault.habit_index.refresh()
    return vault.habit_index
