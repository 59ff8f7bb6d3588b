"""What a session let go is given back to the system, and not kept by each thread for itself."""

from __future__ import annotations

import gc
import platform
import re
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.tui import collecting
from notekeep.tui.collecting import give_back
from tests.support.screens import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notekeep.tui.app import NotekeepApp

pytestmark = pytest.mark.slow

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
    give_back()
    assert before - own_memory() > TEXTS * LONG / 2
    assert kept


HEAPS = """
import ctypes, sys, threading
from notekeep.tui.collecting import share_heaps

if sys.argv[1] == "share":
    share_heaps()
go_on = threading.Event()
has_asked = threading.Barrier(9)

def ask():
    kept = [bytearray(1000) for _ in range(1000)]
    has_asked.wait(30)
    go_on.wait(30)

for _ in range(8):
    threading.Thread(target=ask).start()
has_asked.wait(30)
sys.stdout.flush()
c = ctypes.CDLL(None)
c.malloc_info(0, ctypes.c_void_p.in_dll(c, "stdout"))
c.fflush(None)
go_on.set()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries share them or not")
def test_threads_have_no_heaps_of_their_own() -> None:
    """In another process: what is said to the C library holds until it ends."""

    def heaps(said: str) -> int:
        told = subprocess.run(
            [sys.executable, "-c", HEAPS, said], capture_output=True, text=True, check=True
        )
        return told.stdout.count("<heap ")

    assert heaps("share") == 1
    assert heaps("leave") > 1


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
async def test_what_nothing_uses_goes_in_a_pause_and_at_the_latest_when_the_person_is_away(
    make_app: Callable[[str], NotekeepApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "EVERY", 0.01)
    monkeypatch.setattr(collecting, "WORTH", 0)
    app = make_app("browse")
    async with app.run_test() as pilot:
        monkeypatch.setattr(collecting, "IDLE", 0.0)
        old, new = Ring(), Ring()
        kept, gone = weakref.ref(old), weakref.ref(new)
        del new
        await until(pilot, lambda: gone() is None)
        del old
        # What a pause left alone is not looked through in the next ones.
        new = Ring()
        gone = weakref.ref(new)
        del new
        await until(pilot, lambda: gone() is None)
        assert kept() is not None
        monkeypatch.setattr(collecting, "AWAY", 0.0)
        await until(pilot, lambda: kept() is None)
