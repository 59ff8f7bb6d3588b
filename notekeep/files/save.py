"""The one way to write a file under a root, vault or site: whole, durable, and nobody's loss.

A save is made against the content it started from. The new file is written beside the old one,
flushed, and exchanged with it; then what came out is looked at. So at any moment, also at a power
cut, the file is the old or the new one, and what another program saved in between is kept beside
it. What belongs together as one step that `undo` takes back is made through
`notekeep.files.history`; this module is what such a step does with each file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from notekeep.files.content import Digest, digest_of, read
from notekeep.files.folder import NameTaken
from notekeep.files.newfile import place_new, stage_new
from notekeep.files.reasons import changed, explained
from notekeep.files.staging import stage, swap

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.errors import Conflict
    from notekeep.files.history import History

__all__ = ["Digest", "NameTaken", "create", "digest_of", "read", "replace"]


def replace(
    path: Path | str,
    data: bytes,
    expected: Digest | None,
    *,
    root: Path | str,
    history: History | None,
    keep_ours: bool = True,
) -> Digest:
    """Give an existing file a new content.

    A file with other names (hard links) keeps them, a link keeps leading to the file it leads to,
    and mode, owner and attributes stay. Nothing happens when the file holds the content already.

    Args:
        path: Relative to the root, or absolute and inside it.
        data: The new content.
        expected: The digest of the content the change was made from, as `read` gave it. None is for
            files only notekeep writes: whatever is there is replaced, and kept in history.
        root: The vault or site that must not be left.
        history: Where the old content is kept first; None only where there is nothing to keep.
        keep_ours: Whether the new content becomes a conflict copy when the file has changed. False
            is for changes that can be made again from what the file holds then, such as a tag.

    Returns:
        The digest of the new content, to be expected by the next save.

    Raises:
        Conflict: The file is not what was expected, or another program saved it at the same moment.
            Both versions are there; the message says which is where.
        Refused: It may not be written, is no file, or lies outside the root.
        Failure: The system could not do it; the file is the old or the new one.
    """
    shown = os.fspath(path)
    with explained(shown, "saved"):
        staged = stage(root, path, data, expected, history, keep_ours=keep_ours)
        if staged is None:
            return digest_of(data)
        copy = swap(root, staged, history)
    if copy is not None:
        raise saved_over(shown, copy)
    return staged.after


def saved_over(shown: str, copy: str) -> Conflict:
    """Make the error for a save that met another program's: ours is in place, theirs beside it."""
    return changed(
        shown,
        f"was saved by another program at the same moment; its version is in '{copy}'",
        "Compare the two with `notekeep conflicts`.",
        copy,
    )


def create(
    path: Path | str,
    data: bytes,
    *,
    root: Path | str,
    history: History | None = None,
    made: list[str] | None = None,
) -> Digest:
    """Make a new file, and never touch one that is there.

    Args:
        path: Relative to the root, or absolute and inside it; missing folders are made.
        data: What it holds.
        root: The vault or site that must not be left.
        history: Where the content is kept for a later undo; None keeps none.
        made: When given, gets the folders that were made, relative to the root, outermost first.

    Returns:
        The digest of the content.

    Raises:
        NameTaken: A file or folder of that name is there, or one whose name differs only in case or
            accents and is the same file on Windows or macOS. `paths.free_path` finds another name.
        Refused: The name does not travel, or lies outside the root, or may not be written.
        Failure: The system could not do it; nothing is left of it.
    """
    shown = os.fspath(path)
    with explained(shown, "made"):
        digest = history.keep(data) if history is not None else digest_of(data)
        staged = stage_new(root, path, data)
        place_new(root, staged)
    if made is not None:
        made += staged.made
    return digest
