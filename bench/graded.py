"""How often the right note comes first: graded questions over public collections, kind by kind.

The collections are in `public_notes.py`. `questions.py` made the questions from their texts by a
fixed seed; paraphrases were written by hand. Every engine gets each question as it is, and the same
notes: notekeep a vault, FTS5 and Whoosh as in `ranking.py`, tantivy in a process of its own.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from bench import judge, plain_fts, plain_whoosh, public_notes
from bench.contest import TANTIVY_PYTHON, run_engine, write_notes
from bench.ranking import open_vault
from bench.table import grid
from notekeep.search.meaning import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.ground import Ground
    from bench.judge import Asked
    from notekeep.vault import Vault

Places = list[int]
"""The place of the first answer to each question, 0 where it is not among the hits."""

_PHRASE = re.compile(r'"(.+)"')


def bench(ground: Ground) -> Iterator[str]:
    """A table of all kinds of question, and one of the collections."""
    by_kind: dict[str, dict[str, Places]] = defaultdict(lambda: defaultdict(list))
    by_collection: dict[str, dict[str, Places]] = defaultdict(lambda: defaultdict(list))
    for collection in public_notes.COLLECTIONS:
        root = ground.forget(f"graded-{collection.name}")
        public_notes.write(collection, ground.clones, root)
        questions = judge.collected(collection.name)
        name = f"{collection.name}, {collection.licence}"
        for engine, answers in _answers(ground, root, questions).items():
            for question, paths in zip(questions, answers, strict=True):
                place = judge.place(paths, question.answers)
                by_kind[question.kind][engine].append(place)
                by_kind["all"][engine].append(place)
                by_collection[name][engine].append(place)
    by_kind["all"] = by_kind.pop("all")
    yield _table("kind of question", by_kind)
    yield _table("collection", by_collection)
    if not TANTIVY_PYTHON.exists():
        yield f"tantivy: there is no {TANTIVY_PYTHON}; `make bench` makes it"


def _answers(
    ground: Ground, root: Path, questions: Sequence[Asked]
) -> dict[str, list[Sequence[str]]]:
    """By engine, the paths that it answers to each question."""
    vault = open_vault(ground, root)
    Path(vault.places.cache, FILE).unlink(missing_ok=True)  # of an earlier run
    folder = ground.forget(f"plain-{root.name}")
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


def _ours(vault: Vault, question: Asked) -> Sequence[str]:
    from notekeep.errors import NotekeepError

    try:
        return judge.paths(vault, question.text, typing=question.typing)
    except NotekeepError:  # who asked sees no note
        return []


def _ask_tantivy(ground: Ground, root: Path, questions: Sequence[Asked]) -> list[Sequence[str]]:
    folder = ground.forget(f"tantivy-{root.name}")
    notes, asked = root.with_name(f"{root.name}.jsonl"), root.with_name(f"{root.name}.json")
    write_notes(root, notes)
    asked.write_text(json.dumps([_for_tantivy(question) for question in questions]), "utf-8")
    run_engine(ground, "tantivy", "build", notes, str(folder))
    answers: list[Sequence[str]] = run_engine(ground, "tantivy", "answer", asked, str(folder))
    return answers


def _for_tantivy(question: Asked) -> tuple[str, list[str], str, tuple[int, int]]:
    """A question of its words: signs are errors in tantivy's query language."""
    kind = "key" if question.typing else "phrase" if _PHRASE.fullmatch(question.text) else "or"
    return kind, re.findall(r"\w+", question.text), "", (0, 0)


def _ask_fts(fts: plain_fts.Searcher, question: Asked) -> list[str]:
    try:
        return fts.paths(judge.for_peers(question), needs_all=question.typing)
    except sqlite3.OperationalError:  # a question without words
        return []


def _table(what: str, rows: Mapping[str, Mapping[str, Places]]) -> str:
    engines = list(next(iter(rows.values())))
    return grid(
        [f"{what}: MRR, first 1 / 5 / 10", *engines],
        [
            [f"{name} ({len(places[engines[0]])})", *(_cell(places[engine]) for engine in engines)]
            for name, places in rows.items()
        ],
    )


def _cell(places: Places) -> str:
    reciprocal = sum(1 / place for place in places if place) / len(places)
    hits = (sum(0 < place <= first for place in places) / len(places) for first in judge.FIRST_HITS)
    return f"{reciprocal:.3f}, {' / '.join(f'{hit:.2f}' for hit in hits)}"
