"""`habit edit --goal` and `--schedule`: from a day on, while the past keeps its judgement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

NOTE = """---
type: habit   # mine
habit: med
goal: ">= 5 min"  # small
since: 2026-11-20
schedule:
  - daily   # at first
  - "2026-11-22 daily"
---
Why.
"""
LOG = "".join(f"- 2026-11-{day} med: 6 min\n" for day in range(20, 24))


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T12:00")
    monkeypatch.setenv("NOTEKEEP_VAULT", str(tmp_path))
    (tmp_path / "habits/log").mkdir(parents=True)
    (tmp_path / ".notekeep").mkdir()
    (tmp_path / "habits/med.md").write_text(NOTE)
    (tmp_path / "habits/log/2026-11.md").write_text(LOG)
    return tmp_path


def text(vault: Path) -> str:
    return (vault / "habits/med.md").read_text()


def test_a_new_goal_applies_from_today_on(vault: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["habit", "edit", "med", "--goal", "20 minutes"]) == 0
    added = '[">= 5 min", 2026-11-24 >= 20 min]'
    assert text(vault) == NOTE.replace('">= 5 min"', added)
    capsys.readouterr()
    assert main(["habit", "stats", "med", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["streak"], found["goal"]) == (4, ">= 20 min")
    assert main(["undo"]) == 0
    assert text(vault) == NOTE


def test_a_new_schedule_adds_a_line_and_replaces_the_one_of_its_day(vault: Path) -> None:
    assert main(["habit", "edit", "med", "--schedule", "3/week", "--from", "yesterday"]) == 0
    kept = '  - daily   # at first\n  - "2026-11-22 daily"\n'
    assert f"{kept}  - 2026-11-23 3/week\n" in text(vault)
    assert main(["habit", "edit", "med", "--schedule", "2/week", "--from", "yesterday"]) == 0
    assert f"{kept}  - 2026-11-23 2/week\n" in text(vault)
    assert "3/week" not in text(vault)


def test_a_goal_in_another_unit_is_refused(vault: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["habit", "edit", "med", "--goal", "5 km"]) == 2
    assert "min cannot be converted to km." in capsys.readouterr().err
    assert text(vault) == NOTE


def test_a_schedule_that_the_goal_does_not_allow_is_refused(
    vault: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["habit", "edit", "med", "--schedule", "2/day"]) == 2
    assert "The schedule already says how many times a day." in capsys.readouterr().err
    assert main(["habit", "edit", "med", "--schedule", "2/day", "--goal", "done"]) == 2
    assert "Delete all goals, also those of earlier days" in capsys.readouterr().err
    assert text(vault) == NOTE


def test_a_line_that_is_wrong_already_is_corrected_first(
    vault: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = NOTE.replace("- daily", "- sometimes")
    (vault / "habits/med.md").write_text(wrong)
    assert main(["habit", "edit", "med", "--schedule", "3/week"]) == 2
    said = capsys.readouterr().err
    assert 'schedule: "sometimes" is not a schedule.' in said
    assert "Correct the note first." in said
    assert text(vault) == wrong


def test_a_combined_habit_keeps_the_schedule_of_its_parts_for_the_past(vault: Path) -> None:
    path = vault / "habits/all.md"
    path.write_text("---\nhabit: all\nany of: [med, gym]\n---\n")
    (vault / "habits/gym.md").write_text("---\nhabit: gym\n---\n")
    assert main(["habit", "edit", "all", "--schedule", "3/week"]) == 0
    assert "  - as its parts\n  - 2026-11-24 3/week\n" in path.read_text()


def test_a_line_of_the_day_is_replaced_whole(vault: Path) -> None:
    path = vault / "habits/gym.md"
    path.write_text('---\nhabit: gym\nschedule: [mon, "2026-11-24 tue", wed]\n---\n')
    assert main(["habit", "edit", "gym", "--schedule", "fri"]) == 0
    assert "schedule: [mon, 2026-11-24 fri]\n" in path.read_text()


def test_a_first_day_needs_a_change(vault: Path) -> None:
    assert main(["habit", "edit", "med", "--from", "monday"]) == 2
    assert text(vault) == NOTE


@pytest.mark.parametrize("option", ["--goal", "--schedule"])
def test_an_empty_goal_or_schedule_does_not_open_the_editor(
    vault: Path,
    option: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EDITOR", "rm")
    assert main(["habit", "edit", "med", option, ""]) == 2
    assert f"{option} is empty." in capsys.readouterr().err
    assert text(vault) == NOTE


def test_a_definition_has_no_day(vault: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["habit", "edit", "med", "yesterday", "6", "--goal", "9 min"]) == 2
    assert "These options need one habit, without a day or value." in capsys.readouterr().err
    assert text(vault) == NOTE


def test_a_later_line_that_stays_is_named(vault: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["habit", "edit", "med", "--goal", "9 min", "--from", "tomorrow"]) == 0
    assert "as before" not in capsys.readouterr().err
    assert main(["habit", "edit", "med", "--goal", "8 min"]) == 0
    assert "From Wed 25 Nov, the goal is still >= 9 min." in capsys.readouterr().err
    assert 'goal: [">= 5 min", 2026-11-24 >= 8 min, 2026-11-25 >= 9 min]' in text(vault)


def test_a_new_line_goes_between_those_of_earlier_and_later_days(vault: Path) -> None:
    kept, later = '  - daily   # at first\n  - "2026-11-22 daily"\n', "  - 2026-11-23 3/week\n"
    assert main(["habit", "edit", "med", "--schedule", "3/week", "--from", "yesterday"]) == 0
    assert main(["habit", "edit", "med", "--schedule", "mon", "--from", "2026-11-21"]) == 0
    first, _, second = kept.partition("\n")
    assert f"{first}\n  - 2026-11-21 mon\n{second}{later}" in text(vault)


def test_lines_in_an_order_of_their_own_keep_it(vault: Path) -> None:
    rules = ["daily", "2026-11-22 weekdays", "2026-11-21 2/week"]
    lines = "".join(f"  - {rule}\n" for rule in rules)
    note = vault / "habits/med.md"
    note.write_text(f"---\nhabit: med\nschedule:\n{lines}---\n")
    assert main(["habit", "edit", "med", "--schedule", "mon", "--from", "2026-11-20"]) == 0
    assert f"{lines}  - 2026-11-20 mon\n" in note.read_text()


def test_a_rewrite_judges_all_days_anew(vault: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["habit", "edit", "med", "--goal", "20 min", "--from", "yesterday"]) == 0
    (vault / "habits/log/2026-11.md").write_text(LOG.replace("22 med: 6", "22 med: 7"))
    capsys.readouterr()
    command = ["habit", "edit", "med", "--goal", "7 min", "--schedule", "daily", "--rewrite"]
    written = text(vault)
    assert main(command) == 4
    said = capsys.readouterr()
    rows = [line.split("  ") for line in said.out.splitlines()]
    shown = {row[0].strip(): [cell.strip() for cell in row[1:] if cell] for row in rows}
    assert shown[""] == ["before", "after"]
    assert shown["strength"] == ["new", "new"]
    assert shown["best streak"] == ["3 days", "1 day"]
    assert (shown["met"], shown["missed"]) == (["3", "1"], ["1", "3"])
    assert "--yes" in said.err
    assert text(vault) == written
    assert main([*command, "--dry-run"]) == 0
    assert text(vault) == written
    assert main([*command, "--yes"]) == 0
    assert 'goal: ">= 7 min"' in text(vault)
    assert "2026-11-2" not in text(vault).replace("since: 2026-11-20", "")
    capsys.readouterr()
    assert main(["habit", "stats", "med", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["met"], found["missed"]) == (1, 3)
    assert main(["undo"]) == 0
    assert text(vault) == written


@pytest.mark.parametrize(
    "more", [["--rewrite"], ["--goal", "7 min", "--rewrite", "--from", "monday"]]
)
def test_a_rewrite_is_of_all_days_and_needs_a_change(vault: Path, more: list[str]) -> None:
    assert main(["habit", "edit", "med", *more]) == 2
    assert text(vault) == NOTE
