"""The preview of a note, with selectable links, tasks, folds and passages."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip

from notekeep.tui.keyboard import bindings
from notekeep.tui.messages import ShowOverlay, VaultChanged
from notekeep.tui.page.selection import (
    ReadingPlace,
    Selectable,
    find_reading_place,
    find_reading_row,
    find_selectables,
    next_selectable,
    selectable_row,
)
from notekeep.tui.render.note_rows import PageLayout, lay_out_page
from notekeep.tui.render.styled_text import (
    BACK_LINK,
    FOLD_LINK,
    FOOTNOTE_LINK,
    LINE_LINK,
    PICTURE_LINK,
    TASK_LINK,
    FindSpans,
    Piece,
    StyledLine,
    add_role,
    fit_line,
    line_width,
    mark_matches,
    mark_spans,
)
from notekeep.tui.styles import get_role_styles, paint
from notekeep.tui.widgets.line_view import TextPage
from notekeep.tui.workers import WRITE_GROUP, in_background, show_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.catalog.name_lookup import Mention
    from notekeep.tui.page.page import NoteRendering
    from notekeep.tui.page.page_lines import PageLine
    from notekeep.tui.widgets.pictures import PictureCache

MIN_OUTLINE = 24  # the minimum margin for an outline, in cells
OUTLINE_GAP = 2


class Preview(TextPage):
    """A rendered note, whose links, tasks, folds and passages can be selected."""

    BINDINGS = bindings("preview", run_on_screen=("leave", "link-mentions"))

    @dataclass(eq=False, repr=False)
    class Followed(Message):
        """A link in a note was followed: `[[target]]`, `#tag` or a URL."""

        link: str
        path: str  # the note that contains the link

    class Widened(Message):
        """The width of the preview changed, so its note must be drawn again."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rendering: NoteRendering | None = None
        self.chosen: Selectable | None = None
        self.folds: dict[str, set[str]] = {}
        """The toggled folds of each note; renderings share them."""
        self._width = 0
        self._places: dict[str, ReadingPlace] = {}  # the last place in each note
        self._find: FindSpans | None = None
        self._message: list[StyledLine] = []
        # The line of the file to show, and the scroll position at which it was shown.
        self._sought: tuple[int, int] | None = None

    @property
    def path(self) -> str | None:
        return self.rendering.path if self.rendering is not None else None

    @property
    def text_width(self) -> int:
        return self._layout.width

    @property
    def _layout(self) -> PageLayout:
        return lay_out_page(self.inner_width)

    @cached_property
    def _pictures(self) -> PictureCache:
        # Imported late, because the first frame has no pictures.
        from notekeep.tui.widgets.pictures import PictureCache

        return PictureCache(self)

    def show(
        self,
        rendering: NoteRendering,
        *,
        find: FindSpans | None = None,
        line: int | None = None,
    ) -> None:
        """Show a note at its last reading position, or at a line of the file, counted from 1."""
        self._remember()
        if self.path != rendering.path:
            self.chosen = self._sought = None
        self.rendering, self._find, self._message = rendering, find, []
        place = self._places.get(rendering.path) if line is None else None
        if place is not None and place.is_target:
            line = place.line
        if line is not None:
            self._show_row(rendering.reveal_line(line, self._find))
            self._sought = (line, self.scroll_offset.y)
        elif place is not None:
            row = find_reading_row(rendering, rendering.reveal_line(place.line, find), place.part)
            self._redraw_at(row)
        else:
            self._redraw_at(0)

    def _redraw_at(self, top: int) -> None:
        self.lines_changed()
        self._scroll_top(top)

    def _show_row(self, row: int) -> None:
        """Show a line with a third of the page above it."""
        self._redraw_at(max(0, row - self.page_height // 3))

    def show_mentions(self, path: str, mentions: Sequence[Mention]) -> None:
        """Add the unlinked mentions of a note to its footer if it is still shown."""
        if self.rendering is not None and self.path == path and mentions:
            self.rendering.show_mentions(mentions)
            self.lines_changed()

    def show_lines(self, *lines: StyledLine) -> None:
        self._remember()
        self.rendering, self._message = None, list(lines)
        self._redraw_at(0)

    def line_count(self) -> int:
        return len(self.rendering.lines) if self.rendering else len(self._message)

    def draw_line(self, index: int, width: int) -> StyledLine:
        del width
        if self.rendering is None:
            return [Piece(" " * self._layout.margin), *self._message[index]]
        layout = self._layout
        margin = layout.margin
        if index < self.rendering.head_height:
            margin = layout.band_margin
        return [Piece(" " * margin), *self._draw_text(self.rendering.lines[index])]

    def _draw_text(self, row: PageLine) -> StyledLine:
        line = mark_matches(row.line, self._find) if self._find is not None else row.line
        chosen = self.chosen
        if chosen is None:
            return line
        if chosen.passage is not None:
            if not chosen.passage.is_same(row.passage):
                return line
            # Passages without a bar at the left get a background.
            if chosen.passage.kind in ("moment", "table"):
                return add_role(line, "passage")
            return mark_spans(line, [(0, 1)], "chosen") if line else [Piece(" ", "chosen")]
        if row.source != chosen.source:
            return line
        line = [
            add_role([piece], "chosen")[0] if piece.link == chosen.link else piece for piece in line
        ]
        return self._with_mark(line, chosen.link) if chosen.link.startswith(FOLD_LINK) else line

    def _with_mark(self, line: StyledLine, link: str) -> StyledLine:
        """Show the fold mark of an open section, which is visible only while it is selected."""
        mark = f" {self.glyphs.open} "
        shown, more = [], 0
        for piece in line:
            if piece.link == link and piece.text == " ":
                more = len(mark) - 1
                shown.append(piece._replace(text=mark))
            elif piece.role == "rule":
                shown.append(piece._replace(text=piece.text[more:]))
            else:
                shown.append(piece)
        return shown

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        index = y + self.scroll_offset.y
        strip = self._put_outline(strip, y)
        if self.rendering is None or index >= self.line_count():
            return strip
        row = self.rendering.lines[index]
        if row.picture is None:
            return strip
        left = self._layout.margin + line_width(row.line[:-1])
        return self._pictures.put(strip, row.picture, left, self._under)

    def _put_outline(self, strip: Strip, y: int) -> Strip:
        """Draw a line of the outline in a wide margin, which does not scroll."""
        rendering, room = self.rendering, self._layout.band_margin - 2 * OUTLINE_GAP
        if rendering is None or room < MIN_OUTLINE or len(rendering.outline) < 2:
            return strip
        outline, top = rendering.outline, min(self.scroll_offset.y, len(rendering.lines) - 1)
        top_line = rendering.file_line(rendering.lines[top].source)
        current = bisect_right(outline, top_line, key=itemgetter(0)) - 1
        # Scroll a long outline to the current heading.
        excess = len(outline) + 1 - self.page_height
        at = y - 1 + max(0, min(current - self.page_height // 2, excess))
        if not 0 <= at < len(outline):
            return strip
        heading = fit_line(outline[at][1], room)
        role = "bright" if at == current else "muted"
        line = [Piece(" " * OUTLINE_GAP), *(piece._replace(role=role) for piece in heading)]
        left = paint(line, room + OUTLINE_GAP, get_role_styles(self.app), self._under)
        return Strip.join([left, strip.crop(left.cell_length, strip.cell_length)])

    def _remember(self) -> None:
        if self.rendering is not None:
            self._places[self.rendering.path] = self._place_in(self.rendering)

    def _place_in(self, rendering: NoteRendering) -> ReadingPlace:
        top = self.scroll_offset.y
        if self._sought is not None and self._sought[1] == top:
            return ReadingPlace(self._sought[0], is_target=True)
        return find_reading_place(rendering, top)

    def on_resize(self) -> None:
        super().on_resize()
        if self.inner_width and self.inner_width != self._width:
            self._width = self.inner_width
            self.post_message(self.Widened())

    def _choose(self, step: int, *, passages: bool) -> None:
        if (rendering := self.rendering) is None:
            return
        top = self.scroll_offset.y
        start = self._chosen_row
        if start is None:
            start = top if step > 0 else top - 1
        found = next_selectable(rendering.lines, start, step, self.chosen, passages=passages)
        if found is not None:
            self._select(*found)

    def _select(self, row: int, stop: Selectable) -> None:
        self.chosen = stop
        self.lines_changed()
        self.scroll_to_line(row, margin=3)

    @property
    def _chosen_row(self) -> int | None:
        """The line of the selection, or None if it is not visible."""
        if self.chosen is None or self.rendering is None:
            return None
        row, top = selectable_row(self.rendering.lines, self.chosen), self.scroll_offset.y
        return row if row is not None and top <= row < top + self.page_height else None

    def action_go_to_link(self, step: int) -> None:
        self._choose(step, passages=False)

    def action_go_to_passage(self, step: int) -> None:
        self._choose(step, passages=True)

    def action_follow(self) -> None:
        if self.chosen is not None and self.chosen.link:
            self._open_link(self.chosen.link)
        elif self.chosen is not None and self.chosen.passage is not None:
            self.action_view_picture()

    def _open_link(self, link: str) -> None:
        """Run the action of a link, or post a message to follow the link."""
        if (rendering := self.rendering) is None:
            return
        if link.startswith(FOLD_LINK):
            self._toggle(rendering, link.removeprefix(FOLD_LINK))
        elif link.startswith(TASK_LINK):
            source = int(link.removeprefix(TASK_LINK))
            text = rendering.text.task_at(source)
            self.tick(rendering.path, rendering.file_line(source), text)
        elif link.startswith(FOOTNOTE_LINK):
            line = rendering.find_line("footnote", link.removeprefix(FOOTNOTE_LINK))
            self._jump(rendering, line)
        elif link.startswith(BACK_LINK):
            line = rendering.find_line("footnote_ref", link.removeprefix(BACK_LINK))
            self._jump(rendering, line)
        elif link.startswith(LINE_LINK):
            self._jump(rendering, int(link.removeprefix(LINE_LINK)))
        elif link.startswith(PICTURE_LINK):
            self.post_message(ShowOverlay("picture", link.removeprefix(PICTURE_LINK)))
        else:
            self.post_message(self.Followed(link, rendering.path))

    def _jump(self, rendering: NoteRendering, line: int | None) -> None:
        if line is not None:
            row = rendering.reveal_line(line, self._find)
            self.chosen = next(find_selectables(rendering.lines, row, passages=False), None)
            self._show_row(row)

    def action_next_page(self) -> None:
        is_task = self.chosen is not None and self.chosen.link.startswith(TASK_LINK)
        if is_task and self._chosen_row is not None:
            self.action_follow()
        else:
            self.action_step_page(1)

    @property
    def line_under_cursor(self) -> int | None:
        """The selected or first visible line of the file, from 1; None at the start."""
        if (rendering := self.rendering) is None:
            return None
        if self.chosen is not None and self._chosen_row is not None:
            return rendering.file_line(self.chosen.source)
        top = self.scroll_offset.y
        place = self._place_in(rendering)
        if place.is_target or not top:
            return place.line if place.is_target else None
        # Skip a blank line at the top.
        visible = range(top, min(top + self.page_height, len(rendering.lines)))
        row = next((row for row in visible if rendering.lines[row].line), top)
        return find_reading_place(rendering, row).line

    def action_tick_here(self) -> None:
        """Toggle the selected task; without one, select the next visible task."""
        if self.chosen is not None and self.chosen.link.startswith(TASK_LINK):
            self._open_link(self.chosen.link)
            return
        if (rendering := self.rendering) is None:
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
        """Fold or unfold the section of the selection, or else of the first visible line."""
        if (rendering := self.rendering) is None:
            return
        row = self._chosen_row
        section = rendering.section_at(row if row is not None else self.scroll_offset.y)
        if section is None:
            return
        key, heading = section
        self._toggle(rendering, key)
        # A wrapped heading has its fold mark on its last line.
        rows = range(heading, len(rendering.lines))
        stops = (
            stop
            for row in rows
            for stop in find_selectables(rendering.lines, row, passages=True)
            if stop.link.endswith(key)
        )
        self.chosen = next(stops, self.chosen)
        self.lines_changed()
        self.scroll_to_line(heading)

    def action_fold_all(self) -> None:
        """Fold or unfold all sections, and keep the heading at the top."""
        if (rendering := self.rendering) is None:
            return
        top = self.scroll_offset.y
        section = rendering.section_at(top)
        heading = section[1] if section is not None else top
        source = rendering.lines[heading].source
        rendering.toggle_all()
        if top > heading:
            top = rendering.reveal_line(rendering.file_line(source), self._find)
        self._redraw_at(top)

    def tick(self, path: str, line: int, text: str) -> None:
        """Toggle a task; find it by its text if it is no longer on this line."""
        in_background(
            self.screen,
            lambda: self.vault.notes.toggle_task(path, line, text),
            lambda _done: self.screen.post_message(VaultChanged()),
            group=WRITE_GROUP,
        )

    def action_view_picture(self) -> None:
        if (rendering := self.rendering) is None:
            return
        top = self.scroll_offset.y
        rows = (*rendering.lines[top:], *rendering.lines[:top])
        passages = [row.passage for row in rows if row.passage is not None]
        if self.chosen is not None and self.chosen.passage is not None:
            passages = [self.chosen.passage]
        picture = next((passage for passage in passages if passage.kind == "picture"), None)
        if picture is not None:
            self.post_message(ShowOverlay("picture", picture.text))
        else:
            show_message(self, "There is no picture in this note.")

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
            self.post_message(ShowOverlay("picture", passage.text))
            return
        stop = Selectable(passage.line, "", passage)
        self.chosen = None if self.chosen == stop else stop
        self.lines_changed()
