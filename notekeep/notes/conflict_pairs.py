"""Conflicts between two versions of a note, in two files, in one file or in git.

Nothing is lost: the rejected version goes to the trash or to history, and `undo` restores it.
Conflict markers are never written into a note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from posixpath import basename
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from notekeep.errors import Ambiguous, Conflict, NotekeepError, NotFound, Problem, Refused
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.fields.schema import role
from notekeep.markdown.note_merge import is_pointer, merge_versions
from notekeep.markdown.text_merge import (
    Hunk,
    choose_side,
    common_lines,
    find_hunks,
    find_note_hunks,
)
from notekeep.notes.plan import NoteChange, WritePlan, encode
from notekeep.notes.workspace import Workspace
from notekeep.query.tree import Is
from notekeep.storage.content import digest_of
from notekeep.storage.file_names import find_original, free_path, is_own_copy, name_key
from notekeep.storage.git import (
    LINK_MODE,
    SUBMODULE_MODE,
    Git,
    find_unfinished,
    find_unmerged,
    is_set_up,
)

if TYPE_CHECKING:
    from notekeep.storage.history import History

VERB = "conflicts"
_NO_PARENT = frozenset({"", "seen", "sync", "restore", VERB})
"""The verbs of steps whose version may not be based on the previous version."""
_BOX = re.compile(rb"((?:[-*+]|\d+[.)])[ \t]+)\[.\]")
_DISTINCTIVE = re.compile(rb"(?!#).*\w")
"""Matches lines that two notes are unlikely to share by chance, except headings."""


class PastVersion(NamedTuple):
    """A version of a note on this machine."""

    data: bytes
    has_parent: bool  # whether it is based on the previous version


def find_merge_base(
    versions: Sequence[PastVersion],
    commits: Sequence[PastVersion],
    mine: bytes,
    theirs: bytes,
) -> tuple[bytes, bool]:
    """Find the base of a merge: the newest version that both sides are based on.

    `versions` are from history and `commits` from git, both newest first. If there is no common
    version, the base is a guess: the common lines, so that no other line is deleted. Return the
    base, and whether it is a guess.
    """
    # A wrong base deletes text from one side. A version stored on this machine may never have been
    # part of the other side, or even of the note, if another program wrote it.
    shown = [_find_shown(versions, side) for side in (mine, theirs)]
    origins = [_find_origins(versions, side) for side in (mine, theirs)]
    both = (shown[0] | {*origins[0]}) & (shown[1] | {*origins[1]})
    if both:
        return versions[min(both)].data, False
    if both := _find_shown(commits, mine) & _find_shown(commits, theirs):
        return commits[min(both)].data, False
    local, other = (origins[0], theirs) if origins[0] else (origins[1], mine)
    shared = [common_lines(versions[number].data, other) for number in local]
    return max(shared, key=len, default=common_lines(mine, theirs)), True


def _find_origins(versions: Sequence[PastVersion], side: bytes) -> range:
    """Return the versions that a side is based on, if this machine wrote that side."""
    start = end = next((n for n, one in enumerate(versions) if one.data == side), len(versions))
    while end < len(versions) - 1 and versions[end].has_parent:
        end += 1
    return range(start, min(end + 1, len(versions)))


def _find_shown(versions: Sequence[PastVersion], side: bytes) -> set[int]:
    """Return the versions that a side must be based on because it contains all their lines.

    Fields and checkboxes may differ if the version added a line.
    """
    found: set[int] = set()
    known: set[bytes] = set()
    lines, body = _lines(side), _body_lines(side)
    for number in range(len(versions) - 1, -1, -1):
        data, has_parent = versions[number]
        own = _body_lines(data)
        is_new = has_parent and any(map(_DISTINCTIVE.match, own.keys() - known))
        known |= own.keys()
        if own <= body and (
            is_new or (any(map(_DISTINCTIVE.match, own)) and _lines(data) <= lines)
        ):
            found.add(number)
    return found


def _lines(data: bytes) -> Counter[bytes]:
    return Counter(filter(None, map(bytes.strip, data.split(b"\n"))))


def _body_lines(data: bytes) -> Counter[bytes]:
    """Return the lines below front matter, with all checkboxes cleared."""
    found = Counter[bytes]()
    for line, count in _lines(data[split_frontmatter(data).body :]).items():
        found[_BOX.sub(rb"\1[ ]", line, count=1)] += count
    return found


Choice: TypeAlias = Literal["mine", "theirs", "both"]

CONFLICT_PROBLEM = "conflict"
"""The code of problems about conflicts."""

_HINT = "Nothing was changed. Use `notekeep conflicts keep COPY mine`, `theirs` or `both`."


class ConflictPair(NamedTuple):
    """Two versions of a note."""

    copy: str  # the file with the other version, or the note itself
    note: str  # may not exist
    # "marks": git's conflict markers in one file; "git": an unmerged path
    kind: Literal["copy", "log", "marks", "git"]


def list_conflicts(workspace: Workspace) -> list[ConflictPair]:
    """Return all conflicts in the vault, as of the last refresh, sorted by path."""
    found = [
        ConflictPair(copy, note, "copy") for copy, note in workspace.catalog.conflicts().items()
    ]
    found += [
        ConflictPair(problem.path, problem.path, "marks")
        for problem in workspace.catalog.problems(links=False)
        if problem.code == CONFLICT_PROBLEM
        or (problem.code == "front-matter" and _has_markers(workspace, problem.path))
    ]
    found += _log_conflicts(workspace)
    listed = {pair.copy for pair in found}
    unmerged = find_unmerged(workspace.root, workspace.state)
    found += [ConflictPair(path, path, "git") for path in unmerged if path not in listed]
    return sorted(found)


def find_conflict_problems(workspace: Workspace, hint: str) -> list[Problem]:
    """Return the conflicts as problems, except conflict markers, which the catalog reports."""
    return [
        Problem(
            pair.copy,
            None,
            "Not merged by git." if pair.kind == "git" else f"Conflict copy of {pair.note}.",
            hint,
            CONFLICT_PROBLEM,
        )
        for pair in list_conflicts(workspace)
        if pair.kind != "marks"
    ]


def find_unfinished_problem(workspace: Workspace) -> Problem | None:
    """Return an unfinished git operation as a problem with its fix."""
    found = find_unfinished(workspace.root)
    if found is None:
        return None
    # Without sync, `list_conflicts` does not run git.
    hint = "" if is_set_up(workspace.state) else "`git status` lists the unmerged files. "
    return Problem("", None, str(found), hint + found.hint, CONFLICT_PROBLEM)


def find_conflict(workspace: Workspace, name: str) -> ConflictPair:
    """Find a conflict by the path or name of its copy or note."""
    keys = {name_key(name), name_key(f"{name}.md")}
    named = [
        (pair, (pair.copy, pair.note, basename(pair.copy), basename(pair.note)))
        for pair in list_conflicts(workspace)
    ]
    for part in range(4):  # most specific first
        found = [pair for pair, names in named if name_key(names[part]) in keys]
        if len(found) > 1:
            copies = [pair.copy for pair in found]
            raise Ambiguous(f"{name!r} matches several conflicts:", copies, "Choose one.")
        if found:
            return found[0]
    raise NotFound(f"No conflict matches {name!r}.", "`notekeep conflicts` lists them.")


def plan_show(workspace: Workspace, pair: ConflictPair) -> WritePlan:
    """Return a plan whose diff shows the differences between the two versions."""
    mine, theirs = read_sides(workspace, pair)
    return WritePlan(VERB, pair.copy, [NoteChange(pair.note, mine or b"", theirs)])


def plan_keep(workspace: Workspace, pair: ConflictPair, choice: Choice) -> WritePlan:
    """Plan to keep one version or both.

    "mine" is the note, or the first side of a conflict marker; "theirs" is the copy, or the second
    side. With "both", the copy becomes a separate note, or both sides stay in the text.
    """
    plan = WritePlan(VERB, f"keep {choice} of {pair.note}", resolved=[pair.note], whole=True)
    if pair.kind == "marks":
        text, found = _read_markers(workspace, pair.note)
        name = {"mine": "ours"}.get(choice, choice)
        plan.edit(pair.note, workspace.read(pair.note), encode(choose_side(text, found, name)))
        return plan
    if pair.kind == "git":
        _, mine, theirs = _git_versions(workspace, pair.note)
        if choice == "both" and mine is not None and theirs is not None:
            free = free_path(workspace.root, pair.note)
            plan.changes.append(NoteChange(free, None, theirs))
        after = theirs if choice == "theirs" or (choice == "both" and mine is None) else mine
        plan.edit(pair.note, workspace.read_if_exists(pair.note), after)
        return plan
    mine, theirs = read_sides(workspace, pair)
    if choice == "both" or (mine is None and choice == "theirs"):
        free = free_path(workspace.root, pair.note)
        plan.changes.append(NoteChange(pair.copy, theirs, theirs, free))
    else:
        if choice == "theirs":
            plan.edit(pair.note, mine or b"", theirs)
        plan.changes.append(NoteChange(pair.copy, theirs, None))
    return plan


def plan_merge(workspace: Workspace, history: History, pair: ConflictPair) -> WritePlan:
    """Plan to merge both versions; without a known base, keep all lines of both."""
    plan = WritePlan(VERB, f"merge {pair.note}", resolved=[pair.note], whole=True)
    base: bytes | None = b""
    is_guess = pair.kind != "git"
    if pair.kind == "git":
        base, mine, theirs = _git_versions(workspace, pair.note)
    else:
        mine, theirs = read_sides(workspace, pair)
    merged = theirs if mine is None else mine  # an edit wins over a deletion
    if mine is not None and theirs is not None:
        if pair.kind == "copy":
            base, is_guess = _find_base(workspace, history, pair, mine, theirs)
        elif pair.kind == "marks":
            text, found = _read_markers(workspace, pair.note)
            is_guess = any(hunk.base is None for hunk in found)  # git's settings decide this
            common = choose_side(text, found, "base")
            base = common_lines(mine, theirs) if is_guess else encode(common)
        merged = merge_versions(pair.note, base, mine, theirs, is_guess=is_guess)
    if merged is None:
        raise Conflict(f"{pair.note}: Both versions changed the same lines.", _HINT)
    if mine is None and pair.copy != pair.note:
        plan.changes.append(NoteChange(pair.copy, theirs, theirs, pair.note))
        return plan
    plan.edit(pair.note, workspace.read_if_exists(pair.note), merged)
    if pair.copy != pair.note:
        plan.changes.append(NoteChange(pair.copy, theirs, None))
    return plan


def _find_base(
    workspace: Workspace, history: History, pair: ConflictPair, mine: bytes, theirs: bytes
) -> tuple[bytes, bool]:
    known = history.versions(pair.note)
    versions = [
        PastVersion(history.blobs.read(one.digest), one.verb not in _NO_PARENT) for one in known
    ]
    past = []
    if is_set_up(workspace.state):
        past = Git(workspace.root, runs_programs=False).past_versions(pair.note)
    # A version from another machine or from a merge may not be based on the previous commit.
    mixed = {one.digest for one in known if one.verb in ("sync", VERB)}
    commits = [
        PastVersion(data, number == len(past) - 1 or digest_of(data) not in mixed)
        for number, data in enumerate(past)
    ]
    return find_merge_base(versions, commits, mine, theirs)


def plan_merge_all(workspace: Workspace, history: History, *, of_others: bool = False) -> WritePlan:
    """Plan to merge all conflicts without overlapping changes; refuse the others.

    If a note has several copies, only the first is merged; call this again for the next. With
    `of_others`, only copies made by sync programs are merged.
    """
    plan = WritePlan(VERB, "merge all", whole=True)
    notes: set[str] = set()
    for pair in list_conflicts(workspace):
        if pair.note in notes or (of_others and (pair.copy == pair.note or is_own_copy(pair.copy))):
            continue
        try:
            merged = plan_merge(workspace, history, pair)
        except NotekeepError as error:
            plan.refuse(pair.copy, error)
            continue
        notes.add(pair.note)
        plan.changes += merged.changes
        plan.resolved += merged.resolved
    return plan


def read_sides(workspace: Workspace, pair: ConflictPair) -> tuple[bytes | None, bytes]:
    """Read both versions, the note first; None for a missing note."""
    if pair.kind == "git":
        _, mine, theirs = _git_versions(workspace, pair.note)
        return mine, theirs or b""
    if pair.kind == "marks":
        text, found = _read_markers(workspace, pair.note)
        return encode(choose_side(text, found, "ours")), encode(choose_side(text, found, "theirs"))
    return workspace.read_if_exists(pair.note), workspace.read(pair.copy)


def mark_lines(workspace: Workspace, pair: ConflictPair) -> list[int]:
    """Return the numbers of the lines where git's conflict markers start; none for two files."""
    if pair.kind != "marks":
        return []
    text, found = _read_markers(workspace, pair.note)
    return [text.count("\n", 0, hunk.start) + 1 for hunk in found]


