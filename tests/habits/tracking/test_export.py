"""What is exported and imported again gives the same days."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notekeep import config
from notekeep.errors import NotFound, UsageError
from notekeep.services.habit_export import export_habits
from notekeep.vault import Vault
from tests.support.habit_files import plan_habits
from tests.support.sizes import sized

if TYPE_CHECKING:
    from notekeep.tracking.tracker import HabitIndex

SAMPLE = Path(__file__).parents[2] / "habits/imports/samples/loop.zip"
TODAY = "2026-11-24T21:15"
FIRST = date(2026, 11, 2).toordinal()
NOTES = {
    "Sit": '---\nhabit: sit\ntitle: "Sit; still"\ngoal: ">= 10 min"\naliases: [s]\n---\n',
    "Gym": '---\nhabit: gym\ntitle: Gym\nschedule:\n  - "2026-11-02 3/7d"\n---\n',
    "Tea": '---\nhabit: tea\ntitle: "=Tea"\ngoal: "<= 2 cup"\nunlogged: missed\n---\n',
    "Old": "---\nhabit: old\ntitle: Old\nschedule: none\narchived: true\nuntil: 2026-11-09\n---\n",
}


def made(root: Path, *lines: str) -> Vault:
    """A vault with four habits and a log."""
    (root / ".notekeep").mkdir(parents=True)
    (root / "habits/log").mkdir(parents=True)
    for name, text in NOTES.items():
        (root / f"habits/{name}.md").write_text(text, "utf-8")
    (root / "habits/log/2026-11.phone.md").write_text("\n".join(lines) + "\n", "utf-8")
    return Vault.open(root)


def empty(root: Path) -> Vault:
    (root / ".notekeep").mkdir(parents=True)
    return Vault.open(root)


def days(index: HabitIndex) -> dict[str, dict[int, tuple[str, int]]]:
    """The value and amount of each day that has one."""
    index.refresh()
    found: dict[str, dict[int, tuple[str, int]]] = {}
    for habit in index.known():
        for day, value in index.days(habit).logged_days():
            if value.value != "none":
                found.setdefault(habit.key, {})[day] = value.value, value.amount
    return found


def carried(vault: Vault, form: str, into: Vault) -> None:
    """Export from one vault and import into another."""
    ending = {"loop": "zip"}.get(form, form)
    file = Path(into.root).parent / f"{Path(into.root).name}-habits.{ending}"
    file.write_bytes(export_habits(vault.habits, form).data)
    into.notes.apply(plan_habits(into, file).plan)


LINES = [
    "- 2026-11-02 sit: 12 min @07:10 -- =cmd|' /C calc'!A0",
    "- 2026-11-02 sit: 0.5 h @19:00",
    "- 2026-11-03 sit: = 20 @07:00 ~1",
    "- 2026-11-03 sit: 5 min @06:00",
    "- 2026-11-04 sit: done size=tiny",
    '- 2026-11-02 gym: skip reason=flu -- ill, "very"',
    "- 2026-11-03 gym: miss",
    "- 2026-11-04 gym: done",
    "- 2026-11-05 gym: done ~1",
    "- 2026-11-05 gym: clear ~2",
    "- 2026-11-02 tea: 3 cup",
    "- 2026-11-02 loose: done -- nobody defined it",
]


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("NOTEKEEP_NOW", TODAY)
    return made(tmp_path / "notes", *LINES)


def test_json_gives_habits_and_days(vault: Vault, tmp_path: Path) -> None:
    other = empty(tmp_path / "other")
    carried(vault, "json", other)
    assert days(other.habits) == days(vault.habits)
    keys = ("title", "schedules", "goals", "unit", "until", "is_archived", "aliases")
    for key in ("sit", "gym", "tea", "old"):
        before, after = (one.habits.resolve(key).definition for one in (vault, other))
        assert [getattr(after, each) for each in keys] == [getattr(before, each) for each in keys]
        for _, goal in before.goals:
            assert after.counts_silence(goal) == before.counts_silence(goal)
    gym = other.habits.resolve("gym")
    (line,) = other.habits.lines(gym, date(2026, 11, 2), date(2026, 11, 2))
    assert line.text == '- 2026-11-02 gym: skip reason=flu -- ill, "very"'


def test_csv_gives_days_to_the_same_habits(vault: Vault, tmp_path: Path) -> None:
    other = made(tmp_path / "other")
    carried(vault, "csv", other)
    assert days(other.habits) == days(vault.habits)


def test_no_cell_of_csv_is_a_formula(vault: Vault) -> None:
    text = export_habits(vault.habits, "csv").data.decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["date", "habit", "value", "amount", "unit", "time", "note"]
    assert ["2026-11-02", "sit", "amount", "12", "min", "07:10", "'=cmd|' /C calc'!A0"] in rows
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_json_has_stable_keys(vault: Vault) -> None:
    value = json.loads(export_habits(vault.habits, "json", ["sit"]).data)
    assert (value["notekeep"], value["exported"]) == (1, "2026-11-24")
    (habit,) = value["habits"]
    assert habit["entries"][0] == {
        "date": "2026-11-02",
        "value": "amount",
        "amount": "12",
        "unit": "min",
        "time": "07:10",
        "note": "=cmd|' /C calc'!A0",
        "extra": {},
    }


def test_what_a_terminal_would_obey_is_an_escape_in_json(vault: Vault, tmp_path: Path) -> None:
    title = "L\u00e4ufe \u009b2J\u202e"
    note = '---\nhabit: runs\ntitle: "L\u00e4ufe \\u009b2J\\u202e"\nsince: 2026-11-01\n---\n'
    Path(vault.root, "habits/Runs.md").write_text(note, "utf-8")
    assert vault.habits.resolve("runs").definition.title == title
    assert export_habits(vault.habits, "json").data.isascii()
    other = empty(tmp_path / "other")
    carried(vault, "json", other)
    assert other.habits.resolve("runs").definition.title == title


def test_the_archive_has_the_layout_of_loop(vault: Vault) -> None:
    found = export_habits(vault.habits, "loop", ["gym", "sit"])
    with zipfile.ZipFile(io.BytesIO(found.data)) as ours, zipfile.ZipFile(SAMPLE) as theirs:
        assert sorted(ours.namelist()) == [
            *("001 Gym/Checkmarks.csv", "001 Gym/Scores.csv"),
            *("002 Sit still/Checkmarks.csv", "002 Sit still/Scores.csv"),
            *("Checkmarks.csv", "Habits.csv", "Scores.csv"),
        ]
        for name, other in (
            ("Habits.csv", "Habits.csv"),
            ("001 Gym/Checkmarks.csv", "002 Gym/Checkmarks.csv"),
            ("001 Gym/Scores.csv", "002 Gym/Scores.csv"),
        ):
            heads = [
                each.read(path).decode().split("\n")[0]
                for each, path in ((ours, name), (theirs, other))
            ]
            assert heads[0] == heads[1]
        assert ours.read("Habits.csv").decode().split("\n")[1:3] == [
            "001,Gym,YES_NO,,,3,7,#00897B,,,,false",
            "002,Sit; still,NUMERICAL,,,1,1,#00897B,min,AT_LEAST,10.0,false",
        ]
        assert ours.read("002 Sit still/Checkmarks.csv").decode() == (
            "Date,Value,Notes\n2026-11-04,10000,\n2026-11-03,20000,\n"
            "2026-11-02,42000,=cmd|' /C calc'!A0\n"
        )
        assert (
            ours.read("Checkmarks.csv")
            .decode()
            .startswith("Date,Gym,Sit; still,\n2026-11-24,UNKNOWN,UNKNOWN,\n")
        )
    assert "Sit; still: days done without an amount" in found.losses


def test_the_marks_and_scores_of_loop_come_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-01-12T21:15")
    vault = empty(tmp_path / "notes")
    vault.notes.apply(plan_habits(vault, SAMPLE).plan)
    index = vault.habits
    found = export_habits(index, "loop", ["stretch-5-min", "gym", "läufe"])
    with zipfile.ZipFile(io.BytesIO(found.data)) as ours, zipfile.ZipFile(SAMPLE) as theirs:
        for name in ("001 Stretch 5 min", "002 Gym"):
            for file in ("Checkmarks.csv", "Scores.csv"):
                assert ours.read(f"{name}/{file}") == theirs.read(f"{name}/{file}")
        marks = "003 Lufe/Checkmarks.csv"
        assert ours.read(marks) == theirs.read(marks)


def test_the_same_habits_are_the_same_bytes(vault: Vault) -> None:
    for form in ("csv", "json", "loop", "ics"):
        first, second = (export_habits(vault.habits, form).data for _ in range(2))
        assert first == second


def test_only_the_habits_that_are_named(vault: Vault) -> None:
    assert export_habits(vault.habits, "csv", ["gy"]).habits == 1
    with pytest.raises(NotFound):
        export_habits(vault.habits, "csv", ["nothing"])
    with pytest.raises(UsageError):
        export_habits(vault.habits, "xml")


def test_exporting_writes_nothing_into_the_vault(vault: Vault) -> None:
    root = Path(vault.root)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    for form in ("csv", "json", "loop", "ics"):
        export_habits(vault.habits, form)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


VALUES = ["done", "miss", "skip", "clear", "5 min", "0.25 h", "= 7", "2 cup", "0"]
ANY_LINES = st.lists(
    st.builds(
        "- {} {}: {}{}{}{}".format,
        st.integers(FIRST, FIRST + 6).map(lambda day: date.fromordinal(day).isoformat()),
        st.sampled_from(["sit", "s", "gym", "tea"]),
        st.sampled_from(VALUES),
        st.sampled_from(["", " @07:00", " @07:01:30", " @24:40"]),
        st.sampled_from(["", " ~1", " ~2"]),
        st.sampled_from(["", " -- note", " -- '=x", " size=tiny"]),
    ),
    max_size=14,
)


@settings(
    deadline=None,
    max_examples=sized(8, 20),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=ANY_LINES)
@pytest.mark.parametrize("form", ["json", "csv"])
def test_any_log_comes_back_day_by_day(
    form: str, tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    vault = made(folder / "notes", *lines)
    other = empty(folder / "other") if form == "json" else made(folder / "other")
    carried(vault, form, other)
    assert days(other.habits) == days(vault.habits)


BOOLS = st.dictionaries(st.integers(FIRST, FIRST + 15), st.sampled_from(["done", "miss", "skip"]))
AMOUNTS = st.dictionaries(
    st.integers(FIRST, FIRST + 15),
    # Loop means checks, skips and marks of its own by the smallest amounts.
    st.sampled_from(["skip", "0"]) | st.integers(4, 99_999).map(lambda n: f"{n / 1000:.3f}"),
)


@settings(deadline=None, max_examples=sized(8, 20))
@given(gym=BOOLS, sit=AMOUNTS, tea=AMOUNTS)
def test_what_loop_can_hold_comes_back_from_its_archive(
    gym: dict[int, str],
    sit: dict[int, str],
    tea: dict[int, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("loop")
    lines = [
        f"- {date.fromordinal(day).isoformat()} {name}: {value}"
        for name, said in (("gym", gym), ("sit", sit), ("tea", tea))
        for day, value in said.items()
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTEKEEP_NOW", TODAY)
        vault, other = made(folder / "notes", *lines), made(folder / "other")
        carried(vault, "loop", other)
        assert days(other.habits) == days(vault.habits)
        assert config.current_time().year == 2026
