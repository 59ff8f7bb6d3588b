"""Zola: front matter that its strict reader takes, and calls in braces that it does not run."""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.export.post import Post
from notekeep.export.targets.material import MkDocs, Zensical
from notekeep.export.targets.target import detect
from notekeep.export.targets.zola import Zola
from tests.support.sites import INDIA, folder_with, write_text

if TYPE_CHECKING:
    from pathlib import Path

BASE = 'base_url = "https://example.org"\n'


def post(**fields: Any) -> Post:
    made = Post("n.md", "A title", datetime(2026, 3, 4, 0, 30, tzinfo=INDIA), slug="a-title")
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def zola(tmp_path: Path, text: str = "") -> Zola:
    folder_with(tmp_path / "site", "content/blog/_index.md", "+++\n+++\n")
    return Zola(str(folder_with(tmp_path / "site", "config.toml", BASE + text)))


def test_zola_s_settings_are_told_from_hugo_s(tmp_path: Path) -> None:
    zola(tmp_path)
    assert detect(str(tmp_path / "site")) == "zola"
    folder_with(tmp_path / "hugo", "content/x.md", "")
    folder_with(tmp_path / "hugo", "config.toml", 'baseURL = "https://example.org"\n')
    assert detect(str(tmp_path / "hugo")) == "hugo"


def test_zola_s_places_are_a_page_and_what_lies_with_it(tmp_path: Path) -> None:
    site = zola(tmp_path)
    assert site.warnings == []
    assert site.post_path(post()) == "content/blog/a-title/index.md"
    assert site.asset_path(post(), "x.png") == "content/blog/a-title/x.png"
    assert site.link(post(slug="b"), "id") == "@/blog/b/index.md#id"
    (tmp_path / "site" / "content" / "blog" / "_index.md").unlink()
    assert "has no _index.md" in Zola(str(tmp_path / "site")).warnings[0]


def test_zola_s_head_is_toml_that_says_only_what_the_site_knows(tmp_path: Path) -> None:
    made = post(
        title='It\'s: a "title" \\ & {{ 1 }} # no comment',
        tags=["2024", "yes", 'a "b"'],
        categories=["Notes"],
        description="two\nlines\ttab",
        series="S",
        part=2,
        has_math=True,
        extra={"mood": True, "odd key": "x", "list": [1, "b"]},
    )
    head = zola(tmp_path, 'taxonomies = [{ name = "tags" }]\n').head(made, "c.png")
    assert head.startswith("+++\n")
    assert head.endswith("+++\n\n")
    assert "date = 2026-03-04T00:30:00+05:30\n" in head
    assert tomllib.loads(head.strip().strip("+")) == {
        "title": made.title,
        "date": made.date,
        "draft": True,
        "slug": "a-title",
        "description": "two lines tab",
        "taxonomies": {"tags": made.tags},
        "extra": {
            "categories": ["Notes"],
            "series": ["S"],
            "part": 2,
            "cover": "c.png",
            "math": True,
            "mood": True,
            "odd key": "x",
            "list": [1, "b"],
        },
    }


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{{ a }} and {% if b %}", "{{ a }} and {% if b %}"),
        ("{{ call(x=1) }}", "{{/* call(x=1) */}}"),
        ("`{{ call() }}`", "`{{/* call() */}}`"),
        ("```\n{% call() %}\nx\n{% end %}\n```", "```\n{%/* call() */%}\nx\n{%/* end */%}\n```"),
        ("https://example.org/a", "<https://example.org/a>"),
    ],
)
def test_zola_runs_no_call_of_a_note(tmp_path: Path, text: str, written: str) -> None:
    assert write_text(text, zola(tmp_path).dialect).text == written


# Zensical: the same tree as MkDocs


def test_zensical_s_own_settings_are_recognised(tmp_path: Path) -> None:
    folder_with(tmp_path, "zensical.toml", '[project]\nsite_name = "x"\n')
    assert detect(str(tmp_path)) == "zensical"


def test_zensical_reads_the_settings_of_mkdocs(tmp_path: Path) -> None:
    text = "plugins: [blog]\nmarkdown_extensions: [footnotes, tables, pymdownx.tilde]\n"
    folder = str(folder_with(tmp_path, "mkdocs.yml", text))
    assert detect(folder) == "mkdocs"
    assert Zensical(folder).dialect == MkDocs(folder).dialect


def test_zensical_s_extensions_are_tables_or_its_own(tmp_path: Path) -> None:
    folder_with(tmp_path, "zensical.toml", '[project]\nsite_name = "x"\n')
    own = Zensical(str(tmp_path)).dialect
    assert (own.strike, own.task_lists, own.admonitions) == (True, True, "foldable")
    text = (
        "[project]\n[project.markdown_extensions.footnotes]\n"
        "[project.markdown_extensions.pymdownx.tilde]\n[project.plugins.blog]\n"
    )
    folder_with(tmp_path, "zensical.toml", text)
    site = Zensical(str(tmp_path))
    assert (site.dialect.strike, site.dialect.task_lists) == (True, False)
    assert site.warnings == []
    assert site.post_path(post()) == "docs/blog/posts/a-title/index.md"


def test_pictures_of_a_slug_in_another_script_lie_where_zensical_finds_them(
    tmp_path: Path,
) -> None:
    folder_with(tmp_path, "zensical.toml", "[project]\n[project.plugins.blog]\n")
    site = Zensical(str(tmp_path))
    assert site.asset_url(post(), "x.png") == "x.png"
    assert site.asset_path(post(slug="日本"), "x.png") == "docs/assets/日本/x.png"
    assert site.asset_url(post(slug="日本"), "x.png") == "../../../assets/日本/x.png"
