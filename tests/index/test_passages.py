"""Conditions that only a text answers: other queries do not pay for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notekeep.index.passages import Passages
from notekeep.index.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.index.conftest import Vault


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every question that the words index is asked."""
    questions: list[Any] = []
    right = Words.scores

    def noting(words: Words, node: Any, **options: Any) -> dict[str, float]:
        questions.append(node)
        return right(words, node, **options)

    monkeypatch.setattr(Words, "scores", noting)
    return questions


def test_words_are_not_asked_beforehand_unless_a_text_is_to_be_read(
    vault: Vault, tmp_path: Path, asked: list[Any]
) -> None:
    vault.write("a.md", "lever and\npulley\n")
    vault.write("b.md", "lever pulley\n")
    words = Words(tmp_path / "cache" / "words")
    vault.refresh(words=words)
    passages = Passages(vault.catalog, words, str(vault.root))

    def answered(text: str) -> Any:
        root = vault.query(text).root
        assert root is not None
        return passages.answered(root)

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
    words = Words(tmp_path / "cache" / "words")
    vault.refresh(words=words)
    monkeypatch.setattr("notekeep.index.passages.read_text", None)
    for text, found in [
        ("line:lever", {"a.md", "sub/b.md"}),
        ("section:lev* path:sub", {"sub/b.md"}),
        ("-block:lever", {"lever.md"}),
    ]:
        root = vault.query(text).root
        assert root is not None
        passages = Passages(vault.catalog, words, str(vault.root))
        assert passages.paths(passages.answered(root)) == found, text