def _read_markers(workspace: Workspace, path: str) -> tuple[str, list[Hunk]]:
    data = workspace.read(path)
    if role(path, workspace.schema) == "log":
        text = data.decode("utf-8", "surrogateescape")
        found = find_hunks(text)
    else:
        text, _body, found = find_note_hunks(data)
    if not found:
        raise NotFound(
            f"{path} has no git conflict markers.", "`notekeep conflicts` lists the conflicts."
        )
    return text, found


# Unmerged paths in git, such as those left by the merge driver, which writes no markers. Git runs
# only in repositories that the user has allowed, and without the programs in their settings.


def resolve_in_git(workspace: Workspace, paths: Sequence[str]) -> list[str]:
    """Mark unmerged paths as resolved in git; return messages for the user."""
    unmerged = find_unmerged(workspace.root, workspace.state)
    if not (left := [path for path in paths if path in unmerged]):
        return []
    git = Git(workspace.root, runs_programs=False)
    for path in left:
        git.resolve(path, workspace.read_if_exists(path))
    remarks = [f"Marked {path} as resolved in git." for path in left]
    if len(left) == len(unmerged) and (found := find_unfinished(workspace.root)):
        remarks.append(f"No conflicts are left. Finish with `{found.finish}`.")
    return remarks


def _git_versions(
    workspace: Workspace, path: str
) -> tuple[bytes | None, bytes | None, bytes | None]:
    """Return the base, the note and the other version of an unmerged path, each or None."""
    stages = find_unmerged(workspace.root, workspace.state).get(path, {})
    git = Git(workspace.root, runs_programs=False)
    found = {stage: git.read(entry.blob) for stage, entry in stages.items()}
    is_file = all(entry.mode not in (LINK_MODE, SUBMODULE_MODE) for entry in stages.values())
    if not found or not is_file or any(map(is_pointer, found.values())):
        hint = f"Choose with `git checkout --ours -- {path}` or `--theirs`, then use `git add`."
        raise Refused(f"notekeep cannot merge {path}.", hint)
    mine = workspace.read_if_exists(path) if 2 in stages else None
    if mine and find_hunks(mine.decode("utf-8", "replace")):  # git has written markers
        mine = found[2]
    return found.get(1), mine, found.get(3)


def _has_markers(workspace: Workspace, path: str) -> bool:
    try:
        data = workspace.read(path)
    except (NotFound, Refused):
        return False
    return bool(find_note_hunks(data).hunks)


def _log_conflicts(workspace: Workspace) -> Iterator[ConflictPair]:
    paths = workspace.catalog.paths(Is("log"))
    folders: dict[str, set[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, set()).add(name)
    for path in sorted(paths):
        folder, _, name = path.rpartition("/")
        original = find_original(name, folders[folder])
        if original:
            yield ConflictPair(path, f"{folder}/{original}".lstrip("/"), "log")
            continue
        with suppress(NotFound, Refused):
            data = workspace.read(path)
            if b"<<<<<<< " in data and find_hunks(data.decode("utf-8", "replace")):
                yield ConflictPair(path, path, "marks")
