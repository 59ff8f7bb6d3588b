"""Other programs save at the worst moment, and what they saved is still there afterwards.

Each test that shows a protection also runs a saver without it, and sees that something is lost.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Conflict, NotekeepError
from notekeep.storage import renames, scan
from notekeep.storage.content import digest_of
from notekeep.storage.history import History
from reliability.r08_races import OTHERS, WINDOW, add_line, in_place, naive, survives
from reliability.saves import replace
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.storage.transaction import Transaction


OLD, NEW, THEIRS = b"old\n", b"the new text\n", b"theirs, longer than the new text is\n"
ROUNDS = sized(1, 3)


def staged(other: Callable[[Path, bytes], None], note: Path) -> Callable[[], None]:
    return lambda: other(note, THEIRS)


@pytest.fixture(params=["exchange", "rename"])
def swapping(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Once with the system's exchange, once where it has none, as on NFS."""
    if request.param == "rename":
        monkeypatch.setattr(renames, "_renamer", lambda: None)
    return str(request.param)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("point", WINDOW)
def test_a_save_in_our_window_is_kept_beside_ours(
    note: Path,
    vault: Path,
    history: History,
    at_point: Callable[..., None],
    other: Callable[[Path, bytes], None],
    point: str,
    swapping: str,
) -> None:
    for _ in range(ROUNDS):
        note.write_bytes(OLD)
        at_point(point, staged(other, note))
        with pytest.raises(Conflict, match="another program"):
            replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert survives(THEIRS, vault)
        assert survives(NEW, vault)
        assert scan.sweep(vault, {}).temps == []


@pytest.mark.parametrize("other", OTHERS)
def test_a_saver_that_only_looks_again_loses_it(
    note: Path,
    vault: Path,
    history: History,
    at_point: Callable[..., None],
    other: Callable[[Path, bytes], None],
) -> None:
    at_point("synced", staged(other, note))
    naive(note, NEW, digest_of(OLD), root=vault, history=history)
    assert not survives(THEIRS, vault)


def test_a_note_deleted_in_our_window_stays_deleted_and_ours_is_kept(
    note: Path, vault: Path, history: History, at_point: Callable[..., None], swapping: str
) -> None:
    at_point("synced", note.unlink)
    with pytest.raises(Conflict, match="deleted or moved"):
        replace(note, NEW, digest_of(OLD), root=vault, history=history)
    assert not note.exists()
    assert survives(NEW, vault)


def test_a_refused_change_that_can_be_planned_again_leaves_no_copy(
    note: Path, vault: Path, history: History, at_point: Callable[..., None], swapping: str
) -> None:
    other = vault.parent / "outside.md"
    other.hardlink_to(note)
    at_point("kept", staged(in_place, note))
    with pytest.raises(Conflict, match="changed by another program"):
        replace(note, NEW, digest_of(OLD), root=vault, history=history, keep_ours=False)
    assert [path.read_bytes() for path in vault.iterdir()] == [THEIRS]
    other.unlink()
    at_point("synced", note.unlink)
    with pytest.raises(Conflict, match="deleted or moved"):
        replace(note, NEW, digest_of(THEIRS), root=vault, history=history, keep_ours=False)
    assert [*vault.iterdir()] == []


def test_a_folder_or_a_link_put_in_its_place_is_kept(
    note: Path, vault: Path, history: History, at_point: Callable[..., None]
) -> None:
    def folder() -> None:
        note.unlink()
        note.mkdir()
        (note / "inside.md").write_bytes(THEIRS)

    def link() -> None:
        note.unlink()
        note.symlink_to("elsewhere.md")

    for put in (folder, link):
        note.write_bytes(OLD)
        at_point("synced", put)
        with pytest.raises(Conflict):
            replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert note.read_bytes() == NEW
    others = [path for path in vault.iterdir() if path != note]
    assert sorted(path.is_symlink() for path in others) == [False, True]
    assert survives(THEIRS, vault)


