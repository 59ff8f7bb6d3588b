"""Changes that `stat` hides are found by reading one file of a hundred a day, each in its turn."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.indexer import CHECK_DAYS, DailyCheck
from notekeep.search.whoosh_index import WhooshIndex
from notekeep.storage.scan import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.catalog.conftest import Vault

DAY = 86_400


def test_each_file_has_its_turn_once_in_a_hundred_days() -> None:
    paths = [f"notes/{number} é\udcff.md" for number in range(500)]
    read: list[str] = []
    mark = DailyCheck(None, now=0).mark
    for day in range(1, CHECK_DAYS + 1):
        check = DailyCheck(mark, now=day * DAY)
        assert check.is_due
        read += check.of(paths)
        mark = check.mark
        assert not DailyCheck(mark, now=day * DAY + 3600).is_due
    assert sorted(read) == sorted(paths)


def test_a_new_index_waits_for_the_next_day() -> None:
    check = DailyCheck(None, now=5 * DAY)
    assert not check.is_due
    assert DailyCheck(check.mark, now=6 * DAY).is_due


def test_a_clock_that_was_set_back_skips_no_file() -> None:
    check = DailyCheck(DailyCheck("10:4", now=11 * DAY).mark, now=3 * DAY)
    assert (check.is_due, check.mark) == (True, "3:6")


@pytest.fixture
def hidden(vault: Vault) -> Vault:
    """A vault in which a note changed and `stat` says that it did not."""
    vault.write("a.md", "one")
    vault.write("b.md", "one")
    vault.refresh()
    vault.write("a.md", "two #x")
    stat = os.stat(vault.root / "a.md")
    known = Fingerprint._make(vault.catalog.marks()["a.md"])
    with vault.catalog.writing() as writer:
        mark = known._replace(
            size=stat.st_size,
            mtime_ns=stat.st_mtime_ns,
            ctime_ns=stat.st_ctime_ns,
            inode=stat.st_ino,
        )
        writer.touch({"a.md": mark})
    return vault


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let so many days pass since the test began."""
    began = time.time()

    def set_clock(days: int) -> None:
        monkeypatch.setattr("time.time", lambda: began + days * DAY)

    return set_clock


def test_a_hidden_change_is_found_when_the_file_has_its_turn(
    hidden: Vault, after: Callable[[int], None]
) -> None:
    words = WhooshIndex(hidden.cache / "words")
    assert hidden.refresh(words=words).indexed == 0
    indexed = []
    for days in range(1, CHECK_DAYS + 1):
        after(days)
        indexed.append(hidden.refresh(words=words).indexed)
    assert sum(indexed) == 1
    assert hidden.ls("#x") == ["a"]
    words.close()


def test_an_answer_and_a_refresh_after_a_change_read_no_deeper(
    hidden: Vault, after: Callable[[int], None]
) -> None:
    words = WhooshIndex(hidden.cache / "words")
    for days in range(1, CHECK_DAYS + 1):
        after(days)
        assert hidden.refresh().indexed == 0
        assert hidden.refresh(words=words, budget=500).indexed == 0
    words.close()
