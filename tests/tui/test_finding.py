"""Finding in the text that is edited, by keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Key

from tests.support.screens import press, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.edit import EditScreen

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (80, 24)
NOTE = "inbox/Menu.md"
TEXT = (
    "Ein Café am See\n\n\tcafe au lait, CAFÉ crème\n" + "nothing\n" * 60 + "le café 日本語の café\n"
)


@pytest.fixture
def menu(root: Path) -> Path:
    path = root / NOTE
    path.write_text(TEXT)
    return path


def rename(path: Path, name: str) -> None:
    path.rename(path.with_name(name))


def text_of(path: Path) -> str:
    return path.read_text()


def at(editor: EditScreen) -> tuple[tuple[int, int], str]:
    """Return where the selection begins, and what is selected."""
    return min(editor.area.selection), editor.area.selected_text


async def edit(app: NotekeepApp, pilot: Pilot[Any], path: str = NOTE) -> EditScreen:
    await until(pilot, lambda: shows(app, " notes"))
    app.editors.open(path)
    await until(pilot, lambda: app.focused is not None and app.editors.here is not None)
    editor = app.editors.here
    assert editor is not None
    await until(pilot, lambda: editor.area.has_focus)
    return editor


async def test_words_are_found_whatever_their_case_and_accents(
    make_app: MakeApp, menu: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        editor = await edit(app, pilot)
        await press(pilot, "ctrl+f")
        type_text(app, "cafe")
        await until(pilot, lambda: shows(app, "1 of 5"))
        assert at(editor) == ((0, 4), "Café")
        found = []
        for key in ("enter", "down", "enter", "enter", "enter", "up", "up"):
            before = at(editor)
            await press(pilot, key)
            await until(pilot, lambda before=before: at(editor) != before)  # type: ignore[misc]
            found.append(at(editor))
        last = TEXT.count("\n") - 1
        assert found == [
            ((2, 1), "cafe"),
            ((2, 15), "CAFÉ"),
            ((last, 3), "café"),
            ((last, 13), "café"),
            ((0, 4), "Café"),
            ((last, 13), "café"),
            ((last, 3), "café"),
        ]
        # What is found is seen, and one goes on typing there.
        await until(pilot, lambda: shows(app, "le café"))
        await press(pilot, "escape")
        await until(pilot, lambda: editor.area.has_focus)
        assert not shows(app, "of 5")
        type_text(app, "thé")
        await until(pilot, lambda: shows(app, "le thé"))
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None)
    assert text_of(menu) == TEXT.replace("le café", "le thé")


async def test_it_begins_at_the_cursor_with_what_is_selected_and_says_what_is_not_there(
    make_app: MakeApp, menu: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        editor = await edit(app, pilot)
        editor.area.move_cursor((2, 6))
        editor.area.move_cursor((2, 8), select=True)
        await press(pilot, "ctrl+f")
        await until(pilot, lambda: shows(app, "1 of 1"))
        assert at(editor) == ((2, 6), "au")
        # Typing replaces it.
        type_text(app, "caf")
        await until(pilot, lambda: shows(app, "3 of 5"))
        type_text(app, "x")
        await until(pilot, lambda: shows(app, "not found"))
        await press(pilot, "enter", "up", "escape")
        await until(pilot, lambda: editor.area.has_focus)
        assert not editor.is_changed
    assert text_of(menu) == TEXT


async def test_what_is_typed_right_after_the_key_is_looked_for(
    make_app: MakeApp, menu: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        editor = await edit(app, pilot)
        event = Key("ctrl+f", None)
        event.set_sender(app)
        app.post_message(event)
        type_text(app, "cafe")
        await until(pilot, lambda: shows(app, "1 of 5"))
        assert not editor.is_changed
    assert text_of(menu) == TEXT


@cases("size", [(40, 12), (20, 5)], fast=1)
async def test_there_is_room_for_it_at_any_size(
    make_app: MakeApp, menu: Path, size: tuple[int, int]
) -> None:
    del menu
    app = make_app("browse")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.screen.is_mounted)
        app.editors.open(NOTE)
        await until(pilot, lambda: app.editors.here is not None)
        editor = app.editors.here
        assert editor is not None
        await until(pilot, lambda: editor.area.has_focus)
        await press(pilot, "ctrl+f")
        type_text(app, "cafe")
        await until(pilot, lambda: shows(app, "1 of 5"))


@pytest.mark.slow
async def test_where_a_title_has_no_room_the_editor_still_says_how_long_the_text_is(
    make_app: MakeApp, menu: Path
) -> None:
    name = "A menu with a name that is long"
    rename(menu, f"{name}.md")
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await edit(app, pilot, f"inbox/{name}.md")
        await until(pilot, lambda: shows(app, "  73 words · 1:1"))
        type_text(app, "x ")
        await until(pilot, lambda: shows(app, "unsaved · 74 words · 1:3"))
