"""Hints that something in the vault changed, so that a sweep need not wait for its turn.

A hint names folders to sweep and promises nothing: systems merge, drop and repeat what they report,
and a renamed folder is all they say of the notes in it. So the sweep is the truth, and a hint for
the whole vault comes by itself when watching begins and from time to time. Where the system cannot
watch, because there are too many folders or the disk is another machine's, the vault is swept at
intervals instead.
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

_MANY = 20  # folders from which on one sweep of everything is quicker
_STEP_MS = 20  # how long it has to be quiet before a hint is given
_GATHER_MS = 400  # how long a hint may be held back while it is not quiet
_CHECK_MS = 1000  # how often to check whether the vault is still there
_FULL_SECONDS = 300.0  # after which the whole vault is hinted at in any case

_ONE_BY_ONE = sys.platform.startswith("linux")
"""Whether the system watches single folders. To have watchfiles find them takes a quarter of a
second for 100,000 notes, in which Python runs no other thread."""


def watch(
    root: str | os.PathLike[str], *, stop: Event | None = None, poll_every: float = 10.0
) -> Iterator[frozenset[str]]:
    """Wait for changes in a vault and name the folders to sweep: vault paths, none inside another.

    `EVERYTHING` stands for the whole vault; a folder may be gone, and sweeping it shows what was in
    it. Where nothing can be watched, the vault is swept every `poll_every` seconds. `stop` ends it.
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
            yield EVERYTHING  # it went away and may be another one


def _watch(place: str, halt: Event) -> Generator[frozenset[str], None, bool]:
    identity = _identity(place)
    while not halt.is_set() and _identity(place) == identity:
        try:
            watched = list_folders(place) if _ONE_BY_ONE else [place]
            yield from _hints(place, watched, halt)
        except FileNotFoundError:
            continue  # a folder that went while the others were listed
        except (ImportError, Failure, OSError, RuntimeError):  # too many folders, or no way to
            return False
    return True


def _hints(place: str, watched: list[str], halt: Event) -> Iterator[frozenset[str]]:
    import watchfiles

    identity = _identity(place)
    full = 0.0  # what changed before the system began to watch was hinted at by nobody
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
                # Once more when they are watched: until then, what happens in them is not heard.
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
    """Tell whether there may be new folders to watch, or fewer than there were."""
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
    """Turn absolute paths of changed files and folders into folders to sweep."""
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
            folders.add(inner)  # a folder, or what was one
    return outermost(folders)


def outermost(folders: Iterable[str]) -> frozenset[str]:
    """Leave out folders that lie in others; name the whole vault when there are too many."""
    kept: list[str] = []
    for folder in sorted(set(folders)):
        if not any(not other or folder.startswith(f"{other}/") for other in kept):
            kept.append(folder)
    return frozenset(kept) if len(kept) <= _MANY else EVERYTHING


def _identity(place: str) -> tuple[int, int] | None:
    try:
        found = os.stat(place)
    except OSError:
        return None
    return found.st_dev, found.st_ino
