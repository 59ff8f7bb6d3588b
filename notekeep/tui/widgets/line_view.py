"""Views that draw only their visible lines: lists, text pages and diffs.

Rows are not widgets, so a list of 100,000 rows costs only as much as its visible rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.filter import LineFilter
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keyboard import bindings
from notekeep.tui.program import ProgramPart
from notekeep.tui.render.styled_text import Piece, StyledLine, line_text
from notekeep.tui.styles import drop_color_filter, get_role_styles, paint, reverse
from notekeep.tui.textual_compat import scroll_over

RowT = TypeVar("RowT")

MAX_CACHED_ROWS = 512
PLACEHOLDER_INDENT = 2  # cells before the lines of `placeholder`


class LineView(ScrollView, ProgramPart, can_focus=True, inherit_bindings=False):
    """A view that draws only its visible lines.

    A subclass implements `line_count` and `draw_line`, and calls `lines_changed` when their results
    change.
    """

    BINDINGS = bindings("lines")

    DEFAULT_CSS = """
    LineView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        # A plain dict, because the entries of Textual's LRUCache form reference cycles.
        self._strips: dict[tuple[int, int, bool, bool], Strip] = {}
        self._under = Style.null()  # the widget's own style

    def line_count(self) -> int:
        raise NotImplementedError

    def draw_line(self, index: int, width: int) -> StyledLine:
        raise NotImplementedError

    @property
    def page_height(self) -> int:
        """The number of visible lines, at least one."""
        return max(1, self.size.height)

    @property
    def inner_width(self) -> int:
        """The width of a line, without the scrollbar."""
        return max(0, self.scrollable_size.width)

    def lines_changed(self) -> None:
        self._strips.clear()
        self.length_changed()
        self.refresh()

    def length_changed(self) -> None:
        """Set the scrollable height to the number of lines."""
        size = Size(max(1, self.inner_width), self.line_count())
        if size != self.virtual_size:
            scroll_over(self, size)

    def line_changed(self, index: int) -> None:
        for key in [key for key in self._strips if key[0] == index]:
            del self._strips[key]
        self.refresh_line(index)

    def scroll_to_line(self, index: int, *, margin: int = 0) -> None:
        """Scroll a line into view, with `margin` lines around it."""
        top = self.scroll_offset.y
        margin = min(margin, (self.page_height - 1) // 2)
        if index - margin < top:
            self._scroll_top(index - margin)
        elif index + margin >= top + self.page_height:
            self._scroll_top(index + margin - self.page_height + 1)

    def _scroll_top(self, line: int) -> None:
        self.scroll_to(y=max(0, line), animate=False, immediate=True)

    def _line_role(self, index: int) -> str:  # noqa: ARG002 - a subclass has a cursor
        return ""

    def render_lines(self, crop: Region) -> list[Strip]:
        # Computed once for all lines, because `rich_style` is slow.
        self._under = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width, index = self.inner_width, y + self.scroll_offset.y
        if width < 1 or index >= self.line_count():
            return Strip.blank(width, self._under)
        role = self._line_role(index)
        key = (index, width, bool(role), self.has_focus)
        strip = self._strips.get(key)
        if strip is None:
            styles = get_role_styles(self.app)
            line = self.draw_line(index, width)
            if self.can_focus and not self.has_focus:
                line = [
                    piece._replace(role="cursor-bar-blurred")
                    if piece.role == "cursor-bar"
                    else piece
                    for piece in line
                ]
            over = styles.style(role) if role else None
            if len(self._strips) >= MAX_CACHED_ROWS:
                self._strips.clear()
            strip = self._strips[key] = paint(line, width, styles, self._under, over)
        return strip

    def get_line_filters(self) -> Sequence[LineFilter]:
        return drop_color_filter(super().get_line_filters())

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        self.length_changed()

    def on_click(self, event: events.Click) -> None:
        # The offset is None in a margin or border.
        place = event.get_content_offset(self)
        if place is not None:
            self.place_clicked(place, event)

    def place_clicked(self, place: Offset, event: events.Click) -> None:
        """Handle a click at a position in the visible lines."""

    row_height = 1

    def action_step(self, rows: int) -> None:
        # Without a cursor, keys scroll.
        self._scroll_top(self.scroll_offset.y + rows)

    def action_step_page(self, pages: int) -> None:
        self.action_step(pages * max(1, self.page_height // self.row_height - 1))

    def action_first_line(self) -> None:
        self.action_step(-self.line_count())

    def action_last_line(self) -> None:
        self.action_step(self.line_count())


class ListView(LineView, Generic[RowT]):
    """Rows of equal height with a cursor that skips headings.

    Without rows, the view shows the lines of `placeholder`.
    """

    ALLOW_SELECT = False

    cursor: var[int] = var(0)

    @dataclass(eq=False, repr=False)
    class Highlighted(Message):
        """The cursor moved to another row."""

        view: ListView[Any]
        row: int

    class Selected(Highlighted):
        """A row was opened by clicks."""

    was_moved = False
    """Whether the user moved the cursor since this was last set to False."""
    opening_clicks = 2  # the number of clicks that open a row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[RowT] = ()
        self.placeholder: Sequence[StyledLine] = ()

    def is_heading(self, item: RowT) -> bool:
        """Whether the cursor skips a row."""
        return item is None or isinstance(item, str)

    def draw_item(self, item: RowT, width: int, *, here: bool) -> StyledLine:
        raise NotImplementedError

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        """Return the lines of a row, at most `row_height`; missing lines are blank."""
        here = row == self.cursor
        if self._rows:
            return [self.draw_item(self._rows[row], width, here=here)]
        bar = Piece(self.glyphs.cursor if here and self.is_selectable(row) else " ", "cursor-bar")
        return [[bar, Piece(" " * (PLACEHOLDER_INDENT - 1)), *self.placeholder[row]]]

    def row_count(self) -> int:
        return len(self._rows) or len(self.placeholder)

    def is_selectable(self, row: int) -> bool:
        return row < len(self._rows) and not self.is_heading(self._rows[row])

    @property
    def item(self) -> RowT | None:
        """The row at the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def _show(self, rows: Sequence[RowT], is_current: Callable[[RowT], bool]) -> None:
        """Show rows, with the cursor on the first current row, or near its old position."""
        self._rows = rows
        places = (number for number, row in enumerate(rows) if is_current(row))
        self.rows_changed(next(places, self.cursor))

    def line_count(self) -> int:
        return self.row_count() * self.row_height

    def draw_line(self, index: int, width: int) -> StyledLine:
        row, part = divmod(index, self.row_height)
        lines = self.draw_row(row, width)
        return lines[part] if part < len(lines) else []

    def _line_role(self, index: int) -> str:
        if index // self.row_height != self.cursor or not self.is_selectable(self.cursor):
            return ""
        # A list that cannot have the focus is controlled by an input.
        return "cursor" if self.has_focus or not self.can_focus else "cursor-blurred"

    def rows_changed(self, cursor: int) -> None:
        """Update the view after a change of rows; move the cursor to a selectable row."""
        self.set_reactive(ListView.cursor, self._nearest(cursor, 1))
        self.lines_changed()
        self._follow()
        self._post_own(self.Highlighted(self, self.cursor))

    def _post_own(self, message: Message) -> None:
        # While the parent handles another message, Textual would set the parent as the sender of
        # this message, and not deliver the message to its sender.
        message.set_sender(self)
        self.post_message(message)

    def move_to(self, row: int, direction: int = 1) -> None:
        target = self._nearest(row, direction)
        if target != self.cursor:
            self.cursor = target
            self._post_own(self.Highlighted(self, target))

    _restored_line: int | None = None  # see `scroll_cursor_to`

    @property
    def cursor_line(self) -> int:
        """The first line of the cursor's row, counted from the top of the view."""
        return self.cursor * self.row_height - self.scroll_offset.y

    def scroll_cursor_to(self, line: int) -> None:
        """Scroll the cursor's row to a line of the view, now and when the view is resized."""
        self._restored_line = line
        self._restore_scroll()

    def _restore_scroll(self) -> None:
        if self._restored_line is not None and self.size.height:
            line = min(max(0, self._restored_line), self.page_height - self.row_height)
            self._scroll_top(self.cursor * self.row_height - max(0, line))

    def on_resize(self) -> None:
        super().on_resize()
        self._restore_scroll()

    def watch_cursor(self, before: int, after: int) -> None:
        self._restored_line = None
        for row in (before, after):
            self.refresh_lines(row * self.row_height, self.row_height)
        self._follow()

    def _nearest(self, row: int, direction: int) -> int:
        """Return the nearest selectable row: first in `direction`, then in the other direction."""
        count = self.row_count()
        if not count:
            return 0
        row = min(max(row, 0), count - 1)
        ahead = range(row, count) if direction > 0 else range(row, -1, -1)
        behind = range(row, -1, -1) if direction > 0 else range(row, count)
        return next((n for rows in (ahead, behind) for n in rows if self.is_selectable(n)), row)

    def _follow(self) -> None:
        """Scroll to the cursor, and put the terminal's cursor on its row for screen readers."""
        first = self.cursor * self.row_height
        self.scroll_to_line(first + self.row_height - 1)
        # At the first selectable row, also show the headings above it.
        is_first = not any(map(self.is_selectable, range(self.cursor)))
        self.scroll_to_line(
            max(0, first + self.row_height - self.page_height) if is_first else first
        )
        if self.has_focus:
            place = self.content_region.offset + Offset(0, first - self.scroll_offset.y)
            self.app.cursor_position = place

    def on_focus(self) -> None:
        self._follow()
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def row_at(self, y: int) -> int | None:
        row = (y + self.scroll_offset.y) // self.row_height
        return row if 0 <= row < self.row_count() else None

    def place_clicked(self, place: Offset, event: events.Click) -> None:
        row = self.row_at(place.y)
        if row is not None and self.is_selectable(row):
            self.row_clicked(row, place.x, event.chain)

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        del x
        self.was_moved = True
        self.move_to(row)
        if chain == self.opening_clicks:
            self._post_own(self.Selected(self, row))

    def action_step(self, rows: int) -> None:
        self.was_moved = True
        self.move_to(self.cursor + rows, 1 if rows > 0 else -1)


class TextPage(LineView):
    """Text without a cursor that can be selected with the mouse."""

    ALLOW_SELECT = True

    @property
    def text_width(self) -> int:
        """The maximum width of a line of text."""
        return self.inner_width

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        strip = super().render_line(y)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(index)) is not None:
            start, end = span
            strip = reverse(strip, start, strip.cell_length if end == -1 else end)
        return strip.apply_offsets(0, index)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        width = max(1, self.inner_width)
        lines = (line_text(self.draw_line(index, width)) for index in range(self.line_count()))
        # Sanitized, because it may be pasted into a terminal.
        text = "\n".join(clean_line(line).rstrip() for line in lines)
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        del selection
        self.refresh()


class DiffView(TextPage):
    """Lines drawn for the width of the view."""

    _make: Callable[[int], list[StyledLine]] = staticmethod(lambda _width: [])

    @property
    def _lines(self) -> list[StyledLine]:
        return self._make(max(8, self.inner_width))

    @property
    def is_busy(self) -> bool:
        """Whether the view has lines."""
        return bool(self._lines)

    def show_lines(self, *lines: StyledLine) -> None:
        self.show(lambda _width: list(lines))

    def show(self, make: Callable[[int], list[StyledLine]], *, stays: bool = False) -> None:
        """Show the lines that `make` returns for a width; scroll to the top unless `stays`."""
        self._make = lru_cache(maxsize=1)(make)
        self.lines_changed()
        if not stays:
            self._scroll_top(0)

    def release(self) -> None:
        """Keep the lines for the current width, and free the data that `make` uses."""
        lines = self._lines
        self._make = lambda _width: lines

    def line_count(self) -> int:
        return len(self._lines)

    def draw_line(self, index: int, width: int) -> StyledLine:
        del width
        return self._lines[index]
