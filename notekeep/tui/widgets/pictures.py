"""Pictures in half blocks, or in pixels where the terminal can show them."""

from __future__ import annotations

import logging
import os
import re
import sys
from functools import partial
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from rich.color_triplet import ColorTriplet
from textual.app import SuspendNotSupported
from textual.cache import LRUCache
from textual.strip import Strip

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.page.drawn_lines import PictureRow
from notekeep.tui.page.pictures import PIXELS_PER_CELL, fit_picture, half_blocks
from notekeep.tui.render.styled_text import Piece, StyledLine, line_width
from notekeep.tui.widgets.line_view import LineView
from notekeep.tui.workers import in_background

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.segment import Segment
    from rich.style import Style
    from textual.app import App
    from textual.widget import Widget

    from notekeep.tui.page.drawn_lines import Picture


MAX_CACHED_PICTURES = 32

Pixels: TypeAlias = "Callable[[str, int, int], bytes]"
"""Decodes a picture, given its path, width and height; see `Vault.pixels`."""


class PictureCache:
    """The pictures of one widget: decoded in a thread, kept, and drawn when they are there."""

    def __init__(self, widget: Widget, pixels: Pixels) -> None:
        self._widget, self._pixels = widget, pixels
        self._kept: LRUCache[tuple[object, ...], Sequence[list[Segment]]] = LRUCache(
            MAX_CACHED_PICTURES
        )
        self._asked: set[tuple[object, ...]] = set()

    def put(self, strip: Strip, part: PictureRow, left: int, under: Style) -> Strip:
        """Return a strip with a row of a picture over it, from a cell on, once it is there."""
        right = left + part.columns
        if right > strip.cell_length:
            return strip
        ground = under.bgcolor.triplet if under.bgcolor is not None else None
        segments = self._row(part, ground or ColorTriplet(0, 0, 0))
        if segments is None:
            return strip
        after = strip.crop(right, strip.cell_length)
        return Strip.join([strip.crop(0, left), Strip(segments, part.columns), after])

    def _row(self, part: PictureRow, ground: ColorTriplet) -> list[Segment] | None:
        key = (part.picture, part.columns, part.rows, ground)
        rows = self._kept.get(key)
        if rows is not None:
            return rows[part.row] if part.row < len(rows) else None
        if key not in self._asked:
            self._asked.add(key)
            in_background(
                self._widget,
                partial(_decode, self._pixels, part, ground),
                partial(self._decoded, key),
                group="picture",
                failed=lambda _error: self._decoded(key, []),
            )
        return None

    def _decoded(self, key: tuple[object, ...], rows: Sequence[list[Segment]]) -> None:
        self._kept[key] = rows
        self._asked.discard(key)
        self._widget.refresh()


def _decode(pixels: Pixels, part: PictureRow, ground: ColorTriplet) -> list[list[Segment]]:
    data = pixels(part.picture.path, part.columns, 2 * part.rows)
    return half_blocks(data, part.columns, part.rows, ground)


