"""The records that a query's tree is made of behave as frozen dataclasses do."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.query.shape import Shape


class Word(Shape):
    text: str
    scope: str = "any"
    span: tuple[int, int] = (0, 0)


class Other(Shape):
    text: str
    scope: str = "any"
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Plain:
    text: str
    scope: str = "any"


TEXTS = st.sampled_from(["a", "b", ""])


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_equal_as_dataclasses_are(one: str, scope: str, other: str, others: str) -> None:
    mine, plain = (Word(one, scope), Word(other, others)), (Plain(one, scope), Plain(other, others))
    assert (mine[0] == mine[1]) == (plain[0] == plain[1])
    assert len(set(mine)) == len(set(plain))


def test_where_it_stood_is_no_part_of_what_it_is() -> None:
    assert Word("a", span=(3, 4)) == Word("a")
    assert hash(Word("a", span=(3, 4))) == hash(Word("a"))
    assert Word("a", span=(3, 4)).span == (3, 4)


def test_another_class_is_another_thing() -> None:
    assert Word("a") != Other("a")


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))],  # noqa: S301 - our own
)
def test_copies_are_whole(copied: Any) -> None:
    made = copied(Word("a", "title", (1, 2)))
    assert (made, made.span) == (Word("a", "title"), (1, 2))


def test_nothing_in_it_changes() -> None:
    word: Any = Word("a")
    with pytest.raises(AttributeError):
        word.text = "b"
    with pytest.raises(AttributeError):
        word.more = "b"
    with pytest.raises(AttributeError):
        del word.text


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("a", "b", (0, 0), 1), {}), (("a",), {"text": "b"}), (("a",), {"no": 1})],
)
def test_what_is_missing_or_too_much_is_an_error(values: Any, named: Any) -> None:
    with pytest.raises(TypeError):
        Word(*values, **named)


def test_matches_by_place() -> None:
    match Word("a", "title"):
        case Word(text, scope):
            assert (text, scope) == ("a", "title")
        case _:
            pytest.fail("no match")
