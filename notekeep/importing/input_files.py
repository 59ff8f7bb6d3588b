"""The untrusted files of an import: listed first, opened on demand.

A path is a file, a folder, a zip or a tar. A nested archive, as in Notion's exports, is listed as a
folder with the archive's name. File names from an archive are never used on disk, and links are not
followed. A suspicious archive is refused entirely.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import sqlite3
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, Self, TextIO
from urllib.parse import quote

from notekeep.errors import Failure, NotekeepError, NotFound, Refused
from notekeep.importing.records import Loss
from notekeep.markdown.fields.schema import DatedNames
from notekeep.storage.file_names import is_skipped, is_skipped_folder, name_key

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES = 4096
HABIT_FILES = ("habits", "log")
"""The two files of harsh and habitctl. If the path is one of them, the other is read too."""

MAX_NOTE = 3 << 20
"""Maximum size of a note's text."""

MAX_SOURCE = 16 << 20
"""Maximum size of a file with many passages, rows or days."""

MAX_FILES = 100_000
MAX_RATIO = 100
"""Maximum ratio of unpacked to packed size, for files of more than a megabyte."""

MAX_STAGED = 4 << 30
"""Maximum size of an archive or a database within an archive."""

_MAX_DEPTH = 2
_ZIPS = (".zip", ".bear2bk", ".bearbk", ".textpack")
_LOCAL_HEADER = 30
_SMALL = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
_TAR_SIGNATURE, _TAR_SIGNATURE_AT = b"ustar", 257
_ARCHIVE_ERRORS = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError),
    *(RuntimeError, ValueError, OverflowError, MemoryError),
)
_HINT = "Export it again from the program it comes from."
HOW_TO_SPLIT = "split it, and import the parts one by one"

_MAX_TEXT = 1 << 20
_STEPS = 100_000
_MAX_CALLBACKS = 20_000
"""Maximum number of progress callbacks for a query. There is a call every `_STEPS` steps."""

_ALLOWED = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_FUNCTION}
)


