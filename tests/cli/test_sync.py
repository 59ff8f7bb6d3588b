"""Two machines, one remote: `sync` loses nothing, overwrites nothing and runs nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from notekeep.storage.git import Git
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from notekeep.storage.git import Entry
    from tests.support.commands import CommandResult

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")

NOTE = "---\nrating: 3\nstatus: reading\n---\n- [ ] a\n- [ ] b\n"


class Machine:
    """One machine with its vault, its own state and its own git."""

    def __init__(self, root: Path, notekeep: Callable[..., CommandResult], home: Path) -> None:
        self.root = root
        self._notekeep = notekeep
        self._home = str(home)
        (root / ".notekeep").mkdir(parents=True)

    def __call__(self, *words: str) -> CommandResult:
        return self._notekeep(*words, at=self.root, NOTEKEEP_HOME=self._home)

    def sync(self) -> str:
        """Sync, which has to work, and return its line."""
        ran = self("sync")
        assert ran.code == 0, ran
        return ran.out.strip()

    def git(self, *words: str) -> str:
        command = [shutil.which("git") or "", *words]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def notes(self) -> dict[str, str]:
        return {
            str(file.relative_to(self.root)): file.read_text()
            for file in sorted(self.root.rglob("*.md"))
            if not {".git", ".trash", ".notekeep"} & set(file.relative_to(self.root).parts)
        }


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where two machines are kept that have the same note, once they were set up."""
    return tmp_path_factory.mktemp("machines") / "two"


