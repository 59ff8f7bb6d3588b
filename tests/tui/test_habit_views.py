"""Habits beyond the week: month, year, all there is of one, yesterday, stacks, reviews, mends."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from notekeep.tui.widgets.calendars import HabitPage
from tests.support.screens import press, seen, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.habits import HabitsScreen
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
MISSED = "✗"
LOG = "habits/log/2026-11.laptop.md"


def log(root: Path, *lines: str) -> None:
    with (root / LOG).open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def written(root: Path) -> list[str]:
    """The lines that this device wrote, in a file of its own."""
    files = [file for file in (root / "habits/log").iterdir() if file.name != Path(LOG).name]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    return [line for line in lines if line.startswith("- ")]


def detail_year(app: NotekeepApp) -> int:
    """The year that the page of a habit shows."""
    found = next(one for one in app.screen_stack if one.query(HabitPage)).query_one(HabitPage)
    assert found.detail is not None
    return found.detail.year


def is_open(app: NotekeepApp) -> bool:
    """Tell whether the page of a habit is shown."""
    return cast("HabitsScreen", app.screen).place() == "habit-detail"


async def test_a_skip_can_have_a_reason(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "S")
        await until(pilot, lambda: shows(app, "Skip Meditate"))
        type_text(app, "flu, in bed")
        await press(pilot, "enter")
        await until(pilot, lambda: written(root))
        assert written(root)[-1] == "- 2026-11-24 meditate: skip @21:15 -- flu, in bed"


async def test_yesterday_says_what_it_left_open_and_one_key_goes_there(
    make_app: MakeApp, root: Path
) -> None:
    (root / "habits/floss.md").write_text(
        "---\nhabit: floss\ntitle: Floss\nsince: 2026-11-01\n---\n"
    )
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Yesterday: 1 not logged  Floss   y open"))
        await press(pilot, "y")
        await until(pilot, lambda: shows(app, "Mon 23 Nov 2026"))
        await until(pilot, lambda: shows(app, "t today"))
        await press(pilot, "space")
        await until(pilot, lambda: written(root))
        assert written(root)[-1] == "- 2026-11-23 floss: done @21:15"
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "done · Tue 24 Nov"))
        assert not shows(app, "not logged")


async def test_yesterday_leaves_nothing_open_that_later_days_can_make_up_for(
    make_app: MakeApp, root: Path
) -> None:
    for title, schedule in (("Floss", "daily"), ("Gym", "3/week"), ("Plants", "every 3d")):
        about = f"habit: {title.lower()}\ntitle: {title}\nschedule: {schedule}\nsince: 2026-11-01"
        (root / f"habits/{title}.md").write_text(f"---\n{about}\n---\n")
    log(root, "- 2026-11-22 plants: done")
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Gym") and shows(app, "Plants"))
        await until(pilot, lambda: shows(app, "Yesterday: 1 not logged  Floss   y open"))


async def test_all_habits_that_wait_for_an_entry_are_counted_before_and_after_it(
    make_app: MakeApp, root: Path
) -> None:
    (root / "habits/Gym.md").write_text(
        "---\nhabit: gym\ntitle: Gym\nschedule: 3/week\norder: 0\nsince: 2026-11-01\n---\n"
    )
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Gym") and shows(app, "0 of 3 done"))
        await press(pilot, "space")
        await until(pilot, lambda: shows(app, "1 of 3 done"))


async def test_the_grid_shows_a_week_a_month_and_a_year(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Mo Tu We Th Fr Sa Su"))
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "1       5         10        15        20"))
        await press(pilot, "h", "h", "x")
        await until(pilot, lambda: written(root))
        assert written(root)[-1] == "- 2026-11-22 meditate: miss @21:15 ~1"
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "Dec Jan Feb Mar"))
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "Mo Tu We Th Fr Sa Su"))


@cases("start", ["habits", "today"], fast=1)
async def test_a_risk_is_said_in_whole_words_at_80_columns(
    make_app: MakeApp, root: Path, start: str
) -> None:
    for name, goal in (("sit", ">= 10 min"), ("floss", "done"), ("water the plants", "done")):
        path = root / f"habits/{name}.md"
        about = f'habit: {name.replace(" ", "-")}\ntitle: {name}\ngoal: "{goal}"\nsince: 2026-11-01'
        path.write_text(f"---\n{about}\n---\n")
    log(root, "- 2026-11-22 sit: 12 min", "- 2026-11-22 floss: done")
    app = make_app(start)
    app.vault.indexing.refresh()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: shows(app, "water the plants"))
        assert not shows(app, " 0 days"), "no streak says nothing"
        await until(pilot, lambda: shows(app, "Miss"))
        risks = [line for line in seen(app) if "Miss" in line]
        assert all("Missed yesterday" in line for line in risks)


@cases(("width", "weeks"), [(80, 2), (120, 4), (200, 4)], fast=2, ids=["80", "120", "200"])
async def test_past_weeks_are_shown_as_far_as_there_is_room(
    make_app: MakeApp, root: Path, width: int, weeks: int
) -> None:
    starts = ("26 Oct", "2 Nov", "9 Nov", "16 Nov")
    app = make_app("habits")
    async with app.run_test(size=(width, 40)) as pilot:
        await until(pilot, lambda: shows(app, "16 Nov") and shows(app, "Meditate"))
        (heads,) = [line for line in seen(app) if "16 Nov" in line and "Mo Tu We" in line]
        assert [start for start in starts if start in heads] == [*starts[-weeks:]]
        row = next(line for line in seen(app) if "Meditate" in line)
        # Missed until Saturday, done on Sunday 22 November, a week before this one.
        assert row.count(MISSED) >= 6 * (weeks - 1)
        assert " %" in row


@pytest.mark.slow
async def test_a_year_names_all_days_of_the_week_and_has_no_marks_where_nothing_was_due(
    make_app: MakeApp, root: Path
) -> None:
    (root / "habits/meditate.md").write_text(
        "---\nhabit: meditate\ntitle: Meditate\nschedule: mon\nsince: 2026-11-01\n---\n"
    )
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate") and shows(app, "Jan"))
        await until(pilot, lambda: shows(app, "less "))
        lines = seen(app)
        top = next(number for number, text in enumerate(lines) if "Jan" in text and "Dec" in text)
        days = [line.strip() for line in lines[top + 1 : top + 8]]
        assert [line[:2] for line in days] == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
        assert MISSED in days[0]
        assert not any("·" in line or MISSED in line for line in days[2:])
        assert "[]" in days[1], "today is in brackets"


@pytest.mark.slow
async def test_a_figure_that_does_not_fit_beside_the_year_is_left_out(
    make_app: MakeApp, root: Path
) -> None:
    path = root / "habits/Stretch.md"
    path.write_text("---\nhabit: stretch\nsince: 2025-01-01\norder: 0\n---\n", "utf-8")
    first, days = date(2025, 1, 1), 600
    done = (first + timedelta(days=day) for day in range(0, days, 2))
    log(root, *(f"- {day} stretch: done" for day in done))
    app = make_app("habits")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: shows(app, "Stretch daily"))
        await until(pilot, lambda: shows(app, "kept"))
        assert not shows(app, "recovered")


@pytest.mark.slow
async def test_a_narrow_screen_keeps_the_week(make_app: MakeApp) -> None:
    app = make_app("habits")
    async with app.run_test(size=(60, 24)) as pilot:
        await until(pilot, lambda: shows(app, "Mo Tu We Th Fr Sa Su"))
        await press(pilot, "v", "v")
        await until(pilot, lambda: shows(app, "Mo Tu We Th Fr Sa Su"))
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: shows(app, "Dec Jan Feb Mar"))


@pytest.mark.slow
@pytest.mark.parametrize("schedule", ["every 2d", "3/week"])
async def test_a_schedule_without_weekdays_has_none_on_its_page(
    make_app: MakeApp, root: Path, schedule: str
) -> None:
    fields = f"habit: meditate\ntitle: Meditate\nschedule: {schedule}\nsince: 2026-11-01"
    (root / "habits/meditate.md").write_text(f"---\n{fields}\n---\n")
    app = make_app("habits")
    async with app.run_test(size=(120, 60)) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "enter")
        await until(pilot, lambda: is_open(app) and shows(app, "Best streaks"))
        assert not shows(app, "Weekdays")


@cases("size", [WIDE, (80, 24), (200, 60), (40, 12)], fast=1, ids=str)
async def test_one_habit_has_a_page_of_its_own(
    make_app: MakeApp, root: Path, size: tuple[int, int]
) -> None:
    text = (root / "habits/meditate.md").read_text("utf-8")
    (root / "habits/meditate.md").write_text(
        text.replace("title:", "identity: someone who sits\ntitle:")
    )
    log(root, "- 2026-11-21 meditate: done -- [/red] by the lake")
    app = make_app("habits")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "enter")
        await until(pilot, lambda: is_open(app))
        found: set[str] = set()
        texts = ("Strength", "all days", "Weekdays", "Best streaks", "3 days", "someone who sits")
        for _ in range(40):
            found |= {text for text in (*texts, "[/red] by the lake") if shows(app, text)}
            await press(pilot, "down")
        assert found == {*texts, "[/red] by the lake"}
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "enter")
        await until(
            pilot, lambda: is_open(app) and shows(app, "Meditate daily")
        )  # from its top again
        await press(pilot, "enter")
        await until(pilot, lambda: app.current_mode == "browse")


@pytest.mark.slow
async def test_the_page_of_a_new_habit_counts_instead_of_giving_percentages(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    shutil.rmtree(root / "habits")
    (root / "habits").mkdir()
    fields = 'habit: read\ntitle: Read\nschedule: daily\ngoal: ">= 20 page"\nsince: 2026-11-24'
    (root / "habits/read.md").write_text(f"---\n{fields}\n---\n")
    vault.indexing.refresh()
    app = make_app("habits")
    async with app.run_test(size=(120, 60)) as pilot:
        await until(pilot, lambda: shows(app, "Read") and shows(app, "new"))
        assert not shows(app, "no data")
        vault.habits.check_in("read", "25 page")
        await press(pilot, "enter")
        await until(pilot, lambda: is_open(app) and shows(app, "all days  1 of 1 day"))
        assert not any("%" in line or "not due" in line for line in seen(app))
        await until(pilot, lambda: shows(app, "kept 1 of 1 day"))
        assert not shows(app, "365 days")
        await until(pilot, lambda: shows(app, "Mo  no data"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "25 pages"))


async def test_what_was_logged_is_shown_in_the_row_of_the_habit(
    make_app: MakeApp, vault: Vault
) -> None:
    vault.habits.check_in("water", "9 glass")
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: any("Water" in x and "9 glasses" in x for x in seen(app)))
        await press(pilot, "f3")
        await until(pilot, lambda: any("Water" in x and "9 glasses" in x for x in seen(app)))
        # On another day it is what was logged then.
        await press(pilot, "y")
        await until(pilot, lambda: any("Water" in x and "8 glasses" in x for x in seen(app)))


async def test_the_page_follows_what_is_logged_and_turns_years(make_app: MakeApp) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Strength"))
        await press(pilot, "left_square_bracket")
        await until(pilot, lambda: shows(app, "Meditate 2025"))
        await press(pilot, "right_square_bracket", "right_square_bracket")
        await until(pilot, lambda: not shows(app, "Meditate 2025"))
        await press(pilot, "right_square_bracket", "n")  # no year lies ahead
        await until(pilot, lambda: shows(app, "New note"))
        assert detail_year(app) == 2026


async def test_a_habit_stands_below_the_one_it_follows_once_that_is_done(
    make_app: MakeApp, root: Path
) -> None:
    after = '---\nhabit: floss\ntitle: Floss\ntags: [evening]\nafter: "[[habits/meditate]]"\n---\n'
    (root / "habits/floss.md").write_text(after)
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Floss"))
        assert not shows(app, "→ Floss")
        await press(pilot, "home", "down", "space")
        await until(pilot, lambda: shows(app, "→ Floss"))
        lines = [line.strip(" ▌") for line in seen(app)]
        above = next(number for number, line in enumerate(lines) if line.startswith("Meditate"))
        assert lines[above + 1].startswith("→ Floss")


async def test_letters_keep_the_habits_that_have_them(make_app: MakeApp) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "Filter habits"))
        type_text(app, "wat")
        await press(pilot, "enter")
        await until(pilot, lambda: not any(" Meditate " in line for line in seen(app)[:12]))
        await until(pilot, lambda: shows(app, "Water"))


async def test_one_key_writes_the_review_and_undo_takes_it_back(
    make_app: MakeApp, root: Path
) -> None:
    path = root / "reviews/Review 2026-11-16.md"
    app = make_app("habits")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "R")
        await until(pilot, lambda: app.current_mode == "browse")
        await until(pilot, lambda: shows(app, "Review of 16 Nov to 22 Nov 2026"))
        assert path.exists()
        await until(pilot, lambda: shows(app, "Created reviews/Review 2026-11-16.md · u undo"))
        await press(pilot, "f3")
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "u")
        await until(pilot, lambda: not path.exists())


@pytest.mark.slow
async def test_another_key_writes_the_review_of_a_month(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "M")
        await until(pilot, lambda: shows(app, "Review of October 2026"))
        assert (root / "reviews/Review 2026-10.md").exists()


async def test_a_line_that_is_not_understood_is_mended_with_one_key(
    make_app: MakeApp, root: Path
) -> None:
    log(root, "- 2026-11-20 water: 5,5 glass")
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "exclamation_mark")
        await until(pilot, lambda: shows(app, "invalid value: 5,5"))
        await until(
            pilot,
            lambda: shows(app, "- 2026-11-20 water: 5,5 glass  →  - 2026-11-20 water: 5.5 glass"),
        )
        for _ in range(9):
            row = next((line for line in seen(app) if "▌" in line and "H004" in line), "")
            if row:
                break
            await press(pilot, "down")
        await press(pilot, "f")
        await until(pilot, lambda: "water: 5.5 glass" in (root / LOG).read_text())
        await until(pilot, lambda: not shows(app, "invalid value"))
        # The cursor stays where it was, so that the next one takes one key as well.
        here = next(number for number, line in enumerate(seen(app)) if "▌" in line)
        assert "problem" not in seen(app)[here - 1]


@pytest.mark.slow
async def test_ascii_is_enough(make_app: MakeApp, root: Path) -> None:
    (root / ".notekeep").mkdir(exist_ok=True)
    (root / ".notekeep/config.toml").write_text('glyphs = "ascii"\n')
    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    vault = Vault.open(root)
    vault.indexing.refresh()
    app = NotekeepApp(vault, "habits")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        for key in ("v", "v", "enter"):
            await press(pilot, key)
            await pilot.pause(0.1)
        await until(pilot, lambda: shows(app, "Strength"))
        body = "".join(seen(app)[1:-1]).replace("·", "").replace("│", "")
        assert body.isascii()


async def test_the_chosen_day_of_a_month_is_in_brackets(make_app: MakeApp) -> None:
    app = make_app("habits")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "v", "left")
        await until(pilot, lambda: shows(app, "[✓]"))
        await press(pilot, "left")
        await until(pilot, lambda: shows(app, "[✓]✓"))


async def test_tab_leads_from_one_habit_to_the_next(make_app: MakeApp) -> None:
    app = make_app("habits")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "next habit") and shows(app, "Meditate daily"))
        await press(pilot, "tab")
        await until(pilot, lambda: shows(app, "Water ≥ 8 glasses"))
        await press(pilot, "shift+tab")
        await until(pilot, lambda: shows(app, "Meditate daily"))


async def test_paused_habits_are_last_and_say_until_when(make_app: MakeApp, root: Path) -> None:
    note = root / "habits/meditate.md"
    text = note.read_text("utf-8")
    paused = "group: Morning\npaused: 2026-11-20..2026-12-31\n---\nSit."
    note.write_text(text.replace("---\nSit.", paused), "utf-8")
    water = root / "habits/water.md"
    text = water.read_text("utf-8")
    water.write_text(text.replace("---\nDrink.", "group: Day\n---\nDrink."), "utf-8")
    app = make_app("habits")
    async with app.run_test(size=(200, 40)) as pilot:
        await until(pilot, lambda: shows(app, "Paused until Thu 31 Dec"))
        lines = [line.strip() for line in seen(app)]
        assert lines.index("Paused") > lines.index("Day")
        assert not shows(app, "Morning")
