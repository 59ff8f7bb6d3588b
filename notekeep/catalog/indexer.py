"""The one indexer: sweep, rows, then words."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from notekeep import cache_files
from notekeep.background import clear_in_chunks
from notekeep.catalog.database import CatalogBusy
from notekeep.errors import NotekeepError
from notekeep.markdown.schema import DEFAULT_SCHEMA, role
from notekeep.storage.scan import sweep

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.documents import Content, WordDoc
    from notekeep.catalog.records import Record
    from notekeep.errors import Problem
    from notekeep.markdown.schema import Schema
    from notekeep.search.whoosh_index import WhooshIndex
    from notekeep.storage.history import OutsideVersion
    from notekeep.storage.scan import Fingerprint, ScanResult, StatMark


# The indexer of a vault: changed files into the catalog, then into the full text.
#
# The order is: files, then the catalog, which also remembers which notes the full text lacks,
# then the full text, then that memory is cleared. Whatever is interrupted is taken up by the
# next refresh, and doing a step twice does no harm. Nothing in the vault is ever written.
#
# What reads notes is imported where it is used: most refreshes find that nothing has changed.


BATCH = 500
"""Files of one transaction: another program waits that long at most."""


SOON_BYTES = 256 << 10
"""Notes of more than this in all are not taken in while somebody waits: 50 ms of work."""

REBUILD_SHARE = 3
"""Building the words index anew is faster than changing more than a third of its notes."""

REBUILD_LEAST = 200
"""Fewer changed notes than this never make the words index be built anew."""

READING_SHARE = 3
"""To read a note for the catalog takes a third of the time that it takes until it is in both."""

CHECK_DAYS = 100
"""In so many days each file is read once though it looks unchanged."""

_DAY = 86_400


@dataclass(slots=True)
class Refreshed:
    """What a refresh did.

    Attributes:
        changes: What differed between the files and the catalog.
        indexed: How many files were read anew, those that were only touched left out.
        pending: How many changed files were left for later, because of the budget or because
            another program is writing.
        pending_words: How many notes the words index does not have as they are.
        deferred: Whether notes were left because they are more than the budget; `background` takes
            them in.
        problems: What is wrong in the files that were read, and what could not be looked at.
        logs: Logs of check-ins that changed, came or went.
        held: Notes that are gone, but so many at once that they are kept in lists until somebody
            says that they are meant to be gone.
    """

    changes: ScanResult
    indexed: int = 0
    pending: int = 0
    pending_words: int = 0
    deferred: bool = False
    problems: list[Problem] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


class Pending(NamedTuple):
    """What the words index does not have.

    Attributes:
        notes: How many notes it does not have as they are.
        deferred: Whether they were left because they are more than the budget.
    """

    notes: int
    deferred: bool = False


class DailyCheck:
    """Which files are read today though they look unchanged.

    `stat` may hide a change: some systems have no change time, some disks keep only whole seconds,
    and a program may set times back. One file of a hundred is read again each day that the whole
    index is brought up to date, so that no start is slower for it.

    Attributes:
        is_due: Whether today's were not read yet.
        mark: What is remembered when they were.
    """

    def __init__(self, mark: str | None, *, now: float | None = None) -> None:
        """See whose turn it is.

        Args:
            mark: What was remembered last; None for an index that was just built.
            now: The time, in seconds since 1970.
        """
        day = int((time.time() if now is None else now) // _DAY)
        last, _, part = (mark or f"{day}:0").partition(":")
        self.is_due = last != str(day)
        self._part = (int(part) + self.is_due) % CHECK_DAYS
        self.mark = f"{day}:{self._part}"

    def of(self, paths: Iterable[str]) -> list[str]:
        """Pick the files whose turn it is."""
        return [
            path
            for path in paths
            if crc32(path.encode("utf-8", "surrogateescape")) % CHECK_DAYS == self._part
        ]


class Indexer:
    """Brings the index of one vault up to date with its files; one at a time for all threads.

    Args:
        root: The vault.
        catalog: Its catalog.
        words: Its full text; None where nobody searches.
        schema: How notes are read. When it is not the one of the last time, all are read again.
        keep: Given the notes that changed before the catalog learns of it, so that history keeps
            what other programs wrote; says what it could not keep. Not asked when an index is
            built from nothing, nor for files that are new by the hundred.
    """

    def __init__(
        self,
        root: str,
        catalog: Catalog,
        words: WhooshIndex | None = None,
        schema: Schema = DEFAULT_SCHEMA,
        keep: Callable[[list[OutsideVersion]], list[Problem]] | None = None,
    ) -> None:
        self._root = root
        self._catalog = catalog
        self._words = words
        self._schema = schema
        self._keep = keep
        self._reads_files = threading.Lock()
        # The full text may take longer: who saved a note need not wait for it.
        self._writes_words = threading.Lock()

    def refresh(
        self,
        *,
        full: bool = False,
        verify: bool = False,
        forget_missing: bool = False,
        words: bool = True,
        budget: int | None = None,
        words_budget: int | None = None,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Refreshed:
        """Bring the index up to date with the files.

        Args:
            full: Throw everything away and build it anew.
            verify: Read every file and compare its content, whatever `stat` says of it.
            forget_missing: Take it as meant that many notes are gone at once.
            words: Whether to bring on the full text too; else what it lacks is remembered.
            budget: With more changed files than this, none is read; they are counted as pending.
            words_budget: More notes than this are not taken into the full text.
            progress: Called with how many notes are done and how many there are to do. One that
                still has to go into the full text counts for a third.
            cancelled: Asked between folders and batches; what is done until then stays.

        Raises:
            Failure: The vault is not there, or the cache cannot be written.
        """
        into = self._words if words else None
        run = _Run(self._root, self._catalog, self._schema, progress, cancelled)
        run.keep = self._keep
        run.words = into
        run.reads_deeper = into is not None and budget is None
        with self._reads_files:
            if full:
                self._catalog.clear()
            done = run.catalog_side(verify=verify, forget_missing=forget_missing, budget=budget)
        if into is None or done.pending:
            done.pending_words = len(self._catalog.dirty())
            return done
        with self._writes_words:
            pending = self._index_pending(into, words_budget, progress, run.met)
        done.pending_words, done.deferred = pending.notes, pending.deferred
        return done

    def _index_pending(
        self,
        words: WhooshIndex,
        budget: int | None,
        progress: Callable[[int, int], None] | None,
        met: Mapping[str, Record],
    ) -> Pending:
        """Bring the full text to the catalog's generation; `met` are notes that were just read."""
        from notekeep.errors import IndexBusy as WordsBusy
        from notekeep.errors import IndexUnusable as Unusable

        generation, dirty = self._catalog.generation, self._catalog.dirty()
        usable = _follows(words, self._catalog, generation)
        if usable and not dirty:
            return Pending(0)
        try:
            if usable and not _is_many(len(dirty), words):
                if budget is not None and len(dirty) > budget:
                    return Pending(len(dirty), deferred=True)
                with contextlib.suppress(Unusable):
                    self._update(words, dirty, generation, met)
                    return self._settled(words, generation)
            paths = sorted(self._catalog.paths(None))
            if budget is not None and len(paths) > budget:
                return Pending(len(dirty) or len(paths), deferred=True)
            self._build(words, paths, generation, progress or (lambda _done, _total: None))
        except WordsBusy:
            return Pending(len(dirty) or 1)
        return self._settled(words, generation)

    def index_saved(self) -> None:
        """Take a few notes into the full text before a question is asked.

        Whatever stands in the way of it, another program that writes or a disk that is full, must
        not stand in the way of the answer: a refresh does it later, as it does where the notes are
        so large that an answer would have to wait.
        """
        from notekeep.storage.private_files import restrict_access

        catalog, words = self._catalog, self._words
        if words is None:
            return
        # The catalog is held first: notes taken in without its knowing would be taken in at each
        # key.
        with contextlib.suppress(NotekeepError), catalog.writing(wait=0.0) as writer:
            generation, dirty = catalog.generation, catalog.dirty()
            size = sum(row.size for row in catalog.rows_of(dirty).values())
            if dirty and size <= SOON_BYTES and _follows(words, self._catalog, generation):
                self._update(words, dirty, generation, {}, wait=0.0)
                restrict_access(str(words.folder))
                writer.mark_indexed_until(generation)

    def _update(
        self,
        words: WhooshIndex,
        dirty: Mapping[str, int],
        generation: int,
        met: Mapping[str, Record],
        wait: float | None = None,
    ) -> None:
        """Take notes in as they are by now; the index then stands for a generation.

        Raises:
            Busy: Another program is writing it.
            Unusable: There is none.
        """
        from notekeep.catalog.documents import read_word_doc, word_doc

        docs: list[WordDoc] = []
        for path, digest in self._catalog.digests(dirty).items():
            one = met.get(path)
            # What was read before another refresh came to this note is not what is to be found.
            if one is not None and one.digest == digest:
                doc: WordDoc | None = word_doc(one.note) if one.role == "note" else None
            else:
                doc = read_word_doc(self._root, path, self._schema)
            if doc:
                docs.append(doc)
        kept = {doc.path for doc in docs}
        gone = [path for path in dirty if path not in kept]
        words.update(docs, gone, generation, wait=wait)

    def _build(
        self,
        words: WhooshIndex,
        paths: list[str],
        generation: int,
        progress: Callable[[int, int], None],
    ) -> None:
        from notekeep.catalog.documents import WordDocReader

        total = len(paths)
        words.build(
            WordDocReader(self._root, paths, self._schema, self._catalog),
            generation,
            lambda count: progress(_both(count, total), total),
        )

    def _settled(self, words: WhooshIndex, generation: int) -> Pending:
        from notekeep.storage.private_files import restrict_access

        restrict_access(str(words.folder))
        with self._catalog.writing() as writer:
            writer.mark_indexed_until(generation)
        return Pending(len(self._catalog.dirty()))


