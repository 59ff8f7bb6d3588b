"""An import that is killed or stopped: the next one brings the rest, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault
from tests.support.crashes import kill_at
from tests.support.import_sources import Book, Marked, write_joplin, write_readwise_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLAN = """
plan = vault.imports.plan(given)
vault.history
"""
BOOKS = [
    Book(title, "Ann Example", (Marked(1, f"{title} is first.", "mine"), Marked(2, f"{title}.")))
    for title in ("Soil", "Beds", "Sheds", "Worms")
]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    return make_vault(tmp_path / "notes")


def make_vault(folder: Path) -> Path:
    (folder / ".notekeep").mkdir(parents=True)
    (folder / "books").mkdir()
    (folder / "books/Worms.md").write_text("---\ntype: book\n---\n# Worms\n\nmine\n", "utf-8")
    return folder


def write(root: Path, source: Path, should_continue: Callable[[str], bool] = lambda _: True) -> int:
    """Import a source; how many files were written."""
    vault = Vault.open(root)
    plan = vault.imports.plan([str(source)])
    done = vault.notes.apply(plan.plan, should_continue)
    plan.close()
    return len(done.paths)


def tree(root: Path) -> dict[str, list[bytes]]:
    """The lines of all notes, and those of the ledger in any order, whichever device wrote them."""
    found = {}
    for path in sorted(root.rglob("*")):
        lines = path.read_bytes().splitlines() if path.is_file() else []
        is_left = path.name.startswith(".nk-tmp-") or ".trash" in path.parts
        if lines and not is_left:
            is_ledger = path.suffix == ".log"
            name = "ledger" if is_ledger else path.relative_to(root).as_posix()
            found[name] = sorted(lines) if is_ledger else lines
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "count"), [("written", 2), ("journaled", 1), ("swapped", 1), ("swapped", 3)]
)
@pytest.mark.parametrize("make", [write_readwise_json, write_joplin])
def test_an_import_that_is_killed_is_run_again(
    root: Path, tmp_path: Path, make: Callable[..., Path], point: str, count: int
) -> None:
    source = make(tmp_path / "given", BOOKS)
    whole = make_vault(tmp_path / "whole")
    write(whole, source)
    kill_at(point, count, root, "vault.notes.apply(plan.plan)", source, prepare=PLAN)
    write(root, source)
    assert tree(root) == tree(whole)
    assert write(root, source) == 0


@pytest.mark.parametrize("make", [write_readwise_json, write_joplin])
@pytest.mark.parametrize("count", range(6))
def test_an_import_that_is_stopped_keeps_what_is_written_as_one_step(
    root: Path, tmp_path: Path, make: Callable[..., Path], count: int
) -> None:
    source = make(tmp_path / "given", BOOKS)
    whole = make_vault(tmp_path / "whole")
    before = tree(root)
    write(whole, source)
    written: list[str] = []

    def should_continue(path: str) -> bool:
        written.append(path)
        return len(written) <= count

    # The ledger is the last file: what is not there yet must not count as deleted.
    assert write(root, source, should_continue) == min(count, 5)
    if count < 5:
        assert not list(root.rglob("*.log"))
    write(root, source)
    assert tree(root) == tree(whole)
    assert write(root, source) == 0
    vault = Vault.open(root)
    for _ in vault.history.steps():
        vault.history.undo()
    assert tree(root) == before


def test_the_record_of_an_import_is_written_after_notes_that_were_there(
    root: Path, tmp_path: Path
) -> None:
    source = tmp_path / "given"
    write(root, write_readwise_json(source, BOOKS[:1]))
    (ledger,) = root.rglob("*.log")
    before = ledger.read_bytes()
    write_readwise_json(source, BOOKS)
    written = iter((True, False))
    write(root, source, lambda _: next(written))
    assert ledger.read_bytes() == before
