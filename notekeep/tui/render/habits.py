"""What the interface shows of a habit: a row of Today, a row of the week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits import marks
from notekeep.habits.view import count
from notekeep.markdown.clean import clean_line
from notekeep.tui.render.glyphs import ASCII
from notekeep.tui.render.pieces import Line, Piece, pad

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from notekeep.habits.view import Cell, HabitView
    from notekeep.tui.render.glyphs import Glyphs

_ROLES: dict[str, str] = {
    "done": "done",
    "partial": "partial",
    "missed": "missed",
    "covered": "covered",
    "skipped": "muted",
    "paused": "muted",
    "open": "open",
    "at risk": "risk",
    "ok": "partial",
    "none": "",
}
DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_WIDTH = 3


def mark_piece(cell: Cell, glyphs: Glyphs) -> Piece:
    """Return the mark of a day; a day whose lines contradict each other says so."""
    characters = marks.ASCII if glyphs is ASCII else marks.UNICODE
    if cell.is_disputed:
        return Piece("?", "risk")
    return Piece(characters.marks[cell.mark], _ROLES[cell.mark])


def week_line(cells: Sequence[Cell], glyphs: Glyphs, here: date | None = None) -> Line:
    """Return the marks of some days, three cells each, with the day `here` standing out."""
    line: Line = []
    for cell in cells:
        piece = mark_piece(cell, glyphs)
        if cell.day == here:
            line.append(Piece("[", "chosen-day"))
            line.extend([piece, Piece("]", "chosen-day")])
        else:
            line.append(Piece(f" {piece.text} ", piece.role))
    return line


def day_heads(days: Sequence[date], today: date, here: date | None = None) -> Line:
    """Return the names of days above their marks."""
    line: Line = []
    for day in days:
        role = "active" if day == (here or today) else "bright" if day == today else "faint"
        line.append(Piece(f" {DAY_NAMES[day.weekday()]}"[:DAY_WIDTH], role))
    return line


def goal_text(habit: HabitView) -> str:
    """Return what a habit asks for, in as few words as it takes: its goal, else its schedule."""
    goal = habit.goal if habit.goal != "done" else ""
    return clean_line(goal or habit.schedule)


def strength_line(habit: HabitView, glyphs: Glyphs) -> Line:
    """Return how strong a habit is: a bar of one cell, and percent."""
    share = min(max(habit.strength, 0.0), 1.0)
    bar = glyphs.bars[min(len(glyphs.bars) - 1, int(share * len(glyphs.bars)))]
    return [Piece(bar, "partial"), Piece(f" {round(share * 100):>3} %", "muted")]


def streak_line(habit: HabitView, width: int) -> Line:
    """Return the streak with what it counts, at the right of `width` cells."""
    text = count(habit.streak, habit.streak_unit) if habit.streak_unit else ""
    return pad([Piece(text.rjust(width), "muted" if habit.streak else "faint")], width)


def note_piece(habit: HabitView) -> Piece:
    """Return what is left to do; a risk stands out."""
    if habit.is_at_risk and habit.tiny:
        return Piece(f"{clean_line(habit.note)} · or {clean_line(habit.tiny)}", "risk")
    return Piece(clean_line(habit.note), "risk" if habit.is_at_risk else "faint")


def tally(habits: Sequence[HabitView]) -> tuple[int, int]:
    """Return how many of the habits that today asks for are done, and how many it asks for."""
    asked = [habit for habit in habits if habit.call in {"due", "done"}]
    return sum(habit.call == "done" for habit in asked), len(asked)
