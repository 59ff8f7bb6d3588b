"""Jekyll (4.3): `_drafts/<slug>.md`, and once published `_posts/YYYY-MM-DD-<slug>.md`."""

from __future__ import annotations

import os
from datetime import datetime
from typing import ClassVar

from notekeep.export.post import Post
from notekeep.export.rewrite import verbatim
from notekeep.export.rewrite.dialect import Dialect, Math
from notekeep.export.targets.site_settings import read_settings_file
from notekeep.export.targets.target import Target, zone_warning
from notekeep.markdown.fields.field_values import BareText

_MARKS = ("_posts", "_drafts", "_layouts", "_includes", "_sass")


class Jekyll(Target):
    """A Jekyll site."""

    id = "jekyll"
    name = "Jekyll"
    settings_name = "_config.yml"
    preview = ("jekyll", "serve", "--drafts", "--future")
    hides_drafts = True
    post_file = "{site.base}_posts/{post.day:%Y-%m-%d}-{post.slug}.md"
    draft_file = "{site.base}_drafts/{post.slug}.md"
    asset_file = "assets/{post.slug}/{name}"
    asset_address = '{{{{ "/assets/{post.slug}/{name}" | relative_url }}}}'
    cover_address = "/assets/{post.slug}/{name}"  # themes resolve it
    post_address = "{{% post_url {post.day:%Y-%m-%d}-{post.slug} %}}{fragment}"
    field_names: ClassVar = {
        "slug": "",
        "updated": "last_modified_at",
        "draft": "",
        "cover": "image",
        "canonical": "canonical_url",
    }

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._settings = read_settings_file(os.path.join(folder, self.settings_name))
        where = str(self._settings.get("collections_dir") or "").strip("/")
        self.base = f"{where}/" if where else ""
        engine = str(self._settings.get("markdown") or "kramdown").lower()
        if engine != "kramdown":
            self.warnings.append(
                f"_config.yml sets markdown: {engine}, but posts are written for kramdown."
            )
        self.dialect = Dialect(
            engine="kramdown",
            math=Math(("$$", "$$"), ("$$", "$$"), within=False),
            bare_urls=False,
            definitions=True,
            more="<!--more-->",
            guard_code=verbatim.guard_for_liquid,
            guard_marks=("{{", "{%"),
            guard_prose=verbatim.guard_for_liquid,
        )

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether a folder has Jekyll's settings and layout. Hexo uses the same settings file."""
        if not super().is_site(folder) or os.path.isdir(os.path.join(folder, "scaffolds")):
            return False
        gems = os.path.join(folder, "Gemfile")
        return os.path.isfile(gems) or any(
            os.path.isdir(os.path.join(folder, name)) for name in _MARKS
        )

    def makes_pages(self, path: str) -> bool:
        """Whether Jekyll builds a path: not excluded, and not hidden (except its own folders)."""
        excluded = self._settings.get("exclude")
        names = excluded if isinstance(excluded, list) else []
        if any(_is_within(path, str(name)) for name in names):
            return False
        own = any(_is_within(path, f"{self.base}{name}") for name in ("_drafts", "_posts"))
        return own or not any(part[0] in "_." for part in path.split("/"))

    def reaches(self, post: Post, other: Post) -> bool:
        """Whether the other post is published. Drafts have no address for links."""
        del post
        return not other.draft

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields, including the layout and the teaser mark."""
        own = {"layout": "post", "excerpt_separator": self.dialect.more}
        return super().fields(post, cover) | own

    def moment(self, when: datetime) -> object:
        """Return a time in Jekyll's format."""
        return BareText(f"{when:%Y-%m-%d %H:%M:%S %z}")

    def notice(self, post: Post) -> str:
        """Warn if the site has no time zone, so that the day depends on where it is built."""
        return zone_warning(post, self._settings.get("timezone"))


def _is_within(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder.strip('/')}/")
