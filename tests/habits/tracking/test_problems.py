"""What is wrong is named with its place and what to write, and hides nothing else."""

from __future__ import annotations

import os
from typing import Any

import pytest

LOG = "habits/log/2026-11.phone.md"


def found(notebook: Any) -> list[tuple[str, int | None, str, str]]:
    return [
        (problem.path, problem.line, problem.code, problem.message)
        for problem in notebook.index().problems()
    ]


def test_a_tidy_vault_has_none(notebook: Any) -> None:
    notebook.log("# Habit log 2026-11", "", "- 2026-11-23 med: 12 min @07:10 -- [[calm]]")
    assert found(notebook) == []


@pytest.mark.parametrize(
    ("lines", "line", "code", "message"),
    [
        (["- 24/11/2026 med: done"], 1, "H001", "looks like a check-in"),
        (["", "- 2026-11-31 med: done"], 2, "H002", "no such date 2026-11-31"),
        (["- 2026-11-23 med:"], 1, "H003", "no value"),
        (["- 2026-11-23 med: 5,5"], 1, "H004", "invalid value: 5,5"),
        (["- 2026-11-23 med: done @7:70"], 1, "H005", "no such time @7:70"),
        (["- 2026-11-23 med: skip flu"], 1, "W101", "text without -- before it: flu"),
        (["- 2026-11-23 gym: skip", "- 2026-11-23 gym: done"], 1, "W102", f"{LOG}:2"),
        (["- 2026-11-23 med: 5 km"], 1, "W103", "km cannot be converted to min; counted as done"),
        (["- 2026-11-01 gym: done"], 1, "W104", "2026-11-01 is before gym starts"),
        (["- 2026-11-25 med: done"], 1, "W104", "2026-11-25 is in the future"),
        (
            ["text", "- 2026-11-23 Stretch: done"],
            2,
            "W105",
            "there is no note for the habit Stretch",
        ),
        (["<<<<<<< HEAD", "- 2026-11-23 med: done"], 1, "W106", "git conflict marker"),
        (["- 2026-11-23 water: 1 glass"] * 2, 2, "W107", "occurs twice and counts once"),
    ],
)
def test_a_line_is_named_with_its_code(
    notebook: Any, lines: list[str], line: int, code: str, message: str
) -> None:
    notebook.log(*lines)
    (problem,) = notebook.index().problems()
    assert (problem.path, problem.line, problem.code) == (LOG, line, code)
    assert message in problem.message
    assert problem.hint


def test_a_fix_is_offered_where_it_is_plain(notebook: Any) -> None:
    notebook.log("- 2026-11-23 med: 5,5 min")
    assert notebook.index().problems()[0].hint == "write: - 2026-11-23 med: 5.5 min"


def test_two_notes_with_one_id_are_both_named(notebook: Any) -> None:
    notebook.write("habits/Another gym.md", "---\nhabit: GYM\n---\n")
    assert found(notebook) == [
        (
            "habits/Gym.md",
            2,
            "W105",
            "GYM is also defined in habits/Another gym.md, which is used",
        )
    ]


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("schedule: now and then", 'schedule: "now and then" is not a schedule'),
        ('goal: "> 10"', 'goal: "> 10" is not a goal'),
        ('goal: ">= 5,5 km"', "is not a goal"),
        ("since: 2026-02-30", 'since: "2026-02-30" is not a day'),
        ("paused: [2026-07-21..2026-07-01]", "is not a pause"),
    ],
)
def test_a_wrong_field_of_a_definition_is_named_and_the_habit_works(
    notebook: Any, front: str, message: str
) -> None:
    notebook.write("habits/Walk.md", f"---\nhabit: walk\n{front}\n---\n")
    notebook.log("- 2026-11-24 walk: done")
    (problem,) = notebook.index().problems()
    assert (problem.path, problem.code) == ("habits/Walk.md", "W108")
    assert message in problem.message
    assert problem.hint
    views = {view.id: view for view in notebook.index().views()}
    assert views["walk"].today.mark == "done"
    assert views["walk"].problems


def test_front_matter_that_is_no_yaml_is_named_with_its_line(notebook: Any) -> None:
    notebook.write("habits/Walk.md", "---\nhabit: walk\ngoal: >= 10 min\n---\n")
    ((path, line, code, _),) = found(notebook)
    assert (path, line, code) == ("habits/Walk.md", 3, "front-matter")


def test_a_habit_note_without_an_id_is_named(notebook: Any) -> None:
    notebook.write("habits/Walk.md", "---\ntype: habit\ntitle: Walk\n---\n")
    ((path, _, _, message),) = found(notebook)
    assert path == "habits/Walk.md"
    assert "habit:" in message


def test_problems_hide_no_entry_and_no_other_problem(notebook: Any) -> None:
    notebook.log("- 2026-11-24 med: maybe", "- 2026-11-24 med: 12 min", "- 2026-11-24 med: -5")
    assert [problem[1] for problem in found(notebook)] == [1, 3]
    index = notebook.index()
    assert index.view(index.resolve("med")).today.amount == "12 min"


@pytest.mark.parametrize("name", [b"habits/odd\xff.md", b"habits/log/2026-11.odd\xff.md"])
def test_a_name_that_is_not_utf_8_is_named_and_hides_no_other_habit(
    notebook: Any, name: bytes
) -> None:
    (notebook.root / "habits/log").mkdir()
    with open(os.path.join(os.fsencode(notebook.root), name), "wb") as file:
        file.write(b"---\nhabit: odd\n---\n- 2026-11-23 med: done\n")
    assert [view.id for view in notebook.index().views()] == ["water", "gym", "meditate"]
    ((path, _, _, message),) = found(notebook)
    assert path == os.fsdecode(name)
    assert "its name is not UTF-8; rename it" in message
