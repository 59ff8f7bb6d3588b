"""Programs that a test needs and a machine may not have."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from typing import Final

import pytest

MISSING = "is missing"
"""Part of every such skip's reason; where nothing may be missing, such a skip is a failure."""


OLDEST: Final = {"hugo": "0.146.0"}
"""The first version of a generator that builds the sites of the tests, where older ones do not."""


def needed(name: str, *, path: str | None = None) -> str:
    """Give where a program is; without it the test is skipped, by the program's name.

    One that is too old counts as missing, and its version is named.
    """
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"the program {name} {MISSING}")
    if old := too_old(name, found):
        pytest.skip(old)
    return found


def too_old(name: str, program: str) -> str:
    """Return that a program is too old for the tests, and what they need; "" when it is not."""
    oldest = OLDEST.get(name)
    if oldest is None or _numbers(version := version_of(program)) >= _numbers(oldest):
        return ""
    return f"the program {name} is too old: {version} is here, and the tests need {oldest}"


@cache
def version_of(program: str, folder: str | None = None) -> str:
    """Return what a program says its version is, called in a folder; "?" when it says none."""
    env = os.environ | {"PATH": os.pathsep.join([os.path.dirname(program), os.environ["PATH"]])}
    flag = "version" if os.path.basename(program) in {"hugo", "hexo"} else "--version"
    done = subprocess.run(
        [program, flag], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    found = re.search(r"\d+\.\d+\.\d+", done.stdout + done.stderr)
    return found[0] if found else "?"


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
