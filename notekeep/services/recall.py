"""Spaced review of passages: log the answers, and select the passages to show today.

Each answer is a line in a log file that this device writes. The review state of a passage is
computed from its answers and cached in the catalog until there are new answers.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from _thread import RLock
from binascii import crc32
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep import config, dates
from notekeep.catalog.queries import list_passages
from notekeep.catalog.records import PassageRow
from notekeep.errors import Failure, NotekeepError, NotFound, UsageError
from notekeep.log_folders import REVIEW_LOG
from notekeep.markdown.note_names import fold_name, note_stem
from notekeep.query.folding import fold_text
from notekeep.recall.log import (
    GRADES,
    NO_FAVOURITE,
    Answer,
    format_answer,
    parse_answer,
    read_value,
    shorten,
)
from notekeep.recall.passages import hash_text
from notekeep.recall.schedule import DEFAULT, Parameters, Recall, find_intervals, fold_answers
from notekeep.settings import VAULT_SETTINGS
from notekeep.storage.content import LARGE
from notekeep.storage.scan import NOTE_SUFFIXES, list_files
from notekeep.tracking.device_log import (
    append_to_log,
    log_path,
    read_own_logs,
    read_times,
    time_written,
)

if TYPE_CHECKING:
    from notekeep.notes.plan import WritePlan
    from notekeep.notes.workspace import Workspace
    from notekeep.services.indexing import IndexService
    from notekeep.services.search import SearchService
    from notekeep.tracking.tracker import HabitIndex

DAILY = 10
"""The number of passages to show per day, unless the settings have another."""

STATS_DAYS = 30
LATER_DAYS = 30  # the default delay of `later`, in days

IMPORTED = f"{REVIEW_LOG}/imported.md"
"""The log of the review days that other programs wrote."""

ADOPTED = "q-"
"""The prefix of block ids that `recall --adopt` writes, followed by the passage's key."""

LIKENESS = 85
"""The minimum similarity, in percent, at which an edited passage keeps its answers."""


_LAST_CLOCK = "35:59:59"


class ReviewItem(NamedTuple):
    """A passage and its review state, computed from its answers."""

    passage: PassageRow  # with the key of its answers in the log
    recall: Recall
    is_edited: bool = False  # whether its answers are from before an edit

    def as_object(self) -> dict[str, Any]:
        """Return the item as JSON data; the keys are stable."""
        due = dates.format_iso(self.recall.due) if self.recall.due else None
        return {
            **self.passage.as_object(),
            "favourite": bool(self.recall.is_favourite),
            "due": due,
            "stopped": bool(self.recall.is_stopped),
            "edited": self.is_edited,
        }


class RecallStats(NamedTuple):
    """Statistics about passages and answers."""

    passages: int  # equal passages count once
    new: int  # never answered
    due: int  # today
    stopped: int
    favourites: int
    answers: int  # in the last STATS_DAYS days
    remembered: float | None  # the share of grades in these answers other than `again`
    coming: dict[dt.date, int]  # the number due on each of the next seven days, if any

    def as_object(self) -> dict[str, Any]:
        """Return the statistics as JSON data; the keys are stable."""
        coming = {day.isoformat(): count for day, count in self.coming.items()}
        return {**self._asdict(), "coming": coming}


class AnswerStep(NamedTuple):
    """An answer in the list of steps."""

    time: float
    text: str
    is_undone: bool
    is_redo: bool
    is_own: bool  # whether this object wrote it


