"""Sync a vault with other machines through the user's git repository.

A sync commits, fetches, merges in memory, fast-forwards and pushes. Commits are never rewritten,
and files never get conflict markers: each file of a merge is ours, theirs, or the result of
`note_merge`. If that fails, theirs becomes a conflict copy. The changes of a sync are a step that
`undo` reverts.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shlex
import shutil
import sys
import time
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from notekeep.background import ignore_event
from notekeep.cache_files import load_state
from notekeep.errors import Failure, NotekeepError, Refused
from notekeep.locks import hold_lock_file
from notekeep.markdown.note_merge import merge_versions
from notekeep.storage.content import OutsideVersion, digest_of
from notekeep.storage.durability import Flush, make_folder, write_file
from notekeep.storage.file_names import (
    TEMP_PREFIX,
    conflict_name,
    host,
    is_within,
    name_key,
    portability_problem,
)
from notekeep.storage.git import (
    DRIVER,
    LINK_MODE,
    NO_ENTRY,
    SUBMODULE_MODE,
    TRUST,
    Entry,
    Git,
    GitError,
    find_folder,
)
from notekeep.storage.history import ROUND_BYTES
from notekeep.storage.open_folder import content_at
from notekeep.storage.operation_log import ChangeRecord, StepRecord, make_step_id
from notekeep.storage.operations import MAX_STORED_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from notekeep.storage.history import History

TRIES = 5
"""The number of attempts if another machine pushes or a file is saved at the same time."""

OFFLINE: Final = "Committed here, not sent: the remote cannot be reached."
IGNORED: Final = (".trash/", f"{TEMP_PREFIX}*", ".obsidian/workspace*.json", ".obsidian/cache")
# For every file: git's own merge would write conflict markers into it.
ATTRIBUTES: Final = ("* -text merge=notekeep",)
_NO_FILES: Final = frozenset({LINK_MODE, SUBMODULE_MODE})
_ADDRESS: Final = re.compile(r"remote\.(.*)\.(?:push)?url")
_LOGIN: Final = re.compile(
    r"authentication failed|permission denied|could not read (username|password)|terminal prompts"
    r" disabled|host key verification|returned error: 40[13]|access denied|invalid credentials",
    re.IGNORECASE,
)
_WRITER: Final = re.compile(r"(?:notes from|merge on) ([\w-]{1,32})\Z")
_FULL_DISK: Final = re.compile(
    r"^(?!remote:).*no space left on device", re.IGNORECASE | re.MULTILINE
)
_INVALID_PATH: Final = re.compile(r"(?:invalid|ignoring) path '?([^'\n]+)", re.IGNORECASE)


class SyncResult(NamedTuple):
    """The result of a sync."""

    received: int = 0  # changed files from other machines
    sent: int = 0  # changed files of this machine
    conflicts: tuple[str, ...] = ()  # new conflict copies
    problem: str = ""  # the reason if nothing was sent; local changes are committed
    hint: str = ""

    def __str__(self) -> str:
        parts = [f"{self.received} in, {self.sent} out"]
        if self.conflicts:
            many = "" if len(self.conflicts) == 1 else "s"
            parts.append(f"{len(self.conflicts)} conflict{many}")
        return ", ".join(parts)

    @property
    def mark(self) -> str:
        """The status in the top line of the app."""
        if not self.problem:
            return ""
        return "offline" if self.problem == OFFLINE else "not sent"


class SyncStatus(NamedTuple):
    """The sync status as of the last fetch."""

    branch: str
    remote: str  # the address, or ""
    ahead: int  # commits to send
    behind: int  # commits to receive
    changed: int  # uncommitted files


class SyncService:
    """Syncs one vault; with `is_alone`, git gets no terminal."""

    def __init__(
        self,
        root: str,
        state: str,
        history: Callable[[], History],
        merge_copies: Callable[[], None] = lambda: None,
        *,
        is_alone: bool = False,
        on_event: Callable[..., object] = ignore_event,
    ) -> None:
        self.root = root
        self._on_event = on_event  # called with an event and its result
        self.git = Git(root, is_alone=is_alone)
        self._history = history
        self._merge_copies = merge_copies
        self._lock = os.path.join(state, "sync.lock")
        self._trust = os.path.join(state, TRUST)
        self._receiving = os.path.join(state, "sync-receiving")

    # Setup

    def init(self, url: str = "") -> list[str]:
        """Set up the vault's repository and its remote; return messages."""
        git, messages = self.git, []
        git.check_version()
        parent = git.line("rev-parse", "--show-toplevel")
        if parent and not git.exists:
            raise Refused(
                f"The vault is in the git repository {parent}.",
                "Sync works for a vault that is a repository of its own.",
            )
        is_known = not git.exists or not self.untrusted()
        words = "ls-remote", "--symref", "--", url, "HEAD", "refs/heads/*"
        code, answer, _ = git.ask(*words) if url else (0, b"", "")
        if not git.exists:
            git.run("init", "-q", "-b", _default_branch(os.fsdecode(answer)) or "main")
            messages.append("Created a git repository.")
        if url:
            self._set_remote(url, messages)
        self._add_lines(".gitignore", IGNORED, messages)
        self._add_lines(".gitattributes", ATTRIBUTES, messages)
        git.run("config", "merge.notekeep.name", "merge notes by field, task and paragraph")
        git.run("config", DRIVER, _driver())
        if sys.platform == "darwin":
            git.run("config", "core.precomposeunicode", "true")
        messages.append("Set up the merge driver.")
        if is_known:
            self.trust(self.untrusted())
        if code:
            messages.append("The remote cannot be reached yet. `git ls-remote` shows why.")
        return messages

    def _add_lines(self, path: str, lines: Iterable[str], messages: list[str]) -> None:
        """Add lines to one of git's files as a history step."""
        before = content_at(self.root, path)
        known = (before or b"").decode("utf-8", "replace").splitlines()
        new = "".join(f"{line}\n" for line in lines if line not in known).encode()
        if not new:
            return
        gap = b"\n" if before and not before.endswith(b"\n") else b""
        with self._history().step("sync", f"set up {path}", root=self.root) as step:
            if before is None:
                step.create(path, new, any_name=True)
            else:
                step.edit(path, before + gap + new, None)
        messages.append(f"Wrote {path}.")

    def _set_remote(self, url: str, messages: list[str]) -> None:
        branch = self.git.branch()
        known = self.git.line("remote", "get-url", "origin")
        if known and known != url:
            raise Refused(
                f"The remote is {known}.", f"To change it: `git remote set-url origin {url}`."
            )
        if not known:
            self.git.run("remote", "add", "--", "origin", url)
            messages.append(f"Added the remote {url}.")
        self.git.run("config", f"branch.{branch}.remote", "origin")
        self.git.run("config", f"branch.{branch}.merge", f"refs/heads/{branch}")

    # Trust: a copied repository may run programs, or send notes to strangers.

    def untrusted(self) -> list[str]:
        """List settings, hooks and remotes that the user has not yet agreed to.

        Raises Refused if the repository has its work tree elsewhere, or a remote inside the vault.
        """
        known = self._read_agreed()
        return [line for line in self._settings() if line not in known]

    def trust(self, shown: Iterable[str]) -> None:
        """Record that the user agreed to these lines."""
        make_folder(os.path.dirname(self._trust))
        lines = sorted({*self._read_agreed(), *shown})
        write_file(self._trust, json.dumps({"agreed": lines}).encode())

    def _read_agreed(self) -> set[str]:
        agreed = load_state(os.path.dirname(self._trust), TRUST).get("agreed", ())
        return {*map(str, agreed), f"has the setting {DRIVER} = {_driver()}"}

    def _settings(self) -> list[str]:
        settings, root = self.git.settings(), os.path.realpath(self.root)
        urls = [value for key, value in settings if _ADDRESS.fullmatch(key)]
        names = [name for url in urls for name in (url, unquote(url.removeprefix("file://")))]
        # An address with a colon in its first part is not a path for git.
        paths = [os.path.join(root, one) for one in names if ":" not in one.partition("/")[0]]
        trees = [value for key, value in settings if key == "core.worktree"]
        places = [os.path.realpath(os.path.join(find_folder(root), tree)) for tree in trees]
        if any(is_within(os.path.realpath(path), root) for path in paths) or {*places} - {root}:
            raise Refused(
                "The git repository of this vault has its files elsewhere, or its remote in the"
                " vault. Nothing was run.",
                f"Change core.worktree or the remote's url in {find_folder(root)}/config.",
            )
        dangers = self.git.list_dangers(settings)
        found = [*(f"sends notes to {url}" for url in urls), *dangers]
        return found or ["sends notes nowhere and runs no programs"]

    # Names that are not portable

    def find_bad_names(self) -> list[str]:
        """Before the first sync, list the names that are not portable, with the reasons."""
        if self.git.line("for-each-ref", "--count=1", "refs/remotes"):
            return []
        found: dict[str, str] = {}
        spelt: dict[str, str] = {}
        for file in self.git.rows("ls-files", "-z", "-co", "--exclude-standard"):
            for path in accumulate(file.split("/"), "{}/{}".format):
                if problem := portability_problem(posixpath.basename(path)):
                    found[path] = f"the name {problem}"
                elif (other := spelt.setdefault(name_key(path), path)) != path:
                    found[path] = f"the name differs from {other} only in case"
            place = os.path.join(self.root, file)
            if os.path.islink(place) and _points_outside(file, os.readlink(place)):
                found[file] = "a link out of the vault, which other machines refuse"
        return [f"{path}: {why}" for path, why in found.items()]

    # Sync

    def status(self) -> SyncStatus:
        """Return the sync status as of the last fetch."""
        self._check()
        branch = self.git.branch()
        remote, name = self._upstream(branch)
        ahead = behind = 0
        if theirs := self.git.commit_at(f"refs/remotes/{remote}/{name}"):
            counts = self.git.line("rev-list", "--left-right", "--count", f"HEAD...{theirs}")
            ahead, behind = map(int, counts.split()) if counts else (0, 0)
        words = "status", "--porcelain", "-z", "--no-renames", "--ignore-submodules=all"
        url = self.git.line("remote", "get-url", remote) if remote else ""
        return SyncStatus(branch, url, ahead, behind, len(self.git.rows(*words)))

    def sync(self) -> SyncResult:
        """Commit local changes, merge remote changes, and push.

        Raises Refused if the state of the repository does not allow a sync, and Failure if a git
        command failed. Nothing is lost.
        """
        with hold_lock_file(self._lock):
            result = self._sync()
        self._on_event("sync", **result._asdict())
        return result

    def _check(self) -> None:
        if not self.git.exists:
            raise Refused(
                "This vault has no git repository of its own.",
                "`notekeep sync init URL` sets it up.",
            )
        self.git.check_version()
        if self.untrusted():
            raise Refused(
                "This vault's git repository is not trusted yet. Nothing was run.",
                "Run `notekeep sync` in a terminal to check and trust it.",
            )

    def _sync(self) -> SyncResult:
        git, result = self.git, SyncResult()
        self._check()
        git.check_idle()
        remote, name = self._upstream(git.branch())
        self._repair()
        with suppress(NotekeepError):  # they stay conflicts
            self._merge_copies()
        for _ in range(TRIES):
            self._commit()
            if not remote:
                hint = "`notekeep sync init URL` adds a remote."
                return SyncResult(problem="Committed. There is no remote yet.", hint=hint)
            code, _, text = git.ask("fetch", "-q", remote)
            if code:
                return self._explain_failure(text, "fetch", result)
            head, theirs = git.commit_at("HEAD"), git.commit_at(f"refs/remotes/{remote}/{name}")
            if theirs not in ("", head) and git.ask("merge-base", "--is-ancestor", theirs, head)[0]:
                found = self._receive(head, theirs, result)
                if found is None:
                    continue  # a file was saved in between
                result, head = found, git.commit_at("HEAD")
            if not theirs and (others := self._branches(remote)):
                what = "Committed here, not sent" if head else "Nothing was received"
                way = f"git branch -u {remote}/{others[0]}" if head else f"git switch {others[0]}"
                return result._replace(
                    problem=f"{what}: the remote has no branch {name}.",
                    hint=f"To sync with its branch {others[0]}, run `{way}` once."
                    + f" To add a branch, run `git push -u {remote} {name}`." * bool(head),
                )
            if result.problem or head in (theirs, ""):
                return result
            code, answer, text = git.ask("push", "--porcelain", remote, f"HEAD:refs/heads/{name}")
            if code == 0:
                return result._replace(sent=len(git.changed(theirs, head)))
            if b"[rejected]" not in answer:  # a rejection means that another machine has pushed
                return self._explain_failure(f"{text}\n{answer.decode()}", "push", result)
        return result._replace(
            problem="Committed here, not sent: others kept sending.",
            hint="Run `notekeep sync` again.",
        )

    def _upstream(self, branch: str) -> tuple[str, str]:
        """Return the remote ("" for none) and the remote branch of a branch."""
        settings = dict(self.git.settings())
        remotes = [found[1] for found in map(_ADDRESS.fullmatch, settings) if found]
        remote = settings.get(f"branch.{branch}.remote", "")
        if remote not in remotes:
            remote = "origin" if "origin" in remotes else (remotes or [""])[0]
        merged = settings.get(f"branch.{branch}.merge", branch)
        return remote, merged.removeprefix("refs/heads/")

    def _branches(self, remote: str) -> list[str]:
        start = f"refs/remotes/{remote}/"
        names = self.git.line("for-each-ref", "--format=%(refname)", start).splitlines()
        return [name.removeprefix(start) for name in names if name != f"{start}HEAD"]

    def _explain_failure(self, text: str, command: str, result: SyncResult) -> SyncResult:
        if _FULL_DISK.search(text):
            raise Failure(
                f"`git {command}` failed: the disk is full.", "Free some space, then sync."
            )
        if _LOGIN.search(text):
            problem = "Committed here, not sent: git could not log in."
        elif "[remote rejected]" in text:
            problem = "Committed here, not sent: the remote refused it."
        elif command == "push":  # the preceding fetch was successful
            problem = "Committed here, not sent: `git push` failed."
        else:
            problem = OFFLINE
        return result._replace(problem=problem, hint=f"Run `git {command}` once to see why.")

    def _commit(self) -> None:
        git = self.git
        # For submodules, git would check their status, which can run a program.
        inner = (f":(exclude,literal){path}" for path in git.modules())
        git.run("add", "-A", "--", ".", f":(exclude,glob)**/{TEMP_PREFIX}*", *inner)
        has_changes = False
        for path, (old, new) in git.staged().items():
            if old.mode == SUBMODULE_MODE:
                entry = f"{SUBMODULE_MODE},{old.blob},{path}"
                git.run("update-index", "--add", "--cacheinfo", entry)
            elif new.mode == SUBMODULE_MODE:
                git.run("update-index", "--force-remove", "--", path)
            else:
                has_changes = True
        if not has_changes:
            return
        if not git.line("config", "user.email") and "GIT_COMMITTER_EMAIL" not in os.environ:
            raise Refused(
                "Git does not know who you are. Nothing was committed.",
                "Run `git config --global user.name NAME`, and the same for user.email.",
            )
        try:
            git.run("commit", "-q", "-m", f"notes from {host()}")
        except GitError as error:
            error.hint = "Run `git commit` once to see why."
            raise

    # Receiving

    def _receive(self, ours: str, theirs: str, result: SyncResult) -> SyncResult | None:
        """Merge and update the vault; return None to try again."""
        try:
            found = self._merge(ours, theirs, result)
        except GitError as error:
            if not (path := _INVALID_PATH.search(error.text)):
                raise
            with suppress(FileNotFoundError):  # git checks before it writes
                os.unlink(self._receiving)
            raise _refuse_path(path[1]) from error
        if found is None:
            return None
        if self.untrusted():
            return found._replace(
                problem="Received, but not sent: a hook of this vault has changed.",
                hint="Run `notekeep sync` in a terminal to check and trust it.",
            )
        self.git.ask("hook", "run", "--ignore-missing", "post-merge", "--", "0")
        return found

    def _merge(self, ours: str, theirs: str, result: SyncResult) -> SyncResult | None:
        git = self.git
        self._check_incoming(ours, theirs)
        bases = git.line("merge-base", "--all", ours, theirs).split() if ours else [""]
        target, copies = theirs, list[str]()
        if ours and ours not in bases:
            merge = TreeMerge(git, (bases or [""])[0], ours, theirs)
            words = ["commit-tree", "-p", ours, "-p", theirs, "-m", f"merge on {host()}"]
            if git.line("config", "--type=bool", "commit.gpgsign") == "true":
                words.append("-S")
            target, copies = git.run(*words, merge.write()).decode().strip(), merge.conflicts
        changed = self._fast_forward(ours, target)
        if changed is None:
            return None
        received, conflicts = result.received + changed, (*result.conflicts, *copies)
        return SyncResult(received, conflicts=conflicts)

    def _check_incoming(self, ours: str, theirs: str) -> None:
        """Raise Refused for paths and links that could lead out of the vault."""
        for path, (_, entry) in self.git.changed(ours, theirs).items():
            parts = [part.casefold() for part in path.split("/")]
            if {"", ".", "..", ".git"} & set(parts) or any(p.startswith("git~") for p in parts):
                raise _refuse_path(path)
            if entry.mode != LINK_MODE:
                continue
            target = os.fsdecode(self.git.read(entry.blob))
            if _points_outside(path, target):
                raise Refused(
                    f"The remote has a link that leads out of the vault: {path} -> {target}."
                    " Nothing was changed.",
                    "Delete the link there, and run `notekeep sync` again.",
                )

    def _fast_forward(self, ours: str, target: str) -> int | None:
        """Store the old files in history, and let git write the files of a commit."""
        git, history = self.git, self._history()
        changes = git.changed(ours, target)
        files = [p for p, (old, new) in changes.items() if not {old.mode, new.mode} & _NO_FILES]
        # The first sync into an empty vault does not replace files.
        before = self._read(files) if ours else {}
        history.record_outside_versions(
            [
                OutsideVersion(path, data, digest_of(data), None)
                for path, data in before.items()
                if data is not None
            ]
        )
        write_file(self._receiving, f"{ours} {target}".encode())
        code, _, text = git.ask("merge", "-q", "--ff-only", "--no-overwrite-ignore", target)
        if code:
            error = GitError("merge", text)
            if "would be overwritten" not in text:
                raise error
            os.unlink(self._receiving)  # git checks before it writes
            if "untracked" in text:  # an ignored file, which a sync never commits
                error.hint = (
                    "The remote has a file that is ignored here. Rename yours and sync again."
                )
                raise error
            return None
        # Its flush also covers the files that git wrote.
        self._log(history, files if ours else (), before, self._read(before))
        os.unlink(self._receiving)
        return len(changes)

    def _repair(self) -> None:
        """Finish an interrupted fast-forward, so that its missing files do not count as changes."""
        if not os.path.exists(self._receiving):
            return
        with open(self._receiving, encoding="ascii") as file:
            ours, target = file.read().split(" ")
        for path, (_, new) in self.git.changed(ours, target).items():
            if new == NO_ENTRY or new.mode in _NO_FILES:
                continue
            # Git deletes a file before it writes the new one, and may write only part of it.
            data = content_at(self.root, path) or b""
            whole = self.git.run("cat-file", "--filters", f"{target}:{path}")
            if data != whole and whole.startswith(data):
                words = "restore", f"--source={target}", "--", f":(literal){path}"
                code, _, text = self.git.ask(*words)
                if code and "did not match" not in text:  # a path that git refused
                    raise GitError("restore", text)
        os.unlink(self._receiving)

    def _read(self, paths: Iterable[str]) -> dict[str, bytes | None]:
        """Read files, except those that are too large for history."""
        found: dict[str, bytes | None] = {}
        room = ROUND_BYTES
        for path in paths:
            with suppress(OSError, NotekeepError):
                data = content_at(self.root, path)
                room -= len(data or b"")
                if room >= 0 and len(data or b"") <= MAX_STORED_BYTES:
                    found[path] = data
        return found

    def _log(
        self,
        history: History,
        files: Iterable[str],
        before: dict[str, bytes | None],
        after: dict[str, bytes | None],
    ) -> None:
        step = make_step_id()
        # For a file without versions in history, `undo` raises an error with its name.
        changes = [ChangeRecord("edit", path) for path in files if path not in after]
        with Flush(at_once=False) as flush:
            for path, data in after.items():
                old = before[path]
                if data is None and old is not None:
                    # The file is not in the trash, so undo restores it from history.
                    trashed = f".trash/{step}/{path}"
                    changes.append(ChangeRecord("trash", path, digest_of(old), None, trashed))
                elif data is not None and data != old:
                    new = history.blobs.store(data, flush=flush)
                    known = None if old is None else digest_of(old)
                    changes.append(ChangeRecord("edit" if known else "new", path, known, new))
            flush.wait()
        if changes:
            label = f"{len(changes)} file{'' if len(changes) == 1 else 's'}"
            history.log.append(StepRecord(step, time.time(), "sync", label, tuple(changes)))
            # The app shows this step before it undoes it, like the steps of other processes.
            history.log.own.discard(step)


