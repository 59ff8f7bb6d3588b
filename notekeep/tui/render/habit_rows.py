"""A habit in lists: marks, week tiles, strength, streak, note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from rich.cells import cell_len

from notekeep.dates import MONTHS
from notekeep.habits import calendar
from notekeep.habits.amounts import pluralize
from notekeep.habits.day_shares import DayShare, describe_share, sum_shares
from notekeep.habits.schedule import ascii_goal
from notekeep.habits.summary import CLAUSE, Cell, HabitView, format_run, format_strength
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.styled_text import Piece, StyledLine, line_width

_ROLES: dict[str, str] = {
    "done": "done",
    "partial": "partial",
    "missed": "missed",
    "skipped": "muted",
    "paused": "muted",
    "open": "",
    "at risk": "risk",
    "ok": "partial",
    "none": "",
}
_NOT_DUE = frozenset({"off", "future", "paused", "rest", "skipped", "pending", "open"})
DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_WIDTH = 3
STRENGTH_BAR = 5  # cells


def mark_piece(cell: Cell, glyphs: Glyphs) -> Piece:
    """Return the mark of a day, or "?" if its entries contradict each other."""
    characters = calendar.ASCII_MARKS if glyphs.is_ascii else calendar.UNICODE_MARKS
    if cell.is_disputed:
        return Piece("?", "risk")
    return Piece(characters.marks[cell.mark], _ROLES[cell.mark])


def day_marks(
    cells: Sequence[Cell],
    glyphs: Glyphs,
    today: date,
    selected: date | None = None,
    *,
    is_month: bool = False,
    hides_open: bool = False,
) -> StyledLine:
    """Return the marks of days, three cells each, with the selected day in brackets.

    With `is_month`, a mark has two cells, and the line starts with a space. `hides_open` omits the
    mark of today while it is open.
    """
    line: StyledLine = [Piece(" ")] if is_month else []
    for cell in cells:
        piece = mark_piece(cell, glyphs)
        if cell.mark == "paused" and cell.day != today:
            piece = Piece(glyphs.rule, "rule")
        elif hides_open and cell.day == today and cell.mark in {"open", "ok", "partial"}:
            piece = Piece(" ")
        if cell.day == selected:
            before = line.pop() if is_month else Piece("")
            line += [before._replace(text=before.text[:-1]), Piece("[", "chosen-day")]
            line += [piece, Piece("]", "chosen-day")]
        else:
            line.append(Piece(f"{'' if is_month else ' '}{piece.text} ", piece.role))
    return line


def year_line(cells: Sequence[Cell], glyphs: Glyphs) -> StyledLine:
    """Return a cell for each week, shaded by the share of due days that are done."""
    line: StyledLine = []
    for start in range(0, len(cells), 7):
        due = [cell for cell in cells[start : start + 7] if cell.status not in _NOT_DUE]
        if not due:
            line.append(Piece(" "))
            continue
        done = sum(cell.mark in {"done", "ok"} or cell.status == "covered" for cell in due)
        if done == len(due):
            level = 4 if sum(cell.level for cell in due) / len(due) > 3.5 else 3
        else:  # half, some or none
            level = 2 if done >= len(due) / 2 else int(done > 0)
        line.append(Piece(glyphs.levels[level], f"level-{level}"))
    return line


def day_heads(days: Sequence[date], today: date, selected: date | None = None) -> StyledLine:
    """Return the names of days."""
    line: StyledLine = []
    for day in days:
        role = "key" if day == today else "strong" if day == selected else "muted"
        line.append(Piece(f" {DAY_NAMES[day.weekday()]}"[:DAY_WIDTH], role))
    return line


def week_heads(first: date, weeks: int, width: int) -> StyledLine:
    """Return the first day of each week, to show above the tiles."""
    starts = (first + timedelta(7 * number) for number in range(weeks))
    texts = [f"{day.day} {MONTHS[day.month - 1]}".ljust(7 * width) for day in starts]
    return [Piece(" ".join(texts), "muted")]


def month_heads(first: date, last: date, today: date, selected: date) -> StyledLine:
    """Return the numbers of every fifth day of a month and of the selected day."""
    line: StyledLine = [Piece(" ")]
    for number in range(first.day, last.day + 1):
        day = first.replace(day=number)
        is_near = abs(number - selected.day) == 1
        is_shown = day == selected or ((number == 1 or number % 5 == 0) and not is_near)
        role = "key" if day == today else "strong" if day == selected else "muted"
        line.append(Piece(f"{number:<2}" if is_shown else "  ", role))
    return line


def year_heads(first: date) -> StyledLine:
    """Return the names of months, each above its first week."""
    text = [" "] * 53
    for week in range(53):
        last = first + timedelta(7 * week + 6)
        if last.day <= 7:
            text[week : week + 3] = MONTHS[last.month - 1]
    return [Piece("".join(text[:53]), "muted")]


def tile_line(cells: Sequence[Cell], glyphs: Glyphs, width: int) -> StyledLine:
    """Return past weeks of a habit as tiles, `width` cells per day, with gaps between weeks."""
    line: StyledLine = []
    for place, cell in enumerate(cells):
        if place and place % 7 == 0:
            line.append(Piece(" "))
        if cell.mark == "paused":
            line.append(Piece(glyphs.rule * width, "rule"))
        elif cell.mark == "missed":
            line.append(Piece(glyphs.missed.ljust(width), "missed"))
        else:
            level = cell.level or (3 if cell.mark in {"done", "ok"} else 0)
            tile = " " if cell.status == "off" else glyphs.tiles[level]
            line.append(Piece(tile * width, f"level-{level}"))
    return line


def goal_text(habit: HabitView, glyphs: Glyphs) -> str:
    """Return the goal of a habit, or else its schedule, in words."""
    return clean_line(ascii_goal(habit.aim) if glyphs.is_ascii else habit.aim)


def progress_bar(share: float, cells: int, glyphs: Glyphs) -> StyledLine:
    """Return a bar for a share from 0.0 to 1.0, rounded to half a cell."""
    halves = round(min(max(share, 0.0), 1.0) * cells * 2)
    full, half = divmod(halves, 2)
    text = glyphs.full * full + glyphs.half_full * half
    return [Piece(text, "partial"), Piece(glyphs.empty * (cells - full - half), "rule")]


def strength_line(habit: HabitView, glyphs: Glyphs) -> StyledLine:
    """Return the strength of a habit as a short bar and a percentage; no bar for a new habit."""
    if habit.strength is None or habit.is_new:
        return [Piece(format_strength(habit), "muted")]
    bar = progress_bar(habit.strength, STRENGTH_BAR, glyphs)
    return [*bar, Piece(f" {format_strength(habit):>5}")]


def streak_words(habit: HabitView) -> str:
    """Return the streak with its unit, or "" if there is none."""
    unit = habit.streak_unit
    return format_run(habit.streak, unit) if unit and habit.streak else ""


def logged_amount(cell: Cell) -> str:
    """Return the amount of a day, such as `25 pages`, or "" if there is none."""
    return clean_line(pluralize(cell.amount))


def note_piece(habit: HabitView, room: int = 0) -> Piece:
    """Return the remaining and logged amounts of today, with as many clauses as fit."""
    first, *others = clean_line(habit.note).split(CLAUSE)
    amount = logged_amount(habit.today)
    if amount and amount.partition(" ")[0] not in first.split(" "):
        first, others = (first, [*others, amount]) if first else (amount, others)
    if habit.is_at_risk and habit.tiny:
        others.insert(0, f"minimum: {clean_line(habit.tiny)}")
    if 0 < room < cell_len(first):
        first = re.split(r" \(| this ", first)[0]  # the goal already names the period
    text = first if not room or cell_len(first) <= room else ""
    for clause in others:
        longer = f"{text} · {clause}"
        text = longer if text and (not room or cell_len(longer) <= room) else text
    return Piece(text, "" if habit.is_at_risk else "muted")


def share_line(name: str, days: Sequence[DayShare], glyphs: Glyphs, room: int) -> StyledLine:
    """Return the completion of all habits: a bar for each day, and figures if they fit."""
    total = sum_shares(days)
    if total.share is None:
        return []
    last = len(glyphs.bars) - 1
    shares = [day.share for day in days]
    bars = "".join(" " if day is None else glyphs.bars[int(day * last)] for day in shares) + " "
    percent = f"{total.share * 100:.0f} %"
    for shown, text in ((bars, describe_share(total)), (bars, percent), ("", percent)):
        line = [Piece(f"{name} ", "muted"), Piece(shown, "partial"), Piece(text)]
        if line_width(line) <= room:
            return line
    return []


def find_unlogged_yesterday(habits: Sequence[HabitView]) -> list[HabitView]:
    """Return the habits that were due yesterday but have no entry; their cells must end today."""
    due = {"missed", "at risk"}  # not for a habit that another day can make up for
    return [
        habit
        for habit in habits
        if len(habit.cells) > 1 and habit.cells[-2].is_unanswered and habit.cells[-2].mark in due
    ]
