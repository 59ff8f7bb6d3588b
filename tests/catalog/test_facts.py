"""What each condition about facts finds, on one small vault."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.queries import count_open, list_tasks
from notekeep.errors import UsageError
from notekeep.query.tree import And, KnownPaths, Not, Or, Path, Tag, Term

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path as Folder

    from tests.catalog.conftest import Vault

NOTES = {
    "books/habits.md": """---
title: Atomic Habits
type: book
author: [James Clear]
rating: 4.5
pages: 320
status: finished
finished: 2026-03-14
tags: [habit, learning/behaviour]
aliases: [AH]
mood: 3
---
See [[deep work]] and [[Nobody]].

- [ ] call James
- [x] buy it
""",
    "books/deep work.md": """---
type: book
author: Cal Newport
rating: 3
status: reading
started: 2026-02
cover: deep.png
tags: Learning
---
# Deep Work
> Focus is a skill. (p. 12)
""",
    "books/café.md": "---\ntype: book\nauthor: [[Émile Zola]]\n---\n# Café\n",
    "posts/draft.md": "---\ntype: post\ndate: 2026-11-20\ndraft: true\n---\n[[AH]] #writing\n",
    "posts/out.md": """---
type: post
date: 2025-01-02
draft: false
mood: high
---
[x](../books/habits.md)
""",
    "private/diary.md": "My words are mine.\n",
    "broken.md": "---\ntitle: [oops\n---\nbody\n",
    "merge.md": "one\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n",
    "code.md": "```\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n```\n",
    "templates/book.md": "---\ntype: book\n---\n# A book\n",
    "habits/log/2026-11.laptop.md": "- 2026-11-01 read: 1\n",
    "plain.md": "Nothing here.\n",
    "plain.sync-conflict-20261101-101010-ABCDEFG.md": "Something here.\n",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, make_vault: Callable[[Folder], Vault]) -> Vault:
    made = make_vault(tmp_path_factory.mktemp("shelf"))
    for path, text in NOTES.items():
        made.write(path, text)
    then = datetime(2026, 11, 18, 23, 59).timestamp()  # noqa: DTZ001 - a day is one of the wall clock here
    os.utime(made.root / "plain.md", (then, then))
    made.refresh()
    return made


ALL = [
    "books/habits",
    "broken",
    "books/café",
    "code",
    "books/deep work",
    "private/diary",
    "posts/draft",
    "merge",
    "posts/out",
    "plain",
]


def test_without_a_query_all_notes_are_listed_by_title(shelf: Vault) -> None:
    assert shelf.ls() == ALL


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("*", ALL),
        ("type:book", ["books/habits", "books/café", "books/deep work"]),
        ("-type:book type:post", ["posts/draft", "posts/out"]),
        ("path:books/", ["books/habits", "books/café", "books/deep work"]),
        ("path:CAFE", ["books/café"]),
        ("file:deep", ["books/deep work"]),
        ("file:books", []),
        ('title="atomic habits"', ["books/habits"]),
        ("#habit", ["books/habits"]),
        ("#learning", ["books/habits", "books/deep work"]),
        ("#learning/behaviour", ["books/habits"]),
        ("tag=learning", ["books/deep work"]),
        ("#writing", ["posts/draft"]),
        ("#behaviour", []),
        ("author:clear", ["books/habits"]),
        ('author:"james CLEAR"', ["books/habits"]),
        ("author=james", []),
        ('author="james clear"', ["books/habits"]),
        ("author:emile", ["books/café"]),
        ("rating>=4", ["books/habits"]),
        ("rating:4.5", ["books/habits"]),
        ("rating:3..5", ["books/habits", "books/deep work"]),
        ("-rating>=4 type:book", ["books/café", "books/deep work"]),
        ("no:rating type:book", ["books/café"]),
        ("pages<321", ["books/habits"]),
        ("status:finish", ["books/habits"]),
        ("finished:2026", ["books/habits"]),
        ("finished:2026-03..2026-04", ["books/habits"]),
        ("finished>2026-03", []),
        ("finished>2026-02", ["books/habits"]),
        ("started:2026-02", ["books/deep work"]),
        ("created:2026", ["posts/draft"]),
        ("created<=2025-01-02", ["posts/out"]),
        ("date:last-week", ["posts/draft"]),
        ("draft:no", ["posts/out"]),
        ("mood:3", ["books/habits"]),
        ("mood>2", ["books/habits"]),
        ("mood:high", ["posts/out"]),
        ("alias:ah", ["books/habits"]),
        ("words<=2 type:post", ["posts/draft", "posts/out"]),
        ("task:james", ["books/habits"]),
        ("task-done:james", []),
        ("task-done:buy", ["books/habits"]),
        ("has:cover", ["books/deep work"]),
        ("has:task", ["books/habits"]),
        ("has:task-done", ["books/habits"]),
        ("has:quote type:book", ["books/deep work"]),
        ("has:heading type:book", ["books/café", "books/deep work"]),
        ("has:code", ["code"]),
        ("has:alias", ["books/habits"]),
        ("has:tags -type:book", ["posts/draft"]),
        ("has:link type:book", ["books/habits"]),
        ("has:backlink", ["books/habits", "books/deep work"]),
        ("is:draft", ["posts/draft"]),
        ("is:private", ["private/diary"]),
        ("private:no path:private", []),
        ("is:todo", ["books/habits"]),
        ("is:broken", ["books/habits", "books/café"]),
        ("is:orphan type:post", ["posts/draft", "posts/out"]),
        ("is:untagged type:book", ["books/café"]),
        ("is:invalid", ["broken"]),
        ("is:conflict", ["merge", "plain"]),
        ("is:template", ["templates/book"]),
        ("is:log", ["habits/log/2026-11.laptop"]),
        ("-is:log type:post", ["posts/draft", "posts/out"]),
        ("to:ah", ["posts/draft", "posts/out"]),
        ('to:"Atomic Habits"', ["posts/draft", "posts/out"]),
        ("to:books/habits.md", ["posts/draft", "posts/out"]),
        ("to:posts/habits", []),
        ("to:nobody", ["books/habits"]),
        ('from:"atomic habits"', ["books/deep work"]),
        ("type:book (rating>4 OR has:cover)", ["books/habits", "books/deep work"]),
        ("modified:2026-11-18", ["plain"]),
        ("modified<2026-11-19", ["plain"]),
        ("modified<=2026-11-18", ["plain"]),
        ("modified>2026-11-17 modified<2026-11-19", ["plain"]),
        ("modified>2026-11-18 path:plain", []),
        ("modified>=2026-11-18 path:plain", ["plain"]),
        ("modified<9999 modified>0001 path:plain", ["plain"]),
        ("modified:0001..9999 path:plain", ["plain"]),
        ("modified:2300", []),
        ("modified<1600", []),
        ("title=caf\udce9 OR path:caf\udce9 OR mood:\udce9", []),
    ],
)
def test_a_condition_finds(shelf: Vault, text: str, found: list[str]) -> None:
    assert shelf.ls(text) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("sort:-title", ["books/deep work", "books/café", "books/habits"]),
        ("sort:rating", ["books/deep work", "books/habits", "books/café"]),
        ("sort:-rating", ["books/habits", "books/deep work", "books/café"]),
        ("sort:finished", ["books/habits", "books/café", "books/deep work"]),
        ("sort:file", ["books/café", "books/deep work", "books/habits"]),
        ("sort:-words limit:1", ["books/habits"]),
        ("sort:tags", ["books/habits", "books/deep work", "books/café"]),
        ("sort:-tags", ["books/deep work", "books/habits", "books/café"]),
        ("sort:score", ["books/habits", "books/café", "books/deep work"]),
    ],
)
def test_an_order_puts_notes_without_the_field_last(
    shelf: Vault, order: str, found: list[str]
) -> None:
    assert shelf.ls(f"type:book {order}") == found


def test_a_page_says_how_many_there_are_in_all(shelf: Vault) -> None:
    total, rows = shelf.catalog.rows(limit=3, offset=2)
    assert total == len(ALL)
    assert [row.path.removesuffix(".md") for row in rows] == ALL[2:5]
    assert shelf.catalog.rows(limit=3, offset=100) == (len(ALL), [])
    assert shelf.catalog.rows(limit=0)[0] == len(ALL)


def test_a_row_has_what_a_list_shows(shelf: Vault) -> None:
    row = shelf.catalog.row("books/habits.md")
    assert row is not None
    assert (row.title, row.kind, row.private, row.problem) == ("Atomic Habits", "book", False, None)
    assert row.tags == ["habit", "learning/behaviour"]
    assert row.aliases == ["AH"]
    assert row.fields["author"] == ["James Clear"]
    assert row.fields["finished"] == "2026-03-14"
    assert row.size == len(NOTES["books/habits.md"].encode())


def test_a_note_that_cannot_be_read_keeps_its_place(shelf: Vault) -> None:
    row = shelf.catalog.row("broken.md")
    assert row is not None
    assert row.title == "broken"
    assert row.problem
    problem = next(one for one in shelf.catalog.problems() if one.path == "broken.md")
    assert problem.code == "front-matter"
    assert problem.line is not None


def test_tags_count_their_children(shelf: Vault) -> None:
    assert shelf.catalog.tag_counts() == {
        "habit": 1,
        "Learning": 2,
        "learning/behaviour": 1,
        "writing": 1,
    }


def test_fields_have_the_type_of_their_values(shelf: Vault) -> None:
    names = shelf.catalog.field_names()
    assert names["rating"] == "number"
    assert names["finished"] == "date"
    assert names["author"] == "list"
    assert names["draft"] == "bool"
    assert names["mood"] == "any"
    assert "tags" not in names


def test_links_say_where_they_lead(shelf: Vault) -> None:
    found = [
        (link.line, link.target, link.path, link.state)
        for link in shelf.catalog.links("books/habits.md")
    ]
    assert found == [
        (13, "deep work", "books/deep work.md", "ok"),
        (13, "Nobody", None, "broken"),
    ]
    back = shelf.catalog.backlinks("books/habits.md")
    assert [(link.source, link.line) for link in back] == [
        ("posts/draft.md", 6),
        ("posts/out.md", 7),
    ]


def test_tasks_say_where_they_stand(shelf: Vault) -> None:
    assert [(one.path, one.line, one.text) for one in list_tasks(shelf.catalog)] == [
        ("books/habits.md", 15, "call James")
    ]
    query = shelf.query("type:book")
    assert [one.text for one in list_tasks(shelf.catalog, query.root, done=True)] == ["buy it"]
    assert len(list_tasks(shelf.catalog, done=None)) == 2
    assert list_tasks(shelf.catalog, shelf.query("type:post").root) == []
    assert count_open(shelf.catalog) == 1


def test_problems_are_all_listed(shelf: Vault) -> None:
    found = [(one.path, one.line, one.code) for one in shelf.catalog.problems()]
    assert ("books/habits.md", 13, "broken-link") in found
    assert ("merge.md", 2, "conflict") in found
    assert not [one for one in shelf.catalog.problems(links=False) if one.code == "broken-link"]


def test_conflict_copies_are_no_notes(shelf: Vault) -> None:
    copy = "plain.sync-conflict-20261101-101010-ABCDEFG.md"
    assert shelf.catalog.conflicts() == {copy: "plain.md"}
    assert shelf.catalog.row(copy) is None


def test_headings_are_listed_with_their_lines(shelf: Vault) -> None:
    assert shelf.catalog.headings("books/deep work.md") == [(10, 1, "Deep Work")]


def test_a_deep_tree_is_answered_as_a_shallow_one(shelf: Vault) -> None:
    tree = Tag("habit")
    deep: And | Or | Not | Tag = tree
    for _ in range(40):
        deep = Not(And((Or((deep, Path("no such"))), Path(""))))
    assert shelf.catalog.paths(deep) == shelf.catalog.paths(tree) == {"books/habits.md"}


def test_a_wide_tree_is_answered(shelf: Vault) -> None:
    wide = Or((*(Path(f"{number}") for number in range(2000)), Tag("habit")))
    assert "books/habits.md" in shelf.catalog.paths(wide)


def test_known_paths_are_a_condition_like_others(shelf: Vault) -> None:
    docs = KnownPaths(frozenset({"plain.md", "gone.md"}))
    assert shelf.catalog.paths(docs) == {"plain.md"}
    assert shelf.catalog.count(Not(docs)) == len(ALL) - 1


def test_words_are_not_its_affair(shelf: Vault) -> None:
    with pytest.raises(TypeError, match="Term"):
        shelf.catalog.rows(Term("naval"))


def test_a_person_may_ask_in_sql_but_not_write(shelf: Vault) -> None:
    heads, rows = shelf.catalog.sql("SELECT title, kind FROM notes WHERE path = 'plain.md'")
    assert (heads, rows) == (["title", "kind"], [("plain", "note")])
    assert "notes" in [name for name, _ in shelf.catalog.sql(".tables")[1]]
    for statement in ("nonsense", "SELECT 1; SELECT 2"):
        with pytest.raises(UsageError, match="SQLite says"):
            shelf.catalog.sql(statement)
    with pytest.raises(UsageError, match="can only read"):
        shelf.catalog.sql("DELETE FROM notes")
    assert shelf.catalog.count() == len(ALL)
