"""Habits as text and as JSON: one line for a check-in, a row for each habit of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep import dates
from notekeep.cli import output
from notekeep.habits.calendar import ASCII_MARKS, UNICODE_MARKS, Mark, MarkGlyphs
from notekeep.habits.summary import format_streak

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from notekeep.habits.summary import Cell, HabitView
    from notekeep.settings import VaultSettings
    from notekeep.tracking.checkin import CheckInResult
    from notekeep.tracking.checkin_undo import Undone

MARK_STYLES: dict[Mark, str] = {
    "done": "blue",
    "partial": "blue",
    "ok": "blue",
    "missed": "red",
    "at risk": "yellow",
    "covered": "dim",
    "skipped": "dim",
    "paused": "dim",
    "open": "dim",
}


def glyphs(settings: VaultSettings) -> MarkGlyphs:
    """Return the characters that the terminal can show and the person wants."""
    if settings.glyphs:
        return ASCII_MARKS if settings.glyphs == "ascii" else UNICODE_MARKS
    shown = "".join((*UNICODE_MARKS.marks.values(), UNICODE_MARKS.levels))
    return UNICODE_MARKS if output.replace_unencodable(shown) == shown else ASCII_MARKS


def percent(share: float | None) -> str:
    """Return a share in words, `72 %`; nothing known is not nothing done."""
    return "no data" if share is None else f"{share * 100:.0f} %"


def write_check_in(done: CheckInResult, signs: MarkGlyphs, today: date) -> None:
    """Write one line for a check-in."""
    habit, cell = done.habit, done.cell
    parts = [habit.id, dates.format_short_day(cell.day, today)]
    if cell.amount and not (habit.note and cell.day == today):
        parts.append(cell.amount)
    parts += [habit.note, format_streak(habit), percent(habit.strength)]
    _write_line(cell, parts, signs, end="" if done.is_written else "not written")
    if done.warning:
        output.write_message(done.warning)


def write_undo(done: Undone, signs: MarkGlyphs, today: date) -> None:
    """Write one line for an entry that was undone."""
    habit, cell = done.habit, done.cell
    parts = [habit.id, dates.format_short_day(cell.day, today), cell.amount or cell.status]
    parts += [format_streak(habit), percent(habit.strength)]
    _write_line(cell, parts, signs, end=f"took back: {_entry_text(done.gone)}")
    if done.warning:
        output.write_message(done.warning)


def _write_line(cell: Cell, parts: Sequence[str], signs: MarkGlyphs, end: str = "") -> None:
    between = " · " if signs is UNICODE_MARKS else " - "
    text = between.join(part for part in (*parts, end) if part)
    output.write_styled([(signs.marks[cell.mark].strip() or "-", _style(cell)), (f" {text}", "")])


def _entry_text(line: str) -> str:
    """What a line of the log says, without its bullet, day and habit."""
    return line.partition(": ")[2]


def write_rows(habits: Sequence[HabitView], signs: MarkGlyphs, *, days: bool = True) -> None:
    """Write a row for each habit, under the heading of its group; `days` adds earlier marks."""
    cells = max((len(habit.cells) for habit in habits), default=0)
    shown = output.fit_columns(
        {
            "title": _widest(habit.title for habit in habits),
            "mark": 3,
            "aim": _widest(_aim(habit) for habit in habits) + 2,
            "days": 2 * cells + 2 if days else 2,
            "strength": 5,
            **streak_columns(habits),
        },
        ("best", "aim", "strength", "streak", "days"),
    )
    group = ""
    for habit in habits:
        if habit.group != group:
            group = habit.group
            output.write_styled([(group, "bold")])
        write_row(
            [
                (f"{signs.marks[habit.today.mark]}  ", _style(habit.today)),
                (output.fit_text(habit.title, shown["title"]), ""),
                (
                    output.fit_text("  " + _aim(habit), shown["aim"]) if "aim" in shown else "",
                    "dim",
                ),
                *_days(habit, signs, shown.get("days", 0)),
                (f"{percent(habit.strength):>5}" if "strength" in shown else "", ""),
                *ending(habit, shown),
            ]
        )


def write_row(parts: Sequence[tuple[str, str]]) -> None:
    """Write the pieces of a row; columns that are blank at its end are left out."""
    row = list(parts)
    while row and not row[-1][0].strip():
        row.pop()
    output.write_styled([*row[:-1], *((text.rstrip(), style) for text, style in row[-1:])])


def _days(habit: HabitView, signs: MarkGlyphs, cells: int) -> list[tuple[str, str]]:
    """The marks of the days, each with a blank behind it, or what stands in their place."""
    if cells <= 2:
        return [(" " * cells, "")]
    return [("  ", ""), *((signs.marks[cell.mark] + " ", _style(cell)) for cell in habit.cells)]


def streak_columns(habits: Sequence[HabitView]) -> dict[str, int]:
    """Return the widths of what a row ends with: the streak, its best, and the note."""
    whole = _widest(format_streak(habit) for habit in habits)
    short = _widest(_streak(habit, {}) for habit in habits)
    notes = _widest(habit.note for habit in habits)
    return {"streak": short + 2, "best": whole - short, "note": notes + 2 if notes else 0}


def ending(habit: HabitView, shown: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return streak and note, unpadded without a note, so that no line ends in blanks."""
    text = f"  {_streak(habit, shown)}" if "streak" in shown else ""
    if not habit.note or "note" not in shown:
        return [(text.rstrip(), "")]
    style = "yellow" if habit.is_at_risk else ""
    cells = shown["streak"] + shown.get("best", 0) if "streak" in shown else 0
    return [
        (output.fit_text(text, cells), ""),
        (output.fit_text(f"  {habit.note}", shown["note"]).rstrip(), style),
    ]


