"""Two notes of one title can be told apart wherever titles are chosen from, and no others are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.tui.render.note_rows import distinguished_title
from notekeep.tui.render.styled_text import Piece, line_text, line_width
from tests.support.screens import press, seen, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from textual.app import App

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WORK, HOME = "projects/work/Index.md", "projects/home/Index.md"


@pytest.fixture
def two(root: Path, vault: Vault) -> None:
    for path in (WORK, HOME):
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text("A namesake.\n")
    vault.indexing.refresh()


def folders(app: App[Any]) -> set[str]:
    return {
        folder
        for folder in ("work", "home")
        for line in seen(app)
        if f"  projects/{folder}" in line
    }


@pytest.mark.usefixtures("two")
async def test_lists_the_grid_the_quick_switch_and_the_palette_tell_them_apart(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")

    def are_told_apart() -> bool:
        others = [line for line in seen(app) if "Deep Work" in line]
        return folders(app) == {"work", "home"} and not any("books" in line for line in others)

    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, are_told_apart)
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "tags") and are_told_apart())
        await press(pilot, "v", "slash")
        type_text(app, "namesake")
        await until(pilot, lambda: shows(app, "2 of 11 notes") and are_told_apart())
        await press(pilot, "escape", "escape", "ctrl+o")
        type_text(app, "index")
        await until(pilot, lambda: shows(app, "Notes ") and are_told_apart())
        await press(pilot, "escape", "ctrl+p")
        await until(pilot, lambda: shows(app, "Command, note or habit"))
        type_text(app, "index")
        await until(pilot, are_told_apart)


@pytest.mark.parametrize(
    ("room", "line"),
    [
        (60, "A rather long title of a note  projects/2026/alpha/beta"),
        (40, "A rather long title …  …/2026/alpha/beta"),
        (24, "A rather long t…  …/beta"),
        (12, "A rat…  …/b…"),
    ],
)
def test_what_tells_apart_is_seen_however_long_the_title_is(room: int, line: str) -> None:
    title = "A rather long title of a note"
    found = distinguished_title([Piece(title)], "projects/2026/alpha/beta", room)
    assert line_text(found) == line
    assert line_width(found) <= room
