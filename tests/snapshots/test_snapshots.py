"""Every screen looks as it did when somebody last looked at it, in every state that matters.

`make pictures` draws the snapshots anew; look at them before they are committed.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.tui.app import NotekeepApp
from notekeep.tui.messages import OpenNote
from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.screens.welcome import WelcomeApp
from tests.snapshots.shots import AS_PICTURES, SHOTS, Shot
from tests.support.pictures import check_picture
from tests.support.screens import press, shows, until

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.snapshots.stage import Stage

HERE = Path(__file__).resolve().parent
UNRULY = ("Indexing", "Looking for")
"""What goes on in the background has its say in the bottom line until it is over."""


VARIATION = re.compile(r"-(\d+x\d+|light|contrast|ansi|ascii|no-colour|empty)$")
"""What names of snapshots end in that show a screen in another size or look, or empty."""


def marks(shot: Shot) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if VARIATION.search(shot.name) else []


async def staged(app: NotekeepApp, pilot: Pilot[Any], shot: Shot, stage: Stage) -> None:
    """Go where the snapshot is taken."""
    await until(pilot, lambda: app.focused is not None)
    if shot.screen == "browse":
        browse = next(one for one in app.screen_stack if isinstance(one, BrowseScreen))
        await until(pilot, lambda: browse.note_under_cursor or shows(app, "No notes yet"))
        if shot.note:
            browse.open_note(OpenNote(shot.note))
            await until(pilot, lambda: browse.note_under_cursor == shot.note)
    for step in shot.do:
        if isinstance(step, str):
            await until(pilot, partial(shows, app, step))
        elif callable(step):
            step(stage)
        else:
            await press(pilot, *step)
    await until(pilot, lambda: not any(shows(app, text) for text in UNRULY))


@pytest.mark.parametrize(
    "shot", [pytest.param(shot, marks=marks(shot), id=shot.name) for shot in SHOTS]
)
async def test_the_screen_looks_as_it_did(stage: Stage, shot: Shot) -> None:
    vault = (shot.before(stage) if shot.before is not None else None) or stage.vault
    app = NotekeepApp(vault, shot.screen)
    async with app.run_test(size=shot.size, notifications=shot.name.startswith("toast")) as pilot:
        await staged(app, pilot, shot, stage)
        kind = "svg" if shot.name in AS_PICTURES else "txt"
        await check_picture(app, pilot, HERE / f"{shot.name}.{kind}")


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("name", "size"), [("welcome", (80, 24)), ("welcome-tiny-40x12", (40, 12))]
)
async def test_the_welcome_looks_as_it_did(name: str, size: tuple[int, int]) -> None:
    app = WelcomeApp()
    async with app.run_test(size=size) as pilot:
        await check_picture(app, pilot, HERE / f"{name}.txt")
