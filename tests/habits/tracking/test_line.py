"""The line about today that shells and bars show: always as the habits are, and read in no time."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.habit_reminders import SNIPPETS, snippet
from notekeep.tracking.tracker import prompt_path
from tests.support.programs import needed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.habits.tracking.conftest import Notebook


def shown(notebook: Notebook) -> str:
    with open(prompt_path(notebook.places.cache), encoding="utf-8") as file:
        return file.readline().rstrip("\n")


def test_a_look_at_habits_and_a_check_in_keep_it(notebook: Notebook) -> None:
    index = notebook.index()
    index.habits()
    assert shown(notebook) == "2026-11-24 0/2"
    index.log("meditate", "10 min")
    assert shown(notebook) == "2026-11-24 1/2"
    index.log("water", "8 glass")
    assert shown(notebook) == "2026-11-24 2/2"
    index.undo()
    assert shown(notebook) == "2026-11-24 1/2"


def test_the_first_check_in_of_a_day_looks_at_all_habits(
    notebook: Notebook, at: Callable[[str], None]
) -> None:
    notebook.index().habits()
    at("2026-11-25T08:00")
    notebook.index().log("meditate", "10 min")
    # Of the other one yesterday was missed.
    assert shown(notebook) == "2026-11-25 1/2"


def test_until_the_day_ends_it_is_the_day_before(
    notebook: Notebook, at: Callable[[str], None]
) -> None:
    at("2026-11-25T01:00")
    notebook.index().habits()
    assert shown(notebook).startswith("2026-11-24 ")


def test_what_is_at_risk_is_counted(notebook: Notebook, at: Callable[[str], None]) -> None:
    at("2026-11-22T20:00")
    notebook.log("- 2026-11-20 meditate: 10 min", "- 2026-11-21 meditate: miss")
    notebook.index().log("water", "8 glass")
    # Meditate was missed yesterday; the week ends today, and nothing of it can make gym's three.
    assert shown(notebook) == "2026-11-22 1/2 !1"


def test_other_habits_than_before_are_looked_at_anew(notebook: Notebook) -> None:
    notebook.index().habits()
    notebook.write("habits/Floss.md", "---\nhabit: floss\n---\n")
    notebook.index().log("meditate", "10 min")
    assert shown(notebook) == "2026-11-24 1/3"


def test_archived_habits_are_not_in_it(notebook: Notebook) -> None:
    notebook.write("habits/Old.md", "---\nhabit: old\narchived: true\n---\n")
    index = notebook.index()
    index.habits()
    index.log("old")
    assert shown(notebook) == "2026-11-24 0/2"


def test_another_day_that_is_looked_at_leaves_it_alone(notebook: Notebook) -> None:
    notebook.index().habits()
    notebook.index().habits(date(2026, 11, 20))
    assert shown(notebook).startswith("2026-11-24")


def test_a_cache_that_cannot_be_written_costs_the_line_and_nothing_else(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr("os.replace", refuse)
    assert notebook.index().log("meditate", "10 min").is_written
    assert not os.path.exists(prompt_path(notebook.places.cache))


def test_it_is_for_its_owner_only(notebook: Notebook) -> None:
    notebook.index().habits()
    assert os.stat(prompt_path(notebook.places.cache)).st_mode & 0o077 == 0


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """A file of the real today, in a folder whose name has signs of every shell in it."""
    folder = tmp_path / "it's $HOME %F"
    folder.mkdir()
    path = folder / "habits.line"
    path.write_text(f"{date.today().isoformat()} 5/8 !1\n", "utf-8")  # noqa: DTZ011 - what the shell's own clock says
    return path


def ran(shell: str, script: str) -> str:
    program = needed(shell)
    command = [program, "-c", script] if shell != "zsh" else [program, "-f", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_shows_the_line_of_today_and_no_other(shell: str, line: Path) -> None:
    if shell == "bash" and not ran("bash", 'printf %s "$EPOCHSECONDS"'):
        pytest.skip("bash is too old: EPOCHSECONDS came with 5.0")
    script = f'{snippet(shell, str(line), 0)}\nnotekeep_habits; printf %s "[$NOTEKEEP_HABITS]"'
    assert ran(shell, script) == "[5/8 !1 ]"
    line.write_text("2020-01-01 5/8\n", "utf-8")
    assert ran(shell, script) == "[]"
    line.unlink()
    assert ran(shell, script) == "[]"


def test_fish_shows_the_line_of_today(line: Path) -> None:
    assert ran("fish", f"{snippet('fish', str(line), 0)}\nnotekeep_habits") == "5/8 !1 "


def test_bars_run_a_command_that_writes_the_line_of_today(line: Path) -> None:
    command = snippet("polybar", str(line), 0).partition("exec = ")[2].partition("\n")[0]
    assert ran("sh", command) == "5/8 !1\n"
    line.write_text("2020-01-01 5/8\n", "utf-8")
    assert ran("sh", command) == ""


def test_every_snippet_names_the_file_and_runs_no_python() -> None:
    for shell in SNIPPETS:
        text = snippet(shell, "/cache/habits.line", 4)
        assert "/cache/habits.line" in text
        assert "notekeep habit" not in text
