"""Habits of Obsidian: two plug-ins with a note for each habit, and daily notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.importing.formats.habits import daily_notes, habit_apps
from notekeep.importing.formats.habits.habit_data import SourceNote
from notekeep.markdown.fields import frontmatter
from tests.support.habit_files import lines, losses

if TYPE_CHECKING:
    from pathlib import Path


def page(name: str, text: str) -> SourceNote:
    """A note as the importer opens it."""
    matter = frontmatter.read_frontmatter(text.encode())
    problem = matter.error.message if matter.error else ""
    body = text.encode()[matter.split.body :].decode()
    return SourceNote(name, matter.words, matter.raw, body, problem)


def sample(path: Path) -> SourceNote:
    return page(path.stem, path.read_text("utf-8"))


def test_habit_tracker_21(samples: Path) -> None:
    source = habit_apps.read_tracker21([sample(samples / "tracker21/Stretch.md")])
    (stretch,) = source.habits
    # One day may be missed without ending the streak: once in any two days.
    assert (stretch.name, stretch.schedule, stretch.about) == ("Stretch", "1/2d", "Why I do it.")
    assert lines(stretch) == ["2026-01-05 done", "2026-01-07 done"]
    assert losses(source) == {"Stretch: the field color": 1}


def test_habit_tracker_21_an_empty_note_is_a_habit() -> None:
    source = habit_apps.read_tracker21([page("Sleep", "")])
    assert [(habit.name, habit.schedule) for habit in source.habits] == [("Sleep", "daily")]


def test_habit_tracker_21_takes_days_of_the_calendar_only() -> None:
    entries = '\n  - 2026-02-30\n  - "2026-01-05"\n  - 12026-01-055\n  - [2026-01-06]\n  - x'
    source = habit_apps.read_tracker21(
        [page("[/red]", f"---\nentries:{entries}\nmaxGap: x\n---\n")]
    )
    (habit,) = source.habits
    assert lines(habit) == ["2026-01-05 done", "2026-01-06 done"]
    assert losses(source) == {"[/red]: invalid dates": 1}


def test_front_matter_that_cannot_be_read_is_named() -> None:
    broken = page("Broken", "---\nentries: [2026-01-05\n---\n")
    for source in (
        habit_apps.read_tracker21([broken]),
        habit_apps.read_obsidian_habits([broken]),
    ):
        assert [loss.place for loss in source.losses] == ["Broken"]
        assert source.losses[0].message.startswith("invalid front matter: ")


def test_habits_plug_in(samples: Path) -> None:
    source = habit_apps.read_obsidian_habits([sample(samples / "obsidian_habits/Water.md")])
    (water,) = source.habits
    assert (water.name, water.goal, len(water.pauses)) == ("Water", ">= 8 cups", 1)
    assert lines(water) == ["2026-01-05 8 cups", "2026-01-06 3 cups -- travelling"]
    assert source.losses == []


FLOW = """\
---
habit: true
startDate: 2026-01-05
records: {2026-01-05: true, "2026-01-06": false, 2026-01-07: skip, 2026-01-08: -3}
comments: {2026-01-06: "tired: very", 2026-01-20: lost}
pauses: [{start: 2026-02-01, end: 2026-01-01}, {start: 2026-03-01}]
---
"""


def test_habits_plug_in_with_maps_in_braces() -> None:
    source = habit_apps.read_obsidian_habits([page("Stretch", FLOW)])
    (stretch,) = source.habits
    assert lines(stretch) == [
        "2026-01-05 done",
        "2026-01-06 miss -- tired: very",
        "2026-01-07 skip",
    ]
    assert len(stretch.pauses) == 1
    assert losses(source) == {
        "Stretch: invalid records": 1,
        "Stretch: comments on days without a record": 1,
        "Stretch: invalid pauses": 1,
    }


def test_habits_plug_in_expands_nothing() -> None:
    bomb = "---\nhabit: true\na: &a [x, x]\nb: &b [*a, *a]\nrecords: *b\n---\n"
    assert habit_apps.read_obsidian_habits([page("Bomb", bomb)]).habits[0].entries == []


def test_daily_notes(samples: Path) -> None:
    source = daily_notes.read_daily_notes([sample(samples / "daily/2026-01-05.md")])
    assert {habit.name: lines(habit) for habit in source.habits} == {
        "stretch": ["2026-01-05 done"],
        "read": ["2026-01-05 done"],
        "Gym": ["2026-01-05 skip"],
    }
    assert losses(source) == {"water: fields that match no habit": 1}


def test_daily_notes_with_habits_that_are_known(samples: Path) -> None:
    source = daily_notes.read_daily_notes(
        [sample(samples / "daily/2026-01-05.md")], {"water", "mood"}
    )
    found = {habit.name: lines(habit) for habit in source.habits}
    assert found["water"] == ["2026-01-05 6"]
    assert found["mood"] == ["2026-01-05 4"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("- [x] Stretch #habit", {"Stretch": ["2026-01-05 done"]}),
        ("* [X] Stretch #habit/morning ✅ 2026-01-05", {"Stretch": ["2026-01-05 done"]}),
        ("  - [x] Stretch #habit ^a1", {"Stretch": ["2026-01-05 done"]}),
        ("- [-] Stretch #habits", {"Stretch": ["2026-01-05 skip"]}),
        ("- [x] Read: 12 p #habit", {"Read": ["2026-01-05 12 p"]}),
        ("- [x] water", {"water": ["2026-01-05 done"]}),
        ("- [ ] Stretch #habit", {}),
        ("- [/] Stretch #habit", {}),
        ("- [x] Buy milk", {}),
        ("- [x] Stretch #habitual", {}),
        ("[x] Stretch #habit", {}),
        ("- [x] #habit", {}),
        ("water:: 3 glass", {"water": ["2026-01-05 3 glass"]}),
        ("- water:: true", {"water": ["2026-01-05 done"]}),
        ("water:: false", {}),
        ("```\n- [x] Stretch #habit\n```", {}),
        ("- [x] water\nwater:: 3", {"water": ["2026-01-05 3"]}),
    ],
)
def test_lines_of_a_daily_note(line: str, found: dict[str, list[str]]) -> None:
    source = daily_notes.read_daily_notes([page("2026-01-05", line + "\n")], {"water"})
    assert {habit.name: lines(habit) for habit in source.habits} == found


def test_a_daily_note_by_its_date_or_by_the_form_of_the_vault() -> None:
    text = "---\ndate: 2026-01-05\n---\n- [x] Stretch #habit\n"
    pages = [page("Monday", text), page("05.01.2026", "- [x] Read #habit\n"), page("Notes", "x")]
    source = daily_notes.read_daily_notes(
        pages, (), lambda name: 739621 if name.startswith("05") else None
    )
    assert [lines(habit) for habit in source.habits] == [["2026-01-05 done"], ["2026-01-05 done"]]
    assert losses(source) == {"notes without a date in the name": 1}
