"""Editors over a grid cell, by field type: text, date, list, choice, rating."""

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
from notekeep.tui.dialogs.dialog import (
    HintLine,
    Line,
    OptionRows,
    SubmitDialog,
    format_error,
    hints,
)
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
from notekeep.tui.widgets.bars import PieceLabel
from notekeep.tui.widgets.calendars import MONTH_HEIGHT, MonthCalendar, shift_month
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.widgets.note_grid import NoteGrid

BOX_MARGIN = 4  # cells around the text: border and padding
BOX_LINES = 4  # lines around the rows: border, input and hint
MAX_LINE_WIDTH = 64  # the width of an error message
MAX_ROWS = 8  # visible rows of a list
MAX_OFFERED = 200


class CellEditor(SubmitDialog["str | None"], inherit_bindings=False):
    """Asks for the value of a cell, in a box over it; the answer is None if unchanged."""

    BINDINGS = bindings("cell")
    # On a low screen, only the input is shown.
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (MONTH_HEIGHT + BOX_LINES, "-high")]  # noqa: RUF012 - as Textual declares it

    wide = 30  # the minimum width of the text
    hint = ""

    def __init__(self, field: FormField, grid: NoteGrid, typed: str) -> None:
        super().__init__()
        self.field, self.grid, self.typed = field, grid, typed
        self.suggester = WordSuggester()

    def offer(self, values: Sequence[str]) -> None:
        """Suggest the values of the field in other notes."""
        self.suggester.set_words(values, self)

    def compose(self) -> ComposeResult:
        with Vertical(id="cell") as box:
            box.border_title = Content(clean_line(self.field.name))
            box.border_subtitle = hints(("enter", "save"), ("esc", "cancel"))
            yield from self.compose_cell()
            yield HintLine(self.hint)

    def compose_cell(self) -> ComposeResult:
        raise NotImplementedError

    def on_mount(self) -> None:
        self._place_box()

    def on_resize(self) -> None:
        # The grid below is resized only after this event.
        self.call_after_refresh(self._place_box)

    def _place_box(self) -> None:
        """Place the box with its text over the cell's text; CSS keeps it on the screen."""
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


class TextCellEditor(CellEditor):
    """A line of text, for text, numbers and fields of unknown type."""

    def compose_cell(self) -> ComposeResult:
        self.wide = 22 if self.field.type == "number" else 42
        self.hint = FIELD_HINTS.get(self.field.type, "Text. Empty removes the field.")
        yield Line(self.typed or self.field.text, suggester=self.suggester)


DATE_HINT = "Arrows, or type today, -3, mon, 11-03 or 2026."


class DateCellEditor(CellEditor):
    """A calendar and an input: arrows move by days and weeks; the calendar shows typed dates."""

    BINDINGS = bindings("cell-date", priority=ALL_ACTIONS)

    wide = 46
    hint = DATE_HINT

    def compose_cell(self) -> ComposeResult:
        self.calendar = MonthCalendar(parse_iso(self.field.text[:10]) or self.today)
        yield self.calendar
        yield Line(self.typed or self.field.text, "no date", selects=not self.typed)

    def _choose(self, day: date) -> None:
        self.calendar.show(day)
        line = self.query_one(Input)
        line.value = day.isoformat()
        line.select_all()  # so that typing replaces it

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
        hint, text = self.query_one(HintLine), event.value.strip()
        try:
            day = try_parse_day(text, self.today) if text else None
        except UsageError as error:
            hint.show_text(error.message, "warn")
            return
        if day is None:
            hint.show_text(DATE_HINT)
        else:
            self.calendar.show(day)
            hint.show_text(f"{format_short_day(day)} {day.year}")

    def action_move_months(self, months: int) -> None:
        self._choose(shift_month(self.calendar.day, months))


class ItemRows(ListView[str], inherit_bindings=False):
    """The items of a list, then suggestions; without the focus, no row is selected."""

    opening_clicks = 1
    _chosen: Sequence[str] = ()

    def show(self, chosen: Sequence[str], offered: Sequence[str], cursor: int) -> None:
        self._chosen, self._rows = chosen, [*chosen, *offered]
        self.rows_changed(cursor)

    def is_heading(self, item: str) -> bool:  # noqa: ARG002 - every row can be selected
        return False

    def _line_role(self, index: int) -> str:
        return "cursor" if self.has_focus and index == self.cursor else ""

    def draw_item(self, item: str, width: int, *, here: bool) -> StyledLine:
        del width
        box, role = Piece(self.glyphs.task_open, "faint"), ""
        if item in self._chosen:
            box, role = Piece(self.glyphs.task_done, "task-done"), "bright"
        head = gutter(self.glyphs, here=here and self.has_focus)
        return [*head, box, Piece(f" {clean_line(item)}", role)]


