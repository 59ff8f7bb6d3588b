"""How what a query finds is spread over kinds, tags, years and fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.queries import count_by, facets

if TYPE_CHECKING:
    from tests.catalog.conftest import Vault

NOTES = {
    "books/a.md": (
        "---\ntype: book\nauthor: [Ann Lee, Bo]\ncreated: 2025-03-01\nrating: 4\n---\n#x/y\n"
    ),
    "books/b.md": "---\ntype: book\nauthor: ann lee\ncreated: 2026-03-01\nrating: 4.5\n---\n#x",
    "inbox/c.md": "---\ncreated: 2026-04-01\n---\n#z",
    "inbox/d.md": "No date and no tag.\n",
}


@pytest.fixture
def spread(vault: Vault) -> Vault:
    for path, text in NOTES.items():
        vault.write(path, text)
    vault.refresh()
    return vault


def test_kinds_tags_and_years_of_all_notes(spread: Vault) -> None:
    found = facets(spread.catalog, None)
    assert list(found.kinds.items()) == [("book", 2), ("note", 2)]
    # A tag counts the notes of the tags below it; its children follow it.
    assert list(found.tags.items()) == [("x", 2), ("x/y", 1), ("z", 1)]
    assert list(found.years.items()) == [("2026", 2), ("2025", 1)]


def test_only_what_a_query_finds_is_counted(spread: Vault) -> None:
    found = facets(spread.catalog, spread.query("author:bo").root)
    assert (found.kinds, found.tags, found.years) == (
        {"book": 1},
        {"x": 1, "x/y": 1},
        {"2025": 1},
    )


def test_a_folder_counts_the_notes_of_its_subfolders(spread: Vault) -> None:
    for path in ("Notes/a/b.md", "Notes/a-b/c.md", "Notes/d.md", "old/notes/e.md", "top.md"):
        spread.write(path, "Text.\n")
    spread.refresh()
    found = facets(spread.catalog, None).folders
    assert list(found.items()) == [
        ("books", 2),
        ("inbox", 2),
        *(("Notes", 3), ("Notes/a", 1), ("Notes/a-b", 1)),
        *(("old", 1), ("old/notes", 1)),
    ]
    for folder, notes in found.items():
        assert spread.catalog.rows(spread.query(f"path:/{folder}/").root)[0] == notes


@pytest.mark.parametrize(
    ("field", "counts"),
    [
        # Each item of a list counts, and case does not.
        ("author", {"Ann Lee": 2, "Bo": 1}),
        ("rating", {"4": 1, "4.5": 1}),
        ("type", {"book": 2, "note": 2}),
        ("tag", {"x": 1, "x/y": 1, "z": 1}),
        ("year", {"2026": 2, "2025": 1}),
        ("nothing", {}),
    ],
)
def test_counts_by_any_field(spread: Vault, field: str, counts: dict[str, int]) -> None:
    _, rows = spread.catalog.rows()
    assert count_by(rows, field) == counts
