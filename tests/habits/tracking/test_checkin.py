"""A check-in adds one line to one file; what a day becomes follows from the lines alone."""

from __future__ import annotations

import os
import sqlite3
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notekeep.catalog.database import CATALOG_FILE
from notekeep.errors import NotFound, Refused, UsageError
from notekeep.habits.log import parse_line
from notekeep.tracking.checkin import CheckIn, append_check_in, parse_typed_value
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tracking.tracker import HabitIndex

LOG = "habits/log/2026-11.laptop.md"
YESTERDAY = date(2026, 11, 23)


def say(index: HabitIndex, name: str, value: str, **more: Any) -> str:
    """Check in, and give the line that was written."""
    habit = index.resolve(name)
    said = CheckIn(habit, parse_typed_value(value, habit.definition.unit), **more)
    return append_check_in(index, said).line.partition(": ")[2]


def test_a_check_in_adds_one_line_to_one_file_and_changes_nothing_else(notebook: Any) -> None:
    notebook.log("- 2026-11-22 med: 12 min")
    notebook.write(LOG, "# Habit log 2026-11\n\nKept as I like it.\n\n- 2026-11-23 gym: done")
    before = notebook.tree()
    text = (notebook.root / LOG).read_text()
    done = notebook.index().check_in("med", "done", YESTERDAY)
    assert (done.line, done.path) == ("- 2026-11-23 meditate: done @21:15", LOG)
    after = notebook.tree()
    assert {path for path in after if after[path] != before.get(path)} == {LOG}
    assert (notebook.root / LOG).read_text() == f"{text}\n{done.line}\n"


def test_a_folder_of_logs_that_leads_out_of_the_vault_gets_no_entry(notebook: Any) -> None:
    (notebook.root / "habits").mkdir(exist_ok=True)
    for folder in (notebook.root.parent / "elsewhere", notebook.root / "logs"):
        folder.mkdir()
        (notebook.root / "habits/log").symlink_to(folder)
        if folder.is_relative_to(notebook.root):
            notebook.index().check_in("med", "12")
        else:
            with pytest.raises(Refused):
                notebook.index().check_in("med", "12")
        assert len([*folder.iterdir()]) == folder.is_relative_to(notebook.root)
        (notebook.root / "habits/log").unlink()


def test_the_first_entry_of_a_month_begins_its_file(notebook: Any) -> None:
    notebook.index().check_in("med", "12", date(2026, 10, 31))
    file = notebook.root / "habits/log/2026-10.laptop.md"
    assert file.read_text() == "# Habit log 2026-10\n\n- 2026-10-31 meditate: 12 min @21:15\n"


def test_the_answer_is_the_habit_as_of_today_and_the_day_of_the_entry(notebook: Any) -> None:
    index = notebook.index()
    index.check_in("med", "10")
    done = index.check_in("med", "7", YESTERDAY)
    assert (done.cell.day, done.cell.mark, done.cell.amount) == (YESTERDAY, "partial", "7 min")
    assert (done.habit.today.mark, done.habit.streak) == ("done", 1)
    done = index.check_in("med", "+3", YESTERDAY)
    assert (done.cell.mark, done.cell.amount, done.habit.streak) == ("done", "10 min", 2)


def test_after_midnight_it_is_still_the_day_before(
    notebook: Any, at: Callable[[str], None]
) -> None:
    at("2026-11-25T00:40")
    assert notebook.index().check_in("med").line == "- 2026-11-24 meditate: done @24:40"
    at("2026-11-25T04:00")
    assert notebook.index().check_in("med").line == "- 2026-11-25 meditate: done @04:00"


def test_repeats_differ_by_their_time(notebook: Any) -> None:
    index = notebook.index()
    times = [say(index, "water", "1").partition("@")[2] for _ in range(3)]
    assert times == ["21:15", "21:15:00", "21:15:01"]
    assert index.view(index.find("water")).today.amount == "3 glass"


def test_the_same_line_is_not_written_twice(notebook: Any) -> None:
    index = notebook.index()
    say(index, "water", "2 glass", time="13:40")
    habit = index.resolve("water")
    again = append_check_in(index, CheckIn(habit, parse_typed_value("2 glass"), time="13:40"))
    assert not again.is_written
    assert "already" in again.warning
    assert (notebook.root / LOG).read_text().count("13:40") == 1


def test_links_are_written_where_the_vault_wants_them(notebook: Any) -> None:
    notebook.places.settings.log_links = True
    index = notebook.index()
    assert index.check_in("med").line == "- 2026-11-24 [[meditate]]: done @21:15"
    assert index.view(index.find("med")).today.is_logged


