from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import UsageError
from notekeep.habits.definition import (
    FOREVER,
    RESERVED,
    Definition,
    is_id,
    parse_pause,
    read_definition,
)
from notekeep.habits.schedule import Goal, Untracked, parse_goal
from notekeep.tracking.habit_names import known_habits


def read(**fields: str | list[str]) -> Definition:
    habit = read_definition({"habit": "med", **fields}, "habits/Meditate.md")
    assert habit is not None
    return habit


def test_a_definition_is_read_from_flat_front_matter() -> None:
    habit = read(
        title="Meditate",
        aliases=["med2", "sit"],
        schedule=["2026-01-05 3/week", "2026-06-01 mon,wed,fri"],
        goal=">= 10 min",
        since="2026-01-05",
        paused=["2026-07-01..2026-07-21"],
        remind=["07:30", "mon,fri 18:00"],
        identity="someone who sits down every day",
        when="after coffee, kitchen chair",
        after="[[habits/coffee|Coffee]]",
        tiny="sit and take three breaths",
        tags=["habit", "morning"],
    )
    assert (habit.id, habit.title, habit.aliases) == ("med", "Meditate", ("med2", "sit"))
    assert habit.schedule_on(date(2025, 1, 1).toordinal()).text() == "3/week"
    assert habit.schedule_on(date(2026, 6, 1).toordinal()).text() == "mon,wed,fri"
    assert (habit.goals[0].rule.target, habit.unit) == (10_000, "min")
    assert habit.is_paused_on(date(2026, 7, 21).toordinal())
    assert not habit.is_paused_on(date(2026, 7, 22).toordinal())
    assert (habit.after, habit.group, habit.tiny) == (
        "coffee",
        "morning",
        "sit and take three breaths",
    )
    assert habit.remind == ("07:30", "mon,fri 18:00")
    assert habit.problems == ()


@pytest.mark.parametrize("since", ["0206-01-05", "9999-12-31"])
def test_a_first_year_that_no_log_has_is_a_typing_error(since: str) -> None:
    habit = read(since=since, until="9999-12-31")
    assert habit.since is None
    assert [(problem.key, problem.message) for problem in habit.problems] == [
        ("since", f"{since} is too far away.")
    ]


def test_everything_but_the_id_has_a_default() -> None:
    habit = read()
    assert habit.title == "Meditate"
    assert habit.schedule_on(0).text() == "daily"
    assert habit.goal_on(0) == Goal()
    assert (habit.since, habit.until, habit.is_archived, habit.unlogged) == (
        None,
        None,
        False,
        "",
    )


def test_a_note_without_an_id_is_no_definition() -> None:
    assert read_definition({"title": "Meditate"}) is None
    assert read_definition({"habit": " "}) is None


def test_silence_is_a_success_for_at_most_goals_unless_said_otherwise() -> None:
    limit = parse_goal("<= 2 cup")
    assert read(goal="<= 2 cup").counts_silence(limit)
    assert not read(goal="<= 2 cup", unlogged="missed").counts_silence(limit)
    assert read(unlogged="met").counts_silence(Goal())


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("schedule", "now and then", '"now and then" is not a schedule'),
        ("schedule", ["2026-01-05 3/week", "2026-02-30 daily"], "not a schedule"),
        ("goal", "> 10", '"> 10" is not a goal'),
        ("since", "yesterday", '"yesterday" is not a day'),
        ("until", "2026-02-29", '"2026-02-29" is not a day'),
        ("paused", "2026-07-21..2026-07-01", "not a pause"),
        ("unlogged", "maybe", '"maybe" is neither met nor missed.'),
        ("habit", "med itate", '"med itate" is not a valid id'),
        ("habit", "list", "list is the name of a habit command"),
    ],
)
def test_a_wrong_field_is_named_and_its_default_stands(
    key: str, value: str | list[str], message: str
) -> None:
    habit = read(**{key: value})
    assert [problem.key for problem in habit.problems] == [key]
    assert message in habit.problems[0].message
    assert habit.problems[0].hint
    default = read()._replace(id=habit.id, problems=habit.problems)
    assert habit == default


@given(
    st.dictionaries(
        st.sampled_from(["habit", "schedule", "goal", "since", "paused", "after", "tags", "title"]),
        st.text() | st.lists(st.text()),
    )
)
def test_no_front_matter_breaks_the_reader(fields: dict[str, str | list[str]]) -> None:
    habit = read_definition(fields)
    assert (habit is None) == (not _text(fields.get("habit", "")).strip())


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else " ".join(value)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-07-01..2026-07-21", "2026-07-01", "2026-07-21"),
        ("2026-07-01 .. 07-21", "2026-07-01", "2026-07-21"),
        ("2026-07-01..21", "2026-07-01", "2026-07-21"),
        ("2026-07-01", "2026-07-01", "2026-07-01"),
    ],
)
def test_a_pause_is_a_range_of_days(text: str, first: str, last: str) -> None:
    days = tuple(date.fromisoformat(day).toordinal() for day in (first, last))
    assert parse_pause(text) == days


def test_a_pause_may_have_no_end() -> None:
    assert parse_pause("2026-07-01..")[1] == FOREVER
    with pytest.raises(UsageError, match="not a pause"):
        parse_pause("..2026-07-01")


def test_an_id_is_a_name_that_a_line_can_hold_and_no_command() -> None:
    assert all(map(is_id, ["med", "med-2", "schön", "瞑想", "a.b_c", "7"]))
    assert not any(map(is_id, ["", "two words", "a:b", "[/red]", *RESERVED, "List"]))


def test_a_habit_without_a_definition_is_tracked_and_never_due() -> None:
    (habit,) = (known.definition for known in known_habits([], ["stretch"]))
    assert (habit.id, habit.title, habit.path) == ("stretch", "stretch", "")
    assert habit.schedule_on(0) == Untracked()
