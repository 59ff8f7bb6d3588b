# mypy: untyped-calls-exclude="whoosh"
"""Text into terms, by example."""

from __future__ import annotations

import pickle
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notekeep.query.folding import fold_letters
from notekeep.search.analyzer import (
    BREAK,
    PARTS,
    STOP_WORD_PLACE,
    ForeignText,
    base_language,
    get_analyzer,
    get_language,
)

ENGLISH = get_analyzer("en")


def terms(text: str, code: str = "en") -> list[str]:
    return get_analyzer(code).terms(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Names with marks keep them, as terms of their own: a phrase tells C++ from C# and C.
        ("C++ or C#", ["c", "++", STOP_WORD_PLACE, "c", "#"]),
        ("C++17", ["c", "++", "17"]),
        (".NET", [".", "net"]),
        ("R&D", ["r", "d"]),
        ("node.js", ["node", "js"]),
        ("3/week", ["3", "week"]),
        # One letter and a hyphen make one word, other hyphens part two.
        ("e-mail E-Mail email", ["email", "email", "email"]),
        ("T-shirts", ["tshirt"]),
        ("well-known", ["well", "known"]),
        # Apostrophes: contractions say nothing, a possessive is its owner.
        ("don't", ["dont"]),
        ("we'll I'm", [STOP_WORD_PLACE, STOP_WORD_PLACE]),
        ("Clear's", ["clear"]),
        ("Clear\u2019s", ["clear"]),
        # Marks of Markdown are no words.
        ("# Heading #tag #learning/ml", ["head", "tag", "learn", "ml"]),
        ("_emphasis_ **bold** snake_case", ["emphasi", "bold", "snake", "case"]),
        ("[[Note#Heading|text]]", ["note", "head", "text"]),
        ("- [ ] a - b -- c ...and +++", [STOP_WORD_PLACE, "b", "c", STOP_WORD_PLACE]),
        # Stop words keep their places.
        ("lord of the rings", ["lord", STOP_WORD_PLACE, STOP_WORD_PLACE, "ring"]),
        # Accents and width.
        ("Café CAFE cafe", ["cafe", "cafe", "cafe"]),
        (unicodedata.normalize("NFD", "Café"), ["cafe"]),
        ("Straße Łódź Ørsted", ["strass", "lodz", "orst"]),
        ("\uff26\uff55\uff4c\uff4c", ["full"]),
        # Scripts without blanks, by pairs and the last character.
        ("组件库", ["组件", "件库", "库"]),
        ("iPhone手机", ["iphon", "手机", "机"]),
        ("検索", ["検索", "索"]),
        ("한국어", ["한국", "국어", "어"]),
        (unicodedata.normalize("NFD", "한국어"), ["한국", "국어", "어"]),
        # Letters that a mark makes another letter stay so.
        ("новый Ёлка", ["новый", "елка"]),
        ("हिन्दी भाषा।", ["हिन्दी", "भाषा"]),
        ("שָׁלוֹם مُحَمَّد", ["שלום", "محمد"]),
        ("", []),
        ("!?", []),
    ],
)
def test_terms_of_a_text(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("de", "die Häuser hauser", [STOP_WORD_PLACE, "haus", "haus"]),
        ("fr", "L'homme qu'il", [STOP_WORD_PLACE, "homm", STOP_WORD_PLACE, STOP_WORD_PLACE]),
        ("ru", "новый новая", ["нов", "нов"]),
        ("es", "canciones canción", ["cancion", "cancion"]),
        ("xx", "the levers", ["the", "levers"]),
        ("", "the levers", ["the", "levers"]),
    ],
)
def test_a_language_stems_and_stops(code: str, text: str, expected: list[str]) -> None:
    assert terms(text, code) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("en", "en"), ("pt-BR", "pt"), ("de_AT.UTF-8", "de"), ("", "")]
)
def test_a_code_is_shortened(code: str, expected: str) -> None:
    assert base_language(code) == expected


def test_no_phrase_reaches_over_a_break() -> None:
    laid = terms(f"key ideas {BREAK} open questions")
    assert laid.index("open") - laid.index("idea") > 10


def test_a_word_that_is_data_is_cut() -> None:
    (term,) = terms("x" * 10_000)
    assert len(term) == 64


def test_a_foreign_text_is_analysed_in_its_own_language() -> None:
    assert ENGLISH.terms(ForeignText("die Häuser", "de")) == terms("die Häuser", "de")


def test_an_analyzer_is_one_for_each_language_even_after_pickling() -> None:
    assert pickle.loads(pickle.dumps(ENGLISH)) is ENGLISH  # noqa: S301 - just made
    assert get_analyzer("de") != ENGLISH


STEMMED = """da nl en fi fr de hu it no pt ro ru es sv ar""".split()  # noqa: SIM905 - easier read

TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters=BREAK),
        st.sampled_from(" \n.'+#-_/eéЖ組が\u0301\u2019"),
    ),
    max_size=60,
)


@given(TEXTS)
def test_places_are_the_terms_with_their_positions(text: str) -> None:
    placed = [(place.position, place.term) for place in ENGLISH.places(text)]
    assert placed == [
        (at, term)
        for at, joined in enumerate(ENGLISH.terms(text))
        for term in joined.split(PARTS)
        if term
    ]


@given(TEXTS)
def test_places_stand_in_the_text_in_order(text: str) -> None:
    places = ENGLISH.places(text)
    assert all(0 <= place.start < place.end <= len(text) for place in places)
    assert [place.start for place in places] == sorted(place.start for place in places)


@given(TEXTS, st.sets(st.integers(0, 20)))
def test_some_terms_have_the_places_that_they_have_among_all(text: str, picked: set[int]) -> None:
    places = ENGLISH.places(text)
    only = frozenset(place.term for at, place in enumerate(places) if at in picked)
    assert ENGLISH.places(text, only) == [place for place in places if place.term in only]


@given(st.text(st.characters(max_codepoint=127, exclude_characters=BREAK), max_size=60))
def test_plain_text_is_cut_as_any_other(text: str) -> None:
    """ASCII takes a shorter way; a letter beyond it makes the same text take the other."""
    assert ENGLISH.terms(text + " ö")[:-1] == ENGLISH.terms(text)


@given(st.text(max_size=20))
@example("\u0451\u0340")
def test_folding_is_done_once_and_for_all(text: str) -> None:
    assert fold_letters(fold_letters(text)) == fold_letters(text)


@given(st.text(max_size=15), st.sampled_from(STEMMED))
def test_no_stemmer_loses_a_word_or_fails(word: str, code: str) -> None:
    stem = get_language(code).stem
    assert stem is not None
    folded = fold_letters(word)
    assert bool(stem(folded)) == bool(folded)


@pytest.mark.parametrize("code", ["en", "de", "fr", "es", "it", "nl", "fi", "hu", "ru", "ar", ""])
@given(
    text=st.text("aeioustylnmdgrAYIZ1_.+'- ", max_size=60), other=st.text("aeiouysk", min_size=1)
)
@example(text="Skies. skiing, YEARLY generously lying u.s. C++ o'er e-mail", other="sky")
def test_some_terms_are_found_where_all_are_found(code: str, text: str, other: str) -> None:
    by = get_analyzer(code)
    every = by.places(text)
    for only in ({place.term for place in every[:2]} | {other}, {other}, {"组件", "++"}):
        wanted = frozenset(only)
        assert by.places(text, wanted) == [place for place in every if place.term in wanted]