class TreeMerge:
    """A merge of two commits without the work tree."""

    def __init__(self, git: Git, base: str, ours: str, theirs: str) -> None:
        self._git = git
        self._ours, self._theirs = ours, theirs
        self._old, self._mine, self._other = map(git.tree, (base, ours, theirs))
        self._to_mine = git.renames(base, ours) if base else {}
        self._to_other = git.renames(base, theirs) if base else {}
        self._merged: set[str] = set()
        self._folders: set[str] = set()
        self._copies: list[tuple[str, Entry]] = []  # added after all other files
        self.files: dict[str, Entry] = {}
        self.conflicts: list[str] = []
        self._merge()

    def write(self) -> str:
        """Store the tree and return its name.

        Raises Failure if a file is not ours, theirs or a merge.
        """
        tree = self._git.write_tree(self.files)
        written = self._git.tree(tree)
        both = (*self._mine.values(), *self._other.values())
        allowed = {entry.blob for entry in both} | self._merged
        if written != self.files or any(one.blob not in allowed for one in written.values()):
            raise Failure(
                "The merge failed its check. Nothing was changed.",
                "Please report this: it is a bug in notekeep.",
            )
        return tree

    def _merge(self) -> None:
        """Merge each file of the base at its current paths, then add the new files."""
        mine, other = dict(self._mine), dict(self._other)
        for path, old in self._old.items():
            at, at_other = self._to_mine.get(path, path), self._to_other.get(path, path)
            is_moved_there = at == path and at_other != path
            target = at_other if is_moved_there else at
            self._place(target, old, mine.pop(at, None), other.pop(at_other, None))
        for path in [*mine, *(path for path in other if path not in mine)]:
            self._place(path, None, mine.get(path), other.get(path))
        for path, entry in self._copies:
            self._put(path, entry, is_copy=True)

    def _place(self, path: str, old: Entry | None, mine: Entry | None, other: Entry | None) -> None:
        if other in (mine, old):
            result = mine
        elif mine == old or mine is None:  # an edit wins over a deletion
            result = other
        else:
            result = mine if other is None else self._merge_files(path, old, mine, other)
            if result is None and other is not None:
                result = mine
                if other.mode != SUBMODULE_MODE:
                    self._copies.append((path, other))
        if result is not None:
            self._put(path, result)

    def _merge_files(self, path: str, old: Entry | None, mine: Entry, other: Entry) -> Entry | None:
        """Merge a file that both sides changed; return None for a conflict."""
        known = old or mine
        mode = other.mode if mine.mode == known.mode else mine.mode
        if {mine.mode, other.mode} & _NO_FILES:
            return None
        read = self._git.read
        base = read(old.blob) if old is not None and old.mode not in _NO_FILES else None
        merged = merge_versions(path, base, read(mine.blob), read(other.blob))
        if merged is None:
            # Users would not notice a conflict copy of a settings file of Obsidian.
            is_setting = path.startswith(".obsidian/") and path.endswith(".json")
            return self._choose_newer(path, mine, other) if is_setting else None
        blob = self._git.store(merged)
        self._merged.add(blob)
        return Entry(mode, blob)

    def _find_writer(self, path: str) -> str:
        """Return the machine that wrote theirs, from its commit message."""
        words = "--format=%s", "--no-commit-header", self._theirs, "--", f":(literal){path}"
        found = _WRITER.match(self._git.line("rev-list", "-1", *words))
        return found[1] if found else "remote"

    def _choose_newer(self, path: str, mine: Entry, other: Entry) -> Entry:
        words = "-1", "--timestamp", "--", f":(literal){path}"
        times = [self._git.line("rev-list", side, *words) for side in (self._ours, self._theirs)]
        return other if times[1] > times[0] else mine

    def _put(self, path: str, entry: Entry, *, is_copy: bool = False) -> None:
        """Add a file, or a conflict copy if its path is used."""
        folder, _, name = path.rpartition("/")
        place, number = path, 0
        while is_copy or not self._is_free(place):
            if self.files.get(place) == entry:
                return
            number += 1
            copy = conflict_name(name, self._theirs[:7], number, self._find_writer(path))
            place, is_copy = f"{folder}/{copy}".lstrip("/"), False
        if number:
            self.conflicts.append(place)
        self.files[place] = entry
        while place := place.rpartition("/")[0]:
            self._folders.add(place)

    def _is_free(self, path: str) -> bool:
        parents = path.split("/")[:-1]
        is_below_file = any("/".join(parents[: n + 1]) in self.files for n in range(len(parents)))
        return path not in self.files and path not in self._folders and not is_below_file


def _default_branch(refs: str) -> str:
    """Return the default branch or the only branch of a remote, or ""."""
    if found := re.match(r"ref: refs/heads/(\S+)\s", refs):
        return found[1]
    branches = re.findall(r"\srefs/heads/(\S+)$", refs, re.MULTILINE)
    return branches[0] if len(branches) == 1 else ""


def _refuse_path(path: str) -> Refused:
    return Refused(
        f"The remote has a file that git must not write: {path}. Nothing was changed.",
        "Delete or rename it there, and run `notekeep sync` again.",
    )


def _points_outside(path: str, target: str) -> bool:
    """Whether a link at a path points out of the vault, or into git's folder."""
    leads = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return leads.startswith(("/", "..")) or leads.partition("/")[0].casefold() == ".git"


def _driver() -> str:
    """Return the command of the merge driver, which works in any folder."""
    found = shutil.which("notekeep")
    program = shlex.quote(found) if found else f"{shlex.quote(sys.executable)} -m notekeep"
    return f"{program} merge-file %O %A %B %P"
