"""Devices with a copy of the same vault."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.config import Places
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.services.recall import ReviewItem

GARDEN = "# The Garden\n\n## Quotes\n\n> A bed is a promise to somebody you do not know. (p. 27)\n"


class Device:
    """A vault on one device, and the clock of its user."""

    def __init__(
        self, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, day_start: int = 0
    ) -> None:
        self.root = folder / name / "notes"
        self.root.mkdir(parents=True)
        self.name = name
        self._monkeypatch = monkeypatch
        home = folder / name
        places = Places(*(str(home / one) for one in Places._fields))
        if day_start:
            self.write_only(".notekeep/config.toml", f"day_start = {day_start}\n")
        self.vault = Vault.open(self.root, places=places)
        state = Path(self.vault.places.state)
        state.mkdir(parents=True, exist_ok=True)
        (state / "device").write_text(name)
        self.write("The Garden.md", GARDEN)

    def write_only(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())

    def write(self, path: str, text: str) -> None:
        self.write_only(path, text)
        self.vault.indexing.refresh(words=False)

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    @property
    def items(self) -> list[ReviewItem]:
        self.vault.indexing.refresh(words=False)
        return self.vault.recall.passages()

    @property
    def item(self) -> ReviewItem:
        [one] = self.items
        return one

    def say(self, value: str, now: str = "2026-11-24T21:15") -> ReviewItem:
        """Answer the only passage."""
        self._monkeypatch.setenv("NOTEKEEP_NOW", now)
        return self.vault.recall.answer(self.item.passage.key, value)

    def log(self) -> list[str]:
        """The answers of all devices, as this one has them."""
        files = sorted((self.root / "review" / "log").glob("*"))
        lines = (line for file in files for line in file.read_text().splitlines())
        return [line for line in lines if line.startswith("-")]


@pytest.fixture
def make_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Device]:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    folders = (tmp_path / str(number) for number in count())
    return lambda name: Device(next(folders), name, monkeypatch)


@pytest.fixture
def laptop(make_device: Callable[[str], Device]) -> Device:
    return make_device("laptop")
