"""Every sample of saved links is read as somebody reads it who looks at the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.importing.records import Bookmark
from tests.support.import_samples import read

if TYPE_CHECKING:
    from pathlib import Path

WORMS = "https://example.com/worms"


def test_pocket() -> None:
    assert read("links/pocket.csv").records == [
        Bookmark(WORMS, "How Worms Work", "2023-11-14", ("soil", "read later")),
        Bookmark("https://example.com/no-title", "", "2023-11-14"),
    ]


def test_the_page_that_pocket_exported_before(tmp_path: Path) -> None:
    (tmp_path / "ril_export.html").write_text(
        "<!DOCTYPE html><html><head><title>Pocket Export</title></head><body><h1>Unread</h1><ul>"
        f'<li><a href="{WORMS}" time_added="1700000000" tags="soil,beds">Worms &amp; soil</a></li>'
        "</ul></body></html>",
        "utf-8",
    )
    found = read(tmp_path)
    assert found.formats == ["pocket"]
    assert found.records == [Bookmark(WORMS, "Worms & soil", "2023-11-14", ("soil", "beds"))]


def test_instapaper() -> None:
    found = read("links/instapaper.csv")
    assert found.bookmarks == [Bookmark("https://example.com/sheds", "Sheds", "2023-11-14")]
    worms, other = found.works.values()
    assert (worms.title, worms.kind, worms.fields["url"]) == ("How Worms Work", "note", WORMS)
    assert [one.text for one in worms.passages] == ["A worm eats its weight."]
    assert worms.tags == ("soil",)
    # It was saved without the page that it is from.
    assert (other.title, other.fields["url"]) == ("Instapaper", "")
    assert [one.text for one in other.passages] == ["Only a passage."]


def test_tags_of_instapaper_that_are_no_list_cost_that_link(tmp_path: Path) -> None:
    (tmp_path / "instapaper.csv").write_text(
        "URL,Title,Selection,Folder,Timestamp,Tags\n"
        'https://a.org,A,,Unread,1700000000,"[soil"\n'
        'https://b.org,B,,Unread,1700000000,"[""soil""]"\n',
        "utf-8",
    )
    found = read(tmp_path)
    assert found.bookmarks == [Bookmark("https://b.org", "B", "2023-11-14", ("soil",))]
    assert [place for _, place in found.losses] == ["instapaper.csv:2"]


def test_raindrop() -> None:
    found = read("links/raindrop.csv")
    assert found.bookmarks == [Bookmark("https://example.com/untitled", "", "2026-01-03")]
    (work,) = found.works.values()
    assert work.title == 'Saved, "quoted" title'
    assert work.fields["description"] == "An excerpt"
    assert work.tags == ("soil", "reading", "Garden/Soil", "favorite")
    assert [(one.text, one.note) for one in sorted(work.passages, key=lambda one: one.order)] == [
        ("", "First line\nSecond line"),
        ("A worm eats its weight.", "in a day?"),
    ]


def test_bookmarks_of_a_browser() -> None:
    found = read("links/bookmarks.html")
    (work,) = found.works.values()  # since something is written about it
    assert (work.title, work.tags) == ("How Worms Work", ("soil", "read", "Garden"))
    assert work.fields == {"url": WORMS, "created": "2023-11-14"}
    assert [one.note for one in work.passages] == ["A line about it"]
    assert (found.bookmarks, found.losses) == ([], [])


def test_folders_that_a_browser_has_by_itself_are_no_tags(tmp_path: Path) -> None:
    (tmp_path / "bookmarks.html").write_text(
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
        '<DT><H3 PERSONAL_TOOLBAR_FOLDER="true">Bookmarks bar</H3>\n<DL><p>\n'
        f'<DT><H3>Soil</H3>\n<DL><p>\n<DT><A HREF="{WORMS}">Worms</A>\n</DL><p>\n'
        '<DT><A HREF="javascript:alert(1)">Run</A>\n<DT><A HREF="https://b.org">B</A>\n'
        "</DL><p>\n</DL><p>\n",
        "utf-8",
    )
    found = read(tmp_path)
    assert found.bookmarks == [
        Bookmark(WORMS, "Worms", "", ("Soil",)),
        Bookmark("https://b.org", "B"),
    ]
    assert found.losses == [("links that are not web addresses", "bookmarks.html:9")]


def test_what_was_written_about_a_bookmark_makes_it_a_note(tmp_path: Path) -> None:
    (tmp_path / "shaarli.html").write_text(  # without the first line that browsers write
        '<DL><DT><A HREF="https://a.org" ADD_DATE="1700000000" TAGS="soil">A</A>\n'
        '<DD>mine,\nof two lines\n<DT><A HREF="https://b.org" ADD_DATE="1700000000">B</A></DL>',
        "utf-8",
    )
    found = read(tmp_path)
    assert [one.url for one in found.bookmarks] == ["https://b.org"]
    (work,) = found.works.values()
    assert (work.fields["url"], work.fields["created"]) == ("https://a.org", "2023-11-14")
    assert [one.note for one in work.passages] == ["mine,\nof two lines"]


def test_a_bookmark_that_does_not_end_ends_at_the_next_one(tmp_path: Path) -> None:
    (tmp_path / "bookmarks.html").write_text(
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n"
        '<DT><A HREF="https://a.org">A\n<DT><A HREF="https://b.org">B</A>\n'
        '<DT><A HREF="https://c.org">C',
        "utf-8",
    )
    titles = [(one.url, one.title) for one in read(tmp_path).bookmarks]
    assert titles == [("https://a.org", "A"), ("https://b.org", "B"), ("https://c.org", "C")]


@pytest.mark.parametrize("name", ["pocket.csv", "instapaper.csv", "raindrop.csv", "bookmarks.html"])
def test_each_sample_is_recognized_as_its_own_format(name: str) -> None:
    assert read(f"links/{name}").formats == [name.partition(".")[0]]


def test_a_large_page_of_bookmarks_with_icons(tmp_path: Path) -> None:
    icon = "data:image/png;base64," + "iVBORw0KGgo" * 1_000
    hidden = '<A HREF="https://hidden.example.com">hidden</A>\n' * 40_000
    lines = [
        f'<DT><A HREF="https://example.com/{number}" ICON="{icon}">Bed & shed ☀ {number}</A>\n'
        for number in range(200)
    ]
    page = ["<!DOCTYPE NETSCAPE-Bookmark-file-1>\n", *lines, f"<!-- {hidden} -->", *lines[:1]]
    (tmp_path / "bookmarks.html").write_text("".join(page), "utf-8")
    found = read(tmp_path)
    titles = {f"https://example.com/{number}": f"Bed & shed ☀ {number}" for number in range(200)}
    assert {one.url: one.title for one in found.bookmarks} == titles
    assert len(found.bookmarks) == 201
    assert found.losses == []
