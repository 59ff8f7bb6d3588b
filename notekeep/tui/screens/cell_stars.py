"""A rating in a cell: a row of stars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.tui.fields import BEST, check, text_of
from notekeep.tui.keys import bindings
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.render.words import stars
from notekeep.tui.screens.cell_box import CellBox
from notekeep.tui.screens.dialogs import Hint
from notekeep.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from notekeep.tui.fields import Field
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.screens.cell_box import Where


class Stars(LineView, inherit_bindings=False):
    """Five stars, some of them full; a click on one sets so many, a second click half of it."""

    def __init__(self, glyphs: Glyphs, rating: float | None) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.rating = rating

    def put(self, rating: float | None) -> None:
        """Show another rating."""
        self.rating = None if rating is None else min(BEST, max(0.0, rating))
        self.lines_changed()

    def line_count(self) -> int:
        return 1

    def draw_line(self, index: int, width: int) -> Line:
        del index, width
        if self.rating is None:
            return [Piece(self._glyphs.no_star * int(BEST), "faint"), Piece("  none", "muted")]
        number = Piece(f"  {text_of(self.rating)}", "bright")
        return [Piece(stars(self.rating, self._glyphs), "star"), number]

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is not None and 0 <= place.x < BEST:
            whole = place.x + 1.0
            self.put(whole - 0.5 if self.rating == whole else whole)


class StarsBox(CellBox):
    """Half a star more or less by arrows, so many by a digit."""

    BINDINGS = bindings("cell-stars")

    wide = 34
    high = 2
    hint = "A digit; arrows for half a star."

    def __init__(self, field: Field, where: Where, typed: str = "") -> None:
        super().__init__(field, where, typed)
        value = field.value
        number = float(value) if isinstance(value, int | float) else None
        self._stars = Stars(where.glyphs, number)
        self._digits = ""
        self._wrong: NotekeepError | None = None
        if typed:
            self._type(typed)

    def compose_cell(self) -> ComposeResult:
        yield self._stars

    def start(self) -> None:
        self.set_focus(self._stars)
        if self._wrong is not None:
            self.complain(self._wrong)

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
                    self.query_one(Hint).say(self.hint)
                return
        try:
            check(self.field, character)
        except NotekeepError as error:
            self._wrong = error
            if self.is_mounted:
                self.complain(error)

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
        text = "" if self.rating is None else text_of(self.rating)
        self.take(text)


def _rating(digits: str) -> float | None:
    """Return what the digits say so far, when it is a rating in halves."""
    whole, point, half = digits.partition(".")
    if not (whole.isdecimal() and len(whole) == 1 and half in {"", "0", "5"}):
        return None
    number = float(whole) + (0.5 if point and half != "0" else 0.0)
    return number if number <= BEST else None
