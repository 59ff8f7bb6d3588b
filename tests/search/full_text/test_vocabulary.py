"""The words of a vault as they are written."""

from __future__ import annotations

import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from notekeep.catalog.documents import WordDoc
from notekeep.search import vocabulary
from notekeep.search.analyzer import get_analyzer
from notekeep.search.vocabulary import Vocabulary, WordCounter, record_words

ENGLISH = get_analyzer("en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three notes: "lever" in three bodies, "level" in two, "levee" in one, "Leviathan" a title."""
    bodies = ("lever level leverage", "Lever, level", "levers lever levee 1984 2026")
    return write(tmp_path, *bodies, title="Leviathan")


def write(folder: Path, *bodies: str, title: str = "") -> Path:
    counter = WordCounter(ENGLISH)
    for at, body in enumerate(bodies):
        counter.add(WordDoc("a.md", "" if at else title, body=body))
    counter.write(folder)
    return folder


def test_completions_come_commonest_first_and_rare_ones_last(folder: Path) -> None:
    words = Vocabulary(folder)
    rare = ["levee", "leverage", "levers"]
    assert words.completions("lev", 10) == ["lever", "level", "leviathan", *rare]
    assert words.completions("lever", 1) == ["lever"]
    assert words.completions("levers", 10) == ["levers"]
    assert words.completions("x", 10) == []


def test_words_of_titles_are_not_left_out(folder: Path) -> None:
    words = Vocabulary(folder)
    assert words.completions("lev", 2) == ["lever", "level", "leviathan"]
    assert words.completions("lev", 2, heads=True) == ["leviathan"]


def test_numbers_complete_too(folder: Path) -> None:
    assert Vocabulary(folder).completions("20", 10) == ["2026"]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("le?e?", ["lever", "level", "levee"]),
        ("*er", ["lever"]),
        ("l*s", ["levers"]),
        ("????", ["1984", "2026"]),
        ("lever", ["lever"]),
        ("l[ev]er", []),
        ("l*v*r", ["lever"]),
        ("**e?e**", ["lever", "level", "levee", "leverage", "levers"]),
        ("lever*r", []),
    ],
)
def test_patterns_match_whole_words(folder: Path, pattern: str, words: list[str]) -> None:
    assert Vocabulary(folder).matching(pattern, 10) == words


def test_a_pattern_of_many_stars_takes_no_time(tmp_path: Path) -> None:
    write(tmp_path, "a" * 40)
    assert Vocabulary(tmp_path).matching("*a" * 20 + "*b", 10) == []
    assert Vocabulary(tmp_path).matching("*a" * 20 + "*", 10) == ["a" * 40]


@given(
    st.text("ab", max_size=8),
    st.text("ab?*", max_size=8),
)
def test_a_pattern_means_what_a_shell_takes_it_for(word: str, pattern: str) -> None:
    assert (vocabulary._matcher(pattern)(word) is not None) == fnmatch.fnmatchcase(word, pattern)


def test_near_words_come_nearest_first(folder: Path) -> None:
    near = Vocabulary(folder).near("lever", 2, 10)
    assert near == [("level", 1), ("levee", 1), ("levers", 1)]
    assert Vocabulary(folder).near("elver", 1, 10) == [("lever", 1)]


WORDS = st.text("abc", min_size=1, max_size=9)


