"""The person's own commands: what they get, when they run, and that only the person defines one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.config import Places

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

STORE = (
    "import json, os, sys\n"
    "given = json.load(sys.stdin)\n"
    "with open(sys.argv[1], 'a') as file:\n"
    "    print(json.dumps([given, sys.argv[2:], os.getcwd()]), file=file)\n"
    "print('stored', given['event'])\n"
)
"""A program that stores its input and arguments in a file."""


def own_settings() -> Path:
    folder = Path(Places.for_machine().config)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "config.toml"


class CommandLine:
    """The person's settings, with commands that store what they get."""

    def __init__(self, folder: Path) -> None:
        self.script, self.log = folder / "store.py", folder / "stored.txt"
        self.script.write_text(STORE)

    def command(self, name: str, *arguments: str, **options: str) -> None:
        self.raw(name, [sys.executable, str(self.script), str(self.log), *arguments], **options)

    def raw(self, name: str, run: list[str], **options: str) -> None:
        lines = [f"[commands.{name}]", f"run = {json.dumps(run)}"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in options.items()]
        with own_settings().open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def stored(self) -> list[tuple[dict[str, Any], list[str], str]]:
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    folder = tmp_path / "programs"
    folder.mkdir()
    return CommandLine(folder)


def test_a_command_runs_after_a_new_note_and_gets_it(shell: Shell, cli: CommandLine) -> None:
    cli.command("tell", "--file={path}", "{vault}", after="new")
    ran = shell("new", "book", "A $(touch gone); title")
    ((given, arguments, folder),) = cli.stored()
    (note,) = given["notes"]
    root = os.path.realpath(shell.root)
    assert (given["event"], given["vault"]) == ("new", root)
    assert note["file"] == os.path.join(root, note["path"])
    assert os.path.exists(note["file"])
    assert arguments == [f"--file={note['file']}", root]
    assert folder == os.path.realpath(own_settings().parent)
    assert ran.code == 0
    assert "stored new" in ran.err
    assert "stored" not in ran.out


def test_a_command_runs_after_a_check_in(shell: Shell, cli: CommandLine) -> None:
    shell("habit", "add", "meditate")
    cli.command("tell", after="checkin")
    assert shell("habit", "meditate").code == 0
    ((given, _, _),) = cli.stored()
    assert (given["event"], given["habit"]) == ("checkin", "meditate")
    assert "meditate: done" in str(given["line"])
    shell("habit", "meditate", "--dry-run")
    assert len(cli.stored()) == 1


def test_a_command_runs_after_an_export_with_the_site(
    shell: Shell, cli: CommandLine, tmp_path: Path
) -> None:
    shell.write("posts/open.md", "---\ntitle: Open\npublish: true\n---\nWritten in the open.\n")
    cli.command("tell", "{site}", after="export")
    site = tmp_path / "blog"
    site.mkdir()
    (site / "hugo.toml").write_text('baseURL = "https://example.org/"\n')
    ran = shell("export", "Open", "--site", str(site), "--dry-run")
    assert (ran.code, cli.stored()) == (0, []), ran.err
    ran = shell("export", "Open", "--site", str(site))
    assert ran.code == 0, ran.err
    ((given, arguments, _),) = cli.stored()
    assert arguments == [given["site"]]
    assert [one["path"] for one in given["notes"]] == ["posts/open.md"]
    assert given["written"]


