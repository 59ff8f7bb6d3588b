"""What a person sees while typing: titles, aliases, tags and what was changed last."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.open_counts import OpenCounts
from notekeep.search.suggestions import suggest_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.search.results import SearchResults
    from tests.catalog.conftest import Vault

NOTES = {
    "books/Atomic Habits.md": "---\ntype: book\naliases: [Tiny changes]\n---\n",
    "books/Habits of mind.md": "---\ntype: book\n---\n",
    "inbox/The power of habits.md": "#learning/brain\n",
    "inbox/inhabit.md": "---\ntitle: How to inhabit\n---\n",
    "inbox/x.md": "---\ntitle: 'Café: an idea'\n---\n",
    "private/y.md": "habits only in the body",
    "templates/habits.md": "",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, make_vault: Callable[[Path], Vault]) -> Vault:
    made = make_vault(tmp_path_factory.mktemp("suggest"))
    for age, (path, text) in enumerate(NOTES.items()):
        made.write(path, text)
        os.utime(made.root / path, (1_700_000_000 - age, 1_700_000_000 - age))
    made.refresh()
    return made


def typed(vault: Vault, text: str, limit: int = 50) -> SearchResults:
    return suggest_notes(vault.query(text, typing=True), vault.catalog, limit=limit)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (
            "hab",
            ["Habits of mind", "Atomic Habits", "The power of habits", "How to inhabit"],
        ),
        ("habits of mind", ["Habits of mind"]),
        ("power hab", ["The power of habits"]),
        ("HABITS pow", ["The power of habits"]),
        ("tiny", ["Atomic Habits"]),
        ("learn", ["The power of habits"]),
        ("cafe: an", ["Café: an idea"]),
        ("athbt", ["Atomic Habits"]),
        ("hab type:book", ["Habits of mind", "Atomic Habits"]),
        ("type:bo", ["Atomic Habits", "Habits of mind"]),
        ("#learn", ["The power of habits"]),
        ("hab -type:book", ["The power of habits", "How to inhabit"]),
        ("zzz", []),
        ("body:habits", []),
    ],
)
def test_what_is_typed_finds(shelf: Vault, text: str, titles: list[str]) -> None:
    found = typed(shelf, text)
    assert [hit.row.title for hit in found.hits] == titles
    assert found.total == len(titles)


@pytest.mark.parametrize("text", ["", "  ", "type:", '"', "&"])
def test_before_anything_is_asked_the_latest_notes_are_shown(shelf: Vault, text: str) -> None:
    titles = [hit.row.title for hit in typed(shelf, text).hits]
    assert titles[:3] == ["Atomic Habits", "Habits of mind", "The power of habits"]
    assert len(titles) == 6


TITLES = {
    "b/Notes.md": "",
    "a/Notes.md": "",
    "Notes of a walk.md": "",
    "Notes on tea.md": "",
    "Notes on sea.md": "",
    "My notes.md": "",
    "Of notes and tags.md": "",
    "Banknotes.md": "",
    "x.md": "---\ntitle: Y\naliases: [Notes]\n---\n",
}
BY_FIT = [
    *("a/Notes.md", "b/Notes.md"),
    *("Notes on sea.md", "Notes on tea.md", "Notes of a walk.md"),
    *("My notes.md", "Of notes and tags.md", "Banknotes.md", "x.md"),
]


def test_titles_that_fit_alike_stand_in_one_order_whatever_their_files_times(
    vault: Vault, tmp_path: Path
) -> None:
    for text in ("", "more"):
        for path in TITLES if text else reversed(TITLES):
            vault.write(path, TITLES[path] + text)
        vault.refresh()
        assert [hit.row.path for hit in typed(vault, "notes").hits] == BY_FIT
    opened = OpenCounts(str(tmp_path))
    for path in ("Notes of a walk.md", "b/Notes.md", "Notes on tea.md", "Of notes and tags.md"):
        opened.count(path)

    def paths(text: str, limit: int = 50) -> list[str]:
        query = vault.query(text, typing=True)
        return [
            hit.row.path
            for hit in suggest_notes(query, vault.catalog, opened=opened, limit=limit).hits
        ]

    # What was opened lately goes before its equals, and never before what fits better.
    by_use = [
        *("b/Notes.md", "a/Notes.md"),
        *("Notes on tea.md", "Notes of a walk.md", "Notes on sea.md"),
        *("Of notes and tags.md", "My notes.md", "Banknotes.md", "x.md"),
    ]
    assert paths("notes") == by_use
    assert paths("notes", 4) == by_use[:4]
    # Only letters in this order, in a title of few that have them.
    assert paths("ntswlk") == ["Notes of a walk.md"]
    # So of each of several words, in any order; those with all letters in order go first.
    assert paths("wlk nts") == ["Notes of a walk.md"]
    assert paths("nts wlk") == ["Notes of a walk.md"]
    assert paths("ntes tgs") == ["Of notes and tags.md"]
    assert paths("zzq nts") == []
    assert paths("nts")[:2] == ["Of notes and tags.md", "Notes on tea.md"]
    assert paths("")[:4] == [
        "Of notes and tags.md",
        "Notes on tea.md",
        "b/Notes.md",
        "Notes of a walk.md",
    ]
    assert sorted(paths("")) == sorted(TITLES)
    assert len(paths("", 2)) == 2


def test_what_was_typed_is_marked_in_the_title(shelf: Vault) -> None:
    for text, marked in [("hab atom", ["Atom", "Hab"]), ("cafe", ["Café"])]:
        snippet = typed(shelf, text).hits[0].snippet
        assert [snippet.text[start:end] for start, end in snippet.marks] == marked


def test_a_limit_cuts_the_hits_and_not_the_total(shelf: Vault) -> None:
    found = typed(shelf, "hab", limit=2)
    assert (found.total, len(found.hits)) == (4, 2)


def test_every_beginning_of_any_query_is_answered(shelf: Vault) -> None:
    query = 'title:(a OR "b c") -[author:x] rating>=4..5 /[a-/ from:"nobody" sort:-x limit:0 %_\\'
    for end in range(len(query) + 1):
        assert typed(shelf, query[:end]).total >= 0


def test_a_key_is_answered_in_milliseconds_with_ten_thousand_titles(vault: Vault) -> None:
    for number in range(4):
        vault.write(f"{number}.md", f"---\ntitle: Note {number}\n---\n#tag{number}")
    vault.refresh()
    with vault.catalog.writing() as writer:  # ten thousand files would take longer to write
        columns = [row[1] for row in vault.catalog.ask("PRAGMA table_info(notes)")]
        copied = ", ".join(
            {"id": "id + 4 * n", "path": "n || path"}.get(name, name) for name in columns
        )
        writer.connection.execute(
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2500)"
            f" INSERT INTO notes SELECT {copied} FROM notes, c"
        )
    assert vault.catalog.count() == 10_004
    began = time.thread_time()
    for text in ("n", "no", "note 3", "ote", "nt3"):
        assert typed(vault, text).hits
    assert time.thread_time() - began < 5 * 0.1  # a tenth of that on a quiet machine
