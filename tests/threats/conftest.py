"""Commands run in this process: hundreds of them over a hostile vault take seconds."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main
from tests.support.commands import CommandResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., CommandResult]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty vault."""
    folder = tmp_path / "notes"
    (folder / ".notekeep").mkdir(parents=True)
    return folder


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `notekeep` with words in the vault's folder, at a fixed moment."""
    monkeypatch.chdir(root)
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("_NOTEKEEP_COMPLETE", raising=False)

    def command(*words: str) -> CommandResult:
        capsys.readouterr()
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
        code = main(words)
        out, err = capsys.readouterr()
        assert "Traceback" not in err, err
        assert "in notekeep broke" not in err, err
        return CommandResult(code, out, err)

    return command
