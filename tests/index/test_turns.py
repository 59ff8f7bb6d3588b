"""Work on a vault is done by one thread at a time, and once for all who asked before it began."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from notekeep.index.turns import Turns
from tests.support.threads import PATIENCE, Asked, until

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

MANY = 8


class Work:
    """Work that goes on until it is let go, and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.most_at_once = 0
        self.go_on = threading.Event()
        self._at_once = 0

    def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        assert self.go_on.wait(PATIENCE)
        self._at_once -= 1
        return number


def test_those_who_ask_while_it_is_going_on_share_the_next(threads: ThreadPoolExecutor) -> None:
    turns, work, asked = Turns(), Work(), Asked()
    first = threads.submit(turns.take, asked, work)
    until(lambda: work.begun == 1)
    later = [threads.submit(turns.take, asked, work) for _ in range(MANY)]
    until(lambda: len(asked.by) == 1 + MANY)
    work.go_on.set()
    assert first.result(PATIENCE) == 1
    assert [one.result(PATIENCE) for one in later] == [2] * MANY
    assert turns.take(asked, work) == 3


def test_other_work_waits_for_its_turn(threads: ThreadPoolExecutor) -> None:
    turns, work = Turns(), Work()
    all_asked = [Asked() for _ in range(MANY)]
    done = [threads.submit(turns.take, asked, work) for asked in all_asked]
    until(lambda: all(asked.by for asked in all_asked))
    work.go_on.set()
    assert sorted(one.result(PATIENCE) for one in done) == [*range(1, MANY + 1)]
    assert work.most_at_once == 1


def test_what_goes_wrong_is_told_to_all_who_asked(threads: ThreadPoolExecutor) -> None:
    turns, work, asked = Turns(), Work(), Asked()

    def fail() -> None:
        raise ValueError("no space left")

    before = threads.submit(turns.take, "else", work)
    until(lambda: work.begun == 1)
    done = [threads.submit(turns.take, asked, fail) for _ in range(MANY)]
    until(lambda: len(asked.by) == MANY)
    work.go_on.set()
    before.result(PATIENCE)
    for one in done:
        with pytest.raises(ValueError, match="no space left"):
            one.result(PATIENCE)
    assert turns.take(asked, lambda: "space") == "space"


def test_who_gives_up_leaves_it_to_the_others(threads: ThreadPoolExecutor) -> None:
    turns, work, asked = Turns(), Work(), Asked()

    class Left(BaseException):
        pass

    def leave() -> str:
        raise Left

    before = threads.submit(turns.take, "else", work)
    until(lambda: work.begun == 1)
    leaving = threads.submit(turns.take, asked, leave)
    until(lambda: len(asked.by) == 1)
    staying = threads.submit(turns.take, asked, lambda: "done")
    until(lambda: len(asked.by) == 2)
    work.go_on.set()
    before.result(PATIENCE)
    with pytest.raises(Left):
        leaving.result(PATIENCE)
    assert staying.result(PATIENCE) == "done"