class ListCellEditor(CellEditor):
    """An input that adds and removes items, with the items and suggestions below it."""

    BINDINGS = bindings("cell-list", priority=ALL_ACTIONS)

    wide = 46

    def __init__(self, field: FormField, grid: NoteGrid, typed: str) -> None:
        super().__init__(field, grid, typed)
        self.chosen = parse_list_items(field.name, field.text)
        self.items = ItemRows()
        self._others: list[str] = []
        self._is_tags = field.name == TAGS_COLUMN
        self.suggester = WordSuggester(" " if self._is_tags else ",;")
        self._line = Line(typed, "add, or -remove", suggester=self.suggester)
        between = "spaces" if self._is_tags else "commas"
        self.hint = f"-item removes, separate with {between}, tab: list"

    def offer(self, values: Sequence[str]) -> None:
        super().offer(values)
        self._others = [value for value in values if "\n" not in value]
        # The values may arrive before the box is mounted, or while it is being removed.
        if self.items.is_mounted and self.items.is_attached:
            self._show_items()

    def compose_cell(self) -> ComposeResult:
        yield self._line
        yield self.items

    def on_resize(self) -> None:
        self.fit_rows(self.items)
        self._show_items()

    def _show_items(self, cursor: int = 0) -> None:
        """List the items, then the values of other notes that contain the last typed word."""
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
        self._show_items()

    def on_list_view_selected(self) -> None:
        self.action_turn_item()

    def on_key(self, event: events.Key) -> None:
        if self.items.has_focus and event.character and event.is_printable:
            event.stop()
            if event.key == "space":
                self.action_turn_item()
            else:
                self.set_focus(self._line)
                self._line.insert_text_at_cursor(event.character)

    def action_item_down(self) -> None:
        if self.items.has_focus:
            self.items.action_step(1)
        elif self.items.row_count():
            self.set_focus(self.items)

    def action_item_up(self) -> None:
        if self.items.cursor:
            self.items.action_step(-1)
        else:
            self.set_focus(self._line)

    def action_turn_item(self) -> None:
        """Add or remove the item at the cursor; while typing, apply the input."""
        if not self.items.has_focus or (item := self.items.item) is None:
            self._apply()
            self._line.value = ""
            return
        if item in self.chosen:
            self.chosen.remove(item)
        else:
            self.chosen.append(item)
        self._show_items(self.items.cursor)

    def _apply(self) -> None:
        for word in self._words:
            text = word.lstrip("+-#" if self._is_tags else "+-").strip()
            if word.startswith("-"):
                self.chosen = [item for item in self.chosen if item.casefold() != text.casefold()]
            elif text and text not in self.chosen:
                self.chosen.append(text)

    def action_take_cell(self) -> None:
        self._apply()
        self.submit_text(format_value([*self.chosen]))


class ChoiceCellEditor(CellEditor):
    """A list of values; typing a letter goes to the next value that starts with it."""

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


class StarsCellEditor(CellEditor):
    """Stars, set by a digit, arrows or a click; a second click on a star sets half of it."""

    BINDINGS = bindings("cell-stars")

    wide = 34
    hint = "A digit, or arrows for half a star."
    _digits = ""

    def compose_cell(self) -> ComposeResult:
        self.rating = self.field.value if isinstance(self.field.value, int | float) else None
        self._stars = PieceLabel()
        yield self._stars

    def on_mount(self) -> None:
        self._put_stars(self.rating)
        if self.typed:
            self._type(self.typed)

    def _type(self, character: str) -> None:
        for digits in (self._digits + character, character):
            if re.fullmatch(r"[0-4](\.[05]?)?|5", digits):
                half = 0.5 if digits[1:] in {".", ".5"} else 0.0
                self._put_stars(int(digits[0]) + half, digits)
                self.query_one(HintLine).show_text(self.hint)
                return
        try:
            check_field_text(self.field, character)
        except NotekeepError as error:
            self.show_problem(error)

    def _put_stars(self, rating: float | None, digits: str = "") -> None:
        self._digits = digits
        if rating is None:
            self.rating = None
            none = self.glyphs.no_star * BEST_RATING
            self._stars.show(Piece(none, "faint"), Piece("  none", "muted"))
            return
        self.rating = min(BEST_RATING, max(0.0, rating))
        number = Piece(f"  {format_value(self.rating)}", "bright")
        self._stars.show(Piece(stars(self.rating, self.glyphs), "star"), number)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self._stars)
        if offset is not None and offset.x < BEST_RATING:
            rating = offset.x + 1.0
            self._put_stars(rating - 0.5 if self.rating == rating else rating)

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and event.character in "0123456789.,":
            event.stop()
            self._type(event.character.replace(",", "."))

    def action_change_stars(self, by: float) -> None:
        self._put_stars((self.rating or 0.0) + by)

    def action_no_stars(self) -> None:
        self._put_stars(None)

    def action_take_cell(self) -> None:
        self.submit_text(format_value(self.rating))
