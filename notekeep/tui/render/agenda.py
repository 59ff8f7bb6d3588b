"""The Today screen as lines: due habits and tasks in one column, the rest in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.summary import count_habits
from notekeep.markdown.note_names import note_stem
from notekeep.markdown.sanitize import clean_line
from notekeep.obsidian import PERIODS
from notekeep.tui.render.formatting import field_date, field_text, parse_rating, short_date
from notekeep.tui.render.habit_rows import (
    DAY_WIDTH,
    day_heads,
    day_marks,
    mark_piece,
    note_piece,
    progress_bar,
)
from notekeep.tui.render.list_rows import task_line
from notekeep.tui.render.note_rows import RowLook, kind_sign, note_day, row_date
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from notekeep.catalog.records import Row, TaskRow
    from notekeep.errors import Problem
    from notekeep.habits.summary import HabitView
    from notekeep.services.overview import Overview
    from notekeep.tui.render.glyphs import Glyphs

BAR = 12  # the width of a book's progress bar
SIGN = 2  # the width of the box or symbol before a title, including the space
NOTE_GAP = 2  # the gap between the days of a habit and its note
MIN_NAME, MAX_NAME = 20, 24  # the width of a habit's name, including the gap after it
MAX_ITEMS = 8  # maximum lines of a section; a count replaces the rest
MAX_DUE = 2  # due tasks may use this many times the lines of `Room.tasks`
MAX_WEEK = 6  # maximum tasks of the next seven days
MAX_TEXT = 20  # maximum lines of today's note
MAX_EXAMPLES = 2  # notes to list for one problem
QUOTE_LINES = 2
ROOMY = 60  # from this width, a book is one line with its author and progress


class AgendaItem(NamedTuple):
    """A line of the agenda."""

    line: StyledLine
    path: str = ""  # the note that enter opens
    habit: HabitView | None = None  # the habit that space checks in
    at: int = 0  # the line at which the note opens, or 0
    is_conflict: bool = False
    task: TaskRow | None = None  # the task that space ticks
    action: str = ""  # the action that enter runs
    is_detail: bool = False  # whether it continues the line above

    @property
    def is_selectable(self) -> bool:
        return bool(self.path or self.action) or self.habit is not None

    @property
    def can_be_ticked(self) -> bool:
        """Whether the line starts with a checkbox."""
        return self.habit is not None or self.task is not None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """An identifier of the line that survives a reload."""
        if self.task is not None:
            return ("", *self.task.key, "")
        return self.habit.id if self.habit else "", self.path, str(self.at), self.action


class DayTexts(NamedTuple):
    """Texts that are loaded after the first frame: today's note, and quotes by path."""

    daily: Sequence[AgendaItem] = ()
    quotes: Mapping[str, str] = {}


class Room(NamedTuple):
    """The width of a column, and the maximum lines of some sections."""

    width: int
    tasks: int
    recent: int
    quote: int


def due_items(
    view: Overview, texts: DayTexts, room: Room, glyphs: Glyphs, *, is_only_column: bool
) -> list[AgendaItem]:
    """Return due habits, due tasks and today's note; in a single column, also all other items."""
    habits = _habits(view, room.width, glyphs)
    tasks = _tasks(view, room, glyphs, with_recall=is_only_column)
    week, daily = _week(view, room, glyphs), _daily(view, texts, room.width, glyphs)
    periodic = _periodic(view, room.width, glyphs)
    if not is_only_column:
        return _join(habits, tasks, week, periodic, daily)
    reading, *others = _others(view, texts, room, glyphs)
    return _join(habits, tasks, week, periodic, reading, daily, *others)


def other_items(view: Overview, texts: DayTexts, room: Room, glyphs: Glyphs) -> list[AgendaItem]:
    """Return books, drafts, notes from this day in other years, recent changes, and problems."""
    return _join(_quote(view, room, glyphs), *_others(view, texts, room, glyphs))


