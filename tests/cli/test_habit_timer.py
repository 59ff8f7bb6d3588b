"""`notekeep habit start` and `stop`, and where a running timer is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.test_habit import cli  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.test_habit import CommandLine

    Clock = Callable[[str], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the time of 24 November 2026, or another day before a `T`."""

    def set_time(text: str) -> None:
        monkeypatch.setenv("NOTEKEEP_NOW", text if "T" in text else f"2026-11-24T{text}")

    return set_time


def test_a_timer_logs_its_minutes_at_the_time_of_its_start(cli: CommandLine, clock: Clock) -> None:  # noqa: F811
    cli.write("habits/Piano.md", "---\nhabit: piano\ngoal: 20 minutes\n---\n")
    clock("10:05")
    assert cli("start", "piano").out == "piano  timer started at 10:05\n"
    clock("10:31")
    assert "26 min" in cli("stop").out
    assert cli.lines() == ["2026-11-24 piano: 26 min @10:05"]
    assert cli("stop").code == 1


def test_minutes_are_named_for_a_habit_without_a_unit(cli: CommandLine, clock: Clock) -> None:  # noqa: F811
    cli.write("habits/Sing.md", "---\nhabit: sing\n---\n")
    clock("10:05")
    cli("start", "sing")
    clock("10:30")
    assert "· 25 min ·" in cli("stop").out
    assert "· 35 min ·" in cli("sing", "10", "min").out


def test_a_timer_over_midnight_counts_for_the_day_of_its_start(
    cli: CommandLine,  # noqa: F811
    clock: Clock,
) -> None:
    clock("23:50")
    cli("start", "med")
    clock("2026-11-25T06:20")
    cli("stop", "25", "min")
    assert cli.lines() == ["2026-11-24 meditate: 25 min @23:50"]


def test_a_second_timer_is_refused(cli: CommandLine, clock: Clock) -> None:  # noqa: F811
    clock("10:05")
    cli("start", "med")
    said = cli("start", "gym")
    assert said.code == 4
    assert "The timer for meditate has been running since 10:05." in said.err


def test_a_habit_measured_in_glasses_has_no_timer(cli: CommandLine) -> None:  # noqa: F811
    said = cli("start", "water")
    assert said.code == 4
    assert "measured in glass, and a timer logs minutes" in said.err


@pytest.mark.parametrize(("words", "minutes"), [(["--discard"], 30), ([], 0)])
def test_nothing_is_logged_if_it_is_discarded_or_stopped_at_once(
    cli: CommandLine,  # noqa: F811
    clock: Clock,
    words: list[str],
    minutes: int,
) -> None:
    clock("10:00")
    cli("start", "med")
    clock(f"10:{minutes:02}")
    assert cli("stop", *words).code == 0
    assert not cli.lines()
    assert "10:00" not in cli("prompt").out


def test_a_value_that_cannot_be_read_leaves_the_timer_running(
    cli: CommandLine,  # noqa: F811
    clock: Clock,
) -> None:
    clock("10:00")
    cli("start", "med")
    assert cli("stop", "banana", "split").code == 2
    timer = cli.json("prompt")["timer"]
    assert (timer["habit"], timer["since"][-5:]) == ("meditate", "10:00")


def test_a_running_timer_is_shown_by_list_todo_and_prompt(cli: CommandLine, clock: Clock) -> None:  # noqa: F811
    clock("10:05")
    cli("start", "med")
    assert cli("prompt").out.endswith(" meditate 10:05\n")
    for command in ("list", "todo"):
        rows = {row["id"]: row["note"] for row in cli.json(command)["habits"]}
        assert rows["meditate"].startswith("Timer since 10:05")
        assert not any("Timer" in note for name, note in rows.items() if name != "meditate")


def test_undo_takes_back_what_a_timer_logged(cli: CommandLine, clock: Clock) -> None:  # noqa: F811
    clock("10:05")
    cli("start", "med")
    clock("10:31")
    cli("stop")
    cli("undo")
    today = cli.json("list")["habits"]
    assert not any(habit["status"] == "done" for habit in today)
