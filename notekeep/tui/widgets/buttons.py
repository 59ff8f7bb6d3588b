"""What can be done in a dialog, said in one line, each part of it a button."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.widgets import Input

from notekeep.tui.actions import BY_ID
from notekeep.tui.actions.spelling import key_name
from notekeep.tui.render.pieces import ACTION_LINK, Line, Piece, cells, fit
from notekeep.tui.widgets.bar import Bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

SUBMIT = "submit"
"""Stands for what enter does in the line of a dialog."""
BETWEEN = " · "


class Button(NamedTuple):
    """A key, what it does, and the id of its action or SUBMIT."""

    key: str
    text: str
    action: str


CLOSE = Button("esc", "closes", "dismiss")


class ActionButtons(Bar):
    """Actions by their keys, those that matter most first; what has no room is left out whole."""

    def __init__(self, *actions: tuple[str, str]) -> None:
        """Take the id of each action and what it does."""
        super().__init__()
        self._actions = actions

    def draw(self, width: int) -> Line:
        line: Line = []
        for action_id, text in self._actions:
            link = ACTION_LINK + action_id
            key = key_name(BY_ID[action_id].keys[0])
            button = [Piece(f"{key} ", "key", link), Piece(text, "muted", link)]
            longer = [*line, Piece("  "), *button] if line else button
            if line and cells(longer) > width:
                break
            line = longer
        return fit(line, width)


class Buttons(Bar):
    """Keys of a dialog; a click presses one."""

    def __init__(self, *buttons: Button) -> None:
        super().__init__()
        self._buttons: Sequence[Button] = buttons

    def draw(self, width: int) -> Line:
        line: Line = []
        for button in self._buttons:
            link = ACTION_LINK + button.action
            line += [Piece(BETWEEN, "faint")] if line else []
            line += [Piece(button.key, "key", link), Piece(f" {button.text}", "muted", link)]
        return fit(line, width)

    async def on_click(self, event: events.Click) -> None:
        if event.style.meta.get("link") == ACTION_LINK + SUBMIT:
            event.stop()
            event.prevent_default()
            await self.screen.query_one(Input).action_submit()
