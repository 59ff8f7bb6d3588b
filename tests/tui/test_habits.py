"""Today and Habits, driven by keys: one key, one line in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tests.support.screens import press, seen, shows, tree, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.habits import HabitsScreen

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


def habits(app: NotekeepApp) -> HabitsScreen:
    return cast("HabitsScreen", app.screen)


def written(root: Path, before: dict[str, tuple[str, int]]) -> list[str]:
    """Return the lines that were added to the vault since; nothing else may have changed."""
    after = tree(root)
    changed = [name for name in after if after[name] != before.get(name)]
    assert set(before) <= set(after)
    lines = []
    for name in changed:
        assert name.startswith("habits/log/"), name
        text = (root / name).read_text()
        lines += [line for line in text.splitlines() if line.startswith("- ")]
    return lines


async def test_today_shows_what_the_day_asks_for(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        texts = ("Habits 0/2", "Reading", "Atomic Habits", "Drafts", "A draft", "2026-11-24")
        await until(pilot, lambda: all(shows(app, text) for text in texts))
        assert shows(app, "Tuesday 24 November 2026")
        assert shows(app, "inbox/broken.md:2")


async def test_one_key_ticks_a_habit_with_exactly_one_line_in_one_file(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("today")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "☐  Meditate"))
        await press(pilot, "space")
        await until(pilot, lambda: shows(app, "✓  Meditate"))
        assert shows(app, "Habits 1/2")
        assert written(root, before) == ["- 2026-11-24 meditate: done @21:15"]
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "☐  Meditate"))
        await until(pilot, lambda: shows(app, "Took back: Meditate"))


async def test_a_row_of_today_opens_its_note_and_a_broken_one_at_its_line(
    make_app: MakeApp,
) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "end", "enter")
        await until(pilot, lambda: app.current_mode == "browse")
        await until(pilot, lambda: shows(app, "Still readable."))


async def test_the_week_is_filled_in_a_day_at_a_time(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Meditate") and shows(app, "Jan"))
        # The cursor is on the first habit, on today.
        await press(pilot, "h", "h")
        await until(pilot, lambda: shows(app, "Sun 22 Nov 2026"))
        await press(pilot, "x")
        await until(pilot, lambda: written(root, before))
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Tue 24 Nov 2026"))
        await press(pilot, "s")
        await until(pilot, lambda: len(written(root, before)) == 2)
        assert written(root, before) == [
            "- 2026-11-22 meditate: miss @21:15 ~1",
            "- 2026-11-24 meditate: skip @21:15",
        ]


async def test_a_digit_begins_an_amount(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "down", "3")
        await until(pilot, lambda: shows(app, "= 30 glass sets it"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "3/8 glass"))
        assert written(root, before) == ["- 2026-11-24 water: 3 glass @21:15"]


async def test_a_value_that_is_none_is_said_and_nothing_is_written(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "plus")
        await until(pilot, lambda: shows(app, "sets it"))
        type_text(app, "maybe")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "value not understood: maybe"))
    assert tree(root) == before


async def test_a_note_keeps_what_the_day_counts_as(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "down", "h", "n")
        await until(pilot, lambda: shows(app, "counts as = 8 glass"))
        type_text(app, "with lemon")
        await press(pilot, "enter")
        await until(pilot, lambda: written(root, before))
        (line,) = written(root, before)
        assert line.startswith("- 2026-11-23 water: = 8 glass")
        assert line.endswith("-- with lemon")


async def test_the_mouse_chooses_a_day_and_a_second_click_marks_it(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        line = next(number for number, text in enumerate(seen(app)) if "Meditate" in text)
        column = seen(app)[line].index("[")
        await pilot.click(offset=(column - 2, line))
        await until(pilot, lambda: shows(app, "Mon 23 Nov 2026"))
        assert tree(root) == before
        await pilot.click(offset=(column - 2, line))
        await until(pilot, lambda: written(root, before))
        assert written(root, before) == ["- 2026-11-23 meditate: clear @21:15 ~1"]


async def test_without_habits_the_screen_says_how_to_begin(make_app: MakeApp, root: Path) -> None:
    for path in (root / "habits").glob("*.md"):
        path.unlink()
    (root / "habits" / "log" / "2026-11.laptop.md").unlink()
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "No habits yet."))
