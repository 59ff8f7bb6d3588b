"""A date in a cell: a calendar, and the words that the command line knows for days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from textual.widgets import Input

from notekeep.dates import find_day, parse_iso, short
from notekeep.errors import UsageError
from notekeep.tui.fields import check
from notekeep.tui.keys import bindings
from notekeep.tui.screens.cell_box import CellBox
from notekeep.tui.screens.dialogs import Hint
from notekeep.tui.widgets.calendar import HEIGHT, Calendar, month_later

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from notekeep.tui.fields import Field
    from notekeep.tui.screens.cell_box import Where

HINT = "Type today, -3, mon, 11-03 or 2026 as well."
MOVES = ("later-day", "earlier-day", "later-week", "earlier-week", "later-month", "earlier-month")


class DateBox(CellBox):
    """Arrows move over days and weeks; what is typed is found in the calendar."""

    BINDINGS = bindings("cell-date", priority=MOVES)

    wide = 46
    high = HEIGHT + 2
    least = 2
    hint = HINT

    def __init__(self, field: Field, where: Where, typed: str, week_start: int) -> None:
        """Ask.

        Args:
            field: The field.
            where: Where the cell is.
            typed: What was typed already.
            week_start: The first day of a week, 0 for Monday.
        """
        super().__init__(field, where, typed)
        day = parse_iso(field.text[:10]) or where.today
        self._calendar = Calendar(day, where.today, week_start)

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

    def on_calendar_chosen(self, event: Calendar.Chosen) -> None:
        self._choose(event.day)
        if event.is_final:
            self.action_take_cell()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        words = self.query_one(Hint)
        try:
            day = self._day_of(event.value)
        except UsageError as error:
            words.say(error.message, "warn")
            return
        if day is None:
            words.say(HINT)
        else:
            self._calendar.show(day)
            words.say(f"{short(day)} {day.year}. Enter writes it.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take_cell()

    def _day_of(self, text: str) -> date | None:
        """Return the day that was typed; None for nothing, and for what is no word for a day.

        Raises:
            UsageError: No calendar has it.
        """
        text = text.strip()
        return find_day(text, self.where.today) if text else None

    def action_take_cell(self) -> None:
        text = self.query_one(Input).value.strip()
        if text == self.field.text:
            self.dismiss(None)
            return
        try:
            day = self._day_of(text)
            if day is None:
                # A month or a year says as much as is known.
                check(self.field, text)
        except UsageError as error:
            self.complain(error)
        else:
            self.take(day.isoformat() if day is not None else text)

    def action_later_day(self) -> None:
        self._move(timedelta(1))

    def action_earlier_day(self) -> None:
        self._move(timedelta(-1))

    def action_later_week(self) -> None:
        self._move(timedelta(7))

    def action_earlier_week(self) -> None:
        self._move(timedelta(-7))

    def action_later_month(self) -> None:
        self._choose(month_later(self.day, 1))

    def action_earlier_month(self) -> None:
        self._choose(month_later(self.day, -1))
