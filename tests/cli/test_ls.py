"""`ls`: what a query means, columns, and counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

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
