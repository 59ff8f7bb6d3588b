"""The manual's pictures show the interface as it is.

`NOTEKEEP_WRITE_PICTURES=1` writes them, to be looked at before they are committed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notekeep.tui.app import NotekeepApp
from notekeep.tui.messages import OpenNote
from tests.docs.conftest import DOCS
from tests.support.pictures import check_picture
from tests.support.screens import shows, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from notekeep.vault import Vault

PICTURES = DOCS / "pictures"
SIZE = (110, 30)

SEEN: dict[str, tuple[str, ...]] = {
    "today": ("Habits", "Reading"),
    "browse": ("Atomic Habits", "Quick summary"),
    "habits": ("Meditate", "Coffee"),
    "grid": ("Deep Work", "author", "14 of 70 notes"),
}
"""Each picture, named as its screen, and texts to wait for."""


async def arranged(app: NotekeepApp, pilot: Pilot[Any], name: str) -> None:
    """Bring the screen to what the picture should show."""
    await until(pilot, lambda: shows(app, SEEN[name][0]))
    if name == "browse":
        screen: Any = app.screen
        screen.open_note(OpenNote("books/Atomic Habits.md"))
    if name == "grid":
        browse: Any = app.screen
        await browse.action_toggle_grid()
        browse.choose_scope("type:book", "Books")
    await until(pilot, lambda: all(shows(app, text) for text in SEEN[name]))
    # What goes on in the background has its say in the bottom line until it is over.
    await until(pilot, lambda: not shows(app, "Indexing") and not shows(app, "Looking for"))


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEN)
async def test_the_committed_picture_is_what_the_screen_shows(
    still_vault: Vault, name: str
) -> None:
    app = NotekeepApp(still_vault, "browse" if name == "grid" else name)
    async with app.run_test(size=SIZE) as pilot:
        await arranged(app, pilot, name)
        await check_picture(app, pilot, PICTURES / f"{name}.svg")
