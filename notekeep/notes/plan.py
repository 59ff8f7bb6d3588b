"""A plan: what a verb would write, a value that is applied as one step of history.

Planning reads and never writes. A note whose change must be refused is listed with its reason and
leaves the others in the plan.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError, Problem, Refused
from notekeep.storage.content import Source, digest_of

if TYPE_CHECKING:
    from notekeep.storage.history import History


class NoteChange(NamedTuple):
    """One file of a plan."""

    path: str  # vault-relative; where the file is before the change, or will be when it is new
    before: bytes | None  # its bytes as they were read, or None for a new file
    after: bytes | None  # its bytes afterwards, or None when it goes to the trash
    target: str = ""  # where it is moved to, vault-relative; empty when it stays
    is_last: bool = False  # whether it records that the others were made


class FileCopy(NamedTuple):
    """A new file of a plan whose content is copied when it is written."""

    path: str  # vault-relative
    source: Source


@dataclass(slots=True)
class WritePlan:
    """What one verb would do."""

    verb: str  # as history shows it
    label: str  # what it is about, e.g. "Atomic Habits"
    changes: list[NoteChange] = field(default_factory=list)  # in the order of writing
    copies: list[FileCopy] = field(default_factory=list)  # new files besides, such as pictures
    refused: list[Problem] = field(default_factory=list)  # notes left out, with line and reason
    remarks: list[str] = field(default_factory=list)  # what the person should know besides
    new_fields: list[str] = field(default_factory=list)  # remarks on fields that no note had
    request: str = ""  # the id of what was sent from elsewhere, such as a phone
    resolved: list[str] = field(default_factory=list)  # paths whose conflict in git is resolved
    whole: bool = False  # whether one change makes no sense without the others
    any_name: bool = False  # whether files get the names they had, even those that do not travel

    def edit(self, path: str, before: bytes | None, after: bytes | None) -> None:
        """Add the change of a file, unless its content stays the same."""
        if after != before:
            self.changes.append(NoteChange(path, before, after))

    def refuse(self, path: str, error: NotekeepError) -> None:
        """Leave a note out, and keep why."""
        self.refused.append(refusal(path, error))

    def raise_if_nothing_left(self) -> None:
        """Raise the first refusal when nothing is left to write."""
        if self.changes or not self.refused:
            return
        first, *others = self.refused
        message = first.message
        if others:
            message = f"{first.place}: {message}, and {len(others)} more"
        raise Refused(message, first.hint, line=first.line, column=first.column)

    def diff(self) -> Iterator[str]:
        """Return the plan as lines of a unified diff, file by file."""
        for copy in self.copies:
            yield f"{copy.path} (new file)"
        for change in self.changes:
            yield from _diff(change)


class WriteResult(NamedTuple):
    """What was written."""

    step: str  # the step in history that `undo` takes back; empty when nothing was written
    paths: list[str]  # the files, where they are now
    refused: list[Problem]  # notes that were left out, or that changed meanwhile
    remarks: list[str]  # what the person should know besides


def refusal(path: str, error: NotekeepError) -> Problem:
    """Tell why a file was left out, with the place in it where there is one."""
    line, column = (error.line, error.column) if isinstance(error, Refused) else (None, None)
    return Problem(path, line, error.message, error.hint, "refused", column)


def _diff(change: NoteChange) -> Iterator[str]:
    import difflib

    if change.after is None:
        yield f"{change.path} -> trash"
        return
    if change.target:
        yield f"{change.path} -> {change.target}"
    if change.before == change.after:
        return
    before, after = (
        data.decode("utf-8", "replace").splitlines(keepends=True)
        for data in (change.before or b"", change.after)
    )
    old = change.path if change.before is not None else os.devnull
    new = change.target or change.path
    for line in difflib.unified_diff(before, after, old, new, n=1, lineterm=""):
        yield line.rstrip("\r\n")


def encode(text: str) -> bytes:
    """Return the text of a note as bytes; those that were not UTF-8 are lone surrogates in it."""
    return text.encode("utf-8", "surrogateescape")


def apply_plan(
    plan: WritePlan, root: str, history: History, goes_on: Callable[[str], bool] = lambda _: True
) -> WriteResult:
    """Write what a plan says, as one step; a file only if it is what the plan was made from.

    `goes_on` is asked with each path before it is written. When it says no, what is ready by then
    is the step.
    """
    if not plan.changes and not plan.copies:
        return WriteResult("", [], plan.refused, plan.remarks)
    with history.step(
        plan.verb, plan.label, root=root, whole=plan.whole, request=plan.request
    ) as step:
        step.goes_on = goes_on
        for copy in plan.copies:
            step.copy(copy.path, copy.source)
        for change in plan.changes:
            if change.before is None:
                step.create(change.path, change.after or b"", any_name=plan.any_name)
            elif change.after is None:
                step.trash(change.path)
            else:
                if change.after != change.before:
                    # A change of front matter can be planned again from what the file holds then.
                    step.edit(change.path, change.after, digest_of(change.before), keep_ours=False)
                if change.target:
                    step.move(change.path, change.target, any_name=plan.any_name)
            if change.is_last:
                step.operations[-1].is_last = True
    refused = [*plan.refused, *(refusal(path, error) for path, error in step.failed.items())]
    done = {change.path for change in step.done}
    remarks = [
        *plan.remarks,
        *(["Stopped before everything was written."] if step.is_stopped else []),
        *(
            f"{path} was saved by another program at the same time; see {copy}"
            for path, copy in step.copies.items()
        ),
    ]
    paths = [change.target or change.path for change in plan.changes if change.path in done]
    paths += [copy.path for copy in plan.copies if copy.path in done]
    return WriteResult(step.id if done else "", paths, refused, remarks)
