from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits import amounts
from notekeep.habits.schedule import parse_goal


@pytest.mark.parametrize(
    ("text", "amount"),
    [("5", 5000), ("5.2", 5200), ("0.125", 125), ("0.0005", 1), ("0.0004", 0), ("007", 7000)],
)
def test_numbers_are_whole_thousandths(text: str, amount: int) -> None:
    assert amounts.parse_thousandths(text) == amount


@pytest.mark.parametrize("text", ["", "-5", "5,5", ".5", "5.", "1e3", "٣", "9" * 13, "1.2.3"])
def test_other_texts_are_no_numbers(text: str) -> None:
    assert amounts.parse_thousandths(text) is None


@given(st.integers(0, 10**15 - 1))
def test_a_written_number_is_read_back(amount: int) -> None:
    assert amounts.parse_thousandths(amounts.format_number(amount)) == amount


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1h30", 90), ("1h30m", 90), ("1h 30m", 90), ("2h5", 125), ("0h90min", 90)],
)
def test_hours_and_minutes_are_minutes(text: str, minutes: int) -> None:
    assert amounts.read_amount(text.split()) == (minutes * 1000, "min", len(text.split()))
    assert parse_goal(text).target == minutes * 1000


@pytest.mark.parametrize(
    ("amount", "unit", "own", "base"),
    [
        (1500, "h", "min", 90_000),
        (90_000, "min", "h", 90_000),
        (5_000, "km", "m", 5_000_000),
        (250_000, "ml", "l", 250_000),
        (30_000, "m", "min", 30_000),  # thirty minutes, not metres
        (2_000, "cups", "cup", 2_000),
        (2_000, "Glasses", "glass", 2_000),
        (3_000, "minutes", "h", 3_000),
        (3_000, None, "km", 3_000_000),
        (3_000, "km", "", 3_000),
        (3_000, "km", "min", None),
        (3_000, "glass", "ml", None),
    ],
)
def test_amounts_convert_into_the_base_of_the_habits_unit(
    amount: int, unit: str | None, own: str, base: int | None
) -> None:
    assert amounts.to_base_unit(amount, unit, own) == base


def test_sixty_minutes_are_one_hour_however_they_are_added() -> None:
    minutes = [amounts.to_base_unit(1000, "min", "h") for _ in range(60)]
    assert sum(minute or 0 for minute in minutes) == amounts.to_base_unit(1000, "h", "h")


@pytest.mark.parametrize(
    ("base", "unit", "text"),
    [
        (90_000, "h", "1.5 h"),
        (90_000, "min", "90 min"),
        (5_200_000, "km", "5.2 km"),
        (3000, "", "3"),
    ],
)
def test_amounts_are_shown_in_the_habits_own_unit(base: int, unit: str, text: str) -> None:
    assert amounts.format_in_habit_unit(base, unit) == text


@pytest.mark.parametrize("unit", ["m", "min", "M"])
@pytest.mark.parametrize("own", ["min", "h"])
def test_minutes_of_a_habit_in_hours_are_no_metres(unit: str, own: str) -> None:
    assert amounts.to_base_unit(30_000, unit.lower(), own) == 30_000


@pytest.mark.parametrize(
    ("amount", "unit", "shown"),
    [(1000, "cup", "1 cup"), (2000, "cup", "2 cups"), (1500, "cup", "1.5 cups")],
)
def test_one_of_a_unit_is_singular(amount: int, unit: str, shown: str) -> None:
    assert amounts.format_amount(amount, amounts.plural_unit(amount, unit)) == shown


def test_a_part_of_an_hour_is_rounded_to_thousandths() -> None:
    assert amounts.format_in_habit_unit(100_000, "h") == "1.667 h"
    assert amounts.format_in_habit_unit(20_000, "h") == "0.333 h"
