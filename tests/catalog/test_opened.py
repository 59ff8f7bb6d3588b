"""How often notes were opened: kept beside the state, privately, and let go again."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

import pytest

from notekeep import cache_files
from notekeep.catalog.open_counts import DAY, FILE, OpenCounts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def opened(tmp_path: Path) -> OpenCounts:
    return OpenCounts(str(tmp_path))


def test_every_time_counts(opened: OpenCounts) -> None:
    assert opened.times("a.md") == 0
    for path in ("a.md", "a.md", "b.md"):
        opened.count(path)
    assert (opened.times("a.md"), opened.times("b.md"), opened.times("c.md")) == (2, 1, 0)


def test_what_was_opened_last_goes_first_and_the_others_stay(opened: OpenCounts) -> None:
    assert opened.first(["c.md", "b.md", "a.md"]) == ["c.md", "b.md", "a.md"]
    for path in ("a.md", "b.md", "a.md"):
        opened.count(path)
    assert opened.last("a.md") > opened.last("b.md") > opened.last("c.md") == -1
    assert opened.first(["d.md", "c.md", "b.md", "a.md"]) == ["a.md", "b.md", "d.md", "c.md"]


def test_the_latest_are_known_by_their_names_which_are_looked_up_once(opened: OpenCounts) -> None:
    asked: list[int] = []

    def paths() -> list[str]:
        asked.append(1)
        return ["a.md", "b.md", "c.md"]

    assert opened.latest(paths, 9) == []
    assert not asked
    for path in ("a.md", "gone.md", "b.md", "c.md", "b.md"):
        opened.count(path)
    for _ in range(3):
        assert opened.latest(paths, 9) == ["b.md", "c.md", "a.md"]
    assert opened.latest(paths, 2) == ["b.md", "c.md"]
    assert len(asked) == 1
    opened.count("a.md")
    assert opened.latest(paths, 2) == ["a.md", "b.md"]
    opened.forget(["a.md"])
    assert opened.latest(paths, 9) == ["b.md", "c.md"]


def test_another_program_sees_it(opened: OpenCounts, tmp_path: Path) -> None:
    opened.count("a.md")
    other = OpenCounts(str(tmp_path))
    assert other.times("a.md") == 1
    opened.count("a.md")
    assert other.times("a.md") == 2


def test_what_is_long_ago_counts_less(opened: OpenCounts, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now - 60 * DAY)
    opened.count("a.md")
    monkeypatch.setattr("time.time", lambda: now)
    assert opened.times("a.md") == pytest.approx(0.25)  # two half-lives of 30 days


def test_the_file_says_no_name_and_is_for_one_person(opened: OpenCounts, tmp_path: Path) -> None:
    opened.count("private/Letter to nobody.md")
    file = tmp_path / FILE
    assert "Letter" not in file.read_text("ascii")
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_note_can_be_forgotten(opened: OpenCounts, tmp_path: Path) -> None:
    opened.count("a.md")
    opened.count("b.md")
    opened.forget(["a.md"])
    assert (opened.times("a.md"), opened.times("b.md")) == (0, 1)
    assert os.listdir(tmp_path) == [FILE]


def test_the_older_half_goes_when_there_is_much(
    opened: OpenCounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_files, "MAX_APPENDED", 200)
    for at in range(50):
        opened.count(f"{at}.md")
    assert (tmp_path / FILE).stat().st_size <= 200
    assert opened.times("49.md") == 1
    assert opened.times("0.md") == 0


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\n", b"no day\n1 2 3\n", b"abc nan\n"])
def test_a_damaged_file_says_nothing_and_breaks_nothing(
    opened: OpenCounts, tmp_path: Path, damage: bytes
) -> None:
    (tmp_path / FILE).write_bytes(damage)
    assert opened.times("a.md") == 0
    opened.count("a.md")
    assert opened.times("a.md") == 1


def test_where_nothing_can_be_kept_nothing_fails() -> None:
    nowhere = OpenCounts("/nowhere/at/all")
    nowhere.count("a.md")
    nowhere.forget(["a.md"])
    assert nowhere.times("a.md") == 0
