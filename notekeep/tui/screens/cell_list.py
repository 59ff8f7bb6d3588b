"""A list in a cell, and one of a few choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.widgets import Input

from notekeep.markdown.clean import clean_line
from notekeep.tui.fields import items_of, text_of
from notekeep.tui.keys import bindings
from notekeep.tui.render.grid import TAGS
from notekeep.tui.render.pieces import Line, Piece, spread
from notekeep.tui.screens.cell_box import CellBox
from notekeep.tui.suggesting import WordSuggester, after_blank, after_comma_and_signs
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from notekeep.tui.fields import Field
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.screens.cell_box import Where

MOST = 8
"""Lines of items; more are scrolled to."""
OFFERED = 200


class Item(NamedTuple):
    """A row: its text, whether it is chosen, and what is said of it."""

    text: str
    is_in: bool
    about: str = ""


class Items(ListView):
    """Texts, some of them chosen."""

    def __init__(self, glyphs: Glyphs, items: Sequence[Item] = (), *, with_boxes: bool) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.items = list(items)
        self._with_boxes = with_boxes
        self.is_used = not with_boxes
        """Whether the cursor is on a row, and not where one types."""

    def show(self, items: Sequence[Item], cursor: int | None = None) -> None:
        """Show other rows; `cursor` None leaves it where one types."""
        self.items = list(items)
        self.is_used = cursor is not None
        self.rows_changed(cursor or 0)

    @property
    def item(self) -> Item | None:
        """The row under the cursor."""
        return self.items[self.cursor] if self.is_used and self.items else None

    def row_count(self) -> int:
        return len(self.items)

    def _over(self, index: int) -> str:
        return "cursor" if self.is_used and index == self.cursor else ""

    def draw_row(self, row: int, width: int) -> list[Line]:
        item = self.items[row]
        here = self.is_used and row == self.cursor
        line: Line = [Piece(self._glyphs.cursor if here else " ", "cursor-bar"), Piece(" ")]
        if self._with_boxes:
            box = self._glyphs.task_done if item.is_in else self._glyphs.task_open
            line.append(Piece(f"{box} ", "task-done" if item.is_in else "faint"))
        text = Piece(clean_line(item.text), "bright" if item.is_in else "")
        about: Line = [Piece(item.about, "faint")] if item.about else []
        return [spread([*line, text], about, width)]

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        self.is_used = True
        if row == self.cursor:
            self.line_changed(row)
        super().row_clicked(row, x, chain)
        if self._with_boxes and chain == 1:
            self._tell(self.Selected(self, row))


class _Line(Input):
    """Where items are typed; on an item a space is no letter."""

    def on_key(self, event: events.Key) -> None:
        box = self.screen
        if event.key == "space" and isinstance(box, ListBox) and box.is_on_item:
            event.stop()
            event.prevent_default()
            box.action_turn_item()


class ListBox(CellBox):
    """A line that adds and takes away, and below it what is in the list and what others have."""

    BINDINGS = bindings("cell-list", priority=("item-down", "item-up", "turn-item"))

    wide = 46
    high = MOST + 2

    def __init__(self, field: Field, where: Where, typed: str = "") -> None:
        super().__init__(field, where, typed)
        value = field.value
        self.chosen = [text_of(item) for item in value] if isinstance(value, list) else []
        if not isinstance(value, list) and field.text:
            self.chosen = items_of(field.name, field.text)
        self._others: list[str] = []
        self._items = Items(where.glyphs, with_boxes=True)
        self._suggester = WordSuggester(
            after_blank if field.name == TAGS else after_comma_and_signs
        )
        self._typing = _Line(
            typed,
            placeholder="add, or -remove",
            compact=True,
            select_on_focus=False,
            suggester=self._suggester,
        )
        between = "blanks" if field.name == TAGS else "commas"
        self.hint = f"-this takes away; {between} between; tab turns."

    def know(self, values: Sequence[str]) -> None:
        """Take what other notes have in the field, most used first."""
        self._others = [value for value in values if "\n" not in value]
        self._suggester.know(values, self)
        # An answer may come before the box stands, and when it is on its way out.
        if self._items.is_mounted and self._items.is_attached:
            self._list()

    def compose_cell(self) -> ComposeResult:
        yield self._typing
        yield self._items

    def start(self) -> None:
        super().start()
        self._items.styles.height = MOST
        self._list()

    def _list(self, cursor: int | None = None) -> None:
        """Show the items in the list, then what others have that begins as what is typed."""
        typed = self._words[-1].lstrip("+-#").casefold() if self._words else ""
        mine = [Item(text, is_in=True) for text in self.chosen]
        others = [
            Item(text, is_in=False)
            for text in self._others
            if text not in self.chosen and typed in text.casefold()
        ]
        self._items.show([*mine, *others[:OFFERED]], cursor)

    @property
    def is_on_item(self) -> bool:
        """Whether the cursor is on an item, and not where one types."""
        return self._items.is_used

    @property
    def _words(self) -> list[str]:
        """What is typed, one for each item."""
        text = self._typing.value.strip()
        if self.field.name == TAGS:
            return text.replace(",", " ").split()
        return items_of(self.field.name, text)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take_cell()

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

    def _turn(self, item: Item | None) -> None:
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
            text = word.lstrip("+#-").strip() if self.field.name == TAGS else word.lstrip("+-")
            if word.startswith("-"):
                self.chosen = [one for one in self.chosen if one.casefold() != text.casefold()]
            elif text and text not in self.chosen:
                self.chosen.append(text)

    def action_take_cell(self) -> None:
        self._apply()
        self.take(text_of([*self.chosen]))


class ChoiceBox(CellBox):
    """One of a few values; a letter goes to the next one that begins with it."""

    wide = 24

    def __init__(self, field: Field, where: Where, typed: str = "") -> None:
        super().__init__(field, where, typed)
        choices = ("yes", "no") if field.type == "bool" else field.choices
        items = [Item(text, is_in=text == field.text) for text in choices]
        if field.text and field.text not in choices:
            items.append(Item(field.text, is_in=True, about="as it is"))
        items.append(Item("nothing", is_in=not field.text, about="no value"))
        self._values = [item.text for item in items[:-1]] + [""]
        self._items = Items(where.glyphs, items, with_boxes=False)
        self.high = len(items) + 1
        self.hint = "Enter writes it."

    def compose_cell(self) -> ComposeResult:
        yield self._items

    def start(self) -> None:
        self.set_focus(self._items)
        self._items.styles.height = len(self._values)
        text = self.field.text
        self._items.begin_at(self._values.index(text) if text in self._values else 0)

    def _went_to(self, letter: str) -> bool:
        first = self._items.cursor + 1
        order = [*range(first, len(self._values)), *range(first)]
        for row in order:
            if self._items.items[row].text.casefold().startswith(letter.casefold()):
                self._items.move_to(row)
                return True
        return False

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and self._went_to(event.character):
            event.stop()

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self.action_take_cell()

    def action_take_cell(self) -> None:
        self.take(self._values[self._items.cursor])
