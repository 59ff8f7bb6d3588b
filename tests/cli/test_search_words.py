"""`search`: words that are near the ones asked for, and what is answered instead of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_another_form_of_a_word_scores_as_without_a_tilde(shell: Shell) -> None:
    """Forms of a word are one term, which counts as the nearest word that it stands for."""
    shell.write("one.md", "A habit of mine\n")
    shell.write("many.md", "Some habits of mine\n")

    def score(word: str) -> str:
        lines = shell("search", "--format", "{score} {path}", word).out.splitlines()
        return next(line for line in lines if line.endswith(" many.md"))

    assert score("habit~") == score("habit")


def test_single_word_is_never_left_out(shell: Shell) -> None:
    shell.write("books/Emma.md", "A novel\n")
    for rest in ("type:book", "(novel OR plot)"):
        ran = shell("search", "xyzzyplugh", rest)
        assert (ran.code, ran.out) == (1, "")
        assert "notes with some of the words" not in ran.err
    ran = shell("search", "xyzzyplugh", "novel")
    assert ran.out.startswith("Emma")
    assert "notes with some of the words" in ran.err


@pytest.mark.parametrize(("typed", "total"), [("mosz", 1), ("moz", 0)])
def test_word_of_four_letters_is_respelt_while_typing(shell: Shell, typed: str, total: int) -> None:
    shell.write("a.md", "The moss grows\n")
    vault = Vault.open(shell.root)
    vault.indexing.refresh()
    assert vault.search.search(typed, typing=True).total == total
