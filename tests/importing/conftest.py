"""A vault with two habits, and what other programs might hand over."""

from __future__ import annotations

from pathlib import Path

import pytest

from notekeep.vault import Vault

SAMPLES = Path(__file__).parents[1] / "habits/imports/samples"


@pytest.fixture
def samples() -> Path:
    return SAMPLES


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-01-12T21:15")
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "habits/log").mkdir(parents=True)
    (root / "habits/Sit.md").write_text('---\nhabit: sit\ngoal: ">= 10 min"\n---\n', "utf-8")
    (root / "habits/Gym.md").write_text("---\nhabit: gym\nschedule: mon,wed\n---\n", "utf-8")
    return Vault.open(root)
