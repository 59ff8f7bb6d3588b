"""A dialog stays open with its text until what it asks for is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, TextArea

from notekeep.tui.screens.welcome import WelcomeApp
from tests.support.screens import browse, press, shows, tree, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (100, 30)
BOOK = "books/Deep Work.md"
LOG = "habits/log/2026-11.laptop.md"


async def to_book(app: NotekeepApp, pilot: Pilot[Any]) -> None:
    """Search for the book, and go to it in the list."""
    await until(pilot, lambda: shows(app, " notes"))
    browse(app).pane.box.set_text("phone")
    await until(pilot, lambda: browse(app).note_under_cursor == BOOK)
    browse(app).notes.focus()
    await until(pilot, lambda: browse(app).notes.has_focus)


async def open_dialog(app: NotekeepApp, pilot: Pilot[Any], *keys: str) -> None:
    """Open a dialog by keys."""
    await press(pilot, *keys)
    await until(pilot, lambda: len(app.screen_stack) == 2 and is_line(app.focused))


def is_line(widget: object) -> bool:
    return isinstance(widget, (Input, TextArea)) and widget.is_attached


def text_of(widget: object) -> str:
    """What is typed into a line or a field."""
    assert isinstance(widget, (Input, TextArea))
    return widget.value if isinstance(widget, Input) else widget.text


def is_told(app: NotekeepApp) -> bool:
    """Tell whether it is said that what is asked for cannot be done."""
    said = ("it does not exist", "there is no habit", "is connected", "cannot be read")
    return any(shows(app, words) for words in said)


def log_lines(root: Path) -> str:
    return "".join(path.read_text() for path in (root / "habits/log").glob("*.md"))


@cases(
    ("start", "key", "typed", "is_done"),
    [
        ("browse", "r", " again", lambda root: (root / "books/Deep Work again.md").exists()),
        ("browse", "ctrl+n", "Basil", lambda root: "- Basil" in daily(root)),
        ("habits", "plus", "12 min", lambda root: "meditate: 12 min" in log_lines(root)),
        ("browse", "n", "Basil", lambda root: (root / "inbox/Basil.md").exists()),
        ("browse", "t", "focus", lambda root: "focus" in (root / BOOK).read_text()),
        ("browse", "F", "rating=2", lambda root: "rating: 2\n" in (root / BOOK).read_text()),
        ("browse", "greater_than_sign", "read", lambda root: (root / "read/Deep Work.md").exists()),
        ("browse", "ctrl+s", "By phone", lambda root: (root / ".notekeep/config.toml").exists()),
        ("habits", "n", "on a bench", lambda root: "-- on a bench" in log_lines(root)),
        ("habits", "a", "Read", lambda root: (root / "habits/Read.md").exists()),
    ],
    fast=3,
)
async def test_text_stays_in_a_dialog_until_it_is_written(
    make_app: MakeApp,
    root: Path,
    start: str,
    key: str,
    typed: str,
    is_done: Callable[[Path], bool],
) -> None:
    app, away = make_app(start), root.with_name("away")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        if start == "browse":
            await to_book(app, pilot)
        await until(pilot, lambda: shows(app, "Meditate") or start == "browse")
        await open_dialog(app, pilot, key)
        type_text(app, typed)
        line = app.focused
        await until(pilot, lambda: text_of(line).endswith(typed))
        root.rename(away)  # noqa: ASYNC240 - as another program would
        await press(pilot, "enter")
        await until(pilot, lambda: is_told(app))
        assert text_of(line).endswith(typed)
        assert len(app.screen_stack) == 2
        away.rename(root)
        assert not is_done(root)
        await press(pilot, "enter")
        # A new note is edited at once.
        left = 2 if key == "n" and start == "browse" else 1
        await until(pilot, lambda: is_done(root) and app.focused is not line)
        await until(pilot, lambda: len(app.screen_stack) == left)


def daily(root: Path) -> str:
    return (root / "daily/2026-11-24.md").read_text()


async def test_amount_that_is_no_amount_can_be_corrected(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "down")
        await open_dialog(app, pilot, "plus")
        type_text(app, "abc")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, '"abc" is not a value'))
        line = app.screen.query_one(Input)
        assert line.value == "abc"
        line.value = "3"
        await press(pilot, "enter")
        await until(pilot, lambda: "water: 3 glass" in log_lines(root))
        await until(pilot, lambda: shows(app, "3 of 8 glasses"))


async def test_amount_in_another_unit_is_refused_without_an_option_of_the_shell(
    make_app: MakeApp,
) -> None:
    app = make_app("habits")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Water"))
        await press(pilot, "down")
        await open_dialog(app, pilot, "plus")
        type_text(app, "5 km")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "km cannot be converted") and shows(app, "Use glass"))
        assert not shows(app, "--force")


async def test_title_that_is_taken_stays_to_be_changed(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await to_book(app, pilot)
        await open_dialog(app, pilot, "r")
        line = app.screen.query_one(Input)
        line.value = "Atomic Habits"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "books/Atomic Habits.md already exists"))
        assert line.value == "Atomic Habits"
        line.value = "Atomic Habits 2"
        await press(pilot, "enter")
        await until(pilot, (root / "books/Atomic Habits 2.md").exists)


@pytest.mark.slow
async def test_keys_after_enter_are_for_what_lies_below(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await to_book(app, pilot)
        await open_dialog(app, pilot, "r")
        type_text(app, "ing")
        await press(pilot, "enter", "v")
        await until(pilot, lambda: browse(app).pane.grid is not None)
        assert (root / "books/Deep Working.md").exists()
        assert len(app.screen_stack) == 1


@pytest.mark.slow
async def test_habit_of_a_name_that_is_taken_keeps_its_form(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("habits")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await open_dialog(app, pilot, "a")
        type_text(app, "Meditate")
        app.screen.query_one("#goal", Input).value = ">= 10 min"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "already used by Meditate"))
        assert app.screen.query_one("#title", Input).value == "Meditate"
        assert app.screen.query_one("#goal", Input).value == ">= 10 min"
    assert tree(root) == before


async def test_wrong_schedule_is_told_below_its_line(make_app: MakeApp, root: Path) -> None:
    app = make_app("habits")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await open_dialog(app, pilot, "a")
        type_text(app, "Gym")
        app.screen.query_one("#schedule", Input).value = "sometimes"
        app.screen.query_one("#goal", Input).value = "plenty"
        await press(pilot, "tab", "tab")
        await until(pilot, lambda: getattr(app.focused, "id", "") == "goal")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, '"sometimes" is not a schedule'))
        await until(pilot, lambda: getattr(app.focused, "id", "") == "schedule")
        # What is wrong with another line is told as well, and stays while the focus moves on.
        await until(pilot, lambda: shows(app, '"plenty" is not a goal'))
        await press(pilot, "tab")
        await until(pilot, lambda: getattr(app.focused, "id", "") == "goal")
        await until(pilot, lambda: shows(app, '"sometimes" is not a schedule'))
        await until(pilot, lambda: shows(app, '"plenty" is not a goal'))
        # The examples come back as soon as the line is changed.
        app.screen.query_one("#schedule", Input).value = "some"
        await until(pilot, lambda: shows(app, "mon and thu, twice a week"))
        await until(pilot, lambda: shows(app, '"plenty" is not a goal'))
        app.screen.query_one("#schedule", Input).value = "mon,wed"
        await until(pilot, lambda: not shows(app, "not a schedule"))
        app.screen.query_one("#goal", Input).value = "done"
        await press(pilot, "enter")
        await until(pilot, (root / "habits/Gym.md").exists)


@pytest.mark.slow
async def test_folder_that_is_not_there_can_be_corrected(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = WelcomeApp()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Open a folder"))
        await press(pilot, "o")
        await until(pilot, lambda: shows(app, "notekeep uses it without changes"))
        line = app.screen.query_one(Input)
        line.value = str(tmp_path / "nowhere")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "There is no folder"))
        assert line.value == str(tmp_path / "nowhere")
        line.value = str(root)
        await press(pilot, "enter")
        await until(pilot, lambda: app.return_value == str(root))


async def test_vault_that_cannot_be_opened_keeps_the_folder(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.action_show_overlay("vaults")
        await until(pilot, lambda: shows(app, "Another folder"))
        await press(pilot, "end", "enter")
        await until(pilot, lambda: shows(app, "A folder that does not exist is created."))
        app.screen.query_one(Input).value = str(tmp_path / "file")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Cannot open"))
        assert app.screen.query_one(Input).value == str(tmp_path / "file")
    assert app.next_vault == ""
