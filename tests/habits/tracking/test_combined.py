"""Combined habits are due, met and counted from their parts."""

from __future__ import annotations

from typing import Any

import pytest

from notekeep.errors import UsageError
from notekeep.habits.measures import rate, streak
from tests.support.day_numbers import ordinal

PARTS = {"run": "mon,wed", "swim": "wed", "lift": "1/week"}
"""Parts and their schedules. 2 November 2026 is a Monday; today is Tuesday 24 November."""

# Definition, log by days of November, days, their marks (`.` free), and met and missed of all.
CASES = """
any of: [run, swim]| 2 run; 4 swim | 02-08 | done free done free free free free
any of: [run, swim]| 4 run      | 02-05 | missed free done free
any of: [run, swim]| 2 run; 3 run  | 02-04 | done done missed
any of: [run, swim]| 2 run; 4 run skip    | 02-04 | done free missed
any of: [run, swim]| 4 run skip; 4 swim skip       | 02-04 | missed free skipped
any of: [run, swim]| 4 run skip; 4 swim   | 04-04 | done
all of: [run, swim]| 2 run; 4 swim | 02-05 | done free missed free
all of: [run, swim]| 2 run; 4 run; 4 swim | 02-05 | done free done free
all of: [run, swim]| 2 run; 4 run skip; 4 swim     | 02-05 | done free done free
all of: [run, swim]| 4 run skip; 4 swim skip       | 02-05 | missed free skipped free
all of: [run, swim]| 2 run missed  | 02-03 | missed free
all of: [run, lift] | 2 run; 4 run; 5 lift  | 02-08 | done free done done free free free
all of: [run, lift] | 2 run; 4 run  | 02-08 | done free done free free free missed
any of: [lift]      | 5 lift      | 02-08 | free free free done free free free
any of: [lift]      | 2 run      | 02-08 | free free free free free free missed
all of: [run]      | 2 run; 23 run | 23-24 | done free
any of: [run, lift] | 23 run     | 23-24 | done open
any of: "run, swim"| 2 run; 4 swim | 02-05 | done free done free
any of: ["[[habits/run]]", swim]      | 2 run; 4 swim | 02-05 | done free done free
"""


def write_parts(notebook: Any, fields: str) -> None:
    for name, schedule in PARTS.items():
        text = f"---\nhabit: {name}\nschedule: {schedule}\nsince: 2026-11-02\n---\n"
        notebook.write(f"habits/{name}.md", text)
    notebook.write("habits/sport.md", f"---\nhabit: sport\ntitle: Sport\n{fields}\n---\n")


def log_line(entry: str) -> str:
    day, name, *value = entry.split()
    return f"- 2026-11-{int(day):02} {name}: {' '.join(value) or 'done'}"


@pytest.mark.parametrize("case", CASES.strip().splitlines())
def test_a_day_follows_from_the_days_of_the_parts(case: str, notebook: Any) -> None:
    fields, log, days, marks = (cell.strip() for cell in case.split("|"))
    write_parts(notebook, fields)
    notebook.log(*map(log_line, log.split(";")))
    index = notebook.index()
    line = index.timeline(index.resolve("sport"))
    first, last = (ordinal(f"2026-11-{day}") for day in days.split("-"))
    names = {"rest": "free", "pending": "open", "extra": "done", "off": "free"}
    found = [line.status(day) for day in range(first, last + 1)]
    assert [names.get(status, status) for status in found] == marks.split()


def test_it_has_a_streak_a_rate_and_a_strength(notebook: Any) -> None:
    write_parts(notebook, "any of: [run, swim]\nuntil: 2026-11-11")
    notebook.log(*map(log_line, ["2 run", "4 swim", "9 run", "11 run"]))
    index = notebook.index()
    sport = index.resolve("sport")
    line = index.timeline(sport)
    assert (streak(line).current, streak(line).unit) == (4, "due days")
    assert (rate(line).met, rate(line).missed) == (4, 0)
    strength = index.view(sport).strength
    assert strength is not None
    assert strength == pytest.approx(1 - 0.5 ** (4 / 13))


