"""Small sites of every generator, with the least that shows a post, its tags and a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.support.sites import HUGO_SETTINGS, folder_with, make_hugo_site

if TYPE_CHECKING:
    from pathlib import Path

PELICAN = """\
AUTHOR = "x"
SITENAME = "x"
SITEURL = ""
THEME = "simple"
PATH = "content"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = None
"""
_EXTENSIONS = """\
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - pymdownx.details
  - pymdownx.tilde
  - pymdownx.tasklist
  - pymdownx.arithmatex:
      generic: true
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: mermaid
          format: !!python/name:pymdownx.superfences.fence_code_format
"""
MKDOCS = f"""\
site_name: x
site_url: https://example.org/
theme:
  name: material
  font: false
plugins: [blog, tags]
{_EXTENSIONS}"""
_DOCS = {
    "mkdocs.yml": MKDOCS,
    "docs/index.md": "# Home\n",
    "docs/blog/index.md": "# Blog\n",
    "docs/tags.md": "# Tags\n\n<!-- material/tags -->\n",
    "docs/blog/posts/.keep": "",
}
_JEKYLL_POST = """\
---
layout: default
---
<article><h1>{{ page.title | escape }}</h1>
<time datetime="{{ page.date | date_to_xmlschema }}"></time>
{% for tag in page.tags %}<a href="/tags/{{ tag | slugify }}/">{{ tag }}</a>{% endfor %}
<div class="post-content">{{ content }}</div></article>
"""
_ELEVENTY = """\
const markdown = require("markdown-it")({ html: true });
module.exports = function (config) {
  config.addPassthroughCopy("content/posts/**/*.{png,jpg}");
  config.addPreprocessor("drafts", "*", (data) => (data.draft ? false : undefined));
  config.setFrontMatterParsingOptions({ excerpt: true, excerpt_separator: "<!-- more -->" });
  config.addFilter("markdown", (text) => markdown.render(text || ""));
  config.addFilter("day", (date) => date.toLocaleDateString("en-CA", { timeZone: "Asia/Kolkata" }));
  return { dir: { input: "content", includes: "../_includes" } };
};
"""
_ELEVENTY_POST = """\
<!doctype html><html><head><title>{{ title }}</title></head><body><article>
<h1>{{ title }}</h1><time datetime="{{ date | day }}">{{ date | day }}</time>
{% for tag in tags %}{% if tag != "posts" %}<a href="/tags/{{ tag | slugify }}/">{{ tag }}</a>
{% endif %}{% endfor %}<div class="post-content">{{ content | safe }}</div></article></body></html>
"""
_ELEVENTY_FILES = {
    "package.json": '{"dependencies": {"@11ty/eleventy": "3"}}',
    "eleventy.config.js": _ELEVENTY,
    "_includes/post.njk": _ELEVENTY_POST,
    "content/posts/posts.json": '{"layout": "post.njk", "tags": ["posts"]}',
    "content/index.njk": "<!doctype html>{% for post in collections.posts %}"
    '<a href="{{ post.url }}">{{ post.data.title }}</a>'
    "{{ post.page.excerpt | markdown | safe }}{% endfor %}",
}
_ASTRO = """\
import { defineCollection, z } from "astro:content";
import { glob } from "astro/loaders";
const blog = defineCollection({
  loader: glob({ base: "./src/content/blog", pattern: "**/*.md" }),
  schema: ({ image }) => z.object({
    title: z.string(),
    description: z.string(),
    pubDate: z.coerce.date(),
    updatedDate: z.coerce.date().optional(),
    heroImage: image().optional(),
    draft: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
  }),
});
export const collections = { blog };
"""
_ASTRO_POST = """\
---
import { getCollection, render } from "astro:content";
export async function getStaticPaths() {
  const posts = await getCollection("blog", ({ data }) => !data.draft);
  return posts.map((post) => ({ params: { slug: post.id }, props: post }));
}
const post = Astro.props;
const { Content } = await render(post);
const day = new Date(post.data.pubDate.valueOf() + 5.5 * 3600 * 1000).toISOString().slice(0, 10);
---
<!doctype html><html><head><title>{post.data.title}</title></head><body><article>
<h1>{post.data.title}</h1><time datetime={day}>{day}</time>
{(post.data.tags ?? []).map((tag) => <a href={`/tags/${tag}/`}>{tag}</a>)}
<div class="post-content"><Content /></div></article></body></html>
"""
_ASTRO_INDEX = """\
---
import { getCollection } from "astro:content";
const posts = await getCollection("blog", ({ data }) => !data.draft);
const teaser = (post) => post.rendered.html.split("<!--more-->")[0];
---
<!doctype html><html><body>{posts.map((post) => <section>
<a href={`/blog/${post.id}/`}>{post.data.title}</a><div set:html={teaser(post)} /></section>)}
</body></html>
"""
_HEXO = """\
title: x
url: https://example.org
timezone: Asia/Kolkata
theme: plain
post_asset_folder: true
permalink: posts/:title/
marked:
  postAsset: true
