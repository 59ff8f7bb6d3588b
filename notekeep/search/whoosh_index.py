"""Open, build, update, merge and ask the index."""

from __future__ import annotations

import contextlib
import errno
import gc
import threading
from heapq import nlargest
from itertools import islice
from operator import neg
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from whoosh import index
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex, LockError
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from notekeep.catalog.documents import WordDoc
from notekeep.errors import Failure, NotekeepError
from notekeep.errors import IndexBusy as Busy
from notekeep.errors import IndexUnusable as Unusable
from notekeep.query.folding import is_unicode
from notekeep.search.analyzer import analyzer, base_language, cache_all_chunks
from notekeep.search.index_folder import (
    FEW_SEGMENTS,
    INDEX_NAME,
    CommitStamp,
    Folder,
    schema,
    values,
)
from notekeep.search.vocabulary import WordCounter
from notekeep.search.whoosh_format import BulkWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from notekeep.query.tree import Node
    from notekeep.search.analyzer import Analyzer
    from notekeep.search.matcher import PlanMatcher
    from notekeep.search.planner import Plan, Planner
    from notekeep.search.postings import IndexSnapshot
    from notekeep.search.scorer import RankedNotes, Scorer, Scores
    from notekeep.search.vocabulary import Vocabulary


# The newest commit of an index, kept open; and who is to blame when it cannot be used.


NOT_THE_INDEX = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE}


class IndexReplaced(Unusable):
    """Another process put a newer index in the place of the one that was being read."""


class OpenIndex:
    """An index, opened when it is first asked and again when there is a newer commit.

    Attributes:
        folder: Where the index is; `<folder>.new` and `<folder>.lock` stand beside it.
        language: Two letters, or "" for none.
    """

    def __init__(self, folder: Path, language: str = "en") -> None:
        self.folder = folder
        self.language = base_language(language)
        self._folder = Folder(folder)
        self._turn = threading.RLock()
        self._snapshot: IndexSnapshot | None = None
        self._state: tuple[int, int | None] = (0, None)
        self._damaged: tuple[int, int | None] | None = None

    @property
    def generation(self) -> int | None:
        """The catalog's generation up to which the index holds everything; None: build it."""
        reached = self._reached()
        return reached.generation if reached else None

    @property
    def count(self) -> int:
        """How many notes the index holds; 0 when it cannot be used."""
        reached = self._reached()
        return reached.notes if reached else 0

    def close(self) -> None:
        """Let go of the index's files; the next question opens them again."""
        with self._turn:
            if self._snapshot:
                self._snapshot.close()
            self._snapshot = None

    def _reached(self) -> CommitStamp | None:
        if not self._folder.is_ours(self.language) or self._folder.state() == self._damaged:
            return None
        return self._folder.reached()

    def _current(self) -> IndexSnapshot:
        """Return the newest commit, opened anew when there is a newer one."""
        from notekeep.search.postings import IndexSnapshot

        state = self._folder.state()
        if state == self._damaged:
            raise Unusable("The search index is damaged", "It is built again at the next refresh")
        if self._snapshot is None or state != self._state:
            try:
                self._snapshot = IndexSnapshot.open(self._folder, self.language, self._snapshot)
            except Unusable as error:
                if self._folder.state() != state:
                    raise _replaced() from error
                self._damaged = state
                raise
            self._state = state
        return self._snapshot

    @contextlib.contextmanager
    def _blaming_index(self, state: tuple[int, int | None]) -> Iterator[None]:
        """Turn what a damaged index raises, which may be anything, into Unusable.

        What the system refuses (no space, no permission) says nothing about the index, and neither
        does a file that is gone because another process put a newer index in its place.

        Args:
            state: The state of the index that is read or changed.

        Raises:
            Replaced: The index is another by now.
        """
        try:
            yield
        except NotekeepError:
            raise
        except Exception as error:
            if self._folder.state() != state:
                self.close()
                raise _replaced() from error
            self._blame(error, state)

    def _blame(self, error: Exception, state: tuple[int, int | None]) -> NoReturn:
        if isinstance(error, OSError):
            if error.errno not in NOT_THE_INDEX:
                self._damaged = state
            raise Failure(
                f"The search index could not be used: {error.strerror or error}",
                "Notes are not affected; the index is a cache and can be deleted",
            ) from error
        self._damaged = state
        raise Unusable(
            f"The search index is damaged ({type(error).__name__}: {error})",
            "It is built again at the next refresh",
        ) from error


