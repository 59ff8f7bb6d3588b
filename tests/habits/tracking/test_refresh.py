"""What the index says is what the files say, whatever happened to either."""

from __future__ import annotations

import os
import sqlite3
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notekeep.catalog.catalog import Catalog
from notekeep.catalog.database import CATALOG_FILE
from notekeep.catalog.indexer import Indexer
from notekeep.tracking.habit_table import read_days, read_habits
from tests.support.sizes import sized

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.habits.days import DayHistory
    from notekeep.tracking.tracker import HabitIndex


def state(index: HabitIndex) -> dict[str, tuple[Any, DayHistory]]:
    """Everything the index knows of habits."""
    index.refresh()
    return {habit.key: (habit, index.days(habit)) for habit in index.known()}


def stored(notebook: Any) -> dict[str, tuple[Any, DayHistory]]:
    """The same, as it lies in the index file."""
    connection = sqlite3.connect(os.path.join(notebook.places.cache, CATALOG_FILE))
    try:
        return {
            habit.key: (habit, read_days(connection, habit.key))
            for habit in read_habits(connection)
        }
    finally:
        connection.close()


def amount(index: HabitIndex, name: str, day: str) -> int:
    return index.days(index.resolve(name)).day(date.fromisoformat(day).toordinal()).amount


def test_lines_in_any_file_under_the_log_count(notebook: Any) -> None:
    notebook.log("- 2026-11-23 med: 12 min @07:10", "- 2026-11-23 water: 1 glass @09:02")
    notebook.log("- 2026-11-23 water: 2 glass @13:40", device="laptop")
    notebook.write("habits/log/old/anything.md", "- 2026-11-23 water: 3 glass @15:00\n")
    notebook.write(
        "habits/log/2026-11.phone.sync-conflict-20261123-101010-ABCDEFG.md",
        "- 2026-11-23 water: 1 glass @09:02\n- 2026-11-23 water: 1 glass @18:00\n",
    )
    notebook.write("daily/2026-11-23.md", "- 2026-11-23 water: 99 glass\n")
    index = notebook.index()
    assert amount(index, "meditate", "2026-11-23") == 12_000
    assert amount(index, "water", "2026-11-23") == 7_000


def test_a_second_look_reads_nothing(notebook: Any) -> None:
    notebook.log("- 2026-11-23 med: 12 min")
    old = (1_700_000_000, 1_700_000_000)
    index = notebook.index()
    index.refresh()
    for file in notebook.root.rglob("*.md"):
        os.utime(file, old)
    # Their change time is still now, and so they are looked at until it no longer is.
    assert index.refresh()
    before = (notebook.root / "habits/log/2026-11.phone.md").stat().st_atime_ns
    index.refresh()
    assert (notebook.root / "habits/log/2026-11.phone.md").stat().st_atime_ns == before


def test_an_edit_of_the_same_size_in_the_same_moment_is_seen(notebook: Any) -> None:
    index = notebook.index()
    for minutes in (11, 12, 13):
        file = notebook.log(f"- 2026-11-23 med: {minutes} min")
        os.utime(file, (1_700_000_000, 1_700_000_000))
        assert amount(index, "med", "2026-11-23") == minutes * 1000


def test_a_log_of_any_bytes_is_read(notebook: Any) -> None:
    data = b"\xef\xbb\xbf- 2026-11-23 med: 5 min\r\n\xff\xfe\x00- 2026-11-22 med: 7 min\r\n"
    (notebook.root / "habits/log").mkdir()
    (notebook.root / "habits/log/x.md").write_bytes(data + b"- 2026-11-21 med: 9 min -- \xff")
    index = notebook.index()
    assert amount(index, "med", "2026-11-23") == 5_000
    assert amount(index, "med", "2026-11-21") == 9_000


def test_a_habit_that_no_note_defines_is_shown_as_it_is_logged(notebook: Any) -> None:
    notebook.log("- 2026-11-23 Stretch: done", "- 2026-11-24 stretch: miss")
    views = {view.id: view for view in notebook.index().views()}
    assert views["stretch"].path == ""
    assert [cell.status for cell in views["stretch"].cells[-2:]] == ["done", "rest"]
    assert notebook.index().resolve("STRETCH").definition.title == "stretch"


def test_a_link_in_the_log_may_name_the_file_of_a_habit(notebook: Any) -> None:
    notebook.write("habits/Evening walk.md", "---\nhabit: walk\n---\n")
    notebook.log("- 2026-11-23 [[habits/Evening walk|walk]]: 30")
    assert amount(notebook.index(), "walk", "2026-11-23") == 30_000


