"""Checks that the app reports every change of a vault.

A change belongs to a step of history or to a check-in. The app shows a toast for each step, except
for text that the user typed and tasks that the user ticked, and a check-in on its day.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.markdown.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from notekeep.storage.operation_log import StepRecord
    from notekeep.vault import Vault

WAY_BACK: Final = re.compile(
    r" · (u undo|ctrl\+r redo|ctrl\+z removes the link|ctrl\+z undo)$|^Created .*\.md$"
    r"| now starts on .*\.$"
)
"""The end of a toast about a step of history: mostly the key that undoes it.

A new note is announced in the editor and a new start of a habit with a check-in, both without one.
"""
OF_CHECK_IN: Final = re.compile(r"(Undid|Redid): (check-in|habit) |Checked in: ")
MET: Final = "at the same moment"
"""What an error says of a step that was done, and met another one."""
SHOWN: Final = frozenset({"tick", "edit"})
"""Verbs without a toast of their own: the mark changes, or the user typed the text."""
OF_SHOWN: Final = ("Ticked ", "Merged with ")
"""Toasts that some steps of these verbs have nevertheless."""
LOGS: Final = "habits/log/"
SETTINGS: Final = ".notekeep/config.toml"
IDENTITY: Final = re.compile(rb'id = "[^"\n]*"[^\n]*\n')
"""The vault's id, which the first export writes into the settings beside its step."""


class Messages(NamedTuple):
    """What was said to the person since the last look.

    Attributes:
        toasts: Every toast.
        check_ins: How often something was said of a habit.
        is_over: Whether the program was left, so that nobody was told of what it still did.
    """

    toasts: Sequence[str]
    check_ins: int
    is_over: bool = False


def contents(root: Path) -> dict[str, bytes]:
    """Return what every file of a vault holds, its trash and the vault's id apart."""
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".trash" not in path.parts
    }
    if SETTINGS in files:
        files[SETTINGS] = IDENTITY.sub(b"", files[SETTINGS], count=1)
    return files


class ChangeChecker:
    """Compares, at each look, what changed with what was done and what was told.

    Attributes:
        forgotten: Files of which history was told to forget what they were.
    """

    def __init__(self, vault: Vault, root: Path) -> None:
        self._vault = vault
        self._root = root
        self._files = contents(root)
        self._steps = {record.id: record for record in vault.history.store.records()}
        self.forgotten: set[str] = set()

    def look(self, heard: Messages) -> list[str]:
        """Look again, and return in a sentence each what has no explanation.

        The next look begins where the last one that found nothing wrong ended.
        """
        files, before = contents(self._root), self._files
        records = self._vault.history.store.records()
        fresh = [one for one in records if one.id not in self._steps and not one.is_outside]
        known = {record.id: record for record in records}
        for gone in self._steps.keys() - known.keys():
            self.forgotten |= _files_of([self._steps[gone]])
        changed = {
            path for path in before.keys() | files.keys() if before.get(path) != files.get(path)
        }
        unknown = changed - _files_of(fresh)
        # What two wrote at once stays in a copy, and where that is was said.
        copies = {
            path
            for path in unknown - before.keys()
            if any(clean(path) in toast for toast in heard.toasts)
        }
        # What was forgotten since the last look has no step any more.
        forgotten = {
            path
            for path in unknown
            if any(one.startswith("Forgot ") and one.endswith(clean(path)) for one in heard.toasts)
        }
        self.forgotten |= forgotten
        wrong = [
            f"{path} changed by no step"
            for path in sorted(unknown - copies - forgotten)
            if not path.startswith(LOGS)
        ]
        wrong += _logs(unknown, before, files, heard)
        if not any(toast.startswith("Forgot ") for toast in heard.toasts):
            wrong += _untold(fresh, heard)
        if not wrong:
            self._files, self._steps = files, known
        return wrong


def _files_of(records: Sequence[StepRecord]) -> set[str]:
    changes = [change for record in records for change in record.changes if not record.root]
    return {path for change in changes for path in (change.path, change.to) if path}


def _logs(
    paths: Collection[str], before: dict[str, bytes], after: dict[str, bytes], heard: Messages
) -> list[str]:
    """A check-in adds lines to a log and takes none away, and somebody made it."""
    logs = [path for path in sorted(paths) if path.startswith(LOGS)]
    wrong = [
        f"{path} lost lines that were in it"
        for path in logs
        if not after.get(path, b"").startswith(before.get(path, b""))
    ]
    told = any(OF_CHECK_IN.match(toast) or "Undid: " in toast for toast in heard.toasts)
    if logs and not (heard.check_ins or told or heard.is_over):
        wrong.append(f"{logs} changed, and nobody checked in")
    return wrong


def _untold(steps: Sequence[StepRecord], heard: Messages) -> list[str]:
    """Every step was told of once, and nothing else was."""
    told = [one for one in heard.toasts if WAY_BACK.search(one) and not OF_CHECK_IN.match(one)]
    of_shown = [toast for toast in told if toast.startswith(OF_SHOWN)]
    loud = [step for step in steps if step.verb not in SHOWN]
    met = sum(MET in one for one in heard.toasts)
    untold = len(loud) - (len(told) - len(of_shown))
    if 0 <= untold <= met or (untold > 0 and heard.is_over):
        return []
    done = [f"{step.verb} {step.label}" for step in loud]
    return [f"what was done is not what was told: {done} {told}"]