def test_a_command_runs_after_an_import_that_wrote(
    shell: Shell, cli: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "list.html"
    file.write_text(
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n"
        '<DL><p>\n<DT><A HREF="https://example.org/soil" ADD_DATE="1700000000">Soil</A>\n</DL>\n'
    )
    cli.command("tell", after="import")
    shell("import", str(file))
    assert cli.stored() == []
    ran = shell("import", str(file), "--write")
    assert [given["event"] for given, _, _ in cli.stored()] == ["import"], ran.err


def test_a_command_runs_after_a_sync(
    shell: Shell, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ann")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ann@example.org")
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    ran = shell("sync", "init", str(tmp_path / "remote.git"), "--yes")
    assert ran.code == 0, ran.err
    cli.command("tell", after="sync")
    shell.write("inbox/soil.md", "Worms work at night.\n")
    ran = shell("sync", "--yes")
    assert [(given["event"], given["problem"]) for given, _, _ in cli.stored()] == [("sync", "")], (
        ran
    )


def test_a_failure_changes_nothing_and_is_told_in_one_line(shell: Shell, cli: CommandLine) -> None:
    code = "import sys; print('first'); print('no network'); sys.exit(7)"
    cli.raw("push", [sys.executable, "-c", code], after="new")
    ran = shell("new", "book", "Soil")
    assert ran.code == 0
    failed = [line for line in ran.err.splitlines() if "push" in line]
    assert failed == ['notekeep: The command "push" failed with exit code 7. no network']
    assert any(name.endswith(".md") for name in shell.files())


def test_a_command_that_does_not_exist_is_named(shell: Shell, cli: CommandLine) -> None:
    cli.raw("push", ["no-such-program-here"], after="new")
    ran = shell("new", "book", "Soil")
    assert ran.code == 0
    assert 'The command "push" did not start: no-such-program-here' in ran.err


def test_a_command_that_takes_too_long_is_stopped(
    shell: Shell, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notekeep.own_commands.SECONDS", 1)
    cli.raw("slow", [sys.executable, "-c", "import time; time.sleep(600)"], after="new")
    assert "was stopped after 1 seconds" in shell("new", "book", "Soil").err


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('commands.a.run = "git push"', "commands.a: run = must be a list"),
        ("commands.a.run = []", "commands.a: run = must be a list"),
        ('commands.a = {run = ["x"], after = "lunch"}', "commands.a: after = must be one of"),
        ('commands.a = {run = ["x"], shell = "y"}', "commands.a: Unknown key shell."),
        ('commands.a = {run = ["{path}"]}', "commands.a: run = must begin with a program."),
        ('commands."A b".run = ["x"]', "commands.A b: The name may only have"),
        ('commands = "x"', "commands: Needs a table"),
    ],
)
def test_a_wrong_command_is_named_and_ignored(shell: Shell, lines: str, said: str) -> None:
    own_settings().write_text(f"{lines}\n")
    ran = shell("config")
    assert ran.code == 0
    assert f"ignored: {said}" in ran.err


def test_keys_lists_a_command_and_says_that_its_key_is_taken(
    shell: Shell, cli: CommandLine
) -> None:
    cli.command("tell", key="ctrl+y")
    cli.command("mail", key="e")
    ran = shell("keys")
    assert any(line.split()[:2] == ["ctrl+y", "tell"] for line in ran.out.splitlines())
    assert "The key e is used by edit and mail." in ran.err


# Only the personal settings define a command.


def test_a_command_in_a_vault_is_ignored_and_reported(shell: Shell, cli: CommandLine) -> None:
    cli.command("tell", after="new")
    lines = own_settings().read_text("utf-8")
    shell.write(".notekeep/config.toml", lines)
    own_settings().unlink()
    said = ".notekeep/config.toml: commands: Unknown setting or invalid value. Ignored."
    assert said in shell("config").err
    assert "commands" in shell("doctor").out
    assert shell("new", "book", "Soil").code == 0
    assert cli.stored() == []


def test_a_site_and_an_import_define_no_command(
    shell: Shell, cli: CommandLine, tmp_path: Path
) -> None:
    cli.command("tell", after="export")
    lines = own_settings().read_text("utf-8")
    own_settings().unlink()
    site = tmp_path / "drafts"
    for folder in (site, site / ".notekeep", tmp_path / "given"):
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(lines)
    (site / "hugo.toml").write_text(f'baseURL = "https://example.org/"\n{lines}')
    shell.write("posts/open.md", "---\ntitle: Open\npublish: true\n---\nOpen.\n")
    shell("import", str(tmp_path / "given"), "--write")
    assert shell("export", "Open", "--site", str(site)).code == 0
    assert cli.stored() == []


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script")
def test_a_program_of_the_vault_is_not_run(
    shell: Shell, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = shell.root / "tell"
    program.write_text(f"#!/bin/sh\ntouch {cli.log}\n")
    program.chmod(0o755)
    monkeypatch.chdir(shell.root)
    monkeypatch.setenv("PATH", os.pathsep.join((".", "", os.environ["PATH"])))
    cli.raw("tell", ["tell"], after="new")
    assert "did not start" in shell("new", "book", "Soil").err
    assert not cli.log.exists()
