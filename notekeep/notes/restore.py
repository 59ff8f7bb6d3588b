"""Restore versions, restore files from the trash, and delete the stored data about a note."""

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

    path: str  # the last path, if the note was deleted
    now: bytes | None  # the current content; None if it was deleted
    versions: list[Version]  # in history, newest first

    def version(self, number: int) -> Version:
        """Return a version by its number in `history`, from 1."""
        if not 1 <= number <= len(self.versions):
            known = f"versions 1 to {len(self.versions)}" if self.versions else "none"
            raise NotFound(
                f"{self.path} has no version {number}. History has {known}.",
                f"`notekeep history '{self.path}'` lists them.",
            )
        return self.versions[number - 1]


def split_version(name: str) -> tuple[str, int | None]:
    """Split `NOTE@N` into name and version number, which is None without `@N`."""
    match = _NUMBERED.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, None)


def find_versions(workspace: Workspace, history: History, name: str) -> NoteVersions:
    """Find a note, even a deleted one, by name, and return it with its versions."""
    row = find_exact(workspace.catalog, name, workspace.root)
    deleted = [] if row else _find_deleted(workspace, history, name)
    if len(deleted) > 1:
        raise Ambiguous(f"{name!r} matches several deleted notes:", deleted, "Choose one.")
    path = deleted[0] if deleted else (row or resolve(workspace.catalog, name, workspace.root)).path
    return NoteVersions(path, workspace.read_if_exists(path), history.versions(path))


def plan_restore(workspace: Workspace, history: History, name: str) -> WritePlan:
    """Plan to restore a version (`NOTE@N`), or the last version of a deleted note."""
    plain, number = split_version(name)
    past = find_versions(workspace, history, plain)
    if number is None:
        if past.now is not None:
            raise UsageError(
                f"Which version of {past.path}?",
                f"`notekeep history '{past.path}'` lists them. `restore NOTE@2` restores one.",
            )
        number = 1
    version = past.version(number)
    return plan_version(workspace, history, past.path, version.digest, f"{past.path}@{number}")


def plan_version(
    workspace: Workspace, history: History, path: str, digest: Digest, label: str = ""
) -> WritePlan:
    """Plan to restore a version from history; a deleted note is created again."""
    plan = WritePlan("restore", label or path, any_name=True)
    plan.edit(path, workspace.read_if_exists(path), history.blobs.read(digest))
    return plan


def plan_untrash(workspace: Workspace, history: History, name: str, to: str = "") -> WritePlan:
    """Plan to restore a file from the trash to its old path or another vault path."""
    path = find_trashed(workspace, name)
    target = to or original_path(history, path)
    return WritePlan("restore", target, [NoteChange(path, b"", b"", target)], any_name=True)


def find_trashed(workspace: Workspace, name: str) -> str:
    """Find a file in the trash by its path in the trash, its old path, or its name."""
    listed = [one.path for one in list_trash(workspace.root)]
    found = _match_names(listed, name.removeprefix(f"{TRASH}/"), cut=len(TRASH) + 1)
    if not found:
        raise NotFound(f"No file in the trash matches {name!r}.", "See `notekeep trash`.")
    if len(found) > 1:
        raise Ambiguous(f"{name!r} matches several files in the trash:", found, "Choose one.")
    return found[0]


def _find_deleted(workspace: Workspace, history: History, name: str) -> list[str]:
    """Return the deleted notes with a name, most recently changed first."""
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
    keys = {name_key(name), name_key(f"{name}.md")}
    listed = list(paths)
    exact = [path for path in listed if name_key(path[cut:]) in keys]
    return exact or [path for path in listed if name_key(path.rpartition("/")[2]) in keys]


# `forget` deletes a note's data from history, index and unsaved texts. The note itself stays, and
# so do copies in backups, git or a sync program.


class Traces(NamedTuple):
    """The stored data about a note, apart from the note itself."""

    path: str
    names: list[str]  # all current and past paths
    versions: int  # the number of versions in history
    steps: int  # the number of its steps, which can no longer be undone
    exists: bool  # whether the note exists
    trashed: list[str]  # its files in the trash, which are not deleted


def find_traces(workspace: Workspace, history: History, name: str) -> Traces:
    """Find the stored data about a note, even a deleted one."""
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
    """Delete the stored data; return the number of deleted versions.

    The whole index is deleted, because deleted rows would leave their text in its free pages.
    """
    removed = vault.history.store.forget(traces.path)
    for name in {traces.path, *traces.names}:
        AutosaveFile(vault.places.state, name).forget()
    vault.open_counts.forget({traces.path, *traces.names})
    vault.proposals.forget({traces.path, *traces.names})
    vault.catalog.close()
    vault.habits.close()
    with suppress(FileNotFoundError), os.scandir(vault.places.cache) as listing:
        for entry in list(listing):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
    return removed
