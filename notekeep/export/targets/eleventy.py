"""Eleventy (3): `posts/<slug>/<slug>.md` in the input folder, with pictures next to it.

Its settings are a JavaScript program, which is searched but never run. Posts disable the template
engine, so that their text is plain Markdown.
"""

from __future__ import annotations

import os
import re
from typing import ClassVar

from notekeep.export.post import Post
from notekeep.export.rewrite.dialect import ESCAPED_MATH, Dialect, Math
from notekeep.export.targets.site_settings import (
    Script,
    find_file,
    first_existing_folder,
    read_settings_text,
    script_names,
)
from notekeep.export.targets.target import Target, utc_day_warning

_FOOTNOTES = ("markdown-it-footnote", "@mdit/plugin-footnote")
_TASKS = ("markdown-it-task-lists", "markdown-it-task-checkbox", "@mdit/plugin-tasklist")
_MATH = (
    *("markdown-it-katex", "@vscode/markdown-it-katex", "markdown-it-mathjax3"),
    *("markdown-it-texmath", "@mdit/plugin-katex", "@mdit/plugin-mathjax"),
)
_DEFINITIONS = ("markdown-it-deflist", "@mdit/plugin-dl")
_SLUG = re.compile(r"\{\{-?\s*(?:page\.fileSlug|slug|page\.filePathStem)\s*(?:\|[^}]*)?\}\}")
_LAYOUT = re.compile(r"\blayout\b")


class Eleventy(Target):
    """An Eleventy site."""

    id = "eleventy"
    name = "Eleventy"
    settings_name = "eleventy.config.js"
    other_settings = script_names("eleventy.config", ".eleventy")
    preview = ("npx", "eleventy", "--serve")
    post_file = "{site.posts}/{post.slug}/{post.slug}.md"
    asset_file = "{site.posts}/{post.slug}/{name}"
    cover_address = "{site.prefix}/{site.section}/{post.slug}/{name}"  # lists of posts show it too
    field_names: ClassVar = {"cover": "image"}
    tag_letters: ClassVar = re.compile(r"[^\W_\u1100-\uffff]")  # kept by the slug filter

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._script = Script(folder, *self.other_settings)
        folder_name = self._script.value("input", "setInputDirectory") or "."
        self._input = os.path.normpath(folder_name).replace(os.sep, "/")
        base = os.path.join(folder, self._input)
        self.section = first_existing_folder(base, "posts", "blog", "post", "articles")
        self.posts = os.path.normpath(f"{self._input}/{self.section}").replace(os.sep, "/")
        # The folder's data file, which all its posts share.
        endings = ("json", "11tydata.json", "11tydata.js", "11tydata.mjs", "11tydata.cjs")
        last = os.path.basename(self.section)
        data = find_file(f"{base}/{self.section}", *(f"{last}.{ending}" for ending in endings))
        self._data = read_settings_text(data) if data else ""
        self._layout = "" if _LAYOUT.search(self._data) else self._post_layout()
        prefix = self._script.value("pathPrefix").strip("/")
        moved = prefix and not self._script.has(r"HtmlBasePlugin")
        self.prefix = f"/{prefix}" if moved else ""
        self.dialect = self._dialect()
        self._warn()

    def _post_layout(self) -> str:
        """Return the layout for posts whose folder has no layout in its data file."""
        includes = self._script.value("includes", "setIncludesDirectory") or "_includes"
        layouts = self._script.value("layouts", "setLayoutsDirectory") or includes
        base = os.path.join(self.folder, self._input, layouts)
        for folder in ("", "layouts"):
            place = os.path.join(base, folder)
            names = sorted(os.listdir(place)) if os.path.isdir(place) else []
            for stem in ("post", "article", "blog"):
                if found := next((n for n in names if n.split(".")[0] == stem), ""):
                    return f"{folder}/{found}".lstrip("/")
        return ""

    def _dialect(self) -> Dialect:
        uses, has = self._script.uses, self._script.has
        html = not has(r"html:\s*false\b")
        return Dialect(
            math=Math(dollar="\\$") if uses(*_MATH) else ESCAPED_MATH,
            html=html,
            mark="html" if html else "bold",
            task_lists=uses(*_TASKS),
            heading_ids=uses("markdown-it-attrs"),
            bare_urls=has(r"linkify:\s*true\b"),
            footnotes=uses(*_FOOTNOTES) or not html,
            indented_code=has(r"enable\(\s*\[?\s*[\"']code[\"']"),
            breaks=has(r"breaks:\s*true\b"),
            definitions=uses(*_DEFINITIONS),
            more=self._more(),
            more_in_code=has(r"excerpt:\s*true\b"),
            sizes="tag" if html else "",
        )

    def _more(self) -> str:
        """Return the site's excerpt mark, or the usual comment."""
        if not self._script.has(r"excerpt:\s*true\b"):
            return "<!-- more -->"
        mark = self._script.value("excerpt_separator")
        return mark if mark.startswith("<!--") else ""

    def _warn(self) -> None:
        if not self._layout and not _LAYOUT.search(self._data):
            self.warnings.append(
                f"Posts have no layout. Add {self.section}.json with"
                f' {{"layout": "..."}} to the folder {self.posts}.'
            )
        if not self._script.has(r"addPassthroughCopy|eleventyImageTransformPlugin"):
            pictures = f"{self.posts}/**/*.{{png,jpg,gif,webp,svg}}"
            self.warnings.append(
                f"{os.path.basename(self._script.path)} does not copy pictures. Add"
                f' eleventyConfig.addPassthroughCopy("{pictures}").'
            )
        if not self.dialect.html:
            self.warnings.append("The site drops raw HTML, so footnotes and anchors are not shown.")

    def makes_pages(self, path: str) -> bool:
        """Whether the path is in the input folder, which is usually the site itself."""
        hidden = path.partition("/")[0] == "node_modules" or re.search(r"(^|/)[_.]", path)
        return not hidden and (self._input == "." or f"{path}/".startswith(f"{self._input}/"))

    def asset_url(self, post: Post, name: str) -> str:
        """Return the name if the page is in the same folder, or an address from the root."""
        is_same_folder = self._url(post) == self.cover_url(post, "")
        return name if is_same_folder else self.cover_url(post, name)

    def link(self, post: Post, anchor: str) -> str:
        """Return the page's address, `/posts/atomic-habits/#id`."""
        return self._url(post) + (f"#{anchor}" if anchor else "")

    def _url(self, post: Post) -> str:
        pattern = re.search(r"[\"']?\bpermalink\b[\"']?\s*:\s*[\"'`]([^\"'`]+)", self._data)
        page = _SLUG.sub(post.slug, pattern[1]) if pattern else ""
        if not page or "{" in page or "$" in page:
            page = f"/{self.section}/{post.slug}/"
        return self.prefix + "/" + page.lstrip("/").removesuffix("index.html")

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields, including the layout and the template engine."""
        own = {"layout": self._layout, "templateEngineOverride": "md"}
        return super().fields(post, cover) | own

    def notice(self, post: Post) -> str:
        """Warn about drafts, which Eleventy builds, and about days, which it computes in UTC."""
        if not post.draft or self._script.has(r"draft\b") or "draft" in self._data:
            return utc_day_warning(post)
        return (
            "The settings of the site do not exclude drafts, so drafts are built like posts. Add a"
            " preprocessor that returns false for drafts."
        )
