"""How good the hits are: graded queries, asked of notekeep, plain Whoosh and FTS5 alike.

Questions in other words than the notes' are asked beside FTS5 with OR; those over the Obsidian Hub
when `NOTEKEEP_CORPUS` names its folder.
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
    from bench.judge import Judged, Quality
    from notekeep.vault import Vault

NOTES = 5_000
SAMPLE = Path(__file__).parent.parent / "vault"


HEADS = ("nDCG@10 / MRR", "notekeep", "plain Whoosh", "FTS5 bm25")
RECALL_HEADS = ("notes found among the first 1 / 5 / 10", "notekeep", "FTS5 with OR")


def bench(ground: Ground) -> Iterator[str]:
    """The mean figures over all queries of each vault, then of each kind of query; then recall."""
    generated = ground.folder / "personal"
    labels = personal.write(generated, NOTES)
    judged = judge.personal(labels)
    groups = {f"{NOTES:,} notes, {len(judged)} queries": judged}
    groups |= {kind: [one for one in judged if one.kind == kind] for kind in _kinds(judged)}
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
    """The folder of the Obsidian Hub, if there is one."""
    folders = map(Path, filter(None, os.environ.get("NOTEKEEP_CORPUS", "").split(os.pathsep)))
    note = judge.paraphrases("hub")[0].note
    return next((folder for folder in folders if (folder / note).is_file()), None)


def _recall(ground: Ground, over: str, root: Path) -> Iterator[list[str]]:
    """A row for the questions of each author and one for all."""
    vault, fts = open_vault(ground, root), plain_fts.Searcher(root)
    questions = judge.paraphrases(over)
    for by in (*dict.fromkeys(question.by for question in questions), None):
        some = [question for question in questions if by in (None, question.by)]
        counts = [
            judge.count_found(some, lambda text: judge.paths(vault, text)),
            judge.count_found(some, lambda text: fts.paths(text, needs_all=False)),
        ]
        told = [" / ".join(map(str, found)) for found in counts]
        yield [f"{over}, {len(some)} questions{f', {by}' if by else ''}", *told]


def _rows(ground: Ground, root: Path, groups: Mapping[str, list[Judged]]) -> list[list[str]]:
    """A row for each group of queries over a vault, a cell for each engine."""
    vault = open_vault(ground, root)
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


def open_vault(ground: Ground, root: Path) -> Vault:
    """A vault with a current index, opened with the settings of nobody."""
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault


def _cell(reached: Quality) -> str:
    return f"{reached.ndcg:.3f} / {reached.mrr:.3f}"


def _kinds(queries: list[Judged]) -> list[str]:
    return sorted({query.kind for query in queries})
