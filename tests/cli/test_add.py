"""`add --day` and `--at`: a line for the note of another day, with a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


@pytest.fixture(autouse=True)
def tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T09:00")


@pytest.mark.parametrize(
    ("day", "note"),
    [
        ("tuesday", "2026-11-24"),  # the latest one, including today
        ("mon", "2026-11-23"),
        ("wed", "2026-11-18"),
        ("-2", "2026-11-22"),
        ("yesterday", "2026-11-23"),
        ("tomorrow", "2026-11-25"),
        ("2026-12-24", "2026-12-24"),
    ],
)
def test_line_goes_into_the_note_of_the_day(shell: Shell, day: str, note: str) -> None:
    ran = shell("add", "--day", day, "Dinner")
    assert (ran.code, ran.out) == (0, f"daily/{note}.md\n")
    assert shell.read(f"daily/{note}.md").endswith(f"# {note}\n\nDinner\n")


def test_line_goes_into_a_section_of_that_note(shell: Shell) -> None:
    shell.write("daily/2026-11-23.md", "## Log\n\n- one\n\n## Rest\n")
    assert shell("add", "two", "--day", "mon", "--to", "#Log").code == 0
    assert shell.read("daily/2026-11-23.md") == "## Log\n\n- one\n- two\n\n## Rest\n"


@pytest.mark.parametrize(
    ("text", "at", "line"),
    [
        ("Dinner", "21:30", "21:30 Dinner"),
        ("Tea", "9:05", "09:05 Tea"),
        ("- [ ] Call Mira", "18:00", "- [ ] 18:00 Call Mira"),
        ("- Call Mira", "18:00", "- 18:00 Call Mira"),
    ],
)
def test_line_starts_with_the_time(shell: Shell, text: str, at: str, line: str) -> None:
    assert shell("add", "--at", at, text).code == 0
    assert shell.read("daily/2026-11-24.md").endswith(f"\n\n{line}\n")


@pytest.mark.parametrize("at", ["24:00", "9", "21:60", "noon"])
def test_other_times_are_refused(shell: Shell, at: str) -> None:
    ran = shell("add", "--at", at, "Dinner")
    assert (ran.code, f"'{at}' is not a time of day." in ran.err) == (2, True)
    assert shell.files() == []


def test_other_days_are_refused(shell: Shell) -> None:
    ran = shell("add", "--day", "someday", "Dinner")
    assert (ran.code, "someday is not a day." in ran.err) == (2, True)
    assert shell.files() == []


def test_day_of_a_note_that_is_not_daily_is_refused(shell: Shell) -> None:
    shell.write("Ideas.md", "# Ideas\n")
    ran = shell("add", "x", "--to", "Ideas", "--day", "mon")
    assert (ran.code, "cannot be combined with --day" in ran.err) == (2, True)
    assert shell.files() == ["Ideas.md"]


def test_plan_of_another_day_is_shown(shell: Shell) -> None:
    assert "daily/2026-11-23.md" in shell("add", "x", "--day", "mon", "--dry-run").out
    assert shell.files() == []


def test_nothing_at_a_time_is_nothing(shell: Shell) -> None:
    assert "nothing to add" in shell("add", "--at", "21:30", "").err
