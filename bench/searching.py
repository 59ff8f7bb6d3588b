"""Searching: the command against grep, and one question inside a program against plain Whoosh."""

from __future__ import annotations

import os
import shutil
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bench import measure
from bench.ground import COMMON_RANKS, MIDDLE_RANKS, RARE_RANKS, words
from bench.plain_whoosh import Searcher, build
from bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.ground import Ground

GREPS = (("rg", "-il"), ("git", "grep", "--no-index", "-il"), ("grep", "-ril"))
"""Searchers of files, the fastest first; the first that is installed is the peer."""


def bench(ground: Ground) -> list[Line]:
    """A word on the command line, with a sweep of the files before and without; then questions."""
    notes = ground.large
    ground.index(notes)
    root = ground.vault(notes)
    [word] = words(MIDDLE_RANKS[:1])
    finder = next(found for found in GREPS if shutil.which(found[0]))
    peer = " ".join(finder)
    grep = measure.Command([*finder, word, "."], ground.env, root)
    search, answer = (
        ground.command(notes, "search", word),
        ground.command(notes, "search", "--no-refresh", word),
    )
    ours, quick, theirs = measure.best(search, answer, grep)
    lines = [
        Line(f"search WORD, {notes:,} notes swept", ours.wall, peer, theirs.wall),
        Line("search --no-refresh WORD", quick.wall, peer, theirs.wall),
    ]
    return lines + _questions(ground, root)


def _questions(ground: Ground, root: Path) -> list[Line]:
    """The median time of each kind of question, asked of an index that is open."""
    folder = ground.forget("plain-questions")
    build(root, folder)
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    vault, plain = Vault.open(str(root)), Searcher(folder)

    def ranked(query: str) -> None:
        node = vault.search.parse(query).root
        assert node is not None
        vault.full_text.scores(node, limit=20)

    common, middle, rare = (words(ranks) for ranks in (COMMON_RANKS, MIDDLE_RANKS, RARE_RANKS))
    pairs = [f"{one} {two}" for one, two in zip(common, middle, strict=False)]
    threes = [" OR ".join(three) for three in zip(common, middle, rare, strict=False)]
    typed = [word[:3] for word in middle]
    kinds = [
        Kind("a common word", common, ranked, plain.paths),
        Kind("a word of some dozens of notes", middle, ranked, plain.paths),
        Kind("a rare word", rare, ranked, plain.paths),
        Kind("two words", pairs, ranked, plain.paths),
        Kind("three words, any of them", threes, ranked, plain.paths),
        Kind("two words, with 20 passages", pairs, vault.search.search, plain.passages),
        Kind("three letters, while typing", typed, vault.search.suggest, plain.prefixed),
    ]
    return [
        Line(kind.what, kind.median(kind.ours), "plain Whoosh", kind.median(kind.theirs))
        for kind in kinds
    ]


class Kind(NamedTuple):
    """A kind of question: some of it, and who answers."""

    what: str
    queries: list[str]
    ours: Callable[[str], object]
    theirs: Callable[[str], object]

    def median(self, ask: Callable[[str], object]) -> float:
        """The median over the questions of the best time of each."""
        return median(measure.inside(partial(ask, query), times=3) for query in self.queries)
