"""WordPress: one WXR 1.2 file a post, for Tools → Import.

WXR is RSS with WordPress's own elements. Its importer fetches pictures by address only, so they lie
in `wp-content/uploads/`, to be copied to the site.
"""

from __future__ import annotations

import re
import zlib
from datetime import UTC
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from notekeep.export.render import to_html
from notekeep.export.slugs import make_slug
from notekeep.export.targets.pages import WITH_TEASER, bare_page
from notekeep.export.targets.target import Target

if TYPE_CHECKING:
    from notekeep.export.draft import Draft
    from notekeep.export.properties import Post

_NAMESPACES = (
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:wp="http://wordpress.org/export/1.2/"'
)
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold in any spelling."""


class WordPress(Target):
    """A folder of files for WordPress's importer."""

    id = "wordpress"
    name = "WordPress"
    settings_name = ".notekeep-export.json"
    anywhere = True
    ending = ".xml"
    is_built = True

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.dialect = WITH_TEASER

    def post_path(self, post: Post) -> str:
        """`atomic-habits.xml`."""
        return f"{post.slug}.xml"

    def asset_path(self, post: Post, name: str) -> str:
        """`wp-content/uploads/atomic-habits/loop.png`."""
        return f"wp-content/uploads/{post.slug}/{name}"

    def asset_url(self, post: Post, name: str) -> str:
        """The same, from the site's root."""
        return f"/{self.asset_path(post, name)}"

    def link(self, post: Post, other: Post, anchor: str) -> str:
        """`/atomic-habits/#id`, which WordPress leads on to wherever the post is."""
        del post
        return f"/{other.slug}/" + (f"#{anchor}" if anchor else "")

    def head(self, post: Post, cover: str) -> str:
        """Return the file up to the text of its post."""
        del cover  # a featured picture is an attachment, which only the site can make
        local, world = post.day, post.day.astimezone(UTC)
        labels = [("post_tag", tag) for tag in post.tags]
        labels += [("category", name) for name in post.categories]
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<rss version="2.0" {_NAMESPACES}>',
            "<channel>",
            f"<title>{_text(post.title)}</title>",
            f"<language>{_text(post.lang or 'en')}</language>",
            "<wp:wxr_version>1.2</wp:wxr_version>",
            "<item>",
            f"<title>{_data(post.title)}</title>",
            f"<pubDate>{format_datetime(world)}</pubDate>",
            f"<dc:creator>{_data('admin')}</dc:creator>",
            "<description></description>",
            f"<excerpt:encoded>{_data(post.description)}</excerpt:encoded>",
            f"<wp:post_id>{zlib.crc32(post.slug.encode()) & 0x7FFFFFFF}</wp:post_id>",
            f"<wp:post_date>{_data(f'{local:%Y-%m-%d %H:%M:%S}')}</wp:post_date>",
            f"<wp:post_date_gmt>{_data(f'{world:%Y-%m-%d %H:%M:%S}')}</wp:post_date_gmt>",
            f"<wp:post_name>{_data(post.slug)}</wp:post_name>",
            f"<wp:status>{_data('draft' if post.draft else 'publish')}</wp:status>",
            "<wp:post_parent>0</wp:post_parent>",
            "<wp:menu_order>0</wp:menu_order>",
            f"<wp:post_type>{_data('post')}</wp:post_type>",
            f"<wp:post_password>{_data('')}</wp:post_password>",
            "<wp:is_sticky>0</wp:is_sticky>",
            *_labels(labels),
            "<content:encoded>",
        ]
        return "\n".join(lines)

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Return the file as a whole."""
        del draft
        return f"{head}{_data(to_html(body))}</content:encoded>\n</item>\n</channel>\n</rss>\n"

    def page(self, text: str) -> str:
        """Return the post as WordPress's importer reads it."""
        from xml.etree import ElementTree as ET

        item = ET.fromstring(text).find("channel/item")  # noqa: S314  # a file of our own
        if item is None:
            return ""
        return bare_page(item.findtext("title", ""), item.findtext(_CONTENT, ""))

    def notice(self, post: Post) -> str:
        """Pictures are not imported."""
        del post
        return (
            "WordPress imports no pictures from a file: copy the folder wp-content to the site, and"
            " choose the featured picture there"
        )


def _labels(labels: list[tuple[str, str]]) -> list[str]:
    """Return tags and categories with nicenames of their own: `C` and `C++` would both be `c`."""
    taken: set[tuple[str, str]] = set()
    lines = []
    for domain, name in labels:
        base = make_slug(name, name)
        slug, number = base, 1
        while (domain, slug) in taken:
            number += 1
            slug = f"{base}-{number}"
        taken.add((domain, slug))
        nicename = escape(slug)
        lines.append(f'<category domain="{domain}" nicename="{nicename}">{_data(name)}</category>')
    return lines


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("", text), quote=False)


def _data(text: str) -> str:
    """Return text as CDATA, which ends where it says so and nowhere before."""
    return f"<![CDATA[{_FORBIDDEN.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"


TARGET = WordPress
