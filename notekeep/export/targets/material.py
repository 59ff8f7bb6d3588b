"""Material for MkDocs (9) and Zensical (0.0): `docs/blog/posts/<slug>/index.md`, a blog post.

Zensical uses the same folders as Material, with settings in `zensical.toml` or `mkdocs.yml`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from notekeep.export.draft import Draft
from notekeep.export.embeds import is_title
from notekeep.export.post import Post
from notekeep.export.targets.site_settings import (
    as_table,
    find_file,
    merge_tables,
    read_extensions,
    read_settings_file,
)
from notekeep.export.targets.target import Target

_SPECIAL = re.compile(r"[\\`*_{}\[\]<&~$#]")
_MKDOCS_NAMES = ("mkdocs.yml", "mkdocs.yaml")
_ALWAYS = ("toc", "tables", "fenced_code")
"""Extensions that MkDocs always adds."""
_ZENSICAL_DEFAULTS = (
    *("abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "toc", "tables"),
    *("details", "superfences", "tasklist", "tilde", "magiclink", "arithmatex", "emoji"),
)
"""The default extensions of `zensical.toml`."""
_FAMILIES = frozenset({"pymdownx", "markdown", "extensions"})


class MkDocs(Target):
    """A site of Material for MkDocs."""

    id = "mkdocs"
    name = "MkDocs"
    settings_name = "mkdocs.yml"
    other_settings: ClassVar[tuple[str, ...]] = ("mkdocs.yaml",)
    preview = ("mkdocs", "serve")
    post_file = "{site.posts}/{post.slug}/index.md"
    asset_file = "{site.posts}/{post.slug}/{name}"
    post_address = "../{post.slug}/index.md{fragment}"  # resolved by the build
    field_names: ClassVar = {"cover": "image", "math": "", "series": "", "part": "", "lang": ""}

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.settings_file, settings = self._read()
        self.docs = str(settings.get("docs_dir") or "docs").strip("/")
        blog = _find_blog(settings.get("plugins"))
        if blog is None:
            self.warnings.append(
                f"{self.settings_file} has no blog plugin, so posts are plain pages. Add `blog` to"
                " plugins."
            )
        blog = blog or {}
        blog_dir = str(blog.get("blog_dir", "blog")).strip("/")
        posts = str(blog.get("post_dir", "{blog}/posts"))
        posts = posts.replace("{blog}", "" if blog_dir == "." else blog_dir).strip("/")
        self.posts = f"{self.docs}/{posts}"
        extensions = settings.get("markdown_extensions") or []
        listed = [next(iter(e)) if isinstance(e, dict) and e else e for e in extensions]
        dialect, warnings = read_extensions(
            [*listed, *_ALWAYS], f"markdown_extensions in {self.settings_file}"
        )
        self.warnings += warnings
        # MkDocs only adjusts addresses in Markdown, and blog pages move to other paths.
        self.dialect = replace(dialect, sizes="attributes" if dialect.heading_ids else "")

    def _read(self) -> tuple[str, dict[str, Any]]:
        path = find_file(self.folder, *_MKDOCS_NAMES)
        path = path or os.path.join(self.folder, self.settings_name)
        return os.path.basename(path), _read_with_parent(path, ())

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Write the title above a text with level-1 headings, so that none of them replaces it."""
        headings = draft.passage.tree.find("heading")
        own = [h for h in headings if h.level == 1 and not is_title(h, draft.post.title)]
        title = _SPECIAL.sub(lambda sign: f"&#{ord(sign[0])};", draft.post.title)
        return super().compose(draft, head, f"# {title}\n\n{body.lstrip()}" if own else body)

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields in the format of Material's themes."""
        fields = super().fields(post, cover)
        fields["title"] = post.title.replace("<", "&lt;")  # themes print it as HTML
        if updated := fields.pop("updated"):
            # In Material, one field contains both dates.
            fields["date"] = {"created": fields["date"], "updated": updated}
        return fields


class Zensical(MkDocs):
    """A site of Zensical."""

    id = "zensical"
    name = "Zensical"
    settings_name = "zensical.toml"
    other_settings = _MKDOCS_NAMES
    preview = ("zensical", "serve")

    def _read(self) -> tuple[str, dict[str, Any]]:
        path = find_file(self.folder, self.settings_name)
        if not path:
            return super()._read()
        settings = as_table(read_settings_file(path).get("project"))
        listed = settings.get("markdown_extensions")
        names = (
            _extension_names(listed) if isinstance(listed, dict) else listed or _ZENSICAL_DEFAULTS
        )
        return self.settings_name, settings | {"markdown_extensions": names}

    def asset_path(self, post: Post, name: str) -> str:
        """Return a path next to the post, or in `docs/assets/` for a non-ASCII slug."""
        # Zensical loses files next to non-ASCII paths.
        if post.slug.isascii():
            return super().asset_path(post, name)
        return f"{self.docs}/assets/{post.slug}/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """Return an address relative to the post's file, which the build resolves."""
        folder = os.path.dirname(self.post_path(post))
        return os.path.relpath(self.asset_path(post, name), folder).replace(os.sep, "/")


def _read_with_parent(path: str, below: Sequence[str]) -> dict[str, Any]:
    """Return settings merged with the settings of the inherited file, as MkDocs does."""
    settings = read_settings_file(path)
    name = settings.pop("INHERIT", None)
    if not isinstance(name, str) or os.path.realpath(path) in below:
        return settings
    above = os.path.normpath(os.path.join(os.path.dirname(path), name))
    return merge_tables(_read_with_parent(above, [*below, os.path.realpath(path)]), settings)


def _find_blog(plugins: Any) -> dict[str, Any] | None:
    listed = [*plugins.items()] if isinstance(plugins, dict) else []
    for plugin in plugins if isinstance(plugins, list) else []:
        listed += plugin.items() if isinstance(plugin, dict) else [(plugin, {})]
    for key, options in listed:
        if str(key).rsplit("/", 1)[-1] == "blog":
            return as_table(options)
    return None


def _extension_names(tables: Mapping[str, Any]) -> list[str]:
    """Return the extensions in tables. In TOML, `pymdownx.tilde` is a table in a table."""
    names = []
    for key, value in tables.items():
        if key in _FAMILIES and isinstance(value, dict):
            names += _extension_names(value)
        else:
            names.append(key)
    return names
