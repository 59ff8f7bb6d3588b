"""Hexo (8): `source/_drafts/<slug>.md`, and once published `source/_posts/<slug>.md`.

Addresses of posts and pictures are written by tags of Hexo's own, which Markdown would take apart,
so links and pictures are HTML.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from notekeep.export.rewrite import verbatim
from notekeep.export.rewrite.dialect import ESCAPED_MATH, HIDDEN_DOLLAR, Dialect
from notekeep.export.targets.front_matter import UnquotedText, format_yaml_head
from notekeep.export.targets.site_settings import packages, read_yaml
from notekeep.export.targets.target import Target, zone_warning

if TYPE_CHECKING:
    from datetime import datetime

    from notekeep.export.post import Post

_MATH = frozenset({"hexo-filter-mathjax", "hexo-filter-katex", "hexo-math", "hexo-katex"})


class Hexo(Target):
    """A Hexo site."""

    id = "hexo"
    name = "Hexo"
    settings_name = "_config.yml"
    preview = ("npx", "hexo", "server", "--draft")

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._settings: dict[str, Any] = read_yaml(os.path.join(folder, self.settings_name))
        self._packages = packages(folder)
        self._source = str(self._settings.get("source_dir") or "source").strip("/")
        self._root = "/" + f"{str(self._settings.get('root') or '/').strip('/')}/".lstrip("/")
        self._beside = self._settings.get("post_asset_folder") is True
        self.dialect = self._dialect()

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether it has Hexo's settings; Jekyll has a file of that name."""
        if not super().is_site(folder):
            return False
        return os.path.isdir(os.path.join(folder, "scaffolds")) or "hexo" in packages(folder)

    def _dialect(self) -> Dialect:
        marked = "hexo-renderer-markdown-it" not in self._packages
        said = self._settings.get("marked" if marked else "markdown")
        said = said if isinstance(said, dict) else {}
        render = said if marked else said.get("render") or {}
        names = {str(p.get("name", "") if isinstance(p, dict) else p) for p in _plugins(said)}
        math = bool(_MATH & self._packages)
        return Dialect(
            math=ESCAPED_MATH._replace(dollar=HIDDEN_DOLLAR if math else ""),
            task_lists=marked or "markdown-it-task-lists" in names,
            heading_ids=False,
            more_in_code=False,
            footnotes=not marked and "markdown-it-footnote" in names,
            indented_code=False,  # only fences are safe from templates
            breaks=render.get("breaks") is not False,
            definitions=not marked and "markdown-it-deflist" in names,
            mermaid_pre=not any("mermaid" in name for name in self._packages),
            as_html=True,
            guard_marks=("{{", "{%", "{#", "#}"),
            guard_prose=verbatim.guard_for_nunjucks,
        )

    def _folder(self, post: Post) -> str:
        return f"{self._source}/{'_drafts' if post.draft else '_posts'}"

    def post_path(self, post: Post) -> str:
        """`source/_drafts/atomic-habits.md` or `source/_posts/atomic-habits.md`."""
        return f"{self._folder(post)}/{post.slug}.md"

    def asset_path(self, post: Post, name: str) -> str:
        """`source/_drafts/atomic-habits/loop.png`, or `source/images/atomic-habits/loop.png`."""
        if self._beside:
            return f"{self._folder(post)}/{post.slug}/{name}"
        return f"{self._source}/images/{post.slug}/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """A tag where pictures lie beside the post, else their address."""
        if self._beside:
            return f"{{% asset_path {name} %}}"
        return self.cover_url(post, name)

    def cover_url(self, post: Post, name: str) -> str:
        """The plain name beside a post, which themes look up, else the address."""
        return name if self._beside else f"{self._root}images/{post.slug}/{name}"

    def link(self, post: Post, other: Post, anchor: str) -> str:
        """`{% post_path atomic-habits %}#id`, which the build resolves."""
        del post
        return f"{{% post_path {other.slug} %}}" + (f"#{anchor}" if anchor else "")

    def head(self, post: Post, cover: str) -> str:
        """Return YAML front matter; Hexo reads times without an offset, in the site's zone."""
        fields: dict[str, object] = {
            "title": post.title,
            "date": _moment(post.day),
            "updated": _moment(post.updated) if post.updated else None,
            "tags": post.tags,
            "categories": post.categories,
            "description": post.description,
            "cover": cover,
            "canonical": post.canonical,
            "lang": post.lang,
            "series": post.series,
            "part": post.part,
            "mathjax": True if post.has_math else None,
        }
        return format_yaml_head(post, fields)

    def notice(self, post: Post) -> str:
        """A time is read in the site's zone, which has to be the author's."""
        return zone_warning(post, self._settings.get("timezone"))


def _plugins(said: dict[str, Any]) -> list[Any]:
    listed = said.get("plugins")
    return listed if isinstance(listed, list) else []


def _moment(when: datetime) -> UnquotedText:
    return UnquotedText(f"{when:%Y-%m-%d %H:%M:%S}")


TARGET = Hexo
