"""What a person gives to `notekeep import`, opened lazily: names first, then one file at a time.

A path is a file, a folder, a zip or a tar. An archive within an archive, as Notion exports it, is
listed as a folder of its name. Nothing of an archive is unpacked to a name of its own choosing, and
links are not followed.
"""

from __future__ import annotations

import io
import os
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from contextlib import ExitStack, closing, contextmanager
from typing import IO, TYPE_CHECKING, Any, Self

from notekeep.errors import Failure, NotekeepError, NotFound, Refused
from notekeep.importing.given_files import Limits, check_archive, name_problem, open_database
from notekeep.importing.records import Loss
from notekeep.storage.file_names import is_skipped, is_skipped_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from _typeshed import WriteableBuffer

HEAD_BYTES = 4096
MAX_READ = 64 << 20
"""How much of one file is read into memory; pictures and the like are streamed."""

ARCHIVE_LIMITS = Limits(entries=200_000, size=1 << 40)
"""What an archive may hold; how often a file may be as large as it is packed matters more."""

MAX_STAGED = 4 << 30
"""How large an archive within an archive may be, or a database within one."""

_MAX_DEPTH = 2
_TAR_SIGNATURE, _TAR_SIGNATURE_AT = b"ustar", 257
_ARCHIVE_ERRORS = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError),
    *(RuntimeError, ValueError, OverflowError, MemoryError),
)
_HINT = "Export it again from the program it comes from."


