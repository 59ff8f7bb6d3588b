"""Compares the files of an export with the files in the site.

Edits are never overwritten: a file counts as unedited only if its content matches the manifest.
Line ends are ignored, because version control may change them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from notekeep.errors import NotekeepError
from notekeep.export.batch import NOTE_MISSING, SLUG_CHANGED, Batch, ComposedPost
from notekeep.export.manifest import MANIFEST_NAME, Bases, Manifest, ManifestEntry, fingerprint
from notekeep.export.metadata import strip_metadata
from notekeep.export.plan import SiteChange
from notekeep.export.post import Post
from notekeep.markdown.text_merge import has_changes_of, merge_with_site, normalize_line_ends
from notekeep.storage.filesystem import explain_errors
from notekeep.storage.open_folder import content_at

_STILL_ONLINE = "text that is now private is still online"
_MERGE = re.compile(rb"^<{7} .*?^={7}$.*?^>{7} ", re.MULTILINE | re.DOTALL)


class SiteDiff:
    """Compares an export with the site. The result is in `files` and `warnings`."""

    def __init__(
        self, batch: Batch, bases: Bases, shows_private: Callable[[bytes, str], bool]
    ) -> None:
        self.target = batch.target
        self.manifest = batch.manifest
        self.options = batch.options
        self.bases = bases
        self.attachments = batch.drafter.attachments
        self.shows_private = shows_private  # whether a text reveals private text of a note
        self.requested = {path: draft.post.slug for path, draft in batch.requested.items()}
        self.orphans = batch.orphaned_slugs()
        self.files: list[SiteChange] = []
        self.warnings: list[str] = []

    def compare(self, posts: Sequence[ComposedPost]) -> None:
        """Compare posts with the site."""
        entries = dict(self.manifest.posts)
        for post in posts:
            entry = self._compare_post(post)
            if entry is not None:
                entries[post.draft.post.slug] = entry
        self._compare_orphans(entries)
        self._warn_of_dead_links(entries)
        self._compare_manifest(Manifest(entries))
        self.files.sort(key=lambda file: file.path)

    def _compare_post(self, composed: ComposedPost) -> ManifestEntry | None:
        """Compare one post's files. Return its new entry, or None if the post stays unchanged."""
        post = composed.draft.post
        path = self.target.post_path(post)
        old = self.manifest.posts.get(post.slug) or ManifestEntry("", "", "")
        files = {path: composed.data}
        for name, data in composed.assets.items():
            files[self.target.asset_path(post, name)] = data
        changes = [self._compare_file(name, data, old, post.path) for name, data in files.items()]
        if edited := self._find_edited(path, old, post.path):
            changes[0] = self._compare_moved(edited, changes[0], old)
            files[edited.path] = composed.data
        changes[0] = replace(changes[0], is_post=True)
        conflicts = any(change.status == "conflict" for change in changes)
        if post.path not in self.requested and (conflicts or changes[0].status != "changed"):
            return None
        self.files += changes
        entry = _updated_entry(composed, files, changes, old)
        if edited and changes[0].path == path:
            self.files.append(replace(edited, status="removed", why="the post has moved"))
        for name in sorted(old.files.keys() - files.keys()):
            moved = name.rsplit(".", 1)[-1] == path.rsplit(".", 1)[-1]
            why = "the post has moved" if moved else "the post no longer uses it"
            if not moved and self._is_private_now(name, old.files[name]):
                why = "it is private now"
            left = self._unneeded(name, old, post.path, why, goes=moved or self.options.prune)
            if left is not None:
                self.files.append(left)
                if left.status == "orphan":
                    entry.files[name] = old.files[name]
        return entry

    def _is_private_now(self, name: str, digest: str) -> bool:
        """Whether a file of the site is now in a private folder of the vault."""
        for path in self.attachments.withheld:
            with suppress(NotekeepError):
                data = self.attachments.content(path)
                if digest in {fingerprint(data), fingerprint(strip_metadata(name, data) or data)}:
                    return True
        return False

    def _compare_file(self, path: str, after: bytes, old: ManifestEntry, note: str) -> SiteChange:
        before = self._content(path)
        change = SiteChange(path, "changed", before, after, note)
        if before is None:
            return replace(change, status="new")
        there = fingerprint(before)
        if there == fingerprint(after):
            return replace(change, status="unchanged", after=before)
        return change if old.files.get(path) == there else self._compare_edited(change, before, old)

    def _find_edited(self, path: str, old: ManifestEntry, note: str) -> SiteChange | None:
        """Return the edited file of a post that moves to `path`; None if it was not edited."""
        ending = os.path.splitext(path)[1]
        for former in old.files if path not in old.files and self._content(path) is None else ():
            data = self._content(former) if former.endswith(ending) else None
            if data is not None and fingerprint(data) != old.files[former]:
                return SiteChange(former, "conflict", data, None, note)
        return None

    def _compare_moved(self, edited: SiteChange, new: SiteChange, old: ManifestEntry) -> SiteChange:
        """Compare a post with its edited file. The post moves once the edit is resolved."""
        change = replace(new, path=edited.path, status="changed", before=edited.before)
        found = self._compare_edited(change, edited.before or b"", old, moves=True)
        if found.status == "changed":
            return replace(found, path=new.path, status="new", before=None)
        return found

    def _compare_edited(
        self, change: SiteChange, before: bytes, old: ManifestEntry, *, moves: bool = False
    ) -> SiteChange:
        path, after = change.path, change.after or b""
        known = old.files.get(path)
        if known is None and self.options.by_hand != "overwrite":
            why = "not created by notekeep"
            return replace(change, status="conflict", why=why, answers=("overwrite",))
        if merge := _MERGE.search(normalize_line_ends(before)):
            line = merge.string.count(b"\n", 0, merge.start()) + 1
            why = f"it has merge conflict markers from line {line}: resolve them first"
            return replace(change, status="conflict", why=why)
        is_note_same = known == fingerprint(after)
        base = None if known is None else after if is_note_same else self.bases.find(path, known)
        theirs = replace(
            change,
            status="conflict",
            why="edited on the site",
            base=base,
            ours=after,
            answers=("pull", "keep", "overwrite"),
        )
        stays = replace(theirs, status="unchanged", after=before, why="kept your edits on the site")
        reveals = self.shows_private(before, change.note)
        if reveals:
            base = None if base is None else self._public(base, change)
            before = self._public(before, change)
        is_kept = self.options.by_hand == "keep"
        match self.options.by_hand:
            case "overwrite":
                return replace(theirs, status="changed", ours=None)
            case "merge" if base is not None:
                both = merge_with_site(base, before, after)
                if both is not None and not (reveals and self.shows_private(both, change.note)):
                    if both == change.before and not moves:
                        return stays
                    why = "merged with your edits on the site"
                    return replace(theirs, status="changed", after=both, why=why)
        if base is not None and not is_kept and self._has_edits(base, before, after):
            return replace(change, base=base)
        if reveals:  # and the text stays on the site
            theirs, stays = (
                replace(change, why=f"{change.why}; {_STILL_ONLINE}") for change in (theirs, stays)
            )
            self.warnings.append(f"{path}: {_STILL_ONLINE.capitalize()}.")
        is_unchanged = is_note_same and old.kept.get(path) == fingerprint(change.before or b"")
        is_settled = is_unchanged and not moves and not reveals
        return stays if is_kept or is_settled else theirs

    def _public(self, text: bytes, change: SiteChange) -> bytes:
        """Return a post's text without lines that are now private."""
        lines: list[bytes] = []
        for line in text.splitlines(keepends=True):
            if self.shows_private(line, change.note):
                continue
            if line.strip() or not lines or lines[-1].strip():  # keep one blank line
                lines.append(line)
        return b"".join(lines)

    def _has_edits(self, base: bytes, site: bytes, note: bytes) -> bool:
        """Whether the note already contains all edits on the site, as after a pull."""
        more = f"\n\n{self.target.dialect.more}".encode()
        if more.strip() and more not in base and more not in site:
            note = note.replace(more, b"", 1)  # the note became longer and got a teaser mark
        return has_changes_of(note, site, base)

    def _content(self, path: str) -> bytes | None:
        with explain_errors(path, "read"):
            return content_at(self.target.folder, path)

    def _unneeded(
        self, path: str, old: ManifestEntry, note: str, why: str, *, goes: bool
    ) -> SiteChange | None:
        """Return the change for an unneeded file; None if it does not exist."""
        there = self._content(path)
        if there is None:
            return None
        if fingerprint(there) != old.files[path]:
            return SiteChange(path, "orphan", there, None, note, f"{why}; edited on the site")
        return SiteChange(path, "removed" if goes else "orphan", there, None, note, why)

    def _compare_manifest(self, manifest: Manifest) -> None:
        before, after = self._content(MANIFEST_NAME), manifest.data()
        change = SiteChange(MANIFEST_NAME, "changed", before, after)
        if before is None:
            change = replace(change, status="new")
        elif fingerprint(before) == fingerprint(after):
            change = replace(change, status="unchanged", after=before)
        if before is not None or manifest.posts:
            self.files.append(change)

    # Posts without an exported note. Unedited files are removed on request, unless other posts
    # link to them.

    def _compare_orphans(self, entries: dict[str, ManifestEntry]) -> None:
        orphans = self.orphans
        current = {
            path for slug, entry in entries.items() if slug not in orphans for path in entry.files
        }
        for slug, why in orphans.items():
            old = self.manifest.posts[slug]
            moved = self.requested.get(old.note, old.moved) if why == SLUG_CHANGED else ""
            left = replace(old, files={}, moved=moved)
            others = [
                entry.name(other)
                for other, entry in entries.items()
                if why == NOTE_MISSING and other not in orphans and slug in entry.links
            ]
            linking = next(iter(others), "")
            reason = f"{why}, but {linking} links to it: export that post too" if linking else why
            goes = why == SLUG_CHANGED or (self.options.prune and not linking)
            for path in sorted(old.files.keys() - current):
                change = self._unneeded(path, old, old.note or slug, reason, goes=goes)
                if change is None:
                    continue
                if change.status == "orphan":
                    still = "still in the site" if old.draft else "still online"
                    change = replace(change, why=f"{still}: {change.why}", is_orphan=True)
                    left.files[path] = old.files[path]
                self.files.append(change)
            if left.files:
                entries[slug] = left
            else:
                entries.pop(slug, None)

    def _warn_of_dead_links(self, entries: Mapping[str, ManifestEntry]) -> None:
        """Warn about posts that link to posts that are no longer published."""
        for slug, entry in entries.items():
            if slug in self.orphans:
                continue
            for other in entry.links:
                found = entries.get(other)
                if found is None or not self.target.reaches(_post(entry), _post(found)):
                    self.warnings.append(
                        f"{entry.name(slug)} links to {other}, which is not published. Export that"
                        " post too."
                    )


def _post(entry: ManifestEntry) -> Post:
    return Post(entry.note, "", draft=entry.draft)


def _updated_entry(
    post: ComposedPost,
    files: Mapping[str, bytes],
    changes: Sequence[SiteChange],
    old: ManifestEntry,
) -> ManifestEntry:
    """Return the manifest entry of a post, with the digests of its files."""
    entry = replace(post.entry, files={}, kept={})
    for change in changes:
        path = change.path
        if change.status != "conflict":
            entry.files[path] = fingerprint(files[path])
            if change.ours is not None and change.after is not None:
                entry.kept[path] = fingerprint(change.after)
        elif path in old.files:
            entry.files[path] = old.files[path]
            if path in old.kept:
                entry.kept[path] = old.kept[path]
    return entry
