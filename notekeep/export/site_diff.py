"""Planned files against the site; orphans."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from notekeep.export.batch import NOTE_GONE, SLUG_CHANGED
from notekeep.export.manifest import MANIFEST_NAME, Manifest, ManifestEntry, fingerprint
from notekeep.export.plan import KEPT_ORPHAN_STATUSES, ExportPlan, SiteChange
from notekeep.export.post import Post
from notekeep.markdown.text_merge import merge_with_site, plain_ends
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.open_folder import content_at

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from notekeep.export.manifest import Bases
    from notekeep.export.pipeline import ComposedPost
    from notekeep.export.plan import FileStatus
    from notekeep.export.source import Options
    from notekeep.export.targets.target import Target


# Posts that no exported note stands behind any more, and links that would lead to nothing.
#
# What notekeep wrote and nobody touched goes when it is asked to; a post that another one, which
# stays as it is, links to does not, so that no visitor is led to nothing.


class OrphanedPosts:
    """What becomes of the posts without a note.

    Attributes:
        comparison: The plan that is made.
        posts: What the manifest will say, to be changed.
        gone: Slugs of posts without a note, and why.
    """

    def __init__(
        self, comparison: SiteComparison, posts: dict[str, ManifestEntry], gone: Mapping[str, str]
    ) -> None:
        self.comparison = comparison
        self.posts = posts
        self.gone = gone
        self._asked = {one.post.path: one.post.slug for one in comparison.plan.posts}

    def run(self) -> None:
        """Plan what becomes of them."""
        kept = {
            path
            for slug, entry in self.posts.items()
            if slug not in self.gone
            for path in entry.files
        }
        for slug, why in self.gone.items():
            left = self._left(slug, why, kept)
            if left.files:
                self.posts[slug] = left
            else:
                self.posts.pop(slug, None)
        self._tell_of_dead_links()

    def _left(self, slug: str, why: str, kept: set[str]) -> ManifestEntry:
        """Compare the files of one such post; returns what the manifest keeps of it."""
        entry = self.comparison.manifest.posts[slug]
        moved = self._asked.get(entry.note, entry.moved) if why == SLUG_CHANGED else ""
        left = replace(entry, files={}, moved=moved)
        linking = self._linking(slug) if why == NOTE_GONE else ""
        if linking:
            why = f"{why}, but {linking} links to it: export that too"
        for path in sorted(entry.files.keys() - kept):
            change = self.comparison.left(
                path, entry, entry.note or slug, why, remove=why == SLUG_CHANGED, stay=bool(linking)
            )
            if change is None:
                continue
            if change.status == "orphan":
                still = KEPT_ORPHAN_STATUSES[entry.draft]
                change = replace(change, why=f"{still}: {change.why}")
            self.comparison.plan.files.append(change)
            if change.status == "orphan":
                left.files[path] = entry.files[path]
        return left

    def _linking(self, slug: str) -> str:
        """Return the note of a post that stays and links to this one, or ""."""
        for other, entry in self.posts.items():
            if other not in self.gone and slug in entry.links:
                return entry.name(other)
        return ""

    def _is_reached(self, entry: ManifestEntry, slug: str) -> bool:
        found = self.posts.get(slug)
        if found is None:
            return False
        here, there = (Post(one.note, "", draft=one.draft) for one in (entry, found))
        return self.comparison.target.reaches(here, there)

    def _tell_of_dead_links(self) -> None:
        """Name posts that are not written anew and link to what visitors cannot see any more."""
        for slug, entry in self.posts.items():
            if slug in self.gone:
                continue
            for other in entry.links:
                if not self._is_reached(entry, other):
                    self.comparison.plan.warnings.append(
                        f"{entry.name(slug)} links to {other}, which is not there for"
                        " visitors: export it too"
                    )


# What an export would do to a site: planned files against those that are there.
#
# Nothing written by hand is overwritten: a file counts as notekeep's own only while it holds
# what the manifest says was written last. Line ends do not count, as version control changes
# them.


_MERGE = re.compile(rb"^<{7} .*?^={7}$.*?^>{7} ", re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class SiteComparison:
    """Fills a plan with what happens to each file.

    Attributes:
        plan: The plan to fill.
        target: The site.
        manifest: What was written last.
        options: What the person chose.
        bases: What was written last.
    """

    plan: ExportPlan
    target: Target
    manifest: Manifest
    options: Options
    bases: Bases

    def run(self, written: Sequence[ComposedPost], gone: Mapping[str, str]) -> None:
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
        OrphanedPosts(self, posts, gone).run()
        self._manifest(Manifest(posts))
        self.plan.files.sort(key=lambda file: file.path)

    def _post(self, one: ComposedPost, asked: Collection[str]) -> ManifestEntry | None:
        """Compare one post's files; returns its entry, or None when that stays as it is.

        The address may be one that another post leaves with this export, and its files with it. A
        post that was not asked for is written only when all that differs is a link of its.
        """
        post = one.draft.post
        path = self.target.post_path(post)
        old = self.manifest.posts.get(post.slug) or ManifestEntry("", "", "")
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

    def _file(self, path: str, after: bytes, old: ManifestEntry, note: str) -> SiteChange:
        before = self._there(path)
        if before is None:
            return SiteChange(path, "new", before, after, note)
        there = fingerprint(before)
        if there == fingerprint(after):
            return SiteChange(path, "unchanged", before, before, note)
        if old.files.get(path) == there:
            return SiteChange(path, "changed", before, after, note)
        return self._by_hand(path, before, after, old, note)

    def _by_hand(
        self, path: str, before: bytes, after: bytes, old: ManifestEntry, note: str
    ) -> SiteChange:
        """Return what happens to a file that holds what a person gave it."""
        known = old.files.get(path)
        if known is None and self.options.answer(path) != "overwrite":
            why = "it was not made by notekeep"
            return SiteChange(path, "conflict", before, after, note, why, answers=("overwrite",))
        if line := _line_of_marks(before):
            why = f"it holds both sides of a merge, from line {line} on: settle that first"
            return SiteChange(path, "conflict", before, after, note, why)
        base = self._base(path, known, after)
        theirs = SiteChange(
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
                both = merge_with_site(base, before, after)
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
        with explain_errors(path, "read"):
            found = content_at(self.target.folder, path)
        return found[0] if found is not None else None

    def left(
        self,
        path: str,
        old: ManifestEntry,
        note: str,
        why: str,
        *,
        remove: bool,
        stay: bool = False,
    ) -> SiteChange | None:
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
            return SiteChange(path, "orphan", there, None, note, f"{why}; it was changed by hand")
        goes = remove or (self.options.prune and not stay)
        status: FileStatus = "removed" if goes else "orphan"
        return SiteChange(path, status, there, None, note, why)

    def _manifest(self, manifest: Manifest) -> None:
        before = self._there(MANIFEST_NAME)
        after = manifest.data()
        if before is None and not manifest.posts:
            return
        same = before is not None and fingerprint(before) == fingerprint(after)
        status: FileStatus = "new" if before is None else "unchanged" if same else "changed"
        self.plan.files.append(SiteChange(MANIFEST_NAME, status, before, before if same else after))


def _line_of_marks(data: bytes) -> int:
    """Return the line of the first of git's marks of a merge; 0 when there is no merge."""
    match = _MERGE.search(plain_ends(data))
    return match.string.count(b"\n", 0, match.start()) + 1 if match else 0


def _staying(change: SiteChange) -> SiteChange:
    """Return a file that was changed by hand and stays so."""
    why = "it stays as it was changed by hand"
    return replace(change, status="unchanged", after=change.before, why=why)


def _entry(
    one: ComposedPost, files: Mapping[str, bytes], changes: Sequence[SiteChange], old: ManifestEntry
) -> ManifestEntry:
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
