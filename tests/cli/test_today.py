"""`today` says what the screen of that name does: among it the tasks that are due."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.ran import Ran

    Run = Callable[..., Ran]

NOW = "2026-11-24T21:15"
TASKS = """\
# Garden
- [ ] call the nursery due:2026-11-24
- [ ] dig [due:: 2026-11-02]
- [ ] prune \N{CALENDAR} 2025-12-30
- [ ] order seeds due:2026-11-25
- [x] rake due:2026-11-20
- [ ] some day
"""


def test_tasks_that_are_due_stand_in_it_the_latest_first(notekeep: Run, tmp_path: Path) -> None:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "Garden.md").write_text(TASKS, "utf-8")
    for flags in ((), ("--plain",)):
        ran = notekeep(*flags, "today", at=root, NOTEKEEP_NOW=NOW)
        assert ran.code == 0
        lines = ran.out.splitlines()
        at = lines.index("Tasks  5 open; `notekeep tasks` lists them")
        assert [re.split(" {2,}", line) for line in lines[at + 1 : at + 4]] == [
            ["", "[ ]", "prune", "late, Tue 30 Dec 2025", "Garden.md:4"],
            ["", "[ ]", "dig", "late, Mon 2 Nov", "Garden.md:3"],
            ["", "[ ]", "call the nursery", "today", "Garden.md:2"],
        ]
        assert len(lines) == at + 4
    told = json.loads(notekeep("today", "--json", at=root, NOTEKEEP_NOW=NOW).out)["tasks"]
    assert told["open"] == 5
    assert [(task["line"], task["due"]) for task in told["due"]] == [
        (4, "2025-12-30"),
        (3, "2026-11-02"),
        (2, "2026-11-24"),
    ]
    assert told["due"][1] == {
        "path": "Garden.md",
        "title": "Garden",
        "line": 3,
        "text": "dig [due:: 2026-11-02]",
        "due": "2026-11-02",
    }


def test_without_open_tasks_nothing_is_said_of_them(notekeep: Run, tmp_path: Path) -> None:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "Garden.md").write_text("- [x] rake due:2026-11-20\n", "utf-8")
    ran = notekeep("today", at=root, NOTEKEEP_NOW=NOW)
    assert len(ran.out.splitlines()) == 1
    told = json.loads(notekeep("today", "--json", at=root, NOTEKEEP_NOW=NOW).out)
    assert told["tasks"] == {"open": 0, "due": []}


def test_streak_of_one_is_in_the_singular(notekeep: Run, tmp_path: Path) -> None:
    root = tmp_path / "notes"
    for folder in ("habits", ".notekeep"):
        (root / folder).mkdir(parents=True)
    (root / "habits/read.md").write_text("---\nhabit: read\nsince: 2026-11-22\n---\n", "utf-8")
    for day, streak in (("2026-11-23", "1 day"), ("2026-11-24", "2 days")):
        assert notekeep("habit", "read", day, at=root, NOTEKEEP_NOW=NOW).code == 0
        said = notekeep("today", at=root, NOTEKEEP_NOW=f"{day}T21:15").out
        [line] = [one for one in said.splitlines() if "read" in one]
        assert re.split(" {2,}", line.strip())[-1] == streak
