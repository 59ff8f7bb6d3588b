"""Git with notekeep as its merge driver: plain merge, pull, rebase and cherry-pick are safe."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Git = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")

NOTE = "---\nrating: 3\nstatus: reading\n---\n- [ ] a\n- [ ] b\n"
OURS = NOTE.replace("3", "4").replace("[ ] a", "[x] a")
THEIRS = NOTE.replace("reading", "finished").replace("[ ] b", "[x] b")
MERGED = OURS.replace("reading", "finished").replace("[ ] b", "[x] b")


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository with the driver; a branch `other` with changes of its own."""
    for name, value in {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@x",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@x",
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [shutil.which("git") or "", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    run("init", "-q", "-b", "main")
    run("config", "merge.notekeep.driver", f"{sys.executable} -m notekeep merge-file %O %A %B %P")
    (tmp_path / ".gitattributes").write_text("*.md merge=notekeep\n")
    return run


def part(git: Git, folder: Path, base: str, ours: str, theirs: str) -> None:
    note = folder / "Note.md"
    note.write_text(base)
    git("add", "-A")
    git("commit", "-qm", "base")
    git("switch", "-qc", "other")
    note.write_text(theirs)
    git("commit", "-qam", "theirs")
    git("switch", "-q", "main")
    note.write_text(ours)
    git("commit", "-qam", "ours")


@pytest.mark.parametrize(
    "words", [("merge", "other"), ("rebase", "other"), ("cherry-pick", "other")]
)
def test_plain_git_merges_as_notekeep_does(git: Git, tmp_path: Path, words: tuple[str]) -> None:
    part(git, tmp_path, NOTE, OURS, THEIRS)
    assert git(*words).returncode == 0
    assert (tmp_path / "Note.md").read_text() == MERGED


def test_a_conflict_has_no_markers_and_ours_stays(git: Git, tmp_path: Path) -> None:
    part(git, tmp_path, NOTE, NOTE.replace("3", "4"), NOTE.replace("3", "5"))
    assert git("merge", "other").returncode == 1
    assert (tmp_path / "Note.md").read_text() == NOTE.replace("3", "4")
    assert git("status", "--porcelain").stdout == "UU Note.md\n"
