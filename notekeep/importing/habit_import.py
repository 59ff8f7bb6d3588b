"""Plan: habit notes and log lines."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotFound, UsageError
from notekeep.habits import amounts, log
from notekeep.habits.definition import FOREVER, RESERVED, fold_name, is_id
from notekeep.habits.importers.habit_data import Loss
from notekeep.habits.log import LogEntry
from notekeep.habits.revisions import entry_identity, reduce_entries
from notekeep.habits.schedule import parse_goal, parse_rules
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.storage.content import read_file
from notekeep.storage.file_names import free_path, name_key, resolve_path
from notekeep.tracking.habit_table import LOG_FOLDER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from notekeep.habits.importers.habit_data import HabitSource, ImportedDay, ImportedHabit
    from notekeep.markdown.field_values import Value
    from notekeep.markdown.schema import Schema
    from notekeep.settings import VaultSettings
    from notekeep.tracking.habit_names import Habit
    from notekeep.tracking.tracker import HabitIndex


# Which habit of the vault an imported one is, and which names are left for a new one.


OWN = "notekeep"
"""The format of our own exports, whose ids are those of the log."""


class Names:
    """The names of the habits of a vault while an import is planned.

    Args:
        known: The habits that there are.
        form: The format of the source.
    """

    def __init__(self, known: Sequence[Habit], form: str) -> None:
        self._free = list(known)
        self._given = {name for habit in known for name in habit.names}
        self._form = form

    def match(self, habit: ImportedHabit) -> Habit | None:
        """The habit of the vault that this one is: by where it came from, else by its name.

        None is matched twice, so that two of one name in a source stay two.
        """
        found = self._match(habit)
        if found is not None:
            self._free.remove(found)
        return found

    def _match(self, habit: ImportedHabit) -> Habit | None:
        origin = self.origin(habit)
        for each in self._free:
            if origin and each.definition.source_id == origin:
                return each
        wanted = {fold_name(name) for name in (habit.identity or habit.name, habit.name)}
        has_id = bool(origin) and not _is_named_after(origin, wanted)
        for each in self._free:
            names = {*each.names, fold_name(each.definition.title)}
            other = each.definition.source_id
            is_of_form = other.partition(":")[0] == self._form
            is_another = has_id and is_of_form and not _is_named_after(other, names)
            if wanted & names and not is_another:
                return each
        return None

    def origin(self, habit: ImportedHabit) -> str:
        """What a definition keeps of where it came from; of our own exports the id is enough."""
        return "" if self._form == OWN else f"{self._form}:{habit.source_id}"

    def new_id(self, habit: ImportedHabit) -> str:
        """An id that no habit has: the one it wants, or one made from its name."""
        from notekeep.markdown.note import title_slug

        wanted = habit.identity if is_id(habit.identity) else title_slug(habit.name)
        identity, number = wanted, 1
        while fold_name(identity) in self._given | RESERVED or not is_id(identity):
            number += 1
            identity = f"{wanted}-{number}" if is_id(f"{wanted}-{number}") else f"habit-{number}"
        self._given.add(fold_name(identity))
        return identity

    def take(self, name: str) -> bool:
        """Give a further name away; False when it is taken, or none that a log can have."""
        folded = fold_name(name)
        if not is_id(name) or folded in self._given:
            return False
        self._given.add(folded)
        return True


def _is_named_after(source_id: str, names: Collection[str]) -> bool:
    """Whether a format that has no ids for its habits gave this one its name as id."""
    return fold_name(source_id.partition(":")[2].partition("#")[0]) in names


# What the vault cannot hold of a source, counted by what it is.


class LossCounter:
    """Losses that show while an import is planned."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], int] = {}

    def add(self, message: str, habit: ImportedHabit, times: int = 1) -> None:
        """Name a loss; the same one again is counted."""
        key = message, habit.name
        self._found[key] = self._found.get(key, 0) + times

    def found(self) -> tuple[Loss, ...]:
        """All of them, in the order in which they showed."""
        return tuple(
            Loss(message, habit, "", times) for (message, habit), times in self._found.items()
        )


# The note of an imported habit: the fields of its definition, checked before they are written.


