"""A note that is opened is shown, wherever one comes from and whatever lies over Browse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.widgets import Input

from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.widgets.note_area import NoteArea
from tests.support.screens import press, seen, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (120, 40)


async def leave_tasks_over_browse(app: NotekeepApp, pilot: Pilot[Any], key: str) -> None:
    """Open Tasks over Browse and go to another screen without closing it."""
    await until(pilot, lambda: shows(app, "9 notes"))
    await press(pilot, "T")
    await until(pilot, lambda: shows(app, "1 open · 0 done"))
    await press(pilot, key)
    await until(pilot, lambda: not shows(app, "1 open · 0 done") and app.focused is not None)


async def switch_to(app: NotekeepApp, pilot: Pilot[Any], title: str) -> None:
    """Open a note by the quick switch."""
    await press(pilot, "ctrl+o")
    await until(pilot, lambda: isinstance(app.focused, Input) and shows(app, "Title of a note"))
    type_text(app, title)
    await until(pilot, lambda: shows(app, f"▌ {title}"))
    await press(pilot, "enter")


@cases("key", ["f1", "f3", "f4"], fast=1)
async def test_switched_note_replaces_tasks_over_browse(make_app: MakeApp, key: str) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await leave_tasks_over_browse(app, pilot, key)
        await switch_to(app, pilot, "Deep Work")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        await until(pilot, lambda: shows(app, "Depth needs hours"))


@pytest.mark.slow
async def test_review_of_habits_replaces_tasks(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await leave_tasks_over_browse(app, pilot, "f3")
        await press(pilot, "R")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        await until(pilot, lambda: shows(app, "review"))


@pytest.mark.slow
async def test_row_of_today_replaces_tasks(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await leave_tasks_over_browse(app, pilot, "f1")
        await until(pilot, lambda: shows(app, "Reading"))
        for _ in range(30):
            if any("▌" in line and "Atomic Habits" in line for line in seen(app)):
                break
            await press(pilot, "j")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        await until(pilot, lambda: app.screen.has_class("-reading"))


@pytest.mark.slow
async def test_search_from_elsewhere_replaces_tasks(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await leave_tasks_over_browse(app, pilot, "f3")
        await press(pilot, "colon")
        await until(pilot, lambda: shows(app, "Command, note or habit"))
        type_text(app, "search type:post")
        await until(pilot, lambda: shows(app, "Search for type:post"))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        await until(pilot, lambda: shows(app, "1 of 9 notes"))


async def test_opened_note_leaves_the_editor_saved(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await switch_to(app, pilot, "Atomic Habits")
        await until(pilot, lambda: shows(app, "Small habits compound"))
        await press(pilot, "e")
        await until(pilot, lambda: app.focused is not None and shows(app, "words ·"))
        type_text(app, "typed ")
        await press(pilot, "f3")
        await until(pilot, lambda: shows(app, "Meditate"))
        await switch_to(app, pilot, "Deep Work")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        await until(pilot, lambda: shows(app, "Depth needs hours"))
        text = (root / "books/Atomic Habits.md").read_text()
        assert "typed " in text


# The editor begins where one reads.

LONG = "---\ntitle: Long\n---\n" + "".join(
    f"Paragraph {number} says something.\n\n" for number in range(1, 81)
)


async def read_long_note(app: NotekeepApp, pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: shows(app, "10 notes"))
    await switch_to(app, pilot, "Long")
    await until(pilot, lambda: shows(app, "Paragraph 1 says"))
    await press(pilot, "enter")
    await until(pilot, lambda: app.screen.has_class("-reading"))


async def edited_line(app: NotekeepApp, pilot: Pilot[Any]) -> str:
    """Open the editor and return the line of the text that its cursor is on."""
    await press(pilot, "e")
    await until(pilot, lambda: isinstance(app.focused, NoteArea))
    area = cast("NoteArea", app.focused)
    return area.document.get_line(area.cursor_location[0])


async def test_editor_opens_at_the_line_on_top_of_the_view(root: Path, make_app: MakeApp) -> None:
    (root / "Long.md").write_text(LONG)
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await read_long_note(app, pilot)
        await press(pilot, "pagedown", "pagedown")
        await until(pilot, lambda: not shows(app, "Paragraph 1 says"))
        lines = [line for line in seen(app) if "Paragraph" in line]
        line = await edited_line(app, pilot)
        assert line in lines[0]
        await until(pilot, lambda: shows(app, line))


async def test_editor_opens_at_the_chosen_link(root: Path, make_app: MakeApp) -> None:
    (root / "Long.md").write_text(LONG.replace("20 says something", "20 names [[Deep Work]]"))
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await read_long_note(app, pilot)
        await press(pilot, "right_square_bracket")
        await until(pilot, lambda: shows(app, "Paragraph 20 names"))
        assert await edited_line(app, pilot) == "Paragraph 20 names [[Deep Work]]."


@pytest.mark.slow
async def test_editor_opens_at_the_begin_of_a_note_not_scrolled(
    root: Path, make_app: MakeApp
) -> None:
    (root / "Long.md").write_text(LONG)
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await read_long_note(app, pilot)
        assert await edited_line(app, pilot) == "Paragraph 1 says something."


async def test_editor_opens_at_the_line_a_search_found(root: Path, make_app: MakeApp) -> None:
    (root / "Long.md").write_text(LONG.replace("60 says something", "60 says kettledrum"))
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "10 notes"))
        await press(pilot, "slash")
        type_text(app, "kettledrum")
        await until(pilot, lambda: shows(app, "1 of 10 notes"))
        await press(pilot, "enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "note-list")
        assert await edited_line(app, pilot) == "Paragraph 60 says kettledrum."
