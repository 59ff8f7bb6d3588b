"""Titles that fit alike stand in one order, in the quick switch and in the palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

import pytest

from notekeep.tui.dialogs.switcher import Switcher
from notekeep.tui.messages import OpenNote
from notekeep.tui.screens.palette import Palette
from tests.support.screens import press, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.search.results import SearchResults
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.browse import BrowseScreen
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

SAME = [f"{folder}/Tide table.md" for folder in ("c", "a", "d", "b")]
FOUND = [*sorted(SAME), "Tide table of May.md"]


@pytest.fixture
def tides(root: Path, vault: Vault) -> Vault:
    for path in (*SAME, "Tide table of May.md"):
        place = root / path
        place.parent.mkdir(exist_ok=True)
        place.write_text("High water.\n")
    vault.indexing.refresh()
    return vault


def switched(app: NotekeepApp) -> list[str]:
    rows = app.screen.rows._rows if isinstance(app.screen, Switcher) else ()
    return [hit.row.path for hit in rows if not isinstance(hit, str)]


def offered(app: NotekeepApp) -> list[str]:
    rows = app.screen.rows._rows if isinstance(app.screen, Palette) else ()
    return [row.path for row in rows if not isinstance(row, str) and row.path]


async def test_equal_titles_go_by_when_they_were_opened_then_by_path(
    make_app: MakeApp, tides: Vault
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "14 notes"))
        browse = cast("BrowseScreen", app.screen)

        def is_here(path: str) -> bool:
            return browse.note_under_cursor == path

        async def both(expected: list[str]) -> None:
            await press(pilot, "ctrl+o")
            await until(pilot, lambda: isinstance(app.screen, Switcher))
            type_text(app, "tide table")
            await until(pilot, lambda: switched(app) == expected)
            await press(pilot, "escape", "ctrl+p")
            await until(pilot, lambda: isinstance(app.screen, Palette))
            type_text(app, "tide table")
            await until(pilot, lambda: offered(app) == expected)
            await press(pilot, "escape")
            await until(pilot, lambda: app.screen is browse)

        await both(FOUND)
        for path in ("d/Tide table.md", "Tide table of May.md", "b/Tide table.md"):
            browse.open_note(OpenNote(path))
            await until(pilot, partial(is_here, path))
        # A longer title fits less, however lately it was read.
        used = [*(f"{folder}/Tide table.md" for folder in "bdac"), "Tide table of May.md"]
        await both(used)
        # Before a letter is typed: the note one came from is a key and an enter away.
        await press(pilot, "ctrl+o")
        latest = ["b/Tide table.md", "Tide table of May.md", "d/Tide table.md"]
        await until(pilot, lambda: switched(app)[:3] == latest)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: browse.note_under_cursor == "Tide table of May.md")


@pytest.mark.slow
async def test_the_palette_has_its_order_whichever_search_ends_first(
    make_app: MakeApp, tides: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggest = tides.search.suggest

    def from_the_end(typed: str, *, limit: int = 50) -> SearchResults:
        found = suggest(typed, limit=limit)
        return found._replace(hits=found.hits[::-1])

    monkeypatch.setattr(tides.search, "suggest", from_the_end)
    app = make_app("browse")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "14 notes"))
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        type_text(app, "tide table")
        await until(pilot, lambda: offered(app) == FOUND)
