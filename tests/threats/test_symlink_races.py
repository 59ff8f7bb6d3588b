"""Somebody who swaps files and folders for links while we write reaches nothing outside.

One swap at each step of a save is staged in tests/storage/test_save.py and test_race.py; here an
attacker swaps as fast as they can.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotekeepError
from notekeep.storage.history import History
from reliability import saves

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 1.0


def swap_note(root: Path, victim: Path) -> None:
    with suppress(OSError):
        os.symlink(victim / "note.md", root / "sub/link")
        os.replace(root / "sub/link", root / "sub/note.md")
    with suppress(OSError):
        os.unlink(root / "sub/note.md")
        (root / "sub/note.md").write_bytes(b"ours\n")


def swap_folder(root: Path, victim: Path) -> None:
    with suppress(OSError):
        os.rename(root / "sub", root / "aside")
    with suppress(OSError):
        os.symlink(victim, root / "sub")
    with suppress(OSError):
        os.unlink(root / "sub")
    with suppress(OSError):
        os.rename(root / "aside", root / "sub")


@pytest.mark.parametrize("swap", [swap_note, swap_folder])
def test_nothing_outside_is_written_whatever_is_swapped(
    swap: Callable[[Path, Path], None], root: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "note.md").write_bytes(b"theirs\n")
    (root / "sub").mkdir()
    (root / "sub/note.md").write_bytes(b"ours\n")
    history = History(tmp_path / "state")
    done = threading.Event()

    def attack() -> None:
        while not done.is_set():
            swap(root, victim)

    attacker = threading.Thread(target=attack)
    attacker.start()
    tried = 0
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            tried += 1
            with suppress(NotekeepError, OSError):
                path = root / "sub/note.md"
                saves.replace(path, b"new %d\n" % tried, None, root=root, history=history)
            with suppress(NotekeepError, OSError):
                saves.create(root / f"sub/new {tried}.md", b"new\n", root=root)
    finally:
        done.set()
        attacker.join()
    assert tried > 5
    assert [path.name for path in victim.iterdir()] == ["note.md"]
    assert (victim / "note.md").read_bytes() == b"theirs\n"
