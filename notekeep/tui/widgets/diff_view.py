"""Lines to read beside a list: what an export would write, what changed between two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.render.diff import exported_lines, plan_lines
from notekeep.tui.render.stripped import error_lines, patch_lines, report_lines
from notekeep.tui.widgets.line_view import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.errors import NotekeepError
    from notekeep.export.check import Report
    from notekeep.export.plan import Exported, Plan
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.pieces import Line
    from notekeep.writing.plan import WritePlan


class DiffView(Page):
    """Lines made for the width there is, and made again for another.

    Attributes:
        is_plan: Whether they are what an export would write.
    """

    is_plan = False

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._make: Callable[[int], list[Line]] = lambda _width: []
        self._lines: list[Line] = []
        self._width = -1

    def show_plan(self, plan: Plan, *, stays: bool = False) -> None:
        """Show what an export would write; `stays` where it was shown before, at the same line."""
        self.show(lambda width: plan_lines(plan, width, self._glyphs), stays=stays)
        self.is_plan = True

    def show_exported(self, done: Exported) -> None:
        """Show what an export wrote."""
        self.show(lambda width: exported_lines(done, width, self._glyphs))

    def show_patch(self, plan: WritePlan) -> None:
        """Show what would come back into notes."""
        self.show(lambda width: patch_lines(plan, width, self._glyphs))

    def show_report(self, report: Report) -> None:
        """Show what a check found."""
        self.show(lambda width: report_lines(report, width, self._glyphs))

    @property
    def is_busy(self) -> bool:
        """Whether something is shown that is worth more than a few words."""
        return bool(self._lines)

    def say(self, *lines: Line) -> None:
        """Show a few words instead."""
        self.show(lambda _width: list(lines))

    def say_why(self, error: NotekeepError) -> None:
        """Show why there is nothing to show."""
        self.show(lambda width: error_lines(error, width))

    def show(self, make: Callable[[int], list[Line]], *, stays: bool = False) -> None:
        """Show what `make` gives for a width, from its first line on unless it `stays`."""
        self._make, self._width, self.is_plan = make, -1, False
        self.lines_changed()
        if not stays:
            self.scroll_to(y=0, animate=False, force=True, immediate=True)

    def let_go(self) -> None:
        """Keep the lines and nothing of what they were made from; they fit no other width."""
        lines = self._lines
        self._make = lambda _width: lines

    def line_count(self) -> int:
        width = max(8, self.inner_width)
        if width != self._width:
            self._width = width
            self._lines = self._make(width)
        return len(self._lines)

    def draw_line(self, index: int, width: int) -> Line:
        del width
        return self._lines[index]
