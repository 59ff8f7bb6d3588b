"""Hexo (8): `source/_drafts/<slug>.md`, and once published `source/_posts/<slug>.md`.

Links and pictures are HTML, because their addresses are Hexo tags, which Markdown would break.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import ClassVar

from notekeep.export.post import Post
from notekeep.export.rewrite import verbatim
from notekeep.export.rewrite.dialect import ESCAPED_MATH, HIDDEN_DOLLAR, Dialect
from notekeep.export.targets.site_settings import (
    as_table,
    read_packages,
    read_settings_file,
)
from notekeep.export.targets.target import Target, zone_warning
from notekeep.markdown.fields.field_values import BareText

_MATH = frozenset({"hexo-filter-mathjax", "hexo-filter-katex", "hexo-math", "hexo-katex"})


class Hexo(Target):
    """A Hexo site."""

    id = "hexo"
    name = "Hexo"
    settings_name = "_config.yml"
    preview = ("npx", "hexo", "server", "--draft")
    hides_drafts = True
    post_file = "{site.source}/_posts/{post.slug}.md"
    draft_file = "{site.source}/_drafts/{post.slug}.md"
    post_address = "{{% post_path {post.slug} %}}{fragment}"
    field_names: ClassVar = {"slug": "", "draft": "", "math": "mathjax"}

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._settings = read_settings_file(os.path.join(folder, self.settings_name))
        self._packages = read_packages(folder)
        self.source = str(self._settings.get("source_dir") or "source").strip("/")
        self._root = "/" + f"{str(self._settings.get('root') or '/').strip('/')}/".lstrip("/")
        self._has_post_folders = self._settings.get("post_asset_folder") is True
        self.dialect = self._dialect()

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether a folder has Hexo's settings. Jekyll uses the same file name."""
        if not super().is_site(folder):
            return False
        return os.path.isdir(os.path.join(folder, "scaffolds")) or "hexo" in read_packages(folder)

    def _dialect(self) -> Dialect:
        marked = "hexo-renderer-markdown-it" not in self._packages
        renderer = as_table(self._settings.get("marked" if marked else "markdown"))
        render = renderer if marked else renderer.get("render") or {}
        listed = renderer.get("plugins")
        plugins = listed if isinstance(listed, list) else []
        names = {str(p.get("name", "") if isinstance(p, dict) else p) for p in plugins}
        math = bool(_MATH & self._packages)
        return Dialect(
            math=ESCAPED_MATH._replace(dollar=HIDDEN_DOLLAR if math else ""),
            single_tilde=marked,
            task_lists=marked or "markdown-it-task-lists" in names,
            heading_ids=False,
            more_in_code=False,
            footnotes=not marked and "markdown-it-footnote" in names,
            indented_code=False,  # only fences are protected from templates
            breaks=render.get("breaks") is not False,
            definitions=not marked and "markdown-it-deflist" in names,
            mermaid_pre=not any("mermaid" in name for name in self._packages),
            as_html=True,
            guard_marks=("{{", "{%", "{#", "#}"),
            guard_prose=verbatim.guard_for_nunjucks,
        )

    def asset_path(self, post: Post, name: str) -> str:
        """Return a path next to the post if the site stores pictures there, or in `images/`."""
        if self._has_post_folders:
            return f"{self.post_path(post).removesuffix('.md')}/{name}"
        return f"{self.source}/images/{post.slug}/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """Return a tag if pictures are next to the post, or an address."""
        if self._has_post_folders:
            return f"{{% asset_path {name} %}}"
        return self.cover_url(post, name)

    def cover_url(self, post: Post, name: str) -> str:
        """Return the name if pictures are next to the post (themes resolve it), or an address."""
        return name if self._has_post_folders else f"{self._root}images/{post.slug}/{name}"

    def moment(self, when: datetime) -> object:
        """Return a time without a time zone. Hexo uses the site's time zone."""
        return BareText(f"{when:%Y-%m-%d %H:%M:%S}")

    def notice(self, post: Post) -> str:
        """Warn if the site has no time zone."""
        return zone_warning(post, self._settings.get("timezone"))
