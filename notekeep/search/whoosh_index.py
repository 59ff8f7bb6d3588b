"""The full-text index of one vault: build it, change it, ask it.

Importing this module imports no Whoosh; asking how far the index is does neither.
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
"""Seconds for which a build waits for another process's; it is likely the same build."""

UPDATE_WAIT = 2.0
"""Seconds for which a saved note waits to be indexed; later is early enough."""

MAX_RETRIES = 20
"""How often a question is asked again when another process replaces the index meanwhile."""

MAX_SUGGESTIONS = 5

MANY_SEGMENTS = 60
"""With more than these a save merges them itself, because no quiet moment seems to come."""

PROGRESS_STEP = 50
"""Notes between two calls that say how far a build is."""

# What the system refuses (no space, no permission) says nothing about the index.
SYSTEM_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE}

Answer = TypeVar("Answer")
Planners: TypeAlias = list[Planner]


class RankedNotes(NamedTuple):
    """What a tree finds."""

    total: int
    scores: dict[str, float]  # of the best notes, best first, and of those that were asked about
    nearness: dict[str, float]  # how near the words stand in the best of them
    patterns_cut: tuple[str, ...]  # those that stand for more words than were looked for
    matcher: PlanMatcher  # finds the words in a text


class WhooshIndex:
    """The full-text index of one vault, in a folder of its own that may be deleted at any time.

    Several threads may use it, in turn. Another process may write at the same time; each question
    sees the newest commit. `<folder>.new` and `<folder>.lock` stand beside it.
    """

    def __init__(self, folder: Path, language: str = "en") -> None:
        self.folder = folder
        self.language = base_language(language)
        self._folder = IndexFolder(folder)
        self._turn = threading.RLock()
        self._snapshot: IndexSnapshot | None = None
        self._state: tuple[int, int | None] = (0, None)
        self._damaged: tuple[int, int | None] | None = None
        self._vocabulary: Vocabulary | None = None

    @property
    def generation(self) -> int | None:
        """The catalog's generation up to which the index holds everything; None: build it."""
        stamp = self._stamp()
        return stamp.generation if stamp else None

    @property
    def count(self) -> int:
        """How many notes the index holds; 0 when it cannot be used."""
        stamp = self._stamp()
        return stamp.notes if stamp else 0

    @property
    def should_merge(self) -> bool:
        """Whether there are so many small parts that `merge` pays; asking opens nothing."""
        return self._folder.count_segments() >= FEW_SEGMENTS

    def _stamp(self) -> CommitStamp | None:
        if not self._folder.is_ours(self.language) or self._folder.state() == self._damaged:
            return None
        return self._folder.read_stamp()

    def close(self) -> None:
        """Close the index's files and drop what was read; the next question opens them again."""
        with self._turn:
            if self._snapshot:
                self._snapshot.close()
            self._snapshot = self._vocabulary = None

    def build(
        self,
        docs: Iterable[WordDoc],
        generation: int,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Build the index anew beside the old one, which answers until the new one is complete."""
        before = self._folder.state()
        with self._folder.lock(wait=BUILD_WAIT):
            if self._folder.state() != before and self.generation == generation:
                return  # another process built the same while we waited for it
            new = IndexFolder(self.folder.with_name(self.folder.name + ".new"))
            new.create(self.language)
            try:
                self._write_all(new, docs, generation, progress or (lambda _: None))
                self._folder.replace_with(new)
            except NotekeepError:
                raise
            except Exception as error:
                raise Failure(
                    f"The search index could not be built ({type(error).__name__}: {error})",
                    "Searches use the old index, if there is one",
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
        """Add, replace and delete notes in one commit, which then stands for a generation.

        Raises IndexBusy where another process writes for `wait` seconds, IndexUnusable without an
        index.
        """
        # A name in bytes that are no Unicode cannot be a term.
        docs = {doc.path: doc for doc in upserts if is_unicode(doc.path)}
        gone = {path for path in deletes if is_unicode(path)}
        with self._folder.lock(wait=UPDATE_WAIT if wait is None else wait):
            stamp = self._stamp()
            number = self._folder.newest_commit()
            if stamp is None or number is None:
                raise IndexUnusable(
                    "There is no search index yet", "It will be built at the next refresh"
                )
            if not docs and not gone:
                self._folder.write_stamp(number, stamp._replace(generation=generation))
                return
            with self._turn, self._blaming_index():
                self._write_changes(docs, gone, stamp._replace(generation=generation))

    def _write_changes(self, docs: dict[str, WordDoc], gone: set[str], stamp: CommitStamp) -> None:
        dead = self._current().find_notes(gone | docs.keys())
        # Words first: one too many does no harm, a missing one is never completed.
        record_words(self.folder, docs.values(), get_analyzer(self.language))
        with self._open_writer(self._folder) as writer:
            for note in dead:
                writer.delete_document(note)
            for doc in docs.values():
                writer.add_document(**document_fields(doc, self.language))
            languages = self._other_languages(docs.values()).union(stamp.languages)
            kept = sum(segment.doc_count() for segment in writer.segments)
            stamp = stamp._replace(notes=kept + len(docs), languages=tuple(sorted(languages)))
            self._commit(writer, stamp)
        if self._folder.count_segments() > MANY_SEGMENTS:
            self._merge_small()

    def merge(self) -> None:
        """Merge what many saves left behind: for a quiet moment, in a process of low priority."""
        with self._folder.lock(wait=UPDATE_WAIT):
            if self.should_merge and self._stamp() is not None:
                with self._blaming_index():
                    self._merge_small()

    def _merge_small(self) -> None:
        stamp = self._folder.read_stamp()
        assert stamp is not None  # noqa: S101 - who merges has an index
        with self._open_writer(self._folder) as writer:
            self._commit(writer, stamp, merges=True)

    def _commit(self, writer: Any, stamp: CommitStamp, *, merges: bool = False) -> None:
        self._folder.write_stamp(writer.generation, stamp)
        writer.commit_segment(merges=merges)
        self._folder.remove_leftovers()

    @contextlib.contextmanager
    def _open_writer(self, folder: IndexFolder, *, is_new: bool = False) -> Iterator[Any]:
        """A writer that is taken back whatever happens: an open one keeps Whoosh's lock."""
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
        """Return the notes that a tree of words, tags and known paths finds, best first.

        A note found by facts alone scores 0. `Within` is answered as the words in it, so too many
        notes are found: their caller looks at the text. With `typing` the last word is unfinished,
        and an answer at once matters more than the completions that are seldom meant.

        Raises IndexUnusable where there is no index; `generation` is None from then on.
        """

        def question(scorer: Scorer, planners: Planners) -> dict[str, float]:
            plan = join_plans(make_plans(planners, node))
            found = scorer.scores(plan) if plan else {}
            return {path: score for path, score, _ in _best(scorer.snapshot, found, limit)}

        return self._ask(question, typing=typing)

    def rank(
        self, node: Node, limit: int | None, *, also: Iterable[str] = (), typing: bool = False
    ) -> RankedNotes:
        """Return the best notes as `scores` does, and say which notes of `also` are found."""

        def question(scorer: Scorer, planners: Planners) -> RankedNotes:
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
                phrases = find_query_phrases(node, planner) if notes else ()
                found_near = scorer.nearness(phrases, notes, needs_all=not is_partial)
                near |= {first[note]: nearness for note, nearness in found_near.items()}
            patterns_cut = tuple(dict.fromkeys(planners[0].patterns_cut))
            return RankedNotes(len(found), scores, near, patterns_cut, PlanMatcher(plans))

        return self._ask(question, typing=typing)

    def shares(
        self, node: Node, paths: Iterable[str], *, typing: bool = False
    ) -> dict[str, list[tuple[str, str, float]]]:
        """Return what each word of a tree adds to the score of some notes: term, field, share."""

        def question(scorer: Scorer, planners: Planners) -> dict[str, list[tuple[str, str, float]]]:
            shares: dict[str, list[tuple[str, str, float]]] = {}
            wanted = scorer.snapshot.numbers(paths)
            for planner in planners:
                notes = sorted(scorer.scores(And(planner.own_notes), wanted))
                found = scorer.break_down(planner.plan(node), notes)
                shares |= zip(scorer.snapshot.paths(notes), found, strict=True)
            return shares

        return self._ask(question, typing=typing)

    def matcher(self, node: Node) -> PlanMatcher:
        """Return what finds a tree's words in a text; raises as `scores` does."""
        return self._ask(lambda _, planners: PlanMatcher(make_plans(planners, node)))

    def is_question_word(self, word: str) -> bool:
        """Whether a search in the vault's language can do without a word that is indexed."""
        by = get_analyzer(self.language)
        return only_word(by, word) in by.language.question_words

    def is_stop_word(self, word: str) -> bool:
        """Whether a word says nothing in the vault's language and is not indexed."""
        by = get_analyzer(self.language)
        return only_word(by, word) in by.language.stops

    def count_notes(self, words: Iterable[str]) -> dict[str, int]:
        """Return in about how many notes each word is."""
        by, known = get_analyzer(self.language), self._load_vocabulary()
        return {word: known.count(only_word(by, word)) for word in words}

    def suggest(self, word: str) -> list[str]:
        """Return words that may have been meant, best first; none for a word that is known."""

        def question(scorer: Scorer, planners: Planners) -> list[str]:
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
            return self._ask(question)
        except Failure:
            return []

    def _ask(
        self, question: Callable[[Scorer, Planners], Answer], *, typing: bool = False
    ) -> Answer:
        """Ask, and again where another process replaced the index while it was read."""
        from notekeep.search.scorer import Scorer

        with self._turn:
            for _ in range(MAX_RETRIES):
                state = self._folder.state()
                try:
                    with self._blaming_index():
                        snapshot = self._current()
                        languages = (self.language, *snapshot.stamp.languages)
                        analyzers = [*map(get_analyzer, languages)]
                        planners = make_planners(analyzers, self._load_vocabulary, typing=typing)
                        return question(Scorer(snapshot), planners)
                except Failure:
                    if self._folder.state() == state:
                        raise
                    self._damaged = None
                    self.close()
        raise IndexUnusable("The search index was replaced while it was read", "Try again")

    def _current(self) -> IndexSnapshot:
        from notekeep.search.postings import IndexSnapshot

        state = self._folder.state()
        if state == self._damaged:
            raise IndexUnusable(
                "The search index is damaged", "It will be rebuilt at the next refresh"
            )
        if self._snapshot is None or state != self._state:
            if self._snapshot:
                self._snapshot.close()
                self._snapshot = None  # also where the next one cannot be opened
            self._snapshot = IndexSnapshot(self._folder, self.language)
            self._state = state
        return self._snapshot

    @contextlib.contextmanager
    def _blaming_index(self) -> Iterator[None]:
        """Turn what a damaged index raises, which may be anything, into IndexUnusable."""
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
                    f"Cannot use the search index: {error.strerror}",
                    "Your notes are not affected; the index is a cache and can be deleted",
                ) from error
            self._damaged = self._folder.state()
            raise IndexUnusable(
                f"The search index is damaged ({type(error).__name__}: {error})",
                "It will be rebuilt at the next refresh",
            ) from error

    def _load_vocabulary(self) -> Vocabulary:
        if self._vocabulary is None or not self._vocabulary.refresh():
            self._vocabulary = None  # the older one goes first
            self._vocabulary = Vocabulary(self.folder)
        return self._vocabulary


def _best(
    snapshot: IndexSnapshot, found: Scores, limit: int | None
) -> list[tuple[str, float, int]]:
    """Path, score and number of the best of what was found, best first."""
    if limit is not None and limit < len(found):
        # All that are as good as the last of them go before the others by their paths.
        last = nlargest(limit, found.values())[-1] if limit else math.inf
        found = {note: score for note, score in found.items() if score >= last}
    scored = zip(snapshot.paths(found), found.values(), found, strict=True)
    return sorted(scored, key=lambda one: (-one[1], one[0]))[:limit]
