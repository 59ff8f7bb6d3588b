"""The configurations of the manual work: sessions with the real editors."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.support.terminal import Terminal

NOTES = {
    "Meditate.md": "---\ntype: habit\nhabit: meditate\ntitle: Meditate\n---\n",
    "Other.md": "The [[Rivers|river]] and [[Rivers#Banks]].\n",
    "Rivers.md": "# Rivers\n\nWater that flows.\n\n## Banks\n",
    "Try.md": "\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A vault in which `Try.md` is to link to Rivers, as `Other.md` does."""
    (root := tmp_path / "notes" / ".notekeep").mkdir(parents=True)
    for name, text in NOTES.items():
        (root.parent / name).write_text(text)
    return root.parent


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment with a new home folder, and `notekeep` on the path."""
    return os.environ | {
        "HOME": str(tmp_path),
        "NOTEKEEP_HOME": str(tmp_path / "home"),
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
        "TERM": "xterm-256color",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


def read_configuration(editor: str, number: int = 0) -> str:
    """Return a code block of an editor's section of the manual."""
    page = (REPOSITORY / "docs/editors.md").read_text("utf-8")
    section = page.split(f"\n## {editor}\n")[1].split("\n## ")[0]
    blocks: list[str] = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
    return blocks[number]


def run_session(command: list[str], root: Path, env: dict[str, str], keys: str = "") -> list[str]:
    """Run an editor without a terminal, and return the lines that its script reports."""
    ran = subprocess.run(
        command,
        check=False,
        input=keys,
        capture_output=True,
        cwd=root,
        env=env,
        text=True,
        timeout=120,
    )
    pattern = r"(?:completed|leads to|renamed|undone|refused): .*$"
    found: list[str] = re.findall(pattern, ran.stdout, re.MULTILINE)
    assert found, ran.stdout + ran.stderr
    return found


def find_neovim() -> tuple[int, int]:
    """Return the version of Neovim; (0, 0) if there is none."""
    if shutil.which("nvim") is None:
        return 0, 0
    shown = subprocess.run(["nvim", "--version"], check=True, capture_output=True, text=True)
    major, minor = re.findall(r"NVIM v(\d+)\.(\d+)", shown.stdout)[0]
    return int(major), int(minor)


NEOVIM = find_neovim()
HELIX = shutil.which("hx") or shutil.which("helix")
EMACS = shutil.which("emacs")


@pytest.mark.skipif(NEOVIM < (0, 10), reason="there is no Neovim 0.10")
def test_a_link_is_completed_followed_and_renamed_in_neovim(
    root: Path, env: dict[str, str], tmp_path: Path
) -> None:
    (start := tmp_path / "init.lua").write_text(
        read_configuration("Neovim", 1 if NEOVIM < (0, 11) else 0)
    )
    session = Path(__file__).with_name("neovim_session.lua")
    command = ["nvim", "--headless", "-n", "-u", str(start), "-c", f"luafile {session}"]
    assert run_session([*command, "-c", "cquit"], root, env) == [
        "completed: 🌱 see [[Rivers]]",
        "leads to: Rivers.md",
        "renamed: 🌱 see [[Streams]]",
        "undone: 🌱 see [[Rivers]]",
    ]
    assert {file.name for file in root.glob("*.md")} == NOTES.keys() - {"Rivers.md"} | {
        "Streams.md"
    }
    assert (root / "Other.md").read_text() == "The [[Streams|river]] and [[Streams#Banks]].\n"
    assert (root / "Streams.md").read_text().startswith("# Streams\n")


@pytest.mark.skipif(EMACS is None, reason="there is no Emacs")
def test_a_link_is_completed_and_followed_and_a_heading_renamed_in_emacs(
    root: Path, env: dict[str, str], tmp_path: Path
) -> None:
    (start := tmp_path / "init.el").write_text(read_configuration("Emacs"))
    session = Path(__file__).with_name("emacs_session.el")
    # In batch mode, Emacs activates no packages, and so has no markdown-mode.
    command = [str(EMACS), "--batch", "-f", "package-activate-all", "-l", str(start)]
    *found, refused = run_session([*command, "-l", str(session)], root, env, "y\n")
    assert found == [
        "completed: 🌱 see [[Rivers]]",
        "leads to: Rivers.md",
        "renamed: ## Shores",
        "undone: ## Banks",
    ]
    assert "This editor cannot rename files. Use `notekeep rename NOTE TITLE`." in refused
    assert (root / "Other.md").read_text() == "The [[Rivers|river]] and [[Rivers#Shores]].\n"


@pytest.mark.skipif(HELIX is None, reason="there is no Helix")
def test_a_link_is_completed_followed_and_renamed_in_helix(
    root: Path, env: dict[str, str], tmp_path: Path
) -> None:
    (folder := tmp_path / "config/helix").mkdir(parents=True)
    (folder / "languages.toml").write_text(read_configuration("Helix"))
    (root / "Try.md").write_text("[[Nowhere]]\n")
    with Terminal([str(HELIX), "Try.md"], env, cwd=str(root)) as helix:
        helix.until('There is no note "Nowhere".')  # the server is ready
        helix.send("%c🌱 see [[rive")
        helix.until("Rivers")
        helix.send("\t")
        helix.until("see [[Rivers]]")
        press_escape(helix)
        helix.send(":write\r")
        helix.until("written")

        helix.send("hhhgd")
        helix.until("Water that flows.")
        helix.send("ga")  # back to the note before
        helix.until("see [[Rivers]]")

        helix.send(" r")
        helix.until("rename-to:Rivers")
        helix.send("\x15Streams\r")
        helix.until("see [[Streams]]")
        helix.send(":write-all\r")
        helix.until("written")
        assert (root / "Other.md").read_text() == "The [[Streams|river]] and [[Streams#Banks]].\n"
        assert (root / "Streams.md").read_text().startswith("# Streams\n")
        assert not (root / "Rivers.md").exists()
        helix.send("u")
        helix.until("see [[Rivers]]", 'There is no note "Rivers".')

        helix.send(":open Meditate.md\r")
        helix.until("habit: meditate")
        helix.send(" a")
        helix.until("Check in Meditate")
        helix.send("\r")
        helix.until("meditate: done")
        helix.send(":quit-all!\r")
        assert helix.wait() == 0
    (log,) = (root / "habits/log").glob("*.md")
    assert "meditate: done" in log.read_text()
    run = [sys.executable, "-m", "notekeep", "undo"]
    subprocess.run(run, cwd=root, env=env, check=True, capture_output=True)
    assert "meditate: clear" in log.read_text()


def press_escape(editor: Terminal) -> None:
    """Press escape, and wait, because the terminal would send the next key with alt."""
    editor.send("\x1b")
    editor.until("NOR")
