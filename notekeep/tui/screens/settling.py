"""Screens that are styled, laid out and drawn once for what is the same.

Textual styles a screen as it is mounted and again as it is shown, lays it out and draws it as it is
shown and again when it tells it of its size, and a third time where the size gives it a class. To a
person that is one screen that opens, and a key that waits three times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep.tui.answering import note_paint
from notekeep.tui.covering import Covering
from notekeep.tui.frames import Frames

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.screen import Screen
    from textual.timer import Timer

    _Base = Screen[Any]
else:
    # See `leaving`: what Textual asks of a widget's first base, this must not answer.
    _Base = object


class Settling(_Base):
    """A screen that does so."""

    _is_styled = False
    _laid_out_for: Size | None = None
    _frames: Frames | None = None

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._compositor = Covering()

    def _post_register(self, app: Any) -> None:
        super()._post_register(app)
        self.fit(*app.size)

    def fit(self, width: int, height: int) -> None:
        """Take the classes for a size before anything is styled as for another."""
        for steps, cells in (
            (self.HORIZONTAL_BREAKPOINTS, width),
            (self.VERTICAL_BREAKPOINTS, height),
        ):
            if steps:
                self.add_class(max(step for step in steps if step[0] <= cells)[1], update=False)

    def update_node_styles(self, animate: bool = True) -> None:  # noqa: FBT001, FBT002 - Textual's
        """Style anew what is on the screen; all of it was styled as it was mounted, just before."""
        if self._is_styled:
            super().update_node_styles(animate)
        else:
            # The screen itself was mounted before its own styles were read.
            self.app.stylesheet.apply(self)
        self._is_styled = True

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's
        super()._refresh_layout(size, scroll)
        # What was laid out while nothing is drawn is laid out again for the first frame.
        self._laid_out_for = None if self.draws_nothing_yet else size or self.outer_size

    def _screen_resized(self, size: Size) -> None:
        """Lay out for the terminal's size, unless that was done; what changed since asks itself.

        The size that is told of may be over. Textual has a screen hear of its own layout again, so
        that two sizes one soon after the other would call each other back for ever.
        """
        del size
        if self.app.size != self._laid_out_for and not self.draws_nothing_yet:
            super()._screen_resized(self.app.size)

    def _compositor_refresh(self) -> None:
        """Draw, but not while the program starts: Textual would draw a frame and throw it away."""
        if self.draws_nothing_yet:
            # What is to be drawn stays on the list, for the frame that is shown.
            return
        super()._compositor_refresh()
        note_paint(self.app)

    @property
    def _update_timer(self) -> Timer:
        if self._frames is None:
            self._frames = Frames(self, self._on_timer_update)
            self._frames._start()  # noqa: SLF001 - as Textual starts its own
            self._timers.add(self._frames)
        return self._frames

    @property
    def draws_nothing_yet(self) -> bool:
        """Whether the program starts, and what is drawn meanwhile would be thrown away."""
        return getattr(self.app, "draws_nothing_yet", False)
