"""What an export would write, has written or would bring back into notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.render.plan_lines import (
    error_lines,
    exported_lines,
    patch_lines,
    plan_lines,
    report_lines,
)
from notekeep.tui.widgets.line_view import DiffView

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.errors import NotekeepError
    from notekeep.export.check.site_check import CheckReport
    from notekeep.export.plan import ExportPlan, ExportResult
    from notekeep.notes.plan import WritePlan
    from notekeep.tui.render.styled_text import StyledLine


class PlanView(DiffView):
    """Shows plans, results and reports of an export.

    Attributes:
        is_plan: Whether it shows what an export would write.
    """

    is_plan = False

    def show_plan(self, plan: ExportPlan, *, stays: bool = False) -> None:
        """Show what an export would write; `stays` where it was shown before, at the same line."""
        self.show(lambda width: plan_lines(plan, width, self._glyphs), stays=stays)
        self.is_plan = True

    def show_exported(self, done: ExportResult) -> None:
        self.show(lambda width: exported_lines(done, width, self._glyphs))

    def show_patch(self, plan: WritePlan) -> None:
        """Show what would come back into notes."""
        self.show(lambda width: patch_lines(plan, width, self._glyphs))

    def show_report(self, report: CheckReport) -> None:
        self.show(lambda width: report_lines(report, width, self._glyphs))

    def show_reason(self, error: NotekeepError) -> None:
        """Show why there is nothing to show."""
        self.show(lambda width: error_lines(error, width))

    def show(self, make: Callable[[int], list[StyledLine]], *, stays: bool = False) -> None:
        """Show what `make` gives for a width; it is no plan until `show_plan` says so."""
        super().show(make, stays=stays)
        self.is_plan = False
