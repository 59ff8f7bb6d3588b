"""Names that do not travel to other systems, and the ones that notes get instead.

Only a note's own file is renamed. A folder may hold pictures and files of other programs, whose
links nobody here follows; that one does not travel is said, and a person moves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.files.paths import free_path, name_key, safe_name, travel_problem
from notekeep.markdown.clean import clean_line
from notekeep.markdown.kinds import role
from notekeep.markdown.problem import Problem
from notekeep.markdown.resolve import stem_of
from notekeep.writing.moving import Follow
from notekeep.writing.plan import FileChange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.writing.plan import WritePlan
    from notekeep.writing.plans import Plans

_FOLDER_HINT = "`notekeep mv NOTE FOLDER` moves a note out of it, and links follow"
_FILE_HINT = "give it another name"


def names_that_travel(plans: Plans, paths: Iterable[str]) -> dict[str, str]:
    """Give the notes whose own name does not travel a path that is free and does.

    Args:
        plans: The vault.
        paths: Files of it; logs and templates among them keep their names, which other things
            refer to.
    """
    moves: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(paths):
        folder, slash, name = path.rpartition("/")
        if not travel_problem(name) or role(path, plans.schema) != "note":
            continue
        stem = safe_name(name[: -len(".md")])
        number, target = 1, free_path(plans.root, f"{folder}{slash}{stem}.md")
        while name_key(target) in taken:
            number += 1
            target = free_path(plans.root, f"{folder}{slash}{stem} {number}.md")
        taken.add(name_key(target))
        moves[path] = target
    return moves


def name_problems(path: str, *, is_mended: bool) -> list[tuple[Problem, bool]]:
    """Tell which parts of a path do not travel, each with whether it is mended."""
    parts = path.split("/")
    found = []
    for depth, part in enumerate(parts, 1):
        reason = travel_problem(part)
        if reason:
            own = depth == len(parts)
            hint = "" if own and is_mended else _FILE_HINT if own else _FOLDER_HINT
            problem = Problem(path, None, f"The name '{part}' {reason}.", hint, "name")
            found.append((problem, own and is_mended))
    return found


def add_moves(plans: Plans, plan: WritePlan, moves: dict[str, str]) -> None:
    """Add renames to a plan, with every link to the notes, on top of what it does to them.

    A note that was called by its file's name keeps that as its title.
    """
    if not moves:
        return
    follow = Follow(moves, plans.catalog.names())
    changes = {change.path: change for change in plan.changes}
    linking = follow.sources(plans.catalog)
    for path in sorted(linking | moves.keys()):
        target = moves.get(path, "")
        before = changes[path].before if path in changes else plans.read(path)
        after = changes[path].after if path in changes else before
        if before is None or after is None:
            continue
        try:
            after = follow.rewrite(plans.note(path, after), after, target or path)
        except Refused as error:
            plan.refuse(path, error)
        if target:
            after = _titled(plans, path, after)
        if target or after != before:
            changes[path] = FileChange(path, before, after, target)
    plan.changes[:] = [changes[path] for path in sorted(changes)]


def _titled(plans: Plans, path: str, data: bytes) -> bytes:
    """A note with its file's name as its title, where that is what it is called by."""
    from notekeep.markdown import fieldedits

    note = plans.note(path, data)
    stem = stem_of(path)
    if note.problem is not None or note.title != stem or clean_line(stem) != stem:
        return data
    try:
        after = fieldedits.set_field(data, "title", stem)
    except Refused:
        return data
    return after if plans.note(path, after).title == stem else data
