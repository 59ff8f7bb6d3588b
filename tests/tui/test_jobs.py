"""Work in the background: what one screen asks for is not dropped because another asks too."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from notekeep.tui.jobs import in_background
from tests.support.screens import shows, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]


async def test_work_of_another_screen_drops_no_answer(make_app: MakeApp) -> None:
    app = make_app("today")
    go_on = threading.Event()
    answers: list[str] = []
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "Habits"))
        today = app.screen
        await app.switch_mode("browse")

        def slow() -> str:
            go_on.wait()
            return "browse"

        in_background(app.screen, slow, answers.append, group="note", exclusive=True)
        in_background(today, lambda: "today", answers.append, group="note", exclusive=True)
        await until(pilot, lambda: answers == ["today"])
        go_on.set()
        await until(pilot, lambda: answers == ["today", "browse"])


async def test_of_one_screen_the_newest_work_alone_is_answered(make_app: MakeApp) -> None:
    app = make_app("today")
    go_on = threading.Event()
    answers: list[str] = []
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "Habits"))

        def slow() -> str:
            go_on.wait()
            return "first"

        in_background(app.screen, slow, answers.append, group="note", exclusive=True)
        in_background(app.screen, lambda: "second", answers.append, group="note", exclusive=True)
        await until(pilot, lambda: answers == ["second"])
        go_on.set()
        in_background(app.screen, lambda: "third", answers.append, group="other")
        await until(pilot, lambda: answers[-1] == "third")
        assert answers == ["second", "third"]
