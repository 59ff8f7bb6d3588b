"""The vault of traps, exported to real sites, built by the real generators, read back."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from notekeep.export import Options, plan_export, write
from notekeep.export.building import build, find_program
from notekeep.export.check import Report, check_export
from notekeep.export.targets import open_target
from notekeep.files.history import History
from tests.support.programs import needed
from tests.support.sites import (
    HUGO_SETTINGS,
    INDIA,
    NOW,
    folder_with,
    make_hugo_site,
    make_source,
)

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.export import Plan

RICH = f"""{HUGO_SETTINGS}
[markup.goldmark.renderer]
unsafe = true
[markup.goldmark.extensions.passthrough]
enable = true
[markup.goldmark.extensions.passthrough.delimiters]
block = [['\\[', '\\]'], ['$$', '$$']]
inline = [['\\(', '\\)']]
"""
POSTS = (
    "posts/Everything at once.md",
    "posts/Sibling post.md",
    "posts/Draft post.md",
    "posts/Odd words.md",
)

pytestmark = pytest.mark.generator


class Done(NamedTuple):
    """An export that was made and checked."""

    plan: Plan
    report: Report
    site: Path
    touched: list[Path]
    """What the check changed in the site."""


def export(vault: Path, site: Path, target: str, programs: str) -> Done:
    options = Options(zone=INDIA, now=NOW)
    source = make_source(vault)
    plan = plan_export(source, POSTS, target=target, site=site, options=options)
    assert plan.refused == {}
    write(plan, History(site.parent / "state"))
    before = stamps(site)
    report = check_export(plan, programs)
    after = stamps(site)
    touched = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    return Done(plan, report, site, touched)


def stamps(site: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in site.rglob("*")}


@pytest.fixture(scope="session")
def nikola(
    drawn_vault: Path, empty_nikola: Path, generators: str, tmp_path_factory: pytest.TempPathFactory
) -> Done:
    site = tmp_path_factory.mktemp("nikola-built") / "site"
    shutil.copytree(empty_nikola, site)
    return export(drawn_vault, site, "nikola", generators)


@pytest.fixture(scope="session")
def hugo(drawn_vault: Path, generators: str, tmp_path_factory: pytest.TempPathFactory) -> Done:
    needed("hugo", path=generators)
    site = make_hugo_site(tmp_path_factory.mktemp("hugo-built") / "site")
    return export(drawn_vault, site, "hugo", generators)


@pytest.fixture(scope="session")
def rich_hugo(drawn_vault: Path, generators: str, tmp_path_factory: pytest.TempPathFactory) -> Done:
    needed("hugo", path=generators)
    site = make_hugo_site(tmp_path_factory.mktemp("hugo-rich") / "site", RICH)
    return export(drawn_vault, site, "hugo", generators)


@pytest.fixture(params=["nikola", "hugo", "rich_hugo"])
def done(request: pytest.FixtureRequest) -> Done:
    made: Done = request.getfixturevalue(request.param)
    return made


def test_the_site_builds_unaided_and_every_check_passes(done: Done) -> None:
    assert done.report.built
    assert done.report.said == ""
    assert [(r.post, r.id, r.detail) for r in done.report.failed] == []
    assert done.report.ok


def test_every_check_has_something_to_look_at(done: Done) -> None:
    passed = {result.id for result in done.report.results if result.state == "passed"}
    missing = {f"C{number:02}" for number in range(1, 27)} - passed
    assert missing == set()


def test_checking_leaves_the_site_as_it_is(done: Done) -> None:
    assert done.touched == []


def test_no_canary_is_in_any_file_of_the_built_site(
    done: Done, generators: str, tmp_path: Path
) -> None:
    target = open_target(done.plan.target, done.plan.site)
    program = find_program(target.id, generators)
    assert build(target, program, str(tmp_path), drafts=True).ok
    for file in tmp_path.rglob("*"):
        if file.is_file() and "assets" not in file.parts:
            data = file.read_bytes()
            assert b"CANARY" not in data, file
            assert b"UNPUBLISHED-WORDS" not in data, file


def test_the_same_body_without_care_does_not_build(
    drawn_vault: Path, empty_nikola: Path, generators: str, tmp_path: Path
) -> None:
    """The vault's own text under right metadata: what the exporter is for."""
    body = (drawn_vault / POSTS[0]).read_text().split("---\n", 2)[2]
    site = tmp_path / "nikola"
    shutil.copytree(empty_nikola, site)
    head = "<!--\n.. title: x\n.. slug: x\n.. date: 2026-03-04\n-->\n\n"
    (site / "posts" / "x.md").write_text(head + body)
    command = [needed("nikola", path=generators), "build", "--strict"]
    assert subprocess.run(command, cwd=site, capture_output=True, check=False).returncode != 0
    site = make_hugo_site(tmp_path / "hugo")
    (site / "content" / "x.md").write_text("---\ntitle: x\n---\n" + body)
    command = [needed("hugo", path=generators)]
    assert subprocess.run(command, cwd=site, capture_output=True, check=False).returncode != 0


