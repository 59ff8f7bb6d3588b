"""A conflict copy made on purpose: the other version of a note, kept beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from notekeep.files.folder import locate
from notekeep.files.reasons import explained
from notekeep.files.staging import keep_copy

if TYPE_CHECKING:
    from pathlib import Path


def keep_beside(root: Path | str, path: Path | str, data: bytes) -> str:
    """Keep a version of a note as a file of its own, named as its conflict copy.

    Args:
        root: The vault.
        path: The note, which need not be there; its folder must.
        data: What the copy holds.

    Returns:
        The path of the copy below the root; that of an earlier one when it holds the same.

    Raises:
        NotekeepError: It could not be written.
    """
    shown = os.fspath(path)
    with explained(shown, "copied"), locate(root, shown) as place:
        return keep_copy(place, data)
