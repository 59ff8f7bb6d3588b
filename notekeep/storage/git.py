"""Run the user's git in the vault, with their keys, hooks, signing and LFS.

Git never prompts: it fails if it needs a password. Data from a remote is not trusted: submodules
are not fetched, and programs named in it are not run.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from notekeep.errors import Failure, NotekeepError, Refused
from notekeep.storage.file_names import is_within

LINK_MODE: Final = "120000"
"""The mode of a symbolic link."""
SUBMODULE_MODE: Final = "160000"
"""The mode of a submodule."""
MIN_VERSION: Final = (2, 38)

_OPTIONS: Final = (
    "core.quotepath=off",
    "core.fsmonitor=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "push.recurseSubmodules=no",
    "advice.detachedHead=false",
    "gc.autoDetach=false",
    # A connection without data for 20 seconds counts as lost.
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=20",
)
_LOCAL_ONLY: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE")
_SECONDS = 600.0


class Unfinished(NamedTuple):
    """An unfinished operation in a repository, with the commands to finish and cancel it."""

    what: str
    finish: str
    cancel: str

    def __str__(self) -> str:
        return f"{self.what} is in progress in this vault."

    @property
    def hint(self) -> str:
        """The commands to finish or cancel it, as a sentence."""
        if self.finish == self.cancel:
            return f"Finish it: `{self.finish}`."
        return f"Finish or cancel it: `{self.finish}` or `{self.cancel}`."


_UNFINISHED: Final = {
    "rebase-merge": Unfinished("A rebase", "git rebase --continue", "git rebase --abort"),
    "rebase-apply": Unfinished("A rebase", "git rebase --continue", "git rebase --abort"),
    "MERGE_HEAD": Unfinished("A merge", "git commit", "git merge --abort"),
    "CHERRY_PICK_HEAD": Unfinished(
        "A cherry-pick", "git cherry-pick --continue", "git cherry-pick --abort"
    ),
    "REVERT_HEAD": Unfinished("A revert", "git revert --continue", "git revert --abort"),
    "BISECT_LOG": Unfinished("A bisect", "git bisect reset", "git bisect reset"),
}
"""Unfinished operations by their file in git's folder."""
_HARMLESS: Final = re.compile(
    r"core\.worktree|remote\..*\.(url|pushurl|fetch)"
    r"|core\.(repositoryformatversion|filemode|bare|symlinks|ignorecase|precomposeunicode|eol"
    r"|logallrefupdates|quotepath|autocrlf|safecrlf|longpaths|untrackedcache|preloadindex)"
    r"|branch\..*\.(remote|merge|rebase|description)|user\.(name|email)"
    r"|submodule\..*\.(url|active)|extensions\.(objectformat|refstorage)|commit\.gpgsign"
    r"|pull\.(ff|rebase)|push\.(default|autosetupremote)|merge\.notekeep\.name|color\..*|gc\.auto",
    re.IGNORECASE | re.DOTALL,
)
"""Settings that run no program and send no data. `sync` checks the ones on the first line."""
_MAX_HOOKS = 1000
LOCK_SECONDS: Final = 600.0
"""An older lock of git is left from a crash, if no git is running in the repository."""
DRIVER: Final = "merge.notekeep.driver"
TRUST: Final = "sync.json"
"""The file in a vault's state folder with the git settings that the user accepted."""


def is_set_up(state: str) -> bool:
    """Whether the user set up `notekeep sync` for the vault with this state folder."""
    return os.path.exists(os.path.join(state, TRUST))


def find_folder(root: str) -> str:
    """Return the path of a repository's git folder, which may not exist; run no program."""
    folder = os.path.join(root, ".git")
    if os.path.isfile(folder):  # it contains the path of the folder, as in a submodule
        with open(folder, "rb") as file:
            _, _, place = file.read().partition(b"gitdir: ")
        return os.path.join(root, os.fsdecode(place.rstrip(b"\r\n")))
    return folder


def find_unfinished(root: str) -> Unfinished | None:
    """Return the unfinished operation in a vault's repository, if any; run no program."""
    try:
        found = set(os.listdir(find_folder(root)))
    except OSError:
        return None
    return next((way for name, way in _UNFINISHED.items() if name in found), None)


