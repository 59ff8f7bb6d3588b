"""The full-text index of one vault: build, update, search.

Importing this module or reading `generation` does not import Whoosh.
"""

from __future__ import annotations

import contextlib
import errno
import math
import threading
from collections.abc import Callable, Iterable, Iterator
from heapq import nlargest
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from notekeep.errors import Failure, IndexUnusable, NotekeepError
from notekeep.query.folding import is_unicode
from notekeep.query.tree import And, Node, SomeOf, Term, children
from notekeep.search.analyzer import base_language, get_analyzer
from notekeep.search.index_folder import FEW_SEGMENTS, CommitStamp, IndexFolder, document_fields
from notekeep.search.planner import (
    PlanMatcher,
    Planner,
    UnanswerableNode,
    find_query_phrases,
    join_plans,
    make_planners,
    make_plans,
    only_word,
)
from notekeep.search.ranking import RERANKED_HITS
from notekeep.search.vocabulary import Vocabulary, WordCounter, record_words

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.catalog.documents import WordDoc
    from notekeep.search.postings import IndexSnapshot
    from notekeep.search.scorer import Scorer, Scores

BUILD_WAIT = 120.0
"""Seconds to wait while another process builds the index."""

UPDATE_WAIT = 2.0
"""Seconds to wait for the lock after a save."""

MAX_RETRIES = 20
"""Maximum number of attempts if other processes replace the index."""

MAX_SUGGESTIONS = 5

MANY_SEGMENTS = 60
"""With more segments, a save merges the small ones."""

PROGRESS_STEP = 50
"""Number of notes between progress reports."""

# System errors, such as a full disk, do not mean that the index is damaged.
SYSTEM_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE}

Result = TypeVar("Result")
Planners: TypeAlias = list[Planner]


class RankedNotes(NamedTuple):
    """The ranked results of a query tree."""

    total: int
    scores: dict[str, float]  # of the best notes in order, and of those in `also`
    proximity: dict[str, float]  # of the query's words, in the best notes
    patterns_cut: tuple[str, ...]  # patterns that match more words than were searched
    matcher: PlanMatcher


