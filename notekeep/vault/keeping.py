"""What the vault does for history by itself: letting the old go."""

from __future__ import annotations

from notekeep.errors import NotekeepError
from notekeep.rooms import Rooms


class Keeping(Rooms):
    """The care for history."""

    def tidy(self) -> None:
        """Let old versions go where there are too many, once a day at most; for quiet moments.

        What stands in the way of it is no reason to trouble anybody: the next quiet moment comes.
        """
        from contextlib import suppress

        with suppress(NotekeepError):
            self.history.prune_daily()
