"""Opening, browsing, searching and examining a vault changes no byte and no time in it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from notekeep.doctor import examine
from notekeep.vault import Vault
from tests.support.notes import varied_notes

CORPUS = os.environ.get("NOTEKEEP_CORPUS", "")
NEEDS_CORPUS = "NOTEKEEP_CORPUS names no folder with real vaults"


def state(root: Path) -> dict[str, tuple[int, int, str]]:
    """Size, modification time and hash of every file, and the time of every folder."""
    found = {}
    for path in sorted(root.rglob("*")):
        info = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(root))] = (info.st_size, info.st_mtime_ns, digest)
    return found


def read_everything(root: Path) -> int:
    """Do with a vault all that only reads; give how many notes it has."""
    vault = Vault.open(root)
    vault.refresh()
    rows = vault.rows().rows
    for row in rows[:200]:
        vault.read(row.path)
        vault.links(row.path)
        vault.backlinks(row.path)
    for query in ("the note", '"daily note"', "type:book", "is:broken", "templ*", "sort:modified"):
        vault.search(query)
        vault.suggest(query)
    vault.overview()
    vault.tags()
    vault.habits()
    list(examine(vault))
    vault.refresh(full=True)
    return len(rows)


def test_the_sample_vault_stays_as_it_is(sample: Path) -> None:
    before = state(sample)
    assert read_everything(sample) == 70
    assert state(sample) == before


def test_a_vault_of_many_hands_stays_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "notes"
    root.mkdir()
    for number, data in enumerate(varied_notes(7, 200)):
        (root / f"note {number}.md").write_bytes(data)
    before = state(root)
    assert read_everything(root) == 200
    assert state(root) == before


@pytest.mark.skipif(not CORPUS, reason=NEEDS_CORPUS)
def test_real_vaults_stay_as_they_are() -> None:
    vaults = [path for path in Path(CORPUS).iterdir() if path.is_dir()]
    assert vaults
    for root in vaults:
        before = state(root)
        assert read_everything(root) > 0
        assert state(root) == before
