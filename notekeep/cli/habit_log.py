"""The log of habits: `habit log`, `undo`, `doctor`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from notekeep import dates
from notekeep.cli import output
from notekeep.cli.arguments import RawCommand
from notekeep.cli.context import vault_places
from notekeep.cli.habit_output import cell_object, glyphs, habit_object, write_undo
from notekeep.cli.options import dry_run_option, json_option, verb_options
from notekeep.habits import amounts
from notekeep.tracking.tracker import HabitIndex

if TYPE_CHECKING:
    from notekeep.tracking.habit_table import LogLine

SHOWN_DAYS = 14
"""How many days of the log are shown when nothing is said."""


class LogCommand(RawCommand):
    """A command whose words are a habit and a day, both optional."""

    words_metavar = "[HABIT] [DAY]"


@click.command("log", cls=LogCommand, short_help="The lines of the log.")
@click.option("--all", "everything", is_flag=True, help="Lines that later ones replaced, too.")
@json_option
@verb_options
def log_(words: tuple[str, ...], *, everything: bool, as_json: bool, vault: str | None) -> int:
    """Show the entries of HABIT, or of all habits, from DAY on; by default the last fortnight.

    With --all also those that no longer count, because a later one replaced them.
    """
    index = HabitIndex(vault_places(vault))
    index.refresh()
    today = index.today()
    names, day = _names_and_day(list(words), today)
    since = day or today - timedelta(days=SHOWN_DAYS - 1)
    habits = [index.find(name) for name in names] or index.known()
    lines = [line for habit in habits for line in index.lines(habit, since)]
    lines = [line for line in lines if everything or line.counts]
    lines.sort(key=lambda line: (line.entry.day, line.entry.time or "", line.path, line.number))
    if as_json:
        output.write_json({"total": len(lines), "entries": [_line_object(line) for line in lines]})
    else:
        output.table([_line_row(line, today) for line in lines], stretch=2)
        if not lines:
            output.write_message(f"nothing is logged since {dates.format_short_day(since, today)}")
    return 0 if lines else 1


@click.command("undo", short_help="Take the last entry back.")
@dry_run_option
@json_option
@verb_options
def undo_(*, dry_run: bool, as_json: bool, vault: str | None) -> int:
    """Take back the last entry of this device; again, the one before it.

    The log only grows: a new line makes the day what it was.
    """
    from notekeep.tracking.checkin_undo import undo_check_in

    index = HabitIndex(vault_places(vault))
    done = undo_check_in(index, dry_run=dry_run)
    if as_json:
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


@click.command("doctor", short_help="What is wrong in log and definitions.")
@click.option("--fix", is_flag=True, help="Mend what takes no guess, as one step.")
@dry_run_option
@json_option
@verb_options
def doctor_(*, fix: bool, dry_run: bool, as_json: bool, vault: str | None) -> int:
    """Show lines and definitions that are not understood, and what to write instead.

    Nothing is dropped or rewritten unless you say --fix, which writes what takes no guess: another
    shape of the same line, `5.5` for `5,5`, markers of git taken out. A line whose code begins
    with H does not count.
    """
    if fix:
        from notekeep.cli.confirmation import apply_plan
        from notekeep.cli.options import open_vault

        opened = open_vault(vault)
        plan = opened.plan.mend_all(opened.habit_index.problems())
        if plan.changes or dry_run:
            apply_plan(opened, plan, dry_run=dry_run, done=str, quiet=as_json)
        index = opened.habit_index
    else:
        index = HabitIndex(vault_places(vault))
    found = index.problems()
    texts = index.problem_lines(found)
    if as_json:
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
