"""Regular expressions over notes, and those that never end."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import UsageError
from notekeep.index import regexchild, regexguard

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> str:
    (tmp_path / "a.md").write_bytes("Été: one ONE\n\xffone".encode("latin-1"))
    (tmp_path / "b.md").write_text("two\nthree one\n")
    (tmp_path / "slow.md").write_text("a" * 60 + "!")
    (tmp_path / os.fsdecode(b"odd\xff.md")).write_text("one")
    return str(tmp_path)


def test_all_notes_that_match_are_told_with_the_places(root: str) -> None:
    odd = os.fsdecode(b"odd\xff.md")
    found = regexguard.matching("^three|one", root, ["b.md", "a.md", "gone.md", "slow.md", odd])
    assert found == {
        "a.md": [(5, 8), (9, 12), (14, 17)],
        "b.md": [(4, 9), (10, 13)],
        odd: [(0, 3)],
    }


def test_nothing_to_look_at_starts_nothing(root: str) -> None:
    assert regexguard.matching("one", root, []) == {}


def test_one_that_never_ends_is_stopped(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regexguard, "STUCK_SECONDS", 0.3)
    with pytest.raises(UsageError, match="takes too long") as caught:
        regexguard.matching("(a+)+$", root, ["a.md", "b.md", "slow.md"])
    assert "(a+)+" in caught.value.hint


def test_all_together_have_their_time_too(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regexguard, "WHOLE_SECONDS", 0.0)
    with pytest.raises(UsageError, match="takes too long"):
        regexguard.matching("one", root, ["a.md"])


def test_a_process_that_dies_is_said(root: str) -> None:
    with pytest.raises(UsageError, match="could not be looked for"):
        regexguard.matching("(", root, ["a.md"])


def test_the_process_says_that_it_is_alive(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regexchild, "BEAT", 0.0)
    answer = io.StringIO()
    request = {"pattern": "one", "root": root, "paths": ["b.md", "gone.md"]}
    regexchild.main(io.StringIO(json.dumps(request)), answer)
    assert [json.loads(line) for line in answer.getvalue().splitlines()] == [
        [0],  # it has started
        [0],
        ["b.md", [[10, 13]]],
        [1],
        None,
    ]
