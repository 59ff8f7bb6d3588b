"""What the vault does for history by itself: taking in what others wrote, letting the old go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.rooms import Rooms

if TYPE_CHECKING:
    from notekeep.files.outside import Seen
    from notekeep.markdown.problem import Problem


class Keeping(Rooms):
    """The care for history."""

    def tidy(self) -> None:
        """Let old versions go where there are too many, once a day at most; for quiet moments.

        What stands in the way of it is no reason to trouble anybody: the next quiet moment comes.
        """
        from contextlib import suppress

        with suppress(NotekeepError):
            self.history.prune_daily()

    def _keep_outside(self, met: list[Seen]) -> list[Problem]:
        """Keep what other programs wrote; an index must not wait for a history that is in need."""
        from notekeep.markdown.problem import Problem

        try:
            self.history.saw_outside(met)
        except NotekeepError as error:
            message = f"What it holds could not be kept in history: {error.message}"
            return [Problem(one.path, None, message, error.hint, "history") for one in met]
        return []
