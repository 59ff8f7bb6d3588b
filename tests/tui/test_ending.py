"""The program can end whatever it is at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.screens import shows, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]


@pytest.mark.parametrize("turns", [0, 1, 3])
async def test_the_program_can_end_while_a_screen_opens(make_app: MakeApp, turns: int) -> None:
    app = make_app("habits")
    # A fault in the program is raised here again.
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        app.switch_mode("browse")
        for _ in range(turns):
            await asyncio.sleep(0)
    assert not app.return_code
    assert not app.is_running
