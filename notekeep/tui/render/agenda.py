"""Today as lines: habits, tasks, books, drafts, this day in other years, what is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.render.formatting import field_text, parse_rating, short_date
from notekeep.tui.render.habit_rows import (
    DAY_WIDTH,
    count_done,
    day_heads,
    mark_piece,
    note_piece,
    streak_line,
    streak_words,
    week_line,
)
from notekeep.tui.render.list_rows import task_line
from notekeep.tui.render.note_rows import note_day
from notekeep.tui.render.styled_text import Piece, StyledLine, line_width, pad_line, spread_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.catalog.records import Row, TaskRow
    from notekeep.habits.summary import HabitView
    from notekeep.services.overview import Overview
    from notekeep.tui.render.glyphs import Glyphs

BAR = 10
STREAK = 13
NOTE = 44
NAME_GAP = 3  # cells between a habit's name and its days at least
MIN_NOTE = 18  # cells below which what is left to do would say too little to be worth its place
MIN_NAME, MAX_NAME = 12, 32
"""Cells that a habit's name has at least and at most, before more is said of it."""
BOX = 3  # the box before a habit's name, with its space
MAX_ITEMS = 8  # drafts, problems and the like that are listed; the rest is counted


class AgendaItem(NamedTuple):
    """A line of the agenda."""

    left: StyledLine
    right: Sequence[Piece] = ()  # what is said of it
    path: str = ""  # the note that enter opens, or "" for a line the cursor passes over
    habit: HabitView | None = None  # the habit that space ticks, if it is one
    problem: int = 0  # the line of the note to open at, or 0
    is_conflict: bool = False  # whether it is a note with two versions
    task: TaskRow | None = None  # the task that space ticks, if it is one

    @property
    def is_selectable(self) -> bool:
        return bool(self.path) or self.habit is not None

    @property
    def can_be_ticked(self) -> bool:
        """Whether a mark stands before it that is its button."""
        return self.habit is not None or self.task is not None

    @property
    def place(self) -> tuple[str, int]:
        """Where it is: a note, and a line of it or 0."""
        return self.path, self.problem

    def draw(self, width: int) -> StyledLine:
        return spread_line(self.left, [*self.right], width)


def agenda(view: Overview, width: int, glyphs: Glyphs) -> list[AgendaItem]:
    """Return the lines of a day."""
    sections = [
        _habits(view, width, glyphs),
        _tasks(view, width, glyphs),
        _reading(view, glyphs),
        _notes("Today's note", [view.daily] if view.daily else [], view),
        _notes("Drafts", view.drafts, view),
        _notes("On this day", view.on_this_day, view),
        _broken(view, glyphs),
    ]
    items: list[AgendaItem] = []
    for section in filter(None, map(list, sections)):
        items += [AgendaItem([]), *section] if items else section
    return items


def _head(title: str, *right: Piece) -> AgendaItem:
    return AgendaItem([Piece(title, "section")], right)


def _habits(view: Overview, width: int, glyphs: Glyphs) -> Iterator[AgendaItem]:
    if not view.habits:
        return
    done, asked = count_done(view.habits)
    days = [cell.day for cell in view.habits[0].cells]
    longest = max(line_width([Piece(clean_line(habit.title))]) for habit in view.habits)
    room = width - min(max(longest, MIN_NAME), MAX_NAME) - BOX - len(days) * DAY_WIDTH
    streak = STREAK if room >= STREAK else 0
    wanted = max(line_width([note_piece(habit)]) for habit in view.habits) + 2
    if room - streak - NAME_GAP < wanted:
        # What is left to do is worth more than a wide gap before the streak.
        streak = min(streak, max(len(streak_words(habit)) for habit in view.habits) + 3)
    note = min(NOTE, room - streak - NAME_GAP)
    note = note if streak and note >= MIN_NOTE else 0
    heads = pad_line(day_heads(days, view.day), len(days) * DAY_WIDTH + streak + note)
    yield _head(f"Habits {done}/{asked}", *heads)
    for habit in view.habits:
        left = [_box(habit, glyphs), Piece("  "), Piece(clean_line(habit.title))]
        right = week_line(habit.cells, glyphs)
        if streak:
            right += streak_line(habit, streak)
        if note:
            right += pad_line([Piece("  "), note_piece(habit, note - 2)], note)
        yield AgendaItem(left, right, habit.path, habit)


