"""A monkey at the keyboard and the mouse: random keys, clicks, pastes and sizes of the terminal."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from textual.events import (
    Event,
    Key,
    MouseDown,
    MouseMove,
    MouseScrollDown,
    MouseScrollUp,
    MouseUp,
    Paste,
    Resize,
)
from textual.geometry import Size
from textual.keys import key_to_character

from notekeep.tui.commands.action import GO_KEYS
from notekeep.tui.commands.registry import ACTIONS
from tests.support.file_changes import ChangeChecker, Messages
from tests.support.odd_notes import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

KEYS: Final = sorted(
    {
        *(key for action in ACTIONS for key in action.keys if action.id != "quit"),
        *(key for key, _, _ in GO_KEYS),
        *"abcdefghijklmnopqrstuvwxyzAHXZ0123456789",
        *("tab", "shift+tab", "backspace", "ctrl+z", "ctrl+a", "ctrl+k", "ctrl+c", "ctrl+v"),
        *("left_square_bracket", "number_sign", "minus", "full_stop", "quotation_mark"),
    }
)
OFTEN: Final = (
    *("enter", "escape", "up", "down", "left", "right", "tab", "space", "slash", "g", "colon"),
    *("f1", "f2", "f3", "f4", "m", "v", "u", "e", "pagedown", "end"),
)
USUAL: Final = ((80, 24), (120, 40), (200, 60), (40, 12))
SIZES: Final = (*USUAL, *USUAL, *USUAL, (20, 5), (1, 1), (300, 100), (33, 50))
TEXTS: Final = (
    *("[/nope] [[Deep", "#tag\n- [ ] x\n", "\x1b[31m\x07\u202e日本", 'type:"', "2026-02-30"),
)
REMEMBERED: Final = 40
"""So many of the last things done are told when something breaks."""
LOOK: Final = 100
"""After so many things it is looked at what changed in the vault."""
TIMEOUT_SECONDS: Final = 40
"""How often it is looked again before something counts as never told."""


def write_odd_notes(root: Path) -> None:
    """Add notes that are odd in every way known, to a vault."""
    (root / "odd").mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(ALL.values()):
        (root / f"odd/{number}.md").write_bytes(data)


class Monkey:
    """Does random things; the same seed always wants to do the same.

    Attributes:
        done: What was done last, oldest first.
        told: Every toast.
        check_ins: How often something was said of a habit.
        faults: What the program logged as its own fault, and what the witness cannot explain.
    """

    def __init__(self, seed: str, witness: ChangeChecker) -> None:
        self._random = random.Random(seed)
        self._witness = witness
        self._heard = 0
        self.done: deque[str] = deque(maxlen=REMEMBERED)
        self.told: list[str] = []
        self.check_ins = 0
        self.faults: list[str] = []

    def story(self) -> str:
        """Tell what was done last, what the program told of, and its faults."""
        parts = {"done": self.done, "told": self.told[-REMEMBERED:], "faults": self.faults}
        return "\n".join(f"{name}:\n  " + "\n  ".join(said) for name, said in parts.items())

    def make_app(self, vault: Vault) -> NotekeepApp:
        """Make the program, which tells of its toasts and check-ins."""
        from notekeep.tui.app import NotekeepApp

        def check_in(_: NotekeepApp) -> None:
            self.check_ins += 1

        # Textual calls what a class has for a message, and what the class below it has.
        named = {"on_vault_changed": check_in, "__module__": NotekeepApp.__module__}
        app: NotekeepApp = type("NotekeepApp", (NotekeepApp,), named)(vault)
        notify = app.notify

        def tell(message: str, **how: Any) -> None:
            self.told.append(message)
            notify(message, **how)

        app.notify = tell  # type: ignore[method-assign]  # to hear of it
        return app

    async def play(self, vault: Vault, count: int) -> int:
        """Start the program and do so many things in it, or until it ends; return how many."""
        app = self.make_app(vault)
        done = 0
        watch = _Watch(self.faults)
        logging.getLogger().addHandler(watch)
        threads = ThreadPoolExecutor()
        asyncio.get_running_loop().set_default_executor(threads)
        try:
            async with app.run_test(size=self._random.choice(USUAL), notifications=True):
                while done < count and not app._exit:
                    done += 1
                    for event in self._events(app):
                        event.set_sender(app)
                        app.post_message(event)
                    await self._wait(app)
                    if not done % LOOK:
                        await self._look(app)
                if not app._exit:
                    await self._look(app)
        finally:
            logging.getLogger().removeHandler(watch)
            threads.shutdown()
        # Nobody is there any more to be told of what was under way when the program was left.
        wrong = self._compare(is_over=True)
        assert not wrong, "\n".join(wrong)
        return done

    async def _look(self, app: NotekeepApp) -> None:
        """Let the witness compare what was done with what was told."""
        for _ in range(TIMEOUT_SECONDS):
            await _settle(app)
            # What was just answered is told by a message, whose turn is late on a busy machine.
            await asyncio.sleep(0.05)
            if not self._compare(is_over=app._exit):
                return
        raise AssertionError("\n".join(self._compare(is_over=app._exit)))

    def _compare(self, *, is_over: bool) -> list[str]:
        """Return what has no explanation; all that has one is forgotten."""
        heard = Messages(self.told[self._heard :], self.check_ins, is_over)
        wrong = self._witness.look(heard)
        if not wrong:
            self._heard, self.check_ins = len(self.told), 0
        return wrong

    async def _wait(self, app: NotekeepApp) -> None:
        """Go on at once, or when what was done has been worked on, or when all is quiet."""
        chance = self._random.random()
        if chance < 0.3:
            return
        if chance < 0.9:
            await asyncio.sleep(0.003)
            return
        await _settle(app, 0.1 if chance < 0.98 else 1)

    def _events(self, app: NotekeepApp) -> Iterator[Event]:
        pick = self._random
        chance = pick.random()
        if chance < 0.72:
            key = pick.choice(OFTEN if pick.random() < 0.4 else KEYS)
            self.done.append(key)
            yield Key(key, key_to_character(key) or (" " if key == "space" else None))
        elif chance < 0.96:
            yield from self._mouse(app)
        elif chance < 0.98:
            text = pick.choice(TEXTS)
            self.done.append(f"paste {text!r}")
            yield Paste(text)
        else:
            size = Size(*pick.choice(SIZES))
            self.done.append(f"size {size}")
            if app._driver is not None:
                app._driver._size = size
            yield Resize(size, size)

    def _mouse(self, app: NotekeepApp) -> Iterator[Event]:
        pick = self._random
        width, height = app.size
        x, y = pick.randrange(max(1, width)), pick.randrange(max(1, height))
        if pick.random() < 0.2:
            y = max(0, height - 1)  # The footer, whose items are buttons.
        place = (None, x, y, 0, 0)
        kind = pick.choice(("click", "click", "click", "double", "wheel", "move", "drag"))
        self.done.append(f"{kind} {x},{y}")
        rest = (False, False, False, x, y)
        if kind == "wheel":
            yield pick.choice((MouseScrollDown, MouseScrollUp))(*place, 0, *rest)
        elif kind == "move":
            yield MouseMove(*place, 0, *rest)
        elif kind == "drag":
            x, y = pick.randrange(max(1, width)), pick.randrange(max(1, height))
            yield MouseDown(*place, 1, *rest)
            yield MouseMove(None, x, y, 1, 1, 1, False, False, False, x, y)
            yield MouseUp(None, x, y, 0, 0, 1, False, False, False, x, y)
        else:
            for _ in range(2 if kind == "double" else 1):
                yield MouseDown(*place, 1, *rest)
                yield MouseUp(*place, 1, *rest)


class _Watch(logging.Handler):
    """Keeps the faults that the program logs."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        # Textual leaves scrollbars behind that it never started; they hold nothing of ours.
        if "Task was destroyed but it is pending" in record.getMessage():
            return
        self._faults.append(self.format(record))


async def _settle(app: NotekeepApp, seconds: float = 30) -> None:
    """Wait until nothing is going on in the background any more."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    quiet = 0
    while quiet < 3 and loop.time() < end and not app._exit:
        await asyncio.sleep(0.01)
        quiet = quiet + 1 if all(worker.is_finished for worker in app.workers) else 0
