"""A source of habits as a plan for the vault: notes that define them, and lines in the log.

A day that the vault says something of already is left as it is, so that an import never adds to
what a person said, and the same import twice changes nothing.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotFound, UsageError
from notekeep.files import save
from notekeep.files.paths import free_path, inside, name_key
from notekeep.habits import log, units
from notekeep.habits.definition import FOREVER, RESERVED, fold_name, is_id
from notekeep.habits.fold import said_in
from notekeep.habits.goal import parse_goal
from notekeep.habits.imports.source import Loss, Source
from notekeep.habits.log import Entry
from notekeep.habits.schedule import parse_rules
from notekeep.index.habit_refresh import LOG_FOLDER
from notekeep.writing.plan import FileChange, WritePlan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from notekeep.config import VaultSettings
    from notekeep.habits.imports.source import Said, Taken
    from notekeep.index.habits import Habit, HabitIndex
    from notekeep.markdown.kinds import Schema
    from notekeep.markdown.note import Value

VERB = "import"
OWN = "notekeep"


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
    planner = _Planner(root, schema, settings, index, source, now)
    rows = tuple(planner.take(habit) for habit in source.habits)
    label = f"{len(rows)} habits from {source.format}"
    plan = WritePlan(VERB, label, [*planner.notes, *planner.logs()])
    return HabitImport(source, rows, (*source.losses, *planner.losses), plan)


class _Planner:
    """Plans one habit after the other, and keeps which names are given away."""

    def __init__(
        self,
        root: Path,
        schema: Schema,
        settings: VaultSettings,
        index: HabitIndex,
        source: Source,
        now: datetime,
    ) -> None:
        self.root = root
        self.schema = schema
        self.settings = settings
        self.index = index
        self.format = source.format
        self.now = now
        self.notes: list[FileChange] = []
        self.losses: list[Loss] = []
        self._lines: dict[str, list[tuple[int, str]]] = {}
        self._known = index.known()
        self._given = {name for habit in self._known for name in habit.names}
        self._matched: set[str] = set()

    def take(self, habit: Taken) -> Coming:
        """Plan one habit: the note that it needs, and the lines that the log lacks."""
        match = self._match(habit)
        if match is not None:
            self._matched.add(match.key)
        has_note = match is not None and bool(match.definition.path)
        identity = match.definition.id if match else self._free_id(habit)
        unit = match.definition.unit if has_note and match else habit.unit or _goal_unit(habit)
        path = match.definition.path if has_note and match else self._define(habit, identity)
        days = self._days(habit, identity, unit)
        added = same = kept = 0
        logged = self._logged(match, days)
        for day, entries in sorted(days.items()):
            there = logged.get(day, set())
            new = {said_in(entry) for entry in entries}
            if not there:
                added += self._write(day, entries)
            elif new <= there:
                same += 1
            else:
                kept += 1
        if kept:
            self._lose("days that the vault says something else of; they stay", habit, kept)
        bounds = [date.fromordinal(day) for day in (min(days), max(days))] if days else [None, None]
        return Coming(
            habit.name, identity, path, not has_note, len(days), added, same, kept, *bounds
        )

    def logs(self) -> list[FileChange]:
        """The log files with the new lines at their ends, a file a month."""
        return [
            self._log(path, [line for _, line in sorted(lines, key=lambda line: line[0])])
            for path, lines in sorted(self._lines.items())
        ]

    def _match(self, habit: Taken) -> Habit | None:
        """The habit of the vault that this one is: by where it came from, else by its name."""
        origin = self._origin(habit)
        free = [each for each in self._known if each.key not in self._matched]
        for each in free:
            if origin and each.definition.source_id == origin:
                return each
        wanted = {fold_name(name) for name in (habit.identity or habit.name, habit.name)}
        has_id = bool(origin) and not _is_named_after(origin, wanted)
        for each in free:
            names = {*each.names, fold_name(each.definition.title)}
            other = each.definition.source_id
            is_another = has_id and _is_of(other, self.format) and not _is_named_after(other, names)
            if wanted & names and not is_another:
                return each
        return None

    def _origin(self, habit: Taken) -> str:
        """What a definition keeps of where it came from; of our own exports the id is enough."""
        return "" if self.format == OWN else f"{self.format}:{habit.source_id}"

    def _free_id(self, habit: Taken) -> str:
        from notekeep.markdown.note import slug

        wanted = habit.identity if is_id(habit.identity) else slug(habit.name)
        identity, number = wanted, 1
        while fold_name(identity) in self._given | RESERVED or not is_id(identity):
            number += 1
            identity = f"{wanted}-{number}" if is_id(f"{wanted}-{number}") else f"habit-{number}"
        self._given.add(fold_name(identity))
        return identity

    def _define(self, habit: Taken, identity: str) -> str:
        """Plan the note of a habit, and give its path."""
        from notekeep.writing.capture import plan_new

        made = plan_new(
            self.root,
            self.schema,
            "habit",
            habit.name,
            now=self.now,
            fields=self._fields(habit, identity),
            body=f"# {habit.name}\n\n{habit.about}\n" if habit.about else "",
        ).changes[0]
        path = self._free_path(made.path)
        self.notes.append(made._replace(path=path))
        self._given.add(fold_name(path.rpartition("/")[2].removesuffix(".md")))
        return path

    def _free_path(self, path: str) -> str:
        taken = {name_key(change.path) for change in self.notes}
        stem, number = path.removesuffix(".md"), 1
        while name_key(path) in taken:
            number += 1
            path = free_path(self.root, f"{stem} {number}.md")
        return path

    def _fields(self, habit: Taken, identity: str) -> dict[str, Value]:
        """The front matter of a definition; what no definition can say becomes its default."""
        schedule, goal = habit.schedule, habit.goal
        lines = [schedule] if isinstance(schedule, str) else schedule
        try:
            parse_rules(lines)
        except UsageError as error:
            self._lose(f"the schedule: {error.message}; it becomes daily", habit)
            lines = ["daily"]
        try:
            unit = parse_goal(goal).unit
        except UsageError as error:
            self._lose(f"the goal: {error.message}; any entry meets it", habit)
            goal, unit = "done", ""
        days = [said.day for said in habit.entries]
        since = habit.since or min(days, default=self.index.today().toordinal())
        until = habit.until
        if habit.is_archived and until is None:
            until = max(days, default=since)
        since = since if until is None else min(since, until)
        fields: dict[str, Value] = {
            "habit": identity,
            "schedule": list(lines),
            "goal": goal,
            "since": _iso(since),
        }
        optional: dict[str, Value] = {
            "unit": "" if unit else habit.unit,
            "until": _iso(until) if until is not None else "",
            "archived": "true" if habit.is_archived else "",
            "paused": [_pause(*pause) for pause in sorted(habit.pauses)],
            "unlogged": {True: "met", False: "missed", None: ""}[habit.counts_silence],
            "group": habit.group,
            "remind": list(habit.remind),
            "aliases": [name for name in habit.aliases if self._is_free(name)],
            "source_id": self._origin(habit),
        }
        return {**fields, **{key: value for key, value in optional.items() if value}}

    def _is_free(self, alias: str) -> bool:
        name = fold_name(alias)
        if not is_id(alias) or name in self._given:
            return False
        self._given.add(name)
        return True

    def _days(self, habit: Taken, identity: str, unit: str) -> dict[int, list[Entry]]:
        """The entries of each day, as they would be written, each once."""
        days: dict[int, list[Entry]] = {}
        for said in habit.entries:
            entry = _entry(said, identity, unit)
            line = log.format_entry(entry)
            if log.parse_line(line).entry != entry:
                entry = entry._replace(note=None, extra=())
                self._lose("remarks that no line of the log can hold", habit)
                if log.parse_line(log.format_entry(entry)).entry != entry:
                    self._lose("entries that no line of the log can hold", habit)
                    continue
            if entry.kind == "amount" and units.to_base(entry.amount, entry.unit, unit) is None:
                self._lose(f"amounts in {entry.unit}, which count as done beside {unit}", habit)
            if entry not in days.setdefault(entry.day, []):
                days[entry.day].append(entry)
        return days

    def _logged(
        self, match: Habit | None, days: dict[int, list[Entry]]
    ) -> dict[int, set[tuple[object, ...]]]:
        """What the log says already of the days that the source is about."""
        found: dict[int, set[tuple[object, ...]]] = {}
        if match is None or not days:
            return found
        first, last = date.fromordinal(min(days)), date.fromordinal(max(days))
        for line in self.index.lines(match, first, last):
            found.setdefault(line.entry.day, set()).add(said_in(line.entry))
        return found

    def _write(self, day: int, entries: Iterable[Entry]) -> int:
        """Put the lines of a day where they go; give that it is one day."""
        month = _iso(day)[:7]
        # No device is called so: what a device wrote itself can be taken back line by line.
        path = f"{LOG_FOLDER}/{month}.import_{self.format}.md"
        is_link = self.settings.log_links
        self._lines.setdefault(path, []).extend(
            (day, log.format_entry(entry, is_link=is_link)) for entry in entries
        )
        return 1

    def _log(self, path: str, lines: Sequence[str]) -> FileChange:
        place = inside(self.root, path)
        try:
            before: bytes | None = save.read(place)[0]
        except NotFound:
            before = None
        month = path.rpartition("/")[2][:7]
        head = before if before is not None else f"# Habit log {month}\n\n".encode()
        end = b"\r\n" if b"\r\n" in head else b"\n"
        gap = b"" if not head or head.endswith(b"\n") else end
        added = b"".join(line.encode() + end for line in lines)
        return FileChange(path, before, head + gap + added)

    def _lose(self, message: str, habit: Taken, times: int = 1) -> None:
        for place, loss in enumerate(self.losses):
            if (loss.message, loss.habit) == (message, habit.name):
                self.losses[place] = loss._replace(times=loss.times + times)
                return
        self.losses.append(Loss(message, habit.name, "", times))


def _is_of(source_id: str, form: str) -> bool:
    return source_id.partition(":")[0] == form


def _is_named_after(source_id: str, names: Collection[str]) -> bool:
    """Whether a format that has no ids for its habits gave this one its name as id."""
    return fold_name(source_id.partition(":")[2].partition("#")[0]) in names


def _entry(said: Said, identity: str, unit: str) -> Entry:
    value = said.value
    named = value.unit
    if value.kind == "amount" and named is None and unit:
        named = unit
    return Entry(
        said.day,
        identity,
        value.kind,
        value.amount,
        named,
        value.is_set,
        said.time or None,
        0,
        said.extra,
        " ".join(said.note.split()) or None,
    )


def _goal_unit(habit: Taken) -> str:
    try:
        return parse_goal(habit.goal).unit
    except UsageError:
        return ""


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _pause(first: int, last: int) -> str:
    if first == last:
        return _iso(first)
    return f"{_iso(first)}..{'' if last == FOREVER else _iso(last)}"
