"""Conflicts: two versions of one note, side by side or between git's marks, until a person chooses.

Whatever is chosen, nothing is lost: the version that goes is in the trash or in history, and `undo`
brings it back. No mark is ever written into a note.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from notekeep.errors import Ambiguous, Conflict, NotFound
from notekeep.files.look import content_at
from notekeep.files.merge import merge
from notekeep.files.paths import free_path, name_key
from notekeep.markdown.markers import hunks, hunks_of, side
from notekeep.writing.ancestor import base_of, shared
from notekeep.writing.plan import FileChange, WritePlan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notekeep.files.history import History
    from notekeep.markdown.markers import Hunk
    from notekeep.writing.plans import Plans

Choice: TypeAlias = Literal["mine", "theirs", "both"]

_PARTS: tuple[Callable[[Pair], str], ...] = (
    lambda pair: pair.copy,
    lambda pair: pair.note,
    lambda pair: pair.copy.rpartition("/")[2],
    lambda pair: pair.note.rpartition("/")[2],
)
"""What a name of a conflict may be, what says most first."""

MARKS = "conflict"
"""The code of the problem that a note with git's marks has."""

_HINT = "`notekeep conflicts keep COPY mine`, `theirs` or `both`; nothing was changed"


class Pair(NamedTuple):
    """One conflict.

    Attributes:
        copy: The file with the other version; the note itself when both stand in it.
        note: The note, which need not exist.
        kind: "copy" for two files, "log" for two logs, "marks" for git's marks in one file.
    """

    copy: str
    note: str
    kind: Literal["copy", "log", "marks"]


def conflicts(plans: Plans) -> list[Pair]:
    """All conflicts of the vault, as of the last refresh, by path."""
    found = [Pair(copy, note, "copy") for copy, note in plans.catalog.conflicts().items()]
    found += [
        Pair(problem.path, problem.path, "marks")
        for problem in plans.catalog.problems(links=False)
        if problem.code == MARKS
        or (problem.code == "front-matter" and _is_marked(plans, problem.path))
    ]
    return sorted([*found, *_logs(plans)])


def find(plans: Plans, name: str) -> Pair:
    """The one conflict that a name means: the copy's path or name, or its note's.

    Raises:
        NotFound: There is no such conflict.
        Ambiguous: Several are meant.
    """
    listed = conflicts(plans)
    wanted = {name_key(name), name_key(f"{name}.md")}
    for part in _PARTS:
        found = [pair for pair in listed if name_key(part(pair)) in wanted]
        if len(found) > 1:
            copies = [pair.copy for pair in found]
            raise Ambiguous(f"{name!r} could be several conflicts:", copies, "say which")
        if found:
            return found[0]
    raise NotFound(f"there is no conflict called {name!r}", "`notekeep conflicts` lists them")


def plan_show(plans: Plans, pair: Pair) -> WritePlan:
    """The difference between both versions, mine first, as a plan that is only shown."""
    mine, theirs = sides(plans, pair)
    return WritePlan("conflicts", pair.copy, [FileChange(pair.note, mine or b"", theirs)])


def plan_keep(plans: Plans, pair: Pair, choice: Choice) -> WritePlan:
    """Plan to keep one version, or both.

    Args:
        plans: The vault.
        pair: The conflict.
        choice: "mine" is the note, or the first side of git's marks; "theirs" the copy, or the
            second side; with "both" the copy becomes a note of its own, or the sides stand one
            after the other.
    """
    plan = WritePlan("conflicts", f"keep {choice} of {pair.note}")
    if pair.kind == "marks":
        text, found = _marked(plans, pair.note)
        name = {"mine": "ours"}.get(choice, choice)
        _edit(plan, pair.note, plans.read(pair.note), _bytes(side(text, found, name)))
        return plan
    mine, theirs = sides(plans, pair)
    if mine is None and choice != "mine":
        plan.changes.append(FileChange(pair.copy, theirs, theirs, pair.note))
    elif choice == "both":
        free = free_path(plans.root, pair.note)
        plan.changes.append(FileChange(pair.copy, theirs, theirs, free))
    else:
        if choice == "theirs":
            _edit(plan, pair.note, mine or b"", theirs)
        plan.changes.append(FileChange(pair.copy, theirs, None))
    return plan


