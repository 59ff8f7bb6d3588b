"""A few choices in a row, one of them standing out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.reactive import reactive

from notekeep.markdown.clean import clean_line
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.widgets.bar import Bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

LINK = "choice:"


class ChoiceBar(Bar):
    """The choices; a click chooses."""

    chosen: reactive[str] = reactive("")

    def __init__(self, choices: Sequence[str], chosen: str) -> None:
        super().__init__()
        self._choices = choices
        self.set_reactive(ChoiceBar.chosen, chosen)

    def draw(self, width: int) -> Line:
        del width
        line: Line = []
        for choice in self._choices:
            role = "active chosen" if choice == self.chosen else "muted"
            line.extend([Piece(f" {clean_line(choice)} ", role, LINK + choice), Piece(" ")])
        return line

    async def on_click(self, event: events.Click) -> None:
        link = str(event.style.meta.get("link", ""))
        if link.startswith(LINK):
            event.stop()
            self.chosen = link.removeprefix(LINK)

    def step(self, by: int) -> None:
        """Choose the one after the chosen one, or before."""
        at = self._choices.index(self.chosen)
        self.chosen = self._choices[(at + by) % len(self._choices)]