class InputFiles:
    """The files of one path, by names with "/" between folders.

    Attributes:
        path: What the person gave.
        names: All files, sorted.
        detected: Those that the format which reads them has recognized.
        losses: Archives of a folder that cannot be read.
        columns: What a person says of the columns of a table, and `id_column` tells rows apart.
        on_read: Called with a name before it is read: shows progress, and raises to cancel.
    """

    def __init__(self, path: str, on_read: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self.on_read = on_read
        self.detected: tuple[str, ...] = ()
        self.losses: list[Loss] = []
        self.columns: Mapping[str, str] = {}
        self.id_column = ""
        self._stack = ExitStack()
        self._openers: dict[str, Callable[[], IO[bytes]]] = {}
        self._staged: IO[bytes] | None = None
        self._staged_end = 0
        self._places: dict[str, str] = {}  # where files are that lie in no archive
        try:
            self._list()
        except BaseException:
            self._stack.close()
            raise
        self.names = tuple(sorted(self._openers))

    def __enter__(self) -> Self:
        """Stay open until the end of a `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the archives."""
        self._stack.close()

    # Reading

    def head(self, name: str) -> bytes:
        """Return the first bytes of a file; none where it cannot be read."""
        try:
            with self.open(name) as file:
                return file.read(HEAD_BYTES)
        except NotekeepError:
            return b""

    def read(self, name: str) -> bytes:
        """Return the bytes of a file; Refused when it is too large or damaged."""
        self.on_read(name)
        with self.open(name) as file:
            data = file.read(MAX_READ + 1)
        if len(data) > MAX_READ:
            raise Refused(f"{name}: larger than {MAX_READ >> 20} MB", _HINT)
        return data

    def text(self, name: str) -> str:
        """Return a file as text: UTF-8, UTF-16 with its mark, else Windows-1252."""
        data = self.read(name)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16", "replace")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # A file that is cut off ends within a character; one in another encoding does not.
            return data.decode("utf-8-sig" if error.start > len(data) - 4 else "cp1252", "replace")

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file as a stream; what is wrong with it is Refused, also while it is read."""
        opener = self._openers.get(name)
        if opener is None:
            raise NotFound(f"{self.path}: there is no file {name}")
        try:
            with closing(opener()) as file:
                yield file
        except OSError as error:
            raise Failure(f"{name}: cannot be read: {error.strerror or error}") from error
        except _ARCHIVE_ERRORS as error:
            raise Refused(f"{name}: the archive is damaged: {error}", _HINT) from error

    @contextmanager
    def database(self, name: str) -> Iterator[sqlite3.Connection]:
        """Open an SQLite database to read, with what its program wrote into the log beside it.

        It is copied first: the program may be running, and SQLite writes into a log that it reads.
        """
        self.on_read(name)
        if not _is_page_size(self.head(name)[16:18]):
            raise Refused(f"{name}: not a database")
        with tempfile.TemporaryDirectory(prefix="notekeep-") as folder:
            copy = os.path.join(folder, "database")
            for ending in ("", "-wal"):
                if name + ending in self._openers:
                    with self.open(name + ending) as file, open(copy + ending, "wb") as out:
                        _copy(file, out, name)
            try:
                is_alone = not os.path.exists(f"{copy}-wal")
                with closing(open_database(copy, is_immutable=is_alone)) as opened:
                    yield opened
            except sqlite3.Error as error:
                raise Refused(f"{name}: not a database that can be read: {error}") from error

    def stage(self, data: bytes) -> None:
        """Keep some bytes of a file that a reader finds within another, outside memory."""
        if self._staged is None:
            self._staged = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._staged.seek(0, os.SEEK_END)
        self._staged.write(data)

    def add_staged(self, name: str) -> None:
        """Make a file of the bytes that were staged since the last one."""
        staged = self._staged or io.BytesIO()
        start, self._staged_end = self._staged_end, staged.seek(0, os.SEEK_END)
        size = self._staged_end - start
        self._openers[name] = lambda: io.BufferedReader(_Slice(staged, start, size))

    # Listing

    def _list(self) -> None:
        if os.path.isdir(self.path):
            self._list_folder("")
        elif os.path.isfile(self.path):
            base = os.path.basename(self.path)
            self._add_file(base, self.path)
            log = f"{self.path}-wal"
            if os.path.isfile(log):
                self._add_file(f"{base}-wal", log)
        else:
            raise NotFound(
                f"There is no file or folder {self.path}.", "Give the path of an export."
            )

    def _list_folder(self, folder: str) -> None:
        try:
            with os.scandir(os.path.join(self.path, folder)) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            raise Failure(f"{error.filename}: cannot be read: {error.strerror}") from error
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                # Kobo keeps its database in `.kobo`.
                if not is_skipped_folder(entry.name) or entry.name == ".kobo":
                    self._list_folder(name)
            elif entry.is_file(follow_symlinks=False) and not is_skipped(entry.name):
                self._add_file(name, entry.path)
                if len(self._openers) > ARCHIVE_LIMITS.entries:
                    raise Refused(f"{self.path}: more than {ARCHIVE_LIMITS.entries} files")

    def _add_file(self, name: str, path: str) -> None:
        lower = name.casefold()
        if lower.endswith((".zip", ".jex", ".tar")):
            try:
                file = self._stack.enter_context(open(path, "rb"))  # noqa: SIM115 - the stack closes it
            except OSError as error:
                raise Failure(f"{path}: cannot be read: {error.strerror}") from error
            is_only = path == self.path
            try:
                if self._add_archive("" if is_only else name, file, path, depth=1):
                    return
            except Refused as error:
                if is_only:
                    raise
                self.losses.append(Loss(error.message, place=name))
                return
        self._places[name] = path
        self._openers[name] = lambda: open(path, "rb")  # noqa: SIM115 - `open` closes it

    def _add_archive(self, folder: str, file: IO[bytes], shown: str, *, depth: int) -> bool:
        """List an archive; False when the file is none."""
        try:
            if zipfile.is_zipfile(file):
                self._add_zip(folder, file, shown, depth)
                return True
            # `is_tarfile` also tries to unpack, which takes minutes for gigabytes of zeros.
            file.seek(_TAR_SIGNATURE_AT)
            if file.read(len(_TAR_SIGNATURE)) == _TAR_SIGNATURE:
                file.seek(0)
                self._add_tar(folder, file, shown)
                return True
        except _ARCHIVE_ERRORS as error:
            raise Refused(f"{shown}: the archive is damaged: {error}", _HINT) from error
        if depth == 1 and shown.casefold().endswith((".zip", ".jex")):
            raise Refused(f"{shown}: not an archive, or one that is cut off", _HINT)
        return False

    def _add_zip(self, folder: str, file: IO[bytes], shown: str, depth: int) -> None:
        archive = self._stack.enter_context(zipfile.ZipFile(file))
        entries = archive.infolist()
        check_archive(shown, entries, ARCHIVE_LIMITS)
        for entry in entries:
            if entry.is_dir() or entry.filename.startswith("__MACOSX/"):
                continue
            name = f"{folder}/{entry.filename}".lstrip("/")
            if entry.filename.casefold().endswith(".zip") and depth < _MAX_DEPTH:
                with archive.open(entry) as packed:
                    staged = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
                    _copy(packed, staged, entry.filename)
                if self._add_archive(name, staged, name, depth=depth + 1):
                    continue
            self._openers[name] = lambda entry=entry: archive.open(entry)  # type: ignore[misc]

    def _add_tar(self, folder: str, file: IO[bytes], shown: str) -> None:
        archive = self._stack.enter_context(tarfile.open(fileobj=file, mode="r:"))  # noqa: SIM115
        for number, member in enumerate(archive):
            if member.isdir():
                continue
            problem = name_problem(member.name)
            if not member.isreg() or member.issparse():
                problem = "is a link or a device"
            name = f"{folder}/{member.name}".lstrip("/").replace("/./", "/").removeprefix("./")
            if not problem and name in self._openers:
                problem = "is there twice"
            if problem or number > ARCHIVE_LIMITS.entries:
                raise Refused(f"{shown}: '{member.name}' in the archive {problem}", _HINT)
            self._openers[name] = lambda member=member: _open_member(archive, member)  # type: ignore[misc]


class _Slice(io.RawIOBase):
    """Some bytes of a file, to read."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        self._file, self._at, self._end = file, start, start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        self._file.seek(self._at)
        data = self._file.read(min(len(view), self._end - self._at))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def _is_page_size(data: bytes) -> bool:
    """Whether two bytes of a database's head are a size that its pages may have."""
    size = int.from_bytes(data, "big")
    return size == 1 or (size >= 512 and size.bit_count() == 1)


def _open_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    return archive.extractfile(member) or io.BytesIO()


def _copy(file: IO[bytes], out: IO[Any], name: str) -> None:
    room = MAX_STAGED
    while chunk := file.read(1 << 20):
        room -= len(chunk)
        if room < 0:
            raise Refused(f"{name}: larger than {MAX_STAGED >> 30} GB", _HINT)
        out.write(chunk)