@pytest.fixture
def place(ready: Path) -> Iterator[Path]:
    """A folder, empty, at a path that is the same in all tests: settings of git have paths."""
    folder = ready.with_name("place")
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def hub(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty remote, and a git that knows who we are."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = A\nemail = a@x\n[init]\ndefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    folder = place / "hub"
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    return folder


@pytest.fixture
def machine(
    place: Path, notekeep: Callable[..., CommandResult], hub: Path
) -> Callable[[str], Machine]:
    """Make machines, by name."""
    del hub

    def make(name: str) -> Machine:
        return Machine(place / name, notekeep, place / f"{name}-home")

    return make


@pytest.fixture
def two(
    machine: Callable[[str], Machine], hub: Path, place: Path, ready: Path
) -> tuple[Machine, Machine]:
    """Two machines that have the same note."""
    a, b = machine("a"), machine("b")
    if not ready.exists():
        a.write("Note.md", NOTE)
        for one in (a, b):
            assert one("sync", "init", str(hub)).code == 0
            one.sync()
        a.sync()
        shutil.copytree(place, ready, symlinks=True)
    shutil.rmtree(place)
    shutil.copytree(ready, place, symlinks=True)
    assert a.notes() == b.notes() == {"Note.md": NOTE}
    return a, b


def test_both_sides_changes_come_together(two: tuple[Machine, Machine]) -> None:
    a, b = two
    a.write("Note.md", NOTE.replace("3", "5").replace("[ ] a", "[x] a"))
    b.write("Note.md", NOTE.replace("reading", "done").replace("[ ] b", "[x] b"))
    b.write("New.md", "new\n")
    assert b.sync() == "0 in, 2 out"
    assert a.sync() == "2 in, 1 out"
    assert b.sync() == "1 in, 0 out"
    merged = "---\nrating: 5\nstatus: done\n---\n- [x] a\n- [x] b\n"
    assert a.notes() == b.notes() == {"Note.md": merged, "New.md": "new\n"}


def test_where_both_changed_the_same_theirs_is_a_copy(two: tuple[Machine, Machine]) -> None:
    a, b = two
    a.write("Note.md", NOTE.replace("3", "4"))
    b.write("Note.md", NOTE.replace("3", "5"))
    a.sync()
    assert b.sync() == "1 in, 2 out, 1 conflict"
    assert b.read("Note.md") == NOTE.replace("3", "5")
    (copy,) = [path for path in b.notes() if "conflict" in path]
    assert b.read(copy) == NOTE.replace("3", "4")
    assert copy in b("conflicts").out
    a.sync()
    assert a.notes() == b.notes()


def test_undo_takes_back_what_a_sync_changed_and_the_others_get_that(
    two: tuple[Machine, Machine],
) -> None:
    a, b = two
    a.write("Gone.md", "gone\n")
    a.sync()
    b.sync()
    before = b.notes()
    a.write("Note.md", NOTE + "more\n")
    a.write("New.md", "new\n")
    (a.root / "Gone.md").unlink()
    a.sync()
    assert b.sync() == "3 in, 0 out"
    assert b.notes() == a.notes() != before
    assert b("undo").out == "Undid: sync 3 files\n"
    assert b.notes() == before
    b.sync()
    a.sync()
    assert a.notes() == before


def test_an_edit_is_more_than_a_deletion_and_a_rename_is_followed(
    two: tuple[Machine, Machine],
) -> None:
    a, b = two
    a.write("Other.md", "other\n" * 5)
    a.sync()
    b.sync()
    (a.root / "Other.md").unlink()
    (a.root / "Note.md").rename(a.root / "Renamed.md")
    b.write("Other.md", "other\n" * 5 + "edited\n")
    b.write("Note.md", NOTE + "- [ ] c\n")
    a.sync()
    b.sync()
    a.sync()
    assert a.notes() == b.notes()
    assert a.notes() == {
        "Other.md": "other\n" * 5 + "edited\n",
        "Renamed.md": NOTE + "- [ ] c\n",
    }


def test_a_remote_with_notes_of_its_own_keeps_them_and_so_does_the_vault(
    machine: Callable[[str], Machine], hub: Path
) -> None:
    a, b = machine("a"), machine("b")
    a.write("Same.md", "the text of a\n")
    a.write("Only a.md", "a\n")
    b.write("Same.md", "what b wrote, all else\n")
    b.write("Only b.md", "b\n")
    for one in (a, b):
        one("sync", "init", str(hub))
        one.sync()
    a.sync()
    assert a.notes() == b.notes()
    texts = a.notes()
    assert set(texts) >= {"Same.md", "Only a.md", "Only b.md"}
    assert {"the text of a\n", "what b wrote, all else\n", "a\n", "b\n"} == set(texts.values())


@pytest.mark.slow
def test_no_commit_is_ever_taken_back(two: tuple[Machine, Machine]) -> None:
    a, b = two
    heads = set()
    for number in range(3):
        for one in (a, b):
            one.write("Note.md", NOTE.replace("3", f"{one.root.name}{number}"))
            one.write(f"{one.root.name}{number}.md", "new\n")
            one.sync()
            heads.add(one.git("rev-parse", "HEAD").strip())
        assert b("undo").code == 0
    a.sync()
    b.sync()
    for one in two:
        one.sync()
        assert heads <= set(one.git("rev-list", "origin/main").split())
        assert "reset" not in one.git("reflog")


def test_a_merge_that_is_not_what_was_planned_changes_nothing(
    two: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = two
    a.write("Note.md", NOTE.replace("3", "5"))
    a.write("A.md", "a\n")
    a.sync()
    b.write("Note.md", NOTE.replace("reading", "done"))
    real = Git.write_tree

    def forget_one(git: Git, entries: dict[str, Entry]) -> str:
        return real(git, {path: entry for path, entry in entries.items() if path != "A.md"})

    with monkeypatch.context() as patch:
        patch.setattr(Git, "write_tree", forget_one)
        ran = b("sync")
    assert ran.code == 5
    assert "The merge failed its check" in ran.err
    assert b.notes() == {"Note.md": NOTE.replace("reading", "done")}
    b.sync()
    assert b.read("A.md") == "a\n"


def test_offline_the_changes_are_committed(two: tuple[Machine, Machine], hub: Path) -> None:
    a, _ = two
    hub.rename(hub.with_name("away"))
    a.write("Note.md", "changed\n")
    ran = a("sync")
    assert ran.code == 0
    assert "Committed here, not sent: the remote cannot be reached." in ran.err
    assert a.git("status", "--porcelain") == ""
    assert "↑1 ↓0" in a("sync", "status").out
    hub.with_name("away").rename(hub)
    assert a.sync() == "0 in, 1 out"


@cases(
    ("says", "problem"),
    [
        ("Permission denied (publickey).", "git could not log in"),
        ("ssh: connect to host hub: Connection timed out", "the remote cannot be reached"),
    ],
    fast=1,
)
def test_over_ssh_nobody_waits_for_long_and_a_login_is_left_to_git(
    two: tuple[Machine, Machine],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    says: str,
    problem: str,
) -> None:
    a, _ = two
    ssh = tmp_path / "bin/ssh"
    ssh.parent.mkdir()
    ssh.write_text(f"#!/bin/sh\necho $@ >> {tmp_path}/asked\necho '{says}' >&2\nexit 255\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", str(ssh.parent), prepend=":")
    a.git("remote", "set-url", "origin", "hub:notes.git")
    a.write("Note.md", "changed\n")
    ran = a("sync", "--yes")
    assert ran.code == 0
    assert f"Committed here, not sent: {problem}." in ran.err
    assert "`git fetch`" in ran.err
    asked = (tmp_path / "asked").read_text()
    assert "ConnectTimeout=20" in asked
    a.git("config", "--global", "core.sshCommand", f"{ssh} -v")
    a("sync")
    assert "ConnectTimeout" not in (tmp_path / "asked").read_text().removeprefix(asked)


@cases("is_begun", [False, True], fast=1)
def test_what_git_was_writing_when_it_was_killed_is_whole_afterwards(
    two: tuple[Machine, Machine], tmp_path: Path, *, is_begun: bool
) -> None:
    a, b = two
    note = NOTE + "\nA long text.\n"
    a.write("Note.md", note)
    a.write("Other.md", "other\n")
    a.sync()
    b.sync()
    kill = tmp_path / "kill"  # git deletes a file, runs this, and writes the file
    kill.write_text(f"#!/bin/sh\ntest -e {tmp_path}/now && kill -9 $PPID\ncat\n")
    kill.chmod(0o755)
    b.git("config", "filter.kill.smudge", str(kill))
    b.git("config", "filter.kill.clean", "cat")
    b.write(".git/info/attributes", "*.md filter=kill\n")
    a.write("Note.md", note.replace("3", "5"))
    a.write("Other.md", "other\nand more\n")
    a.sync()
    b.write("Note.md", note.replace("reading", "done"))
    (tmp_path / "now").touch()
    assert b("sync", "--yes").code == 5
    (tmp_path / "now").unlink()
    assert not (b.root / "Note.md").exists()
    merged = note.replace("3", "5").replace("reading", "done")
    if is_begun:
        b.write("Note.md", merged[:20])
    (b.root / ".git/index.lock").unlink()
    b.sync()
    a.sync()
    assert a.notes() == b.notes() == {"Note.md": merged, "Other.md": "other\nand more\n"}


def test_a_file_that_git_ignores_here_is_not_overwritten(two: tuple[Machine, Machine]) -> None:
    a, b = two
    b.write(".gitignore", b.read(".gitignore") + "Mine.md\n")
    b.write("Mine.md", "mine, not for the others\n")
    a.write("Mine.md", "theirs\n")
    a.sync()
    ran = b("sync")
    assert ran.code == 5
    assert "ignored here" in ran.err
    assert b.read("Mine.md") == "mine, not for the others\n"


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="the program ssh-keygen is missing")
def test_commits_and_merges_are_signed_where_git_signs(
    two: tuple[Machine, Machine], tmp_path: Path
) -> None:
    a, b = two
    key = tmp_path / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)],
        check=True,
    )
    for name, value in {
        "gpg.format": "ssh",
        "user.signingkey": str(key),
        "commit.gpgsign": "true",
    }.items():
        b.git("config", "--global", name, value)
    a.write("A.md", "a\n")
    a.sync()
    b.write("B.md", "b\n")
    assert b.sync() == "1 in, 1 out"
    for commit in ("HEAD", "HEAD^1"):
        assert "gpgsig" in b.git("cat-file", "commit", commit)


