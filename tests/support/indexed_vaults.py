"""A vault that was indexed once, and copies of it, which need no indexing of their own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from notekeep.config import Places
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path


def index_once(folder: Path, home: Path) -> Vault:
    """Index the vault in a folder, with cache and state below `home`, and close it."""
    vault = Vault.open(folder, places=Places(*(str(home / name) for name in Places._fields)))
    vault.indexing.refresh()
    vault.catalog.close()
    vault.full_text.close()
    return vault


def copy_indexed(vault: Vault, folder: Path) -> Vault:
    """Copy an indexed vault into a folder, and its index to where this test has its own."""
    shutil.copytree(vault.root, folder)
    return open_indexed(folder, vault)


def open_indexed(folder: Path, indexed: Vault) -> Vault:
    """Open a vault with a copy of the index of another one, and index what is not in that."""
    vault = Vault.open(folder)
    for source, target in (
        (indexed.places.cache, vault.places.cache),
        (indexed.places.state, vault.places.state),
    ):
        shutil.copytree(source, target, dirs_exist_ok=True)
    vault.indexing.refresh()
    return vault
