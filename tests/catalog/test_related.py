"""Related notes: each kind of kinship alone finds a note, and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.search.related import find_related
from notekeep.search.text_filter import SearchSources
from notekeep.search.whoosh_index import WhooshIndex

if TYPE_CHECKING:
    from tests.catalog.conftest import Vault

FILLER = {f"other/{number}.md": f"Nothing in common, number {number}.\n" for number in range(20)}
KIN = {
    "links here": {"kin.md": "See [[it]].\n", "it.md": "Text.\n"},
    "is linked from here": {"kin.md": "Text.\n", "it.md": "See [[kin]].\n"},
    "both link to Hub": {"kin.md": "[[Hub]]\n", "it.md": "[[Hub]]\n", "Hub.md": "Text.\n"},
    "Index links to both": {"kin.md": "a\n", "it.md": "b\n", "Index.md": "[[it]] and [[kin]]\n"},
    "#rare": {"kin.md": "#rare\n", "it.md": "#rare\n"},
    "same author: ann lee": {
        "kin.md": "---\nauthor: Ann Lee\n---\n",
        "it.md": "---\ntype: book\nauthor: [Bo, Ann Lee]\n---\n",
    },
}


def told(vault: Vault, path: str = "it.md") -> dict[str, tuple[str, ...]]:
    words = WhooshIndex(vault.cache / "no words")
    words.build([], 1)
    found = find_related(SearchSources(vault.catalog, lambda: words, str(vault.root)), path)
    words.close()
    return {one.row.path: one.why for one in found}


@pytest.mark.parametrize("why", KIN)
def test_each_kinship_finds_a_note_and_says_so(vault: Vault, why: str) -> None:
    for path, text in {**FILLER, **KIN[why]}.items():
        vault.write(path, text)
    vault.refresh()
    assert why in told(vault)["kin.md"]
    assert not [path for path in told(vault) if path.startswith("other/")]


def test_what_few_share_says_more(vault: Vault) -> None:
    for path, text in FILLER.items():
        vault.write(path, text + "#common\n")
    vault.write("it.md", "#common #rare\n")
    vault.write("z.md", "#rare\n")
    vault.refresh()
    assert next(iter(told(vault))) == "z.md"


def test_what_very_many_share_says_nothing(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = {"few.md": "#few\n", "it.md": "#few #many\n"}
    for path, text in {**dict.fromkeys(FILLER, "#many\n"), **tags}.items():
        vault.write(path, text)
    vault.refresh()
    assert set(told(vault)) > {"few.md"}
    monkeypatch.setattr("notekeep.search.related.MAX_SHARING_NOTES", len(FILLER))
    assert set(told(vault)) == {"few.md"}


def test_of_many_things_those_are_looked_at_that_few_share(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = {"kin.md": "#a #b\n", "other.md": "#a\n", "it.md": "#a #b\n"}
    for path, text in {**FILLER, **links}.items():
        vault.write(path, text)
    vault.refresh()
    assert told(vault) == {"kin.md": ("#b", "#a"), "other.md": ("#a",)}
    monkeypatch.setattr("notekeep.search.related.MAX_SHARED_PROPERTIES", 1)
    assert told(vault) == {"kin.md": ("#b",)}


def test_only_so_many_are_told_the_nearest_first(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notekeep.search.related.ROWS_AT_ONCE", 3)
    for path, text in FILLER.items():
        vault.write(path, text + "#common\n")
    vault.write("it.md", "#common #rare [[z]]\n")
    vault.write("z.md", "#rare\n")
    vault.write(".notekeep/templates/t.md", "#rare\n")
    vault.refresh()
    assert len(told(vault)) == 10
    assert next(iter(told(vault))) == "z.md"


def test_nothing_in_common_is_no_answer(vault: Vault) -> None:
    for path, text in FILLER.items():
        vault.write(path, text)
    vault.refresh()
    assert told(vault, "other/3.md") == {}


def told_by_words(vault: Vault, path: str = "it.md") -> dict[str, tuple[str, ...]]:
    words = WhooshIndex(vault.cache / "words")
    vault.refresh(words)
    found = find_related(SearchSources(vault.catalog, lambda: words, str(vault.root)), path)
    words.close()
    return {one.row.path: one.why for one in found}


def test_words_of_the_title_go_first_and_then_rare_ones(vault: Vault) -> None:
    for path, text in FILLER.items():
        vault.write(path, text)
    vault.write("it.md", "# Mermaid\n\nWaves, waves and waves; corals. https://example.org\n")
    vault.write("corals.md", "# Reef\n\nWaves, waves and corals, https://example.org too.\n")
    vault.write("tools.md", "# Mermaid tools\n\nA hammer.\n")
    vault.write("address.md", "# Address\n\nhttps://example.org\n")
    assert told_by_words(vault) == {
        "tools.md": ("mentions mermaid",),
        "corals.md": ("mentions waves, corals",),
    }


def test_words_of_many_notes_say_nothing(vault: Vault) -> None:
    for path in FILLER:
        vault.write(path, f"# Lagoon {path}\n\nLagoon.\n")
    vault.write("it.md", "# Lagoon\n\nA lagoon with pelicans.\n")
    vault.write("kin.md", "Pelicans.\n")
    assert told_by_words(vault) == {"kin.md": ("mentions pelicans",)}
