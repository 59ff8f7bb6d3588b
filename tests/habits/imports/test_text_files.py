"""harsh, habitctl and org-habit: programs that keep habits in text files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from notekeep.importing.formats.habits import habit_apps, org_habits
from tests.support.habit_files import lines, losses

if TYPE_CHECKING:
    from pathlib import Path


def test_harsh_gives_what_is_expected_of_it(samples: Path) -> None:
    expected = json.loads((samples / "harsh_expected.json").read_text("utf-8"))
    files = [(samples / "harsh" / name).read_text("utf-8") for name in ("habits", "log")]
    source = habit_apps.read_harsh(*files)
    schedules = {"daily": "1/1d", "none": "track-only"}
    found = [
        [habit.name, habit.group, schedules.get(str(habit.schedule), str(habit.schedule))]
        for habit in source.habits
    ]
    wanted = [
        [name, group, often.partition(" until")[0]] for name, group, often in expected["habits"]
    ]
    assert found == wanted
    assert source.habits[-1].until is not None
    entries = sorted(f"{line} ({habit.name})" for habit in source.habits for line in lines(habit))
    assert entries == [
        "2026-01-05 45 -- legs (Gym)",
        "2026-01-05 done (Stretch)",
        "2026-01-06 miss -- tired (Stretch)",
        "2026-01-06 skip (Gym)",
        "2026-01-07 done (Call home)",
    ]
    assert [loss.place for loss in source.losses] == [f"log:{expected['rejected'][0]}"]


def test_harsh_takes_the_last_of_two_lines_for_a_day() -> None:
    log = "2026-01-05 : Gym : n\n2026-01-06 : Gym : y\n2026-01-05 : Gym : y : second thought\n"
    source = habit_apps.read_harsh("Gym: 1\n", log)
    assert lines(source.habits[0]) == ["2026-01-05 done -- second thought", "2026-01-06 done"]


def test_harsh_keeps_the_amount_of_a_day_that_was_no_success() -> None:
    source = habit_apps.read_harsh("", "2026-01-05 : Read : n : tired : 3.5\n")
    assert lines(source.habits[0]) == ["2026-01-05 miss amount=3.5 -- tired"]


@pytest.mark.parametrize(
    ("often", "schedule"),
    [
        ("1", "daily"),
        ("7", "1/7d"),
        ("2w", "1/14d"),
        ("3/7", "3/7d"),
        ("3/1w", "3/7d"),
        ("0", "none"),
    ],
)
def test_harsh_schedules(often: str, schedule: str) -> None:
    assert habit_apps.read_harsh(f"Gym: {often}\n", "").habits[0].schedule == schedule


def test_harsh_names_with_a_colon_and_lines_that_are_none() -> None:
    source = habit_apps.read_harsh(
        "Read: fiction: 1\n: 3\nno schedule\n", "x\n2026-01-05 : Gym : perhaps\n"
    )
    assert source.habits[0].name == "Read: fiction"
    assert losses(source)["invalid lines"] == 4


def test_habitctl(samples: Path) -> None:
    files = [(samples / "habitctl" / name).read_text("utf-8") for name in ("habits", "log")]
    source = habit_apps.read_habitctl(*files)
    assert [(habit.name, habit.schedule, lines(habit)) for habit in source.habits] == [
        ("Stretch", "daily", ["2026-01-05 done", "2026-01-06 skip"]),
        ("Clean the flat", "1/7d", ["2026-01-05 miss"]),
        ("Headache", "none", []),
    ]
    assert source.losses == []


def test_habitctl_odd_lines_are_named() -> None:
    source = habit_apps.read_habitctl(
        "x Stretch\n999999 Far\n", "2026-01-05\tStretch\n\t\t\n2026-02-30\ta\ty\n"
    )
    assert source.habits == []
    assert losses(source) == {"invalid lines": 4}


def test_org_habit_gives_what_is_expected_of_it(samples: Path) -> None:
    expected = json.loads((samples / "org_expected.json").read_text("utf-8"))
    source = org_habits.read_org({"habits.org": (samples / "org_habit.org").read_text("utf-8")})
    (shave,) = source.habits
    assert shave.name == expected["name"]
    assert shave.schedule == expected["schedule"]
    wanted = [
        f"{day} {value} @{time}" + (f" -- {note}" if note else "")
        for day, value, time, note in expected["entries"]
    ]
    assert lines(shave) == wanted
    assert losses(source) == {"Shave: states CANCELLED, which are not entries": 1}
    assert shave.about == ""


@pytest.mark.parametrize(
    ("repeater", "schedule"),
    [
        (".+1d", "daily"),
        ("++1d", "daily"),
        (".+2d/4d", "after 2d..4d"),
        (".+1w", "after 7d"),
        ("++2d", "every 2d from 2026-01-05"),
        ("+1w", "every 7d from 2026-01-05"),
        (".+4d/2d", "after 4d"),
        (".+9999y", "after 366d"),
    ],
)
def test_org_repeaters(repeater: str, schedule: str) -> None:
    text = f"* TODO H\nSCHEDULED: <2026-01-05 Mon {repeater}>\n:PROPERTIES:\n:STYLE: habit\n:END:\n"
    assert org_habits.read_org({"a.org": text}).habits[0].schedule == schedule


@pytest.mark.parametrize(
    ("planned", "schedule", "told"),
    [
        ("", "none", "no SCHEDULED date; imported with the schedule none"),
        (
            "SCHEDULED: <2026-01-05 Mon>\n",
            "daily",
            "an invalid repeater; imported with the schedule daily",
        ),
    ],
)
def test_a_habit_of_org_without_a_repeater_is_told(planned: str, schedule: str, told: str) -> None:
    text = f"* TODO H\n{planned}:PROPERTIES:\n:STYLE: habit\n:END:\n"
    source = org_habits.read_org({"a.org": text})
    assert source.habits[0].schedule == schedule
    assert losses(source) == {f"H: {told}": 1}


ORG = """\
#+TODO: TODO(t) NEXT | DONE(d) SKIPPED(s)
* Chores
** NEXT [#A] Water the plants                           :home:habit:
   SCHEDULED: <2026-01-05 Mon ++2d>
   :PROPERTIES:
   :STYLE:    habit
   :END:
   The ones on the sill first.
   :LOGBOOK:
   - State "DONE"       from "NEXT"  [2026-01-05 Mon 00:10]
   - State "SKIPPED"    from "NEXT"  [2026-01-07 Wed]
   - State "DONE"       from "NEXT"  [2026-01-09 Fri]
   :END:
* Not a habit
  :PROPERTIES:
  :STYLE:    none
  :END:
"""


def test_org_keywords_tags_and_text() -> None:
    (plants,) = org_habits.read_org({"a.org": ORG}).habits
    assert (plants.name, plants.group) == ("Water the plants", "home")
    assert plants.about == "The ones on the sill first."
    assert lines(plants) == ["2026-01-05 done @00:10", "2026-01-09 done"]


def test_org_with_a_drawer_that_never_ends() -> None:
    text = (
        "* H\n:PROPERTIES:\n:STYLE: habit\n" + '- State "DONE" from "TODO" [2026-01-05 Mon]\n' * 3
    )
    source = org_habits.read_org({"a.org": text})
    assert lines(source.habits[0]) == ["2026-01-05 done"] * 3
