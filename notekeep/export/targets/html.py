"""HTML: one file per post, with embedded pictures and without scripts."""

from __future__ import annotations

import base64
import html
import mimetypes
import re
from urllib.parse import unquote

from notekeep.export.assets import is_image
from notekeep.export.draft import Draft
from notekeep.export.html_pages import MATHML_DIALECT, style_sheet, to_html
from notekeep.export.post import Post
from notekeep.export.targets.target import Target

_POLICY = "default-src 'none'; img-src data: https: http:; style-src 'unsafe-inline'"
_STYLE = """\
:root { color-scheme: light dark; }
body { font: 1.05rem/1.6 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 42rem; padding: 0 1rem; }
img { height: auto; max-width: 100%; }
pre { overflow-x: auto; padding: 0.8rem; border: 1px solid #8886; border-radius: 4px; }
blockquote { border-left: 3px solid #888; margin-left: 0; padding-left: 1rem; }
table { border-collapse: collapse; }
td, th { border: 1px solid #8886; padding: 0.2rem 0.6rem; }
header p, .footnotes { font-size: 0.9rem; opacity: 0.8; }
@media (prefers-color-scheme: light) {
"""
_IMAGE = re.compile(r'(<img\b[^>]*?\bsrc=")([^"]+)(")')


class Html(Target):
    """A folder of pages."""

    id = "html"
    name = "HTML"
    anywhere = True
    ending = ".html"
    is_built = True
    dialect = MATHML_DIALECT
    post_file = "{post.slug}.html"
    asset_file = asset_address = "{post.slug}.assets/{name}"  # pictures are embedded in the page
    post_address = "{post.slug}.html{fragment}"
    diagram_notice = "Mermaid diagrams are shown as source: these pages have no script."

    def head(self, post: Post, cover: str) -> str:
        """Return the page up to the post's text: metadata, title, date and tags."""
        escape = html.escape
        day = f"{post.day:%Y-%m-%d}"
        meta = {
            "description": post.description,
            "keywords": ", ".join(post.tags),
            "date": post.day.isoformat(),
        }
        named = [f'<meta name="{n}" content="{escape(v)}">' for n, v in meta.items() if v]
        if post.canonical.startswith(("https://", "http://")):
            named.append(f'<link rel="canonical" href="{escape(post.canonical)}">')
        tags = " · ".join(escape(tag) for tag in post.tags)
        shown = f'<p><time datetime="{post.day.isoformat()}">{day}</time> {tags}</p>'
        picture = f'<p><img src="{escape(cover)}" alt=""></p>\n' if cover else ""
        lines = [
            "<!doctype html>",
            f'<html lang="{escape(post.lang or "en")}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>{escape(post.title)}</title>",
            *named,
            f"<style>\n{_STYLE}{style_sheet()}\n}}\n</style>",
            "</head>",
            "<body>",
            "<article>",
            f"<header>\n<h1>{escape(post.title)}</h1>\n{shown}\n{picture}</header>",
            '<div class="post-content">',
        ]
        return "\n".join([*lines, ""])

    def compose(self, draft: Draft, head: str, body: str) -> str:
        """Return the entire page."""
        del draft
        text = to_html(body, highlight=True, mathml=True)
        return f"{head}{text}</div>\n</article>\n</body>\n</html>\n"

    def packed(
        self, post: Post, text: str, assets: dict[str, bytes]
    ) -> tuple[str, dict[str, bytes]]:
        """Embed the pictures in the page."""
        pictures = {
            self.asset_path(post, name): _data_url(name, data)
            for name, data in assets.items()
            if is_image(name)
        }

        def embed(match: re.Match[str]) -> str:
            address = pictures.get(unquote(html.unescape(match[2])), match[2])
            return f"{match[1]}{address}{match[3]}"

        others = {name: data for name, data in assets.items() if not is_image(name)}
        return _IMAGE.sub(embed, text), others

    def page_path(self, post: Post) -> str:
        """Return the path of the file."""
        return self.post_path(post)


def _data_url(name: str, data: bytes) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
