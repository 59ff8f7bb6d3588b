"""`Bar`: one line across the screen, whose parts can be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from notekeep.tui.actions import BY_ID
from notekeep.tui.ink import ink_of, needed, paint
from notekeep.tui.render.pieces import ACTION_LINK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.filter import LineFilter
    from textual.strip import Strip

    from notekeep.tui.render.pieces import Line


class Bar(Widget):
    """A line drawn from pieces; a click on a piece that links to an action runs it."""

    DEFAULT_CSS = """
    Bar { height: 1; width: 1fr; }
    """

    def draw(self, width: int) -> Line:
        """Return what the bar shows in `width` cells."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        del y
        width = max(0, self.size.width)
        return paint(self.draw(width), width, ink_of(self.app), self.rich_style)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return needed(super().get_line_filters())

    async def on_click(self, event: events.Click) -> None:
        link = str(event.style.meta.get("link", ""))
        if link.startswith(ACTION_LINK):
            event.stop()
            await run_action(self, link.removeprefix(ACTION_LINK))


async def run_action(widget: Widget, action_id: str) -> None:
    """Run an action as its key would, from where the focus is."""
    for active in widget.screen.active_bindings.values():
        if active.binding.id == action_id and active.enabled:
            await widget.app.run_action(active.binding.action, active.node)
            return
    action = BY_ID[action_id]
    if not action.keys:
        await widget.app.run_action(action.method, widget.app)
