"""Plan: files, posts, refusals; a value; public names."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from notekeep.export.audit import Audit, make_empty_audit
from notekeep.export.manifest import MANIFEST_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from notekeep.errors import Refused
    from notekeep.export.draft import Draft
    from notekeep.export.manifest import Bases
    from notekeep.export.post import Post
    from notekeep.export.source_map import SourceChange


# A note into a blog draft that the person's own site generator builds unaided.
#
# `plan_export` says what would be done, `write` does it; both live in `notekeep.export.export`
# and are imported from here only when they are called, since most verbs export nothing.


# A plan of an export: every file it would write or remove in the site, before anything is done.


FileStatus = Literal["new", "changed", "unchanged", "conflict", "orphan", "removed"]
"""What happens to a file: "conflict" was changed by hand and is left alone, "orphan" belongs to
nothing any more and is left until it is pruned, "removed" goes."""

KEPT_ORPHAN_STATUSES = ("still online", "still in the site")
"""How it begins why a post is an orphan, and no picture of one: published, and as a draft."""

WRITTEN_STATUSES: frozenset[FileStatus] = frozenset({"new", "changed", "removed"})


@dataclass(frozen=True, slots=True)
class SiteChange:
    """One file of a plan.

    Attributes:
        path: Where it is, from the site's root.
        status: What happens to it.
        before: What it holds, or None when it is not there.
        after: What it is to hold, or None when it goes or stays.
        note: The note it comes from, or the slug of a post whose note is gone, or "".
        why: Why, where the status does not say it.
        is_post: Whether it is a post, not a picture or the manifest.
        base: Of a file that was changed by hand, what was written last, where that is known.
        ours: Of such a file, what an export makes of the note by itself.
        answers: Of one in conflict, what a person can say becomes of it, besides merging.
    """

    path: str
    status: FileStatus
    before: bytes | None
    after: bytes | None
    note: str = ""
    why: str = ""
    is_post: bool = False
    base: bytes | None = None
    ours: bytes | None = None
    answers: tuple[str, ...] = ()

    @property
    def can_merge(self) -> bool:
        """Whether what was changed by hand and what the note says by now go together."""
        from notekeep.markdown.text_merge import merge_with_site

        if self.base is None or self.before is None or self.ours is None:
            return False
        return merge_with_site(self.base, self.before, self.ours) is not None

    @property
    def is_orphan(self) -> bool:
        """Whether it is of a post that no note stands behind any more."""
        return self.status == "orphan" and self.why.startswith(KEPT_ORPHAN_STATUSES)

    @property
    def is_text(self) -> bool:
        """Whether it can be shown line by line."""
        return not any(
            data is not None and b"\0" in data[:8192] for data in (self.before, self.after)
        )

    def diff(self) -> str:
        """Return what would change as a unified diff; "" for pictures and what stays."""
        if not self.is_text or self.status == "unchanged":
            return ""
        if self.status == "conflict" and None not in (self.base, self.before, self.ours):
            from notekeep.markdown.text_merge import three_way_diff

            sides = (self.base or b"", self.before or b"", self.ours or b"")
            return "\n".join([*three_way_diff(self.path, *sides), ""])
        old, new = (
            [] if data is None else data.decode("utf-8", "replace").splitlines(keepends=True)
            for data in (self.before, self.after if self.status != "orphan" else self.before)
        )
        names = (self.path if old else "/dev/null", self.path if new else "/dev/null")
        lines = difflib.unified_diff(old, new, *names)
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


@dataclass(slots=True)
class PlannedPost:
    """A post as it will be in the site.

    Attributes:
        post: What it says of itself.
        path: Its file, from the site's root.
        draft: The note as it was before it was made a post.
        changes: What was done to the note, by line: what `--explain` prints.
    """

    post: Post
    path: str
    draft: Draft
    changes: list[SourceChange] = field(default_factory=list)


@dataclass(slots=True)
class ExportPlan:
    """An export that has not been made.

    Attributes:
        target: The target's id.
        target_name: What the generator is called.
        site: The site's folder.
        files: Every file, in order of path; the manifest is one of them.
        posts: The posts that were asked for, in the order asked for.
        relinked: Notes exported earlier whose posts change because a link of theirs has a target.
        refused: Notes that may not or cannot be exported, and why.
        warnings: What the person should know.
        published: Every note that has a post in the site, and the post.
        audit: What must be in no file.
        bases: What was written last into the site's files.
        generation: What the catalog counted when the plan was made; later means that notes changed.
        again: Makes the same plan of the vault as it is by then.
    """

    target: str
    target_name: str
    site: str
    files: list[SiteChange] = field(default_factory=list)
    posts: list[PlannedPost] = field(default_factory=list)
    relinked: list[str] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    published: dict[str, Post] = field(default_factory=dict)
    audit: Audit = field(default_factory=make_empty_audit)
    bases: Bases | None = None
    generation: int = 0
    again: Callable[[], ExportPlan] | None = None

    def counts(self) -> dict[FileStatus, int]:
        """Return how many files have each status; those that none has are left out."""
        counts: dict[FileStatus, int] = {}
        for file in self.files:
            counts[file.status] = counts.get(file.status, 0) + 1
        return counts

    @property
    def conflicts(self) -> list[SiteChange]:
        """The files that were changed by hand."""
        return [file for file in self.files if file.status == "conflict"]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not any(file.status in WRITTEN_STATUSES for file in self.files)


@dataclass(slots=True)
class ExportResult:
    """An export that was made.

    Attributes:
        target: The target's id.
        site: The site's folder.
        written: The files that were written, from the site's root.
        removed: The files that were removed.
        conflicts: The files that were left alone because they were changed by hand.
        notes: The notes whose posts were written or are as they were.
        refused: Notes that were not exported, and why.
        warnings: What the person should know.
    """

    target: str
    site: str
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


# Where every draft and post stands in its site: what an export of all of them would do.


StateName = Literal["new", "changed", "unchanged", "conflict", "orphan", "refused"]
"""How a note's post stands: "new" is not there yet, "changed" would be written anew, "conflict" was
changed by hand in the site, "orphan" has no note that may stand behind it, and the note of a
"refused" one may not leave."""

_ORDER: tuple[StateName, ...] = ("conflict", "refused", "orphan", "changed", "new", "unchanged")


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
    state: StateName
    path: str = ""
    why: str = ""


def list_states(plan: ExportPlan) -> dict[str, PostState]:
    """Return how each note of a plan stands, in order of path."""
    found: dict[str, PostState] = {}
    for file in plan.files:
        if file.note and file.path != MANIFEST_NAME:
            one = _of_file(file)
            known = found.get(file.note)
            found[file.note] = one if known is None else _together(known, one, file)
    for note, error in plan.refused.items():
        known = found.get(note)
        there = f"; {known.why}" if known is not None and known.state == "orphan" else ""
        found[note] = PostState(note, "refused", why=f"{error.message}{there}")
    return dict(sorted(found.items()))


def count_states(found: Iterable[PostState]) -> dict[StateName, int]:
    """Return how many there are of each state, those that need a look first."""
    listed = [one.state for one in found]
    return {state: listed.count(state) for state in _ORDER if state in listed}


def _of_file(file: SiteChange) -> PostState:
    state: StateName = "changed" if file.status == "removed" else file.status
    left_over = state == "orphan" and file.why
    why = f"{file.path}: {file.why}" if left_over else file.why
    return PostState(file.note, state, file.path if file.is_post else "", why)


def _together(known: PostState, one: PostState, file: SiteChange) -> PostState:
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
