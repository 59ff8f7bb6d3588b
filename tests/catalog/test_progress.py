"""How far a long work is: no promise before there is a ground for one."""

from __future__ import annotations

from notekeep.catalog.indexing_process import Progress


def test_the_time_left_is_said_after_two_seconds() -> None:
    now = 100.0
    progress = Progress(now=lambda: now)
    assert progress.describe(0, 10_000) == "0 of 10000 notes"
    now = 101.0
    assert progress.describe(400, 10_000) == "400 of 10000 notes"
    now = 104.0
    assert progress.describe(1000, 10_000) == "1000 of 10000 notes, 250 a second, 36 s left"
    now = 105.0
    assert progress.describe(10_000, 10_000) == "10000 of 10000 notes, 2000 a second, 1 s left"


def test_what_was_done_before_is_no_pace() -> None:
    now = 0.0
    progress = Progress(lambda number: f"<{number}>", now=lambda: now)
    progress.describe(5000, 10_000)
    now = 10.0
    assert progress.describe(5100, 10_000) == "<5100> of <10000> notes, <10> a second, 8 min left"
