"""`ls`: what a query means, columns, and counts."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.columns import COLUMNS, Column

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


@pytest.fixture
def probe(shell: Shell) -> Shell:
    """One note with the tag `probe`, in the folder `shelf`."""
    shell.write("shelf/one.md", "---\ntags: [probe]\n---\n# one\n")
    return shell


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ("tag: x\ntags: [y]", "tag:probe"),
        ("keyword: x\nkeywords: z\ntags: [y]", "keywords:probe"),
        ("folder: x", "folder:shelf"),
        ("mtime: 1999-01-01", "mtime>2000"),
        ("M-Time: 1999-01-01", "mtime>2000"),
        ("kind: x", "kind:note"),
        ("wor-ds: none\nwords: 5", "words<100"),
    ],
)
def test_field_of_a_note_changes_no_common_name(probe: Shell, fields: str, query: str) -> None:
    before = probe("ls", query, "path:one")
    assert before.code == 0
    probe.write("other.md", f"---\n{fields}\n---\n# other\n")
    assert probe("ls", query, "path:one").out == before.out
    assert "shelf/one.md" not in probe("ls", "--", f"-{query}").out


def test_field_of_a_note_changes_no_name_of_a_kind(shell: Shell) -> None:
    shell.write("books/Emma.md", "---\nauthors: Jane Austen\n---\n")
    assert "Emma" in shell("ls", "authors:austen").out
    shell.write("other.md", "---\nauthor: A\nauthors: B\n---\n# other\n")
    assert "Emma" in shell("ls", "authors:austen").out


@pytest.fixture
def shelf(shell: Shell) -> Shell:
    """Two books and a note, last changed on two days."""
    shell.write("books/Emma.md", "---\nrating: 4.0\n---\nThree plain words\n")
    shell.write("books/Ulysses.md", "---\nrating: 4.5\nprivate: true\n---\nThree more words\n")
    shell.write("Note.md", "Two words\n")
    for path, moment in (("books/Emma.md", 1_700_000_000), ("books/Ulysses.md", 1_700_000_500)):
        os.utime(shell.root / path, (moment, moment))
    return shell


@pytest.mark.parametrize(
    ("field", "counts"),
    [
        ("words", [("3", 2), ("2", 1)]),
        ("size", [("10", 1), ("38", 1), ("51", 1)]),
        ("path", [("books/Emma.md", 1), ("books/Ulysses.md", 1), ("Note.md", 1)]),
        ("file", [("Emma", 1), ("Note", 1), ("Ulysses", 1)]),
        ("title", [("Emma", 1), ("Note", 1), ("Ulysses", 1)]),
        ("folder", [("books", 2), (".", 1)]),
        ("type", [("book", 2), ("note", 1)]),
        ("private", [("no", 2), ("yes", 1)]),
        ("rating", [("4", 1), ("4.5", 1)]),
    ],
)
def test_notes_are_counted_by_any_fact(
    shelf: Shell, field: str, counts: list[tuple[str, int]]
) -> None:
    ran = shelf("ls", "--by", field, "--json")
    assert ran.code == 0
    found = json.loads(ran.out)["counts"]
    assert [(one["value"], one["notes"]) for one in found] == counts


def test_notes_changed_on_one_day_count_together(shelf: Shell) -> None:
    ran = shelf("ls", "--by", "modified", "-n", "1")
    count, day = ran.out.split()
    assert (count, day) == ("2", time.strftime("%Y-%m-%d", time.localtime(1_700_000_000)))


@pytest.mark.parametrize("field", ["task", "task-todo", "ratng"])
def test_a_column_that_notes_lack_is_refused_by_name(shelf: Shell, field: str) -> None:
    for option in ("--by", "--cols"):
        ran = shelf("ls", option, field)
        assert (ran.code, ran.out) == (2, "")
        assert field in ran.err


def test_count_of_no_note_says_that_none_matches(shelf: Shell) -> None:
    assert shelf("ls", "--by", "words", "rating>9").err == "No notes found.\n"


def test_whole_number_is_listed_without_a_point(shelf: Shell) -> None:
    ran = shelf("ls", "--cols", "title,rating", "type:book")
    assert [line.split() for line in ran.out.splitlines()] == [["Emma", "4"], ["Ulysses", "4.5"]]
    assert shelf("ls", "--format", "{rating}", "title:emma").out == "4\n"


def test_list_of_a_vault_that_is_not_indexed_says_so(probe: Shell) -> None:
    ran = probe("ls", "--no-refresh")
    assert (ran.code, ran.out) == (1, "")
    assert "not indexed yet. Run `notekeep index`." in ran.err
    assert "No notes yet" not in ran.err


@pytest.mark.parametrize("column", COLUMNS.values(), ids=lambda column: column.name)
def test_every_column_is_found_sorted_shown_and_counted(shelf: Shell, column: Column) -> None:
    if column.type is not None:
        assert shelf("ls", f"has:{column.name} OR no:{column.name}", "--json").code == 0
        assert shelf("ls", f"sort:-{column.name}", "--format", "{path}").out.count("\n") == 3
    if column.read is not None:
        assert shelf("ls", "--cols", f"path,{column.name}").out.count("\n") == 3
        assert not shelf("ls", "--by", column.name).err.startswith("notekeep:")
