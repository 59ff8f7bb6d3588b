"""A screen fits its size, its place and its theme when it opens and after a resize."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.screens import press, seen, shows, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE, NARROW = (120, 40), (60, 20)


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
        for key, says in (("question_mark", "esc close"), ("n", "enter create")):
            await press(pilot, key)
            await until(pilot, partial(shows, app, says))
            await until(pilot, is_central)
            await pilot.resize_terminal(*NARROW)
            await until(pilot, lambda: app.screen.region.size == NARROW and is_central())
            await pilot.resize_terminal(*WIDE)
            await until(pilot, lambda: app.screen.region.size == WIDE and is_central())
            await press(pilot, "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)


@pytest.mark.slow
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
