"""Hugo (0.131 to 0.168): a leaf bundle `content/posts/<slug>/index.md` with YAML front matter.

Settings may be TOML, YAML or JSON, in one file or in `config/_default/`. The case of keys is
ignored. Goldmark's settings decide whether raw HTML, math and highlights are supported.
"""

from __future__ import annotations

import os
from glob import glob
from typing import Any, ClassVar

from notekeep.export.post import Post
from notekeep.export.rewrite import verbatim
from notekeep.export.rewrite.dialect import ESCAPED_MATH, Dialect, Math
from notekeep.export.targets.site_settings import (
    find_file,
    first_existing_folder,
    merge_tables,
    read_settings_file,
)
from notekeep.export.targets.target import Target

_NAMES = tuple(
    f"{stem}.{ending}" for stem in ("hugo", "config") for ending in ("toml", "yaml", "yml", "json")
)
_DEFAULT = "config/_default"


class Hugo(Target):
    """A Hugo site."""

    id = "hugo"
    name = "Hugo"
    settings_name = "hugo.toml"
    preview = ("hugo", "server", "--buildDrafts", "--buildFuture")
    hides_drafts = True
    post_file = "{site.content}/{site.section}/{post.slug}/index.md"
    asset_file = (
        "{site.content}/{site.section}/{post.slug}/{name}"  # a bundle contains its attachments
    )
    post_address = '{{{{< relref "/{site.section}/{post.slug}{fragment}" >}}}}'
    former_address = "/{site.section}/{slug}/"  # from the root of the content folder
    field_names: ClassVar = {
        "updated": "lastmod",
        "cover": "images",
        "part": "series_order",
        "canonical": "canonicalURL",
        "lang": "",
    }

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._settings = _read_settings(folder)
        language = str(self._get("defaultcontentlanguage") or "en").lower()
        content = self._get("languages", language, "contentdir") or self._get("contentdir")
        self.content = str(content or "content").strip("/")
        self.section = self._post_section()
        self.dialect = self._dialect()

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether a folder has Hugo's settings. `config.*` counts only next to a content folder."""
        if find_file(folder, *_NAMES[:4], *(f"{_DEFAULT}/{name}" for name in _NAMES)):
            return True
        old = find_file(folder, *_NAMES[4:])
        return bool(old) and os.path.isdir(os.path.join(folder, "content"))

    def _post_section(self) -> str:
        main = self._get("params", "mainsections")
        if isinstance(main, list) and main:
            return str(main[0]).strip("/")
        return first_existing_folder(
            os.path.join(self.folder, self.content), "posts", "post", "blog"
        )

    def _get(self, *keys: str) -> Any:
        value: Any = self._settings
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def _dialect(self) -> Dialect:
        html = self._get("markup", "goldmark", "renderer", "unsafe") is True
        marks = self._get("markup", "goldmark", "extensions", "extras", "mark", "enable") is True
        return Dialect(
            math=self._math(),
            html=html,
            mark="equals" if marks else "html" if html else "bold",
            strike=self._on("strikethrough"),
            single_tilde=self._on("strikethrough"),
            emoji=self._get("enableemoji") is True,
            task_lists=self._on("tasklist"),
            # Alerts require a render hook for quotes.
            alerts=any(
                glob(f"layouts/{base}_markup/render-blockquote*", root_dir=self.folder)
                for base in ("", "_default/")
            ),
            heading_ids=self._get("markup", "goldmark", "parser", "attribute", "title")
            is not False,
            bare_urls=self._on("linkify"),
            definitions=self._on("definitionlist"),
            more="<!--more-->",
            sizes="tag" if html else "shortcode",
            guard_code=verbatim.guard_for_hugo,
            guard_marks=("{{<", "{{%"),
        )

    def _on(self, extension: str) -> bool:
        return self._get("markup", "goldmark", "extensions", extension) is not False

    def _math(self) -> Math:
        extension = self._get("markup", "goldmark", "extensions", "passthrough")
        if not isinstance(extension, dict) or extension.get("enable") is not True:
            return ESCAPED_MATH
        marks = extension.get("delimiters") or {}
        inline = _pairs(marks.get("inline")) or [("\\(", "\\)")]
        display = _pairs(marks.get("block")) or [("\\[", "\\]"), ("$$", "$$")]
        return Math(
            ("\\(", "\\)") if ("\\(", "\\)") in inline else inline[0],
            ("$$", "$$") if ("$$", "$$") in display else display[0],
            raw=True,
            blocks=False,
            dollar="\\$" if ("$", "$") in inline else "",
        )

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields. A series is a taxonomy, and a cover is in a list of pictures."""
        return super().fields(post, cover) | {
            "images": [cover] if cover else [],
            "series": [post.series] if post.series else [],
        }

    def notice(self, post: Post) -> str:
        """Warn that the theme must render formulas if the passthrough extension is disabled."""
        if not post.has_math or self.dialect.math.raw:
            return ""
        return (
            f"{post.path}: The site has no passthrough for math, so its theme must load MathJax or"
            " KaTeX for \\( and $$."
        )


def _pairs(value: object) -> list[tuple[str, str]]:
    if not isinstance(value, list):
        return []
    return [(str(p[0]), str(p[1])) for p in value if isinstance(p, list) and len(p) == 2]


def _read_settings(folder: str) -> dict[str, Any]:
    """Return the site's settings: the file in the root, and files in `config/_default/`."""
    path = find_file(folder, *_NAMES)
    settings: dict[str, Any] = _lower_keys(read_settings_file(path)) if path else {}
    base = os.path.join(folder, _DEFAULT)
    for name in sorted(os.listdir(base)) if os.path.isdir(base) else ():
        stem, ending = os.path.splitext(name)
        if ending.lower() not in {".toml", ".yaml", ".yml", ".json"}:
            continue
        more = _lower_keys(read_settings_file(os.path.join(base, name)))
        if stem.lower() not in {"hugo", "config"}:
            more = {stem.lower(): more}
        settings = merge_tables(settings, more)
    return settings


def _lower_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lower_keys(item) for key, item in value.items()}
    return value
