"""R8: other programs save at the worst moment, and what they saved is there afterwards."""

from __future__ import annotations

import itertools
import shutil
import threading
from typing import TYPE_CHECKING
from unittest.mock import patch

from notekeep.errors import Conflict
from notekeep.storage import durability, renames, scan
from notekeep.storage.content import digest_of, read_file
from notekeep.storage.history import History
from reliability import saves
from reliability.board import Result, Row, Sizes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD = b"old\n"

WINDOW = ("kept", "created", "written", "synced")
"""The points before the exchange, at which the old file has already been looked at."""

LINES = 200
"""So many lines each of two writers adds at most."""


def in_place(note: Path, theirs: bytes) -> None:
    """Save by writing into the file."""
    note.write_bytes(theirs)


def by_rename(note: Path, theirs: bytes) -> None:
    """Save by renaming a new file over the old one."""
    temp = note.with_name("their-temp")
    temp.write_bytes(theirs)
    temp.replace(note)


def as_vim_does(note: Path, theirs: bytes) -> None:
    """Move the old file away, write the new one, remove the old one."""
    note.replace(note.with_name("note.md~"))
    note.write_bytes(theirs)
    note.with_name("note.md~").unlink()


def as_vim_copies(note: Path, theirs: bytes) -> None:
    """Copy the old file away, write into it, remove the copy."""
    shutil.copy2(note, note.with_name("note.md~"))
    note.write_bytes(theirs)
    note.with_name("note.md~").unlink()


def as_sync_tools_do(note: Path, theirs: bytes) -> None:
    """Put a file in place whose time of modification is that of another machine."""
    import os

    temp = note.with_name(".syncthing.note.md.tmp")
    temp.write_bytes(theirs)
    os.utime(temp, (1_700_000_000, 1_700_000_000))
    temp.replace(note)


OTHERS = (in_place, by_rename, as_vim_does, as_vim_copies, as_sync_tools_do)


def naive(path: Path, data: bytes, expected: str, *, root: Path, history: History) -> None:
    """Save as careful programs do: look again, then rename over it."""
    del root, history
    temp = path.with_name("temp")
    temp.write_bytes(data)
    if digest_of(path.read_bytes()) != expected:
        raise Conflict("changed")
    for point in WINDOW:
        durability.reach_failpoint(point)
    temp.replace(path)


def survives(text: bytes, root: Path) -> bool:
    """Whether a person finds a text: in a note or in a conflict copy that a sweep reports."""
    found = scan.sweep(root, {})
    return any((root / path).read_bytes() == text for path in [*found.added, *found.conflicts])


def run(size: int, folder: Path, saver: Callable[..., object] = saves.replace) -> Result:
    """Stage `size` saves of other programs in the window of ours, then let two of ours race."""
    result = Result(size=f"{size:,} staged saves, 2 writers")
    cases = itertools.cycle(itertools.product(OTHERS, WINDOW, (True, False)))
    for number, (other, point, exchanges) in zip(range(size), cases, strict=False):
        root = folder / f"{number // 100}"  # few files each, so that sweeping stays quick
        _stage(result, root, folder / f"{number // 100} state", number, other, point, exchanges)(
            saver
        )
        result.count += 1
    if saver is saves.replace:
        _two_writers(result, folder, min(size, LINES))
    return result


def _stage(
    result: Result,
    root: Path,
    state: Path,
    number: int,
    other: Callable[[Path, bytes], None],
    point: str,
    exchanges: bool,  # noqa: FBT001 - as above
) -> Callable[[Callable[..., object]], None]:
    root.mkdir(exist_ok=True)
    note = root / f"note {number}.md"
    note.write_bytes(OLD)
    ours, theirs = b"ours %d\n" % number, b"theirs %d, longer than ours is\n" % number
    waiting = [theirs]

    def reached(name: str) -> None:
        if name == point and waiting:
            other(note, waiting.pop())

    def staged(saver: Callable[..., object]) -> None:
        where = f"{other.__name__} at {point}{'' if exchanges else ', nothing is exchanged'}"
        conflict = False
        real = renames._renamer
        with (
            patch.object(durability, "reach_failpoint", reached),
            patch.object(renames, "_renamer", real if exchanges else lambda: None),
        ):
            history = History(state)
            try:
                saver(note, ours, digest_of(OLD), root=root, history=history)
            except Conflict:
                conflict = True
            history.close()
        if not survives(theirs, root):
            result.lose(f"theirs, {where}")
        if not survives(ours, root):
            result.lose(f"ours, {where}")
        result.expect(conflict or note.read_bytes() == ours, f"{where}: the conflict is silent")
        result.expect(not scan.sweep(root, {}).temps, f"{where}: a temporary file stays")

    return staged


def _two_writers(result: Result, folder: Path, count: int) -> None:
    """Two of ours add lines to one note as fast as they can."""
    root = folder / "two"
    root.mkdir()
    note = root / "note.md"
    note.write_bytes(OLD)
    failures: list[BaseException] = []

    def write(name: str) -> None:
        history = History(folder / "two state")
        try:
            for number in range(count):
                add_line(note, f"{name} {number}\n".encode(), root, history)
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        result.fault(f"two writers: {failure!r}")
    lines = {line for path in root.glob("*.md") for line in path.read_bytes().splitlines()}
    for name, number in itertools.product((b"ann", b"bob"), range(count)):
        if b"%s %d" % (name, number) not in lines:
            result.lose(f"two writers: line {number} of {name!r}")
    result.expect(not scan.sweep(root, {}).temps, "two writers: a temporary file stays")


def add_line(note: Path, line: bytes, root: Path, history: History) -> None:
    """Add a line to a note, as often as it takes."""
    while line not in (data := _read(note)):
        try:
            saves.replace(
                note, data + line, digest_of(data), root=root, history=history, keep_ours=False
            )
        except Conflict:
            continue


def _read(note: Path) -> bytes:
    while True:
        try:
            return read_file(note)[0]
        except Conflict:
            continue


ROW = Row("R8", "other programs save inside our window", Sizes(80, 1000, 100_000), run)