def plan_merge(plans: Plans, history: History, pair: Pair) -> WritePlan:
    """Plan one text with the changes of both versions.

    What both come from is a version in history that the copy knows; where history has none, every
    line of both is kept.

    Raises:
        Conflict: Both changed the same lines; both versions stay as they are.
    """
    plan = WritePlan("conflicts", f"merge {pair.note}")
    mine, theirs = sides(plans, pair)
    if mine is None:
        plan.changes.append(FileChange(pair.copy, theirs, theirs, pair.note))
        return plan
    if pair.kind == "log":
        merged: bytes | None = _union(mine, theirs)
    else:
        merged = merge(_base(plans, history, pair, mine, theirs), mine, theirs)
    if merged is None:
        raise Conflict(f"{pair.note}: both versions changed the same lines", _HINT)
    before = plans.read(pair.note)
    _edit(plan, pair.note, before, merged)
    if pair.copy != pair.note:
        plan.changes.append(FileChange(pair.copy, theirs, None))
    return plan


def _edit(plan: WritePlan, path: str, before: bytes, after: bytes) -> None:
    if after != before:
        plan.changes.append(FileChange(path, before, after))


def sides(plans: Plans, pair: Pair) -> tuple[bytes | None, bytes]:
    """Both versions, the note's first; None for a note that is gone.

    Raises:
        NotFound: The copy is gone, or git's marks are.
    """
    if pair.kind == "marks":
        text, found = _marked(plans, pair.note)
        return _bytes(side(text, found, "ours")), _bytes(side(text, found, "theirs"))
    mine = content_at(plans.root, pair.note)
    return mine[0] if mine else None, plans.read(pair.copy)


def mark_lines(plans: Plans, pair: Pair) -> list[int]:
    """The lines on which git's marks open in a note, counted from 1; none for two files."""
    if pair.kind != "marks":
        return []
    text, found = _marked(plans, pair.note)
    return [text.count("\n", 0, hunk.start) + 1 for hunk in found]


def _marked(plans: Plans, path: str) -> tuple[str, list[Hunk]]:
    """The text of a file and git's marks in it.

    Raises:
        NotFound: There are none any more.
    """
    from notekeep.markdown.kinds import role

    data = plans.read(path)
    if role(path, plans.schema) == "log":
        text = data.decode("utf-8", "surrogateescape")
        found = hunks(text)
    else:
        text, _body, found = hunks_of(data)
    if not found:
        raise NotFound(
            f"{path} has no marks of git any more", "`notekeep conflicts` lists what has"
        )
    return text, found


def _is_marked(plans: Plans, path: str) -> bool:
    """Whether a note whose front matter is broken has git's marks as well."""
    try:
        data = plans.read(path)
    except NotFound:
        return False
    return bool(hunks_of(data).hunks)


def _base(plans: Plans, history: History, pair: Pair, mine: bytes, theirs: bytes) -> bytes:
    """What both versions come from: as git wrote it down, else as history knows it."""
    if pair.kind == "marks":
        text, found = _marked(plans, pair.note)
        is_known = all(hunk.base is not None for hunk in found)
        return _bytes(side(text, found, "base")) if is_known else shared(mine, theirs)
    return base_of(history, history.versions(pair.note), mine, theirs)


def _union(mine: bytes, theirs: bytes) -> bytes:
    """A log with the entries of another that it lacks below its own; a fold does not mind order."""
    known = set(_entries(mine))
    eol = b"\r\n" if b"\r\n" in mine else b"\n"
    new = [line for entry in _entries(theirs) if entry not in known for line in entry]
    start = mine if not mine or mine.endswith(b"\n") or not new else mine + eol
    return start + b"".join(line + eol for line in new)


def _entries(data: bytes) -> list[tuple[bytes, ...]]:
    """The lines of a log, each with those indented below it, which belong to it."""
    found: list[tuple[bytes, ...]] = []
    for line in filter(None, map(bytes.rstrip, data.splitlines())):
        if found and line.startswith((b"  ", b"\t")):
            found[-1] = (*found[-1], line)
        else:
            found.append((line,))
    return found


def _logs(plans: Plans) -> Iterator[Pair]:
    """Conflicts of logs, whose lines all count until somebody tidies up."""
    from notekeep.files.conflicts import conflict_of
    from notekeep.query.tree import Is

    paths = plans.catalog.paths(Is("log"))
    folders: dict[str, set[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, set()).add(name)
    for path in sorted(paths):
        folder, _, name = path.rpartition("/")
        original = conflict_of(name, folders[folder])
        if original:
            yield Pair(path, f"{folder}/{original}".lstrip("/"), "log")
            continue
        with suppress(NotFound):
            data = plans.read(path)
            if b"<<<<<<< " in data and hunks(data.decode("utf-8", "replace")):
                yield Pair(path, path, "marks")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
