"""The power may go at any moment, and the note is the old or the new one when it comes back.

What a change asks of the system is recorded, and then each disk is built that a power cut may
leave: flushed bytes and names are there; of what was not flushed, names may be missing from the
last one back or folder by folder, and bytes may be missing, half there or all there. On each such
disk the notekeep starts next repairs what it can, and the notes are looked at.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pytest

from notekeep.storage import append, atomic, durability, open_folder, operation_log, renames
from notekeep.storage.content import digest_of
from notekeep.storage.history import History
from reliability import saves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the recorder asks /proc which file a descriptor is"
)

A, B, NEW = b"a\n" * 50, b"b\n" * 50, b"the new text\n" * 90

Loss: TypeAlias = Literal["none", "half", "all"]
"""How much of the bytes that were not flushed is lost."""


@dataclass(frozen=True)
class Call:
    """One thing that was asked of the system.

    Attributes:
        what: "write" and "cut" change a file's bytes; "create", "rename", "swap", "link", "remove"
            and "mkdir" change names; "sync" flushes a file or a folder, "sync all" everything.
        place: The path it is about; for bytes and for the flush of a file, its inode.
        to: The new path of a rename.
        at: Where bytes were written, or the length a file was cut to.
        data: What was written.
        inode: The file a name was given to.
    """

    what: str
    place: str | int
    to: str = ""
    at: int = 0
    data: bytes = b""
    inode: int = 0

    @property
    def folders(self) -> set[str]:
        """The folders whose names it changes."""
        if self.what not in {"create", "rename", "swap", "link", "remove", "mkdir"}:
            return set()
        return {os.path.dirname(str(place)) for place in (self.place, self.to) if place}


class Recorder:
    """`os`, taking notes.

    Attributes:
        calls: What was asked, in order.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        place = full(path, dir_fd)
        new = bool(flags & os.O_CREAT) and not os.path.lexists(place)
        fd = os.open(path, flags, mode, dir_fd=dir_fd)
        if new:
            self.calls.append(Call("create", place, inode=os.fstat(fd).st_ino))
        return fd

    def write(self, fd: int, data: bytes) -> int:
        stat = os.fstat(fd)
        end = bool(fcntl_flags(fd) & os.O_APPEND)
        at = stat.st_size if end else os.lseek(fd, 0, os.SEEK_CUR)
        written = os.write(fd, data)
        self.calls.append(Call("write", stat.st_ino, at=at, data=bytes(data[:written])))
        return written

    def ftruncate(self, fd: int, length: int) -> None:
        os.ftruncate(fd, length)
        self.calls.append(Call("cut", os.fstat(fd).st_ino, at=length))

    def posix_fallocate(self, fd: int, at: int, length: int) -> None:
        os.posix_fallocate(fd, at, length)
        self.calls.append(Call("cut", os.fstat(fd).st_ino, at=os.fstat(fd).st_size))

    def fsync(self, fd: int) -> None:
        place = os.readlink(f"/proc/self/fd/{fd}")
        self.calls.append(Call("sync", place if os.path.isdir(place) else os.fstat(fd).st_ino))

    def syncfs(self, fd: int) -> None:
        self.calls.append(Call("sync all", os.fstat(fd).st_ino))

    def rename(
        self,
        source: str,
        target: str,
        *,
        src_dir_fd: int | None = None,
        dst_dir_fd: int | None = None,
    ) -> None:
        places = full(source, src_dir_fd), full(target, dst_dir_fd)
        os.rename(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        self.calls.append(Call("rename", *places))

    replace = rename

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        place = full(path, dir_fd)
        os.unlink(path, dir_fd=dir_fd)
        self.calls.append(Call("remove", place))

    def mkdir(self, path: str, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        os.mkdir(path, mode, dir_fd=dir_fd)
        self.calls.append(Call("mkdir", full(path, dir_fd)))

    def renamer(self, real: Callable[..., int]) -> Callable[..., int]:
        """Take notes of the renames with flags."""

        def call(source: renames.FolderEntry, target: renames.FolderEntry, flag: int) -> int:
            failed = real(source, target, flag)
            if not failed:
                what = "swap" if flag == 2 else "rename"
                self.calls.append(Call(what, source.path, target.path))
            return failed

        return call


def full(path: str, dir_fd: int | None) -> str:
    above = os.getcwd() if dir_fd is None else os.readlink(f"/proc/self/fd/{dir_fd}")
    return os.path.join(above, path)


def fcntl_flags(fd: int) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_GETFL)


@dataclass
class Disk:
    """What was on the disk before, and what was asked of it since.

    Attributes:
        names: Which inode each path was; None for a folder.
        content: What each inode held.
        calls: What was asked since, in order.
    """

    names: dict[str, int | None] = field(default_factory=dict)
    content: dict[int, bytes] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    @classmethod
    def of(cls, base: Path) -> Disk:
        disk = cls()
        for path in [base, *base.rglob("*")]:
            disk.names[str(path)] = None if path.is_dir() else path.stat().st_ino
            if path.is_file():
                disk.content[path.stat().st_ino] = path.read_bytes()
        return disk

    def after_cuts(self) -> Iterator[tuple[int, dict[str, bytes | None]]]:
        """Every disk a power cut may leave: (calls made until then, content by path)."""
        seen: set[tuple[int, int]] = set()
        for cut in range(len(self.calls) + 1):
            for chosen in self._names_there(cut):
                for loss in ("none", "half", "all"):
                    state = self._build(cut, chosen, loss)
                    mark = (cut == len(self.calls), hash(frozenset(state.items())))
                    if mark not in seen:
                        seen.add(mark)
                        yield cut, state

    def _names_there(self, cut: int) -> Iterator[set[int]]:
        """Which changes of names may be on the disk."""
        made = [number for number in range(cut) if self.calls[number].folders]
        forced = {number for number in made if self._name_is_flushed(number, cut)}
        loose = [number for number in made if number not in forced]
        for count in range(len(loose) + 1):
            yield forced | set(loose[:count])
        for folder in {folder for number in loose for folder in self.calls[number].folders}:
            yield forced | {one for one in loose if folder not in self.calls[one].folders}

    def _name_is_flushed(self, number: int, cut: int) -> bool:
        later = self.calls[number + 1 : cut]
        folders = self.calls[number].folders
        return any(
            call.what == "sync all" or (call.what == "sync" and call.place in folders)
            for call in later
        )

    def _build(self, cut: int, chosen: set[int], loss: Loss) -> dict[str, bytes | None]:
        names = dict(self.names)
        for number in sorted(chosen):
            self._rename(names, self.calls[number])
        held = {inode: self._held(inode, cut, loss) for inode in set(names.values()) - {None}}
        return {
            path: None if inode is None else held[inode]
            for path, inode in names.items()
            if self._is_reachable(names, path)
        }

    def _rename(self, names: dict[str, int | None], call: Call) -> None:
        source, target = str(call.place), call.to
        if call.what == "create":
            names[source] = call.inode
        elif call.what == "mkdir":
            names[source] = None
        elif call.what == "remove":
            names.pop(source, None)
        elif source in names:
            if call.what == "swap" and target in names:
                names[source], names[target] = names[target], names[source]
            else:
                names[target] = names.pop(source)

    def _is_reachable(self, names: dict[str, int | None], path: str) -> bool:
        above = os.path.dirname(path)
        return path == min(self.names) or (above in names and self._is_reachable(names, above))

    def _held(self, inode: int | None, cut: int, loss: Loss) -> bytes:
        assert inode is not None
        data = bytearray(self.content.get(inode, b""))
        numbers = [
            number
            for number, call in enumerate(self.calls[:cut])
            if call.what in {"write", "cut"} and call.place == inode
        ]
        flushed = max(
            (
                number
                for number, call in enumerate(self.calls[:cut])
                if call.what == "sync all" or (call.what == "sync" and call.place == inode)
            ),
            default=-1,
        )
        for number in numbers:
            call = self.calls[number]
            if number > flushed and loss == "all":
                continue
            if call.what == "cut":
                data[:] = data[: call.at].ljust(call.at, b"\0")
                continue
            part = call.data
            if number > flushed and loss == "half":
                part = part[: len(part) // 2]
            data[:] = data.ljust(call.at, b"\0")
            data[call.at : call.at + len(part)] = part
        return bytes(data)


Record: TypeAlias = "Callable[[Callable[[Path, History], None]], Disk]"


@pytest.fixture
def base(quick_path: Path) -> Path:
    root = quick_path / "disk"
    for folder in (root / "vault" / "deep", root / "state"):
        folder.mkdir(parents=True)
    (root / "vault" / "a.md").write_bytes(A)
    (root / "vault" / "deep" / "b.md").write_bytes(B)
    return root


@pytest.fixture
def record(base: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Make a change and give the disk with what was asked of it."""
    import importlib
    import pkgutil

    import notekeep.storage

    def run(change: Callable[[Path, History], None]) -> Disk:
        disk = Disk.of(base)
        recorder = Recorder()
        real = renames._renamer()
        assert real is not None
        with monkeypatch.context() as patch:
            for found in pkgutil.iter_modules(notekeep.storage.__path__):
                module = importlib.import_module(f"notekeep.storage.{found.name}")
                if hasattr(module, "os"):
                    patch.setattr(module, "os", recorder)
            patch.setattr(renames, "_renamer", lambda: recorder.renamer(real))
            patch.setattr(durability, "_syncfs", lambda: recorder.syncfs)
            change(base / "vault", History(base / "state"))
        disk.calls = recorder.calls
        return disk

    return run


def restored(base: Path, state: dict[str, bytes | None]) -> tuple[Path, History]:
    """Build a disk and start on it."""
    shutil.rmtree(base)
    for path, data in sorted(state.items()):
        if data is None:
            Path(path).mkdir(parents=True, exist_ok=True)
        else:
            Path(path).write_bytes(data)
    vault, history = base / "vault", History(base / "state")
    history.recover(vault)
    history.sweep_temps(vault, min_age=-1)
    history.check_displaced(vault, min_age=0)
    return vault, history


def notes(vault: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(vault)): path.read_bytes()
        for path in vault.rglob("*.md")
        if ".trash" not in path.parts
    }


def do_save(vault: Path, history: History) -> None:
    saves.replace("a.md", NEW, digest_of(A), root=vault, history=history)


def do_create(vault: Path, history: History) -> None:
    saves.create("x/new.md", NEW, root=vault)


def do_edit(vault: Path, history: History) -> None:
    with history.step("edit", "", root=vault) as step:
        step.edit("a.md", NEW, digest_of(A))


def do_move(vault: Path, history: History) -> None:
    with history.step("mv", "", root=vault) as step:
        step.move("a.md", "deep/a.md")


def do_trash(vault: Path, history: History) -> None:
    with history.step("rm", "", root=vault) as step:
        step.trash("a.md")


def do_many(vault: Path, history: History) -> None:
    with history.step("rename", "", root=vault, whole=True) as step:
        step.edit("deep/b.md", NEW, digest_of(B))
        step.create("x/new.md", NEW)
        step.move("a.md", "deep/a.md")


def do_undo(vault: Path, history: History) -> None:
    do_edit(vault, history)
    history.undo(vault)


@pytest.mark.parametrize(
    "change",
    [do_save, do_create, do_edit, do_move, do_trash, do_many, do_undo],
    ids=lambda change: change.__name__[3:],
)
def test_whenever_the_power_goes_the_notes_are_old_or_new(
    base: Path, record: Record, change: Callable[[Path, History], None]
) -> None:
    before = notes(base / "vault")
    disk = record(change)
    after = notes(base / "vault")
    allowed = [before, after, *([{**before, "a.md": NEW}] if change is do_undo else [])]
    cuts = 0
    for cut, state in disk.after_cuts():
        cuts += 1
        vault, history = restored(base, state)
        found = notes(vault)
        assert found in allowed, (cut, disk.calls[cut - 1 : cut + 1])
        if cut == len(disk.calls):
            assert found == after, "it was said to be done"
        for record_ in history.records():
            for one in record_.changes:
                for digest in (one.before, one.after):
                    if digest and history.blobs.has(digest):
                        history.blobs.read(digest)  # raises when it is not whole
        if change in {do_edit, do_many, do_trash, do_move} and found == after:
            history.undo(vault)
            assert notes(vault) == before
    assert cuts > 5


def test_whenever_the_power_goes_a_log_has_the_line_or_not(base: Path, record: Record) -> None:
    def change(vault: Path, history: History) -> None:
        del history
        for line in ("- first", "- second"):
            append.append_line(vault / "log" / "l.md", line, "# Log\n")

    disk = record(change)
    whole = (base / "vault" / "log" / "l.md").read_bytes()
    for cut, state in disk.after_cuts():
        log = state.get(str(base / "vault" / "log" / "l.md"))
        lines = (log if log is not None else b"").replace(b"\0", b"").splitlines()
        if cut == len(disk.calls):
            assert log == whole
        # Of a line that nobody was told of yet, a part may be there; of the others all.
        told = lines[:-1]
        assert [b"# Log", b"- first", b"- second"][: len(told)] == told


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Take protections away."""
    for module in (durability, atomic, append, open_folder, operation_log):
        for name in names:
            if hasattr(module, name):
                monkeypatch.setattr(module, name, lambda *_: None)


@pytest.mark.parametrize("missing", ["sync_file", "sync_folder"])
def test_without_a_flush_a_power_cut_loses_something(
    base: Path, record: Record, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    if missing == "sync_folder":
        monkeypatch.setattr("notekeep.storage.durability.sync_folder", lambda _: None)
    without(monkeypatch, missing)
    disk = record(do_save)
    monkeypatch.undo()
    lost = []
    for cut, state in disk.after_cuts():
        found = state.get(str(base / "vault" / "a.md"))
        done = cut == len(disk.calls)
        lost.append(found != NEW if done else found not in {A, NEW})
    assert any(lost)
