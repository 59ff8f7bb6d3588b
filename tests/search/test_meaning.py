"""Notes near in meaning, with the extra `meaning`: what is found, and when it is computed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.search.meaning import fuse_ranks, passage_offset
from notekeep.search.results import read_file_start
from notekeep.vault import Vault
from tests.test_imports import loaded

if TYPE_CHECKING:
    from notekeep.search.meaning import MeaningIndex

VECTORS = {"numpy", "safetensors", "tokenizers", "wordllama"}

NOTES = {
    "sleep.md": "# Caffeinate\n\nPrevent the computer from going to sleep while it works.\n",
    "bread.md": "# Sourdough\n\nFlour, water and salt. Bake the loaf in a hot oven.\n",
    "money.md": "# Refunds\n\nThe customer is paid back within two weeks of the purchase.\n",
}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    for name, text in NOTES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return Vault.open(tmp_path)


@pytest.fixture
def meaning(vault: Vault) -> MeaningIndex:
    vault.indexing.refresh()
    assert vault.meaning is not None
    vault.meaning.update()
    return vault.meaning


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("keep my laptop awake", "sleep.md"),
        ("recipe for dough in the kitchen", "bread.md"),
        ("how do I get my cash returned", "money.md"),
    ],
)
def test_a_note_without_a_common_word_is_near(
    meaning: MeaningIndex, question: str, expected: str
) -> None:
    found = meaning.nearest(question, 3)
    assert found[0].path == expected
    assert [near.likeness for near in found] == sorted(
        (near.likeness for near in found), reverse=True
    )
    assert found[0].likeness <= 1.001


def test_a_long_note_is_found_by_the_passage(
    vault: Vault, meaning: MeaningIndex, tmp_path: Path
) -> None:
    filler = "The parliament debated a budget for railways and harbours. " * 60
    about = "Feed the starter, knead the dough and bake bread in the oven. " * 8
    (tmp_path / "long.md").write_text(f"---\nrating: 4\n---\n{filler}\n\n{about}\n", "utf-8")
    (tmp_path / "bread.md").unlink()
    vault.indexing.refresh()
    meaning.update()

    [best] = meaning.nearest("how to make a loaf", 1)

    assert best.path == "long.md"
    text = read_file_start(str(tmp_path), "long.md")
    assert text is not None
    at = passage_offset(text, best.start)
    assert text.whole.index(about) - at < 110 * 10
    assert at > text.body + len(filler) // 2


def test_only_changed_notes_change(vault: Vault, meaning: MeaningIndex, tmp_path: Path) -> None:
    before = {near.path: near for near in meaning.nearest("sleep", 3)}
    (tmp_path / "money.md").write_text("# Naps\n\nA short sleep after lunch.\n", "utf-8")
    (tmp_path / "bread.md").unlink()
    vault.indexing.refresh()
    assert meaning.is_outdated()
    meaning.update()
    assert not meaning.is_outdated()

    after = {near.path: near for near in meaning.nearest("sleep", 3)}
    assert after.keys() == {"sleep.md", "money.md"}
    assert after["sleep.md"].likeness == pytest.approx(before["sleep.md"].likeness)
    assert "money.md" not in before


def test_another_process_sees_what_was_written(meaning: MeaningIndex, tmp_path: Path) -> None:
    other = Vault.open(tmp_path).meaning
    assert other is not None
    assert not other.is_outdated()
    assert other.nearest("sleep", 3) == meaning.nearest("sleep", 3)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"not a file of ours"])
def test_a_damaged_file_is_made_again(vault: Vault, meaning: MeaningIndex, damage: bytes) -> None:
    expected = meaning.nearest("sleep", 3)
    Path(vault.places.cache, "meaning.npz").write_bytes(damage)
    assert meaning.nearest("sleep", 3) == []
    assert meaning.is_outdated()
    meaning.update()
    assert meaning.nearest("sleep", 3) == expected


def test_an_empty_vault_has_nothing_near(vault: Vault, tmp_path: Path) -> None:
    for name in NOTES:
        (tmp_path / name).unlink()
    vault.indexing.refresh()
    assert vault.meaning is not None
    vault.meaning.update()
    assert vault.meaning.nearest("sleep", 3) == []
    assert not vault.meaning.is_outdated()


def test_related_says_that_a_note_is_near_in_meaning(
    vault: Vault, meaning: MeaningIndex, tmp_path: Path
) -> None:
    (tmp_path / "nap.md").write_text("# Awake\n\nMy laptop dozes off at night.\n", "utf-8")
    vault.indexing.refresh()
    meaning.update()
    found = vault.search.related("nap.md")
    assert found[0].row.path == "sleep.md"
    assert "near in meaning" in found[0].why
    assert "nap.md" not in {note.row.path for note in found}


def test_without_the_extra_nothing_is_near(
    vault: Vault, meaning: MeaningIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wordllama", None)
    bare = Vault.open(vault.root)
    assert bare.meaning is None
    assert not any("near in meaning" in note.why for note in bare.search.related("sleep.md"))
    assert not bare.is_indexing_due


SENTENCE = "how can I get my cash returned"


def test_a_sentence_finds_notes_near_in_meaning(vault: Vault, meaning: MeaningIndex) -> None:
    del meaning
    found = vault.search.search(SENTENCE, explain=True)
    first = found.hits[0]
    assert (first.row.path, first.near) == ("money.md", "meaning")
    assert first.snippet.text.startswith("The customer is paid back")
    assert first.why is not None
    assert first.why.conditions == ("near in meaning",)
    assert found.is_relaxed
    assert found.total == len(found.hits)
    assert any("near in meaning" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    "query", ["cash returned", "cash for the", "how can I get my cash returned rating>1"]
)
def test_only_a_sentence_is_asked_by_meaning(
    vault: Vault, meaning: MeaningIndex, query: str
) -> None:
    del meaning
    assert not any(hit.near for hit in vault.search.search(query).hits)


def test_what_is_being_typed_and_what_changes_is_exact(vault: Vault, meaning: MeaningIndex) -> None:
    del meaning
    assert not any(hit.near for hit in vault.search.search(SENTENCE, typing=True).hits)
    assert not any(hit.near for hit in vault.search.search(SENTENCE, relax=False).hits)
    assert vault.search.rows(SENTENCE).total == 0


def test_notes_with_all_words_stay_first(
    vault: Vault, meaning: MeaningIndex, tmp_path: Path
) -> None:
    (tmp_path / "words.md").write_text("# Words\n\nGet cash returned. Get it.\n", "utf-8")
    vault.indexing.refresh()
    meaning.update()
    hits = vault.search.search(SENTENCE).hits
    assert (hits[0].row.path, hits[0].near) == ("words.md", "")
    assert "money.md" in {hit.row.path for hit in hits if hit.near == "meaning"}
    assert len({hit.row.path for hit in hits}) == len(hits)
    assert len(vault.search.search(SENTENCE, limit=1).hits) == 1


def test_a_deleted_note_is_not_near(vault: Vault, meaning: MeaningIndex, tmp_path: Path) -> None:
    del meaning
    (tmp_path / "money.md").unlink()
    vault.indexing.refresh()
    assert "money.md" not in {hit.row.path for hit in vault.search.search(SENTENCE).hits}


def test_a_vault_in_another_language_is_asked_by_words(
    vault: Vault, meaning: MeaningIndex, tmp_path: Path
) -> None:
    del meaning
    (tmp_path / ".notekeep").mkdir(exist_ok=True)
    (tmp_path / ".notekeep" / "config.toml").write_text('language = "de"\n', "utf-8")
    german = Vault.open(vault.root)
    german.indexing.refresh()
    found = german.search.search("wie kann ich das money meaning und returned")
    assert not any(hit.near for hit in found.hits)


@pytest.mark.parametrize(
    ("rankings", "expected"),
    [
        ([["a", "b"], ["b", "c"]], ["b", "a", "c"]),
        ([["a"], ["b"]], ["a", "b"]),
        ([[], ["c", "b"]], ["c", "b"]),
    ],
)
def test_ranks_are_fused(rankings: list[list[str]], expected: list[str]) -> None:
    assert fuse_ranks(rankings) == expected


@pytest.mark.parametrize("query", ["cue craving", "habit", "the habit in a type:book"])
def test_a_search_for_words_loads_no_vectors(sample: Path, query: str) -> None:
    loaded(sample, "index")
    assert not loaded(sample, "search", query) & VECTORS


def test_no_command_loads_the_code_that_the_vectors_came_with(sample: Path) -> None:
    names = loaded(sample, "index") | loaded(sample, "related", "Deep Work")
    assert names >= {"numpy", "tokenizers"}
    assert "wordllama" not in names


def test_a_process_of_its_own_answers_the_same(vault: Vault, meaning: MeaningIndex) -> None:
    expected = meaning.nearest(SENTENCE, 3)
    other = Vault.open(vault.root).meaning
    assert other is not None
    other.asks_process = True
    assert [near.path for near in other.nearest(SENTENCE, 3)] == [near.path for near in expected]
    Path(vault.places.cache, "meaning.npz").unlink()
    assert other.nearest(SENTENCE, 3) == []


def test_a_question_to_another_process_loads_no_vectors(
    vault: Vault, meaning: MeaningIndex
) -> None:
    del meaning
    script = (
        "import sys; from notekeep.vault import Vault; vault = Vault.open(sys.argv[1]);"
        "vault.meaning.asks_process = True;"
        f"print(vault.search.search({SENTENCE!r}).hits[0].near);"
        f"print(*sorted({VECTORS!r} & sys.modules.keys()))"
    )
    run = [sys.executable, "-c", script, vault.root]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["meaning"]
