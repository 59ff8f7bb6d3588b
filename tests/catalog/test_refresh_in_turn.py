"""Threads of one program refresh the index of a vault one after the other, not all at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from notekeep.query.tree import Term
from notekeep.search.whoosh_index import WhooshIndex
from tests.support.waiting import TIMEOUT_SECONDS, until

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from notekeep.errors import Problem
    from notekeep.storage.content import OutsideVersion
    from tests.catalog.conftest import Vault

MANY = 5


class Watched:
    """Sees every changed note that is read, and stops there until it is let go."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.go_on = threading.Event()

    def __call__(self, met: list[OutsideVersion]) -> list[Problem]:
        self.read += [seen.path for seen in met]
        assert self.go_on.wait(TIMEOUT_SECONDS)
        return []


class SlowWords(WhooshIndex):
    """A full text whose next update goes on until it is let go."""

    held: tuple[threading.Event, threading.Event] | None = None

    def hold(self) -> tuple[threading.Event, threading.Event]:
        """Return what says that it has begun, and what lets it go on."""
        self.held = threading.Event(), threading.Event()
        return self.held

    def update(self, *given: Any, **more: Any) -> None:
        held, self.held = self.held, None
        if held is not None:
            held[0].set()
            assert held[1].wait(TIMEOUT_SECONDS)
        super().update(*given, **more)


def test_a_changed_note_is_read_once_however_many_ask(
    vault: Vault, threads: ThreadPoolExecutor
) -> None:
    vault.write("a.md", "apple")
    vault.refresh()
    vault.write("a.md", "apricot")
    watched = Watched()
    indexer = vault.indexer(keep=watched)
    found = [threads.submit(indexer.refresh) for _ in range(MANY)]
    until(lambda: watched.read == ["a.md"])
    watched.go_on.set()
    assert sum(one.result(TIMEOUT_SECONDS).indexed for one in found) == 1
    assert watched.read == ["a.md"]


def test_a_change_made_before_it_was_asked_is_seen_though_another_is_at_it(
    vault: Vault, threads: ThreadPoolExecutor
) -> None:
    vault.write("a.md", "apple")
    vault.refresh()
    vault.write("a.md", "apricot")
    watched = Watched()
    indexer = vault.indexer(keep=watched)
    first = threads.submit(indexer.refresh)
    until(lambda: bool(watched.read))
    vault.write("b.md", "banana")  # its sweep has passed by
    second = threads.submit(indexer.refresh)
    watched.go_on.set()
    assert first.result(TIMEOUT_SECONDS).changes.added == {}
    assert [*second.result(TIMEOUT_SECONDS).changes.added] == ["b.md"]
    assert vault.ls() == ["a", "b"]


def test_a_saved_note_is_in_lists_while_the_words_are_written(
    vault: Vault, threads: ThreadPoolExecutor
) -> None:
    words = SlowWords(vault.cache / "words", "en")
    indexer = vault.indexer(words)
    vault.write("a.md", "apple")
    indexer.refresh()
    begun, go_on = words.hold()
    vault.write("b.md", "banana")
    writing = threads.submit(indexer.refresh)
    assert begun.wait(TIMEOUT_SECONDS)
    vault.write("c.md", "cherry")
    assert indexer.refresh(words=False).indexed == 1
    assert vault.ls() == ["a", "b", "c"]
    both = threads.submit(indexer.refresh)
    go_on.set()
    writing.result(TIMEOUT_SECONDS)
    assert both.result(TIMEOUT_SECONDS).pending_words == 0
    assert set(words.scores(Term("cherry"))) == {"c.md"}
    words.close()


def test_what_was_read_before_a_newer_refresh_is_not_what_the_words_get(
    vault: Vault, threads: ThreadPoolExecutor
) -> None:
    """It is read, waits for the words, and meanwhile the note is another."""
    words = SlowWords(vault.cache / "words", "en")
    indexer = vault.indexer(words)
    vault.write("a.md", "apple")
    indexer.refresh()
    begun, go_on = words.hold()
    vault.write("b.md", "damson")
    writing = threads.submit(indexer.refresh)
    assert begun.wait(TIMEOUT_SECONDS)
    vault.write("a.md", "banana")
    slow = threads.submit(indexer.refresh)
    until(lambda: "a.md" in vault.catalog.dirty())
    vault.write("a.md", "cherry")
    indexer.refresh(words=False)
    go_on.set()
    writing.result(TIMEOUT_SECONDS)
    slow.result(TIMEOUT_SECONDS)
    assert set(words.scores(Term("cherry"))) == {"a.md"}
    assert words.scores(Term("banana")) == {}
    words.close()