def test_it_can_have_a_schedule_of_its_own(notebook: Any) -> None:
    write_parts(notebook, "any of: [run, swim]\nschedule: 2/week")
    notebook.log(*map(log_line, ["2 run", "3 swim", "10 run", "17 run", "19 swim"]))
    index = notebook.index()
    view = index.view(index.resolve("sport"))
    assert view.aim == "any of run, swim · 2 times a week"
    assert [period.result for period in index.timeline(index.find("sport")).periods[:3]] == [
        "met",
        "missed",
        "met",
    ]


def test_limits_together_are_within_the_limit_until_the_day_is_over(notebook: Any) -> None:
    for name in ("sugar", "wine"):
        text = f"---\nhabit: {name}\ngoal: never\nsince: 2026-11-20\n---\n"
        notebook.write(f"habits/{name}.md", text)
    notebook.write("habits/clean.md", "---\nhabit: clean\nall of: [sugar, wine]\n---\n")
    notebook.log("- 2026-11-22 wine: 1")
    index = notebook.index()
    view = index.view(index.resolve("clean"))
    assert [cell.mark for cell in view.cells[-5:]] == ["done", "done", "missed", "done", "ok"]
    assert (view.streak, view.call) == (1, "done")


def test_parts_can_be_combined_themselves(notebook: Any) -> None:
    write_parts(notebook, "any of: [run, swim]")
    notebook.write("habits/all.md", "---\nhabit: all\nall of: [sport, lift]\n---\n")
    notebook.log(*map(log_line, ["2 run", "2 lift"]))
    index = notebook.index()
    assert index.timeline(index.resolve("all")).status(ordinal("2026-11-02")) == "done"


def test_a_combined_habit_has_no_timer(notebook: Any) -> None:
    write_parts(notebook, "any of: [run, swim]")
    index = notebook.index()
    with pytest.raises(UsageError, match=r"Sport is combined from run, swim\."):
        index.start_timer("sport")
    index.refresh()
    assert index.timer is None


def test_a_check_in_names_the_parts_and_writes_nothing(notebook: Any) -> None:
    write_parts(notebook, "any of: [run, swim]")
    before = notebook.tree()
    for value in ("done", "skip", "clear", "5"):
        with pytest.raises(UsageError, match=r"Sport is combined from run, swim\.") as caught:
            notebook.index().check_in("sport", value)
        assert caught.value.hint == "Check in one of these."
    assert notebook.tree() == before


def test_a_check_in_of_a_part_is_one_of_the_whole_at_once(notebook: Any) -> None:
    write_parts(notebook, "any of: [run, lift]")
    index = notebook.index()
    index.resolve("sport")
    assert index.view(index.find("sport")).today.mark == "at risk"
    index.check_in("lift")
    assert index.view(index.find("sport")).today.mark == "done"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("any of: [run, ride]", 'any of: There is no habit "ride".'),
        ("all of: [sport]", "all of: sport contains sport itself."),
        ("all of: [run, more]", "all of: more contains sport itself."),
        ("any of: [run]\nall of: [swim]", "all of: The habit has `any of` as well, which is used."),
        ("any of: [run]\ngoal: 10 min", "goal: A combined habit is met by its parts."),
    ],
)
def test_parts_that_cannot_be_are_reported(fields: str, problem: str, notebook: Any) -> None:
    write_parts(notebook, fields)
    notebook.write("habits/more.md", "---\nhabit: more\nany of: [sport, run]\n---\n")
    index = notebook.index()
    found = [one for one in index.problems() if one.path == "habits/sport.md"]
    assert [one.message for one in found] == [problem]
    assert found[0].line is not None
    assert index.view(index.find("sport")).today.mark in ("open", "none")


def test_lines_of_its_own_are_reported_and_do_not_count(notebook: Any) -> None:
    write_parts(notebook, "any of: [run, swim]")
    notebook.log("- 2026-11-02 sport: done")
    index = notebook.index()
    (problem,) = index.problems()
    assert (problem.code, problem.line) == ("W109", 1)
    assert index.timeline(index.find("sport")).status(ordinal("2026-11-02")) == "missed"
