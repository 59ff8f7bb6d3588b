"""`Words`: the full-text index of one vault, as its callers see it.

Importing this module imports no Whoosh; asking how far the index is does neither.
"""

from __future__ import annotations

import contextlib
import errno
import threading
from heapq import nlargest
from itertools import islice
from operator import neg
from typing import TYPE_CHECKING, NoReturn, TypeVar

from notekeep.errors import Failure, NotekeepError
from notekeep.index.words.document import WordDoc, is_unicode
from notekeep.index.words.folder import Busy, Folder, Reached, Unusable
from notekeep.index.words.language import short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
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

WORN_SHARE = 0.3
"""With more deleted notes than this share, building anew pays."""

NOT_THE_INDEX = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE}

SUGGESTIONS = 5

BUILD_WAIT = 120.0
"""Seconds for which a build waits for another process's; it is likely the same build."""

UPDATE_WAIT = 2.0
"""Seconds for which a saved note waits to be taken in; later is early enough."""

RETRIES = 20
"""How often a question is asked again when another process replaces the index meanwhile."""


Answer = TypeVar("Answer")


class _Replaced(Unusable):
    """Another process put a newer index in the place of the one that was being read."""


class Words:
    """The full-text index of one vault, in a folder of its own that may be deleted at any time.

    May be used from several threads: a lock makes them take turns. Another process may write at the
    same time; each query sees the newest commit.

    Attributes:
        folder: Where the index is; `<folder>.new` and `<folder>.lock` stand beside it.
        language: Two letters, or "" for none.
    """

    def __init__(self, folder: Path, language: str = "en") -> None:
        self.folder = folder
        self.language = short(language)
        self._folder = Folder(folder)
        self._turn = threading.RLock()
        self._snapshot: Snapshot | None = None
        self._state: tuple[int, int | None] = (0, None)
        self._scorer: Scorer | None = None
        self._vocabulary: Vocabulary | None = None
        self._damaged: tuple[int, int | None] | None = None
        self._plain = False
        self._bulk = True

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

    def build(
        self,
        docs: Iterable[WordDoc],
        generation: int,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Build the index anew beside the old one, which answers until the new one is complete.

        A process that is building the same is waited for.

        Args:
            docs: All notes. Read a second time if the fast writer fails, when it can be.
            generation: What the index then stands for.
            progress: Called now and then with how many notes are in.

        Raises:
            Busy: Another process is writing.
            Failure: It could not be written; the old index is as it was.
        """
        from notekeep.index.words.build import BulkFailed, build

        told = progress or (lambda _: None)
        before = self._folder.state()
        with self._folder.lock(wait=BUILD_WAIT):
            if self._folder.state() != before and self.generation == generation:
                return  # another process built the same while we waited for it
            try:
                build(self._folder, self.language, docs, generation, told, bulk=self._bulk)
            except BulkFailed:
                self._bulk = False
                raise
        self._damaged = None

    def update(self, upserts: Iterable[WordDoc], deletes: Iterable[str], generation: int) -> None:
        """Add, replace and delete notes in one commit, which stands for a generation.

        Raises:
            Busy: Another process is writing; nothing was changed.
            Unusable: There is no index to change: build it.
        """
        from notekeep.index.words.analyzer import analyzer
        from notekeep.index.words.vocabulary import note_words
        from notekeep.index.words.writer import update

        docs = list(filter(WordDoc.is_indexable, upserts))
        gone = list(filter(is_unicode, deletes))
        with self._folder.lock(wait=UPDATE_WAIT):
            reached = self._reached()
            number = self._folder.toc()
            if reached is None or number is None:
                raise Unusable("There is no search index to change", "It is built at a refresh")
            if not docs and not gone:
                self._folder.reach(number, reached._replace(generation=generation))
                return
            # Words first: one too many does no harm, a missing one is never completed.
            with self._blaming_index(self._folder.state()):
                note_words(self.folder, docs, analyzer(self.language))
                update(self._folder, self.language, docs, gone, generation)

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
                with contextlib.suppress(_Replaced):
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
            found = _best(self._answer(snapshot, plan), limit)
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
        with self._blaming_index(self._state):
            best = {number: path for _, path, number in found[:look]}
            near = nearness(in_a_row(node, planner), self._scoring(snapshot).lists, best)
        scores = {path: -score for score, path, _ in found}
        return Ranked(scores, {best[number]: one for number, one in near.items()})

    def matcher(self, node: Node) -> Matcher:
        """Return what finds a tree's words in a text: for snippets, sections and lines.

        Raises:
            TypeError: As `scores` does.
            Unusable: There is no index.
        """
        from notekeep.index.words.match import Matcher

        plan = self._asked(lambda: self._planner(self._current()).plan(node))
        return Matcher(plan, self.language)

    def suggest(self, word: str) -> list[str]:
        """Return words of the vault that a person who typed this one may have meant, best first.

        Nothing for a word that the vault has, nor when there is no index.
        """
        with self._turn, contextlib.suppress(Failure), self._blaming_index(self._state):
            return self._suggested(word)
        return []

    def _suggested(self, word: str) -> list[str]:
        from notekeep.index.words.query import Leaf, Planner
        from notekeep.query.tree import Term

        snapshot = self._current()
        planner = self._planner(snapshot)

        def exists(text: str) -> bool:
            plan = planner.plan(Term(text))
            return isinstance(plan, Leaf) and bool(self._answer(snapshot, plan))

        folded = Planner.only_word(self._analyzers(snapshot)[0], word)
        if not folded or exists(word):
            return []
        proposed = filter(exists, self._load_vocabulary().suggestions(folded))
        return list(islice(proposed, SUGGESTIONS))

    def warm(self) -> None:
        """Open the index and read the vocabulary, so that the first key typed is answered fast."""
        with self._turn, contextlib.suppress(Unusable):
            self._current()
            self._load_vocabulary()

    @property
    def worn(self) -> bool:
        """Whether so many notes were deleted or replaced that building anew would pay."""
        with self._turn:
            try:
                snapshot = self._current()
            except Unusable:
                return True
            return snapshot.size - snapshot.live > WORN_SHARE * snapshot.size

    def close(self) -> None:
        """Let go of the index's files; the next question opens them again."""
        with self._turn:
            if self._snapshot:
                self._snapshot.close()
            self._snapshot = self._scorer = self._vocabulary = None

    def _reached(self) -> Reached | None:
        if not self._folder.is_ours(self.language) or self._folder.state() == self._damaged:
            return None
        return self._folder.reached()

    def _current(self) -> Snapshot:
        """Return the newest commit, opened anew when there is a newer one."""
        from notekeep.index.words.snapshot import Snapshot

        state = self._folder.state()
        if state == self._damaged:
            raise Unusable("The search index is damaged", "It is built again at the next refresh")
        if self._snapshot is None or state != self._state:
            try:
                self._snapshot = Snapshot.open(self._folder, self.language, self._snapshot)
            except Unusable as error:
                if self._folder.state() != state:
                    raise _replaced() from error
                self._damaged = state
                raise
            self._state = state
            self._scorer = None
        return self._snapshot

    def _planner(self, snapshot: Snapshot, *, typing: bool = False) -> Planner:
        from notekeep.index.words.query import Planner

        return Planner(self._analyzers(snapshot), self._load_vocabulary, typing=typing)

    def _analyzers(self, snapshot: Snapshot) -> list[Analyzer]:
        from notekeep.index.words.analyzer import analyzer

        return [analyzer(code) for code in (self.language, *snapshot.reached.languages)]

    def _answer(self, snapshot: Snapshot, plan: Plan) -> Scores:
        """Read whole blocks; for the rest of the run one by one, if that ever fails."""
        if not self._plain:
            try:
                return self._scoring(snapshot).scores(plan)
            except Exception as error:
                if self._folder.state() != self._state:
                    raise  # the files were replaced while they were read
                _log("reading posting lists at once failed; reading them one by one", error)
                self._plain = True
                self._scorer = None
        return self._scoring(snapshot).scores(plan)

    def _scoring(self, snapshot: Snapshot) -> Scorer:
        from notekeep.index.words.postings import BlockReader, KeptLists, PlainReader
        from notekeep.index.words.score import Scorer

        if self._scorer is None:
            reader = PlainReader(snapshot) if self._plain else BlockReader(snapshot)
            self._scorer = Scorer(snapshot, KeptLists(reader))
        return self._scorer

    def _load_vocabulary(self) -> Vocabulary:
        from notekeep.index.words.vocabulary import Vocabulary

        if self._vocabulary is None or not self._vocabulary.refresh():
            self._vocabulary = Vocabulary(self.folder)
        return self._vocabulary

    @contextlib.contextmanager
    def _blaming_index(self, state: tuple[int, int | None]) -> Iterator[None]:
        """Turn what a damaged index raises, which may be anything, into Unusable.

        What the system refuses (no space, no permission) says nothing about the index, and neither
        does a file that is gone because another process put a newer index in its place.

        Args:
            state: The state of the index that is read or changed.

        Raises:
            _Replaced: The index is another by now.
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


def _replaced() -> _Replaced:
    return _Replaced("The search index was replaced while it was read", "Ask again")


def _best(found: Scores, limit: int | None) -> Scores:
    """Return the best of what was found, and all that are as good as the last of them."""
    if limit is None or len(found) <= limit:
        return found
    if limit < 1:
        return {}
    last = nlargest(limit, found.values())[-1]
    return {number: score for number, score in found.items() if score >= last}


def _log(message: str, error: Exception) -> None:
    import logging

    logging.getLogger(__name__).warning(message, exc_info=error)
