"""Weekly and monthly notes: `open today`, `open week` and `open month`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import Shell
from tests.support.obsidian import periodic, write

if TYPE_CHECKING:
    from pathlib import Path

OWN = '[folders]\nweekly = "weeks"\nmonthly = "months"\n'
WEEK = {"enabled": True, "folder": "Journal", "format": "gggg/[Week] ww", "template": "T/Week"}


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A vault on Thursday 3 December 2026; the editor prints the file."""
    root = tmp_path / "notes"
    root.mkdir()
    monkeypatch.setenv("NOTEKEEP_VAULT", str(root))
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-12-03T08:15")
    monkeypatch.setenv("EDITOR", "true")
    return Shell(root, capsys, monkeypatch)


def test_todays_note_is_created_once_and_opened(shell: Shell) -> None:
    assert shell("open", "today").code == 0
    assert shell.files() == ["daily/2026-12-03.md"]
    shell.write("daily/2026-12-03.md", "mine\n")
    assert shell("open", "today").code == 0
    assert shell.read("daily/2026-12-03.md") == "mine\n"


def test_without_settings_it_is_said_how_to_turn_them_on(shell: Shell) -> None:
    ran = shell("open", "week")
    assert ran.code == 2
    assert "Weekly notes are turned off." in ran.err
    assert 'weekly = "weekly"' in ran.err
    assert shell.files() == []


def test_own_folders_turn_them_on(shell: Shell) -> None:
    shell.write(".notekeep/config.toml", OWN)
    assert (shell("open", "week").code, shell("open", "month").code) == (0, 0)
    assert shell.files() == ["months/2026-12.md", "weeks/2026-W49.md"]
    assert shell.read("weeks/2026-W49.md") == "# 2026-W49\n"


def test_they_are_notes_unless_the_vault_has_such_a_kind(shell: Shell) -> None:
    shell.write(".notekeep/config.toml", OWN)
    shell("open", "week")
    assert json.loads(shell("show", "2026-W49", "--json").out)["kind"] == "note"
    shell.write(".notekeep/config.toml", f"{OWN}[kinds.weekly]\n")
    shell("index", "--rebuild")
    assert "weeks/2026-W49.md" in shell("ls", "type:weekly").out


def test_undo_removes_a_new_note(shell: Shell) -> None:
    shell.write(".notekeep/config.toml", OWN)
    shell("open", "week")
    assert shell("undo").code == 0
    assert shell.files() == []


def test_weeks_start_on_the_day_of_the_settings(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-12-06T12:00")  # a Sunday
    shell.write(".notekeep/config.toml", OWN)
    shell("open", "week")
    shell.write(".notekeep/config.toml", f'week_start = "sun"\n{OWN}')
    shell("open", "week")
    assert shell.files() == ["weeks/2026-W49.md", "weeks/2026-W50.md"]


def test_before_the_day_starts_it_is_still_the_last_month(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-12-01T02:00")
    shell.write(".notekeep/config.toml", OWN)
    shell("open", "month")
    assert shell.files() == ["months/2026-11.md"]


@pytest.mark.parametrize(
    "data",
    [
        {"weekly": WEEK, "monthly": {"enabled": False, "folder": "M"}},
        {
            "activeCalendarSet": "A",
            "calendarSets": [
                {
                    "id": "A",
                    "week": {**WEEK, "templatePath": "T/Week.md"},
                    "month": {"enabled": False},
                }
            ],
        },
    ],
    ids=["0.x", "1.0"],
)
def test_notes_are_those_of_periodic_notes(shell: Shell, data: dict[str, Any]) -> None:
    periodic(shell.root, data)
    template = (
        "{{title}} | {{date}} | {{date:gggg [Week] ww}} | {{date+1w:ww}}"
        " | {{monday:D MMM}} to {{ sunday : D MMM }} | {{sunday}}\n"
    )
    write(shell.root, {"T/Week.md": template})  # its own name is no reason to open it
    assert shell("open", "week").code == 0
    assert shell.read("Journal/2026/Week 49.md") == (
        "Week 49 | Week 49 | 2026 Week 49 | 50 | 30 Nov to 6 Dec | {{sunday}}\n"
    )
    assert "Monthly notes are turned off." in shell("open", "month").err


def test_names_in_a_template_of_a_month(shell: Shell) -> None:
    periodic(shell.root, {"monthly": {"enabled": True, "template": "T"}})
    write(shell.root, {"T.md": "{{month}}, {{month:MMMM YYYY}}, after {{month-1m:MMMM}}\n"})
    shell("open", "month")
    assert shell.read("2026-12.md") == "2026-12, December 2026, after November\n"


def test_own_template_goes_before_and_a_missing_one_is_named(shell: Shell) -> None:
    settings = {"enabled": True, "template": "Gone"}
    periodic(shell.root, {"weekly": settings, "monthly": settings})
    write(
        shell.root, {"templates/weekly.md": "---\ntags: [week]\n---\n# Week of {{monday:D.M.}}\n"}
    )
    assert shell("open", "week").err == ""
    assert shell.read("2026-W49.md") == "---\ntags: [week]\n---\n# Week of 30.11.\n"
    assert "template for monthly notes was not found: Gone.md" in shell("open", "month").err
    assert shell.read("2026-12.md") == "# 2026-12\n"


@pytest.mark.parametrize(
    ("kind", "form"), [("weekly", "[W]ww"), ("monthly", "MMMM"), ("weekly", "gggg:ww")]
)
def test_format_that_cannot_name_them_is_reported(shell: Shell, kind: str, form: str) -> None:
    periodic(shell.root, {kind: {"enabled": True, "format": form}})
    [warning] = json.loads(shell("config", "--json").out)["warnings"]
    assert repr(form) in warning
    shell("open", kind.removesuffix("ly"))
    assert ("2026-W49.md" if kind == "weekly" else "2026-12.md") in shell.files()


def test_note_with_that_name_is_opened_instead(shell: Shell) -> None:
    shell.write(".notekeep/config.toml", OWN)
    shell.write("Week.md", "# Week\n")
    shell.write("Months of rain.md", "# Months of rain\n")
    assert (shell("open", "week").code, shell("open", "month").code) == (0, 0)
    assert shell.files() == ["Months of rain.md", "Week.md", "months/2026-12.md"]
