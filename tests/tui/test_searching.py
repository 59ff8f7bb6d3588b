"""What the interface says of a search, and what it remembers of what was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.screens import browse, press, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


async def test_a_misspelt_word_is_answered_and_that_is_said(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        await press(pilot, "slash")
        type_text(app, "kettel")
        await until(pilot, lambda: shows(app, 'This is for "kettle"'))
        assert browse(app).note_here == "books/Atomic Habits.md"


async def test_the_last_word_is_a_beginning_in_bodies_too(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        await press(pilot, "slash")
        type_text(app, "compound kett")
        await until(pilot, lambda: browse(app).note_here == "books/Atomic Habits.md")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))


async def test_a_note_that_is_read_counts_as_opened(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).note_here != "")
        note = browse(app).note_here
        before = browse(app).vault.opened.times(note)
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).vault.opened.times(note) == before + 1)
