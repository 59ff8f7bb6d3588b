"""Astro (5 to 7): `src/content/blog/<slug>/index.md`, an entry of a content collection.

The collection's schema, a TypeScript program, defines the fields and which of them are required. It
is searched but never run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cached_property

from notekeep.errors import UsageError
from notekeep.export.post import Post
from notekeep.export.rewrite.dialect import ESCAPED_MATH, Dialect, Math
from notekeep.export.targets.front_matter import EMPTY_TEXT
from notekeep.export.targets.site_settings import (
    Script,
    first_existing_folder,
    script_names,
)
from notekeep.export.targets.target import Target, utc_day_warning

_DATES = ("pubDate", "publishDate", "pubDatetime", "publishedAt", "publishedDate", "published")
_UPDATES = ("updatedDate", "modDatetime", "updatedAt", "lastUpdated", "updated")
_COVERS = ("heroImage", "ogImage", "coverImage", "cover", "image")
_FOLDERS = ("blog", "posts", "post", "articles", "writing")
_BASE = re.compile(r"\bbase:\s*[\"'](?:\./)?(src/[^\"']+)[\"']")
_MORE = re.compile(r"(?:\b(?:split|indexOf|search)\(|=)\s*([\"'`/])(<!--(?:(?!-->).)+-->)\1")
_ROUTE = re.compile(r"\[(?:\.\.\.)?\w+\]\.(?:astro|ts|js|tsx|jsx)")


class Astro(Target):
    """An Astro site."""

    id = "astro"
    name = "Astro"
    settings_name = "astro.config.mjs"
    other_settings = script_names("astro.config")
    preview = ("npx", "astro", "dev")
    post_file = "{site.collection}/{post.slug}/index.md"
    asset_file = "{site.collection}/{post.slug}/{name}"
    asset_address = "./{name}"  # resolved by the build
    post_address = "{site.pages}/{post.slug}{site.slash}{fragment}"

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._script = Script(folder, *self.other_settings)
        self._schema = Script(folder, *script_names("src/content.config", "src/content/config"))
        self.collection = self._find_collection()
        base = self._script.value("base").strip("/")
        self.pages = "".join(f"/{part}" for part in (base, self._find_pages()) if part)
        self.slash = "" if self._script.value("trailingSlash") == "never" else "/"
        self._own_names = {
            "date": self._field(_DATES, "date"),
            "updated": self._field(_UPDATES, "updated"),
            "cover": self._field(_COVERS, "cover"),
        }
        math = self._script.uses("remark-math") or self._script.has(r"math:\s*true\b")
        more = self._find_more()
        self.dialect = Dialect(
            math=Math(dollar="\\$") if math else ESCAPED_MATH,
            heading_ids=False,
            single_tilde=True,
            more=more or "<!--more-->",
            more_in_code=bool(more),
            mermaid_pre=not any("mermaid" in name for name in self._script.packages),
            sizes="",  # the build ignores pictures in HTML
        )

    def _find_collection(self) -> str:
        bases = [str(found).rstrip("/") for found in _BASE.findall(self._schema.text)]
        for name in _FOLDERS:
            if found := next((base for base in bases if base.rsplit("/", 1)[-1] == name), ""):
                return found
        if bases:
            return bases[0]
        if self._is_starlight:
            return "src/content/docs"
        content = os.path.join(self.folder, "src/content")
        folders = next(os.walk(content), ("", [], []))[1]
        if len(folders) == 1:
            return f"src/content/{folders[0]}"
        if folders and not {*folders} & {*_FOLDERS}:
            raise UsageError(
                f"Cannot tell which collection of {content} is for posts: {', '.join(folders)}.",
                f"Create the folder {_FOLDERS[0]} there, and its collection in"
                " src/content.config.ts.",
            )
        return f"src/content/{first_existing_folder(content, *_FOLDERS)}"

    @property
    def _is_starlight(self) -> bool:
        """Whether the site uses Starlight, which shows one collection at the site's root."""
        return self._schema.has(r"docs(?:Loader|Schema)\b")

    def _find_pages(self) -> str:
        """Return the path of the pages of posts, from their route."""
        if self._is_starlight:
            return ""
        own = self.collection.rsplit("/", 1)[-1]
        pages = os.path.join(self.folder, "src", "pages")
        for name in dict.fromkeys((own, *_FOLDERS, "")):
            place = os.path.join(pages, name)
            if os.path.isdir(place) and any(map(_ROUTE.fullmatch, os.listdir(place))):
                return name
        self.warnings.append(f"src/pages has no route for posts, so links go to /{own}/….")
        return own

    def _find_more(self) -> str:
        """Return the teaser mark in the site's pages; "" for none."""
        for text in self._read_sources():
            if found := _MORE.search(text):
                # If the mark is a regular expression, return a string that matches it.
                return re.sub(r"\\s[*?]", "", found[2]).replace(r"\s+", " ").replace(r"\s", " ")
        return ""

    def _read_sources(self) -> Iterator[str]:
        for base, folders, names in os.walk(os.path.join(self.folder, "src")):
            folders[:] = sorted(name for name in folders if name != "content")
            for name in sorted(names):
                if name.endswith((".astro", ".ts", ".js", ".mjs", ".tsx", ".jsx")):
                    with open(os.path.join(base, name), encoding="utf-8", errors="replace") as file:
                        yield file.read()

    @cached_property
    def _checks_drafts(self) -> bool:
        texts = self._read_sources()
        return self._is_starlight or any(re.search(r"\.draft\b", text) for text in texts)

    def _field(self, names: tuple[str, ...], default: str) -> str:
        return next((n for n in names if self._schema.has(rf"{n}\s*:")), default)

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields, named as in the site's schema."""
        fields = super().fields(post, cover)
        fields = {self._own_names.get(name, name): value for name, value in fields.items()}
        if self._schema.has(r"description\s*:\s*z\.string\(\)(?!\s*\.(?:optional|default))"):
            fields["description"] = post.description or EMPTY_TEXT
        return fields

    def notice(self, post: Post) -> str:
        """Warn about drafts if the site's pages do not check `draft`."""
        if not post.draft or self._checks_drafts:
            return utc_day_warning(post)
        return (
            "The site does not check `draft`, so drafts are built like posts. Filter them in"
            ' getCollection("...", ({ data }) => !data.draft).'
        )
