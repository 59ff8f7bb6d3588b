"""The loop that the interface runs on: threads in the background let it go first."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import pytest
from textual.app import App

from notekeep import giving_way
from notekeep.giving_way import give_way
from notekeep.tui.loop import BREATH, LONGEST, SPELL, TURN, Gate, run

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
            give_way()
            self.steps += 1


def test_a_thread_takes_no_step_while_the_loop_works_and_goes_on_after_it() -> None:
    met = run(_Busy(), headless=True)
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
    assert run(_Endless(), headless=True) == 3


class _Itself(_Program):
    async def body(self) -> float:
        begun = time.perf_counter()
        for _ in range(1000):
            give_way()
        return time.perf_counter() - begun


def test_the_loop_never_waits_for_itself() -> None:
    took = run(_Itself(), headless=True)
    assert took is not None
    assert took < LONGEST * 1000


class _Turn(_Program):
    async def body(self) -> float:
        return sys.getswitchinterval()


def test_turns_are_short_while_the_interface_runs_and_as_before_after_it() -> None:
    before = sys.getswitchinterval()
    assert run(_Turn(), headless=True) == pytest.approx(TURN)
    assert sys.getswitchinterval() == before
    give_way()  # nothing to wait for any more


def test_a_thread_takes_a_breath_now_and_then_so_that_two_do_not_keep_the_lock_to_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()
    breaths: list[float] = []
    monkeypatch.setattr(time, "sleep", breaths.append)

    def work() -> None:
        end = time.perf_counter() + SPELL * 20
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
    assert set(breaths) == {BREATH}


def test_a_large_dictionary_goes_piece_by_piece_while_an_interface_is_in_front() -> None:
    left: list[int] = []
    held = dict.fromkeys(range(10 * giving_way.PIECE))
    giving_way.let_go(held)
    assert len(held) == 10 * giving_way.PIECE, "with nobody waiting Python frees it quicker"
    giving_way.wait_with(lambda: left.append(len(held)))
    try:
        giving_way.let_go(held)
    finally:
        giving_way.wait_with(None)
    assert left == [giving_way.PIECE * pieces for pieces in range(9, -1, -1)]