class RecallService:
    """The passages in one vault, and the user's answers."""

    def __init__(
        self,
        workspace: Workspace,
        indexing: IndexService,
        search: Callable[[], SearchService],
        habits: Callable[[], HabitIndex],
    ) -> None:
        self.workspace = workspace
        self._indexing = indexing
        self._search = search
        self._habits = habits
        self._options = options = workspace.settings.recall
        self._parameters = Parameters(
            options.get("retention", DEFAULT.retention),
            options.get("max_interval", DEFAULT.max_interval),
            tuple(options.get("weights", ())),
        )
        self._lock = RLock()
        self._known: tuple[int, list[ReviewItem]] | None = None
        # Thousands of lines may look like cards, so cards are read only if the setting is used.
        self._with_cards = bool(workspace.settings.cards.strip())
        self._own_lines: set[str] = set()

    def passages(self, query: str = "") -> list[ReviewItem]:
        """Return the matching passages, sorted by title and line; see `search.passages`."""
        return [one for one in self._find(query) if not one.passage.answer]

    def cards(self, query: str = "", *, is_all: bool = False) -> list[ReviewItem]:
        """Return the matching cards in the notes of the setting `cards`, or in all notes."""
        chosen = self.workspace.settings.cards
        if not (chosen.strip() or is_all):
            return []
        self._read_cards()
        paths = None if is_all else self._search().paths(chosen)
        return [
            one
            for one in self._find(query)
            if one.passage.answer and (paths is None or one.passage.source.path in paths)
        ]

    def _find(self, query: str) -> list[ReviewItem]:
        if not query.strip():
            return self._items()
        found = {(one.source.path, one.line) for one in self._search().passages(query)}
        return [
            one for one in self._items() if (one.passage.source.path, one.passage.line) in found
        ]

    def queue(
        self, query: str = "", limit: int | None = None, *, all_cards: bool = False
    ) -> list[ReviewItem]:
        """Return the passages to show today: first due passages, then new ones from all sources.

        Passages answered today count towards `limit` (default: as in the settings). The order is
        the same on all devices. For cards and `all_cards` see `cards`.
        """
        if limit is None:
            limit = self._options.get("daily", DAILY)
        today = self.workspace.today().toordinal()
        items = _unique([*self.passages(query), *self.cards(query, is_all=all_cards)])
        due = [one for one in items if 0 < one.recall.due <= today]
        new = [one for one in items if not one.recall.answered]
        done = sum(one.recall.answered == today for one in items)

        def chance(item: ReviewItem) -> int:
            return crc32(f"{today} {item.passage.key}".encode())

        due.sort(key=lambda one: (one.recall.due, chance(one)))
        # Take one passage from each source before a second, so that long books do not dominate.
        places: Counter[str] = Counter()
        ranked = []
        for one in sorted(new, key=chance):
            places[one.passage.source.path] += 1
            ranked.append((places[one.passage.source.path], chance(one), one))
        due += [one for *_, one in sorted(ranked, key=lambda each: each[:2])]
        return due[: max(0, limit - done)]

    def count_left(self) -> int:
        """Count the passages left to show today; 0 until the first passage has been answered."""
        is_used = any(one.recall.answered for one in self._items())
        return len(self.queue()) if is_used else 0

    def quote_of_day(self) -> PassageRow | None:
        """Return today's passage, never from a private note. It is the same on all devices."""
        seed = f"{self.workspace.today()} {self.workspace.settings.id}"
        items = (
            one.passage
            for one in self._items()
            if not (one.recall.is_stopped or one.passage.source.private or one.passage.answer)
        )
        return min(items, key=lambda one: crc32(f"{seed} {one.key}".encode()), default=None)

    def find(self, key: str) -> ReviewItem:
        """Return the passage with a key; raise NotFound if there is none."""
        for one in self._items():
            if one.passage.key == key:
                return one
        if not self._with_cards:
            self._read_cards()
            return self.find(key)
        raise NotFound(f'There is no quote "{key}".', "`notekeep quotes --json` lists the keys.")

    def intervals(self, item: ReviewItem) -> dict[str, int]:
        """Return the number of days until the passage would be due again, for each grade."""
        today = self.workspace.today().toordinal()
        return find_intervals(item.passage.key, item.recall, today, self._parameters)

    def answer(self, key: str, value: str, *, dry_run: bool = False) -> ReviewItem:
        """Log an answer for today, or a mark; return the passage with its new state.

        An answer is a grade, `keep`, `later 30d`, `stop` or `clear`. Raises UsageError for other
        values.
        """
        with self._lock:
            parsed = read_value(value)
            if parsed is None:
                word, _, days = value.strip().partition(" ")
                if word.casefold() == "later":
                    hint = "Write 30 or 30d for 30 days."
                    raise UsageError(f'"{days}" is not a number of days.', hint)
                hint = (
                    "Type one of: again, hard, good, easy, keep, later 30d, stop, favourite, clear."
                )
                raise UsageError(f'"{value}" is not an answer.', hint)
            item = self.find(key)
            new = self._make_answer(item, self.workspace.today().toordinal(), *parsed)
            if dry_run:
                answers = [*self._read_answers([key])[key], new._replace(time=_LAST_CLOCK)]
                return item._replace(recall=fold_answers(key, answers, self._parameters))
            if not new.is_mark:
                self._check_in()
            self._write(new)
            return self.find(key)

    def _make_answer(self, item: ReviewItem, day: int, value: str, days: int) -> Answer:
        passage = item.passage
        # The text of a private passage is not copied into another file.
        is_private = passage.source.private
        text = "" if is_private else shorten(passage.text)
        note = "" if is_private else note_stem(passage.source.path)
        return Answer(day, "", value, passage.key, days, "", text, note)

    def _check_in(self) -> None:
        """Log `done` for the habit in the settings, if it has no entry for today."""
        name = self._options.get("habit", "").strip()
        if not name:
            return
        habits = self._habits()
        try:
            found = habits.resolve(name)
        except NotekeepError as error:
            hint = f"Correct `habit` below [recall] in {VAULT_SETTINGS}."
            raise UsageError(error.message, hint) from error
        if not habits.view(found).today.is_logged:
            habits.check_in(found.definition.id)

    def plan_adopt(self, query: str = "") -> WritePlan:
        """Plan to add a block id to each answered passage that has no block id."""
        from notekeep.notes.passage_edits import plan_block_ids

        ids: defaultdict[str, dict[int, str]] = defaultdict(dict)
        # A block id must be unique in its note, so only the first of equal passages gets an id.
        taken = {(one.passage.source.path, one.passage.block) for one in self.passages()}
        for one in self.passages(query):  # a card's block id is already in its line
            passage, recall = one.passage, one.recall
            path, block = passage.source.path, f"{ADOPTED}{passage.key[1:]}"
            is_used = recall.answered or recall.is_favourite
            if is_used and not passage.block and passage.key.startswith("~"):
                if (path, block) not in taken:
                    ids[path][passage.line] = block
                taken.add((path, block))
        return plan_block_ids(self.workspace, ids)

    def plan_import(self, folder: str = "") -> WritePlan:
        """Plan to log the review days that other programs wrote; see `find_review_days`.

        They are read from the notes in the vault, or from those in another folder with the same
        text. Passages that have answers are left out. NotFound without any new review day.
        """
        from notekeep.markdown.note import read_note
        from notekeep.notes.plan import WritePlan
        from notekeep.recall.review_days import find_review_days

        self._read_cards()
        new = {hash_text(one.passage.text): one for one in self._items() if not one.recall.answered}
        answers: dict[str, Answer] = {}
        for path, data in _read_notes(folder or self.workspace.root):
            for found in find_review_days(read_note(path, data)):
                if item := new.get(found.passage.text_key):
                    one = self._make_answer(item, found.day, f"later {found.days}d", found.days)
                    answers[one.key] = min(answers.get(one.key, one), one)
        if not answers:
            hint = "Quotes and cards that you have answered are left out."
            raise NotFound("No new review days found.", hint)
        try:
            before = self.workspace.read(IMPORTED)
        except NotFound:
            before = None
        lines = [
            f"{format_answer(one._replace(time='00:00'))}\n" for one in sorted(answers.values())
        ]
        text = (before or b"# Imported review days\n\n") + "".join(lines).encode()
        plan = WritePlan("recall import", f"{len(lines)} review days")
        plan.edit(IMPORTED, before, text)
        return plan

    def stats(self) -> RecallStats:
        """Return statistics about all passages, the selected cards and all answers."""
        items = _unique([*self.passages(), *self.cards()])
        today = self.workspace.today().toordinal()
        due = Counter(one.recall.due for one in items)
        counted = [
            one
            for (text,) in self.workspace.catalog.ask("SELECT DISTINCT text FROM answers")
            if (one := parse_answer(text)) and not one.is_mark
            if 0 <= today - one.day < STATS_DAYS
        ]
        counted.sort(key=lambda one: (one.time, one.value))
        last = {(one.key, one.day): one.value for one in counted}.values()
        values = [value for value in last if value != "clear"]
        grades = [value for value in values if value in GRADES]
        return RecallStats(
            passages=len(items),
            new=sum(not one.recall.answered for one in items),
            due=sum(0 < one.recall.due <= today for one in items),
            stopped=sum(one.recall.is_stopped for one in items),
            favourites=sum(one.recall.is_favourite for one in items),
            answers=len(values),
            remembered=1 - grades.count("again") / len(grades) if grades else None,
            coming={
                dt.date.fromordinal(day): due[day]
                for day in range(today + 1, today + 8)
                if due[day]
            },
        )

    # Keys of passages, and the review state computed from their answers.

    def _items(self) -> list[ReviewItem]:
        """Return all passages, sorted by title and line; store new results in the catalog."""
        catalog = self.workspace.catalog
        with self._lock:
            generation = catalog.generation
            if self._known is None or self._known[0] != generation:
                self._known = generation, self._fold_all()
            return self._known[1]

    def _read_cards(self) -> None:
        with self._lock:
            if not self._with_cards:
                self._with_cards, self._known = True, None

    def _fold_all(self) -> list[ReviewItem]:
        catalog = self.workspace.catalog
        sql = "SELECT key, count(*), sum(sum) FROM answers GROUP BY key"
        sums = {key: f"{key} {count} {total}" for key, count, total in catalog.ask(sql)}
        places = self._find_keys(list_passages(catalog, with_cards=self._with_cards), sums)
        stored = {
            key: (basis, Recall(*rest))
            for key, basis, *rest in catalog.ask("SELECT * FROM recalls")
        }
        parameters = "" if self._parameters == DEFAULT else f"{self._parameters} "
        bases = {
            keys[0]: (parameters + " ".join(sums[key] for key in keys), keys)
            for _, keys, _ in places
            if keys
        }
        outdated = {
            key: of for key, of in bases.items() if key not in stored or stored[key][0] != of[0]
        }
        answers = self._read_answers([key for _, keys in outdated.values() for key in keys])
        recalls = {key: recall for key, (_, recall) in stored.items()}
        for key, (_, keys) in outdated.items():
            found = (one for each in keys for one in answers[each])
            recalls[key] = fold_answers(key, found, self._parameters)
        if outdated or stored.keys() - bases.keys():
            rows = [(key, basis, *recalls[key]) for key, (basis, _) in outdated.items()]
            # This is only a cache. If results cannot be stored now, they are computed again later.
            with suppress(Failure), catalog.writing(wait=0.0) as writer:
                writer.store_recalls(rows, bases)
        return [
            ReviewItem(passage, recalls[keys[0]] if keys else Recall(), is_edited)
            for passage, keys, is_edited in places
        ]

    def _read_answers(self, keys: Iterable[str]) -> Mapping[str, list[Answer]]:
        found: defaultdict[str, list[Answer]] = defaultdict(list)
        listed = [*keys]
        sql = "SELECT text FROM answers WHERE key IN (SELECT value FROM json_each(?))"
        for (text,) in self.workspace.catalog.ask(sql, (json.dumps(listed),)) if listed else ():
            if answer := parse_answer(text):
                found[answer.key].append(answer)
        return found

    def _find_keys(
        self, passages: Sequence[PassageRow], answered: Mapping[str, object]
    ) -> list[tuple[PassageRow, list[str], bool]]:
        """Return each passage with its key, the keys of its answers, and whether it was edited.

        The key is the block id, or the hash of the text. An edited passage without answers gets the
        answers from before the edit.
        """
        texts: dict[str, str] = {}
        found = []
        for one in passages:
            own = f"~{one.block[len(ADOPTED) :]}" if one.block.startswith(ADOPTED) else one.block
            own = own or one.key
            # Several notes may have a short id such as `^1`.
            if texts.setdefault(own, one.key) != one.key:
                own = one.key
            keys = [key for key in dict.fromkeys((own, one.key)) if key in answered]
            found.append((one._replace(key=keys[0] if keys else own), keys, False))
        taken = self._find_edited(found, answered)
        return [
            (one._replace(key=taken[number]), [taken[number]], True)
            if number in taken
            else (one, keys, is_edited)
            for number, (one, keys, is_edited) in enumerate(found)
        ]

    def _find_edited(
        self,
        passages: Sequence[tuple[PassageRow, list[str], bool]],
        answered: Mapping[str, object],
    ) -> dict[int, str]:
        """Map the index of each edited passage to the key of the answers to its old text."""
        lost = answered.keys() - {key for _, keys, _ in passages for key in keys}
        new: defaultdict[str, list[int]] = defaultdict(list)
        for number, (one, keys, _) in enumerate(passages if lost else ()):
            if not keys:
                new[fold_name(note_stem(one.source.path))].append(number)
        if not new:
            return {}
        from rapidfuzz.fuzz import ratio

        pairs = []
        for key, answers in self._read_answers(lost).items():
            last = max(answers, key=lambda one: (bool(one.text), one.day, one.time))
            before = fold_text(last.text)
            for number in new.get(fold_name(last.note), ()) if before else ():
                likeness = ratio(before, fold_text(shorten(passages[number][0].text)))
                if likeness >= LIKENESS:
                    pairs.append((-likeness, number, key))
        taken: dict[int, str] = {}
        for _, number, key in sorted(pairs):
            if number not in taken and key not in taken.values():
                taken[number] = key
        return taken

    # The log files that this device writes.

    def _write(self, answer: Answer) -> None:
        """Append an answer, with a later time than the passage's other answers on that day."""
        root, state = self.workspace.root, self.workspace.state
        day, now = dt.date.fromordinal(answer.day), config.current_time()
        answers = self._read_answers([answer.key])[answer.key]
        last = max((one.time for one in answers if one.day == answer.day), default="")
        start = self.workspace.settings.day_start
        is_today = day == self.workspace.today()
        clock = dates.format_clock(now, day, start) if is_today else ""
        if clock <= last:
            clock = dates.format_clock(now, day, start, seconds=True) if is_today else ""
            clock = max(clock, _second_after(last))
        line = format_answer(answer._replace(time=clock))
        path = log_path(REVIEW_LOG, state, day)
        append_to_log(root, state, path, line, f"# Answers {day:%Y-%m}\n\n")
        self._own_lines.add(line)
        self._indexing.index_written()

    def _own_answers(self) -> Iterator[tuple[Answer, str, Answer | None]]:
        """Yield the answers that this device logged, newest first, including undos.

        Each answer is yielded with its line, and with the undo that reverted it, or None.
        """
        undos: list[Answer] = []
        for text in read_own_logs(self.workspace.root, self.workspace.state, REVIEW_LOG):
            for line in reversed(text.split("\n")):
                if answer := parse_answer(line):
                    if answer.step == "undo":
                        undos.append(answer)
                        yield answer, line.rstrip(), None
                    else:
                        yield answer, line.rstrip(), undos.pop() if undos else None

    def steps(self) -> Iterator[AnswerStep]:
        """Yield the answers that this device logged, newest first, without undos."""
        times = read_times(self.workspace.state)
        for answer, line, undo in self._own_answers():
            if answer.step != "undo":
                yield AnswerStep(
                    time_written(times, line, answer.day, answer.time),
                    _describe(answer),
                    undo is not None,
                    answer.step == "redo",
                    line in self._own_lines,
                )

    def undo(self) -> str:
        """Undo the last answer that this device logged; return its description."""
        with self._lock:
            ineffective = set()
            for answer, _, undo in self._own_answers():
                if answer.step != "undo" and undo is None:
                    break
                ineffective.add(answer)
            else:
                raise NotFound("This device has no answer to undo.")
            # After the undo, the latest other mark applies, or the latest other answer of that day.
            others = [
                one
                for one in self._read_answers([answer.key])[answer.key]
                if one.is_mark == answer.is_mark
                and (one.is_mark or one.day == answer.day)
                and one not in {answer, *ineffective}
            ]
            none = NO_FAVOURITE if answer.is_mark else "clear"
            last = max(others, key=lambda one: (one.day, one.time, one.value), default=None)
            value, days = (last.value, last.days) if last else (none, 0)
            self._write(answer._replace(value=value, days=days, step="undo"))
            return _describe(answer)

    def find_last_undo(self) -> AnswerStep | None:
        """Return the undo that `redo` would revert; None if there are newer answers."""
        found = self._last_undo()
        if found is None:
            return None
        _, undo, line = found
        moment = time_written(read_times(self.workspace.state), line, undo.day, undo.time)
        return AnswerStep(moment, _describe(undo), True, False, False)

    def redo(self) -> str:
        """Log the last undone answer again; return its description."""
        with self._lock:
            found = self._last_undo()
            if found is None:
                raise NotFound("This device has no answer to redo.")
            self._write(found[0]._replace(step="redo"))
            return _describe(found[0])

    def _last_undo(self) -> tuple[Answer, Answer, str] | None:
        """Return the answer that `redo` would log again, its undo, and the undo's line."""
        redone, last, last_line = 0, None, ""
        for answer, line, undo in self._own_answers():
            if last is None:
                if answer.step == "redo":
                    redone += 1
                elif answer.step != "undo":
                    return None
                elif redone:
                    redone -= 1
                else:
                    last, last_line = answer, line
            elif undo is last:
                return answer, last, last_line
        return None


def _read_notes(root: str) -> Iterator[tuple[str, bytes]]:
    """Yield the paths and the beginnings of the notes in a folder."""
    for path in list_files(root):
        if path.endswith(NOTE_SUFFIXES):
            with suppress(OSError), open(os.path.join(root, path), "rb") as file:
                yield path, file.read(LARGE)


def _unique(items: Iterable[ReviewItem]) -> list[ReviewItem]:
    """Return one item for each key, because equal passages share their answers."""
    return [*{one.passage.key: one for one in items}.values()]


def _describe(answer: Answer) -> str:
    return f"{answer.value} {answer.text or answer.key}"


def _second_after(clock: str) -> str:
    total = dates.clock_seconds(clock) + 1
    return f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}"
