"""Plans an import of habits: notes that define them, and log lines.

Days that already have an entry are not changed, so importing the same file twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import date

from notekeep.dates import format_iso
from notekeep.errors import UsageError
from notekeep.habits import amounts, log
from notekeep.habits.days import entry_identity, reduce_entries
from notekeep.habits.definition import fold_name, format_pause, is_id
from notekeep.habits.log import LogEntry
from notekeep.habits.schedule import parse_goal, parse_rules, parse_schedule
from notekeep.importing.import_state import HabitRow, ImportState
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, ImportedDay, ImportedHabit, Loss
from notekeep.log_folders import HABIT_LOG
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.note import title_slug
from notekeep.notes.capture import plan_note_file
from notekeep.notes.habit_notes import add_log_lines
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.storage.file_names import free_path
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.tracker import HabitIndex

VERB = "import"
_OWN = "notekeep"


class HabitPlanner:
    """Plans the habits of one source: notes that define them, and log lines."""

    def __init__(
        self, state: ImportState, tracker: HabitIndex, form: Format, files: InputFiles
    ) -> None:
        tracker.refresh()
        self.state = state
        self.tracker = tracker
        self.format = form
        self.files = files
        self.notes: list[NoteChange] = []
        self.entries: list[LogEntry] = []
        self.unmatched = list(tracker.known())
        self.used_names = {name for habit in self.unmatched for name in habit.names}

    def plan(self) -> WritePlan:
        """Plan all habits, with a row for item in `state`. Nothing is written."""
        self.files.habit_names = frozenset(self.used_names)
        self.files.daily = self.state.workspace.schema.daily
        records = list(self.format.read(self.files))
        for loss in records:
            if isinstance(loss, Loss):
                self.state.add_loss(loss)
        habits = [habit for habit in records if isinstance(habit, ImportedHabit)]
        rows = [self._plan_habit(habit) for habit in habits]
        self.state.rows += rows
        count = "1 habit" if len(rows) == 1 else f"{len(rows)} habits"
        # In Loop and other apps, a week is any seven days, but most users mean a calendar week.
        remarks = [
            f"{row.title}: {habit.schedule} means any seven days in {self.format.id};"
            f" `schedule: {habit.schedule.removesuffix('7d')}week` counts calendar weeks"
            for habit, row in zip(habits, rows, strict=True)
            if row.is_new and isinstance(habit.schedule, str) and habit.schedule.endswith("/7d")
        ]
        changes = [*self.notes, *self._log_changes()]
        return WritePlan(VERB, f"{count} from {self.format.id}", changes, remarks=remarks)

    def _plan_habit(self, habit: ImportedHabit) -> HabitRow:
        match = self._match(habit)
        if match is not None:
            # Do not match another habit of the source with the same name.
            self.unmatched.remove(match)
        row = HabitRow(habit.name, match.definition.id if match else self._new_id(habit))
        if row.id in self.state.options.skip:
            row.is_skipped = True
            return row
        row.path = match.definition.path if match else ""
        unit = match.definition.unit if match and row.path else habit.unit
        if not row.path:
            with suppress(UsageError):
                unit = _unit_of(_lines(habit.goal)) or unit
        days = self._make_entries(habit, row.id, unit)
        logged: dict[int, list[LogEntry]] = {}
        if days:
            row.first, row.last = date.fromordinal(min(days)), date.fromordinal(max(days))
            for line in self.tracker.lines(match, row.first, row.last) if match else ():
                logged.setdefault(line.entry.day, []).append(line.entry)
        for day, entries in sorted(days.items()):
            if day not in logged:
                self.entries += entries
                row.counts["days"] += 1
            elif _has_entries(entries, logged[day], unit):
                row.counts["unchanged"] += 1
            else:
                row.counts["edited"] += 1
                self._add_loss("days with other entries in the vault; not changed", habit)
        if not row.path:
            row.path, row.is_new = self._plan_note(habit, row.id), True
        return row

    def _log_changes(self) -> Iterator[NoteChange]:
        lines: dict[str, list[str]] = {}
        is_link = self.state.workspace.settings.log_links
        for entry in sorted(self.entries, key=lambda entry: entry.day):
            line = log.format_entry(entry, is_link=is_link)
            lines.setdefault(format_iso(entry.day)[:7], []).append(line)
        for month, found in lines.items():
            # No device has this name, so `undo` does not revert a check-in instead of the import.
            path = f"{HABIT_LOG}/{month}.import_{self.format.id}.md"
            yield add_log_lines(self.state.workspace, path, month, found)

    def _origin(self, habit: ImportedHabit) -> str:
        """Return the `source_id` of a definition; "" for notekeep's own exports, which have ids."""
        return "" if self.format.id == _OWN else f"{self.format.id}:{habit.source_id}"

    def _match(self, habit: ImportedHabit) -> Habit | None:
        origin = self._origin(habit)
        for item in self.unmatched:
            if origin and item.definition.source_id == origin:
                return item
        own_names = {fold_name(name) for name in (habit.identity or habit.name, habit.name)}
        has_id = bool(origin) and not _is_named_after(origin, own_names)
        for item in self.unmatched:
            names = {*item.names, fold_name(item.definition.title)}
            other = item.definition.source_id
            is_of_form = other.partition(":")[0] == self.format.id
            is_another = has_id and is_of_form and not _is_named_after(other, names)
            if own_names & names and not is_another:
                return item
        return None

    def _new_id(self, habit: ImportedHabit) -> str:
        stem = habit.identity if is_id(habit.identity) else title_slug(habit.name)
        identity, number = stem, 1
        while not self._reserve_name(identity):
            number += 1
            identity = f"{stem}-{number}" if is_id(f"{stem}-{number}") else f"habit-{number}"
        return identity

    def _reserve_name(self, name: str) -> bool:
        """Reserve a name. Return False if it is in use or invalid in a log."""
        folded = fold_name(name)
        if not is_id(name) or folded in self.used_names:
            return False
        self.used_names.add(folded)
        return True

    def _make_entries(
        self, habit: ImportedHabit, identity: str, unit: str
    ) -> dict[int, list[LogEntry]]:
        days: dict[int, list[LogEntry]] = {}
        for imported in habit.entries:
            entry = _make_entry(imported, identity, unit)
            if not _is_valid(entry):
                self._add_loss("comments that do not fit in a log line", habit)
                entry = entry._replace(note=None, extra=(), time=None)
                if not _is_valid(entry):
                    self._add_loss("entries that do not fit in a log line", habit)
                    continue
            is_amount = entry.kind == "amount"
            if is_amount and amounts.to_base_unit(entry.amount, entry.unit, unit) is None:
                self._add_loss(f"amounts in {entry.unit}; counted as done", habit)
            if entry not in days.setdefault(entry.day, []):
                days[entry.day].append(entry)
        return days

    def _add_loss(self, message: str, habit: ImportedHabit) -> None:
        self.state.add_loss(Loss(message, habit.name))

    def _plan_note(self, habit: ImportedHabit, identity: str) -> str:
        planned = plan_note_file(
            self.state.workspace,
            "habit",
            habit.name,
            now=self.state.now,
            fields=self._definition_fields(habit, identity),
            body=f"# {habit.name}\n\n{habit.about}\n" if habit.about else "",
        ).changes[0]
        path = free_path(
            self.state.workspace.root, planned.path, [change.path for change in self.notes]
        )
        self.notes.append(planned._replace(path=path))
        return path

    def _definition_fields(self, habit: ImportedHabit, identity: str) -> dict[str, Value]:
        """Return the front matter of a definition. Invalid values are replaced with defaults."""
        schedule = _lines(habit.schedule)
        try:
            parse_rules(schedule, parse_schedule)
        except UsageError as error:
            reason = error.message.removesuffix(".")
            self._add_loss(f"the schedule: {reason}; imported as daily", habit)
            schedule = ["daily"]
        goals, goal_unit = _lines(habit.goal), ""
        try:
            goal_unit = _unit_of(goals)
        except UsageError as error:
            self._add_loss(f"the goal: {error.message.removesuffix('.')}; imported as done", habit)
            goals = ["done"]
        days = [entry.day for entry in habit.entries]
        since = habit.since or min(days, default=self.tracker.today().toordinal())
        until = habit.until
        if habit.is_archived and until is None:
            until = max(days, default=since)
        fields: dict[str, Value] = {
            "habit": identity,
            "schedule": list(schedule),
            "goal": goals[0] if len(goals) == 1 else list(goals),
            "since": format_iso(since if until is None else min(since, until)),
        }
        optional: dict[str, Value] = {
            "unit": "" if goal_unit else habit.unit,
            "until": format_iso(until) if until is not None else "",
            "archived": "true" if habit.is_archived else "",
            "paused": [format_pause(*pause) for pause in sorted(habit.pauses)],
            "unlogged": {True: "met", False: "missed", None: ""}[habit.counts_silence],
            "group": habit.group,
            "remind": list(habit.remind),
            "aliases": [name for name in habit.aliases if self._reserve_name(name)],
            "source_id": self._origin(habit),
            **habit.more,
        }
        return {**fields, **{key: value for key, value in optional.items() if value}}


