"""The habit grid: one row for each habit, with its marks for a week, a month or a year."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip

from notekeep.dates import start_of_week
from notekeep.habits.summary import Cell, HabitView, PlacedHabit, arrange_habits
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.habit_rows import (
    DAY_WIDTH,
    day_heads,
    day_marks,
    goal_text,
    logged_amount,
    month_heads,
    note_piece,
    streak_words,
    strength_line,
    tile_line,
    week_heads,
    year_heads,
    year_line,
)
from notekeep.tui.render.list_rows import OTHER_STARTS, empty_lines, key_hint
from notekeep.tui.render.note_rows import gutter
from notekeep.tui.render.styled_text import ACTION_LINK, Piece, StyledLine, fit_line, pad_line
from notekeep.tui.styles import get_role_styles, paint
from notekeep.tui.widgets.bars import run_action
from notekeep.tui.widgets.line_view import ListView

GUTTER = 2
GAP = 2  # cells between two columns
MIN_TITLE = 6
MAX_TITLE = 24
GOAL_HEAD = "schedule"
STRENGTH_WIDTH = 11
MIN_STREAK = 8
MIN_NOTE = 24
MAX_NOTE = 50
FEW_WEEKS, MOST_WEEKS = 2, 4  # past weeks shown next to the current week
WIDE_TILES = 180  # from this width, days of past weeks are two cells wide
SPANS = ("week", "month", "year")
WIDTHS = {"day": DAY_WIDTH, "week": 7 * DAY_WIDTH, "month": 63, "year": 53}
"""The width of the marks for each span, in cells."""
GROUPS_FROM = 100  # from this width, group names are shown above their habits
ROOMY_LINES = 16  # from this height, groups are separated by blank lines
LOW_LINES = 7  # below this height, only habits are shown
HEADS = None  # the header row


_NO_HABITS: tuple[StyledLine, ...] = (
    *empty_lines("No habits yet."),
    key_hint("a", "add the first one"),
    *OTHER_STARTS,
)


class ColumnWidths(NamedTuple):
    """The width of each column with the gap after it; 0 for hidden columns."""

    title: int = 0
    goal: int = 0
    streak: int = 0
    note: int = 0
    strength: int = 0
    weeks: int = 0  # the number of past weeks
    tile: int = 1  # the width of their days

    @property
    def past(self) -> int:
        # A gap follows each week, except before the bracket of the selected day.
        return self.weeks * (7 * self.tile + 1) - (0 < self.weeks < MOST_WEEKS)


def measure_habits(habits: Iterable[HabitView], glyphs: Glyphs) -> ColumnWidths:
    """Return the width of the longest text in each column."""
    needs = ColumnWidths()
    for habit in habits:
        stack = 2 if habit.after else 0
        title = max(cell_len(clean_line(habit.title)) + stack, cell_len(habit.group))
        texts = goal_text(habit, glyphs), streak_words(habit), note_piece(habit).text
        needs = ColumnWidths(*map(max, needs, (title, *map(cell_len, texts), 0, 0, 0)))
    return needs


def lay_out_columns(width: int, span: str, needs: ColumnWidths) -> ColumnWidths:
    """Return the widths of the columns; the least important columns are hidden first."""
    left = width - GUTTER - WIDTHS[span]
    # The marks include the second cell of the gap.
    indent = GUTTER if width >= GROUPS_FROM else 0
    title = max(MIN_TITLE, min(needs.title + 1 + indent, MAX_TITLE, left))
    left -= title
    strength = STRENGTH_WIDTH + GAP if left >= STRENGTH_WIDTH + GAP else 0
    left -= strength
    streak = max(needs.streak, MIN_STREAK) + 1
    streak = streak if left >= streak else 0
    left -= streak
    tile = 2 if width >= WIDE_TILES else 1
    week = 7 * tile + 1
    weeks = FEW_WEEKS if span == "week" and left >= FEW_WEEKS * week - 1 else 0
    left -= weeks * week
    goal = max(needs.goal, len(GOAL_HEAD)) + GAP
    goal = goal if left >= goal else 0
    left -= goal
    if weeks and left >= (MOST_WEEKS - weeks) * week:
        left -= (MOST_WEEKS - weeks) * week
        weeks = MOST_WEEKS
    note = min(needs.note + GAP, left, MAX_NOTE)
    note = note if needs.note and note >= min(needs.note + GAP, MIN_NOTE) else 0
    return ColumnWidths(title, goal, streak, note, strength, weeks, tile)


class WeekGrid(ListView["PlacedHabit | str | StyledLine | None"]):
    """Habits by group, with marks for several days, one of which is selected."""

    BINDINGS = bindings("habits", run_on_screen=ALL_ACTIONS)

    class DayChanged(Message):
        """The selected day or the visible days changed."""

    class Pressed(Message):
        """The selected day of a habit was clicked again."""

    def __init__(self) -> None:
        super().__init__()
        self._chosen_day: date | None = None  # None for today
        self.span = self._last_shown = SPANS[0]  # the requested span; see `shown`
        self._habits: Sequence[HabitView] | None = None
        self._above: Sequence[StyledLine] = ()
        self.marked: set[str] = set()
        """The IDs of the marked habits."""
        self._has_groups = False
        self._needs = ColumnWidths()

    @property
    def day(self) -> date:
        """The selected day, which keys act on."""
        return self._chosen_day or self.today

    @property
    def shown(self) -> str:
        """The visible span: a week or a day if the requested span does not fit."""
        room = self.inner_width - GUTTER - MIN_TITLE
        if room >= WIDTHS[self.span]:
            return self.span
        return SPANS[0] if room >= WIDTHS[SPANS[0]] or room < WIDTHS["day"] else "day"

    @property
    def first_day(self) -> date:
        if self.shown == "month":
            return self.day.replace(day=1)
        if self.shown == "year":
            return self._week_of(self.day) - timedelta(52 * 7)
        return self.day if self.shown == "day" else self._week_of(self.day)

    @property
    def first_shown(self) -> date:
        return self.first_day - timedelta(7 * MOST_WEEKS if self.shown == "week" else 0)

    @property
    def last_day(self) -> date:
        if self.shown == "month":
            return self.day.replace(day=monthrange(self.day.year, self.day.month)[1])
        return self.day if self.shown == "day" else self._week_of(self.day) + timedelta(6)

    def _week_of(self, day: date) -> date:
        return start_of_week(day, self.vault.settings.week_start)

    @property
    def habit(self) -> HabitView | None:
        return self.item.habit if isinstance(self.item, PlacedHabit) else None

    @property
    def cell(self) -> Cell | None:
        habit = self.habit
        if habit is None:
            return None
        return next((cell for cell in habit.cells if cell.day == self.day), None)

    def show(self, habits: Sequence[HabitView], above: Sequence[StyledLine] = ()) -> None:
        self._habits, self._above = habits, above
        self.marked &= {habit.id for habit in habits}
        self._needs = measure_habits(habits, self.glyphs)
        self._fill()

    def _fill(self) -> None:
        """Build the rows, with as many lines around the habits as fit."""
        if self._habits is None:
            return
        current = self.habit.id if self.habit is not None else None
        height = self.size.height or ROOMY_LINES
        gap: list[StyledLine] = [[]] if height >= ROOMY_LINES else []
        self.placeholder = _NO_HABITS
        rows: list[PlacedHabit | str | StyledLine | None] = []
        if self._habits and height >= LOW_LINES:
            rows += [*self._above, *gap, HEADS]
        has_room = self.inner_width >= GROUPS_FROM and height >= LOW_LINES
        self._has_groups = has_room and any(habit.group for habit in self._habits)
        group: str | None = None
        for placed in arrange_habits(self._habits):
            if self._has_groups and placed.section != group:
                rows += gap if group is not None else []
                rows.append(placed.section)
                group = placed.section
            rows.append(placed)
        self._show(rows, lambda row: isinstance(row, PlacedHabit) and row.habit.id == current)

    def toggle_mark(self) -> None:
        """Mark or unmark the habit at the cursor, and go to the next habit."""
        if self.habit is not None:
            self.marked ^= {self.habit.id}
            self.move_to(self.cursor + 1)
            self.lines_changed()

    def mark_all(self) -> None:
        """Mark all habits; if all are marked, unmark them."""
        listed = {habit.id for habit in self._habits or ()}
        self.marked = set() if self.marked == listed else listed
        self.lines_changed()

    def go_to_habit(self, identity: str) -> None:
        for index, row in enumerate(self._rows):
            if isinstance(row, PlacedHabit) and row.habit.id == identity:
                self.move_to(index)

    def next_span(self) -> None:
        self.span = SPANS[(SPANS.index(self.span) + 1) % len(SPANS)]
        self._last_shown = self.shown
        self.post_message(self.DayChanged())

    def go_to_day(self, day: date) -> None:
        """Select a day; for future days, select today."""
        if min(day, self.today) != self.day:
            self._chosen_day = day if day < self.today else None
            self.lines_changed()
            self.post_message(self.DayChanged())

    def on_resize(self) -> None:
        super().on_resize()
        self._fill()
        if self.shown != self._last_shown:
            self._last_shown = self.shown
            self.post_message(self.DayChanged())

    def _line_role(self, index: int) -> str:
        # Without colours, the cursor row would be reversed, which would make tiles unreadable.
        role = super()._line_role(index)
        has_shades = self.glyphs.levels[1] == self.glyphs.levels[-1]
        return "cursor-blurred" if role == "cursor" and not has_shades else role

    def is_heading(self, item: PlacedHabit | str | StyledLine | None) -> bool:
        return not isinstance(item, PlacedHabit)

    def _columns(self, width: int) -> ColumnWidths:
        return lay_out_columns(width, self.shown, self._needs)

    def draw_item(
        self, item: PlacedHabit | str | StyledLine | None, width: int, *, here: bool
    ) -> StyledLine:
        if isinstance(item, list):
            return item
        if item is HEADS:
            return self._heads("", width)
        if isinstance(item, str):
            return [Piece(" " * GUTTER), Piece(_capitalized(item), "section")]
        columns = self._columns(width)
        habit = item.habit
        # The ASCII arrow looks like the cursor.
        arrow = self.glyphs.crossing if self.glyphs.is_ascii else self.glyphs.arrow
        stack = [Piece(f"{arrow} ", "muted")] if item.is_stacked else []
        indent = Piece(" " * (GUTTER if self._has_groups else 0))
        role = "muted" if habit.is_paused else ""
        title = [indent, *stack, Piece(clean_line(habit.title), role)]
        named = pad_line(fit_line(title, columns.title - 1), columns.title)
        line = [*gutter(self.glyphs, here=here, marked=habit.id in self.marked), *named]
        if columns.goal:
            line += pad_line([Piece(goal_text(habit, self.glyphs), "muted")], columns.goal)
        if columns.weeks:
            days = (self.first_day - habit.cells[0].day).days
            past = habit.cells[max(0, days - 7 * columns.weeks) : days]
            line += pad_line(tile_line(past, self.glyphs, columns.tile), columns.past)
        line += pad_line(self._marks(habit, here=here), WIDTHS[self.shown])
        if columns.strength:
            strength = [Piece(" " * GAP), *strength_line(habit, self.glyphs)]
            line += pad_line(strength, columns.strength)
        if columns.streak:
            line.append(Piece(streak_words(habit).rjust(columns.streak)))
        if columns.note:
            room = columns.note - GAP
            note = [note_piece(habit, room)]
            if self.day != self.today:
                chosen = (cell for cell in habit.cells if cell.day == self.day)
                note = fit_line([Piece(logged_amount(cell), "muted") for cell in chosen], room)
            line += [Piece(" " * GAP), *note]
        return line

    def _marks(self, habit: HabitView, *, here: bool) -> StyledLine:
        day = self.day if here else None
        cells = [cell for cell in habit.cells if cell.day >= self.first_day]
        if self.shown == "year":
            return year_line(cells, self.glyphs)
        is_month = self.shown == "month"
        return day_marks(cells, self.glyphs, self.today, day, is_month=is_month)

    def _heads(self, group: str, width: int) -> StyledLine:
        """Return the column names, after the name of a group that is scrolled out of view."""
        columns = self._columns(width)
        line = pad_line([Piece(" " * GUTTER), Piece(group, "section")], GUTTER + columns.title)
        line += pad_line([Piece(GOAL_HEAD, "muted")], columns.goal)
        if columns.weeks:
            past = self.first_day - timedelta(7 * columns.weeks)
            line += pad_line(week_heads(past, columns.weeks, columns.tile), columns.past)
        first, last = self.first_day, self.last_day
        if self.shown == "year":
            days = year_heads(first)
        elif self.shown == "month":
            days = month_heads(first, last, self.today, self.day)
        else:
            shown = [first + timedelta(number) for number in range((last - first).days + 1)]
            days = day_heads(shown, self.today, self.day)
        line += pad_line(days, WIDTHS[self.shown])
        line += pad_line([Piece(" " * GAP), Piece("strength", "muted")], columns.strength)
        return [*line, Piece("streak".rjust(columns.streak) if columns.streak else "", "muted")]

    # The header stays visible at the top, with the group of the first visible habit.

    @property
    def _heads_row(self) -> int:
        return self._rows.index(HEADS) if HEADS in self._rows else self.row_count()

    def _is_sticky(self, y: int) -> bool:
        """Whether line `y` of the view is the header, which stays at the top."""
        return y == 0 and self._heads_row < self.scroll_offset.y and self.page_height >= LOW_LINES

    def render_line(self, y: int) -> Strip:
        width = self.inner_width
        if width < 1 or not self._is_sticky(y):
            return super().render_line(y)
        above = self._rows[: self.scroll_offset.y + 2]
        groups = [_capitalized(each) for each in above if isinstance(each, str)]
        line = self._heads(groups[-1] if groups else "", width)
        return paint(line, width, get_role_styles(self.app), self._under)

    def _follow(self) -> None:
        super()._follow()
        if self._is_sticky(self.cursor - self.scroll_offset.y):
            self.scroll_to_line(self.cursor - 1)

    def place_clicked(self, place: Offset, event: events.Click) -> None:
        link = str(event.style.meta.get("link", ""))
        is_head = self.row_at(place.y) == self._heads_row
        if link.startswith(ACTION_LINK):
            self.run_worker(run_action(self, link.removeprefix(ACTION_LINK)))
        elif not (is_head or self._is_sticky(place.y)):
            super().place_clicked(place, event)
        elif (day := self._day_at(place.x)) is not None:
            self.go_to_day(day)

    def _day_at(self, x: int) -> date | None:
        step = {"day": DAY_WIDTH, "week": DAY_WIDTH, "month": 2}.get(self.shown)
        if step is None:
            return None
        columns = self._columns(self.inner_width)
        number = (x - GUTTER - columns.title - columns.goal - columns.past) // step
        day = self.first_day + timedelta(number)
        return day if self.first_day <= day <= self.last_day else None

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        was_here = row == self.cursor
        super().row_clicked(row, x, chain)
        day = self._day_at(x)
        if day is None:
            return
        if was_here and day == self.day:
            self.post_message(self.Pressed())
        else:
            self.go_to_day(day)


def _capitalized(text: str) -> str:
    return clean_line(text[:1].upper() + text[1:])
