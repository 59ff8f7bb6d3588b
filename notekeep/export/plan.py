"""A plan of an export: every file it would write or remove in the site, before anything is done."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from notekeep.export.audit import Audit, nothing_hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.errors import Refused
    from notekeep.export.bases import Bases
    from notekeep.export.draft import Draft
    from notekeep.export.passage import Change
    from notekeep.export.properties import Post

Status = Literal["new", "changed", "unchanged", "conflict", "orphan", "removed"]
"""What happens to a file: "conflict" was changed by hand and is left alone, "orphan" belongs to
nothing any more and is left until it is pruned, "removed" goes."""

STILL_THERE = ("still online", "still in the site")
"""How it begins why a post is an orphan, and no picture of one: published, and as a draft."""

WRITTEN: frozenset[Status] = frozenset({"new", "changed", "removed"})


@dataclass(frozen=True, slots=True)
class FileChange:
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
    status: Status
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
        from notekeep.export.threeway import merged

        if self.base is None or self.before is None or self.ours is None:
            return False
        return merged(self.base, self.before, self.ours) is not None

    @property
    def is_still_there(self) -> bool:
        """Whether it is of a post that no note stands behind any more."""
        return self.status == "orphan" and self.why.startswith(STILL_THERE)

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
            from notekeep.export.threeway import three_way_diff

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
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
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
    files: list[FileChange] = field(default_factory=list)
    posts: list[PlannedPost] = field(default_factory=list)
    relinked: list[str] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    published: dict[str, Post] = field(default_factory=dict)
    audit: Audit = field(default_factory=nothing_hidden)
    bases: Bases | None = None
    generation: int = 0
    again: Callable[[], Plan] | None = None

    def counts(self) -> dict[Status, int]:
        """Return how many files have each status; those that none has are left out."""
        counts: dict[Status, int] = {}
        for file in self.files:
            counts[file.status] = counts.get(file.status, 0) + 1
        return counts

    @property
    def conflicts(self) -> list[FileChange]:
        """The files that were changed by hand."""
        return [file for file in self.files if file.status == "conflict"]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not any(file.status in WRITTEN for file in self.files)


@dataclass(slots=True)
class Exported:
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
