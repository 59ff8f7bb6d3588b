"""The configuration of the manual works in Neovim: a session with the real program."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

SESSION = Path(__file__).with_name("neovim_session.lua")


def find_version() -> tuple[int, int]:
    """Return the version of Neovim; (0, 0) if there is none."""
    if shutil.which("nvim") is None:
        return 0, 0
    shown = subprocess.run(["nvim", "--version"], check=True, capture_output=True, text=True)
    major, minor = re.findall(r"NVIM v(\d+)\.(\d+)", shown.stdout)[0]
    return int(major), int(minor)


VERSION = find_version()

pytestmark = pytest.mark.skipif(VERSION < (0, 10), reason="there is no Neovim 0.10")


def read_configuration() -> str:
    """Return the lines of the manual for the installed version of Neovim."""
    page = (REPOSITORY / "docs/editors.md").read_text("utf-8")
    blocks: list[str] = re.findall(r"```lua\n(.*?)```", page, re.DOTALL)
    return blocks[1 if VERSION < (0, 11) else 0]


def test_a_link_is_completed_followed_and_renamed_in_neovim(tmp_path: Path) -> None:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "Rivers.md").write_text("# Rivers\n\nWater that flows.\n")
    (root / "Other.md").write_text("The [[Rivers|river]] and [[Rivers#Banks]].\n")
    (root / "Try.md").write_text("\n")
    (start := tmp_path / "init.lua").write_text(read_configuration())
    places = {"HOME": str(tmp_path), "NOTEKEEP_HOME": str(tmp_path / "home")}
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    ran = subprocess.run(
        ["nvim", "--headless", "-n", "-u", start, "-c", f"luafile {SESSION}", "-c", "cquit"],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=root,
        env=os.environ | places | {"PATH": path},
        text=True,
        timeout=120,
    )
    assert re.findall(r"^(?:completed|leads to|renamed|undone): .*$", ran.stdout, re.MULTILINE) == [
        "completed: 🌱 see [[Rivers]]",
        "leads to: Rivers.md",
        "renamed: 🌱 see [[Streams]]",
        "undone: 🌱 see [[Rivers]]",
    ], ran.stdout + ran.stderr
    assert {file.name for file in root.glob("*.md")} == {"Other.md", "Streams.md", "Try.md"}
    assert (root / "Other.md").read_text() == "The [[Streams|river]] and [[Streams#Banks]].\n"
    assert (root / "Streams.md").read_text().startswith("# Streams\n")
