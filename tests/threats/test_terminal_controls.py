"""Nothing a vault holds commands the terminal: all text leaves through one place, cleaned.

What every command and every screen sends is looked at on a real terminal by `python -m reliability`
(R16); here the same vault goes through every command in this process, and code that would write to
the terminal by another way is found.
"""

from __future__ import annotations

import base64
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import notekeep
from reliability.r16_terminal import ATTACKS, environment, write_vault
from reliability.r16_terminal import lines as command_lines
from reliability.terminal import on_terminal, unsafe
from tests.support.terminal_output import streams

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.commands import CommandResult

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX has pseudoterminals")

PACKAGE = Path(notekeep.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))

OUTLETS = {
    "cli/output.py": "cleans whatever it writes",
    "cli/main.py": "says in words of our own that there is no vault",
    "cli/opening.py": "counts notes while the index is made",
    "cli/system.py": "counts notes for the program that follows it",
    "tui/prelude.py": "shows the last frame of the interface again, whose text was cleaned",
    "tui/launch.py": "says in one clean line how the sync at the end went",
    "search/regex_child.py": "speaks to the process that started it",
    "search/meaning.py": "writes paths and numbers to the process that started it",
    "catalog/pdf_text.py": "writes the text of a file to the process that started it",
    "phone/server.py": "shows the cleaned output of the user's own commands",
}
"""The files that may write to a stream, and why each is no way around."""


def test_no_command_sends_what_a_vault_holds_uncleaned(
    run: Callable[..., CommandResult], root: Path, tmp_path: Path
) -> None:
    (root / ".notekeep").rmdir()
    root.rmdir()
    write_vault(root)
    os.chdir(root)
    values = {"{hostile}": ATTACKS[0] + ATTACKS[3], "{elsewhere}": str(tmp_path / "elsewhere")}
    (tmp_path / "elsewhere").mkdir()
    for line in command_lines():
        words = shlex.split(line)
        for name, value in values.items():
            words = [word.replace(name, value) for word in words]
        if words[:1] == ["show"] and "--json" not in words:
            words.append("--json")  # into a pipe, `show` gives a file byte for byte
        ran = run(*words)
        assert unsafe((ran.out + ran.err).encode("utf-8", "surrogateescape")) == [], line


def test_a_question_about_a_habit_is_cleaned(root: Path, home: Path) -> None:
    (root / "habits").mkdir()
    (root / "habits/sit.md").write_text(
        '---\nhabit: sit\ntitle: "Sit \\e]0;owned\\a\\u202e\\x9b31m"\nschedule: daily\n'
        "since: 2026-11-01\n---\n",
        "utf-8",
    )
    command = [sys.executable, "-P", "-m", "notekeep", "habit", "ask"]
    code, sent = on_terminal(command, str(root), environment(home), [b"q\r"])
    assert code == 0, sent
    assert "Sit ␛]0;owned␇".encode() in sent
    assert unsafe(sent) == []


@pytest.mark.parametrize("attack", ATTACKS[:8], ids=ascii)
def test_what_may_be_sent_is_told_from_what_may_not(attack: str) -> None:
    assert unsafe(f"before {attack} after".encode()) != []


def clipboard(text: bytes) -> bytes:
    return b"\x1b]52;c;" + base64.b64encode(text) + b"\x07"


def test_the_clipboard_is_written_as_often_as_a_person_copied() -> None:
    once = b"before" + clipboard("a note ␛[31m".encode()) + b"after"
    assert unsafe(once, copies=1) == []
    assert unsafe(once * 2, copies=2) == []
    assert unsafe(once) != []
    assert len(unsafe(once + clipboard(b"another"), copies=1)) == 1


@pytest.mark.parametrize(
    "sent",
    [
        clipboard(b"rm -rf ~\x1b[2J"),
        clipboard(b"a\rb"),
        clipboard("a\u202eb".encode()),
        clipboard(b"\xff\xfe"),
        b"\x1b]52;c;abc\x07",
        b"\x1b]52;c;?\x07",
        b"\x1b]52;p;YQ==\x07",
    ],
    ids=ascii,
)
def test_what_is_copied_has_to_be_clean(sent: bytes) -> None:
    assert unsafe(sent, copies=1) != []


def test_no_other_code_writes_to_the_terminal() -> None:
    found = {
        str(path.relative_to(PACKAGE)): faults
        for path in SOURCES
        if (faults := streams(path.read_text("utf-8")))
    }
    assert {name: found[name] for name in found if name not in OUTLETS} == {}
    assert set(found) == set(OUTLETS)


@pytest.mark.parametrize(
    "code",
    [
        "print(title)",
        "say = print",
        "sys.stdout.write(title)",
        "sys.stderr.writelines(titles)",
        "out = sys.stdout",
        "sys.stdout.buffer.write(data)",
        "from sys import stdout",
        "click.echo(title)",
        "click.secho(title, fg='red')",
        "click.prompt(title)",
        "click.confirm(f'Delete {title}?')",
        "os.write(1, data)",
        "os.write(sys.stdout.fileno(), data)",
    ],
)
def test_code_that_would_is_found(code: str) -> None:
    (found,) = streams(f"\n{code}\n")
    assert found.startswith("line 2: ")


@pytest.mark.parametrize(
    "code",
    [
        "sys.stdout.isatty()",
        "sys.stdout.encoding",
        "output.write(title)",
        "click.prompt(clean_line(title))",
        "click.confirm('Write these files?')",
        "os.write(fd, data)",
        "pprint(title)",
    ],
)
def test_code_that_would_not_is_let_through(code: str) -> None:
    assert streams(code) == []
