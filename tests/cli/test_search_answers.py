"""What `search` says when nothing is found, why something is, and what `show` leaves behind."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from notekeep.config import Places
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult


@pytest.fixture
def search(sample: Path, notekeep: Callable[..., CommandResult]) -> Callable[..., CommandResult]:
    """Run `search` on the sample vault."""

    def run(*words: str) -> CommandResult:
        return notekeep("search", *words, at=sample)

    return run


def test_another_spelling_is_answered_and_said(search: Callable[..., CommandResult]) -> None:
    ran = search("pragmatc", "programmer")
    assert ran.code == 0
    assert ran.out.startswith("The Pragmatic Programmer")
    assert 'Showing results for "pragmatic" (no note has "pragmatc").' in ran.err


def test_notes_with_some_of_the_words_are_shown_and_said(
    search: Callable[..., CommandResult],
) -> None:
    ran = search("attention", "residue", "basil")
    assert ran.code == 0
    assert ran.out.startswith("Deep Work")
    assert "Showing notes with some of the words." in ran.err
    answer = json.loads(search("attention", "residue", "basil", "--json").out)
    assert answer["relaxed"] is True
    assert answer["hits"][0]["title"] == "Deep Work"
    assert "relaxed" not in json.loads(search("residue", "--json").out)


@pytest.mark.parametrize(
    "command",
    [["ls"], ["search", "--null"], ["search", "--format", "{path}"], ["export", "--dry-run"]],
)
def test_only_a_search_that_is_read_shows_notes_without_all_words(
    notekeep: Callable[..., CommandResult], sample: Path, command: list[str]
) -> None:
    ran = notekeep(*command, "attention residue basil", at=sample)
    assert (ran.code, ran.out) == (1, "")


def test_a_part_of_a_score_is_explained_where_words_are_missing(
    search: Callable[..., CommandResult],
) -> None:
    answer = json.loads(search("--explain", "--json", "attention", "residue", "basil").out)
    for hit in answer["hits"]:
        why = hit["why"]
        assert sum(why["score"].values()) == pytest.approx(hit["score"], abs=0.01)
        told = sum(part["score"] for part in why["score_of_words"])
        assert told == pytest.approx(why["score"]["words"], abs=0.01)


def test_json_says_what_was_answered_instead(search: Callable[..., CommandResult]) -> None:
    ran = search("pragmatc", "--json")
    answer = json.loads(ran.out)
    assert ran.code == 0
    assert answer["relaxed"] is True
    assert answer["query"] == "pragmatc"
    assert answer["instead"] == "pragmatic"
    assert answer["remarks"] == ['Showing results for "pragmatic" (no note has "pragmatc").']
    assert answer["hits"][0]["title"] == "The Pragmatic Programmer"


@pytest.mark.parametrize("option", [["--null"], ["--format", "{path}"]])
def test_what_goes_into_other_commands_is_what_was_asked(
    search: Callable[..., CommandResult], option: list[str]
) -> None:
    ran = search(*option, "pragmatc")
    assert (ran.code, ran.out) == (1, "")
    assert "Did you mean pragmatic" in ran.err


def test_what_is_left_out_is_said_and_how_to_see_it(search: Callable[..., CommandResult]) -> None:
    assert "Showing 3 of 14. -n shows more.\n" in search("--limit", "3", "type:book").err
    assert "Showing 3 of 14.\n" in search("type:book limit:3").err


def test_a_line_for_each_says_where_it_hit(search: Callable[..., CommandResult]) -> None:
    ran = search("--limit", "1", "--format", "{path}:{line} {heading} {rating}", "cue", "craving")
    assert ran.out == "books/Atomic Habits.md:51 Cue, craving, response, reward 4.5\n"
    [score, snippet] = search("--limit", "1", "--format", "{score} {snippet}", "cue").out.split(
        " ", 1
    )
    assert float(score) > 0
    assert "cue" in snippet
    assert snippet.count("\n") == 1


def test_what_was_found_is_shown_without_signs_of_markdown(
    search: Callable[..., CommandResult],
) -> None:
    out = search("type:book", "cue").out
    assert "cue" in out
    assert not [sign for sign in ("## ", "**", "[[") if sign in out]
    assert "##" not in search("--format", "{snippet}", "type:book", "cue").out


def test_a_score_is_explained_to_its_last_part(search: Callable[..., CommandResult]) -> None:
    hit = json.loads(search("--explain", "--json", "cue", "craving").out)["hits"][0]
    why = hit["why"]
    assert why["conditions"] == ["word cue", "word craving"]
    assert {"cue", "craving"} <= {word.casefold() for word in why["words"]}
    assert sum(why["score"].values()) == pytest.approx(hit["score"], abs=0.01)
    told = sum(part["score"] for part in why["score_of_words"])
    assert told == pytest.approx(why["score"]["words"], abs=0.01)
    assert {part["field"] for part in why["score_of_words"]} >= {"headings", "body"}


def test_an_explanation_is_for_people_too(search: Callable[..., CommandResult]) -> None:
    ran = search("--explain", "--limit", "1", "deep", "work")
    assert "word deep" in ran.err
    assert "first: exact title match" in ran.err
    assert "words as typed" in ran.err


def test_showing_a_note_counts_until_it_is_forgotten(
    sample: Path, notekeep: Callable[..., CommandResult]
) -> None:
    path = "inbox/Garden sensor.md"
    notekeep("show", "Garden sensor", at=sample)
    notekeep("open", "Garden sensor", at=sample, EDITOR="true", VISUAL="true")
    vault = Vault.open(sample, places=Places.for_machine(os.environ))
    assert vault.open_counts.times(path) == 2
    assert notekeep("forget", "--yes", "Garden sensor", at=sample).code == 0
    assert vault.open_counts.times(path) == 0


def test_search_says_that_the_index_is_not_built(
    notekeep: Callable[..., CommandResult], sample: Path
) -> None:
    shutil.rmtree(Places.for_machine().cache)
    assert notekeep("ls", at=sample).code == 0
    ran = notekeep("search", "--no-refresh", "craving", at=sample)
    assert (ran.code, ran.out) == (1, "")
    assert "The full text is not indexed yet" in ran.err
    ran = notekeep("search", "--no-refresh", "atomic", at=sample)
    assert (ran.code, ran.out.startswith("Atomic Habits")) == (0, True)
    assert "The full text is not indexed yet" in ran.err


def test_a_single_word_is_not_left_out(search: Callable[..., CommandResult]) -> None:
    ran = search("type:book", "zeppelin")
    assert (ran.code, ran.out) == (1, "")
    assert "notes with some of the words" not in ran.err


@pytest.mark.parametrize(("typed", "is_respelt"), [("habt", True), ("hbt", False)])
def test_an_unfinished_word_of_four_letters_is_respelt(
    sample: Path, typed: str, *, is_respelt: bool
) -> None:
    vault = Vault.open(sample)
    remarks = vault.search.search(typed, typing=True).remarks
    assert any("Showing results for" in remark for remark in remarks) == is_respelt


def test_notes_that_were_opened_are_found_the_last_one_first(
    notekeep: Callable[..., CommandResult], sample: Path
) -> None:
    def recent(*words: str) -> list[str]:
        return notekeep("ls", "--null", "is:recent", *words, at=sample).out.split("\0")[:-1]

    assert recent() == []
    for name in ("Deep Work", "Atomic Habits", "Deep Work", "Loops"):
        notekeep("show", name, at=sample)
    books = ["books/Deep Work.md", "books/Atomic Habits.md"]
    assert recent("type:book") == books
    assert recent("type:book", "sort:title") == books[::-1]
    found = json.loads(notekeep("search", "is:recent", "type:book", "--json", at=sample).out)
    assert [hit["path"] for hit in found["hits"]] == books
    assert set(recent("-type:book", "OR", "type:book")) > set(books)
    assert not {*notekeep("ls", "--null", "-is:recent", at=sample).out.split("\0")} & {*books}
