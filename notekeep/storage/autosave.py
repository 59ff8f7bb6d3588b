"""Unsaved text of editors, stored so that a crash does not lose it.

It stays in the state folder until it is saved or discarded, together with the content it is based
on, so that it can be merged if the note changes. Each editor has its own locked file, so that two
editors of a note never overwrite, offer or remove each other's text. An unlocked file belongs to a
program that has ended.
"""

from __future__ import annotations

import json
import os
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from notekeep.locks import try_lock
from notekeep.storage.content import digest_of
from notekeep.storage.durability import Flush, close, closed_after, make_folder, write_file
from notekeep.storage.filesystem import explain_errors

FOLDER = "swap"
DURABLE_SECONDS = 5.0
"""Seconds between flushes. In between, text survives a killed process, but not a power cut."""

_LOCK = ".lock"
_LOCK_TIMEOUT = 0.04  # seconds; `find_unsaved` of another process may hold the lock


@dataclass(frozen=True, slots=True)
class UnsavedText:
    """The unsaved text of a note; bytes that are not UTF-8 are lone surrogates."""

    path: str
    text: str  # the whole content
    base: str  # the content it is based on
    cursor: tuple[int, int]  # line and column, counted from 0
    when: float  # when it was typed, in seconds since 1970
    # The same on the monotonic clock, for comparisons within one process.
    ticks: float = field(default_factory=time.monotonic, compare=False)

    @classmethod
    def of(cls, path: str, data: bytes, base: bytes, cursor: tuple[int, int]) -> UnsavedText:
        """Create an object with the current time."""
        text, origin = (one.decode("utf-8", "surrogateescape") for one in (data, base))
        return cls(path, text, origin, cursor, time.time())

    @property
    def data(self) -> bytes:
        """The content as bytes."""
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def base_data(self) -> bytes:
        """The content it is based on, as bytes."""
        return self.base.encode("utf-8", "surrogateescape")


class AutosaveFile:
    """The stored text of one open editor. Its methods can be called from any thread."""

    def __init__(self, state: str, path: str) -> None:
        self._folder = os.path.join(state, FOLDER)
        self._path = path
        self._file = ""
        self._unlock: Callable[[], object] | None = None
        self._lock = threading.RLock()
        self._durable = -DURABLE_SECONDS
        self._newest = -1.0

    def write(self, unsaved: UnsavedText, *, durable: bool = False) -> None:
        """Store a text unless a newer one is stored; with `durable`, always flush it."""
        data = json.dumps(asdict(unsaved)).encode("ascii")
        with self._lock, explain_errors(self._folder, "written to"):
            if unsaved.ticks <= self._newest:
                return
            make_folder(self._folder)
            while not self._file:
                own = f"{self._name}-{os.getpid():x}-{os.urandom(3).hex()}.json"
                self._lock_file(os.path.join(self._folder, own), new=True)
            now = time.monotonic()
            if durable or now - self._durable >= DURABLE_SECONDS:
                write_file(self._file, data)
                self._durable = now
            else:
                with Flush() as later:
                    write_file(self._file, data, flush=later)
            self._newest = unsaved.ticks

    def claim(self) -> UnsavedText | None:
        """Take over the newest text that no open editor holds, to replace or discard it."""
        with self._lock:
            found = sorted(self._stored(), key=lambda one: one[1].when, reverse=True)
            for file, unsaved in found:
                with suppress(OSError):
                    if file == self._file or (not self._file and self._lock_file(file)):
                        return _read(file) or unsaved
        return None

    def read(self) -> UnsavedText | None:
        """Return the newest unsaved text of the note from any editor, or None."""
        texts = (unsaved for _, unsaved in self._stored())
        return max(texts, key=lambda one: one.when, default=None)

    def discard(self) -> None:
        """Remove the text of this editor."""
        with self._lock:
            # A write already started by another thread must not store the text again.
            self._newest = time.monotonic()
            if self._file:
                _remove(self._file)
            self.release()

    def release(self) -> None:
        """Unlock the stored text for the next editor."""
        with self._lock:
            self._file = ""
            if self._unlock is not None:
                self._unlock()
                self._unlock = None

    def forget(self) -> None:
        """Remove the texts of all editors of the note, even open ones."""
        self.discard()
        for file in _list_files(self._folder, self._name):
            _remove(file)

    @property
    def _name(self) -> str:
        return digest_of(self._path.encode("utf-8", "surrogateescape"))

    def _stored(self) -> list[tuple[str, UnsavedText]]:
        found = [(file, _read(file)) for file in _list_files(self._folder, self._name)]
        return [(file, one) for file, one in found if one is not None and one.path == self._path]

    def _lock_file(self, file: str, *, new: bool = False) -> bool:
        """Lock a file for this editor; False if another editor has it, or it does not exist."""
        lock = file + _LOCK
        fd = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        # Runs even if the editor object is only garbage-collected.
        unlock = weakref.finalize(self, close, fd)
        if not try_lock(fd, _LOCK_TIMEOUT):
            unlock()
            return False
        if not new and not os.path.exists(file):
            os.unlink(lock)
            unlock()
            return False
        self._file, self._unlock = file, unlock
        return True


def find_unsaved(state: str) -> list[UnsavedText]:
    """Return the texts of closed editors, the newest of each note, newest first."""
    found: dict[str, UnsavedText] = {}
    for file in _list_files(os.path.join(state, FOLDER)):
        unsaved = _read(file)
        if unsaved is None or _is_held(file + _LOCK):
            continue
        known = found.get(unsaved.path)
        if known is None or known.when < unsaved.when:
            found[unsaved.path] = unsaved
    return sorted(found.values(), key=lambda one: (-one.when, one.path))


def _list_files(folder: str, start: str = "") -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [
        os.path.join(folder, name)
        for name in names
        if name.startswith(start) and name.endswith(".json")
    ]


def _remove(file: str) -> None:
    for name in (file, file + _LOCK):
        with suppress(OSError):
            os.unlink(name)


def _is_held(lock: str) -> bool:
    try:
        fd = os.open(lock, os.O_RDWR)
    except OSError:
        return False
    with closed_after(fd):
        return not try_lock(fd)


def _read(file: str) -> UnsavedText | None:
    try:
        with open(file, "rb") as opened:
            found: Any = json.load(opened)
        return UnsavedText(
            path=str(found["path"]),
            text=str(found["text"]),
            base=str(found["base"]),
            cursor=(int(found["cursor"][0]), int(found["cursor"][1])),
            when=float(found["when"]),
        )
    except (OSError, ValueError, TypeError, LookupError):
        return None
