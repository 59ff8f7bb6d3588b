"""`habit`: the command group, check-ins, lists of habits, and the log.

Other commands for habits are in modules that are imported when they run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import click

from notekeep import config, dates
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import (
    DefaultGroup,
    RawCommand,
    dry_run_option,
    habit_argument,
    import_command,
    json_options,
    verb_options,
)
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.context import is_json
from notekeep.cli.habits.checkin import run_check_in
from notekeep.cli.habits.output import (
    MARK_STYLES,
    NO_HABIT,
    aim,
    check_in_object,
    glyphs,
    share_mark,
    shares_object,
    timer_object,
    undo_object,
    write_check_in,
    write_undo,
)
from notekeep.cli.opening import open_vault
from notekeep.errors import UsageError
from notekeep.habits import amounts
from notekeep.habits.calendar import MarkGlyphs
from notekeep.habits.day_shares import describe_share, find_day_shares, sum_shares
from notekeep.habits.review import ReviewSpan
from notekeep.habits.summary import (
    Cell,
    HabitView,
    PlacedHabit,
    arrange_habits,
    count_habits,
    format_streak,
    format_strength,
)
from notekeep.markdown.sanitize import clean_line
from notekeep.tracking import checkin
from notekeep.tracking.habit_details import parse_span
from notekeep.tracking.habit_problems import read_problem_lines
from notekeep.tracking.habit_table import LogLine
from notekeep.tracking.tracker import HabitIndex

CHECK_IN = "check-in"
COMMANDS = {
    "list": "habits.lists",
    "todo": "habits.lists",
    "week": "habits.lists",
    "month": "habits.lists",
    "year": "habits.stats",
    "stats": "habits.stats",
    "log": "habits.lists",
    "undo": "habits.lists",
    "doctor": "habits.lists",
    "ask": "habits.lists",
    "start": "habits.lists",
    "stop": "habits.lists",
    "add": "habits.definitions",
    "edit": "habits.definitions",
    "pause": "habits.definitions",
    "archive": "habits.definitions",
    "rename": "habits.definitions",
    "import": "habits.integrations",
    "export": "habits.integrations",
    "remind": "habits.integrations",
    "prompt": "habits.integrations",
}
"""The module that contains each command."""


class HabitGroup(DefaultGroup):
    """The commands for habits. Any other first word starts a check-in."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return all commands, in the order of the manual."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the module of a command and return the command."""
        if cmd_name == CHECK_IN:
            return check_in_
        module = COMMANDS.get(cmd_name)
        return import_command(module, f"{cmd_name}_") if module else None


@click.group(
    cls=HabitGroup,
    default=[CHECK_IN],
    alone=["todo", "--all"],
    usage=["ID [VALUE] [DAY] [@TIME] [-- NOTE]", "COMMAND ..."],
    complete=shell_completion.complete_habit,
    short_help="Check in, and show habits.",
)
def habit() -> None:
    """Check in, or use a command below.

    \b
    notekeep habit med                     done today
    notekeep habit water 2 glass           add an amount to today
    notekeep habit med = 30                replace today's amount
    notekeep habit run 5.2km @07:10 -- cold
    notekeep habit gym skip mon -- flu     Monday, skipped
    notekeep habit read 12p yesterday
    notekeep habit med floss read          several at once
    notekeep habit med clear               remove today's entry
    notekeep habit                         today's list

    A name is an id, an alias, or the unique start of one. A day is today, yesterday, -2, -1w, mon,
    last tue, 11-03, 3 nov, Nov 3 2025, 2026-11-24 or 24.11.2026; after a value or -d, 24 means the
    last 24th. A check-in accepts --json, --dry-run, -d DAY before the first word, and --force for a
    future day or a unit that does not convert.
    """


@click.command(CHECK_IN, cls=RawCommand)
@click.option("-d", "--date", "day", metavar="DAY", default="", help="Day (default: today).")
@click.option("--force", is_flag=True, help="Accept a future day, or a unit that does not convert.")
@dry_run_option
@json_options
def check_in_(words: tuple[str, ...], *, day: str, force: bool, dry_run: bool) -> int:
    """Log habits, each with an optional value, day and time, and one note for all."""
    return run_check_in(words, day=day, force=force, dry_run=dry_run)


@click.command("list", short_help="List all habits.")
@click.option("--archived", is_flag=True, help="Include archived habits.")
@json_options
def list_(*, archived: bool) -> int:
    """List all habits with goal, strength, streak and today's status."""
    index = open_vault().habits
    views = [habit for habit in index.views() if archived or not habit.is_archived]
    habits = arrange_habits(views)
    if is_json():
        rows = [one.habit.as_object() for one in habits]
        output.write_json({"total": len(rows), "habits": rows})
    else:
        _write_list(habits, glyphs(index.places.settings), days=False)
        if not habits:
            output.write_message(NO_HABIT)
    return 0 if habits else 1


