"""A sweep finds what is new, changed and gone, and one bad file hides no other."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Failure, Refused
from notekeep.storage import scan
from notekeep.storage.scan import Fingerprint, ScanResult, sweep
from tests.support.sizes import sized

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400


@pytest.fixture
def vault(vault: Path) -> Path:
    root = vault
    for name in ("a.md", "books/b.md", "books/deep/er/c.md", "habits/log/2026-11.laptop.md"):
        put(root / name)
    return root


def put(file: Path, text: str = "text", *, age: float = DAY) -> None:
    """Write a file that has been at rest for a while."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    then = time.time() - age
    os.utime(file, (then, then))


def known(root: Path) -> dict[str, Fingerprint]:
    """Give what a finished index knows: a fingerprint of each note that is sure."""
    return {path: stat_of(root / path) for path in sweep(root, {}).added}


def stat_of(file: Path) -> Fingerprint:
    stat = file.stat()
    return Fingerprint(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def test_a_first_sweep_finds_every_note(vault: Path) -> None:
    changes = sweep(vault, {})

    assert sorted(changes.added) == [
        "a.md",
        "books/b.md",
        "books/deep/er/c.md",
        "habits/log/2026-11.laptop.md",
    ]
    assert changes.total == 4
    assert not changes.looks_incomplete()


def test_what_is_known_stays_as_it_was_given(vault: Path) -> None:
    before = known(vault)
    given = dict(before)
    put(vault / "a.md", "longer than before")
    (vault / "books" / "b.md").unlink()
    put(vault / "new.md")

    changes = sweep(vault, before)

    assert before == given
    assert (list(changes.modified), changes.removed, list(changes.added)) == (
        ["a.md"],
        ["books/b.md"],
        ["new.md"],
    )
    assert (changes.known, changes.total) == (4, 4)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_linked_note_that_did_not_change_is_no_change(vault: Path) -> None:
    (vault / "link.md").symlink_to(vault / "a.md")
    before = known(vault)
    assert "link.md" in before
    assert len(sweep(vault, before)) == 0


def test_a_large_folder_is_swept_without_all_that_is_said_of_its_notes_at_once(
    vault: Path,
) -> None:
    for number in range(1_000):
        put(vault / "many" / f"{number}.md")
    before = known(vault)
    tracemalloc.start()
    sweep(vault, before)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 500 * 1_000  # an entry is 230 bytes, what `stat` says of it 600


def test_a_sweep_of_an_unchanged_vault_finds_nothing(vault: Path) -> None:
    assert len(sweep(vault, known(vault))) == 0


def test_added_modified_and_removed_are_told_apart(vault: Path) -> None:
    before = known(vault)
    put(vault / "new.md")
    put(vault / "a.md", "longer text")
    (vault / "books/b.md").unlink()

    changes = sweep(vault, before)

    assert list(changes.added) == ["new.md"]
    assert list(changes.modified) == ["a.md"]
    assert changes.removed == ["books/b.md"]
    assert changes.total == 4


def test_what_holds_no_notes_is_skipped(vault: Path) -> None:
    for name in (
        ".git/x.md",
        ".obsidian/x.md",
        ".trash/x.md",
        ".notekeep/x.md",
        "node_modules/pkg/README.md",
        ".hidden.md",
        "books/.#b.md",
        "books/b.md~",
        "books/.b.md.swp",
        "4913",
        "cover.png",
        "README.markdown.txt",
    ):
        put(vault / name)
    put(vault / "SHOUTED.MD")

    assert sorted(sweep(vault, known(vault)).added) == []
    assert "SHOUTED.MD" in sweep(vault, {}).added
    assert sweep(vault, {}).total == 5


def test_conflict_copies_are_listed_apart_but_read_in_the_log(vault: Path) -> None:
    copy = ".sync-conflict-20261124-070312-ABCDEFG.md"
    put(vault / f"books/b{copy}")
    put(vault / "a (1).md")
    put(vault / "b (1).md")
    put(vault / f"habits/log/2026-11.laptop{copy}")

    changes = sweep(vault, {})

    assert changes.conflicts == {f"books/b{copy}": "books/b.md", "a (1).md": "a.md"}
    assert "b (1).md" in changes.added
    assert f"habits/log/2026-11.laptop{copy}" in changes.added


def test_unfinished_files_are_named_so_that_they_can_be_swept_up(vault: Path) -> None:
    put(vault / "books/.nk-tmp-0123456789ab")

    assert sweep(vault, {}).temps == ["books/.nk-tmp-0123456789ab"]


def test_an_ignore_file_hides_what_it_names(vault: Path) -> None:
    put(vault / "drafts/x.md")
    put(vault / "drafts/keep.md")
    put(vault / "books/old/y.md")
    put(vault / ".notekeepignore", "# mine\ndrafts/*\n!drafts/keep.md\nold/\n/a.md\n")

    assert sorted(sweep(vault, {}).added) == [
        "books/b.md",
        "books/deep/er/c.md",
        "drafts/keep.md",
        "habits/log/2026-11.laptop.md",
    ]


def test_a_deeper_ignore_file_wins_over_one_above(vault: Path) -> None:
    put(vault / ".notekeepignore", "b.md\n")
    put(vault / "books/.notekeepignore", "!b.md\nc.md\n")
    put(vault / "b.md")

    expected = ["a.md", "books/b.md", "habits/log/2026-11.laptop.md"]
    assert sorted(sweep(vault, {}).added) == expected
    assert sorted(sweep(vault, {}, under="books").added) == ["books/b.md"]


def test_a_note_that_becomes_ignored_is_removed(vault: Path) -> None:
    before = known(vault)
    put(vault / ".notekeepignore", "books/deep\n")

    assert sweep(vault, before).removed == ["books/deep/er/c.md"]


def test_links_to_folders_are_not_followed_and_links_out_are_named(vault: Path) -> None:
    outside = vault.parent / "secret.md"
    put(outside)
    (vault / "loop").symlink_to(".")
    (vault / "alias.md").symlink_to("books/b.md")
    (vault / "out.md").symlink_to(outside)
    (vault / "dead.md").symlink_to("nowhere.md")

    changes = sweep(vault, {})

    assert changes.total == 5
    assert changes.added["alias.md"].inode == changes.added["books/b.md"].inode
    assert set(changes.unreadable) == {"out.md", "dead.md"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_socket_is_no_note(vault: Path) -> None:
    os.mkfifo(vault / "pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(vault / "sock.md"))
        assert sweep(vault, {}).total == 4


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every folder"
)
def test_a_folder_that_cannot_be_read_is_named_and_loses_no_note(vault: Path) -> None:
    before = known(vault)
    (vault / "books").chmod(0)
    try:
        changes = sweep(vault, before)
    finally:
        (vault / "books").chmod(0o755)
    assert set(changes.unreadable) == {"books"}
    assert changes.removed == []


def test_a_folder_that_fails_to_list_is_named_and_loses_no_note(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = known(vault)
    real = os.scandir

    def scandir(place: str) -> object:
        if place.endswith("books/"):
            raise OSError(5, "Input/output error")
        return real(place)

    (vault / "a.md").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        changes = sweep(vault, before)

    assert changes.unreadable == {"books": "Input/output error"}
    assert changes.removed == ["a.md"]


def test_a_missing_vault_is_a_failure_and_not_an_empty_vault(vault: Path) -> None:
    before = known(vault)
    vault.rename(vault.parent / "elsewhere")

    with pytest.raises(Failure, match="vault"):
        sweep(vault, before)


def test_an_emptied_vault_is_suspicious(vault: Path) -> None:
    before = known(vault)
    vault.rename(vault.parent / "elsewhere")
    vault.mkdir()

    changes = sweep(vault, before)

    assert len(changes.removed) == 4
    assert changes.looks_incomplete()


@pytest.mark.parametrize(
    ("known_notes", "removed", "moved", "suspicious"),
    [
        (10_000, 50, 0, False),
        (10_000, 51, 0, True),
        (10_000, 400, 400, False),
        (100, 20, 0, False),
        (100, 21, 0, True),
        (4, 1, 0, False),
        (5, 2, 0, False),
        (3, 3, 0, True),
        (0, 0, 0, False),
    ],
)
def test_many_notes_gone_at_once_are_suspicious(
    *, known_notes: int, removed: int, moved: int, suspicious: bool
) -> None:
    changes = ScanResult(removed=["x"] * removed, moved=moved, known=known_notes)

    assert changes.looks_incomplete() is suspicious


def test_a_renamed_folder_is_no_loss(vault: Path) -> None:
    for number in range(60):
        put(vault / f"books/{number}.md")
    before = known(vault)
    (vault / "books").rename(vault / "library")

    changes = sweep(vault, before)

    assert len(changes.removed) == 62
    assert not changes.looks_incomplete()


def test_one_folder_can_be_swept_alone(vault: Path) -> None:
    before = known(vault)
    put(vault / "books/new.md")
    (vault / "books/b.md").unlink()
    (vault / "a.md").unlink()

    changes = sweep(vault, before, under="books")

    assert list(changes.added) == ["books/new.md"]
    assert changes.removed == ["books/b.md"]
    assert sweep(vault, before, under=".obsidian").total == 0
    with pytest.raises(Refused):
        sweep(vault, before, under="../other")


def test_a_folder_that_is_gone_takes_its_notes_along(vault: Path) -> None:
    before = known(vault)
    (vault / "books").rename(vault.parent / "books")

    changes = sweep(vault, before, under="books")

    assert sorted(changes.removed) == ["books/b.md", "books/deep/er/c.md"]


def test_a_cancelled_sweep_removes_nothing(vault: Path) -> None:
    answers = iter([False, True])
    changes = sweep(vault, known(vault), cancelled=lambda: next(answers))

    assert changes.cancelled
    assert changes.removed == []


def test_icloud_stand_ins_are_away_and_not_removed(vault: Path) -> None:
    before = known(vault)
    (vault / "a.md").rename(vault / ".a.md.icloud")

    changes = sweep(vault, before)

    assert changes.in_cloud == ["a.md"]
    assert len(changes) == 0


def test_files_a_cloud_keeps_are_known_by_their_flags() -> None:
    class Stat:
        st_flags = 0x40000000 | 0x20
        st_file_attributes = 0x400000

    assert scan.is_in_cloud(Stat(), "darwin")  # type: ignore[arg-type]
    assert scan.is_in_cloud(Stat(), "win32")  # type: ignore[arg-type]
    assert not scan.is_in_cloud(Stat(), "linux")  # type: ignore[arg-type]


def test_names_that_are_not_text_are_found(vault: Path) -> None:
    names = [os.fsdecode(b"ros\xe9.md"), "new\nline.md", "-rf.md", "x" * 252 + ".md"]
    for name in names:
        put(vault / name)

    assert set(names) < set(sweep(vault, {}).added)


def test_all_files_can_be_listed(vault: Path) -> None:
    put(vault / "attachments/cover.png")
    put(vault / "attachments/cover.png~")

    assert "attachments/cover.png" in set(scan.list_files(vault))
    assert "attachments/cover.png~" not in set(scan.list_files(vault))
    assert "a.md" in set(scan.list_files(vault))


class TestTraps:
    """Changes that leave size or time as they were are seen by the next sweep."""

    def seen(self, vault: Path, before: dict[str, Fingerprint]) -> bool:
        return "a.md" in sweep(vault, before).modified

    def test_same_size_and_the_time_put_back(self, vault: Path) -> None:
        before = known(vault)
        stat = (vault / "a.md").stat()
        (vault / "a.md").write_text("TEXT", encoding="utf-8")
        os.utime(vault / "a.md", ns=(stat.st_atime_ns, stat.st_mtime_ns))

        assert self.seen(vault, before)

    def test_another_file_moved_over_it_with_the_same_size_and_time(self, vault: Path) -> None:
        put(vault / "other", "TEXT")
        stat = (vault / "a.md").stat()
        os.utime(vault / "other", ns=(stat.st_atime_ns, stat.st_mtime_ns))
        before = known(vault)
        (vault / "other").rename(vault / "a.md")

        assert self.seen(vault, before)

    @pytest.mark.parametrize("shift", [DAY, -DAY, 400 * DAY])
    def test_a_clock_that_is_wrong(self, vault: Path, shift: int) -> None:
        before = known(vault)
        put(vault / "a.md", "TEXT", age=shift)

        assert self.seen(vault, before)

    def test_two_changes_within_one_tick_of_the_clock(self, vault: Path) -> None:
        put(vault / "a.md", "one")
        found = sweep(vault, {}).added
        assert found["a.md"].ctime_ns == -1
        assert self.seen(vault, found)

    def test_a_fresh_change_is_read_once_more_and_then_left(
        self, vault: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(vault / "a.md", "one")
        found = sweep(vault, {}).added
        later = time.time_ns() + 10_000_000_000
        monkeypatch.setattr(time, "time_ns", lambda: later)

        again = sweep(vault, found)
        settled = found | again.modified

        assert "a.md" in again.modified
        assert settled["a.md"].ctime_ns != -1
        assert len(sweep(vault, settled)) == 0

    def test_a_time_set_into_the_future_by_hand_is_not_read_for_ever(
        self, vault: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(vault / "a.md", age=-400 * DAY)
        later = time.time_ns() + 10_000_000_000
        monkeypatch.setattr(time, "time_ns", lambda: later)

        assert sweep(vault, {}).added["a.md"].ctime_ns != -1

    def test_a_storm_of_changes_as_a_git_checkout_makes_it(self, vault: Path) -> None:
        count = sized(100, 300)
        for number in range(count):
            put(vault / f"many/{number}.md", "one!")
        before = known(vault)
        for number in range(count):
            put(vault / f"many/{number}.md", "two!")

        assert len(sweep(vault, before).modified) == count


def test_it_loads_nothing_that_costs_time() -> None:
    program = (
        "import sys; import typing; before = set(sys.modules);"
        "import notekeep.storage.scan; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True
    )

    loaded = {name for name in done.stdout.split() if not name.startswith("notekeep")}
    loaded -= {"threading", "_weakrefset"}  # every command loads them
    assert loaded <= {"__future__", "errno", "time", "stat", "_stat", "unicodedata"}
