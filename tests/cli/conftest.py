"""Run commands as a person does: in a process of their own, or in this one, which is faster."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main
from tests.support.commands import CommandResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Keyboard(io.StringIO):
    """Standard input at a terminal."""

    def isatty(self) -> bool:
        return True


class Shell:
    """A vault, and commands that are run in it.

    Attributes:
        root: The vault.
    """

    def __init__(
        self, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.root = root
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *words: str, stdin: str = "", typed: str | None = None) -> CommandResult:
        """Run `notekeep` with words, and with a text in a pipe, or one typed at a terminal."""
        source = io.StringIO(stdin) if typed is None else Keyboard(typed)
        self._monkeypatch.setattr("sys.stdin", source)
        code = main(words)
        return CommandResult(code, *self._capsys.readouterr())

    def write(self, path: str, text: str) -> None:
        """Make a file of the vault."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def read(self, path: str) -> str:
        """A file of the vault as text, its line ends as they are."""
        return (self.root / path).read_bytes().decode()

    def files(self) -> list[str]:
        """The notes of the vault and what else lies beside them, the trash left out."""
        found = (path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file())
        return sorted(str(path) for path in found if path.parts[0] not in (".trash", ".notekeep"))


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """An empty vault as the current folder."""
    root = tmp_path / "vault"
    (root / ".notekeep").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    return Shell(root, capsys, monkeypatch)


@pytest.fixture
def notekeep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., CommandResult]:
    """Run `notekeep` with words, in the folder of a vault when one is given as `at`."""

    def run(*words: str, at: Path | None = None, stdin: str = "", **env: str) -> CommandResult:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.chdir(at or tmp_path)
            for name, value in env.items():
                patch.setenv(name, value)
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
            try:
                code = main(words)
            except SystemExit as ended:  # as click ends a completion
                code = int(ended.code or 0)
        return CommandResult(code, *capsys.readouterr())

    return run


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., CommandResult]:
    """Run `notekeep` as `notekeep` does, in a process of its own: for streams, locale, signals."""

    def run(*words: str, at: Path | None = None, stdin: str = "", **env: str) -> CommandResult:
        done = subprocess.run(
            [sys.executable, "-m", "notekeep", *words],
            cwd=at or tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            env={**os.environ, **env},
            timeout=120,
            check=False,
        )
        return CommandResult(done.returncode, done.stdout, done.stderr)

    return run
