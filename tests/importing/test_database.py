"""A database that may come from anybody: nothing in it is run, and not a byte of it changes."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from notekeep.errors import Refused
from tests.support.habit_files import lines, read_habits

SAMPLE = Path(__file__).parents[1] / "habits/imports/samples/loop.db"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A copy of a backup, in a folder of its own."""
    folder = tmp_path / "given"
    folder.mkdir()
    return Path(shutil.copy(SAMPLE, folder / "Loop %41 backup?.db"))


def changed(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.executescript(script)


def test_reading_changes_nothing_and_leaves_nothing_behind(backup: Path) -> None:
    before = backup.read_bytes(), backup.stat().st_mtime_ns
    assert len(read_habits(backup).habits) == 4
    assert (backup.read_bytes(), backup.stat().st_mtime_ns) == before
    assert list(backup.parent.iterdir()) == [backup]


def test_what_its_program_wrote_into_the_log_beside_it_is_read(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as opened:
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("UPDATE Habits SET name = 'Late' WHERE id = 1")
        opened.commit()
        log = backup.with_name(f"{backup.name}-wal")
        before = backup.read_bytes(), log.read_bytes()
        assert "Late" in [habit.name for habit in read_habits(backup).habits]
        assert (backup.read_bytes(), log.read_bytes()) == before


def test_a_log_beside_it_that_is_none_is_not_read(backup: Path) -> None:
    log = backup.with_name(f"{backup.name}-wal")
    log.write_bytes(b"x" * 100)
    assert len(read_habits(backup).habits) == 4
    assert log.read_bytes() == b"x" * 100


def test_a_file_that_may_only_be_read_is_read(backup: Path) -> None:
    backup.chmod(0o400)
    assert len(read_habits(backup).habits) == 4


@pytest.mark.parametrize("size", [0, 16, 99, 100, 3000, 4097])
def test_a_file_that_is_cut_off_is_refused(backup: Path, size: int) -> None:
    backup.write_bytes(backup.read_bytes()[:size])
    with pytest.raises(Refused):
        read_habits(backup)


def test_every_damaged_byte_is_refused_or_read_and_nothing_else(backup: Path) -> None:
    whole = backup.read_bytes()
    read = 0
    for place in range(0, len(whole), 97):
        data = bytearray(whole)
        data[place] ^= 0xFF
        backup.write_bytes(data)
        try:
            read += len(read_habits(backup).habits) <= 4
        except Refused:
            continue
    assert read


@pytest.mark.parametrize("table", ["Habits", "Repetitions"])
def test_a_view_in_the_place_of_a_table_is_not_asked(backup: Path, table: str) -> None:
    endless = "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n"
    changed(backup, f"ALTER TABLE {table} RENAME TO x; CREATE VIEW {table} AS {endless};")
    with pytest.raises(Refused, match="not a database of Loop"):
        read_habits(backup)


def test_a_column_that_is_computed_is_never_asked(backup: Path) -> None:
    changed(
        backup,
        "DROP TABLE Habits;"
        "CREATE TABLE Habits(id integer, name text AS (hex(zeroblob(4000000))), freq_num int);"
        "INSERT INTO Habits(id) VALUES (1);",
    )
    assert [habit.name for habit in read_habits(backup).habits] == ["Untitled"]


def test_a_text_without_end_is_refused(backup: Path) -> None:
    changed(backup, "UPDATE Habits SET name = hex(zeroblob(600000))")
    with pytest.raises(Refused):
        read_habits(backup)


def test_a_table_whose_columns_have_other_types_is_read_as_far_as_it_goes(backup: Path) -> None:
    changed(
        backup,
        "UPDATE Habits SET name = x'ff00fe', freq_num = 'three', target_value = 1e999;"
        "UPDATE Repetitions SET notes = x'00ff' WHERE habit = 1;",
    )
    source = read_habits(backup)
    assert len(source.habits) == 4
    assert all("\0" not in line for habit in source.habits for line in lines(habit))


def test_another_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    changed(path, "CREATE TABLE notes(text TEXT)")
    with pytest.raises(Refused, match="not a database of Loop"):
        read_habits(path)