def test_a_new_alias_takes_the_lines_of_another_name(notebook: Any) -> None:
    notebook.log("- 2026-11-23 sit: 5 min", "- 2026-11-23 med: 7 min")
    index = notebook.index()
    assert amount(index, "med", "2026-11-23") == 7_000
    notebook.write(
        "habits/Meditate.md", '---\nhabit: meditate\naliases: [med, sit]\ngoal: ">= 10 min"\n---\n'
    )
    assert amount(index, "med", "2026-11-23") == 12_000
    assert "sit" not in state(index)


def test_a_new_unit_folds_all_days_again(notebook: Any) -> None:
    notebook.log("- 2026-11-23 water: 250 ml", "- 2026-11-23 water: 1 l")
    index = notebook.index()
    assert amount(index, "water", "2026-11-23") == 0  # neither is a glass; the day is done
    notebook.write("habits/Water.md", '---\nhabit: water\ngoal: ">= 2 l"\n---\n')
    assert amount(index, "water", "2026-11-23") == 1_250_000


def test_a_definition_anywhere_in_the_vault_counts_once_it_is_known(notebook: Any) -> None:
    notebook.write("areas/Health/Sleep.md", "---\nhabit: sleep\n---\n")
    index = notebook.index()
    assert "sleep" not in state(index)
    with Catalog(notebook.places.cache) as catalog:
        Indexer(str(notebook.root), catalog).refresh()
    assert "sleep" in state(index)
    assert "sleep" in state(notebook.index())
    (notebook.root / "areas/Health/Sleep.md").unlink()
    assert "sleep" not in state(index)


def test_of_two_notes_with_one_id_the_first_path_counts(notebook: Any) -> None:
    notebook.write("habits/A.md", "---\nhabit: gym\ntitle: Other gym\n---\n")
    found = state(notebook.index())["gym"][0]
    assert found.definition.path == "habits/A.md"
    assert found.others == ("habits/Gym.md",)


def test_a_note_that_stops_being_a_habit_leaves_its_entries(notebook: Any) -> None:
    notebook.log("- 2026-11-23 gym: done")
    index = notebook.index()
    assert index.resolve("gym").definition.path == "habits/Gym.md"
    notebook.write("habits/Gym.md", "No front matter any more.\n")
    assert index.resolve("gym").definition.path == ""


def test_a_file_that_cannot_be_read_hides_no_other(notebook: Any) -> None:
    if os.geteuid() == 0:
        locked = notebook.root / "habits/log/2026-10.phone.md"
        locked.mkdir(parents=True)  # what is no file cannot be read by root either
    else:
        locked = notebook.log("- 2026-10-01 gym: done", month="2026-10")
        locked.chmod(0)
    notebook.log("- 2026-11-23 gym: done")
    index = notebook.index()
    assert index.days(index.resolve("gym"))
    assert os.path.isdir(locked) or "habits/log/2026-10.phone.md" in index.unreadable


def test_the_cache_may_be_deleted_at_any_time(notebook: Any) -> None:
    notebook.log("- 2026-11-23 med: 12 min")
    index = notebook.index()
    before = state(index)
    for file in os.listdir(notebook.places.cache):
        os.unlink(os.path.join(notebook.places.cache, file))
    assert state(index) == before
    assert stored(notebook) == before


@pytest.mark.parametrize("damage", ["garbage", "torn", "other version", "other program"])
def test_a_file_that_is_not_the_index_is_set_aside(notebook: Any, damage: str) -> None:
    notebook.log(*(f"- 2026-11-{day:02} med: {day} min" for day in range(1, 24)))
    index = notebook.index()
    before = state(index)
    index.close()
    path = os.path.join(notebook.places.cache, CATALOG_FILE)
    if damage == "garbage":
        _overwrite(path, b"not a database at all, but long enough to be looked at" * 100, 0)
    elif damage == "torn":
        _overwrite(path, os.urandom(4096), 4096)
        _overwrite(path, os.urandom(4096), 8192)
    else:
        connection = sqlite3.connect(path)
        pragma = "user_version = 99" if damage == "other version" else "application_id = 7"
        connection.execute(f"PRAGMA {pragma}")
        connection.close()
    again = notebook.index()
    assert state(again) == before
    assert again.trouble == ""
    assert stored(notebook) == before


