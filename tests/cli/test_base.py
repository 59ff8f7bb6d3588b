"""`base`: the bases of Obsidian as tables."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

BASE = """\
filters:
  and:
    - file.hasTag("book")
    - '!file.name.contains("Template")'
formulas:
  cost: price / pages
properties:
  file.name:
    displayName: Book
  formula.cost:
    displayName: Cost per page
views:
  - type: table
    name: Books
    order: [file.name, author, rating]
    sort:
      - property: rating
        direction: DESC
    summaries:
      rating: Average
      author: Unique
  - type: cards
    name: Cheap
    filters: formula.cost <= 0.1
    order: [file.name, formula.cost]
  - type: table
    name: By author
    groupBy:
      property: author
      direction: ASC
    order: [file.name]
  - type: table
    name: Best
    order: [file.name]
    sort: [{property: note.rating, direction: DESC}]
    limit: 2
"""


def cells(text: str) -> list[list[str]]:
    return [re.split(" {2,}", line.strip()) for line in text.splitlines()]


@pytest.fixture
def library(shell: Shell) -> Shell:
    books = {
        "Deep Work": "author: Cal\nrating: 4\nprice: 20\npages: 100",
        "Focus": "author: Ann\nrating: 5\nprice: 10\npages: 100",
        "Calm": "author: Cal\nprice: 5\npages: 100",
        "Template": "rating: 1",
    }
    for title, fields in books.items():
        shell.write(f"books/{title}.md", f"---\ntags: book\n{fields}\n---\n")
    shell.write("Other.md", "rating: 5\n")
    shell.write("Lists/Books.base", BASE)
    return shell


def test_first_view_has_columns_filters_order_and_summaries(library: Shell) -> None:
    ran = library("base", "Lists/Books.base")
    assert (ran.code, ran.err) == (0, "")
    assert cells(ran.out) == [
        ["Book", "author", "rating"],
        ["Focus", "Ann", "5"],
        ["Deep Work", "Cal", "4"],
        ["Calm", "Cal"],
        ["Unique: 2", "Average: 4.5"],
    ]


@pytest.mark.parametrize("words", [("Books", "Cheap"), ("books.base", "--view", "cheap")])
def test_view_by_name_and_formulas(library: Shell, words: tuple[str, ...]) -> None:
    ran = library("base", *words)
    assert cells(ran.out) == [["Book", "Cost per page"], ["Calm", "0.05"], ["Focus", "0.1"]]
    assert ran.err == "Lists/Books.base: This cards view is shown as a table.\n"


def test_groups_are_a_column(library: Shell) -> None:
    assert cells(library("base", "Books", "By author").out) == [
        ["author", "Book"],
        ["Ann", "Focus"],
        ["Cal", "Calm"],
        ["Cal", "Deep Work"],
    ]


def test_limit_is_applied_after_sorting(library: Shell) -> None:
    ran = library("base", "Books", "Best")
    assert cells(ran.out) == [["Book"], ["Focus"], ["Deep Work"]]
    assert ran.err == "2 of 3 notes.\n"


def test_json_has_values_with_their_types(library: Shell) -> None:
    found = json.loads(library("base", "Books", "--json").out)
    assert (found["path"], found["view"], found["total"]) == ("Lists/Books.base", "Books", 3)
    assert found["columns"] == ["file.name", "note.author", "note.rating"]
    assert found["rows"][0] == {
        "path": "books/Focus.md",
        "values": {"file.name": "Focus", "note.author": ["Ann"], "note.rating": 5},
    }
    assert found["summaries"]["note.rating"] == "Average: 4.5"
    assert found["missing"] == []


def test_this_is_the_note_that_shows_the_base(library: Shell) -> None:
    library.write("People/Cal.md", "Writes.\n")
    library.write("books/Later.md", "---\ntags: book\n---\n[[Cal]]\n")
    library.write("Links.base", "views:\n  - filters: file.hasLink(this)\n")
    assert cells(library("base", "Links", "--this", "Cal").out) == [["file name"], ["Later"]]
    alone = library("base", "Links")
    assert (alone.code, alone.out, alone.err) == (1, "", "No notes in View 1.\n")


def test_code_block_of_a_note_is_a_base(library: Shell) -> None:
    block = "```base\nviews:\n  - name: Mine\n    filters: rating == 5\n```\n"
    library.write("Reading.md", f"---\nkey: 1\n---\n\n# Reading\n\n{block}")
    for name in ("Reading", "Reading.md:7"):
        assert cells(library("base", name).out) == [["file name"], ["Focus"]]
    listed = library("base")
    assert cells(listed.out) == [
        ["Lists/Books.base", "Books, Cheap, By author, Best"],
        ["Reading.md:7", "Mine"],
    ]
    assert [one["line"] for one in json.loads(library("base", "--json").out)["bases"]] == [None, 7]


def test_what_is_not_understood_is_named_and_the_rest_is_shown(library: Shell) -> None:
    text = (
        "\ufefffilters:\r\n  and:\r\n    - file.hasTag('book')\r\n    - nonsense(rating)\r\n"
        "display: old\r\nviews:\r\n  - name: One\r\n"
        "    order: [file.name, file.color, formula.no]\r\n"
    )
    library.write("Odd.base", text)
    ran = library("base", "Odd")
    assert [row[0] for row in cells(ran.out)] == [
        "file name",
        "Calm",
        "Deep Work",
        "Focus",
        "Template",
    ]
    assert ran.err.splitlines() == [
        "Odd.base: Line 4: `nonsense(rating)` is left out, because nonsense() is not supported.",
        "Odd.base: Line 5: `display` is left out, because a base has no such key.",
        "Odd.base: Line 8: `file.color` is left out, because there is no such property.",
        "Odd.base: Line 8: `formula.no` is left out, because there is no such formula.",
    ]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("Nothing",), 1, 'There is no base "Nothing".'),
        (("Other",), 1, 'There is no base "Other".'),
        (("Books", "Worst"), 1, 'Lists/Books.base has no view "Worst".'),
        (("Broken",), 4, "Broken.base: Line 3: A [ list is not closed"),
        (("Books", "Best", "--view", "Books"), 2, "The view was given twice."),
    ],
)
def test_errors_say_what_to_do(
    library: Shell, words: tuple[str, ...], code: int, message: str
) -> None:
    library.write("Broken.base", "views:\n  - name: [a\nfilters: b\n")
    ran = library("base", *words)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err


def test_vault_without_bases(shell: Shell) -> None:
    ran = shell("base")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("No bases.")


def test_empty_base_shows_all_notes(library: Shell) -> None:
    library.write("All.base", "")
    assert [row[0] for row in cells(library("base", "All").out)][1:3] == ["Calm", "Deep Work"]


TEN = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 0]"


@pytest.mark.parametrize(
    "formula",
    [
        "'x'.repeat(1000).repeat(1000).repeat(1000)",
        "'x'.repeat(1000)" + ".replace('x', 'x'.repeat(1000))" * 3,
        "['x'].map(value + value)" + ".map(value + value)" * 60,
        "[1]" + ".map([value, value])" * 60,
        f"{TEN}.map(" * 12 + "1" + ")" * 12,
        f"'{'x ' * 4000}'.split(' ').map(index).unique()",
    ],
)
def test_view_that_takes_too_long_is_refused(library: Shell, formula: str) -> None:
    library.write("Big.base", f'formulas: {{f: "{formula}"}}\nviews: [{{order: [formula.f]}}]\n')
    ran = library("base", "Big")
    assert (ran.code, ran.out) == (4, "")
    assert "Big.base: The view takes too long to calculate." in ran.err


@pytest.mark.parametrize(
    "formula",
    [
        *("9" * 5000, "9" * 400 + ".5", "1" + " + 1" * 2000, "a" + ".b" * 2000, "(" * 3000),
        *("(1.5).round(1000000000)", "(1.5).toFixed(2000000000)", "today() + '999999999y'"),
        *(f"[{'9' * 300}]" + ".map(value * value)" * 9, "formula.f + 1", "1 / 0"),
    ],
)
def test_formula_without_a_value_leaves_the_cell_empty(library: Shell, formula: str) -> None:
    view = "order: [file.name, formula.f], summaries: {formula.f: Sum}, limit: 1"
    library.write("Odd.base", f'formulas: {{f: "{formula}"}}\nviews: [{{{view}}}]\n')
    assert cells(library("base", "Odd").out)[1] == ["Calm"]


@pytest.mark.parametrize(
    "filters",
    [
        "&a {and: [*a]}",
        f"{{and: [&a {{and: [{'x, ' * 60}]}}, &b {{and: [{'*a, ' * 10}]}}, *b, *b]}}",
    ],
)
def test_filters_that_repeat_themselves_are_refused(library: Shell, filters: str) -> None:
    library.write("Loop.base", f"filters: {filters}\n")
    ran = library("base", "Loop")
    assert (ran.code, ran.out) == (4, "")
    assert "Line 1: It has more than 1000 conditions." in ran.err


def test_limit_and_summaries_that_are_unknown(library: Shell) -> None:
    view = f"order: [rating], limit: {'9' * 5000}, summaries: {{rating: Nonsense}}"
    library.write("Odd.base", f"filters: rating == 5\nviews: [{{{view}}}]\n")
    ran = library("base", "Odd")
    assert cells(ran.out)[:2] == [["rating"], ["5"]]
    assert "`Nonsense` is left out, because there is no such summary." in ran.err
