"""`agenda`: tasks and habits by day; and `tasks`, with the calendar of those that have a date."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

NOTE = """\
# Garden

- [ ] return the books due:2026-11-20
- [ ] water the basil 📅 2026-11-24 🔁 every 2 days
- [ ] order seeds, and soil [due:: 2026-11-26] [priority:: high]
- [ ] call Ann 📅 2026-11-26
- [ ] renew the domain ⏳ 2026-11-30 📅 2026-12-20
- [ ] dig 🛫 2026-11-25 📅 2026-11-26
- [ ] next spring 📅 2027-03-01
- [ ] some day
- [x] rake due:2026-11-24
"""


@pytest.fixture
def garden(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A vault at the end of Tuesday, 24 November: the day ends at four."""
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-25T01:30")
    shell.write(".notekeep/config.toml", "day_start = 4\n")
    shell.write("Garden.md", NOTE)
    shell.write("habits/gym.md", "---\nhabit: gym\ntitle: Gym\nschedule: tue,fri\n---\n")
    shell.write("habits/sit.md", "---\nhabit: sit\ntitle: Sit\nschedule: daily\n---\n")
    return shell


def parts(out: str) -> list[list[str]]:
    """Return the sections of the answer, each with its title and its rows."""
    rows = [
        [re.sub(" {2,}", " | ", line.strip()) for line in part.splitlines()]
        for part in out.split("\n\n")
    ]
    return [row for row in rows if row]


def test_days_are_listed_from_late_tasks_on_without_empty_days(garden: Shell) -> None:
    assert parts(garden("agenda", "--days", "7").out) == [
        ["Agenda | Tue 24 Nov to Mon 30 Nov"],
        ["Late", "[ ] | return the books | Fri 20 Nov | Garden.md:3"],
        ["Today | Tue 24 Nov", "[ ] | water the basil | Garden.md:4", "Gym, Sit | habits"],
        [
            "Thu 26 Nov",
            "[ ] | order seeds, and soil [priority:: high] | Garden.md:5",
            "[ ] | call Ann | Garden.md:6",
        ],
        ["Fri 27 Nov", "Gym | habits"],
        ["Mon 30 Nov", "[ ] | renew the domain | Sun 20 Dec | Garden.md:7"],
    ]
    assert (
        garden("agenda").err
        == "Tasks not shown: 1 later, 1 without a date. `notekeep tasks` lists them.\n"
    )


def test_the_same_days_as_json(garden: Shell) -> None:
    told = json.loads(garden("agenda", "--json").out)
    assert (told["from"], told["to"], told["later"], told["undated"]) == (
        *("2026-11-24", "2026-12-07"),
        *(1, 1),
    )
    assert [task["due"] for task in told["late"]] == ["2026-11-20"]
    days = {day["day"]: day for day in told["days"]}
    assert days["2026-11-24"]["habits"] == [
        {"id": "gym", "title": "Gym"},
        {"id": "sit", "title": "Sit"},
    ]
    (renew,) = days["2026-11-30"]["tasks"]
    assert renew == {
        "path": "Garden.md",
        "title": "Garden",
        "line": 7,
        "mark": " ",
        "done": False,
        "text": "renew the domain ⏳ 2026-11-30 📅 2026-12-20",
        "due": "2026-12-20",
        "scheduled": "2026-11-30",
        "start": None,
        "priority": 3,
    }


def test_a_habit_that_is_done_is_no_longer_listed_today(garden: Shell) -> None:
    assert garden("habit", "gym").code == 0
    assert "Sit | habits" in parts(garden("agenda").out)[2]


def test_an_empty_agenda_says_how_to_fill_it(shell: Shell) -> None:
    shell.write("Note.md", "No task.\n")
    assert "write due:2026-12-01 in it" in shell("agenda").err
    assert json.loads(shell("agenda", "--json").out)["days"] == []
    for days in ("0", "much", "-1"):
        assert shell("agenda", "--days", days).code == 2