def _overwrite(path: str, data: bytes, place: int) -> None:
    with open(path, "r+b") as file:
        file.seek(place)
        file.write(data)


def test_without_a_place_for_the_index_everything_is_read_into_memory(notebook: Any) -> None:
    notebook.log("- 2026-11-23 med: 12 min")
    before = state(notebook.index())
    blocked = notebook.places._replace(cache=str(notebook.root / "habits/Gym.md/cache"))
    index = type(notebook.index())(blocked)
    assert state(index) == before
    assert "catalog.db" in index.trouble


def test_two_programs_see_what_the_other_wrote(notebook: Any) -> None:
    here, there = notebook.index(), notebook.index()
    state(here), state(there)
    here.check_in("med", "5")
    assert amount(there, "med", "2026-11-24") == 5_000
    there.check_in("med", "7")
    assert amount(here, "med", "2026-11-24") == 12_000
    assert state(here) == state(there) == stored(notebook)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("steps")


names = st.sampled_from(["med", "meditate", "gym", "Gym", "new", "[[habits/Water|w]]"])
lines = st.builds(
    "- 2026-11-{:02} {}: {}{}{}".format,
    st.integers(20, 24),
    names,
    st.sampled_from(["done", "skip", "miss", "clear", "5 min", "= 7", "1 glass", "2 km", "what"]),
    st.sampled_from(["", " @07:00", " @08:00"]),
    st.sampled_from(["", " ~1", " ~2", " -- note\n  more"]),
)
texts = st.lists(lines, max_size=6).map("\n".join)
files = st.sampled_from([f"habits/log/{name}.md" for name in ("a", "b", "sub/c", "a (1)")])
notes = st.sampled_from(["habits/Meditate.md", "habits/Gym.md", "habits/New.md"])
definitions = st.sampled_from(
    [
        "---\nhabit: meditate\naliases: [med]\n---\n",
        '---\nhabit: meditate\ngoal: ">= 10 min"\n---\n',
        "---\nhabit: gym\n---\n",
        "---\nhabit: new\naliases: [gym]\n---\n",
        "---\nhabit: [broken\n---\n",
        "no habit at all\n",
    ]
)
steps = st.lists(
    st.tuples(files, st.none() | texts) | st.tuples(notes, st.none() | definitions),
    min_size=1,
    max_size=8,
)


@settings(max_examples=sized(8, 20), deadline=None, suppress_health_check=list(HealthCheck))
@given(some=steps)
def test_after_any_changes_the_index_is_what_the_files_say(
    some: list[tuple[str, str | None]], shared: Path, notebook: Any
) -> None:
    made = type(notebook)(shared / os.urandom(6).hex() / "notes")
    index = made.index()
    for path, text in some:
        if text is not None:
            made.write(path, text)
        elif (made.root / path).exists():
            (made.root / path).unlink()
        state(index)
    fresh = type(made)(made.root)
    fresh.places = made.places._replace(cache=str(made.root.parent / "anew"))
    afresh = fresh.index()
    afresh.refresh()
    assert state(index) == state(afresh)
    assert stored(made) == state(afresh)


@settings(max_examples=sized(8, 20), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), mine=st.lists(lines, max_size=8), theirs=st.lists(lines, max_size=8))
def test_union_concatenation_shuffle_and_conflict_copies_give_the_same_state(
    data: st.DataObject, mine: list[str], theirs: list[str], shared: Path, notebook: Any
) -> None:
    every = mine + [line for line in theirs if line not in mine]
    shuffled = data.draw(st.permutations(every))
    layouts = [
        {"2026-11.laptop": mine, "2026-11.phone": theirs},
        {"2026-11.laptop": mine + theirs},
        {"2026-11.laptop": theirs, "2026-11.laptop.sync-conflict-20261124-100000-ABCDEFG": mine},
        {"any": shuffled[: len(shuffled) // 2], "other": shuffled[len(shuffled) // 2 :]},
        {"conflict": ["<<<<<<< HEAD", *mine, "=======", *theirs, ">>>>>>> other"]},
    ]
    found = []
    for layout in layouts:
        made = type(notebook)(shared / os.urandom(6).hex() / "notes")
        made.write("habits/Meditate.md", '---\nhabit: meditate\ngoal: ">= 10 min"\n---\n')
        for name, some in layout.items():
            made.write(f"habits/log/{name}.md", "\n".join(some) + "\n")
        found.append(state(made.index()))
    assert all(one == found[0] for one in found[1:])
