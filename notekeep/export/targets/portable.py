"""Portable Markdown: files for any editor or site. Pictures are in a folder next to each file.

Little is changed: the body of a note without vault syntax is exported byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from notekeep.export.draft import Draft
from notekeep.export.post import Post
from notekeep.export.rewrite.dialect import Dialect
from notekeep.export.targets.front_matter import drop_empty, format_yaml_head
from notekeep.export.targets.target import Target


class Portable(Target):
    """A folder of Markdown files."""

    id = "portable"
    name = "portable Markdown"
    dated = False
    anywhere = True
    dialect = Dialect(keep_title=True, alerts=True, heading_ids=False, default_teaser=False)
    post_file = "{post.slug}.md"
    asset_file = asset_address = "{post.slug}.assets/{name}"
    post_address = "{post.slug}.md{fragment}"
    field_names: ClassVar = {"slug": "", "draft": "", "math": ""}
    diagram_notice = ""

    def reaches(self, post: Post, other: Post) -> bool:
        """Return True: drafts and posts are in the same folder."""
        del post, other
        return True

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Return the text with the note's line ends."""
        text = head + (body.lstrip("\n") if head else body)
        note = draft.note.body
        is_crlf = "\r\n" in note and note.count("\r\n") == note.count("\n")
        return text.replace("\n", "\r\n") if is_crlf else text

    def format_head(self, fields: Mapping[str, object]) -> str:
        """Return YAML, or "" for a note with only a title."""
        return format_yaml_head(fields) if drop_empty(fields).keys() - {"title"} else ""
