"""Run commands as a person does: in a process of their own, on a vault of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.ran import Ran

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def notekeep(tmp_path: Path) -> Callable[..., Ran]:
    """Run `notekeep` with words, in the folder of a vault when one is given as `at`."""

    def run(*words: str, at: Path | None = None, stdin: str = "", **env: str) -> Ran:
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
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
