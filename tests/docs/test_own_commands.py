"""The two commands in the manual do what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from notekeep.cli.main import main
from notekeep.config import Places
from notekeep.tui.app import NotekeepApp
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.vault import Vault
from tests.docs.conftest import DOCS
from tests.support.screens import press, until

SECTION = (DOCS / "extending.md").read_text("utf-8").partition("## Commands of your own")[2]
PUSH, OPEN = re.findall(r"^```toml\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are for sh")


def use(example: str) -> None:
    folder = Path(Places.for_machine().config)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(example, "utf-8")


def chosen(app: NotekeepApp) -> list[str]:
    return app.screen.chosen_notes() if isinstance(app.screen, VaultScreen) else []


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True
    ).stdout


def test_the_site_is_committed_and_pushed_after_an_export(sample: Path, tmp_path: Path) -> None:
    remote, site = tmp_path / "remote.git", tmp_path / "site"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(site)], check=True)
    (site / "hugo.toml").write_text('baseURL = "https://example.org/"\n')
    git(site, "config", "user.name", "Ann")
    git(site, "config", "user.email", "ann@example.org")
    git(site, "remote", "add", "origin", str(remote))
    git(site, "config", "push.autoSetupRemote", "true")
    use(PUSH)
    assert main(["--vault", str(sample), "export", "Atomic Habits", "--site", str(site)]) == 0
    assert git(remote, "log", "--format=%s", "main") == "New posts\n"
    assert "atomic-habits" in git(remote, "ls-tree", "-r", "--name-only", "main")


async def test_a_key_opens_the_note_in_another_program(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, opened = tmp_path / "programs", tmp_path / "opened"
    programs.mkdir()
    (programs / "typora").write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    (programs / "typora").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    use(OPEN)
    (sample / "Start here.md").touch()  # so that the list starts with a note
    app = NotekeepApp(Vault.open(sample), "browse")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.added_actions and chosen(app))
        (path,) = chosen(app)
        await press(pilot, "f9")
        await until(pilot, lambda: opened.exists() and opened.read_text())
    assert opened.read_text() == f"{sample / path}\n"