def _others(
    view: Overview, texts: DayTexts, room: Room, glyphs: Glyphs
) -> list[Iterator[AgendaItem]]:
    today, width = view.day, room.width

    def dated(row: Row) -> str:
        return short_date(note_day(row.kind, row.fields, row.mtime_ns), today)

    def changed(row: Row) -> str:
        return row_date(row, RowLook(dated_by="modified"), today)

    return [
        _reading(view, width, glyphs),
        _notes("Drafts", view.drafts, dated, width, glyphs, counted=True),
        _on_this_day(view, texts, width, glyphs),
        _notes("Last changed", view.recent[: room.recent], changed, width, glyphs),
        _broken(view, width, glyphs),
    ]


def _join(*sections: Iterator[AgendaItem]) -> list[AgendaItem]:
    items: list[AgendaItem] = []
    for section in filter(None, map(list, sections)):
        items += [AgendaItem([]), *section] if items else section
    return items


def _head(title: str, about: str, width: int, glyphs: Glyphs) -> AgendaItem:
    return AgendaItem(section_line(title, about, width, glyphs))


def _habits(view: Overview, width: int, glyphs: Glyphs) -> Iterator[AgendaItem]:
    if not view.habits:
        return
    done, due, _ = count_habits(view.habits)
    days = [cell.day for cell in view.habits[0].cells]
    longest = max(line_width([Piece(clean_line(habit.title))]) for habit in view.habits) + 1
    room = width - SIGN - len(days) * DAY_WIDTH
    name = min(max(longest, MIN_NAME), MAX_NAME, room)
    note = room - name - NOTE_GAP
    about = f"{done} of {due} done" if due and name >= MIN_NAME else ""
    head = section_line("Habits", about, SIGN + name - 1, glyphs)
    rule = [Piece(f" {glyphs.rule * (note + 1)}", "rule")] if note > 0 else []
    heads = [Piece(" "), *day_heads(days, view.day), *rule]
    yield AgendaItem([*pad_line(head, SIGN + name - 1), *heads])
    for habit in view.habits:
        title = pad_line([Piece(clean_line(habit.title))], name - 1)
        is_open = habit.today.mark in {"open", "at risk", "none"} and not habit.today.is_disputed
        box = Piece(glyphs.task_open) if is_open else mark_piece(habit.today, glyphs)
        line = [box, Piece(" "), *title, Piece(" ")]
        # The box already shows that today is open.
        line += day_marks(habit.cells, glyphs, view.day, hides_open=True)
        line += [Piece(" " * NOTE_GAP), note_piece(habit, note)] if note > 0 else []
        yield AgendaItem(line, habit.path, habit)


def _quote(view: Overview, room: Room, glyphs: Glyphs) -> Iterator[AgendaItem]:
    if view.quote is not None:
        quote, width = view.quote, room.width
        yield _head("Quote of the day", "", width, glyphs)
        bar = Piece(f"{glyphs.quote} ", "quote-bar")
        rows = wrap_line([Piece(clean_line(quote.text), "quote")], width - SIGN)
        end = [Piece(glyphs.ellipsis, "quote")]
        for number, row in enumerate(rows[: room.quote]):
            line = [bar, *row, *(end if number + 1 == room.quote < len(rows) else [])]
            at, path = (quote.line, quote.source.path) if number == 0 else (0, "")
            yield AgendaItem(line, path, at=at, is_detail=number > 0)
        source = ", ".join(filter(None, (quote.source.title, quote.author, quote.locator)))
        about = fit_line([Piece(f"  {clean_line(source)}", "muted")], width)
        yield AgendaItem(about, is_detail=True)
    if view.to_recall:
        yield from [AgendaItem([])] if view.quote else []
        yield _recall(view, glyphs)


def _recall(view: Overview, glyphs: Glyphs) -> AgendaItem:
    line = [Piece(f"{glyphs.task_open} "), Piece(f"{view.to_recall} to recall")]
    return AgendaItem(line, action="show-recall")


