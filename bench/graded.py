"""Answer quality on public collections, by kind of question.

The collections are in `public_notes.py`. `questions.py` generated the questions from their texts
with a fixed seed; paraphrases were written by hand. All engines get the same questions and notes:
notekeep in a vault, FTS5 and Whoosh as in `ranking.py`, tantivy in a separate process.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from bench import judge, plain_fts, plain_whoosh, public_notes
from bench.contest import NO_TANTIVY, TANTIVY_PYTHON, run_engine, write_notes
from bench.ranking import open_vault
from bench.table import grid
from notekeep.search.meaning import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.ground import Ground
    from bench.judge import CollectionQuestion
    from notekeep.vault import Vault

Ranks = list[int]
"""The rank of the first answer to each question, or 0 if it is not among the hits."""

_PHRASE = re.compile(r'"(.+)"')


def bench(ground: Ground) -> Iterator[str]:
    """Yield a table by kind of question and a table by collection."""
    by_kind: dict[str, dict[str, Ranks]] = defaultdict(lambda: defaultdict(list))
    by_collection: dict[str, dict[str, Ranks]] = defaultdict(lambda: defaultdict(list))
    for collection in public_notes.COLLECTIONS:
        root = ground.empty_path(f"graded-{collection.name}")
        public_notes.write(collection, ground.clones, root)
        questions = judge.collection_questions(collection.name)
        name = f"{collection.name}, {collection.licence}"
        for engine, answers in _answers(ground, root, questions).items():
            for question, paths in zip(questions, answers, strict=True):
                rank = judge.first_rank(paths, question.answers)
                by_kind[question.kind][engine].append(rank)
                by_kind["all"][engine].append(rank)
                by_collection[name][engine].append(rank)
    by_kind["all"] = by_kind.pop("all")
    yield _table("kind of question", by_kind)
    yield _table("collection", by_collection)
    if not TANTIVY_PYTHON.exists():
        yield NO_TANTIVY


def _answers(
    ground: Ground, root: Path, questions: Sequence[CollectionQuestion]
) -> dict[str, list[Sequence[str]]]:
    """Return the paths that each engine finds for each question."""
    vault = open_vault(ground, root)
    Path(vault.places.cache, FILE).unlink(missing_ok=True)  # from an earlier run
    folder = ground.empty_path(f"plain-{root.name}")
    plain_whoosh.build(root, folder)
    whoosh, fts = plain_whoosh.Searcher(folder), plain_fts.Searcher(root)
    found: dict[str, list[Sequence[str]]] = {
        "notekeep": [_ours(vault, question) for question in questions],
        "FTS5 with OR": [_ask_fts(fts, question) for question in questions],
        "plain Whoosh": [whoosh.paths(judge.for_peers(question)) for question in questions],
    }
    if vault.meaning is not None:
        vault.meaning.update()
        found["with `meaning`"] = [_ours(vault, question) for question in questions]
    if TANTIVY_PYTHON.exists():
        found["tantivy"] = _ask_tantivy(ground, root, questions)
    return found


def _ours(vault: Vault, question: CollectionQuestion) -> Sequence[str]:
    from notekeep.errors import NotekeepError

    try:
        return judge.paths(vault, question.text, typing=question.typing)
    except NotekeepError:  # the user sees an error and no notes
        return []


def _ask_tantivy(
    ground: Ground, root: Path, questions: Sequence[CollectionQuestion]
) -> list[Sequence[str]]:
    folder = ground.empty_path(f"tantivy-{root.name}")
    notes, queries = root.with_name(f"{root.name}.jsonl"), root.with_name(f"{root.name}.json")
    write_notes(root, notes)
    queries.write_text(json.dumps([_for_tantivy(question) for question in questions]), "utf-8")
    run_engine(ground, "tantivy", "build", notes, str(folder))
    answers: list[Sequence[str]] = run_engine(ground, "tantivy", "answer", queries, str(folder))
    return answers


def _for_tantivy(question: CollectionQuestion) -> tuple[str, list[str], str, tuple[int, int]]:
    """Convert a question to words, since signs are errors in tantivy's query language."""
    kind = "key" if question.typing else "phrase" if _PHRASE.fullmatch(question.text) else "or"
    return kind, re.findall(r"\w+", question.text), "", (0, 0)


def _ask_fts(fts: plain_fts.Searcher, question: CollectionQuestion) -> list[str]:
    try:
        return fts.paths(judge.for_peers(question), needs_all=question.typing)
    except sqlite3.OperationalError:  # the question has no words
        return []


def _table(group: str, rows: Mapping[str, Mapping[str, Ranks]]) -> str:
    engines = list(next(iter(rows.values())))
    return grid(
        [f"{group}: MRR, first 1 / 5 / 10", *engines],
        [
            [f"{name} ({len(ranks[engines[0]])})", *(_cell(ranks[engine]) for engine in engines)]
            for name, ranks in rows.items()
        ],
    )


def _cell(ranks: Ranks) -> str:
    reciprocal = sum(1 / rank for rank in ranks if rank) / len(ranks)
    hits = (sum(0 < rank <= first for rank in ranks) / len(ranks) for first in judge.FIRST_HITS)
    return f"{reciprocal:.3f}, {' / '.join(f'{hit:.2f}' for hit in hits)}"
