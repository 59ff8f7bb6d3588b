"""Zola (0.19 to 0.21): `content/blog/<slug>/index.md` with TOML front matter.

What Zola does not know at the top of front matter, and every taxonomy that `config.toml` does not
name, stops its build; such fields go under `[extra]`.
"""

from __future__ import annotations

import os
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from notekeep.export.rewrite import verbatim
from notekeep.export.rewrite.dialect import ESCAPED_MATH, Dialect
from notekeep.export.targets.front_matter import passed_fields
from notekeep.export.targets.site_settings import (
    as_table,
    find_file,
    first_existing_folder,
    read_settings_file,
)
from notekeep.export.targets.target import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.export.post import Post

_NAMES = ("zola.toml", "config.toml")


class Zola(Target):
    """A Zola site."""

    id = "zola"
    name = "Zola"
    settings_name = "config.toml"
    preview = ("zola", "serve", "--drafts")
    post_file = "content/{site.section}/{post.slug}/index.md"
    asset_file = "content/{site.section}/{post.slug}/{name}"  # a page holds what it shows
    post_address = "@/{site.section}/{post.slug}/index.md{fragment}"
    former_address = "{site.section}/{slug}"

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        path = find_file(folder, *_NAMES)
        settings = read_settings_file(path) if path else {}
        content = os.path.join(folder, "content")
        self.section = first_existing_folder(content, "blog", "posts", "post")
        if not os.path.isfile(os.path.join(content, self.section, "_index.md")):
            self.warnings.append(
                f"content/{self.section} has no _index.md, so nothing lists its posts: add one"
                ' with sort_by = "date"'
            )
        taxonomies = settings.get("taxonomies")
        listed = taxonomies if isinstance(taxonomies, list) else []
        self._taxonomies = {str(t.get("name")) for t in listed if isinstance(t, dict)}
        markdown = as_table(settings.get("markdown"))
        self.dialect = Dialect(
            math=ESCAPED_MATH,
            alerts=markdown.get("github_alerts") is True,
            definitions=markdown.get("definition_list") is True,
            bare_urls=False,
            more_in_code=False,
            guard_code=verbatim.guard_for_zola,
            guard_marks=("{{", "{%"),
            guard_prose=verbatim.guard_for_zola,
        )

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether its settings are Zola's: Hugo has a file of that name, and spells its keys so."""
        return any(_has_base(os.path.join(folder, name)) for name in _NAMES)

    def head(self, post: Post, cover: str) -> str:
        """Return TOML front matter."""
        top: dict[str, object] = {
            "title": post.title,
            "date": post.day,
            "updated": post.updated,
            "draft": post.draft or None,
            "slug": post.slug,
            "description": post.description,
            "aliases": self.former_addresses(post),
        }
        series = [post.series] if post.series else []
        lists = {"tags": post.tags, "categories": post.categories, "series": series}
        known = {name: found for name, found in lists.items() if name in self._taxonomies}
        extra: dict[str, object] = {n: found for n, found in lists.items() if n not in known}
        extra |= {
            "part": post.part,
            "cover": cover,
            "canonical": post.canonical,
            "lang": post.lang,
            "math": post.has_math or None,
        }
        extra |= passed_fields(post, {**top, **extra})
        text = _table("", top) + _table("taxonomies", known) + _table("extra", extra)
        return f"+++\n{text}+++\n\n"


def _table(name: str, fields: Mapping[str, Any]) -> str:
    lines = [f"{_key(k)} = {_value(v)}\n" for k, v in fields.items() if v not in (None, "", [])]
    return (f"\n[{name}]\n" if name and lines else "") + "".join(lines)


def _key(name: str) -> str:
    plain = name.replace("-", "").replace("_", "")
    return name if plain.isascii() and plain.isalnum() else _text(name)


def _text(text: str) -> str:
    """Return text as TOML's basic string, which has escapes for all that it cannot hold."""
    from tomlkit import string

    return string(" ".join(text.split())).as_string()


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime() | date():
            return value.isoformat()
        case list():
            return "[" + ", ".join(_value(item) for item in value if item is not None) + "]"
    return _text(str(value))


def _has_base(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    with open(path, encoding="utf-8", errors="replace") as file:
        return any(line.split("=")[0].strip() == "base_url" for line in file)
