"""Which habit a name means."""

from __future__ import annotations

from typing import Any

import pytest

from notekeep.errors import Ambiguous, NotFound
from notekeep.habits.definition import Definition, read_definition
from notekeep.tracking.habit_names import find_habit, known_habits


def define(identity: str, **fields: str | list[str]) -> Definition:
    found = read_definition({"habit": identity, **fields}, f"habits/{identity}.md")
    assert found is not None
    return found


HABITS = known_habits(
    [
        define("meditate", title="Meditate", aliases=["med", "sit"]),
        define("media-fast", title="No media"),
        define("read", title="Read a book"),
        define("read-news", title="Read the news", archived="true"),
        define("öl", title="Ölbild"),
        define("x", title="[/red]"),
    ],
    ["meditate", "stretch", "sit"],
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("meditate", "meditate"),
        ("MED", "meditate"),
        ("medit", "meditate"),
        ("no", "media-fast"),
        ("fast", "media-fast"),
        ("read", "read"),
        ("rea", "read"),
        ("news", "read-news"),
        ("o\u0308l", "öl"),
        ("str", "stretch"),
        ("book", "read"),
        ("[/", "x"),
    ],
)
def test_a_name_means_one_habit(name: str, key: str) -> None:
    assert find_habit(HABITS, name).key == key


def test_a_beginning_of_several_lists_them() -> None:
    with pytest.raises(Ambiguous, match='Several habits start with "medi"') as caught:
        find_habit(HABITS, "medi")
    assert caught.value.candidates == ("meditate", "media-fast  No media")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["", "zzz", "editate"])
def test_other_names_mean_none(name: str) -> None:
    with pytest.raises(NotFound) as caught:
        find_habit(HABITS, name)
    assert caught.value.exit_code == 1


def test_a_misspelt_name_names_the_nearest() -> None:
    with pytest.raises(NotFound) as caught:
        find_habit(HABITS, "stertch")
    assert caught.value.hint == "Did you mean stretch?"


def test_an_id_is_stronger_than_an_alias_and_an_alias_than_a_file() -> None:
    first = define("walk", aliases=["run"])
    second = define("run")
    third = define("swim")._replace(path="habits/run.md")
    habits = known_habits([first, second, third], [])
    assert find_habit(habits, "run").key == "run"
    habits = known_habits([first, third], [])
    assert find_habit(habits, "run").key == "walk"


def test_only_a_whole_name_is_a_name(notebook: Any) -> None:
    notebook.log("- 2026-11-23 swim: done")
    index = notebook.index()
    index.refresh()
    assert index.is_name("Swim")
    assert not index.is_name("swi")
