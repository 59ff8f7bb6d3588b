"""The year calendar of a habit, and the page with all its details."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import zip_longest

from notekeep.dates import MONTHS, week_span
from notekeep.habits.schedule import ChosenDays
from notekeep.habits.summary import Cell, format_count, format_rate, format_run, format_strength
from notekeep.habits.totals import describe_total, total_name
from notekeep.markdown.sanitize import clean_line
from notekeep.tracking.habit_details import RATE_SPANS, Calendar, Detail
from notekeep.tui.render.formatting import day_and_month, long_date
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.habit_rows import (
    DAY_NAMES,
    goal_text,
    note_piece,
    progress_bar,
)
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    line_width,
    pad_line,
    section_line,
    spread_line,
    wrap_line,
)

LABEL_WIDTH = 4  # cells for the names of days
YEAR_LINES = 8


def cell_width(calendar: Calendar, width: int) -> int:
    """Return the width of a week's column: two cells if the year fits, else one."""
    return 2 if width >= LABEL_WIDTH + 2 * len(calendar.columns) else 1


def year_width(calendar: Calendar, width: int) -> int:
    """Return the width of a year in cells, at most `width`."""
    return min(width, LABEL_WIDTH + cell_width(calendar, width) * len(calendar.columns))


def _window(calendar: Calendar, today: date, width: int) -> tuple[int, int, int]:
    """Return the first visible week, the number of weeks that fit, and the width of each."""
    step = cell_width(calendar, width)
    room = max(1, (width - LABEL_WIDTH) // step)
    first = max(0, len(calendar.columns) - room)
    begin = next(
        square.day - timedelta(row) for row, square in enumerate(calendar.columns[0]) if square
    )
    if first and today.year == (begin + timedelta(6)).year:
        this_week = (today - begin).days // 7
        first = min(first, max(0, this_week - room + 2))
    return first, room, step


def day_at(calendar: Calendar, today: date, width: int, x: int, row: int) -> date | None:
    """Return the day at a position, or None for an empty or future cell."""
    first, _, step = _window(calendar, today, width)
    column = first + (x - LABEL_WIDTH) // step
    if x < LABEL_WIDTH or not (0 <= row < 7 and column < len(calendar.columns)):
        return None
    square = calendar.columns[column][row]
    if square is None or square.day > today:
        return None
    return square.day


def year_lines(calendar: Calendar, today: date, glyphs: Glyphs, width: int) -> list[StyledLine]:
    """Return a line of months and a line for each weekday, for the last weeks that fit."""
    first, room, step = _window(calendar, today, width)
    columns = calendar.columns[first : first + room]
    months = [" "] * (len(columns) * step)
    for column, month in calendar.months:
        start = (column - first) * step
        name = MONTHS[month - 1]
        if start >= 0 and start + len(name) <= len(months):
            months[start : start + len(name)] = name
    lines: list[StyledLine] = [[Piece(" " * LABEL_WIDTH), Piece("".join(months), "muted")]]
    for row in range(7):
        name = DAY_NAMES[(calendar.week_start + row) % 7]
        days = [_square(column[row], today, glyphs, step) for column in columns]
        lines.append([Piece(name.ljust(LABEL_WIDTH), "muted"), *days])
    return lines


def _square(square: Cell | None, today: date, glyphs: Glyphs, width: int) -> Piece:
    """Return the cell of a day."""
    if square is None or square.day > today or square.status == "off":
        return Piece(" " * width)
    level = square.level
    is_missed = square.mark == "missed"
    if square.day == today:
        text = "[]" if width > 1 else glyphs.task_open
        return Piece(text, "day-missed today" if is_missed else f"day-{level} today")
    if is_missed:
        return Piece(glyphs.missed.ljust(width), "day-missed")
    if square.status in ("skipped", "paused"):
        return Piece(glyphs.skipped.ljust(width), "day-0")
    return Piece(glyphs.levels[level] * width, f"level-{level}")


def legend_line(left: StyledLine, calendar: Calendar, glyphs: Glyphs, width: int) -> StyledLine:
    """Return the line below a year, with a legend at the right if it fits."""
    cells, room = cell_width(calendar, width), year_width(calendar, width)
    right = [
        Piece("less ", "muted"),
        *(Piece(glyphs.levels[level] * cells, f"level-{level}") for level in range(1, 5)),
        *(Piece(" more   ", "muted"), Piece(glyphs.missed.ljust(cells), "day-missed")),
        *(Piece(" missed   ", "muted"), Piece(glyphs.skipped.ljust(cells), "day-0")),
        *(Piece(" skipped   ", "muted"), Piece("[]" if cells > 1 else glyphs.task_open, "today")),
        Piece(" today", "muted"),
    ]
    return spread_line(left, right, room) if line_width([*left, *right]) < room else left


FIGURES_WIDTH = 20  # minimum space beside a year for its figures
NARROW_YEAR = 80  # a wider year has its figures below
YEAR_FIRST_LINE = 2  # the line of the first day


def year_block(detail: Detail, today: date, glyphs: Glyphs, width: int) -> list[StyledLine]:
    """Return the name of a habit, its year, and a line with figures and a legend."""
    year = year_width(detail.calendar, width)
    days = year_lines(detail.calendar, today, glyphs, width)
    figures = _main_figures(detail, today)
    if year < NARROW_YEAR and width - year >= FIGURES_WIDTH:
        room = min(width - year, FIGURES_WIDTH + COLUMN_GAP) - 2
        fitting = [figure for figure in figures if len(" ".join(figure)) <= room]
        for row, (name, value) in enumerate(fitting, 1):
            figure = spread_line([Piece(name, "muted")], [Piece(value)], room, gap=1)
            days[row] = [*pad_line(days[row], year + 2), *figure]
        left: StyledLine = []
    else:
        left = [Piece(" · ".join(f"{name} {value}" for name, value in figures[:2]), "muted")]
    below = legend_line(left, detail.calendar, glyphs, width)
    return [_heading(detail, today, glyphs, width), *days, below]


def _heading(detail: Detail, today: date, glyphs: Glyphs, width: int) -> StyledLine:
    """Return the name, the goal, today's amounts, and the year if it is not the current year."""
    view, title = detail.view, clean_line(detail.view.title)
    year = str(detail.year) if detail.year != today.year else ""
    note = "" if year else note_piece(view).text  # the amounts of today
    about = (year, goal_text(view, glyphs), note)
    texts = (" · ".join(filter(None, about[:shown])) for shown in (3, 2, 1))
    text = next((each for each in texts if line_width([Piece(f"{title} {each}")]) <= width), "")
    return section_line(title, text, width, glyphs)


def _main_figures(detail: Detail, today: date) -> list[tuple[str, str]]:
    """Return the figures of the year; those of the current year include the current streak."""
    view, (rate, best, misses) = detail.view, detail.of_year
    figures = [("kept", format_rate(rate, view.streak_unit))] if rate.value is not None else []
    runs = {"best": best, "now": view.streak if detail.year == today.year else 0}
    figures += [(name, format_run(run, view.streak_unit)) for name, run in runs.items() if run]
    if misses.followed:
        figures.append(("recovered", f"{misses.recovered} of {misses.followed}"))
    return figures


CHART_LINES = 5
BAR_WIDTH = 16  # cells of a full bar
COLUMN_GAP = 4
TOTAL_NAME = 12  # cells
TABLE_CELLS = 38  # minimum width of a table beside others
TWO_COLUMNS = 180  # from this width, the year and strength are on the left, the rest on the right
MAX_RUNS = 10


def detail_lines(detail: Detail, today: date, glyphs: Glyphs, width: int) -> list[StyledLine]:
    """Return all details of a habit, in lines of at most `width` cells."""
    is_wide = width >= TWO_COLUMNS
    left = year_width(detail.calendar, width - 2 * TABLE_CELLS) if is_wide else width
    course = [*year_block(detail, today, glyphs, left), [], *_strength(detail, glyphs, left), []]
    course += _totals(detail, today, glyphs, left)
    right = width - left - COLUMN_GAP if is_wide else width
    figures = _figures(detail, today, glyphs, right)
    lines = _columns([course, figures], [left + COLUMN_GAP, right]) if is_wide else course + figures
    return [fit_line(line, width) for line in lines]


def _figures(detail: Detail, today: date, glyphs: Glyphs, width: int) -> list[StyledLine]:
    view = detail.view
    weekdays = _weekdays(detail, glyphs)
    weeks = f"weeks {week_span(detail.calendar.week_start)}" if view.streak_unit == "weeks" else ""
    tables = [
        ("Completion", "", _rates(detail, glyphs)),
        *([("Weekdays", "", weekdays)] if weekdays else []),
        ("Best streaks", weeks, _runs(detail, today)),
    ]
    columns = max(1, min(len(tables), width // TABLE_CELLS))
    room = width // columns - COLUMN_GAP if columns > 1 else width
    blocks = [
        [section_line(title, about, room, glyphs), *(rows or [[Piece("nothing yet", "muted")]]), []]
        for title, about, rows in tables
    ]
    lines: list[StyledLine] = []
    for first in range(0, len(blocks), columns):
        some = blocks[first : first + columns]
        lines += _columns(some, [room + COLUMN_GAP] * len(some))
    lines += _texts(detail, glyphs, width)
    lines += [section_line("Notes", "", width, glyphs)] if detail.remarks else []
    for line in detail.remarks:
        lines += _named(_day(line.entry.day, today), 14, line.entry.note or "", width)
    return lines


def _strength(detail: Detail, glyphs: Glyphs, width: int) -> list[StyledLine]:
    """Return the strength over the last days that fit, as a filled curve."""
    now = format_strength(detail.view)
    scores = detail.strengths[-max(1, width - LABEL_WIDTH) :]
    if len(scores) < 2 or not now:
        return [
            section_line("Strength", "", width, glyphs),
            [Piece("Shown after a few days.", "muted")],
        ]
    week = f", was {round(scores[-8] * 100)} % a week ago" if len(scores) > 7 else ""
    bars = glyphs.bars
    rows = [section_line("Strength", f"{now}{week}", width, glyphs)]
    for line in reversed(range(CHART_LINES)):
        parts = [int(score * CHART_LINES * len(bars)) - line * len(bars) for score in scores]
        row = "".join(bars[min(part, len(bars)) - 1] if part > 0 else " " for part in parts)
        label = {CHART_LINES - 1: "100", 0: "  0"}.get(line, "")
        rows.append([Piece(label.ljust(LABEL_WIDTH), "muted"), Piece(row, "level-2")])
    days = Piece(f"{'':{LABEL_WIDTH}}the last {format_count(len(scores), 'days')}", "muted")
    return [*rows, [days]]


def _totals(detail: Detail, today: date, glyphs: Glyphs, width: int) -> list[StyledLine]:
    """Return the amounts of the week, month, year and all time, with as many details as fit."""
    rows: list[StyledLine] = []
    for total in detail.totals:
        name = Piece(total_name(total, today).ljust(TOTAL_NAME), "muted")
        amount, *others = describe_total(total, detail.total_unit)
        text = f"{clean_line(amount)}"
        for clause in map(clean_line, others):
            longer = f"{text} · {clause}"
            text = longer if len(longer) <= width - TOTAL_NAME else text
        rows.append([name, Piece(text)])
    return [section_line("Amounts", "", width, glyphs), *rows, []] if rows else []


def _columns(columns: list[list[StyledLine]], widths: list[int]) -> list[StyledLine]:
    return [
        [piece for row, width in zip(rows, widths, strict=True) for piece in pad_line(row, width)]
        for rows in zip_longest(*columns, fillvalue=[])
    ]


def _rates(detail: Detail, glyphs: Glyphs) -> list[StyledLine]:
    rows: list[StyledLine] = []
    *spans, all_days = zip((*RATE_SPANS, 0), detail.rates, strict=True)
    # A span longer than the history is the same as all days.
    for span, rate in [*((s, k) for s, k in spans if s <= len(detail.strengths)), all_days]:
        label = Piece((f"{span} days" if span else "all days").ljust(10), "muted")
        text, share = format_rate(rate, detail.view.streak_unit), rate.value
        if share is None or not text.endswith("%"):
            rows.append([label, Piece(text, "muted" if share is None else "")])
        else:
            rows.append([label, *progress_bar(share, BAR_WIDTH, glyphs), Piece(f" {text:>5}")])
    if detail.recovery.followed:
        back = f"{detail.recovery.recovered} of {detail.recovery.followed}"
        rows += [[], [Piece("recovered after a miss: ", "muted"), Piece(back)]]
    if detail.recovery.longest_gap > 1:
        gap = format_count(detail.recovery.longest_gap, detail.view.streak_unit)
        rows.append([Piece("longest gap: ", "muted"), Piece(gap)])
    return rows


def _weekdays(detail: Detail, glyphs: Glyphs) -> list[StyledLine]:
    """Return a bar for each weekday, if the schedule depends on weekdays."""
    rows: list[StyledLine] = []
    schedule = detail.definition.schedule_on(detail.view.today.day.toordinal())
    if not (isinstance(schedule, ChosenDays) and any(due for _, due in detail.weekdays)):
        return rows
    for place in range(7):
        number = (detail.calendar.week_start + place) % 7
        done, due = detail.weekdays[number]
        is_best = number in detail.best_weekdays
        row = [Piece(f"{DAY_NAMES[number]}  ", "bright" if is_best else "muted")]
        if due:
            row += [*progress_bar(done / due, BAR_WIDTH, glyphs), Piece(f" {done}/{due}", "muted")]
        else:
            is_due = schedule.weekdays[number]
            row.append(Piece("no data" if is_due else "not due", "muted"))
        rows.append([*row, Piece(" best", "good")] if is_best and due else row)
    return rows


def _runs(detail: Detail, today: date) -> list[StyledLine]:
    rows: list[StyledLine] = []
    latest = max((run.last for run in detail.runs), default=0)
    for run in detail.runs[:MAX_RUNS]:
        span = " to ".join(dict.fromkeys((_day(run.first, today), _day(run.last, today))))
        length = format_run(run.length, detail.view.streak_unit)
        is_now = run.length == detail.view.streak and run.last == latest
        row = [Piece(length.ljust(14), "bright" if is_now else ""), Piece(span, "muted")]
        rows.append([*row, Piece(" now", "good")] if is_now else row)
    return rows


def _day(number: int, today: date) -> str:
    day = date.fromordinal(number)
    return day_and_month(day) if day.year == today.year else long_date(day)


def _texts(detail: Detail, glyphs: Glyphs, width: int) -> list[StyledLine]:
    habit = detail.definition
    texts = {
        "identity": habit.identity,
        "when": habit.when,
        "after": habit.after,
        "minimum": habit.tiny,
        "source": habit.source.removeprefix("[[").removesuffix("]]"),
    }
    rows = [row for name, text in texts.items() if text for row in _named(name, 11, text, width)]
    return [section_line("Why and how", "", width, glyphs), *rows, []] if rows else []


def _named(name: str, indent: int, text: str, width: int) -> Iterator[StyledLine]:
    for row in wrap_line([Piece(clean_line(text))], max(10, width - indent)):
        yield [Piece(name.ljust(indent), "muted"), *row]
        name = ""
