"""What a key changed is painted at once; everything else waits its turn, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App
from textual.events import Key
from textual.screen import Screen
from textual.widget import Widget

from notekeep.markdown.note import Note
from notekeep.tui import answering, frames
from notekeep.tui.keyboard import Keyboard
from notekeep.tui.render.glyphs import UNICODE
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.render.rendering import Rendering
from notekeep.tui.screens.settling import Settling
from notekeep.tui.widgets import note_page
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.widgets.preview import Preview
from tests.support.screens import unpainted

if TYPE_CHECKING:
    import pytest
    from textual.app import ComposeResult

NEVER = 3_600.0
"""Seconds between two frames: whoever waits for the next is not painted."""


class Rows(ListView):
    """A few rows, and what is said in them."""

    says = "row"

    def row_count(self) -> int:
        return 9

    def draw_row(self, row: int, width: int) -> list[Line]:
        del width
        return [[Piece(f"{self.says} {row}")]]


class Rowed(Settling, Screen[None]):
    """A screen of rows."""

    def compose(self) -> ComposeResult:
        yield Rows()


class Program(Keyboard, App[None]):
    """A program that notes each paint."""

    last_paint = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.paints: list[float] = []

    def get_default_screen(self) -> Screen[None]:
        return Rowed()

    def post_display_hook(self) -> None:
        self.paints.append(time.monotonic())

    def press(self, name: str) -> None:
        """Press a key."""
        event = Key(name, None)
        event.set_sender(self)
        self.post_message(event)


async def hold_frames(app: Program, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Wait for the first frame, and have the next come in an hour."""
    rows = app.screen.query_one(Rows)
    rows.focus()
    await unpainted(lambda: rows.has_focus and rows.size.height and not is_dirty(app))
    monkeypatch.setattr(frames, "UPDATE_PERIOD", NEVER)
    app.last_paint = time.monotonic()
    app.paints.clear()
    return rows


def is_dirty(app: Program) -> bool:
    """Tell whether something is left to be painted."""
    screen = app.screen
    return bool(
        screen._dirty_widgets
        or screen._layout_required
        or any(widget._repaint_required for widget in screen.walk_children(Widget))
    )


def is_painted(app: Program, rows: Rows, row: int) -> bool:
    """Tell whether the cursor is on a row, and seen there."""
    return rows.cursor == row and bool(app.paints) and not is_dirty(app)


async def test_a_key_right_after_a_paint_waits_for_no_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Program()
    async with app.run_test():
        rows = await hold_frames(app, monkeypatch)
        for name, row in (("down", 1), ("down", 2), ("down", 3), ("up", 2)):
            app.paints.clear()
            app.press(name)
            await unpainted(partial(is_painted, app, rows, row))


async def test_what_no_key_asked_for_is_painted_with_the_next_frame_and_no_sooner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Program()
    async with app.run_test():
        rows = await hold_frames(app, monkeypatch)
        rows.lines_changed()
        await unpainted(app.screen._update_timer._active.is_set)
        await asyncio.sleep(0)
        assert not app.paints
        # The key that comes is painted at once, and that with it.
        app.press("down")
        await unpainted(lambda: app.paints and not is_dirty(app))
        rows.lines_changed()
        app.last_key = 0.0
        app.paints.clear()
        monkeypatch.setattr(frames, "UPDATE_PERIOD", 0.05)
        await unpainted(lambda: app.paints and not is_dirty(app))
        assert app.paints[0] - app.last_paint < NEVER


class Reading(App[None]):
    """A program that shows a note, and is told when keys come and when they are answered."""

    last_key = last_paint = 0.0

    def compose(self) -> ComposeResult:
        yield Preview()


async def test_a_note_is_drawn_on_when_the_key_is_answered_and_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answering, "PATIENCE", NEVER)
    body = "\n\n".join(f"Paragraph {number}." for number in range(3_000))
    rendering = Rendering(Note("notes/long.md", "Long", body=body), 50, UNICODE)
    app = Reading()
    async with app.run_test():
        app.query_one(Preview).show(rendering)
        await unpainted(lambda: len(rendering.lines) > 500)
        app.last_key = time.monotonic()
        drawn = len(rendering.lines)
        for _ in range(20):
            await asyncio.sleep(note_page.PAUSE)
        assert len(rendering.lines) == drawn
        app.last_paint = time.monotonic()
        await unpainted(lambda: rendering.done)
    assert [row.source for row in rendering.lines][-1] == 2 * 2_999


async def test_a_program_that_ends_is_not_held_up_by_what_is_to_be_painted() -> None:
    ticks = 0
    ticked = asyncio.Event()

    class Ending(frames.Frames):
        async def _tick(self, *, next_timer: float, count: int) -> None:
            """Paint nothing, as Textual does when the program ends."""
            nonlocal ticks
            del next_timer, count
            ticks += 1
            ticked.set()
            if ticks > 1:
                raise asyncio.CancelledError  # else the failing test would hang

    async with Program().run_test() as pilot:
        timer = Ending(pilot.app.screen, lambda: None)
        timer._start()
        timer.resume()
        await ticked.wait()
        await asyncio.sleep(0)
        timer.stop()
    assert ticks == 1
