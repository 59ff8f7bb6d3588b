"""A program that is left open overnight: it goes on with the next day, and writes into that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import AppFocus

from tests.support.screens import press, seen, shows, tree, until
from tests.tui.test_habits import habits, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
NEXT = "2026-11-25T07:00"
"""A Wednesday morning; the day itself begins at four."""


async def test_what_is_ticked_in_the_morning_is_of_that_morning(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(root)
    app = make_app("today")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Tuesday 24 November"))
        await until(pilot, lambda: shows(app, "□ Meditate"))
        monkeypatch.setenv("NOTEKEEP_NOW", NEXT)
        # The key was meant for what was still shown, so it does nothing but turn the page.
        await press(pilot, "space")
        await until(pilot, lambda: shows(app, "Wednesday 25 November"))
        await until(pilot, lambda: shows(app, "A new day began: Wednesday 25 November"))
        assert written(root, before) == []
        await press(pilot, "space")
        await until(pilot, lambda: shows(app, "✓ Meditate"))
        assert written(root, before) == ["- 2026-11-25 meditate: done @07:00"]


@pytest.mark.slow
async def test_the_week_of_habits_goes_along_where_today_was_chosen(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Tue 24 Nov"))
        monkeypatch.setenv("NOTEKEEP_NOW", NEXT)
        assert app.check_day()
        await until(pilot, lambda: shows(app, "Wed 25 Nov"))
        await until(pilot, lambda: habits(app).grid.cell is not None)
        await press(pilot, "space")
        await until(pilot, lambda: written(root, before))
        assert written(root, before) == ["- 2026-11-25 meditate: done @07:00"]


@pytest.mark.slow
async def test_a_day_that_was_looked_back_to_stays(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Tue 24 Nov"))
        await press(pilot, "h")
        await until(pilot, lambda: shows(app, "Mon 23 Nov"))
        monkeypatch.setenv("NOTEKEEP_NOW", NEXT)
        app.post_message(AppFocus())
        await until(pilot, lambda: app.today.day == 25)
        await until(pilot, lambda: shows(app, "Mon 23 Nov"))
        await press(pilot, "l", "l")
        await until(pilot, lambda: shows(app, "Wed 25 Nov"))


@pytest.mark.slow
async def test_what_is_typed_while_a_day_begins_is_kept(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work"))
        await press(pilot, "slash", "d", "e")
        monkeypatch.setenv("NOTEKEEP_NOW", NEXT)
        await press(pilot, "e", "p")
        await until(pilot, lambda: shows(app, "/ deep"))
        assert app.today.day == 25


@pytest.mark.slow
async def test_before_the_hour_at_which_days_begin_it_is_still_the_evening(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Tuesday 24 November"))
        monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-25T03:59")
        assert not app.check_day()
        assert app.today.day == 24
        assert not shows(app, "ends at")


async def test_after_midnight_today_says_when_its_day_ends(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-25T00:30")
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Tuesday 24 November (day ends at 04:00)"))
        await press(pilot, "f3")
        await until(pilot, lambda: shows(app, "Tue 24 Nov (day ends at 04:00)"))


async def test_today_ends_the_row_of_seven_days(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "We Th Fr Sa Su Mo Tu"))


async def test_problems_are_listed_by_cause(make_app: MakeApp, root: Path) -> None:
    for number in range(5):
        (root / f"inbox/at {number}.md").write_text("---\ntitle: @x\n---\n")
    app = make_app("today")
    async with app.run_test(size=(120, 60)) as pilot:
        await until(pilot, lambda: shows(app, "Needs a look 6"))
        await until(pilot, lambda: shows(app, "3 more like this."))
        await until(pilot, lambda: shows(app, "Values that start with @ need quotes."))
        assert sum("inbox/at " in line for line in seen(app)) == 2
        await until(pilot, lambda: shows(app, "! all problems"))
