"""Ranking quality: the same graded queries for notekeep, plain Whoosh and FTS5.

Paraphrased questions are compared with FTS5 with OR. Those about the Obsidian Hub are included if
`NOTEKEEP_CORPUS` contains its folder.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench import judge, personal, plain_fts, plain_whoosh
from bench.table import grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.ground import Ground
    from bench.judge import GradedQuery, Quality
    from notekeep.vault import Vault

NOTES = 5_000
SAMPLE = Path(__file__).parent.parent / "vault"

HEADS = ("nDCG@10 / MRR", "notekeep", "plain Whoosh", "FTS5 bm25")
RECALL_HEADS = ("notes found among the first 1 / 5 / 10", "notekeep", "FTS5 with OR")


def bench(ground: Ground) -> Iterator[str]:
    """Yield the mean figures by vault and by kind of query, then recall."""
    generated = ground.folder / "personal"
    labels = personal.write(generated, NOTES)
    queries = judge.personal(labels)
    groups = {f"{NOTES:,} notes, {len(queries)} queries": queries}
    groups |= {kind: [query for query in queries if query.kind == kind] for kind in _kinds(queries)}
    sample = judge.sample()
    yield grid(
        HEADS,
        [
            *_rows(ground, SAMPLE, {f"the sample vault, {len(sample)} queries": sample}),
            *_rows(ground, generated, groups),
        ],
    )

    roots = {"sample": SAMPLE} | ({"hub": hub} if (hub := _find_hub()) else {})
    yield grid(
        RECALL_HEADS, [row for over, root in roots.items() for row in _recall(ground, over, root)]
    )


def _find_hub() -> Path | None:
    """Return the folder of the Obsidian Hub, or None."""
    folders = map(Path, filter(None, os.environ.get("NOTEKEEP_CORPUS", "").split(os.pathsep)))
    note = judge.paraphrases("hub")[0].note
    return next((folder for folder in folders if (folder / note).is_file()), None)


def _recall(ground: Ground, over: str, root: Path) -> Iterator[list[str]]:
    """Yield a row for the questions of each author and a row for all."""
    vault, fts = open_vault(ground, root), plain_fts.Searcher(root)
    questions = judge.paraphrases(over)
    for by in (*dict.fromkeys(question.by for question in questions), None):
        group = [question for question in questions if by in (None, question.by)]
        counts = [
            judge.count_found(group, lambda text: judge.paths(vault, text)),
            judge.count_found(group, lambda text: fts.paths(text, needs_all=False)),
        ]
        cells = [" / ".join(map(str, found)) for found in counts]
        yield [f"{over}, {len(group)} questions{f', {by}' if by else ''}", *cells]


def _rows(ground: Ground, root: Path, groups: Mapping[str, list[GradedQuery]]) -> list[list[str]]:
    """Return a row for each group of queries about a vault, with a cell for each engine."""
    vault = open_vault(ground, root)
    folder = ground.empty_path(f"plain-{root.name}")
    plain_whoosh.build(root, folder)
    plain, fts = plain_whoosh.Searcher(folder), plain_fts.Searcher(root)
    engines: list[Callable[[GradedQuery], Sequence[str]]] = [
        partial(judge.ours, vault),
        lambda query: plain.paths(judge.for_peers(query)),
        lambda query: fts.paths(judge.for_peers(query)),
    ]
    return [
        [name, *(_cell(judge.quality(queries, engine)) for engine in engines)]
        for name, queries in groups.items()
    ]


def open_vault(ground: Ground, root: Path) -> Vault:
    """Open a vault with default settings and update its index."""
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault


def _cell(quality: Quality) -> str:
    return f"{quality.ndcg:.3f} / {quality.mrr:.3f}"


def _kinds(queries: list[GradedQuery]) -> list[str]:
    return sorted({query.kind for query in queries})
