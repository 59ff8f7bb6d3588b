"""What a test needs and a machine may not have: programs, and what a skip may be for."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

OLDEST: Final = {"hugo": "0.146.0"}
"""The first version of a generator that builds the sites of the tests, where older ones do not."""

ALLOWED_SKIPS = frozenset(
    {
        # Another system.
        "/proc tells what a process held at most",
        "CPU of a child is POSIX",
        "Windows has no such modes",
        "a file that is mapped cannot be replaced",
        "asks Linux what it watches",
        "elsewhere all names are UTF-8",
        "links need rights on Windows",
        "only Linux has a device that is full",
        "only Linux has names that are no text",
        "only POSIX has pipes and devices as files",
        "only POSIX has pipes as files",
        "only POSIX has pseudoterminals",
        "other C libraries return it or not",
        "other C libraries share them or not",
        "processes are killed by signals",
        "signals are POSIX",
        "the folder of the trash is known for Linux",
        "the recorder asks /proc which file a descriptor is",
        "these locks are POSIX's",
        "this system cannot fork",
        "this system has no mount",
        "this system has no named pipes",
        "this system has no such attributes",
        # Another disk.
        "this disk has no access lists",
        "this disk has no such attributes",
        # Another user.
        "mounting a small disk needs root",
        "only root may give files away",
        "root may read every folder",
        "root may write every folder",
        # What is asked for by a variable of its own.
        "NOTEKEEP_CORPUS names no folder with real vaults",
        "NOTEKEEP_EXPORT_ALL names no folder with the further generators",
        "zola is not here, and no registry has it",
    }
)
"""The reasons for which a test may be skipped where `NOTEKEEP_NO_SKIPS` is set."""
TOO_OLD = "is too old"
"""Part of one more: a program that is there, but older than the test."""


def needed(name: str, *, path: str | None = None) -> str:
    """Give where a program is; without it the test is skipped, by the program's name.

    One that is too old counts as missing, and its version is named.
    """
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"the program {name} is missing")
    if old := too_old(name, found):
        pytest.skip(old)
    return found


def too_old(name: str, program: str) -> str:
    """Return that a program is too old for the tests, and what they need; "" when it is not."""
    oldest = OLDEST.get(name)
    if oldest is None or _numbers(version := version_of(program)) >= _numbers(oldest):
        return ""
    return f"the program {name} {TOO_OLD}: {version} is here, and the tests need {oldest}"


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


def may_be_skipped(reason: str) -> bool:
    """Tell whether a skip is for something that no machine has to have."""
    return reason in ALLOWED_SKIPS or TOO_OLD in reason


def write_program(path: Path, code: str) -> None:
    """Write a program in Python, without a `#!` line for it: Python's path may have blanks."""
    words = shlex.join([sys.executable, "-P", "-c", code])
    path.write_text(f'#!/bin/sh\nexec {words} "$@"\n', "utf-8")
    path.chmod(0o755)
