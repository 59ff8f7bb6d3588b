"""A recorder of what a program asks of the disk: each change, and each wait, in order.

Files and folders are told apart by their inodes, since names move.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from notekeep.storage import durability, renames
from reliability.system import installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Place: TypeAlias = tuple[int, str]
"""A name in a folder: the folder's inode, and the name."""

_EXCHANGE = 2  # RENAME_EXCHANGE of linux/fs.h


class Made(NamedTuple):
    """A new file or folder got a name, or a file one more."""

    place: Place
    inode: int
    is_folder: bool = False


class Gone(NamedTuple):
    """A name was removed."""

    place: Place


class Moved(NamedTuple):
    """A file or folder got another name; what had that name is gone, or has the old one."""

    source: Place
    target: Place
    is_exchange: bool


class Written(NamedTuple):
    """Bytes were written into a file."""

    inode: int
    at: int
    data: bytes


class Cut(NamedTuple):
    """A file got another length."""

    inode: int
    size: int


class Waited(NamedTuple):
    """The program waited for the disk: for one file or folder, or (0) for all."""

    inode: int


Act: TypeAlias = Made | Gone | Moved | Written | Cut | Waited


class Recorder:
    """`os`, except that it writes down what changes and what is waited for.

    Attributes:
        acts: What was done so far.
    """

    def __init__(self) -> None:
        self.acts: list[Act] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        """Open a file; a new one is written down."""
        was_there = True
        if flags & os.O_CREAT:
            try:
                os.stat(path, dir_fd=dir_fd, follow_symlinks=False)
            except FileNotFoundError:
                was_there = False
        fd = os.open(path, flags, mode, dir_fd=dir_fd)
        if not was_there:
            self.acts.append(Made(_place(path, dir_fd), os.fstat(fd).st_ino))
        return fd

    def write(self, fd: int, data: Any) -> int:
        """Write bytes where the descriptor stands, or at the end of a file that is appended to."""
        import fcntl

        info = os.fstat(fd)
        appends = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_APPEND
        at = info.st_size if appends else os.lseek(fd, 0, os.SEEK_CUR)
        count = os.write(fd, data)
        self.acts.append(Written(info.st_ino, at, bytes(data[:count])))
        return count

    def ftruncate(self, fd: int, size: int) -> None:
        """Give a file another length."""
        os.ftruncate(fd, size)
        self.acts.append(Cut(os.fstat(fd).st_ino, size))

    def fsync(self, fd: int) -> None:
        """Wait for one file or folder."""
        self.acts.append(Waited(os.fstat(fd).st_ino))

    def mkdir(self, path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        """Make a folder."""
        os.mkdir(path, mode, dir_fd=dir_fd)
        inode = os.stat(path, dir_fd=dir_fd).st_ino
        self.acts.append(Made(_place(path, dir_fd), inode, is_folder=True))

    def unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        """Remove a name."""
        place = _place(path, dir_fd)
        os.unlink(path, dir_fd=dir_fd)
        self.acts.append(Gone(place))

    remove = unlink

    def rmdir(self, path: Any, *, dir_fd: int | None = None) -> None:
        """Remove an empty folder."""
        place = _place(path, dir_fd)
        os.rmdir(path, dir_fd=dir_fd)
        self.acts.append(Gone(place))

    def link(
        self,
        source: Any,
        target: Any,
        *,
        src_dir_fd: int | None = None,
        dst_dir_fd: int | None = None,
        follow_symlinks: bool = True,
    ) -> None:
        """Give a file one more name."""
        os.link(
            source,
            target,
            src_dir_fd=src_dir_fd,
            dst_dir_fd=dst_dir_fd,
            follow_symlinks=follow_symlinks,
        )
        inode = os.stat(target, dir_fd=dst_dir_fd, follow_symlinks=False).st_ino
        self.acts.append(Made(_place(target, dst_dir_fd), inode))

    def rename(
        self,
        source: Any,
        target: Any,
        *,
        src_dir_fd: int | None = None,
        dst_dir_fd: int | None = None,
    ) -> None:
        """Give a file another name, whatever had it."""
        act = Moved(_place(source, src_dir_fd), _place(target, dst_dir_fd), is_exchange=False)
        os.rename(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        self.acts.append(act)

    replace = rename


def _place(path: Any, dir_fd: int | None) -> Place:
    folder, name = os.path.split(os.fspath(path))
    if dir_fd is None:
        return os.stat(folder or ".").st_ino, name
    return os.stat(folder or ".", dir_fd=dir_fd).st_ino, name


@contextmanager
def recorded() -> Iterator[list[Act]]:
    """Have the rooms that touch files write down what they do."""
    recorder = Recorder()
    real_renamer, real_syncfs = renames._renamer(), durability._syncfs()

    def renamer(source: renames.FolderEntry, target: renames.FolderEntry, flag: int) -> int:
        assert real_renamer is not None
        act = Moved(
            _place(source.name, source.fd), _place(target.name, target.fd), flag == _EXCHANGE
        )
        number = real_renamer(source, target, flag)
        if not number:
            recorder.acts.append(act)
        return number

    def syncfs(_fd: int) -> None:
        recorder.acts.append(Waited(0))

    with installed(recorder, real_renamer and renamer, real_syncfs and syncfs):
        yield recorder.acts


class Disk:
    """What is on a disk: the names in each folder and the bytes of each file, by inode."""

    def __init__(
        self, root: int, folders: dict[int, dict[str, int]], files: dict[int, bytes]
    ) -> None:
        """Make one of a root folder's inode, the folders and the files."""
        self.root = root
        self.folders = folders
        self.files = files

    @classmethod
    def of(cls, folder: Path) -> Disk:
        """Read a real folder."""
        folders: dict[int, dict[str, int]] = {}
        files: dict[int, bytes] = {}
        for path in [folder, *folder.rglob("*")]:
            inode = path.stat().st_ino
            if path.is_dir():
                folders[inode] = {one.name: one.stat().st_ino for one in path.iterdir()}
            else:
                files[inode] = path.read_bytes()
        return cls(folder.stat().st_ino, folders, files)

    def copy(self) -> Disk:
        """Make another of the same content."""
        folders = {inode: dict(names) for inode, names in self.folders.items()}
        return Disk(self.root, folders, dict(self.files))

    def do(self, act: Act) -> None:
        """Have something happen on it; what nothing leads to any more does no harm."""
        match act:
            case Made((folder, name), inode, is_folder):
                (self.folders if is_folder else self.files).setdefault(
                    inode,
                    {} if is_folder else b"",  # type: ignore[arg-type]
                )
                self._names(folder)[name] = inode
            case Gone((folder, name)):
                self._names(folder).pop(name, None)
            case Moved((old, source), (new, target), is_exchange):
                inode, other = self._names(old).pop(source), self._names(new).get(target)
                self._names(new)[target] = inode
                if is_exchange and other is not None:
                    self._names(old)[source] = other
            case Written(inode, at, data):
                text = self.files.get(inode, b"").ljust(at, b"\0")
                self.files[inode] = text[:at] + data + text[at + len(data) :]
            case Cut(inode, size):
                self.files[inode] = self.files.get(inode, b"")[:size].ljust(size, b"\0")

    def _names(self, folder: int) -> dict[str, int]:
        """The names in a folder, which may be one that no name leads to."""
        return self.folders.setdefault(folder, {})

    def tree(self) -> dict[str, bytes | None]:
        """Everything that names lead to: the bytes of files, None for folders."""
        found: dict[str, bytes | None] = {}

        def walk(inode: int, where: str) -> None:
            for name, below in self.folders[inode].items():
                path = f"{where}{name}"
                found[path] = None if below in self.folders else self.files[below]
                if below in self.folders:
                    walk(below, f"{path}/")

        walk(self.root, "")
        return found
