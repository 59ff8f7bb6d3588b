"""Sites whose settings are programs in JavaScript: searched for switches, never run."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from notekeep.errors import Refused, UsageError
from notekeep.export.post import Post
from notekeep.export.targets.astro import Astro
from notekeep.export.targets.eleventy import Eleventy
from notekeep.export.targets.hexo import Hexo
from notekeep.export.targets.jekyll import Jekyll
from notekeep.export.targets.nikola import Nikola
from notekeep.export.targets.site_settings import Script
from notekeep.export.targets.target import detect
from tests.support.sites import INDIA, folder_with, write_text

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.export.targets.target import Target


def post(**fields: Any) -> Post:
    made = Post("n.md", "A title", datetime(2026, 3, 4, 0, 30, tzinfo=INDIA), slug="a-title")
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def packages(folder: Path, *names: str) -> None:
    said = {"devDependencies": dict.fromkeys(names, "*")}
    folder_with(folder, "package.json", json.dumps(said))


def head_of(target: Target, made: Post, cover: str = "") -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(target.head(made, cover).strip().strip("-"))
    return read


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("eleventy.config.js", "eleventy"),
        ("eleventy.config.mjs", "eleventy"),
        (".eleventy.js", "eleventy"),
        ("astro.config.mjs", "astro"),
        ("astro.config.ts", "astro"),
    ],
)
def test_a_site_is_recognised_by_its_program(tmp_path: Path, name: str, target: str) -> None:
    assert detect(str(folder_with(tmp_path, name, ""))) == target


def test_a_comment_says_nothing(tmp_path: Path) -> None:
    text = 'a: "http://x/*y*/"; // html: false\n/* breaks: true */ b: `//c`;\n'
    folder_with(tmp_path, "x.js", text)
    script = Script(str(tmp_path), "x.js")
    assert not script.has("html: false|breaks")
    assert script.has("x/[*]y")
    assert script.has("b: `//c`")


def test_a_package_file_that_does_not_parse_is_told_with_its_place(tmp_path: Path) -> None:
    folder_with(tmp_path, "eleventy.config.js", "")
    folder_with(tmp_path, "package.json", '{\n "x": \n}')
    with pytest.raises(UsageError, match=r"package\.json: Cannot read the site's settings"):
        Eleventy(str(tmp_path))


# Eleventy


def eleventy(tmp_path: Path, text: str = "", *names: str) -> Eleventy:
    packages(tmp_path / "site", *names)
    return Eleventy(str(folder_with(tmp_path / "site", "eleventy.config.js", text)))


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("", "posts"),
        ('export default { dir: { input: "content" } }', "content/posts"),
        ("config.setInputDirectory('src/text');", "src/text/posts"),
    ],
)
def test_eleventy_s_folders_are_those_of_its_settings(
    tmp_path: Path, text: str, folder: str
) -> None:
    site = eleventy(tmp_path, text)
    assert site.post_path(post()) == f"{folder}/a-title/a-title.md"
    assert site.asset_path(post(), "x.png") == f"{folder}/a-title/x.png"
    assert site.link(post(slug="b"), "id") == "/posts/b/#id"
    assert site.asset_url(post(), "x.png") == "x.png"


def test_eleventy_s_posts_lie_where_others_do(tmp_path: Path) -> None:
    folder_with(tmp_path / "site", "blog/blog.json", '{"layout": "post.njk"}')
    site = eleventy(tmp_path, 'config.addPassthroughCopy("blog/**/*.png")')
    assert site.post_path(post()) == "blog/a-title/a-title.md"
    assert site.warnings == []
    assert "layout" not in head_of(site, post())


def test_eleventy_s_addresses_follow_the_data_file(tmp_path: Path) -> None:
    data = '{"permalink": "/notes/{{ page.fileSlug }}/index.html"}'
    folder_with(tmp_path / "site", "posts/posts.json", data)
    site = eleventy(tmp_path, 'module.exports = { pathPrefix: "/garden/" }')
    assert site.link(post(slug="b"), "") == "/garden/notes/b/"
    assert site.asset_url(post(), "x.png") == "/garden/posts/a-title/x.png"


def test_eleventy_gets_the_layout_that_is_there(tmp_path: Path) -> None:
    folder_with(tmp_path / "site", "_includes/layouts/post.njk", "")
    assert head_of(eleventy(tmp_path), post())["layout"] == "layouts/post.njk"
    assert "does not copy pictures" in eleventy(tmp_path).warnings[0]


@pytest.mark.parametrize(
    ("text", "names", "field", "value"),
    [
        ("", (), "footnotes", False),
        ("use(require('markdown-it-footnote'))", ("markdown-it-footnote",), "footnotes", True),
        ("use(require('markdown-it-footnote'))", (), "footnotes", False),
        ("", ("markdown-it-footnote",), "footnotes", False),
        (
            "use(lists) // x\nimport lists from 'markdown-it-task-lists'",
            ("markdown-it-task-lists",),
            "task_lists",
            True,
        ),
        ("import a from 'markdown-it-attrs'", ("markdown-it-attrs",), "heading_ids", True),
        ("markdownIt({ linkify: true })", (), "bare_urls", True),
        ("markdownIt({ breaks: true })", (), "breaks", True),
        ("markdownIt({ html: false })", (), "html", False),
        ('md.enable("code")', (), "indented_code", True),
        ("", (), "indented_code", False),
        ("{ excerpt: true, excerpt_separator: '<!--more-->' }", (), "more", "<!--more-->"),
        ("{ excerpt: true }", (), "more", ""),
    ],
)
def test_eleventy_s_plugins_decide_what_is_written(
    tmp_path: Path, text: str, names: tuple[str, ...], field: str, value: object
) -> None:
    assert getattr(eleventy(tmp_path, text, *names).dialect, field) == value


def test_eleventy_s_math_is_raw_where_a_plugin_reads_it(tmp_path: Path) -> None:
    katex = eleventy(
        tmp_path, "import k from '@vscode/markdown-it-katex'", "@vscode/markdown-it-katex"
    )
    assert write_text("$a_b$ for $5", katex.dialect).text == "$a_b$ for \\$5"
    assert write_text("$a_b$ for $5", eleventy(tmp_path).dialect).text == "\\\\(a\\_b\\\\) for $5"


def test_eleventy_is_told_to_leave_templates_alone(tmp_path: Path) -> None:
    site = eleventy(tmp_path)
    assert head_of(site, post())["templateEngineOverride"] == "md"
    text = "{{ a }} {% b %} `{{ c }}`"
    assert write_text(text, site.dialect).text == text


def test_eleventy_gets_the_slug_that_a_permalink_may_ask_for(tmp_path: Path) -> None:
    data = '{"permalink": "/posts/{{ slug }}/"}'
    folder_with(tmp_path / "site", "posts/posts.json", data)
    site = eleventy(tmp_path)
    assert head_of(site, post())["slug"] == "a-title"
    assert site.link(post(slug="b"), "") == "/posts/b/"


def test_a_tag_without_an_address_is_told(tmp_path: Path) -> None:
    made = post(tags=["Grün", "日本語", "🎉"])
    assert "the tags '日本語', '🎉'," in eleventy(tmp_path).tag_notice(made)
    nikola = Nikola(str(folder_with(tmp_path, "conf.py", "")))
    assert "the tag '🎉'," in nikola.tag_notice(made)


def test_a_draft_that_eleventy_would_publish_is_told(tmp_path: Path) -> None:
    assert "drafts are built like posts" in eleventy(tmp_path).notice(post())
    site = eleventy(tmp_path, "addPreprocessor('drafts', '*', (data) => !data.draft)")
    assert "near midnight" in site.notice(post())
    noon = datetime(2026, 3, 4, 12, tzinfo=INDIA)
    assert site.notice(post(date=noon)) == ""


# Astro

SCHEMA = """\
const blog = defineCollection({
  loader: glob({ base: './src/content/writing', pattern: '**/*.{md,mdx}' }),
  schema: ({ image }) => z.object({
    title: z.string(), description: z.string(), pubDate: z.coerce.date(),
    updatedDate: z.coerce.date().optional(), heroImage: image().optional(),
  }),
});
"""


def astro(tmp_path: Path, text: str = "", schema: str = SCHEMA, *names: str) -> Astro:
    packages(tmp_path / "site", *names)
    folder_with(tmp_path / "site", "src/content.config.ts", schema)
    return Astro(str(folder_with(tmp_path / "site", "astro.config.mjs", text)))


def test_astro_s_folders_and_fields_are_those_of_its_schema(tmp_path: Path) -> None:
    site = astro(tmp_path)
    assert site.post_path(post()) == "src/content/writing/a-title/index.md"
    assert site.asset_url(post(), "x.png") == "./x.png"
    made = post(updated=datetime(2026, 3, 6, tzinfo=INDIA), tags=["2024", "yes"])
    read = head_of(site, made, "./c.png")
    assert read["pubDate"] == made.date
    assert read["updatedDate"] == made.updated
    assert read["heroImage"] == "./c.png"
    assert read["tags"] == ["2024", "yes"]
    assert read["description"] == ""
    assert read["draft"] is True


def test_a_description_that_astro_does_not_insist_on_is_left_out(tmp_path: Path) -> None:
    schema = SCHEMA.replace("description: z.string()", "description: z.string().optional()")
    assert "description" not in head_of(astro(tmp_path, "", schema), post())


def test_astro_s_addresses_follow_its_routes(tmp_path: Path) -> None:
    assert "no route for posts" in astro(tmp_path).warnings[0]
    folder_with(tmp_path / "site", "src/pages/notes/index.astro", "")
    folder_with(tmp_path / "site", "src/pages/writing/[...id].astro", "")
    site = astro(tmp_path)
    assert site.warnings == []
    assert site.link(post(slug="b"), "id") == "/writing/b/#id"
    site = astro(tmp_path, "export default { base: '/garden', trailingSlash: 'never' }")
    assert site.link(post(slug="b"), "") == "/garden/writing/b"


def test_astro_s_old_schema_is_read_too(tmp_path: Path) -> None:
    folder_with(tmp_path / "site", "src/content/posts/.keep", "")
    folder_with(tmp_path / "site", "src/content/config.ts", "z.object({ publishDate: z.date() })")
    site = Astro(str(folder_with(tmp_path / "site", "astro.config.mjs", "")))
    assert site.post_path(post()) == "src/content/posts/a-title/index.md"
    assert "publishDate" in head_of(site, post())


def test_starlight_s_only_collection_is_where_its_pages_are(tmp_path: Path) -> None:
    schema = "collections = { docs: defineCollection({ loader: docsLoader() }) }"
    site = astro(tmp_path, "", schema)
    assert site.post_path(post()) == "src/content/docs/a-title/index.md"
    assert site.link(post(), "") == "/a-title/"
    assert site.warnings == []
    assert "draft" not in site.notice(post(draft=True))


def test_another_collection_is_taken_only_if_there_is_one(tmp_path: Path) -> None:
    content = tmp_path / "site" / "src" / "content"
    (content / "recipes").mkdir(parents=True)
    assert astro(tmp_path, "", "").collection == "src/content/recipes"
    (content / "teams").mkdir()
    with pytest.raises(UsageError, match="is for posts: "):
        astro(tmp_path, "", "")


@pytest.mark.parametrize(
    ("page", "mark"),
    [
        ("", "<!--more-->"),
        ("const [teaser] = post.body.split('<!-- more -->');", "<!-- more -->"),
        ('post.body.split("<!--excerpt-->")[0]', "<!--excerpt-->"),
        ("const at = body.indexOf(`<!-- end -->`);", "<!-- end -->"),
        ("body.split(/<!--\\s*more\\s*-->/)", "<!--more-->"),
        ("body.search(/<!--\\s+cut\\s-->/i)", "<!-- cut -->"),
        ('const MARK = "<!-- cut -->";\nbody.split(MARK)', "<!-- cut -->"),
        ("<p>words</p> <!-- a remark --> {body.split('|')}", "<!--more-->"),
        ("<Fragment set:html={`<!-- made by hand -->`} />", "<!--more-->"),
    ],
)
def test_astro_s_teaser_ends_at_the_mark_its_pages_split_on(
    tmp_path: Path, page: str, mark: str
) -> None:
    folder_with(tmp_path / "site", "src/pages/index.astro", page)
    written = write_text("a\n\n%% more %%\n\nb", astro(tmp_path).dialect).text
    assert written == f"a\n\n{mark}\n\nb"


def test_a_draft_that_astro_would_publish_is_told(tmp_path: Path) -> None:
    assert "getCollection" in astro(tmp_path).notice(post())
    page = "const posts = await getCollection('blog', ({ data }) => !data.draft);"
    folder_with(tmp_path / "site", "src/pages/index.astro", page)
    assert "getCollection" not in astro(tmp_path).notice(post())


def test_astro_s_diagrams_are_left_to_a_plugin_that_draws_them(tmp_path: Path) -> None:
    text = "```mermaid\na-->b\n```\n"
    assert '<pre class="mermaid">' in write_text(text, astro(tmp_path).dialect).text
    drawn = astro(tmp_path, "", SCHEMA, "rehype-mermaid").dialect
    assert write_text(text, drawn).text == text


# Hexo

REF = '<sup id="fnref-1"><a href="#fn-1">1</a></sup>'
PLACE, BACK = '<a id="fn-1"></a>', '<a href="#fnref-1">↩</a>'
OPEN = '<section class="footnotes">'


def hexo(tmp_path: Path, text: str = "", *names: str) -> Hexo:
    packages(tmp_path / "site", "hexo", *names)
    return Hexo(str(folder_with(tmp_path / "site", "_config.yml", text)))


def test_hexo_s_settings_are_told_from_jekyll_s(tmp_path: Path) -> None:
    hexo(tmp_path)
    folder_with(tmp_path / "site", "Gemfile", "")
    assert detect(str(tmp_path / "site")) == "hexo"
    folder_with(tmp_path / "other", "_config.yml", "")
    folder_with(tmp_path / "other", "_posts/.keep", "")
    assert detect(str(tmp_path / "other")) == "jekyll"
    folder_with(tmp_path / "other", "scaffolds/.keep", "")
    assert detect(str(tmp_path / "other")) == "hexo"
    assert not Jekyll.is_site(str(tmp_path / "other"))


def test_a_draft_and_a_post_of_hexo_lie_in_different_folders(tmp_path: Path) -> None:
    site = hexo(tmp_path, "source_dir: text\npost_asset_folder: true\n")
    assert site.post_path(post()) == "text/_drafts/a-title.md"
    assert site.post_path(post(draft=False)) == "text/_posts/a-title.md"
    assert site.asset_path(post(), "x.png") == "text/_drafts/a-title/x.png"
    assert site.asset_url(post(), "x.png") == "{% asset_path x.png %}"
    plain = hexo(tmp_path, "root: /garden/\n")
    assert plain.asset_path(post(), "x.png") == "source/images/a-title/x.png"
    assert plain.asset_url(post(), "x.png") == "/garden/images/a-title/x.png"
    assert site.link(post(slug="b"), "id") == "{% post_path b %}#id"


def test_hexo_s_head_has_times_without_an_offset(tmp_path: Path) -> None:
    site = hexo(tmp_path)
    head = site.head(post(tags=["yes", "2024"]), "")
    assert "date: 2026-03-04 00:30:00\n" in head
    assert yaml.safe_load(head.strip().strip("-"))["tags"] == ["yes", "2024"]
    assert "timezone" in site.notice(post())
    assert hexo(tmp_path, "timezone: Asia/Kolkata\n").notice(post()) == ""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb", "a b"),
        ("a  \nb", "a  \nb"),
        ("{{ a }} {% b %} {# c #}", "&#123;{ a }} &#123;% b %} &#123;# c &#35;}"),
        ("`{{ a }}`", "<code>&#123;&#123; a &#125;&#125;</code>"),
        ("`a *b*`", "`a *b*`"),
        ("    {{ a }}", "```\n{{ a }}\n```"),
        ("$x_{{n}}$", "\\\\(x\\_{ {n}}\\\\)"),
        (
            "a[^1]\n\n[^1]: b",
            f"a{REF}\n\n\n{OPEN}\n\n1. {PLACE}b {BACK}\n\n</section>\n",
        ),
    ],
)
def test_what_hexo_would_run_or_break_is_written_otherwise(
    tmp_path: Path, text: str, written: str
) -> None:
    assert write_text(text, hexo(tmp_path).dialect).text == written


def test_a_mark_in_code_ends_no_teaser_where_code_is_rendered_first(tmp_path: Path) -> None:
    text = "a\n\n```\n<!-- more -->\n```\n\n%% more %%\n\nb"
    written = write_text(text, hexo(tmp_path).dialect).text
    assert written == text.replace("%% more %%", "<!-- more -->")
    packages(tmp_path / "e")
    settings = "{ excerpt: true, excerpt_separator: '<!-- more -->' }"
    raw = Eleventy(str(folder_with(tmp_path / "e", "eleventy.config.js", settings)))
    with pytest.raises(Refused, match="which would cut the post there"):
        write_text(text, raw.dialect)


def test_hexo_s_renderer_decides_what_is_written(tmp_path: Path) -> None:
    assert not hexo(tmp_path, "marked:\n  breaks: false\n").dialect.breaks
    settings = "markdown:\n  render:\n    breaks: false\n  plugins: [markdown-it-footnote]\n"
    other = hexo(tmp_path, settings, "hexo-renderer-markdown-it").dialect
    assert (other.breaks, other.footnotes, other.task_lists) == (False, True, False)
    math = hexo(tmp_path, "", "hexo-filter-mathjax").dialect
    assert write_text("for $5", math).text == "for <span>&#36;</span>5"
