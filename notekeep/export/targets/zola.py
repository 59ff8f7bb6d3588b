"""Zola (0.19 to 0.21): `content/blog/<slug>/index.md` with TOML front matter.

Unknown top-level fields, and taxonomies missing from `config.toml`, would stop the build, so they
are written under `[extra]`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from notekeep.export.post import Post
from notekeep.export.rewrite import verbatim
from notekeep.export.rewrite.dialect import ESCAPED_MATH, Dialect
from notekeep.export.targets.front_matter import drop_empty, join_blanks
from notekeep.export.targets.site_settings import (
    as_table,
    find_file,
    first_existing_folder,
    read_settings_file,
)
from notekeep.export.targets.target import Target

_NAMES = ("zola.toml", "config.toml")
_TOP = ("title", "date", "updated", "draft", "slug", "description", "aliases")


class Zola(Target):
    """A Zola site."""

    id = "zola"
    name = "Zola"
    remark = "not tested with Zola itself"
    settings_name = "config.toml"
    preview = ("zola", "serve", "--drafts")
    hides_drafts = True
    post_file = "content/{site.section}/{post.slug}/index.md"
    asset_file = "content/{site.section}/{post.slug}/{name}"  # a page contains its attachments
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
                f"content/{self.section} has no _index.md, so nothing lists its posts. Add one"
                ' with sort_by = "date".'
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
            single_tilde=True,
            more_in_code=False,
            guard_code=verbatim.guard_for_zola,
            guard_marks=("{{", "{%"),
            guard_prose=verbatim.guard_for_zola,
        )

    @classmethod
    def is_site(cls, folder: str) -> bool:
        """Whether a folder has Zola's settings. Hugo uses the same file name, with other keys."""
        return any(_has_base(os.path.join(folder, name)) for name in _NAMES)

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields. A series is a taxonomy."""
        fields = super().fields(post, cover)
        return fields | {"series": [post.series] if post.series else []}

    def format_head(self, fields: Mapping[str, object]) -> str:
        """Return TOML, with taxonomies and unknown fields in tables."""
        from tomlkit import dumps

        tables: dict[str, dict[str, object]] = {"": {}, "taxonomies": {}, "extra": {}}
        for key, value in drop_empty(fields).items():
            is_taxonomy = isinstance(value, list) and key in self._taxonomies
            table = "" if key in _TOP else "taxonomies" if is_taxonomy else "extra"
            tables[table][key] = _plain(value)
        text = dumps(tables.pop("") | drop_empty(tables))
        return f"+++\n{text}+++\n\n"


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in value if item is not None]
    return join_blanks(value) if isinstance(value, str) else value


def _has_base(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    with open(path, encoding="utf-8", errors="replace") as file:
        return any(line.split("=")[0].strip() == "base_url" for line in file)
