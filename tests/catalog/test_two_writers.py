"""Two processes at one catalog: nobody is refused, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog import database
from notekeep.catalog.catalog import Catalog
from notekeep.errors import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from tests.catalog.conftest import Vault

COUNT_UP = """
import sys
from notekeep.catalog.catalog import Catalog

catalog = Catalog(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(150):
    with catalog.writing() as writer:
        key = ("SELECT value FROM meta WHERE key = 'count'",)
        found = writer.connection.execute(*key).fetchone()
        writer.set_meta(count=str(int(found[0] if found else 0) + 1))
catalog.close()
"""

REFRESH = """
import sys
from notekeep.catalog.catalog import Catalog
from notekeep.catalog.indexer import Indexer

with Catalog(sys.argv[2]) as catalog:
    print("ready", flush=True)
    sys.stdin.readline()
    done = Indexer(sys.argv[1], catalog).refresh()
    print(done.pending)
"""


def start(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start Python code that says "ready" and waits for a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def finish(processes: list[subprocess.Popen[str]]) -> list[str]:
    """Let them all go at once, and give what each says."""
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return said


def test_transactions_of_two_processes_take_turns(tmp_path: Path) -> None:
    finish([start(COUNT_UP, tmp_path) for _ in range(2)])
    with Catalog(tmp_path) as catalog:
        assert catalog.meta("count") == "300"


def test_two_refreshes_at_once_end_in_one_truth(vault: Vault) -> None:
    for number in range(120):
        vault.write(f"{number}.md", f"[[{number + 1}]] #t{number % 3}")
    said = finish([start(REFRESH, vault.root, vault.cache) for _ in range(2)])
    assert said == ["0\n", "0\n"]
    vault.refresh()
    assert len(vault.ls()) == 120
    assert vault.ls("is:broken") == ["119"]
    assert vault.catalog.tag_counts() == {"t0": 40, "t1": 40, "t2": 40}


def test_a_refresh_that_gets_no_turn_says_that_changes_are_pending(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.write("a.md", "x")
    vault.refresh()
    vault.write("b.md", "x")
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with vault.catalog.writing():
        done = vault.refresh()
    assert done.pending
    assert vault.ls() == ["a"]
    assert vault.refresh().pending == 0
    assert vault.ls() == ["a", "b"]


def test_a_writer_that_gets_no_turn_is_told_who_has_it(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.catalog.count()
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with vault.catalog.writing():
        other = Catalog(vault.cache)
        with pytest.raises(Failure, match="another program"), other.writing():
            pass
        assert other.count() == 0  # reading never waits
        other.close()
