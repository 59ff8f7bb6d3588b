"""What an import has found and decided while it is planned, for all formats together."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError, Refused
from notekeep.importing.ledger import Ledger
from notekeep.importing.matching import NoteMatcher
from notekeep.importing.note_text import NoteText
from notekeep.storage.file_names import free_path, match_spelling, name_key, safe_name
from notekeep.storage.scan import list_files

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Mapping

    from notekeep.importing.records import Loss
    from notekeep.notes.plan import FileCopy
    from notekeep.notes.workspace import Workspace


UNCLAIMED_FIELDS = ("status", "listened")
"""Fields that a new note gets a value for which only a person can claim."""


class ImportOptions(NamedTuple):
    """What a person asks of an import."""

    again: bool = False  # bring back what they took out
    prune: bool = False  # take out what is gone in the source and was not changed
    take: Collection[str] = ()  # ids of what they changed, but want as the source has it
    match: Mapping[str, str] = {}  # ids of works and the notes that they are; "" for a new note
    columns: Mapping[str, str] = {}  # of a CSV file, and what they are: `title`, `body`, a field
    id_column: str = ""  # of a CSV file, which tells rows apart


class SourceChange(NamedTuple):
    """A passage or note that both the source and the person changed; the person's stays."""

    id: str
    path: str
    yours: str
    theirs: str


@dataclass(slots=True)
class ImportRow:
    """What becomes of one work or page."""

    title: str
    id: str
    path: str = ""  # "" when it is left out
    is_new: bool = False
    is_guess: bool = False
    counts: Counter[str] = field(default_factory=Counter)  # by the words of `COUNTS`


COUNTS = {
    "new": "new",
    "changed": "changed",
    "same": "unchanged",
    "kept": "kept as you changed them",
    "taken out": "taken out by you",
    "gone": "deleted in the source",
    "removed": "removed, since deleted in the source",
    "fields": "fields",
}
"""What can become of a passage, note or field, and how it is said."""


class ImportState:
    """What planning has found and decided so far, of all formats of an import."""

    def __init__(
        self,
        workspace: Workspace,
        now: dt.datetime,
        device: str,
        options: ImportOptions,
        earlier: Callable[[str], Iterable[bytes]] = lambda _: (),
    ) -> None:
        self.workspace = workspace
        self.earlier = earlier  # the versions of a note that history has, newest first
        self.now = now
        self.device = device
        self.options = options
        self.matcher = NoteMatcher(workspace)
        self.rows: list[ImportRow] = []
        self.losses: list[Loss] = []
        self.source_changes: list[SourceChange] = []
        self.questions: list[tuple[str, str, tuple[str, ...]]] = []  # id, title, notes it may be
        self.notes: dict[str, NoteText] = {}
        self.copies: list[FileCopy] = []
        self.refused: list[tuple[str, NotekeepError]] = []
        self.ledgers: dict[str, Ledger] = {}
        self._taken: set[str] = set()
        self._places: dict[str, dict[str, str]] = {}

    def ledger(self, format_id: str) -> Ledger:
        """Return the ledger of a format; all formats of one program share it."""
        program = format_id.partition("-")[0]
        if program not in self.ledgers:
            day = self.now.date().isoformat()
            self.ledgers[program] = Ledger(self.workspace, program, self.device, day)
        return self.ledgers[program]

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
        """Read a note again as it will be, where another work or format has changed it already."""
        note = self.notes.get(path)
        if note is not None and note.is_edited:
            self.notes[path] = NoteText(path, note.before, note.result())

    def places(self, prefix: str) -> dict[str, str]:
        """Return the note in which each id of a format stands, over the whole vault."""
        if prefix not in self._places:
            pattern = re.compile(
                rb"\^(%s-[a-z2-7]{8}(?:-n)?)[ \t]*\r?$" % prefix.encode(), re.MULTILINE
            )
            found: dict[str, str] = {}
            for path in self.files:
                if path.endswith(".md"):
                    for name in pattern.findall(self._read(path)):
                        found.setdefault(name.decode(), path)
            self._places[prefix] = found
        return self._places[prefix]

    def _read(self, path: str) -> bytes:
        try:
            return self.workspace.read(path)
        except NotekeepError:
            return b""

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
