"""Git with notekeep as its merge driver: plain merge, pull, rebase and cherry-pick are safe."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

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
        "GIT_EDITOR": ":",
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [shutil.which("git") or "", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    python = shlex.quote(sys.executable)
    run("init", "-q", "-b", "main")
    run(
        "config",
        "merge.notekeep.driver",
        f"{python} -m notekeep merge-file %O %A %B %P",
    )
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


@cases("words", [("merge", "other"), ("rebase", "other"), ("cherry-pick", "other")], fast=1)
def test_plain_git_merges_as_notekeep_does(git: Git, tmp_path: Path, words: tuple[str]) -> None:
    part(git, tmp_path, NOTE, OURS, THEIRS)
    assert git(*words).returncode == 0
    assert (tmp_path / "Note.md").read_text() == MERGED


def test_a_conflict_has_no_markers_and_ours_stays(git: Git, tmp_path: Path) -> None:
    part(git, tmp_path, NOTE, NOTE.replace("3", "4"), NOTE.replace("3", "5"))
    assert git("merge", "other").returncode == 1
    assert (tmp_path / "Note.md").read_text() == NOTE.replace("3", "4")
    assert git("status", "--porcelain").stdout == "UU Note.md\n"


class TestConflictsOfGit:
    """What plain git leaves unmerged is listed and resolved by `conflicts`."""

    @pytest.fixture
    def run(
        self, git: Git, tmp_path: Path, notekeep: Callable[..., CommandResult]
    ) -> Callable[..., CommandResult]:
        """Run notekeep in the repository, as a vault."""
        (tmp_path / ".notekeep").mkdir()
        assert notekeep("sync", "init", "--yes", at=tmp_path).code == 0
        (tmp_path / ".gitignore").write_text("/*\n!/Note*\n!/map.json\n!/.gitattributes\n")
        git("commit", "-q", "--allow-empty", "-m", "empty")
        return lambda *words: notekeep(*words, at=tmp_path)

    @cases(
        ("words", "finish"),
        [
            (("merge",), "git commit"),
            (("cherry-pick",), "git cherry-pick --continue"),
            (("rebase",), "git rebase --continue"),
        ],
        fast=1,
    )
    def test_a_conflict_is_listed_resolved_and_finished(
        self,
        git: Git,
        run: Callable[..., CommandResult],
        tmp_path: Path,
        words: tuple[str, ...],
        finish: str,
    ) -> None:
        part(git, tmp_path, NOTE, NOTE.replace("3", "4"), NOTE.replace("3", "5"))
        if words == ("rebase",):  # which calls the branch that one is on "theirs"
            git("switch", "-q", "other")
        git(*words, "main" if words == ("rebase",) else "other")
        assert run("conflicts").out.split() == ["Note.md", "Note.md", "not", "merged", "by", "git"]
        assert "-rating: 4\n+rating: 5\n" in run("conflicts", "show", "Note").out
        assert run("conflicts", "merge", "Note").code == 3
        ran = run("conflicts", "keep", "Note", "theirs")
        assert ran.code == 0
        assert f"Finish with `{finish}`" in ran.err
        assert (tmp_path / "Note.md").read_text() == NOTE.replace("3", "5")
        assert run("conflicts").out == ""
        assert git(*finish.split()[1:]).returncode == 0
        assert git("status", "--porcelain").stdout == ""
        assert "rating: 5" in git("show", "HEAD:Note.md").stdout

    @pytest.mark.parametrize(
        ("choice", "files"),
        [
            ("mine", {"Note.md": "4"}),
            ("theirs", {"Note.md": "5"}),
            ("both", {"Note.md": "4", "Note 2.md": "5"}),
        ],
    )
    def test_each_choice_can_be_undone(
        self,
        git: Git,
        run: Callable[..., CommandResult],
        tmp_path: Path,
        choice: str,
        files: dict[str, str],
    ) -> None:
        part(git, tmp_path, NOTE, NOTE.replace("3", "4"), NOTE.replace("3", "5"))
        git("merge", "other")
        assert run("conflicts", "keep", "Note", choice).code == 0
        texts = {name: NOTE.replace("3", number) for name, number in files.items()}
        assert {path.name: path.read_text() for path in tmp_path.glob("Note*.md")} == texts
        assert git("ls-files", "-u").stdout == ""
        if choice != "mine":
            assert run("undo").code == 0
        assert (tmp_path / "Note.md").read_text() == NOTE.replace("3", "4")

    def test_what_notekeep_can_merge_is_merged_where_another_driver_could_not(
        self, git: Git, run: Callable[..., CommandResult], tmp_path: Path
    ) -> None:
        git("config", "merge.notekeep.driver", "false")
        part(git, tmp_path, NOTE, OURS, THEIRS)
        git("merge", "other")
        assert (tmp_path / "Note.md").read_text() == OURS
        assert run("conflicts", "--auto", "--dry-run").code == 0
        assert (tmp_path / "Note.md").read_text() == OURS
        assert run("conflicts", "--auto").code == 0
        assert (tmp_path / "Note.md").read_text() == MERGED
        assert git("commit", "-qm", "merged").returncode == 0

    @pytest.mark.parametrize("choice", ["theirs", "both"])
    def test_a_note_that_is_gone_here_is_what_the_other_side_has(
        self, git: Git, run: Callable[..., CommandResult], tmp_path: Path, choice: str
    ) -> None:
        part(git, tmp_path, NOTE, NOTE.replace("3", "4"), NOTE.replace("3", "5"))
        git("rm", "-q", "Note.md")
        git("commit", "-qm", "gone")
        git("merge", "other")
        assert run("conflicts", "keep", "Note.md", choice).code == 0
        assert [path.name for path in tmp_path.glob("*.md")] == ["Note.md"]
        assert (tmp_path / "Note.md").read_text() == NOTE.replace("3", "5")

    def test_markers_of_a_clone_without_the_driver_are_resolved_in_git_too(
        self, git: Git, run: Callable[..., CommandResult], tmp_path: Path
    ) -> None:
        git("config", "--remove-section", "merge.notekeep")
        part(git, tmp_path, NOTE, OURS, THEIRS)
        git("merge", "other")
        assert "<<<<<<<" in (tmp_path / "Note.md").read_text()
        assert "has git conflict markers" in run("conflicts").out
        assert "Marked Note.md as resolved" in run("conflicts", "keep", "Note", "theirs").err
        assert git("ls-files", "-u").stdout == ""
        assert run("conflicts").code == 1

    @cases("side", ["ours", "theirs"], fast=1)
    @pytest.mark.parametrize(("choice", "is_kept"), [("mine", "ours"), ("theirs", "theirs")])
    def test_a_note_that_one_side_deleted(
        self,
        git: Git,
        run: Callable[..., CommandResult],
        tmp_path: Path,
        side: str,
        choice: str,
        is_kept: str,
    ) -> None:
        note = tmp_path / "Note.md"
        part(git, tmp_path, NOTE, OURS, NOTE + "more\n")
        if side == "theirs":
            git("switch", "-q", "other")
        git("rm", "-q", "Note.md")
        git("commit", "-qm", "deleted", "--amend")
        git("switch", "-q", "main")
        git("merge", "other")
        assert "not merged by git" in run("conflicts").out
        assert run("conflicts", "keep", "Note", choice).code == 0
        assert note.exists() == (is_kept != side)
        assert git("ls-files", "-u").stdout == ""
        assert run("conflicts").code == 1

    def test_an_edit_is_more_than_a_deletion(
        self, git: Git, run: Callable[..., CommandResult], tmp_path: Path
    ) -> None:
        part(git, tmp_path, NOTE, OURS, NOTE + "more\n")
        git("rm", "-q", "Note.md")
        git("commit", "-qm", "deleted", "--amend")
        git("merge", "other")
        assert run("conflicts", "merge", "Note").code == 0
        assert (tmp_path / "Note.md").read_text() == NOTE + "more\n"

    @cases("is_deleted", [False, True], fast=1, ids=["both-changed", "deleted-by-us"])
    def test_doctor_and_queries_know_what_git_did_not_merge(
        self, git: Git, run: Callable[..., CommandResult], tmp_path: Path, *, is_deleted: bool
    ) -> None:
        part(git, tmp_path, NOTE, NOTE.replace("3", "4"), NOTE.replace("3", "5"))
        if is_deleted:
            git("rm", "-q", "Note.md")
            git("commit", "-qm", "deleted", "--amend")
        git("merge", "other")
        assert run("ls", "--format", "{path}", "is:conflict").out == "Note.md\n"
        assert run("ls", "is:conflict", "status:finished").out == ""
        doctor = run("doctor").out
        assert "Note.md: Not merged by git." in doctor
        assert "A merge is in progress in this vault." in doctor
        assert "`git commit` or `git merge --abort`" in doctor
        assert "`git commit` or `git merge --abort`" in run("conflicts").err
        run("conflicts", "keep", "Note", "theirs")
        assert "Not merged by git" not in run("doctor").out
        assert git("commit", "-qm", "merged").returncode == 0
        assert "A merge" not in run("doctor").out + run("conflicts").err
        assert run("ls", "is:conflict").out == ""

    def test_nothing_runs_that_the_settings_name_since_the_person_agreed(
        self, git: Git, run: Callable[..., CommandResult], tmp_path: Path
    ) -> None:
        part(git, tmp_path, NOTE, NOTE.replace("3", "4"), NOTE.replace("3", "5"))
        git("merge", "other")
        canary = tmp_path / "canary"
        (tmp_path / ".gitattributes").write_text("*.md merge=notekeep filter=x\n")
        git("config", "filter.x.clean", f"touch {canary}; cat")
        git("config", "core.fsmonitor", f"touch {canary}; false")
        hook = tmp_path / ".git/hooks/post-index-change"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {canary}\n")
        hook.chmod(0o755)
        assert run("conflicts").code == 0
        assert run("conflicts", "keep", "Note", "theirs").code == 0
        assert not canary.exists()


def test_an_unfinished_merge_is_told_where_sync_was_never_set_up(
    git: Git, notekeep: Callable[..., CommandResult], tmp_path: Path
) -> None:
    (tmp_path / ".notekeep").mkdir()
    part(git, tmp_path, NOTE, NOTE.replace("3", "4"), NOTE.replace("3", "5"))
    git("rebase", "other")
    for command in ("conflicts", "doctor"):
        ran = notekeep(command, at=tmp_path)
        assert "A rebase is in progress in this vault." in ran.out + ran.err
        assert "`git status` lists the unmerged files." in ran.out + ran.err
        assert "`git rebase --continue` or `git rebase --abort`" in ran.out + ran.err
