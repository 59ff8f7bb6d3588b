"""Work in the background: what one screen asks for is not dropped because another asks too."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import Failure
from notekeep.tui.workers import WRITE_GROUP, in_background
from tests.support.screens import shows, until

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

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


async def test_a_fault_in_showing_an_answer_is_told_and_logged(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        in_background(app.screen, dict[str, str], lambda answer: answer["missing"], group="note")
        await until(pilot, lambda: shows(app, "KeyError"))
    assert "'missing'" in caplog.text


async def test_what_cannot_be_done_with_an_answer_is_told(make_app: MakeApp) -> None:
    def cannot(_answer: object) -> None:
        raise Failure("The disk is full.", "Make room on it.")

    app = make_app("browse")
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        in_background(app.screen, dict, cannot, group="note")
        await until(pilot, lambda: shows(app, "Make room on it."))


async def test_an_answer_to_a_screen_that_went_is_no_fault(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app("browse")
    go_on = threading.Event()
    asked: list[bool] = []
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await pilot.press("question_mark")
        await until(pilot, lambda: shows(app, "esc close"))
        over = app.screen

        def show(_answer: object) -> None:
            asked.append(True)
            over.query_one("#dialog")

        in_background(over, lambda: go_on.wait(30), show, group="note")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not over and not over.is_running)
        go_on.set()
        await until(pilot, lambda: asked)
        await pilot.pause()
    assert caplog.text == ""


async def test_what_changes_notes_is_done_in_its_order_and_one_after_the_other(
    make_app: MakeApp,
) -> None:
    may_end = threading.Event()
    done: list[str] = []

    def slowly() -> None:
        done.append("first begins")
        assert may_end.wait(30)
        done.append("first ends")

    app = make_app("browse")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        in_background(app.screen, slowly, lambda _: None, group=WRITE_GROUP)
        for name in ("second", "third"):
            in_background(app, partial(done.append, name), lambda _: None, group=WRITE_GROUP)
        in_background(app, lambda: None, lambda _: done.append("read"), group="look")
        await until(pilot, lambda: "read" in done)
        assert done == ["first begins", "read"]
        may_end.set()
        await until(pilot, lambda: "third" in done)
        assert done[2:] == ["first ends", "second", "third"]
