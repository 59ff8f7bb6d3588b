"""What an export would do to a site: planned files against those that are there.

Nothing written by hand is overwritten: a file counts as notekeep's own only while it holds what the
manifest says was written last. Line ends do not count, as version control changes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from notekeep.export.bases import fingerprint, plain_ends
from notekeep.export.manifest import NAME, Entry, Manifest
from notekeep.export.orphans import Orphans
from notekeep.export.plan import FileChange, Plan
from notekeep.export.threeway import merged
from notekeep.files.look import content_at
from notekeep.files.reasons import explained

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from notekeep.export.bases import Bases
    from notekeep.export.composing import Written
    from notekeep.export.options import Options
    from notekeep.export.plan import Status
    from notekeep.export.targets.target import Target


_MERGE = re.compile(rb"^<{7} .*?^={7}$.*?^>{7} ", re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Comparison:
    """Fills a plan with what happens to each file.

    Attributes:
        plan: The plan to fill.
        target: The site.
        manifest: What was written last.
        options: What the person chose.
        bases: What was written last.
    """

    plan: Plan
    target: Target
    manifest: Manifest
    options: Options
    bases: Bases

    def run(self, written: Sequence[Written], gone: Mapping[str, str]) -> None:
        """Compare.

        Args:
            written: The posts as they are to be.
            gone: Slugs of posts that belong to no exported note any more, and why.
        """
        posts = dict(self.manifest.posts)
        asked = {planned.post.path for planned in self.plan.posts}
        for one in written:
            entry = self._post(one, asked)
            if entry is not None:
                posts[one.draft.post.slug] = entry
        Orphans(self, posts, gone).run()
        self._manifest(Manifest(posts))
        self.plan.files.sort(key=lambda file: file.path)

    def _post(self, one: Written, asked: Collection[str]) -> Entry | None:
        """Compare one post's files; returns its entry, or None when that stays as it is.

        The address may be one that another post leaves with this export, and its files with it. A
        post that was not asked for is written only when all that differs is a link of its.
        """
        post = one.draft.post
        path = self.target.post_path(post)
        old = self.manifest.posts.get(post.slug) or Entry("", "", "")
        files = {
            path: one.data,
            **{self.target.asset_path(post, a.name): a.data for a in one.assets},
        }
        changes = [self._file(name, data, old, post.path) for name, data in files.items()]
        changes[0] = replace(changes[0], is_post=True)
        if post.path not in asked:
            if any(c.status == "conflict" for c in changes) or changes[0].status != "changed":
                return None
            self.plan.relinked.append(post.path)
        self.plan.files += changes
        entry = _entry(one, files, changes, old)
        for name in sorted(old.files.keys() - files.keys()):
            moved = name.rsplit(".", 1)[-1] == path.rsplit(".", 1)[-1]
            moved = moved or (old.note != post.path and old.note in asked)
            why = "the post has moved" if moved else "the post does not use it any more"
            left = self.left(name, old, post.path, why, remove=moved)
            if left is not None:
                self.plan.files.append(left)
                if left.status == "orphan":
                    entry.files[name] = old.files[name]
        return entry

    def _file(self, path: str, after: bytes, old: Entry, note: str) -> FileChange:
        before = self._there(path)
        if before is None:
            return FileChange(path, "new", before, after, note)
        there = fingerprint(before)
        if there == fingerprint(after):
            return FileChange(path, "unchanged", before, before, note)
        if old.files.get(path) == there:
            return FileChange(path, "changed", before, after, note)
        return self._by_hand(path, before, after, old, note)

    def _by_hand(self, path: str, before: bytes, after: bytes, old: Entry, note: str) -> FileChange:
        """Return what happens to a file that holds what a person gave it."""
        known = old.files.get(path)
        if known is None and self.options.answer(path) != "overwrite":
            why = "it was not made by notekeep"
            return FileChange(path, "conflict", before, after, note, why, answers=("overwrite",))
        if line := _line_of_marks(before):
            why = f"it holds both sides of a merge, from line {line} on: settle that first"
            return FileChange(path, "conflict", before, after, note, why)
        base = self._base(path, known, after)
        theirs = FileChange(
            path,
            "conflict",
            before,
            after,
            note,
            "it was changed by hand",
            base=base,
            ours=after,
            answers=("pull", "keep", "overwrite"),
        )
        kept = old.kept.get(path) == fingerprint(before) and known == fingerprint(after)
        match self.options.answer(path):
            case "overwrite":
                return replace(theirs, status="changed", ours=None)
            case "keep":
                return _staying(theirs)
            case "merge" if theirs.can_merge and base is not None:
                both = merged(base, before, after)
                if both == before:
                    return _staying(theirs)
                why = "with what was changed by hand"
                return replace(theirs, status="changed", after=both, why=why)
        return _staying(theirs) if kept else theirs

    def _base(self, path: str, known: str | None, after: bytes) -> bytes | None:
        """Return what was written last, from history or from a note that has not changed."""
        if known is None:
            return None
        return after if fingerprint(after) == known else self.bases.find(path, known)

    def _there(self, path: str) -> bytes | None:
        with explained(path, "read"):
            found = content_at(self.target.folder, path)
        return found[0] if found is not None else None

    def left(
        self, path: str, old: Entry, note: str, why: str, *, remove: bool, stay: bool = False
    ) -> FileChange | None:
        """Return what happens to a file that nothing needs; None when it is not there.

        Args:
            path: The file.
            old: The manifest entry it belongs to.
            note: The note it came from.
            why: Why it is not needed.
            remove: Whether it goes without being asked.
            stay: Whether it stays though it is asked to go.
        """
        there = self._there(path)
        if there is None:
            return None
        if fingerprint(there) != old.files[path]:
            return FileChange(path, "orphan", there, None, note, f"{why}; it was changed by hand")
        goes = remove or (self.options.prune and not stay)
        status: Status = "removed" if goes else "orphan"
        return FileChange(path, status, there, None, note, why)

    def _manifest(self, manifest: Manifest) -> None:
        before = self._there(NAME)
        after = manifest.data()
        if before is None and not manifest.posts:
            return
        same = before is not None and fingerprint(before) == fingerprint(after)
        status: Status = "new" if before is None else "unchanged" if same else "changed"
        self.plan.files.append(FileChange(NAME, status, before, before if same else after))


def _line_of_marks(data: bytes) -> int:
    """Return the line of the first of git's marks of a merge; 0 when there is no merge."""
    match = _MERGE.search(plain_ends(data))
    return match.string.count(b"\n", 0, match.start()) + 1 if match else 0


def _staying(change: FileChange) -> FileChange:
    """Return a file that was changed by hand and stays so."""
    why = "it stays as it was changed by hand"
    return replace(change, status="unchanged", after=change.before, why=why)


def _entry(
    one: Written, files: Mapping[str, bytes], changes: Sequence[FileChange], old: Entry
) -> Entry:
    """Return what the manifest says of a post: each file as an export makes it of the note."""
    entry = replace(one.entry, files={}, kept={})
    for change in changes:
        if change.status != "conflict":
            entry.files[change.path] = fingerprint(files[change.path])
            if change.ours is not None and change.after is not None:
                entry.kept[change.path] = fingerprint(change.after)
        elif change.path in old.files:
            entry.files[change.path] = old.files[change.path]
            if change.path in old.kept:
                entry.kept[change.path] = old.kept[change.path]
    return entry
