"""A source of habits as a plan for the vault: notes that define them, and lines in the log.

A day that the vault says something of already is left as it is, so that an import never adds to
what a person said, and the same import twice changes nothing.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.files.paths import free_path, name_key
from notekeep.writing.importing.defining import fields_of, unit_of
from notekeep.writing.importing.loglines import LogFiles, entries_of, is_said
from notekeep.writing.importing.losses import Losses
from notekeep.writing.importing.names import Names
from notekeep.writing.plan import FileChange, WritePlan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from notekeep.config import VaultSettings
    from notekeep.habits.imports.source import Loss, Source, Taken
    from notekeep.habits.log import Entry
    from notekeep.index.habits import Habit, HabitIndex
    from notekeep.markdown.kinds import Schema

VERB = "import"


class Coming(NamedTuple):
    """What becomes of one habit of a source.

    Attributes:
        name: What the source calls it.
        id: What it is called in the log.
        path: Its note, vault-relative; "" when only the log names it.
        is_new: Whether the note is made.
        entries: How many days it brings.
        added: How many of them are written.
        same: How many the vault has already.
        kept: How many the vault says something else of; they stay as they are.
        first: The first day, None without any.
        last: The last day.
    """

    name: str
    id: str
    path: str
    is_new: bool
    entries: int
    added: int
    same: int
    kept: int
    first: date | None
    last: date | None


class HabitImport(NamedTuple):
    """An import before it is carried out.

    Attributes:
        source: What was read.
        habits: What becomes of each habit.
        losses: What does not come along: of the source, and what the vault cannot hold.
        plan: What would be written.
    """

    source: Source
    habits: tuple[Coming, ...]
    losses: tuple[Loss, ...]
    plan: WritePlan


def plan_import(
    root: Path,
    schema: Schema,
    settings: VaultSettings,
    index: HabitIndex,
    source: Source,
    now: datetime,
) -> HabitImport:
    """Plan an import; nothing is written.

    Args:
        root: The vault.
        schema: How its notes are read.
        settings: Its settings.
        index: Its habits, refreshed.
        source: What was read.
        now: The wall clock, for the template of a note.
    """
    planner = _Planner(
        root, schema, index, source, now, LogFiles(root, source.format, is_link=settings.log_links)
    )
    rows = tuple(planner.take(habit) for habit in source.habits)
    count = "1 habit" if len(rows) == 1 else f"{len(rows)} habits"
    changes = [*planner.notes, *planner.logs.changes()]
    plan = WritePlan(VERB, f"{count} from {source.format}", changes, remarks=_hints(source, rows))
    return HabitImport(source, rows, (*source.losses, *planner.losses.found()), plan)


def _hints(source: Source, rows: Sequence[Coming]) -> list[str]:
    """Which new habits count spans of seven days, where most people mean a week."""
    return [
        f"{row.name}: {habit.schedule} is any seven days, as {source.format} counts;"
        f" `schedule: {habit.schedule.removesuffix('7d')}week` counts calendar weeks"
        for habit, row in zip(source.habits, rows, strict=True)
        if row.is_new and isinstance(habit.schedule, str) and habit.schedule.endswith("/7d")
    ]


class _Planner:
    """Plans one habit after the other."""

    def __init__(
        self,
        root: Path,
        schema: Schema,
        index: HabitIndex,
        source: Source,
        now: datetime,
        logs: LogFiles,
    ) -> None:
        self.root = root
        self.schema = schema
        self.index = index
        self.now = now
        self.logs = logs
        self.notes: list[FileChange] = []
        self.losses = Losses()
        self.names = Names(index.known(), source.format)

    def take(self, habit: Taken) -> Coming:
        """Plan one habit: the note that it needs, and the lines that the log lacks."""
        match = self.names.match(habit)
        identity = match.definition.id if match else self.names.new_id(habit)
        path = match.definition.path if match else ""
        unit = match.definition.unit if match and path else unit_of(habit)
        days = entries_of(habit, identity, unit, self.losses)
        logged = self._logged(match, days)
        added = same = kept = 0
        for day, entries in sorted(days.items()):
            if day not in logged:
                self.logs.add(day, entries)
                added += 1
            elif is_said(entries, logged[day], unit):
                same += 1
            else:
                kept += 1
        if kept:
            message = "days that the vault says something else of; they stay"
            self.losses.add(message, habit, kept)
        return Coming(
            name=habit.name,
            id=identity,
            path=path or self._define(habit, identity),
            is_new=not path,
            entries=len(days),
            added=added,
            same=same,
            kept=kept,
            first=date.fromordinal(min(days)) if days else None,
            last=date.fromordinal(max(days)) if days else None,
        )

    def _define(self, habit: Taken, identity: str) -> str:
        """Plan the note of a habit, and give its path."""
        from notekeep.writing.capture import plan_new

        made = plan_new(
            self.root,
            self.schema,
            "habit",
            habit.name,
            now=self.now,
            fields=fields_of(habit, identity, self.names, self.losses, self.index.today()),
            body=f"# {habit.name}\n\n{habit.about}\n" if habit.about else "",
        ).changes[0]
        path = self._free_path(made.path)
        self.notes.append(made._replace(path=path))
        return path

    def _free_path(self, path: str) -> str:
        taken = {name_key(change.path) for change in self.notes}
        stem, number = path.removesuffix(".md"), 1
        while name_key(path) in taken:
            number += 1
            path = free_path(self.root, f"{stem} {number}.md")
        return path

    def _logged(self, match: Habit | None, days: dict[int, list[Entry]]) -> dict[int, list[Entry]]:
        """What the log says already of the days that the source is about."""
        found: dict[int, list[Entry]] = {}
        if match is None or not days:
            return found
        first, last = date.fromordinal(min(days)), date.fromordinal(max(days))
        for line in self.index.lines(match, first, last):
            found.setdefault(line.entry.day, []).append(line.entry)
        return found
