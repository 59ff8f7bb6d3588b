"""Keys that come right behind the key that opens something are for what it opens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.events import Key, Paste
from textual.keys import key_to_character
from textual.widgets import Input, TextArea

from tests.support.screens import browse, press, shows, tree, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


@pytest.fixture(autouse=True, params=["quick", pytest.param("slow", marks=pytest.mark.slow)])
def _mounted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make what can be typed into slow to be there, as on a busy machine."""

    async def on_mount(_self: object) -> None:
        await asyncio.sleep(0.3)

    if request.param == "slow":
        monkeypatch.setattr(Input, "on_mount", on_mount, raising=False)
        monkeypatch.setattr(TextArea, "on_mount", on_mount, raising=False)


def at_once(app: NotekeepApp, *names: str) -> None:
    """Press keys before any of them is answered; one with a space in front is typed as text."""
    for name in names:
        for key in name[1:] if name.startswith(" ") else [name]:
            pressed = {" ": "space", "-": "minus", "/": "slash", ":": "colon"}.get(key, key)
            event = Key(pressed, key_to_character(pressed))
            event.set_sender(app)
            app.post_message(event)


@cases("mode", ["today", "browse", "habits", "publish"], fast=2)
async def test_the_title_is_typed_into_the_quick_switch(mode: str, make_app: MakeApp) -> None:
    app = make_app(mode)
    async with app.run_test(size=WIDE) as pilot:
        at_once(app, "ctrl+o", " deep", "enter")
        await until(pilot, lambda: app.current_mode == "browse")
        await until(pilot, lambda: bool(app.screen.query("#preview")))
        await until(pilot, lambda: browse(app).preview.path == "books/Deep Work.md")
        # Again, when it is there already.
        at_once(app, "ctrl+o", " atomic")
        await until(pilot, lambda: shows(app, "▌ Atomic Habits"))


@cases("mode", ["today", "habits", "publish"], fast=1)
async def test_slash_searches_from_every_screen_and_no_letter_is_a_key(
    mode: str, make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app(mode)
    async with app.run_test(size=WIDE) as pilot:
        for _ in range(2):  # Browse is there already the second time
            at_once(app, "/", " x deep work")
            await until(pilot, lambda: app.current_mode == "browse")
            await until(pilot, lambda: browse(app).pane.typed == "x deep work")
            at_once(app, "escape", {"today": "f1", "habits": "f3", "publish": "f4"}[mode])
            await until(pilot, lambda: app.current_mode == mode)
            assert app.navigation.browse is not None
            app.navigation.browse.pane.clear()
        assert tree(root) == before


@pytest.mark.slow
async def test_screens_are_gone_through_and_the_switch_is_of_the_last(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        at_once(app, "f2", "f4", "f3", "ctrl+o", " deep")
        await until(pilot, lambda: shows(app, "▌ Deep Work"))
        assert app.current_mode == "habits"


@cases("mode", ["today", "browse", "habits", "publish"], fast=2)
async def test_words_are_typed_into_the_palette(mode: str, make_app: MakeApp) -> None:
    app = make_app(mode)
    async with app.run_test(size=WIDE) as pilot:
        at_once(app, "ctrl+p", " quick note", "enter", " dnu a thought")
        await until(pilot, lambda: shows(app, "dnu a thought"))
        assert len(app.screen_stack) == 2


@cases(
    ("opener", "title"),
    [("n", "New note"), ("r", "Rename"), ("t", "Tags"), ("ctrl+n", "Quick note")],
    fast=2,
)
async def test_what_is_asked_for_is_typed_into_the_dialog(
    opener: str, title: str, make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    before = tree(root)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and bool(browse(app).chosen_notes()))
        at_once(app, opener, " dune dune")
        await until(pilot, lambda: shows(app, "dune dune") and shows(app, title))
        assert len(app.screen_stack) == 2
        assert tree(root) == before


async def test_keys_behind_the_one_that_opens_the_form_are_for_its_fields(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        at_once(app, "slash", " type:book deep", "enter")
        await until(pilot, lambda: browse(app).note_under_cursor == "books/Deep Work.md")
        # To the first field, and a text into it.
        at_once(app, "f", "enter", " d", "enter")
        await until(pilot, lambda: shows(app, "Fields of Deep Work") and shows(app, "Cal Newportd"))
        await press(pilot, "escape")
    assert (root / "books/Deep Work.md").is_file()


@pytest.mark.slow
async def test_a_habit_is_typed_into_its_form(make_app: MakeApp) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        at_once(app, "a", " jog dux", "enter")
        await until(pilot, lambda: shows(app, "Created habits/jog dux.md") or shows(app, "jog dux"))


async def test_a_query_is_typed_into_the_search_box(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        at_once(app, "slash", " deep", "enter", "slash", " xd")
        await until(pilot, lambda: browse(app).pane.typed == "deepxd")


async def test_words_are_typed_into_the_editor(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    note = root / "inbox/markup.md"
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: browse(app).note_under_cursor == "inbox/markup.md")
        at_once(app, "e", " dud ", "ctrl+f", " plain", "escape", "escape")
        await until(pilot, lambda: b"dud plain" in note.read_bytes())
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_paste_goes_where_the_key_before_it_leads(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        at_once(app, "ctrl+o")
        paste = Paste("deep")
        paste.set_sender(app)
        app.post_message(paste)
        await until(pilot, lambda: shows(app, "▌ Deep Work"))
