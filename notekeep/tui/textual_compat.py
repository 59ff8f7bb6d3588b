"""Workarounds for Textual, asyncio and Python, with the reason for each.

Apart from this module, only `prelude` and `widgets.note_area` use private names of Textual. Most
entries make keys faster. Milliseconds from a key to its paint, median / 95th percentile, in a
session on a slow machine where starting Python takes 17 ms (the budget is 25):

    entry                            key      without it      with it
    frame pacing                     cursor    9.0 / 34.0     5.5 / 27.1
      (paint at once after a key)    letter    7.8 / 47.8     4.2 / 19.7
    background work yields to keys   cursor    5.5 / 27.1     4.8 / 15.6
                                     page     15.2 / 39.4    13.4 / 17.3
    when garbage is collected        page     13.5 / 138.6   19.1 / 52.3

Each row was measured without the other entries, so the rows do not add up.
`tests/tui/test_textual_compat.py` fails when Textual changes under an entry.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import selectors
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from textual._callback import invoke
from textual.app import App, ScreenStackError
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.geometry import Size
from textual.message import Message
from textual.screen import UPDATE_PERIOD, Screen
from textual.timer import Timer
from textual.widget import Widget

from notekeep.background import set_yield_wait

if TYPE_CHECKING:
    from notekeep.tui.keyboard import Keyboard

Result = TypeVar("Result")


# Frame pacing. After a pause Textual paints at once, but the next change waits for the second frame
# after that: a key right after a paint waited 17 idle milliseconds.

RECENT = 0.1  # seconds after a key in which a paint is likely its result


def is_batching(app: App[Any]) -> bool:
    """Return whether the app delays all painting, for example while it starts."""
    return app._batch_count > 0  # noqa: SLF001 - Textual has no public name for it


class FramePacer(Timer):
    """The paint timer of a screen: at once after a key, else a frame after the last paint."""

    _active: asyncio.Event  # type: ignore[assignment] # a cached property of Textual's

    def __init__(self, screen: Screen[Any], paint: Callable[[], None]) -> None:
        super().__init__(screen, UPDATE_PERIOD, name="screen_update", callback=paint, pause=True)
        self._screen = screen
        self._is_due = asyncio.Event()

    def resume(self) -> None:
        super().resume()
        if not self._delay():
            self._is_due.set()

    def _delay(self) -> float:
        app, now = self._screen.app, time.monotonic()
        keyboard = getattr(app, "keyboard", None)  # the welcome app has none
        if now - getattr(keyboard, "last_key", 0.0) < RECENT:
            return 0.0
        return max(0.0, getattr(app, "last_paint", 0.0) + UPDATE_PERIOD - now)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._active.wait()
            if delay := self._delay():
                alarm = loop.call_later(delay, self._is_due.set)
                await self._is_due.wait()
                alarm.cancel()
            self._is_due.clear()
            # A paint pauses the timer too, but an ending app paints nothing: without this the loop
            # would never end.
            self.pause()
            # Even if a layout has painted the screen in the meantime: callbacks after a paint
            # wait for the end of this call.
            await self._tick(next_timer=loop.time(), count=0)


def is_being_removed(node: DOMNode) -> bool:
    """Return whether a node or an ancestor is being removed, or the app is ending."""
    nodes = node.ancestors_with_self
    return any(one._pruning or not one.is_running for one in nodes)  # noqa: SLF001 - see the title


class RemovalSafe(DOMNode):
    """A node that ignores missing widgets in its handlers while it is being removed.

    Textual removes the widgets of a screen first, and mounts a screen without widgets if it is
    closed before it opened. The screen still gets keys and messages, which must not end the app.

    As a base class it comes after Textual's class, whose styles and keys are inherited.
    """

    async def _dispatch_message(self, message: Message) -> None:
        if not is_being_removed(self):
            await super()._dispatch_message(message)
            return
        with contextlib.suppress(NoMatches, ScreenStackError):
            await super()._dispatch_message(message)


class PacedScreen(Screen[Result], RemovalSafe):
    """A screen with frame pacing that closes only itself."""

    _pacer: FramePacer | None = None

    async def _flush_next_callbacks(self) -> None:
        if not is_being_removed(self):
            await super()._flush_next_callbacks()
            return
        callbacks = self._next_callbacks.copy()
        self._next_callbacks.clear()
        for callback in callbacks:
            # Asynchronous watchers of Textual, whose widgets are already removed.
            with contextlib.suppress(NoMatches):
                await invoke(callback.callback)

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with an answer, if this is the top screen.

        Textual closes whatever screen is on top, so a second key or click would also close the
        screen below, and answer twice.
        """
        if self.app.screen_stack[-1:] == [self]:
            return super().dismiss(result)
        return AwaitComplete()

    @property
    def _update_timer(self) -> Timer:
        if self._pacer is None:
            self._pacer = FramePacer(self, self._on_timer_update)
            self._pacer._start()  # noqa: SLF001 - as Textual starts its own
            self._timers.add(self._pacer)
        return self._pacer

    def _compositor_refresh(self) -> None:
        super()._compositor_refresh()
        if not is_batching(self.app):
            vars(self.app)["last_paint"] = time.monotonic()

    def _screen_resized(self, size: Size) -> None:
        # The size in the event may be outdated. Textual reports the result of a layout to the
        # screen again, so that two sizes in quick succession would alternate forever.
        del size
        super()._screen_resized(self.app.size)


