"""The commands as a person sees them: `tests/transcripts/*.txt`, each run on a sample vault.

A line that begins with `$ ` is a command, run in the vault: by a shell where it has pipes and the
like, else in this process, which is much faster. What follows is what it prints, stdout and stderr
together, up to the next command. `[2]` on a line by itself is its exit code when that is not 0.
`...` stands for any number of lines, or for any text within one.
`NOTEKEEP_WRITE_TRANSCRIPTS=1` writes what was printed, to be read before it is committed.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from notekeep.cli.main import main

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
NOW = "2026-11-24T21:15"


def commands(text: str) -> list[tuple[str, str]]:
    """Split a transcript into commands and what each prints."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


SHELL = re.compile(r"[|<>;&$`*?(){}~]")


def run(command: str, vault: Path, tools: Path) -> str:
    outside_quotes = re.sub(r"'[^']*'", "", command)
    is_plain = command.startswith("notekeep ") and not SHELL.search(outside_quotes)
    out, code = called(command, vault) if is_plain else in_shell(command, vault, tools)
    out = out.replace(str(vault), "~/notes")
    if out and not out.endswith("\n"):
        out += "\n"
    return out + (f"[{code}]\n" if code else "")


def called(command: str, vault: Path) -> tuple[str, int]:
    """Run one `notekeep …` in this process."""
    printed = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(vault)
        patch.setenv("NOTEKEEP_NOW", NOW)
        for stream in ("sys.stdout", "sys.stderr"):
            patch.setattr(stream, printed)
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        code = main(shlex.split(command)[1:])
    return printed.buffer.getvalue().decode(), code


def in_shell(command: str, vault: Path, tools: Path) -> tuple[str, int]:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=vault,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={**os.environ, "NOTEKEEP_NOW": NOW, "PATH": f"{tools}:{os.environ['PATH']}"},
    )
    return done.stdout, done.returncode


def matches(printed: str, expected: str) -> bool:
    pattern = "".join(
        "(?:.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("..."))) + "\n"
        for line in expected.rstrip("\n").splitlines()
    )
    return re.fullmatch(pattern, printed) is not None


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with `notekeep` and `nk` in it, as they are after an installation."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("notekeep", "nk"):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m notekeep "$@"\n', "utf-8")
        script.chmod(0o755)
    return folder


def test_there_are_transcripts() -> None:
    assert TRANSCRIPTS


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path, sample: Path, tools: Path) -> None:
    text = path.read_text("utf-8")
    head = text.partition("$ ")[0]
    printed = [(command, run(command, sample, tools)) for command, _ in commands(text)]
    if os.environ.get("NOTEKEEP_WRITE_TRANSCRIPTS"):
        path.write_text(head + "".join(f"$ {c}\n{out}\n" for c, out in printed), "utf-8")
        pytest.fail("written anew; read it, then run without NOTEKEEP_WRITE_TRANSCRIPTS")
    for (command, expected), (_, out) in zip(commands(text), printed, strict=True):
        assert matches(out, expected), f"$ {command}\n{out}\n--- expected ---\n{expected}"


def test_a_transcript_that_differs_is_seen() -> None:
    assert matches("one\ntwo\n", "one\ntwo\n\n")
    assert matches("one\ntwo\nthree\n", "one\n...\n")
    assert matches("in 0.3 s\n", "in ... s\n")
    assert not matches("one\ntwo\n", "one\n")
    assert not matches("one\n", "two\n")
