"""An export that has not been made, as a value: every file it would write or remove in the site."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from notekeep.errors import Refused
from notekeep.export.draft import Draft
from notekeep.export.manifest import MANIFEST_NAME
from notekeep.export.post import Post
from notekeep.export.pull import read_head_fields, split_post
from notekeep.export.source import Options
from notekeep.export.source_map import SourceChange
from notekeep.markdown.text_merge import merge_with_site, three_way_diff

FileStatus = Literal["new", "changed", "unchanged", "conflict", "orphan", "removed"]
"""What happens to a file: "conflict" was changed by hand and is left alone, "orphan" belongs to
nothing any more and is left until it is pruned, "removed" goes."""

WRITTEN_STATUSES: frozenset[FileStatus] = frozenset({"new", "changed", "removed"})


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported and where to: enough to plan it again."""

    paths: tuple[str, ...] = ()
    target: str = ""
    site: str = ""
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class SiteChange:
    """One file of a plan."""

    path: str  # where it is, from the site's root
    status: FileStatus
    before: bytes | None  # what it holds, or None when it is not there
    after: bytes | None  # what it is to hold, or None when it goes or stays
    note: str = ""  # the note it comes from, or the slug of a post whose note is gone, or ""
    why: str = ""  # why, where the status does not say it
    is_post: bool = False  # whether it is a post, not a picture or the manifest
    is_orphan: bool = False  # whether it stays of a post that no note stands behind any more
    # of a file that was changed by hand, what was written last, where that is known
    base: bytes | None = None
    ours: bytes | None = None  # of such a file, what an export makes of the note by itself
    # of one that was edited there, what a person can say becomes of it, besides merging
    answers: tuple[str, ...] = ()

    @property
    def can_merge(self) -> bool:
        """Whether what was changed by hand and what the note says by now go together."""
        ours = self.after if self.ours is None else self.ours
        if self.base is None or self.before is None or ours is None:
            return False
        return merge_with_site(self.base, self.before, ours) is not None

    @property
    def is_text(self) -> bool:
        """Whether it can be shown line by line."""
        return not any(data and b"\0" in data[:8192] for data in (self.before, self.after))

    def diff(self) -> str:
        """Return what would change as a unified diff; "" for pictures and what stays."""
        if not self.is_text or self.status == "unchanged":
            return ""
        if self.status == "conflict" and None not in (self.base, self.before, self.ours):
            sides = (self.base or b"", self.before or b"", self.ours or b"")
            return "\n".join([*three_way_diff(self.path, *sides), ""])
        old, new = (
            [] if data is None else data.decode("utf-8", "replace").splitlines(keepends=True)
            for data in (self.before, self.before if self.status == "orphan" else self.after)
        )
        names = (self.path if old else "/dev/null", self.path if new else "/dev/null")
        lines = difflib.unified_diff(old, new, *names)
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


