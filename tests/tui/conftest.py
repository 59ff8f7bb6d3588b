"""The interface over a small vault of real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault
from tests.support.screens import NOW, write_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine in the evening of a Tuesday, on a terminal with colours and without animations."""
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The vault's folder."""
    return write_notes(tmp_path / "notes")


@pytest.fixture
def vault(root: Path) -> Vault:
    """The vault, indexed."""
    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault


@pytest.fixture
def make_app(vault: Vault) -> Callable[[str], NotekeepApp]:
    """Make the program, opening on a screen by its name."""
    from notekeep.tui.app import NotekeepApp

    return lambda start: NotekeepApp(vault, start)