def definition_fields(
    habit: ImportedHabit, identity: str, names: Names, losses: LossCounter, today: date
) -> dict[str, Value]:
    """The front matter of a definition; what no definition can say becomes its default.

    Args:
        habit: The habit.
        identity: Its id.
        names: Which names are free for its aliases.
        losses: Where what becomes its default is named.
        today: The first day of a habit that has none.
    """
    goal, unit = _goal(habit, losses)
    days = [said.day for said in habit.entries]
    since = habit.since or min(days, default=today.toordinal())
    until = habit.until
    if habit.is_archived and until is None:
        until = max(days, default=since)
    since = since if until is None else min(since, until)
    fields: dict[str, Value] = {
        "habit": identity,
        "schedule": list(_schedule(habit, losses)),
        "goal": goal,
        "since": iso(since),
    }
    optional: dict[str, Value] = {
        "unit": "" if unit else habit.unit,
        "until": iso(until) if until is not None else "",
        "archived": "true" if habit.is_archived else "",
        "paused": [_pause(*pause) for pause in sorted(habit.pauses)],
        "unlogged": {True: "met", False: "missed", None: ""}[habit.counts_silence],
        "group": habit.group,
        "remind": list(habit.remind),
        "aliases": [name for name in habit.aliases if names.take(name)],
        "source_id": names.origin(habit),
        **habit.more,
    }
    return {**fields, **{key: value for key, value in optional.items() if value}}


def habit_unit(habit: ImportedHabit) -> str:
    """The unit of its amounts: that of its goal, else the one it names."""
    try:
        return parse_goal(habit.goal).unit or habit.unit
    except UsageError:
        return habit.unit


def iso(day: int) -> str:
    """A day as front matter has it."""
    return date.fromordinal(day).isoformat()


def _schedule(habit: ImportedHabit, losses: LossCounter) -> list[str]:
    lines = [habit.schedule] if isinstance(habit.schedule, str) else habit.schedule
    try:
        parse_rules(lines)
    except UsageError as error:
        losses.add(f"the schedule: {error.message}; it becomes daily", habit)
        return ["daily"]
    return lines


def _goal(habit: ImportedHabit, losses: LossCounter) -> tuple[str, str]:
    """The goal, and the unit that is in it."""
    try:
        return habit.goal, parse_goal(habit.goal).unit
    except UsageError as error:
        losses.add(f"the goal: {error.message}; any entry meets it", habit)
        return "done", ""


def _pause(first: int, last: int) -> str:
    if first == last:
        return iso(first)
    return f"{iso(first)}..{'' if last == FOREVER else iso(last)}"


# What was said in a source as lines of the log: proved, compared with the vault, put in files.


def make_entries(
    habit: ImportedHabit, identity: str, unit: str, losses: LossCounter
) -> dict[int, list[LogEntry]]:
    """The entries of each day as they would be read again, each once.

    Args:
        habit: The habit.
        identity: Its id in the log.
        unit: The unit of amounts that name none.
        losses: Where what no line can hold is named.
    """
    days: dict[int, list[LogEntry]] = {}
    for said in habit.entries:
        entry = _entry(said, identity, unit)
        if not _is_read_back(entry):
            losses.add("remarks that no line of the log can hold", habit)
            entry = entry._replace(note=None, extra=(), time=None)
            if not _is_read_back(entry):
                losses.add("entries that no line of the log can hold", habit)
                continue
        if entry.kind == "amount" and amounts.to_base_unit(entry.amount, entry.unit, unit) is None:
            losses.add(f"amounts in {entry.unit}, which count as done beside {unit}", habit)
        if entry not in days.setdefault(entry.day, []):
            days[entry.day].append(entry)
    return days


def has_entries(entries: Sequence[LogEntry], there: Sequence[LogEntry], unit: str) -> bool:
    """Whether a log holds all of it, also where something was said later, or means the same."""
    held = {entry_identity(entry) for entry in there}
    if all(entry_identity(entry) in held for entry in entries):
        return True
    return reduce_entries(entries, unit)[:3] == reduce_entries(there, unit)[:3]