class InputFiles:
    """The files of one path. Names have "/" between folders.

    Attributes:
        path: The path of the import.
        names: All files, sorted.
        detected: The files that the current format recognized.
        losses: Unreadable archives in a folder.
        columns: The field of each CSV column. `id_column` is the column that identifies rows.
        habit_names: The folded names of the vault's habits.
        daily: The vault's format for names of daily notes.
        on_read: Called with the name before a file is read, and with the progress of a large file.
            It may raise an error to cancel the import.
    """

    def __init__(self, path: str, on_read: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self.on_read = on_read
        self.detected: tuple[str, ...] = ()
        self.losses: list[Loss] = []
        self.columns: Mapping[str, str] = {}
        self.id_column = ""
        self.habit_names: Collection[str] = ()
        self.daily = DatedNames()
        self._stack = ExitStack()
        self._openers: dict[str, Callable[[], IO[bytes]]] = {}
        self._staged_count = 0
        try:
            self._list()
        except BaseException:
            self._stack.close()
            raise
        self.names = tuple(sorted(self._openers))

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the archives."""
        self._stack.close()

    # Reading

    def head(self, name: str) -> bytes:
        """Return the first 4096 bytes of a file; b"" if it cannot be read."""
        try:
            with self.open(name) as file:
                return file.read(HEAD_BYTES)
        except NotekeepError:
            return b""

    def read(self, name: str) -> bytes:
        """Return the bytes of a file. Raises Refused if it is too large or damaged."""
        self.on_read(name)
        with self.open(name) as file:
            data = file.read(MAX_SOURCE + 1)
        if len(data) > MAX_SOURCE:
            raise Refused(f"{name} is larger than {MAX_SOURCE >> 20} MB.", _HINT)
        return data

    def text(self, name: str, max_size: int = MAX_NOTE) -> str:
        """Return the text of a file. Raises Refused if it is too large or damaged."""
        with self.open_text(name, max_size) as file:
            return file.read()

    def open_text(self, name: str, max_size: int = MAX_SOURCE) -> TextIO:
        """Open a file as text with line feeds. Raises Refused if it is too large.

        The encoding is UTF-8, UTF-16 with a byte order mark, or else Windows-1252. To detect it,
        the entire file is read in chunks, without keeping it in memory.
        """
        self.on_read(name)
        # A chunk may end within a character, so the decoder is incremental.
        decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        encoding, size = "utf-8-sig", 0
        with self.open(name) as file:
            if file.peek(2).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                decoder, encoding = None, "utf-16"
            while chunk := file.read(1 << 20):
                size += len(chunk)
                if size > max_size:
                    raise Refused(f"{name} is larger than {max_size >> 20} MB; {HOW_TO_SPLIT}.")
                try:
                    if decoder is not None:
                        decoder.decode(chunk)
                except UnicodeDecodeError:
                    decoder, encoding = None, "cp1252"
        return io.TextIOWrapper(self.open(name), encoding, "replace")

    def open(self, name: str) -> io.BufferedReader:
        """Open a file as a stream. Raises Refused if it is damaged, also during later reads."""
        opener = self._openers.get(name)
        if opener is None:
            raise NotFound(f"{self.path} has no file {name}.")
        with _explain_errors(name):
            file = opener()
        return io.BufferedReader(_ProgressFile(file, name, self.on_read), 1 << 16)

    @contextmanager
    def database(self, name: str) -> Iterator[sqlite3.Connection]:
        """Open an SQLite database for reading, with its write-ahead log.

        Both are copied first, because the other program may be running, and SQLite changes the log.
        """
        self.on_read(name)
        page_size = int.from_bytes(self.head(name)[16:18], "big")
        if page_size != 1 and (page_size < 512 or page_size.bit_count() != 1):
            raise Refused(f"{name} is not a database.")
        with tempfile.TemporaryDirectory(prefix="notekeep-") as folder:
            copy = os.path.join(folder, "database")
            for ending in ("", "-wal"):
                if name + ending in self._openers:
                    with self.open(name + ending) as file, open(copy + ending, "wb") as out:
                        _copy(file, out, name)
            try:
                is_alone = not os.path.exists(f"{copy}-wal")
                with closing(_open_database(copy, is_immutable=is_alone)) as opened:
                    yield opened
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise Refused(f"{name} is not a readable database: {error}.") from error

    @contextmanager
    def on_disk(self, name: str) -> Iterator[IO[bytes]]:
        """Open a temporary copy of a file, for a process that needs a file on disk."""
        self.on_read(name)
        with tempfile.TemporaryFile() as copy, self.open(name) as file:
            _copy(file, copy, name)
            copy.seek(0)
            yield copy

    def stage(self, data: bytes) -> None:
        """Write part of an embedded file to disk."""
        with open(self._next_staged, "ab") as file:
            file.write(data)

    def add_staged(self, name: str) -> None:
        """Add a file that contains the bytes staged since the last call."""
        self.stage(b"")
        path = self._next_staged
        self._openers[name] = lambda: open(path, "rb")  # noqa: SIM115 - `open` closes it
        self._staged_count += 1

    @property
    def _next_staged(self) -> str:
        return os.path.join(self._staging, str(self._staged_count))

    @cached_property
    def _staging(self) -> str:
        return self._stack.enter_context(tempfile.TemporaryDirectory(prefix="notekeep-"))

    # Listing

    def _list(self) -> None:
        if os.path.isdir(self.path):
            self._list_folder()
        elif os.path.isfile(self.path):
            base = os.path.basename(self.path)
            self._add_file(base, self.path)
            others = HABIT_FILES if base in HABIT_FILES else (f"{base}-wal",)
            for name in others:
                path = os.path.join(os.path.dirname(self.path), name)
                if name != base and os.path.isfile(path):
                    self._add_file(name, path)
        else:
            hint = "Give the path of an export."
            raise NotFound(f"There is no file or folder {self.path}.", hint)

    def _list_folder(self) -> None:
        def fail(error: OSError) -> None:
            raise Failure(f"{error.filename} cannot be read: {error.strerror}.") from error

        for folder, folders, names in os.walk(self.path, onerror=fail):
            # Kobo's database is in `.kobo`.
            folders[:] = [
                name for name in folders if not is_skipped_folder(name) or name == ".kobo"
            ]
            for path in (os.path.join(folder, name) for name in names if not is_skipped(name)):
                if os.path.isfile(path) and not os.path.islink(path):
                    self._add_file(os.path.relpath(path, self.path).replace(os.sep, "/"), path)
                if len(self._openers) > MAX_FILES:
                    raise Refused(f"{self.path} has more than {MAX_FILES} files.")

    def _add_file(self, name: str, path: str) -> None:
        lower = name.casefold()
        if lower.endswith((*_ZIPS, ".jex", ".tar", ".tgz", ".tar.gz")):
            try:
                file: IO[bytes] = self._stack.enter_context(open(path, "rb"))  # noqa: SIM115 - the stack closes it
            except OSError as error:
                raise Failure(f"{path} cannot be read: {error.strerror}.") from error
            is_only = path == self.path
            try:
                if lower.endswith("gz"):
                    file = self._unpack(file, path)
                if self._add_archive("" if is_only else name, file, path, depth=1):
                    return
            except Refused as error:
                if is_only:
                    raise
                self.losses.append(Loss(error.message.removesuffix("."), place=name))
                return
        self._openers[name] = lambda: open(path, "rb")  # noqa: SIM115 - `open` closes it

    def _unpack(self, file: IO[bytes], shown: str) -> IO[bytes]:
        """Decompress a tar, so that its files can be read in any order."""
        staged = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
        remaining = min(MAX_STAGED, max(_SMALL, os.fstat(file.fileno()).st_size * MAX_RATIO))
        with _explain_errors(shown), gzip.open(file) as packed:
            _copy(packed, staged, shown, remaining)
        return staged

    def _add_archive(self, folder: str, file: IO[bytes], shown: str, *, depth: int) -> bool:
        """List an archive. Return False if the file is not an archive."""
        try:
            if zipfile.is_zipfile(file):
                self._add_zip(folder, file, shown, depth)
                return True
            # `is_tarfile` also tries to decompress, which takes minutes for gigabytes of zeros.
            file.seek(_TAR_SIGNATURE_AT)
            if file.read(len(_TAR_SIGNATURE)) == _TAR_SIGNATURE:
                file.seek(0)
                self._add_tar(folder, file, shown)
                return True
        except _ARCHIVE_ERRORS as error:
            raise Refused(f"{shown} is a damaged archive: {error}.", _HINT) from error
        if depth == 1 and shown.casefold().endswith((*_ZIPS, ".jex")):
            raise Refused(f"{shown} is not an archive, or is truncated.", _HINT)
        return False

    def _add_zip(self, folder: str, file: IO[bytes], shown: str, depth: int) -> None:
        archive = self._stack.enter_context(zipfile.ZipFile(file))
        entries = archive.infolist()
        _check_zip(shown, entries)
        for entry in entries:
            if entry.is_dir() or entry.filename.startswith("__MACOSX/"):
                continue
            name = f"{folder}/{entry.filename}".lstrip("/")
            if entry.filename.casefold().endswith(_ZIPS) and depth < _MAX_DEPTH:
                with archive.open(entry) as packed:
                    staged = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
                    _copy(packed, staged, entry.filename)
                if self._add_archive(name, staged, name, depth=depth + 1):
                    continue
            self._openers[name] = lambda entry=entry: archive.open(entry)  # type: ignore[misc]

    def _add_tar(self, folder: str, file: IO[bytes], shown: str) -> None:
        archive = self._stack.enter_context(tarfile.open(fileobj=file, mode="r:"))  # noqa: SIM115
        end = 0
        for number, member in enumerate(archive):
            end = member.offset_data + -(-member.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
            if member.isdir():
                continue
            problem = _name_problem(member.name)
            if not member.isreg() or member.issparse():
                problem = "is a link or a device"
            name = f"{folder}/{member.name}".lstrip("/").replace("/./", "/").removeprefix("./")
            if not problem and name in self._openers:
                problem = "occurs twice"
            if number >= MAX_FILES:
                raise Refused(f"{shown} has more than {MAX_FILES} files.", _HINT)
            if problem:
                raise Refused(f"{shown}: '{member.name}' in the archive {problem}.", _HINT)
            self._openers[name] = lambda member=member: archive.extractfile(member) or io.BytesIO()  # type: ignore[misc]
        file.seek(end)
        if file.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            self.losses.append(Loss("files at the end of an archive that is cut off", place=shown))


class _ProgressFile(io.RawIOBase):
    """A file that reports its progress after each megabyte."""

    def __init__(self, file: IO[bytes], name: str, report: Callable[[str], None]) -> None:
        self._file, self._name, self._report = file, name, report
        self._size = self._reported = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)[: 1 << 20]
        with _explain_errors(self._name):
            data = self._file.read(len(view))
        view[: len(data)] = data
        self._size += len(data)
        if self._size >> 20 > self._reported:
            self._reported = self._size >> 20
            self._report(f"{self._name}, {self._reported:,} MB")
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def _explain_errors(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Failure(f"{name} cannot be read: {error.strerror or error}.") from error
    except _ARCHIVE_ERRORS as error:
        raise Refused(f"{name} is in a damaged archive: {error}.", _HINT) from error


def _copy(
    file: IO[bytes] | gzip.GzipFile, out: IO[Any], name: str, remaining: int = MAX_STAGED
) -> None:
    while chunk := file.read(1 << 20):
        remaining -= len(chunk)
        if remaining < 0:
            raise Refused(f"{name} is too large when unpacked.", _HINT)
        out.write(chunk)


def _check_zip(shown: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a suspicious archive, or one with too many files."""
    if len(entries) > MAX_FILES:
        raise Refused(f"{shown} has {len(entries)} files, more than {MAX_FILES}.", _HINT)
    seen: set[str] = set()
    for entry in entries:
        problem = _name_problem(entry.orig_filename) or _entry_problem(entry)
        key = name_key(entry.filename.rstrip("/"))
        if not problem and key in seen:
            problem = "occurs twice"
        if problem:
            raise Refused(f"{shown}: '{entry.orig_filename}' in the archive {problem}.", _HINT)
        seen.add(key)
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        # With overlapping files, a small archive can unpack to a very large one.
        if entry.header_offset < end:
            raise Refused(f"{shown} has files that overlap.", _HINT)
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size


def _name_problem(name: str) -> str:
    """Return the reason why a name is unsafe, as the end of a sentence; "" if it is safe."""
    if "\\" in name or "\0" in name:
        return "has an invalid character in its name"
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        return "has a path outside of it"
    return "" if name.strip("/. ") else "has no name"


def _entry_problem(entry: zipfile.ZipInfo) -> str:
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if entry.flag_bits & 1:
        return "needs a password"
    if entry.file_size > max(_SMALL, entry.compress_size * MAX_RATIO):
        return f"unpacks to more than {MAX_RATIO} times its size"
    return ""


def _open_database(path: str, *, is_immutable: bool) -> sqlite3.Connection:
    """Open an untrusted database to read tables only, with limits on time and memory."""
    mode = "mode=ro&immutable=1" if is_immutable else "mode=rw"
    opened = sqlite3.connect(f"file:{quote(path)}?{mode}", uri=True)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        opened.execute(f"PRAGMA {pragma}")
    opened.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_TEXT)
    opened.text_factory = lambda data: data.decode("utf-8", "replace")
    steps = iter(range(_MAX_CALLBACKS))
    opened.set_progress_handler(lambda: next(steps, None) is None, _STEPS)
    opened.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
    )
    return opened
