"""Footnotes for sites that know none: numbers in the text, and a list that leads back."""

from __future__ import annotations

import re

import pytest

from notekeep.export.html_pages import to_html
from notekeep.export.rewrite.dialect import Dialect
from tests.support.built_page import read_page
from tests.support.sites import write_text

DIALECT = Dialect(footnotes=False, heading_ids=False, default_teaser=False)


def written(text: str) -> str:
    return write_text(text, DIALECT).text


def test_notes_are_numbered_in_the_order_they_are_meant() -> None:
    text = written("a[^z] b[^y] c[^z]\n\n[^y]: Y\n[^z]: Z\n")
    assert re.findall(r'href="#(fn-\d)"', text) == ["fn-1", "fn-2", "fn-1"]
    assert re.findall(r"^\d\. .*?([YZ])", text, re.MULTILINE) == ["Z", "Y"]
    assert re.findall(r'<sup id="([^"]+)"', text) == ["fnref-1", "fnref-2", "fnref-1-2"]


def test_a_note_that_nothing_means_goes_and_one_of_a_note_comes_last() -> None:
    text = written("a[^1]\n\n[^0]: nobody\n\n[^1]: see[^2]\n\n[^2]: deep\n\nb[^3]\n\n[^3]: C\n")
    assert "nobody" not in text
    items = [item.text() for item in read_page(to_html(text)).find("li")]
    assert [re.sub(r"\W+|\d", "", item) for item in items] == ["see", "C", "deep"]


@pytest.mark.parametrize(
    "blocks",
    [
        "One.\n\n    Two.",
        "One.\n\n    - item\n      - deeper\n    - other",
        "One.\n\n    ```py\n    def f():\n\n        return 1\n    ```",
        "One.\n\n    > quoted\n\n    Last.",
        "    ",
        "- item",
    ],
)
def test_blocks_of_a_note_stay_what_they_are(blocks: str) -> None:
    page = read_page(to_html(written(f"a[^1]\n\n[^1]: {blocks}\n\nb\n")))
    section = page.find("section")[0]
    ids = {e.attributes.get("id") for e in section.walk()}
    links = [a.attributes.get("href") for a in section.find("a")]
    assert "fn-1" in ids
    assert "#fnref-1" in links
    for code in section.find("code"):
        assert code.text() == "def f():\n\n    return 1\n"
    assert len(page.find("section")) == 1
    assert next(p.text() for p in page.find("p")) == "a1"


def test_notes_of_a_quote_and_of_a_table_are_found() -> None:
    text = written("> a[^q]\n>\n> [^q]: in a quote\n\n| a[^t] |\n| --- |\n| b |\n\n[^t]: T\n")
    page = read_page(to_html(text))
    assert [len(page.find(tag)) for tag in ("blockquote", "table", "li")] == [1, 1, 2]
    assert "in a quote" in page.find("li")[0].text()
