"""The day it is: a program that is left open overnight goes on with the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from notekeep.tui.jobs import say
from notekeep.tui.reaching import Reaching

if TYPE_CHECKING:
    from notekeep.vault import Vault

LOOK_SECONDS = 20.0
"""How often is looked whether another day has begun. A computer that slept tells nobody."""


class Days(Reaching):
    """An app whose screens always show the day that it is."""

    vault: Vault

    def on_ready(self) -> None:
        self.set_interval(LOOK_SECONDS, self.look_at_day)

    def look_at_day(self) -> bool:
        """Go over to another day if one has begun; tell whether it has."""
        today = self.vault.today()
        if today == self.today:
            return False
        self.today = today
        for screen in (*self.standing_screens(), *self.editors.standing()):
            screen.begin_day(today)
        return True

    async def on_event(self, event: events.Event) -> None:
        """Keep from a new day what was meant for the one that was still shown.

        What is typed into a text is kept: it is the same on any day.
        """
        if isinstance(event, events.Key | events.MouseDown | events.AppFocus) and (
            self.look_at_day() and not self._types(event)
        ):
            say(self, f"A new day began: {self.today:%A} {self.today.day} {self.today:%B}")
            if not isinstance(event, events.AppFocus):
                return
        await super().on_event(event)

    def _types(self, event: events.Event) -> bool:
        focused = self.focused
        return (
            isinstance(event, events.Key)
            and focused is not None
            and focused.check_consume_key("a", "a")
        )
