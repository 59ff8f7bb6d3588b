"""Posts that no exported note stands behind any more, and links that would lead to nothing.

What notekeep wrote and nobody touched goes when it is asked to; a post that another one, which
stays as it is, links to does not, so that no visitor is led to nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.export.choosing import GONE, MOVED
from notekeep.export.plan import STILL_THERE
from notekeep.export.properties import Post

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.export.compare import Comparison
    from notekeep.export.manifest import Entry


class Orphans:
    """What becomes of the posts without a note.

    Attributes:
        comparison: The plan that is made.
        posts: What the manifest will say, to be changed.
        gone: Slugs of posts without a note, and why.
    """

    def __init__(
        self, comparison: Comparison, posts: dict[str, Entry], gone: Mapping[str, str]
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

    def _left(self, slug: str, why: str, kept: set[str]) -> Entry:
        """Compare the files of one such post; returns what the manifest keeps of it."""
        entry = self.comparison.manifest.posts[slug]
        moved = self._asked.get(entry.note, entry.moved) if why == MOVED else ""
        left = replace(entry, files={}, moved=moved)
        linking = self._linking(slug) if why == GONE else ""
        if linking:
            why = f"{why}, but {linking} links to it: export that too"
        for path in sorted(entry.files.keys() - kept):
            change = self.comparison.left(
                path, entry, entry.note or slug, why, remove=why == MOVED, stay=bool(linking)
            )
            if change is None:
                continue
            if change.status == "orphan":
                still = STILL_THERE[entry.draft]
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

    def _is_reached(self, entry: Entry, slug: str) -> bool:
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
