"""One change of a file, made as a step that the log says nothing of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.storage.content import digest_of
from notekeep.storage.history import History

if TYPE_CHECKING:
    from notekeep.storage.content import Digest


def replace(
    path: Path | str,
    data: bytes,
    expected: Digest | None,
    *,
    root: Path | str,
    history: History,
    keep_ours: bool = True,
) -> Digest:
    """Give a file a new content; return its digest."""
    with history.step("save", "", root=root, logged=False) as step:
        step.edit(os.fspath(path), data, expected, keep_ours=keep_ours)
    return digest_of(data)


def create(path: Path | str, data: bytes, *, root: Path | str) -> Digest:
    """Make a new file; return its digest."""
    history = History(Path(root).parent / "state")
    with history.step("new", "", root=root, logged=False) as step:
        step.create(os.fspath(path), data)
    return digest_of(data)
