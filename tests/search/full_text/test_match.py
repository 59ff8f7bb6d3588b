"""A query's words in a text: for snippets, sections and lines."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.catalog.documents import WordDoc
from notekeep.query.tree import (
    And,
    KnownPaths,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
)
from notekeep.search.analyzer import get_analyzer
from notekeep.search.planner import PlanMatcher, make_planners, make_plans
from notekeep.search.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.search.whoosh_index import WhooshIndex


@pytest.mark.parametrize(
    ("node", "text", "marked"),
    [
        (Term("lever"), "A Lever, two levers; a level.", ["Lever", "levers"]),
        (Term("cafe"), "Cafe\u0301 and CAFÉ", ["Cafe\u0301", "CAFÉ"]),
        (Phrase("lord of the rings"), "the Lord of the Rings, lord rings", ["Lord of the Rings"]),
        (Term("node.js"), "use node.js or js", ["node.js"]),
        (Term("组件"), "一组件库", ["组件"]),
        (Prefix("lev"), "levers and others", ["levers"]),
        (And((Term("a1"), Term("b1"))), "b1 x a1", ["b1", "a1"]),
        (And((Term("a1"), Not(Term("b1")))), "a1 b1", ["a1"]),
        (Or((Term("a1"), KnownPaths(frozenset()))), "a1", ["a1"]),
        (Term("the"), "the", []),
        (Term("lever"), "", []),
    ],
)
def test_spans_are_where_the_words_stand(
    indexed: Callable[..., WhooshIndex], node: Node, text: str, marked: list[str]
) -> None:
    matcher = indexed("levers and leverage").matcher(node)
    assert [text[start:end] for start, end in matcher.spans(text)] == marked


@pytest.mark.parametrize(
    ("node", "text", "holds"),
    [
        (And((Term("lever"), Term("pulley"))), "pulleys and levers", True),
        (And((Term("lever"), Term("pulley"))), "levers", False),
        (Or((Term("lever"), Term("pulley"))), "levers", True),
        (And((Term("lever"), Not(Term("pulley")))), "lever pulley", False),
        (Phrase("lever pulley"), "pulley lever", False),
        (Term("the"), "anything", True),
    ],
)
def test_a_text_holds_what_the_tree_asks(
    indexed: Callable[..., WhooshIndex],
    node: Node,
    text: str,
    holds: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert indexed("lever").matcher(node).matches_one_part(text, [0]) is holds


def test_a_text_in_another_language_is_read_in_it(indexed: Callable[..., WhooshIndex]) -> None:
    english = WordDoc("2.md", "", body="a house", language="en")
    matcher = indexed("Häuser", english, language="de").matcher(Term("Haus"))
    assert matcher.spans("zwei Häuser") == [(5, 11)]
    assert matcher.spans("zwei Häuser", language="en") == []


SAID = st.lists(
    st.sampled_from(
        [
            *[
                "the",
                "plug",
                "plugs",
                "Plugin",
                "PLUGINS",
                "plugged",
                "3plug",
                "plug3.",
                "foo_plug",
            ],
            *["e-mail", "email", "E-mails", "o'clock", "dart", "d'art", "o'er", "oer", "C++", "\n"],
            *["skies", "sky", "dying", "die", "lying", "happy", "happily", "obsidian", "obsidians"],
        ]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)


@pytest.mark.parametrize("code", ["en", "de", "fr", "fi", "nl", ""])
@given(text=SAID, words=st.lists(SAID, min_size=1, max_size=2), negative=st.booleans())
def test_pieces_that_are_passed_over_hold_nothing(
    code: str,
    text: str,
    words: list[str],
    negative: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    by = get_analyzer(code)
    leaves: list[Node] = [Or(tuple(map(Term, said.split()))) for said in words]
    node = And((*leaves, Not(leaves[0])) if negative else tuple(leaves))
    starts = [0, *(at + 1 for at, letter in enumerate(text) if letter == "\n")]
    pieces = [text[start:end] for start, end in pairwise([*starts, len(text)])]
    matcher = PlanMatcher(make_plans(make_planners([by], lambda: Vocabulary(Path())), node))
    assert matcher.matches_one_part(text, starts) == any(
        matcher.matches_one_part(piece, [0]) for piece in pieces
    )