def _lines(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _unit_of(goals: Sequence[str]) -> str:
    """Return the unit of the latest goal with a unit; "" for none."""
    rules = parse_rules(goals, parse_goal)
    return next((goal.unit for _, goal in reversed(rules) if goal.unit), "")


def _is_named_after(source_id: str, names: Collection[str]) -> bool:
    """Whether a source id is one of the names, as in formats without ids."""
    return fold_name(source_id.partition(":")[2].partition("#")[0]) in names


def _make_entry(day: ImportedDay, identity: str, unit: str) -> LogEntry:
    kind, amount, own_unit, is_set = day.value
    if kind == "amount" and own_unit is None:
        own_unit = unit or None
    note = " ".join(day.note.split()) or None
    time = day.time or None
    return LogEntry(day.day, identity, kind, amount, own_unit, is_set, time, 0, day.extra, note)


def _is_valid(entry: LogEntry) -> bool:
    return log.parse_line(log.format_entry(entry)).entry == entry


def _has_entries(entries: Sequence[LogEntry], logged: Sequence[LogEntry], unit: str) -> bool:
    """Whether the log of a day has all entries (perhaps revised), or the same result."""
    known = {entry_identity(entry) for entry in logged}
    if all(entry_identity(entry) in known for entry in entries):
        return True
    return reduce_entries(entries, unit)[:3] == reduce_entries(logged, unit)[:3]
