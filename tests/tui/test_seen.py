"""What is drawn is what Textual would draw, without what is not seen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from textual._compositor import Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from notekeep.tui.covering import Covering
from notekeep.tui.screens.dialogs import Confirm
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

    from rich.segment import Segment
    from textual.messages import Layout
    from textual.strip import Strip

    from notekeep.tui.app import NotekeepApp

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
