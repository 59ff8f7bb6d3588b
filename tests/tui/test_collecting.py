"""What a session let go is given back to the system."""

from __future__ import annotations

import platform
import re
import threading
from pathlib import Path

import pytest

from notekeep.tui.collecting import give_back

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
