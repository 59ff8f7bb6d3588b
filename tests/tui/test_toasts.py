"""Toasts: they tell what is off the screen, and go when that is on it, or over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.jobs import say, show_error
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


def grown_old(app: App[Any]) -> None:
    """Let the toasts that are there have been there for a while."""
    for one in app._notifications:
        one.raised_at -= one.timeout / 2


async def test_another_screen_puts_away_what_was_read_and_leaves_what_is_new(
    make_app: MakeApp,
) -> None:
    from notekeep.errors import Refused

    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        say(app, "An old one")
        show_error(app, Refused("An old error"))
        await until(pilot, lambda: shows(app, "An old one") and shows(app, "An old error"))
        grown_old(app)
        say(app, "A new one")
        await until(pilot, lambda: shows(app, "A new one"))
        await press(pilot, "f3")
        await until(pilot, lambda: shows(app, "Meditate"))
        assert told(app) == ["A new one"]
        # The error is seen where errors are kept.
        await until(pilot, lambda: shows(app, "! 1"))
        await press(pilot, "exclamation_mark")
        await until(pilot, lambda: shows(app, "An old error"))
        assert not told(app)


async def test_what_offers_undo_goes_with_it(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "d")
        await until(pilot, lambda: shows(app, "u undo"))
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "Took back"))
        assert [one for one in told(app) if "u undo" in one] == []