@click.command("todo", short_help="List habits left for today.")
@click.option("--all", "everything", is_flag=True, help="Include habits that are done.")
@json_options
def todo_(*, everything: bool) -> int:
    """List the habits that are due today and not done. Exit code 1 if there are none."""
    index = open_vault().habits
    day = index.today()
    habits = [habit for habit in index.views(day) if not habit.is_archived]
    done, total, _ = count_habits(habits)
    calls = ("due", "may", "done") if everything else ("due", "may")
    shown = [
        one
        for one in arrange_habits(habits)
        if one.habit.call in calls or (everything and one.habit.today.is_logged)
    ]
    if is_json():
        rows = [one.habit.as_object() for one in shown]
        output.write_json({"date": day.isoformat(), "done": done, "asked": total, "habits": rows})
    else:
        ends = config.end_of_day(day, index.places.settings.day_start)
        when = f"  {dates.format_short_day(day)}{ends}"
        output.write_styled([(f"Habits  {done} of {total} done", "bold"), (when, "dim")])
        _write_list(shown, glyphs(index.places.settings), days=True)
        if not habits:
            output.write_message(NO_HABIT)
        if habits and not shown:
            output.write_message("Nothing left to do today.")
    return 0 if shown else 1


@click.command("week", cls=RawCommand, metavar="[DAY]", short_help="Show a week of all habits.")
@json_options
def week_(words: tuple[str, ...]) -> int:
    """Show a week of all habits: this week, the week of DAY, or e.g. `2026-W40`."""
    return _grid("week", words)


@click.command("month", cls=RawCommand, metavar="[DAY]", short_help="Show a month of all habits.")
@json_options
def month_(words: tuple[str, ...]) -> int:
    """Show a month of all habits: this month, the month of DAY, or e.g. `2026-10`."""
    return _grid("month", words)


