"""A save changes the note and nothing else, or says why not and loses nothing."""

from __future__ import annotations

import os
import signal
import stat
import time
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import Conflict, Failure, NotFound, Refused
from notekeep.storage import atomic, content, renames, scan
from notekeep.storage.content import TooLarge, digest_of, read_content, read_file
from notekeep.storage.open_folder import NameExists
from reliability import saves
from reliability.saves import create, replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.storage.history import History

OLD, NEW, THEIRS = b"old\n", b"the new text\n", b"theirs\n"


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def copies(vault: Path) -> list[bytes]:
    """What the conflict copies in the vault hold, as a sweep finds them."""
    return [(vault / path).read_bytes() for path in sorted(scan.sweep(vault, {}).conflicts)]


class TestReading:
    def test_it_gives_the_bytes_and_their_digest(self, note: Path) -> None:
        assert read_file(note) == (OLD, digest_of(OLD))

    def test_what_is_no_file_is_not_read(self, vault: Path) -> None:
        os.mkfifo(vault / "pipe.md")
        with pytest.raises(Refused):
            read_file(vault / "pipe.md")
        with pytest.raises(Refused):
            read_file(vault)
        with pytest.raises(NotFound):
            read_file(vault / "none.md")

    def test_a_file_that_keeps_growing_is_a_conflict(
        self, note: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = os.fstat

        def fstat(fd: int) -> os.stat_result:
            with note.open("ab") as file:
                file.write(b"more\n")
            return real(fd)

        monkeypatch.setattr(os, "fstat", fstat)
        with pytest.raises(Conflict, match="being changed by another program"):
            read_file(note)

    def test_a_file_written_once_meanwhile_is_read_again(
        self, note: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, left = os.read, [THEIRS]

        def reading(fd: int, size: int) -> bytes:
            data = real(fd, size)
            if left:
                note.write_bytes(left.pop())
            return data

        monkeypatch.setattr(os, "read", reading)
        assert read_file(note)[0] == THEIRS

    def test_a_file_written_over_with_as_many_bytes_is_read_again(
        self, note: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, other = os.read, b"x" * len(OLD)

        def reading(fd: int, size: int) -> bytes:
            data = real(fd, size)
            if note.read_bytes() != other:
                note.write_bytes(other)
                os.utime(note, (0, 0))  # a clock that ticks
            return data

        monkeypatch.setattr(os, "read", reading)
        assert read_file(note)[0] == other

    def test_a_file_of_exactly_the_limit_is_read(
        self, note: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(content, "LARGE", len(OLD))
        assert read_file(note)[0] == OLD
        note.write_bytes(OLD + b"\n")
        with pytest.raises(TooLarge):
            read_file(note)

    def test_of_a_large_file_the_whole_lines_of_its_start_are_read(
        self, vault: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(content, "LARGE", 10)
        monkeypatch.setattr(content, "HEAD", 5)
        file = vault / "large.md"
        found = []
        for data in (b"ab\ncdefghi", b"ab\ncdefghij", b"ab\ncdefghijk"):
            file.write_bytes(data)
            read = read_content(str(vault), "large.md")
            assert read is not None
            found.append(read)
        assert [one.data for one in found] == [b"ab\ncdefghi", b"ab\n", b"ab\n"]
        assert [one.is_whole for one in found] == [True, False, False]
        assert len({one.digest for one in found}) == 3


class TestReplacing:
    def test_the_note_is_new_and_the_old_text_is_in_history(
        self, note: Path, vault: Path, history: History
    ) -> None:
        digest = replace("note.md", NEW, digest_of(OLD), root=vault, history=history)

        assert note.read_bytes() == NEW
        assert digest == digest_of(NEW)
        assert history.blobs.read(digest_of(OLD)) == OLD
        assert names(vault) == ["note.md"]

    def test_the_digest_of_one_save_is_what_the_next_expects(
        self, note: Path, vault: Path, history: History
    ) -> None:
        digest = read_file(note)[1]
        for number in range(3):
            digest = replace(note, b"%d" % number, digest, root=vault, history=history)
        assert note.read_bytes() == b"2"

    def test_the_same_content_touches_nothing(
        self, note: Path, vault: Path, history: History
    ) -> None:
        before = note.stat()
        assert replace(note, OLD, None, root=vault, history=history) == digest_of(OLD)
        after = note.stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)

    def test_a_touched_file_with_the_same_content_is_no_conflict(
        self, note: Path, vault: Path, history: History
    ) -> None:
        os.utime(note, (1, 1))
        replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert note.read_bytes() == NEW

    def test_with_nothing_expected_whatever_is_there_is_kept_and_replaced(
        self, note: Path, vault: Path, history: History
    ) -> None:
        note.write_bytes(THEIRS)
        replace(note, NEW, None, root=vault, history=history)
        assert note.read_bytes() == NEW
        assert history.blobs.read(digest_of(THEIRS)) == THEIRS

    def test_an_empty_note_can_become_and_be_replaced(
        self, note: Path, vault: Path, history: History
    ) -> None:
        digest = replace(note, b"", digest_of(OLD), root=vault, history=history)
        replace(note, NEW, digest, root=vault, history=history)
        assert note.read_bytes() == NEW


class TestKeepingWhatAFileIs:
    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
    def test_its_mode(self, note: Path, vault: Path, history: History, mode: int) -> None:
        note.chmod(mode)
        replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert stat.S_IMODE(note.stat().st_mode) == mode

    @pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away"
    )
    def test_its_owner_and_group(self, note: Path, vault: Path, history: History) -> None:
        os.chown(note, 1234, 4321)
        replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert (note.stat().st_uid, note.stat().st_gid) == (1234, 4321)

    def test_a_group_that_cannot_be_kept_is_not_let_in(
        self, note: Path, vault: Path, history: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file of the group "family" must not become readable to the group "users"."""
        note.chmod(0o664)
        monkeypatch.setattr(atomic, "_copy_owner", lambda *_: False)
        replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert stat.S_IMODE(note.stat().st_mode) == 0o644
        note.chmod(0o660)
        replace(note, OLD, digest_of(NEW), root=vault, history=history)
        assert stat.S_IMODE(note.stat().st_mode) == 0o600

    def test_its_attributes(self, note: Path, vault: Path, history: History) -> None:
        if not hasattr(os, "setxattr"):
            pytest.skip("this system has no such attributes")
        try:
            os.setxattr(note, "user.colour", b"green")
        except OSError:
            pytest.skip("this disk has no such attributes")
        replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert os.getxattr(note, "user.colour") == b"green"

    def test_its_other_names(self, note: Path, vault: Path, history: History) -> None:
        other = vault / "other.md"
        other.hardlink_to(note)
        for text in (NEW, b"x", b"longer than before\n" * 1000, OLD):
            replace(note, text, read_file(note)[1], root=vault, history=history)
            assert other.read_bytes() == text
        assert note.samefile(other)
        assert names(vault) == ["note.md", "other.md"]
        assert history.blobs.read(digest_of(OLD)) == OLD

    def test_the_link_that_leads_to_it(self, note: Path, vault: Path, history: History) -> None:
        (vault / "books").mkdir()
        link = vault / "books" / "link.md"
        link.symlink_to("../note.md")
        replace("books/link.md", NEW, digest_of(OLD), root=vault, history=history)
        assert link.is_symlink()
        assert note.read_bytes() == NEW
        assert names(vault / "books") == ["link.md"]


class TestRefusing:
    def test_a_link_that_leads_outside(self, vault: Path, history: History) -> None:
        outside = vault.parent / "outside.md"
        outside.write_bytes(OLD)
        (vault / "link.md").symlink_to(outside)
        for path in ("link.md", "../outside.md", outside):
            with pytest.raises(Refused, match="outside the folder"):
                replace(path, NEW, digest_of(OLD), root=vault, history=history)
        assert outside.read_bytes() == OLD

    def test_a_folder_that_becomes_a_link_while_it_is_saved(
        self, vault: Path, history: History, at_point: Callable[..., None]
    ) -> None:
        """An attacker in a shared vault swaps the folder for a link to ours, in the window."""
        outside = vault.parent / "outside"
        for folder in (vault / "books", outside):
            folder.mkdir()
            (folder / "note.md").write_bytes(OLD)

        def attack() -> None:
            (vault / "books").rename(vault / "moved")
            (vault / "books").symlink_to(outside)

        for point in ("kept", "created", "synced"):
            at_point(point, attack)
            with pytest.raises((Refused, NotFound, Conflict)):
                replace("books/note.md", NEW, digest_of(OLD), root=vault, history=history)
            assert names(outside) == ["note.md"]
            assert (outside / "note.md").read_bytes() == OLD
            (vault / "books").unlink()
            (vault / "moved").rename(vault / "books")

    def test_a_read_only_note_also_for_root(
        self, note: Path, vault: Path, history: History
    ) -> None:
        note.chmod(0o444)
        with pytest.raises(Refused, match="read-only"):
            replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert note.read_bytes() == OLD
        assert stat.S_IMODE(note.stat().st_mode) == 0o444

    def test_what_is_no_file(self, vault: Path, history: History) -> None:
        os.mkfifo(vault / "pipe.md")
        (vault / "folder.md").mkdir()
        for path in ("pipe.md", "folder.md", "", "."):
            with pytest.raises(Refused):
                replace(path, NEW, None, root=vault, history=history)


class TestConflicts:
    def test_a_note_that_changed_since_keeps_both_versions(
        self, note: Path, vault: Path, history: History
    ) -> None:
        note.chmod(0o640)
        note.write_bytes(THEIRS)
        with pytest.raises(Conflict) as conflict:
            replace(note, NEW, digest_of(OLD), root=vault, history=history)

        assert note.read_bytes() == THEIRS
        assert copies(vault) == [NEW]
        copy = next(iter(scan.sweep(vault, {}).conflicts))
        assert copy in conflict.value.message
        assert stat.S_IMODE((vault / copy).stat().st_mode) == 0o640

    def test_copies_of_the_same_text_do_not_pile_up(
        self, note: Path, vault: Path, history: History
    ) -> None:
        note.write_bytes(THEIRS)
        for text in (NEW, NEW, b"another\n", NEW):
            with pytest.raises(Conflict):
                replace(note, text, digest_of(OLD), root=vault, history=history)
        assert sorted(copies(vault)) == sorted([NEW, b"another\n"])

    def test_a_change_that_can_be_made_again_leaves_no_copy(
        self, note: Path, vault: Path, history: History
    ) -> None:
        note.write_bytes(THEIRS)
        with pytest.raises(Conflict):
            replace(note, NEW, digest_of(OLD), root=vault, history=history, keep_ours=False)
        assert names(vault) == ["note.md"]

    def test_a_note_deleted_since_leaves_ours_beside(
        self, note: Path, vault: Path, history: History
    ) -> None:
        note.unlink()
        with pytest.raises(Conflict, match="deleted or moved"):
            replace(note, NEW, digest_of(OLD), root=vault, history=history)
        assert copies(vault) == [NEW]

    def test_a_folder_deleted_since_leaves_ours_in_history(
        self, vault: Path, history: History
    ) -> None:
        with pytest.raises(Conflict, match="saved in history") as conflict:
            replace("gone/note.md", NEW, digest_of(OLD), root=vault, history=history)
        assert history.blobs.read(digest_of(NEW)) == NEW
        assert digest_of(NEW) in conflict.value.hint

    def test_a_long_name_has_a_copy_too(self, vault: Path, history: History) -> None:
        name = "x" * 252 + ".md"
        (vault / name).write_bytes(THEIRS)
        with pytest.raises(Conflict):
            replace(name, NEW, digest_of(OLD), root=vault, history=history)
        assert NEW in [file.read_bytes() for file in vault.iterdir()]


class TestCreating:
    def test_a_new_file_and_its_folders(self, vault: Path) -> None:
        assert create("a/b/note.md", NEW, root=vault) == digest_of(NEW)
        assert (vault / "a/b/note.md").read_bytes() == NEW
        assert names(vault / "a/b") == ["note.md"]

    def test_it_has_the_mode_of_any_new_file(self, vault: Path) -> None:
        create("note.md", NEW, root=vault)
        (vault / "plain").touch()
        modes = {file.stat().st_mode for file in vault.iterdir()}
        assert len(modes) == 1

    def test_a_taken_name_is_never_overwritten(self, note: Path, vault: Path) -> None:
        for path in ("note.md", "NOTE.md"):
            with pytest.raises(NameExists, match="note"):
                create(path, NEW, root=vault)
        (vault / "folder.md").mkdir()
        (vault / "dead.md").symlink_to("nowhere")
        for path in ("folder.md", "dead.md"):
            with pytest.raises(NameExists):
                create(path, NEW, root=vault)
        assert note.read_bytes() == OLD

    def test_names_that_are_one_on_another_system_are_taken(self, vault: Path) -> None:
        create("rose\u0301.md", OLD, root=vault)
        create("Books/a.md", OLD, root=vault)
        with pytest.raises(NameExists):
            create("ROS\u00c9.md", NEW, root=vault)
        with pytest.raises(NameExists, match="Books"):
            create("books/b.md", NEW, root=vault)

    def test_a_name_taken_in_the_window_is_not_overwritten(
        self, vault: Path, at_point: Callable[..., None]
    ) -> None:
        at_point("synced", lambda: (vault / "note.md").write_bytes(THEIRS))
        with pytest.raises(NameExists):
            create("note.md", NEW, root=vault)
        assert (vault / "note.md").read_bytes() == THEIRS
        assert names(vault) == ["note.md"]

    @pytest.mark.parametrize("path", ["a:b.md", "con.md", "x/aux/y.md", "dot./y.md", "../x.md"])
    def test_names_that_do_not_travel_are_refused_and_leave_nothing(
        self, vault: Path, path: str
    ) -> None:
        with pytest.raises(Refused):
            create(path, NEW, root=vault)
        assert names(vault) == []

    @pytest.mark.parametrize("no_links", [False, True])
    def test_where_the_system_cannot_do_it_in_one_step(
        self, vault: Path, monkeypatch: pytest.MonkeyPatch, *, no_links: bool
    ) -> None:
        """NFS has no such rename, exFAT has no hard links either."""
        monkeypatch.setattr(renames, "_renamer", lambda: None)
        if no_links:

            def link(*_: Any, **__: Any) -> None:
                raise PermissionError(1, "Operation not permitted")

            monkeypatch.setattr(os, "link", link)
        create("note.md", NEW, root=vault)
        with pytest.raises(NameExists):
            create("note.md", OLD, root=vault)
        assert (vault / "note.md").read_bytes() == NEW
        assert names(vault) == ["note.md"]


def test_signals_in_between_do_no_harm(note: Path, vault: Path, history: History) -> None:
    """System calls are interrupted all the time; each is made again."""
    hits: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: hits.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        digest = digest_of(OLD)
        deadline = time.monotonic() + 5
        number = 0
        while (len(hits) < 20 or number < 20) and time.monotonic() < deadline:
            number += 1
            digest = replace(note, b"%d" % number * 500, digest, root=vault, history=history)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert hits
    assert note.read_bytes() == b"%d" % number * 500


def test_a_failure_names_the_file_and_the_remedy(
    note: Path, vault: Path, history: History, failing_system: Any
) -> None:
    failing_system(3, 28)
    with pytest.raises(Failure) as failure:
        saves.replace(note, NEW, digest_of(OLD), root=vault, history=history)
    assert str(note) in failure.value.message
    assert "disk is full" in failure.value.message
    assert "Free some space" in failure.value.hint
