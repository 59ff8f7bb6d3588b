"""What Textual, asyncio and Python are made to do otherwise, because a person notices.

No other module but `prelude` and `widgets.note_area` uses private names of Textual. Most entries
here make keys quicker. What they give was measured in milliseconds from a key to its paint, median
/ 95th percentile, in a session on a slow machine where starting Python takes 17 ms (a key should be
painted within 25):

    entry                            key      without it      with it
    frame pacing                     cursor    9.0 / 34.0     5.5 / 27.1
      (paint at once after a key)    letter    7.8 / 47.8     4.2 / 19.7
    background work yields to keys   cursor    5.5 / 27.1     4.8 / 15.6
                                     page     15.2 / 39.4    13.4 / 17.3
    occlusion culling                cursor   10.3 / 26.2     5.5 / 27.1
                                     letter    5.7 / 15.8     4.2 / 19.7
    when garbage is collected        page     13.5 / 138.6   19.1 / 52.3

The middle columns were measured without the entries that are measured in the other rows, so that
rows do not add up. `tests/tui/test_textual_compat.py` fails when Textual changes under an entry.
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual._callback import invoke
from textual._compositor import Compositor
from textual.app import App, ScreenStackError
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import UPDATE_PERIOD, Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from notekeep.background import set_yield_wait

if TYPE_CHECKING:
    from notekeep.tui.keyboard import Keyboard

Result = TypeVar("Result")


# Frame pacing. After a pause Textual paints at once, but what changes next waits for the second
# frame after that: a key that came right after a paint waited 17 ms in which nothing was done.

RECENT = 0.1  # seconds after a key in which what is painted is likely what the key asked for


def is_batching(app: App[Any]) -> bool:
    """Tell whether the app holds back all painting, as it does while it starts."""
    return app._batch_count > 0  # noqa: SLF001 - Textual has no public name for it


class FramePacer(Timer):
    """The timer that paints a screen: at once after a key, else a frame after the last paint."""

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
        keyboard = getattr(app, "keyboard", None)  # the app that welcomes has none
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
            # A paint pauses the timer too, but an app that ends paints nothing: without this the
            # loop would never end.
            self.pause()
            # Also when the screen was painted otherwise meanwhile, as after a layout: what is to
            # be done after a paint waits for the end of this call.
            await self._tick(next_timer=loop.time(), count=0)


class CullingCompositor(Compositor):
    """Render only visible, changed regions; the result looks the same.

    Textual renders all lines of every widget whenever one cell of the screen changes, also of
    widgets that others cover, and throws most of that away.
    """

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        empty: list[set[int]] = [set() for _ in cuts]
        for y in crop.line_range:
            if is_rendered_line(y):
                parts = pairwise(cuts[y])
                empty[y] = {start for start, end in parts if start < crop.right and crop.x < end}
        # From front to back: the first widget at a place is the one that is seen.
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            left, right = seen.column_span
            rows = [y for y in seen.line_range if any(left <= x < right for x in empty[y])]
            if not rows:
                continue
            top, bottom = rows[0], rows[-1] + 1
            strips = widget.render_lines(
                Region(left - region.x, top - region.y, seen.width, bottom - top)
            )
            for y in rows:
                if y - top >= len(strips):
                    break  # the widget has shrunk since the last layout
                ends = [cut for cut in cuts[y] if left <= cut <= right]
                strip = strips[y - top]
                # To divide a strip into itself puts it into a cache of its own, so that only the
                # garbage collector frees it: 15 MB of a session.
                is_whole = len(ends) == 2 and strip.cell_length == right - left
                pieces = [strip] if is_whole else strip.divide([cut - left for cut in ends[1:]])
                for start, piece in zip(ends, pieces, strict=False):
                    if start in empty[y]:
                        empty[y].remove(start)
                        chops[y][start] = piece
        return cast("Sequence[Mapping[int, Strip]]", chops)


def is_being_removed(node: DOMNode) -> bool:
    """Tell whether a node, or what it is part of, is being removed, or the app ends."""
    nodes = node.ancestors_with_self
    return any(one._pruning or not one.is_running for one in nodes)  # noqa: SLF001 - see the title


class RemovalSafe(DOMNode):
    """A node whose handlers may miss its parts once it is being removed.

    Textual removes the parts of a screen first, and mounts a screen without its parts when it is
    left before it was there. Keys and messages still pass through it, and must not end the app.

    As a base it stands behind the class of Textual's, whose styles and keys are inherited.
    """

    async def _dispatch_message(self, message: Message) -> None:
        if not is_being_removed(self):
            await super()._dispatch_message(message)
            return
        with contextlib.suppress(NoMatches, ScreenStackError):
            await super()._dispatch_message(message)


class PacedScreen(Screen[Result], RemovalSafe):
    """A screen with frame pacing and occlusion culling, which leaves itself and no other."""

    _pacer: FramePacer | None = None

    async def _flush_next_callbacks(self) -> None:
        if not is_being_removed(self):
            await super()._flush_next_callbacks()
            return
        callbacks = self._next_callbacks.copy()
        self._next_callbacks.clear()
        for callback in callbacks:
            # Textual calls its asynchronous watchers so, which do not find their parts any more.
            with contextlib.suppress(NoMatches):
                await invoke(callback.callback)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._compositor: Compositor = CullingCompositor()

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave with an answer, unless that was done already or something lies above.

        Textual takes away whatever lies on top, so a key that is pressed twice, or a click after
        it, would also close what lies below, and give the answer a second time.
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
        # The size in the event may be outdated. Textual tells a screen of its own layout again, so
        # that two sizes soon after each other would call each other back for ever.
        del size
        super()._screen_resized(self.app.size)


def scroll_over(view: Widget, size: Size) -> None:
    """Have a view scroll over another size at once.

    To set `virtual_size` lays the whole screen out with the next frame. Until then the view has no
    scroll bar, does not scroll, and a bar that comes later shows another place.
    """
    if not view.is_mounted or view.styles.is_auto_height:
        view.virtual_size = size
        return
    view.set_reactive(Widget.virtual_size, size)
    view._scroll_update(size)  # noqa: SLF001 - Textual has no public name for it


def bindings_of(node: DOMNode) -> Iterator[Binding]:
    """Yield the bindings of a node, also of one without the focus.

    With them the palette offers what every pane of a screen can do; `Screen.active_bindings` has
    those around the focus only.
    """
    for _, binding in node._bindings:  # noqa: SLF001 - Textual has no public name for them
        yield binding


# Background work that yields to keys. Threads call `yield_to_ui` between small pieces of work.
# While the event loop waits they go on; while it works on a key they stop there.

LONGEST = 0.05
"""Seconds that a thread waits at once: the loop may never come to rest, as in an animation."""
SWITCH_INTERVAL = 0.0002
"""Seconds that a thread keeps Python's lock. SQLite gives the lock back at every row, so that the
loop waits for another thread as often as it reads one."""
SPELL = 0.002
BREATH = 0.00005
"""Seconds for which a thread works at most before it sleeps, and for which it sleeps. Threads that
make many system calls, as a scan does, hand the lock to each other, and the loop may not get it for
a tenth of a second."""


class EventLoopGate(selectors.DefaultSelector):
    """The selector of an event loop, which tells other threads when the loop is idle."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self._spells = threading.local()
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
        """Wait until the gate is open, or sleep for a breath; the loop's own thread goes on."""
        if threading.get_ident() == self._thread:
            return
        if not self.open.is_set():
            self.open.wait(LONGEST)
        elif time.perf_counter() - getattr(self._spells, "begun", 0.0) > SPELL:
            time.sleep(BREATH)
        else:
            return
        self._spells.begun = time.perf_counter()


