"""The query language, one line of it after another."""

from __future__ import annotations

import contextlib
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import UsageError
from notekeep.query.grammar import MAX_LENGTH, parse_query
from notekeep.query.tree import (
    And,
    Block,
    Compare,
    Fuzzy,
    Has,
    Is,
    Line,
    LinkFrom,
    LinkTo,
    Node,
    Not,
    Or,
    Order,
    Path,
    Phrase,
    Prefix,
    Regex,
    Section,
    Tag,
    Term,
    Wildcard,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.query.fields import QueryFields
    from notekeep.query.tree import Query

A, B, C, D = Term("a"), Term("b"), Term("c"), Term("d")

WORDS: list[tuple[str, Node]] = [
    ("naval", Term("naval")),
    ("naval leverage", And((Term("naval"), Term("leverage")))),
    ("well-being", Term("well-being")),
    ("don't", Term("don't")),
    ("why?", Term("why")),
    ("組件", Term("組件")),
    ("https://example.org/a", Term("https://example.org/a")),
    ("std::move", Term("std::move")),
    ('"exact  phrase"', Phrase("exact phrase")),
    ("“curly quotes”", Phrase("curly quotes")),
    (r'"a \“name\” in quotes"', Phrase("a “name” in quotes")),
    (r'"say \"no\""', Phrase('say "no"')),
    ("lever*", Prefix("lever")),
    ("fu*on", Wildcard("fu*on")),
    ("te?t", Wildcard("te?t")),
    ("*ology", Wildcard("*ology")),
    ("nawal~", Fuzzy("nawal", 1)),
    ("nawal~2", Fuzzy("nawal", 2)),
    ("/lever(age)?/", Regex("lever(age)?")),
    (r"/a\/b c/", Regex("a/b c")),
    ("🚀", Or((Regex("🚀"), Path("🚀")))),
    ('"--"', Regex(r"\-\-")),
    ("*", Path("")),
    ("naval & leverage", And((Term("naval"), Term("leverage")))),
    ("1 / 2 / 3", And((Term("1"), Term("2"), Term("3")))),
]

LOGIC: list[tuple[str, Node]] = [
    ("a OR b", Or((A, B))),
    ("a | b", Or((A, B))),
    ("a or b", And((A, Term("or"), B))),
    ("a AND b", And((A, B))),
    ("-a", Not(A)),
    ("NOT a", Not(A)),
    ("NOT NOT a", A),
    ("--a", A),
    ("a - b", And((A, B))),
    ("a b OR c", Or((And((A, B)), C))),
    ("a OR b c", Or((A, And((B, C))))),
    ("-a b OR c", Or((And((Not(A), B)), C))),
    ("a (b OR c)", And((A, Or((B, C))))),
    ("-(a OR b) c", And((Not(Or((A, B))), C))),
    ("a (b (c d))", And((A, B, C, D))),
    ("a OR (b OR c)", Or((A, B, C))),
    ('-"a b"', Not(Phrase("a b"))),
]

SCOPES: list[tuple[str, Node]] = [
    ("title:atomic", Term("atomic", "title")),
    ("Title: atomic", Term("atomic", "title")),
    ('title:"atomic habits"', Phrase("atomic habits", "title")),
    ("title:ato*", Prefix("ato", "title")),
    ("title:atomc~", Fuzzy("atomc", 1, "title")),
    ("title:🚀", Compare("title", ":", "🚀")),
    ('title="Atomic Habits"', Compare("title", "=", "Atomic Habits")),
    ("title:(a OR b)", Or((Term("a", "title"), Term("b", "title")))),
    ("title:(a -b)", And((Term("a", "title"), Not(Term("b", "title"))))),
    ("body:x", Term("x", "body")),
    ("content:x", Term("x", "body")),
    ("heading:x", Term("x", "heading")),
    ("quote:x", Term("x", "quote")),
    ("path:books/", Path("books/")),
    ("path:books/*", Path("books/")),
    ("file:habits", Compare("file", ":", "habits")),
    ('section:"Key ideas"', Section(Phrase("Key ideas"))),
    ("section:(a b)", Section(And((A, B)))),
    ("line:(a OR b)", Line(Or((A, B)))),
    ("line:a", Line(A)),
    ("block:(a b)", Block(And((A, B)))),
    ("ignore-case:a", A),
    ("match-case:C++", Regex(r"(?-i:C\+\+)")),
    ("-line:(a b)", Not(Line(And((A, B))))),
]

TAGS_AND_KINDS: list[tuple[str, Node]] = [
    ("tag:habit", Tag("habit")),
    ("tag:#habit", Tag("habit")),
    ("tags:habit", Tag("habit")),
    ("#learning/ml", Tag("learning/ml")),
    ("#learning/*", Tag("learning")),
    ("#learning,", Tag("learning")),
    ("tag:(a OR #b)", Or((Tag("a"), Tag("b")))),
    ("tag=habit", Compare("tags", "=", "habit")),
    ("-#habit", Not(Tag("habit"))),
    ("#42", Term("#42")),
    ("type:book", Compare("type", "=", "book")),
    ("type:Book", Compare("type", "=", "book")),
    ("kind:book", Compare("type", "=", "book")),
    ("type:(book OR post)", Or((Compare("type", "=", "book"), Compare("type", "=", "post")))),
    ("is:draft", Is("draft")),
    ("-is:orphan", Not(Is("orphan"))),
    ("has:cover", Has("cover")),
    ("has:author", Has("author")),
    ("has:task", Has("tasks")),
    ("no:rating", Not(Has("rating"))),
    ("no:tags", Not(Has("tags"))),
]

FIELDS: list[tuple[str, Node]] = [
    ('author:"james clear"', Compare("author", ":", "james clear")),
    ("authors:clear", Compare("author", ":", "clear")),
    ("author=Clear", Compare("author", "=", "Clear")),
    ("author:[[James Clear]]", Compare("author", ":", "James Clear")),
    ("rating>=4", Compare("rating", ">=", 4.0)),
    ("rating >= 4.5", Compare("rating", ">=", 4.5)),
    ("rating:>4", Compare("rating", ">", 4.0)),
    ("Rating:4", Compare("rating", ":", 4.0)),
    ("rating:3..5", Compare("rating", ":", 3.0, 5.0)),
    ("rating:4..4", Compare("rating", ":", 4.0, 4.0)),
    ("rating:3..", Compare("rating", ">=", 3.0)),
    ("rating:..3", Compare("rating", "<=", 3.0)),
    ("pages<300", Compare("pages", "<", 300.0)),
    ("words>1000", Compare("words", ">", 1000.0)),
    ("status:finished", Compare("status", ":", "finished")),
    ("status:null", Not(Has("status"))),
    ("draft:yes", Compare("draft", "=", True)),
    ("draft:false", Compare("draft", "=", False)),
    ("[author:clear]", Compare("author", ":", "clear")),
    ("[author]", Has("author")),
    ("[rating:>4]", Compare("rating", ">", 4.0)),
    ("[read date:2026-03-05]", Compare("read date", ":", "2026-03-05", "2026-03-05")),
    (
        '[status:finished OR "to read"]',
        Or((Compare("status", ":", "finished"), Compare("status", ":", "to read"))),
    ),
    ("priority:3", Compare("priority", ":", "3")),
    ("priority>3", Compare("priority", ">", 3.0)),
    ("priority>high", Compare("priority", ">", "high")),
    ("priority:1..3", Compare("priority", ":", 1.0, 3.0)),
    ("url:https://example.org", Compare("url", ":", "https://example.org")),
    ("task-todo:call", Compare("task-todo", ":", "call")),
]

DATES: list[tuple[str, Node]] = [
    ("created:2026", Compare("created", ":", "2026-01-01", "2026-12-31")),
    ("finished:2026-01..2026-03", Compare("finished", ":", "2026-01-01", "2026-03-31")),
    ("finished:2026-01..", Compare("finished", ">=", "2026-01-01")),
    ("finished:..2026-03", Compare("finished", "<=", "2026-03-31")),
    ("modified:last-week", Compare("modified", ":", "2026-11-16", "2026-11-22")),
    ("date>=yesterday", Compare("date", ">=", "2026-11-23")),
    ("date>2026-01", Compare("date", ">", "2026-01-31")),
    ("date<=2026-01", Compare("date", "<=", "2026-01-31")),
    ("date<2026-01", Compare("date", "<", "2026-01-01")),
    ("created:2026-11-03", Compare("created", ":", "2026-11-03", "2026-11-03")),
    ("priority>2026-01", Compare("priority", ">", "2026-01-31")),
]

LINKS: list[tuple[str, Node]] = [
    ('to:"Atomic Habits"', LinkTo("Atomic Habits")),
    ("to:[[Atomic Habits]]", LinkTo("Atomic Habits")),
    ("[[Atomic Habits]]", LinkTo("Atomic Habits")),
    ("from:naval", LinkFrom("naval")),
    ("-to:naval", Not(LinkTo("naval"))),
]


@pytest.mark.parametrize(
    ("text", "tree"), [*WORDS, *LOGIC, *SCOPES, *TAGS_AND_KINDS, *FIELDS, *DATES, *LINKS]
)
def test_a_query_reads_as(read: Callable[[str], Query], text: str, tree: Node) -> None:
    assert read(text).root == tree


@pytest.mark.parametrize("text", ["", "  ", "sort:title", "limit:3"])
def test_without_a_condition_every_note_matches(read: Callable[[str], Query], text: str) -> None:
    assert read(text).root is None


def test_sort_and_limit_are_no_conditions(read: Callable[[str], Query]) -> None:
    query = read("a sort:-finished,title OR b sort:score limit:20")
    assert query.root == Or((A, B))
    assert query.order == (Order("finished", descending=True), Order("title"), Order("score"))
    assert query.limit == 20


def test_the_week_starts_when_the_vault_says(fields: QueryFields) -> None:
    sunday_first = parse_query("date:this-week", fields, today=date(2026, 11, 24), week_start=6)
    assert sunday_first.root == Compare("date", ":", "2026-11-22", "2026-11-28")


def test_every_leaf_knows_its_place(read: Callable[[str], Query]) -> None:
    text = 'naval  title:"a b" -#x'
    root = read(text).root
    assert isinstance(root, And)
    naval, phrase, negated = root.parts
    assert isinstance(naval, Term)
    assert isinstance(phrase, Phrase)
    assert isinstance(negated, Not)
    assert isinstance(negated.part, Tag)
    assert [text[slice(*leaf.span)] for leaf in (naval, phrase, negated.part)] == [
        "naval",
        '"a b"',
        "#x",
    ]


@pytest.mark.parametrize(
    "unit",
    ["(", "[", '"', "[a ", "[a:", "-", "a OR ", "a:b ", "/a", "#", "NOT ", "a ", '["', "x~", "é"],
)
@pytest.mark.parametrize("typing", [False, True])
def test_the_longest_query_is_answered_at_once(
    fields: QueryFields, unit: str, *, typing: bool
) -> None:
    text = (unit * MAX_LENGTH)[:MAX_LENGTH]
    began = time.thread_time()
    with contextlib.nullcontext() if typing else contextlib.suppress(UsageError):
        parse_query(text, fields, today=date(2026, 11, 24), typing=typing)
    assert time.thread_time() - began < 2  # a safety limit: 0.05 on a quiet machine


def test_a_longer_one_is_refused(read: Callable[[str], Query]) -> None:
    with pytest.raises(UsageError, match="longer than 10,000"):
        read("a" * (MAX_LENGTH + 1))
