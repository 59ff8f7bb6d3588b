"""Nikola (8.3): `posts/<slug>.md` with a block of `.. key: value` lines.

Its `conf.py` is read but never run. For computed values, Nikola's defaults are used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from notekeep.export.assets import is_image
from notekeep.export.post import Post
from notekeep.export.rewrite import verbatim
from notekeep.export.rewrite.dialect import HIDDEN_DOLLAR, Dialect
from notekeep.export.targets.front_matter import drop_empty, format_plain_value
from notekeep.export.targets.site_settings import read_extensions, read_python_settings
from notekeep.export.targets.target import Target

_EXTENSIONS = ("fenced_code", "codehilite", "extra")
_MARKDOWN = (".md", ".mdown", ".markdown")


class Nikola(Target):
    """A Nikola site."""

    id = "nikola"
    name = "Nikola"
    settings_name = "conf.py"
    preview = ("nikola", "auto", "--browser")
    post_file = "{site.posts}{post.slug}{site.suffix}"
    post_address = "link://slug/{post.slug}{fragment}"  # checked by the build
    tag_letters: ClassVar = re.compile(r"[^\W_]")
    field_names: ClassVar = {
        "draft": "status",
        "categories": "category",
        "cover": "previewimage",
        "math": "has_math",
        "lang": "",
    }

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._settings = read_python_settings(os.path.join(folder, "conf.py"))
        self.posts, self.suffix = self._post_folder()
        self._images = self._first_folder("IMAGE_FOLDERS", ("images", "images"))
        self._files = self._first_folder("FILES_FOLDERS", ("files", ""))
        self.dialect = self._dialect()
        teasers = self._settings.get("INDEX_TEASERS")
        if teasers is not True and "INDEX_TEASERS" not in self._settings.computed:
            self.warnings.append(
                "The front page shows whole posts. To show teasers, write INDEX_TEASERS = True in"
                " conf.py."
            )
        if self._settings.get("COPY_SOURCES") is not False:
            self.warnings.append(
                "The site publishes the Markdown of each post next to its page. To stop that, write"
                " COPY_SOURCES = False in conf.py."
            )

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether a folder has Nikola's `conf.py`. Other programs use the same file name."""
        try:
            with open(os.path.join(folder, "conf.py"), encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            return False
        return "BLOG_TITLE" in text or "import nikola" in text

    def _post_folder(self) -> tuple[str, str]:
        """Return the folder of Markdown posts, with its slash, and their extension."""
        posts = self._settings.get("POSTS")
        if not isinstance(posts, list | tuple):
            self.warnings += self._settings.warn_of_computed("conf.py", {"POSTS": "posts/"})
            return "posts/", ".md"
        for entry in posts:
            pattern = entry[0] if isinstance(entry, list | tuple) and entry else ""
            folder, name = os.path.split(str(pattern))
            suffix = os.path.splitext(name)[1]
            if suffix in _MARKDOWN and "*" not in folder:
                return f"{folder}/".lstrip("/"), suffix
        self.warnings.append(
            'POSTS in conf.py has no "posts/*.md", so Nikola will ignore the post. Add'
            ' ("posts/*.md", "posts", "post.tmpl").'
        )
        return "posts/", ".md"

    def _first_folder(self, key: str, default: tuple[str, str]) -> tuple[str, str]:
        folders = self._settings.get(key)
        if isinstance(folders, dict) and folders:
            source, output = next(iter(folders.items()))
            return str(source).strip("/"), str(output).strip("/")
        return default

    def _dialect(self) -> Dialect:
        listed = self._settings.get("MARKDOWN_EXTENSIONS")
        dialect, warnings = read_extensions(
            listed if isinstance(listed, list | tuple) else _EXTENSIONS,
            "MARKDOWN_EXTENSIONS in conf.py",
        )
        self.warnings += warnings
        return replace(
            dialect,
            strike=True,  # one of Nikola's own extensions
            math=dialect.math._replace(dollar=dialect.math.dollar or self._dollar()),
            mermaid_pre=True,
            more="<!-- TEASER_END -->",
            guard_code=verbatim.guard_for_nikola,
            guard_marks=("{{%",),
        )

    def _dollar(self) -> str:
        """Return the escape for dollar signs if a script of the site uses them for math, or ""."""
        scripts = f"{self._settings.get('MATHJAX_CONFIG')}{self._settings.get('KATEX_AUTO_RENDER')}"
        plain = scripts.replace(" ", "")
        return HIDDEN_DOLLAR if "['$'" in plain or 'left:"$"' in plain else ""

    def asset_path(self, post: Post, name: str) -> str:
        """Return a path such as `images/atomic-habits/loop.png`. Other files go to `files/`."""
        return f"{self._asset_folders(name)[0]}/{post.slug}/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """Return an address such as `/images/atomic-habits/loop.png`."""
        return f"/{self._asset_folders(name)[1]}/{post.slug}/{name}".replace("//", "/")

    def _asset_folders(self, name: str) -> tuple[str, str]:
        return self._images if is_image(name) else self._files

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields, including status, category and format."""
        own = {
            "status": "draft" if post.draft else "",
            "category": post.categories[:1],
            "type": "text",
        }
        return super().fields(post, cover) | own

    def moment(self, when: datetime) -> object:
        """Return a time in Nikola's format."""
        offset = f"{when:%z}"
        return f"{when:%Y-%m-%d %H:%M:%S} UTC{offset[:3]}:{offset[3:5]}"

    def format_head(self, fields: Mapping[str, object]) -> str:
        """Return the metadata block. Values are not quoted."""
        lines = [f".. {key}: {format_plain_value(v)}" for key, v in drop_empty(fields).items()]
        return "\n".join(["<!--", *lines, "-->", "", ""])

    def notice(self, post: Post) -> str:
        """Warn about drafts, which Nikola deploys by default."""
        if not post.draft or self._settings.get("DEPLOY_DRAFTS") is False:
            return ""
        return (
            "Nikola builds drafts. A deploy now would put this one online under an unlisted"
            " address. To prevent that, write DEPLOY_DRAFTS = False in conf.py."
        )
