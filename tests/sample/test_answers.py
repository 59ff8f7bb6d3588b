"""What the tour promises comes out when a newcomer types it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def opened(vault: Path, tmp_path_factory: pytest.TempPathFactory) -> Vault:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTEKEEP_HOME", str(tmp_path_factory.mktemp("answers")))
        opened = Vault.open(str(vault))
        opened.indexing.refresh(full=True)
        return opened


def test_the_words_of_the_tour_find_the_book_first(opened: Vault) -> None:
    found = opened.search.search("cue craving")
    assert found.hits[0].row.path == "books/Atomic Habits.md"
    assert found.hits[0].snippet.marks


def test_the_three_questions_of_the_tour_have_answers(opened: Vault) -> None:
    best = opened.search.rows("type:book rating>=4.5 sort:-finished").rows
    assert [row.title for row in best] == [
        "The Design of Everyday Things",
        "Thinking, Fast and Slow",
        "The Dispossessed",
        "Atomic Habits",
        "The Pragmatic Programmer",
    ]
    assert opened.search.rows("#learning/ml -is:draft").total == 7
    linked = {row.path for row in opened.search.rows('to:"Atomic Habits"').rows}
    assert {"Start here.md", "books/Tiny Habits.md", "daily/2026-11-11.md"} <= linked


def test_every_state_can_be_asked_for(opened: Vault) -> None:
    def paths(query: str) -> set[str]:
        return {row.path for row in opened.search.rows(query).rows}

    assert paths("is:invalid") == {"inbox/Talk notes.md"}
    assert paths("is:broken") == {"inbox/Garden sensor.md"}
    assert "inbox/A word I keep looking up.md" in paths("is:orphan")
    assert len(paths("is:draft")) == 2
    assert len(paths("publish:true")) == 11


def test_nested_tags_are_found_by_their_parents(opened: Vault) -> None:
    tagged = {row.path for row in opened.search.rows("#idea/project").rows}
    assert tagged == {"inbox/Garden sensor.md", "inbox/Ideas for the winter.md"}
    assert opened.search.rows("#people").total == 5
