"""Bring versions and trash back; forget traces."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.catalog.name_lookup import find_exact, resolve
from notekeep.errors import Ambiguous, NotFound, UsageError
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.notes.workspace import Workspace
from notekeep.storage.autosave import AutosaveFile
from notekeep.storage.content import Digest
from notekeep.storage.file_names import name_key
from notekeep.storage.open_folder import path_exists
from notekeep.storage.operation_log import Version, list_past_paths
from notekeep.storage.operations import TRASH
from notekeep.storage.trash import list_trash, original_path

if TYPE_CHECKING:
    from notekeep.storage.history import History
    from notekeep.vault import Vault

_NUMBERED = re.compile(r"(.+)@(\d+)", re.DOTALL)


class NoteVersions(NamedTuple):
    """A note and its versions."""

    path: str  # what it is called, or was called last
    now: bytes | None  # what it holds; None when it is gone
    versions: list[Version]  # what history still holds of it, newest first

    def version(self, number: int) -> Version:
        """One of the versions, counted from 1 as `history` lists them."""
        if not 1 <= number <= len(self.versions):
            known = f"1 to {len(self.versions)}" if self.versions else "none"
            raise NotFound(
                f"{self.path} has no version {number}; history has {known}",
                f"`notekeep history '{self.path}'` lists them",
            )
        return self.versions[number - 1]


def split_version(name: str) -> tuple[str, int | None]:
    """Split `NOTE@N` into the note's name and the number of the version, None without one."""
    match = _NUMBERED.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, None)


def find_versions(workspace: Workspace, history: History, name: str) -> NoteVersions:
    """Find a note by name, also one that is gone, with its versions."""
    row = find_exact(workspace.catalog, name, workspace.root)
    gone = [] if row else _find_gone(workspace, history, name)
    if len(gone) > 1:
        raise Ambiguous(f"{name!r} matches several deleted notes:", gone, "choose one")
    path = gone[0] if gone else (row or resolve(workspace.catalog, name, workspace.root)).path
    return NoteVersions(path, workspace.read_if_there(path), history.versions(path))


def plan_restore(workspace: Workspace, history: History, name: str) -> WritePlan:
    """Plan a note as one of its versions had it: `NOTE@N`, or the last of a note that is gone."""
    plain, number = split_version(name)
    past = find_versions(workspace, history, plain)
    if number is None:
        if past.now is not None:
            raise UsageError(
                f"which version of {past.path}?",
                f"`notekeep history '{past.path}'` lists them; `restore NOTE@2` restores one",
            )
        number = 1
    version = past.version(number)
    return plan_version(workspace, history, past.path, version.digest, f"{past.path}@{number}")


def plan_version(
    workspace: Workspace, history: History, path: str, digest: Digest, label: str = ""
) -> WritePlan:
    """Plan a note with a content that history holds; one that is gone is made again."""
    plan = WritePlan("restore", label or path, any_name=True)
    plan.edit(path, workspace.read_if_there(path), history.blobs.read(digest))
    return plan


def plan_untrash(workspace: Workspace, history: History, name: str, to: str = "") -> WritePlan:
    """Plan a file's way back from the trash, to where it was or to another vault path."""
    path = find_trashed(workspace, name)
    target = to or original_path(history, path)
    return WritePlan("restore", target, [NoteChange(path, b"", b"", target)], any_name=True)


def find_trashed(workspace: Workspace, name: str) -> str:
    """The one file in the trash that a name means: its path there, its old path, or its name."""
    listed = [one.path for one in list_trash(workspace.root)]
    found = _match_names(listed, name.removeprefix(f"{TRASH}/"), cut=len(TRASH) + 1)
    if not found:
        raise NotFound(f"no file in the trash is called {name!r}", "see `notekeep trash`")
    if len(found) > 1:
        raise Ambiguous(f"{name!r} matches several files in the trash:", found, "choose one")
    return found[0]


def _find_gone(workspace: Workspace, history: History, name: str) -> list[str]:
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
        for path in _match_names(reversed(paths), name)
        if not path.startswith(f"{TRASH}/") and not path_exists(workspace.root, path)
    ]


def _match_names(paths: Iterable[str], name: str, *, cut: int = 0) -> list[str]:
    wanted = {name_key(name), name_key(f"{name}.md")}
    listed = list(paths)
    exact = [path for path in listed if name_key(path[cut:]) in wanted]
    return exact or [path for path in listed if name_key(path.rpartition("/")[2]) in wanted]


# Forgetting a note: no trace of what it was, in history, in the index or in unsaved text. The note
# itself is left where it is; so are backups, and what git or a sync tool keep.


class Traces(NamedTuple):
    """What notekeep keeps of a note beside the note."""

    path: str
    names: list[str]  # every path it had
    versions: int  # how many versions of it history holds
    steps: int  # how many steps of the log it is in; they can no longer be undone
    there: bool  # whether the note is in the vault
    trashed: list[str]  # copies of it in the trash, which stay


def find_traces(workspace: Workspace, history: History, name: str) -> Traces:
    """Find what is kept of a note, also of one that is gone."""
    past = find_versions(workspace, history, name)
    records = history.records()
    names = list_past_paths(records, past.path)
    steps = sum(
        any(change.path in names or change.to in names for change in record.changes)
        for record in records
        if not (record.root or record.is_outside)
    )
    trashed = [
        one.path
        for one in list_trash(workspace.root)
        if one.path in names or original_path(history, one.path) in names
    ]
    known = sorted(name for name in names if not name.startswith(f"{TRASH}/"))
    return Traces(past.path, known, len(past.versions), steps, past.now is not None, trashed)


def forget_traces(vault: Vault, traces: Traces) -> int:
    """Remove every trace, and return how many versions of history that were.

    The index is thrown away and built anew: deleting rows would leave their text in free pages of
    it until something else is written there.
    """
    removed = vault.history.store.forget(traces.path)
    for name in {traces.path, *traces.names}:
        AutosaveFile(vault.places.state, name).forget()
    vault.open_counts.forget({traces.path, *traces.names})
    vault.catalog.close()
    vault.habits.close()
    with suppress(FileNotFoundError), os.scandir(vault.places.cache) as listing:
        for entry in list(listing):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
    return removed
