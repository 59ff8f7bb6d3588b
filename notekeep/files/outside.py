"""What other programs did to notes, taken into history when a refresh meets it.

Nothing of it can be undone by `undo`, which knows only notekeep's own steps; it is there for
`history` and `restore`. A note whose change was not met, because it changed again before anybody
looked, has no version for it.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from notekeep.files.durable import Flush
from notekeep.files.items import KEPT_BYTES
from notekeep.files.ledger import Change, StepRecord, new_id
from notekeep.files.reasons import explained

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.files.content import Digest
    from notekeep.files.history import History

ROUND_BYTES = 64 << 20
"""How much one call keeps: more at once is a checkout or a backup brought back, not writing."""

_FEW = 8  # a wait for each of so many is shorter than one for the whole disk


class Seen(NamedTuple):
    """A content that was met in a note.

    Attributes:
        path: The note, as a vault path.
        data: What it holds.
        digest: The digest of that.
        before: The digest of what it held when notekeep read it last; None or "" when that is
            not known.
    """

    path: str
    data: bytes
    digest: Digest
    before: Digest | None


def take_in(history: History, met: Sequence[Seen]) -> list[str]:
    """Keep those contents that another program wrote.

    A content that notekeep wrote itself is in its log, or in the journal of a step that is being
    made by another process.

    Args:
        history: Where they are kept.
        met: What a refresh read.

    Returns:
        The notes that have a version more.

    Raises:
        NotekeepError: They could not be kept.
    """
    with explained(history.folder, "added to"):
        foreign = list(_within(_foreign(history, met), ROUND_BYTES))
        if not foreign:
            return []
        with ExitStack() as stack:
            flush = stack.enter_context(Flush()) if len(foreign) > _FEW else None
            for one in foreign:
                history.keep(one.data, flush=flush)
            if flush is not None:
                flush.wait()
        changes = tuple(Change("seen", one.path, one.before or None, one.digest) for one in foreign)
        history.ledger.append(StepRecord(new_id(), time.time(), "seen", "", changes))
    return [one.path for one in foreign]


def _foreign(history: History, met: Sequence[Seen]) -> list[Seen]:
    """Leave out what notekeep wrote; the whole log is read only when its end does not tell."""
    unknown = [one for one in met if len(one.data) <= KEPT_BYTES]
    held = {one.path for one in unknown if history.blobs.has(one.digest)}
    if not held:
        return unknown
    last = history.ledger.last()
    own = _written([last] if last else []) | _written(history.journal.records())
    if any(one.path in held and (one.path, one.digest) not in own for one in unknown):
        newest: dict[str, Digest] = {}
        for record in history.ledger.steps():
            if not record.root:
                newest.update(_written_by(record))
        own |= {(path, digest) for path, digest in newest.items() if path in held}
    return [one for one in unknown if (one.path, one.digest) not in own]


def _written(records: Iterable[StepRecord]) -> set[tuple[str, Digest]]:
    return {pair for record in records if not record.root for pair in _written_by(record)}


def _written_by(record: StepRecord) -> Iterable[tuple[str, Digest]]:
    """Give the notes of a step, each with what it held after it."""
    for change in record.changes:
        if change.after is not None:
            yield change.to or change.path, change.after


def _within(met: Iterable[Seen], most: int) -> Iterable[Seen]:
    """Give as many as have room, in their order."""
    for one in met:
        most -= len(one.data)
        if most < 0:
            return
        yield one
