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
    aim,
    count_done,
    glyphs,
    habit_object,
    percent,
    suggest_first_habit,
)
from notekeep.cli.options import dry_run_option, json_option, verb_options
from notekeep.habits.summary import format_streak
from notekeep.tracking.habit_details import parse_span
from notekeep.tracking.tracker import HabitIndex

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from notekeep.cli.output import Columns
    from notekeep.habits.calendar import MarkGlyphs
    from notekeep.habits.review import ReviewSpan
    from notekeep.habits.summary import Cell, HabitView


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
        _write_list(habits, glyphs(index.places.settings), days=False)
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
    if everything:
        shown = [habit for habit in habits if habit.call != "none" or habit.today.is_logged]
    else:
        shown = [habit for habit in habits if habit.call in ("due", "may")]
    if is_json():
        rows = [habit_object(habit) for habit in shown]
        output.write_json({"date": day.isoformat(), "done": done, "asked": asked, "habits": rows})
    else:
        title = f"Habits  {dates.format_short_day(day)} {day.year}"
        until = f"  until {index.places.settings.day_start:02}:00   {done}/{asked}"
        output.write_styled([(title, "bold"), (until, "dim")])
        _write_list(shown, glyphs(index.places.settings), days=True)
        suggest_first_habit(habits)
        if habits and not shown:
            output.write_message("nothing is left to do today")
    return 0 if shown else 1


@click.command("week", cls=RawCommand, metavar="[DAY]", short_help="Show a week of all habits.")
@json_option
@verb_options
def week_(words: tuple[str, ...]) -> int:
    """Show a week of all habits: this one, or the one that DAY lies in, or `2026-W40`."""
    return _grid("week", words)


@click.command("month", cls=RawCommand, metavar="[DAY]", short_help="Show a month of all habits.")
@json_option
@verb_options
def month_(words: tuple[str, ...]) -> int:
    """Show a month of all habits: this one, or the one that DAY lies in, or `2026-10`."""
    return _grid("month", words)


def _grid(span: ReviewSpan, words: tuple[str, ...]) -> int:
    """A row of marks for each habit that is not archived."""
    index = HabitIndex(vault_places())
    settings = index.places.settings
    _, first, last = parse_span(span, " ".join(words), index.today(), settings.week_start)
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
    if span == "week":
        names = [dates.WEEKDAYS[(first.weekday() + place) % 7][:2] for place in range(7)]
        heading, gap = " ".join(name.capitalize() for name in names), "  "
    else:
        numbers = range(1, last.day + 1)
        heading, gap = "".join(str(number)[-1] if number % 5 else "+" for number in numbers), ""
    signs = glyphs(settings)

    def rows(without: Container[str]) -> list[Columns]:
        """The heading above the marks, then a row for each habit."""
        found = [
            {
                "title": [(habit.title, "")],
                "days": [
                    ("  ", ""),
                    *((signs.marks[one.mark] + gap, _style(one)) for one in habit.cells),
                ],
                "strength": [(f"  {percent(habit.strength):>5}", "")],
                **_ending(habit, without),
            }
            for habit in habits
        ]
        above: Columns = {"days": [(f"  {heading}", "dim")]}
        return [above, *found]

    ends = (f"{day.day} {dates.MONTHS[day.month - 1]}" for day in (first, last))
    output.write_styled([(f"{' to '.join(ends)} {last.year}", "bold")])
    output.write_columns(rows, ("best", "note", "streak", "strength"))
    suggest_first_habit(habits)
    return 0 if habits else 1


def _write_list(habits: Sequence[HabitView], signs: MarkGlyphs, *, days: bool) -> None:
    """A row for each habit, under the heading of its group; `days` adds earlier marks."""

    def rows(without: Container[str]) -> list[Columns]:
        marks = days and "days" not in without
        return [
            {
                "mark": [(f"{signs.marks[habit.today.mark]}  ", _style(habit.today))],
                "title": [(habit.title, "")],
                "aim": [(f"  {aim(habit)}", "dim")],
                "days": [
                    ("  ", ""),
                    *((f"{signs.marks[one.mark]} ", _style(one)) for one in habit.cells if marks),
                ],
                "strength": [(f"{percent(habit.strength):>5}", "")],
                **_ending(habit, without),
            }
            for habit in habits
        ]

    groups: dict[int, str] = {}
    for place, habit in enumerate(habits):
        if habit.group != (habits[place - 1].group if place else ""):
            groups[place] = habit.group
    output.write_columns(rows, ("best", "aim", "strength", "streak", "days"), groups)


def _ending(habit: HabitView, without: Container[str]) -> Columns:
    """What every row ends with: the streak, with its best where there is room, and the note."""
    streak = format_streak(habit)
    if "best" in without:
        streak = streak.partition(" (")[0]
    note = f"  {habit.note}" if habit.note else ""
    return {
        "streak": [(f"  {streak}", "")],
        "note": [(note, "yellow" if habit.is_at_risk else "")],
    }


def _style(cell: Cell) -> str:
    return MARK_STYLES.get(cell.mark, "")
