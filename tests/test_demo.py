from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from notekeep.services import demo
from notekeep.vault import Vault


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    log = tmp_path / "habits" / "log"
    log.mkdir(parents=True)
    (log / "2026-11.laptop.md").write_text(
        "# Habit log 2026-11\n\n"
        "- 2026-11-02 meditate: 10 min @07:10\n"
        "  a second line of the note\n"
        "- 2026-11-24 gym: done\n",
        "utf-8",
    )
    (tmp_path / "daily").mkdir()
    for day in ("2026-11-17", "2026-11-24"):
        (tmp_path / "daily" / f"{day}.md").write_text(f"On {day}, see [[2026-11-17]].\n", "utf-8")
    (tmp_path / "book.md").write_text("published: 2018-10-16\nfinished: 2026-03-02\n", "utf-8")
    return tmp_path


def test_dates_move_by_whole_weeks_until_the_last_entry_lies_in_this_week(vault: Path) -> None:
    today = dt.date(2027, 1, 8)
    assert demo.move_dates(str(vault), today) == 6
    entries = re.findall(
        r"- (\S+) gym", (vault / "habits" / "log" / "2027-01.laptop.md").read_text("utf-8")
    )
    assert entries == ["2027-01-05"]
    assert dt.date(2027, 1, 5).weekday() == dt.date(2026, 11, 24).weekday()


def test_a_line_moves_to_the_file_of_its_month_with_what_belongs_to_it(vault: Path) -> None:
    demo.move_dates(str(vault), dt.date(2027, 1, 8))
    december = (vault / "habits" / "log" / "2026-12.laptop.md").read_text("utf-8")
    assert december == (
        "# Habit log 2026-12\n\n- 2026-12-14 meditate: 10 min @07:10\n  a second line of the note\n"
    )
    assert not (vault / "habits" / "log" / "2026-11.laptop.md").exists()


def test_daily_notes_and_links_to_them_move_together(vault: Path) -> None:
    demo.move_dates(str(vault), dt.date(2026, 12, 2))
    assert sorted(path.name for path in (vault / "daily").iterdir()) == [
        "2026-11-24.md",
        "2026-12-01.md",
    ]
    text = (vault / "daily" / "2026-12-01.md").read_text("utf-8")
    assert text == "On 2026-12-01, see [[2026-11-24]].\n"


def test_facts_of_other_years_stay(vault: Path) -> None:
    demo.move_dates(str(vault), dt.date(2026, 12, 2))
    assert (vault / "book.md").read_text("utf-8") == (
        "published: 2018-10-16\nfinished: 2026-03-09\n"
    )


def test_in_the_same_week_nothing_moves(vault: Path) -> None:
    before = {path: path.read_bytes() for path in vault.rglob("*.md")}
    assert demo.move_dates(str(vault), dt.date(2026, 11, 29)) == 0
    assert {path: path.read_bytes() for path in vault.rglob("*.md")} == before


def test_on_a_monday_nothing_lies_ahead(vault: Path) -> None:
    demo.move_dates(str(vault), dt.date(2026, 11, 30))
    assert not (vault / "daily" / "2026-12-01.md").exists()
    assert not (vault / "habits" / "log" / "2026-12.laptop.md").exists()
    november = (vault / "habits" / "log" / "2026-11.laptop.md").read_text("utf-8")
    assert re.findall(r"^- (\S+)", november, re.MULTILINE) == ["2026-11-09"]


def test_the_copy_has_its_home_beside_it(tmp_path: Path) -> None:
    root = demo.copy_sample_vault(dt.date(2026, 11, 25), str(tmp_path))
    home = str(Path(root).with_name(demo.HOME))
    assert root.startswith(str(tmp_path))
    assert os.path.isdir(home)
    assert (tmp_path / root / "books" / "Atomic Habits.md").exists()
    assert not (tmp_path / root / ".make").exists()


def test_an_unused_copy_is_deleted_by_the_next_demo(tmp_path: Path) -> None:
    today = dt.date(2026, 11, 28)
    old = demo.copy_sample_vault(today, str(tmp_path))
    used = demo.copy_sample_vault(today, str(tmp_path))
    other = tmp_path / "notekeep-notes"
    other.mkdir()
    for base in (Path(old).parent, Path(used).parent, other):
        for path in (base, *base.rglob("*")):
            os.utime(path, (1, 1))
    (Path(used) / "Mine.md").write_text("Written yesterday.\n", "utf-8")
    new = demo.copy_sample_vault(today, str(tmp_path))
    left = {Path(used).parent.name, Path(new).parent.name, "notekeep-notes"}
    assert {path.name for path in tmp_path.iterdir()} == left


def test_the_copy_is_called_sample(tmp_path: Path) -> None:
    root = demo.copy_sample_vault(dt.date(2026, 11, 25), str(tmp_path))
    assert Path(root).name == "sample"


def test_the_copy_of_a_killed_process_is_deleted_by_the_next_demo(tmp_path: Path) -> None:
    today = dt.date(2026, 11, 28)
    script = (
        "import datetime, os, signal, sys; from notekeep.services import demo;"
        "demo.copy_sample_vault(datetime.date(2026, 11, 28), sys.argv[1]);"
        "{}"
    )
    for end in ("os.kill(os.getpid(), signal.SIGKILL)", "sys.exit()"):
        subprocess.run([sys.executable, "-c", script.format(end), str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    mine = demo.copy_sample_vault(today, str(tmp_path))
    assert {*tmp_path.iterdir()} == {left, Path(mine).parent}, "who quit may come back to it"


def test_only_a_copy_is_deleted(tmp_path: Path, vault: Path) -> None:
    root = demo.copy_sample_vault(dt.date(2026, 11, 25), str(tmp_path))
    demo.delete_copy(root)
    demo.delete_copy(str(vault))
    assert not Path(root).parent.exists()
    assert (vault / "book.md").exists()


def test_a_copy_looks_written_over_a_year_with_the_tour_first(tmp_path: Path) -> None:
    root = demo.copy_sample_vault(dt.date(2026, 12, 2), str(tmp_path))
    notes = sorted(Path(root).rglob("*.md"), key=lambda note: -note.stat().st_mtime)
    names = [note.name for note in notes]
    assert names[:2] == ["Start here.md", "Atomic Habits.md"]
    assert len({int(note.stat().st_mtime) // 86400 for note in notes}) > 30


def test_a_copy_has_a_late_task_and_two_due_soon_on_every_day_of_a_week(tmp_path: Path) -> None:
    for day in range(7, 14):
        today = dt.date(2026, 12, day)
        root = demo.copy_sample_vault(today, str(tmp_path))
        text = "".join(note.read_text("utf-8") for note in Path(root).rglob("*.md"))
        due = [dt.date.fromisoformat(found) for found in re.findall(r"due:(\S+)", text)]
        assert [(day - today).days for day in sorted(due)] == [-3, 2, 4]


def test_a_copy_has_its_own_home_and_the_next_vault_that_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_HOME", str(tmp_path / "own"))
    root = demo.copy_sample_vault(dt.date(2026, 12, 2), str(tmp_path))
    home = str(Path(root).with_name(demo.HOME))
    (tmp_path / "notes").mkdir()
    demo.use_home_of(root)
    assert Vault.open(root).places.state.startswith(home)
    demo.use_home_of(str(tmp_path / "notes"))
    assert Vault.open(tmp_path / "notes").places.state.startswith(str(tmp_path / "own"))
    demo.use_home_of(root)
    assert os.environ["NOTEKEEP_HOME"] == home
    demo.use_home_of(str(tmp_path / "notes"))
