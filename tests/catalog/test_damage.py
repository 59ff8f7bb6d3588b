"""The catalog may be deleted, damaged, of another version: the notes bring it back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog import database
from notekeep.catalog.catalog import Catalog
from notekeep.catalog.connection import MARK
from notekeep.errors import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from tests.catalog.conftest import Vault


@pytest.fixture
def filled(vault: Vault) -> Vault:
    for number in range(60):
        vault.write(
            f"{number}.md", f"---\nrating: {number}\n---\n[[{number + 1}]] #tag " + "x " * 500
        )
    vault.refresh()
    return vault


def state(vault: Vault) -> object:
    """All that lists may show."""
    names = sorted(vault.ls())
    return names, [vault.catalog.links(f"{name}.md") for name in names], vault.catalog.tag_counts()


def test_deleting_the_cache_is_no_harm(filled: Vault) -> None:
    before = state(filled)
    shutil.rmtree(filled.cache)
    filled.refresh()  # the old file is still open here
    assert state(filled) == before
    filled.catalog.close()
    shutil.rmtree(filled.cache)
    filled.refresh()
    assert state(filled) == before


def test_built_anew_it_is_the_same(filled: Vault) -> None:
    before = state(filled)
    assert filled.refresh(full=True).indexed == 60
    assert state(filled) == before


@pytest.mark.parametrize("place", [0, 100, 4096, 20_000])
def test_a_damaged_file_is_set_aside_and_filled_again(filled: Vault, place: int) -> None:
    before = state(filled)
    filled.catalog.close()
    path = filled.cache / database.CATALOG_FILE
    data = bytearray(path.read_bytes())
    data[place : place + 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    assert filled.catalog.check() is False
    assert filled.catalog.count() == 0
    filled.refresh()
    assert state(filled) == before
    assert (filled.cache / f"{database.CATALOG_FILE}.broken").exists()


def test_damage_met_while_reading_empties_the_list_and_a_refresh_fills_it(filled: Vault) -> None:
    before = state(filled)
    filled.catalog.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    path = filled.cache / database.CATALOG_FILE
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\x5a" * (size - 4096))
    filled.catalog.ask("PRAGMA shrink_memory")
    filled.catalog.close()
    assert filled.catalog.rows() == (0, [])
    assert filled.catalog.rebuilt == 1
    filled.refresh()
    assert state(filled) == before


def test_damage_met_while_writing_is_a_failure_that_says_so(filled: Vault) -> None:
    before = state(filled)
    filled.catalog.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    filled.catalog.close()
    path = filled.cache / database.CATALOG_FILE
    filled.catalog.count()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\x5a" * (path.stat().st_size - 4096))
    with pytest.raises(Failure, match="damaged"), filled.catalog.writing() as writer:
        writer.delete([f"{number}.md" for number in range(60)])
    filled.refresh()
    assert state(filled) == before


@pytest.mark.parametrize("content", [b"no database at all, but long enough" * 20, b"x"])
def test_another_file_of_that_name_is_set_aside(vault: Vault, content: bytes) -> None:
    vault.write("a.md", "x")
    vault.cache.mkdir()
    (vault.cache / database.CATALOG_FILE).write_bytes(content)
    vault.refresh()
    assert vault.ls() == ["a"]


def test_a_catalog_of_another_version_is_built_anew(filled: Vault) -> None:
    filled.catalog.close()
    other = sqlite3.connect(filled.cache / database.CATALOG_FILE)
    other.execute(f"PRAGMA user_version = {database.VERSION + 1}")
    other.close()
    assert filled.catalog.count() == 0
    filled.refresh()
    assert len(filled.ls()) == 60


def test_a_catalog_without_a_table_is_built_anew(filled: Vault) -> None:
    filled.catalog.close()
    other = sqlite3.connect(filled.cache / database.CATALOG_FILE)
    other.execute("DROP TABLE links")
    other.close()
    filled.refresh()
    assert len(filled.ls()) == 60


def test_a_new_catalog_is_never_taken_for_the_one_before(filled: Vault) -> None:
    before = filled.catalog.generation
    filled.catalog.clear()
    assert filled.catalog.generation > before


def test_after_a_power_cut_the_file_is_looked_at_before_it_is_trusted(filled: Vault) -> None:
    before = state(filled)
    filled.catalog.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    filled.catalog.close()
    path = filled.cache / database.CATALOG_FILE
    with path.open("r+b") as file:  # a page in the middle that no list looks at
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\0" * 4096)
    (filled.cache / MARK).touch(0o600)
    filled.refresh()
    assert state(filled) == before
    assert filled.catalog.check()
    assert not filled.catalog.was_interrupted()


def test_a_refresh_leaves_its_mark_only_while_it_writes(filled: Vault) -> None:
    marks: list[bool] = []
    filled.write("0.md", "changed")
    filled.refresh(progress=lambda _done, _total: marks.append(filled.catalog.was_interrupted()))
    assert marks == [True]
    assert not filled.catalog.was_interrupted()


def test_only_its_owner_may_read_it(filled: Vault) -> None:
    for name in os.listdir(filled.cache):
        assert stat.S_IMODE(os.stat(filled.cache / name).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(filled.cache).st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="cannot open the index"):
        Catalog(tmp_path / "file" / "cache").count()


def test_a_transaction_that_fails_leaves_nothing(filled: Vault) -> None:
    before = state(filled), filled.catalog.generation

    def fail() -> None:
        with filled.catalog.writing() as writer:
            writer.delete(["1.md"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (state(filled), filled.catalog.generation) == before


def test_threads_read_while_another_writes(filled: Vault) -> None:
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                total, rows = filled.catalog.rows(filled.query("rating>=0").root)
                assert total == len(rows) == 60
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(20):
        filled.write("0.md", f"---\nrating: {number}\n---\n")
        filled.refresh()
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []


@pytest.mark.parametrize(("folder", "mode"), [("here", "wal"), ("Dropbox", "delete")])
def test_where_a_folder_is_synced_there_is_no_log_that_could_travel_alone(
    tmp_path: Path, folder: str, mode: str
) -> None:
    with Catalog(tmp_path / folder / "cache") as catalog:
        assert catalog.ask("PRAGMA journal_mode") == [(mode,)]
