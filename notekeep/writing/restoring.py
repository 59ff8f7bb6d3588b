"""Bringing back: an earlier version of a note, a note that is gone, a file from the trash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Ambiguous, NotFound, UsageError
from notekeep.files.look import content_at
from notekeep.files.paths import name_key
from notekeep.files.trash import TRASH, list_trash, was
from notekeep.writing.plan import FileChange, WritePlan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.files.content import Digest
    from notekeep.files.history import History
    from notekeep.files.versions import Version
    from notekeep.writing.plans import Plans

_NUMBERED = re.compile(r"(.+)@(\d+)", re.DOTALL)


class Past(NamedTuple):
    """A note and its versions.

    Attributes:
        path: What it is called, or was called last.
        now: What it holds; None when it is gone.
        versions: What history still holds of it, newest first.
    """

    path: str
    now: bytes | None
    versions: list[Version]

    def version(self, number: int) -> Version:
        """One of the versions, counted from 1 as `history` lists them.

        Raises:
            NotFound: There is no such version.
        """
        if not 1 <= number <= len(self.versions):
            known = f"1 to {len(self.versions)}" if self.versions else "none"
            raise NotFound(
                f"{self.path} has no version {number}: history holds {known}",
                f"`notekeep history '{self.path}'` lists them",
            )
        return self.versions[number - 1]


def numbered(name: str) -> tuple[str, int | None]:
    """Split `NOTE@N` into the note's name and the number of the version, None without one."""
    match = _NUMBERED.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, None)


def past_of(plans: Plans, history: History, name: str) -> Past:
    """Find a note by name, also one that is gone, with its versions.

    Raises:
        NotFound: Neither the vault nor history knows the name.
        Ambiguous: Several notes have it, or had it.
    """
    from notekeep.index.names import exact, resolve

    row = exact(plans.catalog, name, str(plans.root))
    gone = [] if row else _gone(plans, history, name)
    if len(gone) > 1:
        raise Ambiguous(f"{name!r} could be several notes that are gone:", gone, "say which")
    path = gone[0] if gone else (row or resolve(plans.catalog, name, str(plans.root))).path
    now = content_at(plans.root, path)
    return Past(path, now[0] if now else None, history.versions(path))


def plan_restore(plans: Plans, history: History, name: str) -> WritePlan:
    """Plan a note as one of its versions had it: `NOTE@N`.

    Without a number, a note that is gone comes back as it was last.

    Raises:
        NotFound: There is no such note or version.
        UsageError: The note is there, and no version is named.
    """
    plain, number = numbered(name)
    past = past_of(plans, history, plain)
    if number is None:
        if past.now is not None:
            raise UsageError(
                f"which version of {past.path}?",
                f"`notekeep history '{past.path}'` lists them; `restore NOTE@2` brings one back",
            )
        number = 1
    version = past.version(number)
    return plan_version(plans, history, past.path, version.digest, f"{past.path}@{number}")


def plan_version(
    plans: Plans, history: History, path: str, digest: Digest, label: str = ""
) -> WritePlan:
    """Plan a note with a content that history holds; one that is gone is made again.

    Args:
        plans: The vault.
        history: Where the content is.
        path: The note.
        digest: The content.
        label: What the step is called; by default the note's path.

    Raises:
        NotFound: History does not hold it any more.
    """
    data = history.blob(digest)
    now = content_at(plans.root, path)
    before = now[0] if now else None
    plan = WritePlan("restore", label or path)
    if data != before:
        plan.changes.append(FileChange(path, before, data))
    return plan


def plan_untrash(plans: Plans, history: History, name: str, to: str = "") -> WritePlan:
    """Plan a file's way back from the trash.

    Args:
        plans: The vault.
        history: Where the file's old path is looked up.
        name: The file: its path in the trash, its old path, or its name.
        to: Where it goes, as a vault path; empty is where it was.

    Raises:
        NotFound: Nothing in the trash has that name.
        Ambiguous: Several files have it.
    """
    path = find_trashed(plans, name)
    target = to or was(history, path)
    data = plans.read(path)
    return WritePlan("restore", target, [FileChange(path, data, data, target)])


def find_trashed(plans: Plans, name: str) -> str:
    """The one file in the trash that a name means: its path there, its old path, or its name.

    Raises:
        NotFound: Nothing in the trash has that name.
        Ambiguous: Several files have it.
    """
    listed = [one.path for one in list_trash(plans.root)]
    found = _named(listed, name.removeprefix(f"{TRASH}/"), cut=len(TRASH) + 1)
    if not found:
        raise NotFound(f"nothing in the trash is called {name!r}", "`notekeep trash` lists it")
    if len(found) > 1:
        raise Ambiguous(f"{name!r} could be several files in the trash:", found, "say which")
    return found[0]


def _gone(plans: Plans, history: History, name: str) -> list[str]:
    """The notes of history with a name that are not in the vault, the last seen first."""
    paths: dict[str, None] = {}
    for record in history.records():
        if record.root:
            continue
        for change in record.changes:
            paths.pop(change.path, None)
            is_deleted = change.kind == "trash" or change.to.startswith(f"{TRASH}/")
            paths[change.path if is_deleted else change.to or change.path] = None
    return [
        path
        for path in _named(reversed(paths), name)
        if not path.startswith(f"{TRASH}/") and content_at(plans.root, path) is None
    ]


def _named(paths: Iterable[str], name: str, *, cut: int = 0) -> list[str]:
    """The paths that a name means exactly, else those whose file it names."""
    wanted = {name_key(name), name_key(f"{name}.md")}
    listed = list(paths)
    exact = [path for path in listed if name_key(path[cut:]) in wanted]
    return exact or [path for path in listed if name_key(path.rpartition("/")[2]) in wanted]