def test_a_hook_of_the_person_runs_and_can_refuse(two: tuple[Machine, Machine]) -> None:
    a, _ = two
    hook = a.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'no secrets, please' >&2\nexit 1\n")
    hook.chmod(0o755)
    a.write("Note.md", "x\n")
    ran = a("sync", "--yes")
    assert ran.code == 5
    assert "no secrets, please" in ran.err
    assert a.read("Note.md") == "x\n"


def test_habit_logs_keep_every_line(two: tuple[Machine, Machine]) -> None:
    a, b = two
    log = "habits/log/2026-11.shared.md"
    for one, name in ((a, "run"), (b, "read")):
        one.write(log, f"# Log\n\n- 2026-11-20 {name}: done\n")
    a.sync()
    b.sync()
    a.sync()
    assert a.read(log) == b.read(log)
    assert {"- 2026-11-20 run: done", "- 2026-11-20 read: done"} < set(a.read(log).splitlines())


@cases(
    ("start", "says", "way"),
    [
        ("merge main", "A merge is in progress", "git merge --abort"),
        ("rebase main", "A rebase is in progress", "git rebase --abort"),
        ("cherry-pick main", "A cherry-pick is in progress", "git cherry-pick --abort"),
        ("revert --no-edit HEAD~1", "A revert is in progress", "git revert --abort"),
        ("bisect start", "A bisect is in progress", "git bisect reset"),
        ("stash pop", "Git left conflicts", "notekeep conflicts"),
    ],
    fast=1,
)
def test_in_the_middle_of_a_merge_nothing_is_changed(
    two: tuple[Machine, Machine], start: str, says: str, way: str
) -> None:
    a, _ = two
    a.write("Note.md", "stashed\n")
    a.git("stash")
    a.write("Note.md", "one\n")
    a.git("commit", "-qam", "one")
    a.git("switch", "-qc", "other", "HEAD~1")
    for text in ("two", "three"):
        a.write("Note.md", f"{text}\n")
        a.git("commit", "-qam", text)
    a.git(*start.split())
    before = a.git("status", "--porcelain"), a.git("rev-parse", "HEAD"), a.notes()
    ran = a("sync")
    assert ran.code == 4
    assert says in ran.err
    assert way in ran.err
    assert (a.git("status", "--porcelain"), a.git("rev-parse", "HEAD"), a.notes()) == before


def test_a_detached_head_and_a_lock_of_git_are_refused(two: tuple[Machine, Machine]) -> None:
    a, _ = two
    (a.root / ".git/index.lock").touch()
    assert "Another git command is running" in a("sync").err
    (a.root / ".git/index.lock").unlink()
    a.git("switch", "-q", "--detach")
    ran = a("sync")
    assert (ran.code, "git switch main" in ran.err) == (4, True)


def test_what_is_staged_is_committed_with_the_rest(two: tuple[Machine, Machine]) -> None:
    a, b = two
    a.write("Staged.md", "staged\n")
    a.git("add", "Staged.md")
    a.write("Staged.md", "staged\nand changed since\n")
    a.sync()
    b.sync()
    assert b.read("Staged.md") == "staged\nand changed since\n"


@pytest.mark.slow
def test_a_submodule_stays_at_its_commit_and_is_not_fetched(
    two: tuple[Machine, Machine], tmp_path: Path
) -> None:
    a, b = two
    code = Machine(tmp_path / "code", a._notekeep, tmp_path)
    code.write("main.md", "x\n")
    code.git("init", "-q")
    code.git("add", "-A")
    code.git("commit", "-qm", "x")
    a.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(code.root), "code")
    a.git("commit", "-qm", "a submodule")
    entry = a.git("ls-files", "-s", "code")
    assert entry.startswith("160000")
    a.sync()
    b.write("Note.md", "changed\n")
    assert b.sync() == "2 in, 1 out"
    assert list((b.root / "code").iterdir()) == []
    inside = Machine(a.root / "code", a._notekeep, tmp_path)
    inside.write("main.md", "new\n")
    inside.git("commit", "-qam", "new")
    assert a.sync() == "1 in, 0 out"
    assert a.git("ls-files", "-s", "code") == b.git("ls-files", "-s", "code") == entry
    assert inside.read("main.md") == "new\n"


def test_a_repository_inside_the_vault_is_left_alone(two: tuple[Machine, Machine]) -> None:
    a, b = two
    nested = Machine(a.root / "code", a._notekeep, a.root)
    nested.write("main.md", "x\n")
    nested.git("init", "-q")
    nested.git("add", "-A")
    nested.git("commit", "-qm", "x")
    a.write("Note.md", "changed\n")
    assert a.sync() == "0 in, 1 out"
    b.sync()
    assert b.notes() == {"Note.md": "changed\n"}


@pytest.fixture
def store(tmp_path: Path) -> dict[str, str]:
    """Settings of git for files that are stored elsewhere: Git LFS, or a filter like it."""
    if shutil.which("git-lfs"):
        return {}
    script = tmp_path / "store"
    script.write_text(
        "#!/bin/sh\ndir=$(git rev-parse --git-common-dir)/store; mkdir -p $dir\n"
        "if [ $1 = clean ]; then cat > $dir/new; sum=$(sha256sum < $dir/new | cut -c1-64)\n"
        f"mkdir -p {tmp_path}/store.d; mv $dir/new {tmp_path}/store.d/$sum\n"
        "printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\n' $sum\n"
        f"else sum=$(sed -n 's/oid sha256://p'); cat {tmp_path}/store.d/$sum; fi\n"
    )
    script.chmod(0o755)
    return {"filter.lfs.clean": f"{script} clean", "filter.lfs.smudge": f"{script} smudge"}


