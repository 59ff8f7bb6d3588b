"""Views that tell days as one does: by where today is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from notekeep.tui.widgets.line_view import LineView

    _Base = LineView
else:
    # As in `leaving`: what Textual asks of a widget's first base, this must not answer.
    _Base = object


class Dated(_Base):
    """A view that shows days, and is told when another one begins.

    Attributes:
        today: The day it is.
    """

    today: date

    def begin_day(self, today: date) -> None:
        """Show the same as it is seen from another day."""
        self.today = today
        self.lines_changed()
