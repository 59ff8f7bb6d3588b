"""A line below a text in which one types what is looked for in it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Input

from notekeep.tui.keys import bindings
from notekeep.tui.render.formatting import thousands
from notekeep.tui.render.note_rows import fold_letters
from notekeep.tui.render.styled_text import Piece
from notekeep.tui.widgets.bars import PieceLabel

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from notekeep.tui.widgets.note_area import NoteArea


class _FindInput(Input):
    """What is looked for; the keys that go from one place to the next are the registry's."""

    # The text has the keys that are typed right after it.
    BINDINGS = bindings("find", priority=("find-close",))

    def action_find_next(self) -> None:
        self.query_ancestor(FindBar).step(1)

    def action_find_previous(self) -> None:
        self.query_ancestor(FindBar).step(-1)

    def action_find_close(self) -> None:
        self.query_ancestor(FindBar).close()


class FindBar(Horizontal):
    """Finds a text whatever its case and accents, and selects where it stands."""

    DEFAULT_CSS = """
    FindBar { height: 1; padding: 0 1; background: $panel; display: none; }
    FindBar.-open { display: block; }
    FindBar Input { border: none; height: 1; padding: 0; width: 1fr; background: transparent; }
    FindBar Input:focus { border: none; background-tint: transparent; }
    """

    def __init__(self, area: NoteArea) -> None:
        super().__init__()
        self._area = area
        self._lines: list[str] = []
        self._flat: list[str] = []
        self._begun = (0, 0)  # the line and the column to search from

    def compose(self) -> ComposeResult:
        yield PieceLabel(Piece("Find ", "section"))
        yield _FindInput(placeholder="words in the text", select_on_focus=False)
        yield PieceLabel(id="found")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    @property
    def has_text_focus(self) -> bool:
        return self.query_one(_FindInput).has_focus

    def open(self) -> None:
        """Ask what to look for: at first what is selected, else what was looked for last."""
        field = self.query_one(_FindInput)
        self._begun = min(self._area.selection)
        selected = self._area.selected_text
        if selected and "\n" not in selected:
            field.value = selected
        self.add_class("-open")
        field.action_select_all()
        # At once, so that the next key is typed here.
        self.screen.set_focus(field)
        self._show(0)

    def close(self) -> None:
        self.remove_class("-open")
        self.screen.set_focus(self._area)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self._show(0)

    def step(self, by: int) -> None:
        """Go to the next place or, when `by` is -1, to the one before; round at the ends."""
        self._begun = min(self._area.selection)
        self._show(by)

    def _show(self, by: int) -> None:
        sought = fold_letters(self.query_one(_FindInput).value)
        found = self._find_all(sought)
        at = bisect_left(found, self._begun)
        if by:
            is_here = at < len(found) and found[at] == self._begun
            at += by if by < 0 or is_here else 0
        if found:
            at %= len(found)
            line, column = found[at]
            self._area.move_cursor((line, column))
            self._area.move_cursor((line, column + len(sought)), select=True, center=True)
        label = self.query_one("#found", PieceLabel)
        if found:
            label.show(Piece(f"{thousands(at + 1)} of {thousands(len(found))}", "muted"))
        else:
            label.show(*([Piece("not found", "warn")] if sought else []))

    def _find_all(self, sought: str) -> list[tuple[int, int]]:
        """Return every place of a text, in order; the places of one do not overlap."""
        if not sought:
            return []
        if self._lines != self._area.lines:
            self._lines = list(self._area.lines)
            self._flat = list(map(fold_letters, self._lines))
        found = []
        for number, line in enumerate(self._flat):
            column = line.find(sought)
            while column >= 0:
                found.append((number, column))
                column = line.find(sought, column + len(sought))
        return found
