"""What a value means to a person, by the type of its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.markdown.fields.field_values import (
    parse_boolean,
    parse_date,
    parse_items,
    parse_number,
    type_field,
)

if TYPE_CHECKING:
    from notekeep.markdown.fields.field_values import Scalar


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-24", "2026-11-24"), ("2026/1/2", "2026-01-02"), ("2026.12.31", "2026-12-31"),
        ("2026", "2026"), ("2026-3", "2026-03"), ("[[2026-11-24]]", "2026-11-24"),
        ("[[daily/x|2026-11-24]]", "2026-11-24"), ("2026-11-24 8:05", "2026-11-24T08:05"),
        ("2026-11-24T08:05:09Z", "2026-11-24T08:05:09Z"),
        ("2026-11-24 08:05:09.123 +05:30", "2026-11-24T08:05:09+05:30"),
        ("2028-02-29", "2028-02-29"), ("2026-02-29", None), ("2026-13-01", None),
        ("1900-02-29", None), ("24.11.2026", None), ("yesterday", None), ("", None),
        ("20261124", None), ("٢٠٢٦", None), ("2026-11 08:00", None),
    ],
)  # fmt: skip
def test_dates(text: str, iso: str | None) -> None:
    assert parse_date(text) == iso


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4), ("4.5", 4.5), ("4,5", 4.5), ("4/5", 4), ("4,5 / 5", 4.5), ("⭐⭐⭐", 3),
        ("★★★☆☆", 3), ("007", 7), ("-2", -2), ("", None), ("four", None), ("4 stars", None),
        ("true", None), ("1,000,000", None), ("1/2/2026", None),
    ],
)  # fmt: skip
def test_numbers(text: str, value: float | None) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (True, True), ("true", True), ("Yes", True), (1, True), (False, False), ("false", False),
        ("off", False), (0, False), ("", False), (None, False), ("perhaps", None), ("2026", None),
    ],
)  # fmt: skip
def test_booleans(value: Scalar, found: Scalar) -> None:
    assert parse_boolean(value) is found


@pytest.mark.parametrize(
    ("name", "words", "found"),
    [
        ("tags", "a, b", ["a", "b"]),
        ("tags", "a b", ["a", "b"]),
        ("genre", "a, b c,", ["a", "b c"]),
        ("genre", "a b", ["a b"]),
        ("genre", ["a, b", " c ", ""], ["a, b", "c"]),
        ("author", "Clear, James", ["Clear, James"]),
        ("author", "Daniel Kahneman, Amos Tversky", ["Daniel Kahneman", "Amos Tversky"]),
        ("aliases", "[[x|a, b]]", ["[[x|a, b]]"]),
        ("genre", "", []),
    ],
)
def test_lists(name: str, words: str | list[str], found: list[str]) -> None:
    assert parse_items(name, words) == found


def test_a_value_that_does_not_fit_stays_as_it_is() -> None:
    assert type_field("rating", "number", "good", "good") == "good"
    assert type_field("published", "date", "last spring", "last spring") == "last spring"
    assert type_field("publish", "bool", "perhaps", "perhaps") == "perhaps"
    assert type_field("pages", "number", [1, 2], ["1", "2"]) == [1, 2]
    assert type_field("own", None, 1.1, "1.10") == 1.1
    assert type_field("rating", "number", None, "") is None
    assert type_field("tags", "list", None, "") == []


def test_a_text_field_reads_the_source() -> None:
    assert type_field("isbn", "text", 123, "0123") == "0123"
    assert type_field("title", "text", True, "true") == "true"
    assert type_field("title", "text", ["x"], ["x"]) == "x"
