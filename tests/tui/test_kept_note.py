"""A note kept at the right, while the list and another note go on at the left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notekeep.tui.messages import OpenNote
from tests.support.screens import browse, press, seen, shows, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

BOOK, OTHER = "books/Deep Work.md", "books/Atomic Habits.md"
TEXT_OF_BOOK, TEXT_OF_OTHER = "Depth needs hours", "Small habits compound"


async def keep(app: NotekeepApp, pilot: Pilot[Any], path: str, other: str) -> None:
    """Keep a note, and show another one at the left."""
    await until(pilot, lambda: shows(app, "9 notes"))
    browse(app).open_note(OpenNote(path))
    await until(pilot, lambda: browse(app).preview.path == path)
    await press(pilot, "vertical_line")
    await until(pilot, lambda: shows(app, " kept "))
    browse(app).open_note(OpenNote(other))
    await until(pilot, lambda: browse(app).preview.path == other)


@pytest.mark.parametrize("size", [(140, 40), (200, 55)])
async def test_a_kept_note_stays_beside_another_one(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app("browse")
    async with app.run_test(size=size) as pilot:
        await keep(app, pilot, BOOK, OTHER)
        await until(pilot, lambda: shows(app, TEXT_OF_BOOK) and shows(app, TEXT_OF_OTHER))
        line = next(line for line in seen(app) if " kept " in line)
        assert line.index("Atomic Habits") < line.index("Deep Work") < line.index(" kept ")
        # Both also stay while the other note is read.
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, TEXT_OF_BOOK) and shows(app, TEXT_OF_OTHER))
        await press(pilot, "vertical_line")
        await until(pilot, lambda: not shows(app, " kept "))
        assert not shows(app, TEXT_OF_BOOK)


async def test_keys_act_on_the_focused_note(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(160, 40)) as pilot:
        await keep(app, pilot, BOOK, OTHER)
        await until(pilot, lambda: browse(app).place() == "list")
        await press(pilot, "tab", "tab")
        await until(pilot, lambda: browse(app).chosen_notes() == [BOOK])
        # The link after its two tags opens at the left, and the kept note stays.
        await press(pilot, "right_square_bracket", "right_square_bracket", "right_square_bracket")
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).preview.path == OTHER)
        assert shows(app, TEXT_OF_BOOK)
        browse(app).query_one("#kept").focus()
        await press(pilot, "e")
        await until(pilot, lambda: app.screen is not browse(app) and shows(app, TEXT_OF_BOOK))
        assert not shows(app, TEXT_OF_OTHER)


async def test_changes_of_a_kept_note_are_shown(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await keep(app, pilot, BOOK, OTHER)
        await until(pilot, lambda: shows(app, TEXT_OF_BOOK))
        (root / BOOK).write_text("# Deep Work\n\nWritten elsewhere.\n")
        await press(pilot, "f5")
        await until(pilot, lambda: shows(app, "Written elsewhere") and shows(app, TEXT_OF_OTHER))
        (root / BOOK).unlink()
        await press(pilot, "f5")
        await until(pilot, lambda: shows(app, "Closed Deep Work"))
        await until(pilot, lambda: not shows(app, " kept "))


async def test_a_narrow_window_has_no_room_for_a_kept_note(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "vertical_line")
        await until(pilot, lambda: shows(app, "Two notes need a window"))
        assert not shows(app, " kept ")
        # A kept note comes back with the width.
        await pilot.resize_terminal(160, 40)
        await keep(app, pilot, BOOK, OTHER)
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: not shows(app, " kept "))
        await pilot.resize_terminal(160, 40)
        await until(pilot, lambda: shows(app, " kept ") and shows(app, TEXT_OF_BOOK))
