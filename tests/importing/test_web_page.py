"""Text and facts of saved web pages. `make check-clip` runs these tests with the extra `clip`."""

from __future__ import annotations

from pathlib import Path

import pytest

from notekeep.errors import Refused
from notekeep.importing.web_page import read_web_page

PAGES = Path(__file__).parent / "pages"


def page(name: str, address: str = "") -> str:
    """Return the text of a page as a note."""
    return read_web_page(name, (PAGES / name).read_bytes(), address).body


def test_text_keeps_its_form_and_loses_what_is_around_it() -> None:
    text = page("article.html")
    assert text.startswith("# How worms work\n\n")
    assert text.count("How worms work") == 1
    for part in (
        "\n## What they eat\n",
        "They eat **leaves**, *peel* and [plain paper](https://garden.example/paper).",
        "\n- Leaves of the last year, which are soft by spring\n",
        "\n```\nfor worm in heap:\n    worm.eat()\n```\n",
        "\n| Leaves | 90 |\n",
        "\n> Every gardener is a host to worms.\n",
        "![A worm](https://garden.example/img/worm.jpg)",
        "the heap is `soil`.",
    ):
        assert part in text
    for clutter in ("Subscribe", "Home", "Cookie", "alert", "<"):
        assert clutter not in text


def test_page_names_its_encoding() -> None:
    text = page("main.html")
    assert text.startswith("# Preise")
    assert "\n## Preise für 2026\n" in text
    assert "Zwölf Gläser kosten 40 €." in text
    for clutter in ("Startseite", "Bestellen", "Impressum"):
        assert clutter not in text


@pytest.mark.parametrize(
    "data",
    [
        "<p>Zwölf Gläser</p>".encode(),
        b"\xef\xbb\xbf" + "<p>Zwölf Gläser</p>".encode(),
        "<p>Zwölf Gläser</p>".encode("cp1252"),
        "<p>Zwölf Gläser</p>".encode("utf-16"),
        '<meta charset="iso-8859-1"><p>Zwölf Gläser</p>'.encode(),  # it is UTF-8 all the same
        '<meta charset="no such name"><p>Zwölf Gläser</p>'.encode("cp1252"),
        '<meta charset="punycode"><p>Zwölf Gläser</p>'.encode("cp1252"),
        '<meta charset="zlib"><p>Zwölf Gläser</p>'.encode("cp1252"),
    ],
)
def test_encoding_is_found(data: bytes) -> None:
    assert "Zwölf Gläser\n" in read_web_page("page", data).body


def test_old_page_without_parts_is_read_whole() -> None:
    assert page("bare.html") == (
        "# A list of 1998\n\n"
        "This page is **older** than [divs](http://example.org/divs).\n\n- one\n- two\n"
    )


def test_given_address_wins_and_completes_links() -> None:
    text = page("article.html", "https://copy.example/a/b")
    assert "](https://copy.example/paper)" in text
    assert "![A worm](https://copy.example/img/worm.jpg)" in text


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("", "is not HTML"),
        ("only text", "is not HTML"),
        ("<html><script>write()</script></html>", "has no text"),
        ("<p>x</p>" * 60_000, "more than 40000 tags"),
        ("<div>" * 5_000 + "x", "nested too deeply"),
        ("<ul><li>" * 190 + "x", "nested too deeply"),
        ("<p>" + "x" * (17 << 20), "is larger than 16 MB"),
    ],
    ids=["empty", "text", "script", "many", "deep", "lists", "large"],
)
def test_other_files_are_refused(html: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read_web_page("page.html", html.encode())
