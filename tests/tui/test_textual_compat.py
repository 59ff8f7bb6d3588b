"""Each entry of `textual_compat` does what it says, and draws what Textual would draw."""

from __future__ import annotations

import asyncio
import gc
import platform
import re
import sys
import threading
import time
import weakref
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.app import App
from textual.events import Event, Key
from textual.widget import Widget

from notekeep import background
from notekeep.background import yield_to_ui
from notekeep.tui import textual_compat
from notekeep.tui.keyboard import Keyboard
from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.textual_compat import (
    LONGEST,
    SLEEP_SECONDS,
    SWITCH_INTERVAL,
    WORK_SECONDS,
    EventLoopGate,
    FramePacer,
    PacedScreen,
    release_memory,
    run_app,
)
from notekeep.tui.widgets.line_view import ListView
from tests.support.screens import unpainted, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.app import ComposeResult
    from textual.screen import Screen

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

# Frame pacing.

NEVER = 3_600.0
"""Seconds between two frames: whoever waits for the next is not painted."""


class Rows(ListView[object]):
    """A few rows, and what is said in them."""

    says = "row"

    def row_count(self) -> int:
        return 9

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        del width
        return [[Piece(f"{self.says} {row}")]]


class Rowed(PacedScreen[None]):
    """A screen of rows."""

    def compose(self) -> ComposeResult:
        yield Rows()


class Program(App[None]):
    """A program that notes each paint."""

    last_paint = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.paints: list[float] = []
        self.keyboard = Keyboard(self, super().on_event)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and not event.is_forwarded:
            await self.keyboard.receive(event)
        else:
            await super().on_event(event)

    def get_default_screen(self) -> Screen[None]:
        return Rowed()

    def post_display_hook(self) -> None:
        self.paints.append(time.monotonic())

    def press(self, name: str) -> None:
        """Press a key."""
        event = Key(name, None)
        event.set_sender(self)
        self.post_message(event)


