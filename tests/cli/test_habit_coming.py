"""Habits coming and going, reminders and the line for prompts, as commands."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.commands import CommandResult

SAMPLES = Path(__file__).parents[1] / "habits/imports/samples"
NOW = "2026-01-12T21:15"


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vault with one habit, in which commands run on 12 January 2026 at 21:15."""
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "habits").mkdir()
    (root / "habits/Sit.md").write_text(
        '---\nhabit: sit\ntitle: "Sit [/red]"\nremind: ["07:30", "mon,fri 18:00"]\n'
        "since: 2026-01-01\n---\n",
        "utf-8",
    )
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(root)
    return root


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_an_import_is_shown_and_written_when_it_is_said_so(
    vault: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(vault)
    words = ["habit", "import", str(SAMPLES / "loop.db"), "--json"]
    assert main(words) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["format"], shown["written"]) == ("loop", False)
    assert files(vault) == before
    assert main([*words, "--write", "--dry-run"]) == 0
    assert files(vault) == before
    capsys.readouterr()

    assert main([*words, "--write"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["written"]
    assert written["habits"][0] == {
        "name": "Stretch, 5 min",
        "id": "stretch-5-min",
        "path": "habits/Stretch, 5 min.md",
        "is_new": True,
        "entries": 5,
        "added": 5,
        "same": 0,
        "kept": 0,
        "first": "2026-01-05",
        "last": "2026-01-09",
    }
    assert sorted(files(vault).keys() - before.keys()) == sorted(written["paths"])
    assert written["losses"] == [
        {"message": "colours: not used by notekeep", "habit": "", "place": "", "times": 1}
    ]


def test_hostile_names_reach_the_terminal_as_text(
    vault: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    habits = [{"name": "\x1b]52;c;eA==\x07[/red]", "id": "x", "tags": ["a", "b"], "records": []}]
    file = tmp_path / "export.json"
    file.write_text(json.dumps({"habits": habits}), "utf-8")
    assert main(["habit", "import", str(file), "--write"]) == 0
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert "[/red]" in said.out
    assert [path.name for path in (vault / "habits").glob("*.md")].count("Sit.md") == 1


def test_a_hostile_archive_is_refused(
    vault: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.md", "x")
    before = files(tmp_path)
    assert main(["habit", "import", str(path), "--write"]) == 4
    assert "has a path outside of it" in capsys.readouterr().err
    assert files(tmp_path) == before


@pytest.mark.parametrize(("path", "code"), [("nothing.db", 1), ("habits", 2)])
def test_what_is_no_export(vault: Path, path: str, code: int) -> None:
    assert main(["habit", "import", path]) == code


def test_an_export_goes_to_stdout_or_to_a_new_file(
    vault: Path, notekeep: Callable[..., CommandResult], tmp_path: Path
) -> None:
    assert main(["habit", "sit", "yesterday", "--", "calm"]) == 0
    out = notekeep("habit", "export", "csv", at=vault).out
    assert out.splitlines()[1] == "2026-01-11,sit,done,,,21:15,calm"
    file = tmp_path / "h.csv"
    done = notekeep("habit", "export", "csv", "--out", str(file), at=vault)
    assert (done.code, done.out, file.read_text("utf-8")) == (0, "", out)
    assert notekeep("habit", "export", "csv", "--out", str(file), at=vault).code == 4
    assert notekeep("habit", "export", "json", "--out", str(file), "--force", at=vault).code == 0
    assert json.loads(file.read_text("utf-8"))["notekeep"] == 1
    assert (
        notekeep("habit", "export", "csv", "--out", str(tmp_path / "no/h.csv"), at=vault).code == 5
    )
    assert notekeep("habit", "export", "xml", at=vault).code == 2


def test_a_calendar_without_reminders_says_so(
    vault: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (vault / "habits/Sit.md").write_text("---\nhabit: sit\n---\n", "utf-8")
    assert main(["habit", "export", "ics"]) == 1
    assert "No reminders" in capsys.readouterr().err
    assert main(["habit", "remind"]) == 1
    assert "No reminders" in capsys.readouterr().err
    assert main(["habit", "remind", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"total": 0, "reminders": []}


def test_cron_lines_are_only_shown_and_reach_the_desktop(
    vault: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(vault)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1000/bus")
    assert main(["habit", "remind", "--cron"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" /")[0] for line in lines] == ["30 7 * * *", "0 18 * * 1,5"]
    assert " DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus " in lines[0]
    assert lines[0].endswith(f" --vault {vault} habit remind --check --notify")
    assert files(vault) == before


@pytest.mark.parametrize("words", [["--cron", "--check"], ["--notify"], ["--cron", "--notify"]])
def test_options_that_do_not_go_together(vault: Path, words: list[str]) -> None:
    assert main(["habit", "remind", *words]) == 2


def test_what_has_come_is_listed_until_it_is_answered(
    vault: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["habit", "remind", "--check", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["due"][0] == {"habit": "sit", "title": "Sit [/red]", "remind": "07:30"}
    assert main(["habit", "sit"]) == 0
    capsys.readouterr()
    assert main(["habit", "remind", "--check"]) == 1
    assert capsys.readouterr().out == ""


def notifier(folder: Path, code: int = 0) -> Path:
    """A `notify-send` that writes down what it is told."""
    folder.mkdir()
    said = folder / "said"
    script = folder / "notify-send"
    script.write_text(
        f'#!/bin/sh\nfor word in "$@"; do echo "$word" >> \'{said}\'; done\nexit {code}\n', "utf-8"
    )
    script.chmod(0o755)
    return said


def test_a_desktop_is_told_once_and_in_words_only(
    vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = notifier(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{said.parent}:/usr/bin:/bin")
    assert main(["habit", "remind", "--check", "--notify"]) == 0
    assert said.read_text("utf-8").splitlines() == [
        *("--app-name=notekeep", "--", "Sit [/red]", "Missed yesterday")
    ]
    before = said.read_bytes()
    assert main(["habit", "remind", "--check", "--notify"]) == 0
    assert said.read_bytes() == before
    assert capsys.readouterr().out == ""


def test_where_there_is_no_desktop_it_is_told_in_words(
    vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = notifier(tmp_path / "bin", code=1)
    monkeypatch.setenv("PATH", f"{said.parent}:/usr/bin:/bin")
    assert main(["habit", "remind", "--check", "--notify"]) == 0
    assert capsys.readouterr().out.splitlines() == ["Sit [/red]: Missed yesterday"]


def test_the_prompt(vault: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["habit", "prompt"]) == 0
    assert capsys.readouterr().out == "0/1 !1\n"
    assert main(["habit", "sit"]) == 0
    capsys.readouterr()
    assert main(["h", "prompt"]) == 0
    assert capsys.readouterr().out == "1/1\n"
    assert main(["habit", "prompt", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value == {"date": "2026-01-12", "done": 1, "asked": 1, "at_risk": 0, "timer": None}


def test_a_prompt_of_yesterday_is_looked_at_anew(
    vault: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["habit", "sit"]) == 0
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-01-13T08:00")
    capsys.readouterr()
    assert main(["habit", "prompt"]) == 0
    assert capsys.readouterr().out == "0/1\n"


def test_without_a_vault_the_prompt_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["habit", "prompt"]) == 1
    assert "No vault was found here" in capsys.readouterr().err
