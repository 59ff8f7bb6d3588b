"""A vault with nothing in it: every command says so, and what to do about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

    Run = Callable[..., CommandResult]

TOLD = {
    "ls": "notekeep new note",
    "tags": "notekeep tag",
    "saved": "notekeep saved add",
    "tasks": "No tasks.",
    "undo --list": "no changes yet",
    "trash": "empty",
    "habit": "notekeep habit add",
    "habit list": "notekeep habit add",
    "habit week": "notekeep habit add",
    "habit stats": "notekeep habit add",
    "habit year": "notekeep habit add",
    "review": "notekeep habit add",
}
IN_JSON = ("ls", "tags", "saved", "tasks", "undo --list", "trash", "habit list", "habit week")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    return root


def test_what_is_not_there_is_told_with_how_to_make_it(notekeep: Run, root: Path) -> None:
    for words, told in TOLD.items():
        ran = notekeep(*words.split(), at=root)
        assert ran.code == 1, (words, ran)
        assert told in ran.err, (words, ran)
    for words in IN_JSON:
        assert json.loads(notekeep(*words.split(), "--json", at=root).out), words
    assert [path.name for path in root.rglob("*")] == [".notekeep"]


def test_a_quiet_day_is_told_until_there_is_something(notekeep: Run, root: Path) -> None:
    ran = notekeep("today", at=root)
    assert ran.code == 0
    assert "Nothing due today. `notekeep add TEXT`" in ran.err
    assert notekeep("add", "- [ ] sow", at=root).code == 0
    assert notekeep("today", at=root).err == ""
