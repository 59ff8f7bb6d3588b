"""What becomes of imported habits in a vault: notes, lines, and what is left as it is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notekeep.habits.definition import FOREVER
from notekeep.habits.log import LogValue, parse_line
from notekeep.importing.records import ImportedDay, ImportedHabit
from notekeep.vault import Vault
from tests.support.habit_files import plan_habits, plan_source, read_habits
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.importing.import_plan import ImportPlan

DONE, MISS = LogValue("done"), LogValue("miss")
FIRST = date(2026, 1, 5).toordinal()


def files(vault: Vault) -> dict[str, str]:
    root = Path(vault.root)
    return {
        str(path.relative_to(root)): path.read_text("utf-8")
        for path in sorted(root.rglob("*.md"))
        if ".trash" not in path.parts
    }


def log(vault: Vault, form: str = "loop") -> list[str]:
    path = Path(vault.root, f"habits/log/2026-01.import_{form}.md")
    return [line for line in path.read_text("utf-8").splitlines() if line.startswith("- ")]


@pytest.fixture
def plan(vault: Vault) -> Callable[..., ImportPlan]:
    """Plan habits that a program of some format might have; `write` carries it out."""

    def plan(*habits: ImportedHabit, form: str = "loop", write: bool = False) -> ImportPlan:
        planned = plan_source(vault, habits, form)
        if write:
            vault.notes.apply(planned.plan)
        return planned

    return plan


def test_a_plan_writes_nothing(vault: Vault, samples: Path) -> None:
    before = files(vault)
    found = plan_habits(vault, samples / "loop.db")
    assert [row.counts["days"] for row in found.habits] == [5, 3, 3, 2]
    assert files(vault) == before


def test_the_same_import_twice_changes_nothing(vault: Vault, samples: Path) -> None:
    vault.notes.apply(plan_habits(vault, samples / "loop.db").plan)
    before = files(vault)
    again = plan_habits(vault, samples / "loop.db")
    assert again.plan.changes == []
    assert [
        (row.counts["days"], row.counts["unchanged"], row.counts["edited"]) for row in again.habits
    ] == [
        (0, 5, 0),
        (0, 3, 0),
        (0, 3, 0),
        (0, 2, 0),
    ]
    assert vault.notes.apply(again.plan).step == ""
    assert files(vault) == before


def test_the_zip_after_the_database_finds_the_same_habits(vault: Vault, samples: Path) -> None:
    for first, second in (("loop.db", "loop.zip"), ("loop.zip", "loop.db")):
        vault.notes.apply(plan_habits(vault, samples / first).plan)
        assert plan_habits(vault, samples / second).plan.changes == []
        vault.history.undo()


def test_it_is_one_step_and_undo_takes_it_back(vault: Vault, samples: Path) -> None:
    before = files(vault)
    vault.notes.apply(plan_habits(vault, samples / "loop.db").plan)
    assert len(files(vault)) > len(before)
    (taken,) = vault.history.undo()
    assert (taken.verb, taken.label) == ("import", "4 habits from loop")
    assert files(vault) == before
    vault.history.redo()
    assert plan_habits(vault, samples / "loop.db").plan.changes == []


def test_imported_lines_are_no_check_ins_of_this_device(vault: Vault, samples: Path) -> None:
    vault.notes.apply(plan_habits(vault, samples / "loop.db").plan)
    assert [step.verb for step in vault.history.steps()] == ["import"]


def test_what_a_habit_was_is_what_it_is(vault: Vault, samples: Path) -> None:
    vault.notes.apply(plan_habits(vault, samples / "loop.db").plan)
    views = {view.title: view for view in vault.habits.views(date(2026, 1, 9))}
    assert views["Läufe"].goal == ">= 5 km"
    assert views["Coffee"].is_archived
    stretch = views["Stretch, 5 min"]
    assert [cell.status for cell in stretch.cells[2:]] == [
        "done",
        "missed",
        "done",
        "skipped",
        "done",
    ]
    assert all(not view.problems for view in views.values())


def test_a_habit_that_is_there_gets_the_entries_and_keeps_its_definition(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    before = files(vault)["habits/Gym.md"]
    found = plan(
        ImportedHabit("GYM", schedule="3/7d", entries=[ImportedDay(FIRST, DONE)]), write=True
    )
    assert (found.habits[0].path, found.habits[0].is_new) == ("habits/Gym.md", False)
    assert files(vault)["habits/Gym.md"] == before
    assert log(vault) == ["- 2026-01-05 gym: done"]


def test_a_habit_that_only_the_log_names_gets_a_note(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    Path(vault.root, "habits/log/2026-01.phone.md").write_text("- 2026-01-05 row: miss\n", "utf-8")
    entries = [ImportedDay(FIRST, DONE), ImportedDay(FIRST + 1, DONE)]
    found = plan(ImportedHabit("Row", goal=">= 5 km", entries=entries), write=True)
    (row,) = found.habits
    assert (row.id, row.path, row.is_new, row.counts["days"], row.counts["edited"]) == (
        "row",
        "habits/Row.md",
        True,
        1,
        1,
    )
    assert vault.habits.resolve("row").definition.goals[-1].rule.kind == "least"


def test_spans_of_seven_days_are_pointed_out(vault: Vault, plan: Callable[..., ImportPlan]) -> None:
    found = plan(
        ImportedHabit("Run", schedule="3/7d"),
        ImportedHabit("Gym", schedule="3/7d"),
        ImportedHabit("Read"),
    )
    assert found.plan.remarks == [
        "Run: 3/7d means any seven days in loop; `schedule: 3/week` counts calendar weeks"
    ]


def test_a_habit_is_known_again_after_it_was_renamed(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    habit = ImportedHabit("Stretch", "u1", entries=[ImportedDay(FIRST, DONE)])
    plan(habit, write=True)
    vault.notes.set_fields(["habits/Stretch.md"], ["title=Yoga", "habit=yoga", "aliases+=stretch"])
    assert (
        plan(ImportedHabit("Stretch", "u1", entries=[ImportedDay(FIRST, DONE)])).plan.changes == []
    )


def test_a_day_that_says_something_else_stays(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    vault.habits.check_in("gym", "miss", date(2026, 1, 5))
    vault.habits.check_in("sit", "20 min", date(2026, 1, 5))
    found = plan(
        ImportedHabit("gym", entries=[ImportedDay(FIRST, DONE), ImportedDay(FIRST + 1, DONE)]),
        ImportedHabit(
            "sit", entries=[ImportedDay(FIRST, LogValue("amount", 5000)), ImportedDay(FIRST, DONE)]
        ),
        write=True,
    )
    assert [(row.counts["days"], row.counts["edited"]) for row in found.habits] == [(1, 1), (0, 1)]
    assert [loss.times for loss in found.losses] == [1, 1]
    assert log(vault) == ["- 2026-01-06 gym: done"]


def test_a_day_that_means_the_same_is_the_same(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    vault.habits.check_in("sit", "5 min", date(2026, 1, 5))
    vault.habits.check_in("sit", "15 min", date(2026, 1, 5))
    found = plan(
        ImportedHabit(
            "sit", unit="min", entries=[ImportedDay(FIRST, LogValue("amount", 20_000, "min"))]
        )
    )
    assert (found.habits[0].counts["unchanged"], found.plan.changes) == (1, [])


def test_a_correction_made_here_outlives_the_next_import(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    habit = ImportedHabit("Stretch", entries=[ImportedDay(FIRST, DONE)])
    plan(habit, write=True)
    vault.habits.check_in("stretch", "miss", date(2026, 1, 5))
    found = plan(ImportedHabit("Stretch", entries=[ImportedDay(FIRST, DONE)]))
    assert (found.habits[0].counts["unchanged"], found.plan.changes) == (1, [])


def test_a_later_export_brings_what_is_new(vault: Vault, plan: Callable[..., ImportPlan]) -> None:
    plan(ImportedHabit("Stretch", entries=[ImportedDay(FIRST, DONE)]), write=True)
    plan(
        ImportedHabit("Stretch", entries=[ImportedDay(FIRST, DONE), ImportedDay(FIRST + 1, MISS)]),
        write=True,
    )
    assert log(vault) == ["- 2026-01-05 stretch: done", "- 2026-01-06 stretch: miss"]
    vault.history.undo()
    assert log(vault) == ["- 2026-01-05 stretch: done"]


def test_two_habits_of_one_name_stay_two(vault: Vault, plan: Callable[..., ImportPlan]) -> None:
    twins = [
        ImportedHabit("Run", entries=[ImportedDay(FIRST, DONE)]),
        ImportedHabit("Run", entries=[ImportedDay(FIRST, MISS)]),
    ]
    found = plan(*twins, write=True)
    assert [(row.id, row.path) for row in found.habits] == [
        ("run", "habits/Run.md"),
        ("run-2", "habits/Run 2.md"),
    ]
    twins = [
        ImportedHabit("Run", entries=[ImportedDay(FIRST, DONE)]),
        ImportedHabit("Run", entries=[ImportedDay(FIRST, MISS)]),
    ]
    assert plan(*twins).plan.changes == []


def test_two_of_one_name_stay_two_where_the_vault_has_one(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    day = [ImportedDay(FIRST, DONE)]
    found = plan(ImportedHabit("Gym", entries=day), ImportedHabit("Gym", entries=day))
    assert [(row.path, row.is_new) for row in found.habits] == [
        ("habits/Gym.md", False),
        ("habits/Gym 2.md", True),
    ]


def test_another_habit_of_the_program_is_not_taken_for_one_of_its_name(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    plan(ImportedHabit("Run", source_id="41"), write=True)
    (row,) = plan(ImportedHabit("Run", source_id="42")).habits
    assert (row.id, row.is_new) == ("run-2", True)


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (["11/5/2020", "4/30/2019"], [(2020, 11, 5), (2019, 4, 30)]),
        (["5/11/2020", "30/4/2019"], [(2020, 11, 5), (2019, 4, 30)]),
        (["11/5/2020", "1/2/2020"], []),
    ],
)
def test_other_days_of_a_file_tell_which_part_is_the_month(
    tmp_path: Path, days: list[str], found: list[tuple[int, int, int]]
) -> None:
    path = tmp_path / "HabitBull.csv"
    rows = "".join(f"Run,,,{day},1,\n" for day in days)
    path.write_text(f"HabitName,D,C,CalendarDate,Value,CommentText\n{rows}", "utf-8")
    source = read_habits(path)
    read = [date.fromordinal(one.day) for habit in source.habits for one in habit.entries]
    assert sorted(read) == sorted(date(*day) for day in found)
    unclear = "dates whose day and month could be swapped"
    assert any(loss.message == unclear for loss in source.losses) != bool(found)


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("Export", "export-2"),
        ("!!!", "note"),
        ("Läufe & mehr", "läufe-mehr"),
        ("日本語", "日本語"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con"),
        ("[/red]", "red"),
        ("a: b\x1b]52;c;x\x07", "a-b-52-c-x"),
        ("x" * 400, "x" * 400),
    ],
)
def test_any_name_becomes_a_note_and_an_id(
    vault: Vault, plan: Callable[..., ImportPlan], name: str, identity: str
) -> None:
    found = plan(ImportedHabit(name, entries=[ImportedDay(FIRST, DONE)]), write=True)
    row = found.habits[0]
    assert row.id == identity
    assert row.path.startswith("habits/")
    assert Path(vault.root, row.path).is_file()
    assert vault.habits.resolve(row.id).definition.title == name
    assert log(vault) == [f"- 2026-01-05 {identity}: done"]


def test_everything_that_a_definition_can_say_comes_along(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    habit = ImportedHabit(
        "Water",
        "w1",
        goal="<= 3 cup",
        since=FIRST,
        until=FIRST + 9,
        pauses=[(FIRST + 1, FIRST + 2), (FIRST + 4, FIRST + 4), (FIRST + 6, FOREVER)],
        counts_silence=False,
        group="Body, Mind",
        remind=["07:30", "mon,fri 18:00"],
        aliases=["w", "gym"],
        about="Why: [[Deep Work]].",
    )
    plan(habit, write=True)
    found = vault.habits.resolve("water").definition
    assert found.problems == ()
    assert (found.goals[-1].rule.kind, found.unit, found.since, found.until) == (
        "most",
        "cup",
        FIRST,
        FIRST + 9,
    )
    assert found.pauses == tuple(habit.pauses)
    assert (found.unlogged, found.group, found.aliases) == ("missed", "Body, Mind", ("w",))
    assert found.remind == ("07:30", "mon,fri 18:00")
    assert found.source_id == "loop:w1"
    assert files(vault)["habits/Water.md"].endswith("# Water\n\nWhy: [[Deep Work]].\n")


def test_what_no_definition_can_say_becomes_its_default_and_is_named(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    found = plan(ImportedHabit("H", schedule="now and then", goal="much"), write=True)
    assert [loss.title for loss in found.losses] == ["H", "H"]
    assert vault.habits.resolve("h").definition.problems == ()


def test_what_no_line_can_hold_is_named(vault: Vault, plan: Callable[..., ImportPlan]) -> None:
    entries = [
        ImportedDay(FIRST, DONE, extra=(("two words", "x"),)),
        ImportedDay(FIRST + 1, LogValue("amount", 1000, "not a unit")),
        ImportedDay(FIRST + 2, DONE, time="99:99"),
    ]
    found = plan(ImportedHabit("H", entries=entries), write=True)
    assert log(vault) == ["- 2026-01-05 h: done", "- 2026-01-07 h: done"]
    assert [loss.message for loss in found.losses] == [
        "comments that do not fit in a log line",
        "entries that do not fit in a log line",
    ]


def test_amounts_in_a_unit_that_does_not_convert_are_named(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    found = plan(ImportedHabit("sit", entries=[ImportedDay(FIRST, LogValue("amount", 3000, "km"))]))
    assert [loss.message for loss in found.losses] == ["amounts in km; counted as done"]


def test_an_import_file_with_other_line_ends_keeps_them(
    vault: Vault, plan: Callable[..., ImportPlan]
) -> None:
    path = Path(vault.root, "habits/log/2026-01.import_loop.md")
    path.write_bytes(b"# mine\r\n\r\n- 2026-01-04 gym: done")
    plan(ImportedHabit("gym", entries=[ImportedDay(FIRST, DONE)]), write=True)
    assert (
        path.read_bytes() == b"# mine\r\n\r\n- 2026-01-04 gym: done\r\n- 2026-01-05 gym: done\r\n"
    )


def test_links_are_written_where_the_vault_wants_them(tmp_path: Path, samples: Path) -> None:
    root = tmp_path / "linked"
    (root / ".notekeep").mkdir(parents=True)
    (root / ".notekeep/config.toml").write_text("log_links = true\n", "utf-8")
    vault = Vault.open(root)
    vault.notes.apply(plan_habits(vault, samples / "beaver.json").plan)
    assert log(vault, "beaver")[0] == "- 2026-01-05 [[stretch]]: done"
    assert plan_habits(vault, samples / "beaver.json").plan.changes == []


VALUES = st.one_of(
    st.sampled_from([DONE, MISS, LogValue("skip")]),
    st.builds(LogValue, st.just("amount"), st.integers(0, 10**9), st.none() | st.just("min")),
)
SAID = st.builds(
    ImportedDay,
    st.integers(FIRST, FIRST + 40),
    VALUES,
    st.text(max_size=12).map(lambda text: " ".join(text.split())),
    st.sampled_from(["", "07:10", "24:40"]),
)
SOURCES = st.lists(
    st.builds(
        ImportedHabit,
        name=st.sampled_from(["Gym", "sit", "Row"]),
        entries=st.lists(SAID, max_size=8),
    ),
    max_size=3,
)


@settings(deadline=None, max_examples=sized(8, 25))
@given(habits=SOURCES)
def test_any_source_twice_is_any_source_once(
    habits: list[ImportedHabit], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("notes")
    (root / ".notekeep").mkdir()
    vault = Vault.open(root)
    habits = [ImportedHabit(habit.name, entries=list(habit.entries)) for habit in habits]
    vault.notes.apply(plan_source(vault, habits, "harsh").plan)
    assert plan_source(vault, habits, "harsh").plan.changes == []
    for path in root.glob("habits/log/*.md"):
        written = [line for line in path.read_text("utf-8").split("\n") if line.startswith("- ")]
        assert all(parse_line(line).entry for line in written)


VECTORS = Path(__file__).parents[1] / "habits/vectors/loop_score.json"
LOOP = [
    case
    for case in json.loads(VECTORS.read_text("utf-8"))["cases"]
    if case["freq"][0] < case["freq"][1] and not case["numeric"]
]
CSV_WORDS = ("NO", "YES_AUTO", "YES_MANUAL", "SKIP")


def as_csv(case: dict[str, Any], folder: Path) -> Path:
    """What Loop exports: each day from the first entry on, as it counts it."""
    times, days = case["freq"]
    checkmarks = folder / "001 Chess"
    checkmarks.mkdir(parents=True)
    head = "Position,Name,Type,Question,Description,FrequencyNumerator,FrequencyDenominator"
    (folder / "Habits.csv").write_text(f"{head}\n001,Chess,YES_NO,,,{times},{days}\n")
    begin = min(case["marks"])
    rows = [
        f"{day},{CSV_WORDS[mark]},"
        for day, mark in sorted(case["expect"]["computed"].items(), reverse=True)
        if begin <= day <= case["today"]
    ]
    (checkmarks / "Checkmarks.csv").write_text("\n".join(["Date,Value,Notes", *rows, ""]))
    return folder


def as_database(case: dict[str, Any], folder: Path) -> Path:
    """What Loop backs up: what a person entered."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "loop.db")) as loop:
        loop.execute("CREATE TABLE Habits (id, name, freq_num, freq_den)")
        loop.execute("CREATE TABLE Repetitions (habit, timestamp, value)")
        loop.execute("INSERT INTO Habits VALUES (1, 'Chess', ?, ?)", case["freq"])
        epoch = date(1970, 1, 1).toordinal()
        rows = [
            ((date.fromisoformat(day).toordinal() - epoch) * 86_400_000, mark)
            for day, mark in case["marks"].items()
        ]
        loop.executemany("INSERT INTO Repetitions VALUES (1, ?, ?)", rows)
        loop.commit()
    return folder / "loop.db"


@pytest.mark.parametrize("export", [as_csv, as_database])
@pytest.mark.parametrize("case", LOOP, ids=lambda case: case["name"])
def test_the_best_streak_of_loop_is_kept_but_for_skipped_days(
    case: dict[str, Any],
    export: Callable[[dict[str, Any], Path], Path],
    vault: Vault,
    tmp_path: Path,
) -> None:
    vault.notes.apply(plan_habits(vault, export(case, tmp_path / "loop")).plan)
    last = max(case["expect"]["computed"])
    views = {view.title: view for view in vault.habits.views(date.fromisoformat(last))}
    # Loop counts a skipped day of a streak; here it keeps the streak and adds nothing.
    skipped = [day for day, mark in case["marks"].items() if mark == 3]
    assert views["Chess"].best == max(
        length - sum(first <= day <= last for day in skipped)
        for first, last, length in case["expect"]["streaks"]
    )
