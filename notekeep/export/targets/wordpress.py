"""WordPress: one WXR 1.2 file per post, for Tools → Import.

WXR is RSS with WordPress's own elements. WordPress's importer only downloads pictures from the web,
so local pictures are written to `wp-content/uploads/`, which the user copies to the site. For a
featured picture on the web, an attachment with its URL is written; a local one is not set.
"""

from __future__ import annotations

import re
import zlib
from datetime import UTC
from email.utils import format_datetime
from html import escape
from xml.etree import ElementTree as ET

from notekeep.export.draft import Draft
from notekeep.export.html_pages import TEASER_DIALECT, format_bare_page, to_html
from notekeep.export.post import Post, make_slug
from notekeep.export.targets.target import Target, number_slugs

_NAMESPACES = (
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:wp="http://wordpress.org/export/1.2/"'
)
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CANONICAL = ("_yoast_wpseo_canonical", "rank_math_canonical_url")
"""The fields of two common SEO plugins for canonical addresses."""
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot contain, not even escaped."""


class WordPress(Target):
    """A folder of files for WordPress's importer."""

    id = "wordpress"
    name = "WordPress"
    anywhere = True
    ending = ".xml"
    is_built = True
    dialect = TEASER_DIALECT
    post_file = "{post.slug}.xml"
    asset_file = "wp-content/uploads/{post.slug}/{name}"
    asset_address = f"/{asset_file}"
    post_address = "/{post.slug}/{fragment}"  # WordPress redirects this to the post

    def head(self, post: Post, cover: str) -> str:
        """Return the file up to the post's text."""
        number = _number(post.slug)
        picture = cover if "://" in cover else ""
        local, world = post.day, post.day.astimezone(UTC)
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<rss version="2.0" {_NAMESPACES}>',
            "<channel>",
            f"<title>{_text(post.title)}</title>",
            f"<language>{_text(post.lang or 'en')}</language>",
            "<wp:wxr_version>1.2</wp:wxr_version>",
            *(_attachment(post, number, picture) if picture else ()),
            "<item>",
            f"<title>{_data(post.title)}</title>",
            f"<pubDate>{format_datetime(world)}</pubDate>",
            f"<dc:creator>{_data('admin')}</dc:creator>",
            "<description></description>",
            f"<excerpt:encoded>{_data(post.description)}</excerpt:encoded>",
            f"<wp:post_id>{number}</wp:post_id>",
            f"<wp:post_date>{_data(f'{local:%Y-%m-%d %H:%M:%S}')}</wp:post_date>",
            f"<wp:post_date_gmt>{_data(f'{world:%Y-%m-%d %H:%M:%S}')}</wp:post_date_gmt>",
            f"<wp:post_name>{_data(post.slug)}</wp:post_name>",
            f"<wp:status>{_data('draft' if post.draft else 'publish')}</wp:status>",
            "<wp:post_parent>0</wp:post_parent>",
            "<wp:menu_order>0</wp:menu_order>",
            f"<wp:post_type>{_data('post')}</wp:post_type>",
            f"<wp:post_password>{_data('')}</wp:post_password>",
            "<wp:is_sticky>0</wp:is_sticky>",
            *_labels("post_tag", post.tags),
            *_labels("category", post.categories),
            *(_meta("_thumbnail_id", str(_number(picture))) if picture else ()),
            *(line for key in _CANONICAL if post.canonical for line in _meta(key, post.canonical)),
            "<content:encoded>",
        ]
        return "\n".join(lines)

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Return the entire file."""
        del draft
        return f"{head}{_data(to_html(body))}</content:encoded>\n</item>\n</channel>\n</rss>\n"

    def page(self, text: str) -> str:
        """Return the post as an HTML page, from its WXR file."""
        items = ET.fromstring(text).findall("channel/item")  # noqa: S314  # notekeep wrote the file
        item = next((item for item in items if item.find(_CONTENT) is not None), None)
        if item is None:
            return ""
        return format_bare_page(item.findtext("title", ""), item.findtext(_CONTENT, ""))

    def notice(self, post: Post) -> str:
        """Explain that pictures are not imported."""
        copy = "WordPress does not import local pictures. Copy the folder wp-content to the site"
        if not post.cover or "://" in post.cover:
            return f"{copy}."
        return f"{copy}, then choose the featured picture in WordPress."


def _number(name: str) -> int:
    """Return a stable numeric ID for a post or a picture."""
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


def _attachment(post: Post, number: int, address: str) -> list[str]:
    name = address.rsplit("/", 1)[-1]
    return [
        "<item>",
        f"<title>{_data(name)}</title>",
        f"<dc:creator>{_data('admin')}</dc:creator>",
        f"<wp:post_id>{_number(address)}</wp:post_id>",
        f"<wp:post_date>{_data(f'{post.day:%Y-%m-%d %H:%M:%S}')}</wp:post_date>",
        f"<wp:post_name>{_data(f'{post.slug}-cover')}</wp:post_name>",
        f"<wp:status>{_data('inherit')}</wp:status>",
        f"<wp:post_parent>{number}</wp:post_parent>",
        f"<wp:post_type>{_data('attachment')}</wp:post_type>",
        f"<wp:attachment_url>{_data(address)}</wp:attachment_url>",
        "</item>",
    ]


def _meta(key: str, value: str) -> list[str]:
    return [
        "<wp:postmeta>",
        f"<wp:meta_key>{_data(key)}</wp:meta_key>",
        f"<wp:meta_value>{_data(value)}</wp:meta_value>",
        "</wp:postmeta>",
    ]


def _labels(domain: str, names: list[str]) -> list[str]:
    slugs = number_slugs(make_slug(name, name) for name in names)
    return [
        f'<category domain="{domain}" nicename="{escape(slug)}">{_data(name)}</category>'
        for name, slug in zip(names, slugs, strict=True)
    ]


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("", text), quote=False)


def _data(text: str) -> str:
    """Return text as CDATA, with `]]>` escaped."""
    return f"<![CDATA[{_FORBIDDEN.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