def _tasks(
    view: Overview, room: Room, glyphs: Glyphs, *, with_recall: bool
) -> Iterator[AgendaItem]:
    tasks = view.tasks
    if not tasks.open:
        if with_recall and view.to_recall:
            yield _recall(view, glyphs)
        return
    late = sum(due.day < view.day for due in tasks.due)
    about = f"{tasks.open} open" + (f", {late} late" if late else "")
    yield _head("Tasks", about, room.width, glyphs)
    most = max(room.tasks, min(len(tasks.due), MAX_DUE * room.tasks))
    shown = [*(due.task for due in tasks.due), *tasks.others][:most]
    for task in shown:
        line = task_line(task, room.width, glyphs, view.day, names_note=True)
        yield AgendaItem(line, task.path, at=task.line, task=task)
    if (more := tasks.open - len(tasks.week) - len(shown)) > 0:
        line = [Piece(f"  {more} more  ", "muted"), Piece("T", "key"), Piece(" all tasks", "muted")]
        yield AgendaItem(line, action="show-tasks")
    if with_recall and view.to_recall:
        yield _recall(view, glyphs)


def _week(view: Overview, room: Room, glyphs: Glyphs) -> Iterator[AgendaItem]:
    tasks = [due.task for due in view.tasks.week]
    if not tasks:
        return
    yield _head("Next seven days", str(len(tasks)), room.width, glyphs)
    for task in tasks[:MAX_WEEK]:
        line = task_line(task, room.width, glyphs, view.day, names_note=True)
        yield AgendaItem(line, task.path, at=task.line, task=task)
    if (more := len(tasks) - MAX_WEEK) > 0:
        line = [Piece(f"  {more} more  ", "muted"), Piece("W", "key"), Piece(" agenda", "muted")]
        yield AgendaItem(line, action="show-agenda")


def _daily(view: Overview, texts: DayTexts, width: int, glyphs: Glyphs) -> Iterator[AgendaItem]:
    if view.daily is None:
        return
    path = view.daily.path
    yield _head("Today's note", clean_line(path.removesuffix(".md")), width, glyphs)
    if not texts.daily:
        yield AgendaItem(
            [kind_sign("daily", glyphs), Piece(f" {clean_line(view.daily.title)}")], path
        )
    yield from texts.daily[:MAX_TEXT]
    if len(texts.daily) > MAX_TEXT:
        at = texts.daily[MAX_TEXT].at
        yield AgendaItem([Piece(f"{glyphs.ellipsis}  enter opens the note", "muted")], path, at=at)


def _periodic(view: Overview, width: int, glyphs: Glyphs) -> Iterator[AgendaItem]:
    if not view.periodic:
        return
    title = " and ".join(f"this {PERIODS[kind]}" for kind in view.periodic)
    yield _head(title.capitalize(), "", width, glyphs)
    for kind, (path, exists) in view.periodic.items():
        sign, name = kind_sign("daily", glyphs), clean_line(note_stem(path))
        about = "" if exists else "enter creates it"
        line = spread_line([sign, Piece(f" {name}")], [Piece(about, "muted")], width)
        yield AgendaItem(line, action=f"open-{kind}")


def _reading(view: Overview, width: int, glyphs: Glyphs) -> Iterator[AgendaItem]:
    if not view.reading:
        return
    yield _head("Reading", str(len(view.reading)), width, glyphs)
    for row in view.reading[:MAX_ITEMS]:
        title = [kind_sign(row.kind, glyphs), Piece(f" {clean_line(row.title)}")]
        author = Piece(f"  {field_text(row.fields.get('author'))}", "muted")
        progress = _progress(row, view.day, glyphs)
        if width >= ROOMY:
            both = [*title, author]
            fits = line_width([*both, *progress]) + 2 <= width
            yield AgendaItem(spread_line(both if fits else title, progress, width), row.path)
            continue
        yield AgendaItem(fit_line(title, width), row.path)
        if author.text.strip() or progress:
            yield AgendaItem(spread_line([author], progress, width), is_detail=True)
    yield from _more(len(view.reading))


