"""The tab key in real shells: a completed name reaches the program as it is, and nothing runs."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main
from notekeep.vault import Vault
from tests.support.programs import needed
from tests.support.terminal import Terminal
from tests.terminal.conftest import environment_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.terminal, pytest.mark.slow]

# What is typed before the tab, and the name that it completes.
TYPED = [
    ("Thinki", "Thinking, fast"),
    ("Bay", "Bayes' theorem"),
    ("'Bay", "Bayes' theorem"),
    ('"Bay', "Bayes' theorem"),
    ("Said", 'Said "no"'),
    ("'Said", 'Said "no"'),
    ('"Said', 'Said "no"'),
    ("'Cats", "Cats'"),
    ("Cash", "Cash $HOME"),
    ("'Cash", "Cash $HOME"),
    ('"Cash', "Cash $HOME"),
    ("Cash\\ \\$H", "Cash $HOME"),
    ('"Excl', "Excl now!"),
    ("Run", "Run `touch ran`"),
    ('"Run', "Run `touch ran`"),
    ("Do", "Do $(touch ran)"),
    ('"Do', "Do $(touch ran)"),
    ("Eat", "Eat; touch ran & (more) | less"),
    ("Glob", "Glob * {a,b} ~ #1 !x"),
    ('"Glob', "Glob * {a,b} ~ #1 !x"),
    ("a\\ \\=", "a = b: c"),
    ("a", "a = b: c"),
    ("-- -da", "-dash first"),
]
RECORD = """#!/bin/sh
[ -n "$_NOTEKEEP_COMPLETE" ] && exec {python} -m notekeep "$@"
shift $(($# - 1))
printf '%s\\n' "$1" >> {argument}
"""
"""The program for the shell, and for Enter one that writes its last argument into a file."""
COUNT = "wc -l < {argument}"
STARTED = {  # the settings file of a shell, with a prompt that counts what was entered
    "bash": (".bashrc", "PS1='$({count})> '", ["bash", "--rcfile", ".bashrc", "-i"]),
    "zsh": (
        ".zshrc",
        "setopt prompt_subst\nPS1='$({count})> '\nautoload -Uz compinit\ncompinit -u -D",
        ["zsh", "-d", "-i"],
    ),
    "fish": (
        ".config/fish/config.fish",
        "function fish_prompt\nprintf '%s> ' ({count})\nend",
        ["fish", "-i"],
    ),
}


@pytest.mark.parametrize("shell", STARTED)
def test_the_tab_key_completes_any_name_and_runs_nothing(
    shell: str, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needed(shell)
    root, argument, program = tmp_path / "vault", home / "argument", home / "bin/notekeep"
    (root / ".notekeep").mkdir(parents=True)
    for name in {name for _, name in TYPED}:
        (root / f"{name}.md").write_text("words\n", "utf-8")
    Vault.open(str(root)).indexing.refresh()
    argument.touch()
    program.parent.mkdir()
    quoted = shlex.quote(sys.executable)
    program.write_text(RECORD.format(python=quoted, argument=argument), "utf-8")
    program.chmod(0o755)
    settings, text, command = STARTED[shell]
    (home / settings).parent.mkdir(parents=True, exist_ok=True)
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    count = COUNT.format(argument=argument)
    (home / settings).write_text(f"{text.format(count=count)}\n{script}", "utf-8")
    env = environment_of(root, home)
    env["PATH"] = f"{program.parent}:{env['PATH']}"
    answers = {b"\x1b[c": b"\x1b[?62;c", b"\x1b[0c": b"\x1b[?62;c"}  # that fish asks for
    with Terminal(command, env, columns=150, cwd=str(home), answers=answers) as terminal:
        for number, (typed, _) in enumerate(TYPED):
            terminal.until(f"{number}>")
            terminal.send(f"notekeep show {typed}\t\r")
        terminal.until(f"{len(TYPED)}>")
    assert argument.read_text("utf-8").splitlines() == [name for _, name in TYPED]
    assert not (home / "ran").exists()
