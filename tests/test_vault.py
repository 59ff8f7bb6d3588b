"""A vault opens what it consists of once, and only what is asked for."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotFound
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path


def test_a_vault_is_found_by_its_folder_and_named_by_it(sample: Path) -> None:
    vault = Vault.open(sample)
    assert (vault.root, vault.name) == (str(sample.resolve()), sample.name)
    with pytest.raises(NotFound, match="no vault"):
        Vault.open(sample / "nowhere")


def test_all_threads_share_one_index(sample: Path) -> None:
    vault = Vault.open(sample)
    with ThreadPoolExecutor(8) as pool:
        indexers = list(pool.map(lambda _: vault.indexing.indexer, range(50)))
    assert all(indexer is indexers[0] for indexer in indexers)
    assert vault.notes.indexing is vault.indexing


def test_reading_a_vault_writes_no_history(sample: Path) -> None:
    vault = Vault.open(sample)
    before = sorted(os.listdir(vault.places.state))
    assert vault.search.rows("type:book").total
    assert vault.notes.plan_set(["books/Deep Work.md"], ["rating=3"]).changes
    assert sorted(os.listdir(vault.places.state)) == before


def test_undo_takes_back_notes_and_check_ins_in_order(sample: Path) -> None:
    vault = Vault.open(sample)
    before = vault.search.read("Deep Work").body
    vault.notes.add("- a line", "Deep Work")
    vault.habits.check_in("meditate", "12 min")
    newest, earlier = vault.history.undo(2)
    assert (newest.verb, earlier.verb) == ("check-in", "add")
    assert vault.search.read("Deep Work").body == before
    assert vault.history.redo().verb == "add"
