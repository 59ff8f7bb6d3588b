"""Versions of notes, made and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.storage.history import History


def edit(history: History, vault: Path, path: str, data: bytes) -> None:
    """Give a note a content as a step of its own, whatever it holds."""
    with history.step("edit", f"edit {path}", root=vault) as step:
        step.edit(path, data, None)


def contents(history: History, path: str) -> list[bytes]:
    """What the versions of a note hold, newest first."""
    return [history.blobs.read(version.digest) for version in history.versions(path)]