class PictureView(LineView):
    """A picture in the middle of its place, or words where the terminal can draw none."""

    def __init__(self, picture: Picture, pixels: Pixels, *, draws: bool) -> None:
        super().__init__()
        self._picture, self._draws = picture, draws
        self._pictures = PictureCache(self, pixels)

    @property
    def _fitted(self) -> tuple[int, int]:
        wide = self.inner_width * PIXELS_PER_CELL
        return fit_picture(self._picture, max(1, self.inner_width), wide, self.page)

    @property
    def _above(self) -> int:
        return max(0, (self.page - self._fitted[1]) // 2) if self._draws else self.page // 2

    def line_count(self) -> int:
        return self.page

    def draw_line(self, index: int, width: int) -> StyledLine:
        if self._draws or index != self._above:
            return []
        words: StyledLine = [Piece(clean_line(self._picture.path), "muted")]
        return [Piece(" " * max(0, (width - line_width(words)) // 2)), *words]

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        columns, rows = self._fitted
        row = y - self._above
        if not self._draws or not 0 <= row < rows:
            return strip
        part = PictureRow(self._picture, row, rows, columns)
        return self._pictures.put(strip, part, (strip.cell_length - columns) // 2, self._under)


# Whether a terminal shows pictures in its own pixels, and the widget that does it there.
#
# textual-image, where the person has installed it, draws them. It asks the terminal what it can
# do when it is imported and waits a tenth of a second, which a terminal on another machine does
# not keep to: its late answer would be taken for keys. So we ask, and wait for the one answer
# that comes last.

Can: TypeAlias = Literal["sixel", "kitty", ""]
"""How a terminal shows pictures: as sixels, by kitty's protocol, or not at all."""

SECONDS = 2.0
"""How long a terminal may take to answer. Nearly all answer at once; no other is asked twice."""

# Who are you: every terminal answers this, and a 4 among its numbers are sixels.
_WHO = "\x1b[c"
_WHO_ANSWER = re.compile(r"\x1b\[\?([0-9;]*)c")
# May I send a picture of one pixel (https://sw.kovidgoyal.net/kitty/graphics-protocol/)?
_MAY_I = "\x1b_Gi=4207,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_YOU_MAY = "\x1b_Gi=4207;OK\x1b\\"

_known: dict[str, type[Any] | None] = {}


def pixel_widget(app: App[Any]) -> type[Any] | None:
    """Return the widget that shows a picture in pixels, or None where the terminal cannot.

    The terminal is asked the first time, while nobody else reads from it.
    """
    if "widget" not in _known:
        if app.is_headless or find_spec("textual_image") is None:
            return None
        try:
            with app.suspend():
                _known["widget"] = _find()
        except SuspendNotSupported:
            return None
    return _known["widget"]


def _find() -> type[Any] | None:
    # What a terminal does not answer is no news: without this, the log writes it there.
    logging.getLogger("textual_image").addHandler(logging.NullHandler())
    if sys.platform == "win32":
        from textual_image import renderable, widget

        can = renderable.Image in (renderable.SixelImage, renderable.TGPImage)
        return widget.Image if can else None
    can = ask_terminal(os.environ)
    if not can:
        return None
    stdout = sys.__stdout__
    try:
        # Without a terminal it asks nothing.
        sys.__stdout__ = None  # type: ignore[misc]
        import textual_image.renderable  # noqa: F401
    finally:
        sys.__stdout__ = stdout  # type: ignore[misc]
    from textual_image import widget

    # It asks how large a cell is where the system does not say; that answer, too, is waited for.
    ask_terminal(os.environ)
    return widget.SixelImage if can == "sixel" else widget.TGPImage


def ask_terminal(environment: Mapping[str, str]) -> Can:
    """Ask the terminal how it shows pictures, and wait until it has answered everything."""
    import termios
    import tty

    if sys.__stdin__ is None or sys.__stdout__ is None:
        return ""
    is_within = "TMUX" in environment or environment.get("TERM", "").startswith("screen")
    file = sys.__stdin__.fileno()
    before = termios.tcgetattr(file)
    try:
        tty.setcbreak(file, termios.TCSANOW)
        # Answers come in the order of the questions, and this one always comes.
        sys.__stdout__.write(_WHO if is_within else f"{_MAY_I}{_WHO}")
        sys.__stdout__.flush()
        answer = _answer(file)
    finally:
        termios.tcsetattr(file, termios.TCSANOW, before)
    who = _WHO_ANSWER.search(answer)
    # Some claim kitty's protocol without the part of it that text can be put over; they do sixels.
    if who is not None and "4" in who[1].split(";"):
        return "sixel"
    return "kitty" if who is not None and _YOU_MAY in answer else ""


def _answer(file: int) -> str:
    """Read until the terminal has said who it is, or the time is over."""
    from select import select

    answer, end = "", monotonic() + SECONDS
    while _WHO_ANSWER.search(answer) is None:
        ready, _, _ = select([file], [], [], max(0.0, end - monotonic()))
        if not ready:
            break
        answer += os.read(file, 1024).decode("latin-1")
    return answer
