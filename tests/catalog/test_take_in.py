"""What was just saved is found at once, and nothing that is in the way of that delays an answer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.indexer import SOON_BYTES
from notekeep.search.whoosh_index import WhooshIndex
from notekeep.services.indexing import SAVED_NOTES
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

HELD_UP = 4.0
"""Seconds; less than anybody waits for a catalog or a words index that another is writing."""


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """Thirty notes that are all in the index."""
    root = tmp_path / "vault"
    root.mkdir()
    for number in range(30):
        (root / f"{number}.md").write_text(f"# Note {number}\n\na lever\n", "utf-8")
    opened = Vault.open(root)
    opened.indexing.refresh()
    yield opened
    opened.full_text.close()
    opened.catalog.close()


def save(vault: Vault, word: str, *numbers: int, more: str = "") -> None:
    """Save notes as the interface does: the catalog knows of it, the full text not yet."""
    for number in numbers:
        Path(vault.root, f"{number}.md").write_text(f"# Note {number}\n\n{word}\n{more}", "utf-8")
    vault.indexing.refresh(words=False)
    assert len(vault.catalog.dirty()) == len(numbers)


def found(vault: Vault, word: str) -> set[str]:
    return {hit.row.path for hit in vault.search.search(word, relax=False).hits}


def test_a_saved_note_is_found_by_the_next_question(vault: Vault) -> None:
    save(vault, "wedge", 3)
    assert found(vault, "wedge") == {"3.md"}
    assert "3.md" not in found(vault, "lever")
    assert not vault.catalog.dirty()


def test_a_note_that_is_gone_is_not_found(vault: Vault) -> None:
    Path(vault.root, "3.md").unlink()
    vault.indexing.refresh(words=False)
    assert "3.md" not in found(vault, "lever")
    assert vault.full_text.count == 29


def test_many_are_left_for_a_quiet_moment(vault: Vault) -> None:
    save(vault, "wedge", *range(SAVED_NOTES + 1))
    assert found(vault, "wedge") == set()
    assert len(vault.catalog.dirty()) == SAVED_NOTES + 1
    vault.indexing.refresh()
    assert len(found(vault, "wedge")) == SAVED_NOTES + 1


def test_large_ones_are_left_too(vault: Vault) -> None:
    save(vault, "wedge", 3, more="pulley\n" * (SOON_BYTES // 7))
    before = vault.full_text.generation
    assert found(vault, "wedge") == set()
    assert vault.full_text.generation == before
    vault.indexing.refresh()
    assert found(vault, "wedge") == {"3.md"}


def test_while_another_writes_the_words_the_answer_does_not_wait(vault: Vault) -> None:
    save(vault, "wedge", 3)
    other = WhooshIndex(vault.full_text.folder, "en")
    with other._folder.lock():
        start = time.monotonic()
        assert found(vault, "wedge") == set()
        assert len(found(vault, "note")) == 20
        assert time.monotonic() - start < HELD_UP
    assert found(vault, "wedge") == {"3.md"}


def test_while_another_writes_the_catalog_the_answer_does_not_wait(vault: Vault) -> None:
    """And the words are left alone: taken in without the catalog, they would be at every key."""
    save(vault, "wedge", 3)
    before = vault.full_text.generation
    with vault.catalog.writing():
        start = time.monotonic()
        assert found(vault, "wedge") == set()
        assert time.monotonic() - start < HELD_UP
        assert vault.full_text.generation == before
    assert found(vault, "wedge") == {"3.md"}


def test_where_nothing_can_be_written_the_question_is_answered(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(vault, "wedge", 3)

    def full(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("notekeep.search.whoosh_index.record_words", full)
    assert found(vault, "wedge") == set()
    assert len(found(vault, "lever")) == 20
    monkeypatch.undo()
    assert found(vault, "wedge") == {"3.md"}


def test_an_index_that_is_another_catalogs_is_left_alone(vault: Vault) -> None:
    save(vault, "wedge", 3)
    vault.full_text.update([], [], vault.catalog.generation + 1000)
    assert found(vault, "wedge") == set()
    vault.indexing.refresh()
    assert found(vault, "wedge") == {"3.md"}
