"""HTML, Ghost and WordPress: files that are well formed whatever a note holds."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notekeep.export.audit import Audit
from notekeep.export.draft import Draft
from notekeep.export.post import Post
from notekeep.export.references import ReferenceTable
from notekeep.export.source import Options
from notekeep.export.source_map import MappedText
from notekeep.export.targets.ghost import Ghost
from notekeep.export.targets.html import Html
from notekeep.export.targets.wordpress import WordPress
from notekeep.markdown.note import Note
from tests.support.blog import plan_posts, write_plan
from tests.support.built_page import read_page
from tests.support.page_checks import check_pages
from tests.support.sites import INDIA, NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.export.source import VaultSource
    from notekeep.export.targets.target import Target
    from notekeep.storage.history import History

    Write = Callable[..., VaultSource]

ID = {"type": "integer", "minimum": 1}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
OPTIONAL = {"type": ["string", "null"], "maxLength": 2000}
SLUG = {"type": "string", "minLength": 1, "maxLength": 191}
GHOST: dict[str, Any] = {
    "type": "object",
    "required": ["db"],
    "additionalProperties": False,
    "properties": {
        "db": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["meta", "data"],
                "properties": {
                    "meta": {
                        "type": "object",
                        "required": ["exported_on", "version"],
                        "properties": {
                            "exported_on": {"type": "integer"},
                            "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
                        },
                    },
                    "data": {
                        "type": "object",
                        "required": ["posts", "tags", "posts_tags"],
                        "additionalProperties": False,
                        "properties": {
                            "posts": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["id", "title", "slug", "status", "html"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "id": ID,
                                        "title": {"type": "string", "maxLength": 255},
                                        "slug": SLUG,
                                        "status": {"enum": ["draft", "published"]},
                                        "visibility": {"const": "public"},
                                        "type": {"const": "post"},
                                        "created_at": MOMENT,
                                        "updated_at": MOMENT,
                                        "published_at": {"anyOf": [MOMENT, {"type": "null"}]},
                                        "custom_excerpt": {**OPTIONAL, "maxLength": 300},
                                        "feature_image": OPTIONAL,
                                        "canonical_url": OPTIONAL,
                                        "locale": OPTIONAL,
                                        "html": {"type": "string"},
                                    },
                                },
                            },
                            "tags": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["id", "name", "slug"],
                                    "properties": {
                                        "id": ID,
                                        "name": {"type": "string", "maxLength": 191},
                                        "slug": SLUG,
                                    },
                                },
                            },
                            "posts_tags": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["post_id", "tag_id", "sort_order"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "post_id": ID,
                                        "tag_id": ID,
                                        "sort_order": {"type": "integer", "minimum": 0},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}
"""What Ghost's importer reads: its table posts, tags, posts_tags (ghost.org/docs/migration/)."""
WP = "{http://wordpress.org/export/1.2/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
EXCERPT = "{http://wordpress.org/export/1.2/excerpt/}encoded"
ODD = "a ]]> b <![CDATA[ c ]]]]> & < > \" ' \x00\x08\x0b\ufffe\U0001f600 {{ }} </title>"


def post(**fields: Any) -> Post:
    made = Post("n.md", "A title", datetime(2026, 3, 4, 0, 30, tzinfo=INDIA), slug="a-title")
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def file_of(target: Target, said: Post, body: str, cover: str = "") -> str:
    draft = Draft(
        Note("n.md", said.title, body=body), said, MappedText(body, []), ReferenceTable.of(body)
    )
    return target.compose(draft, target.head(said, cover), body)


def ghost(said: Post, body: str = "Words.", cover: str = "") -> dict[str, Any]:
    whole = json.loads(file_of(Ghost("."), said, body, cover))
    jsonschema.validate(whole, GHOST)
    data: dict[str, Any] = whole["db"][0]["data"]
    return data


def featured(said: Post, cover: str) -> tuple[list[ET.Element], dict[str, str]]:
    """Return the pictures that WordPress's importer fetches, and the post's custom fields."""
    target = WordPress(".")
    items = ET.fromstring(file_of(target, said, "Words.", cover)).findall("channel/item")  # noqa: S314  # our own
    types = [item.findtext(f"{WP}post_type") for item in items]
    assert types[-1] == "post"
    fields = {
        meta.findtext(f"{WP}meta_key", ""): meta.findtext(f"{WP}meta_value", "")
        for meta in items[-1].findall(f"{WP}postmeta")
    }
    return [item for item in items if item.findtext(f"{WP}post_type") == "attachment"], fields


