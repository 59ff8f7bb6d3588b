"""Hexo (8): `source/_drafts/<slug>.md`, and once published `source/_posts/<slug>.md`.

Addresses of posts and pictures are Hexo tags, which Markdown would break, so links and pictures are
HTML.
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
from notekeep.markdown.field_values import BareText

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
        self._beside = self._settings.get("post_asset_folder") is True
        self.dialect = self._dialect()

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether it has Hexo's settings. Jekyll uses the same file name."""
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
        """Return a path next to the post if the site keeps pictures there, else in `images/`."""
        if self._beside:
            return f"{self.post_path(post).removesuffix('.md')}/{name}"
        return f"{self.source}/images/{post.slug}/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """Return a tag if pictures are next to the post, else their address."""
        return f"{{% asset_path {name} %}}" if self._beside else self.cover_url(post, name)

    def cover_url(self, post: Post, name: str) -> str:
        """Return the plain name next to a post, which themes resolve, else the address."""
        return name if self._beside else f"{self._root}images/{post.slug}/{name}"

    def moment(self, when: datetime) -> object:
        """Return a time without a zone: Hexo uses the site's."""
        return BareText(f"{when:%Y-%m-%d %H:%M:%S}")

    def notice(self, post: Post) -> str:
        """The site's time zone must be the author's."""
        return zone_warning(post, self._settings.get("timezone"))
