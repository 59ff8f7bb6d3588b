"""Help: the keys of where one is, and a search for what one would like to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.screens import press, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (110, 36)


async def test_a_word_finds_an_action_wherever_it_works(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "List of notes"))
        await press(pilot, "slash")
        type_text(app, "rename")
        await until(pilot, lambda: not shows(app, "List of notes"))
        assert shows(app, "Give the note another title")
        for _ in "rename":
            await press(pilot, "backspace")
        type_text(app, "ctrl+o")
        await until(pilot, lambda: shows(app, "Switch to a note"))
        type_text(app, " zzz")
        await until(pilot, lambda: shows(app, "No action is about ctrl+o zzz"))


async def test_escape_leaves_the_search_and_then_the_help(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "List of notes"))
        await press(pilot, "slash")
        type_text(app, "undo")
        await until(pilot, lambda: shows(app, "Take back the last change"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "List of notes"))
        await press(pilot, "escape")
        await until(pilot, lambda: not shows(app, "esc closes"))
