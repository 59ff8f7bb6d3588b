"""Opening, browsing, searching and examining a vault changes no byte and no time in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reliability.r14_reading import read_everything, state
from tests.support.notes import varied_notes

CORPUS = os.environ.get("NOTEKEEP_CORPUS", "")
NEEDS_CORPUS = "NOTEKEEP_CORPUS names no folder with real vaults"


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
