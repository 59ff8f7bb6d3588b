"""The form of a habit: only what changed is written, and the past keeps its schedule and goal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.widgets import Input

from notekeep.cli.main import main
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault
from tests.support.screens import press, shows, tree, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.screens.habits import HabitsScreen

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (80, 24)
WATER = """\
---
habit: water
schedule: daily  # always
goal: ">= 8 glass"
since: 2026-11-01
tiny: one sip
---
Drink.
"""


@pytest.fixture
def root(root: Path) -> Path:
    """The small vault with one habit, which was met on three days."""
    (root / "habits/meditate.md").unlink()
    log = "".join(f"- 2026-11-{day} water: 8 glass @08:00\n" for day in (21, 22, 23))
    (root / "habits/log/2026-11.laptop.md").write_text(log)
    write(root, WATER)
    return root


def write(root: Path, text: str, name: str = "water") -> None:
    (root / f"habits/{name}.md").write_text(text)


def read(root: Path, name: str = "water") -> str:
    return (root / f"habits/{name}.md").read_text()


def habits(app: NotekeepApp) -> HabitsScreen:
    return cast("HabitsScreen", app.screen_stack[0])


async def open_form(app: NotekeepApp, pilot: Pilot[Any], title: str = "water") -> None:
    await until(pilot, lambda: shows(app, f"▌ {title}"))
    await press(pilot, "c")
    await until(pilot, lambda: shows(app, f"Edit {title}"))


def field(app: NotekeepApp, name: str) -> Input:
    return app.screen.query_one(f"#{name}", Input)


def values(app: NotekeepApp) -> dict[str, str]:
    return {one.id or "": one.value for one in app.screen.query(Input)}


async def is_closed(app: NotekeepApp, pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_changes_are_one_step_and_the_past_keeps_its_judgement(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        assert values(app) == {
            "schedule": "daily",
            "goal": ">= 8 glass",
            "tiny": "one sip",
            "group": "",
        }
        assert shows(app, "Earlier days are judged as before.")
        # The value is selected, so typing replaces it.
        type_text(app, "weekdays")
        await press(pilot, "tab")
        type_text(app, "10 glasses")
        await press(pilot, "tab", "tab")
        type_text(app, "Morning")
        await press(pilot, "enter")
        done = "Changed the schedule, goal and group of water · u undo"
        await until(pilot, lambda: shows(app, done))
        text = read(root)
        assert "schedule: [daily, 2026-11-24 weekdays]  # always\n" in text
        assert 'goal: [">= 8 glass", 2026-11-24 >= 10 glass]\n' in text
        assert "group: Morning\n" in text
        assert "tiny: one sip\n---\nDrink.\n" in text.replace("group: Morning\n", "")
        await until(pilot, lambda: (habit := habits(app).grid.habit) and habit.streak == 3)
        await until(pilot, lambda: shows(app, "0 of 10 glasses"))
        await open_form(app, pilot)
        assert values(app)["goal"] == ">= 10 glass"
        await press(pilot, "escape", "u")
        await until(pilot, lambda: read(root) == WATER)


@pytest.mark.parametrize(
    ("schedule", "goal"), [("daily", ">= 8 glass"), ("every day", "at least 8 glasses")]
)
async def test_values_that_mean_the_same_write_nothing(
    make_app: MakeApp, root: Path, schedule: str, goal: str
) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        field(app, "schedule").value = schedule
        field(app, "goal").value = goal
        await press(pilot, "enter")
        await is_closed(app, pilot)
    assert tree(root) == before
    assert not app.vault.history.steps()


async def test_a_cleared_goal_and_a_cleared_minimum(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        field(app, "goal").value = field(app, "tiny").value = ""
        await until(pilot, lambda: shows(app, "reads as done"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed the goal and minimum of water"))
    assert 'goal: [">= 8 glass", 2026-11-24 done]\n' in read(root)
    assert "tiny" not in read(root)


async def test_errors_are_shown_below_their_line(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        field(app, "goal").value = "plenty"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, '✗ "plenty" is not a goal.'))
        # Valid alone, but not together with the goal of the past, and with the schedule.
        for schedule, goal, message in (
            ("daily", "5 km", "✗ goal: glass cannot be converted to km."),
            ("2/day", ">= 8 glass", "✗ goal: The schedule already says how many times a day."),
        ):
            field(app, "schedule").value = schedule
            field(app, "goal").value = goal
            await press(pilot, "enter")
            await until(pilot, lambda: shows(app, message))  # noqa: B023
            assert getattr(app.focused, "id", "") == "goal"
        assert tree(root) == before
        field(app, "schedule").value = "3/week"
        await press(pilot, "enter")
        await is_closed(app, pilot)
    assert "2026-11-24 3/week" in read(root)


async def test_changes_of_another_program_meanwhile_are_kept(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        others = WATER.replace("one sip", "a glass").replace(">= 8", ">= 9") + "More.\n"
        write(root, others)
        field(app, "schedule").value = "weekends"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed the schedule of water"))
        changed = others.replace("daily", "[daily, 2026-11-24 weekends]")
        assert read(root) == changed


async def test_a_value_that_another_program_changed_is_shown_first(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        others = WATER.replace("one sip", "a glass")
        write(root, others)
        field(app, "tiny").value = "two sips"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "✗ Another program changed it to a glass."))
        assert read(root) == others
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed the minimum of water"))
        assert read(root) == WATER.replace("one sip", "two sips")
        await press(pilot, "u")
        await until(pilot, lambda: read(root) == others)


async def test_a_note_that_is_gone_is_not_written_again(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        (root / "habits/water.md").unlink()
        field(app, "schedule").value = "weekends"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "No note defines water any more."))
    assert not (root / "habits/water.md").exists()


async def test_the_page_of_a_habit_has_the_key_too(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "▌ water"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Strength"))
        await press(pilot, "c")
        await until(pilot, lambda: shows(app, "Edit water"))
        type_text(app, "3/week")
        await press(pilot, "enter")
        await until(pilot, lambda: "2026-11-24 3/week" in read(root))
        await until(pilot, lambda: not shows(app, "Edit water") and shows(app, "3 times a week"))
        assert habits(app).place() == "habit-detail"


@pytest.mark.slow
async def test_the_palette_opens_the_form_of_a_habit(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await press(pilot, "ctrl+p")
        type_text(app, "habit edit wat")
        await until(pilot, lambda: shows(app, "Edit the habit water"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Edit water") and not shows(app, "Edit the habit"))
        field(app, "group").value = "Body"
        await press(pilot, "enter")
        await until(pilot, lambda: "group: Body\n" in read(root))


async def test_a_combined_habit_has_no_goal(make_app: MakeApp, root: Path) -> None:
    write(root, "---\nhabit: all\nany of: [water, tea]\n---\n", "all")
    write(root, "---\nhabit: tea\n---\n", "tea")
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot, "all")
        assert values(app) == {"schedule": "as its parts", "tiny": "", "group": ""}
        field(app, "schedule").value = "3/week"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed the schedule of all"))
        assert "  - as its parts\n  - 2026-11-24 3/week\n" in read(root, "all")
        await open_form(app, pilot, "all")
        field(app, "schedule").value = ""
        await until(pilot, lambda: shows(app, "reads as its parts"))
        await press(pilot, "enter")
        await until(pilot, lambda: "2026-11-24 as its parts" in read(root, "all"))


async def test_a_habit_that_is_only_logged_gets_its_note(make_app: MakeApp, root: Path) -> None:
    (root / "habits/water.md").unlink()
    (root / "habits/log/2026-11.laptop.md").write_text("- 2026-11-23 yoga.am: done\n")
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "▌ yoga.am"))
        await press(pilot, "c")
        await until(pilot, lambda: shows(app, "Add a habit"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Created habits/yoga.am.md"))
    assert "habit: yoga.am\n" in (root / "habits/yoga.am.md").read_text()


async def test_front_matter_that_cannot_be_edited_is_refused(make_app: MakeApp, root: Path) -> None:
    write(root, "---\n{habit: water, since: 2026-11-01}\n---\n")
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        field(app, "group").value = "Body"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "The front matter is a { } mapping."))
        assert shows(app, "Change it in an editor.")
        assert shows(app, "Edit water")
    assert tree(root) == before


@pytest.mark.parametrize(
    "line", ["paused: 2026-11-20..", "archived: true\nuntil: 2026-11-24"], ids=["paused", "ended"]
)
async def test_a_paused_habit_and_one_that_ends_meanwhile_are_changed_alike(
    make_app: MakeApp, root: Path, line: str
) -> None:
    text = WATER.replace("tiny: one sip", line)
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        if "paused" in line:
            write(root, text)
        await open_form(app, pilot)
        write(root, text)
        field(app, "goal").value = "9 glass"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed the goal of water"))
    assert read(root) == text.replace('">= 8 glass"', '[">= 8 glass", 2026-11-24 >= 9 glass]')


async def test_a_group_of_a_tag_is_replaced_but_not_cleared(make_app: MakeApp, root: Path) -> None:
    write(root, WATER.replace("tiny: one sip", "tags: [body]"))
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        assert values(app)["group"] == "body"
        field(app, "group").value = ""
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "✗ body is the first tag of the note."))
        field(app, "group").value = "Health"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed the group of water"))
    assert "group: Health\n" in read(root)


async def test_a_later_line_that_stays_is_named(make_app: MakeApp, root: Path) -> None:
    write(root, WATER.replace("daily  # always", '[daily, "2026-12-01 weekends"]'))
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_form(app, pilot)
        assert values(app)["schedule"] == "daily"
        type_text(app, "mon,wed")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "From Tue 1 Dec, the schedule is still weekends."))
    assert '"2026-11-24 mon,wed", 2026-12-01 weekends]' in read(root)


@pytest.mark.parametrize("grouped", [True, False], ids=["groups", "no groups"])
async def test_habits_are_in_the_order_of_the_shell(
    root: Path, capsys: pytest.CaptureFixture[str], *, grouped: bool
) -> None:
    notes = {
        "zinc": "group: Morning\norder: 2",
        "yoga": "group: evening",
        "tea": "group: Morning\norder: 1",
        "run": "group: Body\nafter: '[[tea]]'",
        "ant": "",
        "nap": "group: Morning\npaused: 2026-11-20..",
        "floss": "group: Morning\nafter: '[[zinc]]'",
        "bed": "group: Night",
        "old": "archived: true",
    }
    for name, lines in notes.items():
        kept = [line for line in lines.split("\n") if grouped or not line.startswith("group")]
        write(root, "\n".join(("---", f"habit: {name}", *kept, "---", "")), name)
    (root / "habits/log/2026-11.x.md").write_text("- 2026-11-24 tea: done\n")
    vault = Vault.open(root)
    vault.indexing.refresh()

    def listed(*command: str) -> list[str]:
        main([*command, "--json", "--vault", str(root)])
        return [habit["id"] for habit in json.loads(capsys.readouterr().out)["habits"]]

    expected = listed("habit", "list")
    # What follows a habit that is done is below it, and paused habits are last.
    assert expected == (
        ["tea", "run", "zinc", "floss", "yoga", "bed", "ant", "water", "nap"]
        if grouped
        else ["tea", "run", "zinc", "ant", "bed", "floss", "water", "yoga", "nap"]
    )
    assert listed("habit", "week") == expected
    left = [name for name in expected if name not in ("tea", "nap")]
    assert listed("habit", "todo") == left
    assert listed("today") == ["tea", *left]
    main(["habit", "list", "--vault", str(root)])
    heads = [line for line in capsys.readouterr().out.splitlines() if len(line.split()) == 1]
    groups = ["Morning", "evening", "Night", "Others", "Paused"]
    assert heads == (groups if grouped else [])
    app = NotekeepApp(vault, "habits")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: shows(app, "zinc"))
        shown: list[str] = []
        await press(pilot, "home")
        for _ in expected:
            shown.append(habit.id if (habit := habits(app).grid.habit) else "")
            await press(pilot, "down")
        assert shown == expected
