"""The habits of one vault: their views, timelines and log lines.

Most methods first scan the files, which takes about a millisecond, and store changes in the tables
of `habit_table.py`. `checkin.py` writes check-ins.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date

from notekeep.background import UiLock, ignore_event
from notekeep.catalog import database
from notekeep.config import VaultPlaces, current_time
from notekeep.dates import habit_day
from notekeep.errors import NotekeepError, Problem
from notekeep.habits import log
from notekeep.habits.combined import combine_days
from notekeep.habits.days import DayHistory, reduce_entries
from notekeep.habits.definition import fold_name
from notekeep.habits.evaluation import Timeline, evaluate_days
from notekeep.habits.log import LogEntry
from notekeep.habits.summary import HabitView, list_position
from notekeep.habits.totals import LoggedAmounts, collect_amounts
from notekeep.tracking import habit_table
from notekeep.tracking.checkin import (
    CheckIn,
    CheckInResult,
    UndoResult,
    append_check_in,
    parse_typed_value,
    undo_check_in,
)
from notekeep.tracking.habit_names import Habit, find_habit
from notekeep.tracking.habit_problems import find_problems
from notekeep.tracking.habit_table import HabitStore, LogLine, scan_habit_files
from notekeep.tracking.timer import Timer, read_timer, start_timer, stop_timer

MAX_VIEWS = 1000
"""Maximum number of views in the cache."""


class HabitIndex:
    """The habits of one vault."""

    def __init__(
        self,
        places: VaultPlaces,
        set_field: Callable[[str, str], bool] | None = None,
        on_event: Callable[..., object] = ignore_event,
    ) -> None:
        self.places = places
        self.on_event = on_event  # is called with an event, its notes and its result
        # Called with the path of a note and `key=value`; returns whether the note was changed.
        self._set_field = set_field
        self.unreadable: dict[str, str] = {}  # reasons by file, as of the last refresh
        self.own_lines: set[str] = set()  # the log lines that this object wrote
        self._store = HabitStore(places.cache)
        self._lock = UiLock()
        self._habits: list[Habit] | None = None
        self._days: dict[str, DayHistory] = {}
        self._views: dict[tuple[Habit, int, int, int, str], HabitView] = {}
        self.timer: Timer | None = None  # as of the last refresh
        self._version: tuple[int, str] = (0, "")

    def close(self) -> None:
        """Close the catalog; the next use opens it again."""
        with self._lock:
            self._store.close()
            self._forget()

    @property
    def trouble(self) -> str:
        """The reason that the catalog cannot be used, as a sentence, or ""."""
        return self._store.trouble

    def refresh(self) -> bool:
        """Update the tables from the files; return whether they changed."""
        with self._lock:
            self._store.retry()
            self.timer = read_timer(self.places.state)
            try:
                return self._refresh()
            except sqlite3.Error as error:
                self._store.recover(error)
                self._forget()
                return self._refresh()

    def views(
        self, day: date | None = None, *, first: date | None = None, last: date | None = None
    ) -> list[HabitView]:
        """Return all habits as of a day, including archived habits, by group, order and title.

        The cells go from `first` (default: six days before `day`) to `last` (default: `day`).
        """
        with self._lock:
            self.refresh()
            views = [self.view(habit, day, first=first, last=last) for habit in self.known()]
        return sorted(views, key=list_position)

    def view(
        self,
        habit: Habit,
        day: date | None = None,
        *,
        first: date | None = None,
        last: date | None = None,
    ) -> HabitView:
        """Return one habit as of a day, as `views` does, without a refresh."""
        today = (day or self.today()).toordinal()
        shown = (
            today - 6 if first is None else first.toordinal(),
            today if last is None else last.toordinal(),
        )
        with self._lock:
            since = self._timer_of(habit, today)
            seen = (habit, today, *shown, since)
            if len(self._views) > MAX_VIEWS:
                self._views.clear()
            if seen not in self._views:
                week_start, days = self.places.settings.week_start, self.days(habit, today)
                view = HabitView(habit.definition, days, today, week_start, shown, since)
                self._views[seen] = view
            return self._views[seen]

    def _timer_of(self, habit: Habit, day: int) -> str:
        """Return the start time of the habit's running timer if the day is today, or ""."""
        timer = self.timer
        if timer is None or fold_name(timer.habit) not in habit.names:
            return ""
        return timer.since if day == self.today().toordinal() else ""

    def view_after(self, habit: Habit, day: date, entries: Iterable[LogEntry]) -> HabitView:
        """Return a habit as if a day had exactly these entries, even if they are not written."""
        ordinal = day.toordinal()
        with self._lock:
            days = DayHistory.unpack(*self.days(habit).pack())
        days.put(ordinal, reduce_entries(entries, habit.definition.unit))
        today, week_start = self.today().toordinal(), self.places.settings.week_start
        return HabitView(habit.definition, days, today, week_start, (ordinal, ordinal))

    def move_start(self, habit: Habit, day: date, *, dry_run: bool = False) -> bool:
        """Move the first day of a habit to an earlier day; return whether its note was changed."""
        if self._set_field is None or not habit.definition.path:
            return False
        if dry_run:
            return True
        with suppress(NotekeepError):
            if self._set_field(habit.definition.path, f"since={day.isoformat()}"):
                self.refresh()
                return True
        return False

    def resolve(self, name: str) -> Habit:
        """Refresh, and return the habit with a name, as `find_habit` does."""
        with self._lock:
            self.refresh()
            return find_habit(self.known(), name)

    def find(self, name: str) -> Habit:
        """Return the habit with a name, without a refresh."""
        with self._lock:
            return find_habit(self.known(), name)

    def is_name(self, word: str) -> bool:
        """Whether a word is the full name of a habit, as of the last refresh."""
        with self._lock:
            return any(fold_name(word) in habit.names for habit in self.known())

    def timeline(self, habit: Habit) -> Timeline:
        """Evaluate all days of a habit as of now."""
        today, week_start = self.today().toordinal(), self.places.settings.week_start
        with self._lock:
            return evaluate_days(habit.definition, self.days(habit), today, week_start)

    def lines(
        self, habit: Habit, since: date | None = None, until: date | None = None
    ) -> list[LogLine]:
        """Return the log lines of a habit, sorted by day and time, as of the last refresh."""
        first = since.toordinal() if since else log.FIRST_DAY
        last = until.toordinal() if until else log.LAST_DAY
        by_day: dict[int, list[LogLine]] = {}
        with self._lock:
            found = habit_table.read_lines(self._store.connection, habit.names, first, last)
            for line in found:
                by_day.setdefault(line.entry.day, []).append(line)
        return [
            line._replace(counts=line.entry.revision == max(one.entry.revision for one in some))
            for some in by_day.values()
            for line in sorted(some, key=_line_order)
        ]

    def amounts(self, habit: Habit, since: date | None = None) -> LoggedAmounts:
        """Return the amounts of a habit since a day, as of the last refresh."""
        # A habit without a unit gets its unit from its whole log.
        lines = self.lines(habit, since if habit.definition.unit else None)
        return collect_amounts(habit.definition, (line.entry for line in lines))

    def check_in(
        self,
        habit: str,
        value: str = "done",
        day: date | None = None,
        *,
        note: str = "",
        time: str = "",
        extra: tuple[tuple[str, str], ...] = (),
    ) -> CheckInResult:
        """Append one line to this device's log.

        `habit` is an id, an alias, or a unique prefix of one of these; `value` is `done`, `12 min`,
        `skip`, `miss` or `clear`; the default day is today, and the default time is now. `extra`
        contains other `key=word` pairs for the line.
        """
        # A second check-in must see the first, because equal lines would count once.
        with self._lock:
            found = self.resolve(habit)
            typed = parse_typed_value(value, found.definition.unit)
            return append_check_in(self, CheckIn(found, typed, day, time, note=note, extra=extra))

    def start_timer(self, habit: str) -> Timer:
        """Start the timer for a habit, as `timer.start_timer` does."""
        with self._lock:
            return start_timer(self, self.resolve(habit))

    def stop_timer(
        self, value: str = "", *, discard: bool = False
    ) -> tuple[Timer, CheckInResult | None]:
        """Stop the timer and log its minutes, as `timer.stop_timer` does."""
        with self._lock:
            return stop_timer(self, value=value, discard=discard)

    def undo(self, *, dry_run: bool = False) -> UndoResult:
        """Undo the last entry from this device, with a line that restores the day."""
        with self._lock:
            return undo_check_in(self, dry_run=dry_run)

    def redo(self, *, dry_run: bool = False) -> UndoResult:
        """Redo the last undo, if nothing else was logged on this device since."""
        with self._lock:
            return undo_check_in(self, redo=True, dry_run=dry_run)

    def problems(self) -> list[Problem]:
        """Return the problems in the log and in definitions."""
        with self._lock:
            self.refresh()
            today = self.today().toordinal()
            return find_problems(
                self._store.connection, self.places.root, self.known(), today, self.unreadable
            )

    def count_problems(self) -> int:
        """Count the problems found while reading files, as of the last refresh.

        Contradicting entries and amounts in other units are not counted, because that requires
        reading all lines; `problems` includes them.
        """
        with self._lock:
            (reports,) = self._store.connection.execute(
                "SELECT count(*) FROM problems WHERE source = 'habit'"
            ).fetchone()
            habits = self.known()
        undefined = sum(not habit.definition.path for habit in habits)
        flaws = sum(len(habit.definition.problems) + len(habit.others) for habit in habits)
        return len(self.unreadable) + int(reports) + undefined + flaws

    def today(self) -> date:
        """Return the current day, which starts at the hour in the settings."""
        return habit_day(current_time(), self.places.settings.day_start)

    def known(self) -> list[Habit]:
        """Return all habits as of the last refresh; habits with a note come first."""
        if self._habits is None:
            self._habits = habit_table.read_habits(self._store.connection)
        return self._habits

    def days(self, habit: Habit, today: int | None = None) -> DayHistory:
        """Return the history of a habit as of the last refresh; up to `today` if it is combined."""
        if habit.definition.combines:
            end = self.today().toordinal() if today is None else today
            week_start = self.places.settings.week_start
            parts = [one for one in self.known() if one.key in habit.definition.parts]
            lines = [
                evaluate_days(one.definition, self.days(one, end), end, week_start) for one in parts
            ]
            return combine_days(habit.definition, lines, end)
        if habit.key not in self._days:
            self._days[habit.key] = habit_table.read_days(self._store.connection, habit.key)
        return self._days[habit.key]

    def day_entries(self, habit: Habit, day: int) -> list[LogEntry]:
        """Return all entries of a habit for a day, as of the last refresh."""
        return list(habit_table.read_entries(self._store.connection, habit.names, day, day))

    def _refresh(self) -> bool:
        connection, version = self._store.connection, self._store.version()
        if version != self._version:
            self._forget()
            self._version = version
        root, folder = self.places.root, self.places.settings.habit_folder
        found = scan_habit_files(root, folder.strip("/"), connection)
        self.unreadable = found.unreadable
        if not found.changed and not found.removed:
            return False
        with database.transaction(connection):
            is_known = self._store.version() == self._version
            changed = habit_table.store_scan(connection, root, found)
            self._version = self._store.count_up()
        # If another program wrote as well, everything may have changed.
        self._forget(changed if is_known else None)
        return True

    def _forget(self, keys: set[str] | None = None) -> None:
        """Clear the caches for some habits, or for all habits."""
        if keys is None:
            self._habits = None
            self._days = {}
            self._views = {}
            return
        for key in keys:
            self._days.pop(key, None)
        keys |= {habit.key for habit in self._habits or () if habit.definition.combines}
        self._views = {seen: view for seen, view in self._views.items() if seen[0].key not in keys}


def _line_order(line: LogLine) -> tuple[str, int, str, int]:
    return line.entry.time or "", line.entry.revision, line.path, line.number
