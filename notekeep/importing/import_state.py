"""What an import has found and decided while it is planned, for all formats together."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from notekeep.config import current_time
from notekeep.errors import NotekeepError, Refused
from notekeep.importing.ledger import Ledger, digest_text
from notekeep.importing.matching import NoteMatcher
from notekeep.importing.note_text import NoteText
from notekeep.importing.records import Loss
from notekeep.notes.plan import FileCopy
from notekeep.notes.workspace import Workspace
from notekeep.storage.file_names import free_path, match_spelling, name_key, safe_name
from notekeep.storage.scan import list_files
from notekeep.tracking.checkin import device_name


class ImportOptions(NamedTuple):
    """What a person asks of an import."""

    again: bool = False  # bring back what they took out
    prune: bool = False  # take out what is gone in the source and was not changed
    take: Collection[str] = ()  # ids of what they changed, but want as the source has it
    match: Mapping[str, str] = {}  # ids of works and the notes that they are; "" for a new note
    skip: Collection[str] = ()  # ids of works and pages that are left out
    columns: Mapping[str, str] = {}  # of a CSV file, and what they are: `title`, `body`, a field
    id_column: str = ""  # of a CSV file, which tells rows apart
    only_habits: bool = False  # as `habit import` does


class SourceChange(NamedTuple):
    """A passage or note that both the source and the person changed; the person's stays."""

    id: str
    path: str
    yours: str
    theirs: str


@dataclass(slots=True)
class ImportRow:
    """The result for one work, page or habit."""

    title: str
    id: str
    path: str = ""  # "" when it is left out
    is_new: bool = False
    is_guess: bool = False
    is_skipped: bool = False  # the person left it out
    choices: tuple[str, ...] = ()  # the notes that it may be, of which only a person knows the one
    changes: list[SourceChange] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # fields of which the source has another value
    counts: Counter[str] = field(default_factory=Counter)  # by the words of `COUNTS`

    @property
    def is_changed(self) -> bool:
        """Whether its note is written."""
        written = ("passages", "links", "days", "updated", "removed", "fields")
        return self.is_new or any(self.counts[name] for name in written)


@dataclass(slots=True)
class HabitRow(ImportRow):
    """The result for one habit, whose days are counted."""

    entries: int = 0  # its days in the source
    first: date | None = None
    last: date | None = None


_REPORTED = 200
"""After how many notes it is told how far the plan is."""

COUNTS = {
    "notes": "new notes",
    "passages": "new passages",
    "links": "new links",
    "days": "new days",
    "updated": "updated",
    "unchanged": "unchanged",
    "edited": "edited by you",
    "deleted": "deleted by you",
    "gone": "deleted in the source",
    "removed": "removed",
    "fields": "changed fields",
}
"""What can become of notes, passages, links and fields, and how it is said of several."""


def count_words(counts: Mapping[str, int]) -> str:
    """Return counts in words: "1 new note, 2 unchanged"."""
    return ", ".join(
        f"{counts[name]} {words.removesuffix('s') if counts[name] == 1 else words}"
        for name, words in COUNTS.items()
        if counts[name]
    )


def loss_words(loss: Loss) -> str:
    """Return what does not come along, and how many times."""
    return f"{loss.times} × {loss.message}" if loss.times > 1 else loss.message  # noqa: RUF001 - times


