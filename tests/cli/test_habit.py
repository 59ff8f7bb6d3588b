"""`notekeep habit`: every way to say something, and what is written and shown."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from notekeep import config
from notekeep.cli.main import main
from notekeep.tracking.device_log import set_device_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

LOG = "habits/log/2026-11.laptop.md"
READ = '---\nhabit: read\ntitle: "[/red] a book"\ngoal: ">= 10 p"\n'


class Said(NamedTuple):
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


class CommandLine:
    """A vault, and commands that are run on it.

    Attributes:
        root: The vault.
    """

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def __call__(self, *words: str) -> Said:
        code = main(["habit", *words])
        return Said(code, *self._capsys.readouterr())

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def lines(self, path: str = LOG) -> list[str]:
        """The entries of a log file, without bullet."""
        file = self.root / path
        text = file.read_text("utf-8") if file.exists() else ""
        return [line[2:] for line in text.splitlines() if line.startswith("- ")]

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json").out)


@pytest.fixture
def cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """Five habits on 24 November 2026, a Tuesday, at 21:15."""
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    monkeypatch.setenv("NOTEKEEP_VAULT", str(root))
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    made = CommandLine(root, capsys)
    head = "since: 2026-11-01\n---\n"
    made.write("habits/Meditate.md", f"---\nhabit: meditate\naliases: [med]\n{head}")
    made.write("habits/Water.md", f'---\nhabit: water\ngoal: ">= 8 glass"\n{head}')
    made.write("habits/Run.md", f'---\nhabit: run\ngoal: ">= 5 km"\nschedule: 3/week\n{head}')
    made.write("habits/Gym.md", f"---\nhabit: gym\nschedule: mon,wed,fri\n{head}")
    made.write("habits/Read.md", READ + head)
    places = config.vault_places(str(root), config.Places.for_machine())
    set_device_name(places.state, "laptop")
    return made


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("med", ["2026-11-24 meditate: done @21:15"]),
        ("MED", ["2026-11-24 meditate: done @21:15"]),
        ("medit", ["2026-11-24 meditate: done @21:15"]),
        ("book", ["2026-11-24 read: done @21:15"]),
        ("med yesterday", ["2026-11-23 meditate: done @21:15"]),
        ("med -2", ["2026-11-22 meditate: done @21:15"]),
        ("med -1w", ["2026-11-17 meditate: done @21:15"]),
        ("med 3 days ago", ["2026-11-21 meditate: done @21:15"]),
        ("med last tue", ["2026-11-17 meditate: done @21:15"]),
        ("med 11-03", ["2026-11-03 meditate: done @21:15"]),
        ("water 2 glass", ["2026-11-24 water: 2 glass @21:15"]),
        ("water 2", ["2026-11-24 water: 2 glass @21:15"]),
        ("water +1", ["2026-11-24 water: 1 glass @21:15"]),
        ("water = 30", ["2026-11-24 water: = 30 glass @21:15"]),
        ("water =30 mon", ["2026-11-23 water: = 30 glass @21:15"]),
        ("water 2 mon", ["2026-11-23 water: 2 glass @21:15"]),
        ("water 2 glasses", ["2026-11-24 water: 2 glass @21:15"]),
        ("water 24", ["2026-11-24 water: 24 glass @21:15"]),
        ("run 5.2km @07:10 -- cold", ["2026-11-24 run: 5.2 km @07:10 -- cold"]),
        ("run 5200 m @7:10", ["2026-11-24 run: 5200 m @07:10"]),
        (
            "gym skip mon -- flu and -2 and --json",
            ["2026-11-23 gym: skip @21:15 -- flu and -2 and --json"],
        ),
        ("gym mon skip", ["2026-11-23 gym: skip @21:15"]),
        ("gym s", ["2026-11-24 gym: skip @21:15"]),
        ("gym n — no time", ["2026-11-24 gym: miss @21:15 -- no time"]),
        ("gym skip reason=flu mood=2", ["2026-11-24 gym: skip @21:15 reason=flu mood=2"]),
        ("read 12p yesterday", ["2026-11-23 read: 12 p @21:15"]),
        ("-d -2 med", ["2026-11-22 meditate: done @21:15"]),
        ("--date yesterday med", ["2026-11-23 meditate: done @21:15"]),
        ("med -d -2", ["2026-11-22 meditate: done @21:15"]),
        (
            "med gym read",
            [
                "2026-11-24 meditate: done @21:15",
                "2026-11-24 gym: done @21:15",
                "2026-11-24 read: done @21:15",
            ],
        ),
        (
            "med gym yesterday read 5",
            [
                "2026-11-23 meditate: done @21:15",
                "2026-11-23 gym: done @21:15",
                "2026-11-24 read: 5 p @21:15",
            ],
        ),
        (
            "water 2 gym skip yesterday -- both",
            ["2026-11-24 water: 2 glass @21:15 -- both", "2026-11-23 gym: skip @21:15 -- both"],
        ),
        (
            "water 1 water 2",
            ["2026-11-24 water: 1 glass @21:15", "2026-11-24 water: 2 glass @21:15:00"],
        ),
        ("--force med tomorrow", ["2026-11-25 meditate: done @21:15"]),
        ("med tomorrow --force", ["2026-11-25 meditate: done @21:15"]),
    ],
)
def test_words_are_written_as_they_are_meant(
    cli: CommandLine, words: str, written: list[str]
) -> None:
    said = cli(*words.split())
    assert (said.code, said.err) == (0, "")
    assert cli.lines() == written
    assert len(said.out.splitlines()) == len(written)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("xyz", 1, 'There is no habit "xyz".'),
        ("med xyz", 1, '"xyz" is not a habit, a value or a day'),
        ("med floss", 1, '"floss" is not a habit'),
        ("med x", 2, '"x" can mean done or missed'),
        ("re", 0, ""),
        ("r", 2, 'Several habits start with "r".'),
        ("med r", 2, 'Several habits start with "r".'),
        ("water 5,5", 2, "Use 5.5."),
        ("water -5x", 2, '"-5x" is not a value'),
        ("water @25:61", 2, '"@25:61" is not a value'),
        ("med 2026-02-30", 2, "no such date: 2026-02-30"),
        ("med tomorrow", 2, "Wed 25 Nov is in the future"),
        ("run 5 min", 2, "run is measured in km, and min cannot be converted"),
        ("med clear", 2, "Nothing is logged for meditate on Tue 24 Nov"),
        ("-d never med", 2, "never"),
        ("gym run 5 min", 2, "cannot be converted"),
        ("", 1, "There is no habit"),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_is_written(
    cli: CommandLine, words: str, code: int, message: str
) -> None:
    said = cli(*(words.split() or [""]))
    assert said.code == code
    assert message in said.err
    if code:
        assert said.out == ""
        assert cli.lines() == []


def test_the_answer_is_one_line(cli: CommandLine) -> None:
    for day in ("-4", "-3", "-1"):
        cli("med", day)
    assert cli("med").out == "✓ meditate · Tue 24 Nov · 2 days · strength 19 %\n"
    assert cli("water", "3").out.startswith(
        "◐ water · Tue 24 Nov · Missed yesterday, 3 of 8 glasses · 0 days"
    )
    assert cli("run", "5").out.startswith("✓ run · Tue 24 Nov · 2 to go, 5 days left · 0 weeks · ")


def test_the_answer_can_be_ascii(cli: CommandLine) -> None:
    cli.write(".notekeep/config.toml", 'glyphs = "ascii"\n')
    assert cli("med").out == "x meditate - Tue 24 Nov - 1 day - strength 5 %\n"
    assert cli("week").out.isascii()


def test_a_check_in_as_json(cli: CommandLine) -> None:
    found = cli.json("med", "yesterday")["entries"]
    assert [entry["date"] for entry in found] == ["2026-11-23"]
    assert found[0]["id"] == "meditate"
    assert found[0]["line"] == "- 2026-11-23 meditate: done @21:15"
    assert found[0]["file"] == LOG
    assert (found[0]["written"], found[0]["streak"], found[0]["streak_unit"]) == (True, 1, "days")
    assert found[0]["day"]["status"] == "done"


def test_trying_writes_nothing(cli: CommandLine) -> None:
    said = cli("med", "--dry-run")
    assert "dry run" in said.out
    assert f"{LOG}: - 2026-11-24 meditate: done @21:15" in said.err
    assert cli.lines() == []


def test_a_title_that_looks_like_markup_is_shown_as_it_is(cli: CommandLine) -> None:
    cli("read", "3")
    assert "[/red] a book" in cli("list").out
    assert "[/red] a book" in cli().out


def test_hostile_titles_reach_no_terminal(cli: CommandLine) -> None:
    cli.write("habits/Evil.md", '---\nhabit: evil\ntitle: "\\e]52;c;aGk=\\aevil"\n---\n')
    cli.write("habits/log/x.md", "- 2026-11-24 med: done -- \x1b[31mred\x1b[0m\n")
    out = "".join(cli(*words.split()).out for words in ("list", "log", "stats", "week", "med"))
    assert "\x1b" not in out


def test_after_midnight_it_says_when_the_day_ends(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-25T01:00")
    assert cli().out.startswith("Habits  0 of 4 done  Tue 24 Nov (day ends at 04:00)\n")


def test_today_lists_what_is_asked_and_what_is_logged(cli: CommandLine) -> None:
    cli("med")
    cli("gym")
    out = cli().out
    assert out.startswith("Habits  2 of 5 done  Tue 24 Nov\n")
    assert [line.split()[1] for line in out.splitlines()[1:]] == [
        "[/red]",
        "Gym",
        "Meditate",
        "Run",
        "Water",
    ]


def test_todo_ends_with_one_when_nothing_is_left(cli: CommandLine) -> None:
    found = cli.json("todo")
    assert [habit["id"] for habit in found["habits"]] == ["read", "meditate", "run", "water"]
    assert (found["date"], found["done"], found["asked"]) == ("2026-11-24", 0, 4)
    for words in ("med", "read 10", "run 5", "water 8"):
        cli(*words.split())
    said = cli("todo")
    assert said.code == 1
    assert "Nothing left to do today." in said.err


def test_a_vault_without_habits_says_how_to_begin(cli: CommandLine) -> None:
    for name in ("Meditate", "Water", "Run", "Gym", "Read"):
        (cli.root / f"habits/{name}.md").unlink()
    for words in ((), ("list",), ("week",), ("todo",)):
        said = cli(*words)
        assert said.code == 1
        assert "habit add" in said.err


def test_the_answer_about_another_day_does_not_say_how_today_stands(cli: CommandLine) -> None:
    assert "0 of 8 glasses" in cli("week").out
    assert "0 of 8 glasses" not in cli("week", "last-week").out
    said = cli("water", "8", "yesterday").out
    assert "8 glasses" in said
    assert "0 of 8" not in said
    cli("add", "Swim", "--schedule", "3/week", "--goal", ">= 30 min")
    said = cli("swim", "10", "last-mon").out
    assert "10 min" in said
    assert "0 of 30" not in said


def test_an_entry_outside_the_days_of_a_habit_is_warned_of(cli: CommandLine) -> None:
    cli.write("habits/Old.md", "---\nhabit: old\nuntil: 2026-10-30\n---\n")
    said = cli("old", "2026-10-31")
    assert "does not count: Sat 31 Oct is after old ended" in said.err
    assert "after old ended" in cli("doctor").out
    assert cli("old", "clear", "2026-10-31").err == ""
    assert cli.json("doctor")["total"] == 0


def test_an_entry_before_the_first_day_moves_the_start(cli: CommandLine) -> None:
    tried = cli("med", "2026-10-30", "--dry-run")
    assert "Meditate now starts on Fri 30 Oct" in tried.err
    assert "2026-10-30" not in (cli.root / "habits/Meditate.md").read_text()
    assert "Meditate now starts on Fri 30 Oct" in cli("med", "2026-10-30").err
    assert "since: 2026-10-30" in (cli.root / "habits/Meditate.md").read_text()
    assert cli.json("doctor")["total"] == 0


def test_a_start_that_cannot_be_moved_is_not_said_to_be_moved(cli: CommandLine) -> None:
    cli.write("habits/Old.md", "---\nhabit: old\nsince: 2026-11-01\n---\n\0\n")
    before = (cli.root / "habits/Old.md").read_bytes()
    said = cli("old", "2026-10-30").err
    assert "does not count: Fri 30 Oct is before old starts" in said
    assert "now starts" not in said
    assert (cli.root / "habits/Old.md").read_bytes() == before


def test_a_new_habit_starts_with_its_first_entry_and_a_limit_today(cli: CommandLine) -> None:
    cli("add", "Walk")
    cli("add", "Sugar", "--goal", "never")
    assert "since:\n" in (cli.root / "habits/Walk.md").read_text()
    assert "since: 2026-11-24" in (cli.root / "habits/Sugar.md").read_text()


def test_a_week_and_a_month_are_grids(cli: CommandLine) -> None:
    cli("med", "mon")
    cli("gym", "miss", "mon")
    week = cli("week").out.splitlines()
    assert week[0] == "23 Nov to 29 Nov 2026"
    assert week[1].split() == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    rows = {line.split()[0]: line for line in week[2:]}
    assert "✓  □" in rows["Meditate"]
    assert "✗" in rows["Gym"]
    assert cli.json("week", "-1w")["habits"][0]["days"][0]["date"] == "2026-11-16"
    month = cli("month").out.splitlines()
    assert "1234+6789+1234+6789+1234+6789+" in month[1]
    assert len(cli.json("month", "2026-02-11")["habits"][0]["days"]) == 28


def test_a_year_is_a_heatmap(cli: CommandLine) -> None:
    for day in ("-1", "-2", "-9"):
        cli("med", day)
    out = cli("year", "med").out.splitlines()
    assert out[0] == "Meditate  2026"
    assert len(out) == 10
    assert sum(line.count("▓") for line in out) == 3
    assert out[-1] == "met 3, missed 20, 13 %"
    days = cli.json("year", "med", "2025")["days"]
    assert (len(days), {day["status"] for day in days}) == (365, {"off"})
    table = cli("year", "2026").out.splitlines()
    assert table[0].split()[-1] == "Dec"
    assert cli("year", "med", "nineteen").code == 2


def test_figures_of_one_habit_and_of_all(cli: CommandLine) -> None:
    for day in ("-1", "-2", "-4"):
        cli("med", day)
    found = cli.json("stats", "med")
    assert (found["met"], found["missed"]) == (3, 20)
    assert found["rates"]["7"] == pytest.approx(3 / 6)
    assert found["never_miss_twice"]["recovered"] == 2
    assert found["best_streaks"][0] == {"first": "2026-11-22", "last": "2026-11-23", "length": 2}
    out = [line.split(maxsplit=3) for line in cli("stats", "med").out.splitlines()]
    assert ["last", "7", "days", "50 %"] in out
    assert cli("stats").out.splitlines()[0].startswith("habit")


def test_the_log_can_be_read(cli: CommandLine) -> None:
    cli("med", "5", "--", "first")
    cli("med", "clear")
    cli("gym", "skip", "mon", "--", "flu")
    cli.write("habits/log/old.md", "- 2026-10-01 med: done\n")
    assert [line.split()[3] for line in cli("log").out.splitlines()] == ["gym", "meditate"]
    assert "(5 @21:15 -- first)  replaced later" in cli("log", "--all", "med").out
    assert len(cli.json("log", "med", "2026-10-01", "--all")["entries"]) == 3
    assert cli.json("log", "gym")["entries"][0]["note"] == "flu"
    assert cli("log", "water").code == 1


def test_entries_are_taken_back_one_by_one(cli: CommandLine) -> None:
    cli("water", "2")
    cli("gym", "skip")
    assert "undid: skip @21:15" in cli("undo").out
    assert "undid: 2 glass @21:15" in cli("undo").out
    assert cli.json("list")["habits"][4]["status"] == "pending"
    said = cli("undo")
    assert said.code == 1
    assert "This device has no entry to undo." in said.err
    assert len(cli.lines()) == 4


def test_trying_to_take_back_writes_nothing(cli: CommandLine) -> None:
    cli("water", "2")
    cli("undo", "--dry-run")
    assert len(cli.lines()) == 1


def test_an_entry_is_corrected(cli: CommandLine) -> None:
    cli("water", "2", "yesterday")
    cli("water", "3", "yesterday")
    cli("edit", "water", "yesterday", "4")
    assert cli.lines()[-1] == "2026-11-23 water: = 4 glass @21:15:01 ~1"
    cli("edit", "water", "skip", "yesterday")
    assert cli.lines()[-1] == "2026-11-23 water: skip @21:15:02 ~2"


def test_a_definition_or_a_log_file_is_opened_in_the_editor(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(f"import sys; open({str(tmp_path / 'opened')!r}, 'a').write(sys.argv[-1])\n")
    monkeypatch.setenv("EDITOR", shlex.join([sys.executable, str(editor)]))
    assert cli("edit", "med").code == 0
    assert (tmp_path / "opened").read_text() == str(cli.root / "habits/Meditate.md")
    cli("med", "yesterday")
    (tmp_path / "opened").unlink()
    cli("edit", "med", "yesterday")
    assert (tmp_path / "opened").read_text() == str(cli.root / LOG)
    assert cli("edit", "med", "mon", "-d", "2026-10-01").code != 0


def test_a_habit_is_defined_in_a_note_of_its_own(cli: CommandLine) -> None:
    said = cli(
        "add",
        "Cold shower",
        "--id",
        "cold",
        "--schedule",
        "mon, wed,fri",
        "--goal",
        ">=2 min",
        "--alias",
        "brr",
        "--after",
        "med",
        "--tiny",
        "wet hands",
        "--group",
        "body",
    )
    assert said.code == 0
    text = (cli.root / "habits/Cold shower.md").read_text()
    assert "habit: cold\n" in text
    assert "since:\n" in text
    found = cli.json("list")["habits"][0]
    assert (found["id"], found["schedule"], found["goal"], found["group"]) == (
        "cold",
        "mon,wed,fri",
        ">= 2 min",
        "body",
    )
    assert cli("brr", "3").code == 0
    assert cli.lines() == ["2026-11-24 cold: 3 min @21:15"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Walk", "--schedule", "sometimes"], '"sometimes" is not a schedule'),
        (["Walk", "--goal", "> 5"], '"> 5" is not a goal'),
        (["Walk", "--since", "2026-02-30"], "no such date"),
        (["Walk", "--id", "two words"], "two words is not a valid habit id"),
        (["Walk", "--id", "list"], "list is not a valid habit id"),
        (["Walk", "--id", "med"], "med is already used by Meditate"),
        (["Walk", "--alias", "gym"], "gym is already used by Gym"),
    ],
)
def test_a_definition_that_would_not_work_is_not_made(
    cli: CommandLine, words: list[str], message: str
) -> None:
    said = cli("add", *words)
    assert said.code == 2
    assert message in said.err
    assert not (cli.root / "habits/Walk.md").exists()


def test_a_habit_is_paused_and_goes_on(cli: CommandLine) -> None:
    cli("pause", "gym", "2026-07-01..07-21")
    cli("pause", "gym")
    text = (cli.root / "habits/Gym.md").read_text()
    assert "2026-07-01..2026-07-21" in text
    assert "2026-11-24.." in text
    assert next(h for h in cli.json("list")["habits"] if h["id"] == "gym")["status"] == "paused"
    cli("pause", "gym", "--end")
    assert "2026-11-24" not in (cli.root / "habits/Gym.md").read_text()
    assert cli("pause", "gym", "--end").code == 1
    assert cli("pause", "gym", "2026-07-21..07-01").code == 2


def test_a_pause_that_began_earlier_ends_yesterday(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("pause", "gym")
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-27T12:00")
    cli("pause", "gym", "--end")
    assert "2026-11-24..2026-11-26" in (cli.root / "habits/Gym.md").read_text()


def paused(cli: CommandLine) -> list[str]:
    """Return the ids of the habits that are paused today."""
    return [row["id"] for row in cli.json("list")["habits"] if row["status"] == "paused"]


def test_all_habits_are_paused_and_resumed_in_one_step_each(cli: CommandLine) -> None:
    cli("archive", "run")
    assert cli("pause", "--all", "2026-11-24..2026-12-06").code == 0
    assert sorted(paused(cli)) == ["gym", "meditate", "read", "water"]
    assert "paused" not in (cli.root / "habits/Run.md").read_text()
    assert cli("pause", "--all", "2026-11-25..2026-12-01").code == 4, "they are paused then"
    cli("pause", "--all", "--end")
    assert not paused(cli)
    gym = cli.root / "habits/Gym.md"
    assert main(["undo"]) == 0
    assert "2026-11-24..2026-12-06" in gym.read_text()
    assert main(["undo"]) == 0
    assert "paused" not in gym.read_text()


def test_a_group_is_paused(cli: CommandLine) -> None:
    for name in ("gym", "run"):
        cli("edit", name, "--group", "Sport")
    cli("pause", "--group", "sport")
    assert sorted(paused(cli)) == ["gym", "run"]
    assert cli("pause", "--group", "music").code == 1
    assert cli("pause", "--group", "sport", "--all").code == 2
    assert cli("pause").code == 2


def test_overlapping_pauses_of_today_end_together(cli: CommandLine) -> None:
    cli("pause", "gym", "2026-11-20..2026-12-06")
    cli("pause", "gym", "2026-11-23..2026-12-20")
    cli("pause", "gym", "--end")
    assert not paused(cli)
    text = (cli.root / "habits/Gym.md").read_text()
    assert "2026-11-20..2026-11-23" in text
    assert "2026-11-23\n" in text


def test_a_habit_is_archived_and_comes_back(cli: CommandLine) -> None:
    cli("med", "yesterday")
    cli("archive", "med")
    assert "Meditate" not in cli("list").out
    assert "Meditate" in cli("list", "--archived").out
    # Today has no entry, so it is not missed either.
    assert "until: 2026-11-23" in (cli.root / "habits/Meditate.md").read_text()
    assert cli.json("stats", "med")["streak"] == 1
    cli("archive", "med", "--back")
    assert "Meditate" in cli("list").out
    assert "until" not in (cli.root / "habits/Meditate.md").read_text()


def test_a_habit_gets_another_id_and_keeps_its_history(cli: CommandLine) -> None:
    cli("med", "-1")
    assert cli("rename", "med", "sit").code == 0
    cli("sit")
    assert cli.lines() == ["2026-11-23 meditate: done @21:15", "2026-11-24 sit: done @21:15"]
    found = next(h for h in cli.json("list")["habits"] if h["id"] == "sit")
    assert found["streak"] == 2
    assert cli("rename", "sit", "gym").code == 2
    assert cli("rename", "sit", "week").code == 2


def test_what_no_note_defines_is_not_edited(cli: CommandLine) -> None:
    cli.write("habits/log/x.md", "- 2026-11-24 stretch: done\n")
    for words in (("archive", "stretch"), ("pause", "stretch"), ("rename", "stretch", "bend")):
        said = cli(*words)
        assert said.code == 4
        assert "No note defines stretch." in said.err


def test_a_note_for_what_was_only_logged_keeps_its_name(cli: CommandLine) -> None:
    cli.write("habits/log/x.md", "- 2026-11-24 yoga.am: done\n")
    assert "`notekeep habit add yoga.am`" in cli("archive", "yoga.am").err
    assert cli("add", "yoga.am").code == 0
    found = next(h for h in cli.json("list")["habits"] if h["id"] == "yoga.am")
    assert (found["path"], found["streak"]) == ("habits/yoga.am.md", 1)


def test_the_doctor_names_places_and_what_to_write(cli: CommandLine) -> None:
    assert cli("doctor").code == 0
    cli.write("habits/log/x.md", "- 24/11/2026 med: done\n- 2026-11-24 med: 5,5 min\n")
    out = cli("doctor").out
    assert "habits/log/x.md:1: H001 looks like a check-in" in out
    assert "  | - 2026-11-24 med: 5,5 min\n  write: - 2026-11-24 med: 5.5 min" in out
    found = cli.json("doctor")["problems"]
    assert [(each["code"], each["text"]) for each in found] == [
        ("H001", "- 24/11/2026 med: done"),
        ("H004", "- 2026-11-24 med: 5,5 min"),
    ]


def test_questions_are_asked_for_what_is_open(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("med", "yesterday")
    monkeypatch.setattr("sys.stdin", io.StringIO("12\nmaybe\ny\n\nn\n"))
    said = cli("ask", "yesterday")
    assert said.code == 0
    assert cli.lines() == [
        "2026-11-23 meditate: done @21:15",
        "2026-11-23 read: 12 p @21:15",
        "2026-11-23 gym: done @21:15",
        "2026-11-23 water: miss @21:15",
    ]
    assert '"maybe" is not a value' in said.err


def test_questions_end_with_q_or_the_end_of_the_answers(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("q\n", ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        assert cli("ask", "week").code == 0
    assert cli.lines() == []


def test_help_shows_how_a_check_in_is_written(cli: CommandLine) -> None:
    for words in (("--help",), ("-h",)):
        said = cli(*words)
        assert said.code == 0
        assert "ID [VALUE] [DAY] [@TIME] [-- NOTE]" in said.out
        assert "archive" in said.out
    assert "--force" in cli("med", "--help").out


def test_every_command_has_help(cli: CommandLine) -> None:
    from notekeep.cli.habits.lists import COMMANDS

    for name in COMMANDS:
        said = cli(name, "--help")
        assert said.code == 0, name
        assert "Usage" in said.out


def test_options_may_stand_before_a_command(cli: CommandLine) -> None:
    assert json.loads(cli("--json", "list").out)["total"] == 5
    assert json.loads(cli("--json").out)["asked"] == 4


def test_the_vault_can_be_named_after_the_verb(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTEKEEP_VAULT")
    assert cli("med", "--vault", str(cli.root)).code == 0
    assert cli("--vault", str(cli.root), "list").code == 0
    assert len(cli.lines()) == 1


def test_lists_go_by_group_and_order(cli: CommandLine) -> None:
    for words in ("med --order 2", "water --order 1", "gym --group Body --order 9"):
        assert cli("edit", *words.split()).code == 0
    found = [habit["id"] for habit in cli.json("list")["habits"]]
    assert found == ["gym", "water", "meditate", "read", "run"]
    shown = [line.strip() for line in cli("list").out.splitlines()]
    assert (shown[0], shown[2]) == ("Body", "Others")
    assert cli("edit", "med", "gym", "--order", "1").code == 2


def test_a_page_can_be_written_with_a_letter(cli: CommandLine) -> None:
    cli.write("habits/Book.md", '---\nhabit: pages\ngoal: ">= 10 page"\n---\n')
    assert cli("pages", "12p").code == 0
    assert cli("pages", "3", "pages").code == 0
    assert cli.lines() == [
        "2026-11-24 pages: 12 page @21:15",
        "2026-11-24 pages: 3 page @21:15:00",
    ]
    assert cli("pages", "5", "km").code == 2


def test_figures_of_a_new_habit_are_counts(cli: CommandLine) -> None:
    cli.write("habits/new.md", "---\nhabit: new\nschedule: daily\nsince: 2026-11-24\n---\n")
    assert "no data" in cli("stats", "new").out
    cli("new")
    out = cli("stats", "new").out
    assert "1 of 1 day" in out
    assert "100 %" not in out


def test_a_rename_can_go_through_the_log(cli: CommandLine) -> None:
    cli.write("habits/log/2026-10.phone.md", "- 2026-10-01 [[Meditate|m]]: done\n* text med: x\n")
    cli("med", "12", "min", "--", "med med: done")
    assert cli("rename", "med", "sit", "--rewrite", "--yes").code == 0
    assert cli.lines() == ["2026-11-24 sit: 12 min @21:15 -- med med: done"]
    assert cli.lines("habits/log/2026-10.phone.md") == ["2026-10-01 [[sit|m]]: done"]
    note = (cli.root / "habits/Meditate.md").read_text()
    assert "habit: sit" in note
    assert "aliases: [med, meditate]" in note
    assert cli.json("stats", "med")["met"] == 1
    assert main(["undo"]) == 0
    assert cli.lines() == ["2026-11-24 meditate: 12 min @21:15 -- med med: done"]


def test_a_rename_to_its_own_name_is_refused_unless_lines_still_have_the_old_one(
    cli: CommandLine,
) -> None:
    cli("med")
    assert cli("rename", "med", "sit").code == 0
    again = cli("rename", "med", "sit")
    assert again.code == 4
    assert "already has the id sit" in again.err
    note = (cli.root / "habits/Meditate.md").read_text()
    assert cli("rename", "med", "sit", "--rewrite", "--yes").code == 0
    assert (cli.root / "habits/Meditate.md").read_text() == note
    assert cli.lines() == ["2026-11-24 sit: done @21:15"]


def test_a_habit_that_the_log_has_already_begins_with_its_first_entry(cli: CommandLine) -> None:
    cli.write("habits/log/x.md", "- 2026-11-24 stretch: done\n- 2026-10-03 stretch: done\n")
    assert cli("add", "Stretch").code == 0
    assert cli.json("stats", "stretch")["missed"] == 51
    assert cli("doctor").out == ""


@pytest.mark.parametrize(("start", "weeks"), [("mon", "Mon to Sun"), ("sun", "Sun to Sat")])
def test_a_streak_of_weeks_says_which_weeks(cli: CommandLine, start: str, weeks: str) -> None:
    cli.write(".notekeep/config.toml", f'week_start = "{start}"\n')
    cli.write("habits/Run.md", "---\nhabit: run\nschedule: 1/week\n---\n")
    cli.write("habits/log/x.md", "- 2026-11-17 run: done\n")
    assert f"1 week, weeks {weeks}" in cli("stats", "run").out
    assert "weeks" not in cli("stats", "med").out


def test_pairs_are_said_with_what_could_be_chance(cli: CommandLine) -> None:
    days = [f"2026-{month:02}-{day:02}" for month in range(3, 11) for day in range(1, 29)]
    lines = []
    for number, day in enumerate(days):
        is_first = number * 7919 % 13 < 6
        is_second = is_first if number % 9 else not is_first
        lines.append(f"- {day} w1: {'done' if is_first else 'miss'}\n")
        lines.append(f"- {day} w2: {'done' if is_second else 'miss'}\n")
    cli.write("habits/log/2026-03.phone.md", "".join(lines))
    for name in ("w1", "w2"):
        cli.write(f"habits/{name}.md", f"---\nhabit: {name}\nsince: 2026-03-01\n---\n")
    out = cli("stats", "w1", "w2").out
    assert "w2 on" in out
    assert "worth a try" in out
    assert "cause" not in out
    listed = cli("stats", "--pairs")
    assert "w2 on" in listed.out
    assert cli.json("stats", "w1", "w2")["pairs"][0]["phi"] > 0.5


def test_a_habit_may_be_defined_in_any_folder(
    notekeep: Callable[..., CommandResult], tmp_path: Path
) -> None:
    root = tmp_path / "vault"
    (root / ".notekeep").mkdir(parents=True)
    (root / "inbox").mkdir()
    (root / "inbox" / "Teeth.md").write_text("---\nhabit: floss\n---\n", "utf-8")
    assert notekeep("habit", "floss", at=root).code == 0
    (root / "inbox" / "Walk.md").write_text("---\nhabit: walk\n---\n", "utf-8")
    assert notekeep("index", at=root).code == 0
    assert "Walk" in notekeep("habit", "list", at=root).out


def test_a_new_limit_is_no_achievement_yet(cli: CommandLine) -> None:
    cli("add", "No sugar", "--goal", "<= 0 g", "--since", "today")
    asked = cli.json("todo", "--all")
    (sugar,) = [habit for habit in asked["habits"] if habit["id"] == "no-sugar"]
    assert (sugar["call"], sugar["strength"]) == ("may", None)
    assert asked["done"] == 0


def test_a_day_before_the_first_one_counts_for_neither_streak_nor_strength(
    cli: CommandLine,
) -> None:
    cli("add", "Walk", "--since", "today")
    cli.write("habits/log/x.md", "- 2026-11-23 walk: done\n")

    def walk() -> tuple[int, float]:
        (found,) = [one for one in cli.json("todo", "--all")["habits"] if one["id"] == "walk"]
        return found["streak"], found["strength"]

    assert walk() == (0, 0)
    cli("walk")
    streak, strength = walk()
    assert streak == 1
    assert strength == pytest.approx(1 - 0.5 ** (1 / 13), abs=1e-6)


def test_a_limit_that_was_kept_yesterday_is_one(cli: CommandLine) -> None:
    cli("add", "No sugar", "--goal", "<= 0 g", "--since", "yesterday")
    asked = cli.json("todo", "--all")
    (sugar,) = [habit for habit in asked["habits"] if habit["id"] == "no-sugar"]
    assert (sugar["call"], sugar["strength"], sugar["streak"]) == ("done", None, 1)


@pytest.mark.parametrize(
    ("schedule", "goal", "shown"),
    [
        ("every other day", "done", ("every 2d", "done")),
        ("every day", "10 minutes", ("daily", ">= 10 min")),
        ("weekends", "<= 2 cups", ("weekends", "<= 2 cups")),
    ],
)
def test_plain_words_for_schedules_and_goals_are_read(
    schedule: str, goal: str, shown: tuple[str, str], cli: CommandLine
) -> None:
    said = cli("add", "Plants", "--schedule", schedule, "--goal", goal)
    assert said.code == 0
    # A goal that is only ticked would read as if today were done.
    assert said.out.strip().endswith(shown[0] if goal == "done" else ", ".join(shown))
    habit = cli.json("stats", "plants")
    assert (habit["schedule"], habit["goal"]) == shown


def test_weekdays_of_an_interval_are_not_compared(cli: CommandLine) -> None:
    cli.write("habits/Plants.md", "---\nhabit: plants\nschedule: every 2d\n---\n")
    days = [f"- 2026-{month:02}-{day:02} plants: done\n" for month in (9, 10) for day in (1, 9, 20)]
    cli.write("habits/log/2026-09.phone.md", "".join(days * 3))
    found = cli.json("stats", "plants")
    assert found["best_weekday"] == ""
    assert all(day == {"done": 0, "due": 0} for day in found["weekdays"].values())
    assert "best weekday" not in cli("stats", "plants").out


def test_pairs_of_an_empty_log_are_none(cli: CommandLine) -> None:
    said = cli("stats", "--pairs")
    assert (said.code, said.out) == (1, "")
    assert "Compared 0 pairs with enough days" in said.err


def test_the_device_is_named_and_called_otherwise(
    cli: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    cli("med")
    assert main(["config", "device"]) == 0
    assert capsys.readouterr().out == "laptop\n"
    assert main(["config", "device", "Mia's Desk"]) == 0
    assert capsys.readouterr() == ("mias-desk\n", "")
    cli("water", "2")
    assert cli.lines() == ["2026-11-24 meditate: done @21:15"], "incomplete stays"
    assert cli.lines("habits/log/2026-11.mias-desk.md") == ["2026-11-24 water: 2 glass @21:15"]
    assert main(["config", "device", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"device": "mias-desk"}
    assert {habit["id"] for habit in cli.json("todo", "--all")["habits"] if habit["streak"]} == {
        "meditate"
    }


def test_a_name_that_other_files_have_is_warned_of(
    cli: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.write("habits/log/2026-10.phone.md", "- 2026-10-01 meditate: done\n")
    assert main(["config", "device", "phone"]) == 0
    assert "habits/log already has files of phone" in capsys.readouterr().err
    assert main(["config", "device", "???"]) == 2
    assert "not a valid device name" in capsys.readouterr().err


def test_missed_and_skipped_are_the_words_of_the_screens_too(cli: CommandLine) -> None:
    cli("med", "missed")
    cli("gym", "skipped", "mon")
    assert cli.lines() == ["2026-11-24 meditate: miss @21:15", "2026-11-23 gym: skip @21:15"]


def test_x_is_refused_with_both_meanings_but_a_log_line_with_it_means_done(
    cli: CommandLine,
) -> None:
    said = cli("med", "x")
    assert (said.code, said.err.count("done"), said.err.count("missed")) == (2, 2, 2)
    assert cli.lines() == []
    cli.write("habits/log/x.md", "- 2026-11-24 meditate: x\n")
    assert cli.json("stats", "med")["status"] == "done"


def test_an_amount_may_be_one_word_of_the_shell(cli: CommandLine) -> None:
    cli("run", "3 km")
    assert cli.lines() == ["2026-11-24 run: 3 km @21:15"]


def test_a_dry_run_shows_the_day_as_it_would_be(cli: CommandLine) -> None:
    cli("med", "miss", "yesterday")
    said = cli("med", "yesterday", "--dry-run")
    assert said.out.startswith("✓ meditate · Mon 23 Nov · 1 day")
    assert cli.lines() == ["2026-11-23 meditate: miss @21:15"]


def test_an_entry_of_last_week_is_answered_with_that_week(cli: CommandLine) -> None:
    cli.write(
        "habits/Pages.md",
        '---\nhabit: pages\ngoal: ">= 150 page/week"\nsince: 2026-11-10\n---\n',
    )
    assert "60 of 150 pages that week" in cli("pages", "60", "2026-11-18").out
    assert "1 of 3 that week" in cli("run", "5", "2026-11-18").out
    cli.write(
        "habits/Young.md",
        '---\nhabit: young\ngoal: ">= 150 page/week"\nsince: 2026-11-24\n---\n',
    )
    assert "0 of 150 pages (new this week)" in cli("todo").out


def test_a_check_in_of_another_slot_says_nothing_of_the_open_one(cli: CommandLine) -> None:
    cli("add", "Plants", "--schedule", "every 3d from 2026-11-16", "--since", "2026-11-16")
    assert "to go" not in cli("plants", "2026-11-17").out
    assert "Due by tonight" in cli("plants", "2026-11-23", "missed").out


def test_the_schedule_is_shown_beside_the_goal(cli: CommandLine) -> None:
    assert "3 times a week · ≥ 5 km" in cli("list").out


@pytest.mark.parametrize(
    ("logged", "pause"),
    [(["2026-11-24"], "2026-11-25..2026-12-06"), ([], "2026-11-24..2026-12-06")],
)
def test_the_time_in_the_archive_is_a_pause_when_it_comes_back(
    logged: list[str], pause: str, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in ("2026-11-21", "2026-11-22", "2026-11-23", *logged):
        cli("med", day)
    cli("archive", "med")
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-12-07T08:00")
    cli("archive", "med", "--back")
    assert f"paused:\n  - {pause}\n" in (cli.root / "habits/Meditate.md").read_text()
    assert cli.json("stats", "med")["streak"] == 3 + len(logged)


@pytest.mark.parametrize("start", ["6", '"6"', '"sun"', '"Sun"', '"sunday"', '"SU"'])
def test_the_week_begins_on_a_day_by_number_or_name(cli: CommandLine, start: str) -> None:
    cli.write(".notekeep/config.toml", f"week_start = {start}\n")
    assert cli.json("week")["first"] == "2026-11-22"


def test_a_note_that_another_program_moved_is_found(cli: CommandLine) -> None:
    cli("run", "5")
    (cli.root / "areas/sport").mkdir(parents=True)
    (cli.root / "habits/Run.md").rename(cli.root / "areas/sport/Run.md")
    found = {one["id"]: one for one in cli.json("list")["habits"]}
    assert (found["run"]["path"], found["run"]["unit"]) == ("areas/sport/Run.md", "km")
    (cli.root / "areas/sport/Run.md").rename(cli.root / "Run.md")
    assert "needs" not in cli("run", "15 km").err
    assert cli.lines()[-1] == "2026-11-24 run: 15 km @21:15:00"


def test_a_time_that_is_none_is_named_and_the_good_one_stays(cli: CommandLine) -> None:
    cli.write("habits/Gym.md", '---\nhabit: gym\nremind: ["25:00", "noon", "07:30"]\n---\n')
    messages = [problem["message"] for problem in cli.json("doctor")["problems"]]
    assert messages == ['remind: "25:00" is not a time.', 'remind: "noon" is not a time.']
    assert "07:30" in cli("remind").out


@pytest.mark.parametrize("title", ["ध्यान", "สมาธิ", "Cafe\u0301"])
def test_an_id_keeps_the_marks_of_its_letters(cli: CommandLine, title: str) -> None:
    made = cli("add", title)
    assert made.code == 0
    identity = unicodedata.normalize("NFC", title).lower()
    assert cli(identity).code == 0
    assert cli.lines() == [f"2026-11-24 {identity}: done @21:15"]
    cli.write("habits/log/x.md", f"- 2026-11-23 {unicodedata.normalize('NFD', identity)}: done\n")
    assert cli.json("doctor")["total"] == 0
    assert cli.json("stats", identity)["streak"] == 2


def test_force_is_only_named_where_it_helps(cli: CommandLine) -> None:
    assert "--force" in cli("run", "5.4 mi").err
    assert "--force" not in cli("med", "clear").err


def test_a_habit_is_new_for_two_weeks_instead_of_weak(cli: CommandLine) -> None:
    for since, strength in (("2026-11-11", "new"), ("2026-11-10", "0 %")):
        cli.write("habits/Sit.md", f"---\nhabit: sit\nsince: {since}\n---\n")
        assert re.search(rf"^strength +{strength}$", cli("stats", "sit").out, re.MULTILINE)


def test_what_is_never_done_has_no_strength_and_a_limit_has_one_after_a_week(
    cli: CommandLine,
) -> None:
    cli.write("habits/Ache.md", "---\nhabit: ache\nschedule: none\n---\n")
    cli("ache")
    for since, strength in (("2026-11-18", None), ("2026-11-17", 1)):
        text = f"---\nhabit: sugar\ngoal: never\nsince: {since}\n---\n"
        cli.write("habits/Sugar.md", text)
        assert cli.json("stats", "sugar")["strength"] == strength
    assert cli.json("stats", "ache")["strength"] is None
    assert "strength" not in cli("stats", "ache").out


def test_the_weekdays_have_one_spelling_in_json(cli: CommandLine) -> None:
    for back in range(80):
        day = date(2026, 11, 23) - timedelta(back)
        cli.write(
            f"habits/log/{back}.md", f"- {day} med: {'done' if day.weekday() == 1 else 'miss'}\n"
        )
    cli.write("habits/Meditate.md", "---\nhabit: meditate\naliases: [med]\n---\n")
    found = cli.json("stats", "med")
    assert found["best_weekday"] == "tue"
    assert found["best_weekday"] in found["weekdays"]
    assert "tuesday" in cli("stats", "med").out


def test_groups_come_in_the_order_of_the_day_and_numbers_by_their_size(cli: CommandLine) -> None:
    groups = {"Evening": "E", "Body": "B", "Morning": "10 pages", "morning": "2 pages"}
    for place, (group, title) in enumerate(groups.items()):
        text = f"---\nhabit: g{place}\ntitle: {title}\ngroup: {group}\n---\n"
        cli.write(f"habits/{place}.md", text)
    titles = [one["title"] for one in cli.json("list")["habits"] if one["group"]]
    assert titles == ["2 pages", "10 pages", "E", "B"]


def test_free_days_of_a_week_are_blank_and_a_missed_slot_has_one_cross(cli: CommandLine) -> None:
    cli.write("habits/Plant.md", "---\nhabit: plant\nschedule: every 2d from 2026-11-16\n---\n")
    cli.write("habits/log/x.md", "- 2026-11-16 plant: done\n- 2026-11-16 run: 5 km\n")
    rows = {one["id"]: one["days"] for one in cli.json("week", "2026-11-16")["habits"]}
    marks = {name: [day["mark"] for day in rows[name]] for name in ("run", "plant")}
    assert marks["run"] == ["done", *["none"] * 6]
    assert marks["plant"] == ["done", "none", "none", "missed", "none", "missed", "none"]
