"""Sites are recognised and their settings read, without running anything of theirs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import yaml

from notekeep.errors import NotekeepError, NotFound, UsageError
from notekeep.export.post import Post
from notekeep.export.targets.hugo import Hugo
from notekeep.export.targets.jekyll import Jekyll
from notekeep.export.targets.material import MkDocs
from notekeep.export.targets.nikola import Nikola
from notekeep.export.targets.pelican import Pelican
from notekeep.export.targets.target import detect, load_target, open_target
from tests.support.blog import PUBLISHED
from tests.support.sites import INDIA, folder_with, write_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.blog import Blog

BLOG = 'BLOG_TITLE = "x"\n'


def post(**fields: object) -> Post:
    made = Post("n.md", "A title", datetime(2026, 3, 4, 0, 30, tzinfo=INDIA), slug="a-title")
    for name, value in fields.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("name", "text", "target"),
    [
        ("conf.py", BLOG, "nikola"),
        ("hugo.toml", "", "hugo"),
        ("hugo.yaml", "", "hugo"),
        ("hugo.json", "{}", "hugo"),
        ("config/_default/hugo.toml", "", "hugo"),
        ("config/_default/config.yaml", "", "hugo"),
        ("pelicanconf.py", "", "pelican"),
        ("_config.yml", "", "jekyll"),
        ("mkdocs.yml", "", "mkdocs"),
    ],
)
def test_a_site_is_recognised_by_its_settings(
    tmp_path: Path, name: str, text: str, target: str
) -> None:
    folder_with(tmp_path, "_posts/.keep", "")
    assert detect(str(folder_with(tmp_path, name, text))) == target


def test_hugo_s_old_settings_count_beside_its_content_only(tmp_path: Path) -> None:
    folder_with(tmp_path, "config.toml", "")
    assert not Hugo.is_site(str(tmp_path))
    (tmp_path / "content").mkdir()
    assert Hugo.is_site(str(tmp_path))


def test_another_program_s_conf_is_no_site(tmp_path: Path) -> None:
    folder_with(tmp_path, "conf.py", "project = 'Sphinx docs'\n")
    assert not Nikola.is_site(str(tmp_path))


def test_a_folder_that_is_no_site_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="does not look like a site of Hugo"):
        open_target("hugo", str(tmp_path))
    with pytest.raises(NotFound, match="There is no folder"):
        detect(str(tmp_path / "gone"))


def test_a_folder_of_other_things_is_no_site_until_its_target_is_named(tmp_path: Path) -> None:
    assert detect(str(tmp_path)) == "portable"
    folder_with(tmp_path, "notes.txt", "mine")
    with pytest.raises(NotFound) as caught:
        detect(str(tmp_path))
    assert "does not look like a site of Nikola" in caught.value.message
    assert "--to" in caught.value.hint
    assert open_target("portable", str(tmp_path)).id == "portable"


def test_a_misspelt_target_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        load_target("nicola")
    assert caught.value.hint == "Did you mean nikola?"


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("conf.py", f"{BLOG}POSTS = (\n", 2),
        ("conf.py", f"{BLOG}x = = 1\n", 2),
        ("hugo.toml", "a = \n", 1),
        ("hugo.yaml", "a: b\nc: [d\n", 3),
        ("hugo.json", '{\n"a": }', 2),
        ("pelicanconf.py", "a = (\n", 1),
        ("mkdocs.yml", "a: b\nc: [d\n", 3),
        ("_config.yml", "a: b\nc: [d\n", 3),
    ],
)
def test_settings_that_cannot_be_read_are_an_error_with_their_line(
    tmp_path: Path, name: str, text: str, line: int
) -> None:
    folder_with(tmp_path, name, text)
    folder_with(tmp_path, "_posts/.keep", "")
    with pytest.raises(UsageError) as caught:
        open_target("", str(tmp_path))
    assert name in caught.value.message
    assert f"line {line}" in caught.value.message


@pytest.mark.parametrize(
    ("target", "name", "text"),
    [
        ("jekyll", "_config.yml", "a: [b\n"),
        ("hexo", "_config.yml", "a: [b\n"),
        ("nikola", "conf.py", "("),
    ],
)
def test_settings_of_a_target_that_is_named_are_read_whatever_else_is_there(
    tmp_path: Path, target: str, name: str, text: str
) -> None:
    folder_with(tmp_path, name, text)
    with pytest.raises(UsageError, match=f"{name}.*Cannot read"):
        open_target(target, str(tmp_path))


def test_settings_that_are_not_text_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(NotekeepError, match="UTF-8"):
        open_target("hugo", str(tmp_path))


# Nikola


def nikola(tmp_path: Path, text: str = "") -> Nikola:
    return Nikola(str(folder_with(tmp_path / "site", "conf.py", BLOG + text)))


def test_conf_is_read_and_never_run(tmp_path: Path) -> None:
    canary = tmp_path / "ran"
    code = f"open({str(canary)!r}, 'w').close()\nDEPLOY_DRAFTS = print('x')\n"
    nikola(tmp_path, code)
    assert not canary.exists()


def test_nikola_s_folders_are_those_of_its_settings(tmp_path: Path) -> None:
    site = nikola(
        tmp_path,
        'POSTS = (("posts/*.rst", "posts", "p.tmpl"), ("blog/*.md", "b", "p"))\n'
        'IMAGE_FOLDERS = {"pictures": "img"}\nFILES_FOLDERS = {"files": ""}\n'
        "INDEX_TEASERS = True\nCOPY_SOURCES = False\n",
    )
    assert site.post_path(post()) == "blog/a-title.md"
    assert site.asset_path(post(), "x.png") == "pictures/a-title/x.png"
    assert site.asset_url(post(), "x.png") == "/img/a-title/x.png"
    assert site.asset_path(post(), "x.pdf") == "files/a-title/x.pdf"
    assert site.asset_url(post(), "x.pdf") == "/a-title/x.pdf"
    assert site.warnings == []


def test_a_site_that_does_not_see_markdown_is_told(tmp_path: Path) -> None:
    site = nikola(tmp_path, 'POSTS = (("posts/*.rst", "posts", "post.tmpl"),)\n')
    assert "POSTS in conf.py has no" in site.warnings[0]


@pytest.mark.parametrize(
    ("extensions", "fields"),
    [
        ('["fenced_code", "codehilite", "extra"]', {"heading_ids": True, "hilited_indents": True}),
        ('["markdown.extensions.extra"]', {"hilited_indents": False, "definitions": True}),
        ('["extra", "pymdownx.superfences"]', {"superfences": True}),
        ('["extra", "pymdownx.tasklist"]', {"task_lists": True}),
        ('["extra", "pymdownx.magiclink"]', {"bare_urls": True}),
        ('["tables", "fenced_code", "footnotes"]', {"heading_ids": False, "definitions": False}),
    ],
)
def test_markdown_extensions_decide_what_is_written(
    tmp_path: Path, extensions: str, fields: dict[str, bool]
) -> None:
    dialect = nikola(tmp_path, f"MARKDOWN_EXTENSIONS = {extensions}\n").dialect
    assert {name: getattr(dialect, name) for name in fields} == fields


def test_math_follows_the_site_s_scripts(tmp_path: Path) -> None:
    plain = nikola(tmp_path).dialect.math
    assert (plain.raw, plain.inline, plain.dollar) == (False, ("\\(", "\\)"), "")
    script = "MATHJAX_CONFIG = '''inlineMath: [ ['$','$'] ]'''\n"
    assert nikola(tmp_path, script).dialect.math.dollar
    raw = "MARKDOWN_EXTENSIONS = ['extra', 'pymdownx.arithmatex']\n"
    assert nikola(tmp_path, raw).dialect.math.raw


def test_nikola_s_head_takes_values_as_they_stand(tmp_path: Path) -> None:
    head = nikola(tmp_path).head(
        post(
            title='It\'s: a "title" & {{ 1 }}',
            tags=["2024", "yes", "C++"],
            categories=["Notes"],
            description="d: e",
            updated=datetime(2026, 3, 6, tzinfo=INDIA),
            has_math=True,
            series="S",
            part=2,
            extra={"mood": ["a", "b"], "title": "no"},
        ),
        "/images/a-title/c.png",
    )
    assert head == (
        "<!--\n"
        '.. title: It\'s: a "title" & {{ 1 }}\n'
        ".. date: 2026-03-04 00:30:00 UTC+05:30\n"
        ".. updated: 2026-03-06 00:00:00 UTC+05:30\n"
        ".. status: draft\n"
        ".. slug: a-title\n"
        ".. description: d: e\n"
        ".. tags: 2024, yes, C++\n"
        ".. category: Notes\n"
        ".. series: S\n"
        ".. part: 2\n"
        ".. previewimage: /images/a-title/c.png\n"
        ".. has_math: true\n"
        ".. type: text\n"
        ".. mood: a, b\n"
        "-->\n\n"
    )


def test_sources_that_nikola_would_publish_are_told(tmp_path: Path) -> None:
    assert any("COPY_SOURCES = False" in one for one in nikola(tmp_path).warnings)
    (tmp_path / "site" / "conf.py").unlink()
    assert not any(
        "COPY_SOURCES" in one for one in nikola(tmp_path, "COPY_SOURCES = False").warnings
    )


def test_nikola_s_drafts_go_online_unless_told_otherwise(tmp_path: Path) -> None:
    assert "unlisted" in nikola(tmp_path).notice(post())
    assert nikola(tmp_path).notice(post(draft=False)) == ""
    assert nikola(tmp_path, "DEPLOY_DRAFTS = False\n").notice(post()) == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [("", 1), ("INDEX_TEASERS = False\n", 1), ("INDEX_TEASERS = True\n", 0)],
)
def test_whole_posts_on_nikola_s_front_page_are_told(tmp_path: Path, said: str, told: int) -> None:
    lines = [line for line in nikola(tmp_path, said).warnings if "INDEX_TEASERS = True" in line]
    assert len(lines) == told


# Hugo


def hugo(tmp_path: Path, text: str = "", name: str = "hugo.toml") -> Hugo:
    return Hugo(str(folder_with(tmp_path / "site", name, text)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hugo.toml", "[markup.goldmark.renderer]\nunsafe = true\n"),
        ("hugo.toml", "[Markup.Goldmark.Renderer]\nUnsafe = true\n"),
        ("hugo.yaml", "markup:\n  goldmark:\n    renderer:\n      unsafe: true\n"),
        ("hugo.json", '{"markup": {"goldmark": {"renderer": {"unsafe": true}}}}'),
        ("config/_default/hugo.toml", "[markup.goldmark.renderer]\nunsafe = true\n"),
        ("config/_default/markup.toml", "[goldmark.renderer]\nunsafe = true\n"),
    ],
)
def test_hugo_s_switches_are_found_wherever_they_stand(
    tmp_path: Path, name: str, text: str
) -> None:
    folder_with(tmp_path / "site", "hugo.toml", "")
    dialect = hugo(tmp_path, text, name).dialect
    if name in {"hugo.yaml", "hugo.json"}:
        # The first of several settings files counts, as for Hugo.
        (tmp_path / "site" / "hugo.toml").unlink()
        dialect = Hugo(str(tmp_path / "site")).dialect
    assert dialect.html


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("", "html", False),
        ("", "mark", "bold"),
        ("", "heading_ids", True),
        ("[markup.goldmark.parser.attribute]\ntitle = false", "heading_ids", False),
        ("[markup.goldmark.extensions]\nlinkify = false", "bare_urls", False),
        ("[markup.goldmark.extensions]\nstrikethrough = false", "strike", False),
        ("[markup.goldmark.extensions]\ntaskList = false", "task_lists", False),
        ("[markup.goldmark.extensions]\ndefinitionList = false", "definitions", False),
    ],
)
def test_hugo_s_extensions_decide_what_is_written(
    tmp_path: Path, text: str, field: str, value: object
) -> None:
    assert getattr(hugo(tmp_path, text).dialect, field) == value


def test_a_site_that_renders_quotes_itself_gets_alerts(tmp_path: Path) -> None:
    folder_with(tmp_path / "site", "layouts/_markup/render-blockquote.html", "")
    assert hugo(tmp_path).dialect.alerts


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("", "content/posts"),
        ("contentDir = 'text'", "text/posts"),
        ("[params]\nmainSections = ['blog']", "content/blog"),
        ("[languages.en]\ncontentDir = 'content/en'", "content/en/posts"),
        ("defaultContentLanguage = 'de'\n[languages.de]\ncontentDir = 'de'", "de/posts"),
    ],
)
def test_hugo_s_folders_are_those_of_its_settings(tmp_path: Path, text: str, folder: str) -> None:
    site = hugo(tmp_path, text)
    assert site.post_path(post()) == f"{folder}/a-title/index.md"
    assert site.asset_path(post(), "x.png") == f"{folder}/a-title/x.png"
    section = folder.rsplit("/", 1)[-1]
    link = site.link(post(slug="b"), "id")
    assert link == f'{{{{< relref "/{section}/b#id" >}}}}'


def test_hugo_s_head_means_the_same_to_every_yaml_parser(tmp_path: Path) -> None:
    made = post(
        title='It\'s: a "title" & {{ 1 }} # no comment',
        tags=["2024", "yes", "null", "C++", "- x", "a: b"],
        description="two\nlines",
        series="S",
        part=2,
        has_math=True,
        extra={"mood": True, "title": "no"},
    )
    head = hugo(tmp_path).head(made, "c.png")
    assert head.endswith("---\n\n")
    read = yaml.safe_load(head.strip().strip("-"))
    assert read == {
        "title": made.title,
        "date": made.date,
        "draft": True,
        "slug": "a-title",
        "description": "two lines",
        "tags": made.tags,
        "series": ["S"],
        "series_order": 2,
        "images": ["c.png"],
        "math": True,
        "mood": True,
    }
    assert "date: 2026-03-04T00:30:00+05:30\n" in head


def test_a_published_post_never_links_a_draft(tmp_path: Path) -> None:
    for site in (hugo(tmp_path), nikola(tmp_path / "n")):
        assert not site.reaches(post(draft=False), post(draft=True))
        assert site.reaches(post(draft=True), post(draft=True))
        assert site.reaches(post(draft=True), post(draft=False))


# Pelican


def pelican(tmp_path: Path, text: str = "") -> Pelican:
    return Pelican(str(folder_with(tmp_path / "site", "pelicanconf.py", text)))


def test_pelican_s_folders_are_those_of_its_settings(tmp_path: Path) -> None:
    site = pelican(tmp_path, "PATH = 'text'\nARTICLE_PATHS = ['blog']\n")
    assert site.post_path(post()) == "text/blog/a-title.md"
    assert site.asset_path(post(), "x.png") == "text/images/a-title/x.png"
    assert site.asset_url(post(), "x.png") == "{static}/images/a-title/x.png"
    assert site.link(post(slug="b"), "id") == "{filename}/blog/b.md#id"


def test_pelican_s_head_takes_values_as_they_stand_but_for_the_summary(tmp_path: Path) -> None:
    head = pelican(tmp_path).head(
        post(title='It\'s: "x"', tags=["2024", "C++"], description="a *b* [c]", draft=False), ""
    )
    assert head == (
        'Title: It\'s: "x"\n'
        "Date: 2026-03-04 00:30+0530\n"
        "Status: published\n"
        "Slug: a-title\n"
        "Summary: a \\*b\\* \\[c\\]\n"
        "Tags: 2024, C++\n\n"
    )


TEASER = """\
Opening *words* with [[b]], [[#Own]], ![[p.png]] and [a site][s].[^1]

- one

```py
def f():
    return 1
```

%% more %%

The rest.

## Own

[^1]: A note.

[s]: https://example.org
"""


def test_pelican_s_summary_is_the_author_s_teaser(blog: Blog) -> None:
    blog.target, blog.site = "pelican", folder_with(blog.root.parent / "p", "pelicanconf.py", "")
    blog.put("a.md", PUBLISHED.replace("type: post", "description: Not this.") + TEASER)
    blog.put("b.md", PUBLISHED.replace("type: post", "description: A *line*.") + "Words.\n\nMore.")
    (blog.root / "p.png").write_bytes(b"1")
    blog.export("a.md", "b.md")
    head, body = (blog.site / "content" / "a.md").read_text().split("\n\n", 1)
    assert head.splitlines()[-1] == (
        'Summary: <p>Opening <em>words</em> with <a href="{filename}/b.md">b</a>,'
        ' <a href="{filename}/a.md#own">Own</a>,'
        ' <img src="{static}/images/a/p.png" alt="p"> and <a href="https://example.org">a site</a>.'
        '</p> <ul> <li>one</li> </ul> <pre><code class="language-py">def f():&#10;    return 1&#10;'
        "</code></pre>"
    )
    assert "return 1\n```\n\nThe rest." in body
    assert "Summary: A \\*line\\*.\n" in (blog.site / "content" / "b.md").read_text()


def test_pelican_s_extensions_decide_what_is_written(tmp_path: Path) -> None:
    plain = pelican(tmp_path).dialect
    assert (plain.heading_ids, plain.strike, plain.more) == (True, False, "")
    said = "MARKDOWN = {'extension_configs': {'markdown.extensions.tables': {}}}\n"
    site = pelican(tmp_path, said)
    assert not site.dialect.heading_ids
    assert "lacks fenced_code, footnotes" in site.warnings[0]


# MkDocs

MATERIAL = """\
plugins:
  - search
  - material/blog:
      blog_dir: writing
markdown_extensions:
  - admonition
  - attr_list
  - footnotes
  - pymdownx.details
  - pymdownx.tilde
  - pymdownx.arithmatex:
      generic: true
  - pymdownx.superfences:
      custom_fences:
        - format: !!python/name:pymdownx.superfences.fence_code_format
"""


def mkdocs(tmp_path: Path, text: str = MATERIAL) -> MkDocs:
    return MkDocs(str(folder_with(tmp_path / "site", "mkdocs.yml", text)))


def test_mkdocs_s_switches_are_read_though_they_name_python(tmp_path: Path) -> None:
    site = mkdocs(tmp_path)
    assert site.warnings == []
    assert site.post_path(post()) == "docs/writing/posts/a-title/index.md"
    assert site.link(post(slug="b"), "id") == "../b/index.md#id"
    dialect = site.dialect
    assert (dialect.admonitions, dialect.superfences, dialect.strike) == ("foldable", True, True)
    assert (dialect.math.raw, dialect.math.dollar, dialect.sizes) == (True, "\\$", "attributes")


def test_a_site_without_a_blog_is_told(tmp_path: Path) -> None:
    assert "no blog plugin" in mkdocs(tmp_path, "site_name: x\n").warnings[0]


def test_mkdocs_inherits_settings_and_its_own_go_before(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path / "site", "mkdocs.yml", "INHERIT: ../base.yml\nplugins: {tags: }\n"
    )
    above = "INHERIT: all.yml\ndocs_dir: other\nplugins: {blog: {blog_dir: .}}\n"
    (tmp_path / "base.yml").write_text(above)
    everywhere = "docs_dir: text\nmarkdown_extensions: [footnotes, attr_list]\n"
    (tmp_path / "all.yml").write_text(everywhere)
    site = MkDocs(str(folder))
    assert site.post_path(post()) == "other/posts/a-title/index.md"
    assert site.dialect.footnotes
    assert not any("no blog plugin" in line for line in site.warnings)
    (tmp_path / "all.yml").write_text("INHERIT: site/mkdocs.yml\n")
    assert MkDocs(str(folder)).post_path(post()) == "other/posts/a-title/index.md", "in a circle"
    (tmp_path / "base.yml").unlink()
    with pytest.raises(NotekeepError, match=r"base\.yml: Cannot read"):
        MkDocs(str(folder))


@pytest.mark.parametrize("file", ["hugo.toml", "hugo.json", "hugo.yaml"])
def test_settings_may_begin_with_a_byte_order_mark(tmp_path: Path, file: str) -> None:
    texts = {"toml": 'contentDir = "text"', "json": '{"contentDir": "text"}'}
    folder = folder_with(tmp_path / "site", file, "")
    text = texts.get(file.rpartition(".")[2], "contentDir: text")
    (folder / file).write_bytes(f"\ufeff{text}\n".encode())
    assert open_target("", str(folder)).post_path(post()) == "text/posts/a-title/index.md"


def test_mkdocs_s_settings_have_two_names(tmp_path: Path) -> None:
    folder = str(folder_with(tmp_path / "site", "mkdocs.yaml", MATERIAL))
    assert detect(folder) == "mkdocs"
    for target in ("mkdocs", "zensical"):
        site = open_target(target, folder)
        assert site.post_path(post()) == "docs/writing/posts/a-title/index.md"
        assert site.warnings == []


@pytest.mark.parametrize(
    ("file", "text", "told", "path"),
    [
        ("conf.py", f'{BLOG}POSTS = [("x" + d, d) for d in "a"]\n', "POSTS", "posts/a-title.md"),
        ("pelicanconf.py", 'PATH = str(HERE / "src")\n', "PATH", "content/a-title.md"),
        ("pelicanconf.py", 'ARTICLE_PATHS = sorted("a")\n', "ARTICLE_PATHS", "content/a-title.md"),
    ],
)
def test_where_posts_go_is_told_when_the_site_computes_it(
    tmp_path: Path, file: str, text: str, told: str, path: str
) -> None:
    site = open_target("", str(folder_with(tmp_path / "site", file, text)))
    assert site.post_path(post()) == path
    (line,) = [line for line in site.warnings if "computed" in line]
    assert line.startswith(f"{told} in {file} is computed")


@pytest.mark.parametrize(
    ("said", "folder"),
    [("./src/", "src"), ("src", "src"), ("{site}/src", "src"), ("..", "content")],
)
def test_pelican_s_content_may_be_said_in_several_ways(
    tmp_path: Path, said: str, folder: str
) -> None:
    text = f"PATH = {said.format(site=tmp_path / 'site')!r}\n"
    site = pelican(tmp_path, text)
    assert site.post_path(post()) == f"{folder}/a-title.md"
    assert any("is not in the site's folder" in line for line in site.warnings) == (said == "..")


def test_mkdocs_s_head_has_both_dates(tmp_path: Path) -> None:
    made = post(updated=datetime(2026, 3, 6, tzinfo=INDIA), tags=["2024"])
    read = yaml.safe_load(mkdocs(tmp_path).head(made, "").strip().strip("-"))
    assert read["date"] == {"created": made.date, "updated": made.updated}
    assert read["tags"] == ["2024"]
    assert read["draft"] is True


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("> [!tip] T *x*\n> a", '!!! tip "T *x*"\n\n    a'),
        ("> [!faq]-\n> a", '??? question "FAQ"\n\n    a'),
        ("> [!odd]+ T", '???+ note "T"\n'),
        ("> [!note]\n>\n> - a\n>   - b", '!!! note "Note"\n\n    - a\n        - b'),
        ("> [!note]\n> > [!bug]\n> > a", '!!! note "Note"\n\n    !!! bug "Bug"\n\n        a'),
        ("> [!note]\n> ```py\n> x\n> ```", '!!! note "Note"\n\n    ```py\n    x\n    ```'),
        ("> plain\n> quote", "> plain\n> quote"),
    ],
)
def test_a_callout_becomes_an_admonition(tmp_path: Path, text: str, written: str) -> None:
    assert write_text(text, mkdocs(tmp_path).dialect).text == written


def test_a_picture_gets_its_size_by_attributes_where_pages_move(tmp_path: Path) -> None:
    assert "attributes" in mkdocs(tmp_path).dialect.sizes
    assert mkdocs(tmp_path, "markdown_extensions: [footnotes]\n").dialect.sizes == ""


# Jekyll


def jekyll(tmp_path: Path, text: str = "") -> Jekyll:
    return Jekyll(str(folder_with(tmp_path / "site", "_config.yml", text)))


def test_hexo_s_settings_are_not_jekyll_s(tmp_path: Path) -> None:
    folder_with(tmp_path, "_config.yml", "")
    folder_with(tmp_path, "_posts/.keep", "")
    assert Jekyll.is_site(str(tmp_path))
    (tmp_path / "scaffolds").mkdir()
    assert not Jekyll.is_site(str(tmp_path))


def test_a_draft_and_a_post_of_jekyll_lie_in_different_folders(tmp_path: Path) -> None:
    site = jekyll(tmp_path, "collections_dir: text\n")
    assert site.post_path(post()) == "text/_drafts/a-title.md"
    published = post(draft=False)
    assert site.post_path(published) == "text/_posts/2026-03-04-a-title.md"
    assert site.asset_path(post(), "x.png") == "assets/a-title/x.png"
    assert site.asset_url(post(), "x.png") == '{{ "/assets/a-title/x.png" | relative_url }}'
    assert site.cover_url(post(), "x.png") == "/assets/a-title/x.png"
    assert site.link(published, "id") == "{% post_url 2026-03-04-a-title %}#id"
    assert not site.reaches(post(), post())
    assert site.reaches(post(), published)


def test_jekyll_s_head_has_dates_in_its_own_form(tmp_path: Path) -> None:
    head = jekyll(tmp_path).head(post(tags=["yes", "2024"], has_math=True), "/assets/c.png")
    assert "date: 2026-03-04 00:30:00 +0530\n" in head
    read = yaml.safe_load(head.strip().strip("-"))
    assert read["tags"] == ["yes", "2024"]
    assert (read["layout"], read["math"], read["image"]) == ("post", True, "/assets/c.png")
    assert read["excerpt_separator"] == "<!--more-->"


def test_a_site_of_jekyll_without_a_time_zone_is_told(tmp_path: Path) -> None:
    assert "timezone" in jekyll(tmp_path).notice(post())
    assert jekyll(tmp_path, "timezone: Asia/Kolkata\n").notice(post()) == ""
    assert "kramdown" in jekyll(tmp_path, "markdown: CommonMark\n").warnings[0]


# What is said of every site once


@pytest.mark.parametrize(
    ("target", "files", "told"),
    [
        ("hugo", {"hugo.toml": ""}, "unless the theme of the site loads Mermaid"),
        ("html", {}, "no script"),
        ("ghost", {}, "unless the theme of the site loads Mermaid"),
        ("portable", {}, ""),
    ],
)
def test_diagrams_that_stay_source_are_told_once(
    blog: Blog, target: str, files: dict[str, str], told: str
) -> None:
    blog.target, blog.site = target, blog.root.parent / "other"
    blog.site.mkdir()
    for name, text in files.items():
        folder_with(blog.site, name, text)
    for name in ("a.md", "b.md"):
        blog.put(name, f"{PUBLISHED}words\n\n```mermaid\nA-->B\n```\n\n```mermaid\nB-->C\n```\n")
    lines = [line for line in blog.plan("a.md", "b.md").warnings if "Mermaid" in line]
    assert len(lines) == bool(told)
    assert not told or told in lines[0]
    blog.put("a.md", f"{PUBLISHED}words")
    assert not any("Mermaid" in line for line in blog.plan("a.md").warnings)