def test_a_site_that_does_not_build_is_told_with_what_the_generator_said(
    drawn_vault: Path, hugo_site: Path, generators: str
) -> None:
    needed("hugo", path=generators)
    (hugo_site / "content" / "broken.md").write_text("---\ntitle: x\n---\n{{< nothing >}}")
    done = export(drawn_vault, hugo_site, "hugo", generators)
    assert done.report.built
    assert "nothing" in done.report.said
    assert not done.report.ok


PELICAN = """\
AUTHOR = "x"
SITENAME = "x"
SITEURL = ""
PATH = "content"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = None
"""
MKDOCS = """\
site_name: x
site_url: https://example.org/
theme:
  name: material
plugins: [blog, tags]
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
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
JEKYLL = """\
---
layout: default
---
<article><h1>{{ page.title | escape }}</h1>
<time datetime="{{ page.date | date_to_xmlschema }}"></time>
{% for tag in page.tags %}<a href="/tags/{{ tag | slugify }}/">{{ tag }}</a>{% endfor %}
<div class="post-content">{{ content }}</div></article>
"""
MORE = {
    "jekyll": {
        "_config.yml": "title: x\ntimezone: Asia/Kolkata\n",
        "_layouts/default.html": "<!doctype html><html><body>{{ content }}</body></html>",
        "_layouts/post.html": JEKYLL,
        "_posts/.keep": "",
        "index.html": "---\nlayout: default\n---\n{% for post in site.posts %}"
        '<a href="{{ post.url }}">{{ post.title | escape }}</a>{{ post.excerpt }}{% endfor %}',
    },
    "pelican": {"pelicanconf.py": PELICAN, "content/images/.keep": ""},
    "mkdocs": {
        "mkdocs.yml": MKDOCS,
        "docs/index.md": "# Home\n",
        "docs/blog/index.md": "# Blog\n",
        "docs/blog/posts/.keep": "",
    },
}


@pytest.mark.parametrize("target", MORE)
def test_other_generators_build_too_where_they_are_at_hand(
    target: str, drawn_vault: Path, tmp_path: Path
) -> None:
    """Not part of what every change needs: they are looked for in a folder that is named."""
    programs = os.environ.get("NOTEKEEP_MORE_GENERATORS")
    if programs is None:
        pytest.skip("NOTEKEEP_MORE_GENERATORS names no folder with jekyll, pelican, mkdocs")
    for name, text in MORE[target].items():
        folder_with(tmp_path / "site", name, text)
    done = export(drawn_vault, tmp_path / "site", target, programs)
    assert done.report.said == ""
    assert [(r.post, r.id, r.detail) for r in done.report.failed] == []
    assert done.report.built
