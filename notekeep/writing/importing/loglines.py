"""What was said in a source as lines of the log: proved, compared with the vault, put in files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import NotFound
from notekeep.files import save
from notekeep.files.paths import inside
from notekeep.habits import log, units
from notekeep.habits.fold import fold, said_in
from notekeep.habits.log import Entry
from notekeep.index.habit_look import LOG_FOLDER
from notekeep.writing.importing.defining import iso
from notekeep.writing.plan import FileChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from notekeep.habits.imports.source import Said, Taken
    from notekeep.writing.importing.losses import Losses


def entries_of(habit: Taken, identity: str, unit: str, losses: Losses) -> dict[int, list[Entry]]:
    """The entries of each day as they would be read again, each once.

    Args:
        habit: The habit.
        identity: Its id in the log.
        unit: The unit of amounts that name none.
        losses: Where what no line can hold is named.
    """
    days: dict[int, list[Entry]] = {}
    for said in habit.entries:
        entry = _entry(said, identity, unit)
        if not _is_read_back(entry):
            losses.add("remarks that no line of the log can hold", habit)
            entry = entry._replace(note=None, extra=(), time=None)
            if not _is_read_back(entry):
                losses.add("entries that no line of the log can hold", habit)
                continue
        if entry.kind == "amount" and units.to_base(entry.amount, entry.unit, unit) is None:
            losses.add(f"amounts in {entry.unit}, which count as done beside {unit}", habit)
        if entry not in days.setdefault(entry.day, []):
            days[entry.day].append(entry)
    return days


def is_said(entries: Sequence[Entry], there: Sequence[Entry], unit: str) -> bool:
    """Whether a log holds all of it, also where something was said later, or means the same."""
    held = {said_in(entry) for entry in there}
    if all(said_in(entry) in held for entry in entries):
        return True
    return fold(entries, unit)[:3] == fold(there, unit)[:3]


class LogFiles:
    """The lines of an import, a file a month.

    Args:
        root: The vault.
        form: The format of the source.
        is_link: Whether habits are written as links.
    """

    def __init__(self, root: Path, form: str, *, is_link: bool) -> None:
        self._root = root
        self._form = form
        self._is_link = is_link
        self._lines: dict[str, list[tuple[int, str]]] = {}

    def add(self, day: int, entries: Iterable[Entry]) -> None:
        """Put the lines of a day where they go."""
        # No device is called so: what a device wrote itself can be taken back line by line.
        path = f"{LOG_FOLDER}/{iso(day)[:7]}.import_{self._form}.md"
        self._lines.setdefault(path, []).extend(
            (day, log.format_entry(entry, is_link=self._is_link)) for entry in entries
        )

    def changes(self) -> list[FileChange]:
        """The files with the lines at their ends, by day."""
        return [
            self._change(path, [line for _, line in sorted(lines, key=lambda line: line[0])])
            for path, lines in sorted(self._lines.items())
        ]

    def _change(self, path: str, lines: Sequence[str]) -> FileChange:
        place = inside(self._root, path)
        try:
            before: bytes | None = save.read(place)[0]
        except NotFound:
            before = None
        month = path.rpartition("/")[2][:7]
        head = before if before is not None else f"# Habit log {month}\n\n".encode()
        end = b"\r\n" if b"\r\n" in head else b"\n"
        gap = b"" if not head or head.endswith(b"\n") else end
        return FileChange(
            path, before, head + gap + b"".join(line.encode() + end for line in lines)
        )


def _is_read_back(entry: Entry) -> bool:
    return log.parse_line(log.format_entry(entry)).entry == entry


def _entry(said: Said, identity: str, unit: str) -> Entry:
    value = said.value
    is_bare = value.kind == "amount" and value.unit is None
    return Entry(
        said.day,
        identity,
        value.kind,
        value.amount,
        (unit or None) if is_bare else value.unit,
        value.is_set,
        said.time or None,
        0,
        said.extra,
        " ".join(said.note.split()) or None,
    )
