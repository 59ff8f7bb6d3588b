"""Keys that depend on the key before them: two in a row, and typing right after a key."""

from __future__ import annotations

import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.errors import NoWidget

from notekeep.tui.commands.action import SECOND_KEYS, menu
from notekeep.tui.commands.registry import ACTIONS_BY_ID
from notekeep.tui.messages import WorkStatus
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.textual_compat import RemovalSafe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import App
    from textual.dom import DOMNode
    from textual.message_pump import MessagePump
    from textual.timer import Timer

    _Program = App[None]
else:
    # Textual goes through every class of its own kind, which takes time at each start.
    _Program = object

HELD = 0.15
"""Seconds for which keys wait at most for what they are about."""
CHOSEN = 3.0
"""The same where something is to open or close: the keys are most likely meant for that."""
ROUNDS = 3
"""So many messages, each sent by the handler of the one before, follow from a key at most."""
LOST = 10.0
"""Seconds after which a key is taken as done in any case."""


class Keyboard(RemovalSafe, _Program):
    """An app in which a key goes to what the keys before it opened.

    In Textual a key finds its way to the focus and back before its action runs, and what the action
    opens has the focus later still; the next key would go to what is behind it. Here each key waits
    until all that follows from the one before it is done: `n` and then `d`, quickly, begins a title
    with a d and deletes nothing.
    """

    _begun = ""
    """The action that waits for its second key; see `actions.AFTER`."""

    has_typed = False
    """Whether the person has pressed a key since the start."""

    last_key = 0.0
    """When that was last, as `time.monotonic` says it."""

    _is_settling = False
    _delivered = 0.0
    """Whether something may still follow from the last key, and when that was handed on."""

    _round = 0
    """The number of the last round; those before it count no more."""

    _chosen_with = ""
    """The last key, where it chose something."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._holds: dict[object, Timer] = {}

    @property
    def has_answered_keys(self) -> bool:
        """Whether all is done that follows from the keys that were pressed, or they are kept."""
        return not self._is_settling

    def action_go(self) -> None:
        self._wait_after("go")

    def action_control_x(self) -> None:
        self._wait_after("control-x")

    def action_twice_d(self) -> None:
        self._wait_after("twice-d")

    def action_twice_z(self) -> None:
        self._wait_after("twice-z")

    def _wait_after(self, first: str) -> None:
        self._begun = first
        if isinstance(self.screen, VaultScreen):
            self.screen.doing(menu(SECOND_KEYS[first], self.size.width - 2))

    def hold_keys(
        self, owner: object, late: Callable[[], object] = lambda: None, *, seconds: float = 0.0
    ) -> None:
        """Keep the keys that come, as they are about what the key before them asked for."""

        def give_up() -> None:
            self.release_keys(owner)
            late()

        self._stop_holding(owner)
        self._holds[owner] = self.set_timer(seconds or HELD, give_up)

    def release_keys(self, owner: object) -> None:
        """Give back the keys that were kept, when what was asked for has the focus."""
        self._stop_holding(owner)
        self._settle()

    def _stop_holding(self, owner: object) -> None:
        if (timer := self._holds.pop(owner, None)) is not None:
            timer.stop()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self.has_typed = True
            self.last_key = time.monotonic()
            self._waiting.append(event)
            if not self._is_settling or self.last_key > self._delivered + LOST:
                if not self._holds:
                    self._chosen_with = ""
                await self._deliver()
            return
        if isinstance(event, events.MouseDown) and self._is_gone_at(event.x, event.y):
            return
        await super().on_event(event)

    async def _deliver(self) -> None:
        """Hand on the next key, unless keys are kept."""
        # The key that chooses, pressed twice, chooses once.
        while self._waiting and self._chosen_with == _key(self._waiting[0]) != "":
            self._waiting.popleft()
        self._is_settling = bool(self._waiting) and not self._holds
        if not self._is_settling:
            return
        event = self._waiting.popleft()
        self._delivered = time.monotonic()
        chooses = _key(event) == getattr(self.screen, "CHOOSES_WITH", None)
        self._chosen_with = _key(event) if chooses else ""
        if not (isinstance(event, events.Key) and await self._took(event)):
            await super().on_event(event)
        self._settle()

    def _settle(self) -> None:
        """Hand on the next key when all is done that follows from what was done so far."""
        self._is_settling = True
        self._send_round(ROUNDS)

    def _send_round(self, left: int) -> None:
        self._round += 1
        focus = self.focused or self.screen
        end = partial(self._end_round, self._round, focus, left)
        self._follow([*focus.ancestors_with_self, self], end)

    def _follow(
        self, pumps: Sequence[MessagePump], then: Callable[[], Awaitable[object]]
    ) -> Awaitable[object] | None:
        """Do something once each of these, one after the other, has done what it was sent so far.

        A message that bubbles goes the same way, and is never overtaken.
        """
        if not pumps:
            return then()
        # One that is going takes no message any more.
        for number, pump in enumerate(pumps):
            if pump.call_later(self._follow, pumps[number + 1 :], then):
                break
        return None

    async def _end_round(self, number: int, focus: DOMNode, left: int) -> None:
        if number != self._round or not self._screen_stack:
            return
        if (self.focused or self.screen) is not focus:
            # What has been opened or left may still be on its way.
            left = ROUNDS
        if left > 1:
            self._send_round(left - 1)
        else:
            await self._deliver()

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
        if not self._begun:
            return False
        first, self._begun = self._begun, ""
        self.post_message(WorkStatus(""))
        chosen = next((one.action for one in SECOND_KEYS[first] if one.key == event.key), None)
        if chosen is not None:
            await self.run_action_by_id(chosen)
        return True

    async def run_action_by_id(self, action_id: str) -> None:
        """Run an action as its key would: by the nearest widget around the focus that has it."""
        method = f"action_{ACTIONS_BY_ID[action_id].method}"
        node: DOMNode | None = self.screen.focused or self.screen
        while node is not None and not hasattr(node, method):
            node = node.parent
        await self.run_action(ACTIONS_BY_ID[action_id].method, node or self)


def _key(event: events.Key | events.Paste) -> str:
    return event.key if isinstance(event, events.Key) else ""