@given(st.lists(WORDS), st.lists(WORDS), st.lists(WORDS, max_size=3), WORDS, st.integers(1, 2))
def test_near_words_are_those_of_all_that_are_so_near(
    common: list[str], rare: list[str], new: list[str], word: str, distance: int
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        edited = [
            changed
            for at in range(len(word))
            for changed in (
                word[:at] + word[at + 1 :],
                word[:at] + "b" + word[at + 1 :],
                word[:at] + "b" + word[at:],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            )
            if changed
        ]
        common, rare = [*common, *edited[::2]], [*rare, *edited[1::2]]
        write(folder, *map(" ".join, (common, common, rare)))
        record_words(folder, [WordDoc("a.md", "a", body=" ".join(new))], ENGLISH)
        met = Vocabulary(folder).near(word, distance, 1000)
    every = {*common, *rare, *new, "a"} - {word}
    edits = {other: OSA.distance(word, other) for other in every}
    assert dict(met) == {other: edit for other, edit in edits.items() if edit <= distance}


def test_the_nearest_words_are_proposed_and_of_those_the_commonest(folder: Path) -> None:
    words = Vocabulary(folder)
    assert [*words.suggestions("leverr")] == ["lever", "levers"]
    assert [*words.suggestions("leverge")] == ["leverage"]  # though it is rare
    assert [*words.suggestions("leveragge")] == ["leverage"]
    assert [*words.suggestions("elver")] == []  # another first letter
    assert [*words.suggestions("lev")] == []  # too short to be misspelt


def test_words_of_saved_notes_are_added(folder: Path) -> None:
    words = Vocabulary(folder)
    record_words(folder, [WordDoc("a.md", "Levity", body="Levant: lever")], ENGLISH)
    assert "levity" not in words.completions("lev", 10)
    assert words.refresh()
    assert words.completions("leva", 10) == ["levant"]
    assert words.completions("lev", 10, heads=True) == ["leviathan", "levity"]
    record_words(folder, [WordDoc("b.md", "", body="levant")], ENGLISH)
    assert words.refresh()
    assert Vocabulary(folder).completions("lev", 20) == words.completions("lev", 20)


def test_a_word_that_is_half_written_is_taken_when_it_is_whole(folder: Path) -> None:
    words = Vocabulary(folder)
    with (folder / "vocabulary-new").open("ab", buffering=0) as file:
        file.write(b"levant\nlev")
        assert words.refresh()
        assert "lev" not in words.completions("lev", 10)
        file.write(b"ity\n")
    assert words.refresh()
    assert {"levant", "levity"} < {*words.completions("lev", 10)}


def test_many_new_words_are_written_in_with_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Vocabulary(folder)
    before = words.completions("lev", 10)
    monkeypatch.setattr(vocabulary, "MAX_NEW_BYTES", 10)
    record_words(folder, [WordDoc("a.md", "Levity", body="lever zyzzyva")], ENGLISH)
    assert not (folder / "vocabulary-new").exists()
    assert not words.refresh()
    now = Vocabulary(folder)
    assert {*now.completions("lev", 10)} == {*before, "levity"}
    assert now.completions("lev", 10, heads=True) == ["leviathan", "levity"]
    assert now.completions("zy", 10) == ["zyzzyva"]


@given(
    st.lists(st.text("abé", min_size=1, max_size=3), max_size=30),
    st.lists(st.text("abé", min_size=1, max_size=3), max_size=30),
)
def test_words_are_written_in_as_if_they_had_been_there(
    before: list[str], later: list[str]
) -> None:
    def known(*bodies: list[str]) -> tuple[list[bytes], list[str]]:
        with TemporaryDirectory() as name:
            folder = Path(name)
            write(folder, *map(" ".join, bodies))
            if len(bodies) == 1:
                record_words(folder, [WordDoc("n.md", "", body=" ".join(later))], ENGLISH)
                Vocabulary(folder).rewrite()
            data = (folder / "vocabulary").read_bytes()
            return data.split(b"\n", 1)[1].splitlines(), Vocabulary(folder).completions("", 99)

    assert known(before) == known(before, later)


def test_a_vocabulary_with_a_damaged_line_end_is_an_empty_one(folder: Path) -> None:
    file = folder / "vocabulary"
    head, first, rest = file.read_bytes().split(b"\n", 2)
    file.write_bytes(head + b"\n" + first + b"x" + rest)
    assert Vocabulary(folder).matching("*", 10) == []
    record_words(folder, [WordDoc("a.md", "Levity")], ENGLISH)
    Vocabulary(folder).rewrite()
    assert Vocabulary(folder).matching("*", 10) == ["levity"]


@pytest.mark.parametrize("data", [b"", b"{}\n", b"no json\n", b'{"words": 5, "bytes": 3}\nabc'])
def test_a_damaged_vocabulary_is_an_empty_one(folder: Path, data: bytes) -> None:
    (folder / "vocabulary").write_bytes(data)
    words = Vocabulary(folder)
    assert words.completions("l", 10) == []
    assert words.matching("*", 10) == []
    assert words.near("lever", 2, 10) == []
