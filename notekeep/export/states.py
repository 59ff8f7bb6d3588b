"""Where every draft and post stands in its site: what an export of all of them would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from notekeep.export.manifest import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.export.plan import FileChange, Plan

State = Literal["new", "changed", "unchanged", "conflict", "orphan", "refused"]
"""How a note's post stands: "new" is not there yet, "changed" would be written anew, "conflict" was
changed by hand in the site, "orphan" has no note that may stand behind it, and the note of a
"refused" one may not leave."""

_ORDER: tuple[State, ...] = ("conflict", "refused", "orphan", "changed", "new", "unchanged")


@dataclass(frozen=True, slots=True)
class PostState:
    """How one note stands in one site.

    Attributes:
        note: The note's path, or the slug of a post whose note is gone.
        state: See `State`.
        path: Its post in the site; "" for one that has none.
        why: What there is to say of it.
    """

    note: str
    state: State
    path: str = ""
    why: str = ""


def states(plan: Plan) -> dict[str, PostState]:
    """Return how each note of a plan stands, in order of path."""
    found: dict[str, PostState] = {}
    for file in plan.files:
        if file.note and file.path != NAME:
            one = _of_file(file)
            known = found.get(file.note)
            found[file.note] = one if known is None else _together(known, one, file)
    for note, error in plan.refused.items():
        known = found.get(note)
        there = f"; {known.why}" if known is not None and known.state == "orphan" else ""
        found[note] = PostState(note, "refused", why=f"{error.message}{there}")
    return dict(sorted(found.items()))


def counts(found: Iterable[PostState]) -> dict[State, int]:
    """Return how many there are of each state, those that need a look first."""
    listed = [one.state for one in found]
    return {state: listed.count(state) for state in _ORDER if state in listed}


def _of_file(file: FileChange) -> PostState:
    state: State = "changed" if file.status == "removed" else file.status
    left_over = state == "orphan" and file.why
    why = f"{file.path}: {file.why}" if left_over else file.why
    return PostState(file.note, state, file.path if file.is_post else "", why)


def _together(known: PostState, one: PostState, file: FileChange) -> PostState:
    """Return what a note's files say together: a post whose picture changed has changed."""
    path = file.path if file.is_post else known.path
    if "orphan" in (known.state, one.state) and known.state != one.state:
        # Of a post that is there only a file is left over, such as a picture it had.
        left, post = (known, one) if known.state == "orphan" else (one, known)
        return PostState(known.note, post.state, path, post.why or left.why)
    if "new" in (known.state, one.state) and {known.state, one.state} != {"new"}:
        post = one if file.is_post else known
        state = post.state if post.state in ("new", "conflict") else "changed"
        return PostState(known.note, state, path, known.why or one.why)
    first = min((known, one), key=lambda each: _ORDER.index(each.state))
    return PostState(known.note, first.state, path, first.why)