class PlannedPost(NamedTuple):
    """A post as it will be in the site."""

    post: Post
    path: str  # its file, from the site's root
    draft: Draft  # the note before it was made a post of this site
    changes: list[SourceChange]  # what was done to the note, by line: what `--explain` prints


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What an export would do."""

    target: str  # the target's id; `target_name` is what its generator is called
    target_name: str
    site: str  # the site's folder
    # every file, in order of path; the manifest is one of them
    files: list[SiteChange] = field(default_factory=list)
    # the posts that were asked for, in the order asked for
    posts: list[PlannedPost] = field(default_factory=list)
    # notes that may not or cannot be exported, and why
    refused: dict[str, Refused] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    # every note that has a post in the site, and the post
    published: dict[str, Post] = field(default_factory=dict)
    request: ExportRequest = field(default_factory=ExportRequest)  # what was asked for
    # the generation of the catalog it was made of; a later one means that notes changed
    generation: int = 0
    # all drafts that the files were made of, for the audit
    drafts: list[Draft] = field(default_factory=list)
    # the words that the exporter writes by itself, for the audit
    own_words: list[str] = field(default_factory=list)
    # what the site's manifest names already, for the audit: notes that may not leave any more are
    # in it until their posts are pruned
    known_slugs: list[str] = field(default_factory=list)
    hides_drafts: bool = False  # whether the site's generator builds no drafts unless asked to

    def counts(self) -> dict[FileStatus, int]:
        """Return how many files have each status; those that none has are left out."""
        return Counter(file.status for file in self.files)

    @property
    def draft_notice(self) -> str:
        """What to know of drafts that the site does not show; "" where there are none."""
        edited = {file.note for file in self.files if file.is_post and _is_published_by_hand(file)}
        drafts = {planned.post.path for planned in self.posts if planned.post.draft}
        if self.hides_drafts and drafts - edited:
            return "Draft: the site hides it until the note says draft: false."
        return ""

    @property
    def conflicts(self) -> list[SiteChange]:
        """The files that were changed by hand."""
        return [file for file in self.files if file.status == "conflict"]

    @property
    def edited(self) -> list[SiteChange]:
        """The files that were changed by hand, whatever was chosen for them."""
        return [file for file in self.files if file.answers or file.status == "conflict"]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not any(file.status in WRITTEN_STATUSES for file in self.files)

    def does_the_same_as(self, other: ExportPlan) -> bool:
        """Whether both do the same to each file."""
        mine, theirs = (
            [(file.path, file.status, file.after) for file in plan.files] for plan in (self, other)
        )
        return mine == theirs


def _is_published_by_hand(file: SiteChange) -> bool:
    """Whether a post that stays as edited on the site, or is merged with that, is no draft."""
    if file.ours is None:
        return False
    stays = file.before if file.status == "conflict" else file.after
    head, _ = split_post((stays or b"").decode("utf-8", "replace"))
    return str(read_head_fields(head).get("draft")).lower() == "false"


@dataclass(slots=True)
class ExportResult:
    """An export that was made; its files are named from the site's root."""

    site: str
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    # the files that were left alone because they were changed by hand
    conflicts: list[str] = field(default_factory=list)
    # notes that were not exported, and why
    refused: dict[str, Refused] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    draft_notice: str = ""  # what to know of drafts that the site does not show


# How drafts and posts stand in a site: what an export of all of them would do.

StateName = Literal["new", "changed", "unchanged", "conflict", "orphan", "refused"]
"""How a note's post stands: "new" is not there yet, "changed" would be written anew, "conflict" was
changed by hand in the site, "orphan" has no note that may stand behind it, and the note of a
"refused" one may not leave."""


class PostState(NamedTuple):
    """How one note stands in one site."""

    note: str  # the note's path, or the slug of a post whose note is gone
    state: StateName
    path: str = ""  # its post in the site; "" for one that has none
    why: str = ""


def list_states(plan: ExportPlan) -> dict[str, PostState]:
    """Return how each note of a plan stands, in order of path."""
    files: dict[str, list[SiteChange]] = {}
    for file in plan.files:
        if file.note and file.path != MANIFEST_NAME:
            files.setdefault(file.note, []).append(file)
    found = {note: _state_of(note, own) for note, own in files.items()}
    for note, error in plan.refused.items():
        known = found.get(note)
        there = f"; {known.why}" if known is not None and known.state == "orphan" else ""
        found[note] = PostState(note, "refused", why=f"{error.message}{there}")
    return dict(sorted(found.items()))


def _state_of(note: str, files: list[SiteChange]) -> PostState:
    """Return what a note's files say together: a post whose picture changed has changed."""
    post = next((file for file in files if file.is_post), None)
    path = post.path if post is not None else ""
    statuses = {file.status for file in files}
    why = next((file.why for file in files if file.why and file.status != "orphan"), "")
    left = [f"{file.path}: {file.why}" for file in files if file.status == "orphan" and file.why]
    if "conflict" in statuses:
        return PostState(note, "conflict", path, why)
    if statuses == {"orphan"}:
        return PostState(note, "orphan", path, left[0] if left else "")
    # Of a post that is there a file can be left over, such as a picture it had.
    why = why or (left[0] if left else "")
    if post is not None and post.status == "new":
        return PostState(note, "new", path, why)
    state: StateName = "changed" if statuses - {"unchanged", "orphan"} else "unchanged"
    return PostState(note, state, path, why)
