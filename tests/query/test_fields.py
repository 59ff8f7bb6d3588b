"""The names a query may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.columns import query_fields
from notekeep.query.fields import QueryField, nearest_word

if TYPE_CHECKING:
    from notekeep.query.fields import FieldType, QueryFields


@pytest.mark.parametrize(
    ("name", "canonical", "kind"),
    [
        ("rating", "rating", "number"),
        ("Rating", "rating", "number"),
        ("myrate", "rating", "number"),
        ("my_rate", "rating", "number"),
        ("ReadDate", "read date", "date"),
        ("authors", "author", "list"),
        ("sources", "sources", "list"),
        ("kind", "type", "text"),
        ("modified", "modified", "date"),
        ("priority", "priority", "any"),
        ("read_date", "read date", "date"),
        ("task_todo", "task-todo", "list"),
    ],
)
def test_a_field_is_found_by_any_of_its_spellings(
    fields: QueryFields, name: str, canonical: str, kind: FieldType
) -> None:
    assert fields.find(name) == QueryField(canonical, kind)


def test_a_field_that_nobody_has_is_none(fields: QueryFields) -> None:
    assert fields.find("ratng") is None


def test_names_seen_in_notes_count_without_types() -> None:
    assert query_fields({}, seen={"mood": "any"}).find("mood") == QueryField("mood", "any")


def test_a_kind_says_better_than_notes_what_its_field_is() -> None:
    assert query_fields({"book": {"pages": "number"}}, {"pages": "text"}).find(
        "pages"
    ) == QueryField("pages", "number")


def test_no_note_changes_what_every_note_has() -> None:
    assert query_fields({}, {"title": "number"}).find("title") == QueryField("title", "text")


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("ratng", "rating"), ("headng", "heading"), ("autor", "author"), ("qqq", None)],
)
def test_the_nearest_name_is_found(fields: QueryFields, slip: str, meant: str | None) -> None:
    assert fields.nearest(slip) == meant


def test_a_very_long_slip_costs_nothing() -> None:
    assert nearest_word("x" * 10_000, ["rating"]) is None