def _streak(habit: HabitView, shown: Mapping[str, int]) -> str:
    text = format_streak(habit)
    return text if "best" in shown else text.partition(" (")[0]


def _style(cell: Cell) -> str:
    return MARK_STYLES.get(cell.mark, "")


def _aim(habit: HabitView) -> str:
    return habit.goal if habit.goal != "done" else habit.schedule


def _widest(texts: Iterable[str]) -> int:
    return max((output.width(text) for text in texts), default=0)


def count_done(habits: Sequence[HabitView]) -> tuple[int, int]:
    """Count the habits that are done of those that today asks for, and these."""
    asked = [habit for habit in habits if habit.call in ("due", "done")]
    return sum(habit.call == "done" for habit in asked), len(asked)


def write_today_heading(habits: Sequence[HabitView], day: date, day_start: int) -> None:
    """Write the line above a list of today: the day, when it ends, how much of it is done."""
    done, asked = count_done(habits)
    text = f"{dates.format_short_day(day)} {day.year}"
    output.write_styled(
        [(f"Habits  {text}", "bold"), (f"  until {day_start:02}:00   {done}/{asked}", "dim")]
    )


def habit_object(habit: HabitView) -> dict[str, Any]:
    """Return a habit as JSON; its keys are stable."""
    return {
        "id": habit.id,
        "title": habit.title,
        "group": habit.group,
        "schedule": habit.schedule,
        "goal": habit.goal,
        "unit": habit.unit,
        "path": habit.path,
        "status": habit.today.status,
        "call": habit.call,
        "at_risk": habit.is_at_risk,
        "streak": habit.streak,
        "best": habit.best,
        "streak_unit": habit.streak_unit,
        "strength": round(habit.strength, 6),
        "note": habit.note,
        "archived": habit.is_archived,
        "problems": list(habit.problems),
        "days": [cell_object(cell) for cell in habit.cells],
    }


def cell_object(cell: Cell) -> dict[str, Any]:
    """Return a day of a habit as JSON."""
    return {
        "date": cell.day.isoformat(),
        "status": cell.status,
        "mark": cell.mark,
        "level": cell.level,
        "amount": cell.amount,
        "logged": cell.is_logged,
        "disputed": cell.is_disputed,
    }


def check_in_object(done: CheckInResult) -> dict[str, Any]:
    """Return a check-in as JSON."""
    habit = habit_object(done.habit)
    del habit["days"]
    return {
        **habit,
        "date": done.cell.day.isoformat(),
        "day": cell_object(done.cell),
        "line": done.line,
        "file": done.path,
        "written": done.is_written,
        "warning": done.warning,
    }
