"""Which notes an export is about: those that were asked for and may leave, and those before them.

Notes exported earlier are drafted along with those that were asked for, so that links between all
of them are right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.export.batch import refusing
from notekeep.export.consent import Unmarked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.export.batch import Batch


GONE = "its note is not in the vault any more"
MOVED = "its note has another slug"
WITHDRAWN = "its note may not leave the vault any more"


def draft_asked(batch: Batch, paths: Sequence[str]) -> None:
    """Draft what was asked for; one note that is refused hides none of the others."""
    unmarked: list[Refused] = []
    for path in dict.fromkeys(paths):
        with refusing(path, batch.plan.refused):
            try:
                batch.drafter.consent(path, named=batch.options.named)
            except Unmarked as error:
                unmarked.append(error)
            except Refused:
                batch.withdrawn.add(path)
                raise
    if unmarked and len(unmarked) == len(set(paths)):
        batch.plan.refused |= dict(zip(paths, unmarked, strict=False))
    elif unmarked:
        batch.plan.warnings.append(
            f"{len(unmarked)} of {len(set(paths))} notes are left out:"
            " they are not marked publish: true"
        )
    for path in sorted(batch.drafter.consented):
        with refusing(path, batch.plan.refused):
            batch.asked[path] = batch.draft(path)
    batch.drafter.consented -= batch.plan.refused.keys()
    batch.asked = {path: batch.asked[path] for path in paths if path in batch.asked}


def draft_earlier(batch: Batch) -> None:
    """Draft the notes of posts that are in the site already, where they still may leave."""
    for entry in batch.manifest.posts.values():
        path = entry.note
        if path in batch.asked or path not in batch.there:
            continue
        if path in batch.plan.refused:
            continue
        left: dict[str, Refused] = {}
        with refusing(path, left):
            try:
                batch.drafter.consent(path, named=True)
            except Refused:
                batch.withdrawn.add(path)
                raise
            batch.earlier[path] = batch.draft(path)
        batch.drafter.consented -= left.keys()


def gone(batch: Batch) -> dict[str, str]:
    """Return the slugs of posts that no note stands behind any more, and why."""
    gone = {}
    slugs = {draft.post.slug for draft in batch.asked.values()}
    for slug, entry in batch.manifest.posts.items():
        if not batch.owns(entry) or slug in slugs:
            continue
        if entry.note not in batch.there:
            gone[slug] = GONE
        elif entry.note in batch.withdrawn:
            gone[slug] = WITHDRAWN
        elif entry.moved or entry.note in batch.asked:
            gone[slug] = MOVED
    return gone