@pytest.mark.slow
def test_files_in_git_lfs_are_whole_on_both_machines(
    two: tuple[Machine, Machine], hub: Path, store: dict[str, str]
) -> None:
    a, b = two
    for name, value in store.items():
        a.git("config", "--global", name, value)
    for one in two:
        one.git("remote", "set-url", "origin", f"file://{hub}")
        if not store:
            one.git("lfs", "install", "--local")
    picture = b"\x89PNG\0" + bytes(range(256)) * 40
    a.write(".gitattributes", a.read(".gitattributes") + "*.png filter=lfs -text\n")
    (a.root / "pic.png").write_bytes(picture)
    for one in (a, b, a):
        assert one("sync", "--yes").code == 0
    assert "git-lfs" in a.git("show", "HEAD:pic.png")
    assert (b.root / "pic.png").read_bytes() == picture
    (a.root / "pic.png").write_bytes(b"a" + picture)
    (b.root / "pic.png").write_bytes(b"b" + picture)
    a.sync()
    assert b.sync() == "1 in, 2 out, 1 conflict"
    a.sync()
    for one in two:
        found = {file.read_bytes() for file in one.root.glob("pic*.png")}
        assert found == {b"a" + picture, b"b" + picture}
    assert b("undo").code == 0
    assert [file.read_bytes() for file in b.root.glob("pic*.png")] == [b"b" + picture]


def test_a_repository_made_by_hand_keeps_its_branch_remote_and_settings(
    machine: Callable[[str], Machine], hub: Path
) -> None:
    a, b = machine("a"), machine("b")
    a.git("init", "-q", "-b", "notes")
    a.git("remote", "add", "backup", str(hub))
    a.write(".gitignore", "private/")
    a.write(".gitattributes", "*.md text")
    a.write("private/Secret.md", "secret\n")
    a.write("Note.md", NOTE)
    a.git("add", "-A")
    a.git("commit", "-qm", "by hand")
    a.git("push", "-qu", "backup", "notes")
    a.write("New.md", "new\n")
    assert a("sync").err.endswith("not trusted yet.\nUse --yes to confirm.\n")
    assert a("sync", "--yes").out == "0 in, 1 out\n"
    assert "syncs now" in a("sync", "init").out
    assert a.read(".gitignore").startswith("private/\n.trash/\n")
    assert a.read(".gitattributes").startswith("*.md text\n")
    assert a.sync() == "0 in, 2 out"
    assert a.git("log", "--format=%s", "notes").splitlines()[-1] == "by hand"
    assert a.git("ls-remote", "--heads", "backup").endswith("refs/heads/notes\n")
    assert (hub / "HEAD").read_text() == "ref: refs/heads/main\n"
    b("sync", "init", str(hub))
    b.sync()
    assert b.notes() == {"Note.md": NOTE, "New.md": "new\n"}


@pytest.mark.slow
def test_a_branch_of_another_name_is_not_sent_beside_the_one_of_the_remote(
    machine: Callable[[str], Machine], hub: Path
) -> None:
    a, b = machine("a"), machine("b")
    for one, branch in ((a, "master"), (b, "main")):
        one.git("init", "-q", "-b", branch)
        one.write(f"On {branch}.md", f"{branch}\n")
        one("sync", "init", str(hub), "--yes")
    a.sync()
    ran = b("sync")
    assert ran.code == 0
    assert "not sent: the remote has no branch main" in ran.err
    assert b.git("status", "--porcelain") == ""
    assert "main" not in b.git("ls-remote", "--heads", "origin")
    assert "`git branch -u origin/master`" in ran.err
    b.git("branch", "-u", "origin/master")
    for one in (b, a):
        one.sync()
    assert a.notes() == b.notes() == {"On main.md": "main\n", "On master.md": "master\n"}


@pytest.mark.slow
def test_a_remote_may_have_branches_whose_names_are_no_text(
    machine: Callable[[str], Machine], hub: Path
) -> None:
    a, b = machine("a"), machine("b")
    a.write("Note.md", "x\n")
    assert a("sync", "init", str(hub), "--yes").code == 0
    a.sync()
    head = a.git("rev-parse", "HEAD").strip()
    (hub / os.fsdecode(b"refs/heads/b\xff")).write_text(f"{head}\n")
    assert b("sync", "init", str(hub), "--yes").code == 0
    b.sync()
    assert b.read("Note.md") == "x\n"


@cases("is_detached", [False, True], fast=1, ids=["other-remote", "detached"])
def test_init_that_is_refused_changes_nothing(
    machine: Callable[[str], Machine], hub: Path, *, is_detached: bool
) -> None:
    a = machine("a")
    a.git("init", "-q")
    a.write("Note.md", NOTE)
    a.git("add", "-A")
    a.git("commit", "-qm", "by hand")
    if is_detached:
        a.git("switch", "-q", "--detach")
    else:
        a.git("remote", "add", "origin", f"{hub}2")
    before = a.git("config", "--local", "--list")
    ran = a("sync", "init", str(hub), "--yes")
    assert (ran.code, ran.out) == (4, "")
    assert a.git("config", "--local", "--list") == before
    assert a.git("status", "--porcelain") == ""


def test_a_push_that_a_hook_stops_is_not_called_offline(two: tuple[Machine, Machine]) -> None:
    a, _ = two
    hook = a.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    a.write("Note.md", "x\n")
    ran = a("sync", "--yes")
    assert ran.code == 0
    assert "Committed here, not sent: `git push` failed." in ran.err


def test_the_folder_of_git_may_lie_elsewhere(two: tuple[Machine, Machine], tmp_path: Path) -> None:
    a, b = two
    a.git("init", "-q", "--separate-git-dir", str(tmp_path / "elsewhere"))
    assert (a.root / ".git").is_file()
    a.write("A.md", "a\n")
    b.write("B.md", "b\n")
    b.sync()
    assert a.sync() == "1 in, 1 out"
    (tmp_path / "elsewhere/MERGE_HEAD").write_text(a.git("rev-parse", "HEAD"))
    assert "A merge is in progress" in a("sync").err


