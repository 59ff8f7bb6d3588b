"""Ranking quality: queries with graded answers, nDCG@10, MRR and recall.

nDCG@10 is the gain of the first ten hits divided by the gain of the ideal ten; a hit of grade g
adds 2^g - 1, divided by log2 of its rank plus one (Burges et al., 2005). MRR is the mean reciprocal
rank of the first good hit: grade 2 or better, or the best grade of the query.

Recall is the share of paraphrased questions whose answer is among the first hits.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from notekeep.vault import Vault

JUDGEMENTS = Path(__file__).parent.parent / "tests" / "search" / "judgements.toml"
QUESTIONS = JUDGEMENTS.with_name("questions.toml")
COLLECTED = JUDGEMENTS.with_name("collections.jsonl")
HITS = 10
FIRST_HITS = (1, 5, 10)
GOOD = 2


class GradedQuery(NamedTuple):
    """A query with the grade of each note that answers it.

    Attributes:
        kind: The kind of query.
        text: The query text.
        typing: Whether the last word is unfinished.
        grades: The grades of relevant notes, by path.
    """

    kind: str
    text: str
    typing: bool
    grades: Mapping[str, int]


class Paraphrase(NamedTuple):
    """A question that paraphrases a note; `by` is its author."""

    text: str
    note: str
    by: str


class CollectionQuestion(NamedTuple):
    """A question about a public collection.

    Attributes:
        over: The name of the collection.
        kind: The kind of question.
        text: The query text.
        typing: Whether the last word is unfinished.
        answers: The paths of the notes that answer it.
    """

    over: str
    kind: str
    text: str
    typing: bool
    answers: tuple[str, ...]


class Quality(NamedTuple):
    """The mean nDCG@10 and MRR of several queries."""

    ndcg: float
    mrr: float


def sample() -> list[GradedQuery]:
    """Return the queries about the sample vault."""
    return [
        _graded_query(query, {f"{path}.md": grade for path, grade in query["grades"].items()})
        for query in _read("sample")
    ]


def personal(labels: Mapping[str, frozenset[str]]) -> list[GradedQuery]:
    """Return the queries about a generated vault that have an answer in it.

    Args:
        labels: The labels of each note, by path, from `personal.write`.
    """
    queries = []
    for query in _read("personal"):
        by_label: Mapping[str, int] = query["grades"]
        grades = {
            path: max(by_label.get(label, 0) for label in note_labels)
            for path, note_labels in labels.items()
            if note_labels & by_label.keys()
        }
        if grades:
            queries.append(_graded_query(query, grades))
    return queries


def paraphrases(over: str) -> list[Paraphrase]:
    """Return the paraphrased questions about a vault: "sample", "hub" or a collection."""
    questions = tomllib.loads(QUESTIONS.read_text("utf-8"))["question"]
    return [
        Paraphrase(question["text"], question["note"], question["by"])
        for question in questions
        if question["over"] == over
    ]


def collection_questions(over: str) -> list[CollectionQuestion]:
    """Return the questions about a public collection, paraphrases last."""
    generated = map(json.loads, COLLECTED.read_text("utf-8").splitlines())
    return [
        *(
            CollectionQuestion(**fields | {"answers": tuple(fields["answers"])})
            for fields in generated
            if fields["over"] == over
        ),
        *(
            CollectionQuestion(over, "paraphrase", question.text, False, (question.note,))
            for question in paraphrases(over)
        ),
    ]


def first_rank(paths: Sequence[str], answers: Iterable[str]) -> int:
    """Return the rank of the first answer, from 1, or 0 if there is none."""
    return next((rank for rank, path in enumerate(paths, 1) if path in answers), 0)


def count_found(
    questions: Iterable[Paraphrase], search: Callable[[str], Sequence[str]]
) -> list[int]:
    """Return the number of questions with their note among the first 1, 5 and 10 hits."""
    found = [(question.note, search(question.text)) for question in questions]
    return [sum(note in paths[:first] for note, paths in found) for first in FIRST_HITS]


def _read(over: str) -> Iterable[dict[str, Any]]:
    queries = tomllib.loads(JUDGEMENTS.read_text("utf-8"))["query"]
    return [query for query in queries if query["over"] == over]


def _graded_query(query: dict[str, Any], grades: Mapping[str, int]) -> GradedQuery:
    is_typing = bool(query.get("typing", False))
    return GradedQuery(str(query["kind"]), str(query["text"]), is_typing, grades)


def quality(
    queries: Iterable[GradedQuery], search: Callable[[GradedQuery], Sequence[str]]
) -> Quality:
    """Return the mean figures of all queries.

    Args:
        queries: The queries.
        search: Returns the paths that a query finds, best first.
    """
    figures = [measure(search(query), query.grades) for query in queries]
    return Quality(
        sum(quality.ndcg for quality in figures) / len(figures),
        sum(quality.mrr for quality in figures) / len(figures),
    )


def measure(ranking: Sequence[str], grades: Mapping[str, int]) -> Quality:
    """Return the figures of one ranking."""
    gain = _gain([grades.get(path, 0) for path in ranking[:HITS]])
    ideal = _gain(sorted(grades.values(), reverse=True)[:HITS])
    good = min(GOOD, max(grades.values()))
    first = first_rank(ranking, {path for path, grade in grades.items() if grade >= good})
    return Quality(gain / ideal, 1 / first if first else 0.0)


def _gain(grades: Iterable[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def ours(vault: Vault, query: GradedQuery) -> list[str]:
    """Return the paths that notekeep finds for a query, best first."""
    return paths(vault, query.text, typing=query.typing)


def paths(vault: Vault, text: str, *, typing: bool = False) -> list[str]:
    """Return the paths that notekeep finds for a text, best first."""
    return [hit.row.path for hit in vault.search.search(text, typing=typing).hits]


def for_peers(query: GradedQuery | CollectionQuestion) -> str:
    """Return the query in the syntax of other engines, with a star after an unfinished word."""
    text = re.sub(r"(?:^|(?<=\s))(?:#|tag:)(\S+)", r"tags:\1", query.text)
    text = text.replace("heading:", "headings:").replace("quote:", "body:")
    return f"{text}*" if query.typing else text
