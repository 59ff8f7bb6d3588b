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
        ("a type:xx", Term("a")),
        ("a is:dr", And((Term("a"), Is("draft")))),
        ("a ratng>=", Term("a")),
        ("a ratng>=4", Term("a")),
        ("a rating>=", Term("a")),
        ("a rating>=x", Term("a")),
        ("a created:20", Term("a")),
        ("a to:Nav", Term("a")),
        ("a sort:ti", Term("a")),
        ("a limit:", Term("a")),
        ("a [auth", And((Term("a"), Prefix("[auth")))),
        ("a [author:", Term("a")),
        ("a /lev(", Term("a")),
        ("Cafe: an", Term("Cafe an")),
        ("note:this that", And((Term("note this"), Prefix("that")))),
        ("", None),
    ],
)
def test_an_unfinished_query_reads_as(
    read_typing: Callable[[str], Query], text: str, tree: Node | None
) -> None:
    assert read_typing(text).root == tree


def test_what_is_no_query_at_all_is_taken_for_its_words(
    read_typing: Callable[[str], Query],
) -> None:
    assert read_typing("(" * 100 + "naval lev").root == And((Term("naval"), Prefix("lev")))
