"""`books`: a year in books as text, as JSON and as Markdown for a post."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def put_book(shell: Shell, title: str, *fields: str) -> None:
    lines = ["---", "type: book", f"title: {title}", *fields, "---", ""]
    shell.write(f"books/{title}.md", "\n".join(lines))


@pytest.fixture
def library(shell: Shell) -> Shell:
    """Three books that were finished in 2026, one of them private, and others that were not."""
    put_book(shell, "First", "author: Ann", "pages: 300", "rating: 4", "finished: 2026-03-02")
    put_book(shell, "Second", "author: [Ann, Bob]", "pages: 100", "finished: 2026-03-20")
    fields = ("author: Cy", "pages: 50", "rating: 5", "finished: 2026-07", "private: true")
    put_book(shell, "Third", *fields)
    put_book(shell, "Earlier", "author: Ann", "pages: 900", "finished: 2025-12-31")
    put_book(shell, "Unread", "author: Bob", "pages: 900")
    return shell


def cells(text: str) -> list[list[str]]:
    return [re.split(" {2,}", line.strip()) for line in text.splitlines()]


@pytest.mark.parametrize("flags", [(), ("--plain",)])
def test_year_in_books_has_pages_stars_and_authors_by_month(
    library: Shell, flags: tuple[str, ...]
) -> None:
    ran = library(*flags, "books", "2026")
    assert ran.code == 0, ran.err
    rows = cells(ran.out)
    assert rows[0] == ["2026 in books", "3 books, 450 pages, 4.5 stars on average"]
    assert ["Mar", "2", "400", "4", "Ann (2), Bob"] in rows
    assert ["Jul", "1", "50", "5", "Cy"] in rows
    assert ["2026-03-20", "Second", "100"] in rows
    assert "Earlier" not in ran.out
    assert "Unread" not in ran.out


def test_year_in_books_is_this_year_unless_named(
    library: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2025-12-31T20:00")
    assert "1 book, 900 pages" in library("books").out
    assert library("books", "2024").code == 1
    assert "No book" in library("books", "2024").err
    assert library("books", "last").code == 2


def test_year_in_books_as_json(library: Shell) -> None:
    found = json.loads(library("books", "2026", "--json").out)
    assert (found["year"], found["books"], found["pages"], found["stars"]) == (2026, 3, 450, 4.5)
    assert found["authors"][0] == {"author": "Ann", "books": 2}
    assert [(month["month"], month["pages"]) for month in found["months"]] == [(3, 400), (7, 50)]
    assert found["notes"][0]["path"] == "books/First.md"
    assert found["notes"][1]["rating"] is None


def test_year_in_books_becomes_a_post_without_private_books(library: Shell) -> None:
    ran = library("books", "2026", "--md")
    assert ran.code == 0
    assert "Third" not in ran.out
    assert "Cy" not in ran.out
    assert "1 private" in ran.err
    made = library("new", "post", "My year in books", stdin=ran.out)
    assert made.code == 0, made.err
    text = library.read("posts/My year in books.md")
    assert "2 books, 400 pages, 4 stars on average" in text
    assert "| Mar | 2 | 400 | 4 | Ann (2), Bob |" in text
    assert "- [[First]] by Ann, 4 stars" in text
