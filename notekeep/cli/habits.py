"""`habit`: check in, the lists of habits, and the way to all other commands of habits.

Those lie in files of their own, each imported when its command runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from notekeep import dates
from notekeep.cli import habit_checkin, output, shell_completion
from notekeep.cli.arguments import DefaultGroup, RawCommand, import_command
from notekeep.cli.context import is_json, vault_places
from notekeep.cli.habit_output import (
    MARK_STYLES,
    count_done,
    ending,
    glyphs,
    habit_object,
    percent,
    streak_columns,
    write_row,
    write_rows,
    write_today_heading,
)
from notekeep.cli.options import dry_run_option, json_option, verb_options
from notekeep.tracking.habit_details import parse_span
from notekeep.tracking.tracker import HabitIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from notekeep.habits.calendar import MarkGlyphs
    from notekeep.habits.review import ReviewSpan
    from notekeep.habits.summary import HabitView


CHECK_IN = "check-in"
COMMANDS = {
    "list": "habits",
    "todo": "habits",
    "week": "habits",
    "month": "habits",
    "year": "habit_stats",
    "stats": "habit_stats",
    "log": "habit_log",
    "undo": "habit_log",
    "doctor": "habit_log",
    "ask": "habit_log",
    "add": "habit_definitions",
    "edit": "habit_definitions",
    "pause": "habit_definitions",
    "archive": "habit_definitions",
    "rename": "habit_definitions",
    "import": "habit_transfer",
    "export": "habit_transfer",
    "remind": "habit_reminders",
    "prompt": "habit_reminders",
}
"""Each command of habits and the file it lives in, which is imported when it runs."""

NONE_YET = '`notekeep habit add "Meditate" --schedule daily` defines the first one'


class HabitGroup(DefaultGroup):
    """Commands of habits by their names; any other first word begins a check-in."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the ids of habits and the commands."""
        ids = map(CompletionItem, shell_completion.complete_habit(ctx, None, incomplete))
        return [*ids, *super().shell_complete(ctx, incomplete)]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return all commands, in the order of the manual."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the file that a command lives in and return the command."""
        if cmd_name == CHECK_IN:
            return check_in
        module = COMMANDS.get(cmd_name)
        return import_command(module, f"{cmd_name}_") if module else None

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say how a check-in is written, which is what most come for."""
        formatter.write_usage(ctx.command_path, "ID [VALUE] [DAY] [@TIME] [-- NOTE]")
        formatter.write_usage(ctx.command_path, "COMMAND ...")


@click.group(
    cls=HabitGroup,
    default=[CHECK_IN],
    alone=["todo", "--all"],
    short_help="Check in, and look at habits.",
)
def habit() -> None:
    """Check in: one line in the log, or everything else about habits.

    \b
    notekeep habit med                     done today
    notekeep habit water 2 glass           an amount; several a day add up
    notekeep habit med = 30                the amount of the day, whatever it was
    notekeep habit run 5.2km @07:10 -- cold
    notekeep habit gym skip mon -- flu     Monday, skipped
    notekeep habit read 12p yesterday
    notekeep habit med floss read          several at once
    notekeep habit med clear               as if nothing had been said
    notekeep habit                         today's list

    A name is an id, an alias, or a unique beginning. A day is today, yesterday, -2, -1w, mon,
    last tue, 24 (the latest 24th), 11-03, 3 nov, 2026-11-24 or 24.11.2026. A check-in takes --json,
    --dry-run, -d DAY before its first word, and --force for a day ahead or a unit that does not
    convert.
    """


@click.command(CHECK_IN, cls=RawCommand)
@click.option("-d", "--date", "day", metavar="DAY", default="", help="The day it counts for.")
@click.option("--force", is_flag=True, help="Also a day ahead, or a unit that does not convert.")
@dry_run_option
@json_option
@verb_options
def check_in(words: tuple[str, ...], *, day: str, force: bool, dry_run: bool) -> int:
    """Check in: habits, and after each a value, a day, a time, and a note for all."""
    return habit_checkin.check_in(words, day=day, force=force, dry_run=dry_run)


@click.command("list", short_help="List all habits.")
@click.option("--archived", is_flag=True, help="Those that are archived, too.")
@json_option
@verb_options
def list_(*, archived: bool) -> int:
    """List all habits: goal, strength, streak, and what is left to do today."""
    index = HabitIndex(vault_places())
    habits = [habit for habit in index.habits() if archived or not habit.is_archived]
    if is_json():
        output.write_json(
            {"total": len(habits), "habits": [habit_object(habit) for habit in habits]}
        )
    else:
        write_rows(habits, glyphs(index.places.settings), days=False)
        suggest_first_habit(habits)
    return 0 if habits else 1


@click.command("todo", short_help="List what is left to do today.")
@click.option("--all", "everything", is_flag=True, help="What is done already, too.")
@json_option
@verb_options
def todo_(*, everything: bool) -> int:
    """List what today asks for and what is not done yet; exit 1 when nothing is left."""
    index = HabitIndex(vault_places())
    day = index.today()
    habits = [habit for habit in index.habits(day) if not habit.is_archived]
    done, asked = count_done(habits)
    left = [habit for habit in habits if habit.call in ("due", "may")]
    shown = [habit for habit in habits if habit.call != "none" or habit.today.is_logged]
    shown = shown if everything else left
    if is_json():
        rows = [habit_object(habit) for habit in shown]
        output.write_json({"date": day.isoformat(), "done": done, "asked": asked, "habits": rows})
    else:
        write_today_heading(habits, day, index.places.settings.day_start)
        write_rows(shown, glyphs(index.places.settings))
        suggest_first_habit(habits)
        if habits and not shown:
            output.write_message("nothing is left to do today")
    return 0 if shown else 1


@click.command("week", cls=RawCommand, metavar="[DAY]", short_help="Show a week of all habits.")
@json_option
@verb_options
def week_(words: tuple[str, ...]) -> int:
    """Show a week of all habits: this one, or the one that DAY lies in, or `2026-W40`."""
    index = HabitIndex(vault_places())
    first, last = _span("week", words, index)
    names = [dates.WEEKDAYS[(first.weekday() + place) % 7][:2] for place in range(7)]
    heading = " ".join(name.capitalize() for name in names)
    return _grid(index, first, last, heading, 2)


@click.command("month", cls=RawCommand, metavar="[DAY]", short_help="Show a month of all habits.")
@json_option
@verb_options
def month_(words: tuple[str, ...]) -> int:
    """Show a month of all habits: this one, or the one that DAY lies in, or `2026-10`."""
    index = HabitIndex(vault_places())
    first, last = _span("month", words, index)
    numbers = range(1, last.day + 1)
    heading = "".join(str(number)[-1] if number % 5 else "+" for number in numbers)
    return _grid(index, first, last, heading, 0)


def _span(span: ReviewSpan, words: tuple[str, ...], index: HabitIndex) -> tuple[date, date]:
    settings = index.places.settings
    found = parse_span(span, " ".join(words), index.today(), settings.week_start)
    return found.first, found.last


def _grid(index: HabitIndex, first: date, last: date, heading: str, gap: int) -> int:
    """A row of marks for each habit that is not archived."""
    habits = [habit for habit in index.habits(first=first, last=last) if not habit.is_archived]
    if is_json():
        output.write_json(
            {
                "first": first.isoformat(),
                "last": last.isoformat(),
                "habits": [habit_object(habit) for habit in habits],
            }
        )
        return 0 if habits else 1
    titles = max([output.width(habit.title) for habit in habits], default=0)
    shown = output.fit_columns(
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
    suggest_first_habit(habits)
    return 0 if habits else 1


def _row(habit: HabitView, signs: MarkGlyphs, shown: Mapping[str, int], gap: int) -> None:
    parts = [(output.fit_text(habit.title, shown["title"]) + "  ", "")]
    parts += [
        (signs.marks[cell.mark] + " " * gap, MARK_STYLES.get(cell.mark, "")) for cell in habit.cells
    ]
    if "strength" in shown:
        parts.append((f"  {percent(habit.strength):>5}", ""))
    write_row([*parts, *ending(habit, shown)])


def suggest_first_habit(habits: Sequence[HabitView]) -> None:
    """Say how the first habit is made, where there is none."""
    if not habits:
        output.write_message(f"there is no habit yet: {NONE_YET}")
