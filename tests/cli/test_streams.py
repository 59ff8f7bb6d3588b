"""Where output goes: into a pipe that is left, a full disk, a stream that the shell closed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = ["ls", "ls --null", "ls --json", "today", "tags", "doctor", "show 0", "habit"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    for number in range(60):
        (root / f"{number}.md").write_text(f"#tag{number}\n" + "word " * 4000, "utf-8")
    return root


def shell(command: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command.replace("notekeep", f"{sys.executable} -m notekeep")],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=dict(os.environ),
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_leaves_is_no_failure(root: Path, command: str) -> None:
    assert shell("notekeep index", root).returncode == 0
    done = shell(f"notekeep {command} | true; echo ${{PIPESTATUS[0]}}", root)
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is full")
def test_a_full_disk_is_told_once(root: Path) -> None:
    for command in ("ls", "today"):
        done = shell(f"notekeep {command} > /dev/full", root)
        assert done.returncode == 5
        assert done.stderr.splitlines() == [
            "notekeep: No space left on device",
            "free some space and try again; nothing was left half-written",
        ]


def test_streams_that_are_closed_are_no_failure(root: Path) -> None:
    assert shell("notekeep today >&-", root).returncode == 0
    assert shell("notekeep today >&- 2>&-", root).returncode == 0
    assert shell("notekeep show nothing 2>&-", root).returncode == 1
