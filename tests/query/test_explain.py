"""How `--explain` shows what a query was understood as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.query.description import explain_tree, write_query
from notekeep.query.tree import KnownPaths

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.query.tree import Query


def test_a_tree_is_one_condition_a_line(read: Callable[[str], Query]) -> None:
    query = read('naval (type:book OR #learning) -rating>=4 line:(a "b c") sort:-created')
    assert explain_tree(query.root).splitlines() == [
        "all of",
        "  word naval",
        "  any of",
        "    type is book",
        "    tag #learning or a child of it",
        "  not",
        "    rating is at least 4",
        "  in one line",
        "    all of",
        "      word a",
        "      phrase b c",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title:ato*", "words starting with ato in a title"),
        ("body:x", "word x in the body"),
        ("fu*on", "words like fu*on"),
        ("nawal~2", "words within 2 letters of nawal"),
        ("nawal~", "words within one letter of nawal"),
        ("/a.b/", "text that matches /a.b/"),
        ("*", "every note"),
        ("path:books/", "path contains books/"),
        ("path:/books/", "path starts with books/"),
        ("is:draft", "is draft"),
        ("has:cover", "has cover"),
        ("to:naval", "links to naval"),
        ("from:naval", "linked from naval"),
        ("rating:4", "rating is 4"),
        ("rating<4.5", "rating is less than 4.5"),
        ("author:clear", "author contains clear"),
        ("author=clear", "author is clear"),
        ("draft:no", "draft is no"),
        ("finished:2026-02", "finished is from 2026-02-01 to 2026-02-28"),
        ("", "every note"),
    ],
)
def test_a_condition_is_said_in_words(read: Callable[[str], Query], text: str, said: str) -> None:
    assert explain_tree(read(text).root) == said


def test_a_query_on_one_line_has_every_bracket(read: Callable[[str], Query]) -> None:
    written = write_query(read('a b OR -title:"c d" sort:-finished limit:5'))
    assert written == '((a AND b) OR NOT title:"c d") sort:-finished limit:5'


def test_known_notes_are_counted() -> None:
    assert explain_tree(KnownPaths(frozenset({"a.md", "b.md"}))) == "<2 notes>"
