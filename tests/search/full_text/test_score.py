# mypy: untyped-calls-exclude="whoosh"
"""Hits and scores are those of Whoosh's own searcher, asked for all; sets are plain sets."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import query
from whoosh.index import open_dir
from whoosh.searching import Searcher

from notekeep.catalog.documents import WordDoc
from notekeep.query.tree import (
    And,
    Fuzzy,
    KnownPaths,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
    Terms,
    Wildcard,
    WordScope,
)
from notekeep.search.analyzer import get_analyzer
from notekeep.search.index_folder import BOOSTS, FEW_SEGMENTS, SCOPES
from notekeep.search.planner import make_planners
from notekeep.search.whoosh_format import make_schema
from notekeep.search.whoosh_index import WhooshIndex
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

whoosh: Any = query


def as_whoosh(plan: Node) -> Any:
    """The same question in Whoosh's own classes."""
    match plan:
        case Terms(fields, choices):
            rows = [
                (field, [term for _, term in choice.steps], BOOSTS[field] * choice.worth)
                for field in fields
                for choice in choices
            ]
            return whoosh.Or(
                [
                    whoosh.Term(field, row[0], boost=boost)
                    if len(row) == 1
                    else whoosh.Phrase(field, row, boost=boost)
                    for field, row, boost in rows
                ]
            )
        case And(parts):
            return whoosh.And([as_whoosh(part) for part in parts])
        case Or(parts):
            return whoosh.Or([as_whoosh(part) for part in parts])
        case KnownPaths(paths):
            return whoosh.Or([whoosh.Term("path", path, boost=0.0) for path in paths])
        case _:
            raise TypeError(plan)


def whoosh_scores(words: WhooshIndex, node: Node) -> dict[str, float]:
    """What Whoosh's searcher finds, all of it.

    NOT is taken out here: Whoosh's `Not` adds 1 to a score, and its `AndNot` keeps some notes that
    it should not.
    """
    plan = make_planners([get_analyzer("en")], words._load_vocabulary)[0].plan(node)
    assert plan is not None
    parts = plan.parts if isinstance(plan, And) else (plan,)
    reader: Any = open_dir(str(words.folder), schema=make_schema("en")).reader()
    paths = [path.decode() for path in reader.column_reader("path", translate=False)]
    with Searcher(reader) as searcher:

        def found(part: Node) -> dict[int, float]:
            hits = searcher.search(as_whoosh(part), limit=None)
            return {number: score for score, number in hits.top_n}

        scores = found(And(tuple(part for part in parts if not isinstance(part, Not))))
        out = [found(part.part) for part in parts if isinstance(part, Not)]
        return {
            paths[number]: score
            for number, score in scores.items()
            if not any(number in without for without in out)
        }


def one_segment(words: WhooshIndex, notes: Callable[..., list[WordDoc]]) -> None:
    words.build(notes(150), 1)


def many_segments(words: WhooshIndex, notes: Callable[..., list[WordDoc]]) -> None:
    words.build(notes(80), 1)
    for at in range(5):
        words.update(notes(15, seed=at + 2), [], at + 2)


def with_deletions(words: WhooshIndex, notes: Callable[..., list[WordDoc]]) -> None:
    many_segments(words, notes)
    new = [doc._replace(body=body.body) for doc, body in zip(notes(9), notes(9, 99), strict=True)]
    words.update(new, [f"notes/3-{at:04}.md" for at in range(0, 15, 2)], 9)


def merged(words: WhooshIndex, notes: Callable[..., list[WordDoc]]) -> None:
    words.build(notes(210), 1)
    for at in range(FEW_SEGMENTS):
        words.update(notes(3, seed=at + 2), [], at + 2)
    words.merge()


