"""Whatever lies over a screen is worked with the mouse alone: its keys are buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notekeep.tui.dialogs.dialog import Choice, Confirm, Option, Prompt
from tests.support.screens import is_settled, press, seen, shows, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


async def click(app: NotekeepApp, pilot: Pilot[Any], text: str) -> None:
    """Click on what is said at the lowest place of the screen, once nothing moves any more."""
    await until(pilot, lambda: shows(app, text) and is_settled(app.screen))
    row, line = next((n, x) for n, x in reversed([*enumerate(seen(app))]) if text in x)
    await pilot.click(offset=(line.index(text) + 1, row))


async def test_a_question_is_answered_with_a_click(make_app: MakeApp) -> None:
    app = make_app("browse")
    answers: list[object] = []
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        for said in ("enter does it", "esc cancel"):
            app.push_screen(Confirm("Sure?", "It cannot be taken back.", "does it"), answers.append)
            await click(app, pilot, said)
            await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: answers == [True, None])
        for said in ("enter OK", "esc cancel"):
            app.push_screen(Prompt("Name", value="Sea"), answers.append)
            await click(app, pilot, said)
            await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: answers == [True, None, "Sea", None])
        options = [Option("One", "", "1"), Option("Two", "", "2")]
        app.push_screen(Choice("Which?", options), answers.append)
        await click(app, pilot, "Two")
        await click(app, pilot, "enter choose")
        await until(pilot, lambda: answers[4:] == ["2"])


async def test_a_click_beside_what_lies_over_a_screen_leaves_it(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "plain"))
        await press(pilot, "end", "up", "up")
        for key in [
            "r",
            "t",
            "F",
            "question_mark",
            "exclamation_mark",
            "f",
            "n",
            "ctrl+n",
            "o",
            "ctrl+p",
        ]:
            await press(pilot, key)
            await until(pilot, lambda: len(app.screen_stack) == 2)
            await until(pilot, lambda: app.screen.is_mounted and bool(app.screen.children))
            await pilot.click(offset=(1, 38))
            await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_help_and_problems_have_their_keys_as_buttons(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await click(app, pilot, "? help")
        await click(app, pilot, "/ search  esc close")
        await until(pilot, lambda: shows(app, "Search keys and commands"))
        await click(app, pilot, "esc close")
        await click(app, pilot, "esc close")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await press(pilot, "exclamation_mark")
        await click(app, pilot, "inbox/broken.md")
        await click(app, pilot, "enter open note")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: shows(app, "Still readable."))


@pytest.mark.slow
async def test_the_switcher_and_the_palette_are_left_and_used_by_mouse(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "ctrl+o")
        await click(app, pilot, "esc close")
        await until(pilot, lambda: shows(app, "enter open"))
        await click(app, pilot, "ctrl+p commands")
        await click(app, pilot, "Read the note.")
        await click(app, pilot, "h list")
        await until(pilot, lambda: shows(app, "enter open"))


@pytest.mark.slow
async def test_a_double_click_on_a_task_reads_its_note(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await click(app, pilot, "T tasks")
        await until(pilot, lambda: shows(app, "1 open · 0 done"))
        row, line = next((n, x) for n, x in enumerate(seen(app)) if "water the basil" in x)
        await pilot.click(offset=(line.index("water"), row), times=2)
        await until(pilot, lambda: len(app.screen_stack) == 1 and shows(app, "h list"))
        await until(pilot, lambda: shows(app, "2026-11-24"))
