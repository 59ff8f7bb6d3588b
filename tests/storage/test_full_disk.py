"""A disk without room: the note is as it was, nothing is left over, and the person is told."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Conflict, Failure, Refused
from notekeep.storage import append
from notekeep.storage.content import digest_of
from notekeep.storage.history import History
from reliability import saves

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD = b"all there is of a long afternoon\n" * 100
BIG = b"much more than fits\n" * 20_000


@pytest.fixture
def tiny(tmp_path: Path, history: History) -> Iterator[Path]:
    """A disk of 256 KB, with a note on it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("this system has no mount")
    if done.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        (disk / "note.md").write_bytes(OLD)
        yield disk
    finally:
        history.close()
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_note_that_does_not_fit_is_not_saved_and_not_lost(tiny: Path, history: History) -> None:
    with pytest.raises(Failure, match="disk is full") as failure:
        saves.replace("note.md", BIG, digest_of(OLD), root=tiny, history=history)

    assert "note.md" in failure.value.message
    assert [(path.name, path.read_bytes()) for path in tiny.iterdir()] == [("note.md", OLD)]


def test_a_saver_that_writes_into_the_note_loses_it(tiny: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        (tiny / "note.md").write_bytes(BIG)
    assert OLD not in (tiny / "note.md").read_bytes()


def test_a_step_of_several_files_is_not_done_by_half(tiny: Path, history: History) -> None:
    (tiny / "b.md").write_bytes(OLD)
    step = history.step("tag", "", root=tiny, whole=True)
    step.edit("b.md", b"small", digest_of(OLD))
    step.edit("note.md", BIG, digest_of(OLD))
    with pytest.raises(Failure, match="disk is full"):
        step.commit()
    assert {path.name: path.read_bytes() for path in tiny.iterdir()} == {
        "note.md": OLD,
        "b.md": OLD,
    }


def test_what_fits_is_done_and_what_does_not_is_named(tiny: Path, history: History) -> None:
    (tiny / "b.md").write_bytes(OLD)
    with history.step("tag", "", root=tiny) as step:
        step.edit("b.md", b"small", digest_of(OLD))
        step.edit("note.md", BIG, digest_of(OLD))
    assert list(step.failed) == ["note.md"]
    assert (tiny / "b.md").read_bytes() == b"small"
    assert (tiny / "note.md").read_bytes() == OLD


def test_a_hard_linked_note_has_its_room_made_first(tiny: Path, history: History) -> None:
    (tiny / "twin.md").hardlink_to(tiny / "note.md")
    with pytest.raises(Failure, match="disk is full"):
        saves.replace("note.md", BIG, digest_of(OLD), root=tiny, history=history)
    assert (tiny / "note.md").read_bytes() == OLD
    assert (tiny / "twin.md").samefile(tiny / "note.md")
    assert history.recover(tiny) == []


def test_history_without_room_keeps_the_note_from_being_changed(tiny: Path, vault: Path) -> None:
    """What cannot be undone is not done."""
    (vault / "note.md").write_bytes(BIG)
    with pytest.raises(Failure, match="disk is full"):
        saves.replace("note.md", b"small", None, root=vault, history=History(tiny / "state"))
    assert (vault / "note.md").read_bytes() == BIG


def test_a_conflict_copy_without_room_goes_to_history(tiny: Path, history: History) -> None:
    with pytest.raises(Conflict, match="saved in history"):
        saves.replace("note.md", BIG, digest_of(b"other"), root=tiny, history=history)
    assert (tiny / "note.md").read_bytes() == OLD
    assert history.blobs.read(digest_of(BIG)) == BIG


def test_a_log_line_without_room_is_not_there_by_half(tiny: Path) -> None:
    log = tiny / "log.md"
    append.append_line(log, "- first")
    (tiny / "rest").write_bytes(b"x" * 190_000)
    filler = tiny / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(b"x" * 300_000)
    before = log.read_bytes()
    line = "- " + "y" * 8000
    with pytest.raises(Failure, match="disk is full"):
        append.append_line(log, line)
    assert log.read_bytes() == before


def test_a_vault_mounted_read_only_is_named(tiny: Path, history: History) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(tiny)], check=True)
    with pytest.raises(Refused, match=r"note\.md.*read-only"):
        saves.replace("note.md", b"new", digest_of(OLD), root=tiny, history=history)
    with pytest.raises(Refused, match=r"new\.md.*read-only"):
        saves.create("new.md", b"new", root=tiny)
    assert [path.name for path in tiny.iterdir()] == ["note.md"]


LIMITED = """
import resource, signal, sys
from notekeep.errors import NotekeepError
from notekeep.storage.history import History
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
root, state = sys.argv[1:]
try:
    with History(state).step("save", "", root=root) as step:
        step.edit("note.md", b"x" * 50_000, None)
except NotekeepError as error:
    print(error.message)
    sys.exit(error.exit_code)
"""


def test_a_limit_on_the_size_of_files_is_told_and_loses_nothing(
    vault: Path, history: History
) -> None:
    """The system takes a part of the bytes before it refuses the rest."""
    (vault / "note.md").write_bytes(OLD)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(vault), history.folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == Failure.exit_code, done.stderr
    assert "note.md" in done.stdout
    assert os.listdir(vault) == ["note.md"]
    assert (vault / "note.md").read_bytes() == OLD
