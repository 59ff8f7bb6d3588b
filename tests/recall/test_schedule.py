"""The days on which passages are due: order-free, whole days, the last answer of a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from notekeep.recall.log import GRADES, Answer
from notekeep.recall.schedule import Recall, find_intervals, fold_answers

if TYPE_CHECKING:
    import random

DAY = date(2026, 11, 24).toordinal()
VALUES = (*GRADES, "keep", "later 30d", "stop", "clear", "favourite", "no-favourite")


def said(value: str, after: int = 0, time: str = "21:14") -> Answer:
    days = int(value[6:-1]) if value.startswith("later") else 0
    return Answer(DAY + after, time, value, "x", days)


ANSWERS = st.lists(
    st.builds(
        said, st.sampled_from(VALUES), st.integers(0, 40), st.sampled_from(["07:10", "21:14"])
    )
)


@given(ANSWERS, st.randoms())
def test_order_and_repetition_do_not_matter(some: list[Answer], chance: random.Random) -> None:
    others = some + some[: len(some) // 2]
    chance.shuffle(others)
    assert fold_answers("x", others) == fold_answers("x", some)


@given(ANSWERS)
def test_an_answer_is_never_due_before_the_next_day(some: list[Answer]) -> None:
    found = fold_answers("x", some)
    assert found.due == 0 or found.due > found.answered >= DAY


def test_the_last_answer_of_a_day_counts() -> None:
    twice = [said("again", time="07:10"), said("easy")]
    assert fold_answers("x", twice) == fold_answers("x", [said("easy")])
    assert fold_answers("x", [said("easy"), said("clear", time="23:00")]) == Recall()


def test_an_answer_after_midnight_belongs_to_the_day_before() -> None:
    assert fold_answers("x", [said("again"), said("good", time="24:30")]).lapses == 0


def test_better_grades_bring_a_passage_back_later() -> None:
    first = find_intervals("x", Recall(), DAY)
    assert first["again"] <= first["hard"] <= first["good"] < first["easy"]
    found = fold_answers("x", [said("good")])
    assert found.due == DAY + first["good"]
    next_time = find_intervals("x", found, found.due)
    assert next_time["again"] < first["easy"] < next_time["easy"]


def test_what_is_shown_before_an_answer_is_what_it_does() -> None:
    history = [said("good"), said("hard", 3)]
    shown = find_intervals("x", fold_answers("x", history), DAY + 9)
    for grade in GRADES:
        assert fold_answers("x", [*history, said(grade, 9)]).due == DAY + 9 + shown[grade]


def test_keep_later_and_stop_leave_what_was_learned() -> None:
    learned = fold_answers("x", [said("good")])
    for value, due in {"keep": DAY + 35, "later 7d": DAY + 12, "stop": 0}.items():
        found = fold_answers("x", [said("good"), said(value, 5)])
        assert (found.due, found.stability) == (due, learned.stability)
    again = fold_answers("x", [said("good"), said("stop", 5), said("good", 6)])
    assert (again.is_stopped, again.grades) == (False, 2)


def test_passages_of_one_day_come_back_on_different_days() -> None:
    history = [said("easy"), said("easy", 8), said("easy", 40)]
    due = {fold_answers(f"{number}", history).due for number in range(100)}
    assert len(due) > 5
    assert (max(due) - min(due)) / (min(due) - DAY - 40) < 0.12


def test_a_favourite_is_no_answer() -> None:
    assert fold_answers("x", [said("favourite")]) == Recall(is_favourite=True)
    both = [said("favourite"), said("no-favourite", time="22:00"), said("good")]
    assert fold_answers("x", both) == fold_answers("x", [said("good")])