def test_open_tasks_with_a_date_as_a_calendar(garden: Shell) -> None:
    ran = garden("tasks", "--ics")
    events = re.findall(r"(?s)BEGIN:VEVENT\r?\n(.*?)END:VEVENT", ran.out)
    fields = [dict(re.findall(r"([A-Z;=]+):([^\r\n]*)", event)) for event in events]
    assert [(one["DTSTART;VALUE=DATE"], one["SUMMARY"]) for one in fields] == [
        ("20261120", "return the books"),
        ("20261124", "water the basil"),
        ("20261126", r"order seeds\, and soil [priority:: high]"),
        ("20261126", "call Ann"),
        ("20261220", "renew the domain"),
        ("20270301", "next spring"),
    ]
    assert fields[0]["DESCRIPTION"] == r"Garden\, line 3"
    # A later day of the same task is the same event.
    garden.write("Garden.md", NOTE.replace("2026-11-20", "2026-11-28"))
    assert fields[0]["UID"] in garden("tasks", "--ics", "title:Garden").out
    none = garden("tasks", "--ics", "title:nothing")
    assert (none.code, none.out.count("VEVENT")) == (1, 0)
    assert "No open task has a date." in none.err


def test_ticking_a_task_that_repeats(garden: Shell) -> None:
    assert (
        "+- [ ] water the basil 📅 2026-11-26"
        in garden("tasks", "--tick", "Garden.md:4", "--dry-run").out
    )
    assert garden("tasks", "--tick", "Garden.md:4").code == 0
    assert garden.read("Garden.md") == NOTE.replace(
        "- [ ] water the basil 📅 2026-11-24 🔁 every 2 days\n",
        "- [ ] water the basil 📅 2026-11-26 🔁 every 2 days\n"
        "- [x] water the basil 📅 2026-11-24 🔁 every 2 days ✅ 2026-11-24\n",
    )
    assert garden("undo").code == 0
    assert garden.read("Garden.md") == NOTE


@pytest.mark.parametrize("line", [1, 99])
def test_a_line_without_a_task_is_not_ticked(garden: Shell, line: int) -> None:
    ran = garden("tasks", "--tick", f"Garden.md:{line}")
    assert (ran.code, ran.out) == (1, "")
    assert f"Garden.md:{line}: There is no task.\n`notekeep tasks` lists" in ran.err
    assert garden.read("Garden.md") == NOTE


def test_a_ticked_task_as_json(garden: Shell) -> None:
    tick = ("tasks", "--tick", "Garden.md:4", "--json")
    expected = {"path": "Garden.md", "line": 4, "written": False, "remarks": []}
    assert json.loads(garden(*tick, "--dry-run").out) == expected
    assert garden.read("Garden.md") == NOTE
    assert json.loads(garden(*tick).out) == {**expected, "written": True}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--tick", "Garden.md:4", "--ics"], "--tick and --ics"),
        (["--tick", "Garden.md:4", "#project"], "--tick and a query"),
        (["--ics", "--json"], "--ics and --json"),
        (["--ics", "--done"], "--ics and --done"),
    ],
)
def test_options_without_an_effect_are_refused(
    garden: Shell, options: list[str], message: str
) -> None:
    ran = garden("tasks", *options)
    assert (ran.code, ran.out) == (2, "")
    assert f"{message} cannot be combined." in ran.err
    assert garden.read("Garden.md") == NOTE


def test_a_task_that_starts_later_is_open_nowhere(garden: Shell) -> None:
    garden.write("Later.md", "- [ ] sow the peas start:2026-11-25\n")
    assert "sow" not in garden("tasks").out
    for query in ("is:todo", "task-todo:sow"):
        assert "Later" not in garden("ls", query).out
    assert "Later" in garden("ls", "task:sow").out
    garden.write("Later.md", "- [ ] sow the peas start:2026-11-24\n")
    assert "sow" in garden("tasks").out
    for query in ("is:todo", "task-todo:sow"):
        assert "Later" in garden("ls", query).out
