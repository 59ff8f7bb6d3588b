"""What a person is told when a query makes no sense: what, where, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import UsageError
from notekeep.query.grammar import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.query.tree import Query


@pytest.mark.parametrize(
    ("text", "position", "message", "hint"),
    [
        ("a ratng>=4", 2, 'no field "ratng"', "Did you mean rating? To search for the text"),
        ("heading>2", 0, 'no field "heading"', "e.g. heading:word"),
        ("xyzzy:1", 0, 'no field "xyzzy"', 'use quotes: "xyzzy:1"'),
        ("a < b", 0, 'no field "a"', 'use quotes: "a < b"'),
        ("type:bok", 5, 'no kind "bok"', "Did you mean book?"),
        ("is:drft", 3, 'no state "drft"', "Did you mean draft?"),
        ("is:book", 3, 'no state "book"', "type:book"),
        ("has:covr", 4, 'no field or thing "covr"', "Did you mean cover?"),
        ("no:ratin", 3, 'no field or thing "ratin"', "Did you mean rating?"),
        ("[autor]", 0, 'no field or thing "autor"', "Did you mean author?"),
        ("sort:titel", 5, 'no field "titel" to sort by', "Did you mean title?"),
        ("sort:title,-pagse", 11, 'no field "pagse"', "Did you mean pages?"),
        ("rating>=good", 8, 'rating is a number, but "good" is not', "rating>=4"),
        ("rating:1e5", 7, "rating is a number", "rating:3..5"),
        ("rating:5..3", 7, "ends before it starts", "3..5"),
        ("rating>3..5", 7, "A range cannot be compared", "rating:3..5"),
        ("rating:..", 7, "range is empty", "A.."),
        ("created:2026-02-30", 8, "The date 2026-02-30 does not exist", ""),
        ("created:soon", 8, 'created is a date, but "soon" is not', "last-week"),
        ("draft:maybe", 6, 'draft is yes or no, not "maybe"', "draft:yes"),
        ("draft>yes", 6, "draft is yes or no", "draft:yes"),
        ("type>book", 0, "type cannot be compared with >", "type:book"),
        ("limit:0", 6, "a number, at least 1", "limit:20"),
        ("limit:many", 6, "a number, at least 1", "limit:20"),
        ("-limit:3", 0, "cannot be negated", ""),
        ("limit:(3)", 0, "cannot have brackets", ""),
        ("title:", 0, "title: needs a value", "no:title"),
        ("ratng:", 0, 'There is no field "ratng".', "Did you mean rating?"),
        ('author:""', 7, "author: needs a value", "no:author"),
        ("rating>= OR x", 0, "rating>= needs a value", ""),
        ("to:[[]]", 3, "needs the name of a note", ""),
        ("tag:#", 4, "tag is missing", "tag:habit"),
        ("body:--", 5, "-- has no words", "/text/"),
        ("a OR", 2, "OR needs something after it", '"OR"'),
        ("OR a", 0, "OR needs something before it", '"OR"'),
        ("a OR OR b", 5, "OR needs something before it", '"OR"'),
        ("a (b OR)", 5, "OR needs something after it", '"OR"'),
        ("a AND", 2, "AND needs something on both sides", '"AND"'),
        ("a NOT", 2, "NOT needs something after it", '"NOT"'),
        ("a (b", 2, "is not closed", ""),
        ("a b)", 3, "This bracket has no opening bracket", ""),
        ("a ()", 2, "brackets are empty", ""),
        ('a "b c', 2, "quotes are not closed", r"\""),
        ('a "" b', 2, "quotes are empty", ""),
        ("/lever(/", 6, "is invalid", ""),
        (f"/{'(' * 900}{')' * 900}/", 0, "can have 1000 characters", ""),
        ("nawal~7", 0, "maximum is 2", "nawal~2"),
        ("[[", 0, "[[ has no words", "/text/"),
        ("[x]", 0, 'no field or thing "x"', "notekeep fields"),
        ("&", 0, "& has no words", "/text/"),
        ("title:(a type:book)", 9, "title:( ) can contain only words", "type:"),
        ("line:(/a/)", 6, "only words", ""),
        ("line:(cue 🚀)", 10, "only words", ""),
        ("section:*", 8, "only words", ""),
        ("title:(a /b/)", 9, "only words", ""),
        ("(" * 60 + "a" + ")" * 60, MAX_DEPTH, "More than 50 nested brackets", ""),
    ],
)
def test_an_error_says_what_where_and_what_instead(
    read: Callable[[str], Query], text: str, position: int, message: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    error = caught.value
    assert message in error.message
    assert hint in error.hint
    assert error.position == position
    assert error.text == text
    assert error.exit_code == 2
