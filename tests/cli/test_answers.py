"""Answers as JSON: keys that stay, and the same shape when nothing is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

HIT = {"path", "title", "kind", "score", "snippet", "line", "heading", "headings"}
ROW = {"path", "title", "kind", "tags", "aliases", "private", "problem", "fields"}


@pytest.fixture
def ask(sample: Path, notekeep: Callable[..., CommandResult]) -> Callable[..., tuple[int, Any]]:
    """Run a verb on the sample vault with `--json`; give its exit code and its answer."""

    def run(*words: str) -> tuple[int, Any]:
        ran = notekeep(*words, "--json", at=sample, NOTEKEEP_NOW="2026-11-24T21:15")
        return ran.code, json.loads(ran.out)

    return run


def test_two_words_find_the_note_that_was_meant(ask: Callable[..., tuple[int, Any]]) -> None:
    code, answer = ask("search", "cue craving")
    assert code == 0
    assert answer["query"] == "cue craving"
    assert answer["total"] == len(answer["hits"]) > 0
    first = answer["hits"][0]
    assert first.keys() == HIT
    assert first["title"] == "Atomic Habits"
    assert "craving" in first["snippet"]
    assert isinstance(first["line"], int)


def test_a_list_has_rows_with_the_notes_own_fields(ask: Callable[..., tuple[int, Any]]) -> None:
    code, answer = ask("ls", "type:book rating>=4")
    assert code == 0
    assert answer["total"] == len(answer["rows"]) == 7
    for row in answer["rows"]:
        assert row.keys() == ROW
        assert row["kind"] == "book"
        assert row["fields"]["rating"] >= 4


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("search", "xyzzyplugh"), {"query": "xyzzyplugh", "total": 0, "hits": []}),
        (("ls", "rating>5"), {"total": 0, "rows": []}),
        (("backlinks", "A word I keep looking up"), {"total": 0, "links": []}),
    ],
    ids=["search", "ls", "backlinks"],
)
def test_nothing_found_is_the_same_shape_and_exit_1(
    ask: Callable[..., tuple[int, Any]], words: tuple[str, ...], answer: dict[str, Any]
) -> None:
    assert ask(*words) == (1, answer)


@pytest.mark.parametrize("words", [("ls", "inbox"), ("search", "note")])
def test_the_first_question_to_a_large_vault_is_answered_whole(
    tmp_path: Path, notekeep: Callable[..., CommandResult], words: tuple[str, ...]
) -> None:
    """Later, more than 500 changes are left to the background; an empty answer would be untrue."""
    folder = tmp_path / "notes" / "inbox"
    folder.mkdir(parents=True)
    (tmp_path / "notes" / ".notekeep").mkdir()
    for number in range(501):
        (folder / f"inbox {number}.md").write_text("a note\n", "utf-8")
    ran = notekeep(*words, "--json", at=tmp_path / "notes")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["total"] == 501


def test_today_tells_habits_books_and_drafts(ask: Callable[..., tuple[int, Any]]) -> None:
    code, answer = ask("today")
    assert code == 0
    assert answer["day"] == "2026-11-24"
    assert {habit["id"] for habit in answer["habits"]} >= {"meditate", "floss"}
    assert [book["title"] for book in answer["reading"]] == [
        "A Philosophy of Software Design",
        "The Theory That Would Not Die",
    ]
    assert [problem["path"] for problem in answer["problems"]] == ["inbox/Talk notes.md"]


def test_a_check_in_adds_one_line_to_one_file_and_changes_no_other(
    sample: Path, notekeep: Callable[..., CommandResult]
) -> None:
    before = {path: path.read_bytes() for path in sample.rglob("*") if path.is_file()}
    env = {"NOTEKEEP_NOW": "2026-11-24T21:15"}
    assert notekeep("habit", "meditate", "yesterday", at=sample, **env).code == 0
    after = {path: path.read_bytes() for path in sample.rglob("*") if path.is_file()}
    changed = [path for path in after if before.get(path) != after[path]]
    assert len(changed) == 1
    new = after[changed[0]].removeprefix(before.get(changed[0], b"# Habit log 2026-11\n\n"))
    assert new.count(b"\n") == 1
    assert new.startswith(b"- 2026-11-23 meditate: ")
