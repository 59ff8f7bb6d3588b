"""Lists of habits: `habit list`, `todo`, `week`, `month`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep import dates
from notekeep.cli import output
from notekeep.cli.context import json_option, vault_places, verb_options
from notekeep.cli.habit_show import (
    STYLES,
    as_object,
    counted,
    ending,
    glyphs,
    head,
    percent,
    streak_columns,
    write_row,
    write_rows,
)
from notekeep.cli.raw import RawCommand
from notekeep.index.habits import HabitIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from notekeep.habits.marks import Glyphs
    from notekeep.habits.review import Span
    from notekeep.habits.view import HabitView

NONE_YET = '`notekeep habit add "Meditate" --schedule daily` defines the first one'


class DayCommand(RawCommand):
    """A command whose words are one day."""

    words_metavar = "[DAY]"


@click.command("list", short_help="All habits.")
@click.option("--archived", is_flag=True, help="Those that are archived, too.")
@json_option
@verb_options
def list_(*, archived: bool, as_json: bool, vault: str | None) -> int:
    """List all habits: goal, strength, streak, and what is left to do today."""
    index = HabitIndex(vault_places(vault))
    habits = [habit for habit in index.habits() if archived or not habit.is_archived]
    if as_json:
        output.write_json({"total": len(habits), "habits": [as_object(habit) for habit in habits]})
    else:
        write_rows(habits, glyphs(index.places.settings), days=False)
        say_when_none(habits)
    return 0 if habits else 1


@click.command("todo", short_help="What is left to do today.")
@click.option("--all", "everything", is_flag=True, help="What is done already, too.")
@json_option
@verb_options
def todo_(*, everything: bool, as_json: bool, vault: str | None) -> int:
    """List what today asks for and what is not done yet; exit 1 when nothing is left."""
    index = HabitIndex(vault_places(vault))
    day = index.today()
    habits = [habit for habit in index.habits(day) if not habit.is_archived]
    done, asked = counted(habits)
    left = [habit for habit in habits if habit.call in ("due", "may")]
    shown = [habit for habit in habits if habit.call != "none" or habit.today.is_logged]
    shown = shown if everything else left
    if as_json:
        rows = [as_object(habit) for habit in shown]
        output.write_json({"date": day.isoformat(), "done": done, "asked": asked, "habits": rows})
    else:
        head(habits, day, index.places.settings.day_start)
        write_rows(shown, glyphs(index.places.settings))
        say_when_none(habits)
        if habits and not shown:
            output.note("nothing is left to do today")
    return 0 if shown else 1


@click.command("week", cls=DayCommand, short_help="The week of all habits.")
@json_option
@verb_options
def week_(words: tuple[str, ...], *, as_json: bool, vault: str | None) -> int:
    """Show a week of all habits: this one, or the one that DAY lies in, or `2026-W40`."""
    index = HabitIndex(vault_places(vault))
    first, last = _span("week", words, index)
    names = [dates.WEEKDAYS[(first.weekday() + place) % 7][:2] for place in range(7)]
    heading = " ".join(name.capitalize() for name in names)
    return _grid(index, first, last, heading, 2, as_json=as_json)


@click.command("month", cls=DayCommand, short_help="The month of all habits.")
@json_option
@verb_options
def month_(words: tuple[str, ...], *, as_json: bool, vault: str | None) -> int:
    """Show a month of all habits: this one, or the one that DAY lies in, or `2026-10`."""
    index = HabitIndex(vault_places(vault))
    first, last = _span("month", words, index)
    numbers = range(1, last.day + 1)
    heading = "".join(str(number)[-1] if number % 5 else "+" for number in numbers)
    return _grid(index, first, last, heading, 0, as_json=as_json)


def _span(span: Span, words: tuple[str, ...], index: HabitIndex) -> tuple[date, date]:
    from notekeep.index.habit_span import span_in

    settings = index.places.settings
    found = span_in(span, " ".join(words), index.today(), settings.week_start)
    return found.first, found.last


def _grid(
    index: HabitIndex, first: date, last: date, heading: str, gap: int, *, as_json: bool
) -> int:
    """A row of marks for each habit that is not archived."""
    habits = [habit for habit in index.habits(first=first, last=last) if not habit.is_archived]
    if as_json:
        output.write_json(
            {
                "first": first.isoformat(),
                "last": last.isoformat(),
                "habits": [as_object(habit) for habit in habits],
            }
        )
        return 0 if habits else 1
    titles = max([output.width(habit.title) for habit in habits], default=0)
    shown = output.within(
        {
            "title": titles,
            "days": output.width(heading) + 2 + gap,
            "strength": 7,
            **streak_columns(habits),
        },
        ("best", "note", "streak", "strength"),
    )
    ends = (f"{day.day} {dates.MONTHS[day.month - 1]}" for day in (first, last))
    title = f"{' to '.join(ends)} {last.year}"
    output.write_styled([(title, "bold")])
    output.write_styled([(f"{'':{shown['title']}}  {heading}", "dim")])
    for habit in habits:
        _row(habit, glyphs(index.places.settings), shown, gap)
    say_when_none(habits)
    return 0 if habits else 1


def _row(habit: HabitView, signs: Glyphs, shown: Mapping[str, int], gap: int) -> None:
    parts = [(output.fit(habit.title, shown["title"]) + "  ", "")]
    parts += [
        (signs.marks[cell.mark] + " " * gap, STYLES.get(cell.mark, "")) for cell in habit.cells
    ]
    if "strength" in shown:
        parts.append((f"  {percent(habit.strength):>5}", ""))
    write_row([*parts, *ending(habit, shown)])


def say_when_none(habits: Sequence[HabitView]) -> None:
    """Say how the first habit is made, where there is none."""
    if not habits:
        output.note(f"there is no habit yet: {NONE_YET}")
