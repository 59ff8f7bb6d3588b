"""Lists that are long: their whole order, their notes, what their fields hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.name_lookup import existing_paths
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

NOTES = {
    "b.md": "---\ntitle: B\nrating: 4\ngenre: [Sea, old]\n---\n",
    "a.md": "---\ntitle: A\nrating: 4\ngenre: sea\n---\n",
    "c.md": "---\ntitle: C\nrating: 5\ngenre: [Sea]\n---\n",
    "é.md": "---\ntitle: E\n---\nno rating\n",
    "templates/t.md": "---\nrating: 1\ngenre: never\n---\n",
}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    for path, text in NOTES.items():
        place = tmp_path / "notes" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    opened = Vault.open(tmp_path / "notes")
    opened.indexing.refresh()
    return opened


@pytest.mark.parametrize(
    "query", ["", "sort:-rating", "sort:rating rating>=4", "sort:title", "sea"]
)
def test_the_order_of_a_whole_list_is_that_of_its_pages(vault: Vault, query: str) -> None:
    rows = [row.path for row in vault.search.rows(query).rows]
    listed = vault.search.ordered(query)
    assert listed.total == len(rows)
    assert [row.path for start in range(0, 6, 2) for row in listed.page(start, 2)] == rows
    parts = [vault.search.page(query, 2, start) for start in range(0, 6, 2)]
    assert [row.path for part in parts for row in part] == rows
    assert listed.paths() == rows
    assert [listed.find(path) for path in rows] == [*range(len(rows))]
    assert listed.find("elsewhere.md") is None
    assert vault.search.paths(query) == set(rows)


def test_a_limit_holds_for_the_order_and_for_the_notes(vault: Vault) -> None:
    query = "sort:-rating limit:2"
    assert vault.search.ordered(query).paths() == ["c.md", "a.md"]
    assert vault.search.paths(query) == {"c.md", "a.md"}
    assert [row.path for row in vault.search.page(query, 9, 0)] == ["c.md", "a.md"]
    assert [row.path for row in vault.search.page(query, 9, 1)] == ["a.md"]
    assert vault.search.page(query, 9, 4) == []


def test_paths_at_which_there_is_a_note_are_known(vault: Vault) -> None:
    assert existing_paths(vault.catalog, ["a.md", "é.md", "gone.md", "templates/t.md"]) == {
        "a.md",
        "é.md",
    }
    assert existing_paths(vault.catalog, []) == set()


def test_values_of_a_field_come_as_they_are_written_most_used_first(vault: Vault) -> None:
    assert vault.search.values("genre") == ["Sea", "old", "sea"]
    assert vault.search.values("rating") == ["4", "5"]
    assert vault.search.values("genre", limit=1) == ["Sea"]
    assert vault.search.values("no 'such\" field") == []
