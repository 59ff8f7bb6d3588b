"""The plan of an export: every file that it would write or remove in the site."""

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
"""The status of a file. A "conflict" was edited on the site and is not overwritten. An "orphan" has
no exported note, and stays until it is pruned."""

WRITTEN_STATUSES: frozenset[FileStatus] = frozenset({"new", "changed", "removed"})


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The notes to export, and the destination."""

    paths: tuple[str, ...] = ()
    target: str = ""
    site: str = ""
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class SiteChange:
    """One file of a plan."""

    path: str  # in the site
    status: FileStatus
    before: bytes | None  # None for a new file
    after: bytes | None  # None for a file that is removed or left alone
    note: str = ""  # the path of its note, or the slug of a post without a note
    why: str = ""  # explains the status
    is_post: bool = False  # not a picture or the manifest
    is_orphan: bool = False  # belongs to a post without an exported note
    # for files edited on the site: the last written content, and the current content of the note
    base: bytes | None = None
    ours: bytes | None = None
    answers: tuple[str, ...] = ()  # possible choices for edits, apart from merging

    @property
    def can_merge(self) -> bool:
        """Whether edits on the site and in the note can be merged."""
        ours = self.after if self.ours is None else self.ours
        if self.base is None or self.before is None or ours is None:
            return False
        return merge_with_site(self.base, self.before, ours) is not None

    @property
    def is_text(self) -> bool:
        """Whether the file is text."""
        return not any(data and b"\0" in data[:8192] for data in (self.before, self.after))

    def diff(self) -> str:
        """Return the change as a unified diff; "" for pictures and unchanged files."""
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
    """A post to write."""

    post: Post
    path: str  # in the site
    draft: Draft
    changes: list[SourceChange]  # to the note's text, for `--explain`


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """The changes of an export."""

    target: str  # the id
    target_name: str
    site: str  # the folder
    files: list[SiteChange] = field(default_factory=list)  # by path, with the manifest
    posts: list[PlannedPost] = field(default_factory=list)  # as requested
    refused: dict[str, Refused] = field(default_factory=dict)  # by note
    warnings: list[str] = field(default_factory=list)
    published: dict[str, Post] = field(default_factory=dict)  # all posts in the site, by note
    request: ExportRequest = field(default_factory=ExportRequest)
    generation: int = 0  # of the catalog; it increases when notes change
    # For the audit: all drafts, the target's own words, and the slugs in the manifest. The manifest
    # lists the posts of notes that became private until they are pruned.
    drafts: list[Draft] = field(default_factory=list)
    own_words: list[str] = field(default_factory=list)
    known_slugs: list[str] = field(default_factory=list)
    hides_drafts: bool = False  # the generator builds no drafts by default

    def counts(self) -> dict[FileStatus, int]:
        """Return the number of files by status."""
        return Counter(file.status for file in self.files)

    @property
    def draft_notice(self) -> str:
        """A notice about drafts that the site does not show; "" for none."""
        edited = {file.note for file in self.files if file.is_post and _is_published_by_hand(file)}
        drafts = {planned.post.path for planned in self.posts if planned.post.draft}
        if self.hides_drafts and drafts - edited:
            return "Draft: the site hides it until the note says draft: false."
        return ""

    @property
    def conflicts(self) -> list[SiteChange]:
        """The files edited on the site that are not overwritten."""
        return [file for file in self.files if file.status == "conflict"]

    @property
    def edited(self) -> list[SiteChange]:
        """All files edited on the site."""
        return [file for file in self.files if file.answers or file.status == "conflict"]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not any(file.status in WRITTEN_STATUSES for file in self.files)

    def has_same_changes(self, other: ExportPlan) -> bool:
        """Whether both plans make the same changes."""
        mine, theirs = (
            [(file.path, file.status, file.after) for file in plan.files] for plan in (self, other)
        )
        return mine == theirs


def _is_published_by_hand(file: SiteChange) -> bool:
    """Whether the version on the site, which stays or is merged, is published."""
    if file.ours is None:
        return False
    stays = file.before if file.status == "conflict" else file.after
    head, _ = split_post((stays or b"").decode("utf-8", "replace"))
    return str(read_head_fields(head).get("draft")).lower() == "false"


@dataclass(slots=True)
class ExportResult:
    """The result of an export; paths are relative to the site."""

    site: str
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)  # edited on the site
    refused: dict[str, Refused] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    draft_notice: str = ""


# The states of all drafts and posts in a site, from a plan that exports them all.

StateName = Literal["new", "changed", "unchanged", "conflict", "orphan", "refused"]
"""The state of a note's post: "new" has no post yet, "changed" has a changed note, "conflict" was
edited on the site, "orphan" has no exported note, and a "refused" note may not be exported."""


class PostState(NamedTuple):
    """The state of one note in one site."""

    note: str  # its path, or the slug of a post without a note
    state: StateName
    path: str = ""  # of its post in the site
    why: str = ""


def list_states(plan: ExportPlan) -> dict[str, PostState]:
    """Return the state of each note of a plan, by path."""
    files: dict[str, list[SiteChange]] = {}
    for file in plan.files:
        if file.note and file.path != MANIFEST_NAME:
            files.setdefault(file.note, []).append(file)
    found = {note: _state_of(note, own) for note, own in files.items()}
    for note, error in plan.refused.items():
        known = found.get(note)
        online = f" {known.why}" if known is not None and known.state == "orphan" else ""
        found[note] = PostState(note, "refused", why=f"{error.message}{online}")
    return dict(sorted(found.items()))


def _state_of(note: str, files: list[SiteChange]) -> PostState:
    """Return the state of a note from its files. A post with a changed picture is "changed"."""
    post = next((file for file in files if file.is_post), None)
    path = post.path if post is not None else ""
    statuses = {file.status for file in files}
    why = next((file.why for file in files if file.why and file.status != "orphan"), "")
    left = [f"{file.path}: {file.why}" for file in files if file.status == "orphan" and file.why]
    if "conflict" in statuses:
        return PostState(note, "conflict", path, why)
    if statuses == {"orphan"}:
        return PostState(note, "orphan", path, left[0] if left else "")
    # A post may have leftover files, such as an unused picture.
    why = why or (left[0] if left else "")
    if post is not None and post.status == "new":
        return PostState(note, "new", path, why)
    state: StateName = "changed" if statuses - {"unchanged", "orphan"} else "unchanged"
    return PostState(note, state, path, why)
