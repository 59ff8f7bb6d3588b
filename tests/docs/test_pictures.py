"""The manual's pictures show the interface as it is.

`NOTEKEEP_WRITE_PICTURES=1` writes them, to be looked at before they are committed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.tui.app import APPS
from notekeep.vault import Vault
from tests.support.pictures import standing_alone, words
from tests.support.screens import shows, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs/pictures"
SIZE = (110, 30)
SAVED_AT = 1_795_000_000
"""When the notes of the pictures were written, in seconds since 1970: November 2026."""
STILL = 5
"""So many drawings in a row that are the same, a tenth of a second apart, are the picture."""

SEEN: dict[str, tuple[str, ...]] = {
    "today": ("Habits", "Reading"),
    "browse": ("Atomic Habits", "Quick summary"),
    "habits": ("Meditate", "Coffee"),
    "grid": ("Deep Work", "author", "14 of 70 notes"),
}
"""Each picture, named as its screen, and texts to wait for."""


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NO_COLOR", raising=False)
    folder = tmp_path / "notes"
    shutil.copytree(ROOT / "vault", folder, ignore=shutil.ignore_patterns(".make"))
    for path in folder.rglob("*.md"):
        os.utime(path, (SAVED_AT, SAVED_AT))
    opened = Vault.open(folder)
    opened.refresh()
    return opened


async def arranged(app: NotekeepApp, pilot: Pilot[Any], name: str) -> None:
    """Bring the screen to what the picture should show."""
    await until(pilot, lambda: shows(app, SEEN[name][0]))
    if name == "browse":
        screen: Any = app.screen
        screen.open_note("books/Atomic Habits.md")
    if name == "grid":
        browse: Any = app.screen
        await browse.action_toggle_grid()
        browse.choose_scope("type:book", "Books")
    await until(pilot, lambda: all(shows(app, text) for text in SEEN[name]))
    # What goes on in the background has its say in the bottom line until it is over.
    await until(pilot, lambda: not shows(app, "Indexing") and not shows(app, "Looking for"))


async def settled(app: NotekeepApp, pilot: Pilot[Any]) -> str:
    """Draw until nothing changes any more: a long note is laid out bit by bit."""
    drawn, same = "", 0
    while same < STILL:
        before, drawn = drawn, standing_alone(app.export_screenshot(title="notekeep"))
        same = same + 1 if drawn == before else 0
        await pilot.pause(0.1)
    return drawn


@pytest.mark.parametrize("name", SEEN)
async def test_the_committed_picture_is_what_the_screen_shows(vault: Vault, name: str) -> None:
    app = APPS["browse" if name == "grid" else name](vault)
    async with app.run_test(size=SIZE) as pilot:
        await arranged(app, pilot, name)
        drawn = await settled(app, pilot)
    place = PICTURES / f"{name}.svg"
    if os.environ.get("NOTEKEEP_WRITE_PICTURES"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(drawn, "utf-8")
        pytest.skip("written, to be looked at")
    assert words(place.read_text("utf-8")) == words(drawn), "run `make pictures`, and look at them"
