"""What a new note starts with."""

from __future__ import annotations

import datetime as dt

import pytest

from notekeep.date_formats import format_date
from notekeep.errors import UsageError
from notekeep.markdown.fields.schema import COMMON_FIELDS, KINDS
from notekeep.markdown.note import read_note
from notekeep.markdown.templates import fill, new_note, starter

NOW = dt.datetime(2026, 11, 24, 8, 5, 9)  # noqa: DTZ001 - the wall clock has no zone


def test_names_are_filled_in() -> None:
    names = {"title": "A & B", "date": "2026-11-24"}
    assert (
        fill("# {{title}} {{ Date }} {{nobody}} {{}}", names, {})
        == "# A & B 2026-11-24 {{nobody}} {{}}"
    )
    assert fill("{{date:dddd D MMMM}}", names, {"date": NOW}) == "Tuesday 24 November"
    assert fill("{{date:YYYY}}", names, {}) == "{{date:YYYY}}"


@pytest.mark.parametrize(
    "hostile",
    ["{{''.__class__}}", "{{title.__init__}}", "{% for x in y %}", "{{title|upper}}", "${title}"],
)
def test_a_template_runs_nothing(hostile: str) -> None:
    assert fill(hostile, {"title": "x"}, {"date": NOW}) == hostile


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("YYYY-MM-DD", "2026-11-24"), ("YY M D", "26 11 24"), ("ddd Do MMM", "Tue 24th Nov"),
        ("HH:mm:ss", "08:05:09"), ("h:m A", "8:5 AM"), ("GGGG-[W]WW", "2026-W48"), ("[Q]Q", "Q4"),
        ("dd a s", "Tu am 9"),
    ],
)  # fmt: skip
def test_dates_in_obsidians_formats(form: str, text: str) -> None:
    assert format_date(NOW, form) == text


def test_ordinals() -> None:
    days = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 22: "22nd"}
    for day, text in days.items():
        assert format_date(NOW.replace(day=day), "Do") == text


@pytest.mark.parametrize("kind", KINDS)
def test_a_starter_is_a_note_of_its_kind(kind: str) -> None:
    title = "2026-11-24" if kind == "daily" else 'A "title": #1'
    note = read_note("inbox/x.md", starter(kind, title, "2026-11-24").encode())
    assert note.problem is None
    assert note.kind == kind
    assert note.title == title
    assert note.fields["created"] == "2026-11-24" if kind != "habit" else note.fields["habit"]
    assert {*note.fields} <= {*KINDS[kind].fields, *COMMON_FIELDS}


def test_a_new_note_takes_fields_as_they_are_typed() -> None:
    text = new_note("book", "T", now=NOW, fields={"rating": "4.50", "tags": ["a"], "isbn": "012"})
    assert "\nrating: 4.50\n" in text
    assert "\ntags: [a]\n" in text
    assert '\nisbn: "012"\n' in text
    with pytest.raises(UsageError):
        new_note("book", "T", now=NOW, fields={"rating": "good"})


TEMPLATE = """---
title: "{{title}}"
also: {{title}}
when: {{date}}
year: {{date:YYYY}}
id: "{{id}}"
list:
  - {{date}}
  - about {{title}}
status: to-read # {{title}}
---
# {{title}}

Begun {{date:D MMMM YYYY}} at {{time}}.
"""


def test_a_vaults_template_is_filled_and_its_values_stay_values() -> None:
    text = new_note("book", 'No: "x"', now=NOW, template=TEMPLATE)
    note = read_note("books/x.md", text.encode())
    assert note.problem is None
    assert note.title == 'No: "x"'
    assert note.kind == "book"
    assert note.fields["also"] == 'No: "x"'
    assert note.fields["when"] == "2026-11-24"
    assert note.fields["year"] == 2026
    assert note.fields["id"] == "no-x"
    assert note.fields["list"] == ["2026-11-24", 'about No: "x"']
    assert note.body == '# No: "x"\n\nBegun 24 November 2026 at 08:05.\n'
    assert new_note("book", "1984", now=NOW, template="---\ntitle: {{title}}\n---\n").startswith(
        '---\ntitle: "1984"\n'
    )


def test_a_body_takes_the_place_of_the_templates_text() -> None:
    text = new_note("note", "T", now=NOW, template="---\na: 1\n---\n# {{title}}\n", body="mine")
    assert text == "---\na: 1\n---\nmine\n"
    assert new_note("note", "T", now=NOW, template="# {{title}}\n") == "# T\n"