class LogLineWriter:
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

    def add(self, day: int, entries: Iterable[LogEntry]) -> None:
        """Put the lines of a day where they go."""
        # No device is called so: what a device wrote itself can be taken back line by line.
        path = f"{LOG_FOLDER}/{iso(day)[:7]}.import_{self._form}.md"
        self._lines.setdefault(path, []).extend(
            (day, log.format_entry(entry, is_link=self._is_link)) for entry in entries
        )

    def changes(self) -> list[NoteChange]:
        """The files with the lines at their ends, by day."""
        return [
            self._change(path, [line for _, line in sorted(lines, key=lambda line: line[0])])
            for path, lines in sorted(self._lines.items())
        ]

    def _change(self, path: str, lines: Sequence[str]) -> NoteChange:
        place = resolve_path(self._root, path)
        try:
            before: bytes | None = read_file(place)[0]
        except NotFound:
            before = None
        month = path.rpartition("/")[2][:7]
        head = before if before is not None else f"# Habit log {month}\n\n".encode()
        end = b"\r\n" if b"\r\n" in head else b"\n"
        gap = b"" if not head or head.endswith(b"\n") else end
        return NoteChange(
            path, before, head + gap + b"".join(line.encode() + end for line in lines)
        )


def _is_read_back(entry: LogEntry) -> bool:
    return log.parse_line(log.format_entry(entry)).entry == entry


def _entry(said: ImportedDay, identity: str, unit: str) -> LogEntry:
    value = said.value
    is_bare = value.kind == "amount" and value.unit is None
    return LogEntry(
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


# A source of habits as a plan for the vault: notes that define them, and lines in the log.
#
# A day that the vault says something of already is left as it is, so that an import never adds
# to what a person said, and the same import twice changes nothing.


VERB = "import"


class PlannedHabit(NamedTuple):
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

    source: HabitSource
    habits: tuple[PlannedHabit, ...]
    losses: tuple[Loss, ...]
    plan: WritePlan


def plan_import(
    root: Path,
    schema: Schema,
    settings: VaultSettings,
    index: HabitIndex,
    source: HabitSource,
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
        root,
        schema,
        index,
        source,
        now,
        LogLineWriter(root, source.format, is_link=settings.log_links),
    )
    rows = tuple(planner.take(habit) for habit in source.habits)
    count = "1 habit" if len(rows) == 1 else f"{len(rows)} habits"
    changes = [*planner.notes, *planner.logs.changes()]
    plan = WritePlan(VERB, f"{count} from {source.format}", changes, remarks=_hints(source, rows))
    return HabitImport(source, rows, (*source.losses, *planner.losses.found()), plan)


def _hints(source: HabitSource, rows: Sequence[PlannedHabit]) -> list[str]:
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
        source: HabitSource,
        now: datetime,
        logs: LogLineWriter,
    ) -> None:
        self.root = root
        self.schema = schema
        self.index = index
        self.now = now
        self.logs = logs
        self.notes: list[NoteChange] = []
        self.losses = LossCounter()
        self.names = Names(index.known(), source.format)

    def take(self, habit: ImportedHabit) -> PlannedHabit:
        """Plan one habit: the note that it needs, and the lines that the log lacks."""
        match = self.names.match(habit)
        identity = match.definition.id if match else self.names.new_id(habit)
        path = match.definition.path if match else ""
        unit = match.definition.unit if match and path else habit_unit(habit)
        days = make_entries(habit, identity, unit, self.losses)
        logged = self._logged(match, days)
        added = same = kept = 0
        for day, entries in sorted(days.items()):
            if day not in logged:
                self.logs.add(day, entries)
                added += 1
            elif has_entries(entries, logged[day], unit):
                same += 1
            else:
                kept += 1
        if kept:
            message = "days that the vault says something else of; they stay"
            self.losses.add(message, habit, kept)
        return PlannedHabit(
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

    def _define(self, habit: ImportedHabit, identity: str) -> str:
        """Plan the note of a habit, and give its path."""
        from notekeep.notes.capture import plan_new

        made = plan_new(
            self.root,
            self.schema,
            "habit",
            habit.name,
            now=self.now,
            fields=definition_fields(habit, identity, self.names, self.losses, self.index.today()),
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

    def _logged(
        self, match: Habit | None, days: dict[int, list[LogEntry]]
    ) -> dict[int, list[LogEntry]]:
        """What the log says already of the days that the source is about."""
        found: dict[int, list[LogEntry]] = {}
        if match is None or not days:
            return found
        first, last = date.fromordinal(min(days)), date.fromordinal(max(days))
        for line in self.index.lines(match, first, last):
            found.setdefault(line.entry.day, []).append(line.entry)
        return found
