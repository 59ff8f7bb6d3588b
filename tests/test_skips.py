"""Where nothing may be missing, a test is skipped for a reason on the list, or it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import REPOSITORY
from tests.support.sizes import cases

if TYPE_CHECKING:
    from pathlib import Path

SKIPS = """\
import pytest

def test_allowed():
    pytest.skip("root may read every folder")

def test_old():
    pytest.skip("the program hugo is too old: 0.131.0 is here, and the tests need 0.146.0")

def test_missing():
    pytest.skip("the program zsh is missing")

@pytest.mark.skipif(True, reason="not today")
def test_marked():
    pass
"""


@cases(("strict", "said"), [("1", "1 failed, 2 skipped, 1 error"), ("", "4 skipped")], fast=1)
def test_only_skips_of_the_list_pass_when_none_are_wanted(
    tmp_path: Path, strict: str, said: str
) -> None:
    (tmp_path / "test_it.py").write_text(SKIPS)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    env = os.environ | {"NOTEKEEP_NO_SKIPS": strict, "PYTHONPATH": str(REPOSITORY)}
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    ran = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", tmp_path, "-q", tmp_path],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert said in ran.stdout
    assert ("the program zsh is missing" in ran.stdout) == bool(strict)
