"""A phone that talks to two computers: what both of them apply counts once after a sync."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from notekeep.phone.server import EntryService
from notekeep.services.sync import SyncService
from notekeep.vault import Vault
from tests.support.programs import needed

pytestmark = pytest.mark.slow

DAY = "2026-11-24"
AT = f"{DAY}T21:15:30"
CHECK_IN = {"id": "entry-00001", "kind": "habit", "habit": "walk", "value": "12 min", "day": DAY}
FILES = {
    "habits/walk.md": "---\ntype: habit\nhabit: walk\nunit: min\n---\n",
    f"daily/{DAY}.md": "# Today\n\n- [ ] Water the basil\n- first\n",
}


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Vault]:
    """Two computers with the same vault and the same remote."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = A\nemail = a@x\n[init]\ndefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("NOTEKEEP_NOW", AT)
    hub = tmp_path / "hub"
    subprocess.run([needed("git"), "init", "-q", "--bare", str(hub)], check=True)
    vaults: list[Vault] = []
    for name in ("a", "b"):
        monkeypatch.setenv("NOTEKEEP_HOME", str(tmp_path / f"{name}-home"))
        root = tmp_path / name
        (root / ".notekeep").mkdir(parents=True)
        for path, text in FILES.items() if name == "a" else ():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text)
        vaults.append(Vault.open(root))
        sync_service(vaults[-1]).init(str(hub))
        sync(vaults[-1])
    return vaults


def sync_service(vault: Vault) -> SyncService:
    """Return the service that syncs a vault."""
    return SyncService(vault.root, vault.places.state, lambda: vault.history.store)


def sync(*vaults: Vault) -> None:
    """Sync vaults one after the other."""
    for vault in vaults:
        sync_service(vault).sync()
        vault.indexing.refresh()


def minutes(vault: Vault) -> str:
    """Return what the habit has today."""
    return vault.habits.views()[0].today.amount


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ([], "12 min"),
        (["5 min"], "17 min"),  # at the minute of the entry, so that a time would be taken
        (["= 30 min"], "42 min"),
        (["skip"], "12 min"),
    ],
)
def test_a_check_in_counts_once(two: list[Vault], before: list[str], expected: str) -> None:
    a, b = two
    for value in before:  # which the other computer does not know yet
        a.habits.check_in("walk", value)
    for vault in (a, b):
        EntryService(vault).apply({**CHECK_IN, "at": AT})
    sync(a, b, a)
    assert minutes(a) == minutes(b) == expected
    EntryService(b).apply({**CHECK_IN, "at": AT})
    assert minutes(b) == expected


@pytest.mark.parametrize("to", ["today", "inbox"])
def test_a_quick_note_is_there_once(two: list[Vault], to: str) -> None:
    a, b = two
    entry = {"id": "entry-00002", "kind": "note", "text": "Ask Mira", "to": to, "at": AT}
    a.notes.add("only on this computer")
    for vault in (a, b):
        EntryService(vault).apply(entry)
    sync(a, b, a)
    assert texts(a) == texts(b)
    assert sum("- Ask Mira" in text or "# Ask Mira" in text for text in texts(a).values()) == 1


def test_a_task_is_ticked(two: list[Vault]) -> None:
    entry: dict[str, Any] = {"id": "entry-00003", "kind": "task", "at": AT, "line": 3}
    entry |= {"path": f"daily/{DAY}.md", "text": "Water the basil"}
    for vault in two:
        EntryService(vault).apply(entry)
    sync(*two, two[0])
    assert [texts(vault)[f"daily/{DAY}.md"].count("- [x] ") for vault in two] == [1, 1]


def texts(vault: Vault) -> dict[str, str]:
    """Return the notes of a vault."""
    return {
        path.relative_to(vault.root).as_posix(): path.read_text()
        for path in Path(vault.root).rglob("*.md")
        if ".trash" not in path.parts
    }
