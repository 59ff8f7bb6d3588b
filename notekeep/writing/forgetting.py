"""Forgetting a note: no trace of what it was, in history, in the index or in unsaved text.

The note itself is left where it is; so are backups, and what git or a sync tool keep.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.files.swap import Swap
from notekeep.files.trash import TRASH, list_trash, was
from notekeep.files.versions import names_of

if TYPE_CHECKING:
    from notekeep.vault import Vault


class Traces(NamedTuple):
    """What notekeep keeps of a note beside the note.

    Attributes:
        path: The note.
        names: Every path it had.
        versions: How many versions of it history holds.
        steps: How many steps of the log it is in; they can no longer be undone.
        there: Whether the note is in the vault.
        trashed: Copies of it in the trash, which stay.
    """

    path: str
    names: list[str]
    versions: int
    steps: int
    there: bool
    trashed: list[str]


def traces_of(vault: Vault, name: str) -> Traces:
    """Look for what is kept of a note, also of one that is gone.

    Raises:
        NotFound: Neither the vault nor history knows it.
    """
    from notekeep.writing.restoring import past_of

    history = vault.history
    past = past_of(vault.plan, history, name)
    records = history.records()
    names = names_of(records, past.path)
    steps = sum(
        any(change.path in names or change.to in names for change in record.changes)
        for record in records
        if not (record.root or record.is_outside)
    )
    trashed = [
        one.path
        for one in list_trash(vault.root)
        if one.path in names or was(history, one.path) in names
    ]
    known = sorted(name for name in names if not name.startswith(f"{TRASH}/"))
    return Traces(past.path, known, len(past.versions), steps, past.now is not None, trashed)


def forget(vault: Vault, traces: Traces) -> int:
    """Remove every trace; the index is thrown away and built anew from the files that are there.

    Deleting rows would leave their text in free pages of the index until something else is written
    there.

    Returns:
        How many versions were removed from history.
    """
    removed = vault.history.forget(traces.path)
    for name in {traces.path, *traces.names}:
        Swap(vault.places.state, name).forget()
    vault.opened.forget({traces.path, *traces.names})
    vault.catalog.close()
    vault.habit_index.close()
    with suppress(FileNotFoundError), os.scandir(vault.places.cache) as listing:
        for entry in list(listing):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
    return removed
