"""What was given is known by what is in it, and any bytes are read or refused."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notekeep.errors import Ambiguous, NotekeepError, NotFound, Refused, UsageError
from notekeep.importing import input_files
from notekeep.importing.formats import FORMATS
from notekeep.importing.formats.habits import habit_data
from tests.support.habit_files import lines, read_habits

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("loop.db", "loop"),
        ("loop.zip", "loop"),
        ("harsh", "harsh"),
        ("harsh/log", "harsh"),
        ("habitctl", "habitctl"),
        ("habitctl/habits", "habitctl"),
        ("org_habit.org", "org"),
        ("tracker21", "tracker21"),
        ("tracker21/Stretch.md", "tracker21"),
        ("obsidian_habits", "obsidian-habits"),
        ("daily", "daily"),
        ("beaver.json", "beaver"),
        ("habitbull.csv", "habitbull"),
        ("dijo", "dijo"),
    ],
)
def test_every_format_is_known(samples: Path, name: str, form: str) -> None:
    source = read_habits(samples / name)
    assert source.format == form
    assert any(habit.entries for habit in source.habits)


def test_one_of_two_files_brings_the_other(samples: Path) -> None:
    whole = read_habits(samples / "harsh")
    assert read_habits(samples / "harsh/log") == whole


def test_a_zip_of_any_format_is_read(samples: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "harsh"), "zip", samples / "harsh")
    assert read_habits(archive).format == "harsh"


def test_what_could_be_several_formats_is_asked_for(samples: Path) -> None:
    with pytest.raises(Ambiguous) as raised:
        read_habits(samples)
    assert "habitbull  HabitBull" in raised.value.candidates
    assert raised.value.hint == "Choose one with --from."


@pytest.mark.parametrize(
    ("text", "origin"), [("nothing", ""), ("nothing", "streaks"), ("{}", "dijo")]
)
def test_what_is_not_known_is_said(tmp_path: Path, text: str, origin: str) -> None:
    file = tmp_path / "export.json"
    file.write_text(text, "utf-8")
    with pytest.raises((UsageError, Refused)):
        read_habits(file, origin)


def test_a_database_is_not_read_as_text(samples: Path) -> None:
    with pytest.raises(UsageError):
        read_habits(samples / "loop.db", "harsh")


def test_there_has_to_be_something(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_habits(tmp_path / "nothing")


def test_links_and_hidden_files_of_a_folder_are_left_out(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret.md", tmp_path / "given"
    secret.write_text("- [x] Secret #habit\n", "utf-8")
    (folder / ".obsidian").mkdir(parents=True)
    (folder / ".obsidian/2026-01-05.md").write_text("- [x] Hidden #habit\n", "utf-8")
    (folder / "2026-01-05.md").symlink_to(secret)
    (folder / "2026-01-06.md").write_text("- [x] Stretch #habit\n", "utf-8")
    (folder / "loop").symlink_to(tmp_path)
    assert [habit.name for habit in read_habits(folder).habits] == ["Stretch"]


def test_there_is_an_end_to_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        (tmp_path / f"2026-01-0{number + 1}.md").write_text("x" * 30, "utf-8")
    for module, limit in ((input_files, "MAX_FILES"), (habit_data, "MAX_SIZE")):
        with monkeypatch.context() as patch:
            patch.setattr(module, limit, 3)
            with pytest.raises(Refused):
                read_habits(tmp_path)


NAMES = {
    "loop": ("Habits.csv", "001 H/Checkmarks.csv"),
    "harsh": ("habits", "log"),
    "habitctl": ("habits", "log"),
    "org": ("a.org",),
    "habitbull": ("a.csv",),
    "beaver": ("a.json",),
    "dijo": ("a.json",),
    "mhabit": ("a.json",),
    "habitkit": ("a.json",),
    "notekeep": ("a.csv",),
}
PIECES = st.sampled_from(
    [
        *("2026-01-05", "2026-02-30", "Position,Name\n", "001,H\n", "H", " : ", "y", "\t", "\n"),
        *("* H\n", ":STYLE: habit\n", '- State "DONE" from "TODO" [2026-01-05 Mon 07:50] \\\\\n'),
        *(
            '"habits"',
            "[",
            "]",
            "{",
            "}",
            ":",
            '"',
            ",",
            "1",
            "---\n",
            "entries:",
            "- [x] H #habit\n",
        ),
        *("HabitName,CalendarDate,Value\n", "date,habit,value\n", "done", "=", "'"),
        *("\x00", "\ud800", "\x1b[2J", "\u00e9", "\r"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join)


HABITS = sorted(name for name, form in FORMATS.items() if form.is_for_habits)


def write(folder: Path, form: str, *texts: bytes) -> Path:
    """Write the files that a format has."""
    for name, text in zip(NAMES.get(form, ("2026-01-05.md", "H.md")), texts, strict=False):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)
    return folder


@pytest.mark.parametrize("form", HABITS)
@settings(deadline=None)
@given(texts=st.lists(TEXTS, min_size=2, max_size=2))
@example(texts=["", ""])
@example(texts=["date,habit,value\n2026-01-05", ""])
def test_any_text_is_read_or_refused_and_nothing_else(
    form: str, texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = [text.encode("utf-8", "surrogatepass") for text in texts]
    try:
        source = read_habits(write(tmp_path_factory.mktemp("given"), form, *data), form)
    except NotekeepError:
        return
    for habit in source.habits:
        assert habit.name == " ".join(habit.name.split())
        for line in lines(habit):
            line.encode()


WORST = {
    "blank lines": "\n" * 300_000,
    "blanks": " " * 300_000,
    "a box": "- [x] " + " " * 300_000 + "x",
    "tags": "- [x] a" + " #a" * 100_000 + " !",
    "a field": "a:: x" + " " * 300_000 + "x\x00",
    "a style": ":STYLE: habit\n" + "\n" * 300_000,
    "a repeater": "* H\n:STYLE: habit\nSCHEDULED:<2026-01-05 " + "+1d" * 100_000,
    "repeaters": "* H\n:STYLE: habit\n" + "SCHEDULED:<2026-01-05 " * 10_000,
    "a heading": "* H\n:STYLE: habit\n* H" + " :a" * 100_000,
    "a state": '* H\n:STYLE: habit\n- State "DONE" ' + "[2026-01-05" * 20_000,
    "states": '* H\n:STYLE: habit\n- State "DONE" from "TODO" [2026-01-05 Mon] \\\\\n'
    + "x\n" * 30_000,
    "a line of a log": "2026-01-05 : " + " : y" * 50_000,
    "a name": "a: " * 100_000,
    "a cell": '"' + "a," * 100_000,
    "maps": "---\nhabit: true\nrecords: {" + "2026-01-05: x" * 10_000 + "\n---\n",
    "pauses": "---\nhabit: true\npauses: [" + "{start: " * 20_000 + "\n---\n",
}


@pytest.mark.parametrize("text", WORST.values(), ids=WORST.keys())
def test_the_worst_of_texts_are_read_in_a_moment(text: str, tmp_path: Path) -> None:
    began = time.process_time()
    for form in HABITS:
        folder = write(tmp_path / form, form, text.encode(), text.encode())
        for name in (form, ""):
            with suppress(NotekeepError):
                read_habits(folder, name)
    assert time.process_time() - began < 60
