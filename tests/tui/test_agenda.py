"""The agenda: tasks and habits of the days ahead, ticked where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from tests.support.screens import press, seen, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.tasks import AgendaScreen

    MakeApp = Callable[[str], NotekeepApp]

WIDE, NARROW = (120, 40), (80, 24)
WEEK = """\
- [ ] late 📅 2026-11-20
- [ ] mow every:2w due:2026-11-25
- [ ] pay 🔁 every month 📅 2026-12-01
- [ ] paint ⏳ 2026-12-02 📅 2026-12-09
- [ ] glue 🔁 every blue moon 📅 2026-12-03
- [ ] far due:2027-01-01
- [ ] waits start:2026-12-01 due:2026-12-01
- [ ] some day
"""


@pytest.fixture
def week(root: Path) -> Path:
    note = root / "inbox/Week.md"
    note.write_text(WEEK, "utf-8")
    return note


@pytest.fixture
def two_tasks(week: Path) -> Path:
    week.write_text("- [ ] mow every:2d due:2026-11-24\n- [ ] rake due:2026-11-24\n", "utf-8")
    return week


def rows(app: NotekeepApp) -> list[str]:
    """Return the rows of the list, with one blank for several."""
    lines = (" ".join(line.partition("│")[0].split()) for line in seen(app)[2:-1])
    return [line.rstrip(" ─▐") for line in lines if line.strip("│ ▐")]


async def test_the_days_ahead_are_listed_and_a_task_is_ticked(
    make_app: MakeApp, week: Path
) -> None:
    app = make_app("today")
    app.vault.indexing.refresh()
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Next seven days 2"))
        await press(pilot, "W")
        await until(pilot, lambda: shows(app, "Agenda · 24 Nov to 7 Dec"))
        await until(pilot, lambda: shows(app, "□ late"))
        found = rows(app)
        assert [row for row in found if "Week" in row or "later" in row or "seven" in row] == [
            "▌ □ late Week ! 20 Nov",
            "Next seven days 25 Nov to 1 Dec",
            "Wed 25 Nov □ mow Week every 2 weeks ↻",
            "Tue 1 Dec □ pay Week every month ↻",
            "Wed 2 Dec □ paint Week due 9 Dec",
            "Thu 3 Dec □ glue Week",  # a rule that is not understood repeats nothing
            "1 task later, 2 without a date",
        ]
        screen = cast("AgendaScreen", app.screen)
        while screen.tasks.current is None or "mow" not in screen.tasks.current.text:
            await press(pilot, "down")
        await press(pilot, "space")
        ticked = WEEK.replace(
            "- [ ] mow every:2w due:2026-11-25\n",
            "- [ ] mow every:2w due:2026-12-09\n"
            "- [x] mow every:2w due:2026-11-25 done:2026-11-24\n",
        )
        await until(pilot, lambda: week.read_text("utf-8") == ticked)
        # Its row and the cursor stay.
        await until(pilot, lambda: shows(app, "✓ mow"))
        assert screen.tasks.current is not None
        assert screen.tasks.current.text.startswith("mow every:2w due:2026-11-25")
        # Ticked again by mistake, it is open again, without a second one.
        await press(pilot, "space")
        await until(pilot, lambda: week.read_text("utf-8") == WEEK)
        await press(pilot, "u")
        await until(pilot, lambda: week.read_text("utf-8") == ticked)
        await press(pilot, "u")
        await until(pilot, lambda: week.read_text("utf-8") == WEEK)
        await press(pilot, "slash")
        type_text(app, "pay")
        await until(pilot, lambda: not any("□ mow" in row for row in rows(app)))
        assert any("□ pay" in row for row in rows(app))


async def test_a_narrow_agenda_has_no_text_beside_it(make_app: MakeApp, week: Path) -> None:
    app = make_app("browse")
    app.vault.indexing.refresh()
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await press(pilot, "g", "a")
        await until(pilot, lambda: shows(app, "Tue  1 Dec  □ pay"))
        assert not any("│" in line for line in seen(app))
        await press(pilot, "T")
        await until(pilot, lambda: shows(app, "Tasks · "))
        # A task that starts later is shown with those that are done.
        await until(pilot, lambda: shows(app, "□ mow"))
        assert not any("□ waits" in row for row in rows(app))
        await press(pilot, "v")
        await until(pilot, lambda: any("□ waits" in row for row in rows(app)))


async def test_today_ticks_a_task_that_repeats_once(make_app: MakeApp, two_tasks: Path) -> None:
    app = make_app("today")
    app.vault.indexing.refresh()
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "□ mow"))
        row = next(number for number, line in enumerate(seen(app)) if "□ mow" in line)
        await pilot.click(offset=(3, row))
        await until(pilot, lambda: shows(app, "Next seven days"))
        # The cursor goes to the next task that is due, and not to the next one of its own.
        await press(pilot, "space")
        await until(pilot, lambda: "- [x] rake" in two_tasks.read_text("utf-8"))
        await until(pilot, lambda: two_tasks.read_text("utf-8").count("mow") == 2)


@pytest.mark.parametrize("words", ["", "rake"])
async def test_escape_goes_from_a_note_back_to_its_task(
    make_app: MakeApp, two_tasks: Path, words: str
) -> None:
    app = make_app("browse")
    app.vault.indexing.refresh()
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await press(pilot, "W")
        await until(pilot, lambda: shows(app, "□ rake"))
        if words:
            await press(pilot, "slash")
            type_text(app, words)
            await until(pilot, lambda: not any("□ mow" in row for row in rows(app)))
            await press(pilot, "enter")
        screen = cast("AgendaScreen", app.screen)
        while screen.tasks.current is None or "rake" not in screen.tasks.current.text:
            await press(pilot, "down")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, two_tasks.name))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "Agenda · ") and shows(app, "□ rake"))
        found = cast("AgendaScreen", app.screen)
        await until(pilot, lambda: found.tasks.current is not None)
        assert found.tasks.current is not None
        assert found.tasks.current.text.startswith("rake")
        assert found.filter.value == words
        await press(pilot, "escape", *(["escape"] if words else []))
        await until(pilot, lambda: not shows(app, "Agenda · "))
