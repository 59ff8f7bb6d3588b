"""All that notekeep did in a vault as one list, newest first, and the way back through it.

Changes of files are steps of history; a check-in is a line of the log, which only grows, so it is
taken back by another line. Which of the two was last is told by when each was written.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotFound
from notekeep.notes.plan import NoteChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notekeep.storage.history import History
    from notekeep.storage.operation_log import ChangeRecord, StepRecord
    from notekeep.storage.undo import UndoableStep
    from notekeep.tracking.checkin_undo import CheckInStep
    from notekeep.tracking.tracker import HabitIndex

HABIT = "habit"
"""What a check-in is called in the list."""


class TakenStep(NamedTuple):
    """One step of the list.

    Attributes:
        time: When it was done, in seconds since 1970.
        verb: What was done, in one word.
        label: What it was about.
        paths: The files it changed.
        undone: Whether it is taken back at the moment.
        id: The step's name in history; "" for a check-in, which is none.
    """

    time: float
    verb: str
    label: str
    paths: tuple[str, ...] = ()
    undone: bool = False
    id: str = ""


class StepDetails(NamedTuple):
    """What a step did.

    Attributes:
        root: The folder it did it in, when that is not the vault; else "".
        changes: Its files, each with what it held before and after.
        pruned: Files of which history no longer holds both.
        left_out: How many more files there are.
    """

    root: str
    changes: list[NoteChange]
    pruned: list[str]
    left_out: int


class StepHistory:
    """The steps of one vault."""

    def __init__(self, root: str, history: History, habits: HabitIndex) -> None:
        self.root = root
        self.history = history
        self.habits = habits

    def listed(self, limit: int | None = None) -> list[TakenStep]:
        """The steps, newest first, those that were taken back among them."""
        steps = (_of_step(one.record, undone=one.undone) for one in self.history.steps())
        both = heapq.merge(steps, self._check_ins(), key=lambda one: -one.time)
        return list(islice(both, limit))

    def undo(self, count: int = 1, *, dry_run: bool = False) -> list[TakenStep]:
        """Take back the newest steps that still stand.

        Args:
            count: How many.
            dry_run: Only say which they are.

        Returns:
            The steps, newest first; fewer than `count` when there are no more.

        Raises:
            NotFound: There is nothing to take back.
            Conflict: A file changed since in the same place: that step and those before it are as
                they were, newer ones are taken back.
        """
        if dry_run:
            done = list(islice(self._standing(), count))
        else:
            done = [one for one in (self._undo_last() for _ in range(count)) if one]
        if not done:
            raise NotFound("There is nothing to undo.")
        return done

    def undo_one(self, step: str) -> TakenStep:
        """Take back one step of history by its id, whatever was done since.

        Raises:
            NotFound: It is taken back already.
            Conflict: A file changed since in the same place; nothing was taken back.
        """
        return _of_step(self.history.undo_step(self.root, step))

    def look(self, step: str, most: int = 40) -> StepDetails:
        """Look at what a step of history did.

        Args:
            step: Its id.
            most: At most so many files.

        Raises:
            NotFound: There is no such step.
        """
        record = next((one for one in self.history.records() if one.id == step), None)
        if record is None:
            raise NotFound("That step is not in history any more.")
        merged = _by_file(record.changes)
        past = StepDetails(record.root, [], [], max(0, len(merged) - most))
        for change in merged[:most]:
            try:
                past.changes.append(self._contents(change))
            except NotFound:
                past.pruned.append(change.path)
        return past

    def _contents(self, change: ChangeRecord) -> NoteChange:
        """A change with contents in the place of digests; a plain move needs none."""
        before, after = (
            self.history.blobs.read(digest) if digest is not None else None
            for digest in (change.before, change.after)
        )
        if change.kind == "trash":
            return NoteChange(change.path, before or b"", None)
        if change.kind == "move":
            return NoteChange(change.path, before or b"", after or before or b"", change.to)
        return NoteChange(change.path, before, after or b"", change.to)

    def redo(self, *, dry_run: bool = False) -> TakenStep:
        """Do again what was taken back last.

        Raises:
            NotFound: Nothing was taken back, or something was done since.
            Conflict: As for `undo`.
        """
        from notekeep.habits.log import parse_line
        from notekeep.tracking.checkin_undo import check_ins, find_last_undo
        from notekeep.tracking.checkin_undo import describe_entry as said_in

        undo, redo = self._stacks()
        fresh = [one.last.time for one in undo if not one.last.redoes]
        fresh += [one.time for one in islice(check_ins(self.habits), 1) if not one.again]
        said = find_last_undo(self.habits)
        times = [redo[-1].last.time] if redo else []
        times += [said.time] if said else []
        if not times or max(times) < max(fresh, default=0.0):
            raise NotFound("There is nothing to do again.")
        if redo and redo[-1].last.time == max(times):
            record = redo[-1].origin if dry_run else self.history.redo(self.root)
            return _of_step(record)
        entry = parse_line(self.habits.redo(dry_run=dry_run).lines[0]).entry
        return TakenStep(max(times), HABIT, said_in(entry) if entry else "")

    def _undo_last(self) -> TakenStep | None:
        """Take back the newest step, whichever kind it is."""
        last = next(self._standing(), None)
        if last is None:
            return None
        if last.verb == HABIT and not last.paths:
            self.habits.undo()
            return last
        return _of_step(self.history.undo(self.root)[0])

    def _standing(self) -> Iterator[TakenStep]:
        """The steps that are not taken back, newest first, by when each was done last."""
        undo, _ = self._stacks()
        steps = [_of_step(one.origin)._replace(time=one.last.time) for one in reversed(undo)]
        said = (one for one in self._check_ins() if not one.undone)
        return heapq.merge(steps, said, key=lambda one: -one.time)

    def _check_ins(self) -> Iterator[TakenStep]:
        from notekeep.tracking.checkin_undo import check_ins

        return (_of_check_in(one) for one in check_ins(self.habits))

    def _stacks(self) -> tuple[list[UndoableStep], list[UndoableStep]]:
        from notekeep.storage.undo import stacks

        return stacks(self.history.records())


def _of_step(record: StepRecord, *, undone: bool = False) -> TakenStep:
    paths = tuple(change.path for change in record.changes)
    return TakenStep(record.time, record.verb, record.label, paths, undone, record.id)


def _by_file(changes: Iterable[ChangeRecord]) -> list[ChangeRecord]:
    """The changes of a step, one a file: what edits a file and then moves it is one."""
    found: dict[str, ChangeRecord] = {}
    for change in changes:
        known = found.get(change.path)
        if known is not None and known.kind in {"edit", "new"} and change.kind == "move":
            found[change.path] = replace(known, to=change.to)
        else:
            found[change.path] = change
    return list(found.values())


def _of_check_in(one: CheckInStep) -> TakenStep:
    return TakenStep(one.time, HABIT, one.text, (), one.undone)
