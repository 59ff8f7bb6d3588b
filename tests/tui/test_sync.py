"""Sync in the interface: by command, or when it opens; the top line says what is not synced."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from notekeep.services.sync import SyncService
from tests.support.screens import press, shows, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
SIZE = (120, 40)


def git(*words: str, at: Path) -> None:
    subprocess.run([shutil.which("git") or "", *words], cwd=at, check=True, capture_output=True)


@pytest.fixture
def hub(root: Path, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A remote that the vault is synced with, and a clone of it at `other`."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = A\nemail = a@x\n[init]\ndefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    place = tmp_path / "hub"
    git("init", "-q", "--bare", str(place), at=tmp_path)
    service = SyncService(str(root), vault.places.state, lambda: vault.history.store)
    service.init(str(place))
    service.sync()
    git("clone", "-q", str(place), "other", at=tmp_path)
    return place


def write_elsewhere(hub: Path, path: str, text: str) -> None:
    other = hub.with_name("other")
    (other / path).write_text(text)
    git("add", "-A", at=other)
    git("commit", "-qm", "elsewhere", at=other)
    git("push", "-q", at=other)


async def test_sync_brings_what_others_wrote_and_undo_names_it_before_it_takes_it_back(
    make_app: MakeApp, root: Path, hub: Path
) -> None:
    write_elsewhere(hub, "inbox/From elsewhere.md", "hello\n")
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        app.action_sync()
        await until(pilot, lambda: shows(app, "Synced: 1 in, 0 out"))
        assert (root / "inbox/From elsewhere.md").read_text() == "hello\n"
        app.action_undo()
        await until(pilot, lambda: shows(app, "again to undo: sync 1 file"))
        assert (root / "inbox/From elsewhere.md").exists()
        app.action_undo()
        await until(pilot, lambda: shows(app, "Undid: sync 1 file"))
    assert not (root / "inbox/From elsewhere.md").exists()


async def test_offline_the_top_line_says_so(make_app: MakeApp, hub: Path) -> None:
    shutil.move(hub, hub.with_name("away"))
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        app.action_sync()
        await until(pilot, lambda: shows(app, "the remote cannot be reached"))
        await until(pilot, lambda: shows(app, "offline"))


@pytest.mark.slow
async def test_what_a_hook_stops_is_called_not_sent(
    make_app: MakeApp, root: Path, vault: Vault, hub: Path
) -> None:
    del hub
    hook = root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    service = SyncService(str(root), vault.places.state, lambda: vault.history.store)
    service.trust(service.untrusted())
    (root / "inbox/New.md").write_text("new\n")
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        app.action_sync()
        await until(pilot, lambda: shows(app, "`git push` failed"))
        app.clear_notifications()  # which say so, too
        await until(pilot, lambda: not shows(app, "git push") and shows(app, "not sent"))
        assert not shows(app, "offline")


@pytest.mark.slow
async def test_what_is_not_sent_yet_is_counted_in_the_top_line(
    make_app: MakeApp, root: Path, hub: Path
) -> None:
    del hub
    (root / "inbox/New.md").write_text("new\n")
    git("add", "-A", at=root)
    git("commit", "-qm", "by hand", at=root)
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "↑1"))


async def test_it_syncs_when_it_opens_where_the_settings_say_so(
    make_app: MakeApp, root: Path, hub: Path
) -> None:
    write_elsewhere(hub, "inbox/From elsewhere.md", "hello\n")
    app = make_app("browse")
    app.vault.person.sync_on_open = True
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Synced: 1 in, 0 out"))
    assert (root / "inbox/From elsewhere.md").exists()


async def test_what_git_pull_did_not_merge_is_chosen_among_the_conflicts(
    make_app: MakeApp, root: Path, hub: Path
) -> None:
    path = "inbox/Plan.md"
    for text in ("at first\n", "from elsewhere\n"):
        write_elsewhere(hub, path, text)
        if text == "at first\n":
            git("pull", "-q", at=root)
    (root / path).write_text("from here\n")
    git("commit", "-qam", "here", at=root)
    with pytest.raises(subprocess.CalledProcessError):
        git("pull", "-q", "--no-rebase", at=root)
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        await press(pilot, "g", "c")
        await until(pilot, lambda: shows(app, "2  the other side"))
        await until(pilot, lambda: shows(app, "not merged by git"))
        await until(pilot, lambda: shows(app, "from elsewhere"))
        await press(pilot, "2")
        await until(pilot, lambda: shows(app, "No conflicts are left"))
        await until(pilot, lambda: shows(app, "No conflicts."))
    assert (root / path).read_text() == "from elsewhere\n"
    git("commit", "-q", "--no-edit", at=root)
