"""Questions in whole sentences, and what follows where few notes have all words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.vault import Vault
from tests.support.sizes import cases

if TYPE_CHECKING:
    from tests.search.conftest import MakeVault

SOME = "Showing notes with some of the words."


def paths(vault: Vault, query: str, *, typing: bool = False) -> list[str]:
    return [hit.row.path for hit in vault.search.search(query, typing=typing).hits]


@cases("typing", [False, True], fast=2)
def test_in_a_sentence_common_words_count_more_than_a_rare_one(
    make: MakeVault,
    typing: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    others = {f"{number}.md": "Paper." for number in range(30)}
    others |= {f"{word}{n}.md": word for word in ("letter", "screen", "font") for n in range(8)}
    vault = make({"three.md": "letter screen font", "rare.md": "gigantic wall paper"} | others)
    words = "letter screen font gigantic zeppelin"
    assert paths(vault, words, typing=typing)[0] == "rare.md"
    found = vault.search.search(f"how is the {words}", typing=typing)
    assert found.hits[0].row.path == "three.md"
    assert found.remarks == (SOME,)


def test_notes_with_all_words_of_a_sentence_come_first(make: MakeVault) -> None:
    filler = "filler " * 300
    vault = make(
        {
            "all.md": f"{filler} tax {filler} price {filler} added",
            "some.md": "Tax, price. Tax, price.",
            "How is the tax added.md": "Something else.",
        }
    )
    found = vault.search.search("is the tax added to the price")
    assert [hit.row.path for hit in found.hits][:2] == ["all.md", "some.md"]
    assert found.remarks == ("1 note has all words, others some.",)
    assert paths(vault, "how is the tax added")[0] == "How is the tax added.md"


def test_less_than_ten_notes_with_all_words_are_followed_by_others(make: MakeVault) -> None:
    notes = {f"{number}.md": "spade fork" for number in range(10)} | {"one.md": "spade"}
    vault = make(notes)
    assert "one.md" not in paths(vault, "spade fork")
    Path(vault.root, "0.md").unlink()
    vault.indexing.refresh()
    found = vault.search.search("spade fork")
    assert [hit.row.path for hit in found.hits][-1] == "one.md"
    assert found.total == 10
    assert found.remarks == ("9 notes have all words, others some.",)
    assert "one.md" not in {row.path for row in vault.search.rows("spade fork").rows}


def test_notes_with_nothing_but_question_words_do_not_follow(make: MakeVault) -> None:
    vault = make({"a.md": "The kettle.", "b.md": "How and why."})
    assert paths(vault, "how is the kettle") == ["a.md"]


def test_a_word_of_a_sentence_is_corrected_where_a_note_has_all_words_then(
    make: MakeVault,
) -> None:
    vault = make({"a.md": "Import from the old kettle.", "b.md": "She runs. Quiet email."})
    found = vault.search.search("import from the ketle")
    assert found.hits[0].row.path == "a.md"
    assert found.remarks[0] == 'Showing results for "kettle" (no note has "ketle").'
    found = vault.search.search("why email ruins the concentration")
    assert found.remarks == (SOME,)


def test_the_last_word_of_a_sentence_is_a_beginning_while_one_types(make: MakeVault) -> None:
    vault = make({"a.md": "A version.", "history.md": "The version.", "c.md": "Versions."})
    for typed in ("what is the version hi", "what is the version his"):
        assert paths(vault, typed, typing=True)[0] == "history.md", typed


def test_signs_within_a_word_separate_words_that_may_be_apart(make: MakeVault) -> None:
    vault = make({"a.md": "# unique_ptr class\n\nOf std.", "b.md": "Nothing of that."})
    assert paths(vault, "std::unique_ptr<T>") == ["a.md"]


def test_a_small_limit_does_not_change_how_many_notes_are_counted(make: MakeVault) -> None:
    alike = {f"all{number}.md": "spade rake\n" for number in range(4)}
    vault = make({**alike, **{f"some{number}.md": "spade\n" for number in range(4)}})
    found = vault.search.search("spade rake", limit=2)
    assert [hit.row.path for hit in found.hits] == ["all0.md", "all1.md"]
    assert (found.total, found.partial) == (8, 4)
