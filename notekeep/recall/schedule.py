"""Computes when a passage is due, from the answers to it.

The answers may come in any order; only the last answer of a day counts. Intervals are computed by
FSRS 6 in whole days, and varied by up to 5 %, so that passages answered on the same day become due
on different days. The variation depends on the key and is not random, so that all devices compute
the same days.
"""

from __future__ import annotations

from binascii import crc32
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.recall.log import FAVOURITE, GRADES, Answer

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

KEEP_DAYS = 30
"""The interval in days after `keep`, unless the last interval was longer."""
SPREAD = 0.05


class Parameters(NamedTuple):
    """The parameters of FSRS."""

    retention: float = 0.9  # the share of passages to remember when they are due
    max_interval: int = 36500  # in days
    weights: tuple[float, ...] = ()  # empty for the defaults of FSRS


DEFAULT: Final = Parameters()


class Recall(NamedTuple):
    """The review state of a passage."""

    due: int = 0  # ordinal of the date; 0 if it is new or stopped
    answered: int = 0  # the day of the last answer; 0 if there is none
    interval: int = 0  # days from that answer to `due`
    stability: float = 0.0  # as FSRS defines it, at the last grade
    difficulty: float = 0.0
    graded: int = 0  # the day of the last grade; 0 if there is none
    grades: int = 0  # number of grades
    lapses: int = 0  # number of these grades that were `again`
    is_stopped: bool = False
    is_favourite: bool = False


def fold_answers(key: str, answers: Iterable[Answer], parameters: Parameters = DEFAULT) -> Recall:
    """Return the review state of a passage from its answers, which may be in any order."""
    recall = Recall()
    by_day: dict[int, Answer] = {}
    for answer in sorted(answers, key=lambda one: (one.day, one.time, one.value)):
        if answer.is_mark:
            recall = recall._replace(is_favourite=answer.value == FAVOURITE)
        else:
            by_day[answer.day] = answer
    for answer in by_day.values():
        if answer.value != "clear":
            recall = _apply(recall, key, answer, parameters)
    return recall


def _apply(recall: Recall, key: str, answer: Answer, parameters: Parameters) -> Recall:
    day = answer.day
    if answer.value in GRADES:
        card = _review(recall, answer.value, day, parameters)
        recall = recall._replace(
            stability=card.stability or 0.0,
            difficulty=card.difficulty or 0.0,
            graded=day,
            grades=recall.grades + 1,
            lapses=recall.lapses + (answer.value == "again"),
        )
        interval = _spread(key, day, card.due.toordinal() - day, parameters.max_interval)
    else:
        interval = answer.days or max(recall.interval, KEEP_DAYS)
    is_stopped = answer.value == "stop"
    return recall._replace(
        due=0 if is_stopped else day + interval,
        answered=day,
        interval=recall.interval if is_stopped else interval,
        is_stopped=is_stopped,
    )


def find_intervals(
    key: str, recall: Recall, day: int, parameters: Parameters = DEFAULT
) -> dict[str, int]:
    """Return, for each grade given on `day`, the number of days until the passage would be due."""
    reviews = ((grade, _review(recall, grade, day, parameters)) for grade in GRADES)
    most = parameters.max_interval
    return {grade: _spread(key, day, card.due.toordinal() - day, most) for grade, card in reviews}


def _review(recall: Recall, grade: str, day: int, parameters: Parameters) -> Card:
    from fsrs import Card, Rating, State  # takes 40 ms to import

    card = Card(card_id=0)
    if recall.graded:
        card.state, card.step, card.last_review = State.Review, None, _noon(recall.graded)
        card.stability, card.difficulty = recall.stability, recall.difficulty
    rating = Rating(GRADES.index(grade) + 1)
    return _scheduler(parameters).review_card(card, rating, _noon(day))[0]


@cache
def _scheduler(parameters: Parameters) -> Scheduler:
    from fsrs import Scheduler

    return Scheduler(
        parameters.weights or Scheduler().parameters,
        parameters.retention,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=parameters.max_interval,
        enable_fuzzing=False,
    )


def _noon(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day), time(12), UTC)


def _spread(key: str, day: int, days: int, most: int) -> int:
    """Vary an interval by up to SPREAD; the same arguments give the same result."""
    share = crc32(f"{key} {day}".encode()) / 0xFFFFFFFF * 2 - 1
    return max(1, min(most, round(days * (1 + SPREAD * share))))
