"""Toasts go when what they tell is on the screen, or is no longer true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.tui.workers import show_error
from tests.support.screens import press, shows, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from textual.app import App

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (100, 30)


def told(app: App[Any]) -> list[str]:
    return [one.message for one in app._notifications]


async def test_the_list_of_problems_puts_away_the_errors_that_it_shows(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        show_error(app, Refused("An error"))
        await until(pilot, lambda: told(app) and shows(app, "! 1"))
        await press(pilot, "exclamation_mark")
        await until(pilot, lambda: shows(app, "An error") and not told(app))


async def test_what_offers_undo_goes_with_it(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "d")
        await until(pilot, lambda: shows(app, "u undo"))
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "Undid"))
        assert [one for one in told(app) if "u undo" in one] == []