def _progress(row: Row, today: date, glyphs: Glyphs) -> StyledLine:
    """Return the progress of a book, or its start date if the pages are unknown."""
    pages, page = parse_rating(row.fields.get("pages")), parse_rating(row.fields.get("page"))
    if not pages or page is None:
        started = field_date(row.fields.get("started"))
        return [Piece(f"since {short_date(started, today)}", "muted")] if started else []
    share = min(max(page / pages, 0.0), 1.0)
    return [*progress_bar(share, BAR, glyphs), Piece(f" {round(share * 100):>2} %", "muted")]


def _notes(
    title: str,
    rows: Sequence[Row],
    when: Callable[[Row], str],
    width: int,
    glyphs: Glyphs,
    *,
    counted: bool = False,
) -> Iterator[AgendaItem]:
    if not rows:
        return
    yield _head(title, str(len(rows)) if counted else "", width, glyphs)
    for row in rows if not counted else rows[:MAX_ITEMS]:
        yield AgendaItem(_note_line(row, when(row), width, glyphs), row.path)
    yield from _more(len(rows) if counted else 0)


def _note_line(row: Row, about: str, width: int, glyphs: Glyphs) -> StyledLine:
    title = fit_line([Piece(clean_line(row.title))], width - SIGN - len(about) - 2)
    left = [kind_sign(row.kind, glyphs), Piece(" "), *title]
    return spread_line(left, [Piece(about, "muted")], width)


def _on_this_day(
    view: Overview, texts: DayTexts, width: int, glyphs: Glyphs
) -> Iterator[AgendaItem]:
    if not view.on_this_day:
        return
    yield _head("On this day", "", width, glyphs)
    for year, _, row in view.on_this_day[:MAX_ITEMS]:
        yield AgendaItem(_note_line(row, str(year), width, glyphs), row.path)
        quote = [Piece(clean_line(texts.quotes.get(row.path, "")), "quote")]
        rows = wrap_line(quote, width - 2 * SIGN) if quote[0].text else []
        for number, text in enumerate(rows[:QUOTE_LINES]):
            is_cut = number + 1 == QUOTE_LINES < len(rows)
            end = [Piece(glyphs.ellipsis, "quote")] if is_cut else []
            line = [Piece("  "), Piece(f"{glyphs.quote} ", "quote-bar"), *text, *end]
            yield AgendaItem(line, is_detail=True)
    yield from _more(len(view.on_this_day))


def _broken(view: Overview, width: int, glyphs: Glyphs) -> Iterator[AgendaItem]:
    count = len(view.problems) + len(view.conflicts)
    if not count:
        return
    yield _head("Needs a look", str(count), width, glyphs)
    warning = Piece(f"{glyphs.warning} ", "warn")
    for copy, original in list(view.conflicts.items())[:MAX_ITEMS]:
        yield AgendaItem([warning, Piece(clean_line(copy))], copy, is_conflict=True)
        yield AgendaItem([Piece(f"  copy of {clean_line(original)}", "muted")], is_detail=True)
    causes: dict[str, list[Problem]] = {}
    for problem in view.problems:
        causes.setdefault(problem.message, []).append(problem)
    for message, problems in list(causes.items())[:MAX_ITEMS]:
        for problem in problems[:MAX_EXAMPLES]:
            where = [Piece(f"line {problem.line}", "muted")] if problem.line else []
            left = [warning, Piece(clean_line(problem.path))]
            yield AgendaItem(spread_line(left, where, width), problem.path, at=problem.line or 0)
        more = len(problems) - MAX_EXAMPLES
        text = f"{message} {more} more like this." if more > 0 else message
        about = wrap_line([Piece(clean_line(text), "muted")], width - SIGN)
        yield from (AgendaItem([Piece(" " * SIGN), *row], is_detail=True) for row in about)
    if len(view.problems) > MAX_EXAMPLES:
        line = [Piece("  "), Piece("!", "key"), Piece(" all problems", "muted")]
        yield AgendaItem(line, action="show-problems")


def _more(count: int) -> Iterator[AgendaItem]:
    if count > MAX_ITEMS:
        yield AgendaItem([Piece(f"  {count - MAX_ITEMS} more", "muted")])
