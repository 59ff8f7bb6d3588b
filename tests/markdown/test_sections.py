"""Sections below headings."""

from __future__ import annotations

import pytest

from notekeep.markdown.outline import read_body
from notekeep.markdown.text_edit import find_section

TEXT = """intro
# One
a
## Part *two*
b

> # In a quote
c
- # In a list

Under
-----
d
# Other
e
## Part two
f"""


def section(heading: str, text: str = TEXT) -> str | None:
    span = find_section(text, read_body(text), heading)
    return None if span is None else text[span[0] : span[1]]


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("Other", "e\n## Part two\nf"),
        ("part TWO", "b\n\n> # In a quote\nc\n- # In a list\n\n"),
        ("Under", "d\n"),
        ("Other#Part two", "f"),
        ("One#Under", "d\n"),
        ("Nowhere", None),
        ("One#Other", None),
        ("In a quote", None),
    ],
)
def test_a_section_is_what_stands_below_its_heading(heading: str, found: str | None) -> None:
    assert section(heading) == found


@pytest.mark.parametrize(
    ("heading", "found"),
    [("Why so many", "b"), ("why so many??", "a\n"), ("C", "c\n"), ("?!", None)],
)
def test_punctuation_counts_only_where_a_heading_has_the_same(
    heading: str, found: str | None
) -> None:
    text = "# Why: so many?\na\n# C?\nc\n# !\nd\n# Why so many\nb"
    assert section(heading, text) == found


def test_a_section_with_other_line_ends_or_at_the_end() -> None:
    assert section("A", "# A\r\nx\r\n# B\r\n") == "x\r\n"
    assert section("A", "# A\rx\r# B\r") == "x\r"
    assert section("B", "# A\n# B") == ""
    assert section("e\u0301t\u00e9", "# \u00e9te\u0301\nx") == "x"
