"""Dialogs: screens over another one, which can be left with the mouse."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.containers import Vertical
from textual.content import Content
from textual.errors import NoWidget
from textual.events import Key
from textual.keys import key_to_character
from textual.screen import ModalScreen
from textual.style import Style

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.textual_compat import PacedScreen

if TYPE_CHECKING:
    from textual import events
    from textual.screen import Screen
    from textual.widget import Widget

    from notekeep.tui.widgets.line_view import LineView

Answer = TypeVar("Answer")
KEY_NAMES = {"esc": "escape", "/": "slash"}
"""Keys as they are shown, and as Textual calls them."""


def hints(*keys: tuple[str, str]) -> Content:
    """Return what keys of a dialog do, as pairs of a key and a word; a click presses the key."""
    parts: list[Content | str] = []
    for key, does in keys:
        pressed = Style.from_meta({"@click": f"screen.press_key({KEY_NAMES.get(key, key)!r})"})
        parts += [" · "] if parts else []
        parts.append(Content.styled(f"{key} {does}", pressed))
    return Content.assemble(*parts)


def find_clicked(screen: Screen[Any], event: events.Click) -> Widget | None:
    """Return what is under a click; None where the terminal was larger when it was made."""
    with suppress(NoWidget):
        return screen.get_widget_at(event.screen_x, event.screen_y)[0]
    return None


def dialog_box(title: str, *keys: tuple[str, str], classes: str = "") -> Vertical:
    """Return the box of a dialog, with its title above and what its keys do below."""
    box = Vertical(id="dialog", classes=classes)
    box.border_title = Content(clean_line(title))
    if keys:
        box.border_subtitle = hints(*keys)
    return box


class Dialog(ModalScreen[Answer], PacedScreen[Answer]):
    """A screen over another one that gets no keys meanwhile; a click beside it is its escape."""

    BINDINGS = bindings("dialog")
    CSS_PATH: ClassVar[Any] = Path(__file__).with_name("dialogs.tcss")

    def action_press_key(self, key: str) -> None:
        """Press a key, for whoever clicks on its hint."""
        if self.app.screen_stack[-1:] == [self]:
            event = Key(key, key_to_character(key))
            event.set_sender(self.app)
            self.app.post_message(event)

    def fit(self, view: LineView, margin: int) -> None:
        """Make a view as tall as its lines, as far as the screen has room beside `margin` lines."""
        room = max(1, self.app.size.height - margin)
        view.styles.height = min(room, max(1, view.line_count()))

    def on_click(self, event: events.Click) -> None:
        leave = self.active_bindings.get("escape")
        if self.app.screen_stack[-1:] != [self] or leave is None:
            return
        if find_clicked(self, event) is self:
            event.stop()
            self.call_next(self.app.run_action, leave.binding.action, leave.node)
