"""Regular expressions over notes, and those that never end."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import UsageError
from notekeep.search import regex_child, text_filter

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
    looked = text_filter.find_regex_matches(
        "^three|one", root, ["b.md", "a.md", "gone.md", "slow.md", odd]
    )
    assert looked.found == {
        "a.md": [(5, 8), (9, 12), (14, 17)],
        "b.md": [(4, 9), (10, 13)],
        odd: [(0, 3)],
    }
    assert looked.is_complete
    assert (looked.done, looked.total) == (5, 5)


def test_lines_of_windows_end_where_others_do(tmp_path: Path) -> None:
    (tmp_path / "w.md").write_bytes(b"\r\none\r\ntwo one\r\n")
    found = text_filter.find_regex_matches(r"one\ntwo|one$", str(tmp_path), ["w.md"]).found
    assert found == {"w.md": [(2, 10), (11, 14)]}


def test_replacements_come_with_all_matches(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x1\r\n" * 30)
    found = text_filter.find_regex_replacements(
        r"x(\d)$", r"\1x", str(tmp_path), ["a.md"], ignore_case=False
    )
    assert found["a.md"].matches == [(4 * n, 4 * n + 2, "1x") for n in range(30)]


@pytest.mark.parametrize(
    ("pattern", "template", "message"),
    [
        ("(", "x", "could not be searched: "),
        ("x", r"\2", "The new text is not valid for /x/: "),
        ("x", r"\g<no>", "The new text is not valid for /x/: "),
    ],
)
def test_a_template_or_expression_that_is_not_valid_is_said(
    root: str, pattern: str, template: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        text_filter.find_regex_replacements(pattern, template, root, ["a.md"], ignore_case=True)


def test_nothing_to_look_at_starts_nothing(root: str) -> None:
    assert text_filter.find_regex_matches("one", root, []) == ({}, 0, 0, 0.0)


def test_one_that_never_ends_is_stopped_and_what_it_found_is_kept(root: str) -> None:
    looked = text_filter.find_regex_matches("one|(a+)+$", root, ["a.md", "b.md", "slow.md"], 0.3)
    assert not looked.is_complete
    assert looked.done < looked.total == 3
    assert list(looked.found) == ["a.md", "b.md"]


def test_slow_progress_over_many_notes_is_stopped_too(tmp_path: Path) -> None:
    """No note takes long; that all of them together may take half a minute helps nobody."""
    for number in range(200):
        (tmp_path / f"{number:03}.md").write_text("a" * 21 + "!\n")  # a tenth of a second each
    paths = [f"{number:03}.md" for number in range(200)]
    looked = text_filter.find_regex_matches("(a+)+$", str(tmp_path), paths, 0.6)
    assert not looked.is_complete
    assert looked.done < 150


def test_the_clock_stops_it_where_the_processor_is_not_limited(
    root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_filter, "CLOCK_SECONDS", 0.3)
    assert not text_filter.find_regex_matches("(a+)+$", root, ["slow.md"], 1000.0).is_complete


def test_a_process_that_dies_is_said(root: str) -> None:
    with pytest.raises(UsageError, match="could not be searched"):
        text_filter.find_regex_matches("(", root, ["a.md"])


def test_the_process_says_how_far_it_is(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex_child, "HEARTBEAT_SECONDS", 0.0)
    monkeypatch.setattr(regex_child, "limit_time", lambda _cpu, _clock: None)  # not this process
    answer = io.StringIO()
    request = {
        "pattern": "one",
        "template": None,
        "ignore_case": True,
        "root": root,
        "paths": ["b.md", "gone.md"],
        "large": 100,
        "head": 10,
        "cpu_seconds": 1.0,
        "clock_seconds": 1.0,
    }
    regex_child.main(io.StringIO(json.dumps(request)), answer)
    *lines, last = [json.loads(line) for line in answer.getvalue().splitlines()]
    assert lines == [
        [0],  # it has started
        [0],
        ["b.md", [[10, 13]]],
        [1],
    ]
    assert isinstance(last, float)
