"""The indexer: adds changed files to the catalog, then to the full-text index.

The catalog also lists the notes that are outdated in the full-text index. The next refresh safely
repeats an interrupted step. The indexer never writes to the vault itself.

The Markdown reader is imported late, because most refreshes find no changes.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

from notekeep import __version__
from notekeep.background import clear_in_chunks
from notekeep.catalog.database import CatalogBusy
from notekeep.catalog.records import load_path
from notekeep.errors import Failure, IndexBusy, IndexUnusable, NotekeepError, Problem
from notekeep.markdown.fields.schema import DEFAULT_SCHEMA, Schema, role
from notekeep.storage.content import OutsideVersion, read_content, unreadable_problem
from notekeep.storage.durability import restrict_access
from notekeep.storage.scan import Fingerprint, ScanResult, StatMark, sweep

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.documents import WordDoc
    from notekeep.catalog.records import Record
    from notekeep.search.whoosh_index import WhooshIndex

BATCH = 500
"""Number of files per transaction; other programs may have to wait for it."""

SOON_BYTES = 256 << 10
"""Maximum size of saved notes to index before a search, which takes 50 ms."""

REBUILD_SHARE = 3
"""Rebuilding the full-text index is faster than changing more than a third of its notes."""

REBUILD_LEAST = 200
"""With fewer changed notes, the full-text index is never rebuilt."""

READING_SHARE = 3
"""The catalog takes a third of the time of an index build."""

CHECK_DAYS = 100
"""The number of days in which each unchanged file is read again once."""

_NOTES_WITH_FILES = "SELECT DISTINCT note FROM attached_to"

_DAY = 86_400


@dataclass(slots=True)
class RefreshResult:
    """The result of a refresh."""

    changes: ScanResult  # differences between the files and the catalog
    indexed: int = 0  # number of read files
    # changed files that were not read, because of the budget or because another program is writing
    pending: int = 0
    pending_words: int = 0  # notes that are outdated in the full-text index
    # Whether notes were skipped because of the budget, for `indexing_process.py`.
    deferred: bool = False
    problems: list[Problem] = field(default_factory=list)
    # habit logs that changed, appeared or disappeared
    logs: list[str] = field(default_factory=list)
    # Missing notes that stay listed until confirmed, because many disappeared at once.
    unconfirmed: list[str] = field(default_factory=list)


class DailyCheck:
    """Selects the unchanged files to read again today.

    `stat` may miss a change: some systems have no change time, some disks store only whole seconds,
    and programs may reset times. Each day one file in a hundred is read, so that starting does not
    become slower. `mark` is the state to store.
    """

    def __init__(self, mark: str | None, *, now: float | None = None) -> None:
        """Load the stored state; None for a new index."""
        day = int((time.time() if now is None else now) // _DAY)
        last, _, part = (mark or f"{day}:0").partition(":")
        self.is_due = last != str(day)
        self._part = (int(part) + self.is_due) % CHECK_DAYS
        self.mark = f"{day}:{self._part}"

    def of(self, paths: Iterable[str]) -> list[str]:
        """Return the files to read today."""
        return [
            path
            for path in paths
            if crc32(path.encode("utf-8", "surrogateescape")) % CHECK_DAYS == self._part
        ]


@dataclass(slots=True)
class _Run:
    index: WhooshIndex | None
    keep: Callable[[list[OutsideVersion]], list[Problem]] | None
    progress: Callable[[int, int], None]
    verify: bool
    forget_missing: bool
    budget: int | None
    rereads: bool = False  # whether to read all notes, because the schema or version changed
    done: RefreshResult = field(default_factory=lambda: RefreshResult(ScanResult()))


class Indexer:
    """Updates the index of one vault, in one thread at a time.

    `open_index` returns the full-text index; a refresh of only the catalog does not load it. With a
    new `schema`, all notes are read again. `keep` stores versions of other programs in the history
    before the catalog changes, and returns its problems; it is not called for a new index or for
    hundreds of new files. `find_own` returns the missing notes that notekeep itself moved or
    deleted.
    """

    def __init__(
        self,
        root: str,
        catalog: Catalog,
        open_index: Callable[[], WhooshIndex] | None = None,
        schema: Schema = DEFAULT_SCHEMA,
        keep: Callable[[list[OutsideVersion]], list[Problem]] | None = None,
        find_own: Callable[[list[str]], set[str]] = lambda _paths: set(),
    ) -> None:
        self._root = root
        self._catalog = catalog
        self._open_index = open_index
        self._schema = schema
        self._keep = keep
        self._find_own = find_own
        self._reads_files = threading.Lock()
        # A separate lock, because a save must not wait for the slower full-text index.
        self._writes_index = threading.Lock()

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
    ) -> RefreshResult:
        """Update the index from the files. Raises Failure if the vault is missing.

        If there are more changed files than `budget`, none is read; if there are more notes than
        `words_budget`, none is added to the full-text index. In `progress`, a note that is missing
        in the full-text index counts as a third. For the other arguments see
        `IndexService.refresh`.
        """
        index = self._open_index() if words and self._open_index else None
        run = _Run(
            index,
            self._keep,
            progress or (lambda _done, _total: None),
            verify,
            forget_missing,
            budget,
        )
        with self._reads_files:
            if full:
                self._catalog.clear()
            rebuilt = self._catalog.rebuilt
            try:
                self._refresh_catalog(run)
            except Failure:
                if self._catalog.rebuilt == rebuilt:
                    raise
                self._refresh_catalog(run)  # fill the empty catalog that replaced a damaged one
        done = run.done
        if index is None or done.pending:
            done.pending_words = len(self._catalog.dirty())
            return done
        with self._writes_index:
            self._index_pending(run, index, words_budget)
        return done

    def index_few(self) -> None:
        """Add a few saved notes to the full-text index before a search.

        Errors such as a lock or a full disk do not stop the search; the next refresh tries again.
        """
        catalog, index = self._catalog, self._open_index and self._open_index()
        if index is None:
            return
        # Lock the catalog first, because unrecorded notes would be added again at each key press.
        with contextlib.suppress(NotekeepError), catalog.writing(wait=0.0) as writer:
            generation, dirty = catalog.generation, catalog.dirty()
            size = sum(row.size for row in catalog.rows_of(dirty).values())
            if dirty and size <= SOON_BYTES and self._can_change(index, generation):
                self._update(index, dirty, generation, wait=0.0)
                restrict_access(str(index.folder))
                writer.mark_indexed_until(generation)

    def _refresh_catalog(self, run: _Run) -> None:
        catalog, reader = self._catalog, _reader(self._schema)
        catalog.reopen_if_replaced()
        if catalog.was_interrupted():
            catalog.check()
        known = catalog.marks()
        is_new = not known
        run.rereads = not is_new and catalog.meta("reader") != reader
        check = DailyCheck(catalog.meta("looked"))
        # Read unchanged files only in the background.
        checks_today = check.is_due and run.index is not None and run.budget is None
        compared = known
        if run.verify or run.rereads:
            compared = {path: _unsure(mark) for path, mark in known.items()}
        elif checks_today:
            compared = known | {path: _unsure(known[path]) for path in check.of(known)}
        changes = sweep(self._root, compared)
        only_unsure = _count_only_unsure(changes, known)
        clear_in_chunks(known)
        run.done = done = RefreshResult(changes, problems=_unreadable(changes))
        to_read = len(changes) - len(changes.removed) - only_unsure
        if run.budget is not None and to_read > run.budget:
            done.pending = len(changes)
            done.deferred = True
            return
        if changes.looks_incomplete() and not run.forget_missing:
            own = self._find_own(changes.removed)
            if changes.looks_incomplete(len(own)):
                done.unconfirmed = [path for path in changes.removed if path not in own]
        try:
            with catalog.marked() if len(changes) else contextlib.nullcontext():
                if is_new:
                    run.keep = None
                    with catalog.writing() as writer:
                        writer.set_meta(reader=reader, looked=check.mark)
                self._store_changes(run)
                if checks_today:
                    with catalog.writing() as writer:
                        writer.set_meta(looked=check.mark)
        except CatalogBusy:
            done.pending = max(1, len(changes) - done.indexed)

    def _store_changes(self, run: _Run) -> None:
        done, changes = run.done, run.done.changes
        unconfirmed = set(done.unconfirmed)
        deleted = [path for path in changes.removed if path not in unconfirmed]
        changed = {**changes.modified, **changes.added}
        paths = list(changed)
        before = self._catalog.digests(changes.modified) if changes.modified else {}
        index = run.index
        builds = index is not None and (index.generation is None or _is_many(len(changes), index))
        share = READING_SHARE if builds else 1
        for begin in range(0, len(paths), BATCH):
            batch = {path: changed[path] for path in paths[begin : begin + BATCH]}
            self._store_batch(run, batch, before)
            run.progress(min(begin + BATCH, len(paths)) // share, len(paths))
        done.logs += [path for path in deleted if role(path, self._schema) == "log"]
        if changed or deleted or self._is_outdated(done):
            with self._catalog.writing() as writer:
                writer.delete(deleted)
                writer.settle_links()
                writer.set_conflicts(changes.conflicts)
                writer.set_unreadable(
                    problem for problem in done.problems if problem.path in changes.unreadable
                )
                writer.set_meta(reader=_reader(self._schema))
        if len(changed) > BATCH:
            self._catalog.analyze()

    def _store_batch(
        self, run: _Run, changed: Mapping[str, Fingerprint], before: Mapping[str, str]
    ) -> None:
        done = run.done
        records: list[Record] = []
        touched: dict[str, Fingerprint] = {}
        outside: list[OutsideVersion] = []
        is_few = len(done.changes) <= BATCH
        for path, fingerprint in changed.items():
            content = read_content(self._root, path)
            if content is None:
                continue
            digest = before.get(path)
            if content.problem and not content.digest and path in before:
                # Another program may have locked the file briefly, so keep the known content.
                done.changes.unreadable[path] = content.problem.message
                done.problems.append(content.problem)
                touched[path] = fingerprint._replace(ctime_ns=-1)  # to read it again
                continue
            is_same = bool(content.digest) and digest == content.digest
            if is_same and not run.rereads:
                touched[path] = fingerprint
                continue
            from notekeep.catalog.documents import record  # loads the Markdown reader

            one = record(path, fingerprint, content, self._schema)
            records.append(one)
            # Hundreds of new files are a checkout or a copy.
            is_recorded = path in before or len(done.changes.added) <= BATCH
            if run.keep and is_recorded and not is_same and one.role != "log" and content.is_whole:
                outside.append(OutsideVersion(path, content.data, content.digest, digest))
        if not records and not touched:
            return
        if outside and run.keep:
            done.problems += run.keep(outside)
        with self._catalog.writing() as writer:
            if records:
                writer.upsert(records)
            writer.touch(touched)
            if is_few:
                writer.settle_links()
        done.indexed += len(records)
        done.problems += [one.note.problem for one in records if one.note.problem]
        done.logs += [one.path for one in records if one.role == "log"]

    def _is_outdated(self, done: RefreshResult) -> bool:
        """Whether the catalog must be updated although no file changed."""
        known = self._catalog.problems(links=False)
        before = {(one.path, one.message) for one in known if one.code == "unreadable"}
        now = {(one.path, one.message) for one in done.problems}
        return (
            self._catalog.conflicts() != done.changes.conflicts
            or not now <= before
            or any(path in done.changes.unreadable for path, _ in before - now)
            or self._catalog.unsettled()
            or self._catalog.meta("reader") is None
        )

    def _index_pending(self, run: _Run, index: WhooshIndex, budget: int | None) -> None:
        """Update the full-text index to the catalog's generation, within the budget."""
        generation, dirty = self._catalog.generation, self._catalog.dirty()
        done, can_change = run.done, self._can_change(index, generation)
        if can_change and not dirty:
            return
        try:
            is_changed = False
            if can_change and not _is_many(len(dirty), index):
                if budget is not None and len(dirty) > budget:
                    done.pending_words, done.deferred = len(dirty), True
                    return
                with contextlib.suppress(IndexUnusable):
                    self._update(index, dirty, generation)
                    is_changed = True
            if not is_changed:
                paths = sorted(self._catalog.paths(None))
                if budget is not None and len(paths) > budget:
                    done.pending_words, done.deferred = len(dirty) or len(paths), True
                    return
                total = len(paths)

                def report(count: int) -> None:
                    run.progress(total // READING_SHARE + count - count // READING_SHARE, total)

                index.build(self._read_docs(paths), generation, report)
        except IndexBusy:
            done.pending_words = len(dirty) or 1
            return
        restrict_access(str(index.folder))
        with self._catalog.writing() as writer:
            writer.mark_indexed_until(generation)
        done.pending_words = len(self._catalog.dirty())

    def _update(
        self, index: WhooshIndex, dirty: Iterable[str], generation: int, wait: float | None = None
    ) -> None:
        docs = list(self._read_docs(self._catalog.digests(dirty)))
        found = {doc.path for doc in docs}
        deleted = [path for path in dirty if path not in found]
        index.update(docs, deleted, generation, wait=wait)

    def _read_docs(self, paths: Iterable[str]) -> Iterator[WordDoc]:
        from notekeep.catalog.documents import read_word_doc

        having = {load_path(note) for (note,) in self._catalog.ask(_NOTES_WITH_FILES)}
        for path in paths:
            if doc := read_word_doc(self._root, path, self._schema):
                if path in having:
                    texts = tuple(text for _, text in self._catalog.attached(path))
                    doc = doc._replace(attached=texts)
                yield doc

    def _can_change(self, index: WhooshIndex, generation: int) -> bool:
        """Whether the full-text index is an earlier state of this catalog."""
        reached, meta = index.generation, self._catalog.meta
        first = max(int(meta("born") or 0), int(meta("words") or 0))
        return reached is not None and first <= reached <= generation


def _is_many(changed: int, index: WhooshIndex) -> bool:
    return changed > max(REBUILD_LEAST, index.count // REBUILD_SHARE)


def _unreadable(changes: ScanResult) -> list[Problem]:
    return [
        unreadable_problem(path, f"Not indexed: {reason}.")
        for path, reason in changes.unreadable.items()
    ]


def _count_only_unsure(changes: ScanResult, known: dict[str, StatMark]) -> int:
    """Count the files to read only because they had just changed when they were last read."""
    count = 0
    for path, found in changes.modified.items():
        mark = known.get(path)
        if mark is not None and mark[2] == -1:
            count += mark == _unsure(found)
    return count


def _unsure(mark: StatMark) -> StatMark:
    """Return a fingerprint that never matches, so that the file is read."""
    size, mtime_ns, _, inode = mark
    return size, mtime_ns, -1, inode


def _reader(schema: Schema) -> str:
    """Return the version of the reader; if it changes, all notes are read again."""
    return f"{__version__} {schema!r}"
