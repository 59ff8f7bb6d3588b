"""Screens that answer once, however often they are asked to go, and can be left with the mouse."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.content import Content
from textual.errors import NoWidget
from textual.events import Key
from textual.keys import key_to_character
from textual.screen import ModalScreen, Screen
from textual.style import Style

from notekeep.tui.textual_compat import PacedScreen

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget

    _Left = Screen
else:
    # Textual asks the first of a widget's bases that is a widget for all it inherits: this is none.
    _Left = Generic

Answer = TypeVar("Answer")
SPELLED = {"esc": "escape", "/": "slash"}
"""Keys as they are said, and as Textual calls them."""


def hints(*said: tuple[str, str]) -> Content:
    """Return what keys of a dialog do, each a button: a click presses the key."""
    parts: list[Content | str] = []
    for key, does in said:
        pressed = Style.from_meta({"@click": f"screen.press_key({SPELLED.get(key, key)!r})"})
        parts += [" · "] if parts else []
        parts.append(Content.styled(f"{key} {does}", pressed))
    return Content.assemble(*parts)


class DismissOnce(_Left[Answer]):
    """A screen that leaves itself and no other.

    Textual takes away whatever lies on top. So a key that is pressed twice, or a click after it,
    would also close what lies below, and give the answer a second time.
    """

    def clicked(self, event: events.Click) -> Widget | None:
        """Return what is under a click; None where the terminal was larger when it was made."""
        with suppress(NoWidget):
            return self.get_widget_at(event.screen_x, event.screen_y)[0]
        return None

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Leave with an answer, unless that was done already or something lies above."""
        if self.app.screen_stack[-1:] == [self]:
            return super().dismiss(result)
        return AwaitComplete()


class Dialog(PacedScreen, DismissOnce[Answer], ModalScreen[Answer]):
    """A screen over another one that gets no keys meanwhile; a click beside it is its escape."""

    def action_press_key(self, key: str) -> None:
        """Press a key, for whoever clicks on what is said of it."""
        if self.app.screen_stack[-1:] == [self]:
            event = Key(key, key_to_character(key))
            event.set_sender(self.app)
            self.app.post_message(event)

    def on_click(self, event: events.Click) -> None:
        leave = self.active_bindings.get("escape")
        if self.app.screen_stack[-1:] != [self] or leave is None:
            return
        if self.clicked(event) is self:
            event.stop()
            self.call_next(self.app.run_action, leave.binding.action, leave.node)
