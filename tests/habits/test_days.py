from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits.revisions import EMPTY_DAY_VALUE, VALUE_AMOUNT, VALUE_NONE, DayValue
from notekeep.habits.schedule import LOGGED_BIT, MAX_AMOUNT, DayHistory

placed = st.dictionaries(st.integers(700_000, 700_060), st.integers(0, 9), max_size=12)


def amount(thousandths: int) -> DayValue:
    return DayValue(VALUE_AMOUNT, thousandths, revision=0)


@given(st.data(), placed)
def test_days_are_the_same_in_whatever_order_they_are_put(
    data: st.DataObject, amounts: dict[int, int]
) -> None:
    days = DayHistory()
    for day in data.draw(st.permutations(sorted(amounts))):
        days.put(day, amount(amounts[day]))
    for day in range(699_990, 700_070):
        assert days.amount(day) == amounts.get(day, 0)
        assert bool(days.code(day) & LOGGED_BIT) == (day in amounts)
    codes, sums = days.window(699_990, 700_069)
    assert list(sums) == [amounts.get(day, 0) for day in range(699_990, 700_070)]
    assert [bool(code) for code in codes] == [day in amounts for day in range(699_990, 700_070)]


@given(placed, placed)
def test_days_taken_out_again_leave_no_trace(kept: dict[int, int], gone: dict[int, int]) -> None:
    plain, used = DayHistory(), DayHistory()
    for day in gone:
        used.put(day, amount(1))
    for day, value in kept.items():
        plain.put(day, amount(value))
        used.put(day, amount(value))
    for day in gone.keys() - kept.keys():
        used.put(day, EMPTY_DAY_VALUE)
    used.trim()
    assert used == plain


@given(placed)
def test_days_survive_as_bytes(amounts: dict[int, int]) -> None:
    days = DayHistory()
    for day, value in amounts.items():
        days.put(day, amount(value))
    assert DayHistory(days.first, bytes(days.codes), days.amounts.tobytes()) == days


def test_days_that_were_cleared_are_no_beginning() -> None:
    days = DayHistory()
    assert days.begin is None
    days.put(700_000, DayValue(VALUE_NONE, revision=1))
    assert days.begin is None
    days.put(700_002, amount(1))
    assert days.begin == 700_002


def test_a_sum_that_is_too_long_is_the_largest_there_is() -> None:
    days = DayHistory()
    days.put(700_000, amount(10**30))
    assert days.amount(700_000) == MAX_AMOUNT
