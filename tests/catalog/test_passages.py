"""Conditions that only a text answers: other queries do not pay for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notekeep.search.results import FileStart, read_file_start
from notekeep.search.text_filter import SearchCanceled, SearchSources, TextFilter
from notekeep.search.whoosh_index import WhooshIndex

if TYPE_CHECKING:
    from pathlib import Path

    from tests.catalog.conftest import Vault


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every question that the words index is asked."""
    questions: list[Any] = []
    right = WhooshIndex.scores

    def noting(words: WhooshIndex, node: Any, **options: Any) -> dict[str, float]:
        questions.append(node)
        return right(words, node, **options)

    monkeypatch.setattr(WhooshIndex, "scores", noting)
    return questions


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every note whose text was looked at."""
    paths: list[str] = []

    def noting(root: str, path: str, size: int) -> FileStart | None:
        paths.append(path)
        return read_file_start(root, path, size)

    monkeypatch.setattr("notekeep.search.text_filter.read_file_start", noting)
    return paths


def sources(vault: Vault, words: WhooshIndex) -> SearchSources:
    return SearchSources(vault.catalog, lambda: words, str(vault.root))


def test_words_are_not_asked_beforehand_unless_a_text_is_to_be_read(
    vault: Vault, tmp_path: Path, asked: list[Any]
) -> None:
    vault.write("a.md", "lever and\npulley\n")
    vault.write("b.md", "lever pulley\n")
    words = WhooshIndex(tmp_path / "cache" / "words")
    vault.refresh(words=words)
    asking = TextFilter(sources(vault, words))

    def answered(text: str) -> Any:
        root = vault.query(text).root
        assert root is not None
        return asking.resolve(root)

    plain = answered("lever pulley")
    assert not asked
    assert words.scores(plain).keys() == {"a.md", "b.md"}
    asked.clear()
    on_one_line = answered("lever line:(lever pulley)")
    assert asked
    assert words.scores(on_one_line).keys() == {"b.md"}


def test_one_word_is_on_a_line_wherever_it_stands_and_no_text_is_read_for_it(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.write("a.md", "lever\n")
    vault.write("lever.md", "# Another\n\nnothing\n")
    vault.write("sub/b.md", "---\naliases: [lever]\n---\nlevers and more\n")
    words = WhooshIndex(tmp_path / "cache" / "words")
    vault.refresh(words=words)
    monkeypatch.setattr("notekeep.search.text_filter.read_file_start", None)
    for text, found in [
        ("line:lever", {"a.md", "sub/b.md"}),
        ("section:lev* path:sub", {"sub/b.md"}),
        ("-block:lever", {"lever.md"}),
    ]:
        root = vault.query(text).root
        assert root is not None
        passages = TextFilter(sources(vault, words))
        assert passages.paths(root) == found, text


@pytest.mark.parametrize("query", ["line:(lever pulley)", "-section:(lever pulley)"])
def test_notes_are_read_only_as_long_as_somebody_waits_for_the_answer(
    vault: Vault, tmp_path: Path, met: list[str], query: str
) -> None:
    for at in range(9):
        vault.write(f"{at}.md", "lever pulley\n")
    words = WhooshIndex(tmp_path / "cache" / "words")
    vault.refresh(words=words)
    root = vault.query(query).root
    assert root is not None

    def ask(most: int) -> None:
        met.clear()
        asking = TextFilter(
            SearchSources(
                vault.catalog, lambda: words, str(vault.root), wanted=lambda: len(met) < most
            )
        )
        asking.resolve(root)

    for most in (0, 4):
        with pytest.raises(SearchCanceled):
            ask(most)
        assert len(met) == most
    ask(9)
    assert len(met) == 9


def test_a_second_passage_is_looked_for_where_the_first_was_found(
    vault: Vault, tmp_path: Path, met: list[str]
) -> None:
    vault.write("a.md", "lever pulley\n\nrope lever\n")
    vault.write("b.md", "lever pulley\n\nrope\nlever\n")
    vault.write("c.md", "lever\npulley\n\nrope lever\n")
    words = WhooshIndex(tmp_path / "cache" / "words")
    vault.refresh(words=words)
    root = vault.query("line:(lever pulley) line:(rope lever)").root
    assert root is not None
    asking = TextFilter(sources(vault, words))
    assert words.scores(asking.resolve(root)).keys() == {"a.md"}
    assert sorted(met) == ["a.md", "a.md", "b.md", "b.md", "c.md"]
