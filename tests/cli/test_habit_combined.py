"""A habit that is combined from others has its own figures wherever habits are shown."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

from notekeep.phone.server import gather_days
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


@pytest.fixture
def sport(shell: Shell) -> Shell:
    """Run and swim, and two habits of both, on the Tuesday after a week."""
    for name, fields in {
        "run": "schedule: mon,wed,fri\nsince: 2026-11-09",
        "swim": "schedule: wed\nsince: 2026-11-09",
        "any": "title: Sport\nany of: [run, swim]",
        "all": "title: All\nall of: [run, swim]",
    }.items():
        shell.write(f"habits/{name}.md", f"---\nhabit: {name}\n{fields}\n---\n")
    lines = [f"- 2026-11-{day:02} run: done" for day in (9, 11, 16, 20)]
    lines += ["- 2026-11-11 swim: done", "- 2026-11-18 swim: done -- cold"]
    shell.write("habits/log/x.md", "\n".join([*lines, ""]))
    return shell


def test_a_week_and_its_statistics_are_those_of_its_parts(sport: Shell) -> None:
    week = json.loads(sport("habit", "week", "2026-11-16", "--json").out)["habits"]
    results = {one["id"]: [day["result"] for day in one["days"]] for one in week}
    assert results["any"][:5] == [True, None, True, None, True]
    assert results["all"][:5] == [True, None, False, None, True]
    found = json.loads(sport("habit", "stats", "any", "--json").out)
    assert (found["parts"], found["schedule"]) == (["run", "swim"], "as its parts")
    # Friday 13 and Monday 23 were missed.
    assert (found["met"], found["missed"], found["best"]) == (5, 2, 3)
    assert "5 of 7" in sport("habit", "year", "any", "--draft", "--dry-run").out


def test_its_log_is_that_of_its_parts(sport: Shell) -> None:
    rows = sport("habit", "log", "any", "2026-11-18").out.splitlines()
    assert [row.split()[3] for row in rows] == ["swim", "run"]
    assert json.loads(sport("habit", "log", "2026-11-18", "--json").out)["total"] == 2


def test_a_review_has_it_beside_its_parts(sport: Shell) -> None:
    sport("review", "2026-W47")
    rows = sport.read("reviews/Review 2026-11-16.md").splitlines()
    assert any(row.startswith("| [[any]] | 3 (100%) | 3 | 3 in a row |") for row in rows)
    assert any(row.startswith("| [[all]] | 2 (67%) | 3 | 1 in a row |") for row in rows)


def test_a_post_shows_its_year_and_no_part(sport: Shell, tmp_path: Path) -> None:
    sport("habit", "year", "any", "--draft")
    (tmp_path / "site").mkdir()
    done = sport("export", "Sport in 2026", "--to", "html", "--site", str(tmp_path / "site"))
    assert done.code == 0
    page = (tmp_path / "site/sport-in-2026.html").read_text()
    assert "Sport in 2026 so far: kept 5 of 7 due days" in page
    # Five days that were met, and two that were missed.
    picture = b64decode(page.partition(";base64,")[2].partition('"')[0]).decode()
    assert (picture.count('class="l3"'), picture.count('class="m"')) == (5, 2)
    assert "swim" not in page + picture


def test_the_phone_shows_it_without_buttons(sport: Shell) -> None:
    _, yesterday = gather_days(Vault.open(sport.root), {})["days"]
    found = {one["id"]: one for one in yesterday["habits"]}
    assert (found["any"]["mark"], found["any"]["aim"]) == ("missed", "any of run, swim")
    assert (found["any"]["is_combined"], found["run"]["is_combined"]) == (True, False)
    assert yesterday["all"] == {"met": 0, "due": 3, "open": 0}


def test_a_word_that_is_no_command_and_no_habit_is_not_suggested(sport: Shell) -> None:
    said = sport("habit", "ics").err
    assert 'There is no habit "ics".' in said
    assert "Did you mean" not in said
