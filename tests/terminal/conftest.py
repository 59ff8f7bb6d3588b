"""notekeep on a real terminal, over a small vault of real files."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.screens import NOW, write_notes
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Start = Callable[..., Terminal]


def environment_of(root: Path, home: Path) -> dict[str, str]:
    """What a program on a terminal is given, to open the vault at the hour of the tests."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "NOTEKEEP_HOME": str(home / "notekeep"),
        "NOTEKEEP_VAULT": str(root),
        "NOTEKEEP_NOW": NOW,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A vault of a few notes, two of them hostile."""
    return write_notes(tmp_path / "notes")


@pytest.fixture
def start(root: Path, home: Path) -> Start:
    """Start notekeep on the vault."""

    def begin(
        *arguments: str,
        columns: int = 100,
        lines: int = 30,
        answers: Mapping[bytes, bytes] | None = None,
        slow: float = 0.0,
        errors: Path | None = None,
        **env: str,
    ) -> Terminal:
        environment = environment_of(root, home) | {"COLORTERM": "truecolor"} | env
        command = [sys.executable, "-m", "notekeep", *arguments]
        if errors is not None:
            apart = 'errors=$1; shift; exec "$@" 2>"$errors"'
            command = ["sh", "-c", apart, "sh", str(errors), *command]
        return Terminal(
            command, environment, columns=columns, lines=lines, answers=answers, slow=slow
        )

    return begin
