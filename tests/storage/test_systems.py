"""What other systems do differently, as far as it can be shown on this one.

Windows exchanges by ReplaceFileW and has no calls relative to a folder; macOS flushes by another
call and renames by other flags; some file systems know no exchange, no links, no flush of a folder.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from notekeep import locks
from notekeep.errors import Conflict, Failure, NotekeepError
from notekeep.storage import (
    atomic,
    durability,
    filesystem,
    open_folder,
    renames,
    scan,
)
from notekeep.storage.content import digest_of
from notekeep.storage.open_folder import NameExists
from notekeep.storage.renames import FolderEntry, retry_when_busy
from reliability import saves

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.storage.history import History

OLD, NEW, THEIRS = b"old\n", b"new\n", b"theirs\n"


def windows_error(number: int) -> OSError:
    error = OSError(errno.EACCES, "Access is denied")
    error.winerror = number  # type: ignore[attr-defined]
    return error


class TestRetrying:
    @pytest.fixture
    def slept(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        pauses: list[float] = []
        monkeypatch.setattr(time, "sleep", pauses.append)
        return pauses

    def test_what_is_busy_for_a_moment_is_tried_again(self, slept: list[float]) -> None:
        answers = [windows_error(5), windows_error(32), windows_error(33), None]

        def action() -> str:
            answer = answers.pop(0)
            if answer is not None:
                raise answer
            return "done"

        assert retry_when_busy(action) == "done"
        assert len(slept) == 3
        assert slept == sorted(slept)

    def test_it_ends_after_some_seconds(self, slept: list[float]) -> None:
        def action() -> None:
            raise windows_error(32)

        with pytest.raises(OSError, match="denied"):
            retry_when_busy(action)
        assert 3 <= sum(slept) <= 5

    def test_any_other_error_is_told_at_once(self, slept: list[float]) -> None:
        for error in (windows_error(2), OSError(errno.ENOSPC, "No space")):

            def action(error: OSError = error) -> None:
                raise error

            with pytest.raises(OSError, match=error.strerror):
                retry_when_busy(action)
        assert slept == []


class Windows:
    """ReplaceFileW, and renames that refuse a taken name or a file that is open, as Windows has.

    Attributes:
        errors: What the next calls of ReplaceFileW fail with.
    """

    def __init__(self) -> None:
        self.errors: list[int] = []
        self._rename, self._replace, self._unlink = os.rename, os.replace, os.unlink

    def replace_file(self, old: str, new: str, backup: str) -> int:
        number = self.errors.pop(0) if self.errors else 0
        if number == 1177:
            self._rename(old, backup)
        elif not number:
            self._rename(old, backup)
            self._rename(new, old)
        return number

    def rename(self, source: str, target: str, **_: Any) -> None:
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "exists", target)
        self._need_closed(source)
        self._rename(source, target)

    def replace(self, source: str, target: str, **_: Any) -> None:
        self._need_closed(source)
        self._need_closed(target)
        self._replace(source, target)

    def unlink(self, path: str, **named: Any) -> None:
        if not named:
            self._need_closed(path)
        self._unlink(path, **named)

    def _need_closed(self, path: str) -> None:
        """Refuse what this process has open, where the system tells what that is."""
        fds = "/proc/self/fd"
        opened = set()
        for fd in os.listdir(fds) if os.path.isdir(fds) else ():
            with suppress(OSError):
                opened.add(os.readlink(f"{fds}/{fd}"))
        if os.path.realpath(path) in opened:
            raise windows_error(32)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    fake = Windows()
    monkeypatch.setattr(renames, "_replace_file", fake.replace_file)
    monkeypatch.setattr(ctypes, "WinError", windows_error, raising=False)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(os, "rename", fake.rename)
    monkeypatch.setattr(os, "replace", fake.replace)
    monkeypatch.setattr(os, "unlink", fake.unlink)
    monkeypatch.setattr(open_folder, "_DIR_FD", False)
    monkeypatch.setattr(sys, "platform", "win32")
    return fake


@pytest.mark.usefixtures("windows")
class TestWindows:
    def test_a_note_is_saved(self, note: Path, vault: Path, history: History) -> None:
        saves.replace("note.md", NEW, digest_of(OLD), root=vault, history=history)
        assert note.read_bytes() == NEW
        assert os.listdir(vault) == ["note.md"]

    def test_another_save_in_the_window_comes_out_as_the_backup_and_is_kept(
        self, note: Path, vault: Path, history: History, at_point: Callable[..., None]
    ) -> None:
        at_point("synced", lambda: note.write_bytes(THEIRS))
        with pytest.raises(Conflict, match="at the same moment"):
            saves.replace("note.md", NEW, digest_of(OLD), root=vault, history=history)
        assert note.read_bytes() == NEW
        assert sorted(file.read_bytes() for file in vault.iterdir()) == [NEW, THEIRS]

    @pytest.mark.parametrize("number", [5, 32, 1175, 1176, 1177])
    def test_a_replace_that_fails_leaves_the_old_note(
        self, note: Path, vault: Path, history: History, windows: Windows, number: int
    ) -> None:
        windows.errors = [number] * 10
        with pytest.raises(NotekeepError, match=r"note\.md"):
            saves.replace("note.md", NEW, digest_of(OLD), root=vault, history=history)
        assert note.read_bytes() == OLD
        assert os.listdir(vault) == ["note.md"]

    def test_a_scanner_that_looks_at_it_for_a_moment_is_waited_for(
        self, note: Path, vault: Path, history: History, windows: Windows
    ) -> None:
        windows.errors = [32, 5]
        saves.replace("note.md", NEW, digest_of(OLD), root=vault, history=history)
        assert note.read_bytes() == NEW

    def test_new_files_steps_and_undo(self, note: Path, vault: Path, history: History) -> None:
        with history.step("many", "", root=vault) as step:
            step.create("books/new.md", NEW)
            step.edit("note.md", NEW, digest_of(OLD))
            step.move("note.md", "books/note.md")
        with pytest.raises(NameExists):
            saves.create("books/NEW.md", OLD, root=vault)
        assert (vault / "books/note.md").read_bytes() == NEW
        history.undo(vault)
        assert note.read_bytes() == OLD
        assert [str(path) for path in vault.glob("books/*")] == []
        history.check_displaced(vault, min_age=0)
        assert scan.sweep(vault, {}).temps == []


class TestMac:
    def test_the_exchange_and_the_new_name_have_flags_of_their_own(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flags: list[int] = []

        def renamer(_source: FolderEntry, _target: FolderEntry, flag: int) -> int:
            flags.append(flag)
            return 0

        monkeypatch.setattr(renames, "_renamer", lambda: renamer)
        one, other = FolderEntry(3, "/v", "a"), FolderEntry(3, "/v", "b")
        for platform in ("darwin", "linux"):
            monkeypatch.setattr(sys, "platform", platform)
            renames.exchange(one, other)
            renames.rename_new(one, other)
        assert flags == [2, 4, 2, 1]

    def test_they_are_found_under_the_names_the_system_has(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Function:
            argtypes: tuple[Any, ...] = ()
            restype: Any = None
            calls: list[tuple[Any, ...]] = []  # noqa: RUF012 - one for all, on purpose

            def __call__(self, *args: Any) -> int:
                self.calls.append(args)
                return 0

        class Library:
            renameatx_np = Function()

        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Library())
        monkeypatch.setattr(sys, "platform", "darwin")
        call = renames._renamer.__wrapped__()
        assert call is not None
        assert call(FolderEntry(7, "/v", "a"), FolderEntry(8, "/v", "\udcff"), 2) == 0
        assert Function.calls == [(7, b"a", 8, b"\xff", 2)]
        monkeypatch.setattr(sys, "platform", "linux")
        assert renames._renamer.__wrapped__() is None

    def test_a_flush_goes_through_the_drives_cache_where_it_can(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import fcntl

        asked: list[int] = []
        plain: list[int] = []
        answer: list[OSError] = []

        def control(_fd: int, command: int) -> int:
            asked.append(command)
            if answer:
                raise answer[0]
            return 0

        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr(fcntl, "fcntl", control)
        monkeypatch.setattr(os, "fsync", plain.append)
        durability.sync_file(5)
        assert (asked, plain) == ([51], [])
        answer.append(OSError(errno.ENOTSUP, "not here"))
        durability.sync_file(5)
        assert plain == [5]
        answer[0] = OSError(errno.EIO, "disk")
        with pytest.raises(OSError, match="disk"):
            durability.sync_file(5)

    def test_tags_and_access_lists_are_copied_by_its_own_call(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[tuple[Any, ...]] = []

        class Library:
            @staticmethod
            def fcopyfile(*args: Any) -> int:
                calls.append(args)
                return 0

        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Library)
        atomic._copy_darwin(3, 4)
        assert calls == [(3, 4, None, 5)]

    def test_a_bulk_change_flushes_each_file_where_no_call_flushes_them_all(
        self, note: Path, vault: Path, history: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flushed: list[int] = []
        real = durability.sync_file

        def flush(fd: int) -> None:
            flushed.append(fd)
            real(fd)

        monkeypatch.setattr(durability, "_syncfs", lambda: None)
        monkeypatch.setattr(durability, "sync_file", flush)
        with history.step("many", "", root=vault) as step:
            step.edit("note.md", NEW, digest_of(OLD))
            step.create("b.md", NEW)
        assert note.read_bytes() == NEW
        assert len(flushed) >= 4


@pytest.mark.usefixtures("note")
class TestDisksWithoutCase:
    """APFS and NTFS take "note.md" and "Note.md" for one file."""

    def test_only_the_spelling_changes(self, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(atomic, "_is_same_file", lambda *_: True)
        atomic.move_file("note.md", "Note.md", root=vault)
        assert [(path.name, path.read_bytes()) for path in vault.iterdir()] == [("Note.md", OLD)]

    def test_where_such_a_rename_does_nothing_a_third_name_helps(
        self, vault: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(atomic, "_is_same_file", lambda *_: True)
        monkeypatch.setattr(atomic, "rename_over", lambda *_: None)
        atomic.move_file("note.md", "Note.md", root=vault)
        assert [(path.name, path.read_bytes()) for path in vault.iterdir()] == [("Note.md", OLD)]

    def test_here_the_spelling_can_be_changed_too(self, vault: Path) -> None:
        atomic.move_file("note.md", "NOTE.md", root=vault)
        atomic.move_file("NOTE.md", "NOTE.md", root=vault)
        assert os.listdir(vault) == ["NOTE.md"]


@pytest.mark.usefixtures("two_disks")
class TestMovingToAnotherDisk:
    @pytest.fixture
    def two_disks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = renames.rename_to_free

        def across(source: FolderEntry, target: FolderEntry) -> None:
            if source.folder != target.folder:
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            real(source, target)

        monkeypatch.setattr(atomic, "rename_to_free", across)

    def test_a_file_is_carried_over(self, note: Path, vault: Path) -> None:
        note.chmod(0o640)
        atomic.move_file("note.md", "disk/note.md", root=vault)
        moved = vault / "disk" / "note.md"
        assert moved.read_bytes() == OLD
        assert stat.S_IMODE(moved.stat().st_mode) == 0o640
        assert not note.exists()

    def test_a_file_that_changes_meanwhile_stays(
        self, note: Path, vault: Path, at_point: Callable[..., None]
    ) -> None:
        at_point("synced", lambda: note.write_bytes(THEIRS))
        with pytest.raises(Conflict, match="during the move"):
            atomic.move_file("note.md", "disk/note.md", root=vault)
        assert note.read_bytes() == THEIRS

    def test_a_taken_name_stays_too(self, note: Path, vault: Path) -> None:
        (vault / "disk").mkdir()
        (vault / "disk" / "note.md").write_bytes(THEIRS)
        with pytest.raises(NameExists):
            atomic.move_file("note.md", "disk/note.md", root=vault)
        assert note.read_bytes() == OLD


class TestOddDisks:
    @pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
    def test_a_folder_that_cannot_be_flushed_is_no_failure(
        self, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        def fsync(_: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fsync)
        durability.sync_folder(3)
        durability.sync_folder(None)

    def test_a_folder_that_fails_to_flush_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fsync(_: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(os, "fsync", fsync)
        with pytest.raises(OSError, match="Input/output"):
            durability.sync_folder(3)

    def test_a_system_that_writes_nothing_is_not_asked_for_ever(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "write", lambda *_: 0)
        with pytest.raises(OSError, match="wrote nothing"):
            durability.write_all(3, b"x")

    def test_a_system_that_writes_a_little_at_a_time_writes_all(
        self, note: Path, vault: Path, history: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = os.write
        monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:3]))
        saves.replace("note.md", b"0123456789" * 10, digest_of(OLD), root=vault, history=history)
        assert note.read_bytes() == b"0123456789" * 10

    def test_a_disk_without_locks_is_written_without(
        self, note: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nothing(_: int) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr(locks, "_try_once", nothing)
        with note.open() as file, locks.hold_lock(file.fileno(), "note.md"):
            assert locks.try_lock(file.fileno())

    def test_a_lock_that_fails_otherwise_is_told(
        self, note: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(locks, "_try_once", broken)
        with note.open() as file:
            with (
                pytest.raises(OSError, match="Input"),
                locks.hold_lock(file.fileno(), "note.md"),
            ):
                pytest.fail("it was not locked")
            with pytest.raises(OSError, match="Input"):
                locks.try_lock(file.fileno())


def access_list(user: int) -> bytes:
    """A POSIX access list that lets one more user read, in the kernel's form."""
    entries = [(1, 6, -1), (2, 4, user), (4, 4, -1), (0x10, 4, -1), (0x20, 0, -1)]
    packed = b"".join(struct.pack("<HHI", tag, may, who & 0xFFFFFFFF) for tag, may, who in entries)
    return struct.pack("<I", 2) + packed


