"""Notes that were renamed or moved since they were exported: their posts stay theirs.

An address does not move when a note does: the post keeps its slug, under the note's new name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.export.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from notekeep.files.ledger import StepRecord


def follow_renames(
    manifest: Manifest,
    vault: str,
    known: Callable[[Iterable[str]], set[str]],
    log: Callable[[], Iterable[StepRecord]],
) -> Manifest:
    """Return a manifest that names its notes as they are called now.

    Args:
        manifest: As it is in the site.
        vault: The vault whose notes are meant.
        known: Tells at which of some paths there is a note.
        log: Reads what was done in the vault, oldest first; asked only when a note is gone.
    """
    own = {entry.note for entry in manifest.posts.values() if entry.vault == vault}
    gone = own - known(own)
    now = _called_now(gone, log()) if gone else {}
    there = known(now.values()) - own if now else ()
    named = {path: name for path, name in now.items() if name in there}
    if not named:
        return manifest
    return Manifest(
        {
            slug: replace(entry, note=named.get(entry.note, entry.note))
            if entry.vault == vault
            else entry
            for slug, entry in manifest.posts.items()
        }
    )


def _called_now(paths: Iterable[str], records: Iterable[StepRecord]) -> dict[str, str]:
    """Follow notes through the moves of the log."""
    first = {path: path for path in paths}
    for record in records:
        for change in () if record.root else record.changes:
            if change.kind == "move" and change.path in first:
                first[change.to] = first.pop(change.path)
    return {before: now for now, before in first.items()}
