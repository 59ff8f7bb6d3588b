from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits.days import EMPTY_DAY_VALUE, MAX_AMOUNT, DayHistory, DayValue

placed = st.dictionaries(st.integers(700_000, 700_060), st.integers(0, 9), max_size=12)


def amount(thousandths: int) -> DayValue:
    return DayValue("amount", thousandths, revision=0)


@given(st.data(), placed)
def test_days_are_the_same_in_whatever_order_they_are_put(
    data: st.DataObject, amounts: dict[int, int]
) -> None:
    days = DayHistory()
    for day in data.draw(st.permutations(sorted(amounts))):
        days.put(day, amount(amounts[day]))
    found = days.between(699_990, 700_069)
    assert found == [days.day(day) for day in range(699_990, 700_070)]
    assert [day.amount for day in found] == [amounts.get(d, 0) for d in range(699_990, 700_070)]
    assert [day.is_logged for day in found] == [d in amounts for d in range(699_990, 700_070)]


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
    assert used == plain


@given(placed)
def test_days_survive_as_bytes(amounts: dict[int, int]) -> None:
    days = DayHistory({day: amount(value) for day, value in amounts.items()})
    assert DayHistory.unpack(*days.pack()) == days


def test_days_that_were_cleared_are_no_beginning() -> None:
    days = DayHistory()
    assert days.begin is None
    days.put(700_000, DayValue("none", revision=1))
    assert days.begin is None
    days.put(700_002, amount(1))
    assert days.begin == 700_002


def test_a_sum_that_is_too_long_is_the_largest_there_is() -> None:
    days = DayHistory()
    days.put(700_000, amount(10**30))
    assert days.day(700_000).amount == MAX_AMOUNT
