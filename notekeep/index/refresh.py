"""Changed files into the catalog and the words index.

The order is: files, then the catalog, which also remembers which notes the words index lacks, then
the words index, then that memory is cleared. Whatever is interrupted is taken up by the next
refresh, and doing a step twice does no harm. Nothing in the vault is ever written.

What reads notes is imported where it is used: most refreshes find that nothing has changed.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from notekeep.files.scan import sweep_out
from notekeep.giving_way import let_go
from notekeep.index.deepcheck import Turn
from notekeep.index.into_words import READING_SHARE, IntoWords, is_many
from notekeep.index.schema import Busy
from notekeep.index.turns import InTurn
from notekeep.markdown.kinds import DEFAULT_SCHEMA, role

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.files.changes import Changes, Fingerprint, Mark
    from notekeep.files.outside import Seen
    from notekeep.index.catalog import Catalog
    from notekeep.index.reading import Content
    from notekeep.index.rows import Record
    from notekeep.index.words import Words
    from notekeep.markdown.kinds import Schema
    from notekeep.markdown.problem import Problem

BATCH = 500
"""Files of one transaction: another program waits that long at most."""


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

    changes: Changes
    indexed: int = 0
    pending: int = 0
    pending_words: int = 0
    deferred: bool = False
    problems: list[Problem] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


def refresh(  # noqa: PLR0913 - each option is a way in which callers differ
    root: str,
    catalog: Catalog,
    words: Words | None = None,
    schema: Schema = DEFAULT_SCHEMA,
    *,
    full: bool = False,
    verify: bool = False,
    forget_missing: bool = False,
    budget: int | None = None,
    words_budget: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    keep: Callable[[list[Seen]], list[Problem]] | None = None,
    in_turn: InTurn | None = None,
) -> Refreshed:
    """Bring the index up to date with the files.

    Args:
        root: The vault.
        catalog: Its catalog.
        words: Its words index; None leaves it as it is, and remembers what it lacks.
        schema: How notes are read. When it is not the one of the last time, all are read again.
        full: Throw everything away and build it anew.
        verify: Read every file and compare its content, whatever `stat` says of it.
        forget_missing: Take it as meant that many notes are gone at once.
        budget: With more changed files than this, none is read; they are counted as pending.
        words_budget: More notes than this are not taken into the words index.
        progress: Called with how many notes are done and how many there are to do. One that still
            has to go into the words index counts for a third.
        cancelled: Asked between folders and batches; what is done until then stays.
        keep: Given the notes that changed before the catalog learns of it, so that history keeps
            what other programs wrote; says what it could not keep. Not asked when an index is
            built from nothing, nor for files that are new by the hundred.
        in_turn: The turns that threads of this process take on the vault, one at a time for the
            files and one for the words: a note that was saved need not wait for these. None where
            nobody else asks.

    Raises:
        Failure: The vault is not there, or the cache cannot be written.
    """
    in_turn = in_turn or InTurn()
    run = _Run(root, catalog, schema, progress, cancelled)
    run.keep = keep
    run.words = words
    run.reads_deeper = words is not None and budget is None

    def read_files() -> Refreshed:
        if full:
            catalog.clear()
        return run.catalog_side(verify=verify, forget_missing=forget_missing, budget=budget)

    asked = (full, verify, forget_missing, budget, run.reads_deeper, progress, cancelled)
    done = in_turn.files.take(asked, read_files)
    if words is None or done.pending:
        return replace(done, pending_words=len(catalog.dirty()))
    into = IntoWords(root, catalog, words, schema)
    lacking = in_turn.words.take(
        (words_budget, progress), lambda: into.take_in(words_budget, progress, run.met)
    )
    return replace(done, pending_words=lacking.notes, deferred=lacking.deferred)


class _Swept(NamedTuple):
    """What a look at all files came to.

    Attributes:
        changes: What differs.
        anew: Whether nothing was known.
        reread: Whether all is to be read again, as notes are read in another way by now.
        turn: Whose turn it is to be read though it looks unchanged.
        only_unsure: See `_only_unsure`.
    """

    changes: Changes
    anew: bool
    reread: bool
    turn: Turn
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
    seen: list[Seen]


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
        self.words: Words | None = None
        self.keep: Callable[[list[Seen]], list[Problem]] | None = None
        self.reads_deeper = False
        self.progress = progress or (lambda _done, _total: None)
        self.cancelled = cancelled or (lambda: False)

    def catalog_side(self, *, verify: bool, forget_missing: bool, budget: int | None) -> Refreshed:
        catalog = self.catalog
        catalog.reopen()
        if catalog.was_cut_off():
            catalog.check()
        swept = self._swept(verify=verify)
        changes, turn = swept.changes, swept.turn
        done = Refreshed(changes)
        if changes.unreadable:
            from notekeep.index.reading import unreadable

            done.problems = [
                unreadable(path, f"It is left out: {reason}.")
                for path, reason in changes.unreadable.items()
            ]
        if budget is not None and len(changes) - swept.only_unsure > budget:
            done.pending = len(changes)
            done.deferred = True
            return done
        if changes.suspicious and not forget_missing:
            done.held = changes.removed
        try:
            with catalog.marked() if len(changes) else contextlib.nullcontext():
                if swept.anew:
                    with catalog.writing() as writer:
                        writer.set_meta(reader=_reader(self.schema), looked=turn.mark)
                self._take_in(done, anew=swept.anew, reread=swept.reread)
                if self.reads_deeper and turn.is_due and not done.pending:
                    with catalog.writing() as writer:
                        writer.set_meta(looked=turn.mark)
        except Busy:
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
        turn = Turn(self.catalog.meta("looked"))
        if self.reads_deeper and turn.is_due:
            # Equal to no file, each is read and compared by its content.
            compared = compared | {path: _unsure(known[path]) for path in turn.of(known)}
        changes = sweep_out(self.root, compared, cancelled=self.cancelled)
        swept = _Swept(changes, anew, other_reader, turn, _only_unsure(changes, known))
        let_go(known)
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
            self.catalog.analyse()

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
        from notekeep.index.reading import read_content, record

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
        return words is not None and (words.generation is None or is_many(changed, words))


def _seen(path: str, content: Content, before: str | None) -> Seen:
    """What history is told of a note that another program may have written."""
    from notekeep.files.outside import Seen

    return Seen(path, content.data, content.digest, before)


def _only_unsure(changes: Changes, known: dict[str, Mark]) -> int:
    """How many files are read again only because they were new when they were read.

    To all appearance they are what they were: each takes a look, and none leaves anything to do.
    """
    count = 0
    for path, found in changes.modified.items():
        mark = known.get(path)
        if mark is not None and mark[2] == -1:
            count += mark == _unsure(found)
    return count


def _unsure(mark: Mark) -> Mark:
    """A fingerprint that equals no file's, so that the file is read."""
    size, mtime_ns, _, inode = mark
    return size, mtime_ns, -1, inode


def _reader(schema: Schema) -> str:
    """Names the way notes are read; when it is another, what was read before counts no more."""
    from notekeep import __version__
    from notekeep.files.content import digest_of

    return digest_of(f"{__version__} {schema!r}".encode())
