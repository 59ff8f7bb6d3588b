"""Material for MkDocs (9): a post of its blog, `docs/blog/posts/<slug>/index.md`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from notekeep.export.embeds import is_title
from notekeep.export.targets.front_matter import format_yaml_head
from notekeep.export.targets.site_settings import (
    extend_dialect,
    make_dialect,
    read_yaml,
    short_extension_names,
    warn_of_missing_extensions,
)
from notekeep.export.targets.target import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.export.draft import Draft
    from notekeep.export.post import Post

_SIGN = re.compile(r"[\\`*_{}\[\]<&~$#]")
_ALWAYS = ("toc", "tables", "fenced_code")
"""Extensions that MkDocs adds by itself."""


class MkDocs(Target):
    """A site of Material for MkDocs."""

    id = "mkdocs"
    name = "MkDocs"
    settings_name = "mkdocs.yml"
    settings_names = ("mkdocs.yml", "mkdocs.yaml")
    preview = ("mkdocs", "serve")

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.settings_file = self._named(folder) or self.settings_name
        settings = self._read()
        self._docs = str(settings.get("docs_dir") or "docs").strip("/")
        blog = _plugin(settings.get("plugins"), "blog")
        if blog is None:
            self.warnings.append(
                f"{self.settings_file} has no blog plugin, so posts are plain pages:"
                " add it to plugins"
            )
        blog_dir = str((blog or {}).get("blog_dir", "blog")).strip("/")
        posts = str((blog or {}).get("post_dir", "{blog}/posts"))
        posts = posts.replace("{blog}", "" if blog_dir == "." else blog_dir).strip("/")
        self._posts = f"{self._docs}/{posts}"
        said = settings.get("markdown_extensions") or []
        listed = [next(iter(e)) if isinstance(e, dict) and e else e for e in said]
        names = short_extension_names([*listed, *_ALWAYS])
        self.warnings += warn_of_missing_extensions(
            names, f"markdown_extensions in {self.settings_file}"
        )
        # Pages of the blog are not where their files are, and MkDocs looks after Markdown only.
        sizes = "attributes" if "attr_list" in names else ""
        self.dialect = extend_dialect(make_dialect(names), sizes=sizes)

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether it has settings of MkDocs, under either name."""
        return bool(MkDocs._named(folder))

    @staticmethod
    def _named(folder: str) -> str:
        """Return what a site's settings are called, or ""."""
        names = MkDocs.settings_names
        return next((name for name in names if os.path.isfile(os.path.join(folder, name))), "")

    def _read(self) -> dict[str, Any]:
        """Return the site's settings as they stand in its file, and those that it inherits."""
        return _with_inherited(os.path.join(self.folder, self.settings_file), ())

    def post_path(self, post: Post) -> str:
        """`docs/blog/posts/atomic-habits/index.md`."""
        return f"{self._posts}/{post.slug}/index.md"

    def asset_path(self, post: Post, name: str) -> str:
        """`docs/blog/posts/atomic-habits/loop.png`."""
        return f"{self._posts}/{post.slug}/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """The plain name, which the build resolves."""
        del post
        return name

    def link(self, post: Post, other: Post, anchor: str) -> str:
        """`../atomic-habits/index.md#id`, which the build resolves."""
        del post
        return f"../{other.slug}/index.md" + (f"#{anchor}" if anchor else "")

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Write the title above a text with headings of its rank: they would take its place."""
        headings = draft.passage.tree.find("heading")
        own = [h for h in headings if h.level == 1 and not is_title(h, draft.post.title)]
        title = _SIGN.sub(lambda sign: f"&#{ord(sign[0])};", draft.post.title)
        return super().compose(draft, head, f"# {title}\n\n{body.lstrip()}" if own else body)

    def head(self, post: Post, cover: str) -> str:
        """Return YAML front matter; Material knows a date for each of two events."""
        dates: dict[str, object] = {"created": post.day}
        if post.updated:
            dates["updated"] = post.updated
        fields: dict[str, object] = {
            "title": post.title.replace("<", "&lt;"),  # themes print it as HTML
            "date": dates if len(dates) > 1 else post.day,
            "draft": post.draft,
            "slug": post.slug,
            "description": post.description,
            "categories": post.categories,
            "tags": post.tags,
            "image": cover,
            "canonical": post.canonical,
        }
        return format_yaml_head(post, fields)


def _with_inherited(path: str, below: Sequence[str]) -> dict[str, Any]:
    """Return settings with those of the file that they inherit from, as MkDocs puts both together.

    Raises:
        UsageError: One of the files is not valid.
        Failure: One of them cannot be read.
    """
    settings = read_yaml(path)
    name = settings.pop("INHERIT", None)
    if not isinstance(name, str) or os.path.realpath(path) in below:
        return settings
    above = os.path.normpath(os.path.join(os.path.dirname(path), name))
    return _merged(_with_inherited(above, [*below, os.path.realpath(path)]), settings)


def _merged(above: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return settings with more of them put over: tables are put together, all else replaced."""
    both = dict(above)
    for key, value in own.items():
        here = both.get(key)
        tables = isinstance(here, dict) and isinstance(value, dict)
        both[key] = _merged(here or {}, value) if tables else value
    return both


def _plugin(plugins: Any, name: str) -> dict[str, Any] | None:
    """Return what a plugin is told, or None when it is not there."""
    listed = plugins.items() if isinstance(plugins, dict) else []
    for plugin in plugins if isinstance(plugins, list) else []:
        listed = [*listed, *(plugin.items() if isinstance(plugin, dict) else [(plugin, {})])]
    for key, told in listed:
        if str(key).rsplit("/", 1)[-1] == name:
            return told if isinstance(told, dict) else {}
    return None


TARGET = MkDocs
