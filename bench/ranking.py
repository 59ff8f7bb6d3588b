"""How good the hits are: graded queries, asked of notekeep, plain Whoosh and FTS5 alike."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench import judge, personal, plain_fts, plain_whoosh
from bench.table import grid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.ground import Ground
    from bench.judge import Judged, Quality

NOTES = 5_000
SAMPLE = Path(__file__).parent.parent / "vault"


HEADS = ("nDCG@10 / MRR", "notekeep", "plain Whoosh", "FTS5 bm25")


def bench(ground: Ground) -> str:
    """The mean figures over all queries of each vault, then of each kind of query."""
    generated = ground.folder / "personal"
    labels = personal.write(generated, NOTES)
    judged = judge.personal(labels)
    groups = {f"{NOTES:,} notes, {len(judged)} queries": judged}
    groups |= {kind: [one for one in judged if one.kind == kind] for kind in _kinds(judged)}
    sample = judge.sample()
    return grid(
        HEADS,
        [
            *_rows(ground, SAMPLE, {f"the sample vault, {len(sample)} queries": sample}),
            *_rows(ground, generated, groups),
        ],
    )


def _rows(ground: Ground, root: Path, groups: Mapping[str, list[Judged]]) -> list[list[str]]:
    """A row for each group of queries over a vault, a cell for each engine."""
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    vault = Vault.open(root)
    vault.indexing.refresh()
    folder = ground.forget(f"plain-{root.name}")
    plain_whoosh.build(root, folder)
    plain, fts = plain_whoosh.Searcher(folder), plain_fts.Searcher(root)
    engines: list[Callable[[Judged], Sequence[str]]] = [
        partial(judge.ours, vault),
        lambda query: plain.paths(judge.for_peers(query)),
        lambda query: fts.paths(judge.for_peers(query)),
    ]
    return [
        [name, *(_cell(judge.quality(queries, engine)) for engine in engines)]
        for name, queries in groups.items()
    ]


def _cell(reached: Quality) -> str:
    return f"{reached.ndcg:.3f} / {reached.mrr:.3f}"


def _kinds(queries: list[Judged]) -> list[str]:
    return sorted({query.kind for query in queries})
