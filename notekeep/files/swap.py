"""Text that is being edited and not saved yet, kept so that a crash does not take it.

It lies in the state folder, one file a note, until it is saved or discarded. What it was made from
is kept with it, so that it can still be merged when the note has changed since.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from notekeep.files.content import digest_of
from notekeep.files.durable import Flush
from notekeep.files.private import make_folder, write_file
from notekeep.files.reasons import explained

if TYPE_CHECKING:
    from notekeep.files.content import Digest

FOLDER = "swap"
DURABLE_SECONDS = 5.0
"""How often a text is waited for on the disk; in between it survives a kill, but no power cut."""


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A text that is not in its note yet.

    Attributes:
        path: The note, as a vault path.
        text: The whole content, bytes that are not UTF-8 as lone surrogates.
        base: The content it was made from, likewise.
        cursor: Line and column of the cursor, counted from 0.
        when: When it was made, in seconds since the epoch.
        made: The same on a clock that nobody sets; it means something in one process only.
    """

    path: str
    text: str
    base: str
    cursor: tuple[int, int]
    when: float
    made: float = field(default_factory=time.monotonic, compare=False)

    @classmethod
    def of(cls, path: str, data: bytes, base: bytes, cursor: tuple[int, int]) -> Unsaved:
        """Make one of the moment."""
        text, origin = (one.decode("utf-8", "surrogateescape") for one in (data, base))
        return cls(path, text, origin, cursor, time.time())

    @property
    def data(self) -> bytes:
        """The content as bytes."""
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def base_data(self) -> bytes:
        """What it was made from, as bytes."""
        return self.base.encode("utf-8", "surrogateescape")

    @property
    def base_digest(self) -> Digest:
        """The digest of what it was made from."""
        return digest_of(self.base_data)


class Swap:
    """The unsaved text of one note. Its methods may be called from any thread."""

    def __init__(self, state: str, path: str) -> None:
        """Make the place for it; nothing is written yet.

        Args:
            state: The state folder of the vault.
            path: The note, as a vault path.
        """
        self._folder = os.path.join(state, FOLDER)
        name = digest_of(path.encode("utf-8", "surrogateescape"))
        self._file = os.path.join(self._folder, f"{name}.json")
        self._path = path
        self._lock = threading.Lock()
        self._durable = -DURABLE_SECONDS
        self._newest = -1.0

    def write(self, unsaved: Unsaved, *, durable: bool = False) -> None:
        """Keep a text, unless a newer one is kept or what was typed until then is saved.

        Args:
            unsaved: The text.
            durable: Wait for the disk also when that was done a moment ago.

        Raises:
            NotekeepError: It could not be written; what was kept before still is.
        """
        data = json.dumps(asdict(unsaved)).encode("ascii")
        with self._lock, explained(self._file, "written"):
            if unsaved.made <= self._newest:
                return
            make_folder(self._folder)
            now = time.monotonic()
            if durable or now - self._durable >= DURABLE_SECONDS:
                write_file(self._file, data)
                self._durable = now
            else:
                with Flush() as later:
                    write_file(self._file, data, flush=later)
            self._newest = unsaved.made

    def read(self) -> Unsaved | None:
        """Give what is kept of the note; None when nothing is, or nothing that can be read."""
        try:
            with open(self._file, "rb") as file:
                found: Any = json.load(file)
            unsaved = Unsaved(
                path=str(found["path"]),
                text=str(found["text"]),
                base=str(found["base"]),
                cursor=(int(found["cursor"][0]), int(found["cursor"][1])),
                when=float(found["when"]),
            )
        except (OSError, ValueError, TypeError, LookupError):
            return None
        return unsaved if unsaved.path == self._path else None

    def discard(self) -> None:
        """Remove what is kept: it is saved, or not wanted."""
        with self._lock:
            # A text that was on its way to the disk until now must not come after this.
            self._newest = time.monotonic()
            with suppress(OSError):
                os.unlink(self._file)
