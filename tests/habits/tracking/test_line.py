"""The line about today that shells and bars show: always as the habits are, and read in no time."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

from notekeep.tracking.tracker import prompt_path

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

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
