"""The state of an import while it is planned, shared by all formats."""

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
from notekeep.importing.note_text import PlannedNote
from notekeep.importing.records import Loss
from notekeep.notes.plan import FileCopy
from notekeep.notes.workspace import Workspace
from notekeep.storage.file_names import free_path, match_spelling, name_key, safe_name
from notekeep.storage.scan import list_files
from notekeep.tracking.device_log import device_name


class ImportOptions(NamedTuple):
    """The options of `notekeep import`."""

    again: bool = False  # restore deleted passages and notes
    prune: bool = False  # remove unchanged passages that were deleted in the source
    take: Collection[str] = ()  # ids of edited texts to replace with the source's text
    match: Mapping[str, str] = {}  # the note for each work, by id; "" for a new note
    skip: Collection[str] = ()  # ids of works, pages and habits to skip
    columns: Mapping[str, str] = {}  # the field of each CSV column, or `title` or `body`
    id_column: str = ""  # the CSV column that identifies rows
    only_habits: bool = False  # for `habit import`


class TextConflict(NamedTuple):
    """A text that both the source and the user changed. The user's text is kept."""

    id: str
    path: str
    yours: str
    theirs: str


@dataclass(slots=True)
class ImportRow:
    """The result for one work, page or habit."""

    title: str
    id: str
    author: str = ""  # of a work
    path: str = ""  # of the note; "" if it is skipped
    is_new: bool = False
    is_guess: bool = False  # matched by title and author
    is_skipped: bool = False  # by an option
    choices: tuple[str, ...] = ()  # matching notes, if the user must choose
    changes: list[TextConflict] = field(default_factory=list)
    # fields whose value in the source differs, and was not imported
    kept_fields: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)  # by the keys of `COUNTS`

    @property
    def is_changed(self) -> bool:
        """Whether the import changes the note."""
        written = ("passages", "links", "days", "updated", "removed", "fields")
        return self.is_new or any(self.counts[name] for name in written)


@dataclass(slots=True)
class HabitRow(ImportRow):
    """The result for one habit. The counts cover all days in the source."""

    first: date | None = None
    last: date | None = None


_REPORT_EVERY = 200
"""Number of notes between progress reports."""

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
"""The counts of an import, with their names in the plural."""


def format_counts(counts: Mapping[str, int]) -> str:
    """Return counts in words: "1 new note, 2 unchanged"."""
    return ", ".join(
        f"{counts[name]} {words.removesuffix('s') if counts[name] == 1 else words}"
        for name, words in COUNTS.items()
        if counts[name]
    )


def format_loss(loss: Loss) -> str:
    """Return the message of a loss with its count."""
    return f"{loss.times} × {loss.message}" if loss.times > 1 else loss.message  # noqa: RUF001 - times


class ImportState:
    """The rows, losses and changed notes of an import, and cached facts about the vault."""

    def __init__(
        self,
        workspace: Workspace,
        options: ImportOptions,
        earlier: Callable[[str], Iterable[bytes]],
        on_read: Callable[[str], None],
    ) -> None:
        self.workspace = workspace
        self.earlier = earlier  # returns the versions of a note, newest first
        self._on_read = on_read
        self.now = current_time()
        self.options = options
        self.rows: list[ImportRow] = []
        self.losses: dict[tuple[str, str], Loss] = {}  # by message and title
        self.notes: dict[str, PlannedNote] = {}
        self.copies: dict[str, FileCopy] = {}  # by path
        self.refused: list[tuple[str, NotekeepError]] = []
        self.ledgers: dict[str, Ledger] = {}
        self._used_paths: set[str] = set()
        self._places: dict[str, dict[str, str]] = {}

    def report(self, number: int, total: int) -> None:
        """Report progress. Raises if the user cancels the import."""
        if number and number % _REPORT_EVERY == 0:
            self._on_read(f"{number:,} of {total:,} notes")

    def add_loss(self, loss: Loss) -> None:
        """Add a loss. Equal losses are counted as one, with the first place."""
        key = loss.message, loss.title
        known = self.losses.get(key)
        self.losses[key] = known._replace(times=known.times + loss.times) if known else loss

    def resolve_text(
        self,
        ledger: Ledger,
        row: ImportRow,
        change: TextConflict,
        *,
        source: str = "",
        merge: Callable[[], str | None] = lambda: None,
    ) -> str | None:
        """Decide whether the source's text replaces the text in the vault, and count the result.

        `source` is the source's text before links were resolved.

        Returns:
            The text to write, or None to keep the text in the vault.
        """
        name, text = change.id, change.theirs
        digest, found = digest_text(text), digest_text(change.yours)
        is_ours = ledger.has(name, found)
        if digest == found:
            count = "unchanged"
        elif name in self.options.take:
            count = "updated"
        elif ledger.has(name, digest):  # the source has not changed
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
        """Return the ledger of a format. All formats of a program share a ledger."""
        program = format_id.partition("-")[0]
        if program not in self.ledgers:
            day = self.now.date().isoformat()
            self.ledgers[program] = Ledger(
                self.workspace, program, device_name(self.workspace.state), day
            )
        return self.ledgers[program]

    @cached_property
    def matcher(self) -> NoteMatcher:
        """The matcher that finds the notes for works and pages."""
        return NoteMatcher(self.workspace)

    @cached_property
    def files(self) -> list[str]:
        """All files of the vault."""
        return sorted(list_files(self.workspace.root))

    def exists(self, path: str) -> bool:
        """Whether a note exists or is planned. The catalog may still list deleted notes."""
        return path in self.notes or os.path.exists(os.path.join(self.workspace.root, path))

    def note(self, path: str) -> PlannedNote:
        """Return the text of a note. Each file is read once."""
        if path not in self.notes:
            data = self.workspace.read(path)
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise Refused(f"{path} is UTF-16, but notes must be UTF-8.")
            self.notes[path] = PlannedNote(path, data, data)
        return self.notes[path]

    def reparse(self, path: str) -> None:
        """Parse a planned note with its edits applied, and free the old tree."""
        if note := self.notes.get(path):
            self.notes[path] = PlannedNote(path, note.before, note.result())

    @contextmanager
    def change(self, path: str) -> Iterator[None]:
        """Reparse a note before and after changes, and revert the changes on an error."""
        self.reparse(path)
        note = self.notes.get(path)
        data = note.data if note else b""
        try:
            yield
            self.reparse(path)
        except NotekeepError:
            if note:
                self.notes[path] = PlannedNote(path, note.before, data)
            else:
                self.notes.pop(path, None)
            raise

    def places(self, prefix: str) -> dict[str, str]:
        """Return the paths of notes by the passage ids in them, for one format."""
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
        """Return the path of the first unused stem, or of the last stem with a number."""
        folder = match_spelling(self.workspace.root, folder.strip("/"))
        paths = [f"{folder}/{safe_name(stem)}.md".lstrip("/") for stem in stems]
        for path in paths:
            if (
                name_key(path) not in self._used_paths
                and free_path(self.workspace.root, path) == path
            ):
                break
        else:
            path = free_path(self.workspace.root, paths[-1], self._used_paths)
        self._used_paths.add(name_key(path))
        return path
