"""Pelican (4.12): `content/<slug>.md`, starting with `Key: value` lines that are not YAML.

Its `pelicanconf.py` is read but never run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from notekeep.export.post import Post
from notekeep.export.references import escape_text
from notekeep.export.targets.front_matter import drop_empty, format_plain_value
from notekeep.export.targets.site_settings import (
    as_table,
    read_extensions,
    read_python_settings,
)
from notekeep.export.targets.target import Target

_EXTENSIONS = ("codehilite", "extra", "meta")
_CODE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_PLACE = re.compile(r"%7B(filename|static)%7D(?=/)")


class Pelican(Target):
    """A Pelican site."""

    id = "pelican"
    name = "Pelican"
    settings_name = "pelicanconf.py"
    preview = ("pelican", "--autoreload", "--listen")
    teaser_in_head = True
    post_file = "{site.content}/{site.articles}{post.slug}.md"
    asset_file = "{site.content}/images/{post.slug}/{name}"
    asset_address = "{{static}}/images/{post.slug}/{name}"
    post_address = "{{filename}}/{site.articles}{post.slug}.md{fragment}"
    field_names: ClassVar = {
        "title": "Title",
        "slug": "Slug",
        "date": "Date",
        "updated": "Modified",
        "draft": "Status",
        "tags": "Tags",
        "categories": "Category",
        "description": "Summary",
        "cover": "Cover",
        "math": "",
        "series": "Series",
        "part": "Series_index",
        "canonical": "Canonical",
        "lang": "Lang",
    }

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._settings = read_python_settings(os.path.join(folder, self.settings_name))
        self.content = self._content_folder()
        paths = self._settings.get("ARTICLE_PATHS")
        first = str(paths[0]).strip("/") if isinstance(paths, list | tuple) and paths else ""
        self.articles = f"{first}/" if first else ""
        places = {"PATH": f"{self.content}/", "ARTICLE_PATHS": f"{self.content}/"}
        self.warnings += self._settings.warn_of_computed(self.settings_name, places)
        configured = as_table(self._settings.get("MARKDOWN")).get("extension_configs")
        extensions = configured if isinstance(configured, dict) else _EXTENSIONS
        dialect, warnings = read_extensions(extensions, "MARKDOWN in pelicanconf.py")
        self.warnings += warnings
        self.dialect = replace(dialect, more="", mermaid_pre=True)

    def _content_folder(self) -> str:
        path = os.path.join(self.folder, str(self._settings.get("PATH") or "content"))
        inner = os.path.relpath(path, self.folder)
        if inner == os.curdir or inner.split(os.sep)[0] == os.pardir:
            self.warnings.append(
                f"PATH in {self.settings_name} is not in the site's folder. Posts go to content/."
            )
            return "content"
        return inner.replace(os.sep, "/")

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields. Pelican only parses Markdown in the summary."""
        # The summary appears on other pages, so links within the post need its address.
        teaser = post.teaser.replace('<a href="#', f'<a href="{self.link(post, "")}#')
        return (
            super().fields(post, cover)
            | {
                "Title": post.title.replace("<", "&lt;"),  # themes print it as HTML
                "Category": post.categories[:1],
                "Status": "draft" if post.draft else "published",
                "Summary": _one_line(teaser) or escape_text(post.description),
            }
        )

    def moment(self, when: datetime) -> object:
        """Return a time in Pelican's format."""
        return f"{when:%Y-%m-%d %H:%M%z}"

    def format_head(self, fields: Mapping[str, object]) -> str:
        """Return metadata lines. Values are not quoted."""
        lines = [f"{key}: {format_plain_value(v)}" for key, v in drop_empty(fields).items()]
        return "\n".join([*lines, "", ""])

    def notice(self, post: Post) -> str:
        """Warn about drafts, which Pelican puts online."""
        if not post.draft:
            return ""
        return (
            "Pelican writes drafts into the folder drafts/ of the site. A deploy now would put this"
            " one online under an unlisted address."
        )


def _one_line(html: str) -> str:
    """Return HTML on one line, except in code, with addresses for the build to resolve."""
    html = _CODE.sub(lambda code: code[0].replace("\n", "&#10;"), html.strip())
    return _PLACE.sub(r"{\1}", html.replace("\n", " "))
