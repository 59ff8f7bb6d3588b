"""Lines of the log of answers: what is read, and that what is written is read the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.recall.log import GRADES, MARKS, Answer, format_answer, parse_answer, parse_answers

LINE = "- 2026-11-28 21:14 good kd-7f3ab2c1 -- A bed is a promise… [[The Garden]]"
VALUES = st.sampled_from((*GRADES, *MARKS, "keep", "stop", "clear"))


def answers() -> st.SearchStrategy[Answer]:
    """Any answer that notekeep may write."""
    text = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)
    later = st.integers(1, 9999).map(lambda days: (f"later {days}d", days))
    return st.builds(
        lambda day, time, value, key, step, text: Answer(
            day.toordinal(), time, value[0], key, value[1], step, text, "The Garden"
        ),
        st.dates(date(1900, 1, 1), date(2199, 12, 31)),
        st.sampled_from(["07:10", "21:14", "21:14:09", "25:30"]),
        st.one_of(VALUES.map(lambda value: (value, 0)), later),
        st.sampled_from(["~1a2b3c4d", "kd-7f3ab2c1", "x"]),
        st.sampled_from(["", "undo", "redo"]),
        text,
    )


def test_a_line_names_the_day_the_answer_and_the_passage() -> None:
    assert parse_answer(LINE) == Answer(
        date(2026, 11, 28).toordinal(),
        "21:14",
        "good",
        "kd-7f3ab2c1",
        text="A bed is a promise…",
        note="The Garden",
    )


@given(answers())
def test_what_is_written_is_read_the_same(answer: Answer) -> None:
    assert parse_answer(format_answer(answer)) == answer


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_other_text_is_no_answer_and_misspelt_lines_are_named(end: str) -> None:
    lines = ["# Answers 2026-11", "", LINE, "- 2026-11-28 21:14 god kd-7f3ab2c1", "some text"]
    found, wrong = parse_answers(end.join([*lines, "* 2026-02-30 21:14 good x"]))
    assert ([number for number, _ in found], wrong) == ([3], [4, 6])


def test_a_long_passage_is_cut_after_a_word() -> None:
    line = format_answer(Answer(739000, "21:14", "good", "x", text="word\n" * 100, note="n"))
    assert line.endswith("word word… [[n]]")
    assert len(line) < 180
