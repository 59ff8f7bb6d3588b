"""Searching: the command against grep, and one question inside a program against plain Whoosh."""

from __future__ import annotations

import os
import shutil
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

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
    grep = measure.Command([*finder, word, str(root)], ground.env)
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
    """The median time of each kind of question, asked of an open index."""
    folder = ground.forget("plain-questions")
    build(root, folder)
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    vault, plain = Vault.open(str(root)), Searcher(folder)
    peer = "plain Whoosh"
    common, middle, rare = (words(ranks) for ranks in (COMMON_RANKS, MIDDLE_RANKS, RARE_RANKS))
    kinds = {
        "a common word": common,
        "a word in some dozens of notes": middle,
        "a rare word": rare,
        "two words": [f"{one} {two}" for one, two in zip(common, middle, strict=False)],
        "three words, any": [
            " OR ".join(three) for three in zip(common, middle, rare, strict=False)
        ],
    }
    lines = [
        Line(
            f"{kind}, 20 hits with snippets",
            _median([partial(vault.search, query, limit=20) for query in queries]),
            f"{peer}, hits only",
            _median([partial(plain.paths, query) for query in queries]),
        )
        for kind, queries in kinds.items()
    ]
    typed = [word[:3] for word in middle]
    lines.append(
        Line(
            "three letters while typing",
            _median([partial(vault.suggest, start) for start in typed]),
            f"{peer}, prefix",
            _median([partial(plain.paths, f"{start}*") for start in typed]),
        )
    )
    return lines


def _median(questions: list[Callable[[], object]]) -> float:
    return median(measure.inside(question, times=3) for question in questions)