def _grid(span: ReviewSpan, words: tuple[str, ...]) -> int:
    index = open_vault().habits
    settings = index.places.settings
    _, first, last = parse_span(span, " ".join(words), index.today(), settings.week_start)
    views = index.views(first=first, last=last)
    habits = [one.habit for one in arrange_habits([one for one in views if not one.is_archived])]
    shares = find_day_shares(views)
    if is_json():
        output.write_json(
            {
                "first": first.isoformat(),
                "last": last.isoformat(),
                "habits": [habit.as_object() for habit in habits],
                "all": shares_object(shares),
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
    has_today = first <= index.today() <= last

    rows: list[output.Columns] = [{"title": [], "days": [(f"  {heading}", "dim")]}]
    for habit in habits:
        marks = [(signs.marks[one.mark] + gap, _style(one)) for one in habit.cells]
        rows.append(
            {
                "title": [(habit.title, "")],
                "days": [("  ", ""), *marks],
                "strength": [(f"  {format_strength(habit):>5}", "")],
                **_ending(habit, with_note=has_today),
            }
        )
    whole = sum_shares(shares)
    if whole.due:
        marks = [(share_mark(day, signs) + gap, "blue") for day in shares]
        rows.append(
            {
                **dict.fromkeys(rows[-1], ()),
                "title": [("All habits", "")],
                "days": [("  ", ""), *marks],
            }
        )
    ends = (f"{day.day} {dates.MONTHS[day.month - 1]}" for day in (first, last))
    output.write_styled([(f"{' to '.join(ends)} {last.year}", "bold")])
    output.write_columns(rows, ("best", "note", "streak", "strength"))
    if whole.due:
        import textwrap  # not needed for a check-in

        text = f"All habits: {describe_share(whole)}"
        room = output.terminal_width() if output.is_terminal() else len(text)
        for line in textwrap.wrap(text, room):
            output.write(line)
    if not habits:
        output.write_message(NO_HABIT)
    return 0 if habits else 1


def _write_list(habits: Sequence[PlacedHabit], signs: MarkGlyphs, *, days: bool) -> None:
    """Print a row for each habit, by group; `days` adds the marks for earlier days."""
    rows: list[output.Columns] = []
    groups: dict[int, str] = {}
    has_groups = any(one.habit.group for one in habits)
    for place, (habit, section, _) in enumerate(habits):
        shown = habit.cells if days else ()
        marks = [(f"{signs.marks[one.mark]} ", _style(one)) for one in shown]
        rows.append(
            {
                "mark": [(f"{signs.marks[habit.today.mark]}  ", _style(habit.today))],
                "title": [(habit.title, "")],
                "aim": [(f"  {aim(habit, signs)}", "dim")],
                "days": [("  ", ""), *marks],
                "strength": [(f"{format_strength(habit):>5}", "")],
                **_ending(habit),
            }
        )
        if has_groups and section != (habits[place - 1].section if place else ""):
            groups[place] = section
    output.write_columns(rows, ("best", "aim", "strength", "streak", "days"), groups)


def _ending(habit: HabitView, *, with_note: bool = True) -> output.Columns:
    """Return the last columns: the streak, the best streak, and the note about today."""
    streak, bracket, best = format_streak(habit).partition(" (")
    note = f"  {habit.note}" if habit.note and with_note else ""
    style = "yellow" if habit.is_at_risk else ""
    return {
        "streak": [(f"  {streak}", "")],
        "best": [(bracket + best, "")],
        "note": [(note, style)],
    }


def _style(cell: Cell) -> str:
    return MARK_STYLES.get(cell.mark, "")


SHOWN_DAYS = 14  # the default for `log`


@click.command("log", cls=RawCommand, metavar="[HABIT] [DAY]", short_help="Show log entries.")
@click.option("--all", "everything", is_flag=True, help="Include entries that were replaced later.")
@json_options
def log_(words: tuple[str, ...], *, everything: bool) -> int:
    """Show the entries of HABIT, or of all habits, since DAY (default: the last 14 days).

    For a combined habit, the entries of its parts are shown.

    --all includes entries that a later one replaced.
    """
    index = open_vault().habits
    index.refresh()
    today = index.today()
    names, day = _names_and_day(list(words), today)
    since = day or today - timedelta(days=SHOWN_DAYS - 1)
    chosen = [index.find(name) for name in names] or index.known()
    parts = (index.find(part) for habit in chosen for part in habit.definition.parts)
    habits = {habit.key: habit for habit in (*chosen, *parts)}
    lines = [line for habit in habits.values() for line in index.lines(habit, since)]
    lines = [line for line in lines if everything or line.counts]
    lines.sort(key=lambda line: (line.entry.day, line.entry.time or "", line.path, line.number))
    entries = [_line_object(line) for line in lines]
    return output.write_answer(
        [_line_row(line, today) for line in lines],
        json={"total": len(entries), "entries": entries},
        empty=f"Nothing logged since {dates.format_short_day(since, today)}.",
        stretch=2,
    )


@click.command("undo", short_help="Undo the last entry.")
@dry_run_option
@json_options
def undo_(*, dry_run: bool) -> int:
    """Undo the last entry of this device. Repeat to undo earlier ones.

    No line is deleted: a new line restores the day.
    """
    index = open_vault().habits
    done = index.undo(dry_run=dry_run)
    if is_json():
        output.write_json(undo_object(done))
        return 0
    write_undo(done, index)
    if dry_run:
        output.write_message("Dry run: nothing was written.")
    return 0


@click.command("doctor", short_help="Check the log and habit definitions.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes, in one step.")
@dry_run_option
@json_options
def doctor_(*, fix: bool, dry_run: bool) -> int:
    """Show invalid log lines and habit definitions, and how to fix them.

    Nothing is changed without --fix, which makes the safe corrections: reformat a line, write `5.5`
    for `5,5`, remove git conflict markers. Lines whose code starts with H do not count.
    """
    vault = open_vault()
    if fix:
        from notekeep.notes.habit_notes import plan_repairs  # not needed for `habit prompt`

        plan = plan_repairs(vault.workspace, vault.habits.problems())
        if plan.changes or dry_run:
            apply_plan(vault, plan, dry_run=dry_run, quiet=is_json())
    found = vault.habits.problems()
    with_text = list(zip(found, read_problem_lines(vault.root, found), strict=True))
    if is_json():
        rows = [{**problem._asdict(), "text": text} for problem, text in with_text]
        output.write_json({"total": len(rows), "problems": rows})
        return 0
    for problem, text in with_text:
        output.write(f"{problem.place}: {problem.code} {problem.message}".replace(":  ", ": "))
        if text:
            output.write(f"  | {text}")
        if problem.hint:
            output.write(f"  {problem.hint}")
    if not found:
        output.write_message("No problems in the habit log and definitions.")
    return 0


@click.command(
    "ask",
    cls=RawCommand,
    metavar="[yesterday | week | DAY]",
    short_help="Log the habits that have no entry yet.",
)
@verb_options
def ask_(words: tuple[str, ...]) -> int:
    """Ask about each habit without an entry: today, on DAY, or in the last week.

    y done, n missed, s skipped, a number for an amount, enter to skip, q to quit.
    """
    index = open_vault().habits
    today = index.today()
    text = " ".join(words)
    if text == "week":
        days = [today - timedelta(days=back) for back in range(7, -1, -1)]
    else:
        days = [dates.parse_day(text, today)]
    questions = 0
    for day in days:
        for habit in index.views(day):
            if habit.is_archived or habit.parts or not habit.today.is_unanswered:
                continue
            questions += 1
            if not _ask(index, habit, day, today):
                return 0
    if not questions:
        output.write_message("Every habit has an entry.")
    return 0 if questions else 1


def _ask(index: HabitIndex, habit: HabitView, day: date, today: date) -> bool:
    """Ask until the answer is valid; return False if the user quits."""
    goal = f", {habit.goal}" if habit.goal != "done" else ""
    question = f"{habit.title} ({dates.format_short_day(day, today)}{goal})  y/n/s/number/enter"
    while True:
        try:
            answer = click.prompt(
                clean_line(question), default="", show_default=False, err=True
            ).strip()
        except click.Abort:
            output.write_message("")
            return False
        if answer == "q":
            return False
        if not answer:
            return True
        try:
            value = checkin.parse_typed_value(answer, habit.unit)
            entry = checkin.CheckIn(index.find(habit.id), value, day)
            done = checkin.append_check_in(index, entry)
        except UsageError as error:
            output.write_message(f"{error.message} {error.hint}")
            continue
        write_check_in(done, index)
        return True


@click.command("start", short_help="Start a timer for a habit.")
@habit_argument
@json_options
def start_(habit: str) -> int:
    """Start a timer for HABIT. `notekeep habit stop` logs the minutes.

    The timer keeps running when the terminal is closed. Only one runs at a time.
    """
    timer = open_vault().habits.start_timer(habit)
    if is_json():
        output.write_json(timer_object(timer))
    else:
        output.write(f"{timer.habit}  timer started at {timer.since}")
    return 0


@click.command("stop", cls=RawCommand, metavar="[VALUE]", short_help="Stop the timer and log it.")
@click.option("--discard", is_flag=True, help="Log nothing.")
@json_options
def stop_(words: tuple[str, ...], *, discard: bool) -> int:
    """Stop the timer and log its minutes, or VALUE, on the day it was started.

    \b
    notekeep habit stop                    log the minutes
    notekeep habit stop 40 min             log another amount
    """
    index = open_vault().habits
    timer, done = index.stop_timer(" ".join(words), discard=discard)
    if is_json():
        entries = [check_in_object(done)] if done else []
        output.write_json({"timer": timer_object(timer), "entries": entries})
    elif done is None:
        text = "discarded" if discard else "stopped in less than a minute; nothing was logged"
        output.write(f"{timer.habit}  timer {text}")
    else:
        write_check_in(done, index)
    return 0


def _names_and_day(words: list[str], today: date) -> tuple[list[str], date | None]:
    """Split words into the name of a habit and a day; both are optional."""
    for names in (0, 1):
        rest = " ".join(words[names:])
        day = dates.try_parse_day(rest, today) if rest else None
        if day is not None:
            return words[:names], day
    if len(words) < 2:
        return words, None
    return words[:1], dates.parse_day(" ".join(words[1:]), today)


def _line_row(line: LogLine, today: date) -> tuple[str, str, str]:
    day = date.fromordinal(line.entry.day)
    text = line.text.partition(": ")[2]
    return (
        dates.format_short_day(day, today),
        line.entry.habit,
        text if line.counts else f"({text})  replaced later",
    )


def _line_object(line: LogLine) -> dict[str, Any]:
    entry = line.entry
    return {
        "date": dates.format_iso(entry.day),
        "habit": entry.habit,
        "value": entry.kind,
        "amount": amounts.format_number(entry.amount) if entry.kind == "amount" else "",
        "unit": entry.unit or "",
        "set": entry.is_set,
        "time": entry.time or "",
        "revision": entry.revision,
        "extra": dict(entry.extra),
        "note": entry.note or "",
        "more": line.more,
        "counts": line.counts,
        "path": line.path,
        "line": line.number,
    }