class _Swept(NamedTuple):
    """What a look at all files came to.

    Attributes:
        changes: What differs.
        anew: Whether nothing was known.
        reread: Whether all is to be read again, as notes are read in another way by now.
        check: Which files are read today though they look unchanged.
        only_unsure: See `_only_unsure`.
    """

    changes: ScanResult
    anew: bool
    reread: bool
    check: DailyCheck
    only_unsure: int


class _Found(NamedTuple):
    """Some changed files, read.

    Attributes:
        records: Those to be written down: their content is another, or all are read again.
        touched: Those that only look otherwise.
        seen: What history is told of.
    """

    records: list[Record]
    touched: dict[str, Fingerprint]
    seen: list[OutsideVersion]


class _Run:
    """One refresh.

    Attributes:
        words: The words index that is brought on afterwards, if there is one.
        met: Notes just read, for that; only when they are few.
        keep: See `refresh`.
        reads_deeper: Whether nobody waits, so that some files may be read that look unchanged.
    """

    def __init__(
        self,
        root: str,
        catalog: Catalog,
        schema: Schema,
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.root = root
        self.catalog = catalog
        self.schema = schema
        self.met: dict[str, Record] = {}
        self.words: WhooshIndex | None = None
        self.keep: Callable[[list[OutsideVersion]], list[Problem]] | None = None
        self.reads_deeper = False
        self.progress = progress or (lambda _done, _total: None)
        self.cancelled = cancelled or (lambda: False)

    def catalog_side(self, *, verify: bool, forget_missing: bool, budget: int | None) -> Refreshed:
        catalog = self.catalog
        catalog.reopen_if_replaced()
        if catalog.was_interrupted():
            catalog.check()
        swept = self._swept(verify=verify)
        changes, check = swept.changes, swept.check
        done = Refreshed(changes)
        if changes.unreadable:
            from notekeep.catalog.documents import unreadable_problem

            done.problems = [
                unreadable_problem(path, f"It is left out: {reason}.")
                for path, reason in changes.unreadable.items()
            ]
        if budget is not None and len(changes) - swept.only_unsure > budget:
            done.pending = len(changes)
            done.deferred = True
            return done
        if changes.looks_incomplete and not forget_missing:
            done.held = changes.removed
        try:
            with catalog.marked() if len(changes) else contextlib.nullcontext():
                if swept.anew:
                    with catalog.writing() as writer:
                        writer.set_meta(reader=_reader(self.schema), looked=check.mark)
                self._take_in(done, anew=swept.anew, reread=swept.reread)
                if self.reads_deeper and check.is_due and not done.pending:
                    with catalog.writing() as writer:
                        writer.set_meta(looked=check.mark)
        except CatalogBusy:
            done.pending = max(1, len(changes) - done.indexed)
        return done

    def _swept(self, *, verify: bool) -> _Swept:
        """Compare the files with what is known of them, and keep nothing of that."""
        known = self.catalog.marks()
        anew = not known
        other_reader = not anew and self.catalog.meta("reader") != _reader(self.schema)
        compared = known
        if verify or other_reader:
            compared = {path: _unsure(mark) for path, mark in known.items()}
        check = DailyCheck(self.catalog.meta("looked"))
        if self.reads_deeper and check.is_due:
            # Equal to no file, each is read and compared by its content.
            compared = compared | {path: _unsure(known[path]) for path in check.of(known)}
        changes = sweep(self.root, compared, cancelled=self.cancelled)
        swept = _Swept(changes, anew, other_reader, check, _only_unsure(changes, known))
        clear_in_chunks(known)
        return swept

    def _take_in(self, done: Refreshed, *, anew: bool, reread: bool) -> None:
        changes = done.changes
        gone = [] if done.held else changes.removed
        changed = {**changes.modified, **changes.added}
        paths = list(changed)
        if anew:
            self.keep = None
        before = self.catalog.digests(changes.modified) if changes.modified else {}
        share = READING_SHARE if self._builds_words(len(changes)) else 1
        for begin in range(0, len(paths), BATCH):
            if self.cancelled():
                done.pending = len(paths) - begin
                return
            batch = {path: changed[path] for path in paths[begin : begin + BATCH]}
            self._batch(done, batch, before, reread=reread)
            self.progress(min(begin + BATCH, len(paths)) // share, len(paths))
        done.logs += [path for path in gone if role(path, self.schema) == "log"]
        if changed or gone or self._differs(done):
            with self.catalog.writing() as writer:
                writer.delete(gone)
                writer.settle_links()
                writer.set_conflicts(changes.conflicts)
                writer.set_unreadable(
                    problem for problem in done.problems if problem.path in changes.unreadable
                )
                writer.set_meta(reader=_reader(self.schema))
        if len(changed) > BATCH:
            self.catalog.analyze()

    def _batch(
        self,
        done: Refreshed,
        changed: dict[str, Fingerprint],
        before: dict[str, str],
        *,
        reread: bool,
    ) -> None:
        """Read some files and write down those whose content is another, or all of them again."""
        found = self._read(done, changed, before, reread=reread)
        if not found.records and not found.touched:
            return
        if found.seen and self.keep is not None:
            done.problems += self.keep(found.seen)
        with self.catalog.writing() as writer:
            writer.upsert(found.records)
            writer.touch(found.touched)
            if len(done.changes) <= BATCH:
                writer.settle_links()
        done.indexed += len(found.records)
        done.problems += [one.note.problem for one in found.records if one.note.problem]
        done.logs += [one.path for one in found.records if one.role == "log"]
        if self.words is not None and len(done.changes) <= BATCH:
            self.met |= {one.path: one for one in found.records if one.digest}

    def _read(
        self,
        done: Refreshed,
        changed: dict[str, Fingerprint],
        before: dict[str, str],
        *,
        reread: bool,
    ) -> _Found:
        """Read some files, and sort them by what is to be done about each."""
        from notekeep.catalog.documents import read_content, record

        found = _Found([], {}, [])
        # New files by the hundred are a checkout or a copy.
        keeps_new = len(done.changes.added) <= BATCH
        for path, fingerprint in changed.items():
            content = read_content(self.root, path)
            if content is None:
                continue
            same = bool(content.digest) and before.get(path) == content.digest
            if same and not reread:
                found.touched[path] = fingerprint
                continue
            one = record(path, fingerprint, content, self.schema)
            found.records.append(one)
            is_kept = not same and one.role != "log" and (path in before or keeps_new)
            if self.keep is not None and is_kept and content.is_whole:
                found.seen.append(_seen(path, content, before.get(path)))
        return found

    def _differs(self, done: Refreshed) -> bool:
        """Whether there is anything to write though no file changed."""
        known = self.catalog.problems(links=False)
        before = {
            (problem.path, problem.message) for problem in known if problem.code == "unreadable"
        }
        said = {(problem.path, problem.message) for problem in done.problems}
        return (
            self.catalog.conflicts() != done.changes.conflicts
            or not said <= before
            or any(path in done.changes.unreadable for path, _ in before - said)
            or self.catalog.unsettled()
            or self.catalog.meta("reader") is None
        )

    def _builds_words(self, changed: int) -> bool:
        """Whether so many changes mean that the words index is built after the catalog."""
        words = self.words
        return words is not None and (words.generation is None or _is_many(changed, words))


def _follows(words: WhooshIndex, catalog: Catalog, generation: int) -> bool:
    """Whether the full text is an earlier state of this catalog: then it can be changed."""
    reached, meta = words.generation, catalog.meta
    first = max(int(meta("born") or 0), int(meta("words") or 0))
    return reached is not None and first <= reached <= generation


def _is_many(changed: int, words: WhooshIndex) -> bool:
    """Whether the words index is built anew rather than changed."""
    return changed > max(REBUILD_LEAST, words.count // REBUILD_SHARE)


def _both(count: int, total: int) -> int:
    """How many notes are done when all are read and so many of them are in the words index."""
    return total // READING_SHARE + count - count // READING_SHARE


def _seen(path: str, content: Content, before: str | None) -> OutsideVersion:
    """What history is told of a note that another program may have written."""
    from notekeep.storage.history import OutsideVersion

    return OutsideVersion(path, content.data, content.digest, before)


def _only_unsure(changes: ScanResult, known: dict[str, StatMark]) -> int:
    """How many files are read again only because they were new when they were read.

    To all appearance they are what they were: each takes a look, and none leaves anything to do.
    """
    count = 0
    for path, found in changes.modified.items():
        mark = known.get(path)
        if mark is not None and mark[2] == -1:
            count += mark == _unsure(found)
    return count


def _unsure(mark: StatMark) -> StatMark:
    """A fingerprint that equals no file's, so that the file is read."""
    size, mtime_ns, _, inode = mark
    return size, mtime_ns, -1, inode


def _reader(schema: Schema) -> str:
    """Names the way notes are read; when it is another, what was read before counts no more."""
    from notekeep import __version__
    from notekeep.storage.content import digest_of

    return digest_of(f"{__version__} {schema!r}".encode())


# Taking many changed notes in by a process of its own, which gives way to other programs.
#
# It is `notekeep index --nice`. Started and left alone it outlives who started it; followed, it
# tells how far it is, and ends when it is stopped. What it has done until then stays done. Of
# several at once on one vault one works; `Turn` sees to that.


LOCK = "indexing.lock"

PATIENCE = 600.0
"""Seconds for which one who follows waits for another that is at it."""


_left_alone: list[subprocess.Popen[bytes]] = []
"""Processes that nobody waits for; the system keeps one that ended until it was asked about."""


def start_indexing(root: str) -> None:
    """Start it and leave it alone; if another is at it, it ends at once.

    Args:
        root: The vault.
    """
    import subprocess

    _left_alone[:] = [process for process in _left_alone if process.poll() is None]
    process = subprocess.Popen(
        _command(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _left_alone.append(process)


class IndexingProcess:
    """Starts it, follows it, and stops it when asked; from any thread."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def follow(self, told: Callable[[int, int], None]) -> bool:
        """Wait until it is done.

        Args:
            told: Called with how many notes are done, and how many there are to do.

        Returns:
            Whether it did its work to the end.
        """
        import subprocess

        with subprocess.Popen(
            [*_command(self._root), "--tell"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            self._process = process
            if self._stopped:
                process.terminate()
            assert process.stdout is not None  # noqa: S101 - it was asked for
            for line in process.stdout:
                done, _, total = line.partition(" ")
                with contextlib.suppress(ValueError):
                    told(int(done), int(total))
        return process.returncode == 0

    def stop(self) -> None:
        """End it; what it has done stays."""
        self._stopped = True
        if self._process is not None:
            self._process.terminate()


@contextlib.contextmanager
def turn(cache: str, *, wait: bool) -> Iterator[bool]:
    """Be the one process that takes notes in for a vault; give whether it is our turn.

    Args:
        cache: The vault's cache folder.
        wait: Whether to wait for another that is at it.
    """
    from filelock import FileLock, Timeout

    cache_files.make_cache_folder(cache)
    lock = FileLock(os.path.join(cache, LOCK), mode=0o600)
    try:
        lock.acquire(timeout=PATIENCE if wait else 0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _command(root: str) -> list[str]:
    # -P: no module is taken from the current folder, which may be a vault.
    return [sys.executable, "-P", "-m", "notekeep", "--vault", root, "index", "--nice"]


# How far a long work is, said honestly: how much is done, how fast, and how long it may take.


SOON = 2.0
"""Seconds until which nothing is said of the time left: too little has been seen of the work."""

MINUTE = 60


class Pace:
    """The pace of one work, from when it is made.

    Args:
        number: Writes a number down.
        now: Tells seconds that only rise.
    """

    def __init__(
        self, number: Callable[[int], str] = str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._number = number
        self._now = now
        self._start = now()
        self._first: int | None = None

    def said(self, done: int, total: int) -> str:
        """Return `1200 of 10000 notes, 430 a second, 20 s left`.

        What was done when it was first asked counts for how far the work is, and not for how fast.
        """
        if self._first is None:
            self._first = done
            self._start = self._now()
        text = f"{self._number(done)} of {self._number(total)} notes"
        passed, worked = self._now() - self._start, done - self._first
        if passed < SOON or worked <= 0:
            return text
        rate, left = self._number(round(worked / passed)), passed * (total - done) / worked
        return f"{text}, {rate} a second, {_left(left)}"


def _left(seconds: float) -> str:
    if seconds < MINUTE:
        return f"{max(1, round(seconds))} s left"
    return f"{round(seconds / MINUTE)} min left"
