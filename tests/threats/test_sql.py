"""What a person's SQL can do: read the catalog, for ten seconds, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import UsageError
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(100):
        (folder / f"{number}.md").write_text(f"# Note {number}\n")
    opened = Vault.open(folder)
    opened.indexing.refresh()
    return opened


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH DATABASE '{}' AS x",
        "ATTACH DATABASE 'file:{}?mode=rwc' AS x",
        "ATTACH DATABASE ':memory:' AS x",
        "VACUUM INTO '{}'",
        "VACUUM",
        "CREATE TABLE t (x)",
        "CREATE TEMP TABLE t (x)",
        "CREATE VIRTUAL TABLE t USING fts5(x)",
        "DROP TABLE notes",
        "PRAGMA writable_schema = ON",
        "PRAGMA temp_store_directory = '{}'",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('{}')",
    ],
)
def test_sql_opens_and_writes_no_file(vault: Vault, tmp_path: Path, statement: str) -> None:
    def files() -> list[tuple[Path, int]]:
        return sorted((path, path.stat().st_size) for path in tmp_path.rglob("*"))

    before, rows = files(), vault.catalog.sql("SELECT count(*) FROM notes")
    with pytest.raises(UsageError):
        vault.catalog.sql(statement.format(tmp_path / "elsewhere.db"))
    assert files() == before
    assert vault.catalog.sql("SELECT count(*) FROM notes") == rows


@pytest.mark.parametrize(
    "query",
    [ENDLESS, "SELECT count(*) FROM notes a, notes b, notes c, notes d, notes e, notes f, notes g"],
)
def test_sql_that_takes_too_long_is_stopped(vault: Vault, query: str) -> None:
    with pytest.raises(UsageError, match=r"stopped after 0\.1 seconds"):
        vault.catalog.sql(query, timeout=0.1)
    assert vault.catalog.sql("SELECT count(*) FROM notes")[1] == [(100,)]


def test_sql_makes_no_text_of_any_length(vault: Vault) -> None:
    with pytest.raises(UsageError, match="too big"):
        vault.catalog.sql("SELECT zeroblob(1000000000)")


def test_sql_may_count_up_and_ask_how_tables_are_made(vault: Vault) -> None:
    names = [
        name for (name,) in vault.catalog.sql("SELECT name FROM pragma_table_info('notes')")[1]
    ]
    assert "path" in names
    counted = vault.catalog.sql(f"{ENDLESS.replace('FROM n)', 'FROM n WHERE x < 3)')}")
    assert counted == (["max(x)"], [(3,)])
