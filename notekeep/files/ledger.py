"""The log of what was done: one line a step, appended and never changed, oldest first.

A line names paths and digests; the contents are blobs. What a line means to `undo` is read from the
lines after it, so nothing ever has to be taken back from the file. A line of a kind, or a file of a
format, that this version does not know is left where it is.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from notekeep.errors import Refused
from notekeep.files.append import append_line
from notekeep.files.durable import close
from notekeep.files.locks import locked
from notekeep.files.private import make_folder, write_file
from notekeep.giving_way import give_way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORMAT = 1

_TAIL = 1 << 16  # longer than any line of a step of one change

Kind: TypeAlias = Literal["edit", "new", "move", "trash", "seen"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a step did to one file.

    Attributes:
        kind: "edit" a new content, "new" a new file, "move" another name, "trash" moved to the
            trash, "seen" a content another program left there.
        path: The file, relative to the root of the step, before the step.
        before: The digest before; None for a new file, or when it was not read.
        after: The digest after; None when it was not read.
        to: Where the file is after a move; for one in the trash, where in the trash, or "" when it
            went to the system's.
    """

    kind: Kind
    path: str
    before: str | None = None
    after: str | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step in the log.

    Attributes:
        id: Its name; sorts by time.
        time: When it was done, in seconds since 1970.
        verb: What was done, in one word: "edit", "tag", "rename", "undo".
        label: What was done, for a person.
        changes: What it did, in the order it did it.
        folders: The folders it made, outermost first.
        root: The folder its paths are relative to when that is not the vault; else "".
        undoes: The id of the step it takes back; else "".
        redoes: The id of the step it does again; else "".
    """

    id: str
    time: float
    verb: str
    label: str
    changes: tuple[Change, ...]
    folders: tuple[str, ...] = ()
    root: str = ""
    undoes: str = ""
    redoes: str = ""

    @property
    def is_outside(self) -> bool:
        """Whether it only notes what other programs did, so that there is nothing to undo."""
        return bool(self.changes) and all(change.kind == "seen" for change in self.changes)


def new_id() -> str:
    """Make the id of a step: 48 bits of time in milliseconds, then 40 of chance, in hex."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(5).hex()}"


def to_json(record: StepRecord) -> dict[str, Any]:
    """Give a step as plain data, without what is empty."""
    data = _filled(record)
    data["changes"] = [_filled(change) for change in record.changes]
    return data


def _filled(said: StepRecord | Change) -> dict[str, Any]:
    return {key: value for key in said.__slots__ if (value := getattr(said, key))}


def from_json(data: dict[str, Any]) -> StepRecord | None:
    """Read a step from plain data; None for what is no step of this format."""
    try:
        changes = tuple(Change(**change) for change in data["changes"])
        known = {key: value for key, value in data.items() if key in StepRecord.__slots__}
        known["changes"] = changes
        known["folders"] = tuple(data.get("folders", ()))
        known.setdefault("label", "")
        return StepRecord(**known)
    except (KeyError, TypeError, AttributeError):
        return None


class Ledger:
    """The log below a folder.

    Attributes:
        path: The file.
    """

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, "log.jsonl")
        self._read: tuple[tuple[int, int], list[StepRecord]] | None = None
        self._guard = RLock()
        self._depth = 0

    def append(self, record: StepRecord) -> None:
        """Add a step; when this returns, it is on the disk.

        Raises:
            Refused: The log was written by a newer notekeep.
            NotekeepError: It could not be added.
        """
        self._append(to_json(record))

    def void(self, step: str) -> None:
        """Note that a step which is in the log was not done after all."""
        self._append({"void": step})

    def steps(self) -> list[StepRecord]:
        """Read all steps that were done, oldest first.

        A last line that a power cut tore is passed over, as is what this version cannot read.

        Raises:
            OSError: The log is there and cannot be read.
        """
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return []
        stamp = (found.st_size, found.st_ino)
        read = self._read
        if read is None or read[0] != stamp:
            read = self._read = None  # the older one goes first
            read = self._read = (stamp, self._done())
        return list(read[1])

    def _done(self) -> list[StepRecord]:
        records: list[StepRecord] = []
        voided: set[str] = set()
        for line in self._lines():
            give_way()
            if "void" in line:
                voided.add(line["void"])
            elif "changes" in line and (record := from_json(line)) is not None:
                records.append(record)
        return [record for record in records if record.id not in voided]

    def last(self) -> StepRecord | None:
        """Read the last step without the rest of the log.

        Returns:
            None when the log ends with something else, or with a line longer than any step of one
            change.

        Raises:
            OSError: The log is there and cannot be read.
        """
        try:
            with open(self.path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(max(0, size - _TAIL))
                line = file.read().rstrip(b"\n").rpartition(b"\n")[2]
        except FileNotFoundError:
            return None
        data = _parse(line)
        return from_json(data) if "changes" in data else None

    def rewrite(self, keep: Callable[[StepRecord], StepRecord | None]) -> None:
        """Write the log anew, so that something in it is forgotten.

        Args:
            keep: Gives each step as it shall stand from then on, or None to drop it. Lines that are
                no steps of this format stay.

        Raises:
            OSError: It could not be written; the log is as it was.
        """
        from json import dumps

        if not os.path.exists(self.path):
            return
        with self.held():
            kept: list[dict[str, Any]] = []
            for line in self._lines():
                record = from_json(line) if "changes" in line else None
                if record is None:
                    kept.append(line)
                    continue
                stays = keep(record)
                if stays is not None:
                    kept.append(to_json(stays))
            write_file(self.path, "".join(f"{dumps(line)}\n" for line in kept).encode())

    def _append(self, data: dict[str, Any]) -> None:
        from json import dumps

        with self.held():
            if not os.path.exists(self.path):
                first = dumps({"notekeep": "history", "format": FORMAT})
                write_file(self.path, f"{first}\n".encode())
            self._check_format()
            append_line(self.path, dumps(data))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes and threads from adding to the log; may be nested.

        A single change holds the log from the moment it is noted until it is made, so that whoever
        finds it noted and not made knows that its maker is gone. The lock is a file of its own:
        Windows cannot replace a file that is open.

        Raises:
            Failure: Another process holds it for too long.
        """
        with self._guard:
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            make_folder(os.path.dirname(self.path))
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
            fd = os.open(f"{self.path}.lock", flags, 0o600)
            try:
                with locked(fd, self.path):
                    self._depth = 1
                    try:
                        yield
                    finally:
                        self._depth = 0
            finally:
                close(fd)

    def _check_format(self) -> None:
        """Refuse to add to a log whose rules this version does not know."""
        with open(self.path, "rb") as file:
            first = _parse(file.readline())
        if int(first.get("format", FORMAT)) > FORMAT:
            raise Refused(
                "The history of this vault was written by a newer notekeep.",
                "Update notekeep on this machine.",
            )

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Yield what lines say, one by one: all at once they would take ten times the file."""
        with open(self.path, "rb") as file:
            yield from filter(None, map(_parse, file))


def _parse(line: bytes) -> dict[str, Any]:
    from json import loads

    try:
        data = loads(line)
    except ValueError:
        return {}
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}
