"""A vault with habits, and its index."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from notekeep import config
from notekeep.settings import VaultSettings
from notekeep.tracking.tracker import HabitIndex

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEDITATE = '---\nhabit: meditate\ntitle: Meditate\naliases: [med]\ngoal: ">= 10 min"\n---\nWhy.\n'
WATER = '---\nhabit: water\ntitle: Drink water\ngoal: ">= 8 glass"\n---\n'
GYM = "---\nhabit: gym\ntitle: Gym\nschedule: 3/week\nsince: 2026-11-02\n---\n"
NOW = "2026-11-24T21:15"


class Notebook:
    """A vault in a temporary folder.

    Attributes:
        root: Its folder.
        places: Its places; cache and state lie beside it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        settings = VaultSettings()
        cache, state = root.parent / "cache", root.parent / "state"
        for folder in (root, cache, state):
            folder.mkdir(parents=True, exist_ok=True)
        (state / "device").write_text("laptop\n")
        self.places = config.VaultPlaces(str(root), "id", str(cache), str(state), settings)

    def write(self, path: str, text: str) -> Path:
        """Write a file of the vault."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
        return file

    def log(self, *lines: str, device: str = "phone", month: str = "2026-11") -> Path:
        """Write a log file."""
        return self.write(f"habits/log/{month}.{device}.md", "".join(f"{line}\n" for line in lines))

    def index(self) -> HabitIndex:
        """A handle on the index, as another program would have it."""
        return HabitIndex(self.places)

    def tree(self) -> dict[str, str]:
        """Every file of the vault and the hash of its bytes."""
        return {
            str(file.relative_to(self.root)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self.root.rglob("*"))
            if file.is_file()
        }


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    """A vault with three habits, none of them logged, on 24 November 2026 at 21:15."""
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    made = Notebook(tmp_path / "notes")
    made.write("habits/Meditate.md", MEDITATE)
    made.write("habits/Water.md", WATER)
    made.write("habits/Gym.md", GYM)
    return made


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the clock."""

    def set_clock(moment: str) -> None:
        monkeypatch.setenv("NOTEKEEP_NOW", moment)

    return set_clock
