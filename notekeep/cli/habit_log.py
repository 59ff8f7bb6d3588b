"""The log of habits: `habit log`, `undo`, `doctor`, `ask`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from notekeep import dates
from notekeep.cli import output
from notekeep.cli.arguments import RawCommand
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.context import is_json, vault_places
from notekeep.cli.habit_output import cell_object, glyphs, habit_object, write_check_in, write_undo
from notekeep.cli.opening import open_vault
from notekeep.cli.options import dry_run_option, json_option, verb_options
from notekeep.errors import UsageError
from notekeep.habits import amounts
from notekeep.markdown.sanitize import clean_line
from notekeep.tracking import checkin
from notekeep.tracking.checkin_undo import undo_check_in
from notekeep.tracking.tracker import HabitIndex

if TYPE_CHECKING:
    from notekeep.habits.summary import HabitView
    from notekeep.tracking.habit_table import LogLine

SHOWN_DAYS = 14
"""How many days of the log are shown when nothing is said."""


@click.command(
    "log", cls=RawCommand, metavar="[HABIT] [DAY]", short_help="Show the lines of the log."
)
@click.option("--all", "everything", is_flag=True, help="Lines that later ones replaced, too.")
@json_option
@verb_options
def log_(words: tuple[str, ...], *, everything: bool) -> int:
    """Show the entries of HABIT, or of all habits, from DAY on; by default the last fortnight.

    With --all also those that no longer count, because a later one replaced them.
    """
    index = HabitIndex(vault_places())
    index.refresh()
    today = index.today()
    names, day = _names_and_day(list(words), today)
    since = day or today - timedelta(days=SHOWN_DAYS - 1)
    habits = [index.find(name) for name in names] or index.known()
    lines = [line for habit in habits for line in index.lines(habit, since)]
    lines = [line for line in lines if everything or line.counts]
    lines.sort(key=lambda line: (line.entry.day, line.entry.time or "", line.path, line.number))
    entries = [_line_object(line) for line in lines]
    return output.write_answer(
        [_line_row(line, today) for line in lines],
        json={"total": len(entries), "entries": entries},
        empty=f"nothing is logged since {dates.format_short_day(since, today)}",
        stretch=2,
    )


@click.command("undo", short_help="Undo the last entry.")
@dry_run_option
@json_option
@verb_options
def undo_(*, dry_run: bool) -> int:
    """Take back the last entry of this device; again, the one before it.

    The log only grows: a new line makes the day what it was.
    """
    index = HabitIndex(vault_places())
    done = undo_check_in(index, dry_run=dry_run)
    if is_json():
        habit = habit_object(done.habit)
        del habit["days"]
        output.write_json(
            {**habit, "day": cell_object(done.cell), "gone": done.gone, "lines": list(done.lines)}
        )
        return 0
    write_undo(done, glyphs(index.places.settings), index.today())
    if dry_run:
        output.write_message("not written")
    return 0


@click.command("doctor", short_help="Check log and definitions.")
@click.option("--fix", is_flag=True, help="Fix what takes no guess, as one step.")
@dry_run_option
@json_option
@verb_options
def doctor_(*, fix: bool, dry_run: bool) -> int:
    """Show lines and definitions that are not understood, and what to write instead.

    Nothing is dropped or rewritten unless you say --fix, which writes what takes no guess: another
    shape of the same line, `5.5` for `5,5`, markers of git taken out. A line whose code begins
    with H does not count.
    """
    if fix:
        vault = open_vault()
        plan = vault.notes.plan_repairs(vault.habits.tracker.problems())
        if plan.changes or dry_run:
            apply_plan(vault, plan, dry_run=dry_run, quiet=is_json())
        index = vault.habits.tracker
    else:
        index = HabitIndex(vault_places())
    found = index.problems()
    texts = index.problem_lines(found)
    if is_json():
        rows = [
            {
                "path": problem.path,
                "line": problem.line,
                "text": text,
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
            }
            for problem, text in zip(found, texts, strict=True)
        ]
        output.write_json({"total": len(rows), "problems": rows})
        return 0
    for problem, text in zip(found, texts, strict=True):
        place = problem.place
        output.write(f"{place}: {problem.code} {problem.message}".replace(":  ", ": "))
        if text:
            output.write(f"  | {text}")
        if problem.hint:
            output.write(f"  {problem.hint}")
    if not found:
        output.write_message("all lines and definitions of habits are understood")
    return 0


@click.command(
    "ask",
    cls=RawCommand,
    metavar="[yesterday | week | DAY]",
    short_help="Answer for habits that are open.",
)
@verb_options
def ask_(words: tuple[str, ...]) -> int:
    """Ask for each habit that has no entry: today, a DAY, or all days of the last week.

    y done, n missed, s skipped, a number for an amount, enter leaves it open, q ends.
    """
    index = HabitIndex(vault_places())
    today = index.today()
    text = " ".join(words)
    if text == "week":
        days = [today - timedelta(days=back) for back in range(7, -1, -1)]
    else:
        days = [dates.parse_day(text, today)]
    questions = 0
    for day in days:
        for habit in index.habits(day):
            if habit.is_archived or not habit.today.is_unanswered:
                continue
            questions += 1
            if not _ask(index, habit, day, today):
                return 0
    if not questions:
        output.write_message("nothing is open")
    return 0 if questions else 1


def _ask(index: HabitIndex, habit: HabitView, day: date, today: date) -> bool:
    """One question, until the answer is understood; False when the person has enough."""
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
            done = checkin.check_in(index, entry)
        except UsageError as error:
            output.write_message(f"{error.message}; {error.hint}")
            continue
        write_check_in(done, glyphs(index.places.settings), today)
        return True


def _names_and_day(words: list[str], today: date) -> tuple[list[str], date | None]:
    """A habit's name, then a day; either may be missing."""
    if not words:
        return [], None
    for names in (0, 1):
        rest = " ".join(words[names:])
        day = dates.try_parse_day(rest, today) if rest else None
        if day is not None:
            return words[:names], day
    if len(words) == 1:
        return words, None
    return words[:1], dates.parse_day(" ".join(words[1:]), today)


def _line_row(line: LogLine, today: date) -> tuple[str, str, str]:
    day = date.fromordinal(line.entry.day)
    text = line.text.partition(": ")[2]
    return (
        dates.format_short_day(day, today),
        line.entry.habit,
        text if line.counts else f"({text})  replaced",
    )


def _line_object(line: LogLine) -> dict[str, Any]:
    entry = line.entry
    return {
        "date": date.fromordinal(entry.day).isoformat(),
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
