"""Changes of fields as they are typed: how they are read, and what they write."""

from __future__ import annotations

import datetime as dt

import pytest

from notekeep.errors import Refused, UsageError
from notekeep.markdown.fields.field_changes import (
    FieldChange,
    apply_changes,
    read_change,
    resolve_date,
)
from notekeep.markdown.fields.schema import DEFAULT_SCHEMA

TODAY = dt.date(2026, 11, 24)
"""A Tuesday."""


def change(block: str, *changes: str, kind: str = "book") -> str:
    """The front matter after some changes."""
    data = f"---\n{block}---\nbody\n".encode()
    new = apply_changes(data, [read_change(text) for text in changes], kind=kind).decode()
    assert new.endswith("---\nbody\n")
    return new.removeprefix("---\n").removesuffix("---\nbody\n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rating=5", FieldChange("rating", "=", "5")),
        ("author+=Ann Lee", FieldChange("author", "+=", "Ann Lee")),
        ("genre-=old", FieldChange("genre", "-=", "old")),
        ("my field = a=b ", FieldChange("my field", "=", "a=b")),
        ("status=", FieldChange("status", "=", None)),
        ("title=- x", FieldChange("title", "=", "- x")),
        ("half-read=yes", FieldChange("half-read", "=", "yes")),
    ],
)
def test_a_change_is_read(text: str, found: FieldChange) -> None:
    assert read_change(text) == found


@pytest.mark.parametrize("text", ["rating", "=5", "", "+=x", "author+=", "author-= "])
def test_what_is_no_change(text: str) -> None:
    with pytest.raises(UsageError):
        read_change(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("rating=4.50", "rating: 4.50"),
        ("rating=4,5", "rating: 4.5"),
        ("pages=320", "pages: 320"),
        ("isbn=0735211292", 'isbn: "0735211292"'),
        ("isbn=978-0735211292", "isbn: 978-0735211292"),
        ("finished=2026/3/2", "finished: 2026-03-02"),
        ("published=2018", "published: 2018"),
        ("publish=yes", "publish: true"),
        ("private=off", "private: false"),
        ("title=1984", 'title: "1984"'),
        ("title=yes", 'title: "yes"'),
        ("series=A: B", 'series: "A: B"'),
        ("source=[[Naval]]", 'source: "[[Naval]]"'),
        ("author=James Clear", "author:\n  - James Clear"),
        ("genre=a, b", "genre:\n  - a\n  - b"),
        ("own=5", "own: 5"),
        ("own=1.10", "own: 1.10"),
        ("own=yes", 'own: "yes"'),
        ("own=true", "own: true"),
        ("own=12:30", 'own: "12:30"'),
        ("own=0123", 'own: "0123"'),
        ("own=2026-11-24", "own: 2026-11-24"),
        ("own=~", "own: ~"),
    ],
)
def test_a_value_is_written_by_the_type_of_its_field(text: str, line: str) -> None:
    assert change("x: 1\n", text) == f"x: 1\n{line}\n"


@pytest.mark.parametrize(
    "text", ["rating=good", "pages=many", "finished=soon", "finished=2026-02-30", "publish=maybe"]
)
def test_a_value_that_does_not_fit_is_said(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        change("x: 1\n", text)
    assert caught.value.hint


def test_the_key_that_is_there_is_the_one_that_changes() -> None:
    assert change("authors: [A]\n", "author+=B") == "authors: [A, B]\n"
    assert change("Rating: 3\n", "rating=4") == "Rating: 4\n"
    assert change("keywords: a\n", "tags+=b") == "keywords: a, b\n"
    assert change("author: [A]\nauthors: [B]\n", "authors+=C") == "author: [A]\nauthors: [B, C]\n"
    assert change("isbn13: x\n", "isbn=") == ""
    assert change("x: 1\n", "myRate=5") == "x: 1\nrating: 5\n"


def test_changes_are_made_in_order() -> None:
    block = change("tags: [a]\n", "tags+=b", "tags-=a", "rating=3", "rating=4", "x=")
    assert block == "tags: [b]\nrating: 4\n"


def test_values_may_come_typed() -> None:
    changes = [FieldChange("tags", "+=", ["x", "z"]), FieldChange("publish", "=", value=True)]
    assert apply_changes(b"a", changes) == b"---\ntags:\n  - x\n  - z\npublish: true\n---\na"


def test_none_is_made_when_one_cannot_be() -> None:
    data = b"---\na: 1\nb:\n  c: 1\n---\n"
    with pytest.raises(Refused) as caught:
        apply_changes(data, [read_change("a=2"), read_change("b=2")])
    assert caught.value.line == 4


def test_broken_front_matter_is_not_changed() -> None:
    with pytest.raises(Refused) as caught:
        apply_changes(b"---\na: @b\n---\n", [read_change("a=")])
    assert caught.value.line == 2


def test_no_change_gives_back_the_same_bytes() -> None:
    data = b"---\nrating: 4.50\ntags: [a]\n---\n"
    assert apply_changes(data, [read_change("tags+=A"), read_change("rating=4.50")]) is data


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("finished=yesterday", "finished=2026-11-23"),
        ("finished= Today", "finished=2026-11-24"),
        ("finished=mon", "finished=2026-11-23"),
        ("finished=3 days ago", "finished=2026-11-21"),
        ("finished=-1w", "finished=2026-11-17"),
        ("date_read=24.11.2026", "date_read=2026-11-24"),
        # What says a date by itself, however exactly, says that one.
        ("finished=2026", "finished=2026"),
        ("finished=2026-11", "finished=2026-11"),
        ("finished=2026/3/2", "finished=2026/3/2"),
        ("finished=2026-11-24 21:15", "finished=2026-11-24 21:15"),
        # What is neither is left for the schema to refuse, and other fields hold what they like.
        ("finished=soon", "finished=soon"),
        ("finished=", "finished="),
        ("title=yesterday", "title=yesterday"),
        ("mood=today", "mood=today"),
    ],
)
def test_a_date_may_be_said_in_words(text: str, written: str) -> None:
    assert str(resolve_date(read_change(text), DEFAULT_SCHEMA, TODAY)) == written


def test_a_day_that_no_calendar_has_is_said() -> None:
    with pytest.raises(UsageError, match="no such date"):
        resolve_date(read_change("finished=31.02.2026"), DEFAULT_SCHEMA, TODAY)