@pytest.mark.parametrize(
    ("values", "written", "amount"),
    [
        (["5", "7"], ["5 min @21:15", "7 min @21:15:00"], "12 min"),
        (["5", "= 30"], ["5 min @21:15", "= 30 min @21:15:00 ~1"], "30 min"),
        (["= 30", "5"], ["= 30 min @21:15", "= 35 min @21:15:00 ~1"], "35 min"),
        (["= 1h20", "5"], ["= 80 min @21:15", "= 85 min @21:15:00 ~1"], "85 min"),
        (["skip", "5"], ["skip @21:15", "5 min @21:15:00 ~1"], "5 min"),
        (["miss", "5", "6"], ["miss @21:15", "5 min @21:15:00 ~1", "6 min @21:15:01 ~1"], "11 min"),
        (
            ["5", "clear", "6"],
            ["5 min @21:15", "clear @21:15:00 ~1", "6 min @21:15:01 ~2"],
            "6 min",
        ),
        (["5", "done"], ["5 min @21:15", "done @21:15:00"], "5 min"),
        (["= 5", "done"], ["= 5 min @21:15", "done @21:15:00"], "5 min"),
        (["done", "miss"], ["done @21:15", "miss @21:15:00 ~1"], ""),
        (["30m", "0.5 h"], ["30 min @21:15", "0.5 h @21:15:00"], "60 min"),
        (["5 minutes"], ["5 min @21:15"], "5 min"),
    ],
)
def test_a_change_of_mind_is_a_new_revision(
    notebook: Any, values: list[str], written: list[str], amount: str
) -> None:
    index = notebook.index()
    assert [say(index, "med", value) for value in values] == written
    assert index.view(index.find("med")).today.amount == amount
    assert not index.view(index.find("med")).today.is_disputed


def test_a_sum_that_the_habits_unit_cannot_write_is_written_in_its_base(notebook: Any) -> None:
    notebook.write("habits/Practice.md", '---\nhabit: practice\ngoal: ">= 1 h"\n---\n')
    index = notebook.index()
    say(index, "practice", "= 1")
    assert say(index, "practice", "5 min") == "= 65 min @21:15:00 ~1"
    assert index.view(index.find("practice")).today.amount == "1.083 h"


def test_a_correction_takes_the_place_of_everything_before(notebook: Any) -> None:
    index = notebook.index()
    say(index, "med", "5")
    assert say(index, "med", "done", replaces=True) == "done @21:15:00 ~1"
    assert index.view(index.find("med")).today.amount == ""


@pytest.mark.parametrize(
    ("name", "value", "day", "message"),
    [
        ("med", "5,5", None, '"5,5" is not a value'),
        ("med", "maybe", None, '"maybe" is not a value'),
        ("med", "5 km", None, "measured in min, and km cannot be converted"),
        ("med", "done", date(2026, 11, 25), "Wed 25 Nov is in the future"),
        ("med", "done", date(206, 11, 25), "too far in the past"),
        ("med", "clear", None, "Nothing is logged for meditate on Tue 24 Nov"),
        ("nothing", "done", None, 'There is no habit "nothing".'),
    ],
)
def test_what_cannot_be_meant_is_not_written(
    notebook: Any, name: str, value: str, day: date | None, message: str
) -> None:
    before = notebook.tree()
    with pytest.raises((UsageError, NotFound), match=message) as caught:
        notebook.index().check_in(name, value, day)
    assert caught.value.hint
    assert notebook.tree() == before


def test_a_line_that_would_not_be_read_back_is_not_written(notebook: Any) -> None:
    index = notebook.index()
    before = notebook.tree()
    with pytest.raises(Refused, match="would be read differently"):
        say(index, "med", "done", time="45:15")
    assert notebook.tree() == before


def test_what_is_forced_is_written(notebook: Any) -> None:
    index = notebook.index()
    say(index, "med", "done", day=date(2026, 11, 30), is_forced=True)
    assert say(index, "med", "5 km", is_forced=True) == "5 km @21:15"
    assert index.view(index.find("med")).today.status == "done"


def test_trying_writes_nothing(notebook: Any) -> None:
    before = notebook.tree()
    index = notebook.index()
    done = append_check_in(
        index, CheckIn(index.resolve("med"), parse_typed_value("done")), dry_run=True
    )
    assert (done.line, done.is_written) == ("- 2026-11-24 meditate: done @21:15", False)
    assert notebook.tree() == before


def test_notes_and_pairs_are_in_the_line(notebook: Any) -> None:
    extra = (("mood", "4"),)
    text = say(notebook.index(), "gym", "skip", note=" flu,\n in bed ", extra=extra, time="07:00")
    assert text == "skip @07:00 mood=4 -- flu, in bed"


def test_without_an_index_a_check_in_works(notebook: Any) -> None:
    notebook.log("- 2026-11-23 med: 10 min")
    index = type(notebook.index())(notebook.places._replace(cache="/dev/null/nowhere"))
    done = index.check_in("med", "12")
    assert (done.is_written, done.habit.streak) == (True, 2)
    assert "catalog.db" in done.warning


