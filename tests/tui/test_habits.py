"""Today and Habits, driven by keys: one key, one line in one file."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING, cast

import pytest
from textual.widgets import Input

from notekeep.tui.app import NotekeepApp
from notekeep.tui.styles import get_role_styles
from notekeep.vault import Vault
from tests.support.screens import press, seen, shows, tree, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
        texts = (
            "Habits 0 of 2 done",
            "Reading",
            "Atomic Habits",
            "Drafts",
            "A draft",
            "2026-11-24",
        )
        await until(pilot, lambda: all(shows(app, text) for text in texts))
        await until(pilot, lambda: shows(app, "Tuesday 24 November"))
        await until(pilot, lambda: shows(app, "inbox/broken.md"))
        await until(pilot, lambda: shows(app, "line 2"))


@pytest.mark.slow
async def test_today_has_two_columns_where_there_is_room_and_one_where_not(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Last changed") and shows(app, "water the basil"))
        line = next(each for each in seen(app) if "Habits 0 of 2 done" in each)
        assert "Reading 1" in line, "what is due stands beside what is going on"
        await press(pilot, "tab", "enter")
        await until(pilot, lambda: app.current_mode == "browse" and shows(app, "Quick summary"))
        await press(pilot, "f1")
        await pilot.resize_terminal(80, 50)
        await until(pilot, lambda: not any("│" in each for each in seen(app)))
        lines = [each for each in seen(app) if each.strip()]
        order = [
            next(number for number, each in enumerate(lines) if title in each)
            for title in ("Habits 0 of 2", "Tasks 1 open", "Reading 1", "Today's note")
        ]
        assert order == sorted(order)


@cases(
    ("start", "heads", "marks"),
    [
        ("mon", "Mo Tu We Th Fr Sa Su", "✓"),
        ("sun", "Su Mo Tu We Th Fr Sa", "✓  ✓"),
    ],
    fast=1,
)
async def test_today_has_the_last_seven_days_and_habits_the_week(
    root: Path, start: str, heads: str, marks: str
) -> None:
    (root / ".notekeep").mkdir()
    (root / ".notekeep/config.toml").write_text(f'week_start = "{start}"\n')
    vault = Vault.open(root)
    vault.indexing.refresh()
    app = NotekeepApp(vault, "today")
    async with app.run_test(size=WIDE) as pilot:
        last = "□ Meditate", "We Th Fr Sa Su Mo Tu", "✗  ✗  ✗  ✗  ✓  ✓"
        for habit, days, shown in (last, ("▌ Meditate", heads, marks)):
            await until(pilot, lambda: shows(app, days) and shows(app, habit))  # noqa: B023
            head = next(line for line in seen(app) if days in line)
            week = slice(head.index(days), head.index(days) + len(days))
            row = next(line for line in seen(app) if habit in line)
            assert row[week].replace("[□]", "").strip() == shown
            await press(pilot, "f3")


@pytest.mark.slow
async def test_only_the_column_of_today_that_keys_act_on_has_the_bright_bar(
    make_app: MakeApp,
) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Reading") and shows(app, "Meditate"))

        def bars() -> list[str]:
            styles = get_role_styles(app)
            colours = {styles.style(f"cursor-bar{end}").color: end for end in ("", "-blurred")}
            strips = app.screen._compositor.render_strips()
            segments = [one for strip in strips for one in strip if one.text == "▌" and one.style]
            return [colours.get(one.style.color, "?") for one in segments if one.style]

        await until(pilot, lambda: bars() == ["", "-blurred"])
        await press(pilot, "tab")
        await until(pilot, lambda: bars() == ["-blurred", ""])


async def test_tasks_of_today_come_late_first_and_the_rest_is_one_key_away(
    make_app: MakeApp, root: Path
) -> None:
    tasks = [f"- [ ] some day {number}" for number in range(20)]
    dated = ["- [ ] water due:2026-12-01", "- [ ] bank due:2026-11-23", "- [ ] call due:2026-11-24"]
    (root / "inbox/Tasks.md").write_text("\n".join([*tasks, *dated, ""]))
    app = make_app("today")
    app.vault.indexing.refresh()
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Tasks 24 open, 1 late"))
        lines = seen(app)
        at = next(number for number, each in enumerate(lines) if "□ bank" in each)
        assert "! 23 Nov" in lines[at]
        assert "□ call" in lines[at + 1]
        assert "today" in lines[at + 1]
        week = next(number for number, each in enumerate(lines) if "Next seven days" in each)
        assert "□ water" in lines[week + 1]
        assert "1 Dec" in lines[week + 1]
        await until(pilot, lambda: shows(app, "14 more  T all tasks"))
        await press(pilot, *["down"] * 11, "enter")
        await until(pilot, lambda: type(app.screen).__name__ == "TasksScreen")


async def test_a_task_of_todays_note_is_ticked_where_it_is_read(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Today's note daily/2026-11-24"))
        # Below its heading it is once more what it is among the tasks.
        await until(pilot, lambda: sum("water the basil" in each for each in seen(app)) == 2)
        await press(pilot, "end", "space")
        await until(pilot, lambda: "- [x] water" in (root / "daily/2026-11-24.md").read_text())
        await until(pilot, lambda: shows(app, "✓ water the basil"))
        await until(pilot, lambda: not shows(app, "Tasks 1 open"))
        row = next(line for line in seen(app) if line.startswith("▌"))
        assert "water the basil" in row, "the cursor stays on it"


@pytest.mark.slow
async def test_a_long_note_of_today_is_cut_and_enter_reads_on(
    make_app: MakeApp, root: Path
) -> None:
    text = "\n\n".join(f"Line number {number}." for number in range(40))
    (root / "daily/2026-11-24.md").write_text(f"---\ntype: daily\ndate: 2026-11-24\n---\n{text}\n")
    app = make_app("today")
    app.vault.indexing.refresh()
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "enter opens the note"))
        assert not shows(app, "Line number 30")
        await press(pilot, "end", "enter")
        await until(pilot, lambda: app.current_mode == "browse" and shows(app, "Line number 12"))


async def test_one_key_ticks_a_habit_with_exactly_one_line_in_one_file(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("today")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "□ Meditate"))
        await press(pilot, "space")
        await until(pilot, lambda: shows(app, "✓ Meditate"))
        await until(pilot, lambda: shows(app, "Habits 1 of 2 done"))
        assert written(root, before) == ["- 2026-11-24 meditate: done @21:15"]
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "□ Meditate"))
        await until(pilot, lambda: shows(app, "Undid: check-in Meditate"))


@pytest.mark.slow
async def test_the_key_for_a_missed_day_means_the_same_on_today(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "□ Meditate") and shows(app, "x missed"))
        await press(pilot, "x")
        await until(pilot, lambda: shows(app, "✗ Meditate"))
        assert written(root, before) == ["- 2026-11-24 meditate: miss @21:15"]
        # A task cannot be missed: the key leaves it alone, and another one ticks it.
        await press(pilot, "end", "x", "space")
        await until(pilot, lambda: "- [x] water the basil" in _daily(root))


def _daily(root: Path) -> str:
    return (root / "daily" / "2026-11-24.md").read_text("utf-8")


def _water_today(vault: Vault) -> str:
    return next(view.today.amount for view in vault.habits.views() if view.id == "water")


@cases("mode", ["today", "habits"], fast=1)
async def test_ticking_a_day_with_an_amount_asks_for_another_and_never_takes_it_away(
    mode: str, make_app: MakeApp, vault: Vault, root: Path
) -> None:
    vault.habits.check_in("water", "9 glass")
    app = make_app(mode)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "home", "down", "space")
        await until(pilot, lambda: shows(app, "Adds to the total for the day."))
        assert _water_today(vault) == "9 glass"
        type_text(app, "1")
        await press(pilot, "enter")
        await until(pilot, lambda: _water_today(vault) == "10 glass")


async def test_a_row_of_today_opens_its_note_and_a_broken_one_at_its_line(
    make_app: MakeApp,
) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Needs a look"))
        await press(pilot, "tab", "end", "enter")
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
        await until(pilot, lambda: shows(app, "done · Tue 24 Nov"))
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
        await until(pilot, lambda: shows(app, '"= 30 glasses" replaces'))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "3 of 8 glasses"))
        assert written(root, before) == ["- 2026-11-24 water: 3 glass @21:15"]


async def test_an_amount_is_entered_on_today_too(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "0 of 8 glasses"))
        await press(pilot, "down", "plus")
        await until(pilot, lambda: shows(app, '"= 30 glasses" replaces'))
        await until(pilot, lambda: shows(app, "12 glasses, = 30"))
        type_text(app, "3")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "3 of 8 glasses"))
        assert written(root, before) == ["- 2026-11-24 water: 3 glass @21:15"]


async def test_a_value_that_is_none_is_said_and_nothing_is_written(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "plus")
        await until(pilot, lambda: shows(app, "replaces"))
        type_text(app, "maybe")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, '"maybe" is not a value'))
    assert tree(root) == before


async def test_a_note_keeps_what_the_day_counts_as(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "down", "h", "n")
        await until(pilot, lambda: shows(app, "counts as 8 glasses"))
        type_text(app, "with lemon")
        await press(pilot, "enter")
        await until(pilot, lambda: written(root, before))
        (line,) = written(root, before)
        assert line.startswith("- 2026-11-23 water: = 8 glass")
        assert line.endswith("-- with lemon")


async def test_the_mouse_chooses_a_day_and_further_clicks_go_round_what_it_can_be(
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

        def is_so(times: int, mark: str) -> bool:
            return len(written(root, before)) == times and f"[{mark}]" in seen(app)[line]

        for times, mark in enumerate("✗–✗✓", 1):  # noqa: RUF001 - skipped
            await pilot.click(offset=(column - 2, line))
            await until(pilot, partial(is_so, times, mark))
        assert written(root, before) == [
            "- 2026-11-23 meditate: miss @21:15 ~1",
            "- 2026-11-23 meditate: skip @21:15:00 ~2",
            "- 2026-11-23 meditate: clear @21:15:01 ~3",
            "- 2026-11-23 meditate: done @21:15:02 ~4",
        ]


@pytest.mark.slow
async def test_a_click_on_the_name_of_a_day_chooses_it(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Mo Tu We"))
        line = next(number for number, text in enumerate(seen(app)) if "Mo Tu We" in text)
        await pilot.click(offset=(seen(app)[line].index("Mo"), line))
        await until(pilot, lambda: shows(app, "Mon 23 Nov 2026"))
        await pilot.click(offset=(seen(app)[line].index("Th"), line))  # has not come yet
        await until(pilot, lambda: shows(app, "done · Tue 24 Nov"))
        assert tree(root) == before


@cases("is_open", [False, True], fast=1, ids=["below the grid", "on the habit's page"])
async def test_a_click_in_a_year_goes_to_that_day(make_app: MakeApp, *, is_open: bool) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate") and shows(app, "Jan"))
        if is_open:
            await press(pilot, "enter")
            await until(pilot, lambda: shows(app, "Strength"))
        lines = seen(app)
        top = next(number for number, text in enumerate(lines) if "Jan" in text and "Dec" in text)
        # 2026 begins on a Thursday: 16 November is a Monday of the 47th column, two cells each.
        column = lines[top + 1].index("Mo") + 4 + 2 * 46
        await pilot.click(offset=(column, top + 1))
        await until(pilot, lambda: shows(app, "Mon 16 Nov 2026"))
        await until(pilot, lambda: shows(app, "Mo Tu We"))


async def test_what_is_wrong_in_the_log_is_counted_and_a_click_lists_it(
    make_app: MakeApp, root: Path
) -> None:
    with (root / "habits/log/2026-11.laptop.md").open("a", encoding="utf-8") as file:
        file.write("- 2026-11-20 meditate: maybe\n")
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        text = "! 1 problem in the habit log and notes"
        await until(pilot, lambda: shows(app, text))
        line = next(number for number, each in enumerate(seen(app)) if text in each)
        await pilot.click(offset=(4, line))
        await until(pilot, lambda: shows(app, "invalid value: maybe"))


@pytest.mark.slow
async def test_the_smallest_screenis_so_the_habit_under_the_cursor(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=(20, 5)) as pilot:
        await until(
            pilot, lambda: any("▌ Meditate" in each and "[□]" in each for each in seen(app))
        )
        await press(pilot, "down", "up", "space")
        await until(pilot, lambda: shows(app, "[✓]"))
        await press(pilot, "h", "x")
        await until(pilot, lambda: shows(app, "[✗]"))
        assert written(root, before) == [
            "- 2026-11-24 meditate: done @21:15",
            "- 2026-11-23 meditate: miss @21:15 ~1",
        ]


@pytest.mark.slow
async def test_names_of_days_and_the_group_stay_in_sight(make_app: MakeApp, root: Path) -> None:
    for number in range(40):
        group = "First" if number < 20 else "Second"
        text = f"---\nhabit: h{number:02}\ntitle: Habit {number:02}\ngroup: {group}\n---\n"
        (root / f"habits/h{number:02}.md").write_text(text)
    app = make_app("habits")
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: shows(app, "Habit 00"))
        for _ in range(38):
            await press(pilot, "down")
        for _ in range(12):
            await press(pilot, "up")
        await until(pilot, lambda: shows(app, "▌   Habit 26"))
        head = next(line for line in seen(app) if "Mo Tu We" in line)
        assert head.strip().startswith("Second")
        for _ in range(8):
            await press(pilot, "up")
            head = next(line for line in seen(app) if "Mo Tu We" in line)
            assert sum("▌" in line for line in seen(app)) == 1
        assert head.strip().startswith("First")


async def test_without_habits_the_screen_says_how_to_begin(make_app: MakeApp, root: Path) -> None:
    for path in (root / "habits").glob("*.md"):
        path.unlink()
    (root / "habits" / "log" / "2026-11.laptop.md").unlink()
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "a  add the first one"))
        assert not shows(app, "0 of 0")
        assert not shows(app, "schedule:")


async def test_a_habit_is_added_where_habits_are_with_what_is_asked_for(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("habits")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "a")
        await until(pilot, lambda: shows(app, "Schedule"))
        type_text(app, "Read")
        await press(pilot, "tab")
        await until(pilot, lambda: shows(app, "mon and thu"))
        type_text(app, "now and then")
        await press(pilot, "enter")
        # What cannot be read is said there, and is still there to be corrected.
        await until(pilot, lambda: shows(app, '"now and then" is not a schedule'))
        await press(pilot, "shift+tab", "tab")
        await until(pilot, lambda: shows(app, '"now and then" is not a schedule'))
        app.screen.query_one("#schedule", Input).value = "3/week"
        await until(pilot, lambda: shows(app, "reads as 3 times a week"))
        await press(pilot, "tab")
        await until(pilot, lambda: app.focused is app.screen.query_one("#goal"))
        app.screen.query_one("#goal", Input).value = ">= 20 page"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Created habits/Read.md · u undo"))
        text = (root / "habits/Read.md").read_text()
        assert "habit: read\n" in text
        assert "3/week" in text
        assert ">= 20 page" in text
        assert "since:\n" in text
        # It is among the others, with the cursor on it: the next key is about it.
        await until(pilot, lambda: habits(app).grid.habit is not None)
        await until(pilot, lambda: getattr(habits(app).grid.habit, "id", "") == "read")
        assert app.current_mode == "habits"
        await press(pilot, "u")
        await until(pilot, lambda: not (root / "habits/Read.md").exists())


@pytest.mark.slow
async def test_the_first_habit_is_asked_for_by_the_key_of_a_note_too(
    make_app: MakeApp, root: Path
) -> None:
    shutil.rmtree(root / "habits")
    app = make_app("habits")
    app.vault.indexing.refresh()
    async with app.run_test(size=(50, 20)) as pilot:
        await until(pilot, lambda: shows(app, "add the first one"))
        await press(pilot, "n")
        await until(pilot, lambda: shows(app, "Add a habit"))


@pytest.mark.slow
async def test_the_name_of_a_column_stands_apart_from_the_next_with_short_goals(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    (root / "habits/water.md").unlink()
    (root / "habits/log/2026-11.laptop.md").unlink()
    vault.indexing.refresh()
    app = make_app("habits")
    async with app.run_test(size=(160, 40)) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await until(pilot, lambda: any(" schedule  " in line for line in seen(app)))


async def test_one_key_pauses_a_habit_and_ends_the_pause(make_app: MakeApp, root: Path) -> None:
    note = root / "habits/meditate.md"
    before = note.read_text()
    app = make_app("habits")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "P")
        await until(pilot, lambda: shows(app, "Meditate is paused from today · u undo"))
        assert "2026-11-24.." in note.read_text()
        await until(
            pilot, lambda: (cell := habits(app).grid.cell) is not None and cell.mark == "paused"
        )
        await press(pilot, "P")
        await until(pilot, lambda: shows(app, "Meditate is no longer paused · u undo"))
        assert "2026-11-24.." not in note.read_text()
        await press(pilot, "u", "u")
        await until(pilot, lambda: note.read_text() == before)


async def test_one_key_pauses_all_marked_habits(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "A", "P")
        await until(pilot, lambda: shows(app, "2 habits are paused from today · u undo"))
        await press(pilot, "P")
        await until(pilot, lambda: shows(app, "2 habits are no longer paused · u undo"))
        await press(pilot, "A", "g", "g", "m", "P")
        await until(pilot, lambda: shows(app, "is paused from today · u undo"))
    texts = [(root / f"habits/{name}.md").read_text() for name in ("meditate", "water")]
    assert sum("2026-11-24.." in text for text in texts) == 1


async def test_one_key_starts_and_stops_a_timer(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(root)
    app = make_app("today")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T12:00")
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Timer since 12:00"))
        monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T12:25")
        await press(pilot, "f3", "w")
        await until(pilot, lambda: shows(app, "25 min · u undo"))
        await until(pilot, lambda: not shows(app, "Timer since"))
    (line,) = written(root, before)
    assert line == "- 2026-11-24 meditate: 25 min @12:00"
