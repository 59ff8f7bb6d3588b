"""The catalog's file: what SQLite is told so that it answers fast."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from notekeep.catalog import database
from notekeep.catalog.indexer import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.catalog.conftest import Vault


def plan(vault: Vault, query: str) -> str:
    """How SQLite goes about a question."""
    where = vault.catalog.where(vault.query(query).root)
    steps = vault.catalog.ask(
        f"EXPLAIN QUERY PLAN SELECT path FROM notes WHERE {where.sql}", where.values
    )
    return "\n".join(str(step[3]) for step in steps)


def test_in_a_vault_of_many_notes_a_tag_is_not_looked_for_in_all_of_them(vault: Vault) -> None:
    for number in range(BATCH + 100):
        vault.write(f"{number}.md", f"#tag{number}\n")
    vault.refresh()
    assert "SEARCH notes USING INTEGER PRIMARY KEY" in plan(vault, "#tag7")
    assert vault.ls("#tag7") == ["7"]


def test_notes_that_a_fact_finds_are_those_of_the_catalog_as_it_is(vault: Vault) -> None:
    vault.write("a.md", "#tool\n")
    vault.refresh()
    tool = vault.query("#tool").root
    assert vault.catalog.paths(tool) == {"a.md"}
    vault.write("b.md", "#tool\n")
    vault.refresh()
    assert vault.catalog.paths(tool) == {"a.md", "b.md"}
    vault.catalog.clear()
    assert vault.catalog.paths(tool) == frozenset()
    vault.refresh()
    assert vault.catalog.paths(tool) == {"a.md", "b.md"}


def test_what_sqlite_keeps_for_itself_is_not_among_the_tables(vault: Vault) -> None:
    vault.write("a.md", "x")
    vault.refresh()
    before = vault.catalog.sql(".tables")
    vault.catalog.analyze()
    assert vault.catalog.sql(".tables") == before


def test_a_long_question_of_a_thread_holds_up_no_question_of_the_main_one(vault: Vault) -> None:
    vault.write("a.md", "x")
    vault.refresh()
    asks, may_end = threading.Event(), threading.Event()

    def slowly(found: Iterator[Any]) -> list[Any]:
        asks.set()
        assert may_end.wait(30), "the main thread waited for this one"
        return list(found)

    thread = threading.Thread(
        target=vault.catalog.collect, args=(slowly, "SELECT path FROM notes"), daemon=True
    )
    thread.start()
    assert asks.wait(30)
    assert vault.ls("") == ["a"]
    may_end.set()
    thread.join(30)
    assert not thread.is_alive()


def test_what_one_thread_sets_aside_no_other_goes_on_reading(vault: Vault) -> None:
    vault.write("a.md", "x")
    vault.refresh()
    found: list[set[str]] = []

    def ask_in_a_thread() -> None:
        thread = threading.Thread(target=lambda: found.append(set(vault.catalog.paths(None))))
        thread.start()
        thread.join(30)

    ask_in_a_thread()
    vault.catalog.clear()
    ask_in_a_thread()
    vault.refresh()
    ask_in_a_thread()
    assert found == [{"a.md"}, set(), {"a.md"}]


def test_who_opens_the_file_while_it_is_set_aside_does_not_go_on_reading_it(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.write("a.md", "x")
    vault.refresh()
    found: list[set[str]] = []
    set_aside = database.set_aside

    def ask_in_a_thread() -> None:
        thread = threading.Thread(target=lambda: found.append(set(vault.catalog.paths(None))))
        thread.start()
        thread.join(30)

    def meanwhile(folder: str, inode: int) -> None:
        ask_in_a_thread()
        set_aside(folder, inode)

    ask_in_a_thread()
    monkeypatch.setattr(database, "set_aside", meanwhile)
    vault.catalog.clear()
    ask_in_a_thread()
    assert found == [{"a.md"}, {"a.md"}, set()]
