"""Lines that are drawn when they are seen."""

from __future__ import annotations

import asyncio
from time import thread_time
from typing import TYPE_CHECKING

import pytest
from textual.app import App
from textual.events import Key, MouseScrollDown

from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.widgets.line_view import ListView, TextPage
from tests.support.screens import press, until

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget


class Rows(ListView[object]):
    """Rows that count how often one is drawn; every tenth is a heading."""

    def __init__(self, count: int, text: str = "row {}", *, headings: bool = False) -> None:
        super().__init__()
        self.count, self.text, self.headings = count, text, headings
        self.drawn: list[int] = []

    def row_count(self) -> int:
        return self.count

    def is_selectable(self, row: int) -> bool:
        return not self.headings or row % 10 != 0

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        del width
        self.drawn.append(row)
        return [[Piece(self.text.format(row))]]


class Text(TextPage):
    """Lines to read."""

    def line_count(self) -> int:
        return 50

    def draw_line(self, index: int, width: int) -> StyledLine:
        del width
        return [Piece(f"line {index} [/nope] \x1b[31m")]


class Host(App[None]):
    """An app with one widget, which records when something was painted."""

    CSS = "LineView { width: 100%; height: 100%; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.painted = asyncio.Event()
        self.messages: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        self.widget.focus()

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        self.messages.append(event.row)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        self.messages.append(-event.row)

    def post_display_hook(self) -> None:
        self.painted.set()


def seen(app: App[None]) -> list[str]:
    lines = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in lines]


async def test_only_rows_that_are_seen_are_drawn() -> None:
    view = Rows(100_000)
    async with Host(view).run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        assert set(view.drawn) == set(range(10))
        view.drawn.clear()
        await press(pilot, "end")
        await pilot.pause()
        assert view.cursor == 99_999
        assert set(view.drawn) <= set(range(99_989, 100_000))


async def test_a_step_draws_two_rows_and_says_where_the_cursor_is() -> None:
    view = Rows(1000)
    app = Host(view)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        view.drawn.clear()
        await press(pilot, "j")
        await pilot.pause()
        assert sorted(view.drawn) == [0, 1]
        assert app.messages == [1]


async def test_arrows_pages_and_ends_move_and_stay_within_the_rows() -> None:
    view = Rows(100)
    async with Host(view).run_test(size=(40, 10)) as pilot:
        for keys, row in [
            ("up", 0),
            ("down", 1),
            ("j", 2),
            ("k", 1),
            ("pagedown", 10),
            ("pageup", 1),
            ("end", 99),
            ("down", 99),
            ("home", 0),
        ]:
            await press(pilot, keys)
            assert view.cursor == row, keys
            top = view.scroll_offset.y
            assert top <= row < top + 10


async def test_the_cursor_passes_over_headings() -> None:
    view = Rows(30, headings=True)
    async with Host(view).run_test(size=(40, 10)) as pilot:
        view.rows_changed(0)
        assert view.cursor == 1
        for _ in range(9):
            await press(pilot, "down")
        assert view.cursor == 11
        await press(pilot, "up")
        assert view.cursor == 9
        await press(pilot, "home", "up")
        assert view.cursor == 1
        assert view.scroll_offset.y == 0


async def test_the_mouse_moves_the_cursor_opens_and_scrolls() -> None:
    view = Rows(100)
    app = Host(view)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.click(view, offset=(3, 4))
        assert view.cursor == 4
        await pilot.click(view, offset=(3, 6), times=2)
        await until(pilot, lambda: app.messages[-1] == -6)
        wheel = MouseScrollDown(
            view, 3, 3, 0, 1, 0, shift=False, meta=False, ctrl=False, screen_x=3, screen_y=3
        )
        app.post_message(wheel)
        await until(pilot, lambda: view.scroll_offset.y > 0)
        assert view.cursor == 6


async def test_the_terminals_own_cursor_follows_for_those_who_hear_it() -> None:
    view = Rows(100)
    app = Host(view)
    async with app.run_test(size=(40, 10)) as pilot:
        await press(pilot, "down", "down")
        assert app.cursor_position.y == 2


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (20, 5)])
async def test_no_size_is_too_small(size: tuple[int, int]) -> None:
    view = Rows(100, "日本語 {}")
    async with Host(view).run_test(size=size) as pilot:
        await press(pilot, "down", "end")
        assert view.cursor == 99


async def test_a_view_that_is_squeezed_to_nothing_draws_nothing() -> None:
    view = Rows(10)
    async with Host(view).run_test(size=(10, 3)) as pilot:
        view.styles.width = 0
        await pilot.pause()
        assert view.render_line(0).cell_length == 0


async def test_wide_characters_end_where_the_row_ends() -> None:
    view = Rows(3, "日本語テキスト日本語テキスト{}")
    app = Host(view)
    async with app.run_test(size=(12, 3)) as pilot:
        await pilot.pause()
        assert view.render_line(0).cell_length == view.inner_width == 11
        assert seen(app)[0] == "日本語テキ…"


async def test_text_shows_markup_and_escapes_as_they_are_written() -> None:
    app = Host(Text())
    async with app.run_test(size=(40, 5)) as pilot:
        await pilot.pause()
        assert seen(app)[0].rstrip("▐ ") == "line 0 [/nope] ␛[31m"


async def test_a_page_scrolls_and_its_selected_text_can_be_copied() -> None:
    view = Text()
    app = Host(view)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        await press(pilot, "pagedown", "j")
        assert view.scroll_offset.y == 10
        await press(pilot, "home")
        await pilot.mouse_down(view, offset=(0, 1))
        await pilot.hover(view, offset=(6, 2))
        await pilot.mouse_up(view, offset=(6, 2))
        await pilot.pause()
        selected = app.screen.get_selected_text()
        assert selected is not None
        assert selected.split("\n") == ["line 1 [/nope] ␛[31m", "line 2 "]


async def key_to_paint(app: Host, key: str) -> float:
    """Press a key and wait for the next paint; the seconds of work between them."""
    app.painted.clear()
    event = Key(key, None)
    event.set_sender(app)
    start = thread_time()
    app.post_message(event)
    await asyncio.wait_for(app.painted.wait(), 30)
    return thread_time() - start


async def test_a_key_is_painted_at_once_however_long_the_list() -> None:
    async def median(count: int) -> float:
        app = Host(Rows(count))
        async with app.run_test(size=(100, 40)) as pilot:
            await pilot.pause()
            return sorted([await key_to_paint(app, "down") for _ in range(15)])[7]

    # A ratio of what the loop's own thread works holds on a busy machine; a time would not.
    assert await median(100_000) < 4 * await median(100)
