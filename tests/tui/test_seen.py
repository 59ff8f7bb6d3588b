"""What is drawn is what Textual would draw, without what is not seen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from textual._compositor import Compositor
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Input

from notekeep.tui.covering import Covering
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.screens.dialogs import Confirm
from notekeep.tui.widgets.line_view import Page
from notekeep.tui.widgets.scroll_bar import LineBar
from tests.support.screens import (
    browse,
    is_settled,
    press,
    seen,
    shows,
    type_text,
    unpainted,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from rich.segment import Segment
    from textual.app import ComposeResult
    from textual.messages import Layout
    from textual.strip import Strip

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.browse import BrowseScreen

    MakeApp = Callable[[str], NotekeepApp]

WIDE, NARROW = (120, 40), (60, 20)


def segments(strips: Iterable[Strip]) -> list[list[Segment]]:
    """Return lines as what they are made of, alike where they look alike."""
    return [list(strip.simplify()) for strip in strips]


def drawn(
    way: type[Compositor], screen: Screen[Any], crop: Region
) -> list[Mapping[int, list[Segment]]]:
    """Return what a way of drawing makes of a part of a screen."""
    chops: Any = way._render_chops(screen._compositor, crop, lambda y: y % 3 != 1)
    rows = (y for y in crop.line_range if y % 3 != 1)
    return [
        {
            x: list(strip)
            for x, strip in chops[y].items()
            if strip is not None and crop.x <= x and x + strip.cell_length <= crop.right
        }
        for y in rows
    ]


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("start", ["browse", "today", "habits", "publish"])
async def test_every_part_of_a_screen_is_drawn_as_textual_does(
    start: str, size: tuple[int, int], make_app: MakeApp
) -> None:
    app = make_app(start)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: shows(app, "ctrl+p") and len(set(seen(app))) > 5)
        for _ in range(2):
            screen = app.screen
            width, height = size
            for crop in (
                screen.region,
                Region(0, 3, width, 1),
                Region(width // 2, 0, width - width // 2, height),
                Region(5, height // 2, 20, height - height // 2),
            ):
                assert isinstance(screen._compositor, Covering)
                assert drawn(Covering, screen, crop) == drawn(Compositor, screen, crop)
            app.push_screen(Confirm("Title", "Words over all of it.", "yes"))
            await until(pilot, lambda: shows(app, "Words over"))


async def test_what_gives_fewer_lines_than_it_has_room_for_leaves_the_rest_to_what_is_behind(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        screen = browse(app)

        def rows() -> list[dict[int, list[Segment]]]:
            assert isinstance(screen._compositor, Covering)
            chops = screen._compositor._render_chops(screen.region, lambda _y: True)
            return [{x: list(strip) for x, strip in line.items() if strip} for line in chops]

        before, notes = rows(), screen.notes
        draw = notes.render_lines
        vars(notes)["render_lines"] = lambda crop: draw(crop)[:-2]
        after = rows()
        changed = [y for y in range(len(before)) if before[y] != after[y]]
        assert set(changed) <= {notes.region.bottom - 2, notes.region.bottom - 1}
        vars(notes)["render_lines"] = lambda _crop: []
        assert rows() != before


async def test_what_lies_behind_is_not_drawn_and_a_list_only_where_it_changed(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        screen = browse(app)
        await unpainted(lambda: screen.preview.path and is_settled(screen))
        asked: dict[str | None, int] = {}

        def counted(widget: Widget, draw: Callable[[Region], list[Strip]], crop: Region) -> Any:
            name = widget.id or type(widget).__name__
            asked[name] = asked.get(name, 0) + crop.height
            return draw(crop)

        for widget in [screen, *screen.walk_children(Widget)]:
            vars(widget)["render_lines"] = partial(counted, widget, widget.render_lines)

        async def asks(change: Callable[[], object]) -> dict[str | None, int]:
            asked.clear()
            change()
            await unpainted(lambda: asked and is_settled(screen))
            return dict(asked)

        # What opens with a screen may still be laid out, once.
        await asks(screen.refresh)
        for _ in range(20):
            if await asks(lambda: screen.notes.refresh_line(2)) == {"note-list": 1}:
                break
        assert asked == {"note-list": 1}
        assert set(await asks(screen.preview.refresh)) == {"preview"}


class Words(Page):
    """Lines, the last of them with a wide character too many."""

    def line_count(self) -> int:
        return 30

    def draw_line(self, index: int, width: int) -> Line:
        return [Piece(f"{index} 漢字 ", "strong"), Piece("x" * width, "link", "a")]


class Framed(App[None]):
    """Words in a frame."""

    CSS = "Words { width: 30; height: 12; }"

    def __init__(self, css: str) -> None:
        super().__init__()
        self._more = css

    def compose(self) -> ComposeResult:
        yield Words()

    def on_mount(self) -> None:
        words = self.query_one(Words)
        for rule in filter(None, self._more.split(";")):
            name, _, value = rule.partition(":")
            words.set_styles(f"{name.strip()}: {value.strip()};")


async def test_the_bar_beside_lines_looks_as_textual_s_and_is_not_seen_without_need() -> None:
    app = Framed("background: blue")
    async with app.run_test(size=(40, 20)) as pilot:
        await until(pilot, lambda: shows(app, "漢字"))
        words = app.query_one(Words)
        bar = words.vertical_scrollbar
        assert isinstance(bar, LineBar)
        await until(pilot, lambda: bar.size.height == 12)
        for top in (0, 1, 5, 11, 18):
            words.scroll_to(y=top, animate=False, immediate=True)
            for grabbed in (False, True):
                bar.mouse_over = grabbed
                crop = Region(0, 0, 1, 12)
                bar._styles_cache.clear()
                bar._repaint_required = True
                bar._set_dirty()
                assert segments(bar.render_lines(crop)) == segments(
                    ScrollBar.render_lines(bar, crop)
                )
                assert bar.render_lines(Region(0, 3, 1, 2)) == bar.render_lines(crop)[3:5]
        bar.window_virtual_size = bar.window_size
        (look,) = {tuple(strip) for strip in bar.render_lines(Region(0, 0, 1, 12))}
        assert [segment.text for segment in look] == [" "]
        assert look[0].style == Style(background=words.background_colors[1]).rich_style


LONG = "inbox/long.md"


async def test_a_bar_that_is_needed_no_more_lays_nothing_out_and_is_not_seen(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / LONG).write_text("---\ntitle: A long one\n---\n" + "Words.\n\n" * 100)
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "10 notes"))
        screen = browse(app)
        await until(pilot, lambda: is_settled(screen))
        rows = [screen.notes.row_of(number) for number in range(10)]
        long = next(number for number, row in enumerate(rows) if row and row.path == LONG)
        preview = screen.preview

        async def go_to(number: int) -> None:
            screen.notes.move_to(number)
            await until(pilot, lambda: preview.path == screen.notes.row.path)  # type: ignore[union-attr]
            await until(pilot, lambda: is_bar_seen(screen) == (number == long))

        # The first time it takes its place.
        for number in (long + 1, long, long - 1):
            await go_to(number)
        await until(pilot, lambda: is_settled(screen))
        laid_out: list[object] = []
        monkeypatch.setattr(
            type(screen), "_refresh_layout", lambda *how, **named: laid_out.append((how, named))
        )
        for number in (long, long + 1, long, long - 1):
            await go_to(number)
        assert not laid_out


def is_bar_seen(screen: BrowseScreen) -> bool:
    """Tell whether the column of the preview's bar shows more than one colour."""
    column = screen.preview.region.right - 1
    rows = range(screen.preview.region.y, screen.preview.region.bottom)
    styles = {str(screen.get_style_at(column, y).without_color) for y in rows}
    return len(styles) > 1


async def test_letters_in_the_search_box_lay_nothing_out_and_the_last_of_them_is_seen(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("browse")
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        screen = browse(app)
        await press(pilot, "slash")
        await until(pilot, lambda: screen.pane.box.has_text_focus)
        # With the first letter it looks otherwise.
        type_text(app, "m")
        await until(pilot, lambda: shows(app, "/ m") and is_settled(screen))
        asked: list[Widget] = []
        lay_out = Screen._on_layout

        async def noted(screen: Screen[Any], message: Layout) -> None:
            if isinstance(message.widget, Input):
                asked.append(message.widget)
            await lay_out(screen, message)

        monkeypatch.setattr(Screen, "_on_layout", noted)
        # What the first letter asked for may come late; letters that lay out do so every time.
        for last in ("the last", "the very last", "the end"):
            asked.clear()
            type_text(app, "any letters " * 8 + last)
            await until(pilot, partial(shows, app, last))
            await pilot.pause()
            if not asked:
                break
        assert not asked
