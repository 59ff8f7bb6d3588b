"""Vaults of a few notes, to search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeVault = Callable[[dict[str, str]], Vault]


@pytest.fixture
def make(tmp_path: Path) -> MakeVault:
    """A vault of these notes."""

    def make(notes: dict[str, str]) -> Vault:
        (tmp_path / ".notekeep").mkdir()
        for path, text in notes.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        vault = Vault.open(tmp_path)
        vault.indexing.refresh()
        return vault

    return make
