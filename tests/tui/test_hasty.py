"""Keys and clicks that come quicker than the screen, as a monkey found them to matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Click, MouseDown, MouseUp, Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets._toast import Toast

from notekeep.tui.dialogs.dialog import Choice, Confirm, Option, Prompt
from notekeep.tui.dialogs.quick_capture import CaptureScreen
from notekeep.tui.screens.edit import EditScreen
from notekeep.tui.screens.palette import Palette
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.workers import show_message
from tests.support.screens import browse, press, shows, type_text, unpainted, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.events import Event
    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


def post(app: NotekeepApp, *events: Event) -> None:
    """Let events come at once."""
    for event in events:
        event.set_sender(app)
        app.post_message(event)


def keys(app: NotekeepApp, *names: str) -> None:
    """Press keys so quickly that none of them was answered before the last one comes."""
    from textual.events import Key
    from textual.keys import key_to_character

    names = tuple("space" if name == " " else name for name in names)
    post(app, *(Key(name, key_to_character(name)) for name in names))


def click(x: int, y: int) -> tuple[Event, Event]:
    """Return what a click is made of."""
    rest: tuple[Any, ...] = (0, 0, 1, False, False, False, x, y)
    return MouseDown(None, x, y, *rest), MouseUp(None, x, y, *rest)


@pytest.mark.slow
@pytest.mark.parametrize("again", ["enter", "escape"])
async def test_a_dialog_answers_once_and_closes_nothing_else(again: str, make_app: MakeApp) -> None:
    app = make_app("browse")
    answers: list[object] = []
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        app.push_screen(Confirm("Below", "Stays.", "yes"))
        await until(pilot, lambda: shows(app, "Stays."))
        app.push_screen(Prompt("Title", value="one"), answers.append)
        await until(pilot, lambda: shows(app, "one"))
        screen = app.screen
        assert isinstance(screen, Prompt)
        screen.dismiss("one")
        screen.dismiss("two")
        await until(pilot, lambda: answers and shows(app, "Stays.") and not shows(app, "Title"))
        assert len(app.screen_stack) == 2
        keys(app, "escape", again, again)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert answers == ["one"]


@pytest.mark.slow
async def test_an_editor_that_is_left_under_a_question_stays_until_that_is_answered(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "plain"))
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, EditScreen))
        editor = app.screen
        assert isinstance(editor, EditScreen)
        app.push_screen(Prompt("Above"))
        await until(pilot, lambda: shows(app, "Above"))
        editor.action_finish()
        editor.action_finish()
        await pilot.pause()
        assert isinstance(app.screen, Prompt)
        keys(app, "escape")
        await until(pilot, lambda: app.screen is editor)
        keys(app, "escape", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_what_is_chosen_twice_in_the_palette_is_done_once(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        # In the palette, it is the key for the row above.
        keys(app, "ctrl+p", "ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused is not None)
        assert len(app.screen_stack) == 2
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        keys(app, "pagedown", "pageup", *"mark")
        await until(pilot, lambda: shows(app, "▌  Mark  "))
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        keys(app, "enter", "enter", "enter", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: shows(app, "1 marked"))
        await pilot.pause()
        await until(pilot, lambda: shows(app, "1 marked"))
        keys(app, "ctrl+p", "escape", "ctrl+p", "escape", "ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) == 2)


async def open_palette(app: NotekeepApp, pilot: Pilot[Any]) -> None:
    await press(pilot, "colon")
    await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused is not None)


async def test_words_right_behind_enter_go_to_what_it_chose(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, *"jj")
        await open_palette(app, pilot)
        keys(app, *"renam", "enter", *"Deeper Work")
        await until(pilot, lambda: shows(app, "to Deeper Work"))
        await press(pilot, "escape")
        await open_palette(app, pilot)
        keys(app, *"quick note", "enter", *"a thought")
        await until(pilot, lambda: isinstance(app.screen, CaptureScreen))
        await until(pilot, lambda: shows(app, "a thought"))


@pytest.mark.slow
async def test_keys_behind_an_enter_that_chooses_nothing_stay_in_the_palette(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await open_palette(app, pilot)
        keys(app, *"qqxyz", "enter", *"wv")
        await until(pilot, lambda: shows(app, "qqxyzwv"))
        # What comes behind the key that leaves is for the list.
        keys(app, "escape", "enter", "m")
        await until(pilot, lambda: not isinstance(app.screen, Palette))


async def test_keys_right_behind_the_slash_are_for_the_search_box(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        keys(app, "slash", "f6")
        await until(pilot, lambda: shows(app, "How to search"))
        # Who types on is in the box again, whatever comes at once.
        keys(app, *"tag:hab x")
        await until(pilot, lambda: browse(app).pane.typed == "tag:hab x")


@pytest.mark.slow
async def test_the_palette_is_left_before_it_is_there(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        for _ in range(3):
            app.push_screen(Palette(browse(app)))
            app.screen.dismiss()
            await until(pilot, lambda: len(app.screen_stack) == 1)
            await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: shows(app, "Read the note"))


@pytest.mark.slow
async def test_a_key_for_the_list_of_the_palette_comes_before_the_list(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        app.push_screen(Palette(browse(app)))
        await app.screen.run_action("page_down")
        await until(pilot, lambda: shows(app, "Read the note"))


@pytest.mark.slow
async def test_the_palette_goes_while_it_is_still_looking(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        for letters in ("d", "de", "e", "a"):
            keys(app, "ctrl+p")
            await until(pilot, lambda: isinstance(app.screen, Palette))
            keys(app, *letters, "escape", "escape", "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
        # Left by what opens it, before it was there.
        app.push_screen(Prompt("Title"))
        app.screen.dismiss()
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))


async def test_the_palette_shows_a_title_that_looks_like_markup(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        type_text(app, "nope")

        await until(pilot, lambda: shows(app, "▌  · [/nope]"))


@pytest.mark.slow
async def test_a_key_that_comes_before_a_question_is_painted_moves_to_what_enter_chooses(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("browse")
    answers: list[object] = []
    options = [Option(name, "", name) for name in ("", "first", "second", "third")]
    may_paint: list[bool] = []
    paint = Screen._on_timer_update
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        monkeypatch.setattr(
            Screen, "_on_timer_update", lambda screen: paint(screen) if may_paint else None
        )
        screen = Choice("Which?", options, "first")
        app.push_screen(screen, answers.append)
        await unpainted(lambda: isinstance(screen.focused, ListView))
        keys(app, "end")
        await unpainted(lambda: screen.rows.value == "third")
        may_paint.append(True)
        await until(pilot, lambda: shows(app, "third"))
        await until(pilot, lambda: not screen._callbacks and not screen.message_queue_size)
        keys(app, "enter")
        await until(pilot, lambda: answers)
    assert answers == ["third"]


@pytest.mark.slow
async def test_a_toast_is_clicked_away_twice(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        show_message(app, "Short and rare")
        await until(pilot, lambda: shows(app, "Short and rare"))
        toast = app.screen.query_one(Toast)
        place = toast.region.center
        # What is drawn is not yet what is there.
        with app.batch_update():
            await toast.remove()
            post(app, *click(int(place[0]), int(place[1])))
            await pilot.pause(0.1)
        await until(pilot, lambda: not shows(app, "Short and rare"))
        await press(pilot, "slash")
        await until(pilot, lambda: shows(app, "esc clear"))


@pytest.mark.slow
@pytest.mark.parametrize("over", ["ctrl+p", "r"])
async def test_a_click_comes_where_the_terminal_no_longer_is(over: str, make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "plain"))
        keys(app, over)
        await until(pilot, lambda: len(app.screen_stack) == 2 and app.focused is not None)
        screen = app.screen
        rest: tuple[Any, ...] = (0, 0, 1, False, False, False)
        screen.post_message(Click(screen, 500, 500, *rest))
        await pilot.pause()
        keys(app, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


@pytest.mark.slow
@pytest.mark.parametrize("over", ["", "r"])
async def test_two_sizes_of_the_terminal_soon_after_each_other_come_to_rest(
    over: str, make_app: MakeApp
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "plain"))
        if over:
            keys(app, over)
            await until(pilot, lambda: len(app.screen_stack) == 2)
        screen = app.screen
        laid_out: list[object] = []
        refresh_layout = screen._refresh_layout

        def count(*sizes: Any, **how: Any) -> None:
            laid_out.append(sizes)
            refresh_layout(*sizes, **how)

        screen._refresh_layout = count  # type: ignore[method-assign]  # to count
        for width in (200, 80):
            size = Size(width, 30)
            app._size = size
            screen.post_message(Resize(size, size))
            # What comes between keeps the two from being taken for one.
            screen.call_later(lambda: None)
        await until(pilot, lambda: laid_out)
        # Sizes that called each other back would leave no moment without a layout.
        for _ in range(100):
            laid_out.clear()
            await pilot.pause(0.1)
            if not laid_out:
                break
        assert laid_out == []
        assert screen.size == (80, 30)


@pytest.mark.slow
async def test_what_is_opened_is_left_before_it_is_there(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "plain"))
        for opened in ("r", "n", "t", "F", "f", "o", "question_mark", "ctrl+n", "exclamation_mark"):
            keys(app, opened, "escape", "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
        # Left by what opens it, before it was there.
        app.push_screen(Prompt("Title"))
        app.screen.dismiss()
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))


@pytest.mark.parametrize("query", ["", "type:book"])
async def test_a_held_delete_key_deletes_notes_and_makes_no_error(
    make_app: MakeApp, root: Path, query: str
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        if query:
            await press(pilot, "slash")
            browse(app).pane.box.set_text(query)
            await until(pilot, lambda: shows(app, "2 of 9 notes"))
            await press(pilot, "enter")
            await until(pilot, lambda: browse(app).notes.has_focus)
        await until(pilot, lambda: bool(browse(app).chosen_notes()))
        for _ in range(12):
            keys(app, "d")
            await pilot.pause(0.01)
        await until(pilot, lambda: bool(list((root / ".trash").rglob("*.md"))))
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        assert not app.unseen, [toast.message for toast in app._notifications]
        # One that comes back can be deleted again.
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "Undid"))
        gone = len(list((root / ".trash").rglob("*.md")))
        await until(pilot, lambda: browse(app).note_under_cursor and browse(app).chosen_notes())
        await press(pilot, "d")
        await until(pilot, lambda: len(list((root / ".trash").rglob("*.md"))) > gone)
        assert not app.unseen
