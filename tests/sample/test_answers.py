"""What the tour promises comes out when a newcomer types it."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from notekeep.cli.main import main
from notekeep.services.demo import HOME, copy_sample_vault
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault
from tests.support.screens import browse, press, seen, shows, type_text, until


@pytest.fixture(scope="module")
def opened(vault: Path, tmp_path_factory: pytest.TempPathFactory) -> Vault:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTEKEEP_HOME", str(tmp_path_factory.mktemp("answers")))
        opened = Vault.open(str(vault))
        opened.indexing.refresh(full=True)
        return opened


def test_the_words_of_the_tour_find_the_book_first(opened: Vault) -> None:
    found = opened.search.search("cue craving")
    assert found.hits[0].row.path == "books/Atomic Habits.md"
    assert found.hits[0].snippet.marks


def test_the_three_questions_of_the_tour_have_answers(opened: Vault) -> None:
    best = opened.search.rows("type:book rating>=4.5 sort:-finished").rows
    assert [row.title for row in best] == [
        "The Design of Everyday Things",
        "Thinking, Fast and Slow",
        "The Dispossessed",
        "Atomic Habits",
        "The Pragmatic Programmer",
    ]
    assert opened.search.rows("#learning/ml -is:draft").total == 7
    linked = {row.path for row in opened.search.rows('to:"Atomic Habits"').rows}
    assert {"Start here.md", "books/Tiny Habits.md", "daily/2026-11-11.md"} <= linked


def test_every_state_can_be_asked_for(opened: Vault) -> None:
    def paths(query: str) -> set[str]:
        return {row.path for row in opened.search.rows(query).rows}

    assert paths("is:invalid") == {"inbox/Talk notes.md"}
    assert paths("is:broken") == {"inbox/Garden sensor.md"}
    assert "inbox/A word I keep looking up.md" in paths("is:orphan")
    assert len(paths("is:draft")) == 2
    assert len(paths("publish:true")) == 11


def test_nested_tags_are_found_by_their_parents(opened: Vault) -> None:
    tagged = {row.path for row in opened.search.rows("#idea/project").rows}
    assert tagged == {"inbox/Garden sensor.md", "inbox/Ideas for the winter.md"}
    assert opened.search.rows("#people").total == 5


TOUR = "Start here.md"


def test_the_commands_of_the_tour_run(tmp_path: Path) -> None:
    root = copy_sample_vault(dt.date(2026, 12, 2), str(tmp_path))
    home = str(Path(root).with_name(HOME))
    lines = Path(root, TOUR).read_text("utf-8").split("\n")
    commands = [line for line in lines if line.startswith("notekeep ")]
    assert len(commands) == 5
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(command)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "NOTEKEEP_HOME": home, "NOTEKEEP_VAULT": root},
        )
        assert done.returncode == 0, command + done.stderr


def test_the_examples_of_open_work_in_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_sample_vault(dt.date(2026, 12, 2), str(tmp_path))
    monkeypatch.setenv("NOTEKEEP_HOME", str(Path(root).with_name(HOME)))
    monkeypatch.setenv("NOTEKEEP_VAULT", root)
    monkeypatch.setenv("EDITOR", f"{sys.executable} -c ''")
    assert main(["open", "--help"]) == 0
    lines = map(str.strip, capsys.readouterr().out.split("\n"))
    examples = [shlex.split(line)[1:] for line in lines if line.startswith("notekeep open ")]
    assert len(examples) == 2
    assert [main(words) for words in examples] == [0, 0]


@pytest.mark.slow
async def test_the_keys_of_the_tour_do_what_it_says(  # noqa: PLR0915 - ten steps
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_sample_vault(dt.date(2026, 12, 2), str(tmp_path))
    home = str(Path(root).with_name(HOME))
    monkeypatch.setenv("NOTEKEEP_HOME", home)
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-12-02T21:15")
    tour = Vault.open(root)
    tour.indexing.refresh()
    app = NotekeepApp(tour, "browse")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "70 notes") and shows(app, "Ten minutes"))
        await press(pilot, "j")
        await until(pilot, lambda: shows(app, "James Clear · "))
        await press(pilot, "slash")
        type_text(app, "cue craving")
        await until(pilot, lambda: browse(app).note_under_cursor == "books/Atomic Habits.md")
        await press(pilot, "escape", "escape")
        await until(pilot, lambda: shows(app, "70 notes"))
        await press(pilot, "ctrl+o")
        type_text(app, "jre")
        await until(pilot, lambda: shows(app, "Naval Ravikant on JRE"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "♪ Naval Ravikant on JRE"))
        await press(pilot, "ctrl+o")
        type_text(app, "a star")
        await until(pilot, lambda: shows(app, "A star"))
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).note_under_cursor == "learning/A star.md")
        await press(pilot, "enter")
        await until(pilot, lambda: "learning/A star.md" in seen(app)[0])
        await press(pilot, "right_square_bracket", "enter")
        await until(pilot, lambda: shows(app, "tag:learning/algorithms"))
        await press(pilot, "backspace")
        await until(pilot, lambda: not shows(app, "tag:learning/algorithms"))
        await until(pilot, lambda: browse(app).note_under_cursor == "learning/A star.md")
        await press(pilot, "T")
        await until(pilot, lambda: shows(app, "Tasks · "))
        await press(pilot, "slash")
        type_text(app, "take the tour")
        await until(pilot, lambda: shows(app, "Take the tour"))
        await press(pilot, "enter", "x")
        note = Path(root, TOUR)
        await until(pilot, lambda: "- [x] Take the tour" in note.read_text("utf-8"))
        await press(pilot, "escape", "escape", "exclamation_mark")
        await until(pilot, lambda: shows(app, "2 problems"))
        await press(pilot, "escape", "ctrl+o")
        type_text(app, "bayes' theorem")
        await until(pilot, lambda: shows(app, "Bayes' theorem"))
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).note_under_cursor == "learning/Bayes' theorem.md")
        await press(pilot, "p")
        await until(pilot, lambda: shows(app, "No site folder yet."))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "The folder of your site."))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "bayes-theorem.md"))
    assert not (tmp_path / "sample-drafts").exists()