def questions(docs: list[WordDoc], dice: random.Random) -> Iterable[Node]:
    """Some 300 questions whose words are in the notes."""
    stops = get_analyzer("en").language.stops

    def word() -> str:
        return dice.choice([w for w in dice.choice(docs).title.lower().split() if w not in stops])

    scope: WordScope
    for scope in get_args(WordScope) * 5:
        yield Term(word(), scope)
        yield Prefix(word()[:3], scope)
    for _ in range(40):
        yield And((Term(word()), Term(word())))
        yield Or((Term(word()), Term(word(), "title"), Term(word(), "tag")))
        yield And((Term(word()), Not(Term(word()))))
    for _ in range(10):
        yield Fuzzy(word())
        yield Wildcard(f"{word()[:2]}*{word()[-1:]}")
        yield And((Term(word()), Prefix(word()[:2])))
        yield And((Term(word()), Term(word()), Term(word())))
        yield Or((And((Term(word()), Term(word()))), Phrase(f"{word()} {word()}")))
    for doc in docs[:40]:
        row = doc.body.split()
        for at in range(0, len(row) - 3, 20):
            if not {*stops, "##"} & {*row[at : at + 3]}:
                yield Phrase(" ".join(row[at : at + dice.choice((2, 3))]))


@pytest.mark.parametrize("layout", [one_segment, many_segments, with_deletions, merged])
def test_hits_and_scores_are_those_of_whoosh(
    layout: Callable[..., None], words: WhooshIndex, notes: Callable[..., list[WordDoc]]
) -> None:
    layout(words, notes)
    asked = list(questions(notes(80), random.Random(5)))
    assert len(asked) > 300
    for node in asked[:: sized(9, 1)]:
        ours, theirs = words.scores(node), whoosh_scores(words, node)
        assert ours.keys() == theirs.keys(), node
        assert ours == pytest.approx(theirs, abs=1e-6), node


# -- the boolean part, against sets of a few notes ----------------------------------------------

VOCABULARY = ["ant", "bee", "cat", "dog", "elk"]
SOME_WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=6).map(" ".join)
SOME_TEXTS = st.lists(SOME_WORDS, max_size=2).map(tuple)
NOTES = st.lists(
    st.builds(
        WordDoc,
        path=st.just(""),
        title=SOME_WORDS,
        aliases=SOME_TEXTS,
        headings=SOME_TEXTS,
        tags=st.lists(st.sampled_from(VOCABULARY), max_size=2).map(tuple),
        quotes=SOME_TEXTS,
        matter=SOME_TEXTS,
        body=SOME_WORDS,
        language=st.just(""),
    ),
    min_size=1,
    max_size=6,
).map(lambda docs: [doc._replace(path=f"{at}.md") for at, doc in enumerate(docs)])
LEAVES = st.one_of(
    st.builds(Term, st.sampled_from(VOCABULARY), st.sampled_from(get_args(WordScope))),
    st.builds(
        Phrase,
        st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=3).map(" ".join),
        st.sampled_from(get_args(WordScope)),
    ),
    st.builds(KnownPaths, st.frozensets(st.sampled_from(["0.md", "1.md", "2.md", "gone.md"]))),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)


def finds(node: Node, doc: WordDoc) -> bool:
    """The plain meaning of a tree for one note whose words have no stems."""
    match node:
        case Term(text, scope) | Phrase(text, scope):
            return any(
                f" {text} " in f" {written} "
                for field in SCOPES[scope]
                for written in texts(getattr(doc, field))
            )
        case KnownPaths(paths):
            return doc.path in paths
        case And(parts):
            return all(finds(part, doc) for part in parts)
        case Or(parts):
            return any(finds(part, doc) for part in parts)
        case Not(part):
            return not finds(part, doc)
        case _:
            raise TypeError(node)


def texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


@settings(max_examples=sized(8, 25), deadline=None)  # each writes an index
@given(docs=NOTES, later=NOTES, trees=st.lists(TREES, min_size=5, max_size=15))
def test_a_tree_finds_what_its_sets_say(
    docs: list[WordDoc],
    later: list[WordDoc],
    trees: list[Node],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    words = WhooshIndex(tmp_path_factory.mktemp("words") / "words", "")
    words.build(docs, 1)
    words.update(later[:2], [], 2)
    now = {doc.path: doc for doc in [*docs, *later[:2]]}
    for tree in trees:
        assert words.scores(tree).keys() == {p for p, doc in now.items() if finds(tree, doc)}
    words.close()