def find_unmerged(root: str, state: str) -> dict[str, dict[int, Entry]]:
    """Return the unmerged paths of a vault; none if `notekeep sync` is not set up."""
    if not is_set_up(state):
        return {}
    with suppress(NotekeepError):
        git = Git(root, runs_programs=False)
        return git.unmerged() if git.exists else {}
    return {}


class Entry(NamedTuple):
    """A file in a git tree."""

    mode: str
    blob: str


NO_ENTRY: Final = Entry("000000", "")


class GitError(Failure):
    """A git command failed; `text` is its output on stderr."""

    def __init__(self, command: str, text: str) -> None:
        lines = [line for line in text.splitlines() if line.strip()]
        super().__init__(f"git {command} failed: {lines[-1] if lines else 'no message'}")
        self.text = text


class Git:
    """The repository whose top folder is the vault.

    With `is_alone`, git gets no terminal, so that ssh cannot ask for a password. With
    `runs_programs=False`, no hook runs and nothing is fetched, even if the repository's settings,
    which may be unchecked, ask for it.
    """

    def __init__(self, root: str, *, is_alone: bool = False, runs_programs: bool = True) -> None:
        self.root = root
        self._is_alone = is_alone
        self._runs_programs = runs_programs
        found = shutil.which("git")
        if found is None:
            raise Failure("git is not installed.", "Install git 2.38 or newer.")
        self._program = found

    def run(self, *words: str, data: bytes | None = None, index: str | None = None) -> bytes:
        """Run a git command and return its output; raise GitError if it fails."""
        code, answer, text = self.ask(*words, data=data, index=index)
        if code:
            raise GitError(words[0], text)
        return answer

    def ask(
        self, *words: str, data: bytes | None = None, index: str | None = None
    ) -> tuple[int, bytes, str]:
        """Run a git command; return its exit code, output and messages."""
        env = {key: value for key, value in os.environ.items() if key not in _LOCAL_ONLY}
        env |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":"}
        if index is not None:
            env["GIT_INDEX_FILE"] = index
        if words[0] in ("fetch", "push", "ls-remote") and self._has_plain_ssh:
            env["GIT_SSH_COMMAND"] = "ssh -o ConnectTimeout=20"
        settings = list(_OPTIONS)
        if not self._runs_programs:
            # A partial clone would fetch missing objects with a program from its settings.
            env |= {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
        if not self._runs_programs or words[0] == "merge":  # a merge may change hooks
            settings.append(f"core.hooksPath={os.devnull}")
        if self.exists:
            env |= {"GIT_DIR": find_folder(self.root), "GIT_WORK_TREE": self.root}
        options = [word for setting in settings for word in ("-c", setting)]
        try:
            done = subprocess.run(
                [self._program, *options, *words],
                cwd=self.root,
                env=env,
                input=data or b"",
                capture_output=True,
                start_new_session=self._is_alone,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return 128, b"", "timed out"
        return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")

    def line(self, *words: str) -> str:
        """Return the stripped output of a command, or "" if it fails."""
        code, answer, _ = self.ask(*words)
        return answer.decode("utf-8", "surrogateescape").strip() if code == 0 else ""

    def rows(self, *words: str) -> list[str]:
        """Return the output of a command with `-z`, split at NUL."""
        return list(map(os.fsdecode, self.run(*words).split(b"\0")[:-1]))

    # The repository

    @property
    def exists(self) -> bool:
        """Whether the vault has a repository of its own."""
        return os.path.exists(os.path.join(self.root, ".git"))

    def check_version(self) -> None:
        """Raise Failure if git is too old."""
        found = re.search(r"(\d+)\.(\d+)", self.line("--version"))
        if found is None or (int(found[1]), int(found[2])) < MIN_VERSION:
            raise Failure("This git is too old.", "Install git 2.38 or newer.")

    @cached_property
    def _has_plain_ssh(self) -> bool:
        """Whether git runs plain ssh, which waits minutes for an unreachable host."""
        is_named = {"GIT_SSH", "GIT_SSH_COMMAND"} & os.environ.keys()
        return not is_named and not self.line("config", "core.sshCommand")

    def check_idle(self) -> None:
        """Raise Refused if an operation is unfinished or another git is running."""
        left = "`notekeep conflicts` lists the unmerged files." if self.unmerged() else ""
        if found := find_unfinished(self.root):
            raise Refused(f"{found} Nothing was changed.", f"{found.hint} {left}".strip())
        if left:
            raise Refused("Git left conflicts in this vault. Nothing was changed.", left)
        folder = Path(find_folder(self.root))
        for lock in sorted([*folder.glob("*.lock"), *folder.glob("refs/**/*.lock")]):
            with suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > LOCK_SECONDS and not self._is_running():
                    lock.unlink()
                    continue
                raise Refused(
                    "Another git command is running in this vault. Nothing was changed.",
                    f"If none is, a crash left `{lock}`: delete it and run `notekeep sync`.",
                )

    def _is_running(self) -> bool:
        """Whether git may be running in the vault; True if unknown."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "comm").read_bytes().startswith(b"git") and is_within(
                    os.readlink(process / "cwd"), os.path.realpath(self.root)
                ):
                    return True
            except PermissionError:  # a process of another user
                return True
            except (FileNotFoundError, ProcessLookupError):
                continue
        return not os.path.exists("/proc/self/cwd")

    def branch(self) -> str:
        """Return the current branch; raise Refused for a detached HEAD."""
        name = self.line("symbolic-ref", "--short", "-q", "HEAD")
        if not name:
            raise Refused(
                "No branch is checked out (detached HEAD). Nothing was changed.",
                "Check out a branch: `git switch main`, or `git switch -c NAME` for a new one.",
            )
        return name

    def settings(self) -> list[tuple[str, str]]:
        """Return the repository's own settings; run no program."""
        rows = self.rows("config", "--list", "--show-scope", "--includes", "-z")
        found = zip(rows[::2], (one.partition("\n") for one in rows[1::2]), strict=True)
        return [(key, value) for scope, (key, _, value) in found if scope in ("local", "worktree")]

    def list_dangers(self, settings: Iterable[tuple[str, str]]) -> list[str]:
        """List settings, hooks and files of the repository that may run programs or send data.

        A hook is listed with its digest, so that a changed hook is listed again.
        """
        found = [
            f"has the setting {key} = {value}"
            for key, value in settings
            if not _HARMLESS.fullmatch(key)
        ]
        hooks = os.path.join(self.root, self.line("rev-parse", "--git-path", "hooks"))
        paths = (os.path.join(at, name) for at, _, names in os.walk(hooks) for name in names)
        for path in islice(paths, _MAX_HOOKS):
            if os.path.isfile(path) and not path.endswith(".sample"):
                with open(path, "rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                found.append(f"runs the hook {os.path.relpath(path, hooks)} (sha256 {digest[:16]})")
        alternates = self.line("rev-parse", "--git-path", "objects/info/alternates")
        with suppress(OSError), open(os.path.join(self.root, alternates), "rb") as file:
            found += [f"reads from {os.fsdecode(line)}" for line in file.read().splitlines()]
        return sorted(found)

    # Objects

    def commit_at(self, name: str) -> str:
        """Return the commit that a name refers to, or "" if there is none."""
        return self.line("rev-parse", "-q", "--verify", f"{name}^{{commit}}")

    def tree(self, commit: str) -> dict[str, Entry]:
        """Return the files of a commit by path; "" is an empty commit."""
        if not commit:
            return {}
        found: dict[str, Entry] = {}
        for row in self.rows("ls-tree", "-r", "-z", "--full-tree", commit):
            about, _, path = row.partition("\t")
            mode, _, blob = about.split(" ")
            found[path] = Entry(mode, blob)
        return found

    def modules(self) -> list[str]:
        """Return the paths of submodules."""
        rows = self.rows("ls-files", "-s", "-z")
        return [row.partition("\t")[2] for row in rows if row.startswith(SUBMODULE_MODE)]

    def renames(self, old: str, new: str) -> dict[str, str]:
        """Return the renames between two commits: old paths to new ones."""
        rows = self.rows(
            "diff-tree", "-r", "-z", "-M70%", "--diff-filter=R", "--name-status", old, new
        )
        return dict(zip(rows[1::3], rows[2::3], strict=True))

    def past_versions(self, path: str) -> list[bytes]:
        """Return the content of a file in each commit that changed it, newest first."""
        found: list[bytes] = []
        words = "rev-list", "--topo-order", "HEAD", "--", f":(literal){path}"
        for commit in self.line(*words).split():
            code, data, _ = self.ask("cat-file", "blob", f"{commit}:{path}")
            if code == 0:  # otherwise the commit deleted it
                found.append(data)
        return found

    def changed(self, old: str, new: str) -> dict[str, tuple[Entry, Entry]]:
        """Return the files that differ between two commits: the old and new entry of each path.

        "" is an empty commit.
        """
        if old and new:
            return self._diff("diff-tree", "-r", old, new)
        found = self.tree(old or new).items()
        return {path: (NO_ENTRY, entry) if new else (entry, NO_ENTRY) for path, entry in found}

    def staged(self) -> dict[str, tuple[Entry, Entry]]:
        """Return the files that differ between HEAD and the index."""
        return self._diff("diff", "--cached")

    def _diff(self, command: str, *words: str) -> dict[str, tuple[Entry, Entry]]:
        rows = self.rows(command, "--raw", "--no-abbrev", "--no-renames", "-z", *words)
        found: dict[str, tuple[Entry, Entry]] = {}
        for about, path in zip(rows[::2], rows[1::2], strict=True):
            old_mode, mode, old_blob, blob, _ = about.lstrip(":").split(" ")
            before = Entry(old_mode, old_blob) if old_mode != NO_ENTRY.mode else NO_ENTRY
            after = Entry(mode, blob) if mode != NO_ENTRY.mode else NO_ENTRY
            found[path] = before, after
        return found

    def read(self, blob: str) -> bytes:
        """Return the content of a blob."""
        return self.run("cat-file", "blob", blob)

    def store(self, data: bytes) -> str:
        """Store `data` and return the name of its blob."""
        return self.run("hash-object", "-w", "--stdin", data=data).decode().strip()

    def write_tree(self, entries: dict[str, Entry]) -> str:
        """Store a tree and return its name; the work tree and the index do not change."""
        index = os.path.join(find_folder(self.root), "notekeep-index")
        rows = b"".join(
            f"{entry.mode} {entry.blob}\t".encode() + os.fsencode(path) + b"\0"
            for path, entry in entries.items()
        )
        try:
            self.run("read-tree", "--empty", index=index)
            words = "update-index", "-z", "--index-info"
            code, _, text = self.ask(*words, data=rows, index=index)
            if code or "Ignoring path" in text:
                raise GitError("update-index", text)
            return self.run("write-tree", index=index).decode().strip()
        finally:
            for name in (index, f"{index}.lock"):
                if os.path.exists(name):
                    os.unlink(name)

    # Unmerged paths

    def unmerged(self) -> dict[str, dict[int, Entry]]:
        """Return the unmerged paths and the stages of each: 1 is the base, 2 ours, 3 theirs."""
        found: dict[str, dict[int, Entry]] = {}
        for row in self.rows("ls-files", "-u", "-z"):
            about, _, path = row.partition("\t")
            mode, blob, stage = about.split(" ")
            found.setdefault(path, {})[int(stage)] = Entry(mode, blob)
        return found

    def resolve(self, path: str, data: bytes | None) -> None:
        """Mark an unmerged path as resolved with this content, or as deleted for None."""
        stages = self.unmerged()[path]
        known = next(stages[stage] for stage in (2, 3, 1) if stage in stages)
        deleted = Entry("0", "0" * len(known.blob))
        # `git add` would run the filters of the repository.
        mode, blob = deleted if data is None else (known.mode, self.store(data))
        row = f"{mode} {blob}\t".encode() + os.fsencode(path) + b"\0"
        self.run("update-index", "-z", "--index-info", data=row)
