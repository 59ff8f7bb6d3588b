"""A file as a note: its title, kind, fields, tags, and what keeps it private."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.fields.schema import KINDS, Kind, Schema, canonical, role
from notekeep.markdown.note import read_note, title_slug
from notekeep.settings import VaultSettings

BOOK = b"""---
type: book
title: Atomic Habits
authors: James Clear
isbn13: 0735211292
myRate: 4,5
startReadDate: 2026/2/9
finishReadDate: [[2026-03-02]]
publish: "false"
keywords: habit, psychology
my field: 1.10
---
# Another title

Text with [[Naval]] and #reread.
"""


def test_a_book_with_the_names_found_in_the_wild() -> None:
    note = read_note("books/Atomic Habits.md", BOOK)
    assert note.kind == "book"
    assert note.title == "Atomic Habits"
    assert note.fields == {
        "type": "book",
        "title": "Atomic Habits",
        "author": ["James Clear"],
        "isbn": "0735211292",
        "rating": 4.5,
        "started": "2026-02-09",
        "finished": "2026-03-02",
        "publish": False,
        "tags": ["habit", "psychology"],
        "my field": 1.1,
    }
    assert note.tags == ["habit", "psychology", "reread"]
    assert list(note.raw)[2:4] == ["authors", "isbn13"], "names in the file are its own"
    assert note.raw["my field"] == "1.10"
    assert note.body.startswith("# Another title\n")
    assert note.body_line == 12
    assert note.body_line + note.spans.links[0].line == 14
    assert note.problem is None
    assert not note.private


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: From  the field\n---\n# H1\n", "From the field"),
        ("---\ntitle: 1984\n---\n", "1984"),
        ("---\ntitle: 01:30\n---\n", "01:30"),
        ("---\ntitle:\n---\n# From *the* [[x|heading]] `1`\n", "From the heading 1"),
        ("#tag [[Up]] %% see %%\n![[a.png]]\n\nOne\n===\n", "One"),
        ("## Two\n\n# One\n", "A file"),
        ("Text.\n\n# This note in GitHub\n", "A file"),
        ("# \n\ntext", "A file"),
        ("text", "A file"),
        ("---\ntitle: [a, b]\n---\n", "A file"),
        ("---\ntitle: {{title}}\n---\n", "{{title}}"),
    ],
)
def test_the_title_is_the_field_else_the_heading_else_the_name(text: str, title: str) -> None:
    assert read_note("inbox/A file.md", text.encode()).title == title


@pytest.mark.parametrize("suffix", [".md", ".MD", ".Md"])
def test_the_suffix_is_no_part_of_a_title_however_it_is_spelt(suffix: str) -> None:
    assert read_note(f"trips/Rome{suffix}", b"text").title == "Rome"
    assert read_note(f"trips/v1.0{suffix}", b"text").title == "v1.0"


@pytest.mark.parametrize(
    ("path", "block", "kind"),
    [
        ("inbox/a.md", "type: book", "book"),
        ("inbox/a.md", "type: Books", "book"),
        ("inbox/a.md", 'type: "[[Podcasts]]"', "podcast"),
        ("inbox/a.md", "type: [meeting, daily]", "daily"),
        ("inbox/a.md", "type: person", "note"),
        ("books/a.md", "type: person", "note"),
        ("books/a.md", "x: 1", "book"),
        ("Books/sub/a.md", "x: 1", "book"),
        ("a.md", "x: 1", "note"),
        ("inbox/a.md", "habit: meditate", "habit"),
        ("books/a.md", "habit: read", "habit"),
        ("habits/a.md", "x: 1", "note"),
        ("inbox/a.md", "type: book\nhabit: read", "book"),
    ],
)
def test_the_kind_of_a_note(path: str, block: str, kind: str) -> None:
    assert read_note(path, f"---\n{block}\n---\n".encode()).kind == kind


def test_created_is_the_date_of_a_note_that_has_no_other() -> None:
    assert read_note("a.md", b"---\ndate: 2026-1-2\n---\n").fields["created"] == "2026-01-02"
    assert read_note("a.md", b"---\ncreated: 2025\ndate: 2026\n---\n").fields["created"] == "2025"
    daily = read_note("daily/2026-11-24.md", b"words")
    assert daily.fields == {"date": "2026-11-24", "created": "2026-11-24"}
    assert "created" not in read_note("a.md", b"words").fields


def test_a_field_given_twice_under_two_names_keeps_both() -> None:
    note = read_note("a.md", b"---\ntype: book\nauthors: [A]\nauthor: B\n---\n")
    assert note.fields["author"] == ["B"]
    assert note.fields["authors"] == ["A"]


@pytest.mark.parametrize(
    ("block", "tags"),
    [
        ("tags: [a, '#b', c/d/]", ["a", "b", "c/d"]),
        ("tags: a, b", ["a", "b"]),
        ("tags: a b", ["a", "b"]),
        ("tags: 2026", ["2026"]),
        ("tags:\n- \n- a", ["a"]),
        ("tags: [Habit, habit]", ["Habit"]),
        ("tag: x", ["x"]),
        ("Tags: x", ["x"]),
        ("x: 1", []),
    ],
)
def test_tags_of_front_matter(block: str, tags: list[str]) -> None:
    assert read_note("a.md", f"---\n{block}\n---\n".encode()).tags == tags


def test_tags_come_once_front_matter_first() -> None:
    note = read_note("a.md", b"---\ntags: [b, a]\n---\n#A and #c/d and #c\n")
    assert note.tags == ["b", "a", "c/d", "c"]


@pytest.mark.parametrize(
    ("path", "text", "private"),
    [
        ("a.md", "---\nprivate: true\n---\n", True),
        ("a.md", "---\nprivate: yes\n---\n", True),
        ("a.md", '---\nprivate: "true"\n---\n', True),
        ("a.md", "---\nprivate: very\n---\n", True),
        ("a.md", "---\nPrivate: TRUE\n---\n", True),
        ("a.md", "---\nprivate: false\n---\n", False),
        ("a.md", '---\nprivate: "false"\n---\n', False),
        ("a.md", "---\nprivate: no\n---\n", False),
        ("a.md", "---\nprivate:\n---\n", False),
        ("private/a.md", "---\nprivate: false\n---\n", True),
        ("Private/b/a.md", "", True),
        ("privates/a.md", "", False),
        ("a.md", "---\nprivate: true\nx: @broken\n---\n", True),
        ("a.md", "---\nprivate: true\nnever closed", True),
        ("a.md", "---\nx: @broken\n---\n", False),
        ("a.md", "+++\nprivate = true\n+++\n", True),
    ],
)
def test_what_keeps_a_note_private(path: str, text: str, private: object) -> None:
    assert read_note(path, text.encode()).private == private


def test_a_note_with_broken_front_matter_is_still_a_note() -> None:
    note = read_note(
        "books/x.md", b"---\ntitle: a: b\ntags: [c]\n---\n# Heading\n\n#tag [[Link]]\n"
    )
    assert note.title == "Heading"
    assert note.kind == "book"
    assert note.tags == ["tag"]
    assert note.fields == note.raw == {}
    assert note.problem is not None
    assert (note.problem.path, note.problem.line) == ("books/x.md", 2)
    assert note.problem.code == "front-matter"
    assert note.problem.hint


def test_bytes_that_are_not_utf8_are_shown_and_said() -> None:
    note = read_note("a.md", b"---\ntitle: x\n---\nok\ncaf\xe9 [[Link]]\n")
    assert note.title == "x"
    assert note.body == "ok\ncaf\ufffd [[Link]]\n"
    assert note.problem is not None
    assert (note.problem.line, note.problem.code) == (5, "not-utf8")
    wide = read_note("a.md", "# Wide\n".encode("utf-16"))
    assert wide.title == "Wide"
    assert wide.problem is not None


@given(st.binary(max_size=200))
def test_any_file_is_a_note(data: bytes) -> None:
    note = read_note("inbox/Any.md", data)
    assert note.title
    note.body.encode()


def test_a_vault_may_add_kinds_and_folders() -> None:
    settings = VaultSettings()
    settings.kinds = {"person": {"born": "date", "x": "nonsense"}, "book": {"shelf": "number"}}
    settings.folders = {**settings.folders, "person": "people/known"}
    settings.private = ("diary",)
    schema = Schema.of(settings)
    note = read_note("people/known/Ann.md", b"---\nborn: 1990/1/2\nx: 01\n---\n", schema)
    assert note.kind == "person"
    assert note.fields == {"born": "1990-01-02", "x": "01"}
    assert read_note("diary/a.md", b"", schema).private
    assert not read_note("private/a.md", b"", schema).private
    assert schema.type_of("book", "shelf") == "number"
    assert schema.type_of("book", "rating") == "number"
    assert schema.type_of("note", "nothing") is None
    assert KINDS["book"].fields.get("shelf") is None, "the built-in kinds stay as they are"


def test_the_deepest_folder_decides() -> None:
    schema = Schema(kinds={**KINDS, "talk": Kind("talk")}, folders={"post": "a", "talk": "a/b"})
    assert schema.kind_at("a/b/c.md") == "talk"
    assert schema.kind_at("a/x.md") == "post"


def test_logs_and_templates_are_no_notes() -> None:
    assert role("habits/log/2026-11.laptop.md") == "log"
    assert role("Templates/book.md") == "template"
    assert role("habits/meditate.md") == "note"
    assert role("templates.md") == "note"
    assert role("t/x.md", Schema(templates="t")) == "template"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("authors", "author"), ("isbn13", "isbn"), ("myRate", "rating"),
        ("startReadDate", "started"), ("finish_read_date", "finished"),
        ("episode_title", "title"), ("show_title", "show"), ("Episode Publish Date", "published"),
        ("keywords", "tags"), ("Rating", "rating"), ("my own", "my own"), ("UP", "UP"),
        ("date", "date"),
    ],
)  # fmt: skip
def test_a_field_is_known_by_many_names(key: str, name: str) -> None:
    assert canonical(key) == name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Bayes' theorem", "bayes-theorem"), ("C++", "c"), ("原子习惯", "原子习惯"),
        ("...", "note"), ("Ünïcode Títle", "ünïcode-títle"), ("", "note"), ("👍", "note"),
        ("A/B: c", "a-b-c"),
    ],
)  # fmt: skip
def test_slugs(title: str, name: str) -> None:
    assert title_slug(title) == name
