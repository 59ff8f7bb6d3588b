"""A box over a cell of the grid: text, a date, a list, one of a few choices, stars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from notekeep.dates import format_short_day, parse_iso, try_parse_day
from notekeep.errors import NotekeepError, UsageError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.completion import WordSuggester
from notekeep.tui.dialogs.dialog import HintLine, OptionRows, SubmitDialog, format_error, hints
from notekeep.tui.dialogs.form import NO_VALUE, field_options, submit_field
from notekeep.tui.field_forms import (
    FIELD_HINTS,
    FormField,
    check_field_text,
    format_value,
    parse_list_items,
)
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.render.formatting import BEST_RATING, stars
from notekeep.tui.render.note_columns import TAGS_COLUMN
from notekeep.tui.render.note_rows import gutter
from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.widgets.calendars import MONTH_HEIGHT, MonthCalendar, shift_month
from notekeep.tui.widgets.line_view import LineView, ListView, RowList
from notekeep.tui.widgets.note_grid import NoteGrid

BOX_MARGIN = 4  # the cells of a box beside its text: a line and a blank on either side
BOX_LINES = 4  # the lines of a box beside its rows: its border, a line to type into, and the hint
MAX_LINE_WIDTH = 64  # what is wrong is said in lines of so many cells
MAX_ROWS = 8  # rows of a list that are seen; more are scrolled to
MAX_OFFERED = 200


class CellEditor(SubmitDialog["str | None"], inherit_bindings=False):
    """Asks for the value of one cell, over it; the answer is None when it stays as it is."""

    BINDINGS = bindings("cell")
    # Below so many rows what is typed is seen, and what helps with it is left out.
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (MONTH_HEIGHT + BOX_LINES, "-high")]  # noqa: RUF012 - as Textual declares it

    wide = 30  # the cells that its text wants
    hint = ""

    def __init__(self, field: FormField, grid: NoteGrid, typed: str) -> None:
        super().__init__()
        self.field, self.grid, self.typed = field, grid, typed
        self.suggester = WordSuggester()

    def offer(self, values: Sequence[str]) -> None:
        """Suggest what other notes have in the field."""
        self.suggester.set_words(values, self)

    def compose(self) -> ComposeResult:
        with Vertical(id="cell") as box:
            box.border_title = Content(clean_line(self.field.name))
            box.border_subtitle = hints(("enter", "save"), ("esc", "cancel"))
            yield from self.compose_cell()
            yield HintLine(self.hint)

    def compose_cell(self) -> ComposeResult:
        """Yield what the value is changed with."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self._put()

    def on_resize(self) -> None:
        # The grid below has its new size only after this.
        self.call_after_refresh(self._put)

    def _put(self) -> None:
        """Lay the box over the cell, with its text where the cell's is; CSS keeps it in view."""
        cell, box = self.grid.cell_region, self.query_one("#cell")
        box.styles.width = max(cell.width, self.wide) + BOX_MARGIN
        box.styles.offset = (cell.x - BOX_MARGIN // 2, cell.y - 1)

    def fit_rows(self, rows: ListView[Any], count: int = MAX_ROWS) -> None:
        rows.styles.height = max(1, min(count, MAX_ROWS, self.app.size.height - BOX_LINES))

    def show_problem(self, error: NotekeepError) -> None:
        super().show_problem(error)
        longest = max(map(len, format_error(error).splitlines()))
        self.query_one("#cell").styles.min_width = min(MAX_LINE_WIDTH, longest + 1) + BOX_MARGIN

    def submit_text(self, text: str) -> None:
        submit_field(self, self.field, text, self.field.text)

    def on_input_submitted(self) -> None:
        self.action_take_cell()

    def action_take_cell(self) -> None:
        self.submit_text(self.query_one(Input).value.strip())

    def action_leave_cell(self) -> None:
        self.dismiss(None)


class TextCellEditor(CellEditor):
    """A line to type into: text, a number, what nobody knows the type of."""

    def compose_cell(self) -> ComposeResult:
        self.wide = 22 if self.field.type == "number" else 42
        self.hint = FIELD_HINTS.get(self.field.type, "Text. Empty removes the field.")
        text = self.typed or clean_line(self.field.text)
        yield Input(text, compact=True, select_on_focus=False, suggester=self.suggester)


# A date: a calendar, and the words that the command line knows for days.

DATE_HINT = "Arrows, or type today, -3, mon, 11-03 or 2026."


class DateCellEditor(CellEditor):
    """Arrows move over days and weeks; what is typed is found in the calendar."""

    BINDINGS = bindings("cell-date", priority=ALL_ACTIONS)

    wide = 46
    hint = DATE_HINT

    def compose_cell(self) -> ComposeResult:
        self.calendar = MonthCalendar(parse_iso(self.field.text[:10]) or self.today)
        yield self.calendar
        # What is typed takes the place of the date that is there, as soon as it is typed.
        yield Input(
            self.typed or self.field.text,
            placeholder="no date",
            compact=True,
            select_on_focus=not self.typed,
        )

    def _choose(self, day: date) -> None:
        self.calendar.show(day)
        line = self.query_one(Input)
        line.value = day.isoformat()
        # What is typed next takes its place.
        line.select_all()

    def action_move_days(self, days: int) -> None:
        try:
            self._choose(self.calendar.day + timedelta(days))
        except OverflowError:
            self.app.bell()

    def on_month_calendar_chosen(self, event: MonthCalendar.Chosen) -> None:
        self._choose(event.day)
        if event.is_final:
            self.action_take_cell()

    def on_input_changed(self, event: Input.Changed) -> None:
        words, text = self.query_one(HintLine), event.value.strip()
        try:
            day = try_parse_day(text, self.today) if text else None
        except UsageError as error:
            words.say(error.message, "warn")
            return
        if day is None:
            words.say(DATE_HINT)
        else:
            self.calendar.show(day)
            words.say(f"{format_short_day(day)} {day.year}")

    def action_move_months(self, months: int) -> None:
        self._choose(shift_month(self.calendar.day, months))


class ItemRows(RowList[str]):
    """The items; the cursor is on one of them, or where one types."""

    opening_clicks = 1
    is_used = False  # whether the cursor is on a row
    _chosen: Sequence[str] = ()

    def show(self, chosen: Sequence[str], offered: Sequence[str], cursor: int | None) -> None:
        """Show what is in the list, and what is not; `cursor` None leaves it where one types."""
        self._chosen, self._rows = chosen, [*chosen, *offered]
        self.use(cursor)

    def use(self, cursor: int | None) -> None:
        self.is_used = cursor is not None
        self.rows_changed(cursor or 0)

    @property
    def item(self) -> str | None:
        return super().item if self.is_used else None

    def is_heading(self, item: str) -> bool:  # noqa: ARG002 - each can be chosen
        return False

    def _line_role(self, index: int) -> str:
        return "cursor" if self.is_used and index == self.cursor else ""

    def draw_item(self, item: str, width: int, *, here: bool) -> StyledLine:
        del width
        box, role = Piece(self.glyphs.task_open, "faint"), ""
        if item in self._chosen:
            box, role = Piece(self.glyphs.task_done, "task-done"), "bright"
        head = gutter(self.glyphs, here=here and self.is_used)
        return [*head, box, Piece(f" {clean_line(item)}", role)]

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        self.is_used = True
        self.line_changed(row)
        super().row_clicked(row, x, chain)


class _Line(Input):
    """Where items are typed; on an item a space is no letter."""

    def on_key(self, event: events.Key) -> None:
        editor = self.screen
        if event.key == "space" and isinstance(editor, ListCellEditor) and editor.items.is_used:
            event.stop()
            event.prevent_default()
            editor.action_turn_item()


class ListCellEditor(CellEditor):
    """A line that adds and takes away, and below it what is in the list and what others have."""

    BINDINGS = bindings("cell-list", priority=ALL_ACTIONS)

    wide = 46

    def __init__(self, field: FormField, grid: NoteGrid, typed: str) -> None:
        super().__init__(field, grid, typed)
        self.chosen = parse_list_items(field.name, field.text)
        self.items = ItemRows()
        self._others: list[str] = []
        self._is_tags = field.name == TAGS_COLUMN
        self.suggester = WordSuggester(" " if self._is_tags else ",;")
        self._line = _Line(
            typed,
            placeholder="add, or -remove",
            compact=True,
            select_on_focus=False,
            suggester=self.suggester,
        )
        between = "spaces" if self._is_tags else "commas"
        self.hint = f"-item removes, separate with {between}, tab: list"

    def offer(self, values: Sequence[str]) -> None:
        super().offer(values)
        self._others = [value for value in values if "\n" not in value]
        # An answer may come before the box stands, and when it is on its way out.
        if self.items.is_mounted and self.items.is_attached:
            self._list()

    def compose_cell(self) -> ComposeResult:
        yield self._line
        yield self.items

    def on_resize(self) -> None:
        self.fit_rows(self.items)
        self._list()

    def _list(self, cursor: int | None = None) -> None:
        """Show the items in the list, then what others have that has in it what is typed."""
        typed = self._words[-1].lstrip("+-#").casefold() if self._words else ""
        others = (text for text in self._others if text not in self.chosen)
        offered = [text for text in others if typed in text.casefold()]
        self.items.show(self.chosen, offered[:MAX_OFFERED], cursor)

    @property
    def _words(self) -> list[str]:
        text = self._line.value.strip()
        if self._is_tags:
            return text.replace(",", " ").split()
        return parse_list_items(self.field.name, text)

    def on_input_changed(self) -> None:
        self._list()

    def on_list_view_selected(self) -> None:
        self.action_turn_item()

    def action_item_down(self) -> None:
        if self.items.is_used:
            self.items.action_step(1)
        elif self.items.row_count():
            self.items.use(0)

    def action_item_up(self) -> None:
        if self.items.cursor:
            self.items.action_step(-1)
        else:
            self.items.use(None)

    def action_turn_item(self) -> None:
        """Turn the item under the cursor; while typing, take what is typed."""
        if (item := self.items.item) is None:
            self._apply()
            self._line.value = ""
            return
        if item in self.chosen:
            self.chosen.remove(item)
        else:
            self.chosen.append(item)
        self._list(self.items.cursor)

    def _apply(self) -> None:
        for word in self._words:
            text = word.lstrip("+-#" if self._is_tags else "+-").strip()
            if word.startswith("-"):
                self.chosen = [one for one in self.chosen if one.casefold() != text.casefold()]
            elif text and text not in self.chosen:
                self.chosen.append(text)

    def action_take_cell(self) -> None:
        self._apply()
        self.submit_text(format_value([*self.chosen]))


class ChoiceCellEditor(CellEditor):
    """One of a few values; a letter goes to the next one that begins with it."""

    def compose_cell(self) -> ComposeResult:
        self.options = OptionRows(field_options(self.field, self.field.text))
        yield self.options

    def on_mount(self) -> None:
        self.set_focus(self.options)
        self.options.begin_at_value(self.field.text or NO_VALUE)

    def on_resize(self) -> None:
        self.fit_rows(self.options, self.options.row_count())

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and self.options.go_to_letter(event.character):
            event.stop()

    def on_list_view_selected(self) -> None:
        self.action_take_cell()

    def action_take_cell(self) -> None:
        self.submit_text(self.options.value.removeprefix(NO_VALUE))


class StarsView(LineView, inherit_bindings=False):
    """Five stars, some of them full; a click on one sets so many, a second click half of it."""

    def __init__(self, rating: float | None) -> None:
        super().__init__()
        self.rating = rating

    def put(self, rating: float | None) -> None:
        self.rating = None if rating is None else min(BEST_RATING, max(0.0, rating))
        self.lines_changed()

    def line_count(self) -> int:
        return 1

    def draw_line(self, index: int, width: int) -> StyledLine:
        del index, width
        if self.rating is None:
            none = self.glyphs.no_star * BEST_RATING
            return [Piece(none, "faint"), Piece("  none", "muted")]
        number = Piece(f"  {format_value(self.rating)}", "bright")
        return [Piece(stars(self.rating, self.glyphs), "star"), number]

    def on_click(self, event: events.Click) -> None:
        if (place := event.get_content_offset(self)) is not None and 0 <= place.x < BEST_RATING:
            whole = place.x + 1.0
            self.put(whole - 0.5 if self.rating == whole else whole)


class StarsCellEditor(CellEditor):
    """Half a star more or less by arrows, so many by a digit, or by two with a point between."""

    BINDINGS = bindings("cell-stars")

    wide = 34
    hint = "A digit, or arrows for half a star."
    _digits = ""

    def compose_cell(self) -> ComposeResult:
        value = self.field.value if isinstance(self.field.value, int | float) else None
        self.stars = StarsView(value)
        yield self.stars

    def on_mount(self) -> None:
        self.set_focus(self.stars)
        if self.typed:
            self._type(self.typed)

    def _type(self, character: str) -> None:
        for digits in (self._digits + character, character):
            if re.fullmatch(r"[0-4](\.[05]?)?|5", digits):
                half = 0.5 if digits[1:] in {".", ".5"} else 0.0
                self._put_stars(int(digits[0]) + half, digits)
                self.query_one(HintLine).say(self.hint)
                return
        try:
            check_field_text(self.field, character)
        except NotekeepError as error:
            self.show_problem(error)

    def _put_stars(self, rating: float | None, digits: str = "") -> None:
        self._digits = digits
        self.stars.put(rating)

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and event.character in "0123456789.,":
            event.stop()
            self._type(event.character.replace(",", "."))

    def action_change_stars(self, by: float) -> None:
        self._put_stars((self.stars.rating or 0.0) + by)

    def action_no_stars(self) -> None:
        self._put_stars(None)

    def action_take_cell(self) -> None:
        self.submit_text(format_value(self.stars.rating))
