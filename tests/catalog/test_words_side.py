"""The words index follows the catalog, whatever happened in between."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import IndexBusy as Busy
from notekeep.query.tree import Term
from notekeep.search.whoosh_index import WhooshIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.catalog.conftest import Vault


@pytest.fixture
def words(vault: Vault) -> Iterator[WhooshIndex]:
    made = WhooshIndex(vault.cache / "words", "en")
    yield made
    made.close()


def found(words: WhooshIndex, word: str) -> set[str]:
    return {path.removesuffix(".md") for path in words.scores(Term(word))}


def test_a_refresh_without_words_remembers_what_they_lack(vault: Vault, words: WhooshIndex) -> None:
    vault.write("a.md", "apple")
    vault.write("b.md", "banana")
    assert vault.refresh().pending_words == 2
    assert words.generation is None
    assert vault.refresh(words=words).pending_words == 0
    assert found(words, "apple") == {"a"}
    vault.write("a.md", "cherry")
    vault.remove("b.md")
    vault.refresh(forget_missing=True)
    assert set(vault.catalog.dirty()) == {"a.md", "b.md"}
    vault.refresh(words=words)
    assert vault.catalog.dirty() == {}
    assert found(words, "cherry") == {"a"}
    assert found(words, "apple") == found(words, "banana") == set()


def test_templates_and_logs_are_no_words(vault: Vault, words: WhooshIndex) -> None:
    vault.write("templates/t.md", "apple")
    vault.write("habits/log/2026-11.x.md", "- 2026-11-01 apple: 1\n")
    vault.write("a.md", "apple")
    vault.refresh(words=words)
    assert found(words, "apple") == {"a"}


def test_a_deleted_words_index_is_built_again(vault: Vault, words: WhooshIndex) -> None:
    vault.write("a.md", "apple")
    vault.refresh(words=words)
    words.close()
    shutil.rmtree(words.folder)
    assert vault.refresh(words=words).pending_words == 0
    assert found(words, "apple") == {"a"}


def test_a_new_catalog_does_not_trust_the_words_of_the_old_one(
    vault: Vault, words: WhooshIndex
) -> None:
    vault.write("a.md", "apple")
    vault.write("b.md", "apple")
    vault.refresh(words=words)
    vault.catalog.clear()
    vault.remove("b.md")
    vault.refresh(words=words)
    assert found(words, "apple") == {"a"}


def test_words_from_the_future_are_built_again(vault: Vault, words: WhooshIndex) -> None:
    vault.write("a.md", "apple")
    vault.refresh(words=words)
    words.update([], ["a.md"], vault.catalog.generation + 1000)  # an index of another catalog
    assert found(words, "apple") == set()
    vault.refresh(words=words)
    assert found(words, "apple") == {"a"}


def test_words_that_fell_back_are_built_again(vault: Vault, words: WhooshIndex) -> None:
    vault.write("a.md", "apple")
    vault.refresh(words=words)
    kept = shutil.copytree(words.folder, vault.cache / "kept")
    vault.write("a.md", "banana")
    vault.refresh(words=words)
    words.close()
    shutil.rmtree(words.folder)
    shutil.move(kept, words.folder)  # restored from a backup, say
    vault.refresh(words=words)
    assert found(words, "banana") == {"a"}
    assert found(words, "apple") == set()


def test_a_crash_after_the_words_were_written_does_no_harm(
    vault: Vault, words: WhooshIndex
) -> None:
    vault.write("a.md", "apple")
    vault.refresh(words=words)
    vault.write("a.md", "banana")
    vault.refresh()
    dirty = vault.catalog.dirty()
    vault.refresh(words=words)
    with vault.catalog.writing() as writer:  # killed before it was noted that they are
        writer.connection.executemany("INSERT INTO dirty VALUES (?, ?)", dirty.items())
    vault.refresh(words=words)
    assert vault.catalog.dirty() == {}
    assert found(words, "banana") == {"a"}
    assert words.count == 1


def test_when_another_program_writes_words_they_stay_pending(
    vault: Vault, words: WhooshIndex
) -> None:
    vault.write("a.md", "apple")
    vault.refresh(words=words)
    vault.write("b.md", "apple")
    other = WhooshIndex(words.folder, "en")
    with other._folder.lock():
        assert vault.refresh(words=words).pending_words == 1
        with pytest.raises(Busy):
            words.update([], [], 1)
    assert vault.refresh(words=words).pending_words == 0
    assert found(words, "apple") == {"a", "b"}


def test_many_changes_build_the_words_anew(vault: Vault, words: WhooshIndex) -> None:
    for number in range(210):
        vault.write(f"{number}.md", f"apple number{number}")
    vault.refresh(words=words)
    for number in range(210):
        vault.write(f"{number}.md", f"banana number{number}")
    seen: list[tuple[int, int]] = []
    vault.refresh(words=words, progress=lambda done, total: seen.append((done, total)))
    assert len(found(words, "banana")) == 210
    assert found(words, "apple") == set()
    assert seen == sorted(seen)
    assert seen[0] == (70, 210)


def test_more_changes_than_the_budget_are_left_for_later(vault: Vault, words: WhooshIndex) -> None:
    for number in range(4):
        vault.write(f"{number}.md", "apple")
    vault.refresh(words=words)
    for number in range(4):
        vault.write(f"{number}.md", "banana")
    left = vault.refresh(words=words, words_budget=3)
    assert (left.pending_words, left.deferred) == (4, True)
    assert found(words, "banana") == set()
    taken = vault.refresh(words=words, words_budget=4)
    assert (taken.pending_words, taken.deferred) == (0, False)
    assert len(found(words, "banana")) == 4
