"""The tour that moves, at the top of the README: what it shows is what the keys do.

`NOTEKEEP_WRITE_PICTURES=1` writes it, to be looked at before it is committed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pytest

from notekeep.tui.app import NotekeepApp
from tests.docs.conftest import DOCS
from tests.support.pictures import (
    Scene,
    is_written,
    like,
    moving,
    picture_of,
    read_picture,
    scenes_of,
    settled,
    write_picture,
)
from tests.support.screens import press, shows, until

if TYPE_CHECKING:
    from notekeep.vault import Vault

TOUR = DOCS / "pictures/tour.svg"
SIZE = (96, 26)


class Stop(NamedTuple):
    """A stop of the tour: keys, the text that then shows, and for how many seconds one looks."""

    keys: tuple[str, ...]
    shown: str
    seconds: float = 2.5


STOPS = (
    Stop((), "2 of 6 done"),
    Stop(("down", "down", "space"), "3 of 6 done", 2.0),
    Stop(("f2", "slash", *"cue craving"), "Atomic Habits", 3.0),
    Stop(("enter",), "enter open"),
    Stop(("escape", "slash", *"type:book", "enter", "v"), "rating"),
    Stop(("f3",), "strength"),
    Stop(("f4",), "drafts"),
    Stop(("ctrl+p",), "Command, note or habit"),
)
"""From ticking a habit to a draft, in as many keys as it takes a person who knows them."""


@pytest.mark.slow
async def test_the_tour_shows_what_its_keys_do(still_vault: Vault) -> None:
    app = NotekeepApp(still_vault, "today")
    committed = [] if is_written() else scenes_of(read_picture(TOUR))
    scenes = []
    async with app.run_test(size=SIZE) as pilot:
        for number, stop in enumerate(STOPS):
            await until(pilot, lambda: app.focused is not None)
            for key in stop.keys:
                await press(pilot, key)
            await until(pilot, partial(shows, app, stop.shown))
            draw = partial(picture_of, app, f"scene-{number}")
            if is_written():
                scenes.append(Scene(await settled(draw, pilot), stop.seconds))
            else:
                await like(draw, pilot, committed[number])
    if is_written():
        write_picture(TOUR, moving(scenes))
        pytest.skip("written, to be looked at")
    assert len(committed) == len(STOPS)
