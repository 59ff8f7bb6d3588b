"""Notes of one title are told apart, by what is looked up for a page and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.catalog.queries import _SAME, _SEVERAL
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

NOTES = {
    "Index.md": "At the top.\n",
    "work/Index.md": "At work.\n",
    "work/2026/index.md": "Another case.\n",
    "home/start.md": "---\ntitle: Index\n---\nNamed otherwise.\n",
    "home/Only one.md": "Alone.\n",
    "templates/Only one.md": "No note: a template.\n",
}


def told(root: Path) -> dict[str, str]:
    vault = Vault.open(root)
    vault.indexing.refresh()
    rows = vault.search.rows().rows
    vault.search.distinguish_titles(rows)
    return {row.path: row.title_suffix for row in rows}


def put(root: Path) -> Path:
    for name, text in NOTES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_notes_of_one_title_are_told_apart_by_folder_and_where_that_says_nothing_by_path(
    tmp_path: Path,
) -> None:
    root = put(tmp_path / "notes")
    assert told(root) == {
        "Index.md": "Index.md",
        "work/Index.md": "work",
        "work/2026/index.md": "work/2026",
        "home/start.md": "home/start",
        "home/Only one.md": "",
    }


def test_the_last_one_of_a_title_is_told_apart_from_none(tmp_path: Path) -> None:
    for path in ("a/Index.md", "b/Index.md", "c.md"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("One.\n")
    assert told(tmp_path) == {"a/Index.md": "a", "b/Index.md": "b", "c.md": ""}
    (tmp_path / "b/Index.md").unlink()
    assert told(tmp_path) == {"a/Index.md": "", "c.md": ""}


def test_an_index_answers_who_shares_a_title(tmp_path: Path) -> None:
    vault = Vault.open(put(tmp_path / "notes"))
    vault.indexing.refresh()
    sql = f"EXPLAIN QUERY PLAN SELECT title_folded FROM notes WHERE {_SAME} {_SEVERAL}"
    steps = [row[3] for row in vault.catalog.ask(sql, ('["index"]',))]
    assert any("USING COVERING INDEX" in step and "title_folded=?" in step for step in steps)


def test_what_is_typed_finds_them_told_apart(tmp_path: Path) -> None:
    vault = Vault.open(put(tmp_path / "notes"))
    vault.indexing.refresh()
    for found in (vault.search.suggest("inde"), vault.search.search("work", typing=True)):
        hits = {hit.row.path: hit.row.title_suffix for hit in found.hits}
        assert hits["work/Index.md"] == "work"