@cases("changed", ["", "mine\n"], fast=1, ids=["forward", "merge"])
def test_a_path_that_git_refuses_stops_one_sync_only(
    two: tuple[Machine, Machine], hub: Path, changed: str
) -> None:
    a, b = two
    before = a.git("rev-parse", "HEAD").strip()
    blob = a.git("rev-parse", "HEAD:Note.md").strip()
    tree = _store_tree(a, b"100644 config\0" + bytes.fromhex(blob))
    rest = b"100644 Note.md\0" + bytes.fromhex(blob)
    top = _store_tree(a, b"40000 .git.\0" + bytes.fromhex(tree) + rest)
    commit = a.git("commit-tree", top, "-p", before, "-m", "odd").strip()
    a.git("push", "-qf", "origin", f"{commit}:refs/heads/main")
    if changed:
        b.write("Mine.md", changed)
    notes = b.notes()
    for _ in range(2):
        ran = b("sync")
        assert ran.code == 4
        assert ".git./config. Nothing was changed." in ran.err
        assert b.notes() == notes
    mended = a.git("commit-tree", "HEAD^{tree}", "-p", commit, "-m", "mended").strip()
    a.git("push", "-q", "origin", f"{mended}:refs/heads/main")
    b.sync()
    assert b.notes() == notes


def _store_tree(machine: Machine, data: bytes) -> str:
    """Store a tree that git itself would not make."""
    words = ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"]
    done = subprocess.run(words, cwd=machine.root, input=data, capture_output=True, check=True)
    return done.stdout.decode().strip()


@cases("lock", ["index.lock", "refs/heads/main.lock"], fast=1)
def test_an_old_lock_is_removed_where_no_git_is_running(
    two: tuple[Machine, Machine], lock: str
) -> None:
    a, _ = two
    a.write(f".git/{lock}", "")
    assert f".git/{lock}`: delete it" in a("sync").err
    old = time.time() - 3600
    os.utime(a.root / ".git" / lock, (old, old))
    with subprocess.Popen(
        ["git", "cat-file", "--batch"], cwd=a.root, stdin=subprocess.PIPE
    ) as running:
        assert a("sync").code == 4
        running.communicate()
    if os.path.exists("/proc/self/cwd"):
        a.sync()


