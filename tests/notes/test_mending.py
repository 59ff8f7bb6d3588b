"""Every report of habits has one key that mends it, or says that only a person can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.notes.habit_notes import offer_repair, plan_repairs
from notekeep.tracking.device_log import set_device_name
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

LOG = "habits/log/2026-11.phone.md"
OURS = "habits/log/2026-11.laptop.md"


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A vault with two habits, on 24 November 2026."""
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    root = tmp_path / "notes"
    (root / "habits/log").mkdir(parents=True)
    (root / ".notekeep").mkdir()
    med = '---\nhabit: med\ngoal: ">= 10 min"\nsince: 2026-11-02\n---\n'
    (root / "habits/Med.md").write_text(med)
    (root / "habits/Gym.md").write_text("---\nhabit: gym\nuntil: 2026-11-20\n---\n")
    opened = Vault.open(root)
    set_device_name(opened.places.state, "laptop")
    return opened


def write(vault: Vault, *lines: str) -> None:
    file = vault.absolute(LOG)
    with open(file, "w", encoding="utf-8", newline="") as opened:
        opened.write("".join(f"{line}\n" for line in lines))
    vault.indexing.refresh()


def text(vault: Vault, path: str = LOG) -> str:
    return vault.workspace.read(path).decode()


@pytest.mark.parametrize(
    ("code", "line", "after"),
    [
        ("H001", "- 24/11/2026 med: done", "- 2026-11-24 med: done"),
        ("H001", "- 2026-11-23 med", "- 2026-11-23 med: done"),
        ("H001", "- 3/11/2026 med: 5 min", "- 2026-11-03 med: 5 min"),
        ("H002", "- 2026-24-11 med: 5 min", "- 2026-11-24 med: 5 min"),
        ("H002", "- 2026-02-29 med: done", "- 2026-02-28 med: done"),
        ("H003", "- 2026-11-23 med:", "- 2026-11-23 med: done"),
        ("H004", "- 2026-11-23 med: 5,5 min", "- 2026-11-23 med: 5.5 min"),
        ("H004", "- 2026-11-23 med: -5", "- 2026-11-23 med: 5"),
        ("H004", "- 2026-11-23 med: maybe ~2 -- or", "- 2026-11-23 med: done ~2 -- maybe or"),
        ("H005", "- 2026-11-23 med: done @7:70", "- 2026-11-23 med: done"),
        ("W101", "- 2026-11-23 med: skip flu", "- 2026-11-23 med: skip -- flu"),
        ("W103", "- 2026-11-23 med: 5 km @07:10", "- 2026-11-23 med: 5 min @07:10"),
        ("W104", "- 2026-11-30 gym: done", "- 2026-10-30 gym: done"),
        ("W104", "- 2027-02-01 gym: done", "- 2026-02-01 gym: done"),
    ],
)
def test_one_key_writes_the_line_anew(vault: Vault, code: str, line: str, after: str) -> None:
    write(vault, "# Log", line, "- 2026-11-22 med: 3 min")
    problem = next(each for each in vault.habits.problems() if each.code == code)
    offer = offer_repair(vault.workspace, vault.habits, problem)
    assert offer is not None
    vault.notes.apply(offer.plan)
    assert text(vault) == f"# Log\n{after}\n- 2026-11-22 med: 3 min\n"
    assert code not in {each.code for each in vault.habits.problems()}
    vault.history.undo()
    assert line in text(vault)


def test_a_date_that_nobody_can_guess_is_left_to_the_person(vault: Vault) -> None:
    write(vault, "- 2026-00-23 med: done")
    (problem,) = vault.habits.problems()
    assert offer_repair(vault.workspace, vault.habits, problem) is None
    assert (problem.path, problem.line) == (LOG, 1)


def test_a_tick_without_a_value_takes_no_guess(vault: Vault) -> None:
    write(vault, "- [x] 2026-11-23 med", "- 2026-11-22 med")
    vault.notes.apply(plan_repairs(vault.workspace, vault.habits.problems()))
    assert text(vault) == "- [x] 2026-11-23 med: done\n- 2026-11-22 med\n"


