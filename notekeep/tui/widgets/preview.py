"""The preview: a note as it reads, under the cursor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from textual import work
from textual.cache import LRUCache
from textual.message import Message

from notekeep.tui.keys import bindings
from notekeep.tui.render.pieces import Line, mark, with_role
from notekeep.tui.widgets.line_view import Page

if TYPE_CHECKING:
    from textual import events

    from notekeep.tui.render.matching import Matcher
    from notekeep.tui.render.rendering import Rendering

SLICE = 0.006
"""Seconds of drawing between two looks at the keyboard."""
PAUSE = 0.004
KEPT = 24


class Key(NamedTuple):
    """What a rendering is good for: this version of this note, at this width."""

    path: str
    mtime_ns: int
    width: int


class Preview(Page):
    """The text of one note, drawn block by block.

    It is handed renderings whose first screen is drawn already, and draws the rest between keys.
    """

    BINDINGS = bindings("preview", by_screen=("leave",))

    class Followed(Message):
        """A link in the text was followed; `link` is `[[target]]`, `#tag` or an address."""

        def __init__(self, link: str) -> None:
            super().__init__()
            self.link = link

    class Widened(Message):
        """The preview has another width, so its note must be drawn again."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._width = 0
        self._rendering: Rendering | None = None
        self._kept: LRUCache[Key, Rendering] = LRUCache(KEPT)
        self._places: LRUCache[str, int] = LRUCache(256)
        self._matcher: Matcher | None = None
        self._link: tuple[int, int] | None = None
        self._message: list[Line] = []

    @property
    def path(self) -> str | None:
        """The note that is shown."""
        return self._rendering.path if self._rendering is not None else None

    @property
    def text_width(self) -> int:
        """How many cells a line of text may take."""
        return max(8, self.inner_width)

    @property
    def is_on_screen(self) -> bool:
        """Whether it has a place on the screen."""
        return self.inner_width > 0 and self.display

    def known(self, key: Key) -> Rendering | None:
        """Return a rendering made before, or None."""
        return self._kept.get(key)

    def keep(self, key: Key, rendering: Rendering) -> None:
        """Keep a rendering for when its note comes under the cursor."""
        self._kept[key] = rendering

    def show(
        self, rendering: Rendering, *, matcher: Matcher | None = None, line: int | None = None
    ) -> None:
        """Show a note where it was left.

        Args:
            rendering: The note, its first screen drawn.
            matcher: What to mark in the text.
            line: The line of the file to begin at instead, counted from 1.
        """
        self._remember()
        if rendering is not self._rendering:
            self._link = None
        self._rendering, self._matcher, self._message = rendering, matcher, []
        top = self._places.get(rendering.path) or 0
        if line is not None:
            top = max(0, rendering.line_of(line) - self.page // 3)
        rendering.draw_lines(top + 2 * self.page)
        self.lines_changed()
        self.scroll_to(y=top, animate=False, immediate=True)
        if not rendering.done:
            self._draw_rest(rendering)

    def say(self, *lines: Line) -> None:
        """Show a few words instead of a note."""
        self._remember()
        self._rendering, self._message = None, list(lines)
        self.lines_changed()
        self.scroll_to(y=0, animate=False, immediate=True)

    def forget(self) -> None:
        """Drop every rendering: what notes or characters look like has changed."""
        self._kept.clear()

    def on_resize(self) -> None:
        super().on_resize()
        if self.inner_width and self.inner_width != self._width:
            self._width = self.inner_width
            self.post_message(self.Widened())

    def line_count(self) -> int:
        return len(self._rendering.lines) if self._rendering else len(self._message)

    def draw_line(self, index: int, width: int) -> Line:
        del width
        if self._rendering is None:
            return self._message[index]
        line = self._rendering.lines[index].line
        if self._matcher is not None:
            line = mark(line, self._matcher)
        if self._link is not None and self._link[0] == index:
            target = self._links_of(index)[self._link[1]]
            line = [
                with_role([piece], "chosen")[0] if piece.link == target else piece for piece in line
            ]
        return line

    @work(exclusive=True, group="draw", exit_on_error=False)
    async def _draw_rest(self, rendering: Rendering) -> None:
        """Draw what is left in short slices, as long as the note is shown."""
        while not rendering.done and rendering is self._rendering:
            await asyncio.sleep(PAUSE)
            rendering.draw_for(SLICE)
            self.virtual_size = self.virtual_size.with_height(len(rendering.lines))

    def _remember(self) -> None:
        if self._rendering is not None:
            self._places[self._rendering.path] = self.scroll_offset.y

    # Links.

    def _links_of(self, index: int) -> list[str]:
        """Return the links of a line, each once, in order."""
        if self._rendering is None:
            return []
        links = (piece.link for piece in self._rendering.lines[index].line if piece.link)
        return list(dict.fromkeys(links))

    def _choose_link(self, step: int) -> None:
        """Go to the next link, or the one before, starting at the top of what is seen."""
        if self._rendering is None:
            return
        if step > 0:
            self._rendering.draw_for(SLICE)
        links = [
            (index, number)
            for index in range(len(self._rendering.lines))
            for number in range(len(self._links_of(index)))
        ]
        here = self._link
        top = self.scroll_offset.y
        if here is None:
            wanted = [link for link in links if (link[0] >= top) == (step > 0)]
        else:
            wanted = [link for link in links if (link > here if step > 0 else link < here)]
        if not wanted:
            return
        self._link = wanted[0] if step > 0 else wanted[-1]
        for index in {self._link[0], here[0] if here else self._link[0]}:
            self.line_changed(index)
        self.look_at(self._link[0], margin=3)

    def action_next_link(self) -> None:
        self._choose_link(1)

    def action_previous_link(self) -> None:
        self._choose_link(-1)

    def action_follow(self) -> None:
        if self._link is not None:
            index, number = self._link
            self.post_message(self.Followed(self._links_of(index)[number]))

    def action_next_page(self) -> None:
        self.action_page_down()

    def on_click(self, event: events.Click) -> None:
        link = event.style.meta.get("link")
        if link:
            event.stop()
            self.post_message(self.Followed(str(link)))
