"""A screen that opens is worked out once, and still fits its size, its place and its theme."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from notekeep.tui.screens.new_note import NewNote
from tests.support.screens import press, seen, shows, until

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE, NARROW = (120, 40), (60, 20)


def is_busy(screen: Screen[Any]) -> bool:
    """Tell whether a screen has something to hear of, to lay out or to paint."""
    return bool(
        screen.message_queue_size
        or screen._callbacks
        or screen._dirty_widgets
        or screen._layout_required
    )


async def test_a_dialog_is_laid_out_once_as_it_opens_in_the_classes_that_it_keeps(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[frozenset[str]] = []
    framing: list[bool] = []
    lay_out, frame = Screen._refresh_layout, Screen._on_timer_update

    def framed(screen: Screen[Any]) -> None:
        framing.append(True)
        frame(screen)
        framing.pop()

    def counted(screen: Screen[Any], *how: Any, **named: Any) -> None:
        # What widgets ask for afterwards comes with a frame; with how many tells of the machine.
        if isinstance(screen, NewNote) and not framing:
            laid_out.append(screen.classes)
        lay_out(screen, *how, **named)

    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        monkeypatch.setattr(Screen, "_refresh_layout", counted)
        monkeypatch.setattr(Screen, "_on_timer_update", framed)
        await press(pilot, "n")
        await until(pilot, lambda: shows(app, "makes the note") and app.screen.region.size == WIDE)
        await until(pilot, lambda: not is_busy(app.screen))
        assert laid_out == [app.screen.classes]


async def test_a_dialog_stands_in_the_middle_at_its_first_opening_and_after_a_resize(
    make_app: MakeApp,
) -> None:
    def is_central() -> bool:
        box = app.screen.query_one("#dialog").region
        left, right = box.x, app.size.width - box.right
        return bool(box.width) and abs(left - right) <= 1

    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        for key, says in (("question_mark", "esc closes"), ("n", "makes the note")):
            await press(pilot, key)
            await until(pilot, partial(shows, app, says))
            await until(pilot, is_central)
            await pilot.resize_terminal(*NARROW)
            await until(pilot, lambda: app.screen.region.size == NARROW and is_central())
            await pilot.resize_terminal(*WIDE)
            await until(pilot, lambda: app.screen.region.size == WIDE and is_central())
            await press(pilot, "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_screen_that_was_left_fits_the_size_and_the_theme_it_comes_back_to(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "f3")
        await until(pilot, lambda: shows(app, "Meditate"))
        await pilot.resize_terminal(*NARROW)
        app.theme = "notekeep-light"
        await press(pilot, "f2")
        await until(pilot, lambda: app.screen.region.size == NARROW and shows(app, "/ search"))
        await until(pilot, lambda: app.screen.has_class("-narrow"))
        assert len(seen(app)) == NARROW[1]
        background = app.screen.visual_style.rich_style.bgcolor
        assert background is not None
        assert background.get_truecolor().hex == app.get_css_variables()["background"].lower()