class TestAttributes:
    def test_an_access_list_is_carried_over(
        self, note: Path, vault: Path, history: History
    ) -> None:
        try:
            os.setxattr(note, "system.posix_acl_access", access_list(1234))
        except (OSError, AttributeError):
            pytest.skip("this disk has no access lists")
        saves.replace("note.md", NEW, digest_of(OLD), root=vault, history=history)
        assert os.getxattr(note, "system.posix_acl_access") == access_list(1234)

    @pytest.mark.parametrize(
        ("name", "number", "fails"),
        [
            ("security.selinux", errno.EPERM, False),
            ("user.colour", errno.ENOSPC, True),
            ("system.posix_acl_access", errno.EPERM, True),
            ("user.gone", errno.ENODATA, False),
        ],
    )
    def test_one_that_cannot_be_copied_counts_unless_it_is_the_systems(
        self,
        note: Path,
        vault: Path,
        history: History,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        number: int,
        *,
        fails: bool,
    ) -> None:
        def refuse(*_: Any) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "listxattr", lambda _: [name], raising=False)
        monkeypatch.setattr(os, "getxattr", lambda *_: b"x", raising=False)
        monkeypatch.setattr(os, "setxattr", refuse, raising=False)
        if fails:
            with pytest.raises(NotekeepError):
                saves.replace("note.md", NEW, digest_of(OLD), root=vault, history=history)
        else:
            saves.replace("note.md", NEW, digest_of(OLD), root=vault, history=history)
        assert note.read_bytes() == (OLD if fails else NEW)
        assert os.listdir(vault) == ["note.md"]

    def test_an_owner_that_cannot_be_kept_is_let_go(
        self, note: Path, vault: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = os.fstat

        def another(fd: int) -> Any:
            found = real(fd)
            values = list(found)
            if fd == first[0]:
                values[4:6] = [found.st_uid + 1, found.st_gid + 1]
            return os.stat_result(values)

        def refuse(*_: Any) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        source, target = os.open(note, os.O_RDONLY), os.open(vault / "new", os.O_RDWR | os.O_CREAT)
        first = [source]
        note.chmod(0o664)
        monkeypatch.setattr(os, "fstat", another)
        monkeypatch.setattr(os, "fchown", refuse)
        atomic.copy_metadata(source, target)
        monkeypatch.undo()
        assert stat.S_IMODE(os.fstat(target).st_mode) == 0o644
        for fd in (source, target):
            os.close(fd)


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, "Failure", "disk is full"),
        (errno.EDQUOT, "Failure", "quota"),
        (errno.EACCES, "Refused", "do not have permission"),
        (errno.EROFS, "Refused", "read-only"),
        (errno.EMFILE, "Failure", "too many files"),
        (errno.EIO, "Failure", "disk reported an error"),
        (errno.ENAMETOOLONG, "Refused", "too long"),
        (errno.ENOENT, "NotFound", "does not exist"),
        (errno.ESTALE, "Failure", "does not respond"),
        (errno.EBUSY, "Failure", "busy"),
    ],
)
def test_each_reason_is_told_with_a_remedy(number: int, kind: str, words: str) -> None:
    told = filesystem.explain_os_error(OSError(number, os.strerror(number)), "a b.md", "saved")
    assert type(told).__name__ == kind
    assert told.message.startswith("'a b.md' could not be saved: ")
    assert words in told.message.lower()
    assert told.hint
    assert isinstance(told, NotekeepError)
    assert Failure.exit_code == 5