def test_with_a_locked_index_a_check_in_is_written_and_says_so(
    notebook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notekeep.tracking.habit_table.BUSY_TIMEOUT", 0.02)
    index = notebook.index()
    habit = index.resolve("med")
    other = sqlite3.connect(os.path.join(notebook.places.cache, CATALOG_FILE), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        done = append_check_in(index, CheckIn(habit, parse_typed_value("12 min")))
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert (done.is_written, done.cell.amount, done.habit.streak) == (True, "12 min", 1)
    assert "not up to date" in done.warning
    assert done.line in (notebook.root / LOG).read_text()
    monkeypatch.setattr("notekeep.tracking.habit_table.RETRY_SECONDS", 0)
    assert index.check_in("med", "1").warning == "", "a while later the catalog is used again"
    index = notebook.index()
    assert index.view(index.resolve("med")).today.amount == "13 min"


def test_an_index_that_is_locked_from_the_start_is_gone_around(
    notebook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook.log("- 2026-11-23 med: 10 min")
    monkeypatch.setattr("notekeep.tracking.habit_table.BUSY_TIMEOUT", 0.02)
    notebook.index().views()
    other = sqlite3.connect(os.path.join(notebook.places.cache, CATALOG_FILE), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        done = notebook.index().check_in("med", "12")
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert (done.is_written, done.habit.streak) == (True, 2)
    assert done.warning


def test_undo_gives_the_days_back_one_after_the_other(notebook: Any) -> None:
    notebook.log("- 2026-11-24 med: 3 min @08:00")
    index = notebook.index()

    def seen() -> list[tuple[str, str]]:
        return [(view.today.amount, view.cells[-2].status) for view in index.views()]

    states = [seen()]
    for name, value, day in [
        ("med", "5", None),
        ("med", "= 30", None),
        ("water", "2", None),
        ("med", "done", None),
        ("gym", "done", YESTERDAY),
        ("med", "skip", None),
        ("gym", "clear", YESTERDAY),
        ("med", "4", date(2026, 10, 30)),
    ]:
        index.check_in(name, value, day)
        states.append(seen())
    while len(states) > 1:
        states.pop()
        index.undo()
        assert seen() == states[-1]
    with pytest.raises(NotFound, match="This device has no entry"):
        index.undo()
    assert "3 min @08:00" in notebook.log("- 2026-11-24 med: 3 min @08:00").read_text()


def test_undo_says_what_went_and_what_came(notebook: Any) -> None:
    index = notebook.index()
    index.check_in("med", "5")
    index.check_in("med", "= 30")
    done = index.undo()
    assert done.undone == "- 2026-11-24 meditate: = 30 min @21:15:00 ~1"
    assert done.lines == ("- 2026-11-24 meditate: = 5 min @21:15:01 ~2 undo=21:15:00",)
    assert done.cell.amount == "5 min"


moves = st.lists(
    st.tuples(
        st.sampled_from(["med", "gym"]),
        st.sampled_from(["done", "miss", "skip", "clear", "5", "7", "= 9", "= 2", "undo"]),
        st.sampled_from([None, YESTERDAY]),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moves")


@settings(max_examples=sized(8, 20), deadline=None, suppress_health_check=list(HealthCheck))
@given(some=moves)
def test_any_moves_only_ever_add_lines_and_undo_steps_back(
    some: list[tuple[str, str, date | None]], notebook: Any, shared: Path
) -> None:
    made = type(notebook)(shared / os.urandom(6).hex() / "notes")
    made.write("habits/Meditate.md", '---\nhabit: med\ngoal: ">= 10 min"\n---\n')
    made.write("habits/Gym.md", "---\nhabit: gym\n---\n")
    index = made.index()

    def seen() -> list[Any]:
        return [tuple(cell[1:6] for cell in view.cells) for view in index.views()]

    past = [seen()]
    text = ""
    for name, value, day in some:
        try:
            if value == "undo":
                index.undo()
                past.pop()
                assert [marks(one) for one in seen()] == [marks(one) for one in past[-1]]
            else:
                index.check_in(name, value, day)
                past.append(seen())
        except (UsageError, NotFound):
            assert value in ("undo", "clear")
            continue
        before, text = text, (made.root / LOG).read_text()
        assert text.startswith(before)
        assert all(parse_line(line).report is None for line in text.splitlines())


def marks(cells: tuple[Any, ...]) -> list[Any]:
    """What days are shown as; that a day was once logged stays in the log."""
    return [cell[:4] for cell in cells]


@settings(max_examples=sized(10, 40), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=60))
def test_whatever_a_log_file_holds_stays_as_it_is(data: bytes, notebook: Any, shared: Path) -> None:
    made = type(notebook)(shared / os.urandom(6).hex() / "notes")
    made.write("habits/Gym.md", "---\nhabit: gym\n---\n")
    file = made.write(LOG, "")
    file.write_bytes(data)
    made.index().check_in("gym")
    found = file.read_bytes()
    assert found.startswith(data)
    assert found.decode("utf-8", "replace").rstrip().endswith("- 2026-11-24 gym: done @21:15")


def test_in_a_habit_of_some_times_a_day_each_check_in_is_one_time(notebook: Any) -> None:
    notebook.write("habits/teeth.md", "---\nhabit: teeth\nschedule: twice a day\n---\n")
    index = notebook.index()
    index.check_in("teeth")
    half = index.check_in("teeth", time="21:20").habit
    assert (half.note, half.today.mark) == ("", "done")
    index.check_in("teeth", "= 1")
    more = index.check_in("teeth")
    assert (more.line.partition(": ")[2].split(" @")[0], more.habit.today.mark) == (
        "= 2 time",
        "done",
    )
