"""The interface over a small vault of real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.scrollbar import ScrollBar

from tests.support.indexed_vaults import index_once, open_indexed
from tests.support.screens import NOW, write_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine in the evening of a Tuesday, on a terminal with colours and without animations."""
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    # An app sets how all scroll bars of its process look, which depends on its glyphs.
    monkeypatch.setattr(ScrollBar, "renderer", ScrollBar.renderer)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The vault's folder."""
    return write_notes(tmp_path / "notes")


@pytest.fixture(scope="session")
def notes_indexed(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The small vault with its index, which is copied."""
    base = tmp_path_factory.mktemp("indexed")
    return index_once(write_notes(base / "notes"), base / "home")


@pytest.fixture
def vault(root: Path, notes_indexed: Vault) -> Vault:
    """The vault, indexed."""
    return open_indexed(root, notes_indexed)


@pytest.fixture
def make_app(vault: Vault) -> Callable[[str], NotekeepApp]:
    """Make the program, opening on a screen by its name."""
    from notekeep.tui.app import NotekeepApp

    return lambda start: NotekeepApp(vault, start)
