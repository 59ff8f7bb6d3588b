"""What an export knows of all notes is in memory once, and only while something needs it."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / "a.md").write_text("---\naliases: [First]\n---\n# One\n", "utf-8")
    (folder / "b.md").write_text("---\nprivate: true\n---\nsee [[First]]\n", "utf-8")
    return folder


@pytest.fixture
def vault(root: Path) -> Vault:
    opened = Vault.open(root)
    opened.refresh(words=False)
    return opened


def test_two_exports_at_once_share_it(vault: Vault) -> None:
    first, second = vault.source(), vault.source()
    assert first.notes is second.notes
    assert first.resolver is second.resolver
    assert {*first.notes} == {"a.md", "b.md"}
    assert first.find("First", "b.md") == "a.md"
    assert first.plain == {"a.md"}


def test_it_is_what_the_notes_are_by_now(vault: Vault, root: Path) -> None:
    before = vault.source()
    (root / "c.md").write_text("# Another\n", "utf-8")
    vault.refresh(words=False)
    after = vault.source()
    assert {*after.notes} == {"a.md", "b.md", "c.md"}
    assert after.find("Another", "b.md") == "c.md"
    assert {*before.notes} == {"a.md", "b.md"}


def test_it_goes_with_the_last_who_needs_it(vault: Vault) -> None:
    first, second = vault.source(), vault.source()
    kept = weakref.ref(first.notes)
    del first
    assert kept() is not None
    del second
    assert kept() is None