def wordpress(said: Post, body: str = "Words.") -> ET.Element:
    item = ET.fromstring(file_of(WordPress("."), said, body)).find("channel/item")  # noqa: S314  # our own
    assert item is not None
    return item


# Ghost


def test_ghost_s_file_has_the_form_of_its_importer() -> None:
    made = post(
        tags=["C", "C++", "日本", "2024"],
        categories=["Notes"],
        series="Garden",
        description="D" * 400,
        canonical="https://example.org/x",
        draft=False,
    )
    data = ghost(made, cover="__GHOST_URL__/content/images/a-title/c.png")
    (one,) = data["posts"]
    assert one["published_at"] == "2026-03-03T19:00:00.000Z"
    assert (one["status"], one["slug"], one["html"]) == ("published", "a-title", "<p>Words.</p>\n")
    assert one["custom_excerpt"] == "D" * 300
    names = [tag["name"] for tag in data["tags"]]
    assert names == ["C", "C++", "日本", "2024", "Notes", "#Garden"]
    slugs = [tag["slug"] for tag in data["tags"]]
    assert len(set(slugs)) == len(slugs)
    assert slugs[-1].startswith("hash-")
    assert [link["tag_id"] for link in data["posts_tags"]] == [tag["id"] for tag in data["tags"]]


def test_a_draft_of_ghost_is_not_published() -> None:
    (one,) = ghost(post())["posts"]
    assert (one["status"], one["published_at"]) == ("draft", None)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4), st.text(max_size=200))
def test_ghost_s_file_is_valid_whatever_a_note_says(title: str, tags: list[str], body: str) -> None:
    ghost(post(title=title, tags=tags, description=title, canonical=title), body)


def test_ghost_gets_each_block_with_a_formula_as_an_html_card() -> None:
    """Ghost's editor has no MathML: its importer keeps it in such cards and nowhere else."""
    (one,) = ghost(post(), "Plain.\n\nA $x$.\n\n- one\n- $y$\n\n## End\n")["posts"]
    cards = one["html"].split("<!--kg-card-begin: html-->\n")
    inside = [card.partition("<!--kg-card-end: html-->\n") for card in cards[1:]]
    assert cards[0] == "<p>Plain.</p>\n"
    assert [after for _, _, after in inside] == ["", "<h2>End</h2>\n"]
    for (card, _, _), words in zip(inside, ("A x.", "one y"), strict=True):
        assert " ".join(read_page(card).text().split()) == words
        assert len(read_page(card).find("math")) == 1


# WordPress


def test_wordpress_gets_formulas_as_tex() -> None:
    assert wordpress(post(), "$x$").findtext(CONTENT) == (
        '<p><span class="math">\\(x\\)</span></p>\n'
    )


def test_wordpress_reads_what_the_note_says() -> None:
    made = post(tags=["C", "C++"], categories=["Notes"], description="D & E", draft=False)
    item = wordpress(made, "One.\n\n<!--more-->\n\nTwo.")
    assert item.findtext("title") == "A title"
    assert item.findtext(f"{WP}post_name") == "a-title"
    assert item.findtext(f"{WP}status") == "publish"
    assert item.findtext(f"{WP}post_date") == "2026-03-04 00:30:00"
    assert item.findtext(f"{WP}post_date_gmt") == "2026-03-03 19:00:00"
    assert item.findtext(CONTENT) == "<p>One.</p>\n<!--more-->\n<p>Two.</p>\n"
    assert item.findtext(EXCERPT) == "D & E"
    labels = [(c.attrib["domain"], c.attrib["nicename"], c.text) for c in item.findall("category")]
    assert labels == [
        ("post_tag", "c", "C"),
        ("post_tag", "c-2", "C++"),
        ("category", "notes", "Notes"),
    ]


def test_wordpress_fetches_a_featured_picture_that_is_on_the_web() -> None:
    address = "https://pictures.example/c.png"
    (picture,), fields = featured(post(cover=address), address)
    assert picture.findtext(f"{WP}attachment_url") == address
    assert fields == {"_thumbnail_id": picture.findtext(f"{WP}post_id")}


def test_wordpress_gets_no_featured_picture_that_it_could_not_fetch() -> None:
    """A number without its picture would be that of any other picture of the site."""
    assert featured(post(cover="c.png"), "/wp-content/uploads/a/c.png") == ([], {})
    assert "choose the featured picture" in WordPress(".").notice(post(cover="c.png"))


