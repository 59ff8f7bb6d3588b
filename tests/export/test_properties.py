"""What a note says of itself, and what of it passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from notekeep.export.post import Post, parse_time, read_post
from notekeep.export.source import Options
from notekeep.markdown.note import read_note
from tests.support.sites import INDIA, NOW


def read(front: str, path: str = "posts/n.md", **how: Any) -> Post:
    options = replace(Options(zone=INDIA, now=NOW), **how)
    return read_post(read_note(path, f"---\n{front}\n---\nbody".encode()), options)


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("2026-03-04", "2026-03-04T00:00:00+05:30"),
        ("2026-03-04 00:30", "2026-03-04T00:30:00+05:30"),
        ("2026-03-04T00:30:00+01:00", "2026-03-04T00:30:00+01:00"),
        ("2026-03-04T00:30:00Z", "2026-03-04T00:30:00+00:00"),
        ("2026-03", None),
        ("someday", None),
        ("2026-02-31", None),
        ("0001-01-01", None),
        ("9999-12-31T23:00:00-05:00", None),
        (None, None),
    ],
)
def test_a_date_is_in_the_author_s_zone(said: str | None, iso: str | None) -> None:
    found = parse_time(said, INDIA)
    assert (found.isoformat() if found else None) == iso


@pytest.mark.parametrize(
    ("front", "day"),
    [
        ("type: post\ndate: 2026-03-04\ncreated: 2020-01-01", 4),
        ("created: 2026-03-05", 5),
        ("published: 2026-03-06\ncreated: 2026-03-05", 6),
        ("type: book\npublished: 2018-10-16\ncreated: 2026-03-07", 7),
    ],
)
def test_a_book_s_own_date_is_not_the_post_s(front: str, day: int) -> None:
    found = read(front, "notes/n.md").date
    assert found == datetime(2026, 3, day, tzinfo=INDIA)


@pytest.mark.parametrize(
    ("front", "draft"),
    [
        ("title: x", True),
        ("draft: true", True),
        ("draft: maybe", True),
        ("draft: false", False),
        ('draft: "false"', False),
    ],
)
def test_a_post_is_a_draft_unless_it_says_otherwise(front: str, *, draft: bool) -> None:
    assert read(f"type: post\n{front}").draft is draft
    assert read(front, draft=False).draft is False


@pytest.mark.parametrize(
    ("how", "tags"),
    [
        ("dash", ["a-b", "2024", "yes", "c d"]),
        ("last", ["b", "2024", "yes", "c d"]),
        ("keep", ["a/b", "2024", "yes", "c d"]),
    ],
)
def test_nested_tags_are_written_as_chosen(how: str, tags: list[str]) -> None:
    assert read('tags: ["#a/b", 2024, yes, "c, d", yes]', nested_tags=how).tags == tags


def test_only_the_front_matter_s_tags_are_the_post_s() -> None:
    note = read_note("n.md", b"---\ntags: [a]\n---\n#b in the text")
    assert read_post(note, Options()).tags == ["a"]


def test_other_keys_pass_only_when_they_are_named() -> None:
    front = "type: book\nauthor: [A]\nrating: 4\nmood: calm"
    assert read(front).extra == {}
    assert read(front, extra_fields=("mood", "rating", "gone")).extra == {
        "mood": "calm",
        "rating": 4,
    }


def test_a_title_is_one_line_without_controls() -> None:
    assert read('title: "a\\n b\\e[31m c"').title == "a b[31m c"


def test_links_in_front_matter_become_words_and_private_names_go() -> None:
    note = read_note(
        "n.md", b'---\ncategories: ["[[a/Books]]", "[[Diary]]", "[[Diary|mine]]"]\n---\nbody'
    )
    post = read_post(note, Options(), lambda target, words: words if target == "Diary" else None)
    assert post.categories == ["Books", "mine"]


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ("https://example.org/a?b", True),
        ("/first/everything/", True),
        ("javascript:alert(1)", False),
        ("DATA:text/html,x", False),
        ("file:///home/ada/n.html", False),
    ],
)
def test_a_canonical_address_is_one_of_the_web(said: str, passes: bool) -> None:  # noqa: FBT001 - a table
    assert read(f"canonical: '{said}'").canonical == (said if passes else "")