def test_git_speaks_english_whatever_the_person_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "git"
    program.write_text('#!/bin/sh\nprintf %s "$LC_ALL"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert Git(str(tmp_path)).run("status") == b"C"


def test_a_full_disk_is_called_that(
    two: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, _ = two
    real = Git.ask

    def ask(git: Git, *words: str, **more: object) -> tuple[int, bytes, str]:
        if words[0] == "fetch":
            return 128, b"", "error: cannot write: No space left on device\nfatal: early EOF"
        return real(git, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Git, "ask", ask)
    ran = a("sync")
    assert ran.code == 5
    assert "the disk is full" in ran.err


def test_a_clone_of_an_empty_remote_names_the_branch_that_others_made(
    machine: Callable[[str], Machine], hub: Path
) -> None:
    a, b = machine("a"), machine("b")
    b.git("init", "-q", "-b", "master")  # as a clone was, before the remote had a branch
    b.git("remote", "add", "origin", str(hub))
    a.write("Note.md", "x\n")
    a("sync", "init", str(hub), "--yes")
    a.sync()
    (b.root / ".notekeep").rmdir()
    ran = b("--vault", str(b.root), "sync", "--yes")
    assert "the remote has no branch master" in ran.err
    b.git("switch", "-q", "main")
    assert b.notes() == {"Note.md": "x\n"}


@pytest.mark.slow
def test_of_the_settings_of_obsidian_the_newest_win(
    two: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = two
    for number, one in enumerate((b, a)):
        one.write(".obsidian/app.json", f'{{"zoom": {number}}}\n')
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{1_800_000_000 + 60 * number} +0000")
        one.git("add", "-A")
        one.git("commit", "-qm", "settings")
    for one in (a, b, a):
        one.sync()
    for one in two:
        assert one.read(".obsidian/app.json") == '{"zoom": 1}\n'
        assert len(list((one.root / ".obsidian").iterdir())) == 1


@pytest.mark.slow
def test_a_sync_that_history_did_not_keep_is_not_undone(two: tuple[Machine, Machine]) -> None:
    a, b = two
    a.write("Note.md", "first\n")
    a.sync()
    b.sync()
    (a.root / "film.bin").write_bytes(bytes(9 << 20))
    a.sync()
    assert b.sync() == "1 in, 0 out"
    ran = b("undo")
    assert (ran.code, ran.out) == (4, "")
    assert "film.bin" in ran.err
    assert b.notes() == {"Note.md": "first\n"}


def test_copies_of_a_program_that_syncs_the_folder_are_merged_first(
    two: tuple[Machine, Machine],
) -> None:
    a, b = two
    a.write("Note.md", NOTE.replace("[ ] a", "[x] a"))
    a("set", "rating=4", "--", "Note")
    a.write("Note.sync-conflict-20261128-101500-ABCDEFG.md", a.read("Note.md") + "- [ ] c\n")
    a.write("Other.md", "mine\n")
    other = "Other (conflicted copy 2026-11-28 101500).md"
    a.write(other, "theirs\n")
    merged = NOTE.replace("[ ] a", "[x] a").replace("3", "4") + "- [ ] c\n"
    a.sync()
    b.sync()
    assert b.notes() == {"Note.md": merged, "Other.md": "mine\n", other: "theirs\n"}
    assert a("undo").out == "Undid: conflicts merge all\n"
    assert len(a.notes()) == 4


COPY = "Note.sync-conflict-20261128-101500-ABCDEFG.md"
LONG = "---\nrating: 1\nstatus: reading\n---\n# N\n\nThe plan is green.\n\n- [ ] call Ann\n"


@pytest.mark.parametrize("is_copy", [True, False], ids=["copy", "note"])
def test_what_this_machine_wrote_is_merged_whichever_file_has_it(
    two: tuple[Machine, Machine], *, is_copy: bool
) -> None:
    a, _ = two
    a.write("Note.md", LONG)
    a.sync()
    a.write("Note.md", f"{LONG}\na line from the laptop\n")
    a("set", "rating=4", "--", "Note")
    phone = LONG.replace("reading", "finished").replace("[ ] call", "[x] call")
    versions = [a.read("Note.md"), phone]
    a.write("Note.md", versions[is_copy])
    a.write(COPY, versions[not is_copy])
    a.sync()
    merged = phone.replace("rating: 1", "rating: 4") + "\na line from the laptop\n"
    assert a.notes() == {"Note.md": merged}


def test_what_the_phone_never_had_is_not_called_deleted(two: tuple[Machine, Machine]) -> None:
    a, _ = two
    a.write("Note.md", LONG)
    a.sync()
    a.write("Note.md", f"{LONG}\na line that was sent\n")
    a.sync()
    a.write(COPY, a.read("Note.md"))
    a.write("Note.md", LONG.replace("reading", "finished"))  # of a phone that was offline
    a.sync()
    assert "a line that was sent" in a.read("Note.md")
    assert "finished" in a.read("Note.md")


@pytest.mark.slow
def test_a_copy_names_the_machine_that_wrote_it(
    two: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = two
    a("set", "rating=5", "--", "Note")
    b("set", "rating=1", "--", "Note")
    with monkeypatch.context() as patch:
        patch.setattr("notekeep.services.sync.host", lambda: "laptop")
        a.sync()
    b.sync()
    assert "(conflict laptop " in b("conflicts").out
    assert "from laptop" in b("conflicts").out


def test_a_conflict_of_git_stays_one_on_the_machine_that_wrote_the_copy(
    two: tuple[Machine, Machine],
) -> None:
    a, b = two
    a("set", "rating=5", "--", "Note")
    b("set", "rating=1", "--", "Note")
    for one in (a, b, a):
        one.sync()
    before = a.notes()
    assert len(before) == 2
    for one in (a, b):
        ran = one("conflicts", "--auto")
        assert "Both versions changed the same lines" in ran.err
        assert one.notes() == before
    a("set", "rating=5", "--", "Note")  # by hand, as the copy has it
    assert a("conflicts", "--auto").code == 0
    assert a.notes() == {"Note.md": NOTE.replace("3", "5")}


@pytest.mark.slow
def test_merging_all_conflicts_on_three_machines_drops_nothing_that_one_wrote(
    machine: Callable[[str], Machine], hub: Path
) -> None:
    three = [machine(name) for name in "abc"]
    for one in three:
        if one is three[0]:
            one.write("Note.md", LONG)
        assert one("sync", "init", str(hub), "--yes").code == 0
        one.sync()
    for color, one in zip(("red", "blue", "white"), three, strict=True):
        one.write("Note.md", LONG.replace("green", color) + f"\na line about {color}\n")
        one("set", f"status={color}", "--", "Note")
    for _ in range(2):
        for one in three:
            one.sync()
    for one in (*three, *three):
        one("conflicts", "--auto")
        one.sync()
        text = "".join(one.notes().values())
        for color in ("red", "blue", "white"):
            for line in (f"plan is {color}.", f"a line about {color}", f"status: {color}"):
                assert line in text


def test_names_that_other_systems_refuse_are_told_before_anything_is_sent(
    machine: Callable[[str], Machine], hub: Path
) -> None:
    a = machine("a")
    for path in ("Why?.md", "Dir./Note.md", "Twin.md", "twin.md", "Fine.md"):
        a.write(path, "x\n")
    (a.root / "out").symlink_to("/tmp")
    hub.rename(hub.with_name("away"))
    ran = a("sync", "init", str(hub))
    told = [line.strip() for line in ran.err.splitlines() if line.startswith("  ")]
    assert ran.code == 0
    assert told == [
        "Dir.: the name ends with a dot or a space, which Windows removes",
        "Why?.md: the name has characters that Windows does not allow: ?",
        "out: a link out of the vault, which other machines refuse",
        "twin.md: the name differs from Twin.md only in case",
    ]
    assert "notekeep lint --fix" in ran.err
    assert "Why?.md" in a("sync").err  # nothing was sent yet
    hub.with_name("away").rename(hub)
    a.sync()
    assert "Why?.md" not in a("sync").err
    assert "Why?.md" in a.git("ls-tree", "--name-only", "HEAD")


def test_a_notekeep_that_was_installed_elsewhere_since_is_not_asked_about(
    two: tuple[Machine, Machine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, _ = two
    program = tmp_path / "bin/notekeep"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    assert a.sync() == "0 in, 0 out"


class TestForeignRepository:
    def test_a_copied_repository_is_asked_about_and_runs_nothing_before(
        self, machine: Callable[[str], Machine], hub: Path, tmp_path: Path
    ) -> None:
        a = machine("a")
        a.git("init", "-q")
        a.git("remote", "add", "origin", str(hub))
        canary = tmp_path / "canary"
        a.git("config", "core.fsmonitor", f"touch {canary}; false")
        a.git("config", "filter.x.clean", f"touch {canary}")
        hook = a.root / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {canary}\n")
        hook.chmod(0o755)
        a.write("Note.md", NOTE)
        a.write(".gitattributes", "*.md filter=x\n")
        ran = a("sync")
        assert ran.code == 4
        for part in (str(hub), "core.fsmonitor", "filter.x.clean", "hook pre-commit"):
            assert part in ran.err
        assert a("sync", "status").code == 4
        assert not canary.exists()
        a.git("config", "--unset", "filter.x.clean")
        hook.unlink()
        assert a("sync", "--yes").code == 0
        assert a.sync() == "0 in, 0 out"
        assert not canary.exists()
        a.git("config", "core.sshCommand", "evil")  # what was added since is asked about again
        assert "core.sshcommand" in a("sync").err

    def test_a_merge_driver_of_another_program_is_asked_about(
        self, machine: Callable[[str], Machine]
    ) -> None:
        a = machine("a")
        a.git("init", "-q")
        a.git("config", "merge.notekeep.driver", "evil %A")
        assert "merge.notekeep.driver = evil %A" in a("sync").err

    @pytest.fixture
    def evil(self, tmp_path: Path) -> str:
        """A program that leaves a file behind."""
        program = tmp_path / "evil"
        program.write_text(f"#!/bin/sh\ntouch {tmp_path}/canary\ncat\n")
        program.chmod(0o755)
        return str(program)

    @pytest.fixture
    def copied(self, machine: Callable[[str], Machine], hub: Path) -> Machine:
        """A vault that was unpacked, with a repository that names a remote."""
        a = machine("a")
        a.git("init", "-q", "-b", "main")
        a.git("remote", "add", "origin", str(hub))
        a.write("Note.md", NOTE)
        return a

    @cases(
        "setting",
        [
            "gpg.ssh.defaultKeyCommand",
            "core.alternateRefsCommand",
            "core.hooksPath",
            "core.attributesFile",
            "include.path",
            "url.x.insteadOf",
            "remote.origin.uploadpack",
            "http.proxy",
            "protocol.ext.allow",
            "a.key.that.no.git.knows",
        ],
        fast=1,
    )
    def test_a_setting_that_is_not_known_to_be_harmless_is_shown(
        self, copied: Machine, evil: str, setting: str
    ) -> None:
        assert copied("sync", "--yes").code == 0
        copied.git("config", setting, f"{evil} x")
        ran = copied("sync")
        assert ran.code == 4
        assert f"{setting} = {evil} x".lower() in ran.err.lower()

    def test_settings_that_git_cannot_read_are_no_settings_to_agree_to(
        self, copied: Machine
    ) -> None:
        copied.write("broken", "not a setting\n")
        copied.git("config", "include.path", "../broken")
        assert copied("sync", "--yes").code == 5

    def test_settings_of_the_work_tree_are_shown(self, copied: Machine, evil: str) -> None:
        copied.git("config", "extensions.worktreeConfig", "true")
        copied.git("config", "--worktree", "filter.x.clean", evil)
        ran = copied("sync")
        assert f"filter.x.clean = {evil}" in ran.err

    def test_objects_of_another_repository_are_shown(self, copied: Machine, hub: Path) -> None:
        copied.write(".git/objects/info/alternates", f"{hub}/objects\n")
        assert f"reads from {hub}/objects" in copied("sync").err

    def test_another_folder_is_never_sent(self, copied: Machine, hub: Path, tmp_path: Path) -> None:
        keys = tmp_path / "keys"
        keys.mkdir()
        (keys / "id_rsa").write_text("SECRET")
        copied.git("config", "core.worktree", str(keys))
        ran = copied("sync", "--yes")
        assert ran.code == 4
        assert "has its files elsewhere" in ran.err
        assert copied.git("--git-dir", str(hub), "for-each-ref") == ""

    @cases(
        "url",
        ["./inner.git", "file://{root}/inner.git", "{root}/inner.git", "file://{root}/%69nner.git"],
        fast=1,
    )
    def test_a_remote_inside_the_vault_is_refused(
        self, copied: Machine, evil: str, tmp_path: Path, url: str
    ) -> None:
        copied.git("init", "-q", "--bare", "inner.git")
        shutil.copy(evil, copied.root / "inner.git/hooks/post-receive")
        copied.git("remote", "set-url", "origin", url.format(root=copied.root))
        assert copied("sync", "--yes").code == 4
        assert not (tmp_path / "canary").exists()

    @cases(
        "url",
        ["ext::sh -c {evil}", "ssh://-oProxyCommand={evil}/x", "--upload-pack={evil}"],
        fast=1,
    )
    @pytest.mark.parametrize("is_init", [True, False], ids=["init", "sync"])
    def test_an_address_that_is_a_command_runs_nothing(
        self,
        machine: Callable[[str], Machine],
        copied: Machine,
        evil: str,
        tmp_path: Path,
        url: str,
        *,
        is_init: bool,
    ) -> None:
        if is_init:
            machine("b")("sync", "init", "--yes", "--", url.format(evil=evil))
        else:
            copied.git("config", "remote.origin.url", url.format(evil=evil))
            assert copied("sync").code == 4
            copied("sync", "--yes")
        assert not (tmp_path / "canary").exists()

    def test_a_repository_inside_the_vault_is_not_asked_anything(
        self, copied: Machine, evil: str, tmp_path: Path
    ) -> None:
        copied.write("sub/.gitattributes", "* filter=y\n")
        copied.write("sub/file", "x\n")
        for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "x")):
            copied.git("-C", "sub", *words)
        head = copied.git("-C", "sub", "rev-parse", "HEAD").strip()
        copied.git("update-index", "--add", "--cacheinfo", f"160000,{head},sub")
        copied.git("commit", "-qm", "a submodule")
        copied.git("-C", "sub", "config", "filter.y.clean", evil)
        copied.write("sub/file", "y\n")  # git has to read it again, through the filter
        assert copied("sync", "--yes").code == 0
        assert copied("sync", "status").code == 0
        copied("conflicts")
        assert not (tmp_path / "canary").exists()

    def test_a_hook_with_another_text_is_asked_about_again(
        self, two: tuple[Machine, Machine], evil: str, tmp_path: Path
    ) -> None:
        a, b = two
        b.write(".githooks/post-merge", "#!/bin/sh\ntouch agreed\n")
        (b.root / ".githooks/post-merge").chmod(0o755)
        b.git("config", "core.hooksPath", ".githooks")
        assert "hook post-merge" in b("sync").err
        assert b("sync", "--yes").code == 0
        a.sync()
        a.write("Note.md", "changed\n")
        a.sync()
        b.sync()
        assert (b.root / "agreed").exists()

        shutil.copy(evil, a.root / ".githooks/post-merge")
        a.sync()
        ran = b("sync")
        assert "a hook of this vault has changed" in ran.err
        assert b("sync").code == 4
        assert not (tmp_path / "canary").exists()
        assert b("sync", "--yes").code == 0


class TestHostileRemote:
    @cases("target", ["/etc/passwd", "../../secret", ".git/config", "x/../../y"], fast=1)
    def test_a_link_out_of_the_vault_is_refused(
        self, two: tuple[Machine, Machine], target: str
    ) -> None:
        a, b = two
        (a.root / "Link.md").symlink_to(target)
        a.git("add", "-A")
        a.git("commit", "-qm", "evil")
        a.git("push", "-q", "origin", "main")
        before = b.notes()
        ran = b("sync")
        assert ran.code == 4
        assert "Link.md" in ran.err
        assert b.notes() == before
        assert not (b.root / "Link.md").is_symlink()

    def test_nothing_is_written_through_a_link_out_of_the_vault(
        self, two: tuple[Machine, Machine], tmp_path: Path
    ) -> None:
        a, b = two
        outside = tmp_path / "outside"
        outside.mkdir()
        (b.root / "files").symlink_to(outside)
        b.write(".git/info/exclude", "files\n")
        a.write("files/evil.md", "evil\n")
        a.sync()
        ran = b("sync")
        assert ran.code in (0, 5)
        assert list(outside.iterdir()) == []
        if ran.code:
            assert "ignored here" in ran.err

    @cases("name", ["..", ".git", ".GIT", "git~1"], fast=1)
    def test_a_path_that_climbs_is_refused(self, two: tuple[Machine, Machine], name: str) -> None:
        a, b = two
        blob = a.git("rev-parse", "HEAD:Note.md").strip()
        command = ["git", "mktree"]
        inner, outer = (
            subprocess.run(
                command, cwd=a.root, input=text, capture_output=True, text=True, check=True
            ).stdout.strip()
            for text in (f"100644 blob {blob}\tevil.md\n", "")
        )
        text = f"040000 tree {inner}\t{name}\n100644 blob {blob}\tNote.md\n"
        outer = subprocess.run(
            command, cwd=a.root, input=text, capture_output=True, text=True, check=True
        ).stdout.strip()
        commit = a.git("commit-tree", outer, "-p", "HEAD", "-m", "evil").strip()
        a.git("push", "-q", "origin", f"{commit}:refs/heads/main")
        before = b.notes()
        ran = b("sync")
        assert ran.code in (4, 5), ran
        assert b.notes() == before
        assert not (b.root.parent / "evil.md").exists()
        assert not (b.root / ".git/evil.md").exists()

    def test_attributes_and_modules_that_name_programs_run_nothing(
        self, two: tuple[Machine, Machine], tmp_path: Path
    ) -> None:
        a, b = two
        canary = tmp_path / "canary"
        a.write(".gitattributes", "* filter=evil diff=evil merge=evil\n")
        a.write(
            ".gitmodules",
            f'[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch {canary}"\n'
            f"\tupdate = !touch {canary}\n",
        )
        a.write("Note.md", NOTE + "- a\x1b]0;x\x07\n")
        a.write("habits/log/2026-11.shared.md", "- 2026-11-20 run: 1 km -- \x1b]0;x\x07\n")
        a.write("Evil\x1b]0;x\x07.md", "a\n")
        a.git("add", "-A")
        a.git("commit", "-qm", "evil \x1b]0;x\x07")
        a.sync()
        b.write("Evil\x1b]0;x\x07.md", "b\n")
        b.write("Note.md", NOTE.replace("3", "4"))
        ran = b("sync")
        assert ran.code == 0
        assert "1 conflict" in ran.out
        for words in (("sync",), ("conflicts",), ("sync", "status")):
            again = b(*words)
            assert "\x1b]" not in ran.out + ran.err + again.out + again.err
        assert not canary.exists()
        assert "rating: 4" in b.read("Note.md")


def test_plain_git_pull_merges_where_init_was_run(
    two: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = two
    a.write("Note.md", NOTE.replace("[ ] a", "[x] a"))
    a.sync()
    b.write("Note.md", NOTE.replace("[ ] b", "[x] b"))
    b.git("commit", "-qam", "by hand")
    b.git("pull", "-q", "--no-rebase")
    assert b.read("Note.md") == NOTE.replace("[ ]", "[x]")


def test_every_syncs_until_it_is_stopped(two: tuple[Machine, Machine], place: Path) -> None:
    a, b = two
    command = [sys.executable, "-m", "notekeep", "sync", "--every", "1s"]
    env = os.environ | {"NOTEKEEP_HOME": str(place / "b-home")}
    with subprocess.Popen(
        command, cwd=b.root, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        for text in ("one\n", "two\n"):
            a.write("Note.md", text)
            a.sync()
            assert running.stdout.readline() == "1 in, 0 out\n"
            assert b.read("Note.md") == text
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130


def test_cron_lines_are_only_shown(machine: Callable[[str], Machine]) -> None:
    a = machine("a")
    line = a("sync", "--cron", "--every", "10m").out
    assert line.startswith("*/10 * * * * ")
    assert line.endswith(f" --vault {a.root} sync\n")
    assert a("sync", "--cron", "--every", "2h").out.startswith("0 */2 * * * ")
    assert not (a.root / ".git").exists()


def test_time_words_of_every_are_checked(two: tuple[Machine, Machine]) -> None:
    assert two[0]("sync", "--every", "soon").code == 2


def test_a_vault_without_a_repository_says_how_to_set_it_up(
    machine: Callable[[str], Machine], hub: Path
) -> None:
    a = machine("a")
    assert "sync init URL" in a("sync").err
    assert "`notekeep sync init URL` adds a remote." in a("sync", "init").out
    assert "There is no remote yet" in a("sync").err
    ran = a("sync", "init", str(hub))
    assert "git does not encrypt" in ran.err
    assert "cannot be reached" not in ran.err
    assert a("sync", "init", f"{hub}2").code == 4


def test_init_says_when_the_remote_cannot_be_reached(
    machine: Callable[[str], Machine], hub: Path
) -> None:
    ran = machine("a")("sync", "init", f"{hub}2")
    assert ran.code == 0
    assert "The remote cannot be reached yet. `git ls-remote` shows why." in ran.err
