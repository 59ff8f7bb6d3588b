"""Where the notes of a manifest's posts are by now, also those that were renamed since.

An address does not move when a note does: the post keeps its slug, under the note's new name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.export.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from notekeep.export.manifest import VaultKey
    from notekeep.export.source import Notes
    from notekeep.files.ledger import StepRecord


def find_notes(
    manifest: Manifest,
    key: VaultKey,
    notes: Notes,
    log: Callable[[], Iterable[StepRecord]] = tuple,
) -> Manifest:
    """Return a manifest whose entries know where their notes are, for those of one vault.

    Its entries are those of the present format then: what names the vault is made of its id.

    Args:
        manifest: As it is in the site.
        key: What the vault and its notes are called there.
        notes: The notes of the vault.
        log: Reads what was done in the vault, oldest first; asked only when a note is gone.
    """
    names = key.vault, key.former.vault
    own = {slug: entry for slug, entry in manifest.posts.items() if entry.vault in names}
    if not own:
        return manifest
    wanted = {entry.digest for entry in own.values()}
    found = key.find(wanted, notes)
    if gone := wanted - found.keys():
        now = _called_now(gone, key, log())
        there = notes.known(now.values()) - {*found.values()}
        found |= {digest: path for digest, path in now.items() if path in there}
    posts = dict(manifest.posts)
    for slug, entry in own.items():
        path = found.get(entry.digest, "")
        digest = key.note(path) if path else entry.digest
        posts[slug] = replace(entry, digest=digest, vault=key.vault, note=path)
    return Manifest(posts)


def _called_now(
    gone: Iterable[str], key: VaultKey, records: Iterable[StepRecord]
) -> dict[str, str]:
    """Follow notes through the moves of the log; they are known by their digests."""
    gone = {*gone}
    first: dict[str, str] = {}
    for record in records:
        for change in () if record.root else record.changes:
            if change.kind != "move":
                continue
            digest = first.pop(change.path, "") or next(
                (
                    one
                    for one in (key.note(change.path), key.former.note(change.path))
                    if one in gone
                ),
                "",
            )
            if digest:
                first[change.to] = digest
    return {digest: path for path, digest in first.items()}
