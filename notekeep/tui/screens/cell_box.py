"""A box over a cell of the grid, and the one for text and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from notekeep.errors import NotekeepError
from notekeep.markdown.clean import clean_line
from notekeep.tui.fields import HINTS, check
from notekeep.tui.keys import bindings
from notekeep.tui.screens.dialogs import Hint, TextDialog, complaint
from notekeep.tui.screens.leaving import hints
from notekeep.tui.suggesting import WordSuggester, at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Region

    from notekeep.tui.fields import Field
    from notekeep.tui.render.glyphs import Glyphs

AROUND = 4
"""The cells of a box beside its text: a line and a blank on either side."""


LONGEST_LINE = 64
"""What is wrong is said in lines of so many cells."""


class Where(NamedTuple):
    """Where a box belongs, and what it is drawn with.

    Attributes:
        region: Gives where the cell is on the screen by now.
        glyphs: The characters to draw with.
        today: The day it is.
    """

    region: Callable[[], Region]
    glyphs: Glyphs
    today: date


class CellBox(TextDialog["str | None"]):
    """Asks for the value of one cell, over it; the answer is None when it stays as it is."""

    BINDINGS = bindings("cell")
    CSS_PATH: ClassVar = ["dialogs.tcss", "cells.tcss"]

    wide = 30
    """The cells that its text wants."""
    high = 2
    """The lines within the box, one of them for what is said."""
    least = 0
    """The same without what can be left out; 0 where a list takes what room there is."""
    hint = ""

    def __init__(self, field: Field, where: Where, typed: str = "") -> None:
        """Ask.

        Args:
            field: The field.
            where: Where the cell is.
            typed: What was typed already, in the place of what is there.
        """
        super().__init__()
        self.field, self.where, self.typed = field, where, typed
        self._extra_width = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="cell") as box:
            box.border_title = Content(clean_line(self.field.name))
            box.border_subtitle = hints(("enter", "write"), ("esc", "leave it"))
            yield from self.compose_cell()
            yield Hint(self.hint)

    def compose_cell(self) -> ComposeResult:
        """Yield what the value is changed with."""
        raise NotImplementedError

    def on_mount(self, event: events.Mount) -> None:  # type: ignore[override]  # with its event
        # Not every box has a line to type into, which a dialog of text looks for.
        event.prevent_default()
        self.start()
        self._put()

    def start(self) -> None:
        """Give the focus to what takes the keys."""
        self.set_focus(self.query_one(Input))

    def on_resize(self) -> None:
        # The grid below has its new size only after this.
        self.call_after_refresh(self._put)
        self._put()

    def _put(self) -> None:
        """Lay the box over the cell, with its text where the cell's is, within the screen."""
        cell, screen = self.where.region(), self.app.size
        width = max(cell.width, self.wide, self._extra_width)
        width = min(screen.width, width + AROUND)
        height = min(screen.height, self._lines(width, screen.height - 2) + 2)
        box = self.query_one("#cell")
        box.styles.width, box.styles.height = width, height
        x = min(max(0, cell.x - AROUND // 2), screen.width - width)
        y = min(max(0, cell.y - 1), screen.height - height)
        box.styles.offset = (x, y)

    def _lines(self, width: int, room: int) -> int:
        """Return how many lines to show, and leave out what has no room: the hint, then more."""
        # The column of a scrollbar is none of its text's.
        said = self.query_one(Hint).lines_in(width - AROUND - 1)
        is_hint = not self._extra_width
        silent = is_hint and self.high - 1 + said > room >= self.high - 1
        cramped = not silent and self.high - 1 + said > room
        self.set_class(silent, "-silent")
        self.set_class(cramped, "-cramped")
        if silent:
            return self.high - 1
        return (self.least or self.high) - 1 + said if cramped else self.high - 1 + said

    def complain(self, error: NotekeepError) -> None:
        super().complain(error)
        longest = max(map(len, complaint(error).splitlines()))
        self._extra_width = min(LONGEST_LINE, longest + 1)
        self._put()
        self.call_after_refresh(self._put)

    def take(self, text: str) -> None:
        """Answer with a text, if it fits the field."""
        if text == clean_line(self.field.text):
            self.dismiss(None)
            return
        try:
            check(self.field, text)
        except NotekeepError as error:
            self.complain(error)
        else:
            self.submit(text)

    def action_take_cell(self) -> None:
        raise NotImplementedError

    def action_leave_cell(self) -> None:
        self.dismiss(None)


class TextBox(CellBox):
    """A line to type into: text, a number, what nobody knows the type of."""

    def __init__(self, field: Field, where: Where, typed: str = "") -> None:
        super().__init__(field, where, typed)
        self.wide = 22 if field.type == "number" else 42
        self.high = 2
        self.hint = HINTS.get(field.type, "Text; empty takes the field out.")
        self._suggester = WordSuggester(at_once)

    def know(self, values: Sequence[str]) -> None:
        """Take what other notes have in the field, to offer it."""
        self._suggester.know(values, self)

    def compose_cell(self) -> ComposeResult:
        yield Input(
            self.typed or clean_line(self.field.text),
            compact=True,
            select_on_focus=False,
            suggester=self._suggester,
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take_cell()

    def action_take_cell(self) -> None:
        self.take(self.query_one(Input).value.strip())
