"""The agenda as rows: sections, and the tasks and habits of each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.dates import WEEKDAYS
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.render.formatting import day_and_month
from notekeep.tui.render.list_rows import late_date, repeat_sign, task_box, task_text
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    line_width,
    pad_line,
    section_line,
    spread_line,
)

if TYPE_CHECKING:
    from notekeep.catalog.records import TaskRow
    from notekeep.services.agenda import Agenda, AgendaDay
    from notekeep.tui.render.glyphs import Glyphs

LABEL, SHORT_LABEL = 12, 8
"""The width of a day label: "Mon 30 Nov", or "Mon 30" in a narrow list."""

ROOMY = 60  # from this width, day labels include the month


class SectionRow(NamedTuple):
    """The title of a section."""

    title: str
    about: str


class DayTask(NamedTuple):
    """A task on a day; the first row of a day is labelled with it."""

    task: TaskRow
    day: date | None
    has_label: bool


class DayHabits(NamedTuple):
    """The habits of a day."""

    titles: tuple[str, ...]
    day: date | None
    has_label: bool


class CountRow(NamedTuple):
    """The number of tasks that are not listed."""

    text: str


DayRow: TypeAlias = SectionRow | DayTask | DayHabits | CountRow | None
"""A row of the agenda; None is a blank line."""


def day_rows(agenda: Agenda) -> list[DayRow]:
    """Return the rows of an agenda; sections without tasks and habits are omitted."""
    today = agenda.today
    week = today + timedelta(7)
    head = f"{today:%A} {today.day} {today:%B}"
    sections = [
        ("Today", head, [entry for entry in agenda.days if entry.day == today]),
        _section("Next seven days", today + timedelta(1), min(week, agenda.end), agenda.days),
        _section("The week after", week + timedelta(1), agenda.end, agenda.days),
    ]
    rows: list[DayRow] = []
    if agenda.late:
        rows.append(SectionRow("Late", str(len(agenda.late))))
        rows += [DayTask(task, None, has_label=False) for task in agenda.late]
    for title, about, days in sections:
        if days:
            rows += [*([None] if rows else []), SectionRow(title, about)]
        for entry in days:
            rows += _rows_of(entry, None if entry.day == today else entry.day)
    counts = {f"{'task' if agenda.later == 1 else 'tasks'} later": agenda.later}
    counts["without a date"] = agenda.undated
    about = ", ".join(f"{count} {words}" for words, count in counts.items() if count)
    return [*rows, *([None, CountRow(about)] if about and rows else [])]


def _section(
    title: str, first: date, last: date, days: Sequence[AgendaDay]
) -> tuple[str, str, list[AgendaDay]]:
    start = day_and_month(first) if first.month != last.month else str(first.day)
    found = [entry for entry in days if first <= entry.day <= last]
    return title, f"{start} to {day_and_month(last)}", found


def _rows_of(entry: AgendaDay, day: date | None) -> list[DayRow]:
    rows: list[DayRow] = [
        DayTask(task, day, has_label=not number) for number, task in enumerate(entry.tasks)
    ]
    titles = tuple(clean_line(habit.title) for habit in entry.habits)
    return [*rows, DayHabits(titles, day, has_label=not rows)] if titles else rows


def day_line(row: DayRow, width: int, glyphs: Glyphs, today: date) -> StyledLine:
    """Return a row as one line of `width` cells."""
    match row:
        case None:
            return []
        case SectionRow(title, about):
            return section_line(title, about, width, glyphs)
        case CountRow(text):
            return [Piece(text, "muted")]
        case DayTask(task):
            label = _label(row, width)
            return [*label, *_task_line(task, width - line_width(label), glyphs, today)]
        case DayHabits(titles):
            sign = [Piece(f"{glyphs.kinds['habit']} ", "muted")]
            text = f" {glyphs.dot} ".join(titles)
            return pad_line([*_label(row, width), *sign, Piece(text, "muted")], width)


def _label(row: DayTask | DayHabits, width: int) -> StyledLine:
    if row.day is None:
        return []
    room = LABEL if width >= ROOMY else SHORT_LABEL
    number = f"{row.day.day:>2}" if width < ROOMY else f"{day_and_month(row.day):>6}"
    text = f"{WEEKDAYS[row.day.weekday()][:3].capitalize()} {number}" if row.has_label else ""
    return [Piece(text.ljust(room), "muted")]


def _task_line(task: TaskRow, width: int, glyphs: Glyphs, today: date) -> StyledLine:
    """Return a task; if space is short, omit its note first, then its recurrence rule."""
    left = [*task_box(task, glyphs), Piece(task_text(task), "finished" if task.done else "")]
    date_piece = late_date(task, today, glyphs)
    right = [*date_piece, *repeat_sign(task, glyphs, with_rule=True, gap=bool(date_piece))]
    room = width - line_width(left) - 2
    note = Piece(f"  {clean_line(task.title)}", "muted")
    if line_width(right) > room:
        right = [*date_piece, *repeat_sign(task, glyphs, gap=bool(date_piece))]
    elif line_width([note, *right]) <= room:
        left.append(note)
    return spread_line(left, right, width)