def test_wordpress_s_plugins_read_where_a_post_was_first() -> None:
    _, fields = featured(post(canonical="https://first.example/a?b&c"), "")
    assert set(fields.values()) == {"https://first.example/a?b&c"}
    assert {"_yoast_wpseo_canonical", "rank_math_canonical_url"} == set(fields)


def test_the_end_of_cdata_ends_nothing() -> None:
    item = wordpress(post(title="x ]]> y", tags=["]]>"]), "`]]>` and ]]>")
    assert item.findtext("title") == "x ]]> y"
    assert item.findtext("category") == "]]>"
    assert item.findtext(CONTENT) == "<p><code>]]&gt;</code> and ]]&gt;</p>\n"


@pytest.mark.parametrize("place", ["title", "description", "lang", "canonical", "series"])
def test_wordpress_s_file_is_well_formed_with_odd_words_everywhere(place: str) -> None:
    wordpress(post(**{place: ODD}), ODD)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4), st.text(max_size=200))
def test_wordpress_s_file_is_well_formed_whatever_a_note_says(
    title: str, tags: list[str], body: str
) -> None:
    wordpress(post(title=title, tags=tags, description=title), body)


# HTML


def test_a_page_carries_its_pictures_and_runs_nothing(tmp_path: Path) -> None:
    target = Html(str(tmp_path))
    made = post(title="It's <b>bold</b>", tags=["a<b"], description='"D"')
    text = file_of(target, made, "![p](a-title.assets/p%20q.png) [f](a-title.assets/f.pdf)")
    assets = {"p q.png": b"\x89PNG", "f.pdf": b"%PDF"}
    page, beside = target.packed(made, text, assets)
    assert [*beside] == ["f.pdf"]
    tree = read_page(page)
    assert tree.find("img")[0].attributes["src"] == "data:image/png;base64,iVBORw=="
    assert tree.find("h1")[0].text() == "It's <b>bold</b>"
    assert tree.find("script", "link") == []
    policy = [e.attributes for e in tree.find("meta") if "http-equiv" in e.attributes]
    assert policy[0]["content"].startswith("default-src 'none'")


def test_front_matter_cannot_break_out_of_a_page(tmp_path: Path) -> None:
    evil = '"><script>alert(1)</script><p a="'
    made = post(title=evil, tags=[evil], description=evil, canonical=evil, lang=evil)
    page = file_of(Html(str(tmp_path)), made, "x", cover=evil)
    tree = read_page(page)
    assert tree.find("script") == []
    assert [e.text() for e in tree.find("h1")] == [evil]


def test_pages_link_each_other_and_come_to_the_same_folder_again(
    write_vault: Write, tmp_path: Path, history: History, options: Options
) -> None:
    source = write_vault({"a.md": "To [[b]].\n", "b.md": "# b\n\nBack to [[a]].\n"})
    site = tmp_path / "pages"
    paths = ["a.md", "b.md"]
    plan = plan_posts(source, paths, target="html", site=site, options=options)
    write_plan(plan, source, history)
    assert '<a href="b.html">' in (site / "a.html").read_text()
    again = plan_posts(source, paths, site=site, options=Options(zone=INDIA, now=NOW))
    assert (again.target, again.is_empty) == ("html", True)


MATH = r"""In $x<y$ and $\foo$ and $\bar{x}$ and $\oops$.

| a |
| - |
| $\|v\|$ |

$$
a=b
$$
"""


@pytest.mark.parametrize("target", ["html", "ghost"])
def test_formulas_are_mathml_and_what_is_not_is_told_once(
    write_vault: Write, tmp_path: Path, history: History, options: Options, target: str
) -> None:
    source = write_vault({"a.md": MATH})
    site = tmp_path / "pages"
    plan = plan_posts(source, ["a.md"], target=target, site=site, options=options)
    write_plan(plan, source, history)
    told = [line for line in plan.warnings if "TeX" in line]
    assert told == [
        "a.md, line 1: Shown as TeX because of an unknown macro: '\\\\foo', and 1 more."
    ]
    report = check_pages(plan, Audit(source, plan))
    assert (report.built, report.failed) == (True, [])
    assert {result.id for result in report.results if result.state == "passed"} >= {"C10", "C11"}


def test_formulas_that_are_all_mathml_are_told_in_no_line(
    write_vault: Write, tmp_path: Path, options: Options
) -> None:
    source = write_vault({"a.md": "In $x$.\n"})
    plan = plan_posts(source, ["a.md"], target="html", site=tmp_path / "p", options=options)
    assert plan.warnings == []
