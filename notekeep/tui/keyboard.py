"""Key bindings from actions; keys that depend on the one before them: two in a row, typing ahead.

In Textual a key finds its way to the focus and back before its action runs, and what the action
opens has the focus later still; the next key would go to what is behind it. Here each key waits
until all that follows from the one before it is done: `n` and then `d`, quickly, begins a title
with a d and deletes nothing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.message_pump import MessagePump
from textual.timer import Timer

from notekeep.tui.commands.action import SECOND_KEYS, menu
from notekeep.tui.commands.registry import ACTIONS_BY_ID, actions_in_context
from notekeep.tui.messages import WorkStatus

ALL_ACTIONS = ("*",)
UNBOUND_PREFIX = "unbound-"
"""Begins what stands for the key of an action that has none, until the person gives it one."""


def bindings(
    *contexts: str, priority: Iterable[str] = (), by_screen: Iterable[str] = ()
) -> list[BindingType]:
    """Return the bindings of the actions of some contexts, each under its action's id."""
    first, left = frozenset(priority), frozenset(by_screen)
    return [
        Binding(
            ",".join(action.keys) or UNBOUND_PREFIX + action.id,
            f"screen.{action.call}" if left & {"*", action.id} else action.call,
            action.title,
            id=action.id,
            show=bool(action.label),
            tooltip=action.help,
            priority=bool(first & {"*", action.id}),
        )
        for context in contexts
        for action in actions_in_context(context)
    ]


def make_keymap(own_keys: Mapping[str, str]) -> dict[str, str]:
    """Return a map of keys as Textual takes it, which knows no way to take a key away."""
    return {action: keys or UNBOUND_PREFIX + action for action, keys in own_keys.items()}


HOLD_SECONDS = 0.15  # seconds for which keys wait at most for what they are about
CHOICE_SECONDS = 3.0
"""The same where something is to open or close: the keys are most likely meant for that."""
ROUNDS = 3
"""So many messages, each sent by the handler of the one before, follow from a key at most."""
LOST_SECONDS = 10.0  # seconds after which a key is taken as done in any case


class Keyboard:
    """Hands keys on to an app, one after the other."""

    has_typed = False  # whether the person has pressed a key since the start
    last_key = 0.0  # when that was last, as `time.monotonic` says it

    def __init__(self, app: App[Any], deliver: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._to_app = deliver
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._holds: dict[object, Timer] = {}
        self._first_of_two = ""  # the action that waits for its second key; see `SECOND_KEYS`
        self.is_settling = False
        """Whether something may still follow from the last key, which was delivered then:"""
        self._delivered = 0.0
        self._round = 0  # the number of the last round; those before it count no more
        self._chosen_with = ""  # the last key, where it chose something

    def hold(
        self, owner: object, late: Callable[[], object] = lambda: None, *, seconds: float = 0.0
    ) -> None:
        """Keep the keys that come, as they are about what the key before them asked for.

        The owner gives them back with `release`; when that takes longer than some seconds, or a
        moment, they are given back, and `late` is called.
        """

        def give_up() -> None:
            self.release(owner)
            late()

        self._stop_holding(owner)
        self._holds[owner] = self._app.set_timer(seconds or HOLD_SECONDS, give_up)

    def release(self, owner: object) -> None:
        """Give back the keys that were kept, when what was asked for has the focus."""
        self._stop_holding(owner)
        self._settle()

    def _stop_holding(self, owner: object) -> None:
        if (timer := self._holds.pop(owner, None)) is not None:
            timer.stop()

    async def receive(self, event: events.Key | events.Paste) -> None:
        """Take a key, and hand it on as soon as what is before it is done."""
        self.has_typed = True
        self.last_key = time.monotonic()
        self._waiting.append(event)
        if not self.is_settling or self.last_key > self._delivered + LOST_SECONDS:
            if not self._holds:
                self._chosen_with = ""
            await self._deliver()

    async def _deliver(self) -> None:
        """Hand on the next key, unless keys are held."""
        # The key that chooses, pressed twice, chooses once.
        while self._waiting and self._chosen_with == _key(self._waiting[0]) != "":
            self._waiting.popleft()
        self.is_settling = bool(self._waiting) and not self._holds
        if not self.is_settling:
            return
        event = self._waiting.popleft()
        self._delivered = time.monotonic()
        chooses = _key(event) == getattr(self._app.screen, "CHOOSES_WITH", None)
        self._chosen_with = _key(event) if chooses else ""
        if not (isinstance(event, events.Key) and await self._run_second_key(event)):
            await self._to_app(event)
        self._settle()

    def _settle(self) -> None:
        """Hand on the next key when all is done that follows from what was done so far."""
        self.is_settling = True
        self._send_round(ROUNDS)

    def _send_round(self, left: int) -> None:
        self._round += 1
        focus = self._app.focused or self._app.screen
        end = partial(self._end_round, self._round, focus, left)
        self._pass_through([*focus.ancestors_with_self, self._app], end)

    def _pass_through(
        self, pumps: Sequence[MessagePump], then: Callable[[], Awaitable[object]]
    ) -> Awaitable[object] | None:
        """Call `then` once each pump, one after the other, has done what it was sent so far."""
        # A message that bubbles goes the same way, and is never overtaken.
        if not pumps:
            return then()
        # One that is being removed takes no message any more.
        for number, pump in enumerate(pumps):
            if pump.call_later(self._pass_through, pumps[number + 1 :], then):
                break
        return None

    async def _end_round(self, number: int, focus: DOMNode, left: int) -> None:
        if number != self._round or not self._app.screen_stack:
            return
        if (self._app.focused or self._app.screen) is not focus:
            # What has been opened or left may still be on its way.
            left = ROUNDS
        if left > 1:
            self._send_round(left - 1)
        else:
            await self._deliver()

    def wait_for_second(self, first: str) -> None:
        """Take the next key as the second one after an action, and show what it may be."""
        self._first_of_two = first
        self._app.post_message(WorkStatus(menu(SECOND_KEYS[first], self._app.size.width - 2)))

    async def _run_second_key(self, event: events.Key) -> bool:
        if not self._first_of_two:
            return False
        first, self._first_of_two = self._first_of_two, ""
        self._app.post_message(WorkStatus(""))
        chosen = next((one.action for one in SECOND_KEYS[first] if one.key == event.key), None)
        if chosen is not None:
            # As its key would: by the nearest widget around the focus that has the action.
            call = ACTIONS_BY_ID[chosen].call
            method = f"action_{call.partition('(')[0]}"
            node: DOMNode | None = self._app.screen.focused or self._app.screen
            while node is not None and not hasattr(node, method):
                node = node.parent
            await self._app.run_action(call, node or self._app)
        return True


def is_gone_at(app: App[Any], x: int, y: int) -> bool:
    """Tell whether what is seen at a place was removed since the last frame."""
    try:
        widget, _ = app.get_widget_at(x, y)
    except NoWidget:
        return False
    return widget.parent is None


def _key(event: events.Key | events.Paste) -> str:
    return event.key if isinstance(event, events.Key) else ""
