"""What an export wrote last into a file: the text that both sides of a conflict come from.

The manifest in the site knows it by its digest only. The text itself is in the history of the
vault, on the machine that exported it; elsewhere there is none, and nothing can be merged.
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.files.history import History


def fingerprint(data: bytes) -> str:
    """Return the digest that the manifest keeps of a file; line ends do not count in text."""
    return hashlib.sha256(plain_ends(data)).hexdigest()


def plain_ends(data: bytes) -> bytes:
    r"""Return text with "\n" for every line end, as version control may have it; pictures as is."""
    return data if b"\0" in data[:8192] else data.replace(b"\r\n", b"\n")


class Bases:
    """The texts that were written last into one site."""

    def __init__(self, history: History | None, site: str) -> None:
        self._history = history
        self._site = os.path.realpath(site)
        self._digests: dict[str, list[str]] | None = None

    def find(self, path: str, wanted: str) -> bytes | None:
        """Return what was written last into a file.

        Args:
            path: The file, from the site's root.
            wanted: What the manifest says of it.

        Returns:
            The text; None when history does not have it.
        """
        if self._history is None:
            return None
        for digest in self._known().get(path, ()):
            try:
                data = self._history.blob(digest)
            except NotekeepError:
                continue
            if fingerprint(data) == wanted:
                return data
        return None

    def keep(self, texts: Iterable[tuple[str, bytes]]) -> None:
        """Keep what an export made of a note where the site holds something else.

        Raises:
            NotekeepError: It could not be kept.
        """
        from notekeep.files.ledger import Change, StepRecord, new_id
        from notekeep.files.reasons import explained

        if self._history is None:
            return
        with explained(self._history.folder, "added to"):
            changes = tuple(
                Change("seen", path, None, self._history.keep(data)) for path, data in texts
            )
            if changes:
                record = StepRecord(new_id(), time.time(), "seen", "", changes, root=self._site)
                self._history.ledger.append(record)
        self._digests = None

    def _known(self) -> dict[str, list[str]]:
        """Return for each file of the site the digests of what it held, the last first."""
        if self._digests is None and self._history is not None:
            self._digests = {}
            for record in reversed(self._history.records()):
                if record.root != self._site:
                    continue
                for change in record.changes:
                    known = self._digests.setdefault(change.path, [])
                    known += [one for one in (change.after, change.before) if one]
        return self._digests or {}
