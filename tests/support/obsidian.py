"""Vaults that Obsidian uses, too, made from what is in their files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def obsidian(root: Path, **files: object) -> Path:
    """Make a vault with Obsidian's settings; `daily_notes` is the file `daily-notes.json`."""
    for name, value in files.items():
        text = value if isinstance(value, str) else json.dumps(value)
        write(root, {f".obsidian/{name.replace('_', '-')}.json": text})
    return root


def periodic(
    root: Path, data: dict[str, Any], enabled: tuple[str, ...] = ("periodic-notes",)
) -> Path:
    write(root, {".obsidian/plugins/periodic-notes/data.json": json.dumps(data)})
    return obsidian(root, community_plugins=enabled)


def opened(root: Path) -> Vault:
    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault
