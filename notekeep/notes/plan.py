"""Plans of changes to notes. A plan is applied as one step of history.

Planning never writes. A note that cannot be changed is listed with the reason, and the other notes
stay in the plan.
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

    path: str  # vault-relative, before a move
    before: bytes | None  # the old content, or None for a new file
    after: bytes | None  # the new content, or None to move the file to the trash
    target: str = ""  # the new vault-relative path; "" if it does not change
    is_last: bool = False  # whether it is written after all others


class FileCopy(NamedTuple):
    """A new file of a plan, copied from a source."""

    path: str  # vault-relative
    source: Source


@dataclass(slots=True)
class WritePlan:
    """A plan of changes."""

    verb: str  # shown in history, such as "tag"
    label: str  # shown in history, such as "Atomic Habits"
    changes: list[NoteChange] = field(default_factory=list)  # in the order of writing
    copies: list[FileCopy] = field(default_factory=list)  # other new files, such as pictures
    refused: list[Problem] = field(default_factory=list)  # notes that cannot be changed
    remarks: list[str] = field(default_factory=list)  # messages for the user
    new_fields: list[str] = field(default_factory=list)  # messages about unknown fields
    request: str = ""  # the id of an entry sent from a phone
    resolved: list[str] = field(default_factory=list)  # paths whose conflict in git it resolves
    whole: bool = False  # whether to write nothing if one change fails
    any_name: bool = False  # whether to allow names that are not portable

    def edit(self, path: str, before: bytes | None, after: bytes | None) -> None:
        """Add a change to a file, unless its content stays the same."""
        if after != before:
            self.changes.append(NoteChange(path, before, after))

    def refuse(self, path: str, error: NotekeepError) -> None:
        """Record the reason why a note cannot be changed."""
        line, column = (error.line, error.column) if isinstance(error, Refused) else (None, None)
        self.refused.append(Problem(path, line, error.message, error.hint, "refused", column))

    def raise_if_nothing_left(self) -> None:
        """Raise the first refusal if there is nothing to write."""
        if self.changes or not self.refused:
            return
        first, *others = self.refused
        message = first.message
        if others:
            message = f"{first.place}: {message} And {len(others)} more."
        raise Refused(message, first.hint, line=first.line, column=first.column)

    def diff(self) -> Iterator[str]:
        """Yield the plan as the lines of a unified diff."""
        import difflib

        for copy in self.copies:
            yield f"{copy.path} (new file)"
        for change in self.changes:
            if change.after is None:
                yield f"{change.path} -> trash"
                continue
            if change.target:
                yield f"{change.path} -> {change.target}"
            before, after = (
                data.decode("utf-8", "replace").splitlines(keepends=True)
                for data in (change.before or b"", change.after)
            )
            old = change.path if change.before is not None else os.devnull
            new = change.target or change.path
            for line in difflib.unified_diff(before, after, old, new, n=1, lineterm=""):
                yield line.rstrip("\r\n")


class WriteResult(NamedTuple):
    """The result of applying a plan."""

    step: str  # the id of the step in history; "" if nothing was written
    paths: list[str]  # the current paths of the files
    refused: list[Problem]  # notes that could not be changed
    remarks: list[str]  # messages for the user


def encode(text: str) -> bytes:
    """Encode the text of a note; lone surrogates become the bytes that were not UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def apply_plan(
    plan: WritePlan,
    root: str,
    history: History,
    should_continue: Callable[[str], bool] = lambda _: True,
) -> WriteResult:
    """Apply a plan as one step; refuse files that have changed since it was made.

    `should_continue` is called with each path before its file is written; False stops the step.
    """
    if not plan.changes and not plan.copies:
        return WriteResult("", [], plan.refused, plan.remarks)
    with history.step(
        plan.verb, plan.label, root=root, whole=plan.whole, request=plan.request
    ) as step:
        step.should_continue = should_continue
        for copy in plan.copies:
            step.copy(copy.path, copy.source)
        for change in plan.changes:
            if change.before is None:
                step.create(change.path, change.after or b"", any_name=plan.any_name)
            elif change.after is None:
                step.trash(change.path)
            else:
                if change.after != change.before:
                    # If the file has changed, the change can be planned again.
                    step.edit(change.path, change.after, digest_of(change.before), keep_ours=False)
                if change.target:
                    step.move(change.path, change.target, any_name=plan.any_name)
            if change.is_last:
                step.operations[-1].is_last = True
    for path, error in step.failed.items():
        plan.refuse(path, error)
    done = {change.path for change in step.done}
    remarks = [
        *plan.remarks,
        *(["Stopped before everything was written."] if step.is_stopped else []),
        *(
            f"{path} was saved by another program at the same time. See {copy}."
            for path, copy in step.copies.items()
        ),
    ]
    paths = [change.target or change.path for change in plan.changes if change.path in done]
    paths += [copy.path for copy in plan.copies if copy.path in done]
    return WriteResult(step.id if done else "", paths, plan.refused, remarks)
