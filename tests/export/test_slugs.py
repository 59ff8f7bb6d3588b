"""Slugs: what a title becomes, and what a note may not ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.export.post import MAX_SLUG_LENGTH, make_slug, read_slug
from notekeep.storage.file_names import portability_problem


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Atomic Habits", "atomic-habits"),
        ("Bayes' theorem", "bayes-theorem"),
        ("Café & Crème", "cafe-creme"),
        ("Łódź", "lodz"),
        ("Straße & Œuvre", "strasse-oeuvre"),
        ("Index", "index-note"),
        ("404", "404-note"),
        ("C++", "c"),
        ("日本語のノート", "日本語のノート"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-note"),
        ("nul", "nul-note"),
    ],
)
def test_a_title_becomes_a_slug(title: str, slug: str) -> None:
    assert make_slug(title, "n.md") == slug


def test_a_title_without_letters_gets_a_name_of_its_own() -> None:
    first, second = make_slug("...", "a.md"), make_slug("!!!", "b.md")
    assert first.startswith("note-")
    assert first != second
    assert make_slug("...", "a.md") == first


def test_a_long_title_is_cut_at_a_word() -> None:
    slug = make_slug("word " * 80, "n.md")
    assert len(slug) <= MAX_SLUG_LENGTH
    assert slug.endswith("word")


@given(st.text(max_size=400))
def test_every_slug_is_a_file_name_on_every_system(title: str) -> None:
    slug = make_slug(title, "n.md")
    assert slug
    assert len(slug) <= MAX_SLUG_LENGTH + len("-note")
    assert not portability_problem(slug)
    assert "/" not in slug
    assert ".." not in slug


@pytest.mark.parametrize("value", [None, "", "  ", True])
def test_no_slug_is_given(value: object) -> None:
    assert read_slug(value, "n.md") is None


@pytest.mark.parametrize("value", ["my-post", "My_Post", "v1.2", "été", "2026"])
def test_a_slug_that_an_address_can_hold_is_taken(value: str) -> None:
    assert read_slug(value, "n.md") == value


@pytest.mark.parametrize(
    "value",
    [
        *("../../x", "/etc/x", "a/b", "a\\b", "..", ".", "C:\\x", "c:x", "a\0b", "a\nb"),
        *("index", "CON", "aux.md", "a b", "a?b", "x" * 300, "-x", "trailing."),
    ],
)
def test_a_slug_that_is_a_path_or_no_name_is_refused(value: str) -> None:
    with pytest.raises(Refused) as caught:
        read_slug(value, "notes/n.md")
    assert caught.value.message.startswith("notes/n.md: ")
    assert len(caught.value.message) < 200
