"""The rules of ranking, one by one: each test fails without its rule."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.catalog.documents import WordDoc
from notekeep.query.tree import Term
from notekeep.search import ranking
from notekeep.search.session import run_search
from notekeep.search.text_filter import SearchSources
from notekeep.search.whoosh_index import WhooshIndex

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.search.results import SearchResults
    from tests.catalog.conftest import Vault

FILLER = "Some other words that stand here so that notes are of one length. " * 3


@pytest.fixture
def ask(vault: Vault) -> Callable[..., SearchResults]:
    """`ask({path: text}, query)` searches a vault of these notes, all of one age.

    Further options are those of `search`; `opened` says how often a note was opened.
    """

    def ask(
        notes: dict[str, str],
        query: str,
        *,
        days: dict[str, int] | None = None,
        opened: dict[str, int] | None = None,
        typing: bool = False,
    ) -> SearchResults:
        for path, text in notes.items():
            vault.write(path, text)
            moment = time.time() - 86_400 * (days or {}).get(path, 1000)
            os.utime(vault.root / path, (moment, moment))
        words = WhooshIndex(vault.cache / "words", "en")
        vault.refresh(words=words)
        times = opened or {}
        sources = SearchSources(
            vault.catalog, lambda: words, str(vault.root), lambda path: float(times.get(path, 0))
        )
        found = run_search(vault.query(query, typing=typing), sources, typing=typing)
        words.close()
        return found

    return ask


def order(found: SearchResults) -> list[str]:
    return [hit.row.path.removesuffix(".md") for hit in found.hits]


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        ("---\ntitle: A lever\n---\n", "# A thing\n\n## A lever\n\n"),
        ("---\ntitle: Z\ntags: [lever]\n---\n", "# Z\n\nA lever.\n\n"),
        ("# Z\n\n## The lever\n\n", "# Z\n\nThe lever.\n\n"),
    ],
    ids=["title over heading", "tag over body", "heading over body"],
)
def test_where_a_word_stands_decides(
    ask: Callable[..., SearchResults], higher: str, lower: str
) -> None:
    notes = {"z.md": higher + FILLER, "a.md": lower + FILLER}
    assert order(ask(notes, "lever")) == ["z", "a"]


FIELDS = {"title": 3.0, "aliases": 2.0, "tags": 2.0, "headings": 1.5, "matter": 1.0, "body": 1.0}
"""What a word is worth where it stands."""


@pytest.fixture
def shares(tmp_path: Path) -> Callable[..., dict[str, float]]:
    """`shares(a=doc, b=doc)` says what "lever" adds to the score of each field of the first."""

    def shares(**docs: WordDoc) -> dict[str, float]:
        words = WhooshIndex(tmp_path / "words", "en")
        words.build(docs.values(), 1)
        first = next(iter(docs.values())).path
        found = words.shares(Term("lever"), [first])[first]
        words.close()
        return {field: share for _, field, share in found}

    return shares


def test_a_word_is_worth_what_its_field_is(shares: Callable[..., dict[str, float]]) -> None:
    """Once in one of two notes of the same length: idf = ln(2/2) + 1 = 1, and BM25F's saturation
    is 1·(K1 + 1) / (1 + K1) = 1, so that what is left is the weight of the field itself."""

    def doc(path: str, word: str) -> WordDoc:
        several: dict[str, Any] = dict.fromkeys(
            ("aliases", "tags", "headings", "matter"), (f"{word} wheel",)
        )
        return WordDoc(path=path, title=f"{word} wheel", body=f"{word} wheel", **several)

    found = shares(a=doc("a.md", "lever"), b=doc("b.md", "pulley"))
    assert found == pytest.approx(FIELDS)


def test_a_word_is_worth_less_in_a_long_text_and_more_the_more_often_it_stands_there(
    shares: Callable[..., dict[str, float]],
) -> None:
    """K1 = 1.2 and B = 0.75, written out: 3 and 1 words are 1.5 and 0.5 of the average of 2."""
    long = WordDoc(path="a.md", title="", body="lever lever wheel")
    short = WordDoc(path="b.md", title="", body="wheel")
    assert shares(a=long, b=short) == pytest.approx(
        {"body": 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 1.5))}
    )
    short = short._replace(body="lever")
    long = long._replace(body="wheel wheel wheel")
    assert shares(b=short, a=long) == pytest.approx(
        {"body": 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 0.5))}
    )


def test_a_word_as_typed_goes_before_its_other_forms(ask: Callable[..., SearchResults]) -> None:
    notes = {
        "a.md": f"Runs, runs, runs and runs. {FILLER}",
        "z.md": f"Once it is running. {FILLER}",
    }
    assert order(ask(notes, "running")) == ["z", "a"]


def test_accents_as_typed_go_before_others(ask: Callable[..., SearchResults]) -> None:
    notes = {"a.md": f"Das ist schon gut. {FILLER}", "z.md": f"Das ist schön gut. {FILLER}"}
    assert order(ask(notes, "schön")) == ["z", "a"]
    assert order(ask(notes, "schon")) == ["a", "z"]


def test_a_form_of_the_word_goes_before_what_only_begins_so(
    ask: Callable[..., SearchResults],
) -> None:
    notes = {"a.md": f"The leverage of it. {FILLER}", "z.md": f"The levers of it. {FILLER}"}
    assert order(ask(notes, "lever*")) == ["z", "a"]
    assert order(ask(notes, "lever", typing=True)) == ["z", "a"]


def test_what_only_begins_so_needs_more_than_saying_it_often(
    ask: Callable[..., SearchResults],
) -> None:
    """Three times is worth 3·2.2 / (3 + 1.2) = 1.57 of once; half of that is still less than 1."""
    notes = {
        "a.md": f"Leverage, leverage and leverage. {FILLER}",
        "z.md": f"The levers of it. And, and. {FILLER}",
    }
    assert order(ask(notes, "lever*")) == ["z", "a"]
    assert order(ask(notes, "lever", typing=True)) == ["z", "a"]


def test_the_nearer_spelling_goes_before_the_farther_one(ask: Callable[..., SearchResults]) -> None:
    notes = {"a.md": f"The lemurt, lemurt. {FILLER}", "z.md": f"The lever, once. {FILLER}"}
    assert order(ask(notes, "levert~2")) == ["z", "a"]


@pytest.mark.parametrize("typing", [False, True])
def test_a_title_that_begins_so_goes_before_one_that_has_it_inside(
    ask: Callable[..., SearchResults],
    typing: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    notes = {
        "a.md": f"# Quiet deep work\n\nDeep work. {FILLER}",
        "z.md": f"# Deep work quietly\n\n{FILLER}",
    }
    assert order(ask(notes, "deep work", typing=typing)) == ["z", "a"]


def test_a_title_that_begins_so_is_not_all_that_counts(ask: Callable[..., SearchResults]) -> None:
    notes = {
        "a.md": f"---\ntags: [deep, work]\n---\n# Quiet deep work\n\n## Deep work\n\nx {FILLER}",
        "z.md": f"# Deep work quietly\n\n{FILLER}",
    }
    assert order(ask(notes, "deep work")) == ["a", "z"]


def test_words_in_a_row_go_before_words_apart(ask: Callable[..., SearchResults]) -> None:
    notes = {
        "a.md": f"Deep water. {FILLER} Hard work.",
        "m.md": f"Deep is the work. {FILLER}",
        "z.md": f"It is deep work. {FILLER}",
    }
    assert order(ask(notes, "deep work")) == ["z", "m", "a"]


def test_words_in_a_row_outweigh_having_them_often(ask: Callable[..., SearchResults]) -> None:
    notes = {
        "a.md": f"Deep water and deep sea. {FILLER} Hard work, more work.",
        "z.md": f"It is deep work then. {FILLER} Hard times, more times.",
    }
    assert order(ask(notes, "deep work")) == ["z", "a"]


def test_words_that_say_nothing_keep_their_place_in_the_row(
    ask: Callable[..., SearchResults],
) -> None:
    notes = {"a.md": f"Fear falling. {FILLER}", "z.md": f"Fear of falling. {FILLER}"}
    assert order(ask(notes, "fear of falling")) == ["z", "a"]


def test_what_was_changed_lately_goes_before_its_equals(ask: Callable[..., SearchResults]) -> None:
    notes = {"a.md": f"The lever. {FILLER}", "z.md": f"The lever. {FILLER}"}
    assert order(ask(notes, "lever")) == ["a", "z"]
    assert order(ask(notes, "lever", days={"z.md": 2})) == ["z", "a"]


def test_what_is_opened_often_goes_before_its_equals(ask: Callable[..., SearchResults]) -> None:
    notes = {"a.md": f"The lever. {FILLER}", "z.md": f"The lever. {FILLER}"}
    assert order(ask(notes, "lever", opened={"z.md": 4})) == ["z", "a"]


def test_neither_age_nor_habit_outweighs_what_a_note_is_about(
    ask: Callable[..., SearchResults],
) -> None:
    notes = {"a.md": f"A lever and a lever. {FILLER}", "z.md": f"A lever and it. {FILLER}"}
    assert order(ask(notes, "lever", days={"z.md": 0}, opened={"z.md": 10_000})) == ["a", "z"]


@pytest.mark.parametrize(
    "called",
    ["---\ntitle: Deep work\n---\n", "---\ntitle: Q\naliases: [deep work]\n---\n"],
    ids=["title", "alias"],
)
def test_nothing_outranks_a_note_that_is_called_so(
    ask: Callable[..., SearchResults], called: str
) -> None:
    loud = "---\ntitle: Deep work deep work\naliases: [deep deep work]\ntags: [deep, work]\n---\n"
    notes = {"z.md": called + FILLER}
    notes |= {f"{at}.md": f"{loud}## Deep work\n\n{'deep work ' * 50}" for at in range(60)}
    found = ask(notes, "deep work", days={"1.md": 0}, opened={"1.md": 1000})
    assert order(found)[0] == "z"


def test_a_file_of_that_name_comes_first(ask: Callable[..., SearchResults]) -> None:
    notes = {"deep work.md": "---\ntitle: Q\n---\nx", "a.md": "# Deep work indeed\n\nDeep work."}
    assert order(ask(notes, "deep work"))[0] == "deep work"


def test_a_title_of_words_that_say_nothing_is_found(ask: Callable[..., SearchResults]) -> None:
    notes = {"z.md": "# To be\n\nHamlet.", "a.md": "# Not\n\nTo be or not."}
    assert order(ask(notes, "to be"))[0] == "z"


def test_while_typing_titles_that_begin_so_are_never_lost(
    ask: Callable[..., SearchResults],
) -> None:
    notes = {f"{at}.md": f"con{letter}ary " * 9 for at, letter in enumerate("abcdefghijklmnop")}
    notes["z.md"] = "# Concession\n\nx"
    assert order(ask(notes, "con", typing=True))[0] == "z"


def test_only_the_best_are_looked_at_again(
    ask: Callable[..., SearchResults], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    text = SearchSources.text

    def counted(sources: SearchSources, path: str) -> object:
        read.append(path)
        return text(sources, path)

    monkeypatch.setattr(SearchSources, "text", counted)
    found = ask({f"{at}.md": f"lever {at} {FILLER}" for at in range(80)}, "lever")
    assert found.total == 80
    assert len(set(read)) <= ranking.RERANKED_HITS
