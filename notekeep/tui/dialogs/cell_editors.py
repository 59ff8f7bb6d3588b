"""A box over a cell of the grid: text, a date, a list, one of a few choices, stars."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from notekeep.dates import format_short_day, parse_iso, try_parse_day
from notekeep.errors import NotekeepError, UsageError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.completion import WordSuggester, find_last_signed_item, find_last_word, find_start
from notekeep.tui.dialogs.dialog import hints
from notekeep.tui.dialogs.prompts import HintLine, SubmitDialog, format_error
from notekeep.tui.field_forms import (
    FIELD_HINTS,
    MAX_RATING,
    check_field_text,
    format_value,
    parse_list_items,
)
from notekeep.tui.keys import bindings
from notekeep.tui.render.formatting import stars
from notekeep.tui.render.note_columns import TAGS_COLUMN
from notekeep.tui.render.styled_text import Piece, StyledLine, spread_line
from notekeep.tui.widgets.calendars import MONTH_HEIGHT, MonthCalendar, shift_month
from notekeep.tui.widgets.line_view import LineView, ListView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Region

    from notekeep.tui.field_forms import FormField
    from notekeep.tui.render.glyphs import Glyphs


BOX_MARGIN = 4
"""The cells of a box beside its text: a line and a blank on either side."""
MAX_LINE_WIDTH = 64
"""What is wrong is said in lines of so many cells."""


class CellPlace(NamedTuple):
    """Where a box belongs, and what it is drawn with.

    Attributes:
        region: Gives where the cell is on the screen by now.
        glyphs: The characters to draw with.
        today: The day it is.
    """

    region: Callable[[], Region]
    glyphs: Glyphs
    today: date


class CellEditor(SubmitDialog["str | None"], inherit_bindings=False):
    """Asks for the value of one cell, over it; the answer is None when it stays as it is."""

    BINDINGS = bindings("cell")

    wide = 30
    """The cells that its text wants."""
    high = 2
    """The lines within the box, one of them for what is said."""
    least = 0
    """The same without what can be left out; 0 where a list takes what room there is."""
    hint = ""

    def __init__(self, field: FormField, where: CellPlace, typed: str = "") -> None:
        super().__init__()
        self.field, self.where, self.typed = field, where, typed
        self._extra_width = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="cell") as box:
            box.border_title = Content(clean_line(self.field.name))
            box.border_subtitle = hints(("enter", "write"), ("esc", "leave it"))
            yield from self.compose_cell()
            yield HintLine(self.hint)

    def compose_cell(self) -> ComposeResult:
        """Yield what the value is changed with."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.start()
        self._put()

    def start(self) -> None:
        """Prepare what takes the keys; a line to type into has the focus by itself."""

    def on_resize(self) -> None:
        # The grid below has its new size only after this.
        self.call_after_refresh(self._put)
        self._put()

    def _put(self) -> None:
        """Lay the box over the cell, with its text where the cell's is, within the screen."""
        cell, screen = self.where.region(), self.app.size
        width = max(cell.width, self.wide, self._extra_width)
        width = min(screen.width, width + BOX_MARGIN)
        height = min(screen.height, self._lines(width, screen.height - 2) + 2)
        box = self.query_one("#cell")
        box.styles.width, box.styles.height = width, height
        x = min(max(0, cell.x - BOX_MARGIN // 2), screen.width - width)
        y = min(max(0, cell.y - 1), screen.height - height)
        box.styles.offset = (x, y)

    def _lines(self, width: int, room: int) -> int:
        """Return how many lines to show, and leave out what has no room: the hint, then more."""
        # The column of a scrollbar is none of its text's.
        said = self.query_one(HintLine).lines_in(width - BOX_MARGIN - 1)
        is_hint = not self._extra_width
        silent = is_hint and self.high - 1 + said > room >= self.high - 1
        cramped = not silent and self.high - 1 + said > room
        self.set_class(silent, "-silent")
        self.set_class(cramped, "-cramped")
        if silent:
            return self.high - 1
        return (self.least or self.high) - 1 + said if cramped else self.high - 1 + said

    def show_problem(self, error: NotekeepError) -> None:
        super().show_problem(error)
        longest = max(map(len, format_error(error).splitlines()))
        self._extra_width = min(MAX_LINE_WIDTH, longest + 1)
        self._put()
        self.call_after_refresh(self._put)

    def submit_text(self, text: str) -> None:
        """Answer with a text, if it fits the field."""
        if text == clean_line(self.field.text):
            self.dismiss(None)
            return
        try:
            check_field_text(self.field, text)
        except NotekeepError as error:
            self.show_problem(error)
        else:
            self.submit(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take_cell()

    def action_take_cell(self) -> None:
        raise NotImplementedError

    def action_leave_cell(self) -> None:
        self.dismiss(None)


class TextCellEditor(CellEditor):
    """A line to type into: text, a number, what nobody knows the type of."""

    def __init__(self, field: FormField, where: CellPlace, typed: str = "") -> None:
        super().__init__(field, where, typed)
        self.wide = 22 if field.type == "number" else 42
        self.high = 2
        self.hint = FIELD_HINTS.get(field.type, "Text; empty takes the field out.")
        self._suggester = WordSuggester(find_start)

    def offer(self, values: Sequence[str]) -> None:
        """Offer what other notes have in the field."""
        self._suggester.set_words(values, self)

    def compose_cell(self) -> ComposeResult:
        yield Input(
            self.typed or clean_line(self.field.text),
            compact=True,
            select_on_focus=False,
            suggester=self._suggester,
        )

    def action_take_cell(self) -> None:
        self.submit_text(self.query_one(Input).value.strip())


# A date in a cell: a calendar, and the words that the command line knows for days.

DATE_HINT = "Type today, -3, mon, 11-03 or 2026 as well."
DAY_MOVES = (
    "later-day",
    "earlier-day",
    "later-week",
    "earlier-week",
    "later-month",
    "earlier-month",
)


class DateCellEditor(CellEditor):
    """Arrows move over days and weeks; what is typed is found in the calendar."""

    BINDINGS = bindings("cell-date", priority=DAY_MOVES)

    wide = 46
    high = MONTH_HEIGHT + 2
    least = 2
    hint = DATE_HINT

    def __init__(self, field: FormField, where: CellPlace, typed: str, week_start: int) -> None:
        super().__init__(field, where, typed)
        day = parse_iso(field.text[:10]) or where.today
        self._calendar = MonthCalendar(day, where.today, week_start)

    def compose_cell(self) -> ComposeResult:
        yield self._calendar
        # What is typed takes the place of the date that is there, as soon as it is typed.
        yield Input(
            self.typed or self.field.text,
            placeholder="no date",
            compact=True,
            select_on_focus=not self.typed,
        )

    @property
    def day(self) -> date:
        """The day that is chosen."""
        return self._calendar.day

    def _choose(self, day: date) -> None:
        self._calendar.show(day)
        line = self.query_one(Input)
        line.value = day.isoformat()
        # What is typed next takes its place.
        line.select_all()

    def _move(self, by: timedelta) -> None:
        try:
            self._choose(self.day + by)
        except OverflowError:
            self.app.bell()

    def on_month_calendar_chosen(self, event: MonthCalendar.Chosen) -> None:
        self._choose(event.day)
        if event.is_final:
            self.action_take_cell()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        words = self.query_one(HintLine)
        try:
            day = self._day_of(event.value)
        except UsageError as error:
            words.say(error.message, "warn")
            return
        if day is None:
            words.say(DATE_HINT)
        else:
            self._calendar.show(day)
            words.say(f"{format_short_day(day)} {day.year}. Enter writes it.")

    def _day_of(self, text: str) -> date | None:
        """Return the day that was typed; None for nothing, and for what is no word for a day."""
        text = text.strip()
        return try_parse_day(text, self.where.today) if text else None

    def action_take_cell(self) -> None:
        text = self.query_one(Input).value.strip()
        if text == self.field.text:
            self.dismiss(None)
            return
        try:
            day = self._day_of(text)
            if day is None:
                # A month or a year says as much as is known.
                check_field_text(self.field, text)
        except UsageError as error:
            self.show_problem(error)
        else:
            self.submit_text(day.isoformat() if day is not None else text)

    def action_later_day(self) -> None:
        self._move(timedelta(1))

    def action_earlier_day(self) -> None:
        self._move(timedelta(-1))

    def action_later_week(self) -> None:
        self._move(timedelta(7))

    def action_earlier_week(self) -> None:
        self._move(timedelta(-7))

    def action_later_month(self) -> None:
        self._choose(shift_month(self.day, 1))

    def action_earlier_month(self) -> None:
        self._choose(shift_month(self.day, -1))


# A list in a cell, and one of a few choices.

MAX_ROWS = 8
"""Lines of items; more are scrolled to."""
MAX_OFFERED = 200


class ChoiceItem(NamedTuple):
    """A row: its text, whether it is chosen, and what is said of it."""

    text: str
    is_in: bool
    about: str = ""


class ChoiceRows(ListView):
    """Texts, some of them chosen."""

    def __init__(
        self, glyphs: Glyphs, items: Sequence[ChoiceItem] = (), *, with_boxes: bool
    ) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.items = list(items)
        self._with_boxes = with_boxes
        self.is_used = not with_boxes
        """Whether the cursor is on a row, and not where one types."""

    def show(self, items: Sequence[ChoiceItem], cursor: int | None = None) -> None:
        """Show other rows; `cursor` None leaves it where one types."""
        self.items = list(items)
        self.is_used = cursor is not None
        self.rows_changed(cursor or 0)

    @property
    def item(self) -> ChoiceItem | None:
        """The row under the cursor."""
        return self.items[self.cursor] if self.is_used and self.items else None

    def row_count(self) -> int:
        return len(self.items)

    def _line_role(self, index: int) -> str:
        return "cursor" if self.is_used and index == self.cursor else ""

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        item = self.items[row]
        here = self.is_used and row == self.cursor
        line: StyledLine = [Piece(self._glyphs.cursor if here else " ", "cursor-bar"), Piece(" ")]
        if self._with_boxes:
            box = self._glyphs.task_done if item.is_in else self._glyphs.task_open
            line.append(Piece(f"{box} ", "task-done" if item.is_in else "faint"))
        text = Piece(clean_line(item.text), "bright" if item.is_in else "")
        about: StyledLine = [Piece(item.about, "faint")] if item.about else []
        return [spread_line([*line, text], about, width)]

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        self.is_used = True
        if row == self.cursor:
            self.line_changed(row)
        super().row_clicked(row, x, chain)
        if self._with_boxes and chain == 1:
            self._post_own(self.Selected(self, row))


class _Line(Input):
    """Where items are typed; on an item a space is no letter."""

    def on_key(self, event: events.Key) -> None:
        box = self.screen
        if event.key == "space" and isinstance(box, ListCellEditor) and box.is_on_item:
            event.stop()
            event.prevent_default()
            box.action_turn_item()


class ListCellEditor(CellEditor):
    """A line that adds and takes away, and below it what is in the list and what others have."""

    BINDINGS = bindings("cell-list", priority=("item-down", "item-up", "turn-item"))

    wide = 46
    high = MAX_ROWS + 2

    def __init__(self, field: FormField, where: CellPlace, typed: str = "") -> None:
        super().__init__(field, where, typed)
        value = field.value
        self.chosen = [format_value(item) for item in value] if isinstance(value, list) else []
        if not isinstance(value, list) and field.text:
            self.chosen = parse_list_items(field.name, field.text)
        self._others: list[str] = []
        self._items = ChoiceRows(where.glyphs, with_boxes=True)
        self._suggester = WordSuggester(
            find_last_word if field.name == TAGS_COLUMN else find_last_signed_item
        )
        self._typing = _Line(
            typed,
            placeholder="add, or -remove",
            compact=True,
            select_on_focus=False,
            suggester=self._suggester,
        )
        between = "blanks" if field.name == TAGS_COLUMN else "commas"
        self.hint = f"-this takes away; {between} between; tab turns."

    def offer(self, values: Sequence[str]) -> None:
        """Offer what other notes have in the field, most used first."""
        self._others = [value for value in values if "\n" not in value]
        self._suggester.set_words(values, self)
        # An answer may come before the box stands, and when it is on its way out.
        if self._items.is_mounted and self._items.is_attached:
            self._list()

    def compose_cell(self) -> ComposeResult:
        yield self._typing
        yield self._items

    def start(self) -> None:
        self._items.styles.height = MAX_ROWS
        self._list()

    def _list(self, cursor: int | None = None) -> None:
        """Show the items in the list, then what others have that begins as what is typed."""
        typed = self._words[-1].lstrip("+-#").casefold() if self._words else ""
        mine = [ChoiceItem(text, is_in=True) for text in self.chosen]
        others = [
            ChoiceItem(text, is_in=False)
            for text in self._others
            if text not in self.chosen and typed in text.casefold()
        ]
        self._items.show([*mine, *others[:MAX_OFFERED]], cursor)

    @property
    def is_on_item(self) -> bool:
        """Whether the cursor is on an item, and not where one types."""
        return self._items.is_used

    @property
    def _words(self) -> list[str]:
        """What is typed, one for each item."""
        text = self._typing.value.strip()
        if self.field.name == TAGS_COLUMN:
            return text.replace(",", " ").split()
        return parse_list_items(self.field.name, text)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list()

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self._turn(self._items.item)

    def action_item_down(self) -> None:
        items = self._items
        if not items.is_used:
            items.is_used = bool(items.items)
            items.lines_changed()
        else:
            items.action_line_down()

    def action_item_up(self) -> None:
        items = self._items
        if items.is_used and items.cursor == 0:
            items.is_used = False
            items.lines_changed()
        elif items.is_used:
            items.action_line_up()

    def action_turn_item(self) -> None:
        """Turn the item under the cursor; while typing, take what is typed."""
        if self._items.is_used:
            self._turn(self._items.item)
        else:
            self._apply()
            self.query_one(Input).value = ""

    def _turn(self, item: ChoiceItem | None) -> None:
        if item is None:
            return
        if item.is_in:
            self.chosen.remove(item.text)
        else:
            self.chosen.append(item.text)
        self._list(self._items.cursor)

    def _apply(self) -> None:
        """Do what is typed: add, and take away."""
        for word in self._words:
            text = (
                word.lstrip("+#-").strip() if self.field.name == TAGS_COLUMN else word.lstrip("+-")
            )
            if word.startswith("-"):
                self.chosen = [one for one in self.chosen if one.casefold() != text.casefold()]
            elif text and text not in self.chosen:
                self.chosen.append(text)

    def action_take_cell(self) -> None:
        self._apply()
        self.submit_text(format_value([*self.chosen]))


class ChoiceCellEditor(CellEditor):
    """One of a few values; a letter goes to the next one that begins with it."""

    wide = 24

    def __init__(self, field: FormField, where: CellPlace, typed: str = "") -> None:
        super().__init__(field, where, typed)
        choices = ("yes", "no") if field.type == "bool" else field.choices
        items = [ChoiceItem(text, is_in=text == field.text) for text in choices]
        if field.text and field.text not in choices:
            items.append(ChoiceItem(field.text, is_in=True, about="as it is"))
        items.append(ChoiceItem("nothing", is_in=not field.text, about="no value"))
        self._values = [item.text for item in items[:-1]] + [""]
        self._items = ChoiceRows(where.glyphs, items, with_boxes=False)
        self.high = len(items) + 1
        self.hint = "Enter writes it."

    def compose_cell(self) -> ComposeResult:
        yield self._items

    def start(self) -> None:
        self.set_focus(self._items)
        self._items.styles.height = len(self._values)
        text = self.field.text
        self._items.begin_at(self._values.index(text) if text in self._values else 0)

    def _go_to_letter(self, letter: str) -> bool:
        first = self._items.cursor + 1
        order = [*range(first, len(self._values)), *range(first)]
        for row in order:
            if self._items.items[row].text.casefold().startswith(letter.casefold()):
                self._items.move_to(row)
                return True
        return False

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and self._go_to_letter(event.character):
            event.stop()

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self.action_take_cell()

    def action_take_cell(self) -> None:
        self.submit_text(self._values[self._items.cursor])


# A rating in a cell: a row of stars.


class StarsView(LineView, inherit_bindings=False):
    """Five stars, some of them full; a click on one sets so many, a second click half of it."""

    def __init__(self, glyphs: Glyphs, rating: float | None) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.rating = rating

    def put(self, rating: float | None) -> None:
        """Show another rating."""
        self.rating = None if rating is None else min(MAX_RATING, max(0.0, rating))
        self.lines_changed()

    def line_count(self) -> int:
        return 1

    def draw_line(self, index: int, width: int) -> StyledLine:
        del index, width
        if self.rating is None:
            return [
                Piece(self._glyphs.no_star * int(MAX_RATING), "faint"),
                Piece("  none", "muted"),
            ]
        number = Piece(f"  {format_value(self.rating)}", "bright")
        return [Piece(stars(self.rating, self._glyphs), "star"), number]

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is not None and 0 <= place.x < MAX_RATING:
            whole = place.x + 1.0
            self.put(whole - 0.5 if self.rating == whole else whole)


class StarsCellEditor(CellEditor):
    """Half a star more or less by arrows, so many by a digit."""

    BINDINGS = bindings("cell-stars")

    wide = 34
    high = 2
    hint = "A digit; arrows for half a star."

    def __init__(self, field: FormField, where: CellPlace, typed: str = "") -> None:
        super().__init__(field, where, typed)
        value = field.value
        number = float(value) if isinstance(value, int | float) else None
        self._stars = StarsView(where.glyphs, number)
        self._digits = ""
        self._wrong: NotekeepError | None = None
        if typed:
            self._type(typed)

    def compose_cell(self) -> ComposeResult:
        yield self._stars

    def start(self) -> None:
        self.set_focus(self._stars)
        if self._wrong is not None:
            self.show_problem(self._wrong)

    @property
    def rating(self) -> float | None:
        """The rating that is shown."""
        return self._stars.rating

    def _type(self, character: str) -> None:
        """Take a digit, or a point after it: `4`, `4.5`, `4,5`."""
        for digits in (self._digits + character.replace(",", "."), character):
            number = _rating(digits)
            if number is not None:
                self._digits = digits
                self._stars.rating = number
                if self._stars.is_mounted:
                    self._stars.put(number)
                    self.query_one(HintLine).say(self.hint)
                return
        try:
            check_field_text(self.field, character)
        except NotekeepError as error:
            self._wrong = error
            if self.is_mounted:
                self.show_problem(error)

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and event.character in "0123456789.,":
            event.stop()
            self._type(event.character)

    def _step(self, by: float) -> None:
        self._digits = ""
        self._stars.put((self.rating or 0.0) + by)

    def action_more_stars(self) -> None:
        self._step(0.5)

    def action_fewer_stars(self) -> None:
        self._step(-0.5)

    def action_no_stars(self) -> None:
        self._digits = ""
        self._stars.put(None)

    def action_take_cell(self) -> None:
        text = "" if self.rating is None else format_value(self.rating)
        self.submit_text(text)


def _rating(digits: str) -> float | None:
    """Return what the digits say so far, when it is a rating in halves."""
    whole, point, half = digits.partition(".")
    if not (whole.isdecimal() and len(whole) == 1 and half in {"", "0", "5"}):
        return None
    number = float(whole) + (0.5 if point and half != "0" else 0.0)
    return number if number <= MAX_RATING else None
