"""`habit ask`: go through what is open, one question a habit and day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from notekeep import dates
from notekeep.cli import output
from notekeep.cli.context import vault_places, verb_options
from notekeep.cli.habit_show import glyphs, write_logged
from notekeep.cli.raw import RawCommand
from notekeep.errors import UsageError
from notekeep.index import checkin
from notekeep.index.habits import HabitIndex
from notekeep.markdown.clean import clean_line

if TYPE_CHECKING:
    from notekeep.habits.view import HabitView

LEAVE = "q"


class AskCommand(RawCommand):
    """A command whose words are a day, or `week`."""

    words_metavar = "[yesterday | week | DAY]"


@click.command("ask", cls=AskCommand, short_help="Answer for what is open.")
@verb_options
def ask_(words: tuple[str, ...], *, vault: str | None) -> int:
    """Ask for each habit that has no entry: today, a DAY, or all days of the last week.

    y done, n missed, s skipped, a number for an amount, enter leaves it open, q ends.
    """
    index = HabitIndex(vault_places(vault))
    today = index.today()
    text = " ".join(words)
    if text == "week":
        days = [today - timedelta(days=back) for back in range(7, -1, -1)]
    else:
        days = [dates.parse_day(text, today)]
    asked = 0
    for day in days:
        for habit in index.habits(day):
            if habit.is_archived or not habit.today.is_unanswered:
                continue
            asked += 1
            if not _ask(index, habit, day, today):
                return 0
    if not asked:
        output.note("nothing is open")
    return 0 if asked else 1


def _ask(index: HabitIndex, habit: HabitView, day: date, today: date) -> bool:
    """One question, until the answer is understood; False when the person has enough."""
    goal = f", {habit.goal}" if habit.goal != "done" else ""
    question = f"{habit.title} ({dates.short(day, today)}{goal})  y/n/s/number/enter"
    while True:
        try:
            answer = click.prompt(
                clean_line(question), default="", show_default=False, err=True
            ).strip()
        except click.Abort:
            output.note("")
            return False
        if answer == LEAVE:
            return False
        if not answer:
            return True
        try:
            value = checkin.read_typed(answer, habit.unit)
            said = checkin.CheckIn(index.find(habit.id), value, day)
            done = checkin.check_in(index, said)
        except UsageError as error:
            output.note(f"{error.message}; {error.hint}")
            continue
        write_logged(done, glyphs(index.places.settings), today)
        return True
