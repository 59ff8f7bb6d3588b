"""How good a ranking is: graded answers, and two figures that say how far up they come.

nDCG@10 is the gain of the first ten hits over that of the best possible ten; a hit of grade g is
worth 2^g - 1, divided by log2 of its place plus one (Burges et al., 2005). MRR is the mean of one
over the place of the first hit that is good, grade 2 or better, or the best grade there is.

Recall is for questions in other words than the notes': how often the one note that answers is among
the first hits.
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


class Judged(NamedTuple):
    """A query with the grade of each note that answers it.

    Attributes:
        kind: What sort of a query it is.
        text: As typed.
        typing: Whether its last word is unfinished.
        grades: The notes that are worth something, by path.
    """

    kind: str
    text: str
    typing: bool
    grades: Mapping[str, int]


class Paraphrase(NamedTuple):
    """A question in other words than the note's that answers it; `by` is who wrote it."""

    text: str
    note: str
    by: str


class Asked(NamedTuple):
    """A question over a public collection.

    Attributes:
        over: The collection.
        kind: What sort of a question it is.
        text: As typed.
        typing: Whether its last word is unfinished.
        answers: The paths of the notes that answer it.
    """

    over: str
    kind: str
    text: str
    typing: bool
    answers: tuple[str, ...]


class Quality(NamedTuple):
    """The mean figures over some queries."""

    ndcg: float
    mrr: float


def sample() -> list[Judged]:
    """The queries over the sample vault."""
    return [
        _judged(query, {f"{path}.md": grade for path, grade in query["grades"].items()})
        for query in _read("sample")
    ]


def personal(labels: Mapping[str, frozenset[str]]) -> list[Judged]:
    """The queries over a generated vault, without those that nothing in it answers.

    Args:
        labels: What each note is about, by path, as `personal.write` gives it.
    """
    found = []
    for query in _read("personal"):
        known: Mapping[str, int] = query["grades"]
        grades = {
            path: max(known.get(label, 0) for label in about)
            for path, about in labels.items()
            if about & known.keys()
        }
        if grades:
            found.append(_judged(query, grades))
    return found


def paraphrases(over: str) -> list[Paraphrase]:
    """The questions over a vault, "sample" or "hub", whose words need not be the notes'."""
    asked = tomllib.loads(QUESTIONS.read_text("utf-8"))["question"]
    return [
        Paraphrase(question["text"], question["note"], question["by"])
        for question in asked
        if question["over"] == over
    ]


def collected(over: str) -> list[Asked]:
    """The questions over a public collection, paraphrases last."""
    made = map(json.loads, COLLECTED.read_text("utf-8").splitlines())
    return [
        *(Asked(**one | {"answers": tuple(one["answers"])}) for one in made if one["over"] == over),
        *(
            Asked(over, "paraphrase", one.text, typing=False, answers=(one.note,))
            for one in paraphrases(over)
        ),
    ]


def place(paths: Sequence[str], answers: Iterable[str]) -> int:
    """The place of the first path that is an answer, from 1; 0 when there is none."""
    return next((at for at, path in enumerate(paths, 1) if path in answers), 0)


def count_found(
    questions: Iterable[Paraphrase], search: Callable[[str], Sequence[str]]
) -> list[int]:
    """How many questions have their note among the first 1, 5 and 10 hits."""
    found = [(question.note, search(question.text)) for question in questions]
    return [sum(note in paths[:first] for note, paths in found) for first in FIRST_HITS]


def _read(over: str) -> Iterable[dict[str, Any]]:
    asked = tomllib.loads(JUDGEMENTS.read_text("utf-8"))["query"]
    return [query for query in asked if query["over"] == over]


def _judged(query: dict[str, Any], grades: Mapping[str, int]) -> Judged:
    return Judged(str(query["kind"]), str(query["text"]), bool(query.get("typing", False)), grades)


def quality(queries: Iterable[Judged], search: Callable[[Judged], Sequence[str]]) -> Quality:
    """Ask all queries and take the mean of their figures.

    Args:
        queries: What is asked.
        search: Answers a query with paths, best first.
    """
    figures = [measure(search(query), query.grades) for query in queries]
    return Quality(
        sum(one.ndcg for one in figures) / len(figures),
        sum(one.mrr for one in figures) / len(figures),
    )


def measure(ranking: Sequence[str], grades: Mapping[str, int]) -> Quality:
    """The figures of one ranking."""
    gained = _gain([grades.get(path, 0) for path in ranking[:HITS]])
    best = _gain(sorted(grades.values(), reverse=True)[:HITS])
    good = min(GOOD, max(grades.values()))
    first = place(ranking, {path for path, grade in grades.items() if grade >= good})
    return Quality(gained / best, 1 / first if first else 0.0)


def _gain(grades: Iterable[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(at + 1) for at, grade in enumerate(grades, 1))


def ours(vault: Vault, query: Judged) -> list[str]:
    """What notekeep answers, best first."""
    return paths(vault, query.text, typing=query.typing)


def paths(vault: Vault, text: str, *, typing: bool = False) -> list[str]:
    """The paths that notekeep answers, best first."""
    return [hit.row.path for hit in vault.search.search(text, typing=typing).hits]


def for_peers(query: Judged | Asked) -> str:
    """The query as other engines read it: their fields, and a star on an unfinished word."""
    text = re.sub(r"(?:^|(?<=\s))(?:#|tag:)(\S+)", r"tags:\1", query.text)
    text = text.replace("heading:", "headings:").replace("quote:", "body:")
    return f"{text}*" if query.typing else text