"""
_HEXO_POST = """\
<!doctype html><html><head><title><%= page.title %></title></head><body><article>
<h1><%= page.title %></h1><time datetime="<%= date(page.date, 'YYYY-MM-DD') %>"></time>
<% page.tags.forEach(function (tag) { %><a href="<%- url_for(tag.path) %>"><%= tag.name %></a>
<% }) %><div class="post-content"><%- page.content %></div></article></body></html>
"""
_HEXO_INDEX = """\
<!doctype html><html><body><% page.posts.each(function (post) { %><section>
<a href="<%- url_for(post.path) %>"><%= post.title %></a><%- post.excerpt || post.content %>
</section><% }) %></body></html>
"""
_ZOLA_PAGE = """\
<!doctype html><html><head><title>{{ page.title }}</title></head><body><article>
<h1>{{ page.title }}</h1><time datetime="{{ page.date }}">{{ page.date }}</time>
{% for tag in page.taxonomies.tags | default(value=[]) %}<a href="/tags/{{ tag | slugify }}/">
{{ tag }}</a>{% endfor %}<div class="post-content">{{ page.content | safe }}</div></article>
</body></html>
"""
_ZOLA_LIST = """\
<!doctype html><html><body>{% for page in section.pages %}<section>
<a href="{{ page.permalink | safe }}">{{ page.title }}</a>
{{ page.summary | default(value="") | safe }}
</section>{% endfor %}</body></html>
"""
FILES: Final[dict[str, dict[str, str]]] = {
    "jekyll": {
        "_config.yml": "title: x\ntimezone: Asia/Kolkata\n",
        "_layouts/default.html": "<!doctype html><html><body>{{ content }}</body></html>",
        "_layouts/post.html": _JEKYLL_POST,
        "_posts/.keep": "",
        "index.html": "---\nlayout: default\n---\n{% for post in site.posts %}"
        '<a href="{{ post.url }}">{{ post.title | escape }}</a>{{ post.excerpt }}{% endfor %}',
    },
    "pelican": {"pelicanconf.py": PELICAN, "content/images/.keep": ""},
    "mkdocs": _DOCS,
    "zensical": _DOCS,
    "eleventy": _ELEVENTY_FILES,
    "slug eleventy": {
        **_ELEVENTY_FILES,
        "content/posts/posts.json": '{"layout": "post.njk", "tags": ["posts"],'
        ' "permalink": "/posts/{{ slug }}/"}',
    },
    "astro": {
        "package.json": '{"type": "module", "dependencies": {"astro": "7"}}',
        "astro.config.mjs": 'import { defineConfig } from "astro/config";\n'
        'export default defineConfig({ site: "https://example.org" });\n',
        "src/content.config.ts": _ASTRO,
        "src/content/blog/.keep": "",
        "src/pages/index.astro": _ASTRO_INDEX,
        "src/pages/blog/[...slug].astro": _ASTRO_POST,
    },
    "hexo": {
        "package.json": '{"hexo": {"version": "8.1.2"}, "dependencies": {"hexo": "8",'
        ' "hexo-renderer-marked": "*", "hexo-renderer-ejs": "*", "hexo-generator-index": "*",'
        ' "hexo-generator-tag": "*"}}',
        "_config.yml": _HEXO,
        "scaffolds/post.md": "---\ntitle: {{ title }}\n---\n",
        "source/_posts/.keep": "",
        "themes/plain/layout/post.ejs": _HEXO_POST,
        "themes/plain/layout/index.ejs": _HEXO_INDEX,
        "themes/plain/layout/tag.ejs": "<html><body><%= page.tag %></body></html>\n",
    },
    "zola": {
        "config.toml": 'base_url = "https://example.org"\ntaxonomies = [{ name = "tags" }]\n',
        "content/blog/_index.md": '+++\ntitle = "Blog"\nsort_by = "date"\n+++\n',
        "templates/index.html": "<html><body></body></html>",
        "templates/page.html": _ZOLA_PAGE,
        "templates/section.html": _ZOLA_LIST,
        "templates/taxonomy_list.html": "<html><body></body></html>",
        "templates/taxonomy_single.html": "<html><body>{{ term.name }}</body></html>",
    },
}
"""The files of a small site, by its kind."""

RICH_HUGO: Final = f"""{HUGO_SETTINGS}
[markup.goldmark.renderer]
unsafe = true
[markup.goldmark.extensions.passthrough]
enable = true
[markup.goldmark.extensions.passthrough.delimiters]
block = [['\\[', '\\]'], ['$$', '$$']]
inline = [['\\(', '\\)']]
"""
NODE: Final = frozenset({"eleventy", "slug eleventy", "astro", "hexo"})


def make_site(folder: Path, kind: str, modules: Path | None = None) -> Path:
    """Make a small site of a generator.

    Args:
        folder: Where; not there yet.
        kind: The generator, or one of the sites that it has besides.
        modules: The packages of a generator that is written in JavaScript.
    """
    if kind == "hugo":
        return make_hugo_site(folder)
    for name, text in FILES[kind].items():
        folder_with(folder, name, text)
    if kind in NODE and modules is not None:
        (folder / "node_modules").symlink_to(modules, target_is_directory=True)
    return folder
