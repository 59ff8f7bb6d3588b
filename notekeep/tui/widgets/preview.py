"""The preview: a note as it reads, under the cursor, with what is chosen in its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset
from textual.message import Message

from notekeep.tui.keys import bindings
from notekeep.tui.messages import VaultChanged
from notekeep.tui.page.selection import (
    Selectable,
    find_reading_place,
    find_selectables,
    next_selectable,
    selectable_row,
)
from notekeep.tui.program import program
from notekeep.tui.render.styled_text import (
    BACK_LINK,
    FOLD_LINK,
    FOOTNOTE_LINK,
    LINE_LINK,
    PICTURE_LINK,
    TASK_LINK,
)
from notekeep.tui.widgets.note_page import SLICE_SECONDS, NotePage
from notekeep.tui.workers import WRITE_GROUP, in_background, show_message

if TYPE_CHECKING:
    from notekeep.tui.page.page import NoteRendering


class Preview(NotePage):
    """A note to read, whose links, tasks, folds and passages can be chosen."""

    BINDINGS = bindings("preview", by_screen=("leave",))

    @dataclass(eq=False, repr=False)
    class Followed(Message):
        """A link in the text of a note was followed: `[[target]]`, `#tag` or an address."""

        link: str
        path: str  # the note

    class Widened(Message):
        """The preview has another width, so its note must be drawn again."""

    def on_resize(self) -> None:
        super().on_resize()
        if self.inner_width and self.inner_width != self._width:
            self._width = self.inner_width
            self.post_message(self.Widened())

    def _choose(self, step: int, *, passages: bool) -> None:
        rendering = self.rendering
        if rendering is None:
            return
        if step > 0:
            rendering.draw_for(SLICE_SECONDS)
        top = self.scroll_offset.y
        start = self._seen_row(self.chosen)
        if start is None:
            start = top if step > 0 else top - 1
        found = next_selectable(rendering.lines, start, step, self.chosen, passages=passages)
        if found is not None:
            self._select(*found)

    def _select(self, row: int, stop: Selectable) -> None:
        self.chosen = stop
        self.lines_changed()
        self.scroll_to_line(row, margin=3)

    def _seen_row(self, stop: Selectable | None) -> int | None:
        """Return the line that a stop is on, or None when it is not seen."""
        if stop is None or self.rendering is None:
            return None
        row, top = selectable_row(self.rendering.lines, stop), self.scroll_offset.y
        return row if row is not None and top <= row < top + self.page else None

    def action_next_link(self) -> None:
        self._choose(1, passages=False)

    def action_previous_link(self) -> None:
        self._choose(-1, passages=False)

    def action_next_passage(self) -> None:
        self._choose(1, passages=True)

    def action_previous_passage(self) -> None:
        self._choose(-1, passages=True)

    def action_follow(self) -> None:
        if self.chosen is not None and self.chosen.link:
            self._open_link(self.chosen.link)
        elif self.chosen is not None and self.chosen.passage is not None:
            self.action_view_picture()

    def _open_link(self, link: str) -> None:
        """Do what a link asks for here, or have it followed."""
        rendering = self.rendering
        if rendering is None:
            return
        if link.startswith(FOLD_LINK):
            self._toggle(rendering, link.removeprefix(FOLD_LINK))
        elif link.startswith(TASK_LINK):
            source = int(link.removeprefix(TASK_LINK))
            text = rendering.text.task_at(source)
            self.tick(rendering.path, rendering.file_line(source), text)
        elif link.startswith(FOOTNOTE_LINK):
            self._jump(rendering.find_line("footnote", link.removeprefix(FOOTNOTE_LINK)))
        elif link.startswith(BACK_LINK):
            self._jump(rendering.find_line("footnote_ref", link.removeprefix(BACK_LINK)))
        elif link.startswith(LINE_LINK):
            self._jump(int(link.removeprefix(LINE_LINK)))
        elif link.startswith(PICTURE_LINK):
            self._show_picture(link.removeprefix(PICTURE_LINK))
        else:
            self.post_message(self.Followed(link, rendering.path))

    def _jump(self, line: int | None) -> None:
        if line is not None:
            self._go_to(line, self._choose_at)

    def _choose_at(self, row: int) -> None:
        self._show_row(row)
        if self.rendering is not None:
            self.chosen = next(find_selectables(self.rendering.lines, row, passages=False), None)
            self.lines_changed()

    def action_next_page(self) -> None:
        chosen = self.chosen
        is_task = chosen is not None and chosen.link.startswith(TASK_LINK)
        if chosen is not None and is_task and self._seen_row(chosen) is not None:
            self._open_link(chosen.link)
        else:
            self.action_page_down()

    @property
    def line_under_cursor(self) -> int | None:
        """The line of the file, from 1, that is chosen or seen first; None at the begin of it."""
        rendering = self.rendering
        if rendering is None:
            return None
        if self.chosen is not None and self._seen_row(self.chosen) is not None:
            return rendering.file_line(self.chosen.source)
        top = self.scroll_offset.y
        place = self._place_in(rendering)
        if place.is_sought or not top:
            return place.line if place.is_sought else None
        # Of a blank line on top nobody says that they are reading it.
        seen = range(top, min(top + self.page, len(rendering.lines)))
        row = next((row for row in seen if rendering.lines[row].line), top)
        return find_reading_place(rendering, row).line

    def action_tick_here(self) -> None:
        """Tick the chosen task; without one, choose the next that is seen."""
        if self.chosen is not None and self.chosen.link.startswith(TASK_LINK):
            self._open_link(self.chosen.link)
            return
        rendering = self.rendering
        if rendering is None:
            return
        for row in range(self.scroll_offset.y, self.line_count()):
            stops = find_selectables(rendering.lines, row, passages=False)
            task = next((stop for stop in stops if stop.link.startswith(TASK_LINK)), None)
            if task is not None:
                self._select(row, task)
                return

    def _toggle(self, rendering: NoteRendering, key: str) -> None:
        rendering.toggle(key)
        self._redraw_at(self.scroll_offset.y)

    def action_fold(self) -> None:
        """Fold or open the section that what is chosen is in, else the one at the top."""
        rendering = self.rendering
        if rendering is None:
            return
        row = self._seen_row(self.chosen)
        section = rendering.section_at(row if row is not None else self.scroll_offset.y)
        if section is None:
            return
        key, heading = section
        self._toggle(rendering, key)
        # Where next to nothing is seen, no more than that was drawn anew.
        rendering.draw_lines(heading + 1)
        is_there = heading < len(rendering.lines)
        stops = find_selectables(rendering.lines, heading, passages=True) if is_there else ()
        self.chosen = next((stop for stop in stops if stop.link.endswith(key)), self.chosen)
        self.lines_changed()
        self.scroll_to_line(heading)

    def action_fold_all(self) -> None:
        """Fold every section, or open all, with the same heading at the top as before."""
        rendering = self.rendering
        if rendering is None:
            return
        if not rendering.is_whole:
            self.folds_when_whole = not self.folds_when_whole
            return
        top = self.scroll_offset.y
        section = rendering.section_at(top)
        heading = section[1] if section is not None else top
        source = rendering.lines[heading].source
        rendering.toggle_all()
        if top > heading:
            self._go_to(rendering.file_line(source), self._redraw_at)
        else:
            self._redraw_at(top)

    def _show_picture(self, path: str) -> None:
        program(self).show_picture(path, draws=self.draws_pictures)

    @property
    def draws_pictures(self) -> bool:
        """Whether half blocks in true colours would be seen as the picture they are."""
        app = program(self)
        if app.glyphs.is_ascii or app.no_color:
            return False
        return app.console.color_system in ("truecolor", "256")

    def tick(self, path: str, line: int, text: str) -> None:
        """Tick a task, or open it again, wherever its line is by now; it is seen on the line."""
        in_background(
            self.screen,
            lambda: program(self).vault.notes.toggle_task(path, line, text),
            lambda _done: self.screen.post_message(VaultChanged()),
            group=WRITE_GROUP,
        )

    def action_view_picture(self) -> None:
        rendering = self.rendering
        if rendering is None:
            return
        top = self.scroll_offset.y
        rows = (*rendering.lines[top:], *rendering.lines[:top])
        passages = [row.passage for row in rows if row.passage is not None]
        if self.chosen is not None and self.chosen.passage is not None:
            passages = [self.chosen.passage]
        picture = next((passage for passage in passages if passage.kind == "picture"), None)
        if picture is not None:
            self._show_picture(picture.text)
        elif rendering.done:
            show_message(self, "There is no picture here")

    def place_clicked(self, place: Offset, event: events.Click) -> None:
        link = event.style.meta.get("link")
        if link:
            event.stop()
            self._open_link(str(link))
            return
        row = place.y + self.scroll_offset.y
        if self.rendering is None or row >= self.line_count():
            return
        passage = self.rendering.lines[row].passage
        if passage is None or self.text_selection is not None:
            return
        if passage.kind == "picture":
            self._show_picture(passage.text)
            return
        stop = Selectable(passage.line, "", passage)
        self.chosen = None if self.chosen == stop else stop
        self.lines_changed()
