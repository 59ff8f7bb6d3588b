"""What a test needs and a machine may not have: programs, and what a skip may be for."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache

import pytest

OLDEST = {"hugo": ((0, 146), "version")}
"""The first version of a program that the tests know, and the word that makes it say its own."""

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
    """Give where a program is; without it, or with one too old, the test is skipped by its name."""
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"the program {name} is missing")
    oldest, word = OLDEST.get(name, ((0, 0), ""))
    if word and (version := _version(found, word)) < oldest:
        shown, least = (".".join(map(str, numbers)) for numbers in (version, oldest))
        pytest.skip(f"{name} {shown} {TOO_OLD}: the tests are for {least} and later")
    return found


@cache
def _version(program: str, word: str) -> tuple[int, ...]:
    ran = subprocess.run([program, word], capture_output=True, text=True, check=True, timeout=60)
    found = re.search(r"(\d+)\.(\d+)", ran.stdout)
    return tuple(map(int, found.groups())) if found else (0, 0)


def may_be_skipped(reason: str) -> bool:
    """Tell whether a skip is for something that no machine has to have."""
    return reason in ALLOWED_SKIPS or TOO_OLD in reason
