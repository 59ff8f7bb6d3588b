"""`today` says what the screen of that name does: among it the tasks that are due."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

    Run = Callable[..., CommandResult]

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
        assert lines[at + 4 :] == [
            *("", "Next seven days", "  [ ]  order seeds  Wed 25 Nov  Garden.md:5"),
            *("", "Last changed", "  Garden  Garden.md"),
        ]
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
        "day": "2026-11-02",
        "due": "2026-11-02",
    }


def test_tasks_without_a_day_are_those_of_the_notes_that_changed_last(tmp_path: Path) -> None:
    for name, changed in (("A.md", 1_000_000_000), ("B.md", 1_500_000_000)):
        lines = [f"- [ ] task {number} of {name}\n" for number in range(20)]
        (tmp_path / name).write_text("".join(lines), "utf-8")
        os.utime(tmp_path / name, (changed, changed))
    vault = Vault.open(tmp_path)
    vault.indexing.refresh()
    shown = [task.path for task in vault.overview().tasks.others]
    assert shown == ["B.md"] * 20 + ["A.md"] * 4


def test_without_open_tasks_nothing_is_said_of_them(notekeep: Run, tmp_path: Path) -> None:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "Garden.md").write_text("- [x] rake due:2026-11-20\n", "utf-8")
    ran = notekeep("today", at=root, NOTEKEEP_NOW=NOW)
    assert "Tasks" not in ran.out
    told = json.loads(notekeep("today", "--json", at=root, NOTEKEEP_NOW=NOW).out)
    assert told["tasks"] == {"open": 0, "due": [], "week": []}


def test_streak_of_one_is_in_the_singular(notekeep: Run, tmp_path: Path) -> None:
    root = tmp_path / "notes"
    for folder in ("habits", ".notekeep"):
        (root / folder).mkdir(parents=True)
    (root / "habits/read.md").write_text("---\nhabit: read\nsince: 2026-11-22\n---\n", "utf-8")
    for day, streak in (("2026-11-23", "1 day"), ("2026-11-24", "2 days")):
        assert notekeep("habit", "read", day, at=root, NOTEKEEP_NOW=NOW).code == 0
        said = notekeep("today", at=root, NOTEKEEP_NOW=f"{day}T21:15").out
        [line] = [one for one in said.splitlines() if "read" in one and "day" in one]
        assert re.split(" {2,}", line.strip())[-1] == streak


def test_sections_are_those_of_the_screen(notekeep: Run, tmp_path: Path) -> None:
    notes = {
        "habits/read.md": "---\nhabit: read\nsince: 2026-11-22\n---\n",
        "daily/2026-11-24.md": "- [ ] call the nursery due:2026-11-24\n",
        "books/Emma.md": "---\ntype: book\nstatus: reading\nauthor: Jane Austen\n---\n",
        "posts/Boxes.md": "---\ntype: post\ndraft: true\n---\n",
        "books/Dune.md": "---\ntype: book\nfinished: 2024-11-24\n---\n",
        "Dune.sync-conflict-20261120-101010-ABCDEFG.md": "A copy.\n",
        "Dune.md": "The note.\n",
        "Odd.md": "---\ntags: [a\n---\n",
    }
    root = tmp_path / "notes"
    for path, text in {".notekeep/config.toml": "", **notes}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    for flags in ((), ("--plain",)):
        said = notekeep(*flags, "today", at=root, NOTEKEEP_NOW=NOW).out
        parts = [part.splitlines() for part in said.split("\n\n")[1:]]
        heads = [re.split(" {2,}", part[0])[0] for part in parts]
        assert heads == [
            *("Habits", "Tasks", "Reading", "Today's note", "Drafts", "On this day"),
            *("Last changed", "Needs a look"),
        ]
        broken = [line.split("  ")[1] for line in parts[-1][1:]]
        assert broken[0] == "Dune.sync-conflict-20261120-101010-ABCDEFG.md"
        assert broken[1].startswith("Odd.md")
    told = json.loads(notekeep("today", "--json", at=root, NOTEKEEP_NOW=NOW).out)
    assert {"path": "Odd.md", "title": "Odd"} in told["recent"]
