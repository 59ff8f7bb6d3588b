"""A query while somebody types it: never an error, and what it says so far counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.query.tree import (
    And,
    Compare,
    Is,
    Line,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Section,
    Tag,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.query.tree import Query


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("lev", Prefix("lev")),
        ("lev ", Term("lev")),
        ("nav lev", And((Term("nav"), Prefix("lev")))),
        ("title:ato", Prefix("ato", "title")),
        ("title:(a b", And((Term("a", "title"), Prefix("b", "title")))),
        ("section:(a b", And((Term("a"), Prefix("b")))),
        ("section:(a b)", Section(And((Term("a"), Term("b"))))),
        ("block:(a (b", And((Term("a"), Prefix("b")))),
        ("line:lev", Prefix("lev")),
        ("line:lev ", Line(Term("lev"))),
        ("line:(-a", Not(Term("a"))),
        ("a OR", Term("a")),
        ("a OR (b", Or((Term("a"), Prefix("b")))),
        ("a AND", Term("a")),
        ("a -", Term("a")),
        ("a -b", And((Term("a"), Not(Term("b"))))),
        ("a NOT", Term("a")),
        ("a) b", And((Term("a"), Prefix("b")))),
        ('a "', Term("a")),
        ('"exa', Prefix("exa")),
        ('"exact phr', And((Phrase("exact"), Prefix("phr")))),
        ('"exact phrase ', Phrase("exact phrase")),
        ("#lear", Compare("tags", ":", "lear")),
        ("#learning ", Tag("learning")),
        ("a type:", Term("a")),
        ("a type:bo", And((Term("a"), Compare("type", "=", "book")))),
        ("type:po", Or((Compare("type", "=", "podcast"), Compare("type", "=", "post")))),
        ("a is:dr", And((Term("a"), Is("draft")))),
        ("a rating>=", Term("a")),
        ("a created:20", Term("a")),
        ("a to:Nav", Term("a")),
        ("a sort:ti", Term("a")),
        ("a limit:", Term("a")),
        ("a [auth", And((Term("a"), Prefix("[auth")))),
        ("a [author:", Term("a")),
        ("a finished:last-m", Term("a")),
        ("a is:", Term("a")),
        ("a /lev", And((Term("a"), Prefix("/lev")))),
        ("Cafe: an", And((Term("Cafe:"), Prefix("an")))),
        ("note:this that", And((Term("note:this"), Prefix("that")))),
        ("50%", Term("50%")),
        ("", None),
    ],
)
def test_an_unfinished_query_reads_as(
    read_typing: Callable[[str], Query], text: str, tree: Node | None
) -> None:
    assert read_typing(text).root == tree


@pytest.mark.parametrize(
    ("text", "message", "near"),
    [
        ("a type:bok", 'no kind "bok"', "book"),
        ("a is:reading", 'no state "reading"', ""),
        ("a rating>=x", 'rating is a number, but "x" is not', ""),
        ("a finished:last-mnth", 'finished is a date, but "last-mnth" is not', ""),
        ("a ratng>=", 'no field "ratng"', "rating"),
        ("a sort:titel", 'no field "titel" to sort by', "title"),
        ("a limit:x", "limit: needs a number", ""),
        ("(" * 100 + "naval lev", "More than 50 nested brackets", ""),
    ],
)
def test_a_query_that_cannot_be_read_finds_nothing_and_has_the_reason(
    read_typing: Callable[[str], Query], text: str, message: str, near: str
) -> None:
    query = read_typing(text)
    assert query.root == Or(())
    assert query.error is not None
    assert message in query.error.message
    assert query.error.near == near
