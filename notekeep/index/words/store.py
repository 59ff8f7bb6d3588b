"""`Words`: the full-text index of one vault, as its callers see it.

Importing this module imports no Whoosh; asking how far the index is does neither.
"""

from __future__ import annotations

import contextlib
from heapq import nlargest
from itertools import islice
from operator import neg
from typing import TYPE_CHECKING, TypeVar

from notekeep.errors import Failure
from notekeep.index.words.document import WordDoc
from notekeep.index.words.folder import FEW_SEGMENTS, Busy, Unusable
from notekeep.index.words.opening import OpenIndex, Replaced
from notekeep.query.fold import is_unicode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from notekeep.index.words.analyzer import Analyzer
    from notekeep.index.words.match import Matcher
    from notekeep.index.words.nearness import Ranked
    from notekeep.index.words.query import Plan, Planner
    from notekeep.index.words.score import Scorer, Scores
    from notekeep.index.words.snapshot import Snapshot
    from notekeep.index.words.vocabulary import Vocabulary
    from notekeep.query.tree import Node

__all__ = ["Busy", "Unusable", "Words"]

SUGGESTIONS = 5

BUILD_WAIT = 120.0
"""Seconds for which a build waits for another process's; it is likely the same build."""

UPDATE_WAIT = 2.0
"""Seconds for which a saved note waits to be taken in; later is early enough."""

RETRIES = 20
"""How often a question is asked again when another process replaces the index meanwhile."""


Answer = TypeVar("Answer")


class Words(OpenIndex):
    """The full-text index of one vault, in a folder of its own that may be deleted at any time.

    May be used from several threads: a lock makes them take turns. Another process may write at the
    same time; each query sees the newest commit.
    """

    def __init__(self, folder: Path, language: str = "en") -> None:
        super().__init__(folder, language)
        self._scorer: Scorer | None = None
        self._scorer_of: Snapshot | None = None
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
        from notekeep.index.words.build import build

        told = progress or (lambda _: None)
        before = self._folder.state()
        with self._folder.lock(wait=BUILD_WAIT):
            if self._folder.state() != before and self.generation == generation:
                return  # another process built the same while we waited for it
            build(self._folder, self.language, docs, generation, told)
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
        from notekeep.index.words.analyzer import analyzer
        from notekeep.index.words.vocabulary import note_words
        from notekeep.index.words.writer import update

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
                note_words(self.folder, docs, analyzer(self.language))
                update(self._folder, self.language, docs, dead, generation)

    @property
    def crowded(self) -> bool:
        """Whether there are so many small parts that `merge` pays; asking opens nothing."""
        return self._folder.segments() >= FEW_SEGMENTS

    def merge(self) -> None:
        """Merge what many saves left behind: for a quiet moment, in a process that gives way.

        Raises:
            Busy: Another process is writing.
        """
        from notekeep.index.words.writer import merge

        with self._folder.lock(wait=UPDATE_WAIT):
            if self.crowded and self._reached() is not None:
                with self._blaming_index(self._folder.state()):
                    merge(self._folder, self.language)

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
                with contextlib.suppress(Replaced):
                    return question()
            return question()

    def _scores(self, node: Node, limit: int | None, *, typing: bool) -> dict[str, float]:
        snapshot = self._current()
        found = self._scored(snapshot, self._planner(snapshot, typing=typing).plan(node), limit)
        return {path: -score for score, path, _ in found}

    def _scored(
        self, snapshot: Snapshot, plan: Plan | None, limit: int | None = None
    ) -> list[tuple[float, str, int]]:
        """Return score below 0, path and number of what a plan finds, best first."""
        if plan is None:
            return []
        with self._blaming_index(self._state):
            found = _best(self._scoring(snapshot).scores(plan), limit)
            scored = zip(map(neg, found.values()), snapshot.paths(found), found, strict=True)
            return sorted(scored)[:limit]

    def ranked(self, node: Node, look: int, *, typing: bool = False) -> Ranked:
        """Return what `scores` does, and how near the words stand in the best `look` notes."""
        return self._asked(lambda: self._ranked(node, look, typing=typing))

    def _ranked(self, node: Node, look: int, *, typing: bool) -> Ranked:
        from notekeep.index.words.nearness import Ranked, in_a_row, nearness

        snapshot = self._current()
        planner = self._planner(snapshot, typing=typing)
        found = self._scored(snapshot, planner.plan(node))
        cut = tuple(dict.fromkeys(planner.patterns_cut))
        with self._blaming_index(self._state):
            best = {number: path for _, path, number in found[:look]}
            near = nearness(in_a_row(node, planner), self._scoring(snapshot).lists, best)
        scores = {path: -score for score, path, _ in found}
        return Ranked(scores, {best[number]: one for number, one in near.items()}, cut)

    def shares(
        self, node: Node, paths: Iterable[str], *, typing: bool = False
    ) -> dict[str, list[tuple[str, str, float]]]:
        """Return what each word of a tree adds to the score of some notes: term, field, share.

        Raises:
            Unusable: There is no index, or it is damaged.
        """
        from notekeep.index.words.shares import shares

        def question() -> dict[str, list[tuple[str, str, float]]]:
            snapshot = self._current()
            plan = self._planner(snapshot, typing=typing).plan(node)
            with self._blaming_index(self._state):
                numbers = sorted(snapshot.numbers(paths))
                found = shares(plan, self._scoring(snapshot), numbers)
                return dict(zip(snapshot.paths(numbers), found, strict=True))

        return self._asked(question)

    def matcher(self, node: Node, *, typing: bool = False) -> Matcher:
        """Return what finds a tree's words in a text: for snippets, sections and lines.

        Raises:
            TypeError: As `scores` does.
            Unusable: There is no index.
        """
        from notekeep.index.words.match import Matcher

        plan = self._asked(lambda: self._planner(self._current(), typing=typing).plan(node))
        return Matcher(plan, self.language)

    def suggest(self, word: str) -> list[str]:
        """Return words of the vault that a person who typed this one may have meant, best first.

        Nothing for a word that the vault has or that is left out of the index, nor without one.
        """
        with self._turn, contextlib.suppress(Failure), self._blaming_index(self._state):
            return self._suggested(word)
        return []

    def _suggested(self, word: str) -> list[str]:
        from notekeep.index.words.query import Planner, own_leaf
        from notekeep.query.tree import Term

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

    def _planner(self, snapshot: Snapshot, *, typing: bool = False) -> Planner:
        from notekeep.index.words.query import Planner

        return Planner(self._analyzers(snapshot), self._load_vocabulary, typing=typing)

    def _analyzers(self, snapshot: Snapshot) -> list[Analyzer]:
        from notekeep.index.words.analyzer import analyzer

        return [analyzer(code) for code in (self.language, *snapshot.reached.languages)]

    def _scoring(self, snapshot: Snapshot) -> Scorer:
        from notekeep.index.words.postings import PostingReader
        from notekeep.index.words.score import Scorer

        if self._scorer is None or self._scorer_of is not snapshot:
            self._scorer = Scorer(snapshot, PostingReader(snapshot))
            self._scorer_of = snapshot
        return self._scorer

    def _load_vocabulary(self) -> Vocabulary:
        from notekeep.index.words.vocabulary import Vocabulary

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