def scroll_over(view: Widget, size: Size) -> None:
    """Set the scrollable size of a view at once.

    Setting `virtual_size` lays out the whole screen with the next frame. Until then the view has no
    scroll bar and does not scroll, and the bar then shows another position.
    """
    if not view.is_mounted or view.styles.is_auto_height:
        view.virtual_size = size
        return
    view.set_reactive(Widget.virtual_size, size)
    view._scroll_update(size)  # noqa: SLF001 - Textual has no public name for it


def bindings_of(node: DOMNode) -> Iterator[Binding]:
    """Yield the bindings of a node, even one without the focus.

    The palette offers the actions of every pane; `Screen.active_bindings` has only those around the
    focus.
    """
    for _, binding in node._bindings:  # noqa: SLF001 - Textual has no public name for them
        yield binding


# Background work that yields to keys. Threads call `yield_to_ui` between small pieces of work, and
# pause there while the event loop handles a key.

LONGEST = (
    0.05  # the longest wait of a thread in seconds: during an animation, the loop is never idle
)
SWITCH_INTERVAL = 0.0002
"""Seconds that a thread keeps the GIL. SQLite releases it at every row, so the loop waits for
another thread at every row that it reads."""
WORK_SECONDS = 0.002
SLEEP_SECONDS = 0.00005
"""The longest time that a thread works before it sleeps, and the time that it sleeps, in seconds.
Threads with many system calls,
as in a scan, pass the GIL to each other, and the loop may not get it for a tenth of a second."""


class EventLoopGate(selectors.DefaultSelector):
    """The selector of an event loop, whose gate is open while the loop is idle."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self._local = threading.local()
        self._thread = threading.get_ident()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for an event, as `selectors.BaseSelector.select` does."""
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        self.open.set()
        try:
            return super().select(timeout)
        finally:
            self.open.clear()

    def wait(self) -> None:
        """Wait for the gate, or sleep at intervals; return at once in the loop's own thread."""
        if threading.get_ident() == self._thread:
            return
        if not self.open.is_set():
            self.open.wait(LONGEST)
        elif time.perf_counter() - getattr(self._local, "resumed", 0.0) > WORK_SECONDS:
            time.sleep(SLEEP_SECONDS)
        else:
            return
        self._local.resumed = time.perf_counter()


def run_app(app: App[Any], **options: Any) -> Any:
    """Run an app, with background work that yields to keys."""
    if sys.platform == "win32":  # its event loop has no selector
        return app.run(**options)
    gate, interval = EventLoopGate(), sys.getswitchinterval()
    set_yield_wait(gate.wait)
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(gate)) as runner:
            return runner.run(app.run_async(**options))
    finally:
        sys.setswitchinterval(interval)
        set_yield_wait(None)


END_SECONDS = 1.5


def end_process_soon(app: App[Any], code: int) -> None:
    """End the process after END_SECONDS without waiting for threads; restore the terminal.

    Python would wait for all threads. None has to finish: the next start continues from disk.
    """

    def leave_terminal() -> None:
        with contextlib.suppress(Exception):  # the terminal is closed or already restored
            if (driver := app._driver) is not None:  # noqa: SLF001 - see the title
                driver.stop_application_mode()

    def end() -> None:
        leaving = threading.Thread(target=leave_terminal, daemon=True)
        leaving.start()
        leaving.join(0.3)
        os._exit(code)

    timer = threading.Timer(END_SECONDS, end)
    timer.daemon = True
    timer.start()


# Garbage collection in small steps, and in full while the user is idle or if there is a lot. A
# frame of Textual leaves thousands of objects in cycles, a quarter of a megabyte for a search. Rare
# collections delay one key by a tenth of a second; frequent ones, many keys by 1 to 2 ms.

YOUNG = 2_000  # new objects between two collections of the young generation, about 2 ms each
MIDDLE = 6  # collections of the young between two of the middle generation, 3 ms each
NEVER = 1_000_000
EVERY = 2.0  # seconds between two checks for a full collection
IDLE = 3.0  # seconds without a key before a full collection
WORTH = 6  # collections of the middle generation before a full one is worthwhile
MUCH = 24  # the same while the user types: 10 ms, for 5 MB


def collect_garbage(app: App[Any], keyboard: Keyboard) -> None:
    """Collect garbage in small steps, and sometimes in full; release unused memory."""
    if not app.is_headless:  # `launch` turned it off
        gc.freeze()  # objects of the start are permanent
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        gc.enable()

    def check() -> None:
        is_idle = time.monotonic() - keyboard.last_key > IDLE
        if gc.get_count()[2] >= (WORTH if is_idle else MUCH):
            gc.collect()
            if is_idle:
                release_memory()

    app.set_interval(EVERY, check)


def release_memory() -> None:
    """Return unused memory of the C library to the system, if that is glibc."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