def run_app(app: App[Any], **options: Any) -> Any:
    """Run an app to its end, with background work that yields to keys."""
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
    """End the process after END_SECONDS, whatever its threads still do, with the terminal in order.

    Python waits for every thread. None of them has to be done: the next start goes on from what is
    on the disk.
    """

    def leave_terminal() -> None:
        with contextlib.suppress(Exception):  # it is closed, or was left already
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


# When to collect garbage: little by little, and everything while nobody types, or when there is
# much of it. A frame of Textual leaves thousands of objects that hold each other, a quarter of a
# megabyte for a search. Collected rarely, they take a tenth of a second of one key; collected
# often, a millisecond or two of many.

YOUNG = 2_000  # objects made between two collections of the youngest: about two milliseconds each
MIDDLE = 6
"""Collections of the youngest between two of the middle generation: three milliseconds each."""
NEVER = 1_000_000
EVERY = 2.0  # seconds between two checks whether to collect everything
IDLE = 3.0  # seconds without a key after which everything is collected
WORTH = 6  # collections of the middle generation after which a full one is worth the time
MUCH = 24  # and after which it is made while somebody types: ten milliseconds, for five megabytes


def collect_garbage(app: App[Any], keyboard: Keyboard) -> None:
    """Collect garbage in small steps, and all of it now and then; release unused memory."""
    if not app.is_headless:  # `launch` put all of it off until now
        gc.freeze()  # what the start made stays
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
    """Return to the system what the C library keeps for later, where that is glibc."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