def test_one_key_takes_all_markers_of_a_file_out(vault: Vault) -> None:
    done = "- 2026-11-23 med: done", "- 2026-11-22 med: done"
    write(vault, "=======", "<<<<<<< HEAD", done[0], "=======", done[1], ">>>>>>> phone")
    problem = next(each for each in vault.habits.problems() if each.code == "W106")
    offer = offer_repair(vault.workspace, vault.habits, problem)
    assert offer is not None
    vault.notes.apply(offer.plan)
    assert text(vault).splitlines() == ["=======", *done]
    assert vault.habits.problems() == []


def test_the_same_line_twice_becomes_one(vault: Vault) -> None:
    write(vault, "- 2026-11-23 med: 5 min", "- 2026-11-22 med: done", "- 2026-11-23 med: 5 min")
    (problem,) = vault.habits.problems()
    assert problem.code == "W107"
    offer = offer_repair(vault.workspace, vault.habits, problem)
    assert offer is not None
    vault.notes.apply(offer.plan)
    assert text(vault).splitlines() == ["- 2026-11-23 med: 5 min", "- 2026-11-22 med: done"]


def test_a_second_note_with_one_id_gets_an_id_of_its_own(vault: Vault) -> None:
    for name, identity in (("Second", "med"), ("Other", "med-2")):
        with open(vault.absolute(f"habits/{name}.md"), "w", encoding="utf-8") as file:
            file.write(f"---\nhabit: {identity}\n---\n")
    vault.indexing.refresh()
    (problem,) = vault.habits.problems()
    assert (problem.path, problem.code) == ("habits/Second.md", "W105")
    offer = offer_repair(vault.workspace, vault.habits, problem)
    assert offer is not None
    vault.notes.apply(offer.plan)
    assert text(vault, "habits/Second.md") == "---\nhabit: med-3\n---\n"
    assert vault.habits.problems() == []


def test_a_contradiction_ends_with_what_counts_said_once_more(vault: Vault) -> None:
    write(vault, "- 2026-11-23 med: skip", "- 2026-11-23 med: done")
    (problem,) = [each for each in vault.habits.problems() if each.code == "W102"]
    offer = offer_repair(vault.workspace, vault.habits, problem)
    assert offer is not None
    before = text(vault)
    vault.notes.apply(offer.plan)
    assert text(vault) == before
    assert text(vault, OURS).endswith("\n- 2026-11-23 med: done ~1\n")
    assert vault.habits.problems() == []


@pytest.mark.parametrize(
    ("line", "path", "field"),
    [
        ("- 2026-11-01 med: 12 min", "habits/Med.md", "since: 2026-11-01"),
        ("- 2026-11-23 gym: done", "habits/Gym.md", "until: 2026-11-23"),
    ],
)
def test_a_day_outside_moves_the_bounds_of_its_habit(
    vault: Vault, line: str, path: str, field: str
) -> None:
    write(vault, line)
    (problem,) = vault.habits.problems()
    assert problem.code == "W104"
    offer = offer_repair(vault.workspace, vault.habits, problem)
    assert offer is not None
    vault.notes.apply(offer.plan)
    assert field in text(vault, path)
    assert vault.habits.problems() == []


def test_a_habit_that_only_the_log_knows_gets_its_note(vault: Vault) -> None:
    write(vault, "- 2026-11-23 stretch: done", "- 2026-11-20 stretch: done")
    problem = vault.habits.problems()[0]
    offer = offer_repair(vault.workspace, vault.habits, problem)
    assert offer is not None
    vault.notes.apply(offer.plan)
    assert "habit: stretch" in text(vault, "habits/stretch.md")
    assert "since: 2026-11-20" in text(vault, "habits/stretch.md")
    assert vault.habits.problems() == []


def test_all_that_takes_no_guess_is_mended_as_one_step(vault: Vault) -> None:
    lines = [
        "<<<<<<< HEAD",
        "- 2026-11-23 med: 5,5 min",
        "=======",
        "- 2026-11-23  med done",
        ">>>>>>> phone",
        "- 2026-11-23 med: maybe",
        "- 2026-11-22 med: skip flu",
    ]
    write(vault, *lines)
    plan = plan_repairs(vault.workspace, vault.habits.problems())
    vault.notes.apply(plan)
    assert text(vault).splitlines() == [
        "- 2026-11-23 med: 5.5 min",
        "- 2026-11-23 med: done",
        "- 2026-11-23 med: maybe",
        "- 2026-11-22 med: skip -- flu",
    ]
    vault.history.undo()
    assert text(vault).splitlines() == lines
