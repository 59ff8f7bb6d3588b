"""One list of notekeep's changes in a vault, newest first, with undo and redo.

Changes to files are history steps. Check-ins and answers to passages are lines in append-only logs,
so they are undone by another line. All are sorted by time.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from notekeep.errors import NotekeepError, NotFound, Problem, Refused
from notekeep.habits.log import parse_line
from notekeep.notes.plan import NoteChange
from notekeep.services.indexing import IndexService
from notekeep.services.recall import RecallService
from notekeep.storage.history import History
from notekeep.storage.operation_log import REMOVED_PRIVATE_TEXT, ChangeRecord, StepRecord
from notekeep.storage.transaction import stacks
from notekeep.tracking.checkin import check_ins, describe_entry, find_last_undo
from notekeep.tracking.tracker import HabitIndex

CHECK_IN, ANSWER = "check-in", "recall"  # the verbs of log lines


class HistoryStep(NamedTuple):
    """A step in the list."""

    time: float
    verb: str
    label: str
    paths: tuple[str, ...] = ()
    undone: bool = False
    id: str = ""  # of the history step; "" for a log line
    is_own: bool = False  # whether this process made it

    @property
    def is_check_in(self) -> bool:
        """Whether it is a line in the habit log."""
        return self.verb == CHECK_IN and not self.id


class StepDetails(NamedTuple):
    """The changes of a step."""

    root: str  # the folder of the files; "" for the vault
    changes: list[NoteChange]  # one for each file
    pruned: list[str]  # files whose versions are no longer in history
    more: int  # the number of other changed files


class HistoryService:
    """The steps of one vault."""

    def __init__(
        self,
        root: str,
        store: History,
        habits: HabitIndex,
        recall: RecallService,
        indexing: IndexService,
    ) -> None:
        self.root = root
        self.store = store
        self.habits = habits
        self.recall = recall
        self.indexing = indexing

    def prune(self) -> None:
        """Remove old versions, at most once a day. Called when idle."""
        with suppress(NotekeepError):  # it is called again
            self.store.prune_daily()

    def find_damage(self) -> Problem | None:
        """Return a problem if the log of steps, which undo needs, is damaged; else None."""
        if not (count := self.store.log.count_damaged()):
            return None
        lines = "1 line" if count == 1 else f"{count} lines"
        message = f"{self.store.log.path} is damaged: {lines} cannot be read."
        hint = (
            f"These steps cannot be undone. Their versions are still in {self.store.blobs.folder}."
        )
        return Problem("", None, message, hint, "history")

    def steps(self, limit: int | None = None) -> list[HistoryStep]:
        """List the steps, newest first, including undone ones."""
        steps = (_of_step(one.record, undone=one.undone) for one in self.store.steps())
        both = heapq.merge(steps, self._check_ins(), self._answers(), key=lambda one: -one.time)
        return list(islice(both, limit))

    def restores_private_text(self, count: int = 1) -> bool:
        """Whether undoing the newest steps would put private text back into a site."""
        return any(
            step.label.endswith(REMOVED_PRIVATE_TEXT) for step in islice(self._undoable(), count)
        )

    def undo(
        self, count: int = 1, *, dry_run: bool = False, reveal: bool = False
    ) -> list[HistoryStep]:
        """Undo the newest steps, or with `dry_run` only return them.

        Raises Conflict at the first step with a file that has since changed in the same lines;
        newer steps are then already undone. Raises Refused if private text would return to a site,
        unless `reveal` is set.
        """
        if not (dry_run or reveal) and self.restores_private_text(count):
            raise Refused(
                "Undoing this export would put private text back into the site.",
                "`notekeep undo --yes` undoes it anyway.",
            )
        if dry_run:
            done = list(islice(self._undoable(), count))
        else:
            done = [one for one in (self._undo_last() for _ in range(count)) if one]
        if not done:
            raise NotFound("There is nothing to undo.")
        if not dry_run:
            self.indexing.index_written()
        return done

    def last_step(self, *, is_check_in: bool = False) -> HistoryStep:
        """Return the step to undo; with `is_check_in`, prefer check-ins to others' steps."""
        steps = list(islice(self._undoable(), 1))
        if is_check_in and not any(step.is_own for step in steps):
            steps = [one for one in self._check_ins() if not one.undone][:1] or steps
        if not steps:
            raise NotFound("There is nothing to undo.")
        return steps[0]

    def undo_step(self, step: str) -> HistoryStep:
        """Undo a step of history by its id, even if it is not the newest."""
        undone = _of_step(self.store.undo(self.root, step))
        self.indexing.index_written()
        return undone

    def show(self, step: str, most: int = 40) -> StepDetails:
        """Return the changes of the step with this id, for at most `most` files."""
        record = next((one for one in self.store.records() if one.id == step), None)
        if record is None:
            raise NotFound("That step is no longer in history.")
        merged = _by_file(record.changes)
        past = StepDetails(record.root, [], [], max(0, len(merged) - most))
        for change in merged[:most]:
            try:
                past.changes.append(self._contents(change))
            except NotFound:
                past.pruned.append(change.path)
        return past

    def _contents(self, change: ChangeRecord) -> NoteChange:
        before, after = (
            self.store.blobs.read(digest) if digest is not None else None
            for digest in (change.before, change.after)
        )
        if change.kind == "trash":
            return NoteChange(change.path, before or b"", None)
        if change.kind == "move":
            return NoteChange(change.path, before or b"", after or before or b"", change.to)
        return NoteChange(change.path, before, after or b"", change.to)

    def redo(self, *, dry_run: bool = False) -> HistoryStep:
        """Redo the last undone step; raise NotFound if there are newer steps."""
        undo, redo = stacks(self.store.records())
        fresh = [one.last.time for one in undo if not one.last.redoes]
        fresh += [one.time for one in islice(check_ins(self.habits), 1) if not one.again]
        fresh += [one.time for one in islice(self.recall.steps(), 1) if not one.is_redo]
        undone, unanswered = find_last_undo(self.habits), self.recall.find_last_undo()
        times = [redo[-1].last.time] if redo else []
        times += [one.time for one in (undone, unanswered) if one]
        if not times or max(times) < max(fresh, default=0.0):
            raise NotFound("There is nothing to redo.")
        if redo and redo[-1].last.time == max(times):
            step = _of_step(redo[-1].origin if dry_run else self.store.redo(self.root))
        elif unanswered and unanswered.time == max(times):
            label = unanswered.text if dry_run else self.recall.redo()
            step = HistoryStep(max(times), ANSWER, label)
        else:
            entry = parse_line(self.habits.redo(dry_run=dry_run).lines[0]).entry
            label = describe_entry(entry, self.habits) if entry else ""
            step = HistoryStep(max(times), CHECK_IN, label)
        if not dry_run:
            self.indexing.index_written()
        return step

    def _undo_last(self) -> HistoryStep | None:
        last = next(self._undoable(), None)
        if last is None:
            return None
        if last.is_check_in:
            self.habits.undo()
            return last
        if last.verb == ANSWER and not last.id:
            self.recall.undo()
            return last
        return _of_step(self.store.undo(self.root))

    def _undoable(self) -> Iterator[HistoryStep]:
        """Yield the steps that are not undone, newest first; a redo counts as new."""
        undo, _ = stacks(self.store.records())
        steps = [
            _of_step(one.origin)._replace(
                time=one.last.time, is_own=one.last.id in self.store.log.own
            )
            for one in reversed(undo)
        ]
        check_ins = (one for one in self._check_ins() if not one.undone)
        answers = (one for one in self._answers() if not one.undone)
        return heapq.merge(steps, check_ins, answers, key=lambda one: -one.time)

    def _check_ins(self) -> Iterator[HistoryStep]:
        for one in check_ins(self.habits):
            yield HistoryStep(one.time, CHECK_IN, one.text, (), one.undone, is_own=one.is_own)

    def _answers(self) -> Iterator[HistoryStep]:
        for one in self.recall.steps():
            yield HistoryStep(one.time, ANSWER, one.text, (), one.is_undone, is_own=one.is_own)


def _of_step(record: StepRecord, *, undone: bool = False) -> HistoryStep:
    paths = tuple(change.path for change in record.changes)
    label, names = record.label, {os.path.basename(path).removesuffix(".md") for path in paths}
    if record.verb in {"set", "tag"} and len(names) == 1:
        label = f"{label} in {names.pop()}"
    return HistoryStep(record.time, record.verb, label, paths, undone, record.id)


def _by_file(changes: Iterable[ChangeRecord]) -> list[ChangeRecord]:
    """Combine an edit and a move of the same file into one change."""
    found: dict[str, ChangeRecord] = {}
    for change in changes:
        known = found.get(change.path)
        if known is not None and known.kind in {"edit", "new"} and change.kind == "move":
            found[change.path] = replace(known, to=change.to)
        else:
            found[change.path] = change
    return list(found.values())
