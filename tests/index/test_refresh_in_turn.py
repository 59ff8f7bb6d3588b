"""Threads of one program refresh the index of a vault one after the other, not all at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from notekeep.index.turns import InTurn
from notekeep.index.words import Words
from notekeep.query.tree import Term
from tests.support.threads import PATIENCE, Asked, Held, until

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from notekeep.files.outside import Seen
    from notekeep.markdown.problem import Problem
    from tests.index.conftest import Vault

MANY = 5


class Asking(Asked):
    """A progress that tells which threads have asked with it."""

    def __call__(self, done: int, total: int) -> None:
        """Nobody looks at it."""


class Watched:
    """Sees every changed note that is read, and stops there until it is let go."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.go_on = threading.Event()

    def __call__(self, met: list[Seen]) -> list[Problem]:
        self.read += [seen.path for seen in met]
        assert self.go_on.wait(PATIENCE)
        return []


def test_a_changed_note_is_read_once_however_many_ask(
    vault: Vault, threads: ThreadPoolExecutor
) -> None:
    vault.write("a.md", "apple")
    vault.refresh()
    vault.write("a.md", "apricot")
    turns, asking, watched = InTurn(), Asking(), Watched()

    def ask() -> int:
        return vault.refresh(in_turn=turns, keep=watched, progress=asking).indexed

    found = [threads.submit(ask) for _ in range(MANY)]
    until(lambda: watched.read == ["a.md"] and len(asking.by) == MANY)
    watched.go_on.set()
    assert max(one.result(PATIENCE) for one in found) == 1
    assert watched.read == ["a.md"]


def test_a_change_made_before_it_was_asked_is_seen_though_another_is_at_it(
    vault: Vault, threads: ThreadPoolExecutor
) -> None:
    vault.write("a.md", "apple")
    vault.refresh()
    vault.write("a.md", "apricot")
    turns, watched, asking = InTurn(), Watched(), Asking()
    first = threads.submit(vault.refresh, in_turn=turns, keep=watched, progress=asking)
    until(lambda: bool(watched.read))
    vault.write("b.md", "banana")  # its sweep has passed by
    second = threads.submit(vault.refresh, in_turn=turns, keep=watched, progress=asking)
    until(lambda: len(asking.by) == 2)
    watched.go_on.set()
    assert first.result(PATIENCE).changes.added == {}
    assert [*second.result(PATIENCE).changes.added] == ["b.md"]
    assert vault.ls() == ["a", "b"]


def test_a_saved_note_is_in_lists_while_the_words_are_written(
    vault: Vault, threads: ThreadPoolExecutor
) -> None:
    vault.write("a.md", "apple")
    words = Words(vault.cache / "words", "en")
    turns, write_long = InTurn(), Held()
    vault.refresh(in_turn=turns, words=words)
    writing = threads.submit(turns.words.take, "long", write_long)
    assert write_long.begun.wait(PATIENCE)
    vault.write("b.md", "banana")
    assert vault.refresh(in_turn=turns).indexed == 1
    assert vault.ls() == ["a", "b"]
    both = threads.submit(vault.refresh, in_turn=turns, words=words)
    write_long.go_on.set()
    writing.result(PATIENCE)
    assert both.result(PATIENCE).pending_words == 0
    assert set(words.scores(Term("banana"))) == {"b.md"}
    words.close()


def test_what_was_read_before_a_newer_refresh_is_not_what_the_words_get(
    vault: Vault, threads: ThreadPoolExecutor
) -> None:
    """It is read, waits for the words, and meanwhile the note is another."""
    vault.write("a.md", "apple")
    words = Words(vault.cache / "words", "en")
    turns, write_long = InTurn(), Held()
    vault.refresh(in_turn=turns, words=words)
    writing = threads.submit(turns.words.take, "long", write_long)
    assert write_long.begun.wait(PATIENCE)
    vault.write("a.md", "banana")
    slow = threads.submit(vault.refresh, in_turn=turns, words=words)
    until(lambda: bool(vault.catalog.dirty()))
    vault.write("a.md", "cherry")
    vault.refresh(in_turn=turns)
    write_long.go_on.set()
    writing.result(PATIENCE)
    slow.result(PATIENCE)
    assert set(words.scores(Term("cherry"))) == {"a.md"}
    assert words.scores(Term("banana")) == {}
    words.close()
