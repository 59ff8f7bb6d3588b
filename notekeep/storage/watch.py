"""Watch a vault for changes, so that a sweep starts early.

A hint lists folders to sweep. Hints are not reliable: systems merge, drop and repeat events, and
for a renamed folder they report only the folder. So the sweep decides, and there is a hint for the
whole vault at the start and at intervals. If the vault cannot be watched, because it has too many
folders or is on a network disk, it is swept at intervals.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

from notekeep.errors import Failure
from notekeep.storage.file_names import is_skipped_folder
from notekeep.storage.filesystem import is_remote
from notekeep.storage.scan import IGNORE_FILE, NOTE_SUFFIXES, Fingerprint, list_folders, sweep

if TYPE_CHECKING:
    from watchfiles import Change


EVERYTHING = frozenset({""})
"""The hint to sweep the whole vault."""

_MAX_FOLDERS = 20  # for more folders, sweeping everything is faster
_STEP_MS = 20  # the pause between events that ends a hint
_GATHER_MS = 400  # the maximum delay of a hint
_CHECK_MS = 1000  # the interval of checks that the vault still exists
_FULL_SECONDS = 300.0  # the interval of hints for the whole vault

_ONE_BY_ONE = sys.platform.startswith("linux")
"""Whether each folder must be watched separately. They are listed here, because watchfiles would
block all Python threads while it lists them: a quarter of a second for 100,000 notes."""


def watch(
    root: str | os.PathLike[str], *, stop: Event | None = None, poll_every: float = 10.0
) -> Iterator[frozenset[str]]:
    """Wait for changes in a vault and yield the folders to sweep, as vault paths.

    `EVERYTHING` is the whole vault. A yielded folder may no longer exist; sweeping it finds its
    removed notes. If watching is impossible, the vault is swept every `poll_every` seconds. Set
    `stop` to end the iteration.
    """
    place = os.path.realpath(root)
    halt = stop or Event()
    while not halt.is_set():
        if not os.path.isdir(place):
            halt.wait(poll_every)
            continue
        if is_remote(place) or not (yield from _watch(place, halt)):
            yield from _poll(place, halt, poll_every)
        if not halt.is_set():
            yield EVERYTHING  # the folder was missing, and may now be another vault


def _watch(place: str, halt: Event) -> Generator[frozenset[str], None, bool]:
    identity = _identity(place)
    while not halt.is_set() and _identity(place) == identity:
        try:
            watched = list_folders(place) if _ONE_BY_ONE else [place]
            yield from _hints(place, watched, halt)
        except FileNotFoundError:
            continue  # a folder was removed during the listing
        except (ImportError, Failure, OSError, RuntimeError):  # too many folders, or no support
            return False
    return True


def _hints(place: str, watched: list[str], halt: Event) -> Iterator[frozenset[str]]:
    import watchfiles

    identity = _identity(place)
    full = 0.0  # changes before the watch started raise no event
    found = watchfiles.watch(
        *watched,
        recursive=not _ONE_BY_ONE,
        watch_filter=None,
        step=_STEP_MS,
        debounce=_GATHER_MS,
        rust_timeout=_CHECK_MS,
        yield_on_timeout=True,
        stop_event=halt,
        force_polling=False,
        ignore_permission_denied=True,
    )
    with closing(found):
        for changes in found:
            if _identity(place) != identity:
                return
            if _ONE_BY_ONE and _changes_folders(frozenset(watched), changes):
                # New folders send no events until they are watched.
                yield EVERYTHING
                return
            if time.monotonic() >= full:
                full = time.monotonic() + _FULL_SECONDS
                yield EVERYTHING
            elif changes:
                hinted = folders_to_sweep(place, (path for _, path in changes))
                if hinted:
                    yield hinted


def _changes_folders(watched: frozenset[str], changes: Iterable[tuple[Change, str]]) -> bool:
    """Whether folders to watch may have been added or removed."""
    from watchfiles import Change

    return any(
        change != Change.modified if path in watched else _may_be_folder(path)
        for change, path in changes
    )


def _may_be_folder(path: str) -> bool:
    name = os.path.basename(path)
    return name == IGNORE_FILE or (not is_skipped_folder(name) and os.path.isdir(path))


def _poll(place: str, halt: Event, every: float) -> Iterator[frozenset[str]]:
    known: dict[str, Fingerprint] | None = None
    while not halt.is_set():
        try:
            changes = sweep(place, known or {}, cancelled=halt.is_set)
        except Failure:
            return
        if changes.cancelled:
            return
        if known is None:
            known = {}
            yield EVERYTHING
        elif len(changes):
            paths = [*changes.added, *changes.modified, *changes.removed]
            yield outermost(path.rpartition("/")[0] for path in paths)
        known |= changes.added | changes.modified
        for path in changes.removed:
            known.pop(path, None)
        halt.wait(every)


def folders_to_sweep(root: str, paths: Iterable[str]) -> frozenset[str]:
    """Return the folders to sweep for the absolute paths of changed files and folders."""
    folders: set[str] = set()
    for path in paths:
        inner = path[len(root) :].strip(os.sep).replace(os.sep, "/")
        above, _, name = inner.rpartition("/")
        if not inner:
            return EVERYTHING
        if any(part.startswith(".") for part in above.split("/")):
            continue
        if name == IGNORE_FILE or name.endswith(NOTE_SUFFIXES):
            folders.add(above)
        elif not name.startswith(".") and not os.path.isfile(path):
            folders.add(inner)  # a folder, perhaps deleted
    return outermost(folders)


def outermost(folders: Iterable[str]) -> frozenset[str]:
    """Drop folders inside others; return EVERYTHING if there are too many."""
    outer: list[str] = []
    for folder in sorted(set(folders)):
        if not any(not other or folder.startswith(f"{other}/") for other in outer):
            outer.append(folder)
    return frozenset(outer) if len(outer) <= _MAX_FOLDERS else EVERYTHING


def _identity(place: str) -> tuple[int, int] | None:
    try:
        found = os.stat(place)
    except OSError:
        return None
    return found.st_dev, found.st_ino
