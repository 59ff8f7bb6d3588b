"""Portable Markdown: a file that any editor or site shows, with its pictures in a folder beside it.

Changed as little as can be: a note that needs no change keeps every byte of its body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.export.rewrite.dialect import Dialect
from notekeep.export.targets.front_matter import format_yaml_head
from notekeep.export.targets.target import Target

if TYPE_CHECKING:
    from notekeep.export.draft import Draft
    from notekeep.export.post import Post


class Portable(Target):
    """A folder of Markdown files."""

    id = "portable"
    name = "portable Markdown"
    settings_name = ".notekeep-export.json"
    dated = False
    anywhere = True

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.dialect = Dialect(
            keep_title=True, alerts=True, heading_ids=False, default_teaser=False
        )

    def post_path(self, post: Post) -> str:
        """`atomic-habits.md`."""
        return f"{post.slug}.md"

    def asset_path(self, post: Post, name: str) -> str:
        """`atomic-habits.assets/loop.png`."""
        return f"{post.slug}.assets/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """The same: files lie beside each other."""
        return self.asset_path(post, name)

    def link(self, post: Post, other: Post, anchor: str) -> str:
        """`other.md#id`."""
        del post
        return f"{other.slug}.md" + (f"#{anchor}" if anchor else "")

    def reaches(self, post: Post, other: Post) -> bool:
        """Files lie beside each other, draft or not."""
        del post, other
        return True

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Return the body as it is, with the line ends that the note has."""
        text = head + (body.lstrip("\n") if head else body)
        return text.replace("\n", "\r\n") if _has_crlf(draft.note.body) else text

    def diagram_notice(self) -> str:
        """Nothing: what an editor or a site makes of a diagram is not known here."""
        return ""

    def head(self, post: Post, cover: str) -> str:
        """Return YAML with what the note says of itself; nothing for one that says nothing."""
        said: dict[str, object] = {
            "date": post.date,
            "updated": post.updated,
            "description": post.description,
            "tags": post.tags,
            "categories": post.categories,
            "series": post.series,
            "part": post.part,
            "canonical": post.canonical,
            "lang": post.lang,
            "cover": cover,
        }
        if not post.extra and not any(value not in (None, "", []) for value in said.values()):
            return ""
        return format_yaml_head(post, {"title": post.title, **said})


def _has_crlf(text: str) -> bool:
    return "\r\n" in text and text.count("\r\n") == text.count("\n")


TARGET = Portable
