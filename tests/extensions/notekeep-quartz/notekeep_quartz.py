"""A target for Quartz (4 and 5): posts are `content/<slug>.md`, pictures in `content/attachments`.

The names of fields and folders are from https://quartz.jzhao.xyz/plugins/Frontmatter and
https://quartz.jzhao.xyz/authoring-content. All posts are directly in `content`, so that all of
Quartz's ways to resolve links (shortest, absolute, relative) find the same file.
"""

from __future__ import annotations

from typing import ClassVar

from notekeep.extend import Dialect, Math, Post, Target

NOTEKEEP_API = 1


class Quartz(Target):
    """A Quartz site."""

    id = "quartz"
    name = "Quartz"
    remark = "from a package of its own"

    # How a site is recognized, and previewed.
    settings_name = "quartz.config.ts"
    other_settings = ("quartz.config.yaml",)  # Quartz 5
    preview = ("node", "quartz/bootstrap-cli.mjs", "build", "--serve")
    hides_drafts = True  # its filter RemoveDrafts is on by default

    # Where files go, and how a post refers to them.
    post_file = "content/{post.slug}.md"
    post_address = "{post.slug}.md{fragment}"
    asset_file = "content/attachments/{post.slug}/{name}"
    asset_address = "attachments/{post.slug}/{name}"
    former_address = "{slug}"  # Quartz redirects from `aliases`

    # The front matter. Quartz also reads title, date, draft, description, tags, cover and lang.
    field_names: ClassVar = {
        "updated": "modified",
        **dict.fromkeys(("slug", "categories", "series", "part", "canonical", "math"), ""),
    }

    # The Markdown; everything else is as in GitHub's.
    dialect = Dialect(
        math=Math(within=False, dollar="\\$"),  # KaTeX, with $$ on lines of its own
        mark="equals",  # ==highlighted==
        alerts=True,  # > [!note]
        heading_ids=False,  # no {#id} after a heading
        more="",  # no teasers
    )
    diagram_notice = ""  # Quartz draws Mermaid

    def fields(self, post: Post, cover: str) -> dict[str, object]:
        """Return the fields; Quartz has no categories, so they are tags."""
        found = super().fields(post, cover)
        return found | {"tags": list(dict.fromkeys([*post.tags, *post.categories]))}
