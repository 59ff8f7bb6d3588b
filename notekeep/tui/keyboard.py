"""Key bindings from actions, sequences of two keys, and fast typing.

In Textual, a key is sent to the focused widget and bubbles up before its action runs, and a screen
that the action opens gets the focus even later. The next key would go to the screen below. So each
key waits for the effects of the previous key: a fast `n` `d` types a d into the title of a new
note, and does not delete the current note.
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
UNBOUND_PREFIX = "unbound-"  # the prefix of placeholder keys for actions without a key


def bindings(
    *contexts: str, priority: Iterable[str] = (), run_on_screen: Iterable[str] = ()
) -> list[BindingType]:
    """Return the bindings for the actions of contexts; their IDs are the action IDs."""
    first, left = frozenset(priority), frozenset(run_on_screen)
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
    """Return a key map for Textual; placeholders unbind keys, because Textual cannot."""
    return {action: keys or UNBOUND_PREFIX + action for action, keys in own_keys.items()}


HOLD_SECONDS = 0.15  # the maximum time to hold keys
CHOICE_SECONDS = 3.0  # the same while a screen opens or closes, because the keys are meant for it
ROUNDS = 3  # the longest chain of messages after a key, each sent by the previous one's handler
LOST_SECONDS = 10.0  # seconds after which a key counts as finished in any case


class Keyboard:
    """Delivers keys to the app one at a time."""

    has_typed = False  # whether a key was pressed since the app started
    last_key = 0.0  # time of the last key, by `time.monotonic`

    def __init__(self, app: App[Any], deliver: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._to_app = deliver
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._holds: dict[object, Timer] = {}
        self._first_of_two = ""  # an action of `SECOND_KEYS` that waits for its second key
        self.is_settling = False  # whether the last key may still have effects
        self._delivered = 0.0  # time of delivery of the last key
        self._round = 0  # the number of the last round; earlier rounds are outdated
        self._chosen_with = ""  # the last key if it made a choice

    def hold(
        self, owner: object, late: Callable[[], object] = lambda: None, *, seconds: float = 0.0
    ) -> None:
        """Hold further keys until `release`, because they are meant for the screen being opened.

        After `seconds` (by default HOLD_SECONDS), release the keys anyway and call `late`.
        """

        def give_up() -> None:
            self.release(owner)
            late()

        self._stop_holding(owner)
        self._holds[owner] = self._app.set_timer(seconds or HOLD_SECONDS, give_up)

    def release(self, owner: object) -> None:
        """Deliver the held keys, unless another owner holds them."""
        self._stop_holding(owner)
        self._settle()

    def _stop_holding(self, owner: object) -> None:
        if (timer := self._holds.pop(owner, None)) is not None:
            timer.stop()

    async def receive(self, event: events.Key | events.Paste) -> None:
        """Queue a key, and deliver it when the previous key is finished."""
        if isinstance(event, events.Key) and event.key.startswith("alt+"):
            event.character = None  # Textual would type the letter into an input
        self.has_typed = True
        self.last_key = time.monotonic()
        self._waiting.append(event)
        if not self.is_settling or self.last_key > self._delivered + LOST_SECONDS:
            if not self._holds:
                self._chosen_with = ""
            await self._deliver()

    async def _deliver(self) -> None:
        """Deliver the next key, unless keys are held."""
        # A key that makes a choice, pressed twice, chooses only once.
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
        """Deliver the next key when all effects of the previous keys are finished."""
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
        """Call `then` after each pump in turn has handled its queued messages."""
        # Bubbling messages take the same path, so this call never overtakes them.
        if not pumps:
            return then()
        # A pump that is being removed does not accept messages.
        for number, pump in enumerate(pumps):
            if pump.call_later(self._pass_through, pumps[number + 1 :], then):
                break
        return None

    async def _end_round(self, number: int, focus: DOMNode, left: int) -> None:
        if number != self._round or not self._app.screen_stack:
            return
        if (self._app.focused or self._app.screen) is not focus:
            # The focus has moved, so a screen may still be opening or closing.
            left = ROUNDS
        if left > 1:
            self._send_round(left - 1)
        else:
            await self._deliver()

    def wait_for_second(self, first: str) -> None:
        """Treat the next key as the second of a sequence, and show the possible keys."""
        self._first_of_two = first
        self._app.post_message(WorkStatus(menu(SECOND_KEYS[first], self._app.size.width - 2)))

    async def _run_second_key(self, event: events.Key) -> bool:
        if not self._first_of_two:
            return False
        first, self._first_of_two = self._first_of_two, ""
        self._app.post_message(WorkStatus(""))
        seconds = SECOND_KEYS[first]
        chosen = next((second.action for second in seconds if second.key == event.key), None)
        if chosen is not None:
            # Run it on the nearest ancestor of the focus that has the action, like a key binding.
            call = ACTIONS_BY_ID[chosen].call
            method = f"action_{call.partition('(')[0]}"
            node: DOMNode | None = self._app.screen.focused or self._app.screen
            while node is not None and not hasattr(node, method):
                node = node.parent
            await self._app.run_action(call, node or self._app)
        return True


def is_removed_at(app: App[Any], x: int, y: int) -> bool:
    """Return whether the widget at a position was removed since the last frame."""
    try:
        widget, _ = app.get_widget_at(x, y)
    except NoWidget:
        return False
    return widget.parent is None


def _key(event: events.Key | events.Paste) -> str:
    return event.key if isinstance(event, events.Key) else ""
