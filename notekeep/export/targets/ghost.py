"""Ghost (5): one JSON file per post, for Settings → Import. Pictures need a zip of the folder.

The format is the same as Ghost's own export: `{"db": [{"meta": ..., "data": {"posts", "tags",
"posts_tags"}}]}`. Ghost's importer converts a post with `html` and without `lexical`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from notekeep.export.draft import Draft
from notekeep.export.html_pages import MATHML_DIALECT, format_bare_page, to_html
from notekeep.export.post import Post, make_slug
from notekeep.export.targets.target import Target, number_slugs

_MAX_LENGTHS = {"title": 255, "slug": 191, "custom_excerpt": 300, "tag": 191}
"""Maximum lengths in characters. Ghost's importer refuses longer values."""
_BODY = '"html": ""'
_HOST = "__GHOST_URL__"
"""Ghost replaces this with its own address."""


class Ghost(Target):
    """A folder of files for Ghost's importer."""

    id = "ghost"
    name = "Ghost"
    anywhere = True
    ending = ".json"
    is_built = True
    dialect = MATHML_DIALECT
    post_file = "{post.slug}.json"
    asset_file = "content/images/{post.slug}/{name}"  # in a zip
    asset_address = f"{_HOST}/{asset_file}"
    post_address = f"{_HOST}/{{post.slug}}/{{fragment}}"

    def head(self, post: Post, cover: str) -> str:
        """Return the file up to the post's text."""
        tags = _tags(post)
        links = [
            {"post_id": 1, "tag_id": tag["id"], "sort_order": number}
            for number, tag in enumerate(tags)
        ]
        data = {"tags": tags, "posts_tags": links, "posts": [_post(post, cover)]}
        moment = int(post.day.timestamp() * 1000)
        export = {"db": [{"meta": {"exported_on": moment, "version": "5.0.0"}, "data": data}]}
        return json.dumps(export, ensure_ascii=False, indent=1).partition(_BODY)[0]

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Return the entire file."""
        del draft
        text = json.dumps(to_html(body, mathml=True, cards=True), ensure_ascii=False)
        # The text is the last field, so only brackets follow.
        return f'{head}"html": {text}\n     }}\n    ]\n   }}\n  }}\n ]\n}}\n'

    def page(self, text: str) -> str:
        """Return the post's page, from a file for Ghost's importer."""
        post = json.loads(text)["db"][0]["data"]["posts"][0]
        return format_bare_page(post["title"], str(post["html"]).replace(_HOST, ""))

    def notice(self, post: Post) -> str:
        """Explain that pictures are only imported from a zip."""
        del post
        return "Ghost imports pictures only from a zip. Zip the JSON and the folder content."


def _post(post: Post, cover: str) -> dict[str, Any]:
    return {
        "id": 1,
        "title": post.title[: _MAX_LENGTHS["title"]],
        "slug": post.slug[: _MAX_LENGTHS["slug"]],
        "status": "draft" if post.draft else "published",
        "visibility": "public",
        "type": "post",
        "created_at": _moment(post.day),
        "published_at": None if post.draft else _moment(post.day),
        "updated_at": _moment(post.updated or post.day),
        "custom_excerpt": post.description[: _MAX_LENGTHS["custom_excerpt"]] or None,
        "feature_image": cover or None,
        "canonical_url": post.canonical or None,
        "locale": post.lang or None,
        "html": "",
    }


def _tags(post: Post) -> list[dict[str, Any]]:
    names = [*post.tags, *post.categories, *([f"#{post.series}"] if post.series else [])]
    names = [*dict.fromkeys(names)]
    slugs = number_slugs(
        ("hash-" if name.startswith("#") else "") + make_slug(name, name) for name in names
    )
    return [
        {"id": number, "name": name[: _MAX_LENGTHS["tag"]], "slug": slug}
        for number, (name, slug) in enumerate(zip(names, slugs, strict=True), 1)
    ]


def _moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
