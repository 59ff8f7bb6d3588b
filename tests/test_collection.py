"""The tests can be collected on Windows, which lacks some modules of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PLUGIN = """
import builtins

MISSING = {"fcntl", "grp", "pty", "pwd", "resource", "termios"}
import_module = builtins.__import__


def import_as_on_windows(name, globals=None, locals=None, fromlist=(), level=0):
    path = (globals or {}).get("__file__") or ""
    ours = any(f"/{folder}/" in path for folder in ("tests", "reliability", "bench"))
    if ours and name in MISSING:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return import_module(name, globals, locals, fromlist, level)


builtins.__import__ = import_as_on_windows
"""


@pytest.mark.slow
def test_all_tests_are_collected_without_the_modules_that_windows_lacks(tmp_path: Path) -> None:
    (tmp_path / "like_windows.py").write_text(PLUGIN)
    options = ["-p", "like_windows", "-p", "no:cacheprovider", "-n", "0", "-q", "--collect-only"]
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-m", "not slow", "tests"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert collected.returncode == 0, collected.stdout[-3000:]
