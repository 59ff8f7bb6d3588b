"""Ghost (5): one JSON a post, for Settings → Import; its pictures go along in a zip of the folder.

The form is that of Ghost's own export: `{"db": [{"meta": ..., "data": {"posts", "tags",
"posts_tags"}}]}`. A post with `html` and without `lexical` is made Ghost's own by its importer.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from notekeep.export.html_pages import MATHML_DIALECT, format_bare_page, to_html
from notekeep.export.slugs import make_slug
from notekeep.export.targets.target import Target

if TYPE_CHECKING:
    from datetime import datetime

    from notekeep.export.draft import Draft
    from notekeep.export.post import Post

_LONGEST = {"title": 255, "slug": 191, "custom_excerpt": 300, "tag": 191}
"""How many characters Ghost's tables hold; its importer refuses more."""

_BODY = '"html": ""'
_HOST = "__GHOST_URL__"


class Ghost(Target):
    """A folder of files for Ghost's importer."""

    id = "ghost"
    name = "Ghost"
    settings_name = ".notekeep-export.json"
    anywhere = True
    ending = ".json"
    is_built = True

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.dialect = MATHML_DIALECT

    def post_path(self, post: Post) -> str:
        """`atomic-habits.json`."""
        return f"{post.slug}.json"

    def asset_path(self, post: Post, name: str) -> str:
        """`content/images/atomic-habits/loop.png`, where Ghost looks in a zip."""
        return f"content/images/{post.slug}/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """The same behind the words that Ghost puts its own address for."""
        return f"{_HOST}/{self.asset_path(post, name)}"

    def link(self, post: Post, other: Post, anchor: str) -> str:
        """`__GHOST_URL__/atomic-habits/#id`."""
        del post
        return f"{_HOST}/{other.slug}/" + (f"#{anchor}" if anchor else "")

    def head(self, post: Post, cover: str) -> str:
        """Return the file up to the text of its post."""
        return self._whole(post, cover).partition(_BODY)[0]

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Return the file as a whole."""
        del draft
        text = json.dumps(to_html(body, mathml=True, cards=True), ensure_ascii=False)
        # Nothing but brackets stands behind the text, which is the post's last field.
        return f'{head}"html": {text}\n     }}\n    ]\n   }}\n  }}\n ]\n}}\n'

    def _whole(self, post: Post, cover: str) -> str:
        tags = _tags(post)
        data = {
            "tags": tags,
            "posts_tags": [
                {"post_id": 1, "tag_id": tag["id"], "sort_order": number}
                for number, tag in enumerate(tags)
            ],
            "posts": [_post(post, cover)],
        }
        moment = int(post.day.timestamp() * 1000)
        whole = {"db": [{"meta": {"exported_on": moment, "version": "5.0.0"}, "data": data}]}
        return json.dumps(whole, ensure_ascii=False, indent=1)

    def page(self, text: str) -> str:
        """Return the post as Ghost's importer reads it."""
        post = json.loads(text)["db"][0]["data"]["posts"][0]
        return format_bare_page(post["title"], str(post["html"]).replace(_HOST, ""))

    def notice(self, post: Post) -> str:
        """Pictures are imported from a zip only."""
        del post
        return "Ghost imports pictures from a zip: put the JSON and the folder content into one"


def _post(post: Post, cover: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": 1,
        "title": post.title[: _LONGEST["title"]],
        "slug": post.slug[: _LONGEST["slug"]],
        "status": "draft" if post.draft else "published",
        "visibility": "public",
        "type": "post",
        "created_at": _moment(post.day),
        "published_at": None if post.draft else _moment(post.day),
        "updated_at": _moment(post.updated or post.day),
        "custom_excerpt": post.description[: _LONGEST["custom_excerpt"]] or None,
        "feature_image": cover or None,
        "canonical_url": post.canonical or None,
        "locale": post.lang or None,
        "html": "",
    }
    return fields


def _tags(post: Post) -> list[dict[str, Any]]:
    """Return the tags with slugs of their own: `C` and `C++` would both be `c`."""
    names = [*post.tags, *post.categories, *([f"#{post.series}"] if post.series else [])]
    taken: dict[str, str] = {}
    for name in dict.fromkeys(names):
        base = ("hash-" if name.startswith("#") else "") + make_slug(name, name)
        slug, number = base, 1
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        taken[slug] = name[: _LONGEST["tag"]]
    return [
        {"id": number, "name": name, "slug": slug}
        for number, (slug, name) in enumerate(taken.items(), 1)
    ]


def _moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"


TARGET = Ghost
