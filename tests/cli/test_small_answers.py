"""Small commands that tell the truth: `add` from a pipe, `config`, `doctor`, `init`."""

from __future__ import annotations

import json
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep import __version__, config

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


@pytest.mark.parametrize("words", [(), ("-",)], ids=["no text", "dash"])
def test_line_from_a_pipe_is_added(shell: Shell, words: tuple[str, ...]) -> None:
    shell.write("Note.md", "# Note\n")
    ran = shell("add", "--to", "Note", *words, stdin="from a pipe\n")
    assert ran.code == 0, ran.err
    assert shell.read("Note.md") == "# Note\n\nfrom a pipe\n"


def test_empty_pipe_adds_nothing(shell: Shell) -> None:
    ran = shell("add")
    assert (ran.code, "nothing to add" in ran.err) == (2, True)
    assert shell.files() == []


def test_config_names_vaults_that_are_not_there(shell: Shell) -> None:
    person = config.Places.for_machine().config
    shell.write("../here/.notekeep/config.toml", "")
    here = shell.root.parent / "here"
    text = f'theme = "light"\n[vaults]\nhere = "{here}"\ngone = "{here}/gone"\nkeymap = "vim"\n'
    shell.write(f"{person}/config.toml", text)
    said = shell("config").err
    assert f"vaults.gone: There is no folder {here}/gone.\n" in said
    assert "vaults.keymap: Unknown setting. Put settings above the first [table]." in said
    assert "vaults.here" not in said
    assert len(json.loads(shell("config", "--json").out)["warnings"]) == 2


def test_doctor_lists_marks_of_git_as_conflicts(shell: Shell) -> None:
    shell.write("n.md", "# n\n\n<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> abc\n")
    lines = shell("doctor").out.splitlines()
    [at] = [number for number, line in enumerate(lines) if line.startswith("conflicts")]
    assert "1 problem" in lines[at]
    assert lines[at + 1].startswith("  n.md:3")
    assert sum("n.md" in line for line in lines) == 1


def test_doctor_says_once_what_is_wrong_in_many_notes(shell: Shell) -> None:
    for number in range(5):
        shell.write(f"n{number}.md", "[[Jane Austen]] and [[Homer]]\n")
    shell.write("one.md", "[[Only here]]\n")
    said = shell("doctor").out
    assert said.count("Fix the name, or create the note.") == 1
    assert (
        '  There is no note "Jane Austen". (5 times)\n    n0.md:1, n1.md:1, n2.md:1 and 2 more\n'
        in (said)
    )
    assert '  one.md:1: There is no note "Only here".\n' in said
    layers = json.loads(shell("doctor", "--json").out)["layers"]
    [links] = [layer for layer in layers if layer["name"] == "links"]
    assert len(links["findings"]) == 11


def test_new_vault_keeps_the_trash_out_of_git(shell: Shell) -> None:
    assert shell("init", "../new").code == 0
    root = shell.root.parent / "new"
    (root / ".trash").mkdir()
    for name in (".trash/old.md", ".nk-tmp-1", "note.md"):
        (root / name).write_text("text\n")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    done = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    files = [line.split(maxsplit=1)[1] for line in done.stdout.splitlines()]
    assert sorted(files) == [".gitignore", ".notekeep/config.toml", "note.md"]


def test_init_does_not_make_the_current_folder_a_vault_when_another_is_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, other = shell.root.parent / "here", shell.root.parent / "other"
    here.mkdir()
    monkeypatch.chdir(here)
    ran = shell("--vault", str(other), "init")
    assert (ran.code, ran.out) == (2, "")
    assert "Use `notekeep init FOLDER`." in ran.err
    assert [*here.iterdir()] == []
    assert shell("init").code == 0
    assert (here / ".notekeep/config.toml").exists()


def test_vault_with_its_own_gitignore_keeps_it(shell: Shell) -> None:
    shell.write("../new/.gitignore", "*.pdf\n")
    assert shell("init", "../new").code == 0
    assert shell.read("../new/.gitignore") == "*.pdf\n"


@pytest.mark.parametrize(
    "words",
    [
        ("saved", "--vault", "{root}", "add", "books", "type:book"),
        ("--vault", "{root}", "saved", "add", "books", "type:book"),
        ("saved", "add", "--vault", "{root}", "books", "type:book"),
    ],
    ids=["behind the group", "before it", "behind the command"],
)
def test_an_option_may_stand_before_a_command_and_behind_it(
    shell: Shell, words: tuple[str, ...]
) -> None:
    shell.write("../other/.notekeep/config.toml", "")
    other = str(shell.root.parent / "other")
    assert shell(*(word.format(root=other) for word in words)).code == 0
    listed = shell("saved", "--json", "--vault", other)
    assert [one["name"] for one in json.loads(listed.out)["saved"]] == ["books"]
    assert shell("saved").code == 1


def test_doctor_lists_a_few_problems_of_each_cause_and_all_of_them_on_request(
    shell: Shell,
) -> None:
    for number in range(9):
        shell.write(f"{number}.md", f"[[gone {number}]] and [[the usual]]\n")
    told = shell("doctor").out
    assert 'There is no note "the usual". (9 times)' in told
    assert "0.md:1, 1.md:1, 2.md:1 and 6 more" in told
    assert "and 7 more, 18 in all; `notekeep doctor --all` lists them" in told
    assert told.count("Fix the name, or create the note.") == 1
    every = shell("doctor", "--all").out
    assert all(f'There is no note "gone {number}".' in every for number in range(9))
    assert "8.md:1" in every


def test_doctor_only_counts_links_in_properties(shell: Shell) -> None:
    shell.write("n.md", "---\ntopics: ['[[Emergence]]']\n---\n")
    told = shell("doctor").out
    assert "properties 1 open" in told
    assert "Emergence" not in told
    assert "Emergence" in shell("doctor", "--all").out


def test_lint_says_how_to_rate_higher_once(shell: Shell) -> None:
    for number in range(3):
        shell.write(f"{number}.md", "---\nrating: 9\n---\n")
    told = shell("lint").out
    assert told.count("rating must be between 0 and 5. Got 9.") == 3
    assert told.count("set rating_max in .notekeep/config.toml") == 1


def test_version_as_json_names_every_dependency_and_no_path(shell: Shell) -> None:
    ran = shell("--version", "--json")
    assert ran.code == 0, ran.err
    details = json.loads(ran.out)
    assert details["notekeep"] == __version__
    assert details["python"] == platform.python_version()
    assert details["dependencies"]["textual"] == metadata.version("textual")
    assert "textual-serve" in details["dependencies"]
    home = config.Places.for_machine()
    for private in (str(shell.root), str(Path.home()), home.state, platform.node()):
        assert private not in ran.out


def test_dependency_that_is_not_installed_has_no_version(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _name: ["no-such-library>=1; extra == 'x'"])
    details = json.loads(shell("--version", "--json").out)
    assert details["dependencies"] == {"no-such-library": None}


def test_json_before_the_command_says_where_it_belongs(shell: Shell) -> None:
    assert shell("--version").out == f"notekeep, version {__version__}\n"
    ran = shell("--json", "ls")
    assert (ran.code, ran.out) == (2, "")
    assert "notekeep ls --json" in ran.err
