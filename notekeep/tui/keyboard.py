"""Keys that depend on the key before them: two in a row, and typing right after a key."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual import events
from textual.errors import NoWidget
from textual.widgets import Input

from notekeep.tui.actions import AFTER, BY_ID
from notekeep.tui.actions.sequences import menu
from notekeep.tui.messages import Working
from notekeep.tui.screens.base import VaultScreen
from notekeep.tui.textual_compat import RemovalSafe

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.dom import DOMNode
    from textual.timer import Timer

    _Program = App[None]
else:
    # Textual goes through every class of its own kind, which takes time at each start.
    _Program = object

HELD = 0.15
"""Seconds for which keys wait at most for what they are about."""
CHOSEN = 3.0
"""The same, of keys behind the one that chooses: most are for what was chosen."""


class Keyboard(RemovalSafe, _Program):
    """An app in which a key is never taken for what it was not meant as.

    A key finds its way to the focus and back before its action runs, so one that is pressed right
    after it may have passed the same way before there was another focus. What was meant to be
    typed must never be taken for a command: `n` and then `d`, quickly, begins a title with a d and
    deletes nothing.
    """

    _begun = ""
    """The action that waits for its second key; see `actions.AFTER`."""

    _begun_at = 0.0
    _pressed_at = 0.0
    """When the key was pressed that is worked on, and that which was the first of two."""

    has_typed = False
    """Whether the person has pressed a key since the start."""

    last_key = 0.0
    """When that was last, as `time.monotonic` says it."""

    _held: list[events.Key] | None = None
    _holding: Timer | None = None

    def action_go(self) -> None:
        self._wait_after("go")

    def action_control_x(self) -> None:
        self._wait_after("control-x")

    def action_twice_d(self) -> None:
        self._wait_after("twice-d")

    def action_twice_z(self) -> None:
        self._wait_after("twice-z")

    def _wait_after(self, first: str) -> None:
        self._begun, self._begun_at = first, self._pressed_at
        if isinstance(self.screen, VaultScreen):
            self.screen.doing(menu(AFTER[first], self.size.width - 2))

    def hold_keys(
        self, late: Callable[[], object] = lambda: None, *, seconds: float = HELD
    ) -> None:
        """Keep the keys that come, as they are about what the key before them asked for.

        Args:
            late: Called when that takes long; the keys have been given back then.
            seconds: How long they are kept at most.
        """
        self._held = self._held or []
        self._stop_holding()

        async def give_up() -> None:
            await self._give_back_keys()
            late()

        self._holding = self.set_timer(seconds, give_up)

    def release_keys(self) -> None:
        """Give back the keys that were kept, when the focus is where they belong."""
        # By the app itself: a key that it was sent meanwhile comes behind those that were kept.
        self.screen.call_after_refresh(self.call_later, self._give_back_keys)

    async def _give_back_keys(self) -> None:
        held, self._held = self._held, None
        self._stop_holding()
        for key in held or ():
            await self.on_event(key)

    def _stop_holding(self) -> None:
        if self._holding is not None:
            self._holding.stop()
            self._holding = None

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and await self._took(event):
            return
        if isinstance(event, events.MouseDown) and self._is_gone_at(event.x, event.y):
            return
        await super().on_event(event)

    def _is_gone_at(self, x: int, y: int) -> bool:
        """Tell whether what is seen at a place is no longer there, as a toast just clicked away.

        Until the next frame Textual still finds it there, and ends on it.
        """
        try:
            widget, _ = self.get_widget_at(x, y)
        except NoWidget:
            return False
        return widget.parent is None

    async def _took(self, event: events.Key) -> bool:
        """Take a key that belongs to what the key before it began."""
        self.has_typed = True
        self.last_key = time.monotonic()
        chooses = getattr(self.screen, "HOLDS_AFTER", None)
        if self._held is not None and not event.is_forwarded:
            # The key that chooses, pressed twice, chooses once.
            if self._held or event.key != chooses:
                self._held.append(event)
            return True
        self._pressed_at = event.time
        # A key that was pressed before the first one may still be on its way back.
        if self._begun and event.time > self._begun_at:
            first, self._begun = self._begun, ""
            self.post_message(Working(""))
            chosen = next((one.action for one in AFTER[first] if one.key == event.key), None)
            if chosen is not None:
                await self.run_by_id(chosen)
            return True
        if not event.is_forwarded and event.key == chooses:
            self.hold_keys(seconds=CHOSEN)
        if not event.is_printable or not event.character:
            return False
        if not event.is_forwarded:
            return self._typed(event.character, "type_on")
        if isinstance(self.focused, Input):
            # What the box has a key of its own for is not typed into it.
            active = self.screen.active_bindings.get(event.key)
            if active is None or not active.binding.priority:
                self.focused.insert_text_at_cursor(event.character)
            else:
                await self.run_action(active.binding.action, active.node)
            return True
        return self._typed(event.character, "type_early")

    def _typed(self, character: str, method: str) -> bool:
        """Hand a character to the screen, where that has such a way to take it."""
        take = getattr(self.screen, method, None)
        if take is not None:
            take(character)
        return take is not None

    async def run_by_id(self, action_id: str) -> None:
        """Run an action as its key would: by the nearest widget around the focus that has it."""
        method = f"action_{BY_ID[action_id].method}"
        node: DOMNode | None = self.screen.focused or self.screen
        while node is not None and not hasattr(node, method):
            node = node.parent
        await self.run_action(BY_ID[action_id].method, node or self)
