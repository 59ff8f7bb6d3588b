"""The preview: a note as it reads, under the cursor."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rich.cells import cell_len
from rich.color_triplet import ColorTriplet
from textual import work
from textual.cache import LRUCache
from textual.message import Message
from textual.strip import Strip

from notekeep.tui.keys import bindings
from notekeep.tui.render.pieces import (
    BACK_LINK,
    BUTTON,
    FOLD_LINK,
    FOOTNOTE_LINK,
    LINE_LINK,
    PICTURE_LINK,
    TASK_LINK,
    Line,
    Piece,
    cells,
    mark,
    with_role,
)
from notekeep.tui.render.stops import Stop, next_stop, row_of, stops_of
from notekeep.tui.widgets.line_view import Page

if TYPE_CHECKING:
    from textual import events

    from notekeep.tui.render.matching import Matcher
    from notekeep.tui.render.rendering import Rendering
    from notekeep.tui.widgets.gallery import Gallery

SLICE = 0.006
"""Seconds of drawing between two looks at the keyboard."""
PAUSE = 0.004
TELL = 0.1
"""Seconds between two looks of the scrollbar at how much is drawn."""
KEPT = 24


class Key(NamedTuple):
    """What a rendering is good for: this version of this note, at this width."""

    path: str
    mtime_ns: int
    width: int


class Host(Protocol):
    """What a preview leaves to whoever shows notes in it."""

    def pixels(self, path: str, width: int, height: int) -> bytes:
        """Decode a picture; see `Vault.pixels`."""

    def tick(self, path: str, line: int, text: str) -> None:
        """Tick a task, or open it again: that on a line of the file, counted from 1."""

    def look(self, path: str) -> None:
        """Show a picture large."""


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
        self._folds: dict[str, set[str]] = {}
        self._matcher: Matcher | None = None
        self._chosen: Stop | None = None
        self._message: list[Line] = []
        self._gallery: Gallery | None = None
        self._host: Host | None = None

    @property
    def path(self) -> str | None:
        """The note that is shown."""
        return self._rendering.path if self._rendering is not None else None

    @property
    def rendering(self) -> Rendering | None:
        """What is shown of it."""
        return self._rendering

    @property
    def chosen(self) -> Stop | None:
        """What is chosen in the text."""
        return self._chosen

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

    def folds_of(self, path: str) -> set[str]:
        """Return the folds of a note that are not as they were written, to be shared."""
        return self._folds.setdefault(path, set())

    def serve(self, host: Host) -> None:
        """Leave to `host` what this cannot do alone; without one, nothing but reading is done."""
        from notekeep.tui.widgets.gallery import Gallery

        self._host = host
        self._gallery = Gallery(self, host.pixels)

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
        if self.path != rendering.path:
            self._chosen = None
        self._rendering, self._matcher, self._message = rendering, matcher, []
        rendering.refold()
        top = self._places.get(rendering.path) or 0
        if line is not None:
            top = max(0, rendering.line_of(line) - self.page // 3)
        self._drawn_anew(top)

    def _drawn_anew(self, top: int) -> None:
        """Show what the rendering has by now, from line `top` on, and go on drawing."""
        rendering = self._rendering
        if rendering is None:
            return
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

    # Drawing.

    def line_count(self) -> int:
        return len(self._rendering.lines) if self._rendering else len(self._message)

    def draw_line(self, index: int, width: int) -> Line:
        del width
        if self._rendering is None:
            return self._message[index]
        row = self._rendering.lines[index]
        line = mark(row.line, self._matcher) if self._matcher is not None else row.line
        chosen = self._chosen
        if chosen is None:
            return line
        if chosen.passage is not None:
            if row.passage is None or row.passage[:2] != chosen.passage[:2]:
                return line
            # What has an edge shows it there; bare text has its ground.
            is_bare = row.passage.kind in ("moment", "table")
            return with_role(line, "passage") if is_bare else _begun(line)
        if row.source != chosen.source:
            return line
        return [
            with_role([piece], "chosen")[0] if piece.link == chosen.link else piece
            for piece in line
        ]

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        index = y + self.scroll_offset.y
        if self._gallery is None or self._rendering is None or index >= self.line_count():
            return strip
        left = 0
        for piece in self._rendering.lines[index].line:
            if piece.link.startswith(PICTURE_LINK) and piece.text.isspace():
                return self._with_picture(strip, left, piece)
            left += cell_len(piece.text)
        return strip

    def _with_picture(self, strip: Strip, left: int, piece: Piece) -> Strip:
        from notekeep.tui.render.around import part_of

        part = part_of(piece.link)
        gallery = self._gallery
        if part is None or gallery is None or left + part.columns > strip.cell_length:
            return strip
        colour = self._under.bgcolor
        ground = colour.triplet if colour is not None else None
        segments = gallery.row(part, ground or ColorTriplet(0, 0, 0))
        if segments is None:
            return strip
        after = strip.crop(left + part.columns, strip.cell_length)
        return Strip.join([strip.crop(0, left), Strip(segments, part.columns), after])

    @work(exclusive=True, group="draw", exit_on_error=False)
    async def _draw_rest(self, rendering: Rendering) -> None:
        """Draw what is left in short slices, as long as the note is shown."""
        told = perf_counter()
        while not rendering.done and rendering is self._rendering:
            await asyncio.sleep(PAUSE)
            rendering.draw_for(SLICE)
            # The scrollbar is told now and then: it is laid out anew each time.
            if perf_counter() - told > TELL:
                told = perf_counter()
                self._tell_length(rendering)
        self._tell_length(rendering)

    def _tell_length(self, rendering: Rendering) -> None:
        if rendering is self._rendering:
            self.virtual_size = self.virtual_size.with_height(len(rendering.lines))

    def _remember(self) -> None:
        if self._rendering is not None:
            self._places[self._rendering.path] = self.scroll_offset.y

    # Moving from one thing to the next.

    def _choose(self, step: int, *, passages: bool) -> None:
        """Go to the next stop, or the one before, from what is chosen or the top of what is seen.

        Args:
            step: 1 for the next, -1 for the one before.
            passages: Go to headings and what can be copied whole, not to links and tasks.
        """
        rendering = self._rendering
        if rendering is None:
            return
        if step > 0:
            rendering.draw_for(SLICE)
        here = self._row_of(self._chosen)
        top = self.scroll_offset.y
        if here is not None and not top <= here < top + self.page:
            here = None
        start = here if here is not None else top if step > 0 else top - 1
        found = next_stop(rendering.lines, start, step, self._chosen, passages=passages)
        if found is None:
            return
        row, stop = found
        self._chosen = stop
        self.lines_changed()
        self.look_at(row, margin=3)

    def _row_of(self, stop: Stop | None) -> int | None:
        """Return the line that a stop is on, or None when it is not shown."""
        if stop is None or self._rendering is None:
            return None
        return row_of(self._rendering.lines, stop)

    def action_next_link(self) -> None:
        self._choose(1, passages=False)

    def action_previous_link(self) -> None:
        self._choose(-1, passages=False)

    def action_next_passage(self) -> None:
        self._choose(1, passages=True)

    def action_previous_passage(self) -> None:
        self._choose(-1, passages=True)

    # Doing something with it.

    def action_follow(self) -> None:
        if self._chosen is not None and self._chosen.link:
            self._act(self._chosen.link)
        elif self._chosen is not None and self._chosen.passage is not None:
            self.action_view_picture()

    def _act(self, link: str) -> None:
        """Do what a link asks for here, or have it followed."""
        rendering = self._rendering
        if rendering is None or not link.startswith(BUTTON):
            self.post_message(self.Followed(link))
        elif link.startswith(FOLD_LINK):
            self._toggle(link.removeprefix(FOLD_LINK))
        elif link.startswith(TASK_LINK):
            self._tick(int(link.removeprefix(TASK_LINK)))
        elif link.startswith(FOOTNOTE_LINK):
            self._jump(rendering.footnote_line(link.removeprefix(FOOTNOTE_LINK)))
        elif link.startswith(BACK_LINK):
            self._jump(rendering.reference_line(link.removeprefix(BACK_LINK)))
        elif link.startswith(LINE_LINK):
            self._jump(int(link.removeprefix(LINE_LINK)))
        elif link.startswith(PICTURE_LINK):
            self._look(link.split(":", 5)[-1])
        else:
            self.post_message(self.Followed(link))

    def _jump(self, line: int | None) -> None:
        """Go to a line of the file, counted from 1."""
        if line is not None and self._rendering is not None:
            at = self._rendering.line_of(line)
            self._drawn_anew(max(0, at - self.page // 3))
            self._chosen = next(stops_of(self._rendering.lines, at, passages=False), None)
            self.lines_changed()

    def action_next_page(self) -> None:
        chosen = self._chosen
        if chosen is not None and chosen.link.startswith(TASK_LINK) and self._is_seen(chosen):
            self._act(chosen.link)
        else:
            self.action_page_down()

    def _is_seen(self, stop: Stop) -> bool:
        row, top = self._row_of(stop), self.scroll_offset.y
        return row is not None and top <= row < top + self.page

    def action_tick_here(self) -> None:
        """Tick the chosen task; without one, choose the next that is seen."""
        if self._chosen is not None and self._chosen.link.startswith(TASK_LINK):
            self._act(self._chosen.link)
            return
        rendering = self._rendering
        if rendering is None:
            return
        for row in range(self.scroll_offset.y, self.line_count()):
            for stop in stops_of(rendering.lines, row, passages=False):
                if stop.link.startswith(TASK_LINK):
                    self._chosen = stop
                    self.lines_changed()
                    self.look_at(row, margin=3)
                    return

    def _tick(self, source: int) -> None:
        rendering = self._rendering
        if rendering is None or self._host is None:
            return
        text = rendering.task_at(source)
        self._host.tick(rendering.path, rendering.file_line(source), text)

    # Folds.

    def _toggle(self, key: str) -> None:
        if self._rendering is not None:
            top = self.scroll_offset.y
            self._rendering.toggle(key, top + 2 * self.page)
            self._drawn_anew(min(top, max(0, self.line_count() - 1)))

    def action_fold(self) -> None:
        """Fold or open the section that what is chosen is in, else the one at the top."""
        rendering = self._rendering
        if rendering is None:
            return
        chosen = self._chosen if self._chosen and self._is_seen(self._chosen) else None
        row = self._row_of(chosen) if chosen is not None else None
        section = rendering.section_at(row if row is not None else self.scroll_offset.y)
        if section is None:
            return
        key, heading = section
        self._toggle(key)
        self._chosen = next(
            (
                stop
                for stop in stops_of(rendering.lines, heading, passages=True)
                if stop.link.endswith(key)
            ),
            self._chosen,
        )
        self.lines_changed()
        self.look_at(heading)

    def action_fold_all(self) -> None:
        """Fold every section, or open all, with the same heading at the top as before."""
        rendering = self._rendering
        if rendering is None:
            return
        top = self.scroll_offset.y
        section = rendering.section_at(top)
        heading = section[1] if section is not None else top
        source = rendering.lines.source(heading)
        rendering.toggle_all(2 * self.page)
        if top > heading:
            top = rendering.line_of(rendering.file_line(source))
        self._drawn_anew(top)

    # Copying and pictures.

    def _look(self, path: str) -> None:
        if self._host is not None:
            self._host.look(path)

    def action_view_picture(self) -> None:
        """Show the chosen picture large, else the next from what is seen on."""
        rendering = self._rendering
        if rendering is None:
            return
        passage = self._chosen.passage if self._chosen is not None else None
        if passage is not None:
            if passage.kind == "picture":
                self._look(passage.text)
            return
        top = self.scroll_offset.y
        for row in (*rendering.lines[top:], *rendering.lines[:top]):
            if row.passage is not None and row.passage.kind == "picture":
                self._look(row.passage.text)
                return

    def on_click(self, event: events.Click) -> None:
        link = event.style.meta.get("link")
        if link:
            event.stop()
            self._act(str(link))
            return
        place = event.get_content_offset(self)
        row = place.y + self.scroll_offset.y if place is not None else self.line_count()
        if self._rendering is None or row >= self.line_count():
            return
        passage = self._rendering.lines[row].passage
        if passage is None or self.text_selection is not None:
            return
        if passage.kind == "picture":
            self._look(passage.text)
            return
        stop = Stop(passage.line, "", passage)
        self._chosen = None if self._chosen == stop else stop
        self.lines_changed()


def _begun(line: Line) -> Line:
    """Return a line with its first cell marked: the edge of a chosen passage."""
    if not line:
        return [Piece(" ", "chosen")]
    first, *rest = line
    head = with_role([first._replace(text=first.text[:1])], "chosen")
    return [*head, first._replace(text=first.text[1:]), *rest] if cells(line) else line