class TestEditorsThatHaveItOpen:
    """An editor opened the note before it was replaced, and writes into the old file after it."""

    @pytest.mark.parametrize("other_disk", [False, True])
    def test_what_they_write_late_becomes_a_conflict_copy(
        self, note: Path, vault: Path, history: History, *, other_disk: bool
    ) -> None:
        if other_disk:  # nothing can be moved there
            history.displaced.folder = os.devnull + "/aside"
        with note.open("r+b") as editor:
            with history.step("edit", "edit note", root=vault) as step:
                step.edit("note.md", NEW, digest_of(OLD))
            editor.write(THEIRS)
            editor.truncate()
        assert history.check_displaced(vault, min_age=60) == []

        copies = history.check_displaced(vault, min_age=0)

        assert [(vault / copy).read_bytes() for copy in copies] == [THEIRS]
        assert survives(THEIRS, vault)
        assert note.read_bytes() == NEW
        assert history.check_displaced(vault, min_age=0) == []

    def test_the_next_process_sees_it_as_well(
        self, note: Path, vault: Path, history: History
    ) -> None:
        with note.open("r+b") as editor:
            with history.step("edit", "edit note", root=vault) as step:
                step.edit("note.md", NEW, digest_of(OLD))
            editor.write(THEIRS)
        assert History(history.folder).check_displaced(vault, min_age=0)
        assert survives(THEIRS, vault)

    def test_a_start_sees_it_when_it_is_old_enough(
        self, note: Path, vault: Path, history: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with note.open("r+b") as editor:
            replace(note, NEW, digest_of(OLD), root=vault, history=history)
            editor.write(THEIRS)
        history.recover(vault)
        assert len(os.listdir(history.displaced.folder)) == 1
        later = time.time() + 60
        monkeypatch.setattr(time, "time", lambda: later)
        History(history.folder).recover(vault)
        assert os.listdir(history.displaced.folder) == []
        assert history.blobs.read(digest_of(THEIRS)) == THEIRS

    def test_what_they_write_late_stays_aside_until_it_can_be_kept(
        self, note: Path, vault: Path, history: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> str:
            raise OSError(28, "No space left on device")

        with note.open("r+b") as editor:
            with history.step("edit", "edit note", root=vault) as step:
                step.edit("note.md", NEW, digest_of(OLD))
            editor.write(THEIRS)
        with monkeypatch.context() as patch:
            patch.setattr(history.blobs, "store", full)
            assert history.check_displaced(vault, min_age=0) == []
        assert len(history.check_displaced(vault, min_age=0)) == 1
        assert survives(THEIRS, vault)

    def test_where_nobody_writes_late_nothing_is_left(
        self, note: Path, vault: Path, history: History
    ) -> None:
        replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert history.check_displaced(vault, min_age=0) == []
        assert list(Path(history.displaced.folder).iterdir()) == []

    def test_late_writes_to_a_note_of_no_step_are_in_history(
        self, note: Path, vault: Path, history: History
    ) -> None:
        with note.open("r+b") as editor:
            replace(note, NEW, digest_of(OLD), root=vault, history=history)
            editor.write(THEIRS)
        history.check_displaced(vault, min_age=0)
        assert history.blobs.read(digest_of(THEIRS)) == THEIRS

    def test_a_saver_that_unlinks_the_old_file_loses_it(
        self, note: Path, vault: Path, history: History
    ) -> None:
        with note.open("r+b") as editor:
            naive(note, NEW, digest_of(OLD), root=vault, history=history)
            editor.write(THEIRS)
        history.check_displaced(vault, min_age=0)
        assert not survives(THEIRS, vault)


def test_a_hard_linked_note_changed_in_the_window_is_not_written_over(
    note: Path, vault: Path, history: History, at_point: Callable[..., None]
) -> None:
    other = vault.parent / "outside.md"
    other.hardlink_to(note)
    at_point("kept", lambda: in_place(other, THEIRS))
    with pytest.raises(Conflict):
        replace(note, NEW, digest_of(OLD), root=vault, history=history)
    assert note.read_bytes() == THEIRS
    assert survives(NEW, vault)
    assert History(history.folder).recover(vault) == []


def test_two_writers_lose_no_line_of_each_other(note: Path, vault: Path, history: History) -> None:
    count = sized(10, 25)
    failures: list[BaseException] = []

    def write(name: str) -> None:
        own = History(history.folder)
        try:
            for number in range(count):
                add_line(note, f"{name} {number}\n".encode(), vault, own)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    kept = b"".join(path.read_bytes() for path in vault.glob("*.md")).splitlines()
    wanted = {b"%s %d" % (name, number) for name in (b"ann", b"bob") for number in range(count)}
    assert wanted <= set(kept)
    assert scan.sweep(vault, {}).temps == []


def test_whoever_raises_inside_a_step_changes_nothing(
    note: Path, vault: Path, history: History
) -> None:
    def fail() -> None:
        with history.step("edit", "edit note", root=vault) as step:
            step.edit("note.md", NEW, digest_of(OLD))
            raise KeyError("mistake")

    with pytest.raises(KeyError):
        fail()
    assert note.read_bytes() == OLD
    assert history.steps() == []


def test_a_step_of_one_file_tells_of_the_other_save_and_is_done(
    note: Path, vault: Path, history: History, at_point: Callable[..., None]
) -> None:
    at_point("synced", lambda: in_place(note, THEIRS))
    step = history.step("edit", "edit note", root=vault)
    step.edit("note.md", NEW, digest_of(OLD))
    with pytest.raises(NotekeepError, match="at the same moment"):
        step.commit()
    assert note.read_bytes() == NEW
    assert survives(THEIRS, vault)
    assert [change.path for change in step.done] == ["note.md"]
    history.undo(vault)
    assert note.read_bytes() == OLD


ONCE: dict[str, Callable[[Transaction], object]] = {
    "move": lambda step: step.move("note.md", "moved.md"),
    "trash": lambda step: step.trash("note.md"),
    "new": lambda step: step.create("fresh.md", NEW),
}


@pytest.mark.parametrize("change", ONCE.values(), ids=ONCE)
def test_of_two_steps_that_do_the_same_in_one_moment_one_is_done_and_taken_back(
    note: Path,
    vault: Path,
    history: History,
    change: Callable[[Transaction], object],
    at_point: Callable[..., None],
) -> None:
    note.write_bytes(OLD)

    def commit_other() -> None:
        with history.step("other", "the other", root=vault) as other:
            change(other)

    at_point("journaled", commit_other)
    with pytest.raises(NotekeepError), history.step("late", "the late one", root=vault) as step:
        change(step)
    assert [record.verb for record in history.records()] == ["other"]
    history.undo(vault)
    assert note.read_bytes() == OLD
    assert [path.name for path in vault.glob("*.md")] == ["note.md"]