async def hold_frames(app: Program, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Wait for the first frame, and have the next come in an hour."""
    rows = app.screen.query_one(Rows)
    rows.focus()
    await unpainted(lambda: rows.has_focus and rows.size.height and not is_dirty(app))
    monkeypatch.setattr(textual_compat, "UPDATE_PERIOD", NEVER)
    app.last_paint = time.monotonic()
    app.paints.clear()
    return rows


def is_dirty(app: Program) -> bool:
    """Tell whether something is left to be painted."""
    screen = app.screen
    return bool(
        screen._dirty_widgets
        or screen._layout_required
        or any(widget._repaint_required for widget in screen.walk_children(Widget))
    )


def is_painted(app: Program, rows: Rows, row: int) -> bool:
    """Tell whether the cursor is on a row, and seen there."""
    return rows.cursor == row and bool(app.paints) and not is_dirty(app)


async def test_a_key_right_after_a_paint_waits_for_no_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Program()
    async with app.run_test():
        rows = await hold_frames(app, monkeypatch)
        for name, row in (("down", 1), ("down", 2), ("down", 3), ("up", 2)):
            app.paints.clear()
            app.press(name)
            await unpainted(partial(is_painted, app, rows, row))


async def test_what_no_key_asked_for_is_painted_with_the_next_frame_and_no_sooner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Program()
    async with app.run_test():
        rows = await hold_frames(app, monkeypatch)
        rows.lines_changed()
        await unpainted(app.screen._update_timer._active.is_set)
        await asyncio.sleep(0)
        assert not app.paints
        # The key that comes is painted at once, and that with it.
        app.press("down")
        await unpainted(lambda: app.paints and not is_dirty(app))
        rows.lines_changed()
        app.keyboard.last_key = 0.0
        app.paints.clear()
        monkeypatch.setattr(textual_compat, "UPDATE_PERIOD", 0.05)
        await unpainted(lambda: app.paints and not is_dirty(app))
        assert app.paints[0] - app.last_paint < NEVER


async def test_a_program_that_ends_is_not_held_up_by_what_is_to_be_painted() -> None:
    ticks = 0
    ticked = asyncio.Event()

    class Ending(FramePacer):
        async def _tick(self, *, next_timer: float, count: int) -> None:
            """Paint nothing, as Textual does when the program ends."""
            nonlocal ticks
            del next_timer, count
            ticks += 1
            ticked.set()
            if ticks > 1:
                raise asyncio.CancelledError  # else the failing test would hang

    async with Program().run_test() as pilot:
        timer = Ending(pilot.app.screen, lambda: None)
        timer._start()
        timer.resume()
        await ticked.wait()
        await asyncio.sleep(0)
        timer.stop()
    assert ticks == 1


# Background work that yields to keys.

LIMIT = 30.0


class _Program(App[float]):
    """Does what `body` says, and returns what that returns."""

    async def on_mount(self) -> None:
        self.exit(await self.body())

    async def body(self) -> float:
        raise NotImplementedError


class _Busy(_Program):
    """Works for a moment without giving the loop back, while a thread counts its steps.

    Returns how many it took meanwhile, without those after which it had waited for LONGEST.
    """

    seconds = LONGEST / 2

    async def body(self) -> float:
        self.steps, self.ends = 0, threading.Event()
        thread = threading.Thread(target=self._count, daemon=True)
        thread.start()
        await self._stepped(0)
        before, end = self.steps, time.perf_counter() + self.seconds
        while time.perf_counter() < end:
            sum(range(1000))
        met = self.steps - before
        waits = int((time.perf_counter() - end + self.seconds) / LONGEST)
        await self._stepped(before + met)
        self.ends.set()
        thread.join(LIMIT)
        return float(met - waits)

    async def _stepped(self, steps: int) -> None:
        """Let the thread go on until it has taken more steps than that."""
        while self.steps <= steps:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.001)

    def _count(self) -> None:
        while not self.ends.is_set():
            yield_to_ui()
            self.steps += 1


def test_a_thread_takes_no_step_while_the_loop_works_and_goes_on_after_it() -> None:
    met = run_app(_Busy(), headless=True)
    # That in which it was when the loop began.
    assert met is not None
    assert met <= 1


class _Endless(_Busy):
    """Works until the thread has waited for LONGEST several times."""

    async def body(self) -> float:
        self.steps, self.ends = 0, threading.Event()
        threading.Thread(target=self._count, daemon=True).start()
        end = time.perf_counter() + LIMIT
        while self.steps < 3 and time.perf_counter() < end:
            sum(range(1000))
        self.ends.set()
        return float(self.steps)


def test_a_thread_is_not_held_up_for_ever() -> None:
    assert run_app(_Endless(), headless=True) == 3


def test_a_thread_that_reads_habits_does_not_make_the_interface_wait_for_them(vault: Vault) -> None:
    waits: list[str] = []
    background.set_yield_wait(lambda: waits.append(threading.current_thread().name))
    try:
        thread = threading.Thread(target=vault.habits.views)
        thread.start()
        thread.join(LIMIT)
    finally:
        background.set_yield_wait(None)
    assert waits == []


class _Itself(_Program):
    async def body(self) -> float:
        begun = time.perf_counter()
        for _ in range(1000):
            yield_to_ui()
        return time.perf_counter() - begun


def test_the_loop_never_waits_for_itself() -> None:
    took = run_app(_Itself(), headless=True)
    assert took is not None
    assert took < LONGEST * 1000


class _Turn(_Program):
    async def body(self) -> float:
        return sys.getswitchinterval()


def test_turns_are_short_while_the_interface_runs_and_as_before_after_it() -> None:
    before = sys.getswitchinterval()
    assert run_app(_Turn(), headless=True) == pytest.approx(SWITCH_INTERVAL)
    assert sys.getswitchinterval() == before
    yield_to_ui()  # nothing to wait for any more


def test_a_thread_takes_a_breath_now_and_then_so_that_two_do_not_keep_the_lock_to_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = EventLoopGate()
    breaths: list[float] = []
    monkeypatch.setattr(time, "sleep", breaths.append)

    def work() -> None:
        end = time.perf_counter() + WORK_SECONDS * 20
        while time.perf_counter() < end:
            gate.wait()

    with gate:
        gate.open.set()
        work()  # the thread of the loop takes none
        assert breaths == []
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(LIMIT)
    assert 1 <= len(breaths) <= 21
    assert set(breaths) == {SLEEP_SECONDS}


def test_a_large_dictionary_goes_piece_by_piece_while_an_interface_is_in_front() -> None:
    left: list[int] = []
    held = dict.fromkeys(range(10 * background.CHUNK))
    background.clear_in_chunks(held)
    assert len(held) == 10 * background.CHUNK, "with nobody waiting Python frees it quicker"
    background.set_yield_wait(lambda: left.append(len(held)))
    try:
        background.clear_in_chunks(held)
    finally:
        background.set_yield_wait(None)
    assert left == [background.CHUNK * pieces for pieces in range(9, -1, -1)]


# When garbage is collected.

TEXTS = 60_000
LONG = 1000
"""Bytes of a text: more than Python's own heap takes, which returns what is free by itself."""


def own_memory() -> int:
    found = re.search(r"RssAnon:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found
    return int(found[1]) * 1024


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries return it or not")
def test_what_a_thread_let_go_is_given_back_also_below_what_it_kept() -> None:
    kept: list[bytes] = []

    def work() -> None:
        texts = [bytes(LONG) for _ in range(TEXTS)]
        kept.append(texts[-1])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    before = own_memory()
    release_memory()
    assert before - own_memory() > TEXTS * LONG / 2
    assert kept


def is_gone(it: weakref.ref[Ring]) -> bool:
    return it() is None


class Ring:
    """Something that holds itself, as what Textual makes for a frame does."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def only_when_idle() -> Iterator[None]:
    """Let nothing be looked through but what is under test; afterwards all as before."""
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("only_when_idle")
async def test_what_nothing_uses_goes_in_a_pause(
    make_app: Callable[[str], NotekeepApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textual_compat, "EVERY", 0.01)
    monkeypatch.setattr(textual_compat, "WORTH", 0)
    app = make_app("browse")
    async with app.run_test() as pilot:
        monkeypatch.setattr(textual_compat, "IDLE", 0.0)
        for _ in range(2):
            ring = Ring()
            gone = weakref.ref(ring)
            del ring
            await until(pilot, partial(is_gone, gone))