def _replaced() -> IndexReplaced:
    return IndexReplaced("The search index was replaced while it was read", "Ask again")


# `Words`: the full-text index of one vault, as its callers see it.
#
# Importing this module imports no Whoosh; asking how far the index is does neither.


SUGGESTIONS = 5

BUILD_WAIT = 120.0
"""Seconds for which a build waits for another process's; it is likely the same build."""

UPDATE_WAIT = 2.0
"""Seconds for which a saved note waits to be taken in; later is early enough."""

RETRIES = 20
"""How often a question is asked again when another process replaces the index meanwhile."""


Answer = TypeVar("Answer")


class WhooshIndex(OpenIndex):
    """The full-text index of one vault, in a folder of its own that may be deleted at any time.

    May be used from several threads: a lock makes them take turns. Another process may write at the
    same time; each query sees the newest commit.
    """

    def __init__(self, folder: Path, language: str = "en") -> None:
        super().__init__(folder, language)
        self._scorer: Scorer | None = None
        self._scorer_of: IndexSnapshot | None = None
        self._vocabulary: Vocabulary | None = None

    def build(
        self,
        docs: Iterable[WordDoc],
        generation: int,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Build the index anew beside the old one, which answers until the new one is complete.

        A process that is building the same is waited for.

        Args:
            docs: All notes.
            generation: What the index then stands for.
            progress: Called now and then with how many notes are in.

        Raises:
            Busy: Another process is writing.
            Failure: It could not be written; the old index is as it was.
        """
        told = progress or (lambda _: None)
        before = self._folder.state()
        with self._folder.lock(wait=BUILD_WAIT):
            if self._folder.state() != before and self.generation == generation:
                return  # another process built the same while we waited for it
            build_index(self._folder, self.language, docs, generation, told)
        self._damaged = None

    def update(
        self,
        upserts: Iterable[WordDoc],
        deletes: Iterable[str],
        generation: int,
        *,
        wait: float | None = None,
    ) -> None:
        """Add, replace and delete notes in one commit, which stands for a generation.

        Args:
            upserts: Notes to write.
            deletes: Paths of notes that are gone.
            generation: What the index then stands for.
            wait: For how many seconds to wait for another process; None is UPDATE_WAIT.

        Raises:
            Busy: Another process is writing; nothing was changed.
            Unusable: There is no index to change: build it.
        """
        from notekeep.search.analyzer import analyzer
        from notekeep.search.vocabulary import record_words

        docs = list(filter(WordDoc.is_indexable, upserts))
        gone = list(filter(is_unicode, deletes))
        with self._folder.lock(wait=UPDATE_WAIT if wait is None else wait):
            reached = self._reached()
            number = self._folder.toc()
            if reached is None or number is None:
                raise Unusable("There is no search index to change", "It is built at a refresh")
            if not docs and not gone:
                self._folder.reach(number, reached._replace(generation=generation))
                return
            # Words first: one too many does no harm, a missing one is never completed.
            with self._turn, self._blaming_index(self._folder.state()):
                dead = self._current().standing({*gone, *(doc.path for doc in docs)})
                record_words(self.folder, docs, analyzer(self.language))
                update(self._folder, self.language, docs, dead, generation)

    @property
    def should_merge(self) -> bool:
        """Whether there are so many small parts that `merge` pays; asking opens nothing."""
        return self._folder.segments() >= FEW_SEGMENTS

    def merge(self) -> None:
        """Merge what many saves left behind: for a quiet moment, in a process that gives way.

        Raises:
            Busy: Another process is writing.
        """
        with self._folder.lock(wait=UPDATE_WAIT):
            if self.should_merge and self._reached() is not None:
                with self._blaming_index(self._folder.state()):
                    merge_segments(self._folder, self.language)

    def scores(
        self, node: Node, *, limit: int | None = None, typing: bool = False
    ) -> dict[str, float]:
        """Return the notes that a tree finds, best first, each with its score.

        A note found by facts alone scores 0. `Section` and `Line` are answered as the words in
        them, so too many notes are found: their caller looks at the text.

        Args:
            node: Words, Docs, And, Or, Not.
            limit: How many at most, the best ones; None for all.
            typing: The last word is unfinished, and an answer at once matters more than the
                completions that are seldom meant.

        Raises:
            TypeError: The tree holds a leaf that the catalog or the text answers.
            Unusable: There is no index, or it is damaged; `generation` is None from then on.
        """
        return self._asked(lambda: self._scores(node, limit, typing=typing))

    def _asked(self, question: Callable[[], Answer]) -> Answer:
        """Ask until the index stays in its place for as long as the answer takes."""
        with self._turn:
            for _ in range(RETRIES):
                with contextlib.suppress(IndexReplaced):
                    return question()
            return question()

    def _scores(self, node: Node, limit: int | None, *, typing: bool) -> dict[str, float]:
        snapshot = self._current()
        found = self._scored(snapshot, self._planner(snapshot, typing=typing).plan(node), limit)
        return {path: -score for score, path, _ in found}

    def _scored(
        self, snapshot: IndexSnapshot, plan: Plan | None, limit: int | None = None
    ) -> list[tuple[float, str, int]]:
        """Return score below 0, path and number of what a plan finds, best first."""
        if plan is None:
            return []
        with self._blaming_index(self._state):
            found = _best(self._scoring(snapshot).scores(plan), limit)
            scored = zip(map(neg, found.values()), snapshot.paths(found), found, strict=True)
            return sorted(scored)[:limit]

    def ranked(self, node: Node, look: int, *, typing: bool = False) -> RankedNotes:
        """Return what `scores` does, and how near the words stand in the best `look` notes."""
        return self._asked(lambda: self._ranked(node, look, typing=typing))

    def _ranked(self, node: Node, look: int, *, typing: bool) -> RankedNotes:
        from notekeep.search.scorer import RankedNotes, find_query_phrases, nearness

        snapshot = self._current()
        planner = self._planner(snapshot, typing=typing)
        found = self._scored(snapshot, planner.plan(node))
        cut = tuple(dict.fromkeys(planner.patterns_cut))
        with self._blaming_index(self._state):
            best = {number: path for _, path, number in found[:look]}
            near = nearness(find_query_phrases(node, planner), self._scoring(snapshot).lists, best)
        scores = {path: -score for score, path, _ in found}
        return RankedNotes(scores, {best[number]: one for number, one in near.items()}, cut)

    def shares(
        self, node: Node, paths: Iterable[str], *, typing: bool = False
    ) -> dict[str, list[tuple[str, str, float]]]:
        """Return what each word of a tree adds to the score of some notes: term, field, share.

        Raises:
            Unusable: There is no index, or it is damaged.
        """
        from notekeep.search.scorer import break_down_scores

        def question() -> dict[str, list[tuple[str, str, float]]]:
            snapshot = self._current()
            plan = self._planner(snapshot, typing=typing).plan(node)
            with self._blaming_index(self._state):
                numbers = sorted(snapshot.numbers(paths))
                found = break_down_scores(plan, self._scoring(snapshot), numbers)
                return dict(zip(snapshot.paths(numbers), found, strict=True))

        return self._asked(question)

    def matcher(self, node: Node, *, typing: bool = False) -> PlanMatcher:
        """Return what finds a tree's words in a text: for snippets, sections and lines.

        Raises:
            TypeError: As `scores` does.
            Unusable: There is no index.
        """
        from notekeep.search.matcher import PlanMatcher

        plan = self._asked(lambda: self._planner(self._current(), typing=typing).plan(node))
        return PlanMatcher(plan, self.language)

    def suggest(self, word: str) -> list[str]:
        """Return words of the vault that a person who typed this one may have meant, best first.

        Nothing for a word that the vault has or that is left out of the index, nor without one.
        """
        with self._turn, contextlib.suppress(Failure), self._blaming_index(self._state):
            return self._suggested(word)
        return []

    def _suggested(self, word: str) -> list[str]:
        from notekeep.query.tree import Term
        from notekeep.search.planner import Planner, own_leaf

        snapshot = self._current()
        planner = self._planner(snapshot)

        def exists(text: str) -> bool:
            leaf = own_leaf(planner.plan(Term(text)))
            return leaf is not None and bool(self._scoring(snapshot).scores(leaf))

        folded = Planner.only_word(self._analyzers(snapshot)[0], word)
        if not folded or planner.plan(Term(word)) is None or exists(word):
            return []
        proposed = filter(exists, self._load_vocabulary().suggestions(folded))
        return list(islice(proposed, SUGGESTIONS))

    def close(self) -> None:
        """Let go of the index's files and of what was read; the next question opens them again."""
        with self._turn:
            super().close()
            self._scorer = self._scorer_of = self._vocabulary = None

    def _planner(self, snapshot: IndexSnapshot, *, typing: bool = False) -> Planner:
        from notekeep.search.planner import Planner

        return Planner(self._analyzers(snapshot), self._load_vocabulary, typing=typing)

    def _analyzers(self, snapshot: IndexSnapshot) -> list[Analyzer]:
        from notekeep.search.analyzer import analyzer

        return [analyzer(code) for code in (self.language, *snapshot.reached.languages)]

    def _scoring(self, snapshot: IndexSnapshot) -> Scorer:
        from notekeep.search.postings import PostingReader
        from notekeep.search.scorer import Scorer

        if self._scorer is None or self._scorer_of is not snapshot:
            self._scorer = Scorer(snapshot, PostingReader(snapshot))
            self._scorer_of = snapshot
        return self._scorer

    def _load_vocabulary(self) -> Vocabulary:
        from notekeep.search.vocabulary import Vocabulary

        if self._vocabulary is None or not self._vocabulary.refresh():
            self._vocabulary = None  # the older one goes first
            self._vocabulary = Vocabulary(self.folder)
        return self._vocabulary


def _best(found: Scores, limit: int | None) -> Scores:
    """Return the best of what was found, and all that are as good as the last of them."""
    if limit is None or len(found) <= limit:
        return found
    if limit < 1:
        return {}
    last = nlargest(limit, found.values())[-1]
    return {number: score for number, score in found.items() if score >= last}


# Writing a few notes into an index that exists, and merging what many saves left behind.
#
# Segments are written as separate files (`compound=False`): a compound one is copied into memory
# whenever it is opened, which makes one note's update ten times slower.


# mypy: untyped-calls-exclude="whoosh"


MANY_SEGMENTS = 60
"""With more than these a save merges them itself, because no quiet moment seems to come."""

SMALL_SEGMENT = 200
"""Notes; only segments up to this size are merged, so that nothing waits for a large one."""

MERGE_MB = 16
"""How much memory postings may take before they are sorted on disk."""


def update(
    folder: Folder,
    language: str,
    upserts: Iterable[WordDoc],
    dead: Iterable[int],
    generation: int,
) -> None:
    """Change an index in one commit, which stands for a generation. The lock must be held.

    Args:
        folder: The index.
        language: Its language.
        upserts: Notes to write. Of two with one path, the later one counts.
        dead: The numbers of the notes that go or are replaced.
        generation: What the index then stands for.
    """
    new = {doc.path: doc for doc in upserts}
    before = folder.reached()
    known = before.languages if before else ()
    with _writing(_Commit(folder, language)) as writer:
        for number in dead:
            writer.delete_document(number)
        for doc in new.values():
            writer.add_document(**values(doc, language))
        spoken = languages(new.values(), language) | set(known)
        _commit(folder, writer, CommitStamp(generation, len(new), tuple(sorted(spoken))), _living)
    if folder.segments() > MANY_SEGMENTS:
        merge_segments(folder, language)


def merge_segments(folder: Folder, language: str) -> None:
    """Merge the small segments; the lock must be held. Nothing else changes."""
    reached = folder.reached()
    assert reached is not None  # noqa: S101 - who merges has an index
    with _writing(_Commit(folder, language), merges=True) as writer:
        _commit(folder, writer, reached._replace(notes=0), merge_small)


def _commit(
    folder: Folder, writer: Any, reached: CommitStamp, policy: Callable[[Any, list[Any]], list[Any]]
) -> None:
    """Commit.

    Args:
        folder: The index.
        writer: Where changes were made.
        reached: What the commit stands for; its notes are those that were added.
        policy: Returns the segments that stay, and may write others into the new one.
    """
    kept = sum(segment.doc_count() for segment in writer.segments)
    folder.reach(writer.generation, reached._replace(notes=reached.notes + kept))
    writer.commit(mergetype=policy)
    folder.sweep()


def _living(_writer: Any, segments: list[Any]) -> list[Any]:
    """Keep the segments that have notes."""
    return [segment for segment in segments if segment.doc_count() > 0]


def merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Write the notes of small segments into the one that is being written; return the others.

    Whoosh's own policy stalls every few saves for a merge of a large segment.
    """
    kept = []
    for segment in _living(writer, segments):
        if segment.doc_count_all() > SMALL_SEGMENT:
            kept.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return kept


@contextlib.contextmanager
def _writing(opened: Any, *, merges: bool = False) -> Iterator[Any]:
    """Give a writer, and take it back whatever happens: an open one keeps Whoosh's lock.

    Whoosh's own writer merges segments, which the bulk writer cannot.
    """
    try:
        writer: Any
        if merges:
            writer = SegmentWriter(opened, compound=False, limitmb=MERGE_MB, timeout=1.0)
        else:
            writer = BulkWriter(opened, lambda _field, _chunks: None)
    except LockError:
        raise Busy("Another program is writing the search index") from None
    try:
        yield writer
    except BaseException:
        with contextlib.suppress(Exception):
            if not merges:
                writer.abandon()
            elif not writer.is_closed:
                writer.cancel()
        with contextlib.suppress(Exception):
            writer.writelock.release()
        raise


class _Commit(FileIndex):
    """An index as of its newest commit, of which the folder need not be gone through again.

    Whoosh goes through it four times for each writer, which is as much as to write a note.
    """

    def __init__(self, folder: Folder, language: str) -> None:
        self.storage = FileStorage(str(folder.path))
        self.indexname = INDEX_NAME
        self._schema = schema(language)
        self._number = folder.toc()

    def _read_toc(self) -> Any:
        return TOC.read(self.storage, INDEX_NAME, gen=self._number, schema=self._schema)


def languages(docs: Iterable[WordDoc], language: str) -> set[str]:
    """Return the languages, other than the vault's, that notes name for themselves."""
    return {base_language(doc.language) for doc in docs} - {"", language}


# Building the whole index into a new folder and putting it in the old one's place.


# mypy: untyped-calls-exclude="whoosh"


PROGRESS_STEP = 50
"""Notes between two calls that say how far a build is."""


def build_index(
    folder: Folder,
    language: str,
    docs: Iterable[WordDoc],
    generation: int,
    progress: Callable[[int], None],
) -> None:
    """Build an index of all notes; the lock must be held. The old one answers until it is done.

    Args:
        folder: The folder to replace.
        language: The vault's.
        docs: All notes.
        generation: What the index then stands for.
        progress: Called now and then with how many notes are in.

    Raises:
        Failure: It could not be built.
    """
    new = Folder(folder.path.with_name(folder.path.name + ".new"))
    new.create(language)
    try:
        with cache_all_chunks(), _without_collector():
            reached = _write(new, language, docs, generation, progress)
        number = new.toc()
        new.reach(number or 0, reached)
        folder.replace_by(new)
    except NotekeepError:
        raise
    except Exception as error:
        raise Failure(
            f"The search index could not be built ({type(error).__name__}: {error})",
            "Searching goes on with the old one, if there is one",
        ) from error


def _write(
    new: Folder,
    language: str,
    docs: Iterable[WordDoc],
    generation: int,
    progress: Callable[[int], None],
) -> CommitStamp:
    tally = WordCounter()
    spoken: set[str] = set()
    number = 0
    opened = index.create_in(str(new.path), schema(language))
    writer: Any = BulkWriter(opened, tally.add)
    try:
        for doc in filter(WordDoc.is_indexable, docs):
            writer.add_document(**values(doc, language))
            spoken |= languages([doc], language)
            number += 1
            if number % PROGRESS_STEP == 0:
                progress(number)
        writer.commit(merge=False)
    except BaseException:
        writer.abandon()
        raise
    tally.write(new.path, analyzer(language))
    progress(number)
    return CommitStamp(generation, number, tuple(sorted(spoken)))


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector from walking over millions of lists that all stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
