"""Settings are read as TOML once; what is kept of them is never more than what the file says."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import UsageError
from notekeep.settings import SETTLED_NS, read_toml

if TYPE_CHECKING:
    from pathlib import Path

TEXT = 'theme = "dark"\n[kinds.book]\nrating = 4.5\nread = true\nby = ["a", "ü"]\n'
MEANS = {"theme": "dark", "kinds": {"book": {"rating": 4.5, "read": True, "by": ["a", "ü"]}}}
LOADED = """
import sys
from notekeep.settings import read_toml
print(read_toml(sys.argv[1], sys.argv[2])["theme"], "tomllib" in sys.modules)
"""


def settled(path: Path, text: str) -> Path:
    """A file that was written a while ago, by every clock that can be set."""
    path.write_text(text, "utf-8")
    before = path.stat().st_mtime_ns - 2 * SETTLED_NS
    os.utime(path, ns=(before, before))
    return path


def look(path: Path, kept: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, path, kept], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # No clock of a test goes on by itself: when a file was changed cannot be set.
    monkeypatch.setattr("notekeep.settings.SETTLED_NS", 0)


def test_what_is_kept_means_the_same_and_needs_no_reader_of_toml(tmp_path: Path) -> None:
    path, kept = settled(tmp_path / "config.toml", TEXT), tmp_path / "kept.json"
    assert read_toml(str(path), str(kept)) == MEANS
    assert kept.stat().st_mode & 0o077 == 0
    assert read_toml(str(path), str(kept)) == MEANS
    assert look(path, kept) == ["dark", "False"]


def test_a_file_that_was_changed_is_read_anew(tmp_path: Path) -> None:
    path, kept = settled(tmp_path / "config.toml", TEXT), tmp_path / "kept.json"
    read_toml(str(path), str(kept))
    before = path.stat()
    # The same size and the same time: what cannot be set says that it is another.
    path.write_text(TEXT.replace("dark", "pale"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert read_toml(str(path), str(kept))["theme"] == "pale"
    path.unlink()
    assert read_toml(str(path), str(kept)) == {}


def test_what_was_written_this_moment_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notekeep.settings.SETTLED_NS", SETTLED_NS)
    path, kept = tmp_path / "config.toml", tmp_path / "kept.json"
    path.write_text(TEXT, "utf-8")
    assert read_toml(str(path), str(kept)) == MEANS
    assert not kept.exists()


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"looks": 3, "data": {}}', "\ud800"])
def test_a_damaged_copy_is_none(tmp_path: Path, damaged: str) -> None:
    path, kept = settled(tmp_path / "config.toml", TEXT), tmp_path / "kept.json"
    kept.write_text(damaged, "utf-8", errors="surrogatepass")
    assert read_toml(str(path), str(kept)) == MEANS


def test_a_date_which_json_does_not_know_and_a_folder_that_is_not_there_do_no_harm(
    tmp_path: Path,
) -> None:
    path = settled(tmp_path / "config.toml", "day = 2026-11-24\n")
    for kept in (tmp_path / "kept.json", tmp_path / "nowhere" / "kept.json"):
        assert read_toml(str(path), str(kept))["day"].isoformat() == "2026-11-24"
        assert not kept.exists()


def test_what_is_no_toml_is_told_and_not_kept(tmp_path: Path) -> None:
    path, kept = settled(tmp_path / "config.toml", "theme ="), tmp_path / "kept.json"
    with pytest.raises(UsageError):
        read_toml(str(path), str(kept))
    assert not kept.exists()
