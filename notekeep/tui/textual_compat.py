"""Workarounds for Textual, asyncio and Python, with the reason for each.

Apart from this module, only `prelude` and `widgets.note_area` use private names of Textual. Most
entries reduce the latency of keys. The table shows the milliseconds from a key to its paint (median
/ 95th percentile) in a session on a slow machine, where starting Python takes 17 ms. The budget is
25 ms.

    entry                            key      without it      with it
    frame pacing                     cursor    9.0 / 34.0     5.5 / 27.1
      (paint right after a key)      letter    7.8 / 47.8     4.2 / 19.7
    background work yields to keys   cursor    5.5 / 27.1     4.8 / 15.6
                                     page     15.2 / 39.4    13.4 / 17.3
    when garbage is collected        page     13.5 / 138.6   19.1 / 52.3

Each row was measured without the other entries, so the rows do not add up.
`tests/tui/test_textual_compat.py` fails if a change in Textual breaks an entry.
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


# Frame pacing. After a pause, Textual paints immediately, but the next change waits for the second
# frame after that. So a key right after a paint would wait 17 ms.

RECENT = 0.1  # seconds after a key in which a paint is likely its result


def is_batching(app: App[Any]) -> bool:
    """Return whether the app delays all painting, for example while it starts."""
    return app._batch_count > 0  # noqa: SLF001 - Textual has no public name for it


class FramePacer(Timer):
    """The paint timer of a screen: paint right after a key, else one frame after the last paint."""

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
            # A paint also pauses the timer, but an app that is exiting does not paint: without this
            # call, the loop would never end.
            self.pause()
            # Call this even if a layout has painted the screen in the meantime, because callbacks
            # after a paint wait for it.
            await self._tick(next_timer=loop.time(), count=0)


def is_being_removed(node: DOMNode) -> bool:
    """Return whether a node or an ancestor is being removed, or the app is exiting."""
    nodes = node.ancestors_with_self
    return any(each._pruning or not each.is_running for each in nodes)  # noqa: SLF001 - no public name


class RemovalSafe(DOMNode):
    """A node that ignores missing widgets in its handlers while it is being removed.

    Textual removes the widgets before their screen, and mounts a screen without widgets if the
    screen is closed before it opens. The screen still receives keys and messages, which must not
    crash the app.

    List this base class after Textual's class, so that Textual's styles and keys are inherited.
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
            # Textual's asynchronous watchers may look for widgets that are already removed.
            with contextlib.suppress(NoMatches):
                await invoke(callback.callback)

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with an answer if this is the top screen.

        Textual closes the top screen, so a second key or click would also close the screen below,
        and answer twice.
        """
        if self.app.screen_stack[-1:] == [self]:
            return super().dismiss(result)
        return AwaitComplete()

    @property
    def _update_timer(self) -> Timer:
        if self._pacer is None:
            self._pacer = FramePacer(self, self._on_timer_update)
            self._pacer._start()  # noqa: SLF001 - as Textual starts its own timer
            self._timers.add(self._pacer)
        return self._pacer

    def _compositor_refresh(self) -> None:
        super()._compositor_refresh()
        if not is_batching(self.app):
            vars(self.app)["last_paint"] = time.monotonic()

    def _screen_resized(self, size: Size) -> None:
        # The size in the event may be outdated. Textual reports the result of a layout to the
        # screen again, so two sizes in quick succession would alternate forever.
        del size
        super()._screen_resized(self.app.size)


def scroll_over(view: Widget, size: Size) -> None:
    """Set the scrollable size of a view without a layout of the screen.

    Setting `virtual_size` lays out the complete screen with the next frame. Until then, the view
    has no scrollbar and does not scroll, and the scrollbar then shows a wrong position.
    """
    if not view.is_mounted or view.styles.is_auto_height:
        view.virtual_size = size
        return
    view.set_reactive(Widget.virtual_size, size)
    view._scroll_update(size)  # noqa: SLF001 - Textual has no public name for it


def bindings_of(node: DOMNode) -> Iterator[Binding]:
    """Yield the bindings of a node, even if it does not have the focus.

    The palette lists the actions of every pane; `Screen.active_bindings` contains only the bindings
    around the focus.
    """
    for _, binding in node._bindings:  # noqa: SLF001 - Textual has no public name for them
        yield binding


# Background work that yields to keys. Threads call `yield_to_ui` between small pieces of work, and
# wait in that call while the event loop handles a key.

LONGEST = 0.05
"""The longest wait of a thread in seconds, because the loop is never idle during an animation."""
SWITCH_INTERVAL = 0.0002
"""Seconds that a thread keeps the GIL. SQLite releases it at every row, so the loop waits for
another thread at every row that it reads."""
WORK_SECONDS = 0.002
SLEEP_SECONDS = 0.00005
"""The longest time that a thread works before it sleeps, and the time that it sleeps, in seconds.
Threads with many system calls, as in a scan, pass the GIL to each other, and the loop may not get
it for a tenth of a second."""


class EventLoopGate(selectors.DefaultSelector):
    """The selector of an event loop, with a gate that is open while the loop is idle."""

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
        """Wait for the gate, or sleep at intervals; return immediately in the loop's own thread."""
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
    """Run an app with background work that yields to keys."""
    if sys.platform == "win32":  # the event loop has no selector there
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

    Python would wait for all threads, but none has to finish: the next start continues from disk.
    """

    def leave_terminal() -> None:
        with contextlib.suppress(Exception):  # the terminal is closed or already restored
            if (driver := app._driver) is not None:  # noqa: SLF001 - no public name
                driver.stop_application_mode()

    def end() -> None:
        leaving = threading.Thread(target=leave_terminal, daemon=True)
        leaving.start()
        leaving.join(0.3)
        os._exit(code)

    timer = threading.Timer(END_SECONDS, end)
    timer.daemon = True
    timer.start()


# Garbage collection. Collect in small steps, and completely while the user is idle or if there is
# much garbage. A frame of Textual leaves thousands of objects in cycles, a quarter of a megabyte
# for a search. Rare collections delay one key by a tenth of a second, frequent collections many
# keys by 1 to 2 ms.

YOUNG = 2_000  # new objects between two collections of the young generation, about 2 ms each
MIDDLE = 6  # young collections between two collections of the middle generation, 3 ms each
NEVER = 1_000_000
EVERY = 2.0  # seconds between two checks for a full collection
IDLE = 3.0  # seconds without a key before a full collection
WORTH = 6  # middle collections before a full collection is worthwhile
MUCH = 24  # the same while the user types: 10 ms, for 5 MB


def collect_garbage(app: App[Any], keyboard: Keyboard) -> None:
    """Collect garbage in small steps, and sometimes completely; release unused memory."""
    if not app.is_headless:  # `launch` disabled garbage collection
        gc.freeze()  # objects created at start are permanent
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
    """Return unused memory of the C library to the system if the library is glibc."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
