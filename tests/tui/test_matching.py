"""Which letters are marked as found."""

from __future__ import annotations

import pytest

from notekeep.query.tree import And, Compare, Not, Or, Phrase, Prefix, Query, Term
from notekeep.search.results import SearchResults
from notekeep.tui.render.note_rows import LetterMatcher, WordMatcher, make_matcher


def found(matcher: WordMatcher, text: str) -> list[str]:
    return [text[start:end] for start, end in matcher.spans(text)]


@pytest.mark.parametrize(
    ("word", "text", "marked"),
    [
        ("sea", "Search for the SEA, not research", ["Sea", "SEA"]),
        ("cafe", "Café crème", ["Café"]),
        ("ÉCOLE", "ecole, école", ["ecole", "école"]),
        ("日本", "日本語", ["日本"]),
        # As the search has it: ø is an o, й is no и.
        ("smorrebrod", "Smørrebrød", ["Smørrebrød"]),
        ("иод", "йод, иод", ["иод"]),
    ],
)
def test_words_are_found_by_their_beginning_without_case_or_accents(
    word: str, text: str, marked: list[str]
) -> None:
    assert found(LetterMatcher([word]), text) == marked


def test_the_longest_word_wins() -> None:
    assert found(LetterMatcher(["a", "atom"]), "atomic") == ["atom"]


def test_a_query_marks_its_words_but_not_its_facts_nor_what_it_excludes() -> None:
    root = And(
        (
            Or((Term("deep"), Prefix("hab"))),
            Phrase("two minutes"),
            Not(Term("gone")),
            Compare("rating", ">=", 4),
        )
    )
    matcher = make_matcher(SearchResults(0, [], query=Query("", root)))
    text = "Deep habits in two minutes, gone, 4"
    assert found(matcher, text) == ["Deep", "hab", "two", "minutes"]


def test_without_words_nothing_is_marked() -> None:
    assert make_matcher(SearchResults(0, [], query=Query(""))).spans("anything") == []
