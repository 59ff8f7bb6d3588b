"""Searches on the command line, compared with grep, and in a process, compared with Whoosh."""

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
"""Search tools, the fastest first; the first that is installed is the peer."""


def bench(ground: Ground) -> list[Line]:
    """Time `search` on the command line with and without a scan of files, then in a process."""
    notes = ground.large
    ground.index(notes)
    root = ground.vault(notes)
    [word] = words(MIDDLE_RANKS[:1])
    tool = next(tool for tool in GREPS if shutil.which(tool[0]))
    peer = " ".join(tool)
    grep = measure.Command([*tool, word, "."], ground.env, root)
    search, no_refresh = (
        ground.command(notes, "search", word),
        ground.command(notes, "search", "--no-refresh", word),
    )
    ours, quick, theirs = measure.best(search, no_refresh, grep)
    lines = [
        Line(f"search WORD, {notes:,} notes", ours.wall, peer, theirs.wall),
        Line("search --no-refresh WORD", quick.wall, peer, theirs.wall),
    ]
    return lines + _questions(ground, root)


def _questions(ground: Ground, root: Path) -> list[Line]:
    """Return the median time of each kind of question with an open index."""
    folder = ground.empty_path("plain-questions")
    build(root, folder)
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    vault, plain = Vault.open(str(root)), Searcher(folder)

    def ranked(query: str) -> None:
        node = vault.search.parse(query).root
        assert node is not None
        vault.full_text.scores(node, limit=20)

    common, middle, rare = (words(ranks) for ranks in (COMMON_RANKS, MIDDLE_RANKS, RARE_RANKS))
    pairs = [" ".join(pair) for pair in zip(common, middle, strict=False)]
    alternatives = [" OR ".join(three) for three in zip(common, middle, rare, strict=False)]
    typed = [word[:3] for word in middle]
    kinds = [
        Kind("a common word", common, ranked, plain.paths),
        Kind("a word in some dozens of notes", middle, ranked, plain.paths),
        Kind("a rare word", rare, ranked, plain.paths),
        Kind("two words", pairs, ranked, plain.paths),
        Kind("three words, any of them", alternatives, ranked, plain.paths),
        Kind("two words, with 20 passages", pairs, vault.search.search, plain.passages),
        Kind("three letters, while typing", typed, vault.search.suggest, plain.paths_by_prefix),
    ]
    return [
        Line(kind.name, kind.median(kind.ours), "plain Whoosh", kind.median(kind.theirs))
        for kind in kinds
    ]


class Kind(NamedTuple):
    """A kind of question: example queries and the functions that answer them."""

    name: str
    queries: list[str]
    ours: Callable[[str], object]
    theirs: Callable[[str], object]

    def median(self, search: Callable[[str], object]) -> float:
        """Return the median of the best times of all queries."""
        return median(measure.best_wall(partial(search, query), times=3) for query in self.queries)