class WhooshIndex:
    """The full-text index of one vault, in a folder that may be deleted.

    A lock serializes threads. Other processes may write at the same time; each query sees the
    newest commit. `<folder>.new` and `<folder>.lock` are next to the folder.
    """

    def __init__(self, folder: Path, language: str = "en") -> None:
        self.folder = folder
        self.language = base_language(language)
        self._folder = IndexFolder(folder)
        self._lock = threading.RLock()
        self._snapshot: IndexSnapshot | None = None
        self._state: tuple[int, int | None] = (0, None)
        self._damaged: tuple[int, int | None] | None = None
        self._vocabulary: Vocabulary | None = None

    @property
    def generation(self) -> int | None:
        """The catalog generation that the index contains; None if the index must be built."""
        stamp = self._stamp()
        return stamp.generation if stamp else None

    @property
    def count(self) -> int:
        """The number of indexed notes; 0 if the index is unusable."""
        stamp = self._stamp()
        return stamp.notes if stamp else 0

    @property
    def should_merge(self) -> bool:
        """Whether there are enough segments to `merge`. Opens no files."""
        return self._folder.count_segments() >= FEW_SEGMENTS

    def _stamp(self) -> CommitStamp | None:
        if not self._folder.is_ours(self.language) or self._folder.state() == self._damaged:
            return None
        return self._folder.read_stamp()

    def close(self) -> None:
        """Close the files and drop caches; the next query opens them again."""
        with self._lock:
            if self._snapshot:
                self._snapshot.close()
            self._snapshot = self._vocabulary = None

    def build(
        self,
        docs: Iterable[WordDoc],
        generation: int,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Build a new index next to the old one, which stays in use until the build is complete."""
        before = self._folder.state()
        with self._folder.lock(wait=BUILD_WAIT):
            if self._folder.state() != before and self.generation == generation:
                return  # another process has just built the same index
            new = IndexFolder(self.folder.with_name(self.folder.name + ".new"))
            new.create(self.language)
            try:
                self._write_all(new, docs, generation, progress or (lambda _: None))
                self._folder.replace_with(new)
            except NotekeepError:
                raise
            except Exception as error:
                raise Failure(
                    f"The search index could not be built ({type(error).__name__}: {error}).",
                    "Searches use the old index, if there is one.",
                ) from error
        self._damaged = None

    def _write_all(
        self,
        new: IndexFolder,
        docs: Iterable[WordDoc],
        generation: int,
        progress: Callable[[int], None],
    ) -> None:
        counter = WordCounter(get_analyzer(self.language))
        languages: set[str] = set()
        number = 0
        with self._open_writer(new, is_new=True) as writer:
            for doc in docs:
                if not is_unicode(doc.path):
                    continue
                counter.add(doc)
                writer.add_document(**document_fields(doc, self.language))
                languages |= self._other_languages([doc])
                number += 1
                if number % PROGRESS_STEP == 0:
                    progress(number)
            stamp = CommitStamp(generation, number, tuple(sorted(languages)))
            new.write_stamp(writer.generation, stamp)
            writer.commit_segment()
        counter.write(new.path)
        progress(number)

    def update(
        self,
        upserts: Iterable[WordDoc],
        deletes: Iterable[str],
        generation: int,
        *,
        wait: float | None = None,
    ) -> None:
        """Add, replace and delete notes in one commit, and set its generation.

        Raises IndexBusy if another process holds the lock for `wait` seconds, and IndexUnusable if
        there is no index.
        """
        # Paths with invalid bytes cannot be terms.
        docs = {doc.path: doc for doc in upserts if is_unicode(doc.path)}
        removed = {path for path in deletes if is_unicode(path)}
        with self._folder.lock(wait=UPDATE_WAIT if wait is None else wait):
            stamp = self._stamp()
            number = self._folder.newest_commit()
            if stamp is None or number is None:
                raise IndexUnusable("There is no search index yet.", "The next refresh builds it.")
            if not docs and not removed:
                self._folder.write_stamp(number, stamp._replace(generation=generation))
                return
            with self._lock, self._wrap_errors():
                self._write_changes(docs, removed, stamp._replace(generation=generation))

    def _write_changes(
        self, docs: dict[str, WordDoc], removed: set[str], stamp: CommitStamp
    ) -> None:
        dead = self._current().find_notes(removed | docs.keys())
        # Write the vocabulary first: extra words do no harm, but missing ones are never completed.
        record_words(self.folder, docs.values(), get_analyzer(self.language))
        with self._open_writer(self._folder) as writer:
            for note in dead:
                writer.delete_document(note)
            for doc in docs.values():
                writer.add_document(**document_fields(doc, self.language))
            languages = self._other_languages(docs.values()).union(stamp.languages)
            remaining = sum(segment.doc_count() for segment in writer.segments)
            stamp = stamp._replace(notes=remaining + len(docs), languages=tuple(sorted(languages)))
            self._commit(writer, stamp)
        if self._folder.count_segments() > MANY_SEGMENTS:
            self._merge_small()

    def merge(self) -> None:
        """Merge small segments, in the background."""
        with self._folder.lock(wait=UPDATE_WAIT):
            if self.should_merge and self._stamp() is not None:
                with self._wrap_errors():
                    self._merge_small()

    def _merge_small(self) -> None:
        stamp = self._folder.read_stamp()
        assert stamp is not None  # noqa: S101 - the callers have an index
        with self._open_writer(self._folder) as writer:
            self._commit(writer, stamp, merges=True)

    def _commit(self, writer: Any, stamp: CommitStamp, *, merges: bool = False) -> None:
        self._folder.write_stamp(writer.generation, stamp)
        writer.commit_segment(merges=merges)
        self._folder.remove_leftovers()

    @contextlib.contextmanager
    def _open_writer(self, folder: IndexFolder, *, is_new: bool = False) -> Iterator[Any]:
        """Yield a writer and cancel it after an error, to release Whoosh's lock."""
        from notekeep.search.whoosh_format import open_writer

        writer = open_writer(folder.path, self.language, is_new=is_new)
        try:
            yield writer
        except BaseException:
            with contextlib.suppress(Exception):
                writer.cancel()
            with contextlib.suppress(Exception):
                writer.writelock.release()
            raise

    def _other_languages(self, docs: Iterable[WordDoc]) -> set[str]:
        return {base_language(doc.language) for doc in docs} - {"", self.language}

    def scores(
        self, node: Node, *, limit: int | None = None, typing: bool = False
    ) -> dict[str, float]:
        """Return the scores of notes for a tree of words, tags and known paths, best first.

        Notes found by facts alone have score 0. A `Within` matches all notes with its words; the
        caller must check the texts. With `typing`, the last word is unfinished, and rare
        completions are skipped.

        Raises IndexUnusable if the index is missing or damaged; `generation` is then None.
        """

        def evaluate(scorer: Scorer, planners: Planners) -> dict[str, float]:
            plan = join_plans(make_plans(planners, node))
            found = scorer.scores(plan) if plan else {}
            return {path: score for path, score, _ in _best(scorer.snapshot, found, limit)}

        return self._run_query(evaluate, typing=typing)

    def rank(
        self, node: Node, limit: int | None, *, also: Iterable[str] = (), typing: bool = False
    ) -> RankedNotes:
        """Return the best notes, as `scores` does, and the scores of the notes in `also`."""

        def evaluate(scorer: Scorer, planners: Planners) -> RankedNotes:
            plans, snapshot = make_plans(planners, node), scorer.snapshot
            plan = join_plans(plans)
            found = scorer.scores(plan) if plan else {}
            best = _best(snapshot, found, limit)
            scores = {path: score for path, score, _ in best}
            for note in snapshot.find_notes(filter(is_unicode, also)):
                if note in found:
                    [path] = snapshot.paths([note])
                    scores.setdefault(path, found[note])
            first = {note: path for path, _, note in best[:RERANKED_HITS]}
            is_partial = any(isinstance(part, SomeOf) for part in (node, *children(node)))
            near: dict[str, float] = {}
            for planner in planners:
                notes = scorer.scores(And(planner.own_notes), first)
                phrases = () if is_partial or not notes else find_query_phrases(node, planner)
                found_near = scorer.proximity(phrases, notes)
                near |= {first[note]: proximity for note, proximity in found_near.items()}
            patterns_cut = tuple(dict.fromkeys(planners[0].patterns_cut))
            return RankedNotes(len(found), scores, near, patterns_cut, PlanMatcher(plans))

        return self._run_query(evaluate, typing=typing)

    def shares(
        self, node: Node, paths: Iterable[str], *, typing: bool = False
    ) -> dict[str, list[tuple[str, str, float]]]:
        """Return the terms of notes, each with its field and its share of the score."""

        def evaluate(scorer: Scorer, planners: Planners) -> dict[str, list[tuple[str, str, float]]]:
            shares: dict[str, list[tuple[str, str, float]]] = {}
            numbers = scorer.snapshot.numbers(paths)
            for planner in planners:
                notes = sorted(scorer.scores(And(planner.own_notes), numbers))
                found = scorer.break_down(planner.plan(node), notes)
                shares |= zip(scorer.snapshot.paths(notes), found, strict=True)
            return shares

        return self._run_query(evaluate, typing=typing)

    def matcher(self, node: Node) -> PlanMatcher:
        """Return a matcher for the words of a tree; raises as `scores` does."""
        return self._run_query(lambda _, planners: PlanMatcher(make_plans(planners, node)))

    def is_question_word(self, word: str) -> bool:
        """Whether a word is a question word of the language."""
        by = get_analyzer(self.language)
        return only_word(by, word) in by.language.question_words

    def is_stop_word(self, word: str) -> bool:
        """Whether a word is a stop word of the language."""
        by = get_analyzer(self.language)
        return by.language.is_stop(only_word(by, word))

    def is_function_word(self, word: str) -> bool:
        """Whether a word is a stop word or a question word of the language."""
        return self.is_stop_word(word) or self.is_question_word(word)

    def count_notes(self, words: Iterable[str]) -> dict[str, int]:
        """Return the approximate number of notes with each word."""
        by, known = get_analyzer(self.language), self._load_vocabulary()
        return {word: known.count(only_word(by, word)) for word in words}

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """Return the exact number of notes with each word; slower than `count_notes`."""

        def evaluate(scorer: Scorer, planners: Planners) -> dict[str, int]:
            plans = {word: join_plans(make_plans(planners, Term(word))) for word in words}
            return {word: len(scorer.scores(plan)) if plan else 0 for word, plan in plans.items()}

        return self._run_query(evaluate)

    def suggest(self, word: str) -> list[str]:
        """Return likely corrections of a misspelt word, best first."""

        def evaluate(scorer: Scorer, planners: Planners) -> list[str]:
            def exists(text: str) -> bool:
                plan = join_plans(make_plans(planners, Term(text)))
                return plan is not None and bool(scorer.scores(plan))

            own = planners[0]
            folded = only_word(own.by, word)
            if not folded or own.plan(Term(word)) is None or exists(word):
                return []
            proposed = (
                other
                for other in self._load_vocabulary().suggestions(folded)
                if other not in own.by.language.question_words and exists(other)
            )
            return list(islice(proposed, MAX_SUGGESTIONS))

        try:
            return self._run_query(evaluate)
        except Failure:
            return []

    def _run_query(
        self, evaluate: Callable[[Scorer, Planners], Result], *, typing: bool = False
    ) -> Result:
        """Run a query; repeat it if another process replaced the index meanwhile."""
        from notekeep.search.scorer import Scorer

        with self._lock:
            for _ in range(MAX_RETRIES):
                state = self._folder.state()
                try:
                    with self._wrap_errors():
                        snapshot = self._current()
                        languages = (self.language, *snapshot.stamp.languages)
                        analyzers = [*map(get_analyzer, languages)]
                        planners = make_planners(analyzers, self._load_vocabulary, typing=typing)
                        return evaluate(Scorer(snapshot), planners)
                except Failure:
                    if self._folder.state() == state:
                        raise
                    self._damaged = None
                    self.close()
        raise IndexUnusable("The search index was replaced during the search.", "Try again.")

    def _current(self) -> IndexSnapshot:
        from notekeep.search.postings import IndexSnapshot

        state = self._folder.state()
        if state == self._damaged:
            raise IndexUnusable("The search index is damaged.", "The next refresh rebuilds it.")
        if self._snapshot is None or state != self._state:
            if self._snapshot:
                self._snapshot.close()
                self._snapshot = None  # even if the next one cannot be opened
            self._snapshot = IndexSnapshot(self._folder, self.language)
            self._state = state
        return self._snapshot

    @contextlib.contextmanager
    def _wrap_errors(self) -> Iterator[None]:
        """Raise IndexUnusable instead of any error that a damaged index causes."""
        try:
            yield
        except IndexUnusable:
            self._damaged = self._folder.state()
            raise
        except (NotekeepError, UnanswerableNode):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in SYSTEM_ERRORS:
                raise Failure(
                    f"Cannot use the search index: {error.strerror}.",
                    "Your notes are not affected. The index is a cache and can be deleted.",
                ) from error
            self._damaged = self._folder.state()
            raise IndexUnusable(
                f"The search index is damaged ({type(error).__name__}: {error}).",
                "The next refresh rebuilds it.",
            ) from error

    def _load_vocabulary(self) -> Vocabulary:
        if self._vocabulary is None or not self._vocabulary.refresh():
            self._vocabulary = None  # frees the old one first
            self._vocabulary = Vocabulary(self.folder)
        return self._vocabulary


def _best(
    snapshot: IndexSnapshot, found: Scores, limit: int | None
) -> list[tuple[str, float, int]]:
    """Return path, score and number of the best notes, in order."""
    if limit is not None and limit < len(found):
        # Keep all notes that tie with the last one; they are sorted by path.
        last = nlargest(limit, found.values())[-1] if limit else math.inf
        found = {note: score for note, score in found.items() if score >= last}
    scored = zip(snapshot.paths(found), found.values(), found, strict=True)
    return sorted(scored, key=lambda one: (-one[1], one[0]))[:limit]