class ImportState:
    """What planning has found and decided so far, of all formats of an import."""

    def __init__(
        self,
        workspace: Workspace,
        options: ImportOptions,
        earlier: Callable[[str], Iterable[bytes]],
        on_read: Callable[[str], None],
    ) -> None:
        self.workspace = workspace
        self.earlier = earlier  # the versions of a note that history has, newest first
        self._on_read = on_read
        self.now = current_time()
        self.options = options
        self.rows: list[ImportRow] = []
        self.losses: dict[tuple[str, str], Loss] = {}  # by message and title
        self.notes: dict[str, NoteText] = {}
        self.copies: dict[str, FileCopy] = {}  # by path
        self.refused: list[tuple[str, NotekeepError]] = []
        self.ledgers: dict[str, Ledger] = {}
        self._taken: set[str] = set()
        self._places: dict[str, dict[str, str]] = {}

    def report(self, number: int, total: int) -> None:
        """Show how far the plan is; raises when the person cancelled it."""
        if number and number % _REPORTED == 0:
            self._on_read(f"{number:,} of {total:,} notes")

    def lose(self, loss: Loss) -> None:
        """Count equal losses as one that keeps the first place."""
        key = loss.message, loss.title
        known = self.losses.get(key)
        self.losses[key] = known._replace(times=known.times + loss.times) if known else loss

    def follow(
        self,
        ledger: Ledger,
        row: ImportRow,
        change: SourceChange,
        *,
        source: str = "",
        merge: Callable[[], str | None] = lambda: None,
    ) -> str | None:
        """Decide what becomes of a text that the vault has and the source, too; count it.

        `source` is the text before the notes that it links to got their names.

        Returns:
            What replaces the text that is there; None to leave it.
        """
        name, text = change.id, change.theirs
        digest, found = digest_text(text), digest_text(change.yours)
        is_ours = ledger.has(name, found)
        if digest == found:
            count = "unchanged"
        elif name in self.options.take:
            count = "updated"
        elif ledger.has(name, digest):  # the source is as it was
            count = "unchanged" if is_ours else "edited"
        elif is_ours:
            count = "updated"
        elif source and ledger.has(name, digest_text(source)):
            count = "edited"
        elif (merged := merge()) is not None:
            count, text = "updated", merged
        else:
            count = "edited"
            row.changes.append(change)
        row.counts[count] += 1
        return text if count == "updated" else None

    def ledger(self, format_id: str) -> Ledger:
        """Return the ledger of a format; all formats of one program share it."""
        program = format_id.partition("-")[0]
        if program not in self.ledgers:
            day = self.now.date().isoformat()
            self.ledgers[program] = Ledger(
                self.workspace, program, device_name(self.workspace.state), day
            )
        return self.ledgers[program]

    @cached_property
    def matcher(self) -> NoteMatcher:
        """Finds the notes of works and pages."""
        return NoteMatcher(self.workspace)

    @cached_property
    def files(self) -> list[str]:
        """All files of the vault."""
        return sorted(list_files(self.workspace.root))

    def exists(self, path: str) -> bool:
        """Whether a note is there or planned; the catalog may know one that was just deleted."""
        return path in self.notes or os.path.exists(os.path.join(self.workspace.root, path))

    def note(self, path: str) -> NoteText:
        """Return the text of a note, each read once."""
        if path not in self.notes:
            data = self.workspace.read(path)
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise Refused(f"{path}: the file is UTF-16, and notes are UTF-8")
            self.notes[path] = NoteText(path, data, data)
        return self.notes[path]

    def settle(self, path: str) -> None:
        """Read a note again as it will be: what was found in it before takes memory, or is old."""
        if note := self.notes.get(path):
            self.notes[path] = NoteText(path, note.before, note.result())

    @contextmanager
    def change(self, path: str) -> Iterator[None]:
        """Settle a note before and after its changes, and take them back when they are refused."""
        self.settle(path)
        note = self.notes.get(path)
        data = note.data if note else b""
        try:
            yield
            self.settle(path)
        except NotekeepError:
            if note:
                self.notes[path] = NoteText(path, note.before, data)
            else:
                self.notes.pop(path, None)
            raise

    def places(self, prefix: str) -> dict[str, str]:
        """Return the note in which each id of a format stands, over the whole vault."""
        if prefix not in self._places:
            pattern = re.compile(
                rb"\^(%s-[a-z2-7]{8}(?:-n)?)[ \t]*\r?$" % prefix.encode(), re.MULTILINE
            )
            found: dict[str, str] = {}
            for path in self.files:
                if path.endswith(".md"):
                    with suppress(NotekeepError):
                        for name in pattern.findall(self.workspace.read(path)):
                            found.setdefault(name.decode(), path)
            self._places[prefix] = found
        return self._places[prefix]

    def free_path(self, folder: str, *stems: str) -> str:
        """Return the first path that is free; with a number where none of the stems is."""
        folder = match_spelling(self.workspace.root, folder.strip("/"))
        wanted = [f"{folder}/{safe_name(stem)}.md".lstrip("/") for stem in stems]
        for path in wanted:
            if name_key(path) not in self._taken and free_path(self.workspace.root, path) == path:
                break
        else:
            path = free_path(self.workspace.root, wanted[-1], self._taken)
        self._taken.add(name_key(path))
        return path