def _tasks(view: Overview, width: int, glyphs: Glyphs) -> Iterator[AgendaItem]:
    tasks = view.tasks
    if not tasks.open:
        return
    yield _head("Tasks", Piece(f"{tasks.open} open · T lists them", "faint"))
    for _, task in tasks.due[:MAX_ITEMS]:
        line = task_line(task, width, glyphs, view.day)
        yield AgendaItem(line, path=task.path, problem=task.line, task=task)
    yield from _more(len(tasks.due))


def _box(habit: HabitView, glyphs: Glyphs) -> Piece:
    """Return the mark of today as a box that invites to tick it."""
    if habit.today.mark in {"open", "at risk", "none"} and not habit.today.is_disputed:
        return Piece(glyphs.task_open, "risk" if habit.is_at_risk else "accent")
    return mark_piece(habit.today, glyphs)


def _reading(view: Overview, glyphs: Glyphs) -> Iterator[AgendaItem]:
    if not view.reading:
        return
    yield _head("Reading")
    for row in view.reading[:MAX_ITEMS]:
        author = field_text(row.fields.get("author"))
        left = [Piece("   "), Piece(clean_line(row.title)), Piece(f"  {author}", "faint")]
        yield AgendaItem(left, _progress(row, glyphs), row.path)
    yield from _more(len(view.reading))


def _progress(row: Row, glyphs: Glyphs) -> StyledLine:
    """Return how far a book is read, when both its pages and the page are known."""
    pages, page = parse_rating(row.fields.get("pages")), parse_rating(row.fields.get("page"))
    if not pages or page is None:
        started = field_text(row.fields.get("started"))
        return [Piece(f"since {started}", "faint")] if started else []
    share = min(max(page / pages, 0.0), 1.0)
    full = round(share * BAR)
    return [
        Piece(glyphs.full * full, "partial"),
        Piece(glyphs.empty * (BAR - full), "faint"),
        Piece(f" {page:g} of {pages:g}", "muted"),
    ]


def _notes(title: str, rows: list[Row], view: Overview) -> Iterator[AgendaItem]:
    if not rows:
        return
    yield _head(title)
    for row in rows[:MAX_ITEMS]:
        day = short_date(note_day(row.kind, row.fields, row.mtime_ns), view.day)
        left = [Piece("   "), Piece(clean_line(row.title))]
        yield AgendaItem(left, [Piece(day, "faint")], row.path)
    yield from _more(len(rows))


def _broken(view: Overview, glyphs: Glyphs) -> Iterator[AgendaItem]:
    if not view.problems and not view.conflicts:
        return
    yield _head("Needs a look")
    for copy, original in list(view.conflicts.items())[:MAX_ITEMS]:
        left = [Piece(f"{glyphs.warning}  ", "warn"), Piece(clean_line(copy))]
        right = [Piece(f"copy of {clean_line(original)}", "faint")]
        yield AgendaItem(left, right, copy, is_conflict=True)
    for problem in view.problems[:MAX_ITEMS]:
        about = Piece(f"  {clean_line(problem.message)}", "faint")
        left = [Piece(f"{glyphs.warning}  ", "warn"), Piece(clean_line(problem.place)), about]
        yield AgendaItem(left, path=problem.path, problem=problem.line or 0)
    yield from _more(max(len(view.problems), len(view.conflicts)))


def _more(count: int) -> Iterator[AgendaItem]:
    if count > MAX_ITEMS:
        yield AgendaItem([Piece(f"   and {count - MAX_ITEMS} more", "faint")])
